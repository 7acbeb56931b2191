"""The keys of the chain: those of the ring, and of the ring as it was, so that old entries can still be checked.

A key that leaves the ring is gone for everything else. For the chain, the key derived from it, good for nothing but
audit entries, stays behind: a folder has one file for each master key, sealed under it, with all chain keys known at
the time. What is made under a new master key has the keys of those before it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from secrets import token_hex

from steward.kit.secrets import KeyRing, Sealer

_PURPOSE = "audit"
_CONTEXT = "audit|keys"


class ChainKeys:
    """Gives the keys that make and check the chain. Without a ``folder`` only those of the ring are known."""

    def __init__(self, ring: KeyRing, folder: Path | None = None) -> None:
        self._ring = ring
        self._folder = folder
        self._known: dict[str, bytes] = {}
        self.keep()

    def newest(self) -> bytes:
        """Return the key that new entries get."""
        return self._of_ring(self._ring.current)

    def all(self) -> list[bytes]:
        """Return every key that an entry may have got, the newest of the ring first."""
        own = [self._of_ring(name) for name in self._ring.names()]
        return own + [key for name, key in self._known.items() if name not in self._ring.names()]

    def _of_ring(self, name: str) -> bytes:
        if name not in self._known:
            key = self._ring.derived(name, _PURPOSE)
            assert key is not None, "the name is of the ring"
            self._known[name] = key
        return self._known[name]

    def keep(self) -> None:
        """Learn what files of the ring's keys have, and write the file of the newest key if it lacks something.

        To be done again when the ring has turned, and before a key leaves it.
        """
        if self._folder is None:
            return
        folder = self._folder
        sealer = Sealer(self._ring)
        files = {name: folder / f"keys.{name}" for name in self._ring.names()}
        held = {
            name: json.loads(sealer.open(file.read_bytes(), _CONTEXT)) for name, file in files.items() if file.exists()
        }
        for keys in held.values():
            self._known |= {name: bytes.fromhex(key) for name, key in keys.items()}
        every = {name: self._of_ring(name).hex() for name in self._ring.names()}
        every |= {name: key.hex() for name, key in self._known.items()}
        if held.get(self._ring.current) == every:
            return
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = folder / f"keys.{token_hex(4)}.new"
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sealer.seal(json.dumps(every).encode(), _CONTEXT))
        temporary.replace(files[self._ring.current])
