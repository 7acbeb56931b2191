"""People with roles, for the tests of who may do what."""

from __future__ import annotations

from typing import Any

from tests.houses import PASSWORD, Home, Person


async def admin_of(home: Home, tenant: str = "Harbour") -> Person:
    """Return the admin of a new tenant."""
    return await home.person(tenant_name=tenant)


async def colleague(home: Home, admin: Person, role: str) -> Person:
    """Return somebody of the admin's tenant with the role, signed in."""
    email = f"colleague{len(home.made) + 1}@example.com"
    home.made.append(email)
    body = {"email": email, "full_name": "Grace Hopper", "role": role}
    made = await admin.post("/api/v1/users", body)
    assert made.status_code == 201, made.text
    return await let_in(home, made.json().get("data", made.json())["user_number"])


async def let_in(home: Home, user_number: int) -> Person:
    """Return somebody signed in without their password."""
    services = home.house.services
    view = await home.house.db.read(lambda tx: services.accounts.view(tx, user_number))
    grant = await services.sessions.open_session_for(view, surface="api_v1")
    user = {"id": str(view.id), "user_number": view.user_number, "username": view.username}
    return Person(home.client, view.email or "", user, grant.access_token, grant.refresh_token or "")


async def role_id(admin: Person, name: str) -> str:
    """Return the id of a role by its name."""
    rows = (await admin.get("/api/v1/rbac/roles?limit=100")).json()["data"]
    return str(next(row["id"] for row in rows if row["name"] == name))


async def new_key(person: Person, **fields: Any) -> dict[str, Any]:
    """Return a new API key of the person; ``key`` is its text."""
    made = await person.post("/api/v1/api-keys", {"name": "script", "password": PASSWORD, **fields})
    assert made.status_code == 201, made.text
    shown: dict[str, Any] = made.json()["data"]
    return shown


def with_key(person: Person, key: str) -> Person:
    """Return the person as a program that has only the key."""
    return Person(person.client, person.email, person.user, key, "")


async def audited(owner: Person, query: str = "") -> list[dict[str, Any]]:
    """Return the newest entries of the audit log that the person may see."""
    reply = await owner.get(f"/api/v1/rbac/audit?limit=100{query}")
    assert reply.status_code == 200, reply.text
    rows: list[dict[str, Any]] = reply.json()["data"]
    return rows
