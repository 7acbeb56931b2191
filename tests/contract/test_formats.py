"""What the documents promise beside single requests: error bodies, status codes, pages, models, tokens, headers."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from structlog.testing import capture_logs

from steward.core.calendar import CalendarService
from steward.core.tasks import TaskService
from steward.surfaces.health import Health
from tests.contract.conftest import VisitorOf
from tests.contract.dialects import assert_refused, prefix_of
from tests.contract.matching import claims, is_jwt, problems
from tests.contract.published import OPERATIONS
from tests.contract.visitors import Visitor
from tests.houses import PASSWORD, Home

Elicit = Callable[[Visitor], httpx2.Response]

REGISTER, LOGIN = "/api/v1/auth/register", "/api/v1/auth/login"
ROWS = "/api/v1/chat/conversations"

API_V1: Mapping[int, Elicit] = {
    200: lambda who: who.call("GET", "/api/v1/tasks"),
    201: lambda who: who.call("POST", "/api/v1/tasks", {"title": "Call the bank"}),
    204: lambda who: who.call("DELETE", f"/api/v1/conversations/{who.conversation()}"),
    400: lambda who: who.call("GET", f"/api/v1/chat/messages/{uuid4()}/events", headers={"Last-Event-ID": "x"}),
    401: lambda who: who.client.get("/api/v1/tasks"),
    403: lambda who: who.client.post("/api/v1/tasks", json={"title": "x"}, headers={"Cookie": who.cookie}),
    404: lambda who: who.call("GET", f"/api/v1/tasks/{uuid4()}"),
    409: lambda who: who.client.post(REGISTER, json={"email": who.email, "password": PASSWORD}),
    422: lambda who: who.client.post(REGISTER, json={"email": "nobody", "password": PASSWORD}),
}
V1: Mapping[int, Elicit] = {
    400: lambda who: who.client.post("/v1/auth/register", json={"email": "nobody", "password": "short"}),
    401: lambda who: who.client.get("/v1/users/me"),
    403: lambda who: who.client.put("/v1/users/me", json={"theme": "dark"}, headers={"Cookie": who.cookie}),
    404: lambda who: who.call("GET", f"/v1/calendar/events/event_{uuid4().hex}"),
}
API: Mapping[int, Elicit] = {
    200: lambda who: who.client.get("/api/health/"),
    400: lambda who: who.client.post("/api/auth/token/", json={"username": "admin"}),
    404: lambda who: who.client.get("/api/nothing/"),
}
ELICITED: Mapping[str, tuple[str, Elicit]] = {
    # id: the entry that shows the body, and how to get it
    **{f"personal.error.{n}": ("personal.format.error", API_V1[n]) for n in (400, 401, 403, 404, 409, 422)},
    **{f"platform.error.{n}": ("platform.format.error", API_V1[n]) for n in (400, 401, 403, 404, 422)},
    **{f"saas.status.{n}": ("saas.error.format", API_V1[n]) for n in (200, 201, 204, 400, 401, 403, 404, 422)},
    **{f"voice.error.{n}": (f"voice.error.{n}", V1[n]) for n in (400, 401, 403, 404)},
    **{f"sms.status.{n}": ("sms.error.format", API[n]) for n in (200, 400, 404)},
}
SHOWN: Mapping[str, Elicit] = {
    # bodies that an entry shows by itself
    "personal.format.success": lambda who: who.call("POST", "/api/v1/chat/messages", {"message": "what is 6 times 7?"}),
    "personal.format.error": API_V1[404],
    "platform.format.error": API_V1[400],
    "saas.error.format": API_V1[401],
    "saas.error.validation": API_V1[422],
    "personal.format.paginated": lambda who: who.call("GET", ROWS),
    "platform.format.paginated": lambda who: who.call("GET", "/api/v1/conversations"),
}
BROKEN: Mapping[str, tuple[str, str, type, str]] = {
    # id: the entry that shows the body, a path, and the verb behind it that is made to fail
    "personal.error.500": ("personal.format.error", "/api/v1/tasks", TaskService, "list"),
    "platform.error.500": ("platform.format.error", "/api/v1/tasks", TaskService, "list"),
    "saas.status.500": ("saas.error.format", "/api/v1/tasks", TaskService, "list"),
    "voice.error.500": ("voice.error.500", "/v1/calendar/events", CalendarService, "list"),
    "sms.status.500": ("sms.error.format", "/api/health/", Health, "full"),
}
MODELS: Mapping[str, Callable[[Visitor], Any]] = {
    "voice.model.user": lambda who: who.call("GET", "/v1/users/me").json()["data"],
    "voice.model.calendar_event": lambda who: who.call("GET", f"/v1/calendar/events/{who.event()}").json()["data"],
}
BY_NAME = frozenset(
    [
        "personal.base",
        "personal.auth.header",
        "personal.security.jwt",
        "personal.security.rbac",
        "personal.security.headers",
        "personal.security.validation",
        "personal.security.sqli",
        "platform.auth.header",
        "voice.token",
        "voice.auth.header",
        "voice.security.pydantic",
        "voice.security.sqli",
        "voice.security.xss",
        "voice.security.jwt",
        "saas.auth.header",
        "sms.auth.header",
        "saas.tokens",
    ]
)
"""Ids that one of the tests below names in its first line."""

CHECKED = frozenset({*ELICITED, *SHOWN, *BROKEN, *MODELS, *BY_NAME})

ONLY_ON_WRONG_FIELDS = frozenset({"fields", "fields.*", "fields.*[]"})


def skipped(name: str, status: int) -> frozenset[str]:
    """Return the fields of an error body that are not judged: the list of a 422 has an entry of its own (C13)."""
    if name == "sms.error.format":
        return ONLY_ON_WRONG_FIELDS
    if name == "voice.error.403":
        return frozenset({"error.message"})  # the printed sentence is about permissions, ours is about a foreign page
    return frozenset({"detail"}) if status == 422 and name != "saas.error.validation" else frozenset()


@pytest.mark.parametrize("name", sorted(ELICITED))
def test_a_status_comes_with_the_body_that_the_document_shows(name: str, visitor_of: VisitorOf) -> None:
    entry = OPERATIONS[name]
    shown, elicit = ELICITED[name]
    reply = elicit(visitor_of(entry.document))

    status = int(entry.entry["status"])
    assert reply.status_code == status, reply.text
    if status >= 400:
        assert problems(OPERATIONS[shown], reply.json(), skipped=skipped(shown, status)) == []


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_body_is_as_shown(name: str, visitor_of: VisitorOf) -> None:
    visitor = visitor_of(OPERATIONS[name].document)
    if "paginated" in name:
        visitor.conversation()
    reply = SHOWN[name](visitor)

    assert reply.headers["content-type"] == "application/json"
    body = reply.json()
    assert problems(OPERATIONS[name], body, skipped=skipped(name, reply.status_code)) == []
    assert body.get("status_code", reply.status_code) == reply.status_code


@pytest.mark.parametrize("name", sorted(BROKEN))
async def test_a_fault_of_the_server_says_nothing_but_that(
    name: str, here: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, path, noun, verb = BROKEN[name]

    async def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("planted-secret")

    ada = await here.person()
    monkeypatch.setattr(noun, verb, fail)
    with capture_logs() as lines:
        reply = await ada.get(path)

    assert [line["log_level"] for line in lines if line["event"] == "request failed"] == ["error"]
    assert reply.status_code == 500
    assert problems(OPERATIONS[shown], reply.json(), skipped=skipped(shown, 500)) == []
    assert "planted-secret" not in reply.text
    assert "RuntimeError" not in reply.text


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_model_has_its_fields(name: str, visitor_of: VisitorOf) -> None:
    shown = MODELS[name](visitor_of("voice"))
    for field, type_ in OPERATIONS[name].entry["fields"].items():
        assert field in shown or type_.endswith("?"), field
        if shown.get(field) is None:
            assert type_.endswith("?"), field
        elif words := re.match(r"enum\((.*)\)", type_):
            assert shown[field] in words[1].split(",")
        elif type_.endswith("[]"):
            assert all(isinstance(element, dict) for element in shown[field])
            assert shown[field], "the list is empty"
        else:
            assert isinstance(shown[field], bool if type_ == "boolean" else str), field


def test_voice_details_have_the_printed_wording(visitor_of: VisitorOf) -> None:
    shown = OPERATIONS["voice.error.400"].response["example"]["error"]["details"]
    assert V1[400](visitor_of("voice")).json()["error"]["details"] == shown


def test_a_wrong_login_is_unauthorized_in_the_voice_document(visitor_of: VisitorOf) -> None:
    visitor = visitor_of("voice")
    reply = visitor.client.post("/v1/auth/login", json={"email": visitor.email, "password": "not the password"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "UNAUTHORIZED")  # decision AV05


def test_voice_logins_say_what_the_token_is(visitor_of: VisitorOf) -> None:
    """voice.token"""
    assert problems(OPERATIONS["voice.token"], visitor_of("voice").sign_in()) == []


def test_the_pages_of_the_documentation_come_from_this_server_alone(client: httpx2.Client) -> None:
    """personal.base"""
    for path, word in (("/docs", "swagger"), ("/redoc", "redoc")):
        page = client.get(path).text
        assert word in page.lower()
        for address in re.findall(r'(?:src|href)="([^"]+)"', page):
            assert address.startswith("/")
            assert client.get(address).status_code == 200


def test_a_bearer_token_is_a_signed_jwt_and_opens_the_door_in_each_document(visitor_of: VisitorOf) -> None:
    """personal.auth.header platform.auth.header voice.auth.header saas.auth.header"""
    doors = {"personal": "/api/v1/users/me", "platform": "/api/v1/users/me", "voice": "/v1/users/me"}
    for document, path in {**doors, "saas": "/api/v1/tasks"}.items():
        visitor = visitor_of(document)
        assert is_jwt(visitor.token)
        assert visitor.client.get(path).status_code == 401
        for word in ("Bearer", "bearer"):
            headers = {"Authorization": f"{word} {visitor.token}"}
            assert visitor.client.get(path, headers=headers).status_code == 200


def test_every_address_but_the_open_ones_asks_for_a_token(api: dict[str, Any], client: httpx2.Client) -> None:
    """platform.auth.header"""
    open_to_all = set()
    for path, item in api["paths"].items():
        for method, operation in item.items():
            reply = client.request(method, re.sub(r"\{\w+\}", str(uuid4()), path))
            if reply.status_code != 401:
                open_to_all.add(f"{method} {path}")
            elif operation["security"] == []:
                assert reply.json().get("error_code") == "INVALID_CREDENTIALS"
    ways_in = ("register", "login", "refresh", "verify-email", "forgot-password", "reset-password")
    entries = {f"post {prefix}/auth/{verb}" for prefix in ("/api/v1", "/v1") for verb in ways_in}
    passkeys = {f"post /api/v1/passkeys/sign-in/{step}" for step in ("begin", "finish")}
    looks = {f"get /{name}" for name in ("health", "health/detailed", "metrics", "docs", "redoc", "openapi.json")}
    names = ("callback", "callback/{provider}", "sign-in", "sign-in/{provider}")
    errands = {f"get /api/v1/oauth/{name}" for name in names}
    assert open_to_all == {*entries, *passkeys, *looks, *errands, "get /api/health", "post /api/auth/token"}


def _forged(token: str, **changed: Any) -> str:
    head, _, signature = token.split(".")
    body = base64.urlsafe_b64encode(json.dumps({**claims(token), **changed}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


def _unsigned(token: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}."


@pytest.mark.parametrize("path", ["/api/v1/users/me", "/v1/users/me"])
def test_a_token_that_was_touched_is_worth_nothing(path: str, visitor_of: VisitorOf, stranger: Visitor) -> None:
    """personal.security.jwt voice.security.jwt"""
    visitor = visitor_of("voice")
    touched = [
        _forged(visitor.token, sub=stranger.account["id"]),
        _forged(visitor.token, exp=claims(visitor.token)["exp"] + 86400),
        _unsigned(visitor.token),
        visitor.token[:-3] + ("abc" if visitor.token[-3:] != "abc" else "xyz"),
        visitor.session["refresh_token"],
    ]
    for token in touched:
        reply = visitor.client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert reply.status_code == 401, token


@pytest.mark.parametrize("path", ["/api/v1/users/me", "/v1/users/me"])
async def test_an_expired_token_is_told_to_be_expired_and_a_refreshed_one_works(path: str, here: Home) -> None:
    """saas.tokens: how long a token lives is the server's setting, and it says so (decision C11)."""
    ada = await here.person(tenant_name="Acme Corp")
    told = claims(ada.token)
    lifetime = told["exp"] - told["iat"]
    here.clock.advance(lifetime - 60)
    renewed = await ada.post("/api/v1/auth/refresh")
    assert (renewed.status_code, renewed.json()["expires_in"]) == (200, lifetime)

    here.clock.advance(120)
    expired = await ada.get(path)
    body = expired.json()
    assert expired.status_code == 401
    assert body.get("error_code") == "TOKEN_EXPIRED" or body["error"]["code"] == "UNAUTHORIZED", body
    ada.token = renewed.json()["access_token"]
    assert (await ada.get(path)).status_code == 200


