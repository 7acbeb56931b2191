"""Column types that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, SafeUUID

from sqlalchemy import DateTime, Dialect, Uuid
from sqlalchemy.types import TypeDecorator

_IS_SAFE = SafeUUID.unknown


class Instant(TypeDecorator[datetime]):
    """An aware instant: ``timestamptz`` on PostgreSQL, UTC text on SQLite; always comes back aware in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Return what turns the instant to UTC, and into SQLAlchemy's text for SQLite; a naive one is a mistake."""
        return _as_text if dialect.name == "sqlite" else _as_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Return what makes an aware UTC instant of a value; lists are made of these, so it is one call on SQLite."""
        return _of_text if dialect.name == "sqlite" else _of_instant


class Id(TypeDecorator[UUID]):
    """A UUID: ``uuid`` on PostgreSQL, 32 hexadecimal digits on SQLite."""

    impl = Uuid
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], UUID | None] | None:
        """Return what makes a UUID of the digits; ``UUID(text)`` takes thrice as long, a sixth of reading a page."""
        return None if dialect.supports_native_uuid else _of_digits


def _as_utc(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise TypeError("an instant needs a zone")
    return None if value is None else value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    utc = _as_utc(value)
    return None if utc is None else utc.isoformat(" ", "microseconds")[: -len("+00:00")]


def _of_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


def _of_instant(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def _of_digits(value: str | None) -> UUID | None:
    if value is None:
        return None
    found = object.__new__(UUID)  # what UUID's own constructor does once it has looked at the spelling
    object.__setattr__(found, "int", int(value, 16))
    object.__setattr__(found, "is_safe", _IS_SAFE)
    return found
