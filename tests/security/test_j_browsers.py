"""Group J: what browsers are told, and what pages of other sites can do (items 79 to 82)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from steward.settings import Settings, SettingsWrong, load_settings
from tests.houses import PASSWORD, Home, Process, Templates, home

APP = "https://app.example"
PAGES = ("/", "/sign-in", "/docs", "/redoc")
OTHERS = (
    "/health",
    "/openapi.json",
    "/metrics",
    "/ui/none.js",
    "/api/v1/tasks",
    "/api/v1/none",
    "/v1/x",
    "/api/health",
)


@pytest.fixture
async def open_home(tmp_path: Path, templates: Templates) -> AsyncIterator[Home]:
    """A house that pages of one other origin may call."""
    templates.sqlite(tmp_path)
    async with home(Settings(data_dir=tmp_path, workers=0, cors_origins=APP)) as made:
        yield made


def policy(reply: httpx2.Response) -> dict[str, str]:
    """Return the directives of the one Content-Security-Policy."""
    (text,) = reply.headers.get_list("content-security-policy")
    return {name: value for name, _, value in (part.strip().partition(" ") for part in text.split(";"))}


@pytest.mark.parametrize("path", [*PAGES, *OTHERS])
async def test_item_79_every_answer_carries_the_headers(here: Home, path: str) -> None:
    reply = await here.client.get(path)
    rules = policy(reply)
    assert rules["default-src"] in ("'none'", "'self'")
    assert rules.get("object-src", rules["default-src"]) == "'none'"
    assert (rules["base-uri"], rules["frame-ancestors"]) == ("'none'", "'none'")
    assert "'unsafe-inline'" not in str(rules)
    assert "'unsafe-eval'" not in str(rules)
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cross-origin-opener-policy"] == "same-origin"
    assert reply.headers["x-frame-options"] == "DENY"
    assert "server" not in reply.headers
    assert "strict-transport-security" not in reply.headers


async def test_item_79_hsts_lasts_a_year_where_the_public_address_is_https(
    tmp_path: Path, templates: Templates
) -> None:
    templates.sqlite(tmp_path)
    settings = Settings(data_dir=tmp_path, workers=0, public_url="https://steward.example", trusted_proxies="127.0.0.1")
    async with home(settings) as house:
        reply = await house.client.get("/api/v1/tasks", headers={"X-Forwarded-Proto": "https"})
        assert reply.status_code == 401
        assert "max-age=31536000" in reply.headers["strict-transport-security"]


def test_item_79_the_server_does_not_say_what_it_is(server: Process) -> None:
    for path in ("/health", "/api/v1/none"):
        assert "server" not in httpx2.get(server.url + path).headers


@pytest.mark.parametrize("origin", [APP, "null", "https://evil.example", "http://localhost:8000"])
async def test_item_80_no_origin_is_allowed_by_default(here: Home, origin: str) -> None:
    ask = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for reply in (
        await here.client.get("/api/v1/tasks", headers={"Origin": origin}),
        await here.client.options("/api/v1/tasks", headers=ask),
    ):
        assert not [name for name in reply.headers if name.startswith("access-control-")]


async def test_item_80_a_listed_origin_may_call_and_read(open_home: Home) -> None:
    ada = await open_home.person()
    reply = await ada.get("/api/v1/tasks", headers={"Origin": APP})
    assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (200, APP)
    assert "Origin" in reply.headers["vary"]
    assert "Retry-After" in reply.headers["access-control-expose-headers"]
    denied = await open_home.client.get("/api/v1/tasks", headers={"Origin": APP})
    assert (denied.status_code, denied.headers["access-control-allow-origin"]) == (401, APP)


async def test_item_80_a_preflight_is_answered_before_anything_asks_who_calls(open_home: Home) -> None:
    ask = {
        "Origin": APP,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    for path in ("/api/v1/tasks", "/v1/users/me", "/api/v1/nothing"):
        reply = await open_home.client.options(path, headers=ask)
        assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (200, APP)
        assert "PATCH" in reply.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    "origin",
    ["null", "https://evil.example", f"{APP}.evil.example", "http://app.example", f"{APP}:444", APP.upper(), f"{APP}/"],
)
async def test_item_80_nothing_but_the_listed_origin_is_ever_reflected(open_home: Home, origin: str) -> None:
    ask = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for reply in (
        await open_home.client.get("/api/v1/tasks", headers={"Origin": origin}),
        await open_home.client.options("/api/v1/tasks", headers=ask),
    ):
        assert "access-control-allow-origin" not in reply.headers
    assert reply.status_code == 400


async def test_item_80_credentials_are_never_allowed(open_home: Home) -> None:
    ask = {"Origin": APP, "Access-Control-Request-Method": "POST"}
    for reply in (
        await open_home.client.get("/api/v1/tasks", headers={"Origin": APP, "Cookie": "steward_session=x"}),
        await open_home.client.options("/api/v1/tasks", headers=ask),
    ):
        assert "access-control-allow-credentials" not in reply.headers
        assert reply.headers["access-control-allow-origin"] != "*"


@pytest.mark.parametrize("listed", ["*", "null", "https://*.example", "app.example", "https://app.example/", "ftp://x"])
def test_item_80_what_is_no_origin_cannot_be_listed(listed: str) -> None:
    with pytest.raises(SettingsWrong, match="STEWARD_CORS_ORIGINS"):
        load_settings({}, cors_origins=listed)


OWN = {"X-Steward-Request": "web", "Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({**OWN, "Sec-Fetch-Site": "same-origin"}, 201),
        ({**OWN, "Origin": "http://localhost:8000"}, 201),
        ({**OWN, "Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:8000"}, 201),
        ({**OWN, "Origin": "http://evil.example"}, 403),
        ({**OWN, "Origin": "null"}, 403),
        ({**OWN, "Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"}, 403),
        ({**OWN, "Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}, 403),
        ({**OWN, "Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"}, 403),
        ({**OWN, "Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data; boundary=x"}, 403),
        ({**OWN, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}, 403),
    ],
)
async def test_item_81_a_change_by_cookie_needs_our_own_page(here: Home, headers: dict[str, str], status: int) -> None:
    cookie = await signed_in(here)
    reply = await here.client.post("/api/v1/tasks", headers={**headers, "Cookie": cookie}, content=b'{"title": "Milk"}')
    assert reply.status_code == status, reply.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "multipart/form-data; boundary=x"},
    ],
)
async def test_item_81_another_site_cannot_sign_somebody_in(here: Home, headers: dict[str, str]) -> None:
    ada = await here.person()
    body = f'{{"email": "{ada.email}", "password": "{PASSWORD}"}}'.encode()
    sent = {"Content-Type": "application/json", **headers}
    reply = await here.client.post("/ui/login", content=body, headers=sent)
    assert reply.status_code in (403, 422)
    assert "set-cookie" not in reply.headers


async def test_item_81_no_get_changes_anything_and_no_header_or_field_changes_the_method(here: Home) -> None:
    cookie = await signed_in(here)
    made = await here.client.post("/api/v1/tasks", headers={**OWN, "Cookie": cookie}, content=b'{"title": "Milk"}')
    path = f"/api/v1/tasks/{made.json()['id']}"
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        await here.client.get(f"{path}?_method=DELETE", headers={"Cookie": cookie, name: "DELETE"})
    assert (await here.client.get(path, headers={"Cookie": cookie})).status_code == 200
    for address in ("/ui/logout", "/ui/login", "/api/v1/auth/logout", "/api/v1/auth/login"):
        assert (await here.client.get(address, headers={"Cookie": cookie})).status_code in (404, 405)
    assert (await here.client.get(path, headers={"Cookie": cookie})).status_code == 200


async def signed_in(house: Home) -> str:
    """Register somebody, sign them in to the web app and return the cookie."""
    ada = await house.person()
    signed = await house.client.post("/ui/login", json={"email": ada.email, "password": PASSWORD})
    house.client.cookies.clear()
    return str(signed.headers["set-cookie"].split(";")[0])


async def test_item_82_tokens_and_personal_data_are_kept_by_nobody_on_the_way(here: Home) -> None:
    ada = await here.person()
    body = {"email": ada.email, "password": PASSWORD}
    seen = [
        await here.client.post("/api/v1/auth/login", json=body),
        await here.client.post("/v1/auth/login", json=body),
        await here.client.post("/ui/login", json=body),
        await here.client.post("/api/v1/auth/refresh", json={"refresh_token": ada.refresh_token}),
        await here.client.post("/v1/auth/register", json={**body, "email": "bob@example.com", "full_name": "Bob B"}),
        *[await ada.get(path) for path in ("/api/v1/users/me", "/v1/users/me", "/api/v1/tasks", "/api/v1/auth/me")],
        await ada.get("/api/v1/chat/conversations"),
        await ada.post("/api/v1/chat/messages", {"message": "what is 6 times 7?", "stream": True}),
        await ada.get("/api/v1/tasks/none"),
    ]
    for reply in seen:
        assert reply.headers["cache-control"] == "no-store", reply.request.url
