"""The local outbox for texts: one JSON file a text, for a server that has no provider."""

from __future__ import annotations

import asyncio
from pathlib import Path

from steward.kit.clock import iso_z
from steward.kit.files import write_private
from steward.ports.sms import Text


class TextOutbox:
    """Writes ``<time-ordered id>.json`` with ``to, from, subject, body, created_at``; ``subject`` is always empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, text: Text) -> str:
        """Write the text down, readable by the server's own user only; return its id."""
        content = {"to": text.to, "from": "", "subject": "", "body": text.body, "created_at": iso_z(text.created_at)}
        await asyncio.to_thread(write_private, self._folder / f"{text.id}.json", content)
        return str(text.id)
