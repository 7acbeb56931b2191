"""Group C: sessions (items 24 to 31). Forged tokens are in ``test_c_tokens``."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from steward.settings import Settings
from tests.fakes.model_server import ModelServer
from tests.houses import PASSWORD, Home, Person, Templates, home
from tests.letters import carried, mail_to
from tests.surfaces.listening import Told, events_of, listening, through

SESSIONS = "/api/v1/sessions"
REFRESH = "/api/v1/auth/refresh"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"


async def status_of(person: Person) -> int:
    """Return the status of a request with the person's access token."""
    return (await person.get("/api/v1/users/me")).status_code


async def refreshed(at: Home, token: str) -> httpx2.Response:
    """Use a refresh token."""
    return await at.client.post(REFRESH, json={"refresh_token": token})


async def cookie_of(at: Home, email: str, **headers: str) -> str:
    """Sign in as the web app does and return its cookie as a header."""
    reply = await at.client.post("/ui/login", json={"email": email, "password": PASSWORD}, headers=headers)
    assert reply.status_code == 200, reply.text
    at.client.cookies.clear()
    return reply.headers["set-cookie"].split(";")[0]


@pytest.fixture
async def talking(tmp_path: Path, templates: Templates) -> AsyncIterator[Home]:
    """A house behind a real server whose model talks for twenty seconds."""
    templates.sqlite(tmp_path)
    async with ModelServer() as model:
        model.script("tokens;n=400;pace=50")
        async with listening(through(model, Settings(data_dir=tmp_path, workers=0))) as made:
            yield made


async def test_item_24_a_session_that_ended_in_another_process_is_refused_within_a_second(at_home: Home) -> None:
    ada = await at_home.person()
    assert await status_of(ada) == 200
    async with home(at_home.house.settings, at=at_home.clock.now()) as elsewhere:
        theirs = Person(elsewhere.client, ada.email, {}, ada.token, ada.refresh_token)
        assert await status_of(theirs) == 200
        assert (await theirs.post("/api/v1/auth/logout")).status_code == 200
        began = time.monotonic()
        while await status_of(ada) == 200:
            assert time.monotonic() - began < 3, "believed for longer than a second"
            await asyncio.sleep(0.05)


async def test_item_25_a_replaced_refresh_token_ends_the_session_and_the_person_is_told(at_home: Home) -> None:
    ada = await at_home.person()
    await carried(at_home)
    second = (await refreshed(at_home, ada.refresh_token)).json()["refresh_token"]
    third = (await refreshed(at_home, second)).json()["refresh_token"]
    at_home.clock.advance(11)
    stolen = await refreshed(at_home, ada.refresh_token)
    assert (stolen.status_code, stolen.json()["error_code"]) == (401, "TOKEN_REUSED")
    assert (await refreshed(at_home, third)).status_code == 401
    assert await status_of(ada) == 401
    assert "A session was ended" in (await mail_to(at_home, ada.email)).subject


async def test_item_25_the_token_before_is_good_for_ten_seconds(at_home: Home) -> None:
    ada = await at_home.person()
    second = (await refreshed(at_home, ada.refresh_token)).json()["refresh_token"]
    assert (await refreshed(at_home, second)).status_code == 200
    at_home.clock.advance(10)
    assert (await refreshed(at_home, ada.refresh_token)).status_code == 200


async def test_item_26_twenty_refreshes_at_once_lose_no_session(at_home: Home) -> None:
    ada = await at_home.person()
    replies = await asyncio.gather(*(refreshed(at_home, ada.refresh_token) for _ in range(20)))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.json()["refresh_token"] for reply in replies}) <= 2
    assert (await refreshed(at_home, replies[0].json()["refresh_token"])).status_code == 200


async def test_item_27_a_session_ends_seven_days_after_its_last_use(tmp_path: Path, templates: Templates) -> None:
    templates.sqlite(tmp_path)
    async with home(Settings(data_dir=tmp_path, workers=0, session_days=30)) as at:
        ada, bob = await at.person(), await at.person()
        for _ in range(4):
            at.clock.advance(6 * 86400)
            ada.token = (await refreshed(at, ada.refresh_token)).json()["access_token"]
        assert await status_of(ada) == 200
        assert (await refreshed(at, bob.refresh_token)).status_code == 401, "left alone for a week"
        at.clock.advance(6 * 86400 + 1)
        assert (await refreshed(at, ada.refresh_token)).status_code == 401, "thirty days are the end"


