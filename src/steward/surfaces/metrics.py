"""Figures for Prometheus: what was asked through which surface, how long it took, and the process itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SurfaceOf = Callable[[str], str]

PREFIXES = ("/api/v1", "/api", "/v1", "/ws", "/dav", "/mcp")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "REPORT", "MKCALENDAR"})


def by_prefix(prefixes: Sequence[str] = PREFIXES) -> SurfaceOf:
    """Return a function that names a path's surface: ``api_v1`` for ``/api/v1/…``, ``root`` for what no prefix has."""
    named = [(prefix, prefix + "/", prefix.strip("/").replace("/", "_")) for prefix in prefixes]
    named.sort(key=lambda one: -len(one[0]))

    def surface_of(path: str) -> str:
        for exact, below, name in named:
            if path.startswith(below) or path == exact:
                return name
        return "root"

    return surface_of


class Metrics:
    """The registry of one process; other parts may register their own collectors in ``registry``."""

    def __init__(self, *, version: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        build = Gauge("steward_build_info", "The version that runs.", ["version"], registry=self.registry)
        build.labels(version).set(1)
        self._requests = Counter(
            "steward_http_requests",
            "Answered requests.",
            ["surface", "method", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "steward_http_answer_seconds",
            "Seconds until an answer began; a stream counts until its first byte.",
            ["surface"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.running = 0  # plain numbers: all requests of a process share one thread
        self.sockets = 0
        running = Gauge("steward_http_requests_running", "Requests that run.", registry=self.registry)
        running.set_function(lambda: self.running)
        sockets = Gauge("steward_sockets_open", "Open WebSockets.", registry=self.registry)
        sockets.set_function(lambda: self.sockets)
        # Looking a child up by its labels costs more than counting: 3 us against 0.3.
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, surface: str, method: str, status: int, seconds: float) -> None:
        """Count an answer that began after so many seconds."""
        key = (surface, method, status // 100)
        children = self._known.get(key)
        if children is None:
            known_method = method if method in _METHODS else "other"
            counter = self._requests.labels(surface, known_method, f"{status // 100}xx")
            children = counter, self._seconds.labels(surface)
            if known_method == method:
                self._known[key] = children
        children[0].inc()
        children[1].observe(seconds)

    def page(self, accept: str) -> tuple[bytes, str]:
        """Return the page and its content type in the format that ``accept`` prefers, by default text 0.0.4."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type


class RequestMetrics:
    """Counts every request and socket by surface; pure ASGI."""

    def __init__(self, app: ASGIApp, metrics: Metrics, surface_of: SurfaceOf | None = None) -> None:
        self._app = app
        self._metrics = metrics
        self._surface_of = surface_of or by_prefix()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "websocket":
            self._metrics.sockets += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._metrics.sockets -= 1
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        metrics, started, status = self._metrics, time.perf_counter(), 0
        surface, method = self._surface_of(scope["path"]), scope["method"]

        async def send_and_count(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                metrics.answered(surface, method, status, time.perf_counter() - started)
            await send(message)

        metrics.running += 1
        try:
            await self._app(scope, receive, send_and_count)
        finally:
            metrics.running -= 1
            if not status:  # it failed, or the client left, before anything was answered
                metrics.answered(surface, method, 500, time.perf_counter() - started)
