"""Deny by default: a server with a door that nobody thought about does not start (security item 63)."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.routing import BaseRoute

from steward.core.access import KNOWN
from steward.surfaces.routing import PUBLIC, SIGNED_IN, GuardedRoute, permission_of

OPEN_TO_ALL = frozenset(
    {
        "/health",
        "/health/detailed",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/docs/assets",
        "/redoc",
        "/",
        "/sign-in",
        "/c/{conversation_id}",
        "/verify-email",
        "/reset-password",
        "/forgot-password",
        "/settings",
        "/settings/{section}",
        "/admin/people",
        "/outbox",
        "/ui/{path:path}",
    }
)
"""The paths of the routes that declare nothing: state of the server, documentation, and the web app's own files.

They hold no data of anybody; what ``/metrics`` and ``/health/detailed`` keep to themselves, they ask for themselves.
"""


class UnguardedRoute(RuntimeError):
    """A route of the server does not say who may use it."""


def refuse_unguarded(routes: Iterable[BaseRoute]) -> None:
    """Check that each route declares a permission there is, or is on the list of those that are open to all.

    Raises:
        UnguardedRoute: one does not. A socket is a route too.
    """
    for route in routes:
        path = getattr(route, "path", repr(route))
        if isinstance(route, GuardedRoute):
            declared = permission_of(route)
            if declared not in (PUBLIC, SIGNED_IN) and declared not in KNOWN:
                raise UnguardedRoute(f"{path} needs {declared}, which is no permission")
        elif path not in OPEN_TO_ALL:
            raise UnguardedRoute(f"{path} does not say which permission it needs")