async def test_item_27_refreshing_by_access_token_does_not_outlive_the_session(
    tmp_path: Path, templates: Templates
) -> None:
    templates.sqlite(tmp_path)
    async with home(Settings(data_dir=tmp_path, workers=0, access_seconds_api_v1=86_400)) as at:
        ada = await at.person()
        for _ in range(8):
            at.clock.advance(20 * 3600)
            reply = await ada.post(REFRESH)
            assert reply.status_code == 200
            assert "refresh_token" not in reply.json()
            ada.token = reply.json()["access_token"]
        at.clock.advance(8 * 3600)
        assert (await ada.post(REFRESH)).status_code == 401, "seven days after the login"


async def test_item_28_logging_out_ends_token_refresh_token_and_cookie_at_once(at_home: Home) -> None:
    ada = await at_home.person()
    cookie = {"Cookie": await cookie_of(at_home, ada.email), "X-Steward-Request": "web"}
    assert (await ada.post("/api/v1/auth/logout")).status_code == 200
    assert (await ada.post("/api/v1/auth/logout")).status_code in (200, 204, 401)
    assert await status_of(ada) == 401
    assert (await refreshed(at_home, ada.refresh_token)).status_code == 401
    assert (await at_home.client.get("/api/v1/users/me", headers=cookie)).status_code == 200, "another session"
    assert (await at_home.client.post("/ui/logout", headers=cookie)).status_code == 204
    assert (await at_home.client.get("/api/v1/users/me", headers=cookie)).status_code == 401


async def test_item_29_somebody_elses_session_is_not_found_and_all_keeps_this_one_only_if_asked(at_home: Home) -> None:
    ada, bob = await at_home.person(), await at_home.person()
    key = (await ada.get(SESSIONS)).json()["data"][0]["id"]
    for unknown in (key, "018f0000-0000-7000-8000-000000000000", "all-of-them"):
        assert (await bob.request("DELETE", f"{SESSIONS}/{unknown}")).status_code == 404
    second, third = await at_home.sign_in(ada.email, PASSWORD), await at_home.sign_in(ada.email, PASSWORD)
    other = next(row["id"] for row in (await second.get(SESSIONS)).json()["data"] if row["is_current"])
    assert (await ada.request("DELETE", f"{SESSIONS}/{other}")).status_code == 200
    assert (await ada.request("DELETE", f"{SESSIONS}/{other}")).status_code == 404, "over already"
    assert [await status_of(one) for one in (ada, second, third)] == [200, 401, 200]
    ended = await ada.request("DELETE", f"{SESSIONS}/all?keep_current=true")
    assert ended.json()["data"]["terminated"] == 1
    assert [await status_of(one) for one in (ada, third, bob)] == [200, 401, 200]
    assert (await ada.request("DELETE", f"{SESSIONS}/all")).json()["data"]["terminated"] == 1
    assert await status_of(ada) == 401


async def test_item_29_an_admin_ends_the_sessions_of_their_own_tenant_only(at_home: Home) -> None:
    owner, ada, admin = await at_home.owner(), await at_home.person(), await at_home.person(tenant_name="Harbour")
    path = f"/api/v1/users/{ada.user['id']}/sessions/terminate"
    assert [(await one.post(path)).status_code for one in (ada, admin)] == [403, 404]
    assert (await owner.post(path)).json()["data"]["terminated"] == 1
    assert await status_of(ada) == 401


