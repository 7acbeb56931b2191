"""Group O and C: the key ring turns while the server runs (items 32, 60, 107)."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import LargeBinary, select, update

from steward.core.vault import KeyIsCurrent, KeyNeeded, KeyUnknown
from steward.db.database import Transaction
from steward.db.sealing import seal_anew, seal_context, sealed_columns
from steward.db.tables import Base, Letter, MfaMethod, OAuthIntegration
from steward.house import build_house
from steward.kit.secrets import (
    KeysUnreadable,
    LiveKeyRing,
    SealBroken,
    Sealer,
    add_key,
    key_ring_from_text,
    load_key_ring,
    remove_key,
)
from steward.settings import SettingsWrong, load_settings
from tests.houses import Home, Process, without_steward

CLEAR = {
    "audit_entries.mac": "a code that proves, and tells nothing",
    "idempotency_keys.fingerprint": "a hash",
    "mfa_accounts.user_handle": "random, and kept on devices",
    "passkeys.credential_id": "sent by the authenticator in the clear",
    "passkeys.public_key": "public",
}
"""Binary columns that are not sealed, and why. Everything else that is binary must be."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second of waiting for other processes, where there are none."""
    monkeypatch.setattr("steward.core.vault.service._NOTICED", timedelta(0))


def test_item_107_every_binary_column_is_sealed_or_said_to_be_none_of_that() -> None:
    binary = {
        str(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert {str(column) for column in sealed_columns()} == binary - set(CLEAR)
    assert set(CLEAR) <= binary
    assert all({"id", "key", "tenant_key"} <= set(column.table.columns.keys()) for column in sealed_columns())


def test_item_107_a_value_opens_only_for_its_own_table_tenant_row_and_column() -> None:
    ring = key_ring_from_text("a secret of the tests that is long enough")
    row, other = UUID(int=1), UUID(int=2)
    context = seal_context(OAuthIntegration.access_token, 7, row)
    sealed = Sealer(ring).seal(b"clear", context)
    assert Sealer(ring).open(sealed, context) == b"clear"
    for wrong in (
        seal_context(OAuthIntegration.access_token, 8, row),
        seal_context(OAuthIntegration.access_token, None, row),
        seal_context(OAuthIntegration.access_token, 7, other),
        seal_context(OAuthIntegration.refresh_token, 7, row),
        seal_context(MfaMethod.secret, 7, row),
    ):
        with pytest.raises(SealBroken):
            Sealer(ring).open(sealed, wrong)


def test_item_32_a_running_process_notices_a_new_key_and_still_reads_with_the_old(tmp_path: Path) -> None:
    now = [0.0]
    load_key_ring(tmp_path / "keys.json")
    ring = LiveKeyRing(tmp_path / "keys.json", lambda: now[0])
    sealer, old = Sealer(ring), ring.current
    before = sealer.seal(b"x", "c")
    new = add_key(tmp_path / "keys.json", datetime.now(UTC))
    assert ring.current == old, "looked at again too early: it is asked for each token"
    assert ring.derived(new, "tokens") is not None, "what another process made a moment ago is read at once"
    now[0] += 0.6
    assert (ring.current, ring.names()) == (new, (new, old))
    assert sealer.open(before, "c") == sealer.open(sealer.seal(b"x", "c"), "c") == b"x"
    remove_key(tmp_path / "keys.json", old)
    now[0] += 0.6
    assert ring.names() == (new,)
    assert os.stat(tmp_path / "keys.json").st_mode & 0o777 == 0o600


def test_item_107_a_broken_file_of_keys_stops_the_start_but_not_a_running_server(tmp_path: Path) -> None:
    ring = load_key_ring(tmp_path / "keys.json")
    known = ring.keys
    for broken in ("", "{}", '{"keys": []}', '{"keys": [{"id": "a", "key": "AAAA"}]}', '{"keys": [{"id": 1}]}', "[]"):
        (tmp_path / "keys.json").write_text(broken)
        assert ring.look_again() == known
        with pytest.raises(KeysUnreadable):
            load_key_ring(tmp_path / "keys.json")


def test_item_32_several_configured_secrets_are_a_ring_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = "o" * 32, "n" * 40
    ring = key_ring_from_text(f"{new}, {old}")
    assert ring.keys == (*key_ring_from_text(new).keys, *key_ring_from_text(old).keys)
    for weak in ("short", f"{new},short", ",", " , "):
        monkeypatch.setenv("STEWARD_SECRET_KEY", weak)
        with pytest.raises(SettingsWrong, match="STEWARD_SECRET_KEY"):
            load_settings()


def kid_of(token: str) -> str:
    """Return the name of the key that signed the token."""
    return str(json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))["kid"])


async def sealed_by_name(at: Home) -> dict[str, int]:
    """Return how many sealed values there are under each key."""

    def work(tx: Transaction) -> dict[str, int]:
        counts: dict[str, int] = {}
        for column in sealed_columns():
            for value in tx.session.scalars(select(column).where(column.is_not(None))):
                name = bytes(value).partition(b"\0")[0].decode()
                counts[name] = counts.get(name, 0) + 1
        return counts

    return await at.house.db.read(work)


async def letters(at: Home, count: int) -> None:
    """Have letters wait, each with its content sealed."""

    def work(tx: Transaction) -> None:
        for number in range(count):
            at.house.letters.mail(
                tx, to=f"somebody{number}@example.com", purpose="test", subject="s", body=f"body {number}"
            )

    await at.house.db.write(work)


