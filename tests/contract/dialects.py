"""How each prefix must say that a request is wrong, and where to send wrong requests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.contract.matching import is_date_time
from tests.contract.visitors import Visitor

SECRET = "planted-hunter2"
NOBODY = str(uuid4())


@dataclass(frozen=True)
class Door:
    """A prefix: an address that takes JSON, a body that fits, what is answered to it, and to one that does not fit.

    ``created`` and ``taken`` are the status and a word of the answer to ``good``, ``misfit`` is the status of a body
    that does not fit. ``foreign`` is the status of JSON that does not say it is JSON, if that is refused.
    """

    prefix: str
    post: str
    good: Mapping[str, Any]
    created: int
    taken: str
    misfit: int
    get: str
    foreign: int | None = None


EVENT = {"title": "Lunch", "start_time": "2024-01-16T14:00:00Z", "end_time": "2024-01-16T15:00:00Z"}
API_V1 = Door("/api/v1", "/api/v1/tasks", {"title": "Lunch"}, 201, "Lunch", 422, "/api/v1/tasks")
V1 = Door("/v1", "/v1/calendar/events", EVENT, 201, "Lunch", 400, "/v1/calendar/events")
NO_ONE = {"username": "nobody@example.com", "password": "not a password"}
API = Door("/api", "/api/auth/token", NO_ONE, 400, "the password is wrong", 400, "/api/health")  # no 401 here (AS02)
ROOT = Door(
    "",
    "/ui/login",
    {"email": "nobody@example.com", "password": "not a password"},
    401,
    "INVALID_CREDENTIALS",
    422,
    "/health",
    foreign=403,  # a form of another site can send any other type (security item 81)
)
DOORS = [pytest.param(door, id=door.prefix or "root") for door in (API_V1, V1, API, ROOT)]

ENDS_THE_CALLER = frozenset(
    {
        ("DELETE", "/api/v1/sessions/all"),
        ("DELETE", "/api/v1/users/me"),
        ("DELETE", "/v1/users/me"),
        ("POST", "/api/v1/auth/logout"),
        ("POST", "/v1/auth/logout"),
    }
)
"""What makes the token that it was sent with worth nothing: to be asked of somebody who is not needed any more."""

RATIONED = frozenset({("POST", "/api/v1/auth/resend-verification")})
"""What is refused to the same person the third time."""


def prefix_of(path: str) -> str:
    """Return the prefix in whose dialect the path answers."""
    return next(prefix for prefix in ("/api/v1", "/v1", "/api", "") if f"{path}/".startswith(f"{prefix}/"))


def assert_taken(reply: httpx2.Response, door: Door) -> None:
    """Check that the answer is the one to the door's good body."""
    assert reply.status_code == door.created, reply.text
    assert door.taken in reply.text


def assert_refused(reply: httpx2.Response, prefix: str, *statuses: int) -> dict[str, Any]:
    """Check that the answer is an error of the prefix's dialect with all its fields, and tells no secret."""
    assert reply.status_code in statuses, (reply.status_code, reply.text[:300])
    assert reply.headers["content-type"] == "application/json"
    assert SECRET not in reply.text
    body: dict[str, Any] = reply.json()
    if prefix == "/v1":
        _assert_v1(body)
    elif prefix == "/api":
        _assert_api(body, reply)
    else:
        _assert_api_v1(body, reply)
    return body


def _assert_v1(body: dict[str, Any]) -> None:
    assert set(body) == {"success", "error"}
    assert body["success"] is False
    assert {"code", "message"} <= set(body["error"]) <= {"code", "message", "details", "retry_after"}
    assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", body["error"]["code"])
    for sentences in body["error"].get("details", {}).values():
        assert all(isinstance(sentence, str) and sentence for sentence in sentences)


def _assert_api(body: dict[str, Any], reply: httpx2.Response) -> None:
    assert set(body) - {"retry_after"} == {"error", "detail", "fields", "timestamp", "request_id"}
    assert isinstance(body["detail"], str)
    assert isinstance(body["fields"], dict)
    assert is_date_time(body["timestamp"])
    assert body["request_id"].endswith(reply.headers["x-request-id"])


def _assert_api_v1(body: dict[str, Any], reply: httpx2.Response) -> None:
    shown = {"detail", "error_code", "status", "status_code", "timestamp", "request_id"}
    assert set(body) - {"retry_after", "message"} == shown
    assert ("message" in body) == (reply.status_code == 422)
    assert isinstance(body["detail"], list if reply.status_code == 422 else str)
    assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", body["error_code"])
    assert (body["status"], body["status_code"]) == ("error", reply.status_code)
    assert is_date_time(body["timestamp"])
    assert body["request_id"] == reply.headers["x-request-id"]


def send(visitor: Visitor, door: Door, body: Any, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    """Send bytes to the door's address as the visitor."""
    return visitor.client.post(
        door.post, content=body, headers={"Authorization": f"Bearer {visitor.token}", **(headers or {})}
    )
