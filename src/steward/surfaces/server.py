"""The process that listens: Uvicorn with Steward's limits and an end that loses nothing.

At SIGTERM or SIGINT: streams are told (``surfaces.draining``), new connections are refused, running requests get their
answers, sockets are closed with 1012, and the application's lifespan ends last. After ``grace_seconds`` what still runs
is cancelled; after ``exit_seconds`` the process is gone whatever hangs. A second signal does not wait.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import resource
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from steward.kit.errors import StewardError, Unavailable
from steward.surfaces.draining import STATE_KEY
from steward.surfaces.http_protocol import HttpConfig, HttpLimits, LimitedHttp

OnStarted = Callable[[str, int], None]

log = logging.getLogger("steward.server")

SOCKET_MESSAGE_BYTES = 1024 * 1024
OPEN_FILES = 65_536
FORCED_EXIT_SECONDS = 3.0


class CannotListen(StewardError):
    """The server cannot listen on that address."""

    code = "CANNOT_LISTEN"


class StartFailed(Unavailable):
    """The application did not start; the log says why."""

    code = "START_FAILED"


class SteadyServer(uvicorn.Server):
    """One listening process.

    ``draining`` is set as soon as the server starts to stop; ``on_started`` is called once with the host and the port
    that are really listened on.
    """

    def __init__(
        self,
        config: HttpConfig,
        *,
        on_started: OnStarted | None = None,
        grace_seconds: float = 20.0,
        exit_seconds: float = 25.0,
    ) -> None:
        super().__init__(config)
        self.draining = asyncio.Event()
        self._on_started = on_started
        self._grace_seconds = grace_seconds
        self._exit_seconds = exit_seconds
        self._watchdog: threading.Timer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_by: float | None = None
        self.clean = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then listen, then say where."""
        self._loop = asyncio.get_running_loop()
        self.lifespan.state[STATE_KEY] = self.draining
        await super().startup(sockets)
        if self._on_started is not None and sockets:
            host, port = sockets[0].getsockname()[:2]
            self._on_started(host, port)

    def stop(self) -> None:
        """Start to stop; may be called from any thread and from a signal handler."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        if self._stop_by is None:
            self._stop_by = asyncio.get_running_loop().time() + self._exit_seconds - 0.5
        self.draining.set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at the first signal, without waiting at the second."""
        if self.should_exit:
            self.force_exit = True
        self._arm(FORCED_EXIT_SECONDS if self.force_exit else self._exit_seconds)
        self.stop()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Handle SIGTERM and SIGINT; they are not raised again, so that the process ends in order."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _arm(self, seconds: float) -> None:
        self.disarm()
        self._watchdog = threading.Timer(seconds, os._exit, (1,))
        self._watchdog.daemon = True
        self._watchdog.start()

    def disarm(self) -> None:
        """Call off the end by force."""
        if self._watchdog is not None:
            self._watchdog.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Refuse what is new, finish what runs, end the application."""
        self._drain()
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._until_quiet(self._grace_seconds)
        if self.server_state.tasks:
            log.warning("%d requests are cancelled: the server stops.", len(self.server_state.tasks))
            for task in self.server_state.tasks:
                task.cancel(msg="the server stops")
            await self._until_quiet(0.5 if self.force_exit else 2.0, forced=False)
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        if not self.force_exit:
            await self._end_application()

    async def _until_quiet(self, seconds: float, *, forced: bool = True) -> None:
        """Wait until nothing runs, at most so long; a second signal ends the wait where ``forced`` counts."""
        state = self.server_state
        until = asyncio.get_running_loop().time() + seconds
        while (state.tasks or state.connections) and not (forced and self.force_exit):
            if asyncio.get_running_loop().time() >= until:
                return
            await asyncio.sleep(0.02)

    async def _end_application(self) -> None:
        assert self._stop_by is not None
        left = max(1.0, self._stop_by - asyncio.get_running_loop().time())
        try:
            await asyncio.wait_for(self.lifespan.shutdown(), left)
        except TimeoutError:
            self.clean = False
            log.error("The application did not end within %.1f s.", left)


def listen(host: str, port: int) -> list[socket.socket]:
    """Return bound sockets for every address of the host; port 0 takes one free port for all of them.

    Raises:
        CannotListen: the address is taken, unknown or not allowed.
    """
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as wrong:
        raise CannotListen(f"There is no address {host}: {wrong.strerror}.") from None
    sockets: list[socket.socket] = []
    problem: OSError | None = None
    for family, kind, protocol, _, address in sorted(set(found), key=lambda one: one[0] != socket.AF_INET):
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        chosen = sockets[0].getsockname()[1] if sockets else port
        try:
            listener.bind((address[0], chosen, *address[2:]))
        except OSError as wrong:
            listener.close()
            problem = wrong
            continue
        sockets.append(listener)
    if not sockets:
        raise CannotListen(f"Cannot listen on {host}:{port}: {problem.strerror if problem else 'no address'}.")
    return sockets


def make_server(
    app: ASGIApp,
    *,
    on_started: OnStarted | None = None,
    limits: HttpLimits | None = None,
    grace_seconds: float = 20.0,
    exit_seconds: float = 25.0,
) -> SteadyServer:
    """Return a server that does not run yet; ``await server.serve(sockets=listen(…))`` runs it in the running loop."""
    limits = limits or HttpLimits()
    config = HttpConfig(
        app,
        loop="uvloop",
        http=LimitedHttp,
        ws="websockets-sansio" if importlib.util.find_spec("websockets") else "none",
        ws_max_size=SOCKET_MESSAGE_BYTES,
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=limits.keep_alive_seconds,
    )
    config.limits = limits
    return SteadyServer(config, on_started=on_started, grace_seconds=grace_seconds, exit_seconds=exit_seconds)


def serve(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    on_started: OnStarted | None = None,
    limits: HttpLimits | None = None,
    grace_seconds: float = 20.0,
    exit_seconds: float = 25.0,
) -> None:
    """Serve the application until SIGTERM or SIGINT; port 0 takes a free port, ``on_started`` learns which.

    Raises:
        CannotListen: the address is taken, unknown or not allowed.
        StartFailed: the application's lifespan did not start.
    """
    _allow_many_files()
    sockets = listen(host, port)
    server = make_server(
        app, on_started=on_started, limits=limits, grace_seconds=grace_seconds, exit_seconds=exit_seconds
    )
    try:
        server.run(sockets=sockets)
    except SystemExit:
        raise StartFailed from None
    finally:
        for listener in sockets:
            listener.close()
        if server.clean:
            server.disarm()


def _allow_many_files() -> None:
    """Lift the soft limit of open files: 1,024 of them would be used up by the allowed connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
