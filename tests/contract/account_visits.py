"""The requests about accounts, people and phone numbers: with what was mailed or texted, mostly by somebody new."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import httpx2

from tests.contract.published import OPERATIONS, Operation
from tests.contract.sign_in_visits import new_number, someone_else, texted

if TYPE_CHECKING:
    from tests.contract.visitors import Visitor

NEW_PASSWORD = "NewPassword123!"


def mailed_token(visitor: Visitor, page: str) -> str:
    """Wait for a mail to the visitor with a link to the page and return its token."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for path in visitor.outbox.glob("mail/*.json"):
            letter = json.loads(path.read_text(encoding="utf-8"))
            if letter["to"] == visitor.email and (found := re.search(rf"/{page}\?token=(\S+)", letter["body"])):
                return found[1]
        time.sleep(0.1)
    raise AssertionError("no mail arrived within 20 seconds")


def phone_number(visitor: Visitor) -> str:
    """Claim a number for somebody new and return its id: a person gets only one code a minute."""
    return _claimed(someone_else(visitor))[0]


def colleague(visitor: Visitor) -> str:
    """Invite somebody into the tenant of the visitor's administrator and return their id."""
    body = {"email": f"colleague-{time.monotonic_ns()}@example.com", "full_name": "Jane Doe"}
    made = visitor.administrator.call("POST", "/api/v1/users", body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def _claimed(visitor: Visitor) -> tuple[str, str]:
    number = new_number()
    made = visitor.call("POST", "/api/v1/users/me/phone-numbers", {"phone_number": number})
    assert made.status_code == 201, made.text
    return str(made.json()["data"]["id"]), texted(visitor, number)


def _verify_email(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    other = someone_else(visitor)
    body = {"token": mailed_token(other, "verify-email")}
    reply = other.send(operation, body=body)
    assert other.call("GET", "/v1/users/me").json()["data"]["is_verified"] is True
    return reply, body


def _reset_password(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    other = someone_else(visitor)
    other.send(OPERATIONS["personal.auth.forgot_password"]).raise_for_status()
    body = {**operation.body, "token": mailed_token(other, "reset-password")}
    return other.send(operation, body=body), body


def _delete_me(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    other = someone_else(visitor)
    reply = other.send(operation)
    assert other.call("GET", "/v1/users/me").status_code == 401
    return reply, None


def _other_with_number(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    other = someone_else(visitor)
    key, code = _claimed(other)
    body = None
    if operation.method == "PUT":
        body = {**operation.body, "verification_code": code}
    return other.send(operation, path=operation.path.replace("{id}", key), body=body), body


def _by_somebody_new(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    return someone_else(visitor).send(operation), operation.body


def _looked_up(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    path = operation.path.replace("{user_id}", str(visitor.account["user_number"]))
    return visitor.send(operation, path=path), None


REPLAYS: Mapping[str, Callable[[Any, Operation], tuple[httpx2.Response, Any]]] = {
    "voice.auth.verify_email": _verify_email,
    "personal.auth.reset_password": _reset_password,
    "voice.users.me.delete": _delete_me,
    "personal.phone_numbers.list": _other_with_number,
    "personal.phone_numbers.create": _by_somebody_new,
    "personal.phone_numbers.update": _other_with_number,
    "personal.phone_numbers.delete": _other_with_number,
    "personal.users.me.preferences.update": _by_somebody_new,
    "platform.users.get": _looked_up,
}
