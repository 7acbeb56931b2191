"""Reading the audit log, and writing down what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Row, and_, func, select, true

from steward.core.audit.service import AuditLog
from steward.core.audit.types import Action
from steward.db.database import Database, Transaction
from steward.db.tables import AuditEntry, User
from steward.kit.actor import Actor
from steward.kit.errors import Unavailable
from steward.kit.pages import Page, Window

log = structlog.get_logger(__name__)

ALL_TENANTS = "platform:read"
"""Whoever holds it reads the entries of every tenant; others those of their own."""


@dataclass(frozen=True, slots=True)
class AuditView:
    """An entry. ``user_id`` is None where nobody is known, or no more; ``user_number`` stays.

    ``resource`` and ``resource_id`` are empty where it is about nothing in particular.
    """

    id: UUID
    user_id: UUID | None
    user_number: int | None
    action: str
    resource: str
    resource_id: str
    result: str
    ip: str
    details: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditWish:
    """Which entries are wanted; None is any.

    ``user`` is an id or a ``user_number``; ``resource`` is ``noun`` or ``noun/id``; from ``start`` to before ``end``.
    """

    user: UUID | int | None = None
    action: str | None = None
    resource: str | None = None
    start: datetime | None = None
    end: datetime | None = None


class AuditTrail:
    """What surfaces can do with the audit log."""

    def __init__(self, db: Database, audit: AuditLog) -> None:
        self._db = db
        self._audit = audit

    async def list(self, actor: Actor, wish: AuditWish, window: Window) -> Page[AuditView]:
        """Return the entries of the actor's tenant, the newest first; the server owner sees those of all.

        Raises:
            Forbidden: the actor may not read the audit log.
        """
        actor.need("audit:read")
        wanted = _wanted(actor, wish)

        def work(tx: Transaction) -> Page[AuditView]:
            if not actor.may(ALL_TENANTS):
                return _page(tx, wanted, window)
            with tx.whole_server():
                return _page(tx, wanted, window)

        return await self._db.read(work)

    async def note_denial(self, actor: Actor, tried: str, *, code: str) -> None:
        """Write down that somebody was not allowed to do what they ``tried``; of a flood only some (``bounds``)."""

        def work(tx: Transaction) -> None:
            self._audit.record_refusal(
                tx,
                whose=f"user/{actor.user_key}",
                action=Action.ACCESS_DENIED,
                result="denied",
                actor=actor,
                details={"tried": tried, "code": code, "via": actor.via},
            )

        try:
            await self._db.write(work)
        except Unavailable as problem:  # the answer is a refusal all the same
            log.warning("a denial was not recorded", problem=problem.message)


_COLUMNS = (
    AuditEntry.id,
    User.id.label("user_id"),
    AuditEntry.user_key,
    AuditEntry.action,
    AuditEntry.resource,
    AuditEntry.result,
    AuditEntry.ip,
    AuditEntry.details,
    AuditEntry.at,
)


def _page(tx: Transaction, wanted: ColumnElement[bool], window: Window) -> Page[AuditView]:
    total = tx.session.scalar(select(func.count()).select_from(AuditEntry).where(wanted)) or 0
    rows = tx.session.execute(
        select(*_COLUMNS)
        .outerjoin(User, User.key == AuditEntry.user_key)
        .where(wanted)
        .order_by(AuditEntry.key.desc())
        .limit(window.limit)
        .offset(window.offset)
    )
    return Page([_view(row) for row in rows], total, window)


def _wanted(actor: Actor, wish: AuditWish) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    if not actor.may(ALL_TENANTS):
        conditions.append(AuditEntry.tenant_key == actor.tenant_key)
    if isinstance(wish.user, int):
        conditions.append(AuditEntry.user_key == wish.user)
    elif wish.user is not None:
        conditions.append(AuditEntry.user_key == select(User.key).where(User.id == wish.user).scalar_subquery())
    if wish.action is not None:
        conditions.append(AuditEntry.action == wish.action)
    if wish.resource is not None:
        inside = AuditEntry.resource.startswith(f"{wish.resource}/", autoescape=True)
        conditions.append((AuditEntry.resource == wish.resource) | inside)
    if wish.start is not None:
        conditions.append(AuditEntry.at >= wish.start)
    if wish.end is not None:
        conditions.append(AuditEntry.at < wish.end)
    return and_(*conditions)


def _view(row: Row[*tuple[Any, ...]]) -> AuditView:
    noun, _, resource_id = row.resource.partition("/")
    return AuditView(
        id=row.id,
        user_id=row.user_id,
        user_number=row.user_key,
        action=row.action,
        resource=noun,
        resource_id=resource_id,
        result=row.result,
        ip=row.ip,
        details=row.details,
        at=row.at,
    )
