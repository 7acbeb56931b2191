"""The real server behind an address that stays: its connections can be cut, and it can be killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2

from tests.fakes.model_server import ModelServer
from tests.houses import OWNER, OWNER_PASSWORD, PASSWORD, Process
from tests.letters import Received

READ_BYTES = 65536
EVENT = b"data: {"


class Relay:
    """Passes bytes on between the browser and the server, as a proxy on the way does."""

    def __init__(self) -> None:
        self.target: tuple[str, int] | None = None
        """Where the server is; None while there is none."""
        self.cut_after = 0
        """The next stream of events breaks after this many, once."""
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> str:
        """Listen on a free port and return the address."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return f"http://localhost:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self.target is None:
                return
            upstream_reader, upstream = await asyncio.open_connection(*self.target)
            ways = [self._forth(reader, upstream), self._back(upstream_reader, writer)]
            tasks = [asyncio.ensure_future(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            upstream.transport.abort()
        except OSError:
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _forth(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(READ_BYTES):
            writer.write(data)
            await writer.drain()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left = 0
        while data := await reader.read(READ_BYTES):
            if self.cut_after and b"text/event-stream" in data:
                left, self.cut_after = self.cut_after, 0
            if left and data.count(EVENT) >= left:
                # The head goes out in any case: a browser sends a request again by itself if nothing came back.
                writer.write(data.partition(EVENT)[0])
                await writer.drain()
                writer.close()
                return
            left -= min(left, data.count(EVENT))
            writer.write(data)
            await writer.drain()


class Site:
    """A server, the relay before it, and the model behind it when it has one."""

    def __init__(self, process: Process, relay: Relay, url: str, model: ModelServer | None, data_dir: Path) -> None:
        self.process, self.relay, self.url, self.model, self._data_dir = process, relay, url, model, data_dir

    def start(self) -> None:
        """Start the server and let the address lead to it."""
        self.process.start()
        at = urlsplit(self.process.url)
        assert at.port is not None
        self.relay.target = ("127.0.0.1", at.port)

    def kill(self) -> None:
        """End the server with SIGKILL: nothing answers at the address."""
        self.relay.target = None
        self.process.kill()

    def newcomer(self, name: str = "Ada Lovelace") -> tuple[str, str]:
        """Make an account and return its address and password."""
        email = f"{uuid4().hex[:12]}@example.com"
        body = {"email": email, "password": PASSWORD, "full_name": name}
        reply = httpx2.post(f"{self.url}/api/v1/auth/register", json=body)
        assert reply.status_code == 201, reply.text
        return email, PASSWORD

    def letter(self, to: str, about: str = "", *, channel: str = "mail") -> Received:
        """Wait for a mail or text to somebody that has these words in it, and return the newest."""
        until = time.monotonic() + 15
        while time.monotonic() < until:
            for path in sorted((self._data_dir / "outbox" / channel).glob("*.json"), reverse=True):
                content = json.loads(path.read_text(encoding="utf-8"))
                if content["to"] == to and about in content["body"]:
                    return Received(to, content["subject"], content["body"])
            time.sleep(0.05)
        raise AssertionError(f"no {channel} to {to}")

    def owner(self) -> tuple[str, str]:
        """Return the address and password of the server's owner."""
        return OWNER, OWNER_PASSWORD


class Background:
    """An event loop of its own, in a thread, because the browser is driven without one."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do the work there and return what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def end(self) -> None:
        """Cancel what is left and end the thread."""
        self.run(self._cancel_the_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    @staticmethod
    async def _cancel_the_rest() -> None:
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


@contextlib.contextmanager
def running(data_dir: Path, model: str = "", **more: str) -> Iterator[Site]:
    """Run a server without limits; ``model`` is a behaviour of the fake model, none means the offline model.

    ``more`` are other settings by the names of their environment variables.
    """
    background = Background()
    relay = Relay()
    url = background.run(relay.open())
    fake = ModelServer(default=model) if model else None
    # Links in letters and passkeys belong to the address that people use.
    settings = {"STEWARD_RATE_LIMIT_SCALE": "0", "STEWARD_PUBLIC_URL": url, **more}
    if fake is not None:
        background.run(fake.__aenter__())
        settings |= {"STEWARD_MODEL": "openai:gpt-4o", "STEWARD_OPENAI_API_KEY": "sk-of-a-fake"}
        settings["STEWARD_OPENAI_BASE_URL"] = fake.openai_url
    site = Site(Process(data_dir, **settings), relay, url, fake, data_dir)
    try:
        site.start()
        yield site
    finally:
        background.run(relay.close())
        site.process.stop()
        if fake is not None:
            background.run(fake.__aexit__())
        background.end()
