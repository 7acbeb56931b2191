"""``/api/v1/users/me/…``: preferences, settings and phone numbers of the person who is signed in."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from steward.core.people import NumberUnknown
from steward.kit.ids import UUID, parse_id
from steward.surfaces.api_v1 import spelling
from steward.surfaces.api_v1.dialect import done, listed, window
from steward.surfaces.api_v1.users import Proof
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router

router = new_router(tags=["users"])

_DONE = "Operation completed successfully"


class NewNumber(BaseModel):
    """A number to claim; ``is_primary`` comes true when it is verified."""

    phone_number: str = Field(max_length=32)
    label: str = Field("mobile", max_length=40)
    is_primary: bool = False


class NumberChange(BaseModel):
    """What of a number changes; ``verification_code`` is what was texted to it."""

    label: str | None = Field(None, max_length=40)
    is_primary: bool | None = None
    verification_code: str | None = Field(None, max_length=32)


@router.get("/users/me/preferences", **needs("profile:read"))
async def preferences(call: Call) -> Json:
    """Return the person's taste: language, time zone, theme, notifications, what their programs keep here (AP07)."""
    return Json(done(dict((await call.services.choices.get(call.actor, "preferences")).values), _DONE))


@router.put("/users/me/preferences", **needs("profile:write"))
async def change_preferences(call: Call, body: dict[str, Any]) -> Json:
    """Merge changes into the preferences; null puts one back to its default."""
    return Json(done(dict((await call.services.choices.change(call.actor, "preferences", body)).values), _DONE))


@router.get("/users/me/settings", **needs("profile:read"))
async def settings(call: Call) -> Json:
    """Return the person's switches, and what their programs keep here (AP07)."""
    return Json(done(dict((await call.services.choices.get(call.actor, "settings")).values), _DONE))


@router.put("/users/me/settings", **needs("profile:write"))
async def change_settings(call: Call, body: dict[str, Any]) -> Json:
    """Merge changes into the settings; null puts one back to its default."""
    return Json(done(dict((await call.services.choices.change(call.actor, "settings", body)).values), _DONE))


@router.get("/users/me/phone-numbers", **needs("profile:read"))
async def list_numbers(call: Call) -> Json:
    """List the person's phone numbers, the primary one first."""
    page = await call.services.phone_numbers.list(call.actor, window(call))
    return Json(listed(page, spelling.phone_number, "data"))


@router.post("/users/me/phone-numbers", status_code=201, **needs("profile:write"))
async def add_number(call: Call, body: NewNumber) -> Json:
    """Claim a number and text it a code; the same again, after a minute, sends another code (AP08)."""
    view = await call.services.phone_numbers.add(
        call.actor, body.phone_number, name=body.label, is_primary=body.is_primary
    )
    return Json(done(spelling.phone_number(view), _DONE), 201)


@router.put("/users/me/phone-numbers/{number_id}", **needs("profile:write"))
async def change_number(call: Call, number_id: str, body: NumberChange) -> Json:
    """Verify a number with ``verification_code``, name it, or make it the primary one."""
    view = await call.services.phone_numbers.change(
        call.actor,
        _number(number_id),
        name=body.label,
        is_primary=body.is_primary,
        verification_code=body.verification_code,
    )
    return Json(done(spelling.phone_number(view), _DONE))


@router.delete("/users/me/phone-numbers/{number_id}", **needs("profile:write"))
async def remove_number(call: Call, number_id: str, body: Proof | None = None) -> Json:
    """Forget a number; if it was the primary one, another verified one takes its place."""
    proof = body or Proof()
    await call.services.phone_numbers.remove(call.actor, _number(number_id), password=proof.password, code=proof.code)
    return Json(done(None, "Phone number deleted"))


def _number(text: str) -> UUID:
    found = parse_id(text)
    if found is None:
        raise NumberUnknown
    return found
