"""Fills a database by SQL with copies of a turn that the application wrote, so that the rows have its form."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from steward.kit.ids import new_id

Row = dict[str, Any]

_INSTANT = "%Y-%m-%d %H:%M:%S.%f"
_BATCH = 5000


def multiply(database: Path, *, conversations: int, turns_each: int) -> list[str]:
    """Let the one person have so many conversations of so many turns, and return the conversations' ids.

    The database holds one person with one conversation of one turn, which stays the first; the newest conversation
    comes first in the answer.
    """
    with closing(sqlite3.connect(database)) as db:
        db.row_factory = sqlite3.Row
        copier = _Copier(db)
        copier.copy(conversations, turns_each)
        db.execute(
            "UPDATE users SET conversation_count = ? WHERE key = ?", (conversations, copier.conversation["user_key"])
        )
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ids = [row[0] for row in db.execute("SELECT id FROM conversations ORDER BY last_message_at DESC LIMIT 100")]
    return [f"{each[:8]}-{each[8:12]}-{each[12:16]}-{each[16:20]}-{each[20:]}" for each in ids]


class _Copier:
    """The rows of the turn that is copied."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.conversation = self._rows("conversations")[0]
        self._turn = self._rows("turns")[0]
        self._messages = self._rows("messages")
        self._calls = self._rows("tool_calls")
        self._began = datetime.strptime(self.conversation["last_message_at"], _INSTANT)

    def copy(self, conversations: int, turns_each: int) -> None:
        """Write the copies; keys and ids go on from the template's, times lie before its own."""
        total = conversations * turns_each - 1
        self._db.execute(
            "UPDATE conversations SET message_count = ? WHERE key = ?", (2 * turns_each, self.conversation["key"])
        )
        self._insert("conversations", self._conversations(conversations - 1, 2 * turns_each))
        self._insert("turns", (self._turn_row(number, turns_each) for number in range(1, total + 1)))
        for table, rows in (("messages", self._messages), ("tool_calls", self._calls)):
            self._insert(table, self._parts(rows, total, turns_each))

    def _conversations(self, count: int, messages: int) -> Iterator[Row]:
        for number in range(1, count + 1):
            at = (self._began - timedelta(seconds=number)).strftime(_INSTANT)
            times = {"last_message_at": at, "updated_at": at}
            yield self._copied(self.conversation, number, 1) | {"message_count": messages} | times

    def _turn_row(self, number: int, turns_each: int) -> Row:
        return self._copied(self._turn, number, 1) | {"conversation_key": self._place(number, turns_each)}

    def _parts(self, templates: list[Row], total: int, turns_each: int) -> Iterator[Row]:
        for number in range(1, total + 1):
            for template in templates:
                row = self._copied(template, number, len(templates)) | {"turn_key": self._turn["key"] + number}
                if "conversation_key" in row:
                    row["conversation_key"] = self._place(number, turns_each)
                yield row

    def _place(self, number: int, turns_each: int) -> int:
        return int(self.conversation["key"]) + number // turns_each

    def _copied(self, template: Row, number: int, each: int) -> Row:
        return template | {"key": template["key"] + number * each, "id": new_id().hex}

    def _rows(self, table: str) -> list[Row]:
        return [dict(row) for row in self._db.execute(f"SELECT * FROM {table} ORDER BY key")]

    def _insert(self, table: str, rows: Iterator[Row]) -> None:
        batch: list[Row] = []
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                self._insert_batch(table, batch)
                batch = []
        if batch:
            self._insert_batch(table, batch)

    def _insert_batch(self, table: str, batch: list[Row]) -> None:
        names = ", ".join(batch[0])
        marks = ", ".join(f":{name}" for name in batch[0])
        self._db.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", batch)
