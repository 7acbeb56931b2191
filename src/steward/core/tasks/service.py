"""The verbs on tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, delete, exists, func, select
from sqlalchemy.orm import aliased

from steward.core.reminders.wall_time import resolved, zone_of
from steward.core.reminders.words import best, prose, shares_a_word
from steward.core.tasks.gate import TaskUnknown, of_tenant, own, row_of
from steward.core.tasks.rules import (
    description_of,
    details_of,
    due_of,
    list_of,
    packed,
    priority_of,
    status_of,
    title_of,
    unpacked,
)
from steward.core.tasks.types import NewTask, TaskChange, TaskView, TaskWish
from steward.db.database import Database, Transaction
from steward.db.tables import Task
from steward.kit.actor import Actor
from steward.kit.pages import Page, Window

_MOST_FOUND = 500
_COLUMNS = (
    Task.key,
    Task.id,
    Task.title,
    Task.description,
    Task.status,
    Task.priority,
    Task.list_name,
    Task.due_at,
    Task.details,
    Task.result,
    Task.error,
    Task.created_at,
    Task.updated_at,
    Task.completed_at,
)


class TaskService:
    """Keeps work items. Through the API a tenant sees all its tasks; the assistant handles only one's own."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def list(
        self, actor: Actor, *, status: str | None = None, priority: str | None = None, window: Window | None = None
    ) -> Page[TaskView]:
        """Return the tenant's tasks, newest first (decision AT04).

        Raises:
            Invalid: the status or priority is unknown.
        """
        span = window or Window(limit=50)
        conditions = [of_tenant(actor)]
        if status is not None:
            conditions.append(Task.status == status_of(status))
        if priority is not None:
            conditions.append(Task.priority == priority_of(priority))

        def work(tx: Transaction) -> Page[TaskView]:
            return _page(tx, select(*_COLUMNS).order_by(Task.key.desc()), conditions, span)

        return await self._db.read(work)

    async def get(self, actor: Actor, task_id: UUID) -> TaskView:
        """Return one task of the tenant. Raises NotFound."""

        def work(tx: Transaction) -> TaskView:
            row = tx.session.execute(select(*_COLUMNS).where(of_tenant(actor), Task.id == task_id)).one_or_none()
            if row is None:
                raise TaskUnknown
            return _view(row)

        return await self._db.read(work)

    async def create(self, actor: Actor, new: NewTask) -> TaskView:
        """Write a task and return it. Raises Invalid."""
        return await self._db.write(lambda tx: self.create_in(tx, actor, new))

    async def change(self, actor: Actor, task_id: UUID, change: TaskChange) -> TaskView:
        """Change what is named and return the task; ``completed_at`` follows the status. Raises NotFound, Invalid."""
        return await self._db.write(lambda tx: self.change_in(tx, actor, task_id, change))

    async def remove(self, actor: Actor, task_id: UUID) -> None:
        """Delete a task. Raises NotFound."""
        await self._db.write(lambda tx: self.remove_in(tx, actor, task_id))

    def create_in(self, tx: Transaction, actor: Actor, new: NewTask) -> TaskView:
        """Write a task in the caller's transaction. Raises Invalid."""
        row = Task(
            tenant_key=actor.tenant_key,
            user_key=actor.user_key,
            title=title_of(new.title),
            description=description_of(new.description),
            status="pending",
            priority=priority_of(new.priority),
            list_name=list_of(new.list_name),
            due_at=due_of(new.due, actor.zone),
            details=details_of(new.details),
            created_at=tx.now,
            updated_at=tx.now,
        )
        tx.add(row)
        tx.session.flush()
        return self.seen_in(tx, actor, row.id)

    def change_in(self, tx: Transaction, actor: Actor, task_id: UUID, change: TaskChange) -> TaskView:
        """Change a task in the caller's transaction. Raises NotFound, Invalid."""
        row = row_of(tx, actor, task_id)
        if "title" in change:
            row.title = title_of(change["title"])
        if "description" in change:
            row.description = description_of(change["description"])
        if "priority" in change:
            row.priority = priority_of(change["priority"])
        if "due" in change:
            row.due_at = due_of(change["due"], actor.zone)
        if "list_name" in change:
            row.list_name = list_of(change["list_name"])
        _fill_outcome(tx, row, change)
        row.updated_at = tx.now
        tx.session.flush()
        return self.seen_in(tx, actor, task_id)

    def remove_in(self, tx: Transaction, actor: Actor, task_id: UUID) -> dict[str, Any]:
        """Delete a task in the caller's transaction and return what ``restore_in`` needs. Raises NotFound."""
        row = row_of(tx, actor, task_id)
        kept = packed(row)
        tx.session.execute(delete(Task).where(of_tenant(actor), Task.id == task_id))
        tx.session.expunge(row)
        return kept

    def restore_in(self, tx: Transaction, actor: Actor, kept: Mapping[str, Any]) -> TaskView:
        """Write a deleted task again: same id, and the same place in the list if that is still free."""
        row = Task(tenant_key=actor.tenant_key, user_key=actor.user_key, **unpacked(kept))
        if not tx.session.scalar(select(exists().where(Task.key == kept["key"]))):
            row.key = kept["key"]
        tx.add(row)
        tx.session.flush()
        return self.seen_in(tx, actor, row.id)

    def page_in(self, tx: Transaction, actor: Actor, wish: TaskWish, window: Window) -> Page[TaskView]:
        """Return a page of the actor's own tasks, oldest first, numbered; two statements. Raises Invalid."""
        conditions = [own(actor)]
        if wish.status is not None:
            conditions.append(Task.status == status_of(wish.status))
        if wish.priority is not None:
            conditions.append(Task.priority == priority_of(wish.priority))
        if wish.list_name is not None:
            conditions.append(Task.list_name == list_of(wish.list_name))
        zone = zone_of(actor.zone)
        if wish.due_from is not None:
            conditions.append(Task.due_at >= resolved(wish.due_from, zone, field="from"))
        if wish.due_to is not None:
            conditions.append(Task.due_at < resolved(wish.due_to, zone, field="to", day_end=True))
        return _page(tx, _numbered(), conditions, window)

    def find_in(
        self, tx: Transaction, actor: Actor, *, words: str = "", number: int | None = None, status: str = "pending"
    ) -> Sequence[TaskView]:
        """Return the actor's own tasks that are meant: the one of that number, or those that fit the words best.

        With neither, all of that status, at most 500.
        """
        query = _numbered().where(own(actor), Task.status == status)
        if number is not None:
            found = tx.session.execute(query.limit(1).offset(max(0, number - 1))).all() if number > 0 else []
            return [_view(row) for row in found]
        narrowed = shares_a_word(Task.title, words) if words else None
        if narrowed is not None:
            query = query.where(narrowed)
        rows = [_view(row) for row in tx.session.execute(query.limit(_MOST_FOUND))]
        return best(rows, words, lambda task: task.title) if words else rows

    def own_in(self, tx: Transaction, actor: Actor, task_id: UUID) -> TaskView | None:
        """Return the actor's own task of that id, numbered, or None."""
        row = tx.session.execute(_numbered().where(own(actor), Task.id == task_id)).one_or_none()
        return None if row is None else _view(row)

    def seen_in(self, tx: Transaction, actor: Actor, task_id: UUID) -> TaskView:
        """Return one task of the tenant with its number among its owner's pending ones. Raises NotFound."""
        row = tx.session.execute(_numbered().where(of_tenant(actor), Task.id == task_id)).one_or_none()
        if row is None:
            raise TaskUnknown
        return _view(row)


