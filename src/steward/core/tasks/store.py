"""The queries of tasks, each built once for every choice of filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, bindparam, exists, func, select, update

from steward.core.reminders.words import named, patterns_of, shares_a_word
from steward.core.tasks.gate import COLUMNS, OF_TENANT, OWN, scope
from steward.core.tasks.types import TaskView
from steward.db.database import Transaction
from steward.db.tables import Task
from steward.kit.actor import Actor
from steward.kit.pages import Page, Window

MOST_FOUND = 500

_tasks: Table = Task.__table__  # type: ignore[assignment]  # declarative tables are Tables
_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "status": Task.status == bindparam("status"),
    "priority": Task.priority == bindparam("priority"),
    "list_name": Task.list_name == bindparam("list_name"),
    "due_from": Task.due_at >= bindparam("due_from"),
    "due_to": Task.due_at < bindparam("due_to"),
}
_PENDING = (Task.user_key == bindparam("of_user"), Task.status == "pending")
_PLACE = select(func.count()).where(*_PENDING, Task.key <= bindparam("row"))
_counted = (
    select(Task.key, func.row_number().over(order_by=Task.key).label("place"))
    .where(*_PENDING, Task.key <= bindparam("row"))
    .subquery()
)
_PLACES = select(_counted).where(_counted.c.key.in_(bindparam("rows", expanding=True)))
_OWN_ONE = select(*COLUMNS).where(OWN, Task.id == bindparam("row"))
_OWN_IN_ORDER = select(*COLUMNS).where(OWN, _FILTERS["status"]).order_by(Task.key).limit(bindparam("limit"))
_OWN_NTH = _OWN_IN_ORDER.offset(bindparam("offset"))
_IS_TAKEN = select(exists().where(Task.key == bindparam("row")))
_INSERT = _tasks.insert()
_UPDATE = update(_tasks).where(_tasks.c.key == bindparam("row"))


def page_of_tenant(tx: Transaction, actor: Actor, wanted: Mapping[str, Any], window: Window) -> Page[TaskView]:
    """Return a page of the tenant's tasks that match the filters, newest first."""
    rows, total = _page(tx, actor, wanted, window, is_own=False)
    return Page([TaskView(*row) for row in rows], total, window)


def page_of_own(tx: Transaction, actor: Actor, wanted: Mapping[str, Any], window: Window) -> Page[TaskView]:
    """Return a page of the actor's own tasks that match the filters, oldest first, numbered."""
    rows, total = _page(tx, actor, wanted, window, is_own=True)
    if wanted.keys() == {"status"}:  # the places are those in the page
        is_pending = wanted["status"] == "pending"
        return Page(
            [
                replace(TaskView(*row), number=place if is_pending else None)
                for place, row in enumerate(rows, window.offset + 1)
            ],
            total,
            window,
        )
    return Page(numbered(tx, actor, rows), total, window)


def own_by_number(tx: Transaction, actor: Actor, status: str, number: int) -> list[TaskView]:
    """Return the actor's own task at that place among those of the status, or nothing."""
    if number < 1:
        return []
    rows = tx.connection.execute(_OWN_NTH, scope(actor, status=status, limit=1, offset=number - 1)).all()
    return [replace(TaskView(*row), number=number if status == "pending" else None) for row in rows]


def own_sharing_words(tx: Transaction, actor: Actor, status: str, words: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the columns of the actor's own tasks that may fit the words, oldest first, at most 500."""
    patterns = patterns_of(words)
    parameters = scope(actor, status=status, limit=MOST_FOUND, **named(patterns))
    return tx.connection.execute(_sharing(len(patterns)), parameters).all()


def own_by_id(tx: Transaction, actor: Actor, task_id: Any) -> list[TaskView]:
    """Return the actor's own task of that id, numbered, or nothing."""
    return numbered(tx, actor, tx.connection.execute(_OWN_ONE, scope(actor, row=task_id)).all())


def numbered(tx: Transaction, actor: Actor, rows: Iterable[Row[*tuple[Any, ...]]]) -> list[TaskView]:
    """Return the actor's own rows with their places among the pending ones; one statement at most."""
    found = [TaskView(*row) for row in rows]
    pending = [view.key for view in found if view.status == "pending"]
    if not pending:
        return found
    parameters = {"of_user": actor.user_key, "row": max(pending), "rows": pending}
    places = {key: place for key, place in tx.connection.execute(_PLACES, parameters)}
    return [replace(view, number=places.get(view.key)) for view in found]


def place_of(tx: Transaction, user_key: int, task_key: int, status: str) -> int | None:
    """Return the place of a pending task among its owner's, None for another one."""
    if status != "pending":
        return None
    return tx.connection.execute(_PLACE, {"of_user": user_key, "row": task_key}).scalar_one()


def insert(tx: Transaction, values: Mapping[str, Any]) -> int:
    """Write a row and return its key."""
    key: int = tx.connection.execute(_INSERT, dict(values)).inserted_primary_key[0]  # type: ignore[index]
    return key


def is_taken(tx: Transaction, task_key: int) -> bool:
    """Return whether there is a row of that key."""
    return bool(tx.connection.execute(_IS_TAKEN, {"row": task_key}).scalar_one())


def change(tx: Transaction, task_key: int, values: Mapping[str, Any]) -> None:
    """Write the values into the row."""
    tx.connection.execute(_UPDATE, {**values, "row": task_key})


def _page(
    tx: Transaction, actor: Actor, wanted: Mapping[str, Any], window: Window, *, is_own: bool
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    page, count = _statements(tuple(wanted), is_own)
    parameters = scope(actor, **wanted)
    total = tx.connection.execute(count, parameters).scalar_one()
    rows = tx.connection.execute(page, {**parameters, "limit": window.limit, "offset": window.offset}).all()
    return rows, total


@cache
def _sharing(words: int) -> Select[*tuple[Any, ...]]:
    return _OWN_IN_ORDER.where(shares_a_word(Task.title, words)) if words else _OWN_IN_ORDER


@cache
def _statements(filters: tuple[str, ...], is_own: bool) -> tuple[Select[*tuple[Any, ...]], Select[int]]:
    """Return the query of a page and its count. The count names one key only, so that it stays inside an index."""
    conditions = [_FILTERS[name] for name in filters]
    page = select(*COLUMNS).where(OWN if is_own else OF_TENANT, *conditions)
    page = page.order_by(Task.key if is_own else Task.key.desc()).limit(bindparam("limit")).offset(bindparam("offset"))
    whose = Task.user_key == bindparam("of_user") if is_own else OF_TENANT
    return page, select(func.count()).select_from(Task).where(whose, *conditions)
