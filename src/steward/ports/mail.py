"""The mail port: one mail to one address.

Adapters raise ``Unavailable`` when it may work later and ``Refused`` when it never will.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Mail:
    """A plain-text mail. ``id`` stays the same when it is sent again, so that a receiver can tell."""

    id: UUID
    to: str
    subject: str
    body: str
    created_at: datetime


class MailCarrier(Protocol):
    """Whoever takes mails."""

    async def send(self, mail: Mail) -> None:
        """Hand the mail over.

        Raises:
            Unavailable: nobody takes it just now.
            Refused: the address or the mail was refused for good.
        """
        ...
