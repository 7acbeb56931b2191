"""The only way to the rows of ``tasks`` on somebody's behalf: those of the tenant, or only one's own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, delete, select

from steward.db.database import Transaction
from steward.db.tables import Task
from steward.kit.actor import Actor
from steward.kit.errors import NotFound

COLUMNS = (
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
"""In the order of ``TaskView``."""

OF_TENANT = Task.tenant_key == bindparam("of_tenant")
"""The condition that a task lies in the actor's tenant. Source: saas document, "List all tasks"."""

OWN = and_(OF_TENANT, Task.user_key == bindparam("of_user"))
"""The condition that a task is the actor's own."""

_ONE = select(*COLUMNS, Task.user_key).where(OF_TENANT, Task.id == bindparam("row"))
_LOCKED = _ONE.with_for_update()
_DELETE = delete(Task.__table__).where(OF_TENANT, Task.id == bindparam("row")).returning(*COLUMNS)  # type: ignore[arg-type]


class TaskUnknown(NotFound):
    """There is no such task."""

    code = "TASK_NOT_FOUND"


def scope(actor: Actor, **more: Any) -> dict[str, Any]:
    """Return the parameters of ``OF_TENANT`` and ``OWN``, and ``more``."""
    return {"of_tenant": actor.tenant_key, "of_user": actor.user_key, **more}


def row_of(tx: Transaction, actor: Actor, task_id: UUID, *, change: bool = False) -> Row[*tuple[Any, ...]]:
    """Return a task of the actor's tenant, locked for a ``change``: the columns and its ``user_key``.

    Raises:
        NotFound: there is none of that id in the tenant.
    """
    found = tx.connection.execute(_LOCKED if change else _ONE, scope(actor, row=task_id)).one_or_none()
    if found is None:
        raise TaskUnknown
    return found


def deleted(tx: Transaction, actor: Actor, task_id: UUID) -> Row[*tuple[Any, ...]]:
    """Delete a task of the actor's tenant and return its columns.

    Raises:
        NotFound: there is none of that id in the tenant.
    """
    found = tx.connection.execute(_DELETE, scope(actor, row=task_id)).one_or_none()
    if found is None:
        raise TaskUnknown
    return found
