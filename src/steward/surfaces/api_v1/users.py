"""``/api/v1/users``: the person who is signed in, and the people whom an administrator looks after."""

from __future__ import annotations

from typing import Any

from fastapi import Response
from pydantic import BaseModel, EmailStr, Field
from starlette.responses import StreamingResponse

from steward.core.accounts import UserView
from steward.core.people import Export, NewPerson, PersonKey, PersonUnknown
from steward.kit.ids import parse_id
from steward.surfaces.api_v1 import spelling
from steward.surfaces.api_v1.dialect import done, listed, window
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router

router = new_router(tags=["users"])

_LONGEST_NUMBER = 18


class Proof(BaseModel):
    """What shows once more that it is really this person, where a second factor is set up (AP12)."""

    password: str | None = Field(None, max_length=4096)
    code: str | None = Field(None, max_length=64)


class Profile(BaseModel):
    """The fields that a person may change of themselves and an administrator of others; absent ones stay."""

    full_name: str | None = Field(None, max_length=200)
    first_name: str | None = Field(None, max_length=100)
    last_name: str | None = Field(None, max_length=100)
    phone_number: str | None = Field(None, max_length=32)
    timezone: str | None = Field(None, max_length=64)
    language: str | None = Field(None, max_length=35)
    theme: str | None = Field(None, max_length=10)


class ProfileChange(Profile):
    """What of one's own profile changes (AP06). A new ``email`` counts once the link that is sent to it was used."""

    email: EmailStr | None = None
    current_password: str | None = Field(None, max_length=4096)
    code: str | None = Field(None, max_length=64)


class PersonChange(Profile):
    """What of somebody else changes (AL31)."""

    role: str | None = Field(None, max_length=80)
    is_active: bool | None = None


class Invitation(Profile):
    """Whom to make an account for; they get a link that sets their password."""

    email: EmailStr
    role: str = Field("user", max_length=80)


class PasswordChange(BaseModel):
    """A new password, and the one that holds; ``code`` is of the second factor."""

    current_password: str | None = Field(None, max_length=4096)
    new_password: str = Field(max_length=4096)
    code: str | None = Field(None, max_length=64)


@router.get("/users/me", **needs("profile:read"))
async def get_me(call: Call) -> Json:
    """Return the profile."""
    return Json(spelling.user(await call.services.accounts.get_me(call.actor)))


@router.put("/users/me", **needs("profile:write"))
async def change_me(call: Call, body: ProfileChange) -> Json:
    """Change the profile and return it."""
    changes = body.model_dump(exclude_unset=True, exclude={"current_password", "code"})
    view = await call.services.life.change_me(call.actor, changes, password=body.current_password, code=body.code)
    return Json(spelling.user(view))


@router.delete("/users/me", **needs("profile:secure"))
async def delete_me(call: Call, body: Proof | None = None) -> Json:
    """Delete the account and all that is in it; every session is over at once (AV38)."""
    proof = body or Proof()
    await call.services.life.delete_me(call.actor, password=proof.password, code=proof.code)
    return Json(done(None, "Account deleted successfully"))


@router.put("/users/me/password", **needs("profile:secure"))
async def change_password(call: Call, body: PasswordChange) -> Json:
    """Change the password: all other sessions end."""
    await call.services.life.change_password(
        call.actor, current=body.current_password, new=body.new_password, code=body.code
    )
    return Json(done(None, "Password has been changed"))


@router.get("/users/me/export", **needs("profile:read"))
async def export_me(call: Call) -> Response:
    """Return everything that belongs to the account as JSON files in a ZIP."""
    return _zipped(await call.services.exports.of_me(call.actor))


@router.get("/users", **needs("users:read"))
async def list_people(call: Call) -> Json:
    """List the people of the tenant, for the server owner all: ``sort=field:desc``, any field by equality (AL23)."""
    query = dict(call.query_params)
    page = await call.services.people.list(call.actor, window(call), sort=query.get("sort"), wanted=query)
    return Json(listed(page, spelling.user))


@router.post("/users", status_code=201, **needs("users:write"))
async def invite(call: Call, body: Invitation) -> Json:
    """Make an account in the own tenant; its person gets a link that sets the password."""
    profile = body.model_dump(exclude_unset=True, exclude={"email", "role"})
    view = await call.services.people.invite(call.actor, NewPerson(body.email, body.role, profile))
    return Json(spelling.user(view), 201)


@router.get("/users/{user_id}", **needs("profile:read"))
async def getperson_key(call: Call, user_id: str) -> Json:
    """Return somebody of the own tenant: whole to administrators and to themselves, in short to others (AL05)."""
    found = await call.services.people.get(call.actor, person_key(user_id))
    return Json(spelling.user(found) if isinstance(found, UserView) else spelling.colleague(found))


@router.put("/users/{user_id}", **needs("users:write"))
async def changeperson_key(call: Call, user_id: str, body: PersonChange) -> Json:
    """Change somebody's profile or role, or lock them out with ``is_active`` false: they are out at once."""
    changes: dict[str, Any] = body.model_dump(exclude_unset=True)
    return Json(spelling.user(await call.services.people.change(call.actor, person_key(user_id), changes)))


@router.delete("/users/{user_id}", status_code=204, **needs("users:write"))
async def deleteperson_key(call: Call, user_id: str, body: Proof | None = None) -> Response:
    """Delete somebody with all that is theirs (AL31)."""
    proof = body or Proof()
    await call.services.people.delete(call.actor, person_key(user_id), password=proof.password, code=proof.code)
    return Response(status_code=204)


@router.get("/users/{user_id}/export", **needs("users:write"))
async def exportperson_key(call: Call, user_id: str) -> Response:
    """Return everything that belongs to somebody whom the caller looks after."""
    return _zipped(await call.services.exports.of(call.actor, person_key(user_id)))


def person_key(text: str) -> PersonKey:
    """Return the id or number that the address names (C10)."""
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
        return int(text)
    found = parse_id(text)
    if found is None:
        raise PersonUnknown
    return found


def _zipped(export: Export) -> Response:
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="steward-{export.user_id}.zip"',
        "Content-Length": str(export.size),
    }
    return StreamingResponse(export.chunks(), media_type="application/zip", headers=headers)
