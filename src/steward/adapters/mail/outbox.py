"""The local outbox for mail: one JSON file a mail, for a server that knows no mail server."""

from __future__ import annotations

import asyncio
from pathlib import Path

from steward.kit.clock import iso_z
from steward.kit.files import write_private
from steward.ports.mail import Mail


class MailOutbox:
    """Writes ``<time-ordered id>.json`` with ``to, from, subject, body, created_at``; sending again writes it again."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Write the mail down, readable by the server's own user only."""
        content = {
            "to": mail.to,
            "from": self._sender,
            "subject": mail.subject,
            "body": mail.body,
            "created_at": iso_z(mail.created_at),
        }
        await asyncio.to_thread(write_private, self._folder / f"{mail.id}.json", content)
