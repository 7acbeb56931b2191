"""When a refresh token is good: soft rotation, pure.

A session keeps a floor: the highest counter that was used. The log-in hands out counter 1 over the floor 0.
Source: decision C03.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

GRACE = timedelta(seconds=10)
"""How long after a rotation the token before it is still taken for a client whose requests crossed."""


class Use(Enum):
    """What the use of a refresh token means."""

    FIRST = "first"
    """The newest one, used for the first time: the floor rises to it."""
    AGAIN = "again"
    """One that may be repeated: the same next token is handed out once more."""
    REUSED = "reused"
    """One that was replaced: stolen, or sent by a client that lost its newer one."""


def use_of(counter: int, *, floor: int, rotated_at: datetime | None, now: datetime) -> Use:
    """Return what the use of the token with ``counter`` means for a session with that ``floor``.

    ``rotated_at`` is when the floor last rose. A counter above ``floor + 1`` was never handed out and is taken for
    stolen.
    """
    if counter == floor + 1:
        return Use.FIRST
    if counter == floor:
        return Use.AGAIN
    if counter == floor - 1 and rotated_at is not None and now - rotated_at <= GRACE:
        return Use.AGAIN
    return Use.REUSED
