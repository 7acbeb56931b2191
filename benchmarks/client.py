"""A lean HTTP/1.1 load client on asyncio: keep-alive connections that send prepared bytes and read whole answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass
class Answer:
    """One answer: status, body, and when its first body bytes and its end came, in seconds after the request."""

    status: int
    body: bytes
    first_seconds: float
    seconds: float


@dataclass
class Load:
    """What a run of requests came to."""

    answers: int = 0
    wrong: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds if self.seconds else 0.0


def request_bytes(method: str, path: str, token: str = "", body: Any = None) -> bytes:
    """Return a request as it goes over the wire."""
    content = b"" if body is None else orjson.dumps(body)
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


class Connection:
    """One keep-alive connection."""

    def __init__(self, host: str, port: int) -> None:
        self._where = host, port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def send(self, request: bytes) -> Answer:
        """Send one request and read its whole answer."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(*self._where, limit=2**20)
        assert self._reader is not None
        began = time.perf_counter()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lowered = head.lower()
        status = int(head[9:12])
        if b"transfer-encoding: chunked" in lowered:
            body, first = await self._chunks(began)
        else:
            place = lowered.index(b"content-length:") + 15
            size = int(head[place : head.index(b"\r\n", place)])
            body = await self._reader.readexactly(size)
            first = time.perf_counter() - began
        return Answer(status, body, first, time.perf_counter() - began)

    async def _chunks(self, began: float) -> tuple[bytes, float]:
        assert self._reader is not None
        parts: list[bytes] = []
        first = 0.0
        while True:
            size = int(await self._reader.readline(), 16)
            part = await self._reader.readexactly(size + 2)
            if not size:
                return b"".join(parts), first
            parts.append(part[:-2])
            if not first and b'"token"' in part:
                first = time.perf_counter() - began

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()


async def run(
    host: str, port: int, requests: Sequence[bytes], *, clients: int, seconds: float, good: Callable[[Answer], bool]
) -> Load:
    """Send the requests round and round from so many clients for so many seconds."""
    load = Load()
    until = time.perf_counter() + seconds
    turn = iter(range(10**12))

    async def one() -> None:
        connection = Connection(host, port)
        while time.perf_counter() < until:
            answer = await connection.send(requests[next(turn) % len(requests)])
            load.answers += 1
            load.wrong += not good(answer)
            load.latencies.append(answer.seconds)
            load.firsts.append(answer.first_seconds)
        connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(clients)))
    load.seconds = time.perf_counter() - began
    return load
