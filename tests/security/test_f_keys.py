"""Group F: API keys and the tokens of the sms document."""

from __future__ import annotations

import re
import zlib
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, select, update

from steward.core.access.rules import NOT_FOR_KEYS
from steward.db.tables import ApiKey, User
from steward.kit.api_keys import is_api_key, new_api_key
from steward.settings import Settings
from tests.houses import PASSWORD, Home, Person, home
from tests.security.people import admin_of, audited, colleague, new_key, role_id, with_key

WHERE_KEYS_TRAVEL = (
    lambda key: {"Authorization": f"Bearer {key}"},
    lambda key: {"Authorization": f"Token {key}"},
    lambda key: {"X-API-Key": key},
)
DOORS = ("/api/v1/users/me", "/v1/users/me")


async def token_of(made: Home, person: Person, **fields: str) -> dict[str, object]:
    """Return what the sms document's token endpoint answers."""
    body = {"username": person.email, "password": PASSWORD, **fields}
    reply = await made.client.post("/api/auth/token/", json=body)
    assert reply.status_code == 200, reply.text
    answer: dict[str, object] = reply.json()
    return answer


async def test_item_49_a_key_has_its_form_is_shown_once_and_only_its_hash_is_kept(at_home: Home) -> None:
    ada = await at_home.person()
    shown = await new_key(ada)
    key = shown["key"]
    assert re.fullmatch(r"stw_[0-9A-Za-z]{36}", key)
    assert shown["prefix"] == key[:8]

    row = await at_home.house.db.read(lambda tx: tx.session.scalars(select(ApiKey)).one())
    assert re.fullmatch(r"[0-9a-f]{64}", row.hash)
    assert key not in repr({column.name: getattr(row, column.key) for column in ApiKey.__table__.columns})
    for path in ("/api/v1/api-keys", f"/api/v1/api-keys/{shown['id']}", "/api/v1/rbac/users/1/roles"):
        assert key[8:] not in (await ada.get(path)).text


def test_item_49_the_last_six_characters_are_the_crc32_of_the_random_ones() -> None:
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    for key in (new_api_key() for _ in range(50)):
        value = 0
        for character in key[-6:]:
            value = value * 62 + digits.index(character)
        assert value == zlib.crc32(key[4:-6].encode())
        assert is_api_key(key)
        assert not is_api_key(key[:-1] + ("0" if key[-1] != "0" else "1"))


async def test_item_50_a_token_is_the_same_object_hashed_listed_and_revoked(at_home: Home) -> None:
    ada = await at_home.person()
    answer = await token_of(at_home, ada)
    token = str(answer["token"])
    assert re.fullmatch(r"[0-9a-f]{40}", token)
    assert (answer["user_id"], answer["username"]) == (ada.user["user_number"], ada.email)

    listed = (await ada.get("/api/v1/api-keys")).json()["data"]
    assert [(row["kind"], row["prefix"], row["expires_at"]) for row in listed] == [("token", token[:8], None)]
    program = with_key(ada, token)
    assert (await program.get("/api/v1/users/me")).status_code == 200
    assert (await ada.request("DELETE", f"/api/v1/api-keys/{listed[0]['id']}")).status_code == 200
    assert (await program.get("/api/v1/users/me")).status_code == 401


async def test_item_50_an_eleventh_token_revokes_the_oldest(here: Home) -> None:
    ada = await here.person()
    tokens = [str((await token_of(here, ada))["token"]) for _ in range(11)]
    assert len(set(tokens)) == 11
    statuses = [(await with_key(ada, token).get("/api/v1/users/me")).status_code for token in tokens]
    assert statuses == [401] + [200] * 10


@pytest.mark.parametrize("door", DOORS)
async def test_item_51_a_key_is_taken_in_every_header_at_every_door(here: Home, door: str) -> None:
    ada = await here.person()
    for key in ((await new_key(ada))["key"], str((await token_of(here, ada))["token"])):
        for headers in WHERE_KEYS_TRAVEL:
            assert (await here.client.get(door, headers=headers(key))).status_code == 200


async def test_item_51_a_key_does_what_its_scopes_say_and_no_more(at_home: Home) -> None:
    ada = await at_home.person()
    program = with_key(ada, (await new_key(ada, scopes=["tasks:read"]))["key"])
    assert (await program.get("/api/v1/tasks")).status_code == 200
    assert (await program.post("/api/v1/tasks", {"title": "x"})).status_code == 403
    assert (await program.get("/v1/calendar/events")).status_code == 403


