"""``/api/v1/users``: the person who is signed in."""

from __future__ import annotations

from pydantic import BaseModel, Field

from steward.surfaces.api_v1 import spelling
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router

router = new_router(tags=["users"])


class ProfileChange(BaseModel):
    """What of the profile changes; absent fields stay (AP06)."""

    full_name: str | None = Field(None, max_length=200)
    first_name: str | None = Field(None, max_length=100)
    last_name: str | None = Field(None, max_length=100)
    phone_number: str | None = Field(None, max_length=32)
    timezone: str | None = Field(None, max_length=64)
    language: str | None = Field(None, max_length=35)
    theme: str | None = Field(None, max_length=10)


@router.get("/users/me", **needs("profile:read"))
async def get_me(call: Call) -> Json:
    """Return the profile."""
    return Json(spelling.user(await call.services.accounts.get_me(call.actor)))


@router.put("/users/me", **needs("profile:write"))
async def change_me(call: Call, body: ProfileChange) -> Json:
    """Change the profile and return it."""
    view = await call.services.accounts.change_me(call.actor, body.model_dump(exclude_unset=True))
    return Json(spelling.user(view))
