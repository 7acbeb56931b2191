"""Who is believed to be whom, what nobody gives themselves, and what is open to somebody unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route

from steward.app import build_app
from steward.core.access import KNOWN, PERMISSIONS
from steward.house import build_house
from steward.settings import Settings
from steward.surfaces.routing import PUBLIC, SIGNED_IN, permission_of
from tests.contract.dialects import assert_refused
from tests.houses import PASSWORD, Home
from tests.surfaces.looking import paths, rows

AT = {"start_time": "2024-01-16T14:00:00Z", "end_time": "2024-01-16T15:00:00Z"}
OPEN = {
    ("GET", "/"),
    ("GET", "/api/health"),
    ("GET", "/c/{conversation_id}"),
    ("GET", "/docs"),
    ("GET", "/health"),
    ("GET", "/health/detailed"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/redoc"),
    ("GET", "/sign-in"),
    ("GET", "/verify-email"),
    ("GET", "/reset-password"),
    ("GET", "/forgot-password"),
    ("GET", "/settings"),
    ("GET", "/settings/{section}"),
    ("GET", "/admin/people"),
    ("GET", "/outbox"),
    ("GET", "/api/v1/docs"),
    ("GET", "/api/v1/health"),
    ("GET", "/api/v1/health/detailed"),
    ("GET", "/api/v1/metrics"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/redoc"),
    ("GET", "/api/v1/oauth/sign-in"),
    ("POST", "/api/v1/passkeys/sign-in/begin"),
}
"""What answers somebody unknown; files of the web app and of the documentation pages apart, which hold no data."""

FILES = {("GET", "/ui/{path:path}"), ("GET", "/docs/assets/{file}"), ("GET", "/api/v1/docs/assets/{file}")}

TAKES_PROOF = {
    ("GET", "/api/v1/oauth/callback"),
    ("GET", "/api/v1/oauth/callback/{provider}"),
    ("GET", "/api/v1/oauth/sign-in/{provider}"),
    ("POST", "/api/auth/token"),
    ("POST", "/api/v1/auth/forgot-password"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/refresh"),
    ("POST", "/api/v1/auth/register"),
    ("POST", "/api/v1/auth/reset-password"),
    ("POST", "/api/v1/auth/verify-email"),
    ("POST", "/api/v1/passkeys/sign-in/finish"),
    ("POST", "/ui/login"),
    ("POST", "/ui/login/passkey"),
    ("POST", "/v1/auth/forgot-password"),
    ("POST", "/v1/auth/login"),
    ("POST", "/v1/auth/refresh"),
    ("POST", "/v1/auth/register"),
    ("POST", "/v1/auth/reset-password"),
    ("POST", "/v1/auth/verify-email"),
}
"""What is open because it is there to find out who somebody is."""


def routes(settings: Settings) -> Iterator[tuple[str, str, BaseRoute]]:
    """Yield method, whole path and route of everything that the application answers."""
    house = build_house(settings)
    app: Any = build_app(house)
    while not hasattr(app, "_doors"):
        app = app._app
    for prefix, part in [*app._doors, ("", app._rest)]:
        assert isinstance(part, FastAPI)
        for route in part.routes:
            assert isinstance(route, Route | Mount), f"{route} is of a kind that this test does not know"
            if isinstance(route, Mount):
                yield "GET", f"{prefix}{route.path}/{{file}}", route
                continue
            for method in sorted(set(route.methods or ()) - {"HEAD"}):
                yield method, prefix + route.path, route
    house.db.close()
    house.hasher.close()


@pytest.mark.parametrize("path", ["/api/v1/users/me", "/v1/users/me"])
async def test_nothing_but_a_live_access_token_or_the_web_apps_own_cookie_is_a_proof(here: Home, path: str) -> None:
    ada = await here.person()
    signed = await here.client.post("/ui/login", json={"email": ada.email, "password": PASSWORD})
    cookie = signed.headers["set-cookie"].split("=", 1)[1].split(";")[0]
    here.client.cookies.clear()
    wrong: list[Any] = [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer  "},
        {"Authorization": "Bearer garbage"},
        {"Authorization": f"Basic {ada.token}"},
        {"Authorization": f"Bearer {ada.token}x"},
        {"Authorization": f"Bearer {ada.token[:-1]}"},
        {"Authorization": f"Bearer {ada.token} {ada.token}"},
        {"Authorization": f"Bearer {ada.token}="},
        {"Authorization": "Bearer " + "x" * 10_000},
        {"Authorization": b"Bearer \xff\xfe"},
        {"Authorization": f"Bearer {ada.refresh_token}"},
        {"Authorization": f"Bearer {cookie}"},
        {"X-Api-Key": ada.refresh_token},
        {"X-Api-Key": ""},
        {"X-Api-Key": b"\xff"},
        {"Cookie": f"steward_session={ada.token}"},
        {"Cookie": f"steward_session={ada.refresh_token}"},
        {"Cookie": "steward_session="},
        {"Cookie": b"steward_session=\xff; ;;=;"},
        [("Authorization", f"Bearer {ada.token}"), ("Authorization", "Bearer other")],
        [("Authorization", "Bearer other"), ("Authorization", f"Bearer {ada.token}")],
    ]
    for headers in wrong:
        reply = await here.client.get(path, headers=headers)
        assert_refused(reply, path[: path.index("/users")], 401)
        assert ada.token not in reply.text
    assert (await here.client.get(f"{path}?access_token={ada.token}&token={ada.token}")).status_code == 401
    assert (await here.client.get(path, headers={"Authorization": f"Bearer {ada.token}"})).status_code == 200
    assert (await here.client.get(path, headers={"Cookie": f"steward_session={cookie}"})).status_code == 200


async def test_after_the_end_of_a_session_none_of_its_proofs_works(at_home: Home) -> None:
    ada = await at_home.person()
    signed = await at_home.client.post("/ui/login", json={"email": ada.email, "password": PASSWORD})
    cookie = signed.headers["set-cookie"].split(";")[0]
    at_home.client.cookies.clear()
    web = {"Cookie": cookie, "X-Steward-Request": "web"}
    assert (await at_home.client.post("/ui/logout", headers=web)).status_code == 204
    assert (await at_home.client.get("/api/v1/users/me", headers={"Cookie": cookie})).status_code == 401
    assert (await ada.get("/api/v1/users/me")).status_code == 200
    assert (await ada.post("/v1/auth/logout")).status_code == 200
    assert (await ada.get("/api/v1/users/me")).status_code == 401
    for prefix in ("/api/v1", "/v1"):
        reply = await at_home.client.post(f"{prefix}/auth/refresh", json={"refresh_token": ada.refresh_token})
        assert_refused(reply, prefix, 401)
    assert (await ada.post("/api/v1/auth/refresh")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Steward-Request": ""},
        {"X-Steward-Request": "yes"},
        {"X-Steward-Request": "web", "Sec-Fetch-Site": "cross-site"},
        {"X-Steward-Request": "web", "Sec-Fetch-Site": "same-site"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded", "Origin": "null"},
    ],
)
async def test_a_page_of_another_site_can_do_nothing_with_the_cookie(here: Home, headers: dict[str, str]) -> None:
    ada = await here.person()
    signed = await here.client.post("/ui/login", json={"email": ada.email, "password": PASSWORD})
    cookie = signed.headers["set-cookie"].split(";")[0]
    here.client.cookies.clear()
    before = await rows(here)
    for method, path in await paths(here):
        if method == "GET" or "/sign-in/" in path or ("/auth/" in path and "logout" not in path):
            continue
        filled = re.sub(r"\{\w+\}", str(UUID(int=0)), path)
        reply = await here.client.request(
            method, filled, headers={**headers, "Cookie": cookie}, content=b'{"title":"x"}'
        )
        assert reply.status_code == 403, (method, path, reply.text)
    assert (await here.client.post("/ui/logout", headers={**headers, "Cookie": cookie})).status_code == 403
    assert await rows(here) == before


async def test_another_site_cannot_sign_somebody_in(here: Home) -> None:
    ada = await here.person()
    body = {"email": ada.email, "password": PASSWORD}
    reply = await here.client.post("/ui/login", json=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert reply.status_code == 403
    assert "set-cookie" not in reply.headers


# --- mass assignment

GREEDY = {
    "id": str(UUID(int=7)),
    "key": 1,
    "user_number": 1,
    "user_id": str(UUID(int=7)),
    "user_key": 1,
    "tenant_id": str(UUID(int=7)),
    "tenant_key": 1,
    "role": "owner",
    "plan": "team",
    "permissions": ["*"],
    "is_admin": True,
    "is_superuser": True,
    "is_active": False,
    "is_verified": True,
    "email_verified": True,
    "username": "admin",
    "password_hash": "x",
    "created_at": "1999-01-01T00:00:00Z",
    "updated_at": "1999-01-01T00:00:00Z",
    "last_login": "1999-01-01T00:00:00Z",
    "message_count": 99,
    "tokens_used": 99,
    "cost": 99,
    "channel": "sms",
    "result": {"a": 1},
    "completed_at": "1999-01-01T00:00:00Z",
    "preferences": {"a": 1},
}


@pytest.mark.parametrize("prefix", ["/api/v1", "/v1"])
async def test_nobody_gives_themselves_more_than_an_account(at_home: Home, prefix: str) -> None:
    await at_home.owner()
    greedy = {**GREEDY, "email": "greedy@example.com", "password": PASSWORD, "full_name": "Greedy Guts"}
    body = (await at_home.client.post(f"{prefix}/auth/register", json=greedy)).json()
    made = body.get("data", {}).get("user") or body
    person = await at_home.sign_in("greedy@example.com", PASSWORD)
    changed = await person.request("PUT", f"{prefix}/users/me", json={**GREEDY, "email": "other@example.com"})
    assert changed.status_code == 200
    mine = (await person.get("/api/v1/users/me")).json()
    assert mine["id"] == made["id"] != GREEDY["id"]
    assert {name: mine[name] for name in ("role", "is_active", "is_verified", "username", "email")} == {
        "role": "user",
        "is_active": True,
        "is_verified": False,
        "username": "greedy@example.com",
        "email": "greedy@example.com",
    }
    assert mine["tenant_id"] != GREEDY["tenant_id"]
    assert mine["created_at"] != GREEDY["created_at"]
    assert (await at_home.client.get("/api/v1/health/detailed")).status_code == 200
    actor = await at_home.house.services.sessions.authenticate(person.token)
    assert actor.permissions <= PERMISSIONS


async def test_nobody_writes_the_fields_that_the_server_keeps(at_home: Home) -> None:
    ada = await at_home.person()
    task = (await ada.post("/api/v1/tasks", {"title": "milk", **GREEDY})).json()
    changed = (await ada.request("PUT", f"/api/v1/tasks/{task['id']}", json=GREEDY)).json()
    for row in (task, changed):
        assert row["id"] not in (GREEDY["id"], None)
        assert (row["result"], row["completed_at"], row["status"]) == (None, None, "pending")
        assert row["created_at"] == "2024-01-15T15:30:00Z"
    greedy = {name: value for name, value in GREEDY.items() if name not in ("channel",)}
    event = (await ada.post("/v1/calendar/events", {"title": "x", **AT, **greedy})).json()["data"]
    moved = (await ada.request("PUT", f"/v1/calendar/events/{event['id']}", json=greedy)).json()["data"]
    for row in (event, moved):
        assert row["id"] == event["id"] != GREEDY["id"]
        assert row["user_id"] == ada.user["id"]
        assert row["created_at"] == "2024-01-15T15:30:00Z"
    talk = (await ada.post("/api/v1/chat/conversations", {"title": "x", **GREEDY})).json()
    assert (talk["message_count"], talk["channel"]) == (0, "chat")
    said = (await ada.post("/api/v1/chat/messages", {"message": "hello", **GREEDY, "role": "system"})).json()["data"]
    assert (said["role"], said["cost"], said["created_at"]) == ("assistant", 0.0, "2024-01-15T15:30:00Z")


async def test_two_teams_of_one_name_are_two_teams(at_home: Home) -> None:
    ada, bob = await at_home.person(tenant_name="Harbour"), await at_home.person(tenant_name="Harbour")
    await ada.post("/api/v1/tasks", {"title": "milk"})
    assert (await bob.get("/api/v1/tasks")).json()["total"] == 0
    assert ada.user["tenant_id"] != bob.user["tenant_id"]


# --- permissions


def test_every_route_says_which_permission_it_needs(tmp_path: Any) -> None:
    found = {(method, path): route for method, path, route in routes(Settings(data_dir=tmp_path))}
    assert len(found) > 60
    public = set()
    for place, route in found.items():
        if isinstance(route, APIRoute):
            permission = permission_of(route)
            assert permission in (PUBLIC, SIGNED_IN) or permission in KNOWN, (place, permission)
            if permission == PUBLIC:
                public.add(place)
        else:  # what is not of the API holds no data of anybody
            public.add(place)
    assert public - FILES == OPEN | TAKES_PROOF
    assert public >= FILES


async def test_somebody_unknown_is_answered_at_a_fixed_list_of_addresses_only(here: Home) -> None:
    answered, refused = set(), set()
    for method, path, _ in routes(here.house.settings):
        filled = re.sub(r"\{[\w:]+\}", str(UUID(int=0)), path)
        reply = await here.client.request(method, filled, json={} if method in ("POST", "PUT", "PATCH") else None)
        if reply.status_code < 400:
            answered.add((method, path))
        elif reply.status_code == 401:
            refused.add((method, path))
        else:
            assert (method, path) in TAKES_PROOF | FILES, (method, path, reply.status_code, reply.text[:200])
    assert answered == OPEN
    assert len(refused) > 30
