"""The queries of reminders, each built once for every choice of filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Table, bindparam, func, literal_column, select, union_all, update

from steward.core.reminders.gate import COLUMNS, OWN, SEEN, scope
from steward.core.reminders.types import ReminderView
from steward.core.reminders.words import named, patterns_of, shares_a_word
from steward.db.database import Transaction
from steward.db.tables import CalendarEvent, Reminder
from steward.kit.actor import Actor
from steward.kit.pages import Page, Window

WAITING = ("pending", "queued")
MOST_FOUND = 500

_table: Table = Reminder.__table__  # type: ignore[assignment]  # declarative tables are Tables
_TELLS = Reminder.text != literal_column("''")
"""A reminder that says something of its own; a literal, because the index of such reminders is a partial one."""

_RANGE: Mapping[str, ColumnElement[bool]] = {
    "start": Reminder.due_at >= bindparam("start"),
    "end": Reminder.due_at < bindparam("end"),
}
_IS_OF_STATUS = Reminder.status.in_(bindparam("statuses", expanding=True))
_BY_IDS = SEEN.where(Reminder.id.in_(bindparam("ids", expanding=True)))
_WAITING = SEEN.where(_IS_OF_STATUS, _TELLS).limit(MOST_FOUND)
_INSERT = _table.insert()
_UPDATE = update(_table).where(_table.c.key == bindparam("row"))
_MOVE = (
    update(_table)
    .where(OWN, _table.c.id.in_(bindparam("ids", expanding=True)), _IS_OF_STATUS)
    .values(status=bindparam("becomes"), queued_at=None)
    .returning(_table.c.key)
)


def page(
    tx: Transaction,
    actor: Actor,
    *,
    start: datetime | None,
    end: datetime | None,
    statuses: Sequence[str],
    window: Window,
) -> Page[ReminderView]:
    """Return a page of the reminders that tell something, by due time; two statements."""
    wanted = {name: at for name, at in (("start", start), ("end", end)) if at is not None}
    query, count = _statements(len(statuses), tuple(wanted))
    counted = tx.connection.execute(count, scope(actor, statuses=[*statuses], **wanted)).scalar_one()
    each = {f"status_{number}": status for number, status in enumerate(statuses)}
    end_of_page = window.offset + window.limit
    parameters = scope(actor, **each, **wanted, limit=window.limit, offset=window.offset, most=end_of_page)
    rows = tx.connection.execute(query, parameters).all()
    return Page([ReminderView(*row) for row in rows], counted, window)


def waiting(tx: Transaction, actor: Actor, words: str) -> Sequence[ReminderView]:
    """Return the waiting reminders that may fit the words, earliest first, at most 500; all without words."""
    patterns = patterns_of(words)
    if not patterns:
        return page(tx, actor, start=None, end=None, statuses=WAITING, window=Window(limit=MOST_FOUND)).items
    rows = tx.connection.execute(_sharing(len(patterns)), scope(actor, statuses=WAITING, **named(patterns))).all()
    return [ReminderView(*row) for row in rows]


def of_ids(tx: Transaction, actor: Actor, ids: Iterable[UUID]) -> list[ReminderView]:
    """Return the actor's reminders of the ids, earliest first."""
    rows: Sequence[Row[*tuple[Any, ...]]] = tx.connection.execute(_BY_IDS, scope(actor, ids=[*ids])).all()
    return [ReminderView(*row) for row in rows]


def insert(tx: Transaction, values: Mapping[str, Any]) -> int:
    """Write a row and return its key."""
    key: int = tx.connection.execute(_INSERT, dict(values)).inserted_primary_key[0]  # type: ignore[index]
    return key


def change(tx: Transaction, reminder_key: int, values: Mapping[str, Any]) -> None:
    """Write the values into the row."""
    tx.connection.execute(_UPDATE, {**values, "row": reminder_key})


def move(tx: Transaction, actor: Actor, ids: Iterable[UUID], statuses: Sequence[str], becomes: str) -> int:
    """Give those of the actor's reminders that have one of the statuses another one; return how many there were."""
    parameters = scope(actor, ids=[*ids], statuses=statuses, becomes=becomes)
    return len(tx.connection.execute(_MOVE, parameters).all())


@cache
def _sharing(words: int) -> Select[*tuple[Any, ...]]:
    return _WAITING.where(shares_a_word(Reminder.text, words) | Reminder.is_timer)


@cache
def _statements(statuses: int, filters: tuple[str, ...]) -> tuple[Select[*tuple[Any, ...]], Select[int]]:
    """Return the query of a page and its count.

    The index is by status, then due time: the page is the earliest of the earliest of each status, so that no more
    rows are read than are needed. Inside, rows are chosen by one key only, to stay in the index.
    """
    conditions = [Reminder.user_key == bindparam("of_user"), _TELLS, *(_RANGE[name] for name in filters)]
    earliest = select(Reminder.key, Reminder.due_at).order_by(Reminder.due_at, Reminder.key).limit(bindparam("most"))
    of_each = [
        earliest.where(*conditions, Reminder.status == bindparam(f"status_{number}")).subquery()
        for number in range(statuses)
    ]
    all_of_them = union_all(*(select(one) for one in of_each)).subquery()
    chosen = (
        select(all_of_them.c.key)
        .order_by(all_of_them.c.due_at, all_of_them.c.key)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .subquery()
    )
    query = (
        select(*COLUMNS)
        .select_from(chosen)
        .join(Reminder, Reminder.key == chosen.c.key)
        .outerjoin(CalendarEvent, CalendarEvent.key == Reminder.event_key)
        .where(OWN)
        .order_by(Reminder.due_at, Reminder.key)
    )
    return query, select(func.count()).select_from(Reminder).where(*conditions, _IS_OF_STATUS)
