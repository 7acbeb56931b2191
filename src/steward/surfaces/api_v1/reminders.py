"""``/api/v1/reminders``: what will remind the person (an addition to the documents)."""

from __future__ import annotations

from fastapi.responses import Response

from steward.surfaces.api_v1 import spelling
from steward.surfaces.api_v1.dialect import listed, one_of, window
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router
from steward.surfaces.turns import id_of

router = new_router(tags=["reminders"])


@router.get("/reminders", **needs("reminders:read"))
async def list_reminders(call: Call) -> Json:
    """List reminders, the next due first; ``status`` is pending, fired or cancelled."""
    page = await call.services.reminders.list(
        call.actor, status=one_of(call, "status", ("pending", "fired", "cancelled")), window=window(call)
    )
    return Json(listed(page, spelling.reminder))


@router.delete("/reminders/{reminder_id}", status_code=204, **needs("reminders:write"))
async def cancel(call: Call, reminder_id: str) -> Response:
    """Cancel a reminder that has not fired."""
    await call.services.reminders.cancel(call.actor, id_of(reminder_id, "reminder"))
    return Response(status_code=204)