@pytest.mark.parametrize("path", ["/health", "/api/health", "/api/v1/nothing", "/v1/users/me", "/docs", "/"])
def test_every_answer_carries_the_security_headers(path: str, client: httpx2.Client) -> None:
    """personal.security.headers"""
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-request-id"]
    assert not {"server", "x-powered-by"} & set(headers)


def test_a_role_gives_exactly_its_permissions(visitor_of: VisitorOf) -> None:
    """personal.security.rbac"""
    plain, admin = visitor_of("personal"), visitor_of("personal").administrator
    assert plain.call("GET", "/api/v1/rbac/roles").status_code == 403
    assert admin.call("GET", "/api/v1/rbac/roles").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/users/me", "/v1/users/me"])
def test_the_token_of_the_sms_document_opens_every_door(path: str, visitor_of: VisitorOf) -> None:
    """sms.auth.header"""
    visitor = visitor_of("sms")
    given = visitor.client.post("/api/auth/token/", json={"username": visitor.email, "password": PASSWORD}).json()
    header = {"Authorization": f"Token {given['token']}"}
    assert re.fullmatch(r"Token [0-9a-f]{40}", header["Authorization"])
    assert visitor.client.get(path, headers=header).status_code == 200
    assert visitor.client.get(path, headers={"Authorization": f"Token {'0' * 40}"}).status_code == 401