@pytest.mark.usefixtures("quick")
async def test_item_107_rotation_seals_everything_anew_and_every_session_goes_on(
    at_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steward.core.vault.service.BATCH", 3)
    ada, house = await at_home.person(), at_home.house
    await letters(at_home, 10)
    old = house.ring.current
    told: list[str] = []
    done = await house.vault.rotate(told.append)
    assert done.is_new
    assert done.sealed_anew == 11  # with the mail that greets
    assert await sealed_by_name(at_home) == {done.name: 11}
    assert sum("letters.sealed" in line for line in told) == 4, "batches, each with a line"
    assert (await ada.get("/api/v1/users/me")).status_code == 200, "the old key still verifies"
    fresh = await at_home.sign_in(ada.email, "SecurePassword123!")
    kid = kid_of(fresh.token)
    assert kid == done.name != old, "the new key signs, without a restart"
    first = await house.db.read(lambda tx: tx.session.scalar(select(Letter.key).order_by(Letter.key).limit(1)))
    await house.letters.send(first)
    assert (await house.audit.verify(house.db)).is_whole


@pytest.mark.usefixtures("quick")
async def test_item_107_a_rotation_that_was_broken_off_is_finished_without_another_key(at_home: Home) -> None:
    await letters(at_home, 6)
    house = at_home.house
    new = add_key(house.settings.data_dir / "keys.json", at_home.clock.now())
    house.ring.look_again()
    column = next(each for each in sealed_columns() if str(each) == "letters.sealed")
    await house.db.write(lambda tx: seal_anew(tx, column, new, 0, 2))
    done = await house.vault.rotate()
    assert (done.name, done.is_new, done.sealed_anew) == (new, False, 4)
    assert await sealed_by_name(at_home) == {new: 6}
    assert (await house.vault.rotate()).is_new, "the next one is a rotation of its own"


@pytest.mark.usefixtures("quick")
async def test_item_107_a_value_that_no_key_opens_is_left_alone_and_told(here: Home) -> None:
    await letters(here, 2)
    house = here.house
    broken = house.ring.current.encode() + b"\0" + bytes(40)
    await house.db.write(lambda tx: tx.session.execute(update(Letter).where(Letter.key == 1).values(sealed=broken)))
    done = await house.vault.rotate()
    assert (done.sealed_anew, done.unreadable) == (1, 1)


@pytest.mark.usefixtures("quick")
async def test_item_107_a_key_leaves_only_when_nothing_needs_it(at_home: Home) -> None:
    house, old = at_home.house, at_home.house.ring.current
    await at_home.person()
    with pytest.raises(KeyUnknown):
        await house.vault.retire("00000000")
    with pytest.raises(KeyIsCurrent):
        await house.vault.retire(old)
    at_home.clock.advance(5)
    new = add_key(house.settings.data_dir / "keys.json", at_home.clock.now())
    house.ring.look_again()
    with pytest.raises(KeyNeeded, match="sealed values"):
        await house.vault.retire(old)
    await house.vault.rotate()
    with pytest.raises(KeyNeeded, match="1 sessions from before, the last until 2024-01-22"):
        await house.vault.retire(old)
    at_home.clock.advance(8 * 86400)
    ada = await at_home.sign_in("person1@example.com", "SecurePassword123!")
    await house.vault.retire(old)
    assert house.ring.names() == (new,)
    assert (await ada.get("/api/v1/users/me")).status_code == 200
    assert (await house.audit.verify(house.db)).is_whole


@pytest.mark.usefixtures("quick")
async def test_item_107_the_audit_log_can_be_checked_after_its_first_key_is_gone(at_home: Home) -> None:
    house, old = at_home.house, at_home.house.ring.current
    await at_home.person()
    at_home.clock.advance(5)
    await house.vault.rotate()
    await house.vault.retire(old, at_once=True)
    later = build_house(house.settings, at_home.clock)
    try:
        report = await later.audit.verify(later.db)
        assert (report.is_whole, later.ring.derived(old, "audit")) == (True, None)
    finally:
        later.db.close()


@pytest.mark.usefixtures("quick")
async def test_item_32_a_key_that_got_out_leaves_at_once_and_takes_its_sessions_along(at_home: Home) -> None:
    house, old = at_home.house, at_home.house.ring.current
    ada = await at_home.person()
    at_home.clock.advance(5)
    await house.vault.rotate()
    await house.vault.retire(old, at_once=True)
    house.services.sessions.forget_user(ada.user["user_number"])
    assert (await ada.get("/api/v1/users/me")).status_code == 401
    assert (await (await at_home.sign_in(ada.email, "SecurePassword123!")).get("/api/v1/users/me")).status_code == 200


def test_item_32_the_command_turns_the_ring_of_a_running_server(tmp_path: Path) -> None:
    process = Process(tmp_path)
    process.start()
    try:
        with httpx2.Client(base_url=process.url, timeout=30) as client:
            person = {"email": "ada@example.com", "password": "SecurePassword123!", "full_name": "Ada"}
            assert client.post("/api/v1/auth/register", json=person).status_code == 201
            token = client.post("/api/v1/auth/login", json=person).json()["access_token"]
            said = steward(tmp_path, "keys", "rotate")
            name = said.split("under the key ")[1].split(".")[0]
            again = client.post("/api/v1/auth/login", json=person).json()["access_token"]
            kid = kid_of(again)
            assert kid == name
            for each in (token, again):
                me = client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {each}"})
                assert me.status_code == 200
            assert name in steward(tmp_path, "keys", "list")
    finally:
        process.stop()


def steward(data_dir: Path, *words: str) -> str:
    """Run the command and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "steward", *words],
        env={**without_steward(), "STEWARD_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
