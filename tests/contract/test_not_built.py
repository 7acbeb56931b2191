"""The table of what is not built yet: complete, without strangers, and only ever shorter."""

from __future__ import annotations

import re
import socket
from collections import Counter
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.contract import test_factors, test_formats, test_limits
from tests.contract.conftest import VisitorOf
from tests.contract.matching import problems
from tests.contract.published import METHODS, NOT_BUILT, OPERATIONS, OWED, not_built, owed
from tests.contract.visitors import replay

LEFT = 114
LEFT_OWED = 7
"""How much is in the table: whoever builds some of it lowers the number, and nobody raises it."""

WAITING = [OPERATIONS[name] for name in sorted(not_built() & OPERATIONS.keys())]
SOCKETS = sorted({op.path for op in WAITING if op.kind == "websocket"})


def test_the_table_only_shrinks() -> None:
    assert len(not_built()) == LEFT
    assert sum(len(names) for fields in OWED.values() for names in fields.values()) == LEFT_OWED


def test_nothing_in_the_table_is_unknown_or_named_twice() -> None:
    counted = Counter(name for ids in NOT_BUILT.values() for name in ids)
    assert [name for name, times in counted.items() if times > 1] == []
    assert sorted(not_built() - OPERATIONS.keys()) == []
    assert sorted({name for fields in OWED.values() for name in fields} - OPERATIONS.keys()) == []


def test_whatever_is_not_in_the_table_is_checked_by_a_test() -> None:
    requests = {op.id for op in OPERATIONS.values() if op.kind == "http"}
    others = OPERATIONS.keys() - requests
    checked = test_formats.CHECKED | test_limits.CHECKED | test_factors.CHECKED
    assert sorted(others - not_built() - checked) == []
    assert sorted(checked & not_built()) == []
    assert sorted(checked - others) == []


@pytest.mark.parametrize("name", [op.id for op in WAITING if op.kind == "http"])
def test_what_the_server_has_a_route_for_is_taken_out_of_the_table(
    name: str, routes: frozenset[tuple[str, str]]
) -> None:
    operation = OPERATIONS[name]
    assert operation.method in METHODS
    assert (operation.method, re.sub(r"\{\w+\}", "{}", operation.path.rstrip("/"))) not in routes


@pytest.mark.parametrize("name", [op.id for op in WAITING if op.kind == "http" and "{" not in op.path])
def test_what_answers_as_documented_is_taken_out_of_the_table(name: str, visitor_of: VisitorOf) -> None:
    operation = OPERATIONS[name]
    visitor = visitor_of(operation.document)
    body = operation.body if isinstance(operation.body, dict | str) else None
    reply = visitor.send(operation, body=body)
    assert reply.status_code in (404, 405), reply.text


@pytest.mark.parametrize("path", SOCKETS)
def test_a_socket_that_opens_is_taken_out_of_the_table(path: str, client: httpx2.Client) -> None:
    address = urlsplit(str(client.base_url))
    head = [
        f"GET {path.replace('{session_id}', 'voice_session_1')} HTTP/1.1",
        f"Host: {address.netloc}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]
    with socket.create_connection((address.hostname or "", address.port or 80), timeout=10) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        status = int(connection.recv(4096).split(b" ")[1])
    assert status == 404


@pytest.mark.parametrize("name", sorted({name for fields in OWED.values() for name in fields}))
def test_a_field_that_is_there_is_no_longer_owed(name: str, visitor_of: VisitorOf) -> None:
    operation = OPERATIONS[name]
    reply, sent = replay(visitor_of(operation.document), operation)
    wrong = {problem.split(":")[0] for problem in problems(operation, reply.json(), sent)}
    assert sorted(owed(name) - wrong) == []
