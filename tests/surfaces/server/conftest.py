from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import uvloop

from steward.surfaces.http_protocol import HttpLimits
from steward.surfaces.server import SteadyServer, listen, make_server

from .doubles import Wire, echo


class Running:
    """A server in a thread of its own, on a free port."""

    def __init__(self, server: SteadyServer, sockets: list[socket.socket]) -> None:
        self.server = server
        self.port: int = sockets[0].getsockname()[1]
        self._sockets = sockets
        self._wires: list[Wire] = []
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self.server.serve(sockets=self._sockets))

    def start(self, ready: threading.Event) -> None:
        self._thread.start()
        assert ready.wait(10)

    def stop(self) -> None:
        for wire in self._wires:
            wire.close()
        self.server.stop()
        self._thread.join(15)
        assert not self._thread.is_alive()
        for listener in self._sockets:
            listener.close()

    def connect(self) -> Wire:
        self._wires.append(Wire(self.port))
        return self._wires[-1]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """A server of the echo with Steward's limits and shorter times."""
    limits = replace(HttpLimits(), head_seconds=0.6, body_silence_seconds=0.9, keep_alive_seconds=2, running_requests=3)
    ready = threading.Event()
    sockets = listen("127.0.0.1", 0)
    one = Running(make_server(echo, limits=limits, on_started=lambda *_: ready.set()), sockets)
    one.start(ready)
    yield one
    one.stop()