async def test_item_51_a_key_loses_what_its_owner_loses(at_home: Home) -> None:
    admin = await admin_of(at_home)
    member = await colleague(at_home, admin, "member")
    program = with_key(member, (await new_key(member, scopes=["tasks:write", "tasks:read"]))["key"])
    assert (await program.post("/api/v1/tasks", {"title": "x"})).status_code == 201

    path = f"/api/v1/rbac/users/{member.user['id']}/roles"
    assert (await admin.post(path, {"role": "viewer"})).status_code == 201
    assert (await admin.request("DELETE", f"{path}/{await role_id(admin, 'member')}")).status_code == 200

    assert (await program.post("/api/v1/tasks", {"title": "x"})).status_code == 403
    assert (await program.get("/api/v1/tasks")).status_code == 200


async def test_item_51_nobody_gives_a_key_more_than_they_have(at_home: Home) -> None:
    ada = await at_home.person()
    for scope, status in (("users:read", 403), ("platform:read", 403), ("*", 422), ("no:such", 422)):
        reply = await ada.post("/api/v1/api-keys", {"name": "x", "scopes": [scope]})
        assert reply.status_code == status, (scope, reply.text)


@pytest.mark.parametrize("scope", ["keys:write", "profile:secure", "roles:write", "sessions:write"])
async def test_item_51_a_key_never_holds_what_would_take_the_account_over(here: Home, scope: str) -> None:
    owner = await here.owner()
    assert (await owner.post("/api/v1/api-keys", {"name": "x", "scopes": [scope]})).status_code == 422
    program = with_key(owner, (await new_key(owner))["key"])
    actor = await here.house.services.keys.authenticate(program.token)
    assert not actor.may(scope)
    assert actor.may("platform:write")


async def test_item_51_a_key_makes_no_keys_and_gives_no_roles(at_home: Home) -> None:
    owner = await at_home.owner()
    for key in ((await new_key(owner))["key"],):
        program = with_key(owner, key)
        assert (await program.post("/api/v1/api-keys", {"name": "another"})).status_code == 403
        given = await program.post(f"/api/v1/rbac/users/{owner.user['id']}/roles", {"role": "admin"})
        assert given.status_code == 403
        assert (await program.post("/api/v1/rbac/roles", {"name": "mine"})).status_code == 403


async def test_item_51_no_route_that_guards_an_account_takes_a_key_not_even_the_owners(here: Home) -> None:
    owner = await here.owner()
    program = with_key(owner, (await new_key(owner))["key"])
    paths = (await here.client.get("/openapi.json")).json()["paths"]
    guarded = [
        (method.upper(), re.sub(r"{[^}]+}", str(uuid4()), path))
        for path, item in paths.items()
        for method, operation in item.items()
        if operation.get("x-permission") in NOT_FOR_KEYS
    ]
    assert len(guarded) > 20
    for method, path in guarded:
        reply = await program.request(method, path, json={})
        assert reply.status_code == 403, (method, path, reply.text)


async def test_item_51_a_key_ends_at_its_expiry(at_home: Home) -> None:
    ada = await at_home.person()
    ends = at_home.clock.now() + timedelta(hours=1)
    program = with_key(ada, (await new_key(ada, expires_at=ends.isoformat()))["key"])
    assert (await program.get("/api/v1/users/me")).status_code == 200
    at_home.clock.advance(3600)
    reply = await program.get("/api/v1/users/me")
    assert (reply.status_code, reply.json()["error_code"]) == (401, "TOKEN_EXPIRED")
    past = {"name": "x", "expires_at": at_home.clock.now().isoformat()}
    ada = await at_home.sign_in(ada.email, PASSWORD)
    assert (await ada.post("/api/v1/api-keys", past)).status_code == 422


async def test_item_51_the_last_use_is_noted_at_most_once_a_minute(at_home: Home) -> None:
    ada = await at_home.person()
    shown = await new_key(ada)
    program = with_key(ada, shown["key"])
    assert shown["last_used_at"] is None

    async def used() -> str:
        await program.get("/api/v1/users/me")
        await at_home.house.services.keys.settle()
        return str((await ada.get(f"/api/v1/api-keys/{shown['id']}")).json()["data"]["last_used_at"])

    first = await used()
    at_home.house.services.keys.forget_user(ada.user["user_number"])
    at_home.clock.advance(30)
    assert await used() == first
    at_home.house.services.keys.forget_user(ada.user["user_number"])
    at_home.clock.advance(31)
    assert await used() > first


