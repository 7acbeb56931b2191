"""Routes that say what they need, and sub-applications that speak one dialect in every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from steward.kit import walls
from steward.kit.actor import Actor
from steward.kit.errors import Invalid, Kind, NotFound, StewardError, Unauthenticated
from steward.surfaces.bodies import Body
from steward.surfaces.call import Call
from steward.surfaces.limits import count, count_stranger
from steward.surfaces.trust import refuse_plain

log = structlog.get_logger(__name__)

PUBLIC = "public"
SIGNED_IN = "signed in"
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Dialect(Protocol):
    """How one prefix says that something went wrong."""

    def failure(self, call: Call, error: StewardError) -> Response:
        """Return the answer for an error that Steward raised on purpose."""
        ...

    def invalid(self, call: Call, problems: Iterable[Any]) -> Response:
        """Return the answer for a request whose parts do not fit; ``problems`` are Pydantic's."""
        ...

    def refused(self, call: Call, status: int, headers: dict[str, str]) -> Response:
        """Return the answer for a path or method that does not exist, and for a server error."""
        ...


def needs(permission: str) -> dict[str, Any]:
    """Return what a route declares to be open only to holders of the permission."""
    return {
        "openapi_extra": {
            "x-permission": permission,
            "security": [{"bearer": []}, {"apiKey": []}, {"session": []}],
        }
    }


def public() -> dict[str, Any]:
    """Return what a route declares to be open to anybody."""
    return {"openapi_extra": {"x-permission": PUBLIC, "security": []}}


def signed_in() -> dict[str, Any]:
    """Return what a route declares to be open to everybody who is known, also before their second factor is proved."""
    return needs(SIGNED_IN)


def permission_of(route: APIRoute) -> str | None:
    """Return the permission that the route declares."""
    return (route.openapi_extra or {}).get("x-permission")


class GuardedRoute(APIRoute):
    """A route that checks who calls, counts it, reads what was sent, and only then runs its endpoint.

    FastAPI reads the endpoint's parameters and describes it in the OpenAPI document. What it would do for each request
    costs more than most verbs (measured: 0.25 ms) and is left out: an endpoint takes the call, the words of its path
    and at most one body, and returns the answer itself.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **described: Any) -> None:
        super().__init__(path, endpoint, **described)
        permission, takes = permission_of(self), self.dependant
        if permission is None:
            raise RuntimeError(f"{self.methods} {path} does not say which permission it needs")
        others = (takes.query_params, takes.header_params, takes.cookie_params, takes.dependencies)
        if any(others) or len(takes.body_params) > 1:
            raise RuntimeError(f"{self.methods} {path} takes more than the call, its path and a body")
        self._permission = permission
        self._has_body = bool((self.methods or set()) & _BODY_METHODS)
        self._body = next((Body(field.name, field.field_info) for field in takes.body_params), None)
        self.app = self._answered

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether the request is for this route; FastAPI would look for an included router first."""
        return StarletteRoute.matches(self, scope)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = Call(scope, receive)
        with walls.within(None):
            await self._let_in(call)
            given = scope["path_params"]
            if self._has_body:
                await call.load()
                if self._body is not None:
                    given = {**given, self._body.name: await self._body.of(call)}
            response = await self.endpoint(call, **given)
            await response(scope, receive, send)

    async def _let_in(self, call: Call) -> None:
        """Learn who calls and whether they may: the one place that every request to a route passes."""
        refuse_plain(call.scope)
        if self._permission == PUBLIC:
            await count(call, None)
            return
        actor = await _recognised(call)
        await count(call, actor)
        call.scope["steward.actor"] = actor
        walls.stand_behind(actor)
        if self._permission != SIGNED_IN:
            actor.need(self._permission)


async def _recognised(call: Call) -> Actor:
    try:
        return await call.identify()
    except Unauthenticated:
        await count_stranger(call)
        raise


async def _note_denial(request: Request, error: StewardError) -> None:
    actor: Actor | None = request.scope.get("steward.actor")
    if actor is not None:
        tried = f"{request.method} {request.url.path}"
        await _call(request).services.trail.note_denial(actor, tried, code=error.code)


def router(*, tags: list[str]) -> APIRouter:
    """Return a router whose routes are guarded."""
    return APIRouter(route_class=GuardedRoute, tags=list(tags), strict_content_type=False)


class Surface(FastAPI):
    """A sub-application of which FastAPI makes the document and Starlette answers the requests.

    What FastAPI adds on the way serves its own dependencies, forms and telemetry.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        await Starlette.__call__(self, scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """Return what turns errors into answers."""
        return Starlette.build_middleware_stack(self)


def surface(title: str, dialect: Dialect, routers: Iterable[APIRouter]) -> FastAPI:
    """Return the sub-application of one prefix: its routes, and every kind of failure in its dialect."""
    app = Surface(
        title=title,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        strict_content_type=False,
    )
    for each in routers:  # not include_router: that matches every request twice
        app.router.routes.extend(each.routes)

    async def on_failure(request: Request, error: Exception) -> Response:
        assert isinstance(error, StewardError)
        if error.kind is Kind.FORBIDDEN:
            await _note_denial(request, error)
        return dialect.failure(_call(request), error)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return dialect.invalid(_call(request), error.errors())

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            return dialect.refused(_call(request), 405, {"Allow": ", ".join(_allowed(app, request))})
        if error.status_code == 404:
            return dialect.failure(_call(request), NotFound("There is nothing at this address."))
        if error.status_code == 400:
            return dialect.failure(_call(request), Invalid(str(error.detail), code="BAD_REQUEST"))
        return dialect.refused(_call(request), error.status_code, dict(error.headers or {}))

    async def on_crash(request: Request, error: Exception) -> Response:
        log.error("request failed", path=request.url.path, exc_info=error)
        return dialect.refused(_call(request), 500, {})

    app.add_exception_handler(StewardError, on_failure)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_crash)
    return app


def _call(request: Request) -> Call:
    return request if isinstance(request, Call) else Call(request.scope, request.receive)


def _allowed(app: FastAPI, request: Request) -> list[str]:
    methods: set[str] = set()
    for route in app.routes:
        if isinstance(route, StarletteRoute) and route.matches(request.scope)[0] is not Match.NONE:
            methods |= set(route.methods or ())
    if "GET" in methods:
        methods.add("HEAD")
    return sorted(methods)
