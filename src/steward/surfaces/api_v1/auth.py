"""``/api/v1/auth``: register, login, refresh, logout, me, and the links and passwords of an account."""

from __future__ import annotations

from pydantic import AliasChoices, BaseModel, EmailStr, Field

from steward.core.factors import STEP_UP_SECONDS
from steward.kit.errors import Invalid
from steward.surfaces.api_v1 import spelling
from steward.surfaces.api_v1.dialect import done
from steward.surfaces.api_v1.users import PasswordChange, Proof
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs, public, signed_in
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
    mfa_code: str | None = Field(None, max_length=64)


class Refresh(BaseModel):
    """A refresh token; may be left out when a bearer token is sent instead."""

    refresh_token: str | None = None


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
        body.email,
        body.password,
        surface="api_v1",
        user_agent=call.user_agent,
        ip=call.peer,
        mfa_code=body.mfa_code or None,
    )
    return Json(spelling.sign_in(granted))


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


@router.post("/auth/logout", **signed_in())
async def logout(call: Call) -> Json:
    """End the session: its access and refresh tokens stop working at once."""
    await call.services.sessions.logout(call.actor)
    return Json(done(None, "Successfully logged out"))


@router.get("/auth/me", **needs("profile:read"))
async def me(call: Call) -> Json:
    """Return who is signed in."""
    return Json(spelling.user(await call.services.accounts.get_me(call.actor)))


@router.post("/auth/verify-email", **public())
async def verify_email(call: Call, body: Token) -> Json:
    """Confirm the address to which the token was sent; a new address replaces the old one (AP05)."""
    await call.services.life.verify_email(body.token, ip=call.peer)
    return Json(done(None, "Email verified successfully"))


@router.post("/auth/resend-verification", **needs("profile:write"))
async def resend_verification(call: Call) -> Json:
    """Send the link that confirms the address once more, at most three in an hour."""
    await call.services.life.resend_verification(call.actor)
    return Json(done(None, "A verification message has been sent"))


@router.post("/auth/forgot-password", **public())
async def forgot_password(call: Call, body: Forgotten) -> Json:
    """Have a link sent that sets a new password; the answer is the same for unknown addresses (AP33)."""
    await call.services.life.forgot_password(body.email, ip=call.peer)
    return Json(done(None, "If the account exists, a reset message has been sent"))


@router.post("/auth/reset-password", **public())
async def reset_password(call: Call, body: NewPassword) -> Json:
    """Set a new password by the link; all sessions end, a second factor stays (AP33)."""
    await call.services.life.reset_password(body.token, body.new_password, ip=call.peer)
    return Json(done(None, "Password has been reset"))


@router.post("/auth/step-up", **needs("profile:secure"))
async def step_up(call: Call, body: Proof) -> Json:
    """Prove once more that it is you: sensitive actions ask no more for five minutes (AP12)."""
    await call.services.second_step.step_up(call.actor, password=body.password, code=body.code)
    return Json(done({"expires_in": STEP_UP_SECONDS}, "Proof accepted"))


@router.post("/auth/change-password", **needs("profile:secure"))
async def change_password(call: Call, body: PasswordChange) -> Json:
    """Change the password: all other sessions end."""
    await call.services.life.change_password(
        call.actor, current=body.current_password, new=body.new_password, code=body.code
    )
    return Json(done(None, "Password has been changed"))
