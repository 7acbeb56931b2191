"""Group H, about people: what nobody can write, roles beyond one's own, the last admin (items 65 to 67)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.houses import Home, Person
from tests.security.test_a_accounts import colleague

GREEDY: dict[str, Any] = {
    "role": "owner", "is_admin": True, "is_active": False, "is_verified": True, "tier": "enterprise",
    "tenant_id": "018f0000-0000-7000-8000-000000000000", "user_id": 1, "id": "018f0000-0000-7000-8000-000000000001",
    "user_number": 1, "plan": "team", "permissions": ["*"], "password_hash": "x", "username": "admin",
    "created_at": "2000-01-01T00:00:00Z", "cost": 0,
}  # fmt: skip
KEPT = ("id", "role", "tenant_id", "user_number", "is_active", "is_verified", "username", "created_at")


@pytest.mark.parametrize("path", ["/api/v1/users/me", "/v1/users/me", "/api/v1/users/me/preferences"])
async def test_item_65_nobody_writes_their_own_role_flags_or_ids(at_home: Home, path: str) -> None:
    ada = await at_home.person()
    before = (await ada.get("/api/v1/users/me")).json()

    reply = await ada.request("PUT", path, json={**GREEDY, "full_name": "Ada King"})

    assert reply.status_code in (200, 400, 422), reply.text
    after = (await ada.get("/api/v1/users/me")).json()
    assert {name: after[name] for name in KEPT} == {name: before[name] for name in KEPT}
    assert (await ada.get("/api/v1/users")).status_code == 403


async def test_item_65_nobody_registers_as_more_than_they_are(at_home: Home) -> None:
    made = await at_home.client.post(
        "/api/v1/auth/register", json={**GREEDY, "email": "eve@example.com", "password": "a quiet harbour 7"}
    )
    assert made.status_code == 201
    assert (made.json()["role"], made.json()["is_verified"], made.json()["is_active"]) == ("user", False, True)
    assert made.json()["username"] == "eve@example.com"


async def test_item_65_an_administrator_writes_only_what_is_theirs_to_write(at_home: Home) -> None:
    boss = await at_home.person(tenant_name="Harbour")
    bob = await colleague(at_home, boss, "bob@example.com")
    path = f"/api/v1/users/{bob.user['id']}"
    before = (await boss.get(path)).json()
    greedy = {name: value for name, value in GREEDY.items() if name not in ("role", "is_active")}

    reply = await boss.request("PUT", path, json={**greedy, "is_verified": False, "email": "eve@example.com"})

    assert reply.status_code == 200
    assert {name: reply.json()[name] for name in (*KEPT, "email")} == {name: before[name] for name in (*KEPT, "email")}


async def test_item_66_nobody_gives_a_role_beyond_their_own(at_home: Home) -> None:
    boss = await at_home.person(tenant_name="Harbour")
    bob = await colleague(at_home, boss, "bob@example.com")
    for person, target, role in ((boss, boss, "owner"), (boss, bob, "owner"), (bob, bob, "admin")):
        path = f"/api/v1/users/{target.user['id']}"
        assert (await person.request("PUT", path, json={"role": role})).status_code == 403
    assert (await boss.post("/api/v1/users", {"email": "eve@example.com", "role": "owner"})).status_code == 403
    assert (await bob.post("/api/v1/users", {"email": "eve@example.com"})).status_code == 403
    unknown = await boss.request("PUT", f"/api/v1/users/{bob.user['id']}", json={"role": "emperor"})
    assert unknown.status_code == 422


async def test_item_66_a_role_counts_from_the_next_request_on(at_home: Home) -> None:
    boss = await at_home.person(tenant_name="Harbour")
    bob = await colleague(at_home, boss, "bob@example.com")
    path = f"/api/v1/users/{bob.user['user_number']}"
    assert (await bob.get("/api/v1/users")).status_code == 403

    await boss.request("PUT", path, json={"role": "admin"})
    assert (await bob.get("/api/v1/users")).json()["total"] == 2

    await boss.request("PUT", path, json={"role": "viewer"})
    assert (await bob.get("/api/v1/users")).status_code == 403
    assert (await bob.post("/api/v1/tasks", {"title": "milk"})).status_code == 403


async def test_item_66_an_administrator_decides_nothing_about_the_owner(at_home: Home) -> None:
    owner = await at_home.owner()
    helper = await colleague(at_home, owner, "helper@example.com", "admin")
    path = f"/api/v1/users/{owner.user['id']}"
    assert (await helper.get(path)).status_code == 200
    for change in ({"is_active": False}, {"role": "user"}, {"full_name": "Nobody"}):
        assert (await helper.request("PUT", path, json=change)).status_code == 403
    assert (await helper.request("DELETE", path)).status_code == 403
    for change in ({"is_active": False}, {"role": "user"}):
        assert (await owner.request("PUT", path, json=change)).json()["error_code"] == "OWNER_STAYS"
    for method, mine in (("DELETE", path), ("DELETE", "/api/v1/users/me"), ("DELETE", "/v1/users/me")):
        assert (await owner.request(method, mine)).status_code == 409


async def test_item_67_the_last_administrator_stays(at_home: Home) -> None:
    boss = await at_home.person(tenant_name="Harbour")
    await colleague(at_home, boss, "bob@example.com")
    path = f"/api/v1/users/{boss.user['id']}"
    for change in ({"role": "user"}, {"is_active": False}):
        reply = await boss.request("PUT", path, json=change)
        assert (reply.status_code, reply.json()["error_code"]) == (409, "LAST_ADMIN")
    for mine in (path, "/api/v1/users/me", "/v1/users/me"):
        assert (await boss.request("DELETE", mine)).status_code == 409
    assert (await boss.get("/api/v1/users")).json()["total"] == 2


async def test_item_67_the_last_person_of_a_tenant_may_go(at_home: Home) -> None:
    boss = await at_home.person(tenant_name="Harbour")
    bob = await colleague(at_home, boss, "bob@example.com")
    assert (await boss.request("DELETE", f"/api/v1/users/{bob.user['id']}")).status_code == 204
    assert (await bob.get("/api/v1/users/me")).status_code == 401
    assert (await boss.request("DELETE", f"/api/v1/users/{boss.user['id']}")).status_code == 204
    assert (await boss.get("/api/v1/users/me")).status_code == 401


@pytest.mark.parametrize("how", ["demoted", "disabled", "deleted"])
async def test_item_67_of_two_administrators_who_remove_each_other_at_once_one_stays(at_home: Home, how: str) -> None:
    ada = await at_home.person(tenant_name="Harbour")
    bob = await colleague(at_home, ada, "bob@example.com", "admin")
    await colleague(at_home, ada, "grace@example.com")

    async def remove(person: Person, other: Person) -> int:
        path = f"/api/v1/users/{other.user['id']}"
        if how == "deleted":
            return (await person.request("DELETE", path)).status_code
        change = {"role": "user"} if how == "demoted" else {"is_active": False}
        return (await person.request("PUT", path, json=change)).status_code

    statuses = await asyncio.gather(remove(ada, bob), remove(bob, ada))

    assert sorted(statuses)[0] in (200, 204)
    assert sorted(statuses)[1] in (401, 403, 404, 409)
    left = [person for person in (ada, bob) if (await person.get("/api/v1/users")).status_code == 200]
    assert len(left) == 1
    people = (await left[0].get("/api/v1/users")).json()["items"]
    assert [row["role"] for row in people if row["is_active"]].count("admin") == 1
