"""``/ui/login`` and ``/ui/logout``: the session of the web app, kept in a cookie that scripts cannot read.

Where a second factor is missing the page gets a token of five minutes instead of a cookie, and comes back with a proof.
"""

from __future__ import annotations

from typing import Any, Literal

from fastapi.responses import Response
from pydantic import BaseModel, Field, model_validator

from steward.core.sessions import Grant
from steward.kit.errors import Unauthenticated
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import public, signed_in
from steward.surfaces.routing import router as new_router

router = new_router(tags=["web app"])


class Login(BaseModel):
    """Who, and the proof; a code of the second factor may come at once."""

    email: str = Field(max_length=320)
    password: str = Field(max_length=4096)
    mfa_code: str | None = Field(None, max_length=64)


class SecondFactor(BaseModel):
    """A code and what it is from, or what a passkey answered."""

    factor: Literal["totp", "sms", "backup"] = "totp"
    code: str | None = Field(None, max_length=64)
    credential: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _has_proof(self) -> SecondFactor:
        if not self.code and self.credential is None:
            raise ValueError("code is required")
        return self


class PasskeyAnswer(BaseModel):
    """What the browser's ``navigator.credentials`` gave, as JSON."""

    credential: dict[str, Any]


@router.post("/ui/login", include_in_schema=False, **public())
async def login(call: Call, body: Login) -> Json:
    """Sign in with a cookie; a page of another site cannot sign somebody in here."""
    call.refuse_foreign_page()
    granted = await call.services.sessions.login(
        body.email,
        body.password,
        surface="ui",
        user_agent=call.user_agent,
        ip=call.peer,
        mfa_code=body.mfa_code or None,
    )
    return await _let_in(call, granted)


@router.post("/ui/login/factor", include_in_schema=False, **signed_in())
async def second_factor(call: Call, body: SecondFactor) -> Json:
    """Prove the second factor with the token that ``/ui/login`` gave, and get the cookie."""
    call.refuse_foreign_page()
    step = call.services.second_step
    if body.credential is not None:
        verified = await step.verify_passkey(call.actor, body.credential, surface="ui")
    else:
        verified = await step.verify(call.actor, body.factor, body.code or "", surface="ui")
    if verified.grant is None:
        return Json({"verified": True})
    return await _let_in(call, verified.grant)


@router.post("/ui/login/passkey", include_in_schema=False, **public())
async def passkey(call: Call, body: PasskeyAnswer) -> Json:
    """Sign in with a passkey and get the cookie; ``/api/v1/passkeys/sign-in/begin`` begins it."""
    call.refuse_foreign_page()
    granted = await call.services.second_step.sign_in_with_passkey(
        body.credential, surface="ui", user_agent=call.user_agent, ip=call.peer
    )
    return await _let_in(call, granted)


@router.post("/ui/logout", include_in_schema=False, **signed_in())
async def logout(call: Call) -> Response:
    """End the session and forget the cookie."""
    await call.services.sessions.logout(call.actor)
    reply = Response(status_code=204)
    reply.delete_cookie(call.cookie_name, path="/", secure=call.is_secure, httponly=True, samesite="lax")
    return reply


async def _let_in(call: Call, granted: Grant) -> Json:
    """Return who it is with a new cookie; the session of the cookie that was there before ends."""
    if granted.mfa_required:
        return Json(
            {
                "mfa_required": True,
                "mfa_methods": list(granted.mfa_methods),
                "access_token": granted.access_token,
                "expires_in": granted.expires_in,
            }
        )
    await _end_earlier(call)
    view = granted.user
    reply = Json(
        {"user": {"id": str(view.id), "email": view.email, "full_name": view.full_name, "timezone": view.timezone}}
    )
    reply.set_cookie(
        call.cookie_name,
        granted.cookie or "",
        max_age=granted.refresh_expires_in,
        path="/",
        secure=call.is_secure,
        httponly=True,
        samesite="lax",
    )
    return reply


async def _end_earlier(call: Call) -> None:
    earlier = call.cookies.get(call.cookie_name)
    if earlier is None:
        return
    try:
        actor = await call.services.sessions.authenticate_cookie(earlier, ip=call.peer)
    except Unauthenticated:
        return
    await call.services.sessions.logout(actor)
