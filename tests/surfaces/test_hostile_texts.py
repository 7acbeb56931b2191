"""Hostile and clumsy messages, searches, and everything at once: answered or refused, in time, never half-done."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import statistics
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from steward.core.notes import NoteService
from tests.contract.dialects import assert_refused
from tests.houses import PASSWORD, Home, Process
from tests.surfaces.looking import rows, sent


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01\x02", "\n\t \r\n", "x" * 32_001, "x" * 900_000])
async def test_a_message_without_text_or_too_long_leaves_nothing_behind(at_home: Home, text: str) -> None:
    ada = await at_home.person()
    talk = (await ada.post("/api/v1/chat/conversations", {})).json()["id"]
    before = await rows(at_home)
    for path, name in (
        ("/api/v1/chat/messages", "message"),
        (f"/api/v1/chat/conversations/{talk}/messages", "content"),
        (f"/api/v1/conversations/{talk}/messages", "content"),
        ("/api/v1/conversations", "initial_message"),
    ):
        if text or name != "initial_message":  # a conversation may begin without a message
            assert_refused(await sent(ada, "POST", path, {name: text, "title": "t"}), "/api/v1", 422)
    assert await rows(at_home) == before
    assert_refused(await ada.post("/api/v1/chat/messages", {"message": "x" * 1_100_000}), "/api/v1", 413)


async def test_a_conversation_that_begins_with_a_message_keeps_its_title(at_home: Home) -> None:
    ada = await at_home.person()
    for title, shown in (("Plans", "Plans"), ("", "what is 6 times 7?"), (" \x00 ", "what is 6 times 7?")):
        reply = await ada.post("/api/v1/conversations", {"title": title, "initial_message": "what is 6 times 7?"})
        assert (reply.status_code, reply.json()["title"]) == (201, shown)
        assert [message["role"] for message in reply.json()["messages"]] == ["user", "assistant"]


PIECES = ["a", "1", "(", "((1+1)*", "9^9^", "tomorrow ", "at 5 pm ", "every monday ", "remind me to ", "and ", "a@b.c "]
PIECES += ["<a", "<script>", "\u202e", "e\u0301", "İ", "ﷺ", "\n", '"', "1:", "2024-01-", "17% of ", "in 5 minutes "]
PIECES += ["one hundred and ", "with John and Mary and ", "the day after ", "note that ", "http://a.b/", "\x00a", "x\t"]
SENTENCES = ["what is 9^9^9^9", "what is 1e999", "what is 1/0", "what is 100000!", "convert 1e308 km to mm"]
SENTENCES += ["remind me in 99999999999999999999 minutes to x", "remind me every second to x", "complete task 0"]
SENTENCES += ["meeting on february 30 at 25:99", "meeting 9999-12-31 at 23:59", "days until 0000-00-00", "undo", "1"]
SENTENCES += [
    "what time is it in ../../etc/passwd",
    "what is " + "(" * 99 + "1" + ")" * 99,
    "remind me in \u0665 minutes",
]
SENTENCES += ["complete task 99999999999999999999", "what's on 99999-01-01", "note that " + "<script>" * 2_000]


async def test_any_text_is_answered_in_time(at_home: Home) -> None:
    ada = await at_home.person()
    for text in [*((piece * 32_000)[:31_990] for piece in PIECES), *SENTENCES]:
        reply = await sent(ada, "POST", "/api/v1/chat/messages", {"message": text})
        assert reply.status_code == 200 or not text.strip(), (text[:60], reply.text)


@pytest.mark.parametrize("text", ["what is 10^400", "what is 2^64", "what is 2^100 + 1"])
async def test_a_number_beyond_64_bits_is_a_number(at_home: Home, text: str) -> None:
    ada = await at_home.person()
    said = await ada.say(text)
    assert said["status"] == "completed"
    assert re.search(r"\d{10}", said["content"].replace(",", "")), said["content"]


@pytest.mark.parametrize("wild", ["%", "_", "\\", "'", '"', "%%%", "_____", "\\%"])
async def test_in_a_search_for_notes_signs_stand_for_themselves(at_home: Home, wild: str) -> None:
    ada = await at_home.person()
    await ada.say("note that the harbour is quiet at dawn")
    actor = await at_home.house.services.sessions.authenticate(ada.token)
    notes = NoteService(at_home.house.db)
    assert (await notes.list(actor, query=wild)).total == 0
    await notes.create(actor, f"odd {wild}sign")
    assert (await notes.list(actor, query=wild)).total == 1
    assert (await notes.list(actor, query=f"{wild}sign odd")).total == 1


# --- at once

ROOM = httpx2.Limits(max_connections=250)


@pytest.mark.parametrize("prefix", ["/api/v1", "/v1"])
async def test_of_many_registrations_of_one_address_one_succeeds(at_home: Home, prefix: str) -> None:
    spelled = ["same@example.com", "Same@Example.com", " SAME@EXAMPLE.COM", "same@EXAMPLE.com"] * 5
    replies = await asyncio.gather(
        *(
            at_home.client.post(f"{prefix}/auth/register", json={"email": email.strip(), "password": PASSWORD})
            for email in spelled
        )
    )
    taken = 409 if prefix == "/api/v1" else 400
    assert sorted(reply.status_code for reply in replies) == sorted([201] + [taken] * 19)
    counted = await rows(at_home)
    assert (counted["users"], counted["tenants"]) == (1, 1)


async def test_parallel_refreshes_agree_and_lose_no_session(at_home: Home) -> None:
    ada = await at_home.person()
    replies = await asyncio.gather(
        *(at_home.client.post("/api/v1/auth/refresh", json={"refresh_token": ada.refresh_token}) for _ in range(20))
    )
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.json()["refresh_token"] for reply in replies}) <= 2
    for reply in replies:
        token = reply.json()["access_token"]
        assert (
            await at_home.client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
        ).status_code == 200


@contextlib.contextmanager
def watched(server: Process) -> Iterator[list[float]]:
    """Ask for /health all the time, from a thread of its own; yield how many seconds each answer took."""
    waits: list[float] = []
    over = threading.Event()

    def look() -> None:
        with httpx2.Client(base_url=server.url, timeout=30) as client:
            while not over.wait(0.02):
                began = time.perf_counter()
                waits.append(30.0 if client.get("/health").status_code != 200 else time.perf_counter() - began)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield waits
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("what", ["login", "register", "brackets"])
async def test_two_hundred_at_once_leave_the_server_answering(server: Process, what: str) -> None:
    requests: dict[str, Any] = {
        "login": lambda i: ("/api/v1/auth/login", json.dumps({"email": f"n{i}@example.com", "password": "x" * 12})),
        "register": lambda i: ("/v1/auth/register", json.dumps({"email": f"h{i}@example.com", "password": PASSWORD})),
        "brackets": lambda i: ("/api/v1/auth/login", "[" * 50_000),
    }
    made = [requests[what](number) for number in range(200)]
    with watched(server) as waits:
        async with httpx2.AsyncClient(base_url=server.url, timeout=60, limits=ROOM) as client:
            replies = await asyncio.gather(*(client.post(path, content=content) for path, content in made))
    assert {reply.status_code for reply in replies} <= {201, 401, 422, 429, 503}
    assert all("retry-after" in reply.headers for reply in replies if reply.status_code in (429, 503))
    assert statistics.median(waits) < 0.5
    assert max(waits) < 2
