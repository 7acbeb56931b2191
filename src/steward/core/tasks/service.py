"""The verbs on tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from steward.core.reminders.wall_time import resolved, zone_of
from steward.core.reminders.words import best, prose
from steward.core.tasks import store
from steward.core.tasks.gate import deleted, row_of
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
from steward.kit.actor import Actor
from steward.kit.ids import new_id
from steward.kit.pages import Page, Window


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
        wanted: dict[str, str] = {}
        if status is not None:
            wanted["status"] = status_of(status)
        if priority is not None:
            wanted["priority"] = priority_of(priority)

        def work(tx: Transaction) -> Page[TaskView]:
            return store.page_of_tenant(tx, actor, wanted, span)

        return await self._db.glance(work)

    async def get(self, actor: Actor, task_id: UUID) -> TaskView:
        """Return one task of the tenant. Raises NotFound."""
        return await self._db.glance(lambda tx: TaskView(*row_of(tx, actor, task_id)[:-1]))

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
        values = {
            "title": title_of(new.title),
            "description": description_of(new.description),
            "status": "pending",
            "priority": priority_of(new.priority),
            "list_name": list_of(new.list_name),
            "due_at": due_of(new.due, actor.zone),
            "details": details_of(new.details),
        }
        return _written(tx, actor, {"id": new_id(), **values, "created_at": tx.now, "updated_at": tx.now})

    def change_in(self, tx: Transaction, actor: Actor, task_id: UUID, change: TaskChange) -> TaskView:
        """Change a task in the caller's transaction. Raises NotFound, Invalid."""
        row = row_of(tx, actor, task_id, change=True)
        values: dict[str, Any] = {"updated_at": tx.now}
        if "title" in change:
            values["title"] = title_of(change["title"])
        if "description" in change:
            values["description"] = description_of(change["description"])
        if "priority" in change:
            values["priority"] = priority_of(change["priority"])
        if "due" in change:
            values["due_at"] = due_of(change["due"], actor.zone)
        if "list_name" in change:
            values["list_name"] = list_of(change["list_name"])
        values |= _outcome(tx, row.status, change)
        store.change(tx, row.key, values)
        known = {**row._mapping, **values}
        number = store.place_of(tx, known.pop("user_key"), row.key, known["status"])
        return TaskView(**known, number=number)

    def remove_in(self, tx: Transaction, actor: Actor, task_id: UUID) -> dict[str, Any]:
        """Delete a task in the caller's transaction and return what ``restore_in`` needs. Raises NotFound."""
        return packed(deleted(tx, actor, task_id))

    def restore_in(self, tx: Transaction, actor: Actor, kept: Mapping[str, Any]) -> TaskView:
        """Write a deleted task again: same id, and the same place in the list if that is still free."""
        values = unpacked(kept)
        if not store.is_taken(tx, kept["key"]):
            values["key"] = kept["key"]
        return _written(tx, actor, values)

    def page_in(self, tx: Transaction, actor: Actor, wish: TaskWish, window: Window) -> Page[TaskView]:
        """Return a page of the actor's own tasks, oldest first, numbered; three statements at most. Raises Invalid."""
        zone = zone_of(actor.zone)
        wanted: dict[str, Any] = {}
        if wish.status is not None:
            wanted["status"] = status_of(wish.status)
        if wish.priority is not None:
            wanted["priority"] = priority_of(wish.priority)
        if wish.list_name is not None:
            wanted["list_name"] = list_of(wish.list_name)
        if wish.due_from is not None:
            wanted["due_from"] = resolved(wish.due_from, zone, field="from")
        if wish.due_to is not None:
            wanted["due_to"] = resolved(wish.due_to, zone, field="to", day_end=True)
        return store.page_of_own(tx, actor, wanted, window)

    def find_in(
        self, tx: Transaction, actor: Actor, *, words: str = "", number: int | None = None, status: str = "pending"
    ) -> Sequence[TaskView]:
        """Return the actor's own tasks that are meant: the one of that number, or those that fit the words best.

        With neither, all of that status, at most 500.
        """
        if number is not None:
            return store.own_by_number(tx, actor, status, number)
        rows = store.own_sharing_words(tx, actor, status, words)
        return store.numbered(tx, actor, best(rows, words, lambda row: str(row.title)) if words else rows)

    def own_in(self, tx: Transaction, actor: Actor, task_id: UUID) -> TaskView | None:
        """Return the actor's own task of that id, numbered, or None."""
        return next(iter(store.own_by_id(tx, actor, task_id)), None)


def _outcome(tx: Transaction, status_before: str, change: TaskChange) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "status" in change:
        status = status_of(change["status"])
        if status != status_before:
            values |= {"status": status, "completed_at": tx.now if status == "completed" else None}
    if "details" in change:
        values["details"] = details_of(change["details"])
    if "result" in change:
        values["result"] = None if change["result"] is None else dict(change["result"])
    if "error" in change:
        values["error"] = None if change["error"] is None else prose(change["error"], "error", 4_000)
    return values


def _written(tx: Transaction, actor: Actor, values: Mapping[str, Any]) -> TaskView:
    """Write a row and return it as it is then: nothing has to be read again but its place."""
    key = store.insert(tx, {"tenant_key": actor.tenant_key, "user_key": actor.user_key, **values})
    known = {"result": None, "error": None, "completed_at": None, **values, "key": key}
    return TaskView(**known, number=store.place_of(tx, actor.user_key, key, known["status"]))
