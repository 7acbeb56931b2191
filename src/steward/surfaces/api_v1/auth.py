"""``/api/v1/auth``: register, login, refresh, logout, me."""

from __future__ import annotations

from pydantic import BaseModel, EmailStr, Field

from steward.kit.errors import Invalid
from steward.surfaces.api_v1 import spelling
from steward.surfaces.api_v1.dialect import done
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs, public
from steward.surfaces.routing import router as new_router

router = new_router(tags=["auth"])


class Registration(BaseModel):
    """A new account. With ``tenant_name`` the person becomes the admin of a team (C01)."""

    email: EmailStr
    password: str = Field(max_length=4096)
    full_name: str | None = Field(None, max_length=200)
    first_name: str | None = Field(None, max_length=100)
    last_name: str | None = Field(None, max_length=100)
    phone_number: str | None = Field(None, max_length=32)
    tenant_name: str | None = Field(None, max_length=200)


class Login(BaseModel):
    """Who, and the proof. ``email`` also takes a user name."""

    email: str = Field(max_length=320)
    password: str = Field(max_length=4096)


class Refresh(BaseModel):
    """A refresh token; may be left out when a bearer token is sent instead."""

    refresh_token: str | None = None


@router.post("/auth/register", status_code=201, **public())
async def register(call: Call, body: Registration) -> Json:
    """Make an account; the answer has no tokens."""
    view = await call.services.accounts.register(
        email=body.email,
        password=body.password,
        full_name=body.full_name,
        first_name=body.first_name,
        last_name=body.last_name,
        phone_number=body.phone_number,
        tenant_name=body.tenant_name,
        ip=call.peer,
    )
    return Json(spelling.user(view), 201)


@router.post("/auth/login", **public())
async def login(call: Call, body: Login) -> Json:
    """Sign in and get tokens."""
    granted = await call.services.sessions.login(
        body.email, body.password, surface="api_v1", user_agent=call.user_agent, ip=call.peer
    )
    return Json(
        {
            **spelling.grant(granted),
            "user": spelling.user(granted.user),
            "mfa_required": False,
            "mfa_setup_required": False,
        }
    )


@router.post("/auth/refresh", **public())
async def refresh(call: Call, body: Refresh | None = None) -> Json:
    """Get a new access token for a refresh token, or for an access token that is still good (C03)."""
    scheme, _, bearer = call.headers.get("authorization", "").partition(" ")
    token = body.refresh_token if body else None
    if token is None and not (scheme.lower() == "bearer" and bearer):
        raise Invalid(fields={"refresh_token": ["field required"]})
    granted = await call.services.sessions.renew(
        body_token=token, bearer=bearer.strip() or None, surface="api_v1", ip=call.peer
    )
    return Json(spelling.grant(granted))


@router.post("/auth/logout", **needs("profile:read"))
async def logout(call: Call) -> Json:
    """End the session: its access and refresh tokens stop working at once."""
    await call.services.sessions.logout(call.actor)
    return Json(done(None, "Successfully logged out"))


@router.get("/auth/me", **needs("profile:read"))
async def me(call: Call) -> Json:
    """Return who is signed in."""
    return Json(spelling.user(await call.services.accounts.get_me(call.actor)))
