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
    """A prefix: an address that takes JSON, a body that it accepts, and the status of a body that does not fit."""

    prefix: str
    post: str
    good: Mapping[str, Any]
    created: int
    misfit: int
    get: str


EVENT = {"title": "Lunch", "start_time": "2024-01-16T14:00:00Z", "end_time": "2024-01-16T15:00:00Z"}
API_V1 = Door("/api/v1", "/api/v1/tasks", {"title": "Lunch"}, 201, 422, "/api/v1/tasks")
V1 = Door("/v1", "/v1/calendar/events", EVENT, 201, 400, "/v1/calendar/events")
API = Door("/api", "", {}, 0, 400, "/api/health")
ROOT = Door("", "/ui/login", {"email": "nobody@example.com", "password": "not a password"}, 401, 422, "/health")
DOORS = [pytest.param(door, id=door.prefix or "root") for door in (API_V1, V1, API, ROOT)]
TAKERS = [pytest.param(door, id=door.prefix or "root") for door in (API_V1, V1, ROOT)]


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
