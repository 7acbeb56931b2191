"""Group H: the wall between tenants, on every route that the document lists (items 64, 68, 70, 71).

Both walks are made from /openapi.json: a new route is walked as soon as it exists. One with a new kind of id, or one
that writes and can be sent nothing that it takes, fails here until it says how.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, insert, select

from steward.db.database import Transaction
from steward.db.tables import Base, Passkey
from steward.db.tables.walls import HANGING
from steward.kit.ids import new_id
from steward.settings import Settings
from tests.fakes.oauth_home import Errands, oauth_home
from tests.houses import PASSWORD, Home, Person
from tests.security.people import admin_of, colleague, let_in, new_key
from tests.security.planting import Document, Route, document_of, told_by

WORDS = {"ada": "quokkazephyr", "bob": "narwhalcinder"}
NOT_OF_TENANTS = {"provider": "acme", "method": "totp"}
"""Names in paths that are no ids of anything that a tenant has."""

LEAVES = ("DELETE /api/v1/users/me", "DELETE /v1/users/me")
"""After these nobody would be left to go on; they name nobody else."""

NOTHING_TO_PLANT = {
    "POST /api/v1/auth/login": "signs in",
    "POST /v1/auth/login": "signs in",
    "POST /api/auth/token": "signs in",
    "POST /api/v1/auth/refresh": "takes only a token",
    "POST /v1/auth/refresh": "takes only a token",
    "POST /api/v1/auth/verify-email": "takes only a one-time token",
    "POST /v1/auth/verify-email": "takes only a one-time token",
    "POST /api/v1/auth/reset-password": "takes only a one-time token and a password",
    "POST /v1/auth/reset-password": "takes only a one-time token and a password",
    "POST /api/v1/auth/change-password": "takes only passwords",
    "PUT /api/v1/users/me/password": "takes only passwords",
    "POST /api/v1/mfa/verify/totp": "takes only a code",
    "POST /api/v1/mfa/verify/sms": "takes only a code",
    "POST /api/v1/mfa/verify/backup": "takes only a code",
    "POST /api/v1/mfa/verify/passkey/finish": "takes only a proof",
    "POST /api/v1/mfa/disable": "takes only a proof",
    "POST /api/v1/mfa/setup/sms": "takes only a number that was proved",
    "POST /api/v1/mfa/regenerate-backup-codes": "takes only a proof",
    "POST /api/v1/passkeys/sign-in/finish": "takes only a proof",
    "POST /api/v1/passkeys/register/finish": "takes a proof of a device; the name of a passkey is planted by PATCH",
    "POST /api/v1/oauth/link/{provider}": "takes only where to come back to",
    "PUT /api/v1/users/me/phone-numbers/{number_id}": "the label is planted where the number is added",
    "PUT /api/v1/rbac/permissions/{permission_id}": "planted with its own id in test of roles",
}
"""Write routes that keep no text of the sender, and why."""

INSTEAD: dict[str, dict[str, Any]] = {
    "PUT /api/v1/users/me/preferences": {},
    "PUT /api/v1/users/me/settings": {},
    "PUT /v1/settings/voice": {},
    "PUT /v1/settings/calendar": {},
    "POST /api/v1/auth/register": {"email": "{word}1@example.com", "password": PASSWORD},
    "POST /v1/auth/register": {"email": "{word}2@example.com", "password": PASSWORD},
    "POST /api/v1/users": {"email": "{word}3@example.com", "full_name": "{word}", "role": "member"},
    "PUT /api/v1/users/me": {"full_name": "{word}", "first_name": "{word}", "last_name": "{word}"},
    "PUT /v1/users/me": {"full_name": "{word}", "first_name": "{word}", "last_name": "{word}"},
    "PUT /api/v1/users/{user_id}": {"full_name": "{word}", "first_name": "{word}", "last_name": "{word}"},
    "POST /api/v1/oauth/initiate": {"provider": "acme", "scopes": [], "redirect_uri": "/{word}"},
    "POST /api/v1/rbac/users/{user_id}/roles": {"role": "{word}"},
    "POST /api/v1/rbac/roles": {"name": "{word}-2", "description": "{word}", "permissions": []},
    "POST /api/v1/conversations": {"title": "{word}", "initial_message": "{word}"},
    "POST /api/v1/rbac/permissions": {"name": "{word}:read", "description": "{word}"},
}
"""Bodies of routes whose fields depend on each other, and what is sent to them instead of a made one."""


@pytest.fixture
async def errands(house_settings: Settings) -> AsyncIterator[Errands]:
    """A house with a provider of accounts, on both databases."""
    async with oauth_home(house_settings) as made:
        yield made


async def owned(errands: Errands, ada: Person, word: str) -> dict[str, str]:
    """Have the person own one of everything that has an id; return the ids by their names in paths."""
    house = errands.home.house
    task = (await ada.post("/api/v1/tasks", {"title": word, "description": word})).json()
    event = (await ada.post("/v1/calendar/events", AN_EVENT | {"title": word})).json()["data"]
    conversation = str((await ada.post("/api/v1/chat/conversations", {"title": word})).json()["id"])
    said = await ada.say(f"remind me to call {word} in 45 minutes", conversation)
    await ada.say(f"note that {word} is the word")
    errands.home.clock.advance(46 * 60)
    ada.token = (await let_in(errands.home, int(ada.user["user_number"]))).token
    await house.services.reminders.sweep()
    actor = await house.services.sessions.authenticate(ada.token)
    for each in (await house.services.reminders.list(actor)).items:
        await house.services.reminders.fire(each.key)
    await ada.say(f"remind me to water {word} tomorrow at 9", conversation)
    notice = (await ada.get("/v1/notifications")).json()["data"]["notifications"][0]
    reminder = (await ada.get("/api/v1/reminders?status=pending")).json()["items"][0]
    number = (await ada.post("/api/v1/users/me/phone-numbers", {"phone_number": "+12025550188", "label": word})).json()
    role = (await ada.post("/api/v1/rbac/roles", {"name": word, "description": word, "permissions": []})).json()
    right = (await ada.post("/api/v1/rbac/permissions", {"name": f"{word}:write", "description": word})).json()
    errands.provider.person = {"sub": f"{word}-1", "email": f"{word}-1@id.example"}
    integration = await errands.integration(ada, "acme")
    errands.provider.person = {"sub": f"{word}-2", "email": f"{word}-2@id.example"}
    await errands.link(ada, "acme")
    identity = (await ada.get("/api/v1/oauth/identities")).json()["data"][0]
    key = await new_key(ada, name=word)
    return {
        "task_id": task["id"],
        "event_id": event["id"],
        "conversation_id": conversation,
        "message_id": said["id"],
        "notification_id": notice["id"],
        "reminder_id": reminder["id"],
        "number_id": number["data"]["id"],
        "role_id": role["data"]["id"],
        "permission_id": right["data"]["id"],
        "integration_id": integration["id"],
        "identity_id": identity["id"],
        "key_id": key["id"],
        "user_id": ada.user["id"],
        "session_id": str(actor.session_id),
        "passkey_id": await passkey_of(errands.home, ada, word),
    }


AN_EVENT = {"title": "", "start_time": "2024-01-16T14:00:00Z", "end_time": "2024-01-16T15:00:00Z"}


async def passkey_of(at: Home, person: Person, word: str) -> str:
    """Return the id of a passkey of the person; a row, because a device is no part of this."""
    actor = await at.house.services.sessions.authenticate(person.token)
    row = {"id": new_id(), "tenant_key": actor.tenant_key, "user_key": actor.user_key, "name": word}
    row |= {"credential_id": word.encode(), "public_key": b"k", "created_at": at.clock.now()}
    await at.house.db.write(lambda tx: tx.session.execute(insert(Passkey).values(**row)))
    return str(row["id"])


async def rows_of(at: Home, tenant_id: str) -> dict[str, list[Any]]:
    """Return every row of the tenant, whole, by table."""

    def work(tx: Transaction) -> dict[str, list[Any]]:
        tables = Base.metadata.tables
        tenants = tables["tenants"]
        key = tx.session.scalar(select(tenants.c.key).where(tenants.c.id == UUID(tenant_id)))

        def mine(table: Table) -> Any:
            if table.name in HANGING:
                parent, link = HANGING[table.name]
                return table.c[link].in_(select(tables[parent].c.key).where(mine(tables[parent])))
            return (table.c.key if table.name == "tenants" else table.c.tenant_key) == key

        return {
            name: [tuple(row) for row in tx.session.execute(select(table).where(mine(table)).order_by(table.c.key))]
            for name, table in tables.items()
        }

    return await at.house.db.read(work)


def ids_in(reply_text: str, ids: dict[str, str], asked: str) -> list[str]:
    """Return which ids an answer tells that were not asked for."""
    return [
        name for name, each in ids.items() if each not in asked and (each in reply_text or UUID(each).hex in reply_text)
    ]


async def test_item_64_and_68_every_route_refuses_the_ids_of_another_tenant_to_every_role(errands: Errands) -> None:
    at = errands.home
    ada, admin = await admin_of(at, "Harbour"), await admin_of(at, "Hill")
    others = {"admin": admin, **{role: await colleague(at, admin, role) for role in ("viewer", "user", "member")}}
    ids = await owned(errands, ada, WORDS["ada"])
    document = await document_of(at)
    unknown = {name for route in document.routes for name in route.ids} - set(ids) - set(NOT_OF_TENANTS)
    assert unknown == set(), "say in `owned` how one comes by these"
    before = await rows_of(at, ada.user["tenant_id"])
    for role, person in [("anonymous", None), *others.items()]:
        for route in document.routes:
            at.clock.advance(61)
            if not set(route.ids) - set(NOT_OF_TENANTS):
                continue
            person = person and await let_in(at, int(person.user["user_number"]))
            path, body = route.at(ids | NOT_OF_TENANTS), document.body(route, "mine", ids)
            headers = {"Authorization": f"Bearer {person.token}"} if person else {}
            reply = await at.client.request(route.method, path, json=body, headers=headers)
            expected = (401,) if person is None else (403, 404)
            assert reply.status_code in expected, (role, route.name, reply.status_code, reply.text[:300])
            assert WORDS["ada"] not in told_by(reply), (role, route.name)
    assert await rows_of(at, ada.user["tenant_id"]) == before


async def test_item_68_ids_of_another_tenant_in_query_and_body_lead_nowhere(errands: Errands) -> None:
    at = errands.home
    ada, bob = await admin_of(at, "Harbour"), await admin_of(at, "Hill")
    ids = await owned(errands, ada, WORDS["ada"]) | {"tenant_id": ada.user["tenant_id"]}
    document = await document_of(at)
    before = await rows_of(at, ada.user["tenant_id"])
    named = {**ids, "id": ids["user_id"], "user": ids["user_id"], "search": WORDS["ada"], "q": WORDS["ada"]}
    for route in document.routes:
        if set(route.ids) - set(NOT_OF_TENANTS) or route.name in LEAVES:
            continue
        at.clock.advance(61)
        bob = await let_in(at, int(bob.user["user_number"]))
        made = document.body(route, "mine", ids)
        body = {**made, **ids, "id": ids["user_id"]} if isinstance(made, dict) else made
        reply = await bob.request(route.method, route.at(NOT_OF_TENANTS), params=named, json=body)
        text = told_by(reply)
        echoed = json.dumps(body or {}) + str(reply.request.url)
        assert reply.status_code < 500, (route.name, reply.text[:300])
        assert WORDS["ada"] not in text.replace(str(reply.request.url).lower(), ""), (route.name, text[:300])
        assert ids_in(text, ids, echoed) == [], (route.name, text[:300])
    assert await rows_of(at, ada.user["tenant_id"]) == before


def planted(document: Document, route: Route, word: str, ids: dict[str, str]) -> Any:
    """Return what is sent to the route to have it keep the word."""
    if route.name in INSTEAD:
        return json.loads(json.dumps(INSTEAD[route.name]).replace("{word}", word))
    return document.body(route, word)


async def plant(errands: Errands, person: Person, word: str) -> tuple[dict[str, str], set[str]]:
    """Have the person write the word wherever a route takes one; return their ids and the routes that took nothing."""
    at, document = errands.home, await document_of(errands.home)
    ids, refused = await owned(errands, person, word), set()
    for route in document.routes:
        if route.body is None or route.method not in ("POST", "PUT", "PATCH"):
            continue
        at.clock.advance(61)
        person = await let_in(at, int(person.user["user_number"]))
        path = route.at(ids | NOT_OF_TENANTS)
        reply = await person.request(route.method, path, json=planted(document, route, word, ids))
        if reply.status_code >= 300:
            refused.add(route.name)
    return ids, refused


async def test_item_68_a_word_that_one_tenant_wrote_everywhere_is_nowhere_for_another(errands: Errands) -> None:
    at = errands.home
    people = {"ada": await admin_of(at, "Harbour"), "bob": await admin_of(at, "Hill")}
    ids = {}
    for name, person in people.items():
        fresh = await let_in(at, int(person.user["user_number"]))
        ids[name], refused = await plant(errands, fresh, WORDS[name])
        assert refused - set(NOTHING_TO_PLANT) == set(), "say in INSTEAD what these take, or why they keep nothing"
    document = await document_of(at)
    for reader, writer in (("bob", "ada"), ("ada", "bob")):
        found = set()
        for route in document.routes:
            if route.method != "GET":
                continue
            person = await let_in(at, int(people[reader].user["user_number"]))
            for theirs in (ids[reader], ids[writer]):
                path = route.at(theirs | NOT_OF_TENANTS)
                for query in (
                    {},
                    {"search": "", "limit": "100"},
                    {"q": WORDS[writer][:6], "search": WORDS[writer][:6]},
                ):
                    text = told_by(await person.get(path, params=query))
                    assert WORDS[writer] not in text, (reader, path, query)
                    found |= {route.name} if WORDS[reader] in text else set()
        assert len(found) > 15, "one's own word is found in many places"
        await ask_the_assistant(at, people[reader], WORDS[writer])
    assert (await at.client.get("/metrics")).text.count(WORDS["ada"]) == 0


async def ask_the_assistant(at: Home, person: Person, word: str) -> None:
    """Check that neither an answer nor a stream tells what another tenant wrote."""
    person = await let_in(at, int(person.user["user_number"]))
    for text in ("show my notes", "list my tasks", "what are my reminders", "what's on tomorrow", f"find {word[:5]}"):
        assert word not in json.dumps(await person.say(text)).lower()
        reply = await person.post("/api/v1/chat/messages", {"message": text, "stream": True})
        assert reply.status_code == 200
        assert word not in told_by(reply)


async def test_item_70_ids_are_random_and_open_nothing(errands: Errands) -> None:
    at = errands.home
    ada, bob = await admin_of(at, "Harbour"), await admin_of(at, "Hill")
    made = [UUID((await ada.post("/api/v1/tasks", {"title": str(n)})).json()["id"]) for n in range(50)]
    assert {each.version for each in made} == {7}
    assert len({each.int & (1 << 62) - 1 for each in made}) == 50, "the random part differs"
    for each in made[:10]:
        for near in (UUID(int=each.int + 1), UUID(int=each.int - 1), each):
            assert (await bob.get(f"/api/v1/tasks/{near}")).status_code == 404
    for number in (1, 2, 3, -1, 10**20):
        assert (await bob.get(f"/api/v1/tasks/{number}")).status_code in (404, 422)


async def test_item_71_what_is_remembered_between_requests_is_remembered_for_one_tenant(errands: Errands) -> None:
    at = errands.home
    ada, bob = await admin_of(at, "Harbour"), await admin_of(at, "Hill")
    key = {"Idempotency-Key": "the-same-key-of-both"}
    for person, word in ((ada, WORDS["ada"]), (bob, WORDS["bob"])):
        reply = await person.post("/api/v1/chat/messages", {"message": f"note that {word}"}, headers=key)
        assert reply.status_code == 200
        assert word in told_by(reply)

    async def me(person: Person) -> bool:
        return bool((await person.get("/api/v1/users/me")).json()["email"] == person.email)

    assert all(await asyncio.gather(*(me(person) for person in (ada, bob) * 20)))
    texts = [re.sub(r"\W", "", told_by(await person.get("/api/v1/chat/conversations"))) for person in (ada, bob)]
    assert WORDS["bob"] not in texts[0]
    assert WORDS["ada"] not in texts[1]
