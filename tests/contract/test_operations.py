"""Every documented request that Steward answers, sent as printed to a real server and held to the document."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.contract.conftest import VisitorOf
from tests.contract.matching import MISSING, claims, problems, values
from tests.contract.published import METHODS, OPERATIONS, Operation, not_built, owed
from tests.contract.visitors import Visitor, place, replay

BUILT = [op for op in OPERATIONS.values() if op.kind == "http" and op.id not in not_built()]
LISTS = [op for op in BUILT if op.query and op.method == "GET"]
STREAM = "saas.chat.messages.stream"


def named(operations: list[Operation]) -> Any:
    """Return one test for each operation, named by its id."""
    return pytest.mark.parametrize("operation", [pytest.param(op, id=op.id) for op in operations])


@named(BUILT)
def test_the_answer_is_what_the_document_shows(operation: Operation, visitor_of: VisitorOf) -> None:
    reply, sent = replay(visitor_of(operation.document), operation)

    assert reply.status_code == operation.response["status"], reply.text
    if reply.status_code == 204:
        assert reply.content == b""
        return
    assert reply.headers["content-type"].startswith(operation.response["content_type"])
    if operation.fields:
        answer = events_of(reply) if operation.id == STREAM else reply.json()
        assert problems(operation, answer, sent, frozenset(owed(operation.id))) == []
        assert_tokens_say_how_long_they_live(answer)


@named([op for op in BUILT if op.needs_token])
def test_nobody_is_answered_without_a_token(operation: Operation, visitor_of: VisitorOf) -> None:
    visitor = visitor_of(operation.document)
    path = place(visitor, operation)
    neither_proof = 422 if operation.id == "saas.auth.refresh" else 401  # the body may carry the proof too (C03)

    assert visitor.send(operation, token=None, path=path).status_code == neither_proof
    assert visitor.send(operation, token="not-a-token", path=path).status_code == 401


@named([op for op in BUILT if "{" in op.path])
def test_what_belongs_to_somebody_else_is_as_unknown_as_what_never_was(
    operation: Operation, visitor_of: VisitorOf, stranger: Visitor
) -> None:
    visitor = visitor_of(operation.document)
    foreign = visitor.send(operation, path=place(stranger, operation))
    unknown = re.sub(r"\{\w+\}", lambda _: str(uuid4()), operation.path)
    never = visitor.send(operation, path=unknown)

    assert (foreign.status_code, never.status_code) == (404, 404)
    assert without_moment(foreign.json()) == without_moment(never.json())


@named(LISTS)
def test_a_list_takes_the_words_that_are_documented_and_no_others(operation: Operation, visitor_of: VisitorOf) -> None:
    visitor = visitor_of(operation.document)
    path = place(visitor, operation)
    refused = 400 if operation.path.startswith("/v1/") else 422
    for row in operation.query:
        for word in row.get("allowed") or ():
            spelled = str(word).lower() if isinstance(word, bool) else str(word)
            reply = visitor.send(operation, path=path, params={row["name"]: spelled})
            assert reply.status_code == 200, (row["name"], spelled, reply.text)
        if row.get("allowed") or row["type"] in ("integer", "ISO date", "uuid"):
            reply = visitor.send(operation, path=path, params={row["name"]: "no-such-word"})
            assert reply.status_code == refused, (row["name"], reply.text)


@named(LISTS)
def test_a_list_has_the_documented_size_and_keeps_to_its_bounds(operation: Operation, visitor_of: VisitorOf) -> None:
    visitor = visitor_of(operation.document)
    path = place(visitor, operation)
    refused = 400 if operation.path.startswith("/v1/") else 422
    answer = visitor.send(operation, path=path).json()
    for row in operation.query:
        if row["type"] != "integer":
            continue
        shown = [value for name in (row["name"], f"data.pagination.{row['name']}") for value in values(answer, name)]
        assert row["default"] in shown, row["name"]
        most = next(
            (rule["max"] for rule in operation.constraints if rule["field"] == row["name"] and "max" in rule), None
        )
        least = 0 if row["name"] in ("skip", "offset") else 1
        assert visitor.send(operation, path=path, params={row["name"]: least}).status_code == 200
        assert visitor.send(operation, path=path, params={row["name"]: least - 1}).status_code == refused
        if most is not None:
            assert visitor.send(operation, path=path, params={row["name"]: most}).status_code == 200
            assert visitor.send(operation, path=path, params={row["name"]: most + 1}).status_code == refused


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        ("/api/v1/chat/conversations", {"skip": 0, "limit": 2}, {"skip": 2, "limit": 2}),
        ("/api/v1/conversations", {"page": 1, "size": 2}, {"page": 2, "size": 2}),
        ("/api/v1/tasks", {"limit": 2, "offset": 0}, {"limit": 2, "offset": 2}),
    ],
)
def test_pages_follow_each_other_and_count_what_is_there(
    client: httpx2.Client, path: str, first: dict[str, int], second: dict[str, int]
) -> None:
    visitor = Visitor(client, "platform")
    made = [visitor.task() if path.endswith("tasks") else visitor.conversation() for _ in range(3)]

    pages = [visitor.call("GET", path, params=query).json() for query in (first, second)]

    assert [row["id"] for page in pages for row in page["items"]] == made[::-1]
    assert [(page["total"], page["pages"]) for page in pages] == [(3, 2), (3, 2)]
    assert [(page["has_next"], page["has_prev"]) for page in pages] == [(True, False), (False, True)]
    assert [(page["page"], page["offset"], page["skip"]) for page in pages] == [(1, 0, 0), (2, 2, 2)]


def test_a_stream_starts_tells_and_ends_and_adds_up_to_what_is_kept(visitor_of: VisitorOf) -> None:
    operation = OPERATIONS[STREAM]
    visitor = visitor_of("saas")
    key = visitor.conversation()
    reply = visitor.send(operation, path=operation.path.replace("{conversation_id}", key))
    assert all(line == "" or line.startswith(("data: ", "id: ", ":")) for line in reply.text.splitlines())

    events = parsed(reply)
    assert [events[0]["type"], events[-1]["type"]] == ["start", "done"]
    told = "".join(event["content"] for event in events if event["type"] == "token")
    kept = visitor.call("GET", f"/api/v1/chat/conversations/{key}/messages").json()["items"][-1]
    assert (kept["id"], kept["content"]) == (events[0]["message_id"], told)


def test_requests_of_both_documents_reach_the_same_conversations(visitor_of: VisitorOf) -> None:
    visitor = visitor_of("saas")
    key = visitor.conversation(said="what is 6 times 7?")

    assert key in {row["id"] for row in visitor.call("GET", "/api/v1/conversations").json()["items"]}
    assert visitor.call("GET", f"/api/v1/conversations/{key}").json()["message_count"] == 2


def test_both_reminders_of_an_event_come_back(visitor_of: VisitorOf) -> None:
    operation = OPERATIONS["voice.calendar.events.create"]
    reminders = visitor_of("voice").send(operation).json()["data"]["reminders"]
    told = [{name: row[name] for name in ("type", "minutes_before")} for row in reminders]
    assert told == operation.body["reminders"]


def parsed(reply: httpx2.Response) -> list[dict[str, Any]]:
    """Return the events of a stream."""
    return [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: ")]


def events_of(reply: httpx2.Response) -> dict[str, Any]:
    """Return the first event of each type, as the paths of the document name them."""
    found: dict[str, Any] = {}
    for event in parsed(reply):
        found.setdefault(event["type"], event)
    return {"event": found}


def assert_tokens_say_how_long_they_live(answer: Any) -> None:
    """Check that ``expires_in`` equals ``exp - iat``, whatever the document's figure is (decision C11)."""
    for place_ in ("", "data."):
        token = next(values(answer, f"{place_}access_token"))
        if token is MISSING:
            continue
        told = claims(token)
        assert next(values(answer, f"{place_}expires_in")) == told["exp"] - told["iat"]


def without_moment(body: dict[str, Any]) -> dict[str, Any]:
    """Return an error body without what differs from request to request."""
    return {name: value for name, value in body.items() if name not in ("request_id", "timestamp")}


def test_every_http_entry_names_a_method_and_a_path() -> None:
    assert [op.id for op in OPERATIONS.values() if op.kind == "http" and op.method not in METHODS] == []
