"""/metrics: open to a scraper on this machine, else to the scrape token or an admin (decision AP37)."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from steward.kit.clock import SystemClock, iso_z
from steward.surfaces.metrics import Metrics

Decides = Callable[[Request], Awaitable[bool]]

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


def metrics_routes(metrics: Metrics, *, token: str, is_admin: Decides) -> list[BaseRoute]:
    """Return the route of the figures."""

    async def page(request: Request) -> Response:
        if not (from_this_machine(request) or _has_token(request, token) or await is_admin(request)):
            return _denied(request)
        body, content_type = metrics.page(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type, "cache-control": "no-store"})

    return [Route("/metrics", page)]


def from_this_machine(request: Request) -> bool:
    """Return whether the client is on this machine and no proxy speaks for somebody else."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _has_token(request: Request, token: str) -> bool:
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    return bool(token) and scheme.lower() == "bearer" and hmac.compare_digest(sent.strip().encode(), token.encode())


def _denied(request: Request) -> Response:
    known = "authorization" in request.headers or "x-api-key" in request.headers or "cookie" in request.headers
    status, code = (403, "FORBIDDEN") if known else (401, "UNAUTHORIZED")
    body = {
        "detail": "The figures are open on this machine, to the metrics token and to admins.",
        "error_code": code,
        "status": "error",
        "status_code": status,
        "timestamp": iso_z(SystemClock().now()),
        "request_id": request.scope.get("state", {}).get("request_id"),
    }
    headers = {} if known else {"www-authenticate": "Bearer"}
    return Response(orjson.dumps(body), status, headers=headers, media_type="application/json")
