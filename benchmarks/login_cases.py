"""Signing in: eight at once, and a crowd of which most are told to come back while ``/health`` goes on answering.

The server may use every core here: a password costs about 28 ms of a core whatever else is done.
"""

from __future__ import annotations

import asyncio
import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.client import Answer, Target, WrongAnswer, request_bytes, run
from benchmarks.figures import Bound, Figure, Line
from benchmarks.measuring import Plan, Side, in_turns, quantile
from benchmarks.processes import Cores, Server, steward
from benchmarks.street import PASSWORD, sign_up

LOGINS = 8
CROWD = 200
ANYWHERE = Cores(None, None, None)


async def login(folder: Path, cores: Cores, plan: Plan) -> list[Line]:
    """Sign in from eight clients at once."""
    with _server(folder / "login") as server:
        side = Side(server, _logins(server, lambda answer: answer.status == 200))
        (found,) = await in_turns([side], replace(plan, rounds=1), clients=LOGINS)
    beside = f"p50 {found.p50_ms:.0f} ms, {found.per_second:.0f}/s, {found.cpu_ms:.1f} ms processor time each"
    return [Figure(f"login, {LOGINS} at once, p95", found.p95_ms, "ms", Bound(60, "ms"), beside, digits=0)]


async def crowd(folder: Path, cores: Cores, plan: Plan) -> list[Line]:
    """Let two hundred sign in at once and ask for ``/health`` all the while."""
    with _server(folder / "crowd") as server:
        target = _logins(server, lambda answer: answer.status in (200, 503))
        waits: list[float] = []
        for _ in range(1 if plan.is_short else plan.rounds):
            is_over = threading.Event()
            watcher = asyncio.create_task(asyncio.to_thread(_watch, server.port, is_over, waits))
            try:
                load = await run(target, clients=CROWD, seconds=0, count=CROWD)
            finally:
                is_over.set()
                await watcher
            if load.wrong:
                raise WrongAnswer(load.sample.decode(errors="replace"))
    return [
        Figure(
            f"/health while {CROWD} sign in at once, longest answer",
            1000 * max(waits),
            "ms",
            Bound(500, "ms"),
            f"p95 {1000 * quantile(waits, 0.95):.0f} ms of {len(waits)} answers",
            digits=0,
        )
    ]


def _server(data_dir: Path) -> Server:
    return steward(data_dir, ANYWHERE).wait_for_port("is up:")


def _logins(server: Server, good: Callable[[Answer], bool]) -> Target:
    people = [f"person{number}@example.com" for number in range(LOGINS)]
    for email in people:
        sign_up(server.port, email)
    requests = [
        request_bytes("POST", "/api/v1/auth/login", body={"email": email, "password": PASSWORD}) for email in people
    ]
    return Target(server.port, requests, good)


def _watch(port: int, is_over: threading.Event, waits: list[float]) -> None:
    """Ask for ``/health`` again and again, on one connection, until it is over."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        while not is_over.is_set():
            began = time.perf_counter()
            connection.request("GET", "/health")
            reply = connection.getresponse()
            reply.read()
            if reply.status != 200:
                raise WrongAnswer(f"/health: {reply.status}")
            waits.append(time.perf_counter() - began)
    finally:
        connection.close()
