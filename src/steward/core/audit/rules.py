"""How an entry is spelled before it is bound to the one before it; pure functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from steward.core.audit.types import Details
from steward.kit.text import without_controls

FIRST = bytes(32)
"""What stands before the very first entry."""

_LONGEST_TEXT = 400


@dataclass(frozen=True, slots=True)
class Fact:
    """The content of one entry, without its place in the chain."""

    id: UUID
    at: datetime
    tenant_key: int | None
    user_key: int | None
    action: str
    resource: str
    result: str
    ip: str
    details: dict[str, Any]


def canonical(fact: Fact, before: bytes) -> bytes:
    """Return the bytes that the authentication code of an entry covers.

    They are one JSON array in ASCII without spaces, object keys sorted: the format name ``steward-audit-1``, the hex
    of the code before it, id, UTC instant with six decimals, tenant key, user key, action, resource, result, ip,
    details. One spelling per content, on every database.
    """
    return json.dumps(
        [
            "steward-audit-1",
            before.hex(),
            str(fact.id),
            fact.at.astimezone(UTC).isoformat(timespec="microseconds"),
            fact.tenant_key,
            fact.user_key,
            fact.action,
            fact.resource,
            fact.result,
            fact.ip,
            fact.details,
        ],
        sort_keys=True,
        separators=(",", ":"),
    ).encode("ascii")


def storable_text(text: str, limit: int = _LONGEST_TEXT) -> str:
    """Return the text in a form that every database gives back unchanged, cut to ``limit`` characters."""
    return without_controls(text).encode("utf-8", "replace").decode("utf-8")[:limit]


def storable_details(details: Details | None) -> dict[str, Any]:
    """Return the details with every text made storable."""
    return {
        storable_text(name, 80): storable_text(value) if isinstance(value, str) else value
        for name, value in (details or {}).items()
    }
