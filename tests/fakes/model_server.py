"""A fake of OpenAI's chat completions and Anthropic's Messages on one port, plain asyncio, for tests and benchmarks.

In a test::

    async with ModelServer() as server:  # 127.0.0.1, a free port
        settings = Settings(openai_base_url=server.openai_url, model="openai:tokens;n=5")
        server.script("status;code=500", "echo")  # what the next two requests get, whatever their model

As a program::

    python -m tests.fakes.model_server --port 9999 --tokens 64 --pace-ms 0

``GET /control`` tells what was received; ``POST /control {"script": [...], "default": "..."}`` changes the behaviour.
Behaviours: ``model_behaviours.KINDS``. The server never looks outside.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Self, cast

from tests.fakes.model_answers import answer
from tests.fakes.model_behaviours import Behaviour

KEPT = 1000


@dataclass
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any] = field(default_factory=dict)
    answered: bool = False


class Connection(asyncio.Protocol):
    """One HTTP/1.1 connection; requests on it are served one after the other."""

    def __init__(self, server: ModelServer) -> None:
        self._server = server
        self._buffer = b""
        self._task: asyncio.Task[None] | None = None
        self._received: Received | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._server.connections.add(self)
        self._server.opened += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        if self._task is not None:
            self._task.cancel()
        if self._received is not None and not self._received.answered:
            self._server.lost()

    def pause_writing(self) -> None:
        self._flowing.clear()

    def resume_writing(self) -> None:
        self._flowing.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._next()

    def _next(self) -> None:
        head, gap, rest = self._buffer.partition(b"\r\n\r\n")
        if not gap or self._task is not None:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        method, path, _ = first.split(" ", 2)
        body = json.loads(rest[:length]) if length else {}
        self._received = Received(path, headers, body)
        if path.startswith("/control"):
            self.respond(200, json.dumps(self._server.controlled(body if method == "POST" else {})))
            return
        self._server.note(self._received)
        self._task = asyncio.get_running_loop().create_task(self._answer(self._received))

    async def _answer(self, received: Received) -> None:
        behaviour = self._server.behaviour_for(str(received.body.get("model", "")))
        await answer(self, behaviour, received)
        self._task = None
        if not self.transport.is_closing():
            self._next()

    def respond(self, status: int, text: str, kind: str = "application/json", **headers: str) -> None:
        """Send a whole response."""
        body = text.encode()
        lines = [f"HTTP/1.1 {status} Fake", f"content-type: {kind}", f"content-length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.end()
        self.transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def begin(self) -> None:
        """Send the head of a stream."""
        head = (
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        self.transport.write(head)

    async def send(self, data: bytes) -> None:
        """Send a piece of a stream, waiting for a client that reads slowly."""
        self.transport.write(b"%x\r\n%s\r\n" % (len(data), data))
        if not self._flowing.is_set():
            await self._flowing.wait()

    def finish(self) -> None:
        """Send the end of a stream."""
        self.end()
        self.transport.write(b"0\r\n\r\n")

    def end(self) -> None:
        """Note that the answer is whole: a client that leaves now is no disconnect."""
        if self._received is not None:
            self._received.answered = True


class ModelServer:
    """The server; every address it gives out is on the loopback."""

    def __init__(self, *, default: str = "echo", port: int = 0, host: str = "127.0.0.1") -> None:
        self._default = default
        self._script: deque[str] = deque()
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None
        self.connections: set[Connection] = set()
        self.received: deque[Received] = deque(maxlen=KEPT)
        self.dropped = 0
        self.disconnects = 0
        self.opened = 0
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), self._host, self._port, backlog=1024)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for connection in tuple(self.connections):
            connection.transport.abort()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """The address without a path; it is also the base URL of Anthropic's format."""
        return f"http://{self._host}:{self._port}"

    @property
    def openai_url(self) -> str:
        """The base URL of OpenAI's format."""
        return f"{self.url}/v1"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The bodies of all requests, oldest first."""
        return [received.body for received in self.received]

    def script(self, *behaviours: str) -> None:
        """Let the next requests get these behaviours, one each."""
        for text in behaviours:
            assert Behaviour.read(text), f"unknown behaviour {text}"
        self._script.extend(behaviours)

    def note(self, received: Received) -> None:
        """Remember a request."""
        self.received.append(received)
        self._news.set()

    def lost(self) -> None:
        """Count a client that left before its answer was whole."""
        self.disconnects += 1
        self._news.set()

    async def until(self, *, requests: int = 0, disconnects: int = 0, within_seconds: float = 2) -> None:
        """Wait until so many requests came and so many clients left early.

        Raises:
            TimeoutError: they did not within the time.
        """
        async with asyncio.timeout(within_seconds):
            while len(self.received) < requests or self.disconnects < disconnects:
                self._news.clear()
                await self._news.wait()

    def behaviour_for(self, model: str) -> Behaviour:
        """Return the behaviour of the next request."""
        named = self._script.popleft() if self._script else model
        found = Behaviour.read(named) or Behaviour.read(self._default)
        assert found is not None, f"unknown behaviour {self._default}"
        if found.kind == "drop":
            self.dropped += 1
            if self.dropped > found.number("times", 1):
                return Behaviour("echo")
        return found

    def controlled(self, orders: dict[str, Any]) -> dict[str, Any]:
        """Obey the control API and return what it tells."""
        self._default = orders.get("default", self._default)
        self.script(*orders.get("script", ()))
        return {"requests": len(self.received), "disconnects": self.disconnects, "bodies": self.bodies[-20:]}


async def _serve(port: int, default: str) -> None:
    async with ModelServer(default=default, port=port) as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Run the server until it is interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=0, help="words of an answer; 0 echoes the message")
    parser.add_argument("--pace-ms", type=float, default=0)
    parser.add_argument("--behaviour", default="", help="instead of --tokens and --pace-ms")
    given = parser.parse_args()
    default = given.behaviour or f"echo;n={given.tokens};pace={given.pace_ms}"
    with contextlib.suppress(KeyboardInterrupt):
        try:
            import uvloop
        except ImportError:
            asyncio.run(_serve(given.port, default))
        else:
            uvloop.run(_serve(given.port, default))


if __name__ == "__main__":
    main()
