"""A lean HTTP/1.1 load client: keep-alive connections that send prepared bytes, driven by callbacks, without tasks."""

from __future__ import annotations

import asyncio
import http.client
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

PATIENCE_SECONDS = 60.0


class WrongAnswer(Exception):
    """The server answered something else than the case expects, or nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; the body of a chunked one still has its chunk lines.

    ``first_seconds`` is when the mark of the load came (the end, where there is none), ``seconds`` when the end came;
    both count from the moment at which the request was sent.
    """

    status: int
    body: bytes
    first_seconds: float
    seconds: float


@dataclass
class Load:
    """What a run of requests came to; latencies in seconds, ``seconds`` is the length of the run."""

    answers: int = 0
    wrong: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)
    sample: bytes = b""

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Target:
    """Where requests go, which they are (in turns), what a good answer is, and what marks its first token."""

    port: int
    requests: Sequence[bytes]
    good: Callable[[Answer], bool]
    mark: bytes = b""


def request_bytes(method: str, path: str, token: str = "", body: Any = None) -> bytes:
    """Return a request as it goes over the wire."""
    content = b"" if body is None else orjson.dumps(body)
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


def ask(port: int, method: str, path: str, token: str = "", body: Any = None) -> Any:
    """Send one request outside of any measurement and return the JSON of its answer.

    Raises:
        WrongAnswer: the status is not 2xx.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        connection.request(method, path, None if body is None else orjson.dumps(body), headers)
        reply = connection.getresponse()
        content = reply.read()
    finally:
        connection.close()
    if not 200 <= reply.status < 300:
        raise WrongAnswer(f"{method} {path}: {reply.status} {content[:300].decode(errors='replace')}")
    return orjson.loads(content) if content else None


class _Connection(asyncio.Protocol):
    """One keep-alive connection; answers are handed to ``done``, which sends the next request."""

    def __init__(self, mark: bytes, done: Callable[[_Connection, Answer], None], lost: Callable[[], None]) -> None:
        self._mark = mark
        self._done = done
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._parts = bytearray()
        self._body_at = 0
        self._end_at = -1
        self._status = 0
        self._began = 0.0
        self._first = 0.0
        self.waits = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's is one in all but name

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waits:
            self._lost()

    def send(self, request: bytes) -> None:
        assert self._transport is not None
        self._parts.clear()
        self._body_at, self._end_at, self._first = 0, -1, 0.0
        self.waits = True
        self._began = time.perf_counter()
        self._transport.write(request)

    def close(self) -> None:
        self.waits = False
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._parts += data
        if not self._body_at and not self._read_head():
            return
        if self._mark and not self._first and self._mark in self._parts:
            self._first = time.perf_counter() - self._began
        whole = len(self._parts) >= self._end_at if self._end_at >= 0 else self._parts.endswith(b"\r\n0\r\n\r\n")
        if whole:
            seconds = time.perf_counter() - self._began
            self.waits = False
            body = bytes(memoryview(self._parts)[self._body_at :])
            self._done(self, Answer(self._status, body, self._first or seconds, seconds))

    def _read_head(self) -> bool:
        gap = self._parts.find(b"\r\n\r\n")
        if gap < 0:
            return False
        head = bytes(self._parts[:gap]).lower() + b"\r\n"
        self._status = int(head[9:12])
        self._body_at = gap + 4
        place = head.find(b"\r\ncontent-length:")
        if place >= 0:
            self._end_at = self._body_at + int(head[place + 17 : head.index(b"\r\n", place + 2)])
        return True


class _Run:
    """The state of one run: what was sent, what came back, how many clients still work."""

    def __init__(self, target: Target, clients: int, count: int) -> None:
        self.load = Load()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.until = float("inf")
        self._target = target
        self._left = clients
        self._count = count
        self._sent = 0

    def proceed(self, connection: _Connection) -> None:
        """Send the next request of a client, or let it go when the run is at its end."""
        if self._sent >= self._count if self._count else time.perf_counter() >= self.until:
            connection.close()
            self._left -= 1
            if not self._left and not self.over.done():
                self.over.set_result(None)
            return
        self._sent += 1
        connection.send(self._target.requests[(self._sent - 1) % len(self._target.requests)])

    def answered(self, connection: _Connection, answer: Answer) -> None:
        load = self.load
        load.answers += 1
        load.latencies.append(answer.seconds)
        load.firsts.append(answer.first_seconds)
        if not self._target.good(answer):
            load.wrong += 1
            load.sample = load.sample or b"%d %s" % (answer.status, answer.body[:300])
        self.proceed(connection)

    def lost(self) -> None:
        if not self.over.done():
            self.over.set_exception(WrongAnswer("a connection was closed before its answer"))


async def run(target: Target, *, clients: int, seconds: float, count: int = 0, spread_seconds: float = 0.0) -> Load:
    """Send the requests round and round from so many clients, for so many seconds or, where given, ``count`` in all.

    ``spread_seconds`` is the time over which the clients' first requests are spread, so that they are not in step.

    Raises:
        WrongAnswer: a connection was closed before its answer, or an answer never came.
    """
    loop = asyncio.get_running_loop()
    state = _Run(target, clients, count)

    def made() -> _Connection:
        return _Connection(target.mark, state.answered, state.lost)

    connections = [(await loop.create_connection(made, "127.0.0.1", target.port))[1] for _ in range(clients)]
    began = time.perf_counter()
    state.until = began + seconds
    for place, connection in enumerate(connections):
        loop.call_later(spread_seconds * place / clients, state.proceed, connection)
    try:
        async with asyncio.timeout(seconds + PATIENCE_SECONDS):
            await state.over
    except TimeoutError:
        raise WrongAnswer("an answer never came") from None
    finally:
        for connection in connections:
            connection.close()
    state.load.seconds = time.perf_counter() - began
    return state.load
