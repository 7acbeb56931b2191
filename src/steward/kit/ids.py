"""Identifiers: UUIDv7 for rows, and the prefixed spelling that some documents show.

Ids are random enough not to be guessed but are never secrets.
"""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7

__all__ = ["UUID", "new_id", "parse_id", "prefixed"]


def new_id() -> UUID:
    """Return a new time-ordered UUIDv7."""
    return uuid7()


def prefixed(prefix: str, row_id: UUID) -> str:
    """Return ``event_018f…``: the spelling of the voice document (decision AV01)."""
    return f"{prefix}_{row_id.hex}"


def parse_id(text: str, *, prefix: str = "") -> UUID | None:
    """Return the id that was written as a UUID or, with a ``prefix``, as ``prefix_hex``; None if it is neither."""
    body = text.removeprefix(f"{prefix}_") if prefix else text
    if len(body) not in (32, 36) or not body.isascii():
        return None
    try:
        return UUID(body)
    except ValueError:
        return None
