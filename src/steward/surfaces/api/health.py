"""``/api/health``: how the parts of the server are, open to anybody."""

from __future__ import annotations

from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import public
from steward.surfaces.routing import router as new_router

router = new_router(tags=["health"])


@router.get("/health", **public())
async def health(call: Call) -> Json:
    """Return the state of every part; 503 where a required one does not work."""
    report = await call.services.health.full()
    return Json(report.detailed(private=False), report.http_status)
