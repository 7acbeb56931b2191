"""A Redis server of a test's own, that can be killed, frozen and emptied."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis


class RedisServer:
    """``redis-server`` on a free port of the loopback; it keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self._port), "--save", "", "--appendonly", "no"]
        self._popen = subprocess.Popen(
            [*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with contextlib.suppress(redis.ConnectionError), redis.Redis.from_url(self.url) as client:
                client.ping()
                return
            time.sleep(0.02)
        raise AssertionError("redis-server did not start")

    def kill(self) -> None:
        """End it at once; connections are refused from now on."""
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait(timeout=20)
            self._popen = None

    def freeze(self) -> None:
        """Let it hold its connections and answer nothing."""
        assert self._popen is not None
        self._popen.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._popen is not None
        self._popen.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """Forget everything that is in it, the loaded scripts too."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()
            client.script_flush()

    def names(self) -> list[str]:
        """Return the names of what is in it."""
        with redis.Redis.from_url(self.url, decode_responses=True) as client:
            return sorted(client.keys())  # type: ignore[type-var,arg-type]  # the client is typed for both its kinds


@contextlib.contextmanager
def redis_running(folder: Path) -> Iterator[RedisServer]:
    """Run a Redis server; skip the test where there is no ``redis-server``."""
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server on the path")
    server = RedisServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
