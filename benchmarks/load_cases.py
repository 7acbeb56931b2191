"""Cases under load, each beside the floor: reading, offline turns, and turns that a model over HTTP answers."""

from __future__ import annotations

from benchmarks.figures import OF_FLOOR, Bound, Figure, Line, LoadLine
from benchmarks.measuring import Plan, in_turns
from benchmarks.street import CLIENTS, Street

TOKENS = 64
SHORT = 5
PACE_MS = 20.0
SUM = "what is 17% of 2,349?"
EFFECT = "add milk to my tasks"


async def read(street: Street, plan: Plan) -> list[Line]:
    """Read a page of messages."""
    ours, floor = await in_turns(street.reading(), plan, clients=CLIENTS)
    return [LoadLine("read a page of 20 messages", ours, floor, Bound(0.25, OF_FLOOR, at_least=True))]


async def turn(street: Street, plan: Plan) -> list[Line]:
    """Say a sum to the offline assistant."""
    ours, floor = await in_turns(street.saying(SUM, b"399.33", "send"), plan, clients=CLIENTS)
    return [LoadLine(f"offline turn, “{SUM}”", ours, floor, Bound(400, "/s", at_least=True))]


async def effect(street: Street, plan: Plan) -> list[Line]:
    """Let the offline assistant do something."""
    ours, floor = await in_turns(street.saying(EFFECT, b"added", "effect"), plan, clients=CLIENTS)
    return [LoadLine(f"offline turn, “{EFFECT}”", ours, floor, Bound(400, "/s", at_least=True))]


async def adapter(street: Street, plan: Plan) -> list[Line]:
    """Let a model over HTTP answer."""
    street.model.answers(SHORT)
    ours, floor = await in_turns(street.asking(SHORT), plan, clients=CLIENTS)
    return [LoadLine(f"turn by a model over HTTP, {SHORT} tokens", ours, floor, Bound(300, "/s", at_least=True))]


async def stream(street: Street, plan: Plan) -> list[Line]:
    """Stream an answer of a model over HTTP."""
    street.model.answers(TOKENS)
    ours, floor = await in_turns(street.streaming(TOKENS)[:2], plan, clients=CLIENTS)
    return [LoadLine(f"stream of {TOKENS} tokens", ours, floor, Bound(150, "/s", at_least=True))]


async def first_token(street: Street, plan: Plan) -> list[Line]:
    """Wait for the first token, directly and through Steward, spread evenly and all in the same moment."""
    street.model.answers(TOKENS, PACE_MS)
    length = TOKENS * PACE_MS / 1000
    evenly = Plan(1 if plan.is_short else 2, max(2 * length, plan.seconds / 2))
    sides = street.streaming(TOKENS)
    ours, floor, direct = await in_turns(sides, evenly, clients=CLIENTS, spread_seconds=length, is_warm=True)
    once = Plan(1 if plan.is_short else 5, 1)
    rush, rush_floor, rush_direct = await in_turns(sides, once, clients=CLIENTS, count=CLIENTS, is_warm=True)
    return [
        Figure(
            f"added time to the first token, {CLIENTS} streams, p50",
            ours.first_p50_ms - direct.first_p50_ms,
            "ms",
            Bound(10, "ms"),
            f"directly {direct.first_p50_ms:.1f} ms, floor adds {floor.first_p50_ms - direct.first_p50_ms:.1f} ms",
        ),
        Figure(
            "the same, p95",
            ours.first_p95_ms - direct.first_p95_ms,
            "ms",
            beside=f"floor adds {floor.first_p95_ms - direct.first_p95_ms:.1f} ms",
        ),
        Figure(
            f"the same, {CLIENTS} streams begun in one moment, p50",
            rush.first_p50_ms - rush_direct.first_p50_ms,
            "ms",
            beside=f"floor adds {rush_floor.first_p50_ms - rush_direct.first_p50_ms:.1f} ms",
        ),
    ]


async def token(street: Street, plan: Plan) -> list[Line]:
    """Take the processor time of a turn of one token from that of a long one."""
    found: list[Line] = []
    rounds, seconds = (1, 0.7) if plan.is_short else (2, plan.seconds / 2)
    for pace_ms, title in (
        (0.0, "processor time a streamed token, as fast as they come"),
        (PACE_MS, f"the same, a token every {PACE_MS:g} ms"),
    ):
        cost: dict[int, tuple[float, float]] = {}
        for tokens in (1, TOKENS):
            street.model.answers(tokens, pace_ms)
            long = Plan(rounds, max(seconds, 1.5 * tokens * pace_ms / 1000))
            ours, floor = await in_turns(street.streaming(tokens)[:2], long, clients=CLIENTS, is_warm=True)
            cost[tokens] = ours.cpu_ms, floor.cpu_ms
        ours_ms, floor_ms = ((cost[TOKENS][side] - cost[1][side]) / (TOKENS - 1) for side in (0, 1))
        beside = f"floor {floor_ms:.3f} ms; a turn of 1 token {cost[1][0]:.2f} ms, of {TOKENS} {cost[TOKENS][0]:.2f} ms"
        found.append(Figure(title, ours_ms, "ms", Bound(0.1, "ms"), beside, digits=3))
    return found
