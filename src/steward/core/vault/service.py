"""The verbs on the key ring; for the operator on the machine itself, so they take no actor.

A rotation puts a new key in front of the ring's file. Every running process notices within a second and makes new
things with it, while the keys behind it still read what they made. Then every sealed value of every table is sealed
anew, in batches, while the server runs. An old key leaves when nothing needs it any more. For the audit chain nothing
needs it: the key derived from it, good for nothing else, stays behind (``core.audit.keys``).
Source: security items 32 and 107.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from steward.core.audit import Action, AuditLog
from steward.core.vault import gate
from steward.core.vault.errors import KeyIsCurrent, KeyNeeded, KeyUnknown
from steward.core.vault.types import KeyView, Need, Rotated
from steward.db.database import Database, Transaction
from steward.db.sealing import count_sealed, seal_anew, sealed_columns
from steward.kit.secrets import LOOK_SECONDS, KeyRing, add_key, made_at, remove_key

BATCH = 200
"""Values sealed anew in one transaction: a few milliseconds, so that nobody waits behind it."""

_NOTICED = timedelta(seconds=2 * LOOK_SECONDS)
"""How long after a key was made a process may have made things with the one before it."""

_PASSES = 60
"""How often everything is gone over at most; tokens that are just being renewed are left alone for 40 seconds."""

Tell = Callable[[str], None]


class Vault:
    """Lists, turns and shortens the ring. ``path`` is its file, None where the keys are configured as secrets."""

    def __init__(self, db: Database, audit: AuditLog, ring: KeyRing, path: Path | None) -> None:
        self._db = db
        self._audit = audit
        self._ring = ring
        self._path = path

    async def keys(self) -> list[KeyView]:
        """Return the keys of the ring, newest first, and what needs each of them."""
        times = self._times()
        current = self._ring.current

        def work(tx: Transaction) -> list[KeyView]:
            return [
                KeyView(name, times.get(name), name == current, gate.need_of(tx, name, self._made_until(name)))
                for name in self._ring.names()
            ]

        return await self._db.read(work)

    async def rotate(self, tell: Tell = lambda _: None) -> Rotated:
        """Put a new key in front and seal everything anew under it; ``tell`` gets a line for every batch.

        Where an earlier rotation was broken off, that one is finished first, without another key. Where the keys are
        configured as secrets, the first of them is the key.
        """
        finished, unreadable = await self._pass(self._ring.current, tell)
        if finished or self._path is None:
            return await self._whole(Rotated(self._ring.current, False, finished, unreadable), tell)
        name = add_key(self._path, self._db.clock.now())
        self._ring.look_again()
        self._audit.keep_keys()
        await self._note(Action.KEY_RING_TURNED, name)
        tell(f"The new key is {name}.")
        await asyncio.sleep(_NOTICED.total_seconds())
        return await self._whole(Rotated(name, True, 0, 0), tell)

    async def retire(self, name: str, *, at_once: bool = False) -> None:
        """Take a key out of the ring, for good.

        ``at_once`` ends the sessions and voids the backup codes that would still need it: for a key that got out.
        Configured secrets are not taken out here: then this only says whether the secret may be.

        Raises:
            KeyUnknown: there is no such key.
            KeyIsCurrent: it makes everything new.
            KeyNeeded: something needs it; the sentence says what.
        """
        if name not in self._ring.names():
            raise KeyUnknown
        if name == self._ring.current:
            raise KeyIsCurrent
        until = self._made_until(name)

        def work(tx: Transaction) -> Need:
            if at_once:
                gate.drop(tx, until)
            return gate.need_of(tx, name, until)

        need = await self._db.write(work)
        if not need.is_none:
            raise KeyNeeded(f"The key {name} is still needed by {need}.")
        self._audit.keep_keys()
        if self._path is not None:
            remove_key(self._path, name)
            self._ring.look_again()
        await self._note(Action.KEY_RING_KEY_RETIRED, name)

    async def _pass(self, name: str, tell: Tell) -> tuple[int, int]:
        """Go once through every sealed column; return how many values were sealed anew and how many cannot be read."""
        done = unreadable = 0
        for column in sealed_columns():
            after = 0
            while True:
                batch = await self._db.write(lambda tx, c=column, a=after: seal_anew(tx, c, name, a, BATCH))  # type: ignore[misc]
                done += batch.sealed_anew
                unreadable += batch.unreadable
                if batch.last is None:
                    break
                after = batch.last
                tell(f"{column}: {batch.sealed_anew} sealed anew")
        return done, unreadable

    async def _whole(self, so_far: Rotated, tell: Tell) -> Rotated:
        """Go over the columns until nothing is left: somebody may have sealed a value just before they noticed."""
        done = so_far.sealed_anew
        for _ in range(_PASSES):
            anew, unreadable = await self._pass(so_far.name, tell)
            done += anew
            if not anew and await self._db.read(self._left) <= unreadable:
                break
            await asyncio.sleep(0 if anew else 1)
        return Rotated(so_far.name, so_far.is_new, done, unreadable)

    def _left(self, tx: Transaction) -> int:
        """Return how many values are sealed under a key of the ring that is not the newest."""
        return sum(count_sealed(tx, column, name) for column in sealed_columns() for name in self._ring.names()[1:])

    async def _note(self, action: Action, name: str) -> None:
        await self._db.write(lambda tx: self._audit.record(tx, action=action, resource=f"master_key/{name}"))

    def _times(self) -> dict[str, datetime]:
        return {} if self._path is None else made_at(self._path)

    def _made_until(self, name: str) -> datetime | None:
        """Return until when things were made with the key, None if that is not known."""
        names = self._ring.names()
        place = names.index(name)
        if place == 0:
            return None
        replaced = self._times().get(names[place - 1])
        return None if replaced is None else replaced + _NOTICED
