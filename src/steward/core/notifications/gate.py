"""The only way to the rows of ``notifications`` on somebody's behalf."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam

from steward.db.tables import Notification
from steward.kit.actor import Actor
from steward.kit.errors import NotFound


class NotificationUnknown(NotFound):
    """There is no such notification."""

    code = "NOTIFICATION_NOT_FOUND"


OWN = and_(Notification.tenant_key == bindparam("of_tenant"), Notification.user_key == bindparam("of_user"))
"""The condition that a notification is the actor's."""

ONE = and_(OWN, Notification.id == bindparam("row"))
"""The condition that it is the actor's notification of that id."""


def scope(actor: Actor, **more: Any) -> dict[str, Any]:
    """Return the parameters of ``OWN`` and ``ONE``, and ``more``."""
    return {"of_tenant": actor.tenant_key, "of_user": actor.user_key, **more}
