"""Group O: the HTTP part of item 109, over raw sockets against the real server."""

from __future__ import annotations

import json
import socket
import time
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.houses import PASSWORD, Process

HOST = b"Host: localhost\r\n"
CHAT = b"POST /api/v1/auth/login HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"


def answered(server: Process, sent: bytes, *, patience_seconds: float = 30) -> tuple[int, bytes]:
    """Send bytes on a new connection and return the status and all that came back until it was closed."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=patience_seconds) as wire:
        wire.sendall(sent)
        got = b""
        while part := wire.recv(65536):
            got += part
    return int(got.split(b" ", 2)[1]), got


def closing(rest: bytes) -> bytes:
    return b"GET /health HTTP/1.1\r\n" + HOST + b"Connection: close\r\n" + rest + b"\r\n"


def test_item_109_headers_have_at_most_32_kb_and_100_lines(server: Process) -> None:
    assert answered(server, closing(b""))[0] == 200
    assert answered(server, closing(b"X-Long: " + b"a" * 33_000 + b"\r\n"))[0] == 431
    assert answered(server, closing(b"".join(b"X-%d: a\r\n" % number for number in range(99))))[0] == 431


def test_item_109_a_head_that_does_not_come_is_given_up_after_ten_seconds(server: Process) -> None:
    began = time.monotonic()
    assert answered(server, b"GET /health HTTP/1.1\r\nHost: ")[0] == 408
    assert time.monotonic() - began > 8


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n",
        b"Content-Length: 3, 4\r\n",
        b"Content-Length: -3\r\n",
        b"Content-Length: +3\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
    ],
)
def test_item_109_a_body_with_two_framings_or_a_wrong_one_is_refused(server: Process, framing: bytes) -> None:
    smuggled = b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n"
    status, got = answered(server, CHAT + framing + b"\r\n0\r\n\r\n" + smuggled)
    assert status == 400
    assert b"process_cpu" not in got
    assert got.count(b"HTTP/1.1") == 1


def test_item_109_a_json_body_has_at_most_a_megabyte_whatever_it_declares(server: Process) -> None:
    declared = CHAT + b"Connection: close\r\nContent-Length: 1048577\r\n\r\n"
    assert answered(server, declared)[0] == 413
    part = b"10000\r\n" + b" " * 65536 + b"\r\n"
    chunked = CHAT + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + part * 17 + b"0\r\n\r\n"
    assert answered(server, chunked)[0] == 413


@pytest.mark.parametrize(("depth", "status"), [(64, 201), (65, 422), (100_000, 422)])
def test_item_109_json_nests_at_most_64_deep(server: Process, depth: int, status: int) -> None:
    email = f"deep{depth}@example.com"
    with httpx2.Client(base_url=server.url, timeout=30) as client:
        client.post("/api/v1/auth/register", json={"email": email, "password": PASSWORD}).raise_for_status()
        token = client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD}).json()["access_token"]
        inner = depth - 2  # the body and its metadata are two levels
        body = f'{{"title": "x", "metadata": {{"a": {"[" * inner}{"]" * inner}}}}}'
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        reply = client.post("/api/v1/chat/conversations", content=body, headers=headers)
    assert reply.status_code == status, reply.text[:300]
    assert json.loads(reply.content)
