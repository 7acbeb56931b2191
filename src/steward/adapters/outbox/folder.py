"""The outbox as two folders of JSON files, one a letter; their names are ids that follow the time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from steward.ports.outbox import KeptLetter

_CHANNELS: tuple[Literal["mail", "sms"], ...] = ("mail", "sms")
_FIELDS = ("to", "subject", "body", "created_at")


class FolderOutbox:
    """Reads ``<folder>/{mail,sms}/*.json``; a file that is no letter, or has just been removed, is left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def newest(self, limit: int) -> tuple[Sequence[KeptLetter], int]:
        """Return the newest letters of both channels, at most ``limit``, and how many there are in all."""
        return await asyncio.to_thread(self._newest, limit)

    def _newest(self, limit: int) -> tuple[Sequence[KeptLetter], int]:
        found = [(path.stem, channel, path) for channel in _CHANNELS for path in self._folder.glob(f"{channel}/*.json")]
        found.sort(key=lambda each: each[0], reverse=True)
        letters = [_letter(path, channel) for _, channel, path in found[:limit]]
        return [letter for letter in letters if letter is not None], len(found)


def _letter(path: Path, channel: Literal["mail", "sms"]) -> KeptLetter | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        values = {name: str(content[name]) for name in _FIELDS}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return KeptLetter(id=path.stem, channel=channel, **values)
