"""Group B: which passwords are taken, how they are kept, and how they change (items 11 to 17)."""

from __future__ import annotations

import logging
from pathlib import Path

import argon2
import pytest
from sqlalchemy import select, update

from steward.core.accounts import PasswordHasher
from steward.db.database import Transaction
from steward.db.tables import AuditEntry, User
from tests.houses import PASSWORD, Home
from tests.letters import carried

PLANTED = "planted Harbour passphrase 42"
CHANGE = "/api/v1/auth/change-password"


async def registered(at: Home, password: str, email: str = "ada@example.com", **fields: str) -> int:
    """Return the status of registering with the password."""
    body = {"email": email, "password": password, **fields}
    return (await at.client.post("/api/v1/auth/register", json=body)).status_code


@pytest.mark.parametrize(
    "password",
    [
        "SecurePassword123!",
        "securepassword123",
        "SecureP@ssw0rd123",
        "four words with spaces",
        "ключ от тихой гавани",
        "鍵は静かな港の夜明けに",
        "correct-horse-battery-" + "x7Q" * 14,
        "a quiet harbour at dawn " * 8 + "12345678",
    ],
)
async def test_items_11_and_14_long_plain_and_foreign_passwords_are_taken(here: Home, password: str) -> None:
    assert await registered(here, password) == 201
    await here.sign_in("ada@example.com", password)


async def test_item_11_a_password_is_the_same_however_its_accents_are_written(here: Home) -> None:
    assert await registered(here, "caf\u00e9 au port calme") == 201
    await here.sign_in("ada@example.com", "cafe\u0301 au port calme")


@pytest.mark.parametrize(
    "password",
    ["short7!", "password123", "letmein123", "adalovelace1815", "Byron Lovelace", "steward123", "Harbour Works 1",
     "aaaaaaaaaaaa", "qwertyuiop"],
)  # fmt: skip
async def test_item_12_what_is_known_short_or_made_of_ones_names_is_refused(here: Home, password: str) -> None:
    names = {"full_name": "Byron Lovelace", "tenant_name": "Harbour Works"}
    assert await registered(here, password, "adalovelace1815@example.com", **names) == 422


async def test_item_12_the_same_holds_for_a_changed_password(here: Home) -> None:
    ada = await here.person("adalovelace1815@example.com")
    for weak in ("short7!", "password123", "adalovelace1815"):
        reply = await ada.post(CHANGE, {"current_password": PASSWORD, "new_password": weak})
        assert reply.status_code == 422
        assert reply.json()["detail"][0]["loc"] == ["body", "new_password"]
        assert weak not in reply.text


async def test_item_13_nothing_is_cut_off_and_more_than_a_kilobyte_is_refused(here: Home) -> None:
    stem = "a quiet harbour at dawn " * 8 + "1234567"
    assert len(stem) == 199
    assert await registered(here, stem + "x") == 201
    wrong = await here.client.post("/api/v1/auth/login", json={"email": "ada@example.com", "password": stem + "y"})
    assert wrong.status_code == 401
    assert await registered(here, "ä" * 512, "eve@example.com") != 413
    assert await registered(here, "é!" * 400, "bob@example.com") == 422


async def test_item_14_no_password_grows_old(here: Home) -> None:
    ada = await here.person()
    here.clock.advance(5 * 365 * 86400)
    assert (await here.sign_in(ada.email, PASSWORD)).user["id"] == ada.user["id"]


async def test_item_15_the_parameters_are_owasps_and_rise_at_the_next_login(here: Home) -> None:
    ada = await here.person()

    def stored(tx: Transaction) -> str:
        return str(tx.session.scalar(select(User.password_hash).where(User.email == ada.email)))

    assert (await here.house.db.read(stored)).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    weaker = argon2.PasswordHasher(memory_cost=1024, time_cost=1, parallelism=1).hash(PASSWORD)
    await here.house.db.write(lambda tx: tx.session.execute(update(User).values(password_hash=weaker)))
    await here.sign_in(ada.email, PASSWORD)
    assert (await here.house.db.read(stored)).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert isinstance(here.house.hasher, PasswordHasher)