def test_every_body_is_looked_at_before_anything_is_done(api: dict[str, Any], client: httpx2.Client) -> None:
    """personal.security.validation voice.security.pydantic"""
    admin = Visitor(client, "saas")
    looked_at = 0
    for path, item in api["paths"].items():
        for method, operation in item.items():
            if "requestBody" in operation:
                reply = admin.call(method.upper(), re.sub(r"\{\w+\}", str(uuid4()), path), ["not", "an", "object"])
                assert_refused(reply, prefix_of(path), 422 if prefix_of(path) == "/api/v1" else 400)
                looked_at += 1
    assert looked_at > 40
    assert admin.call("GET", "/api/v1/users").status_code == 200, "the administrator is there and was not changed"


@pytest.mark.parametrize("text", ["' OR '1'='1", "x'); DROP TABLE users; --", '" OR 1=1 --', "%' AND 1=1 --"])
def test_sql_in_what_people_write_is_only_text(text: str, visitor_of: VisitorOf) -> None:
    """personal.security.sqli voice.security.sqli"""
    visitor = visitor_of("voice")
    key = visitor.event()
    assert visitor.call("POST", "/api/v1/tasks", {"title": text}).json()["title"] == text
    found = visitor.call("GET", "/v1/calendar/events", params={"calendar_id": text}).json()["data"]
    assert found["pagination"]["total"] == 0
    assert visitor.client.post(LOGIN, json={"email": text, "password": text}).status_code == 401
    assert visitor.call("GET", f"/v1/calendar/events/{key}{text}").status_code == 404
    assert visitor.call("GET", f"/v1/calendar/events/{key}").status_code == 200


@pytest.mark.parametrize("path", ["/v1/calendar/events", "/v1/users/me"])
def test_active_html_does_not_stay_in_titles_names_and_places(path: str, visitor_of: VisitorOf) -> None:
    """voice.security.xss"""
    visitor = visitor_of("voice")
    text = "<script>alert(1)</script>Team <img src=x onerror=alert(1)>"
    if path.endswith("events"):
        event = {**OPERATIONS["voice.calendar.events.create"].body, "title": text, "location": text}
        kept = visitor.call("POST", path, event).json()["data"]
        shown = kept["title"] + kept["location"]
    else:
        shown = Visitor(visitor.client, "voice").call("PUT", path, {"full_name": text}).json()["data"]["full_name"]
    assert "Team" in shown
    assert not re.search(r"<script|onerror|<img", shown)
