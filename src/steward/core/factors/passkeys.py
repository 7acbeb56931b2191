"""Passkeys: adding, listing, renaming, removing, and proving one to sign in or as a second factor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, func, select, update

from steward.core.accounts import SignInRequired, StepUp
from steward.core.audit import Action, AuditLog
from steward.core.factors import gate
from steward.core.factors.ceremonies import Party, challenge_of, credential_id_of, handle_of
from steward.core.factors.errors import PasskeyNotFound, PasskeyWrong, TooManyPasskeys
from steward.core.factors.notices import Notices
from steward.core.factors.types import PasskeyProof, PasskeyView
from steward.core.proofs import Proof, ProofKind, Proofs, ProofWrong
from steward.db.database import Database, Transaction
from steward.db.tables import MfaAccount, Passkey
from steward.kit.actor import Actor
from steward.kit.pages import Page, Window
from steward.kit.text import plain_label

MOST_PASSKEYS = 20
"""How many passkeys one person may have."""

_CHALLENGE_LIFE = timedelta(minutes=5)
_NAME_LIMIT = 100
_SIGN_IN = "sign-in"
_COLUMNS = (
    Passkey.id,
    Passkey.name,
    Passkey.transports,
    Passkey.is_backed_up,
    Passkey.created_at,
    Passkey.last_used_at,
)


@dataclass(frozen=True, slots=True)
class CheckedPasskey:
    """A passkey whose signature was right. ``seen`` is the counter it was checked against."""

    key: int
    id: UUID
    user_key: int
    tenant_key: int
    seen: int
    sign_count: int
    is_backed_up: bool


class PasskeyService:
    """What can be done with passkeys. ``public_url`` gives the relying party and the origin."""

    def __init__(
        self, db: Database, proofs: Proofs, step_up: StepUp, notices: Notices, audit: AuditLog, public_url: str
    ) -> None:
        self._db = db
        self._proofs = proofs
        self._step_up = step_up
        self._notices = notices
        self._audit = audit
        self._party = Party(public_url)

    async def begin_registration(
        self, actor: Actor, *, password: str | None = None, code: str | None = None
    ) -> dict[str, Any]:
        """Return what the browser needs to make a passkey; good for five minutes, for this session, once.

        Raises:
            SignInRequired: the actor came with an API key.
            StepUpRequired: a second factor is on, and a fresh proof of it is missing.
            TooManyPasskeys: the account is full.
        """
        _need_person(actor)
        await self._step_up.check(actor, password=password, code=code)

        def work(tx: Transaction) -> dict[str, Any]:
            known = tx.session.scalars(select(Passkey.credential_id).where(_own(actor))).all()
            if len(known) >= MOST_PASSKEYS:
                raise TooManyPasskeys
            return self._party.creation_options(
                self._challenge(tx, f"register|{actor.session_id}", actor),
                handle=gate.ensure(tx, actor.tenant_key, actor.user_key),
                account=actor.email or actor.name or str(actor.user_id),
                name=actor.name or actor.email or str(actor.user_id),
                known=known,
            )

        return await self._db.write(work)

    async def finish_registration(self, actor: Actor, credential: Mapping[str, Any], name: str = "") -> PasskeyView:
        """Keep the passkey that the browser made.

        Raises:
            PasskeyWrong: it does not answer a challenge of this session, or is known already.
        """
        _need_person(actor)
        challenge = challenge_of(credential)
        await self._redeem(challenge, f"register|{actor.session_id}", actor.user_key)
        made = self._party.created(credential, challenge)
        label = plain_label(name)[:_NAME_LIMIT] or "Passkey"

        def work(tx: Transaction) -> PasskeyView:
            gate.ensure(tx, actor.tenant_key, actor.user_key)
            taken = select(Passkey.key).where(Passkey.credential_id == made.credential_id)
            if tx.session.execute(taken).first() is not None:
                raise PasskeyWrong
            row = tx.add(
                Passkey(
                    tenant_key=actor.tenant_key,
                    user_key=actor.user_key,
                    credential_id=made.credential_id,
                    public_key=made.public_key,
                    sign_count=made.sign_count,
                    name=label,
                    transports=list(made.transports),
                    aaguid=made.aaguid,
                    is_backed_up=made.is_backed_up,
                    created_at=tx.now,
                )
            )
            tx.session.flush()
            self._notices.passkey_added(tx, actor.tenant_key, actor.user_key, label)
            self._audit.record(tx, action=Action.PASSKEY_ADDED, resource=f"passkey/{row.id}", actor=actor)
            return self._view(tx, actor, row.id)

        return await self._db.write(work)

    async def list(self, actor: Actor, window: Window) -> Page[PasskeyView]:
        """Return a page of the actor's passkeys, the newest first."""
        actor.need("profile:read")

        def work(tx: Transaction) -> Page[PasskeyView]:
            total = tx.session.execute(select(func.count()).select_from(Passkey).where(_own(actor))).scalar_one()
            query = select(*_COLUMNS).where(_own(actor)).order_by(Passkey.key.desc())
            rows = tx.session.execute(query.limit(window.limit).offset(window.offset)).all()
            return Page([PasskeyView(**row._mapping) for row in rows], total, window)

        return await self._db.read(work)

    async def rename(self, actor: Actor, passkey_id: UUID, name: str) -> PasskeyView:
        """Give a passkey another name and return it.

        Raises:
            PasskeyNotFound: there is none, or it is somebody else's.
        """
        _need_person(actor)
        label = plain_label(name)[:_NAME_LIMIT] or "Passkey"

        def work(tx: Transaction) -> PasskeyView:
            tx.session.execute(update(Passkey).where(_own(actor), Passkey.id == passkey_id).values(name=label))
            view = self._view(tx, actor, passkey_id)
            self._audit.record(tx, action=Action.PASSKEY_CHANGED, resource=f"passkey/{passkey_id}", actor=actor)
            return view

        return await self._db.write(work)

    async def remove(
        self, actor: Actor, passkey_id: UUID, *, password: str | None = None, code: str | None = None
    ) -> None:
        """Remove a passkey: it signs nobody in any more.

        Raises:
            PasskeyNotFound: there is none, or it is somebody else's.
            StepUpRequired: a second factor is on, and a fresh proof of it is missing.
        """
        _need_person(actor)
        await self._step_up.check(actor, password=password, code=code)

        def work(tx: Transaction) -> None:
            view = self._view(tx, actor, passkey_id)
            tx.session.execute(delete(Passkey).where(_own(actor), Passkey.id == passkey_id))
            self._notices.passkey_removed(tx, actor.tenant_key, actor.user_key, view.name)
            self._audit.record(tx, action=Action.PASSKEY_REMOVED, resource=f"passkey/{passkey_id}", actor=actor)

        await self._db.write(work)

    async def begin_sign_in(self) -> dict[str, Any]:
        """Return what the browser needs to prove any passkey of this server; nobody has to say who they are."""
        return await self._db.write(lambda tx: self._party.request_options(self._challenge(tx, _SIGN_IN)))

    async def begin_factor(self, actor: Actor) -> dict[str, Any]:
        """Return what the browser needs to prove a passkey of the actor, for this session.

        Raises:
            PasskeyNotFound: the actor has none.
        """

        def work(tx: Transaction) -> dict[str, Any]:
            known = tx.session.scalars(select(Passkey.credential_id).where(_own(actor))).all()
            if not known:
                raise PasskeyNotFound("You have no passkey.")
            return self._party.request_options(self._challenge(tx, f"factor|{actor.session_id}", actor), known=known)

        return await self._db.write(work)

    async def check(self, credential: Mapping[str, Any], actor: Actor | None = None) -> CheckedPasskey:
        """Return the passkey that answered a challenge: of ``begin_factor`` for an actor, else of ``begin_sign_in``.

        The challenge is used up whatever comes of it. Finish with ``take`` in the transaction that relies on it.

        Raises:
            PasskeyWrong: challenge, origin, relying party, signature, counter or person are not as they must be.
        """
        challenge, credential_id = challenge_of(credential), credential_id_of(credential)
        target = _SIGN_IN if actor is None else f"factor|{actor.session_id}"
        await self._redeem(challenge, target, None if actor is None else actor.user_key)
        row = await self._db.read(lambda tx: self._stored(tx, credential_id))
        handle = handle_of(credential)
        if row is None or (actor is not None and row.user_key != actor.user_key):
            raise PasskeyWrong
        if handle != row.user_handle and (actor is None or handle is not None):
            raise PasskeyWrong
        try:
            counter, is_backed_up = self._party.proved(
                credential, challenge, public_key=row.public_key, sign_count=row.sign_count
            )
        except PasskeyWrong:
            await self._db.write(
                lambda tx: self._audit.record(
                    tx,
                    action=Action.PASSKEY_REFUSED,
                    resource=f"passkey/{row.id}",
                    result="failure",
                    tenant_key=row.tenant_key,
                    user_key=row.user_key,
                )
            )
            raise
        return CheckedPasskey(row.key, row.id, row.user_key, row.tenant_key, row.sign_count, counter, is_backed_up)

    def take(self, tx: Transaction, checked: CheckedPasskey) -> PasskeyProof | None:
        """Note the use of a checked passkey; None if it was used or removed in the meantime."""
        as_seen = (Passkey.key == checked.key) & (Passkey.sign_count == checked.seen)
        used = tx.session.execute(
            update(Passkey)
            .where(as_seen)
            .values(sign_count=checked.sign_count, is_backed_up=checked.is_backed_up, last_used_at=tx.now)
            .returning(Passkey.key)
        )
        if used.first() is None:
            return None
        return PasskeyProof(checked.user_key, checked.tenant_key, checked.id)

    def _challenge(self, tx: Transaction, target: str, actor: Actor | None = None) -> str:
        return self._proofs.issue(
            tx,
            ProofKind.PASSKEY_CHALLENGE,
            life=_CHALLENGE_LIFE,
            tenant_key=actor.tenant_key if actor else None,
            user_key=actor.user_key if actor else None,
            target=target,
        )

    async def _redeem(self, challenge: str, target: str, user_key: int | None) -> None:
        def work(tx: Transaction) -> Proof | None:
            try:
                return self._proofs.redeem(tx, ProofKind.PASSKEY_CHALLENGE, challenge)
            except ProofWrong:
                return None

        proof = await self._db.write(work)
        if proof is None or proof.target != target or proof.user_key != user_key:
            raise PasskeyWrong

    @staticmethod
    def _stored(tx: Transaction, credential_id: bytes) -> Row[*tuple[Any, ...]] | None:
        columns = (
            Passkey.key,
            Passkey.id,
            Passkey.user_key,
            Passkey.tenant_key,
            Passkey.public_key,
            Passkey.sign_count,
            MfaAccount.user_handle,
        )
        return tx.session.execute(
            select(*columns)
            .join(MfaAccount, MfaAccount.user_key == Passkey.user_key)
            .where(Passkey.credential_id == credential_id)
        ).one_or_none()

    @staticmethod
    def _view(tx: Transaction, actor: Actor, passkey_id: UUID) -> PasskeyView:
        row = tx.session.execute(select(*_COLUMNS).where(_own(actor), Passkey.id == passkey_id)).one_or_none()
        if row is None:
            raise PasskeyNotFound
        return PasskeyView(**row._mapping)


def _own(actor: Actor) -> ColumnElement[bool]:
    return (Passkey.user_key == actor.user_key) & (Passkey.tenant_key == actor.tenant_key)


def _need_person(actor: Actor) -> None:
    actor.need("profile:write")
    if actor.via != "session":
        raise SignInRequired
