"""The head of the chain, kept once a day outside the database.

Whoever can write to the database could cut entries off the end of the chain. A head that was kept elsewhere shows it:
copy the file away from time to time.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from steward.core.audit.rules import FIRST
from steward.db.database import Database, Transaction
from steward.db.tables import AuditEntry
from steward.kit.clock import iso_z
from steward.kit.errors import StewardError


class HeadsUnreadable(StewardError):
    """The file of kept heads has a line that is none."""

    code = "AUDIT_HEADS_UNREADABLE"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at ``at``: the newest entry's key, 0 for an empty chain, and the hex of its code."""

    at: datetime
    key: int
    head: str

    def line(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps({"at": iso_z(self.at), "key": self.key, "head": self.head})


class ChainHeads:
    """Keeps the head of the chain in a file, one line a day. ``path`` need not exist."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self._path = path

    async def newest(self) -> Head:
        """Return the head as it is now."""

        def work(tx: Transaction) -> Head:
            row = tx.session.execute(
                select(AuditEntry.key, AuditEntry.mac).order_by(AuditEntry.key.desc()).limit(1)
            ).one_or_none()
            return Head(tx.now, 0, FIRST.hex()) if row is None else Head(tx.now, row.key, row.mac.hex())

        return await self._db.read(work)

    async def keep(self) -> None:
        """Append the head to the file, unless today's is there."""
        head = await self.newest()
        await asyncio.to_thread(self._append, head)

    def kept(self) -> dict[int, str]:
        """Return the heads of the file by the key of their entry.

        Raises:
            HeadsUnreadable: a line is no head.
        """
        try:
            rows = [json.loads(line) for line in self._lines()]
            return {int(row["key"]): str(row["head"]) for row in rows}
        except (ValueError, KeyError, TypeError):
            raise HeadsUnreadable from None

    def _append(self, head: Head) -> None:
        line = head.line()
        lines = self._lines()
        if lines and _day(lines[-1]) == _day(line):
            return
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def _lines(self) -> list[str]:
        if not self._path.exists():
            return []
        return [line for line in self._path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _day(line: str) -> str:
    return line.partition('"at": "')[2][:10]
