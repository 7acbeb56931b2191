"""``/v1/auth``: register, login, refresh, logout."""

from __future__ import annotations

from typing import Any

from pydantic import AliasChoices, BaseModel, EmailStr, Field

from steward.core.sessions import Grant
from steward.kit.errors import Conflict, Invalid
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import public, signed_in
from steward.surfaces.routing import router as new_router
from steward.surfaces.v1.dialect import data, message
from steward.surfaces.v1.users import spelled

router = new_router(tags=["auth"])


class Registration(BaseModel):
    """A new account; the full name may be given whole or in two parts (AV02)."""

    email: EmailStr
    password: str = Field(min_length=8, max_length=4096)
    full_name: str | None = Field(None, max_length=200)
    first_name: str | None = Field(None, max_length=100)
    last_name: str | None = Field(None, max_length=100)


class Login(BaseModel):
    """Who, and the proof."""

    email: str = Field(max_length=320)
    password: str = Field(max_length=4096)
    mfa_code: str | None = Field(None, max_length=64)


class Refresh(BaseModel):
    """A refresh token."""

    refresh_token: str


class Token(BaseModel):
    """What a link in a mail carries."""

    token: str = Field(max_length=400)


class Forgotten(BaseModel):
    """Whose password is to be set anew."""

    email: str = Field(max_length=320)


class NewPassword(BaseModel):
    """The token of the link, and the new password under either name."""

    token: str = Field(max_length=400)
    new_password: str = Field(max_length=4096, validation_alias=AliasChoices("new_password", "password"))


def _tokens(granted: Grant) -> dict[str, Any]:
    return {
        "access_token": granted.access_token,
        "refresh_token": granted.refresh_token,
        "token_type": "bearer",
        "expires_in": granted.expires_in,
    }


@router.post("/auth/register", status_code=201, **public())
async def register(call: Call, body: Registration) -> Json:
    """Make an account and sign in at once; a taken address is 400 here (no 409 in this document)."""
    try:
        view = await call.services.accounts.register(
            email=body.email,
            password=body.password,
            full_name=body.full_name,
            first_name=body.first_name,
            last_name=body.last_name,
            ip=call.peer,
        )
    except Conflict as taken:
        raise Invalid("Invalid request data", fields={"email": [taken.message]}) from taken
    granted = await call.services.sessions.open_session_for(
        view, surface="v1", user_agent=call.user_agent, ip=call.peer
    )
    return data({"user": spelled(view), **_tokens(granted)}, 201)


@router.post("/auth/login", **public())
async def login(call: Call, body: Login) -> Json:
    """Sign in and get tokens; where a second factor is missing, one that is good for proving it (C28)."""
    granted = await call.services.sessions.login(
        body.email,
        body.password,
        surface="v1",
        user_agent=call.user_agent,
        ip=call.peer,
        mfa_code=body.mfa_code or None,
    )
    missing = {"mfa_required": granted.mfa_required, "mfa_setup_required": granted.mfa_setup_required}
    return data({"user": spelled(granted.user), **_tokens(granted), **missing})


@router.post("/auth/refresh", **public())
async def refresh(call: Call, body: Refresh) -> Json:
    """Get new tokens for a refresh token."""
    return data(_tokens(await call.services.sessions.refresh(body.refresh_token, "v1", ip=call.peer)))


@router.post("/auth/logout", **signed_in())
async def logout(call: Call) -> Json:
    """End the session."""
    await call.services.sessions.logout(call.actor)
    return message("Successfully logged out")


@router.post("/auth/verify-email", **public())
async def verify_email(call: Call, body: Token) -> Json:
    """Confirm the address to which the token was sent; a new address replaces the old one (AV04)."""
    await call.services.life.verify_email(body.token, ip=call.peer)
    return message("Email verified successfully")


@router.post("/auth/forgot-password", **public())
async def forgot_password(call: Call, body: Forgotten) -> Json:
    """Have a link sent that sets a new password; the answer is the same for unknown addresses."""
    await call.services.life.forgot_password(body.email, ip=call.peer)
    return message("If the account exists, a reset message has been sent")


@router.post("/auth/reset-password", **public())
async def reset_password(call: Call, body: NewPassword) -> Json:
    """Set a new password by the link; all sessions end, a second factor stays."""
    await call.services.life.reset_password(body.token, body.new_password, ip=call.peer)
    return message("Password has been reset")
