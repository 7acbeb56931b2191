"""Accounts elsewhere that sign people in: found by issuer and subject, never by address.

Source: security notes, item 59.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from steward.core.accounts import AccountDisabled, AccountService, UserView
from steward.core.audit import Action, AuditLog
from steward.core.integrations.errors import (
    AddressMissing,
    IdentityUnknown,
    LinkedElsewhere,
    LinkNeeded,
    OnlyWayIn,
    SignUpClosed,
)
from steward.core.integrations.types import IdentityView
from steward.db.database import Transaction
from steward.db.tables import ExternalIdentity, Passkey, User
from steward.kit.actor import Actor
from steward.kit.errors import Invalid, StewardError
from steward.kit.pages import Page, Window
from steward.ports.oauth import Identity

_SHOWN = (
    ExternalIdentity.id,
    ExternalIdentity.provider,
    ExternalIdentity.email,
    ExternalIdentity.created_at,
    ExternalIdentity.last_used_at,
)
"""In the order of ``IdentityView``."""


class Identities:
    """Who is whom; every method runs inside the caller's transaction."""

    def __init__(self, accounts: AccountService, audit: AuditLog, *, has_sign_up: bool) -> None:
        self._accounts = accounts
        self._audit = audit
        self._has_sign_up = has_sign_up

    def admit(self, tx: Transaction, provider: str, who: Identity, ip: str) -> UserView | StewardError:
        """Return the person whom the identity signs in, made now if nobody knows it; or why not, to be raised.

        An account that has the same address is never taken over: its person has to sign in and link.
        """
        known = self._row_of(tx, who)
        if known is not None:
            user = self._accounts.view(tx, known.user_key)
            if not user.is_active:
                return self._denied(tx, provider, AccountDisabled(), ip, known.user_key, known.tenant_key)
            used = {"last_used_at": tx.now, "email": who.email}
            tx.session.execute(update(ExternalIdentity).where(ExternalIdentity.key == known.key).values(**used))
            return user
        if who.email is None:
            return self._denied(tx, provider, AddressMissing(), ip)
        holder = self._accounts.credentials(tx, who.email) if "@" in who.email else None
        if holder is not None:
            return self._denied(tx, provider, LinkNeeded(), ip, holder.user_key, holder.tenant_key)
        if not self._has_sign_up:
            return self._denied(tx, provider, SignUpClosed(), ip)
        try:
            user = self._accounts.register_vouched(
                tx, email=who.email, full_name=who.name, is_verified=who.is_email_verified, ip=ip
            )
        except Invalid:
            return self._denied(tx, provider, AddressMissing(), ip)
        tenant_key = tx.session.execute(select(User.tenant_key).where(User.key == user.user_number)).scalar_one()
        self._add(tx, provider, who, user.user_number, tenant_key, is_used=True)
        return user

    def link(self, tx: Transaction, actor: Actor, provider: str, who: Identity) -> IdentityView | StewardError:
        """Let the identity sign the actor in from now on, and return it; or why not, to be raised.

        Repeating is harmless. An identity that signs somebody else in stays theirs.
        """
        known = self._row_of(tx, who)
        if known is not None and known.user_key != actor.user_key:
            return self._denied(tx, provider, LinkedElsewhere(), actor.ip, actor.user_key, actor.tenant_key)
        if known is not None:
            return IdentityView(*known[: len(_SHOWN)])
        added = self._add(tx, provider, who, actor.user_key, actor.tenant_key, is_used=False)
        details = {"provider": provider}
        resource = f"identity/{added.id}"
        self._audit.record(tx, action=Action.IDENTITY_LINKED, resource=resource, actor=actor, details=details)
        return IdentityView(added.id, added.provider, added.email, added.created_at, added.last_used_at)

    def page_of(self, tx: Transaction, actor: Actor, window: Window) -> Page[IdentityView]:
        """Return the actor's linked accounts, the newest first."""
        mine = _own(actor)
        total = tx.session.scalar(select(func.count()).select_from(ExternalIdentity).where(mine)) or 0
        newest = select(*_SHOWN).where(mine).order_by(ExternalIdentity.key.desc())
        rows = tx.session.execute(newest.limit(window.limit).offset(window.offset))
        return Page([IdentityView(*row) for row in rows], total, window)

    def unlink(self, tx: Transaction, actor: Actor, identity_id: UUID) -> None:
        """Let a linked account sign the actor in no more.

        Raises:
            IdentityUnknown: it is not the actor's.
            OnlyWayIn: there is no password, no passkey and no other linked account.
        """
        password = select(User.password_hash).where(User.key == actor.user_key).with_for_update()
        has_password = tx.session.execute(password).scalar_one_or_none() is not None  # and one at a time
        one = _own(actor) & (ExternalIdentity.id == identity_id)
        if tx.session.execute(select(ExternalIdentity.key).where(one)).first() is None:
            raise IdentityUnknown
        other = exists().where(_own(actor), ExternalIdentity.id != identity_id)
        passkey = exists().where(Passkey.user_key == actor.user_key)
        if not has_password and not tx.session.scalar(select(other | passkey)):
            raise OnlyWayIn
        tx.session.execute(delete(ExternalIdentity).where(one))
        self._audit.record(tx, action=Action.IDENTITY_REMOVED, resource=f"identity/{identity_id}", actor=actor)

    def _row_of(self, tx: Transaction, who: Identity) -> Row[*tuple[Any, ...]] | None:
        columns = (*_SHOWN, ExternalIdentity.key, ExternalIdentity.user_key, ExternalIdentity.tenant_key)
        named = (ExternalIdentity.issuer == who.issuer) & (ExternalIdentity.subject == who.subject)
        with tx.whole_server():
            return tx.session.execute(select(*columns).where(named)).one_or_none()

    def _add(
        self, tx: Transaction, provider: str, who: Identity, user_key: int, tenant_key: int, *, is_used: bool
    ) -> ExternalIdentity:
        added = tx.add(
            ExternalIdentity(
                tenant_key=tenant_key,
                user_key=user_key,
                provider=provider,
                issuer=who.issuer,
                subject=who.subject,
                email=who.email,
                created_at=tx.now,
                last_used_at=tx.now if is_used else None,
            )
        )
        try:
            tx.session.flush()
        except IntegrityError:  # another request was faster with the same identity
            raise LinkedElsewhere from None
        return added

    def _denied(
        self,
        tx: Transaction,
        provider: str,
        reason: StewardError,
        ip: str,
        user_key: int | None = None,
        tenant_key: int | None = None,
    ) -> StewardError:
        self._audit.record(
            tx,
            action=Action.OAUTH_REFUSED,
            result="denied",
            tenant_key=tenant_key,
            user_key=user_key,
            ip=ip,
            details={"provider": provider, "reason": reason.code},
        )
        return reason


def _own(actor: Actor) -> ColumnElement[bool]:
    return (ExternalIdentity.tenant_key == actor.tenant_key) & (ExternalIdentity.user_key == actor.user_key)
