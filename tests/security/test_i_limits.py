"""Group I: limits (items 74 to 78)."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from steward.settings import Settings
from tests.houses import PASSWORD, Home, Templates, home
from tests.redis_server import RedisServer, redis_running

HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit-policy", "ratelimit")


@pytest.fixture
async def limited(tmp_path: Path, templates: Templates) -> AsyncIterator[Home]:
    """A house with the limits that hold by default; its clock stands at 15:30:00."""
    async with with_limits(tmp_path, templates) as made:
        yield made


@asynccontextmanager
async def with_limits(folder: Path, templates: Templates, **settings: Any) -> AsyncIterator[Home]:
    templates.sqlite(folder)
    async with home(Settings(data_dir=folder, workers=0, rate_limit_scale=1, **settings)) as made:
        yield made


def statuses(answers: list[httpx2.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def test_item_74_of_300_parallel_calls_exactly_the_allowed_are_answered(
    tmp_path: Path, templates: Templates
) -> None:
    async with with_limits(tmp_path, templates, plan_personal="user=100/60s") as house:
        ada = await house.person()
        answers = await asyncio.gather(*(ada.get("/api/v1/tasks") for _ in range(300)))
        assert statuses(answers) == {200: 100, 429: 200}


async def test_item_74_a_burst_is_ten_a_second_and_a_refused_one_costs_nothing(limited: Home) -> None:
    ada = await limited.person()
    answers = await asyncio.gather(*(ada.get("/api/v1/tasks") for _ in range(300)))
    assert statuses(answers) == {200: 10, 429: 290}
    limited.clock.advance(1.1)
    reply = await ada.get("/api/v1/tasks")
    assert (reply.status_code, reply.headers["x-ratelimit-remaining"]) == (200, "89")


async def test_item_74_a_team_shares_its_minute_and_its_hour(tmp_path: Path, templates: Templates) -> None:
    async with with_limits(tmp_path, templates, plan_team="user=50/60s;tenant=100/60s,120/3600s") as house:
        ada = await house.person(tenant_name="Acme")
        answers = await asyncio.gather(*(ada.get("/api/v1/tasks") for _ in range(60)))
        assert statuses(answers) == {200: 50, 429: 10}
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.headers["x-ratelimit-limit"] == "50", "the bucket that was hit is shown"
        house.clock.advance(60)
        shown = await ada.get("/api/v1/tasks")
        assert shown.headers["x-ratelimit-limit"] == "100", "the tenant's minute is shown"
        house.clock.advance(60)
        await asyncio.gather(*(ada.get("/api/v1/tasks") for _ in range(50)))
        house.clock.advance(60)
        answers = await asyncio.gather(*(ada.get("/api/v1/tasks") for _ in range(50)))
        assert statuses(answers) == {200: 19, 429: 31}, "the hour is used up"
        assert int(next(a for a in answers if a.status_code == 429).headers["retry-after"]) > 60


async def test_item_74_signing_in_is_limited_for_each_address_and_door(limited: Home) -> None:
    await limited.person()
    body = {"email": "person1@example.com", "password": PASSWORD}
    for path, allowed in (("/v1/auth/login", 5), ("/api/v1/auth/login", 8)):  # two of the ten made the person
        answers = [await limited.client.post(path, json=body) for _ in range(allowed + 1)]
        assert [answer.status_code for answer in answers] == [200] * allowed + [429], path
    limited.clock.advance(60)
    assert (await limited.client.post("/v1/auth/login", json=body)).status_code == 200


async def test_item_74_the_groups_of_the_voice_document_have_separate_windows(limited: Home) -> None:
    ada = await limited.person()
    answers = await asyncio.gather(*(ada.get("/v1/users/me") for _ in range(101)))
    assert statuses(answers) == {200: 100, 429: 1}
    reply = await ada.get("/v1/calendar/events")
    assert (reply.status_code, reply.headers["x-ratelimit-limit"]) == (200, "1000")
    assert (await ada.get("/api/v1/tasks")).status_code == 200


async def test_item_75_every_answer_of_every_prefix_says_how_it_stands(limited: Home) -> None:
    ada = await limited.person()
    epoch = limited.clock.now().timestamp()
    seen = [
        await ada.get("/api/v1/tasks"),
        await ada.get("/api/v1/tasks/none"),
        await ada.get("/api/v1/nothing"),
        await ada.request("PUT", "/api/v1/tasks"),
        await ada.post("/api/v1/tasks", {"title": 7}),
        await limited.client.get("/api/v1/tasks"),
        await ada.get("/v1/users/me"),
        await limited.client.get("/v1/users/me"),
        await limited.client.get("/api/health/"),
        await limited.client.get("/api/nothing"),
        await limited.client.post("/api/v1/auth/login", json={"email": "x", "password": "y"}),
        await ada.post("/api/v1/chat/messages", {"message": "what is 6 times 7?", "stream": True}),
    ]
    assert {200, 401, 404, 405, 422} <= {reply.status_code for reply in seen}
    for reply in seen:
        assert all(name in reply.headers for name in HEADERS), (reply.request.url, reply.status_code)
        limit, left = int(reply.headers["x-ratelimit-limit"]), int(reply.headers["x-ratelimit-remaining"])
        assert 0 <= left <= limit
        assert epoch < int(reply.headers["x-ratelimit-reset"]) <= epoch + 3600
        name, count, wait = re.fullmatch(r'"([a-z0-9_-]+)";r=(\d+);t=(\d+)', reply.headers["ratelimit"]).groups()  # type: ignore[union-attr]
        assert int(count) == left
        assert int(wait) >= 1
        assert f'"{name}";q={limit};w=' in reply.headers["ratelimit-policy"]


@pytest.mark.parametrize(
    ("path", "times", "expected"),
    [
        (
            "/api/v1/tasks",
            11,
            {"detail": "Rate limit exceeded. Try again in 1 seconds.", "error_code": "RATE_LIMIT_EXCEEDED"},
        ),
        ("/v1/users/me", 101, {"success": False}),
    ],
)
async def test_item_75_a_refusal_speaks_its_dialect(
    limited: Home, path: str, times: int, expected: dict[str, Any]
) -> None:
    ada = await limited.person()
    for _ in range(times):
        reply = await ada.get(path)
    body = reply.json()
    assert reply.status_code == 429
    assert expected.items() <= body.items()
    wait = body.get("retry_after") or body["error"]["retry_after"]
    assert reply.headers["retry-after"] == str(wait)
    assert reply.headers["x-ratelimit-remaining"] == "0"
    assert int(reply.headers["x-ratelimit-reset"]) == limited.clock.now().timestamp() + wait


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_running(tmp_path) as server:
        yield server


async def test_item_76_the_house_goes_on_while_redis_is_away(
    tmp_path: Path, templates: Templates, redis_server: RedisServer
) -> None:
    async with with_limits(tmp_path, templates, redis_url=redis_server.url, plan_personal="user=100/60s") as house:
        ada = await house.person()
        first = await ada.get("/api/v1/tasks")
        assert (first.status_code, first.headers["x-ratelimit-remaining"]) == (200, "99")
        redis_server.freeze()
        async with asyncio.timeout(5):
            answers = await asyncio.gather(*(ada.get("/api/v1/tasks") for _ in range(20)))
        assert statuses(answers) == {200: 20}
        redis_server.kill()
        assert (await ada.get("/api/v1/tasks")).status_code == 200
        redis_server.start()
        async with asyncio.timeout(20):
            while not redis_server.names():
                assert (await ada.get("/api/v1/reminders")).status_code in (200, 429)
                await asyncio.sleep(0.1)


async def test_item_77_a_person_follows_at_most_ten_streams(limited: Home) -> None:
    ada = await limited.person()
    user = (await limited.house.services.sessions.authenticate(ada.token)).user_id
    ends = [limited.house.services.limits.open_stream(user) for _ in range(10)]
    body = {"message": "what is 6 times 7?", "stream": True}
    assert (await ada.post("/api/v1/chat/messages", body)).status_code == 429
    ends.pop()()
    for _ in range(3):  # each gives its place back when it ends
        assert (await ada.post("/api/v1/chat/messages", body)).status_code == 200
    for end in ends:
        end()


async def test_item_77_one_address_causes_at_most_thirty_mails_an_hour(tmp_path: Path, templates: Templates) -> None:
    async with with_limits(tmp_path, templates, limits="auth_api_v1=1000/60s;register=1000/60s") as house:
        bodies = [{"email": f"p{n}@example.com", "password": "short"} for n in range(31)]
        answers = [await house.client.post("/api/v1/auth/register", json=body) for body in bodies]
        assert statuses(answers) == {422: 30, 429: 1}


async def test_item_78_a_refused_login_hashes_nothing_and_a_refused_body_is_not_read(limited: Home) -> None:
    ada = await limited.person()
    hashed = 0
    verify = limited.house.hasher.verify

    async def counted(password: str, stored: str | None, *, has_place: bool = False) -> tuple[bool, str | None]:
        nonlocal hashed
        hashed += 1
        return await verify(password, stored, has_place=has_place)

    limited.house.hasher.verify = counted  # type: ignore[method-assign]
    body = {"email": ada.email, "password": PASSWORD}
    answers = [await limited.client.post("/v1/auth/login", json=body) for _ in range(9)]
    assert statuses(answers) == {200: 5, 429: 4}
    assert hashed == 5
    for _ in range(10):
        await ada.get("/api/v1/tasks")

    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    reply = await ada.request("POST", "/api/v1/tasks", content=endless())
    assert reply.status_code == 429


async def test_item_78_tokens_that_nobody_believes_are_limited_for_their_address(limited: Home) -> None:
    ada = await limited.person()
    answers = [
        await limited.client.get("/api/v1/tasks", headers={"Authorization": f"Bearer wrong{n}"}) for n in range(101)
    ]
    assert statuses(answers) == {401: 100, 429: 1}
    assert (await ada.get("/api/v1/tasks")).status_code == 200, "who is known is not held up by strangers"


async def test_a_scale_of_zero_turns_everything_off(here: Home) -> None:
    ada = await here.person()
    answers = await asyncio.gather(*(ada.get("/api/v1/tasks") for _ in range(120)))
    assert statuses(answers) == {200: 120}
    assert "x-ratelimit-limit" not in answers[0].headers
