"""The only way to the rows of ``tasks`` on somebody's behalf: those of the tenant, or only one's own."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from steward.db.database import Transaction
from steward.db.tables import Task
from steward.kit.actor import Actor
from steward.kit.errors import NotFound


class TaskUnknown(NotFound):
    """There is no such task."""

    code = "TASK_NOT_FOUND"


def of_tenant(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a task lies in the actor's tenant. Source: saas document, "List all tasks"."""
    return Task.tenant_key == actor.tenant_key


def own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a task is the actor's own."""
    return and_(Task.tenant_key == actor.tenant_key, Task.user_key == actor.user_key)


def row_of(tx: Transaction, actor: Actor, task_id: UUID) -> Task:
    """Return a task of the actor's tenant for a change.

    Raises:
        NotFound: there is none of that id in the tenant.
    """
    found = tx.session.scalars(select(Task).where(of_tenant(actor), Task.id == task_id).with_for_update()).one_or_none()
    if found is None:
        raise TaskUnknown
    return found
