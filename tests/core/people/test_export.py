"""The copy of everything: complete by construction, without secrets, of nobody else."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import httpx2
import pytest
from sqlalchemy import LargeBinary

from steward.core.people import export
from steward.core.people.export import NOBODYS, STATEMENTS
from steward.db.tables import Base
from tests.houses import PASSWORD, Home
from tests.security.test_a_accounts import colleague, lived_in


def unpacked(reply: httpx2.Response) -> dict[str, Any]:
    """Return the JSON files of the answer by name."""
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "application/zip"
    assert reply.headers["cache-control"] == "no-store"
    archive = zipfile.ZipFile(io.BytesIO(reply.content))
    assert archive.testzip() is None
    return {name[:-5]: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}


def test_every_table_is_exported_or_known_to_be_nobodys() -> None:
    assert set(STATEMENTS) | (NOBODYS - {"audit_entries"}) == set(Base.metadata.tables)
    assert set(STATEMENTS) & (NOBODYS - {"audit_entries"}) == set()


def test_nothing_that_is_sealed_or_hashed_is_exported() -> None:
    for name, statement in STATEMENTS.items():
        shown = {column.name for column in statement.selected_columns}
        secret = {
            column.name
            for column in Base.metadata.tables[name].c
            if isinstance(column.type, LargeBinary) or "hash" in column.name or column.name == "mac"
        }
        assert shown & secret == set(), name


async def test_a_copy_has_all_that_is_ones_own_and_nothing_of_others(at_home: Home) -> None:
    ada, bob = await at_home.person("ada@example.com"), await at_home.person("bob@example.com")
    await lived_in(at_home, ada)
    await bob.post("/api/v1/tasks", {"title": "quokkazephyr"})

    files = unpacked(await ada.get("/api/v1/users/me/export"))

    assert [row["email"] for row in files["users"]] == ["ada@example.com"]
    assert [row["title"] for row in files["tasks"]] == ["milk"]
    assert [row["content"] for row in files["messages"] if row["role"] == "user"] == [
        "remind me to call mum in 45 minutes",
        "note that the harbour is quiet",
    ]
    conversations = {row["id"] for row in files["conversations"]}
    assert {row["conversation_id"] for row in files["messages"]} == conversations
    assert [row["email"] for row in files["event_attendees"]] == ["bob@example.com"]
    assert [row["data"] for row in files["user_settings"]] == [{"speech_rate": 1.5}]
    assert {"user.registered", "login.succeeded"} <= {row["action"] for row in files["audit_entries"]}
    assert set(files) == set(STATEMENTS)
    text = json.dumps(files)
    assert "quokkazephyr" not in text
    assert "$argon2id$" not in text


async def test_a_copy_of_many_rows_is_whole(here: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_ROWS_AT_ONCE", 2)
    ada = await here.person()
    for number in range(3):
        await ada.post("/api/v1/tasks", {"title": f"task {number}"})
    files = unpacked(await ada.get("/api/v1/users/me/export"))
    assert [row["title"] for row in files["tasks"]] == ["task 0", "task 1", "task 2"]


async def test_an_administrator_copies_only_in_the_own_tenant(at_home: Home) -> None:
    boss, stranger = await at_home.person(tenant_name="Harbour"), await at_home.person()
    bob = await colleague(at_home, boss, "bob@example.com")
    files = unpacked(await boss.get(f"/api/v1/users/{bob.user['id']}/export"))
    assert [row["email"] for row in files["users"]] == ["bob@example.com"]
    assert (await boss.get(f"/api/v1/users/{stranger.user['id']}/export")).status_code == 404
    assert (await bob.get(f"/api/v1/users/{boss.user['id']}/export")).status_code == 403
    bob = await at_home.sign_in(bob.email, PASSWORD)
    seen = unpacked(await bob.get("/api/v1/users/me/export"))["audit_entries"]
    assert "user.exported" in {row["action"] for row in seen}
