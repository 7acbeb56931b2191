"""Reading what a house without workers promised to send: its waiting letters are carried, then looked at."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import text

from steward.db.database import Transaction
from steward.db.jobs import ANSWER_FORGOTTEN, SEND_LETTER
from tests.houses import Home

_WAITING = text(
    "SELECT id, task_name, args FROM procrastinate_jobs"
    " WHERE status = 'todo' AND queue_name = 'letters' AND task_name IN (:answer, :send) ORDER BY id"
)
_DONE = text("DELETE FROM procrastinate_jobs WHERE id = :id")


@dataclass(frozen=True)
class Received:
    """A mail or text as its recipient sees it."""

    to: str
    subject: str
    body: str

    @property
    def link(self) -> str:
        """The one link in it."""
        found = re.findall(r"https?://\S+\?token=\S+", self.body)
        assert len(found) == 1, self.body
        return str(found[0])

    @property
    def token(self) -> str:
        """The token of its link."""
        return parse_qs(urlsplit(self.link).query)["token"][0]

    @property
    def code(self) -> str:
        """The six digits in it."""
        found = re.findall(r"\b\d{6}\b", self.body)
        assert len(found) == 1, self.body
        return str(found[0])


async def carried(at: Home) -> list[Received]:
    """Do the jobs that wait for letters, and return what reached the local outboxes by it, in order."""
    before = set(_outbox(at))
    handlers = at.house.handlers()
    while jobs := await at.house.db.read(_waiting):
        for row_id, name, arguments in jobs:
            await handlers[name][1](**arguments)
            await at.house.db.write(lambda tx, row=row_id: tx.connection.execute(_DONE, {"id": row}))  # type: ignore[misc]
    return [_outbox(at)[name] for name in sorted(set(_outbox(at)) - before)]


async def mail_to(at: Home, address: str) -> Received:
    """Carry what waits and return the newest of it that went to the address."""
    found = [letter for letter in await carried(at) if letter.to == address]
    assert found, f"nothing was sent to {address}"
    return found[-1]


def _waiting(tx: Transaction) -> list[tuple[int, str, dict[str, Any]]]:
    names = {"answer": ANSWER_FORGOTTEN.name, "send": SEND_LETTER.name}
    rows = tx.connection.execute(_WAITING, names).all()
    return [(row.id, row.task_name, json.loads(row.args) if isinstance(row.args, str) else row.args) for row in rows]


def _outbox(at: Home) -> dict[str, Received]:
    folder = at.house.settings.data_dir / "outbox"
    found = {}
    for path in folder.glob("*/*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        found[path.name] = Received(content["to"], content["subject"], content["body"])
    return found