async def test_item_30_the_list_shows_device_address_and_last_use_and_no_token(at_home: Home) -> None:
    ada = await at_home.person()
    for agent in (FIREFOX, CHROME):
        await cookie_of(at_home, ada.email, **{"User-Agent": agent})
    body = (await ada.get(SESSIONS)).json()
    assert [row["device"] for row in body["data"]] == ["Chrome on Windows", "Firefox on Linux", "python-httpx2"]
    assert [row["is_current"] for row in body["data"]] == [False, False, True]
    assert {row["ip_address"] for row in body["data"]} == {"127.0.0.1"}
    assert "eyJ" not in json.dumps(body)
    masked = (await ada.get(f"{SESSIONS}?mask_ip=true&limit=1")).json()
    assert (masked["data"][0]["ip_address"], masked["total"], masked["has_next"]) == ("127.0.0.0", 3, True)
    stats = (await ada.get(f"{SESSIONS}/stats")).json()["data"]
    assert (stats["total_sessions"], stats["by_device"]["Firefox on Linux"]) == (3, 1)


async def test_item_30_the_figures_tell_what_ended_from_what_ran_out(at_home: Home) -> None:
    ada = await at_home.person()
    second = await at_home.sign_in(ada.email, PASSWORD)
    at_home.clock.advance(100)
    await second.post("/api/v1/auth/logout")
    at_home.clock.advance(8 * 86400)
    third = await at_home.sign_in(ada.email, PASSWORD)
    stats = (await third.get(f"{SESSIONS}/stats")).json()["data"]
    names = ("total_sessions", "active_sessions", "expired_sessions", "terminated_sessions")
    assert [stats[name] for name in names] == [3, 1, 1, 1]
    assert stats["average_duration"] == pytest.approx(100 / 3, abs=0.1)
    assert stats["last_login"] == "2024-01-23T15:31:40Z"


async def test_item_31_the_cookie_is_of_this_host_secure_out_of_reach_and_new_at_each_login(
    tmp_path: Path, templates: Templates
) -> None:
    templates.sqlite(tmp_path)
    settings = Settings(data_dir=tmp_path, workers=0, public_url="https://steward.example")
    async with home(settings) as at:
        at.client.base_url = httpx2.URL("https://steward.example")
        ada = await at.person()
        reply = await at.client.post("/ui/login", json={"email": ada.email, "password": PASSWORD})
        first = reply.headers["set-cookie"]
        assert first.startswith("__Host-steward_session=")
        parts = {part.strip().lower() for part in first.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts
        assert not [part for part in parts if part.startswith("domain")]
        at.client.cookies.clear()
        old = {"Cookie": first.split(";")[0]}
        again = await at.client.post("/ui/login", json={"email": ada.email, "password": PASSWORD}, headers=old)
        at.client.cookies.clear()
        assert again.headers["set-cookie"].split(";")[0] != old["Cookie"]
        assert (await at.client.get("/api/v1/users/me", headers=old)).status_code == 401, "the one before is over"
        plain = {"Cookie": again.headers["set-cookie"].split(";")[0].removeprefix("__Host-")}
        assert (await at.client.get("/api/v1/users/me", headers=plain)).status_code == 401


async def test_item_31_a_token_in_the_address_is_no_proof(here: Home) -> None:
    ada = await here.person()
    for name in ("token", "access_token", "bearer", "api_key", "authorization", "steward_session"):
        reply = await here.client.get(f"/api/v1/users/me?{name}={ada.token}")
        assert reply.status_code == 401, name


@pytest.mark.parametrize("where", ["this process", "another process"])
async def test_item_28_a_running_stream_ends_within_a_second_of_its_session(talking: Home, where: str) -> None:
    ada = await talking.person()
    headers = {"Authorization": f"Bearer {ada.token}"}
    body = {"message": "tell me", "stream": True}
    seen: list[Told] = []
    async with asyncio.timeout(15), home(talking.house.settings, at=talking.clock.now()) as elsewhere:
        at = talking.client if where == "this process" else elsewhere.client
        async with ada.client.stream("POST", "/api/v1/chat/messages", json=body, headers=headers) as reply:
            async for one in events_of(reply):
                seen.append(one)
                if len(seen) == 3:
                    assert (await at.post("/api/v1/auth/logout", headers=headers)).status_code == 200
                    ended = time.monotonic()
    assert time.monotonic() - ended < 4, "a second, and what a busy machine adds"
    assert (seen[-1].type, seen[-1].data["error_code"]) == ("error", "UNAUTHORIZED")
    assert len(seen) < 300