@pytest.mark.parametrize("door", [("POST", CHANGE), ("PUT", "/api/v1/users/me/password")])
async def test_item_16_changing_the_password_ends_all_other_sessions(at_home: Home, door: tuple[str, str]) -> None:
    ada = await at_home.person()
    other = await at_home.sign_in(ada.email, PASSWORD)
    await carried(at_home)
    method, path = door

    wrong = await ada.request(method, path, json={"current_password": "a wrong one", "new_password": PLANTED})
    missing = await ada.request(method, path, json={"new_password": PLANTED})
    right = await ada.request(method, path, json={"current_password": PASSWORD, "new_password": PLANTED})

    assert [(reply.status_code, reply.json().get("error_code")) for reply in (wrong, missing)] == [
        (400, "PASSWORD_WRONG"),
        (400, "PASSWORD_WRONG"),
    ]
    assert (right.status_code, right.json()["message"]) == (200, "Password has been changed")
    assert (await ada.get("/api/v1/users/me")).status_code == 200
    assert (await other.get("/api/v1/users/me")).status_code == 401
    renewed = await at_home.client.post("/api/v1/auth/refresh", json={"refresh_token": other.refresh_token})
    assert renewed.status_code == 401
    assert [(letter.to, letter.subject) for letter in await carried(at_home)] == [
        (ada.email, "Your password was changed")
    ]
    old = await at_home.client.post("/api/v1/auth/login", json={"email": ada.email, "password": PASSWORD})
    assert old.status_code == 401
    await at_home.sign_in(ada.email, PLANTED)


async def test_item_16_a_link_from_before_the_change_sets_no_password(at_home: Home) -> None:
    ada = await at_home.person()
    await at_home.client.post("/api/v1/auth/forgot-password", json={"email": ada.email})
    token = next(letter.token for letter in await carried(at_home) if "reset-password" in letter.body)
    await ada.post(CHANGE, {"current_password": PASSWORD, "new_password": PLANTED})
    stale = await at_home.client.post(
        "/api/v1/auth/reset-password", json={"token": token, "new_password": "yet another harbour"}
    )
    assert stale.status_code == 400


async def test_item_17_a_password_is_in_no_answer_log_audit_entry_or_file(
    here: Home, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    replies = [
        await here.client.post("/api/v1/auth/register", json={"email": "no address", "password": PLANTED}),
        await here.client.post("/v1/auth/register", json={"email": "ada@example.com", "password": [PLANTED]}),
        await here.client.post("/api/v1/auth/register", json={"email": "ada@example.com", "password": PLANTED}),
        await here.client.post("/api/v1/auth/login", json={"email": "bob@example.com", "password": PLANTED}),
    ]
    ada = await here.sign_in("ada@example.com", PLANTED)
    second = PLANTED + " more"
    replies += [
        await ada.post(CHANGE, {"current_password": second, "new_password": second}),
        await ada.post(CHANGE, {"current_password": PLANTED, "new_password": second}),
        await here.client.post("/api/v1/auth/reset-password", json={"token": "x", "new_password": PLANTED}),
    ]
    await carried(here)

    entries = await here.house.db.read(lambda tx: tx.session.scalars(select(AuditEntry)).all())
    assert len(entries) >= 4
    assert not any(PLANTED in str(vars(entry)) for entry in entries)
    assert not any(PLANTED in reply.text for reply in replies)
    assert PLANTED not in caplog.text
    assert holding(here.house.settings.data_dir, PLANTED) == []


def holding(folder: Path, planted: str) -> list[Path]:
    """Return the files below the folder that have the text in them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if planted.encode() in path.read_bytes()]
