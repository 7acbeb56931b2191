"""``/v1/users``: the person who is signed in."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, EmailStr, Field

from steward.core.accounts import UserView
from steward.kit.clock import iso_z
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router
from steward.surfaces.v1.dialect import data, message

router = new_router(tags=["users"])


class ProfileChange(BaseModel):
    """What of the profile changes; absent fields stay. A new ``email`` counts once the link sent to it was used."""

    email: EmailStr | None = None
    current_password: str | None = Field(None, max_length=4096)
    code: str | None = Field(None, max_length=64)
    full_name: str | None = Field(None, max_length=200)
    first_name: str | None = Field(None, max_length=100)
    last_name: str | None = Field(None, max_length=100)
    timezone: str | None = Field(None, max_length=64)
    language: str | None = Field(None, max_length=35)
    theme: str | None = Field(None, max_length=10)


class Proof(BaseModel):
    """What shows once more that it is really this person, where a second factor is set up."""

    password: str | None = Field(None, max_length=4096)
    code: str | None = Field(None, max_length=64)


def spelled(view: UserView) -> dict[str, Any]:
    """Return the user of the voice document."""
    return {
        "id": str(view.id),
        "email": view.email,
        "full_name": view.full_name,
        "first_name": view.first_name,
        "last_name": view.last_name,
        "timezone": view.timezone,
        "language": view.language,
        "theme": view.theme,
        "is_active": view.is_active,
        "is_verified": view.is_verified,
        "created_at": iso_z(view.created_at),
        "updated_at": iso_z(view.updated_at),
    }


@router.get("/users/me", **needs("profile:read"))
async def get_me(call: Call) -> Json:
    """Return the profile."""
    return data(spelled(await call.services.accounts.get_me(call.actor)))


@router.put("/users/me", **needs("profile:write"))
async def change_me(call: Call, body: ProfileChange) -> Json:
    """Change the profile and return it."""
    changes = body.model_dump(exclude_unset=True, exclude={"current_password", "code"})
    view = await call.services.life.change_me(call.actor, changes, password=body.current_password, code=body.code)
    return data(spelled(view))


@router.delete("/users/me", **needs("profile:secure"))
async def delete_me(call: Call, body: Proof | None = None) -> Json:
    """Delete the account and all that is in it; every session is over at once (AV38)."""
    proof = body or Proof()
    await call.services.life.delete_me(call.actor, password=proof.password, code=proof.code)
    return message("Account deleted successfully")
