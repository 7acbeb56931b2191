"""Cost by size: list, read and send with 100,000 stored messages against 100, in two shapes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.client import Answer, Target, ask, request_bytes
from benchmarks.figures import Bound, Figure, Line
from benchmarks.filling import multiply
from benchmarks.load_cases import SUM
from benchmarks.measuring import Measured, Plan, Side, in_turns
from benchmarks.processes import Cores, Server, steward
from benchmarks.street import CHAT, open_conversation, sign_up

ASKED = Bound(1.3, "times")
CLIENTS = 4
SHAPES: Mapping[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "one conversation": ((1, 50), (1, 50_000)),
    "conversations of 20": ((5, 10), (5_000, 10)),
}
"""Small and large as (conversations, turns in each); a turn has two messages."""


def template(folder: Path, cores: Cores) -> str:
    """Make a data folder with one person and one turn; return the person's token."""
    with steward(folder, cores).wait_for_port("is up:") as server:
        token = sign_up(server.port, "ada@example.com")
        conversation = open_conversation(server.port, token)
        ask(server.port, "POST", f"{CHAT}/{conversation}/messages", token, {"message": SUM})
    return token


async def size(folder: Path, cores: Cores, plan: Plan) -> list[Line]:
    """Compare the cost with many messages to that with few."""
    token = template(folder / "template", cores)
    plan = Plan(1, 0.4) if plan.is_short else replace(plan, seconds=plan.seconds / 6)
    found: list[Line] = []
    for shape, sizes in SHAPES.items():
        folders = [folder / f"{shape.replace(' ', '-')}-{place}" for place in (0, 1)]
        ids = []
        for target, (conversations, turns_each) in zip(folders, sizes, strict=True):
            shutil.copytree(folder / "template", target)
            ids.append(multiply(target / "steward.db", conversations=conversations, turns_each=turns_each))
        with (
            steward(folders[0], cores).wait_for_port("is up:") as small,
            steward(folders[1], cores).wait_for_port("is up:") as large,
        ):
            found += await _compared(shape, [(small, ids[0]), (large, ids[1])], token, plan)
        for target in folders:
            shutil.rmtree(target)
    return found


async def _compared(shape: str, servers: list[tuple[Server, list[str]]], token: str, plan: Plan) -> list[Line]:
    paths = {
        "list conversations, each with its newest messages": "?limit=5",
        "list conversations, without messages": "?limit=5&messages=0",
        "read the oldest 20 messages": "/{id}/messages?limit=20",
        "read the newest 20 messages": "/{id}/messages?limit=20&sort=created_at:desc",
    }
    found: list[Line] = []
    for title, path in paths.items():
        sides = []
        for server, ids in servers:
            requests = [request_bytes("GET", CHAT + path.format(id=each), token) for each in ids[:5]]
            sides.append(Side(server, Target(server.port, requests, _listed)))
        found.append(_line(f"{title}; {shape}", await in_turns(sides, plan, clients=CLIENTS)))
    sides = []
    for server, ids in servers:
        requests = [request_bytes("POST", f"{CHAT}/{each}/messages", token, {"message": SUM}) for each in ids[:5]]
        sides.append(Side(server, Target(server.port, requests, _said)))
    count = 100 if plan.is_short else 400
    found.append(_line(f"send a message; {shape}", await in_turns(sides, plan, clients=1, count=count)))
    return found


def _line(title: str, both: list[Measured]) -> Figure:
    small, large = both
    beside = f"{small.cpu_ms:.2f} ms with 100, {large.cpu_ms:.2f} ms with 100,000"
    return Figure(title, large.cpu_ms / small.cpu_ms, "times", ASKED, beside, digits=2)


def _listed(answer: Answer) -> bool:
    return answer.status == 200 and b'"items":[{' in answer.body


def _said(answer: Answer) -> bool:
    return answer.status == 200 and b"399.33" in answer.body
