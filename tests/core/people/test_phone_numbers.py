"""Phone numbers: claimed, proved by a texted code, one of them primary."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.houses import Home, Person
from tests.letters import carried

PATH = "/api/v1/users/me/phone-numbers"
NUMBER = "+15550101234"


async def claimed(at: Home, person: Person, number: str = NUMBER, **more: Any) -> tuple[str, str]:
    """Claim a number; return its id and the code that was texted to it."""
    reply = await person.post(PATH, {"phone_number": number, **more})
    assert reply.status_code == 201, reply.text
    codes = [letter.code for letter in await carried(at) if letter.to == number]
    return reply.json()["data"]["id"], codes[-1]


async def verified(at: Home, person: Person, number: str = NUMBER, **more: Any) -> dict[str, Any]:
    """Claim a number and prove it."""
    key, code = await claimed(at, person, number, **more)
    reply = await person.request("PUT", f"{PATH}/{key}", json={"verification_code": code})
    assert reply.status_code == 200, reply.text
    at.clock.advance(61)
    data: dict[str, Any] = reply.json()["data"]
    return data


async def numbers(person: Person) -> list[tuple[str, bool, bool]]:
    """Return number, verified and primary of the list."""
    rows = (await person.get(PATH)).json()["data"]
    return [(row["phone_number"], row["is_verified"], row["is_primary"]) for row in rows]


async def test_the_first_verified_number_becomes_the_primary_one(at_home: Home) -> None:
    ada = await at_home.person()
    key, code = await claimed(at_home, ada, label="work")
    assert await numbers(ada) == [(NUMBER, False, False)]
    reply = await ada.request("PUT", f"{PATH}/{key}", json={"verification_code": code})
    assert reply.json()["data"]["is_primary"] is True
    assert reply.json()["data"]["label"] == "work"
    assert (await ada.get("/api/v1/users/me")).json()["phone_number"] == NUMBER


async def test_a_code_works_once_within_five_minutes_and_five_tries(at_home: Home) -> None:
    ada = await at_home.person()
    key, code = await claimed(at_home, ada)
    other = "000000" if code != "000000" else "000001"
    wrong = [await ada.request("PUT", f"{PATH}/{key}", json={"verification_code": other}) for _ in range(5)]
    assert [(reply.status_code, reply.json()["error_code"]) for reply in wrong] == [
        (400, "VERIFICATION_CODE_WRONG")
    ] * 5
    assert (await ada.request("PUT", f"{PATH}/{key}", json={"verification_code": code})).status_code == 400

    at_home.clock.advance(61)
    key, late = await claimed(at_home, ada)
    at_home.clock.advance(300)
    assert (await ada.request("PUT", f"{PATH}/{key}", json={"verification_code": late})).status_code == 400
    key, code = await claimed(at_home, ada)
    assert (await ada.request("PUT", f"{PATH}/{key}", json={"verification_code": code})).status_code == 200


async def test_another_code_comes_after_a_minute_and_five_times_an_hour_to_a_number(at_home: Home) -> None:
    ada = await at_home.person()
    await claimed(at_home, ada)
    soon = await ada.post(PATH, {"phone_number": NUMBER})
    assert (soon.status_code, soon.headers["retry-after"]) == (429, "60")
    for _ in range(4):
        at_home.clock.advance(61)
        await claimed(at_home, ada)
    at_home.clock.advance(61)
    assert (await ada.post(PATH, {"phone_number": NUMBER})).status_code == 429


async def test_a_number_that_somebody_proved_is_taken(at_home: Home) -> None:
    ada, bob = await at_home.person(), await at_home.person()
    await verified(at_home, ada)
    for person in (ada, bob):
        reply = await person.post(PATH, {"phone_number": "+1 (555) 010-1234"})
        assert (reply.status_code, reply.json()["error_code"]) == (409, "PHONE_NUMBER_TAKEN")


async def test_of_two_people_who_prove_one_number_at_once_one_gets_it(at_home: Home) -> None:
    ada, bob = await at_home.person(), await at_home.person()
    proofs = [(person, *(await claimed(at_home, person))) for person in (ada, bob)]

    replies = await asyncio.gather(
        *(person.request("PUT", f"{PATH}/{key}", json={"verification_code": code}) for person, key, code in proofs)
    )

    assert sorted(reply.status_code for reply in replies) == [200, 409]


async def test_deleting_the_primary_number_promotes_another(at_home: Home) -> None:
    ada = await at_home.person()
    first = await verified(at_home, ada)
    second = await verified(at_home, ada, "+15550101235", is_primary=True)
    assert await numbers(ada) == [("+15550101235", True, True), (NUMBER, True, False)]

    gone = await ada.request("DELETE", f"{PATH}/{second['id']}")

    assert gone.json() == {"data": None, "message": "Phone number deleted", "status": "success"}
    assert await numbers(ada) == [(NUMBER, True, True)]
    await ada.request("DELETE", f"{PATH}/{first['id']}")
    assert await numbers(ada) == []


async def test_a_number_of_somebody_else_is_unknown(at_home: Home) -> None:
    ada, bob = await at_home.person(), await at_home.person()
    key, code = await claimed(at_home, ada)
    for path in (f"{PATH}/{key}", f"{PATH}/no-id"):
        assert (await bob.request("PUT", path, json={"verification_code": code})).status_code == 404
        assert (await bob.request("DELETE", path)).status_code == 404
    assert await numbers(ada) == [(NUMBER, False, False)]


async def test_a_person_claims_at_most_ten_numbers_and_gets_ten_codes_an_hour(at_home: Home) -> None:
    ada = await at_home.person()
    for number in range(10):
        await claimed(at_home, ada, f"+1555010{number:04}")
        at_home.clock.advance(61)
    assert (await ada.post(PATH, {"phone_number": "+15550109999"})).status_code == 422
    assert (await ada.post(PATH, {"phone_number": "+15550100000"})).status_code == 429
    assert (await ada.post(PATH, {"phone_number": "5550100000"})).status_code == 422