async def test_item_52_a_wrong_checksum_is_refused_without_the_database(here: Home) -> None:
    ada = await here.person()
    key = (await new_key(ada))["key"]
    asked: list[str] = []
    event.listen(here.house.db.engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    wrong = key[:-1] + ("a" if key[-1] != "a" else "b")
    for text in (wrong, key[:-1], key + "0", "stw_", "stw_" + "!" * 36, key.upper(), "stw_" + "0" * 5000):
        reply = await here.client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {text}"})
        assert reply.status_code == 401, text
    assert asked == []
    assert (await with_key(ada, key).get("/api/v1/users/me")).status_code == 200
    assert asked


async def test_item_52_a_revoked_key_stops_at_once_and_in_other_processes_within_a_second(at_home: Home) -> None:
    ada = await at_home.person()
    shown = await new_key(ada)
    program = with_key(ada, shown["key"])
    async with home(at_home.house.settings) as other:
        assert (await program.get("/api/v1/users/me")).status_code == 200
        elsewhere = other.house.services.keys
        await elsewhere.authenticate(shown["key"])
        assert (await ada.request("DELETE", f"/api/v1/api-keys/{shown['id']}")).status_code == 200
        assert (await program.get("/api/v1/users/me")).status_code == 401
        elsewhere._memory._monotonic = lambda: float("inf")  # a second later
        with pytest.raises(Exception, match="not valid"):
            await elsewhere.authenticate(shown["key"])
    assert (await ada.get(f"/api/v1/api-keys/{shown['id']}")).status_code == 404


async def test_item_52_a_switched_off_person_has_no_keys(at_home: Home) -> None:
    ada = await at_home.person()
    program = with_key(ada, (await new_key(ada))["key"])
    assert (await program.get("/api/v1/users/me")).status_code == 200
    number = ada.user["user_number"]
    off = update(User).where(User.key == number).values(is_active=False)
    await at_home.house.db.write(lambda tx: tx.session.execute(off))
    at_home.house.services.keys.forget_user(number)
    assert (await program.get("/api/v1/users/me")).status_code == 401


async def test_item_52_somebody_elses_key_is_not_there(at_home: Home) -> None:
    ada, bob = await at_home.person(), await at_home.person()
    shown = await new_key(ada)
    path = f"/api/v1/api-keys/{shown['id']}"
    for method, body in (("GET", None), ("PUT", {"name": "mine"}), ("DELETE", None)):
        assert (await bob.request(method, path, json=body)).status_code == 404
    assert (await bob.get("/api/v1/api-keys")).json()["data"] == []
    assert (await ada.get(path)).json()["data"]["name"] == "script"


async def test_item_53_the_token_endpoint_refuses_like_the_document_and_tells_nothing(at_home: Home) -> None:
    ada = await at_home.person()
    wrong = []
    for username in (ada.email, "nobody@example.com"):
        reply = await at_home.client.post("/api/auth/token/", json={"username": username, "password": "wrong"})
        assert reply.status_code == 400
        wrong.append({name: value for name, value in reply.json().items() if name not in ("request_id", "timestamp")})
    assert wrong[0] == wrong[1]
    assert wrong[0]["fields"]["non_field_errors"]
    missing = (await at_home.client.post("/api/auth/token/", json={})).json()
    assert set(missing["fields"]) == {"username", "password"}


async def test_item_53_the_token_endpoint_has_the_brake_of_the_login(house_settings: Settings) -> None:
    only_the_brake = {"rate_limit_scale": 1.0, "limits": "auth_api_v1=9999/60s"}
    async with home(house_settings.model_copy(update=only_the_brake)) as made:
        ada = await made.person()
        for _ in range(10):
            await made.client.post("/api/auth/token/", json={"username": ada.email, "password": "wrong"})
        refused = await made.client.post("/api/auth/token/", json={"username": ada.email, "password": PASSWORD})
        assert refused.status_code == 429
        login = await made.client.post("/api/v1/auth/login", json={"email": ada.email, "password": PASSWORD})
        assert login.status_code == 429


async def test_making_and_ending_a_key_is_audited_without_its_text(at_home: Home) -> None:
    admin = await admin_of(at_home)
    shown = await new_key(admin)
    await admin.request("DELETE", f"/api/v1/api-keys/{shown['id']}")
    rows = await audited(admin, f"&resource=api_key/{shown['id']}")
    assert [row["action"] for row in rows] == ["api_key.revoked", "api_key.created"]
    assert shown["key"][8:] not in str(rows)
