"""``/ui/outbox``: the mails and texts that the server kept to itself, for its owner."""

from __future__ import annotations

from dataclasses import asdict

from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router

router = new_router(tags=["web app"])


@router.get("/ui/outbox", include_in_schema=False, **needs("platform:read"))
async def newest(call: Call) -> Json:
    """List the newest letters."""
    letters, total = await call.services.outbox.newest(call.actor)
    return Json({"items": [asdict(letter) for letter in letters], "total": total})
