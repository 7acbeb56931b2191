"""The outbox port: mails and texts that this server kept to itself, because nobody is set up who carries them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A mail or text as it was written down; ``created_at`` is an ISO 8601 instant. A text has no ``subject``."""

    id: str
    channel: Literal["mail", "sms"]
    to: str
    subject: str
    body: str
    created_at: str


class Outbox(Protocol):
    """Whoever kept them."""

    async def newest(self, limit: int) -> tuple[Sequence[KeptLetter], int]:
        """Return the newest letters of both channels, at most ``limit``, and how many there are in all."""
        ...
