"""What the house itself takes: start, memory, packages, logins, and understanding a sentence."""

from __future__ import annotations

import asyncio
import http.client
import socket
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.client import Answer, Target, WrongAnswer, request_bytes, run
from benchmarks.figures import Bound, Figure, Line
from benchmarks.load_cases import SUM
from benchmarks.measuring import Plan, quantile
from benchmarks.processes import START_SECONDS, Cores, steward
from benchmarks.street import CHAT, CLIENTS, open_conversation, sign_up
from steward.nlu import Context, understand

TURNS = 1000
MEGABYTE = 1_000_000

SENTENCES = (
    "Schedule a meeting with John tomorrow at 2 PM",
    "move the meeting with John to 4",
    "cancel my dentist appointment on Friday",
    "what's on my calendar next Tuesday?",
    "am I free on Thursday afternoon?",
    "remind me to call mum in 45 minutes",
    "remind me every Monday at 8 to take the bins out",
    "set a timer for ten minutes",
    "wake me at half past six tomorrow",
    "what reminders do I have?",
    "add milk to my tasks",
    "add buy stamps and a birthday card to my shopping list, high priority, due next Friday",
    "what's on my list?",
    "mark the second one as done",
    "note that the wifi password is on the fridge",
    "what is 17% of 2,349?",
    "(12.5 + 7) * 3 / 4",
    "how many miles are 42 kilometres?",
    "what day is it in three weeks?",
    "what time is it in Tokyo?",
    "text Anna that I am running ten minutes late",
    "could you please book a table with Sam for the 3rd of March at noon, thanks",
    "give me an overview of my week",
    "who won the world cup in 1998?",
    "hello there",
    "thanks, that's all",
    "undo that",
    "yes",
    "I was wondering whether it might be possible to have something arranged with the accountants at some point",
    "blorp the snarf until wednesday",
)


async def start(folder: Path, cores: Cores, plan: Plan) -> list[Line]:
    """Start often: the first time ever, and with a data folder."""
    first, again = [], []
    for number in range(1 if plan.is_short else plan.rounds):
        data_dir = folder / f"start-{number}"
        first.append(_seconds_to_start(data_dir, cores))
        again.append(_seconds_to_start(data_dir, cores))
    asked = Bound(3, "s")
    return [
        Figure(
            title,
            median(each[0] for each in times),
            "s",
            asked,
            f"processor time {median(cpu for _, cpu in times):.2f} s",
            digits=2,
        )
        for title, times in (("start, data folder made", again), ("first start ever", first))
    ]


def _seconds_to_start(data_dir: Path, cores: Cores) -> tuple[float, float]:
    """Return the seconds to the first 200 on /health and the processor seconds that they took."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with steward(data_dir, cores, port=port) as server:
        while server.is_running() and time.perf_counter() - server.began < START_SECONDS:
            if _is_healthy(port):
                return time.perf_counter() - server.began, server.cpu_seconds()
            time.sleep(0.01)
        raise WrongAnswer(f"the server did not start: {server.errors()}")


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


async def memory(folder: Path, cores: Cores, plan: Plan) -> list[Line]:
    """Weigh an idle server, before and after work."""
    with steward(folder / "memory", cores).wait_for_port("is up:") as server:
        await asyncio.sleep(2)
        before = server.resident_bytes() / MEGABYTE
        token = sign_up(server.port, "ada@example.com")
        requests = []
        for _ in range(CLIENTS):
            conversation = open_conversation(server.port, token)
            requests.append(request_bytes("POST", f"{CHAT}/{conversation}/messages", token, {"message": SUM}))
        load = await run(Target(server.port, requests, _said), clients=CLIENTS, seconds=0, count=TURNS)
        if load.wrong:
            raise WrongAnswer(load.sample.decode(errors="replace"))
        await asyncio.sleep(1)
        after = server.resident_bytes() / MEGABYTE
    asked = Bound(150, "MB")
    return [
        Figure("resident memory, idle after the start", before, "MB", asked, digits=0),
        Figure(f"resident memory, idle after {TURNS:,} turns", after, "MB", asked, digits=0),
    ]


async def packages(folder: Path, cores: Cores, plan: Plan) -> list[Line]:
    """Count what an install without extras brings."""
    found = closure("steward")
    beside = "Steward itself among them"
    return [Figure("packages of the core install", len(found), "", Bound(70), beside, digits=0)]


def closure(name: str) -> set[str]:
    """Return the distributions that an install of ``name`` needs here, by their markers, itself among them."""
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [(canonicalize_name(name), "")]
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        dist, extra = each
        found.add(dist)
        for text in metadata.requires(dist) or ():
            wanted = Requirement(text)
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(wanted.name), one) for one in ("", *wanted.extras)]
    return found


async def nlu(folder: Path, cores: Cores, plan: Plan) -> list[Line]:
    """Understand sentences."""
    context = Context(now=datetime(2024, 1, 15, 15, 30, tzinfo=UTC), zone="America/New_York")
    if understand(SENTENCES[0], context).intent != "schedule_meeting":
        raise WrongAnswer(f"“{SENTENCES[0]}” was not understood")
    times: list[float] = []
    for _ in range(5 if plan.is_short else 50):
        for sentence in SENTENCES:
            began = time.perf_counter()
            understand(sentence, context)
            times.append(1000 * (time.perf_counter() - began))
    beside = f"p50 {median(times):.2f} ms over {len(SENTENCES)} sentences"
    return [Figure("understanding a sentence, p95", quantile(times, 0.95), "ms", beside=beside, digits=2)]


def _said(answer: Answer) -> bool:
    return answer.status == 200 and b"399.33" in answer.body
