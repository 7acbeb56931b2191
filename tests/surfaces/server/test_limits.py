"""What a hostile or broken client gets, byte by byte."""

from __future__ import annotations

import time

import pytest

from .conftest import Running
from .doubles import HOST, Answer, Wire

GET = b"GET /a HTTP/1.1\r\n" + HOST


def refused(answer: Answer, status: int, code: str) -> None:
    assert answer.status == status
    assert answer.headers["connection"] == "close"
    assert answer.headers["content-type"] == "application/json"
    assert {"status": "error", "status_code": status, "error_code": code}.items() <= answer.json().items()


def test_a_request_is_answered_without_naming_the_server(running: Running) -> None:
    answer = running.connect().send(GET + b"\r\n").answer()
    assert (answer.status, answer.json()) == (200, ["GET", "/a", ""])
    assert "server" not in answer.headers
    assert "date" in answer.headers


@pytest.mark.parametrize("lines", [20, 90])
def test_32_kb_of_headers_are_accepted_to_the_byte_and_not_one_more(running: Running, lines: int) -> None:
    room = 32 * 1024 - len(b"/a") - len(HOST) - lines * len(b"x: \r\n")
    for size, status in ((room, 200), (room + 1, 431)):
        values = [b"a" * (size // lines)] * lines
        values[0] += b"a" * (size - len(values[0]) * lines)
        head = GET + b"".join(b"x: %b\r\n" % value for value in values) + b"\r\n"
        assert running.connect().send(head).answer().status == status


def test_101_headers_are_too_many_and_100_are_not(running: Running) -> None:
    assert running.connect().send(GET + b"x: y\r\n" * 99 + b"\r\n").answer().status == 200
    wire = running.connect().send(GET + b"x: y\r\n" * 100 + b"\r\n")
    refused(wire.answer(), 431, "HEADERS_TOO_LARGE")
    assert wire.closed()


def test_a_header_of_a_megabyte_is_refused_while_it_arrives(running: Running) -> None:
    wire = running.connect().send(GET + b"x: ", *[b"a" * 16384] * 64)
    refused(wire.answer(), 431, "HEADERS_TOO_LARGE")
    assert wire.closed()


def test_a_refused_client_may_finish_sending_so_that_no_reset_eats_the_answer(running: Running) -> None:
    wire = running.connect().send(GET + b"x: y\r\n" * 100 + b"\r\n")
    assert wire.answer().status == 431
    assert wire.closed()
    for _ in range(3):
        assert wire.delivers(b"a" * 1000)
        time.sleep(0.05)


def test_a_long_address_counts_as_header(running: Running) -> None:
    wire = running.connect().send(b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    refused(wire.answer(), 431, "HEADERS_TOO_LARGE")


def test_a_large_body_is_not_taken_for_headers(running: Running) -> None:
    wire = running.connect()
    request = b"POST /b HTTP/1.1\r\n" + HOST + b"Content-Length: 200000\r\n\r\n" + b"a" * 200_000
    for _ in range(2):
        assert len(wire.send(request + GET[:9]).answer().json()[2]) == 200_000
        assert wire.send(GET[9:], b"\r\n").answer().json()[1] == "/a"


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: loc", b"\r\n"])
def test_a_head_that_does_not_come_is_given_up(running: Running, sent: bytes) -> None:
    started = time.monotonic()
    wire = running.connect().send(sent)
    refused(wire.answer(), 408, "REQUEST_TIMEOUT")
    assert wire.closed()
    assert 0.5 < time.monotonic() - started < 1.5


def test_a_head_that_drips_is_given_up_all_the_same(running: Running) -> None:
    wire = running.connect().send(GET)
    started = time.monotonic()
    for _ in range(12):
        wire.send(b"x: y\r\n")
        time.sleep(0.1)
    refused(wire.answer(), 408, "REQUEST_TIMEOUT")
    assert time.monotonic() - started < 2


def test_a_second_head_on_the_connection_has_its_own_time(running: Running) -> None:
    wire = running.connect()
    for _ in range(3):
        assert wire.send(GET).send(b"\r\n").answer().status == 200
        time.sleep(0.4)
    wire.send(b"GET /a HT")
    refused(wire.answer(), 408, "REQUEST_TIMEOUT")


def test_empty_lines_do_not_keep_a_connection(running: Running) -> None:
    wire = running.connect().send(GET + b"\r\n")
    assert wire.answer().status == 200
    for _ in range(4):
        wire.send(b"\r\n")
        time.sleep(0.3)
    assert wire.answer().status == 408


def test_a_connection_at_rest_outlives_the_time_for_a_head(running: Running) -> None:
    wire = running.connect()
    assert wire.send(GET + b"\r\n").answer().status == 200
    time.sleep(1.0)
    assert wire.send(GET + b"\r\n").answer().status == 200
    started = time.monotonic()
    assert wire.closed()
    assert 1.5 < time.monotonic() - started < 3


def test_a_slow_answer_is_not_disturbed_by_the_start_of_a_next_request(running: Running) -> None:
    wire = running.connect().send(b"GET /slow?1.5 HTTP/1.1\r\n" + HOST + b"\r\n" + GET)
    assert wire.answer().status == 200
    assert wire.send(b"\r\n").answer().json()[1] == "/a"


def test_a_body_that_falls_silent_is_given_up(running: Running) -> None:
    wire = running.connect().send(b"POST /b HTTP/1.1\r\n" + HOST + b"Content-Length: 10\r\n\r\n")
    for _ in range(4):
        time.sleep(0.4)
        wire.send(b"a")
    refused(wire.answer(), 408, "REQUEST_TIMEOUT")


def test_a_body_after_the_answer_is_not_awaited_for_ever(running: Running) -> None:
    wire = running.connect().send(b"POST /early HTTP/1.1\r\n" + HOST + b"Content-Length: 10\r\n\r\na")
    assert wire.answer().status == 200
    for _ in range(2):
        wire.send(b"a")
        time.sleep(0.1)
    started = time.monotonic()
    assert wire.closed()
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
        b"GET / HTTP/3.7\r\n" + HOST + b"\r\n",
        b"CONNECT elsewhere:1 HTTP/1.1\r\n" + HOST + b"\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    ],
)
def test_a_malformed_request_is_refused_and_the_connection_closed(running: Running, request_bytes: bytes) -> None:
    wire = running.connect().send(request_bytes)
    refused(wire.answer(), 400, "BAD_REQUEST")
    assert wire.closed()


def test_http_1_0_needs_no_host(running: Running) -> None:
    assert running.connect().send(b"GET /old HTTP/1.0\r\n\r\n").answer().json() == ["GET", "/old", ""]


def test_a_good_request_is_answered_before_the_broken_one_behind_it_ends_the_connection(running: Running) -> None:
    wire = running.connect().send(GET + b"\r\n" + b"nonsense\r\n\r\n")
    assert wire.answer().json() == ["GET", "/a", ""]
    assert wire.closed()


def test_requests_in_one_piece_are_answered_in_order(running: Running) -> None:
    wire = running.connect().send(b"".join(b"GET /%d HTTP/1.1\r\n%b\r\n" % (number, HOST) for number in range(20)))
    assert [wire.answer().json()[1] for _ in range(20)] == [f"/{number}" for number in range(20)]


def test_a_wish_for_another_protocol_costs_neither_the_body_nor_the_connection(running: Running) -> None:
    head = b"POST /u HTTP/1.1\r\n" + HOST + b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AA\r\n"
    wire = running.connect()
    for _ in range(2):
        wire.send(head + b"Upgrade: h2c\r\nContent-Length: 3\r\n\r\na", b"bc")
        assert wire.answer().json() == ["POST", "/u", "abc"]
    assert wire.send(GET + b"\r\n").answer().status == 200


def test_more_requests_than_the_server_should_hold_are_told_at_once(running: Running) -> None:
    slow = [running.connect().send(b"GET /slow?1 HTTP/1.1\r\n" + HOST + b"\r\n") for _ in range(3)]
    time.sleep(0.2)
    started = time.monotonic()
    answer = running.connect().send(GET + b"\r\n").answer()
    assert time.monotonic() - started < 0.5
    refused(answer, 503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"
    assert [wire.answer().status for wire in slow] == [200, 200, 200]
    assert running.connect().send(GET + b"\r\n").answer().status == 200


def test_a_client_that_waits_for_permission_to_send_gets_it(running: Running) -> None:
    head = b"POST /b HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    wire = running.connect().send(head)
    assert wire.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue"
    assert wire.send(b"abc").answer().json()[2] == "abc"


def test_a_client_that_leaves_does_no_harm(running: Running) -> None:
    for piece in (b"", b"GET", GET + b"\r\n", b"POST /b HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\na"):
        Wire(running.port).send(piece).close()
    assert running.connect().send(GET + b"\r\n").answer().status == 200
