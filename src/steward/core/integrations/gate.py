"""The only way to the rows of integrations on somebody's behalf, and to the tokens in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, func, select, update

from steward.core.integrations.errors import IntegrationUnknown
from steward.core.integrations.types import IntegrationView, Summary
from steward.db.database import Transaction
from steward.db.sealing import seal_context
from steward.db.tables import OAuthIntegration, User
from steward.kit.actor import Actor
from steward.kit.ids import new_id
from steward.kit.pages import Page, Window
from steward.kit.secrets import SealBroken
from steward.ports.oauth import Granted, Tokens

CLAIM = timedelta(seconds=40)
"""How long one process may take to renew tokens before another may try: longer than any call of a provider."""

_SHOWN = (
    OAuthIntegration.id,
    OAuthIntegration.provider,
    OAuthIntegration.account,
    OAuthIntegration.scopes,
    OAuthIntegration.status,
    OAuthIntegration.expires_at,
    OAuthIntegration.last_refreshed_at,
    OAuthIntegration.created_at,
)
"""In the order of ``IntegrationView``."""
_WHOLE = (
    *_SHOWN,
    OAuthIntegration.key,
    OAuthIntegration.tenant_key,
    OAuthIntegration.access_token,
    OAuthIntegration.refresh_token,
    OAuthIntegration.refreshing_until,
)


def own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that an integration is the actor's."""
    return (OAuthIntegration.tenant_key == actor.tenant_key) & (OAuthIntegration.user_key == actor.user_key)


def page_of(tx: Transaction, actor: Actor, provider: str | None, window: Window) -> Page[IntegrationView]:
    """Return the actor's integrations, the newest first."""
    mine = own(actor) if provider is None else own(actor) & (OAuthIntegration.provider == provider)
    total = tx.session.scalar(select(func.count()).select_from(OAuthIntegration).where(mine)) or 0
    rows = tx.session.execute(
        select(*_SHOWN).where(mine).order_by(OAuthIntegration.key.desc()).limit(window.limit).offset(window.offset)
    )
    return Page([IntegrationView(*row) for row in rows], total, window)


