"""Group E, item 46: passkeys, with an authenticator in software."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from tests.fakes.authenticator import PRESENT, Authenticator, b64
from tests.houses import Home, Person
from tests.letters import carried, mail_to
from tests.security.factors import MFA, code_of, half_way, with_app

PASSKEYS = "/api/v1/passkeys"


async def options(person: Person | httpx2.AsyncClient, path: str) -> dict[str, Any]:
    """Begin a ceremony and return what the browser is told."""
    reply = await person.post(path, **({"json": {}} if isinstance(person, httpx2.AsyncClient) else {}))
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()["data"]["options"]
    return found


async def with_passkey(person: Person) -> Authenticator:
    """Add a passkey to the account and return its authenticator."""
    made = Authenticator()
    credential = made.create(await options(person, f"{PASSKEYS}/register/begin"))
    reply = await person.post(f"{PASSKEYS}/register/finish", {"credential": credential, "name": "Phone"})
    assert reply.status_code == 201, reply.text
    return made


async def sign_in(at: Home, made: Authenticator) -> httpx2.Response:
    """Sign in with the passkey, without saying who."""
    credential = made.get(await options(at.client, f"{PASSKEYS}/sign-in/begin"))
    return await at.client.post(f"{PASSKEYS}/sign-in/finish", json={"credential": credential})


async def test_item_46_a_passkey_signs_in_without_a_name_and_counts_as_two_factors(at_home: Home) -> None:
    ada = await at_home.person()
    await with_app(at_home, ada)
    made = await with_passkey(ada)
    at_home.clock.advance(301)
    reply = await sign_in(at_home, made)
    assert (reply.status_code, reply.json()["mfa_required"]) == (200, False)
    assert reply.json()["user"]["email"] == ada.email
    proved = Person(at_home.client, ada.email, {}, reply.json()["access_token"], "")
    assert (await proved.post(f"{MFA}/regenerate-backup-codes")).status_code == 200, "a fresh proof"
    row = (await proved.get(PASSKEYS)).json()["data"][0]
    assert (row["name"], row["last_used_at"]) == ("Phone", "2024-01-15T15:35:01Z")


async def test_item_46_a_passkey_completes_a_sign_in_by_password(at_home: Home) -> None:
    ada = await at_home.person()
    await with_app(at_home, ada)
    made = await with_passkey(ada)
    pending = await half_way(at_home, ada)
    credential = made.get(await options(pending, f"{MFA}/verify/passkey/begin"))
    other = await half_way(at_home, ada)
    assert (await other.post(f"{MFA}/verify/passkey/finish", {"credential": credential})).status_code == 400
    credential = made.get(await options(pending, f"{MFA}/verify/passkey/begin"))
    reply = await pending.post(f"{MFA}/verify/passkey/finish", {"credential": credential})
    assert (reply.status_code, reply.json()["data"]["refresh_token"] is None) == (200, False)


async def test_item_46_a_challenge_works_once_also_in_parallel_and_for_five_minutes(at_home: Home) -> None:
    ada = await at_home.person()
    made = await with_passkey(ada)
    credential = made.get(await options(at_home.client, f"{PASSKEYS}/sign-in/begin"))
    body = {"credential": credential}
    tries = await asyncio.gather(*(at_home.client.post(f"{PASSKEYS}/sign-in/finish", json=body) for _ in range(4)))
    assert sorted(reply.status_code for reply in tries) == [200, 400, 400, 400]
    late = made.get(await options(at_home.client, f"{PASSKEYS}/sign-in/begin"))
    at_home.clock.advance(300)
    reply = await at_home.client.post(f"{PASSKEYS}/sign-in/finish", json={"credential": late})
    assert (reply.status_code, code_of(reply)) == (400, "PASSKEY_INVALID")


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8000.evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
        {"counter": -1},
        {"handle": b64(b"somebody else")},
        {"handle": None},
        {"key": Authenticator().key},
        {"credential_id": b"never registered"},
    ],
    ids=str,
)
async def test_item_46_a_wrong_origin_person_counter_or_signature_is_refused(here: Home, wrong: dict[str, Any]) -> None:
    ada = await here.person()
    made = await with_passkey(ada)
    assert (await sign_in(here, made)).status_code == 200
    for name, value in wrong.items():
        setattr(made, name, value)
    reply = await sign_in(here, made)
    assert (reply.status_code, code_of(reply)) == (400, "PASSKEY_INVALID")


async def test_item_46_another_relying_party_or_ceremony_is_refused(here: Home) -> None:
    ada = await here.person()
    made = await with_passkey(ada)
    told = await options(here.client, f"{PASSKEYS}/sign-in/begin")
    assert told["rpId"] == "localhost"
    assert told["userVerification"] == "required"
    foreign = made.get({**told, "rpId": "evil.example"})
    reply = await here.client.post(f"{PASSKEYS}/sign-in/finish", json={"credential": foreign})
    assert reply.status_code == 400
    for_adding = await options(ada, f"{PASSKEYS}/register/begin")
    stolen = made.get({"rpId": "localhost", "challenge": for_adding["challenge"]})
    reply = await here.client.post(f"{PASSKEYS}/sign-in/finish", json={"credential": stolen})
    assert reply.status_code == 400, "a challenge of another ceremony"


async def test_item_46_a_passkey_belongs_to_the_session_that_began_it_and_to_one_account(here: Home) -> None:
    ada, bob = await here.person(), await here.person()
    told = await options(ada, f"{PASSKEYS}/register/begin")
    assert told["authenticatorSelection"]["userVerification"] == "required"
    assert told["user"]["id"] not in (ada.user["id"], b64(ada.user["id"].encode()))
    reply = await bob.post(f"{PASSKEYS}/register/finish", {"credential": Authenticator().create(told)})
    assert reply.status_code == 400
    made = await with_passkey(ada)
    again = made.create(await options(bob, f"{PASSKEYS}/register/begin"))
    assert (await bob.post(f"{PASSKEYS}/register/finish", {"credential": again})).status_code == 400
    key = (await ada.get(PASSKEYS)).json()["data"][0]["id"]
    assert (await bob.request("PATCH", f"{PASSKEYS}/{key}", json={"name": "Mine"})).status_code == 404
    assert (await bob.request("DELETE", f"{PASSKEYS}/{key}")).status_code == 404
    assert (await bob.get(PASSKEYS)).json()["total"] == 0


async def test_item_46_a_passkey_is_renamed_and_removed_and_the_person_is_told(at_home: Home) -> None:
    ada = await at_home.person()
    await carried(at_home)
    made = await with_passkey(ada)
    assert "Passkey added" in (await mail_to(at_home, ada.email)).subject
    key = (await ada.get(PASSKEYS)).json()["data"][0]["id"]
    renamed = await ada.request("PATCH", f"{PASSKEYS}/{key}", json={"name": "Key ring"})
    assert renamed.json()["data"]["name"] == "Key ring"
    assert (await ada.request("DELETE", f"{PASSKEYS}/{key}")).status_code == 200
    assert "Key ring" in (await mail_to(at_home, ada.email)).body
    assert (await sign_in(at_home, made)).status_code == 400


@pytest.mark.parametrize("path", [f"{PASSKEYS}/sign-in/finish", f"{PASSKEYS}/register/finish"])
async def test_item_46_what_is_no_credential_is_refused_and_no_fault_of_the_server(here: Home, path: str) -> None:
    ada = await here.person()
    made = await with_passkey(ada)
    begin = path.replace("finish", "begin")
    for name, value in (
        ("rawId", 7),
        ("rawId", "???"),
        ("id", None),
        ("type", []),
        ("response", None),
        ("response", {"clientDataJSON": "e30"}),
        ("clientDataJSON", b64(b"[]")),
        ("clientDataJSON", b64(b"\xff")),
        ("authenticatorData", "AA"),
        ("attestationObject", b64(b"\xa1" * 40)),
        ("signature", 1),
        ("userHandle", {}),
    ):
        told = await options(ada, begin)
        credential = made.get(told) if "rpId" in told else Authenticator().create(told)
        place = credential if name in credential else credential["response"]
        place[name] = value
        reply = await ada.post(path, {"credential": credential})
        known = name in ("attestationObject", "authenticatorData", "signature", "userHandle")
        assert reply.status_code == 400 or (known and reply.status_code in (200, 201)), (name, value, reply.text)
