"""Group G, the OAuth client: tokens at rest, their renewal, and disconnection (items 60 to 62)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select, text

from steward.db.sealing import seal_context
from steward.db.tables import AuditEntry, OAuthIntegration
from steward.kit.errors import StewardError
from steward.kit.secrets import SealBroken
from steward.settings import Settings
from tests.fakes.oauth_home import Errands, oauth_home, query_of
from tests.fakes.oauth_server import CLIENT_SECRET
from tests.houses import Home, Templates, home


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


async def test_item_60_tokens_lie_sealed_and_cannot_be_moved_to_another_row(errands: Errands) -> None:
    ada, bob = await errands.home.person(), await errands.home.person()
    await errands.integration(ada)
    errands.provider.person = {"sub": "bob-1", "email": "bob@id.example"}
    await errands.integration(bob)
    db = errands.home.house.db
    rows = await db.read(lambda tx: tx.session.scalars(select(OAuthIntegration).order_by(OAuthIntegration.key)).all())
    given = [*errands.provider.alive]
    assert len(given) == 2
    for row in rows:
        assert row.access_token is not None
        assert row.refresh_token is not None
        assert not row.access_token.startswith(b"access-")
        assert all(token.encode() not in row.refresh_token for token in given)
    ada_row, bob_row = rows
    for column, row in ((OAuthIntegration.refresh_token, bob_row), (OAuthIntegration.access_token, ada_row)):
        context = seal_context(column, row.tenant_key, row.id)
        with pytest.raises(SealBroken):
            await db.read(lambda tx, c=context: tx.sealer.open(ada_row.refresh_token or b"", c))
    right = seal_context(OAuthIntegration.refresh_token, ada_row.tenant_key, ada_row.id)
    assert (await db.read(lambda tx: tx.sealer.open(ada_row.refresh_token or b"", right))).decode() in given


async def test_item_60_no_token_no_verifier_and_no_code_is_in_any_file(tmp_path: Any, templates: Templates) -> None:
    templates.sqlite(tmp_path)
    async with oauth_home(Settings(data_dir=tmp_path, workers=0)) as errands:
        ada = await errands.home.person()
        integration = await errands.integration(ada, "acme")
        call = errands.provider.calls("/token")[0].form
        secrets = [*errands.provider.alive, call["code_verifier"], call["code"], CLIENT_SECRET]
        reply = await ada.post(f"/api/v1/oauth/integrations/{integration['id']}/refresh")
        secrets += [*errands.provider.alive]
        shown = reply.text + (await ada.get("/api/v1/oauth/integrations")).text
        departure = await errands.initiate(ada)
        secrets += [departure["state"], query_of(departure["authorization_url"])["nonce"]]
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert [secret for secret in secrets if secret.encode() in kept or secret in shown] == []


async def test_item_61_five_at_once_ask_the_provider_once(errands: Errands) -> None:
    ada = await errands.home.person()
    integration = await errands.integration(ada)
    before = errands.token_calls()
    errands.provider.pause_seconds = 0.5
    path = f"/api/v1/oauth/integrations/{integration['id']}/refresh"

    replies = await asyncio.gather(*[ada.post(path) for _ in range(5)])

    assert [reply.status_code for reply in replies] == [200] * 5
    assert errands.token_calls() - before == 1
    assert len({reply.json()["data"]["last_refreshed_at"] for reply in replies}) == 1
    assert (await ada.post(path)).status_code == 200
    assert errands.token_calls() - before == 2


async def test_item_61_two_processes_on_one_database_ask_once(errands: Errands) -> None:
    ada = await errands.home.person()
    integration = await errands.integration(ada)
    before = errands.token_calls()
    errands.provider.pause_seconds = 0.5
    settings = errands.home.house.settings
    async with home(settings, at=errands.home.clock.now()) as second:
        there = await second.sign_in(ada.email, "SecurePassword123!")
        path = f"/api/v1/oauth/integrations/{integration['id']}/refresh"
        replies = await asyncio.gather(*[who.post(path) for who in (ada, there, ada, there)])
    assert [reply.status_code for reply in replies] == [200] * 4
    assert errands.token_calls() - before == 1


async def test_item_61_a_process_that_died_while_renewing_holds_nobody_up_for_ever(errands: Errands) -> None:
    ada = await errands.home.person()
    integration = await errands.integration(ada)
    until = text("UPDATE oauth_integrations SET refreshing_until = :until")
    held = {"until": errands.home.clock.now().replace(tzinfo=None)}
    await errands.home.house.db.write(lambda tx: tx.connection.execute(until, held))
    path = f"/api/v1/oauth/integrations/{integration['id']}/refresh"
    assert (await ada.post(path)).status_code == 200


async def test_item_61_a_grant_that_is_over_is_not_asked_for_again_and_again(errands: Errands) -> None:
    ada = await errands.home.person()
    integration = await errands.integration(ada)
    before = errands.token_calls()
    errands.provider.alive.clear()
    path = f"/api/v1/oauth/integrations/{integration['id']}/refresh"

    for _ in range(3):
        refused(await ada.post(path), 409, "OAUTH_RECONNECT_NEEDED")

    assert errands.token_calls() - before == 1
    assert (await ada.get("/api/v1/oauth/integrations")).json()["data"][0]["status"] == "expired"
    assert (await ada.get("/api/v1/oauth/status")).json()["data"]["expired"] == 1
    again = await errands.integration(ada)
    assert (again["id"], again["status"]) == (integration["id"], "active")
    assert await actions(errands.home) == ["integration.connected", "integration.expired", "integration.connected"]


MOODS = ("500", "garbage", "list", "empty", "redirect", "huge", "cut", "odd token")


async def test_a_provider_that_misbehaves_is_told_as_such_and_asked_again_later(here: Errands) -> None:
    ada = await here.home.person()
    integration = await here.integration(ada)
    path = f"/api/v1/oauth/integrations/{integration['id']}/refresh"
    for mood in (*MOODS, "unauthorized_client"):
        here.provider.mood = mood
        refused(await ada.post(path), 502, "OAUTH_PROVIDER_UNREACHABLE")
        assert (await ada.get("/api/v1/oauth/status")).json()["data"]["error"] == 1
        here.provider.mood = ""
        reply = await ada.post(path)
        assert (reply.status_code, reply.json()["data"]["status"]) == (200, "active")
    assert here.provider.calls("/elsewhere") == []


async def test_a_provider_that_misbehaves_connects_nobody(here: Errands) -> None:
    ada = await here.home.person()
    for mood in MOODS:
        here.provider.mood = mood
        refused(await here.connect(ada), 502, "OAUTH_PROVIDER_UNREACHABLE")
    here.provider.mood = "invalid_grant"
    refused(await here.connect(ada), 400, "OAUTH_REFUSED")
    assert (await ada.get("/api/v1/oauth/integrations")).json()["total"] == 0


async def test_item_62_what_is_disconnected_is_gone_here_and_there(errands: Errands) -> None:
    ada = await errands.home.person()
    integration = await errands.integration(ada)
    (token,) = errands.provider.alive

    reply = await ada.request("DELETE", f"/api/v1/oauth/integrations/{integration['id']}")

    assert reply.json() == {"data": None, "message": "Integration revoked", "status": "success"}
    assert errands.provider.revoked == [token]
    refused(
        await ada.request("DELETE", f"/api/v1/oauth/integrations/{integration['id']}"), 404, "INTEGRATION_NOT_FOUND"
    )
    assert await actions(errands.home) == ["integration.connected", "integration.removed"]


async def test_item_62_it_is_gone_here_also_when_the_provider_is_down(errands: Errands) -> None:
    ada = await errands.home.person()
    integration = await errands.integration(ada)
    errands.provider.__exit__()

    reply = await ada.request("DELETE", f"/api/v1/oauth/integrations/{integration['id']}")

    assert reply.status_code == 200
    count = select(func.count()).select_from(OAuthIntegration)
    assert await errands.home.house.db.read(lambda tx: tx.session.scalar(count)) == 0


async def test_item_62_tokens_that_arrive_after_the_disconnection_are_revoked_too(here: Errands) -> None:
    ada = await here.home.person()
    integration = await here.integration(ada)
    here.provider.pause_seconds = 0.5
    renewal = asyncio.create_task(ada.post(f"/api/v1/oauth/integrations/{integration['id']}/refresh"))
    await asyncio.to_thread(here.provider.wait_for_refresh)
    await ada.request("DELETE", f"/api/v1/oauth/integrations/{integration['id']}")

    refused(await renewal, 404, "INTEGRATION_NOT_FOUND")
    assert here.provider.alive == set()


async def test_an_access_token_for_work_is_renewed_only_when_it_must_be(errands: Errands) -> None:
    ada = await errands.home.person()
    integration = await errands.integration(ada)
    house = errands.home.house.services
    actor = await house.sessions.authenticate(ada.token)
    (row,) = (await house.integrations.list(actor)).items
    first = await house.integrations.fresh_access_token(actor, row.id)
    assert first == await house.integrations.fresh_access_token(actor, row.id)
    assert (str(row.id), errands.token_calls()) == (integration["id"], 1)

    errands.home.clock.advance(3600 - 59)
    tokens = await asyncio.gather(*[house.integrations.fresh_access_token(actor, row.id) for _ in range(5)])
    assert len(set(tokens)) == 1
    assert tokens[0] != first
    assert errands.token_calls() == 2

    bob = await house.sessions.authenticate((await errands.home.person()).token)
    with pytest.raises(StewardError, match="no such integration"):
        await house.integrations.fresh_access_token(bob, row.id)
