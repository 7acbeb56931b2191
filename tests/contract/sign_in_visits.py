"""The requests about factors and sessions, mostly by somebody new: a factor changes every sign-in that follows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx2
import pyotp

from tests.contract.published import Operation

if TYPE_CHECKING:
    from tests.contract.visitors import Visitor

MFA = "/api/v1/mfa"


def app_code(secret: str) -> str:
    """Return what an authenticator app shows now."""
    return pyotp.TOTP(secret).at(datetime.now(UTC))


def new_number() -> str:
    """Return a number that nobody has."""
    return f"+1555{uuid4().int % 10**7:07}"


def texted(visitor: Visitor, number: str) -> str:
    """Wait for a text to the number and return the code in it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for path in visitor.outbox.glob("sms/*.json"):
            letter = json.loads(path.read_text(encoding="utf-8"))
            if letter["to"] == number:
                return str(letter["body"][:6])
        time.sleep(0.1)
    raise AssertionError("no text arrived within 20 seconds")


def someone_else(visitor: Visitor) -> Visitor:
    """Return another reader of the same document."""
    return type(visitor)(visitor.client, visitor.document)


def with_app(visitor: Visitor) -> tuple[Visitor, list[str]]:
    """Return somebody who has an authenticator app on, and their backup codes."""
    other = someone_else(visitor)
    made = other.call("POST", f"{MFA}/setup/totp").json()["data"]
    other.call("POST", f"{MFA}/verify/totp", {"token": app_code(made["secret"])}).raise_for_status()
    return other, made["backup_codes"]


def _setup(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    return someone_else(visitor).send(operation), operation.body


def _verify_totp(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    other = someone_else(visitor)
    body = {"token": app_code(other.call("POST", f"{MFA}/setup/totp").json()["data"]["secret"])}
    return other.send(operation, body=body), body


def _verify_sms(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    other, number = someone_else(visitor), new_number()
    other.call("POST", f"{MFA}/setup/sms", {"phone_number": number}).raise_for_status()
    body = {"code": texted(other, number)}
    return other.send(operation, body=body), body


def _with_backup_code(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    """The printed codes are placeholders; a backup code is one that is right whenever the test runs."""
    other, codes = with_app(visitor)
    body = {**visitor.filled(operation.body), "code": codes[0]}
    return other.send(operation, body=body), body


def session(visitor: Visitor) -> str:
    """Open one more session and return its id."""
    token = visitor.sign_in()["access_token"]
    rows = visitor.call("GET", "/api/v1/sessions", headers={"Authorization": f"Bearer {token}"}).json()["data"]
    return str(next(row["id"] for row in rows if row["is_current"]))


def _elsewhere(visitor: Visitor, operation: Operation) -> tuple[httpx2.Response, Any]:
    return someone_else(visitor).send(operation), None


REPLAYS: Mapping[str, Callable[[Any, Operation], tuple[httpx2.Response, Any]]] = {
    "personal.mfa.setup_totp": _setup,
    "personal.mfa.setup_sms": _setup,
    "personal.mfa.verify_totp": _verify_totp,
    "personal.mfa.verify_sms": _verify_sms,
    "personal.mfa.verify_backup": _with_backup_code,
    "personal.mfa.disable": _with_backup_code,
    "personal.mfa.regenerate_backup_codes": _with_backup_code,
    "personal.sessions.terminate_all": _elsewhere,
}
