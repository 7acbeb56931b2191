"""What no document prints: requests that are wrong in every way, each answered in the dialect of its prefix.

An answer to a wrong request is never a fault of the server and never repeats what was sent, which may be a password.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.contract.conftest import VisitorOf
from tests.contract.matching import is_date_time
from tests.contract.published import METHODS
from tests.contract.visitors import Visitor
from tests.houses import Home

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


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "rest", [f"/{SECRET}", f"/{SECRET}/more?q={SECRET}", "/%00", "/a%00b", "/%ff", "/..%2f..%2fetc"]
)
def test_an_unknown_path_is_not_found(door: Door, rest: str, client: httpx2.Client) -> None:
    body = assert_refused(client.get(door.prefix + rest), door.prefix, 404)
    assert "NOT_FOUND" in json.dumps(body).upper()


@pytest.mark.parametrize("door", DOORS)
def test_an_unknown_path_is_not_found_by_any_method(door: Door, client: httpx2.Client) -> None:
    for method in METHODS:
        assert_refused(client.request(method, f"{door.prefix}/nothing-here", content=SECRET), door.prefix, 404)


def test_a_wrong_method_is_told_which_are_right(api: dict[str, Any], visitor_of: VisitorOf) -> None:
    visitor = visitor_of("platform")
    wrong = []
    for path in api["paths"]:
        concrete = re.sub(r"\{\w+\}", NOBODY, path)
        right = {
            method.upper()
            for template, item in api["paths"].items()
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), concrete)
            for method in item
        }
        prefix = next(door for door in ("/api/v1", "/v1", "/api", "") if path.startswith(door))
        for method in sorted(METHODS - right):
            reply = visitor.call(method, concrete, {"secret": SECRET} if method != "GET" else None)
            assert_refused(reply, prefix, 405)
            told = set(filter(None, reply.headers.get("allow", "").split(", ")))
            if told - {"OPTIONS"} != right | ({"HEAD"} if "GET" in right else set()):
                wrong.append(f"{method} {path}: Allow is {sorted(told)}, right are {sorted(right)}")
    assert wrong == []


MALFORMED: Mapping[str, bytes] = {
    "cut off": f'{{"title": "{SECRET}'.encode(),
    "not json": f"title={SECRET}&email={SECRET}".encode(),
    "two values": f'{{"title": "{SECRET}"}} {{}}'.encode(),
    "trailing comma": f'{{"title": "{SECRET}",}}'.encode(),
    "not a number": f'{{"title": "{SECRET}", "metadata": {{"a": NaN}}}}'.encode(),
    "infinity": f'{{"title": "{SECRET}", "metadata": {{"a": -Infinity}}}}'.encode(),
    "lone surrogate": f'{{"title": "{SECRET}\\ud800"}}'.encode(),
    "wrong utf-8": f'{{"title": "{SECRET}'.encode() + b'\xff"}',
    "utf-16": f'{{"title": "{SECRET}"}}'.encode("utf-16"),
    "integer of 100,000 digits": b'{"title": ' + b"9" * 100_000 + b"}",
    "1,000 levels of objects": b'{"metadata": ' + b'{"a":' * 1000 + b"1" + b"}" * 1001,
    "1,000 levels of lists": b"[" * 1000 + b"]" * 1000,
    "1,000 levels and never closed": b"[" * 1000,
    "only spaces": b"   ",
    "nothing": b"",
    "null": b"null",
    "a string": f'"{SECRET}"'.encode(),
    "a list": f'["{SECRET}"]'.encode(),
    "null bytes": b"\x00\x00\x00",
    "gzip": gzip.compress(b'{"title": "x"}'),
}


@pytest.mark.parametrize("door", TAKERS)
@pytest.mark.parametrize("name", MALFORMED)
def test_a_body_that_cannot_be_read_is_refused(door: Door, name: str, visitor_of: VisitorOf) -> None:
    headers = {"Content-Type": "application/json", **({"Content-Encoding": "gzip"} if name == "gzip" else {})}
    reply = send(visitor_of("platform"), door, MALFORMED[name], headers)
    assert_refused(reply, door.prefix, door.misfit, *((415,) if name == "gzip" else ()))


@pytest.mark.parametrize("door", TAKERS)
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", SECRET, "application/json; charset=x"]
)
def test_words_instead_of_json_are_refused(door: Door, kind: str, visitor_of: VisitorOf) -> None:
    reply = send(visitor_of("platform"), door, SECRET.encode(), {"Content-Type": kind})
    assert_refused(reply, door.prefix, door.misfit, 415)


@pytest.mark.parametrize("door", TAKERS)
@pytest.mark.parametrize("headers", [{}, {"Content-Type": ""}, {"Content-Type": "application/merge-patch+json"}])
def test_json_needs_no_content_type(door: Door, headers: dict[str, str], visitor_of: VisitorOf) -> None:
    reply = send(visitor_of("platform"), door, json.dumps(door.good).encode(), headers)
    assert reply.status_code == door.created, reply.text


@pytest.mark.parametrize("door", TAKERS)
def test_fields_that_nobody_knows_are_passed_over(door: Door, visitor_of: VisitorOf) -> None:
    body = {**door.good, "no_such_field": SECRET, "__proto__": {"role": "owner"}, "user_id": 1, "role": "admin"}
    reply = send(visitor_of("platform"), door, json.dumps(body).encode())
    assert reply.status_code == door.created, reply.text
    assert SECRET not in reply.text


@pytest.mark.parametrize("door", TAKERS)
def test_of_a_key_that_is_there_twice_the_last_counts(door: Door, visitor_of: VisitorOf) -> None:
    name = next(iter(door.good))
    body = f'{{"{name}": {{"{SECRET}": 1}}, {json.dumps(door.good)[1:]}'.encode()
    assert send(visitor_of("platform"), door, body).status_code == door.created


@pytest.mark.parametrize("door", TAKERS)
@pytest.mark.parametrize("in_pieces", [False, True])
def test_two_megabytes_are_too_much(door: Door, in_pieces: bool, visitor_of: VisitorOf) -> None:
    body = json.dumps({**door.good, "more": SECRET * 150_000}).encode()
    assert len(body) > 2_000_000

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    reply = send(visitor_of("platform"), door, pieces() if in_pieces else body)
    assert_refused(reply, door.prefix, 413)


def test_no_route_under_api_takes_a_body_yet(api: dict[str, Any]) -> None:
    """When there is one, ``API`` above gets its address and joins ``TAKERS``."""
    paths = {path: item for path, item in api["paths"].items() if re.match(r"/api/(?!v1/)", path)}
    assert [path for path, item in paths.items() for one in item.values() if "requestBody" in one] == []


WRONG: tuple[Any, ...] = (SECRET, [SECRET], {SECRET: SECRET}, -1, 1e300, True, "", f"\u0000{SECRET}", SECRET * 2000)


def test_a_field_of_the_wrong_kind_is_refused_without_repeating_it(api: dict[str, Any], client: httpx2.Client) -> None:
    visitor = Visitor(client, "platform")
    tried = 0
    for path, method, fields in bodies_of(api):
        prefix = "/v1" if path.startswith("/v1") else "/api/v1"
        if path.endswith(("/login", "/logout")):
            fields = {name: None for name in fields if name != "password"}  # each try costs a hash
        for name, wrong in itertools.product(fields, WRONG):
            concrete = re.sub(r"\{\w+\}", NOBODY, path)
            reply = visitor.call(method, concrete, {name: wrong})
            tried += 1
            if reply.status_code >= 300:
                assert_refused(reply, prefix, 400, 401, 404, 422)
    assert tried > 300


def bodies_of(api: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and fields of every route that takes a body."""
    for path, item in api["paths"].items():
        for method, operation in item.items():
            if "requestBody" not in operation:
                continue
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            name = re.findall(r"schemas/(\w+)", json.dumps(schema))[0]
            yield path, method.upper(), api["components"]["schemas"][name]["properties"]