def _fill_outcome(tx: Transaction, row: Task, change: TaskChange) -> None:
    if "status" in change:
        status = status_of(change["status"])
        if status != row.status:
            row.status, row.completed_at = status, tx.now if status == "completed" else None
    if "details" in change:
        row.details = details_of(change["details"])
    if "result" in change:
        row.result = None if change["result"] is None else dict(change["result"])
    if "error" in change:
        row.error = None if change["error"] is None else prose(change["error"], "error", 4_000)


def _numbered() -> Select[*tuple[Any, ...]]:
    older = aliased(Task)
    place = (
        select(func.count())
        .where(older.user_key == Task.user_key, older.status == "pending", older.key <= Task.key)
        .correlate(Task)
        .scalar_subquery()
    )
    number = case((Task.status == "pending", place), else_=None).label("number")
    query: Select[*tuple[Any, ...]] = select(*_COLUMNS, number).order_by(Task.key)
    return query


def _page(
    tx: Transaction, query: Select[*tuple[Any, ...]], conditions: Sequence[ColumnElement[bool]], window: Window
) -> Page[TaskView]:
    rows = tx.session.execute(query.where(*conditions).limit(window.limit).offset(window.offset)).all()
    total = tx.session.scalar(select(func.count()).select_from(Task).where(*conditions)) or 0
    return Page([_view(row) for row in rows], total, window)


def _view(row: Row[*tuple[Any, ...]]) -> TaskView:
    return TaskView(**row._mapping)
