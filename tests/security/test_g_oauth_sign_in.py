"""Group G, the OAuth client: signing in and linking (items 54 and 59)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from steward.db.tables import AuditEntry, ExternalIdentity
from steward.settings import Settings
from tests.fakes.oauth_home import CALLBACK, PAGE, Errands, oauth_home
from tests.houses import PASSWORD, Person
from tests.security.factors import with_app


@pytest.fixture
async def errands(house_settings: Settings) -> AsyncIterator[Errands]:
    async with oauth_home(house_settings) as made:
        yield made


def refused(reply: Any, status: int, code: str) -> None:
    """Hold an answer to a refusal."""
    assert (reply.status_code, reply.json()["error_code"]) == (status, code), reply.text


def signed_in(errands: Errands, reply: Any) -> Person:
    """Return the person whom the tokens of an answer are for."""
    assert reply.status_code == 200, reply.text
    body = reply.json()
    return Person(errands.home.client, body["user"]["email"], body["user"], body["access_token"], body["refresh_token"])


async def linked(errands: Errands) -> list[str]:
    """Return the subjects of all linked accounts."""
    found = select(ExternalIdentity.subject).order_by(ExternalIdentity.key)
    return list(await errands.home.house.db.read(lambda tx: tx.session.scalars(found).all()))


async def test_a_stranger_gets_an_account_and_comes_back_to_it(errands: Errands) -> None:
    first = signed_in(errands, await errands.sign_in())
    assert first.user["email"] == "ada@id.example"
    assert first.user["is_verified"] is True
    assert first.user["role"] == "user"
    errands.provider.person["email"] = "ada.new@id.example"

    again = signed_in(errands, await errands.sign_in())

    assert again.user["id"] == first.user["id"]
    assert (await again.get("/api/v1/users/me")).json()["email"] == "ada@id.example"
    login = {"email": "ada@id.example", "password": ""}
    assert (await errands.home.client.post("/api/v1/auth/login", json=login)).status_code == 401


async def test_an_address_that_the_provider_does_not_vouch_for_is_not_verified(errands: Errands) -> None:
    errands.provider.person["email_verified"] = False
    ada = signed_in(errands, await errands.sign_in())
    assert ada.user["is_verified"] is False


async def test_item_54_a_sign_in_ends_only_in_the_browser_where_it_began(errands: Errands) -> None:
    start = await errands.home.client.get("/api/v1/oauth/sign-in/google")
    cookie = start.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    query = errands.provider.consent(start.json()["data"]["authorization_url"])
    errands.home.client.cookies.clear()

    refused(await errands.come_back(query), 400, "OAUTH_STATE_INVALID")
    query = errands.provider.consent(
        (await errands.home.client.get("/api/v1/oauth/sign-in/google")).json()["data"]["authorization_url"]
    )
    errands.home.client.cookies.clear()
    another = {"Cookie": f"steward_oauth={'A' * 43}"}
    refused(await errands.come_back(query, headers=another), 400, "OAUTH_STATE_INVALID")
    assert errands.token_calls() == 0
    assert await linked(errands) == []


async def test_item_54_by_https_no_neighbouring_host_can_write_the_cookie(house_settings: Settings) -> None:
    async with oauth_home(house_settings, public_url="https://steward.example") as errands:
        start = await errands.home.client.get("https://steward.example/api/v1/oauth/sign-in/google")
        cookie = start.headers["set-cookie"]
        assert cookie.startswith("__Host-steward_oauth=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie


@pytest.mark.parametrize("is_vouched", [True, False])
async def test_item_59_an_account_with_the_same_address_is_never_taken_over(errands: Errands, is_vouched: bool) -> None:
    ada = await errands.home.person("ada@id.example")
    errands.provider.person |= {"email": "ADA@id.example", "email_verified": is_vouched}

    refused(await errands.sign_in(), 409, "OAUTH_LINK_NEEDED")

    assert await linked(errands) == []
    denied = select(AuditEntry.result, AuditEntry.details).where(AuditEntry.action == "oauth.refused")
    row = (await errands.home.house.db.read(lambda tx: tx.session.execute(denied).all()))[0]
    assert (row.result, row.details["reason"]) == ("denied", "OAUTH_LINK_NEEDED")
    assert (await errands.link(ada)).json()["message"] == "Account linked"
    assert signed_in(errands, await errands.sign_in()).user["id"] == ada.user["id"]


async def test_item_59_the_same_subject_of_another_issuer_is_somebody_else(errands: Errands) -> None:
    ada = signed_in(errands, await errands.sign_in("google"))
    errands.provider.person["email"] = "other@id.example"
    other = signed_in(errands, await errands.sign_in("acme"))
    assert other.user["id"] != ada.user["id"]
    assert await linked(errands) == ["ada-1", "ada-1"]


async def test_item_59_a_linked_account_cannot_be_linked_by_somebody_else(errands: Errands) -> None:
    ada, bob = await errands.home.person(), await errands.home.person()
    assert (await errands.link(ada)).status_code == 200
    assert (await errands.link(ada)).status_code == 200
    refused(await errands.link(bob), 409, "OAUTH_LINKED_ELSEWHERE")
    assert (await bob.get("/api/v1/oauth/identities")).json()["total"] == 0
    (one,) = (await ada.get("/api/v1/oauth/identities")).json()["data"]
    refused(await bob.request("DELETE", f"/api/v1/oauth/identities/{one['id']}"), 404, "IDENTITY_NOT_FOUND")


async def test_item_59_a_link_ends_only_in_the_browser_where_it_began(errands: Errands) -> None:
    ada = await errands.home.person()
    url = (await ada.post("/api/v1/oauth/link/google")).json()["data"]["authorization_url"]
    errands.home.client.cookies.clear()
    refused(await errands.come_back(errands.provider.consent(url)), 400, "OAUTH_STATE_INVALID")
    assert await linked(errands) == []


async def test_item_59_what_was_granted_signs_nobody_in(errands: Errands) -> None:
    await errands.integration(await errands.home.person("someone@example.com"))
    other = signed_in(errands, await errands.sign_in())
    assert other.user["email"] == "ada@id.example"


async def test_item_59_an_address_at_microsoft_proves_nothing_by_itself(errands: Errands) -> None:
    errands.provider.person = {
        "sub": "m-1",
        "email": "boss@id.example",
        "email_verified": True,
        "tid": "11111111-2222-3333-4444-555555555555",
    }
    assert signed_in(errands, await errands.sign_in("microsoft")).user["is_verified"] is False


async def test_a_sign_in_without_an_id_token_is_refused_even_where_connecting_goes_without(errands: Errands) -> None:
    errands.provider.has_id_token = False
    refused(await errands.sign_in("google"), 400, "OAUTH_REFUSED")
    assert (await errands.integration(await errands.home.person()))["account_email"] == "ada@id.example"


async def test_strangers_stay_out_where_the_operator_wants_it(house_settings: Settings) -> None:
    async with oauth_home(house_settings, oauth_sign_up=False) as errands:
        refused(await errands.sign_in(), 403, "OAUTH_SIGN_UP_CLOSED")
        ada = await errands.home.person()
        await errands.link(ada)
        assert signed_in(errands, await errands.sign_in()).user["id"] == ada.user["id"]


async def test_a_provider_that_tells_no_address_makes_no_account(errands: Errands) -> None:
    for address in (None, "", "not an address", 7, "a@b@c"):
        errands.provider.person["email"] = address
        refused(await errands.sign_in(), 400, "OAUTH_ADDRESS_MISSING")


async def test_two_first_sign_ins_at_once_make_one_account(errands: Errands) -> None:
    urls, jars = [], []
    for _ in range(2):
        errands.home.client.cookies.clear()
        reply = await errands.home.client.get("/api/v1/oauth/sign-in/google")
        urls.append(reply.json()["data"]["authorization_url"])
        jars.append(reply.headers["set-cookie"].split(";")[0])
    errands.home.client.cookies.clear()

    replies = await asyncio.gather(
        *[
            errands.come_back(errands.provider.consent(url), headers={"Cookie": jar})
            for url, jar in zip(urls, jars, strict=True)
        ]
    )

    assert {reply.status_code for reply in replies} <= {200, 409}
    assert 200 in {reply.status_code for reply in replies}
    assert await linked(errands) == ["ada-1"]


async def test_the_only_way_in_stays(errands: Errands) -> None:
    ada = signed_in(errands, await errands.sign_in())
    (one,) = (await ada.get("/api/v1/oauth/identities")).json()["data"]
    refused(await ada.request("DELETE", f"/api/v1/oauth/identities/{one['id']}"), 409, "OAUTH_ONLY_WAY_IN")

    errands.provider.person = {"sub": "ada-2", "email": "ada@elsewhere.example"}
    await errands.link(ada, "acme")
    assert (await ada.request("DELETE", f"/api/v1/oauth/identities/{one['id']}")).status_code == 200
    (two,) = (await ada.get("/api/v1/oauth/identities")).json()["data"]
    refused(await ada.request("DELETE", f"/api/v1/oauth/identities/{two['id']}"), 409, "OAUTH_ONLY_WAY_IN")


async def test_a_locked_account_stays_locked(errands: Errands) -> None:
    ada = signed_in(errands, await errands.sign_in())
    owner = await errands.home.owner()
    reply = await owner.request("PUT", f"/api/v1/users/{ada.user['id']}", json={"is_active": False})
    assert reply.status_code == 200, reply.text
    refused(await errands.sign_in(), 403, "ACCOUNT_DISABLED")


async def test_a_provider_does_not_stand_in_for_the_second_factor(errands: Errands) -> None:
    ada = await errands.home.person()
    await errands.link(ada)
    await with_app(errands.home, ada)

    reply = await errands.sign_in()

    grant = reply.json()
    assert grant["mfa_required"] is True
    assert grant["refresh_token"] is None
    limited = {"Authorization": f"Bearer {grant['access_token']}"}
    assert (await errands.home.client.get("/api/v1/tasks", headers=limited)).status_code == 403


async def test_a_browser_is_signed_in_and_sent_where_it_wanted(errands: Errands) -> None:
    client = errands.home.client
    start = await client.get("/api/v1/oauth/sign-in/google", params={"redirect_uri": "/c/1?x=2#y"}, headers=PAGE)
    assert start.status_code == 302
    query = errands.provider.consent(start.headers["location"])

    back = await client.get(f"{CALLBACK}/google", params=query, headers=PAGE)

    assert (back.status_code, back.headers["location"]) == (302, "/c/1?x=2#y")
    assert "steward_oauth" not in client.cookies
    me = await client.get("/api/v1/users/me")
    assert me.json()["email"] == "ada@id.example"


async def test_a_browser_whose_person_declines_goes_back_with_the_reason(errands: Errands) -> None:
    client = errands.home.client
    start = await client.get("/api/v1/oauth/sign-in/google", params={"redirect_uri": "/sign-in#x"}, headers=PAGE)
    query = errands.provider.consent(start.headers["location"])
    declined = {"state": query["state"], "error": "access_denied", "error_description": "<script>"}

    back = await client.get(f"{CALLBACK}/google", params=declined, headers=PAGE)

    assert back.headers["location"] == "/sign-in?oauth_error=OAUTH_REFUSED#x"
    assert errands.token_calls() == 0
    refused(await errands.come_back(query), 400, "OAUTH_STATE_INVALID")


async def test_a_password_set_anew_by_the_owner_of_the_address_ends_what_a_stranger_linked(
    house_settings: Settings,
) -> None:
    async with oauth_home(house_settings, workers=1) as errands:
        errands.provider.person |= {"email": "victim@example.com", "email_verified": False}
        signed_in(errands, await errands.sign_in())
        client = errands.home.client
        await client.post("/api/v1/auth/forgot-password", json={"email": "victim@example.com"})
        token = await mailed_token(house_settings.data_dir / "outbox" / "mail", "password")

        reply = await client.post("/api/v1/auth/reset-password", json={"token": token, "new_password": PASSWORD})

        assert reply.status_code == 200, reply.text
        assert await linked(errands) == []
        refused(await errands.sign_in(), 409, "OAUTH_LINK_NEEDED")


async def mailed_token(outbox: Path, word: str) -> str:
    """Return the one-time token of the first mail whose subject has the word, once it is there."""
    for _ in range(600):
        found = await asyncio.to_thread(token_in, outbox, word)
        if found is not None:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("no such mail arrived within 30 seconds")


def token_in(outbox: Path, word: str) -> str | None:
    """Return the one-time token of the first mail whose subject has the word."""
    for path in sorted(outbox.glob("*.json")):
        mail = json.loads(path.read_text())
        found = re.search(r"token=([\w-]+)", mail["body"])
        if word in mail["subject"].lower() and found:
            return found[1]
    return None
