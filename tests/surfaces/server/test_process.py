"""A real process, from its start to every way in which it ends."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from steward.surfaces.server import CannotListen, listen

from .doubles import HOST, Wire


class Process:
    """The program of ``doubles`` and the lines that it prints."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.surfaces.server.doubles"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._wires: list[Wire] = []
        assert self.line() == "lifespan.startup"
        self.port = int(self.line().removeprefix("port "))

    def _read(self) -> None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            self._lines.put(line.strip())

    def line(self) -> str:
        return self._lines.get(timeout=20)

    def no_line(self) -> bool:
        return self._lines.empty()

    def connect(self, request: bytes) -> Wire:
        self._wires.append(Wire(self.port).send(request))
        return self._wires[-1]

    def close(self) -> None:
        for wire in self._wires:
            wire.close()
        self.child.kill()
        self.child.wait(10)
        self._reader.join(10)
        assert self.child.stdout is not None
        self.child.stdout.close()


@pytest.fixture
def process() -> Iterator[Process]:
    one = Process()
    yield one
    one.close()


def test_at_sigterm_nothing_that_runs_is_lost(process: Process) -> None:
    resting = process.connect(b"GET /a HTTP/1.1\r\n" + HOST + b"\r\n")
    assert resting.answer().status == 200
    slow = process.connect(b"GET /slow?2 HTTP/1.1\r\n" + HOST + b"\r\n")
    stream = process.connect(b"GET /events HTTP/1.1\r\n" + HOST + b"\r\n")
    stream.until(b"data: tick")
    started = time.monotonic()
    process.child.send_signal(signal.SIGTERM)

    stream.until(b"event: bye")
    stream.until(b"0\r\n\r\n")
    assert time.monotonic() - started < 1
    assert resting.closed()
    with pytest.raises(ConnectionRefusedError):
        Wire(process.port)
    assert process.no_line()
    assert slow.answer().json() == ["GET", "/slow", ""]
    assert process.line() == "lifespan.shutdown"
    assert process.line() == "returned"
    assert process.child.wait(5) == 0
    assert time.monotonic() - started < 4


def test_a_second_signal_does_not_wait(process: Process) -> None:
    process.connect(b"GET /slow?60 HTTP/1.1\r\n" + HOST + b"\r\n")
    time.sleep(0.2)
    started = time.monotonic()
    process.child.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    process.child.send_signal(signal.SIGTERM)
    process.child.wait(5)
    assert time.monotonic() - started < 3


def test_a_client_that_never_finishes_does_not_hold_the_process(process: Process) -> None:
    process.connect(b"GET /a HTTP/1.1\r\nHost: loc")
    process.child.send_signal(signal.SIGINT)
    assert process.line() == "lifespan.shutdown"
    assert process.child.wait(5) == 0


def test_an_address_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"127\.0\.0\.1:{port}: Address already in use"):
            listen("127.0.0.1", port)


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(CannotListen, match=r"nowhere\.invalid"):
        listen("nowhere.invalid", 0)


def test_every_address_of_a_name_gets_the_same_free_port() -> None:
    sockets = listen("localhost", 0)
    try:
        assert len({each.getsockname()[1] for each in sockets}) == 1
    finally:
        for each in sockets:
            each.close()
