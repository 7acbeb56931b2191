"""What this process already knows about whoever showed a proof, so that most requests need no database.

Both memories are bounded; when full, the oldest entry makes room. They are read on the event loop and cleared from
database threads; a dictionary look-up is safe against that, changes take the lock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Generic, TypeVar

from steward.kit.actor import Actor

K = TypeVar("K")
V = TypeVar("V")

FRESH_SECONDS = 1.0
"""How long the check of a session or key may be believed without asking the database again. Source: decision F01."""


class Bounded(Generic[K, V]):
    """A dictionary of at most ``size`` entries."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: dict[K, V] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, name: K) -> V | None:
        """Return the entry, None if there is none."""
        return self._entries.get(name)

    def put(self, name: K, value: V) -> None:
        """Keep the entry; the oldest leaves when there is no room."""
        with self._lock:
            if name not in self._entries and len(self._entries) >= self._size:
                del self._entries[next(iter(self._entries))]
            self._entries[name] = value

    def drop(self, name: K) -> None:
        """Forget the entry if it is there."""
        with self._lock:
            self._entries.pop(name, None)

    def drop_where(self, test: Callable[[V], bool]) -> None:
        """Forget every entry that passes the test."""
        with self._lock:
            self._entries = {name: value for name, value in self._entries.items() if not test(value)}


@dataclass(frozen=True, slots=True)
class Checked:
    """A proof that was good when the database was asked. Times: monotonic seconds; seconds since 1970."""

    actor: Actor
    asked_at: float
    ends_at: float


class ActorMemory(Generic[K]):
    """The proofs that were good within the last second, by what they are known by: a session's id, a key's hash."""

    def __init__(self, size: int, monotonic: Callable[[], float]) -> None:
        self._proofs: Bounded[K, Checked] = Bounded(size)
        self._monotonic = monotonic
        self._changes = 0

    def ticket(self) -> tuple[float, int]:
        """Return what ``put`` needs to know about the moment before the database was asked."""
        return self._monotonic(), self._changes

    def get(self, proof: K, now: float, ip: str) -> Actor | None:
        """Return the actor of a proof that was good less than a second ago and has not reached its end ``now``."""
        found = self._proofs.get(proof)
        if found is None or self._monotonic() - found.asked_at >= FRESH_SECONDS or now >= found.ends_at:
            return None
        return found.actor if found.actor.ip == ip else replace(found.actor, ip=ip)

    def put(self, proof: K, actor: Actor, ends_at: float, ticket: tuple[float, int]) -> None:
        """Remember a good answer, unless something was forgotten while the database was asked."""
        asked_at, changes = ticket
        if changes == self._changes:
            self._proofs.put(proof, Checked(actor, asked_at, ends_at))

    def forget(self, proof: K) -> None:
        """Ask the database again for this proof."""
        self._changes += 1
        self._proofs.drop(proof)

    def forget_user(self, user_key: int) -> None:
        """Ask the database again for every proof of this person."""
        self._changes += 1
        self._proofs.drop_where(lambda checked: checked.actor.user_key == user_key)
