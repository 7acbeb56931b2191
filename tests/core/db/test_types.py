"""Instants and ids in SQLite: written and read by shorter ways than SQLAlchemy's, with the same result."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from sqlalchemy import DateTime, Uuid
from sqlalchemy.dialects import sqlite

from steward.db.types import Id, Instant

SQLITE = sqlite.dialect()
TOKYO = timezone(timedelta(hours=9))
INSTANTS = (
    datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
    datetime(2026, 1, 2, 3, 4, 5, tzinfo=TOKYO),
    datetime(99, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
)


@pytest.mark.parametrize("instant", INSTANTS)
def test_an_instant_is_kept_as_sqlalchemy_would_keep_it_in_utc(instant: datetime) -> None:
    theirs = DateTime().dialect_impl(SQLITE).bind_processor(SQLITE)
    write = Instant().bind_processor(SQLITE)
    assert theirs is not None
    assert write(instant) == theirs(instant.astimezone(UTC).replace(tzinfo=None))


@pytest.mark.parametrize("instant", INSTANTS)
def test_an_instant_comes_back_aware_and_in_utc(instant: datetime) -> None:
    write, read = Instant().bind_processor(SQLITE), Instant().result_processor(SQLITE, None)
    found = read(write(instant))
    assert found is not None
    assert (found, found.tzinfo) == (instant, UTC)
    assert (read(None), write(None)) == (None, None)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError, match="zone"):
        Instant().bind_processor(SQLITE)(datetime(2026, 1, 2))


def test_an_id_that_was_kept_is_the_same_id() -> None:
    read, theirs = Id().result_processor(SQLITE, None), Uuid().result_processor(SQLITE, None)
    assert read is not None
    assert theirs is not None
    for kept in (uuid4(), UUID(int=0), UUID(int=2**128 - 1)):
        found = read(kept.hex)
        assert found == theirs(kept.hex) == kept
        assert (str(found), hash(found), repr(found)) == (str(kept), hash(kept), repr(kept))
    assert read(None) is None
