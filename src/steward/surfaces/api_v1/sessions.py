"""``/api/v1/sessions``: where one is signed in, and ending that (AP25, AP26)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from steward.core.sessions import SessionView
from steward.kit.clock import iso_z, iso_z_or_none
from steward.surfaces.api_v1.dialect import done, listed, one_of, window
from steward.surfaces.api_v1.mfa import DONE
from steward.surfaces.api_v1.users import person_key
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router
from steward.surfaces.turns import id_of

router = new_router(tags=["sessions"])

_YES_OR_NO = ("true", "false")
_SHOWN_BITS = {4: 24, 6: 48}
"""How much of an address a masked one shows: the network, not the place in it."""


@router.get("/sessions", **needs("sessions:read"))
async def list_sessions(call: Call) -> Json:
    """List the sessions that go on, the newest first; ``mask_ip=true`` hides the end of the addresses."""
    is_masked = one_of(call, "mask_ip", _YES_OR_NO) == "true"
    page = await call.services.session_list.list(call.actor, window(call))
    return Json(listed(page, _spelled_with(masked_ip if is_masked else str), "data"))


@router.get("/sessions/stats", **needs("sessions:read"))
async def stats(call: Call) -> Json:
    """Say how many sessions there were, and on which programs."""
    found = await call.services.session_list.stats(call.actor)
    return Json(
        done(
            {
                "total_sessions": found.total,
                "active_sessions": found.active,
                "expired_sessions": found.expired,
                "terminated_sessions": found.ended,
                "average_duration": found.average_seconds,
                "last_login": iso_z_or_none(found.last_login),
                "by_device": dict(found.by_device),
            },
            DONE,
        )
    )


@router.delete("/sessions/all", **needs("sessions:write"))
async def terminate_all(call: Call) -> Json:
    """End all of one's sessions, this one too unless ``keep_current=true``."""
    keep = one_of(call, "keep_current", _YES_OR_NO) == "true"
    count = await call.services.session_list.end_all(call.actor, keep_current=keep)
    return Json(done({"terminated": count}, "All sessions terminated"))


@router.delete("/sessions/{session_id}", **needs("sessions:write"))
async def terminate(call: Call, session_id: str) -> Json:
    """End one of one's sessions: its tokens stop working at once."""
    await call.services.session_list.end(call.actor, id_of(session_id, "session"))
    return Json(done(None, "Session terminated"))


@router.post("/users/{user_id}/sessions/terminate", **needs("users:write"))
async def terminate_of(call: Call, user_id: str) -> Json:
    """End all sessions of a person whom one administers."""
    count = await call.services.session_list.end_all_of(call.actor, person_key(user_id))
    return Json(done({"terminated": count}, "All sessions terminated"))


def masked_ip(text: str) -> str:
    """Return the address with its end as zeros, as it is where it is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    return str(ipaddress.ip_network((address, _SHOWN_BITS[address.version]), strict=False).network_address)


def _spelled_with(shown: Callable[[str], str]) -> Callable[[SessionView], dict[str, Any]]:
    def spelled(view: SessionView) -> dict[str, Any]:
        return {
            "id": str(view.id),
            "ip_address": shown(view.ip),
            "user_agent": view.user_agent,
            "device": view.device,
            "surface": view.surface,
            "method": view.method,
            "created_at": iso_z(view.created_at),
            "last_activity": iso_z(view.last_activity_at),
            "expires_at": iso_z(view.expires_at),
            "is_current": view.is_current,
        }

    return spelled
