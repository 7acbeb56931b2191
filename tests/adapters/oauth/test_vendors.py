"""Where Google and Microsoft listen, and what a base URL changes."""

from __future__ import annotations

import pytest

from steward.adapters.oauth import Outbound, Providers
from steward.adapters.oauth.google import Google
from steward.adapters.oauth.microsoft import Microsoft
from steward.adapters.oauth.token_endpoint import Client
from steward.settings import Settings

TENANT = "11111111-2222-3333-4444-555555555555"


async def test_google_is_at_its_own_addresses_or_all_at_one() -> None:
    own = await Google(Outbound(), Client("c", "s")).endpoints()
    assert own.authorize == "https://accounts.google.com/o/oauth2/v2/auth"
    assert (own.token, own.revoke) == ("https://oauth2.googleapis.com/token", "https://oauth2.googleapis.com/revoke")
    assert own.userinfo == "https://www.googleapis.com/oauth2/v3/userinfo"
    other = await Google(Outbound(), Client("c", "s"), "http://127.0.0.1:1/").endpoints()
    assert (other.authorize, other.token, other.userinfo, other.revoke) == (
        "http://127.0.0.1:1/o/oauth2/v2/auth",
        "http://127.0.0.1:1/token",
        "http://127.0.0.1:1/oauth2/v3/userinfo",
        "http://127.0.0.1:1/revoke",
    )


async def test_microsoft_is_at_the_address_of_the_tenant() -> None:
    own = await Microsoft(Outbound(), Client("c", "s"), tenant=TENANT).endpoints()
    assert own.token == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    assert own.revoke is None


@pytest.mark.parametrize(
    ("configured", "issuer", "is_right"),
    [
        ("common", f"https://login.microsoftonline.com/{TENANT}/v2.0", True),
        (TENANT, f"https://login.microsoftonline.com/{TENANT}/v2.0", True),
        ("99999999-2222-3333-4444-555555555555", f"https://login.microsoftonline.com/{TENANT}/v2.0", False),
        ("common", f"https://login.microsoftonline.com.evil.example/{TENANT}/v2.0", False),
        ("common", f"https://login.microsoftonline.com/{TENANT}/v2.0/", False),
        ("common", "https://login.microsoftonline.com/common/v2.0", False),
    ],
)
async def test_an_issuer_of_microsoft_is_its_tenant(configured: str, issuer: str, is_right: bool) -> None:
    found = Microsoft(Outbound(), Client("c", "s"), tenant=configured)
    assert found.is_issuer({"tid": TENANT, "iss": issuer}) is is_right
    assert await found.accepts_issuer(issuer) is is_right
    assert await found.accepts_issuer(None)


def test_a_scope_is_known_in_both_spellings() -> None:
    google = Google(Outbound(), Client("c", "s"))
    assert google.known_scope("https://www.googleapis.com/auth/calendar") == "calendar"
    assert google.known_scope("calendar") == "calendar"
    assert google.known_scope("https://www.googleapis.com/auth/gmail.send") is None


def test_nothing_is_configured_by_default() -> None:
    assert [(each.name, each.is_configured) for each in Providers(Settings()).all()] == [
        ("google", False),
        ("microsoft", False),
    ]
