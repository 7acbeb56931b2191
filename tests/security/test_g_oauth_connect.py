"""Group G, the OAuth client: state, PKCE, ID tokens, mix-up of providers (items 54 to 57)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from steward.db.tables import AuditEntry
from steward.settings import Settings
from tests.fakes.oauth_home import CALLBACK, Errands, oauth_home, query_of
from tests.fakes.oauth_server import TENANT
from tests.houses import Home, Templates


@pytest.fixture
async def errands(house_settings: Settings) -> AsyncIterator[Errands]:
    """On both databases."""
    async with oauth_home(house_settings) as made:
        yield made


@pytest.fixture
async def here(tmp_path: Any, templates: Templates) -> AsyncIterator[Errands]:
    """On SQLite, for what touches no SQL of its own."""
    templates.sqlite(tmp_path)
    async with oauth_home(Settings(data_dir=tmp_path, workers=0)) as made:
        yield made


def refused(reply: Any, status: int = 400, code: str = "OAUTH_STATE_INVALID") -> None:
    """Hold an answer to a refusal."""
    assert (reply.status_code, reply.json()["error_code"]) == (status, code), reply.text


async def actions(home: Home) -> list[str]:
    """Return what was audited of providers, the oldest first."""
    named = AuditEntry.action.like("integration.%") | AuditEntry.action.like("oauth.%")
    found = select(AuditEntry.action).where(named).order_by(AuditEntry.key)
    return list(await home.house.db.read(lambda tx: tx.session.scalars(found).all()))


async def test_item_54_a_state_works_once(errands: Errands) -> None:
    ada = await errands.home.person()
    departure = await errands.initiate(ada)
    first = errands.provider.consent(departure["authorization_url"])
    second = errands.provider.consent(departure["authorization_url"])

    replies = await asyncio.gather(*[errands.come_back(query) for query in (first, second, first, second)])

    assert sorted(reply.status_code for reply in replies) == [200, 400, 400, 400]
    assert errands.token_calls() == 1
    refused(await errands.come_back(second))
    assert errands.token_calls() == 1


async def test_item_54_a_state_is_over_after_ten_minutes(errands: Errands) -> None:
    ada = await errands.home.person()
    departure = await errands.initiate(ada)
    assert departure["expires_in"] == 600
    errands.home.clock.advance(600)

    refused(await errands.come_back(errands.provider.consent(departure["authorization_url"])))
    assert errands.token_calls() == 0


@pytest.mark.parametrize("state", [None, "", "x", "ä" * 43, "A" * 43, "A" * 5000, "' OR 1=1 --"])
async def test_item_54_a_missing_or_unknown_state_calls_no_provider(here: Errands, state: str | None) -> None:
    ada = await here.home.person()
    query = here.provider.consent((await here.initiate(ada))["authorization_url"])
    query.pop("state")

    refused(await here.come_back(query if state is None else {**query, "state": state}))
    assert here.token_calls() == 0


async def test_item_54_a_state_of_the_web_app_belongs_to_its_browser(errands: Errands) -> None:
    ada = await errands.home.person("ada@example.com")
    errands.home.client.cookies.clear()
    page = {"X-Steward-Request": "web", "Sec-Fetch-Site": "same-origin"}
    login = {"email": ada.email, "password": "SecurePassword123!"}
    await errands.home.client.post("/ui/login", json=login, headers=page)
    wish = {"provider": "google", "scopes": ["calendar"]}
    urls = [
        (await errands.home.client.post("/api/v1/oauth/initiate", json=wish, headers=page)).json()["data"]
        for _ in range(2)
    ]
    theirs = dict(errands.home.client.cookies)

    errands.home.client.cookies.clear()
    refused(await errands.come_back(errands.provider.consent(urls[1]["authorization_url"])))
    assert errands.token_calls() == 0

    errands.home.client.cookies.update(theirs)
    refused(await errands.come_back(errands.provider.consent(urls[0]["authorization_url"])))  # the older tab
    last = (await errands.home.client.post("/api/v1/oauth/initiate", json=wish, headers=page)).json()["data"]
    assert (await errands.come_back(errands.provider.consent(last["authorization_url"]))).status_code == 200


async def test_item_54_nobody_finishes_in_their_browser_what_another_began(here: Errands) -> None:
    ada, bob = await here.home.person(), await here.home.person("bob@example.com")
    login = {"email": bob.email, "password": "SecurePassword123!"}
    await here.home.client.post("/ui/login", json=login)
    query = here.provider.consent((await here.initiate(ada))["authorization_url"])

    refused(await here.come_back(query))
    assert here.token_calls() == 0
    assert (await ada.get("/api/v1/oauth/integrations")).json()["total"] == 0


async def test_item_55_the_verifier_is_in_no_address_and_fits_the_challenge(here: Errands) -> None:
    ada = await here.home.person()
    departure = await here.initiate(ada, scopes=["calendar"])
    asked = query_of(departure["authorization_url"])
    assert asked["code_challenge_method"] == "S256"
    await here.come_back(here.provider.consent(departure["authorization_url"]))

    verifier = here.provider.calls("/token")[0].form["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    assert verifier not in departure["authorization_url"]
    assert len({(await here.initiate(ada))["authorization_url"] for _ in range(3)}) == 3


WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("none", {}),
    ("HS256", {}),
    ("other key", {}),
    ("unknown kid", {}),
    ("RS256", {"iss": "https://accounts.google.com.evil.example"}),
    ("RS256", {"iss": None}),
    ("RS256", {"aud": "another-client"}),
    ("RS256", {"aud": ["steward-client", "another-client"]}),
    ("RS256", {"aud": ["steward-client", "another-client"], "azp": "another-client"}),
    ("RS256", {"azp": "another-client"}),
    ("RS256", {"nonce": "another"}),
    ("RS256", {"nonce": None}),
    ("RS256", {"exp": 1_705_330_000}),
    ("RS256", {"exp": None}),
    ("RS256", {"exp": "2999"}),
    ("RS256", {"exp": True}),
    ("RS256", {"iat": 1_905_330_000}),
    ("RS256", {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    ("RS256", {"sub": ""}),
    ("RS256", {"sub": 7}),
    ("RS256", {"sub": "s" * 256}),
)
"""How an ID token is signed, and what it says besides the truth."""


@pytest.mark.parametrize("name", ["google", "acme"])
async def test_item_56_an_id_token_that_is_wrong_connects_nobody(here: Errands, name: str) -> None:
    ada = await here.home.person()
    for signed, claims in WRONG:
        here.provider.signed, here.provider.claims = signed, claims
        refused(await here.connect(ada, name), 400, "OAUTH_REFUSED")
    assert (await ada.get("/api/v1/oauth/integrations")).json()["total"] == 0
    assert await actions(here.home) == ["oauth.refused"] * len(WRONG)
    here.provider.signed, here.provider.claims = "RS256", {}
    assert (await here.connect(ada, name)).status_code == 200


@pytest.mark.parametrize("signed", ["RS256", "ES256"])
async def test_item_56_an_id_token_that_is_right_connects(here: Errands, signed: str) -> None:
    here.provider.signed = signed
    integration = await here.integration(await here.home.person(), "acme")
    assert integration["account_email"] == "ada@id.example"


@pytest.mark.parametrize(("shown", "status"), [(("one",), 200), (("one", "two"), 400)])
async def test_item_56_a_token_without_a_key_id_needs_a_provider_with_one_key(
    here: Errands, shown: tuple[str, ...], status: int
) -> None:
    here.provider.signed, here.provider.keys_shown = "no kid", shown
    assert (await here.connect(await here.home.person(), "acme")).status_code == status


async def test_item_56_a_tenant_of_microsoft_must_be_the_one_it_says(here: Errands) -> None:
    ada = await here.home.person()
    refused(await here.connect(ada, "microsoft"), 400, "OAUTH_REFUSED")  # no tid at all
    here.provider.person["tid"] = TENANT
    assert (await here.connect(ada, "microsoft")).status_code == 200
    here.provider.claims = {"iss": f"{here.provider.url}/99999999-2222-3333-4444-555555555555/v2.0"}
    refused(await here.connect(ada, "microsoft"), 400, "OAUTH_REFUSED")


async def test_item_57_another_issuer_in_the_callback_is_refused_before_the_code_is_shown(here: Errands) -> None:
    ada = await here.home.person()
    for name in ("google", "acme"):
        here.provider.issuer_in_callback = "https://evil.example"
        refused(await here.connect(ada, name))
        assert here.token_calls() == 0
    here.provider.issuer_in_callback = here.provider.url
    assert (await here.connect(ada, "acme")).status_code == 200


async def test_item_57_an_issuer_that_promised_to_name_itself_must(here: Errands) -> None:
    here.provider.metadata = {"authorization_response_iss_parameter_supported": True}
    refused(await here.connect(await here.home.person(), "acme"))
    assert here.token_calls() == 0


async def test_item_57_each_provider_has_a_callback_of_its_own(here: Errands) -> None:
    ada = await here.home.person()
    departure = await here.initiate(ada, "acme")
    asked = query_of(departure["authorization_url"])
    assert asked["redirect_uri"] == "http://localhost:8000/api/v1/oauth/callback/acme"

    refused(await here.come_back(here.provider.consent(departure["authorization_url"]), f"{CALLBACK}/google"))
    assert here.token_calls() == 0
