"""What a browser is given to keep: the session of the web app, and the errand it is on at another provider."""

from __future__ import annotations

from starlette.responses import Response

from steward.core.sessions import Grant
from steward.surfaces.call import Call

_ERRAND = "steward_oauth"


def keep_session(call: Call, reply: Response, granted: Grant) -> None:
    """Sign the browser in; scripts cannot read the cookie."""
    reply.set_cookie(
        call.cookie_name,
        granted.cookie or "",
        max_age=granted.refresh_expires_in,
        path="/",
        secure=_is_secure(call),
        httponly=True,
        samesite="lax",
    )


def keep_errand(call: Call, reply: Response, value: str, seconds: int) -> None:
    """Have the browser bring the value back from the provider; it lives as long as the errand."""
    reply.set_cookie(
        _errand_name(call),
        value,
        max_age=seconds,
        path="/",
        secure=_is_secure(call),
        httponly=True,
        samesite="lax",  # it comes along when the provider sends the browser back, and with no other foreign request
    )


def errand_of(call: Call) -> str | None:
    """Return the value that the browser brought back."""
    return call.cookies.get(_errand_name(call))


def drop_errand(call: Call, reply: Response) -> None:
    """Have the browser forget the value: the errand is done."""
    if errand_of(call) is not None:
        reply.delete_cookie(_errand_name(call), path="/", secure=_is_secure(call), httponly=True, samesite="lax")


def is_page(call: Call) -> bool:
    """Return whether somebody looks at the answer in a browser."""
    return "text/html" in call.headers.get("accept", "")


def _errand_name(call: Call) -> str:
    """Return the cookie's name: by https its prefix keeps neighbouring hosts from writing it."""
    return f"__Host-{_ERRAND}" if _is_secure(call) else _ERRAND


def _is_secure(call: Call) -> bool:
    return call.services.public_url.lower().startswith("https://")