QUERY = ("page", "limit", "size", "skip", "offset", "status", "priority", "sort", "type", "read", "messages")
QUERY += ("start_date", "end_date", "calendar_id", "assistant_id")
ODD = (
    SECRET,
    "",
    "-1",
    "0",
    "1e3",
    "9" * 25,
    "\u0663",
    "\u00bd",
    "\x00",
    "a\x00b",
    "' OR 1=1",
    "2024-13-45",
    "2024-01-01T",
    "\ud7ff",
)


def test_an_odd_query_is_answered_or_refused_without_repeating_it(api: dict[str, Any], visitor_of: VisitorOf) -> None:
    visitor = visitor_of("platform")
    for path, item in api["paths"].items():
        if "get" not in item or "{" in path or not path.startswith(("/v1", "/api/v1/")) or "events" in path[8:]:
            continue
        for name, odd in itertools.product(QUERY, ODD):
            reply = visitor.call("GET", path, params={name: odd})
            if reply.status_code != 200:
                assert_refused(reply, "/v1" if path.startswith("/v1") else "/api/v1", 400, 422)


IDS = (
    "0",
    "-1",
    SECRET,
    NOBODY,
    NOBODY.upper(),
    "%00",
    f"{NOBODY}%00",
    "%ff",
    "%F0%9F%98%80",
    "a" * 3000,
    "..",
    "%2e%2e%2f",
)


@pytest.mark.parametrize("key", IDS)
def test_an_id_that_is_none_is_not_found(key: str, api: dict[str, Any], visitor_of: VisitorOf) -> None:
    visitor = visitor_of("platform")
    for path, item in api["paths"].items():
        if "{" not in path or (key == ".." and path.endswith("}")):  # a client resolves /.. by itself
            continue
        for method in item:
            body = body_for(path) if method in ("post", "put", "patch") else None
            reply = visitor.call(method.upper(), re.sub(r"\{\w+\}", key, path), body)
            assert_refused(reply, "/v1" if path.startswith("/v1") else "/api/v1", 404, *((405,) if ".." in key else ()))


