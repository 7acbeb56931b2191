"""The SMS port: one text to one number.

Adapters raise ``Unavailable`` when it may work later and ``Refused`` when it never will.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Text:
    """A text to an E.164 number. ``id`` stays the same when it is sent again."""

    id: UUID
    to: str
    body: str
    created_at: datetime


class TextCarrier(Protocol):
    """Whoever takes texts."""

    async def send(self, text: Text) -> str:
        """Hand the text over and return the carrier's name for it.

        Raises:
            Unavailable: nobody takes it just now.
            Refused: the number or the text was refused for good.
        """
        ...
