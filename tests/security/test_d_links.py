"""Group D (items 33 to 38): links with one-time tokens, new passwords by mail, new addresses, the mails themselves."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx2
from sqlalchemy import select

from steward.db.tables import OneTimeToken
from steward.kit.secrets import sha256_hex
from tests.houses import PASSWORD, Home, Person
from tests.letters import carried, mail_to

NEW_PASSWORD = "another quiet harbour 7"


async def asked_anew(at: Home, email: str) -> str:
    """Forget the password and return the token that was mailed."""
    reply = await at.client.post("/api/v1/auth/forgot-password", json={"email": email})
    assert reply.status_code == 200, reply.text
    return (await mail_to(at, email)).token


async def set_anew(at: Home, token: str, password: str = NEW_PASSWORD) -> httpx2.Response:
    """Use the token of a mail."""
    return await at.client.post("/api/v1/auth/reset-password", json={"token": token, "new_password": password})


async def sign_in(at: Home, email: str, password: str) -> int:
    """Return the status of a login."""
    return (await at.client.post("/api/v1/auth/login", json={"email": email, "password": password})).status_code


async def is_verified(person: Person) -> bool:
    """Return what the profile says."""
    return bool((await person.get("/api/v1/users/me")).json()["is_verified"])


async def test_item_33_a_link_that_confirms_an_address_works_once_for_a_day(at_home: Home) -> None:
    ada = await at_home.person()
    token = (await mail_to(at_home, ada.email)).token
    stored = await at_home.house.db.read(lambda tx: tx.session.scalars(select(OneTimeToken)).all())
    assert len(token) == 43  # 32 random bytes
    assert sha256_hex(token) in {row.hash for row in stored}
    assert not any(token in str(vars(row)) for row in stored)
    at_home.clock.advance(timedelta(hours=24).total_seconds() - 1)

    replies = [await at_home.client.post("/v1/auth/verify-email", json={"token": token}) for _ in range(2)]

    assert [reply.status_code for reply in replies] == [200, 400]
    assert replies[0].json() == {"success": True, "message": "Email verified successfully"}
    assert replies[1].json()["error"]["code"] == "TOKEN_INVALID"
    assert await is_verified(await at_home.sign_in(ada.email, PASSWORD))


async def test_item_33_links_end_after_a_day_and_after_half_an_hour(at_home: Home) -> None:
    ada = await at_home.person()
    confirming = (await mail_to(at_home, ada.email)).token
    at_home.clock.advance(timedelta(hours=24).total_seconds())
    resetting = await asked_anew(at_home, ada.email)
    at_home.clock.advance(timedelta(minutes=30).total_seconds())

    late = await at_home.client.post("/api/v1/auth/verify-email", json={"token": confirming})

    assert late.status_code == 400
    assert (await set_anew(at_home, resetting)).status_code == 400
    assert await sign_in(at_home, ada.email, PASSWORD) == 200


async def test_item_33_a_token_is_bound_to_what_it_is_for_and_to_its_address(at_home: Home) -> None:
    ada = await at_home.person()
    confirming = (await mail_to(at_home, ada.email)).token
    resetting = await asked_anew(at_home, ada.email)
    assert (await set_anew(at_home, confirming)).status_code == 400
    crossed = await at_home.client.post("/api/v1/auth/verify-email", json={"token": resetting})
    assert crossed.status_code == 400

    await ada.request("PUT", "/api/v1/users/me", json={"email": "ada.new@example.com"})
    changing = (await mail_to(at_home, "ada.new@example.com")).token
    assert (await at_home.client.post("/api/v1/auth/verify-email", json={"token": changing})).status_code == 200

    stale = await at_home.client.post("/api/v1/auth/verify-email", json={"token": confirming})
    assert stale.status_code == 400
    assert (await set_anew(at_home, resetting)).status_code == 400


async def test_item_34_of_parallel_uses_of_a_reset_token_one_succeeds(at_home: Home) -> None:
    ada = await at_home.person()
    token = await asked_anew(at_home, ada.email)
    passwords = [f"parallel harbours {number} at dawn" for number in range(8)]

    replies = await asyncio.gather(*(set_anew(at_home, token, password) for password in passwords))

    statuses = [reply.status_code for reply in replies]
    assert sorted(statuses) == [200] + [400] * 7
    winner = passwords[statuses.index(200)]
    assert await sign_in(at_home, ada.email, winner) == 200
    assert await sign_in(at_home, ada.email, PASSWORD) == 401


async def test_item_35_a_reset_ends_every_session_and_voids_older_links(at_home: Home) -> None:
    ada = await at_home.person()
    other = await at_home.sign_in(ada.email, PASSWORD)
    older = await asked_anew(at_home, ada.email)
    newer = await asked_anew(at_home, ada.email)
    assert (await set_anew(at_home, older)).status_code == 400

    reply = await set_anew(at_home, newer)

    assert reply.json() == {"data": None, "message": "Password has been reset", "status": "success"}
    for person in (ada, other):
        assert (await person.get("/api/v1/users/me")).status_code == 401
        renewed = await at_home.client.post("/api/v1/auth/refresh", json={"refresh_token": person.refresh_token})
        assert renewed.status_code == 401
    assert "was changed" in (await mail_to(at_home, ada.email)).subject
    assert await sign_in(at_home, ada.email, NEW_PASSWORD) == 200


async def test_item_35_a_weak_new_password_is_refused_and_the_link_stays_good(at_home: Home) -> None:
    ada = await at_home.person()
    token = await asked_anew(at_home, ada.email)

    assert (await set_anew(at_home, token, "password123")).status_code == 422
    assert (await set_anew(at_home, token)).status_code == 200


async def test_item_36_links_use_the_public_url_whatever_the_request_says(at_home: Home) -> None:
    ada = await at_home.person()
    await carried(at_home)
    foreign = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}

    await at_home.client.post("/api/v1/auth/forgot-password", json={"email": ada.email}, headers=foreign)
    await ada.post("/api/v1/auth/resend-verification", headers=foreign)

    letters = await carried(at_home)
    assert {letter.link.split("?")[0] for letter in letters} == {
        f"{at_home.house.settings.public_url}/reset-password",
        f"{at_home.house.settings.public_url}/verify-email",
    }


async def test_item_37_a_new_address_replaces_the_old_one_only_when_it_is_confirmed(at_home: Home) -> None:
    ada = await at_home.person("ada@example.com")
    await carried(at_home)

    asked = await ada.request("PUT", "/api/v1/users/me", json={"email": "Ada.New@Example.com", "theme": "dark"})

    assert (asked.status_code, asked.json()["email"], asked.json()["theme"]) == (200, "ada@example.com", "dark")
    letters = {letter.to: letter for letter in await carried(at_home)}
    assert set(letters) == {"ada@example.com", "ada.new@example.com"}
    assert "about to change" in letters["ada@example.com"].subject
    assert await sign_in(at_home, "ada.new@example.com", PASSWORD) == 401

    token = letters["ada.new@example.com"].token
    assert (await at_home.client.post("/api/v1/auth/verify-email", json={"token": token})).status_code == 200

    assert await sign_in(at_home, "ada@example.com", PASSWORD) == 401
    ada = await at_home.sign_in("ada.new@example.com", PASSWORD)
    assert (ada.user["email"], ada.user["username"], ada.user["is_verified"]) == (
        "ada.new@example.com",
        "ada.new@example.com",
        True,
    )
    assert "was changed" in (await mail_to(at_home, "ada@example.com")).subject


async def test_item_37_an_address_that_somebody_has_is_refused_when_asked_and_when_confirmed(at_home: Home) -> None:
    ada, bob = await at_home.person("ada@example.com"), await at_home.person("bob@example.com")
    taken = await ada.request("PUT", "/v1/users/me", json={"email": "bob@example.com", "theme": "dark"})
    assert taken.status_code == 409
    assert (await ada.get("/v1/users/me")).json()["data"]["theme"] == "auto"

    for person in (ada, bob):
        await person.request("PUT", "/api/v1/users/me", json={"email": "new@example.com"})
    tokens = [letter.token for letter in await carried(at_home) if letter.to == "new@example.com"]
    replies = await asyncio.gather(
        *(at_home.client.post("/api/v1/auth/verify-email", json={"token": token}) for token in tokens)
    )

    assert sorted(reply.status_code for reply in replies) == [200, 409]


async def test_item_38_an_address_gets_three_mails_of_a_kind_in_an_hour(at_home: Home) -> None:
    ada = await at_home.person()
    for _ in range(5):
        await at_home.client.post("/api/v1/auth/forgot-password", json={"email": ada.email})
    again = [(await ada.post("/api/v1/auth/resend-verification")).status_code for _ in range(3)]

    letters = await carried(at_home)

    assert [letter.subject for letter in letters].count("Set a new password") == 3
    assert [letter.subject for letter in letters].count("Confirm your address") == 3
    assert again == [200, 200, 429]


async def test_item_38_a_line_break_in_an_address_or_name_reaches_no_header(at_home: Home) -> None:
    for address in ("ada@example.com\r\nBcc: eve@example.com", "ada@example.com,eve@example.com", "a\n@example.com"):
        for path in ("/api/v1/auth/forgot-password", "/v1/auth/forgot-password"):
            assert (await at_home.client.post(path, json={"email": address})).status_code in (400, 422)
    await at_home.person("ada@example.com", full_name="Ada\r\nBcc: eve@example.com", tenant_name="Come to evil.example")
    await at_home.client.post("/api/v1/auth/forgot-password", json={"email": "ada@example.com"})

    letters = await carried(at_home)

    assert {letter.to for letter in letters} == {"ada@example.com"}
    assert not any("eve@" in letter.body + letter.subject or "evil" in letter.body for letter in letters)


async def test_item_38_signed_in_nobody_mails_more_than_five_new_addresses_in_an_hour(at_home: Home) -> None:
    ada = await at_home.person()
    replies = [
        await ada.request("PUT", "/api/v1/users/me", json={"email": f"victim{number}@example.com"})
        for number in range(6)
    ]
    assert [reply.status_code for reply in replies] == [200] * 5 + [429]
