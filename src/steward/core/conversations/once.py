"""Requests that are sent again: under the same idempotency key nothing is made twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from steward.db.database import Transaction
from steward.db.tables import IdempotencyKey
from steward.kit.actor import Actor
from steward.kit.errors import Conflict

_table: Table = IdempotencyKey.__table__  # type: ignore[assignment]  # declarative tables are Tables
_UNIQUE = ("user_key", "name")
_KNOWN = select(IdempotencyKey.fingerprint, IdempotencyKey.made_id).where(
    IdempotencyKey.user_key == bindparam("of_user"), IdempotencyKey.name == bindparam("called")
)


class IdempotencyKeyReused(Conflict):
    """This Idempotency-Key was sent before with another request; give every request its own."""

    code = "IDEMPOTENCY_KEY_REUSED"


def made_before(tx: Transaction, actor: Actor, key: str, asked: Mapping[str, Any], made_id: UUID) -> UUID | None:
    """Note that the request under ``key`` makes ``made_id``; return what an earlier one made instead, or None.

    ``asked`` is what tells this request from another, as JSON values. To be called before anything is made: two that
    arrive together meet here, and the second waits until the first is committed or taken back.

    Raises:
        IdempotencyKeyReused: the earlier request asked for something else.
    """
    fingerprint = hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()
    row = {
        "user_key": actor.user_key,
        "name": key,
        "fingerprint": fingerprint,
        "made_id": made_id,
        "created_at": tx.now,
    }
    if tx.connection.execute(_insert_once(tx.connection.dialect.name), row).one_or_none() is not None:
        return None
    known = tx.connection.execute(_KNOWN, {"of_user": actor.user_key, "called": key}).one()
    if known.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    earlier: UUID = known.made_id
    return earlier


@cache
def _insert_once(dialect: str) -> ReturningInsert[int]:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(_table).on_conflict_do_nothing(index_elements=_UNIQUE).returning(_table.c.key)
