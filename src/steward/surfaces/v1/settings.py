"""``/v1/settings``: a person's choices for voice and calendar."""

from __future__ import annotations

from typing import Any

from steward.core.people import SectionView
from steward.kit.clock import iso_z_or_none
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router
from steward.surfaces.v1.dialect import data

router = new_router(tags=["settings"])


def _spelled(view: SectionView) -> dict[str, Any]:
    return {**view.values, "updated_at": iso_z_or_none(view.updated_at)}


@router.get("/settings/voice", **needs("profile:read"))
async def voice(call: Call) -> Json:
    """Return the settings for speaking and listening."""
    return data(_spelled(await call.services.choices.get(call.actor, "voice")))


@router.put("/settings/voice", **needs("profile:write"))
async def change_voice(call: Call, body: dict[str, Any]) -> Json:
    """Change some of the settings for voice and return all (AV32)."""
    return data(_spelled(await call.services.choices.change(call.actor, "voice", body)))


@router.get("/settings/calendar", **needs("profile:read"))
async def calendar(call: Call) -> Json:
    """Return the settings for the calendar."""
    return data(_spelled(await call.services.choices.get(call.actor, "calendar")))


@router.put("/settings/calendar", **needs("profile:write"))
async def change_calendar(call: Call, body: dict[str, Any]) -> Json:
    """Change some of the settings for the calendar and return all (AV33)."""
    return data(_spelled(await call.services.choices.change(call.actor, "calendar", body)))
