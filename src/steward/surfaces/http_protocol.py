"""HTTP/1.1 as Steward speaks it: Uvicorn's httptools protocol with the limits that it lacks.

What is added, and what a client sees:

    431  more than 32 KB or 100 lines of headers       (Uvicorn: no limit)
    408  no complete head 10 s after it was due, or a body silent for 30 s      (Uvicorn: waits for ever)
    400  malformed, two framings at once, no or two Host headers
    503  more running requests than the server should hold

Each is a small JSON object, then the connection is closed after the client had a chance to read it. An ``Upgrade`` that
is not taken (h2c, or a WebSocket without the library) is ignored as RFC 9110, 7.8 wants; Uvicorn loses the body and
every later request of that connection.

A request that arrives in one piece costs one comparison more than before and sets no timer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httptools
import orjson
import uvicorn
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

LINGER_SECONDS = 2.0
_WISHES = frozenset((b"upgrade", b"connection", b"http2-settings"))


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How much and how long a client may take; sizes in bytes, times in seconds."""

    head_bytes: int = 32 * 1024
    header_lines: int = 100
    head_seconds: float = 10.0
    body_silence_seconds: float = 30.0
    keep_alive_seconds: int = 30
    running_requests: int = 1000
    connections: int = 4000


class HttpConfig(uvicorn.Config):
    """Uvicorn's configuration and Steward's limits."""

    limits: HttpLimits = HttpLimits()


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that needs no application: status, code and one sentence."""

    status: HTTPStatus
    code: str
    detail: str

    def body(self) -> bytes:
        """Return the JSON body. Source: decisions C12."""
        return orjson.dumps(
            {"detail": self.detail, "error_code": self.code, "status": "error", "status_code": self.status.value}
        )


BAD_REQUEST = Refusal(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", "This is not a valid HTTP request.")
BAD_HOST = Refusal(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", "A request needs exactly one Host header.")
TOO_SLOW = Refusal(HTTPStatus.REQUEST_TIMEOUT, "REQUEST_TIMEOUT", "The request did not arrive in time.")
HEAD_TOO_LARGE = Refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "HEADERS_TOO_LARGE", "The headers of this request are too large."
)
BUSY = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", "The server is busy; try again in a second.")


class RequestRefused(Exception):  # never leaves this file: it stops the parser
    """The parser must stop: the request was refused."""


async def answer_busy(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Answer 503 without the application; the connection is closed."""
    body = BUSY.body()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", b"1"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": BUSY.status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class LimitedHttp(HttpToolsProtocol):
    """One HTTP/1.1 connection that keeps to the limits."""

    config: HttpConfig

    def __init__(
        self,
        config: HttpConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = config.limits
        self._real_app = self.app
        self._watch: asyncio.TimerHandle | None = None
        self._head_open = False
        self._head_bytes = 0
        self._hosts = 0
        self._heard_at = 0.0
        self._refusal: Refusal | None = None
        self._declined_upgrade = False
        self._finished = False

    # --- the connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in Uvicorn
        """Start a connection; the first head is due from now on."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            self._finished = True
            transport.abort()
            return
        self._watch_for(self._limits.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers of a connection that is gone."""
        self._unwatch()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came in; afterwards make sure that somebody watches whatever is still to come."""
        if self._finished:
            return
        self._unset_keepalive_if_required()
        self._head_bytes += len(data)
        continued = self._head_open
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if not self._declined_upgrade:
                self.handle_websocket_upgrade()
                return
            self._go_on_without_upgrade(data[upgrade.args[0] :])
            return
        except httptools.HttpParserError:
            self._refuse(self._refusal or BAD_REQUEST)
            return
        cycle = self.cycle
        if self._head_open:
            self._check_open_head(continued)
        elif cycle is None or cycle.more_body or cycle.response_complete:
            self._heard_at = self.loop.time()
            if self._watch is None:
                self._watch_for(self._limits.head_seconds if cycle is None or cycle.response_complete else 1.0)

    def _check_open_head(self, continued: bool) -> None:
        if not continued:  # what stood before the head in the same piece is not counted
            self._head_bytes = self._known_head_bytes()
        if self._head_bytes > self._limits.head_bytes:
            self._refuse(HEAD_TOO_LARGE)
        elif self._watch is None:
            self._watch_for(self._limits.head_seconds)

    def _known_head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _go_on_without_upgrade(self, rest: bytes) -> None:
        """Feed the same request again, without its wish to change the protocol."""
        self._declined_upgrade = False
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/" + self.parser.get_http_version().encode()]
        lines += [name + b": " + value for name, value in self.headers if name not in _WISHES]
        if any(name == b"connection" and b"close" in value.lower() for name, value in self.headers):
            lines.append(b"connection: close")
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.data_received(b"\r\n".join([*lines, b"", rest]))

    # --- the parser's callbacks

    def on_message_begin(self) -> None:
        """Open a head."""
        self._head_open = True
        self._hosts = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header line."""
        name = name.lower()
        if name == b"host":
            self._hosts += 1
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Refuse the request or start to answer it."""
        limits = self._limits
        if len(self.headers) > limits.header_lines or (
            self._head_bytes > limits.head_bytes and self._known_head_bytes() > limits.head_bytes
        ):
            self._refusal = HEAD_TOO_LARGE
            raise RequestRefused
        if self._hosts != 1 and (self._hosts or self.parser.get_http_version() != "1.0"):
            self._refusal = BAD_HOST
            raise RequestRefused
        self._head_open = False
        self._head_bytes = 0
        if self._watch is not None:
            self._unwatch()
        if self.parser.should_upgrade() and not self._should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                self._refusal = BAD_REQUEST
                raise RequestRefused
            self._declined_upgrade = True
            return
        self.app = answer_busy if len(self.tasks) >= limits.running_requests else self._real_app
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End a body; nothing is awaited until the answer is given."""
        if self._declined_upgrade:
            return
        if self._watch is not None:
            self._unwatch()
        super().on_message_complete()

    # --- what is still to come

    def _watch_for(self, seconds: float) -> None:
        self._watch = self.loop.call_later(seconds, self._look)

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _look(self) -> None:
        """Close a connection whose head or body is overdue."""
        self._watch = None
        if self._finished or self.transport.is_closing() or self.timeout_keep_alive_task is not None:
            return
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self._refuse(TOO_SLOW)
        elif cycle.more_body:
            self._look_at_body()
        elif self._head_open:  # the start of a next request while this one is answered
            self._watch_for(self._limits.head_seconds)

    def _look_at_body(self) -> None:
        left = self._limits.body_silence_seconds - (self.loop.time() - self._heard_at)
        if left <= 0 and not self.flow.read_paused:
            self._refuse(TOO_SLOW)
        else:
            self._watch_for(max(left, 1.0))

    # --- refusing

    def send_400_response(self, msg: str) -> None:
        """Refuse the request as malformed."""
        self._refuse(BAD_REQUEST)

    def _refuse(self, refusal: Refusal) -> None:
        """Answer, if nothing else is being answered, and close."""
        self._finished = True
        self._unwatch()
        cycle = self.cycle
        answering = cycle is not None and not cycle.response_complete
        if answering and not cycle.more_body:  # the broken request came after the one that is being answered
            cycle.keep_alive = False
            return
        if answering:
            cycle.disconnected = True
            cycle.message_event.set()
        if cycle is not None and cycle.more_body and (cycle.response_started or self.pipeline):
            self.transport.close()
            return
        body = refusal.body()
        phrase = f"HTTP/1.1 {refusal.status.value} {refusal.status.phrase}\r\n"
        headers = [*self.server_state.default_headers, (b"content-type", b"application/json")]
        headers += [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        self.transport.write(phrase.encode() + lines + b"\r\n" + body)
        self._close_after_reading()

    def _close_after_reading(self) -> None:
        """Close so that the answer is not lost to a reset while the client still sends."""
        if self.transport.can_write_eof():
            self.flow.resume_reading()
            self.transport.write_eof()
            self.loop.call_later(LINGER_SECONDS, self.transport.close)
        else:
            self.transport.close()
