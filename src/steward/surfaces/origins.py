"""Which pages of other origins may call the API from a browser."""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from steward.kit.addresses import origins_of

PREFLIGHT_SECONDS = 600
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SENT = ("Authorization", "Content-Type", "X-API-Key", "X-Request-Id", "Last-Event-ID", "Idempotency-Key")
_READ = (
    "X-Request-Id",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
)


def with_origins(app: ASGIApp, listed: str) -> ASGIApp:
    """Return the application, open to pages of the listed origins; unchanged where none is listed.

    An origin is compared as a whole; ``*`` and ``null`` cannot be listed. Credentials are never allowed, so that the
    cookie stays with our own page and other pages send a token. A preflight is answered before anything asks who calls.

    Source: decision AP34; security notes, item 80.
    """
    origins = origins_of(listed)
    if not origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=_METHODS,
        allow_headers=_SENT,
        expose_headers=_READ,
        allow_credentials=False,
        max_age=PREFLIGHT_SECONDS,
    )
