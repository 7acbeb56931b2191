"""What no document prints: requests that are wrong in every way, each answered in the dialect of its prefix.

An answer to a wrong request is never a fault of the server and never repeats what was sent, which may be a password.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest

from tests.contract.conftest import VisitorOf
from tests.contract.dialects import (
    API_V1,
    DOORS,
    ENDS_THE_CALLER,
    NOBODY,
    RATIONED,
    SECRET,
    V1,
    Door,
    assert_refused,
    assert_taken,
    prefix_of,
    send,
)
from tests.contract.published import METHODS
from tests.contract.visitors import Visitor


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
        for method in sorted(METHODS - right):
            reply = visitor.call(method, concrete, {"secret": SECRET} if method != "GET" else None)
            assert_refused(reply, prefix_of(path), 405)
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


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", MALFORMED)
def test_a_body_that_cannot_be_read_is_refused(door: Door, name: str, visitor_of: VisitorOf) -> None:
    headers = {"Content-Type": "application/json", **({"Content-Encoding": "gzip"} if name == "gzip" else {})}
    reply = send(visitor_of("platform"), door, MALFORMED[name], headers)
    assert_refused(reply, door.prefix, door.misfit, *((415,) if name == "gzip" else ()))
    assert door.taken not in reply.text


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", SECRET, "application/json; charset=x"]
)
def test_words_instead_of_json_are_refused(door: Door, kind: str, visitor_of: VisitorOf) -> None:
    reply = send(visitor_of("platform"), door, SECRET.encode(), {"Content-Type": kind})
    assert_refused(reply, door.prefix, door.misfit, 415)
    assert door.taken not in reply.text


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("headers", [{}, {"Content-Type": ""}, {"Content-Type": "application/merge-patch+json"}])
def test_json_needs_no_content_type(door: Door, headers: dict[str, str], visitor_of: VisitorOf) -> None:
    reply = send(visitor_of("platform"), door, json.dumps(door.good).encode(), headers)
    if headers and door.foreign is not None:
        assert_refused(reply, door.prefix, door.foreign)
    else:
        assert_taken(reply, door)


@pytest.mark.parametrize("door", DOORS)
def test_fields_that_nobody_knows_are_passed_over(door: Door, visitor_of: VisitorOf) -> None:
    body = {**door.good, "no_such_field": SECRET, "__proto__": {"role": "owner"}, "user_id": 1, "role": "admin"}
    reply = send(visitor_of("platform"), door, json.dumps(body).encode())
    assert_taken(reply, door)
    assert SECRET not in reply.text


@pytest.mark.parametrize("door", DOORS)
def test_of_a_key_that_is_there_twice_the_last_counts(door: Door, visitor_of: VisitorOf) -> None:
    name = next(iter(door.good))
    body = f'{{"{name}": {{"{SECRET}": 1}}, {json.dumps(door.good)[1:]}'.encode()
    assert_taken(send(visitor_of("platform"), door, body), door)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("in_pieces", [False, True])
def test_two_megabytes_are_too_much(door: Door, in_pieces: bool, visitor_of: VisitorOf) -> None:
    body = json.dumps({**door.good, "more": SECRET * 150_000}).encode()
    assert len(body) > 2_000_000

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    reply = send(visitor_of("platform"), door, pieces() if in_pieces else body)
    assert_refused(reply, door.prefix, 413)


TOKENS = (
    "Bearer",
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


def test_a_slash_at_the_end_means_nothing_and_is_never_redirected(api: dict[str, Any], client: httpx2.Client) -> None:
    visitor = Visitor(client, "platform")
    for path, item in api["paths"].items():
        for method in map(str.upper, item):
            if path == "/metrics":
                continue
            concrete = re.sub(r"\{\w+\}", NOBODY, path.rstrip("/"))
            body = {"nothing": 1} if method in ("POST", "PUT", "PATCH") else None
            statuses = []
            for end in ("", "/", "//"):
                who = Visitor(client, "platform") if (method, path) in ENDS_THE_CALLER | RATIONED else visitor
                statuses.append(who.call(method, concrete + end, body).status_code)
            plain = statuses[0]
            assert statuses == [plain] * 3, (method, path)
            assert plain not in range(300, 400)
            assert plain != 401, (method, path)
    assert visitor.call("GET", "/api/v1/users/me").status_code == 200


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
