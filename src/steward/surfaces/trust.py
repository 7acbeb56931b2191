"""Who really asks, and whether nobody could listen: proxies that are trusted, and HTTPS where people were promised it.

The address of a client is that of the connection. Only where the connection comes from a trusted proxy is it read from
``X-Forwarded-For`` (or ``Forwarded`` where there is none): the right-most address that is no trusted proxy, because
everything to the left of it was written by strangers. ``X-Forwarded-Proto`` counts under the same condition. Everybody
else may send these headers; they change nothing. Links never use the Host header, but the configured public address.

With a public address under ``https://``, what arrived in the clear is sent there if it only reads. Otherwise its route
refuses it, in its dialect: a redirected POST would have sent its body, or its token, in the clear already. Sockets are
closed before they open.

Source: security notes, items 7 and 36; decision C26.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from steward.kit.addresses import networks_of
from steward.kit.errors import Forbidden, Kind

log = structlog.get_logger(__name__)

PLAIN = "steward.plain"
"""Under this name the scope says that the request came in the clear although HTTPS is promised."""

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_WATCHED = frozenset({"/health", "/health/detailed", "/api/health", "/metrics"})
_POLICY_VIOLATED = 1008
_FOR = re.compile(r'(?:^|[;\s])for\s*=\s*(?:"([^"]*)"|([^;,\s]*))', re.IGNORECASE)
_PROTO = re.compile(r'(?:^|[;\s])proto\s*=\s*"?([a-z]+)"?', re.IGNORECASE)
_PORT = re.compile(r"^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::\d{1,5})?$")


class HttpsRequired(Forbidden):
    """This server answers over https only."""

    kind, code = Kind.FORBIDDEN, "HTTPS_REQUIRED"


def refuse_plain(scope: Scope) -> None:
    """Raise HttpsRequired for a request that came in the clear although HTTPS is promised."""
    if PLAIN in scope:
        raise HttpsRequired


class Trust:
    """Puts the true address and scheme into the scope, and keeps to HTTPS where it is promised; pure ASGI."""

    def __init__(self, app: ASGIApp, *, trusted_proxies: str, public_url: str) -> None:
        self._app = app
        self._networks = networks_of(trusted_proxies)
        self._promises_https = public_url.lower().startswith("https://")
        self._public_url = public_url.rstrip("/")
        if self._promises_https and not self._networks:
            log.warning(
                "STEWARD_PUBLIC_URL is https, but STEWARD_TRUSTED_PROXIES names nobody who may say that TLS is on"
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if self._networks:
            scope = self._resolved(scope)
        if self._promises_https and scope["scheme"] in ("http", "ws") and not _is_watcher(scope):
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": _POLICY_VIOLATED})
                return
            if scope["method"] in ("GET", "HEAD"):
                await self._redirect(scope, send)
                return
            scope = {**scope, PLAIN: True}
        await self._app(scope, receive, send)

    def _resolved(self, scope: Scope) -> Scope:
        peer = _parsed((scope.get("client") or ("",))[0])
        if peer is None or not self._is_trusted(peer):
            return scope
        forwarded_for, proto = _forwarded(scope)
        client = str(self._client(peer, forwarded_for))
        scheme = scope["scheme"]
        if proto in ("http", "https"):
            secure = proto == "https"
            scheme = {"http": "https" if secure else "http"}.get(scope["type"], "wss" if secure else "ws")
        return {**scope, "client": (client, 0), "scheme": scheme}

    def _client(self, peer: _Address, hops: Sequence[str]) -> _Address:
        """Return the right-most address that is no trusted proxy; what cannot be read ends the search."""
        last = peer
        for hop in reversed(hops):
            address = _parsed(hop)
            if address is None:
                return last
            last = address
            if not self._is_trusted(address):
                return address
        return last

    def _is_trusted(self, address: _Address) -> bool:
        return any(address in network for network in self._networks)

    async def _redirect(self, scope: Scope, send: Send) -> None:
        path = str(scope.get("raw_path") or scope["path"].encode(), "latin-1")
        query = str(scope["query_string"], "latin-1")
        target = self._public_url + (path if path.startswith("/") else "/") + (f"?{query}" if query else "")
        headers = [(b"location", target.encode("latin-1", "replace")), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 308, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _is_watcher(scope: Scope) -> bool:
    """Return whether a program on this machine looks at how the server is."""
    address = _parsed((scope.get("client") or ("",))[0])
    return address is not None and address.is_loopback and scope["path"].rstrip("/") in _WATCHED


def _forwarded(scope: Scope) -> tuple[list[str], str]:
    """Return the hops from left to right and the last protocol that was named."""
    values: dict[bytes, list[str]] = {}
    for name, value in scope["headers"]:
        if name in (b"x-forwarded-for", b"x-forwarded-proto", b"forwarded"):
            values.setdefault(name, []).append(str(value, "latin-1"))
    hops = list(_listed(values.get(b"x-forwarded-for", ())))
    protos = list(_listed(values.get(b"x-forwarded-proto", ())))
    if not hops:
        elements = list(_listed(values.get(b"forwarded", ())))
        hops = [match[1] or match[2] or "" for match in map(_FOR.search, elements) if match]
        protos = protos or [match[1] for match in map(_PROTO.search, elements) if match]
    return hops, protos[-1].lower() if protos else ""


def _listed(lines: Sequence[str]) -> Iterator[str]:
    return (each.strip() for line in lines for each in line.split(","))


def _parsed(text: str) -> _Address | None:
    """Return the address, without a port and with IPv4 in its own form; None where it is none."""
    match = _PORT.match(text)
    try:
        address = ipaddress.ip_address((match[1] or match[2]) if match else text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
