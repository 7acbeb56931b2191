"""Rounds of load on several servers in turns, and what each of them came to."""

from __future__ import annotations

import gc
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.client import Load, Target, WrongAnswer, run
from benchmarks.processes import Server

WARM_SECONDS = 0.3


@dataclass(frozen=True)
class Plan:
    """How long a run measures: rounds a case, seconds a round."""

    rounds: int = 3
    seconds: float = 6.0

    @property
    def is_short(self) -> bool:
        """Whether this is the short run, whose figures are rough."""
        return self.seconds < 3


@dataclass(frozen=True)
class Side:
    """One server under one kind of request."""

    server: Server
    target: Target


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians over the rounds; latencies over all requests, in milliseconds.

    ``cpu_ms`` is the server's processor time a request, ``busy`` the share of the time in which it computed.
    """

    per_second: float
    cpu_ms: float
    busy: float
    p50_ms: float
    p95_ms: float
    first_p50_ms: float
    first_p95_ms: float
    answers: int


@dataclass(frozen=True, slots=True)
class _Round:
    load: Load
    cpu_seconds: float


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


async def in_turns(
    sides: Sequence[Side],
    plan: Plan,
    *,
    clients: int,
    count: int = 0,
    spread_seconds: float = 0.0,
    is_warm: bool = False,
) -> list[Measured]:
    """Measure the sides in turns, round by round, so that all of them see the same machine; one result a side.

    Unless they are warm already, each gets some requests first that are not counted.

    Raises:
        WrongAnswer: a server gave a wrong answer; every answer is looked at.
    """
    found: list[list[_Round]] = [[] for _ in sides]
    for side in () if is_warm else sides:
        await _round(side, clients, WARM_SECONDS, 0, 0.0)
    for _ in range(plan.rounds):
        for side, rounds in zip(sides, found, strict=True):
            rounds.append(await _round(side, clients, plan.seconds, count, spread_seconds))
    return [_summary(rounds) for rounds in found]


async def _round(side: Side, clients: int, seconds: float, count: int, spread_seconds: float) -> _Round:
    gc.collect()
    before = side.server.cpu_seconds()
    load = await run(side.target, clients=clients, seconds=seconds, count=count, spread_seconds=spread_seconds)
    used = side.server.cpu_seconds() - before
    if load.wrong:
        sample = load.sample.decode(errors="replace")
        raise WrongAnswer(f"{load.wrong} of {load.answers} answers were wrong, the first: {sample}")
    return _Round(load, used)


def _summary(rounds: Sequence[_Round]) -> Measured:
    latencies = [each for one in rounds for each in one.load.latencies]
    firsts = [each for one in rounds for each in one.load.firsts]
    return Measured(
        per_second=median(one.load.per_second for one in rounds),
        cpu_ms=median(1000 * one.cpu_seconds / one.load.answers for one in rounds),
        busy=median(one.cpu_seconds / one.load.seconds for one in rounds),
        p50_ms=1000 * median(latencies),
        p95_ms=1000 * quantile(latencies, 0.95),
        first_p50_ms=1000 * median(firsts),
        first_p95_ms=1000 * quantile(firsts, 0.95),
        answers=sum(one.load.answers for one in rounds),
    )
