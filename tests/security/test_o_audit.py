"""Group O: the audit log is append-only, chained, complete, and cannot be flooded."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from secrets import token_bytes

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from steward import cli
from steward.core.audit import AuditLog
from steward.core.audit.bounds import MOST_OF_ALL, MOST_OF_ONE, RefusalBound
from steward.db.tables import AuditEntry
from steward.kit.secrets import KeyRing
from tests.houses import PASSWORD, Home, take_audit_guards_away
from tests.security.people import admin_of, audited, colleague, role_id


def run(data_dir: Path, *words: str) -> tuple[int, str]:
    """Run the command on the data folder; return its exit status and what it printed."""
    done = CliRunner().invoke(cli.app, list(words), env={"STEWARD_DATA_DIR": str(data_dir)}, terminal_width=500)
    return done.exit_code, done.output


async def tampered(made: Home, key: int) -> None:
    """Change an entry as somebody could who owns the database."""
    take_audit_guards_away(made.house.db.engine)
    lie = update(AuditEntry).where(AuditEntry.key == key).values(action="user.changed")
    await made.house.db.write(lambda tx: tx.session.execute(lie))


@pytest.mark.parametrize(
    "change",
    [update(AuditEntry).values(result="success"), delete(AuditEntry)],
    ids=["update", "delete"],
)
async def test_item_108_the_database_itself_refuses_to_change_an_entry(at_home: Home, change: object) -> None:
    await at_home.person()
    with pytest.raises(DBAPIError, match="audit entries are never changed"):
        await at_home.house.db.write(lambda tx: tx.session.execute(change))  # type: ignore[call-overload]
    if at_home.house.settings.is_postgres:
        with pytest.raises(DBAPIError, match="audit entries are never changed"):
            await at_home.house.db.write(lambda tx: tx.connection.execute(text("TRUNCATE audit_entries")))
    assert (await at_home.house.audit.verify(at_home.house.db)).is_whole


async def test_item_108_the_command_says_that_all_is_whole_and_names_the_first_broken_entry(here: Home) -> None:
    for _ in range(3):
        await here.person()
    folder = here.house.settings.data_dir
    status, said = await asyncio.to_thread(run, folder, "audit", "verify")
    assert status == 0
    assert "entries are whole" in said

    await tampered(here, 3)
    entry = await here.house.db.read(lambda tx: tx.session.scalar(select(AuditEntry.id).where(AuditEntry.key == 3)))
    status, said = await asyncio.to_thread(run, folder, "audit", "verify")
    assert status == 1
    assert f"Entry 3 ({entry}) is not what was written; the 2 entries before it are whole." in said


async def test_item_108_what_is_cut_off_the_end_shows_by_the_head_that_was_kept(here: Home) -> None:
    await here.person()
    folder = here.house.settings.data_dir
    head = json.loads((await asyncio.to_thread(run, folder, "audit", "head"))[1])
    await here.house.heads.keep()
    assert json.loads((folder / "audit" / "heads.jsonl").read_text()) == {**head, "at": "2024-01-15T15:30:00Z"}

    take_audit_guards_away(here.house.db.engine)
    cut = delete(AuditEntry).where(AuditEntry.key == head["key"])
    await here.house.db.write(lambda tx: tx.session.execute(cut))
    status, said = await asyncio.to_thread(run, folder, "audit", "verify")
    assert status == 1
    assert f"Entry {head['key']}, whose code was kept, is gone" in said


async def test_item_108_a_head_is_kept_once_a_day(here: Home) -> None:
    await here.person()
    kept = here.house.settings.data_dir / "audit" / "heads.jsonl"
    for _ in range(3):
        await here.house.heads.keep()
        here.clock.advance(3600)
    assert len(kept.read_text().splitlines()) == 1
    here.clock.advance(86_400)
    await here.house.heads.keep()
    assert [json.loads(line)["at"][:10] for line in kept.read_text().splitlines()] == ["2024-01-15", "2024-01-16"]
    assert any(sweep.verb == here.house.heads.keep for sweep in here.house.sweeps())


async def test_item_108_entries_of_a_key_that_left_the_ring_can_still_be_checked(here: Home) -> None:
    await here.person()
    folder, db, old = here.house.settings.data_dir / "audit", here.house.db, here.house.ring
    new = ("fresh", token_bytes(32))
    AuditLog(KeyRing((new, *old.keys)), folder)
    after = AuditLog(KeyRing((new,)), folder)
    assert (await after.verify(db)).is_whole
    assert not (await AuditLog(KeyRing((new,))).verify(db)).is_whole
    assert not any(key.hex() in path.read_text("latin-1") for _, key in old.keys for path in folder.iterdir())


async def test_a_denial_a_failed_login_and_a_change_of_rights_are_written_down(at_home: Home) -> None:
    admin = await admin_of(at_home)
    viewer = await colleague(at_home, admin, "viewer")
    await viewer.post("/api/v1/tasks", {"title": "x"})
    await at_home.client.post("/api/v1/auth/login", json={"email": admin.email, "password": "wrong"})
    await admin.post(f"/api/v1/rbac/users/{viewer.user['id']}/roles", {"role": "member"})

    denied = (await audited(admin, "&action=access.denied"))[0]
    assert (denied["user_id"], denied["result"]) == (viewer.user["id"], "denied")
    assert denied["details"]["tried"] == "POST /api/v1/tasks"
    failed = (await audited(admin, "&action=login.failed"))[0]
    assert (failed["user_id"], failed["result"], failed["resource"]) == (admin.user["id"], "failure", "user")
    given = (await audited(admin, f"&resource=user/{viewer.user['id']}&action=role.assigned"))[0]
    assert (given["user_id"], given["details"]) == (admin.user["id"], {"role": "member"})
    assert (await at_home.house.audit.verify(at_home.house.db)).is_whole


async def test_the_log_is_filtered_and_its_newest_entry_comes_first(at_home: Home) -> None:
    admin = await admin_of(at_home)
    viewer = await colleague(at_home, admin, "viewer")
    await admin.post(f"/api/v1/rbac/users/{viewer.user['id']}/roles", {"role": "member"})
    at_home.clock.advance(86_400)
    admin = await at_home.sign_in(admin.email, PASSWORD)
    rows = await audited(admin)
    assert [row["timestamp"] for row in rows] == sorted((row["timestamp"] for row in rows), reverse=True)
    assert rows[0]["timestamp"].startswith("2024-01-16")
    assert {row["timestamp"][:10] for row in await audited(admin, "&end_date=2024-01-15")} == {"2024-01-15"}
    assert {row["timestamp"][:10] for row in await audited(admin, "&start_date=2024-01-16")} == {"2024-01-16"}
    for who in (viewer.user["id"], viewer.user["user_number"]):
        assert {row["user_id"] for row in await audited(admin, f"&user_id={who}")} == {viewer.user["id"]}
    for wrong in ("user_id=x", "start_date=yesterday", "end_date=2024-99-99", "limit=0"):
        assert (await admin.get(f"/api/v1/rbac/audit?{wrong}")).status_code == 422


async def test_an_admin_sees_the_entries_of_the_own_tenant_and_the_owner_all(at_home: Home) -> None:
    ada, bob, owner = await admin_of(at_home), await admin_of(at_home, "Elsewhere"), await at_home.owner()
    assert {row["user_id"] for row in await audited(ada)} == {ada.user["id"]}
    assert {ada.user["id"], bob.user["id"], owner.user["id"]} <= {row["user_id"] for row in await audited(owner)}
    viewer = await colleague(at_home, ada, "member")
    assert (await viewer.get("/api/v1/rbac/audit")).status_code == 403


async def test_a_flood_of_refusals_leaves_few_entries_that_say_how_many_there_were(at_home: Home) -> None:
    admin = await admin_of(at_home)
    viewer = await colleague(at_home, admin, "viewer")
    for _ in range(3 * MOST_OF_ONE):
        assert (await viewer.post("/api/v1/tasks", {"title": "x"})).status_code == 403
    assert len(await audited(admin, "&action=access.denied")) == MOST_OF_ONE


def test_of_a_flood_from_everywhere_a_bounded_number_is_written_down() -> None:
    now = [0.0]
    bound = RefusalBound(lambda: now[0])
    admitted = [bound.admit(f"address/{number}") for number in range(1000)]
    assert admitted == [0] * MOST_OF_ALL + [None] * (1000 - MOST_OF_ALL)
    now[0] = 61.0
    assert bound.admit("address/1") == 1000 - MOST_OF_ALL


async def test_removing_a_role_that_is_not_held_leaves_no_entry(at_home: Home) -> None:
    admin = await admin_of(at_home)
    path = f"/api/v1/rbac/users/{admin.user['id']}/roles/{await role_id(admin, 'viewer')}"
    before = len(await audited(admin))
    assert (await admin.request("DELETE", path)).status_code == 404
    assert len(await audited(admin)) == before
