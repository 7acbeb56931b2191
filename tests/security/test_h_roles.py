"""Group H: what each role may do, and that nobody gives more than they have."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from steward.core.access import ROLES
from steward.kit.errors import NotFound, Unauthenticated
from steward.settings import Settings
from steward.surfaces.call import Call
from steward.surfaces.guards import UnguardedRoute, refuse_unguarded
from steward.surfaces.routing import needs, public
from steward.surfaces.routing import router as new_router
from tests.houses import Home, home
from tests.security.people import admin_of, colleague, let_in, role_id

NOT_ALLOWED = "You are not allowed to do that."
BY_ITSELF = frozenset({"/metrics", "/api/v1/metrics"})
"""Asks by itself, and answers this machine."""
DECIDED_BY_THE_VERB = frozenset({("GET", "/api/v1/rbac/users/{user_id}/roles")})
"""What everybody may ask for themselves, and some for others."""
OPEN_TO_ANYBODY = frozenset(
    {
        ("GET", "/api/health"),
        ("GET", "/api/v1/docs"),
        ("GET", "/api/v1/health"),
        ("GET", "/api/v1/health/detailed"),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/api/v1/redoc"),
        ("GET", "/docs"),
        ("GET", "/health"),
        ("GET", "/health/detailed"),
        ("GET", "/openapi.json"),
        ("GET", "/redoc"),
        ("GET", "/api/v1/oauth/sign-in"),
        ("POST", "/api/v1/passkeys/sign-in/begin"),
    }
)
"""Where somebody unknown gets an answer to an empty request."""


def filled(path: str) -> str:
    """Return the path with the id of nothing in the place of each name."""
    return "/".join(str(uuid4()) if part.startswith("{") else part for part in path.split("/"))


async def routes_of(made: Home) -> Mapping[tuple[str, str], str]:
    """Return every route with the permission that it needs."""
    document = (await made.client.get("/openapi.json")).json()
    return {
        (method.upper(), path): operation.get("x-permission", "public")
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if path not in BY_ITSELF
    }


# --- 63: deny by default


def test_item_63_a_route_without_a_permission_stops_the_start() -> None:
    async def hello(call: Call) -> None: ...

    with pytest.raises(RuntimeError, match="does not say which permission it needs"):
        new_router(tags=[]).get("/hello")(hello)
    for route in (Route("/hello", hello), WebSocketRoute("/talk", hello)):
        with pytest.raises(UnguardedRoute, match="does not say which permission it needs"):
            refuse_unguarded(Starlette(routes=[route]).routes)


def test_item_63_a_permission_that_there_is_not_stops_the_start() -> None:
    async def hello(call: Call) -> None: ...

    router = new_router(tags=[])
    router.get("/hello", **needs("tasks:raed"))(hello)
    with pytest.raises(UnguardedRoute, match="no permission"):
        refuse_unguarded(router.routes)
    fine = new_router(tags=[])
    fine.get("/hello", **public())(hello)
    refuse_unguarded(fine.routes)


# --- 64: every route, every role


async def test_item_64_somebody_unknown_is_answered_only_where_that_is_meant(here: Home) -> None:
    answered = set()
    for (method, path), permission in (await routes_of(here)).items():
        reply = await here.client.request(method, filled(path), json={})
        if reply.status_code < 300:
            answered.add((method, path))
        elif permission != "public":
            assert reply.status_code == 401, (method, path, reply.text)
    assert answered - OPEN_TO_ANYBODY == set()
    assert ("GET", "/health") in answered


@pytest.mark.parametrize("role", ["viewer", "user", "member", "admin", "admin of another tenant", "owner"])
async def test_item_64_each_role_gets_through_the_doors_it_holds_a_permission_for_and_no_other(
    here: Home, role: str
) -> None:
    number = await somebody(here, role)
    held = ROLES[role.removesuffix(" of another tenant")]
    for (method, path), permission in sorted((await routes_of(here)).items()):
        if permission in ("public", "signed in"):
            continue
        try:
            person = await let_in(here, number)
        except (NotFound, Unauthenticated):  # the request before this one ended the account
            number = await somebody(here, role)
            person = await let_in(here, number)
        reply = await person.request(method, filled(path), json={})
        denied = reply.status_code == 403 and NOT_ALLOWED in reply.text
        if permission not in held and "*" not in held:
            assert denied, (method, path, permission, reply.text)
        elif (method, path) not in DECIDED_BY_THE_VERB:
            assert not denied, (method, path, permission, reply.text)
        assert reply.status_code != 401 or "error" in reply.text
        assert reply.status_code < 500, (method, path, reply.text)


async def somebody(made: Home, role: str) -> int:
    """Return the number of somebody new with the role; the owner is always the same."""
    if role == "owner":
        return int((await made.owner()).user["user_number"])
    admin = await admin_of(made, "Elsewhere" if "another" in role else "Harbour")
    found = admin if role.startswith("admin") else await colleague(made, admin, role)
    return int(found.user["user_number"])


# --- 66: nobody gives what they do not have


async def test_item_66_a_role_change_holds_from_the_next_request_on(at_home: Home) -> None:
    admin = await admin_of(at_home)
    viewer = await colleague(at_home, admin, "viewer")
    assert (await viewer.post("/api/v1/tasks", {"title": "x"})).status_code == 403
    made = await admin.post("/api/v1/rbac/roles", {"name": "doer", "permissions": ["tasks:write"]})
    role = made.json()["data"]["id"]
    path = f"/api/v1/rbac/users/{viewer.user['id']}/roles"

    assert (await admin.post(path, {"role_id": role})).status_code == 201
    assert (await viewer.post("/api/v1/tasks", {"title": "x"})).status_code == 201
    assert (await admin.request("PUT", f"/api/v1/rbac/roles/{role}", json={"permissions": []})).status_code == 200
    assert (await viewer.post("/api/v1/tasks", {"title": "x"})).status_code == 403
    assert (await admin.request("PUT", f"/api/v1/rbac/roles/{role}", json={"permissions": ["tasks:write"]})).is_success
    assert (await viewer.post("/api/v1/tasks", {"title": "x"})).status_code == 201
    assert (await admin.request("DELETE", f"/api/v1/rbac/roles/{role}")).status_code == 200
    assert (await viewer.post("/api/v1/tasks", {"title": "x"})).status_code == 403


async def test_item_66_another_process_learns_of_it_within_a_second(at_home: Home) -> None:
    admin = await admin_of(at_home)
    member = await colleague(at_home, admin, "member")
    path = f"/api/v1/rbac/users/{member.user['id']}/roles"
    async with home(at_home.house.settings) as other:
        sessions = other.house.services.sessions
        assert (await sessions.authenticate(member.token)).may("tasks:write")
        assert (await admin.request("DELETE", f"{path}/{await role_id(admin, 'member')}")).status_code == 200
        sessions._memory._monotonic = lambda: float("inf")  # a second later
        assert not (await sessions.authenticate(member.token)).may("tasks:write")


async def test_item_66_nobody_gives_themselves_more(at_home: Home) -> None:
    admin = await admin_of(at_home)
    member = await colleague(at_home, admin, "member")
    mine = f"/api/v1/rbac/users/{member.user['id']}/roles"
    assert (await member.post(mine, {"role": "admin"})).status_code == 403
    assert (await member.post("/api/v1/rbac/roles", {"name": "x", "permissions": ["users:read"]})).status_code == 403
    for role in ("owner",):
        refused = await admin.post(f"/api/v1/rbac/users/{admin.user['id']}/roles", {"role": role})
        assert (refused.status_code, refused.json()["error_code"]) == (403, "PERMISSION_NOT_HELD")
    for permission in ("platform:read", "platform:write"):
        refused = await admin.post("/api/v1/rbac/roles", {"name": "x", "permissions": [permission]})
        assert refused.status_code == 403


async def test_item_66_who_may_change_roles_gives_only_what_they_hold_themselves(at_home: Home) -> None:
    admin = await admin_of(at_home)
    keeper, friend = await colleague(at_home, admin, "viewer"), await colleague(at_home, admin, "viewer")
    made = await admin.post("/api/v1/rbac/roles", {"name": "keeper", "permissions": ["roles:read", "roles:write"]})
    await admin.post(f"/api/v1/rbac/users/{keeper.user['id']}/roles", {"role": "keeper"})
    theirs = f"/api/v1/rbac/users/{friend.user['id']}/roles"

    assert (await keeper.post(theirs, {"role": "keeper"})).status_code == 201
    for role in ("member", "admin", "owner"):
        assert (await keeper.post(theirs, {"role": role})).status_code == 403
    assert (await keeper.post("/api/v1/rbac/roles", {"name": "y", "permissions": ["tasks:write"]})).status_code == 403
    own_role = f"/api/v1/rbac/roles/{made.json()['data']['id']}"
    assert (await keeper.request("PUT", own_role, json={"permissions": ["users:write"]})).status_code == 403
    admins = f"/api/v1/rbac/users/{admin.user['id']}/roles/{await role_id(admin, 'admin')}"
    assert (await keeper.request("DELETE", admins)).status_code == 403


async def test_item_66_only_the_owner_makes_owners(at_home: Home) -> None:
    owner, admin = await at_home.owner(), await admin_of(at_home)
    path = f"/api/v1/rbac/users/{admin.user['id']}/roles"
    assert (await admin.post(path, {"role": "owner"})).status_code == 403
    assert (await owner.post(path, {"role": "owner"})).status_code == 201
    assert (await admin.get("/api/v1/rbac/audit")).status_code == 200


# --- 67: somebody must be left


async def test_item_67_the_last_admin_of_a_tenant_stays(at_home: Home) -> None:
    admin = await admin_of(at_home)
    mine = f"/api/v1/rbac/users/{admin.user['id']}/roles/{await role_id(admin, 'admin')}"
    refused = await admin.request("DELETE", mine)
    assert (refused.status_code, refused.json()["error_code"]) == (409, "LAST_ADMIN")
    second = await colleague(at_home, admin, "admin")
    assert (await admin.request("DELETE", mine)).status_code == 200
    theirs = f"/api/v1/rbac/users/{second.user['id']}/roles/{await role_id(second, 'admin')}"
    assert (await second.request("DELETE", theirs)).status_code == 409


async def test_item_67_the_last_admin_is_neither_demoted_nor_disabled_nor_deleted(at_home: Home) -> None:
    admin = await admin_of(at_home)
    await colleague(at_home, admin, "member")
    me = f"/api/v1/users/{admin.user['id']}"
    for change in ({"role": "viewer"}, {"is_active": False}):
        refused = await admin.request("PUT", me, json=change)
        assert refused.status_code == 409, (change, refused.text)
    assert (await admin.request("DELETE", me, json={"password": "SecurePassword123!"})).status_code == 409
    assert (await admin.get("/api/v1/rbac/roles")).status_code == 200


async def test_item_67_the_last_owner_of_the_server_stays(at_home: Home) -> None:
    owner = await at_home.owner()
    second = await colleague(at_home, owner, "admin")
    mine = f"/api/v1/rbac/users/{owner.user['id']}/roles/{await role_id(owner, 'owner')}"
    assert (await owner.request("DELETE", mine)).status_code == 409
    assert (await second.request("DELETE", mine)).status_code == 403
    assert (await owner.get("/api/v1/rbac/audit")).status_code == 200


async def test_item_67_of_two_admins_who_remove_each_other_at_once_one_is_left(house_settings: Settings) -> None:
    async with home(house_settings) as made, home(house_settings) as other:
        for _ in range(5):
            ada = await admin_of(made)
            bob = await colleague(made, ada, "admin")
            role = UUID(await role_id(ada, "admin"))
            one = await made.house.services.sessions.authenticate(ada.token)
            two = await made.house.services.sessions.authenticate(bob.token)
            ends = await asyncio.gather(
                made.house.services.access.withdraw(one, two.user_id, role),
                other.house.services.access.withdraw(two, one.user_id, role),
                return_exceptions=True,
            )
            assert sorted(type(end).__name__ for end in ends) == ["LastAdmin", "NoneType"]


# --- 68: the wall, as far as rights go


async def test_item_68_roles_and_permissions_of_another_tenant_are_not_there(at_home: Home) -> None:
    ada, bob = await admin_of(at_home), await admin_of(at_home, "Elsewhere")
    permission = (await ada.post("/api/v1/rbac/permissions", {"name": "quokka:feed"})).json()["data"]
    role = (await ada.post("/api/v1/rbac/roles", {"name": "quokka", "permissions": ["quokka:feed"]})).json()["data"]
    for method, path, body in (
        ("GET", f"/api/v1/rbac/roles/{role['id']}", None),
        ("PUT", f"/api/v1/rbac/roles/{role['id']}", {"description": "x"}),
        ("DELETE", f"/api/v1/rbac/roles/{role['id']}", None),
        ("PUT", f"/api/v1/rbac/permissions/{permission['id']}", {"description": "x"}),
        ("DELETE", f"/api/v1/rbac/permissions/{permission['id']}", None),
        ("GET", f"/api/v1/rbac/users/{ada.user['id']}/roles", None),
        ("GET", f"/api/v1/rbac/users/{ada.user['user_number']}/roles", None),
        ("POST", f"/api/v1/rbac/users/{ada.user['id']}/roles", {"role": "viewer"}),
        ("DELETE", f"/api/v1/rbac/users/{ada.user['id']}/roles/{role['id']}", None),
        ("POST", f"/api/v1/rbac/users/{bob.user['id']}/roles", {"role_id": role["id"]}),
        ("POST", f"/api/v1/rbac/users/{bob.user['id']}/roles", {"role": "quokka"}),
    ):
        reply = await bob.request(method, path, json=body)
        assert reply.status_code == 404, (method, path, reply.text)
    for wish in ({"permissions": ["quokka:feed"]}, {"permissions": [permission["id"]]}):
        assert (await bob.post("/api/v1/rbac/roles", {"name": "z", **wish})).status_code == 422
    for path in ("roles", "permissions", "audit"):
        assert "quokka" not in (await bob.get(f"/api/v1/rbac/{path}?limit=100")).text
    assert (await bob.post("/api/v1/rbac/roles", {"name": "quokka"})).status_code == 201
    assert (await bob.get(f"/api/v1/rbac/audit?user_id={ada.user['id']}")).json()["data"] == []


# --- 73: beyond one tenant


async def test_item_73_only_the_owner_holds_what_goes_beyond_one_tenant(at_home: Home) -> None:
    owner, admin = await at_home.owner(), await admin_of(at_home)
    sessions = at_home.house.services.sessions
    for permission in ("platform:read", "platform:write"):
        assert (await sessions.authenticate(owner.token)).may(permission)
        assert not (await sessions.authenticate(admin.token)).may(permission)
        assert [name for name, held in ROLES.items() if permission in held] == []
