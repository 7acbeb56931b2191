"""Listing, inviting, changing and deleting people, and who sees whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.houses import PASSWORD, Home, Person
from tests.letters import carried, mail_to
from tests.security.test_a_accounts import colleague


async def listed(person: Person, query: str = "") -> list[str]:
    """Return the addresses in the list, in order."""
    reply = await person.get(f"/api/v1/users{query}")
    assert reply.status_code == 200, reply.text
    return [row["email"] for row in reply.json()["items"]]


async def team(at: Home) -> tuple[Person, Person, Person]:
    """Make a team of a boss and two others, and somebody elsewhere."""
    await at.person("stranger@example.com")
    boss = await at.person("boss@example.com", tenant_name="Harbour", full_name="Zoe Boss")
    at.clock.advance(1)
    bob = await colleague(at, boss, "bob@example.com")
    at.clock.advance(1)
    return boss, bob, await colleague(at, boss, "ada@example.com", "viewer")


async def test_an_administrator_sees_the_own_tenant_and_the_owner_everybody(at_home: Home) -> None:
    boss, bob, _ = await team(at_home)
    owner = await at_home.owner()
    assert await listed(boss) == ["ada@example.com", "bob@example.com", "boss@example.com"]
    assert len(await listed(owner)) == 5
    assert (await bob.get("/api/v1/users")).status_code == 403


async def test_the_list_is_sorted_filtered_and_paged(at_home: Home) -> None:
    boss, bob, _ = await team(at_home)
    assert await listed(boss, "?sort=email:asc") == ["ada@example.com", "bob@example.com", "boss@example.com"]
    assert (await listed(boss, "?sort=full_name:desc,email:desc"))[0] == "boss@example.com"
    assert await listed(boss, "?role=viewer") == ["ada@example.com"]
    assert await listed(boss, f"?id={bob.user['id']}") == ["bob@example.com"]
    assert await listed(boss, f"?user_number={bob.user['user_number']}&colour=blue") == ["bob@example.com"]
    assert await listed(boss, "?is_verified=true&sort=email") == ["ada@example.com", "bob@example.com"]
    assert await listed(boss, "?created_at=2024-01-15T15:30:01Z") == ["bob@example.com"]
    assert await listed(boss, "?email=stranger@example.com") == []
    page = (await boss.get("/api/v1/users?page=2&size=2&sort=email:asc")).json()
    assert [row["email"] for row in page["items"]] == ["boss@example.com"]
    assert (page["total"], page["pages"], page["has_next"], page["has_prev"]) == (3, 2, False, True)
    assert (await boss.get("/api/v1/users?page=9")).json()["items"] == []
    for query in ("size=0", "size=101", "page=0", "is_active=maybe", "id=7", "created_at=yesterday"):
        assert (await boss.get(f"/api/v1/users?{query}")).status_code == 422, query
    for query in ("sort=password_hash", "sort=email:up"):
        assert (await boss.get(f"/api/v1/users?{query}")).status_code == 400, query


async def test_colleagues_see_a_little_of_each_other_and_nothing_of_strangers(at_home: Home) -> None:
    boss, bob, _ = await team(at_home)
    stranger = await at_home.sign_in("stranger@example.com", PASSWORD)
    path = f"/api/v1/users/{boss.user['id']}"
    assert (await bob.get(path)).json() == {
        "id": boss.user["id"],
        "user_number": boss.user["user_number"],
        "full_name": "Zoe Boss",
        "role": "admin",
    }
    assert (await bob.get(f"/api/v1/users/{bob.user['user_number']}")).json()["email"] == "bob@example.com"
    for method in ("GET", "PUT", "DELETE"):
        for unknown in (f"/api/v1/users/{stranger.user['id']}", "/api/v1/users/999999999", "/api/v1/users/nobody"):
            reply = await boss.request(method, unknown, **({"json": {}} if method == "PUT" else {}))
            assert (reply.status_code, reply.json()["error_code"]) == (404, "USER_NOT_FOUND"), (method, unknown)
    assert (await stranger.get(path)).status_code == 404


async def test_an_invitation_lasts_a_day_and_proves_the_address(at_home: Home) -> None:
    boss = await at_home.person(tenant_name="Harbour")
    made = await boss.post(
        "/api/v1/users", {"email": "bob@example.com", "first_name": "Bob", "phone_number": "+15550101234"}
    )
    assert (made.status_code, made.json()["is_verified"], made.json()["role"]) == (201, False, "user")
    assert made.json()["tenant_id"] == boss.user["tenant_id"]
    login = await at_home.client.post("/api/v1/auth/login", json={"email": "bob@example.com", "password": ""})
    assert login.status_code == 401
    letter = await mail_to(at_home, "bob@example.com")
    assert (await boss.post("/api/v1/users", {"email": "bob@example.com"})).status_code == 409
    at_home.clock.advance(timedelta(hours=24).total_seconds())
    body = {"token": letter.token, "password": PASSWORD}
    assert (await at_home.client.post("/v1/auth/reset-password", json=body)).status_code == 400
    await at_home.client.post("/v1/auth/forgot-password", json={"email": "bob@example.com"})
    body["token"] = (await mail_to(at_home, "bob@example.com")).token
    assert (await at_home.client.post("/v1/auth/reset-password", json=body)).status_code == 200
    assert (await at_home.sign_in("bob@example.com", PASSWORD)).user["is_verified"] is True


async def test_an_administrator_changes_the_profile_of_a_colleague(at_home: Home) -> None:
    boss, bob, _ = await team(at_home)
    change = {"full_name": "Robert Stone", "timezone": "Europe/London", "theme": None}
    reply = await boss.request("PUT", f"/api/v1/users/{bob.user['id']}", json=change)
    assert (reply.json()["first_name"], reply.json()["timezone"], reply.json()["theme"]) == (
        "Robert",
        "Europe/London",
        "auto",
    )
    wrong = await boss.request(
        "PUT", f"/api/v1/users/{bob.user['id']}", json={"timezone": "Mars/Base", "role": "viewer"}
    )
    assert wrong.status_code == 422
    assert (await boss.get(f"/api/v1/users/{bob.user['id']}")).json()["role"] == "user", "half a change was kept"


async def test_somebody_who_never_chose_a_password_sets_one_without(at_home: Home) -> None:
    boss = await at_home.person(tenant_name="Harbour")
    made = (await boss.post("/api/v1/users", {"email": "bob@example.com"})).json()
    view = await at_home.house.db.read(lambda tx: at_home.house.services.accounts.view(tx, made["user_number"]))
    grant = await at_home.house.services.sessions.open_session_for(view, surface="api_v1")
    bob = Person(at_home.client, "bob@example.com", made, grant.access_token, grant.refresh_token or "")
    assert (await bob.post("/api/v1/auth/change-password", {"new_password": PASSWORD})).status_code == 200
    await at_home.sign_in("bob@example.com", PASSWORD)


@pytest.mark.parametrize("door", ["/api/v1/users/me", "/v1/users/me"])
async def test_who_deleted_a_proved_account_gets_a_last_letter(at_home: Home, door: str) -> None:
    ada = await at_home.person()
    token = (await mail_to(at_home, ada.email)).token
    await at_home.client.post("/v1/auth/verify-email", json={"token": token})
    assert (await ada.request("DELETE", door)).status_code == 200
    assert [(letter.to, letter.subject) for letter in await carried(at_home)] == [
        (ada.email, "Your account was deleted")
    ]
