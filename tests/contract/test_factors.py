"""What the personal document promises about tokens, the way in, and second factors."""

from __future__ import annotations

import httpx2

from tests.contract.conftest import VisitorOf
from tests.contract.matching import claims
from tests.contract.published import OPERATIONS
from tests.contract.sign_in_visits import MFA, new_number, someone_else, texted, with_app

CHECKED = frozenset({"personal.tokens", "personal.auth.flow", "personal.security.mfa"})
"""Ids that one of the tests below names in its first line."""


def test_tokens_live_as_long_as_the_document_says(visitor_of: VisitorOf) -> None:
    """personal.tokens"""
    lives = {row["field"]: row["value"] for row in OPERATIONS["personal.tokens"].constraints if "value" in row}
    session = visitor_of("personal").sign_in()
    for name in ("access_token", "refresh_token"):
        told = claims(session[name])
        assert told["exp"] - told["iat"] == lives[f"{name}.lifetime"], name


def test_the_way_in_is_register_login_and_refresh_and_a_factor_is_a_choice(visitor_of: VisitorOf) -> None:
    """personal.auth.flow"""
    visitor = someone_else(visitor_of("personal"))
    assert (visitor.session["mfa_required"], visitor.session["mfa_setup_required"]) == (False, False)
    assert visitor.call("GET", "/api/v1/users/me").status_code == 200
    fresh = visitor.client.post("/api/v1/auth/refresh", json={"refresh_token": visitor.session["refresh_token"]})
    headers = {"Authorization": f"Bearer {fresh.json()['access_token']}"}
    assert visitor.client.get("/api/v1/users/me", headers=headers).status_code == 200
    guarded, codes = with_app(visitor)
    pending = {"Authorization": f"Bearer {guarded.sign_in()['access_token']}"}
    denied = guarded.client.get("/api/v1/users/me", headers=pending)
    assert (denied.status_code, denied.json()["error_code"]) == (403, "MFA_REQUIRED")
    done: httpx2.Response = guarded.client.post(f"{MFA}/verify/backup", json={"code": codes[0]}, headers=pending)
    assert {"access_token", "refresh_token", "token_type", "expires_in"} <= done.json()["data"].keys()


def test_both_kinds_of_second_factor_can_be_on_at_once(visitor_of: VisitorOf) -> None:
    """personal.security.mfa"""
    kinds = next(row["enum"] for row in OPERATIONS["personal.tokens"].constraints if row["field"] == "mfa.methods")
    visitor, _ = with_app(visitor_of("personal"))
    number = new_number()
    visitor.call("POST", f"{MFA}/setup/sms", {"phone_number": number}).raise_for_status()
    visitor.call("POST", f"{MFA}/verify/sms", {"code": texted(visitor, number)}).raise_for_status()
    status = visitor.call("GET", f"{MFA}/status").json()["data"]
    assert all(status[f"{kind}_enabled"] for kind in kinds)
