"""The web app: its built files, served under a strict Content-Security-Policy.

The source is in ``web/``; what is served is committed in ``dist/`` beside this file, so nobody needs Node to run
Steward. Every file is read once, at start, and requests are answered from a table of exact paths: there is no path to
traverse. The page itself is made fresh each time, because its policy carries a nonce.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from steward.surfaces.ui.files import BuiltFiles
from steward.surfaces.ui.page import page_response

DIST = Path(__file__).parent / "dist"

PAGES = (
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
)
"""Addresses inside the app; the browser's router takes over from there."""

Endpoint = Callable[[Request], Awaitable[Response]]


def make_ui(login: Endpoint | None = None, logout: Endpoint | None = None, *, dist: Path = DIST) -> list[BaseRoute]:
    """Return the routes of the web app: its pages, ``/ui/{file}``, and ``POST /ui/login`` and ``/ui/logout`` if given.

    All of the built files are public: they hold no data. ``dist`` is the folder of built files.

    Raises:
        FileNotFoundError: there is no built app in ``dist``.
    """
    files = BuiltFiles(dist)
    template = files.text("index.html")

    async def page(_: Request) -> Response:
        return page_response(template)

    async def built_file(request: Request) -> Response:
        return files.response(request.path_params["path"], request.headers)

    routes: list[BaseRoute] = [Route(path, page, methods=["GET"], name=f"ui:{path}") for path in PAGES]
    if login is not None:
        routes.append(Route("/ui/login", login, methods=["POST"], name="ui:login"))
    if logout is not None:
        routes.append(Route("/ui/logout", logout, methods=["POST"], name="ui:logout"))
    routes.append(Route("/ui/{path:path}", built_file, methods=["GET"], name="ui:file"))
    return routes


__all__ = ["DIST", "PAGES", "Endpoint", "make_ui"]
