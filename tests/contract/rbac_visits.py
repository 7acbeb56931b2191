"""The requests about roles, permissions and tokens, mostly by the admin of a team."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx2

from tests.contract.account_visits import colleague
from tests.contract.published import Operation
from tests.houses import PASSWORD

if TYPE_CHECKING:
    from tests.contract.visitors import Visitor


def role(visitor: Visitor) -> str:
    """Make a role and return its id."""
    return _made(visitor, "roles", {"name": f"manager-{uuid4().hex[:8]}", "permissions": ["tasks:read"]})


def permission(visitor: Visitor) -> str:
    """Make a permission and return its id."""
    return _made(visitor, "permissions", {"name": f"reports:read-{uuid4().hex[:8]}"})


def _made(visitor: Visitor, what: str, body: Mapping[str, Any]) -> str:
    reply = visitor.administrator.call("POST", f"/api/v1/rbac/{what}", body)
    assert reply.status_code == 201, reply.text
    return str(reply.json()["data"]["id"])


def _assign(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    body = {"role_id": role(visitor)}
    return visitor.send(operation, path=operation.path.replace("{id}", colleague(visitor)), body=body), body


def _withdraw(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    person, held = colleague(visitor), role(visitor)
    given = visitor.administrator.call("POST", f"/api/v1/rbac/users/{person}/roles", {"role_id": held})
    assert given.status_code == 201, given.text
    path = operation.path.replace("{id}", person).replace("{role_id}", held)
    return visitor.send(operation, path=path), None


def _token(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    body = {"username": visitor.email, "password": PASSWORD}
    return visitor.send(operation, body=body), body


REPLAYS: Mapping[str, Callable[[Visitor, Operation], tuple[httpx2.Response, Any]]] = {
    "personal.rbac.user_roles.assign": _assign,
    "personal.rbac.user_roles.remove": _withdraw,
    "sms.auth.token": _token,
}