def row_of(tx: Transaction, actor: Actor, integration_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return the actor's integration with its tokens, sealed.

    Raises:
        IntegrationUnknown: there is none of that id for this person.
    """
    statement = select(*_WHOLE).where(own(actor), OAuthIntegration.id == integration_id)
    row = tx.session.execute(statement).one_or_none()
    if row is None:
        raise IntegrationUnknown
    return row


def view(row: Row[*tuple[Any, ...]]) -> IntegrationView:
    """Return what others see of the row."""
    return IntegrationView(*row[: len(_SHOWN)])


def summary_of(tx: Transaction, actor: Actor) -> Summary:
    """Return how many integrations the actor has, in one statement."""
    counted = (OAuthIntegration.provider, OAuthIntegration.status)
    by_provider: dict[str, int] = {}
    by_status = {"active": 0, "expired": 0, "error": 0}
    for provider, status, count in tx.session.execute(
        select(*counted, func.count()).where(own(actor)).group_by(*counted)
    ):
        by_provider[provider] = by_provider.get(provider, 0) + count
        by_status[status] += count
    return Summary(sum(by_status.values()), **by_status, by_provider=dict(sorted(by_provider.items())))


def keep(tx: Transaction, actor: Actor, provider: str, granted: Granted, scopes: tuple[str, ...]) -> IntegrationView:
    """Write a grant down and return it; one of the same account at the provider takes the place of the old one."""
    tx.session.execute(select(User.key).where(User.key == actor.user_key).with_for_update())  # one at a time
    who, tokens = granted.identity, granted.tokens
    same = (OAuthIntegration.provider == provider) & (OAuthIntegration.subject == who.subject)
    there = tx.session.execute(select(OAuthIntegration.id, OAuthIntegration.key).where(own(actor), same)).one_or_none()
    row_id = new_id() if there is None else there.id
    values: dict[str, Any] = {
        "issuer": who.issuer,
        "account": who.email or who.subject,
        "scopes": list(scopes),
        **_fresh(tx, actor.tenant_key, row_id, tokens),
    }
    if there is None:
        added = OAuthIntegration(
            id=row_id,
            tenant_key=actor.tenant_key,
            user_key=actor.user_key,
            provider=provider,
            subject=who.subject,
            created_at=tx.now,
            **values,
        )
        tx.add(added)
        tx.session.flush()
    else:
        tx.session.execute(update(OAuthIntegration).where(OAuthIntegration.key == there.key).values(**values))
    return view(row_of(tx, actor, row_id))


def claim(tx: Transaction, seen: Row[*tuple[Any, ...]]) -> datetime | None:
    """Take the right to renew the tokens that were ``seen`` and return until when; None where that is not due.

    It is not where another has the right, or the tokens were renewed already. The tokens themselves are compared:
    sealed ones also change when the master key does.
    """
    there = select(*_WHOLE).where(OAuthIntegration.key == seen.key).with_for_update()
    row = tx.session.execute(there).one_or_none()
    if row is None or (row.refreshing_until is not None and row.refreshing_until > tx.now):
        return None
    if not is_same(tx, row, seen):
        return None
    until = tx.now + CLAIM
    tx.session.execute(update(OAuthIntegration).where(OAuthIntegration.key == seen.key).values(refreshing_until=until))
    return until


def is_same(tx: Transaction, row: Row[*tuple[Any, ...]], seen: Row[*tuple[Any, ...]]) -> bool:
    """Return whether the access token is still the one that was ``seen``."""
    return opened(tx, row, "access_token") == opened(tx, seen, "access_token")


def renew(tx: Transaction, seen: Row[*tuple[Any, ...]], until: datetime, tokens: Tokens) -> bool:
    """Write new tokens down; False if the right to do so, claimed ``until`` then, is gone."""
    values = {**_fresh(tx, seen.tenant_key, seen.id, tokens), "last_refreshed_at": tx.now}
    return _settle(tx, seen, until, values)


def end(tx: Transaction, seen: Row[*tuple[Any, ...]], until: datetime, error: str) -> bool:
    """Note that the grant is over: its tokens are of no use."""
    over = {"status": "expired", "error": error[:400], "access_token": None, "refresh_token": None}
    return _settle(tx, seen, until, over)


def fail(tx: Transaction, seen: Row[*tuple[Any, ...]], until: datetime, error: str) -> bool:
    """Note that a renewal failed; the next one may work."""
    return _settle(tx, seen, until, {"status": "error", "error": error[:400]})


def remove(tx: Transaction, row: Row[*tuple[Any, ...]]) -> None:
    """Delete an integration."""
    tx.session.execute(delete(OAuthIntegration).where(OAuthIntegration.key == row.key))


def opened(tx: Transaction, row: Row[*tuple[Any, ...]], column: str) -> str | None:
    """Return the token in the column, None where there is none or its key is gone."""
    sealed = getattr(row, column)
    try:
        return None if sealed is None else tx.sealer.open(sealed, _context(row.tenant_key, row.id, column)).decode()
    except SealBroken:
        return None


def _settle(tx: Transaction, seen: Row[*tuple[Any, ...]], until: datetime, values: dict[str, Any]) -> bool:
    mine = (OAuthIntegration.key == seen.key) & (OAuthIntegration.refreshing_until == until)
    changed = update(OAuthIntegration).where(mine).values(**{"updated_at": tx.now, **values, "refreshing_until": None})
    return tx.session.execute(changed.returning(OAuthIntegration.key)).first() is not None


def _fresh(tx: Transaction, tenant_key: int, row_id: UUID, tokens: Tokens) -> dict[str, Any]:
    """Return the columns of new tokens; where no refresh token came, the old one stays."""
    ends: datetime | None = None if tokens.expires_in is None else tx.now + timedelta(seconds=tokens.expires_in)
    values: dict[str, Any] = {
        "access_token": _sealed(tx, tenant_key, row_id, "access_token", tokens.access_token),
        "status": "active",
        "error": "",
        "expires_at": ends,
        "refreshing_until": None,
        "updated_at": tx.now,
    }
    if tokens.refresh_token is not None:
        values["refresh_token"] = _sealed(tx, tenant_key, row_id, "refresh_token", tokens.refresh_token)
    return values


def _sealed(tx: Transaction, tenant_key: int, row_id: UUID, column: str, token: str) -> bytes:
    return tx.sealer.seal(token.encode(), _context(tenant_key, row_id, column))


def _context(tenant_key: int, row_id: UUID, column: str) -> str:
    return seal_context(getattr(OAuthIntegration, column), tenant_key, row_id)
