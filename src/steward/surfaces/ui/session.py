"""``/ui/login`` and ``/ui/logout``: the session of the web app, kept in a cookie that scripts cannot read."""

from __future__ import annotations

from fastapi.responses import Response
from pydantic import BaseModel, Field

from steward.kit.errors import Forbidden
from steward.surfaces.call import COOKIE, Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs, public
from steward.surfaces.routing import router as new_router

router = new_router(tags=["web app"])


class Login(BaseModel):
    """Who, and the proof."""

    email: str = Field(max_length=320)
    password: str = Field(max_length=4096)


@router.post("/ui/login", include_in_schema=False, **public())
async def login(call: Call, body: Login) -> Json:
    """Sign in with a cookie; a page of another site cannot sign somebody in here."""
    if call.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("This request did not come from Steward's own page.")
    granted = await call.services.sessions.login(
        body.email, body.password, surface="ui", user_agent=call.user_agent, ip=call.peer
    )
    view = granted.user
    reply = Json(
        {"user": {"id": str(view.id), "email": view.email, "full_name": view.full_name, "timezone": view.timezone}}
    )
    reply.set_cookie(
        COOKIE,
        granted.cookie or "",
        max_age=granted.refresh_expires_in,
        path="/",
        secure=call.services.public_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    return reply


@router.post("/ui/logout", include_in_schema=False, **needs("profile:read"))
async def logout(call: Call) -> Response:
    """End the session and forget the cookie."""
    await call.services.sessions.logout(call.actor)
    reply = Response(status_code=204)
    reply.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return reply
