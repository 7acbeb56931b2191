"""Odd values in every field, parameter and id that the running server describes, on either database."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from structlog.testing import capture_logs

from tests.contract.conftest import VisitorOf
from tests.contract.dialects import ENDS_THE_CALLER, EVENT, NOBODY, SECRET, assert_refused, prefix_of
from tests.contract.visitors import Visitor
from tests.houses import Home

WRONG: tuple[Any, ...] = (SECRET, [SECRET], {SECRET: SECRET}, -1, 1e300, True, "", f"\u0000{SECRET}", SECRET * 2000)

FREE = ("theme", "timezone", "language", "notifications", "a_name_of_my_own")
"""Fields of a body that may have any: some that are known, and one that is not."""

BY_RIGHTS = frozenset({"STEP_UP_REQUIRED", "ROLE_EXISTS", "PERMISSION_EXISTS"})
"""What a field that fits may be answered with, 403 or 409: a proof is missing, or the name is taken."""


def test_a_field_of_the_wrong_kind_is_refused_without_repeating_it(api: dict[str, Any], client: httpx2.Client) -> None:
    admin = Visitor(client, "saas")
    tried = 0
    for path, method, fields in bodies_of(api):
        allowed = {400, 404} if prefix_of(path) == "/api" else {400, 401, 404, 422}
        if path.endswith(("/login", "/logout", "/token")):
            fields = [name for name in fields if name != "password"]  # each try costs a hash
        if fields is FREE:
            allowed.add(413)  # what a program keeps there has its bounds
        for name, wrong in itertools.product(fields, WRONG):
            concrete = re.sub(r"\{\w+\}", NOBODY, path)
            reply = admin.call(method, concrete, {name: wrong})
            tried += 1
            if reply.status_code == 429:  # so many wrong codes are enough, for this person
                assert_refused(reply, prefix_of(path), 429)
                admin = Visitor(client, "saas")
                reply = admin.call(method, concrete, {name: wrong})
            if reply.status_code in (403, 409):
                assert assert_refused(reply, "/api/v1", 403, 409)["error_code"] in BY_RIGHTS, path
            elif reply.status_code >= 300:
                assert_refused(reply, prefix_of(path), *allowed)
            elif (method, path) in ENDS_THE_CALLER:
                admin = Visitor(client, "saas")
            if reply.status_code == 401:
                assert admin.call("GET", "/api/v1/users/me").status_code == 200, (path, "it was not the proof")
    assert tried > 1000
    assert admin.call("GET", "/api/v1/users").status_code == 200, "the administrator is there and was not changed"


def bodies_of(api: dict[str, Any]) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Yield path, method and names of the fields of every route that takes a body."""
    for path, item in api["paths"].items():
        for method, operation in item.items():
            if "requestBody" not in operation:
                continue
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            named = re.findall(r"schemas/(\w+)", json.dumps(schema))
            if named:
                yield path, method.upper(), list(api["components"]["schemas"][named[0]]["properties"])
            else:
                assert schema["additionalProperties"] is True, path
                yield path, method.upper(), FREE


QUERY = ("page", "limit", "size", "skip", "offset", "status", "priority", "sort", "type", "read", "messages")
QUERY += ("start_date", "end_date", "calendar_id", "assistant_id", "user_id", "action", "resource", "mask_ip")
QUERY += ("provider", "redirect_uri", "state", "code", "search", "email")
ODD = (SECRET, "", "-1", "9" * 25, "\u0663", "a\x00b", "2024-13-45", "' OR 1=1")


def test_an_odd_query_is_answered_or_refused_without_repeating_it(api: dict[str, Any], visitor_of: VisitorOf) -> None:
    admin = visitor_of("saas")
    for path, item in api["paths"].items():
        if "get" not in item or "{" in path or not path.startswith(("/v1", "/api/v1/")) or "events" in path[8:]:
            continue
        for name, odd in itertools.product(QUERY, ODD):
            reply = admin.call("GET", path, params={name: odd})
            if reply.status_code != 200:
                assert_refused(reply, prefix_of(path), 400, 422)


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
    "%2e%2e%2f",
)


@pytest.mark.parametrize("key", IDS)
def test_an_id_that_is_none_is_not_found(key: str, api: dict[str, Any], visitor_of: VisitorOf) -> None:
    admin = visitor_of("saas")
    for path, item in api["paths"].items():
        if "{" not in path:
            continue
        for method in item:
            body = ACCEPTED if method in ("post", "put", "patch") else None
            reply = admin.call(method.upper(), re.sub(r"\{\w+\}", key, path), body)
            assert_refused(reply, prefix_of(path), 400 if "{provider}" in path else 404)  # a word, and no id


ACCEPTED = {
    "title": "Lunch",
    "name": "Lunch",
    "description": "At noon",
    "message": "hello",
    "content": "hello",
    "role": "user",
}
"""A body that each route at an id accepts: fields that it does not know are passed over."""

ODD_TEXTS = ("a\x00b", "\ufffe", "\u202e\u200b", "\U0001f600" * 50, "\r\n\t")


async def test_odd_letters_in_texts_are_no_fault_on_either_database(at_home: Home) -> None:
    ada = await at_home.person()
    faults = []
    with capture_logs():
        for text in ODD_TEXTS:
            told = {"title": f"Lunch {text}", "description": text}
            for method, path, body in (
                ("POST", "/api/v1/tasks", told),
                ("POST", "/api/v1/tasks", {**told, "metadata": {text: text}}),
                (
                    "POST",
                    "/api/v1/chat/conversations",
                    {"title": text, "system_prompt": text, "metadata": {text: text}},
                ),
                ("POST", "/api/v1/chat/messages", {"message": f"what is 1 + 1? {text}"}),
                ("PUT", "/api/v1/users/me", {"full_name": f"Ada {text}", "first_name": text}),
                ("POST", "/v1/calendar/events", {**EVENT, "title": text, "location": text, "calendar_id": text}),
                ("POST", "/api/v1/auth/login", {"email": text, "password": text}),
            ):
                reply = await ada.request(method, path, json=body)
                if reply.status_code >= 500:
                    faults.append(f"{method} {path} {json.dumps(body)}")
    assert faults == []


async def test_odd_letters_in_addresses_are_no_fault_on_either_database(at_home: Home) -> None:
    ada = await at_home.person()
    faults = []
    with capture_logs():
        for text in ODD_TEXTS:
            for path in (
                "/api/v1/tasks?status={}",
                "/v1/calendar/events?calendar_id={}",
                "/v1/notifications?type={}",
                "/api/v1/tasks/{}",
                "/v1/calendar/events/{}",
                "/api/v1/conversations/{}/messages",
            ):
                address = path.format(quote(text, safe=""))
                if (await ada.get(address)).status_code >= 500:
                    faults.append(f"GET {address}")
    assert faults == []
