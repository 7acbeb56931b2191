"""The only way to the rows of ``notifications`` on somebody's behalf."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_

from steward.db.tables import Notification
from steward.kit.actor import Actor
from steward.kit.errors import NotFound


class NotificationUnknown(NotFound):
    """There is no such notification."""

    code = "NOTIFICATION_NOT_FOUND"


def own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a notification is the actor's."""
    return and_(Notification.tenant_key == actor.tenant_key, Notification.user_key == actor.user_key)


def one(actor: Actor, notification_id: UUID) -> ColumnElement[bool]:
    """Return the condition that it is the actor's notification of that id."""
    return and_(own(actor), Notification.id == notification_id)
