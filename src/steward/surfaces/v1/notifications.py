"""``/v1/notifications``: what Steward told the person in the app."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from steward.core.notifications import NotificationView
from steward.kit.clock import iso_z, iso_z_or_none
from steward.kit.errors import Invalid, NotFound
from steward.kit.ids import parse_id, prefixed
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router
from steward.surfaces.v1.dialect import data, listed, message, window

router = new_router(tags=["notifications"])


def _spelled(view: NotificationView) -> dict[str, Any]:
    return {
        "id": prefixed("notif", view.id),
        "type": view.type,
        "title": view.title,
        "message": view.message,
        "data": dict(view.data),
        "is_read": view.is_read,
        "read_at": iso_z_or_none(view.read_at),
        "created_at": iso_z(view.created_at),
    }


def _id(text: str) -> UUID:
    found = parse_id(text, prefix="notif")
    if found is None:
        raise NotFound("There is no such notification.")
    return found


@router.get("/notifications", **needs("notifications:read"))
async def list_notifications(call: Call) -> Json:
    """List notifications, newest first, by ``type`` and ``read``."""
    read = call.query_params.get("read")
    if read not in (None, "true", "false"):
        raise Invalid("Invalid request data", fields={"read": ["Must be true or false"]})
    page = await call.services.notifications.list(
        call.actor,
        type=call.query_params.get("type"),
        read=None if read is None else read == "true",
        window=window(call, default=20, most=100),
    )
    return listed("notifications", page, _spelled)


@router.put("/notifications/read-all", **needs("notifications:write"))
async def read_all(call: Call) -> Json:
    """Mark all notifications as read."""
    await call.services.notifications.read_all(call.actor)
    return message("All notifications marked as read")


@router.put("/notifications/{notification_id}/read", **needs("notifications:write"))
async def read(call: Call, notification_id: str) -> Json:
    """Mark one notification as read."""
    return data(_spelled(await call.services.notifications.read(call.actor, _id(notification_id))))


@router.delete("/notifications/{notification_id}", **needs("notifications:write"))
async def delete(call: Call, notification_id: str) -> Json:
    """Delete a notification."""
    await call.services.notifications.remove(call.actor, _id(notification_id))
    return message("Notification deleted successfully")
