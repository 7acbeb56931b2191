"""The outbox in the web app: letters with one-time links are for the server's owner, signed in, and nobody else."""

from __future__ import annotations

from tests.houses import Home
from tests.letters import carried

PATH = "/ui/outbox"


async def test_the_owner_sees_mails_and_texts_newest_first(at_home: Home) -> None:
    person, owner = await at_home.person(), await at_home.owner()
    await person.post("/api/v1/users/me/phone-numbers", {"phone_number": "+14155552671"})
    sent = await carried(at_home)
    reply = await owner.get(PATH)
    assert reply.status_code == 200, reply.text
    found = reply.json()
    assert found["total"] == len(sent) == 2
    text, mail = found["items"]
    assert (text["channel"], text["to"], text["subject"]) == ("sms", "+14155552671", "")
    assert (mail["channel"], mail["to"]) == ("mail", person.email)
    assert sent[0].token in mail["body"]


async def test_somebody_who_does_not_run_the_server_sees_nothing(at_home: Home) -> None:
    person = await at_home.person(tenant_name="Lovelace Ltd")  # who runs a tenant does not run the server either
    assert person.user["role"] == "admin"
    reply = await person.get(PATH)
    assert (reply.status_code, reply.json()["error_code"]) == (403, "FORBIDDEN")
    assert (await at_home.client.get(PATH)).status_code == 401


async def test_a_key_of_the_owner_sees_nothing(at_home: Home) -> None:
    owner = await at_home.owner()
    made = await owner.post("/api/v1/api-keys", {"name": "all that I may do"})
    assert made.status_code == 201, made.text
    reply = await at_home.client.get(PATH, headers={"X-API-Key": made.json()["data"]["key"]})
    assert (reply.status_code, reply.json()["error_code"]) == (403, "SIGN_IN_REQUIRED")


async def test_a_look_is_audited(at_home: Home) -> None:
    owner = await at_home.owner()
    await owner.get(PATH)
    entries = (await owner.get("/api/v1/rbac/audit?action=outbox.read")).json()["data"]
    assert [each["user_id"] for each in entries] == [owner.user["id"]]


async def test_a_file_that_is_no_letter_is_left_out(at_home: Home) -> None:
    await at_home.person()
    await carried(at_home)
    folder = at_home.house.settings.data_dir / "outbox" / "mail"
    (folder / "0.json").write_text("[]")
    (folder / "1.json").write_text("{")
    reply = await (await at_home.owner()).get(PATH)
    assert [each["subject"] for each in reply.json()["items"]] == ["Confirm your address"]