def body_for(path: str) -> dict[str, Any]:
    """Return a body that the route at the path accepts."""
    return {"message": "hello", "content": "hello"} if path.endswith("messages") else {"title": "Lunch"}


TOKENS = (
    "Bearer",
    "Bearer ",
    f"Bearer {SECRET}",
    f"Bearer {SECRET}.{SECRET}.{SECRET}",
    f"Token {'0' * 40}",
    f"Basic {SECRET}",
    f"Bearer {'x' * 20_000}",
    "Bearer eyJhbGciOiJIUzI1NiJ9.e30.",
    "Bearer \u00e9".encode().decode("latin-1"),
    SECRET,
)


@pytest.mark.parametrize("door", [pytest.param(door, id=door.prefix) for door in (API_V1, V1)])
@pytest.mark.parametrize("token", TOKENS, ids=[str(number) for number in range(len(TOKENS))])
def test_a_token_that_is_none_is_unauthorized(door: Door, token: str, client: httpx2.Client) -> None:
    reply = client.get(door.get, headers=[(b"Authorization", token.encode("latin-1"))])
    assert_refused(reply, door.prefix, 401)
    assert reply.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("door", [pytest.param(door, id=door.prefix) for door in (API_V1, V1)])
def test_no_token_an_unknown_key_and_an_unknown_cookie_are_unauthorized(door: Door, client: httpx2.Client) -> None:
    for headers in ({}, {"X-API-Key": SECRET}, {"X-API-Key": ""}, {"Cookie": f"steward_session={SECRET}"}):
        assert_refused(client.get(door.get, headers=headers), door.prefix, 401)
        assert_refused(client.post(door.post, headers=headers, content=SECRET), door.prefix, 401, 403)


def test_a_slash_at_the_end_means_nothing_and_is_never_redirected(api: dict[str, Any], visitor_of: VisitorOf) -> None:
    visitor = visitor_of("platform")
    for path, item in api["paths"].items():
        for method in item:
            if path == "/metrics" or path.endswith("/logout"):
                continue
            concrete = re.sub(r"\{\w+\}", NOBODY, path.rstrip("/"))
            body = {"nothing": 1} if method in ("post", "put", "patch") else None
            plain, slashed, doubled = (
                visitor.call(method.upper(), concrete + end, body).status_code for end in ("", "/", "//")
            )
            assert plain == slashed == doubled, (method, path, plain, slashed, doubled)
            assert plain < 300 or plain >= 400


def test_head_is_get_without_the_body(api: dict[str, Any], visitor_of: VisitorOf) -> None:
    visitor = visitor_of("platform")
    for path, item in api["paths"].items():
        if "get" not in item:
            continue
        concrete = re.sub(r"\{\w+\}", NOBODY, path)
        get, head = visitor.call("GET", concrete), visitor.call("HEAD", concrete)
        assert (head.status_code, head.content) == (get.status_code, b""), path
        assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize("zone", ["+00:00", "%2B00:00", "+02:00", "Z"])
def test_a_plus_in_a_query_is_a_plus(zone: str, client: httpx2.Client) -> None:
    visitor = Visitor(client, "voice")
    key = visitor.event()
    asked = f"/v1/calendar/events?start_date=2024-01-16T14:30:00{zone}&end_date=2024-01-16T23:00:00{zone}"
    reply = visitor.call("GET", asked)
    assert reply.status_code == 200, reply.text
    found = [row["id"] for row in reply.json()["data"]["events"]]
    assert found == [key], zone


@pytest.mark.parametrize("text", ["a\x00b", "\ufffe", "\u202e\u200b", "\U0001f600" * 50, "\r\n\t"])
async def test_odd_letters_in_texts_are_no_fault_on_either_database(text: str, at_home: Home) -> None:
    ada = await at_home.person()
    told = {"title": f"Lunch {text}", "description": text, "metadata": {text or "a": text}}
    assert (await ada.post("/api/v1/tasks", told)).status_code in (201, 422)
    assert (
        await ada.post("/v1/calendar/events", {**EVENT, "title": f"Lunch {text}", "location": text})
    ).status_code in (201, 400)
    assert (await ada.post("/api/v1/chat/messages", {"message": f"what is 1 + 1? {text}"})).status_code in (200, 422)
    assert (await ada.request("PUT", "/v1/users/me", json={"full_name": f"Ada {text}"})).status_code in (200, 400)
    for path in ("/api/v1/tasks?status=", "/v1/calendar/events?calendar_id=", "/api/v1/tasks/", "/v1/calendar/events/"):
        reply = await ada.get(path + "a%00b")
        assert reply.status_code in (200, 400, 404, 422), (path, reply.text)


def send(visitor: Visitor, door: Door, body: Any, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    """Send bytes to the door's address as the visitor."""
    return visitor.client.post(
        door.post, content=body, headers={"Authorization": f"Bearer {visitor.token}", **(headers or {})}
    )
