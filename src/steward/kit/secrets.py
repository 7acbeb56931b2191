"""Keys, sealing and tokens.

A key ring is a few named 32-byte keys; the first one makes new things, the others still read old ones. Sealing is
AES-256-GCM with associated data, so a sealed value cannot be moved to another row.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from secrets import token_bytes, token_hex

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from steward.kit.errors import StewardError


class SealBroken(StewardError):
    """A sealed value cannot be read: it was changed, moved, or its key is gone."""

    code = "SEAL_BROKEN"


class KeysUnreadable(StewardError):
    """The file of the key ring cannot be used; restore it from your copy: without it sealed values are lost."""

    code = "KEYS_UNREADABLE"


class KeyRing:
    """Named 32-byte master keys, the newest first. One that was read from a file follows the file (``LiveKeyRing``).

    Whoever keeps a key that was derived from the ring compares ``keys``: it is the same tuple until the ring turns.
    """

    def __init__(self, keys: tuple[tuple[str, bytes], ...]) -> None:
        self._keys = keys
        self._derived: dict[tuple[str, str], bytes] = {}

    @property
    def keys(self) -> tuple[tuple[str, bytes], ...]:
        """Names and keys, the newest first."""
        return self._keys

    @property
    def current(self) -> str:
        """The name of the key that makes new things."""
        return self.keys[0][0]

    def derived(self, name: str, purpose: str) -> bytes | None:
        """Return the 32-byte key of ``purpose`` under the master key ``name``, or None for an unknown name."""
        master = dict(self.keys).get(name) or dict(self.look_again()).get(name)
        if master is None:
            return None
        if (name, purpose) not in self._derived:
            info = f"steward/{purpose}".encode()
            self._derived[name, purpose] = HKDF(SHA256(), 32, salt=None, info=info).derive(master)
        return self._derived[name, purpose]

    def names(self) -> tuple[str, ...]:
        """Return the key names, newest first."""
        return tuple(name for name, _ in self.keys)

    def look_again(self) -> tuple[tuple[str, bytes], ...]:
        """Return the keys as they are at this moment: for a name that is not known, and may be brand-new."""
        return self._keys


LOOK_SECONDS = 0.5
"""How long a process may not notice that the file of its ring was replaced."""


class LiveKeyRing(KeyRing):
    """The key ring of a file, in step with the file: another process may turn it while this one runs."""

    def __init__(self, path: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(read_keys(path))
        self._path = path
        self._monotonic = monotonic
        self._mark = _mark_of(path)
        self._looked = monotonic()

    @property
    def keys(self) -> tuple[tuple[str, bytes], ...]:
        """Names and keys, the newest first, as the file had them half a second ago at most."""
        if self._monotonic() - self._looked >= LOOK_SECONDS:
            self.look_again()
        return self._keys

    def look_again(self) -> tuple[tuple[str, bytes], ...]:
        """Return the keys of the file; while it cannot be read, those that are known."""
        self._looked = self._monotonic()
        mark = _mark_of(self._path)
        if mark is not None and mark != self._mark:
            with contextlib.suppress(KeysUnreadable):
                self._keys = read_keys(self._path)
                self._mark = mark
        return self._keys


def load_key_ring(path: Path) -> LiveKeyRing:
    """Return the key ring of the file, made on first use with mode 0600.

    The file holds ``{"keys": [{"id": "…", "key": "base64", "made_at": "…"}]}``, newest first.

    Raises:
        KeysUnreadable: there is a file, but no ring in it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = _written(path, [_fresh_entry(None)])
        try:
            os.link(temporary, path)  # the first of two processes that start together wins
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return LiveKeyRing(path)


def read_keys(path: Path) -> tuple[tuple[str, bytes], ...]:
    """Return the keys of a file, newest first.

    Raises:
        KeysUnreadable: it is no file of keys.
    """
    try:
        keys = tuple((str(entry["id"]), base64.b64decode(entry["key"], validate=True)) for entry in _entries(path))
    except (OSError, ValueError, KeyError, TypeError):
        raise KeysUnreadable from None
    if not keys or any(len(key) != 32 or not name.isascii() or "\0" in name for name, key in keys):
        raise KeysUnreadable
    return keys


def made_at(path: Path) -> dict[str, datetime]:
    """Return when each key of a file was made, where that was noted."""
    found = {str(entry["id"]): entry.get("made_at") for entry in _entries(path)}
    return {name: datetime.fromisoformat(at) for name, at in found.items() if at}


def add_key(path: Path, now: datetime) -> str:
    """Put a new key in front of those of the file, in one atomic step, and return its name."""
    entry = _fresh_entry(now)
    with _held(path):
        _written(path, [entry, *_entries(path)]).replace(path)
    return entry["id"]


def remove_key(path: Path, name: str) -> None:
    """Take a key out of the file, in one atomic step."""
    with _held(path):
        _written(path, [entry for entry in _entries(path) if entry["id"] != name]).replace(path)


def key_ring_from_text(secret: str) -> KeyRing:
    """Return a ring of keys derived from configured secrets of at least 32 characters: commas between, newest first."""
    digests = [hashlib.sha256(each.encode()).digest() for each in secrets_of(secret)]
    return KeyRing(tuple((hashlib.sha256(digest).hexdigest()[:8], digest) for digest in digests))


def secrets_of(text: str) -> tuple[str, ...]:
    """Return the secrets of a list with commas between them."""
    return tuple(each for each in (part.strip() for part in text.split(",")) if each)


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    """Keep other processes from changing the file in this block; reading it needs no leave."""
    with open(path.with_name(f"{path.name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _entries(path: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(path.read_text())["keys"]
    return found


def _fresh_entry(now: datetime | None) -> dict[str, str]:
    entry = {"id": token_hex(4), "key": base64.b64encode(token_bytes(32)).decode()}
    return entry if now is None else {**entry, "made_at": now.isoformat()}


def _written(path: Path, entries: Sequence[Mapping[str, str]]) -> Path:
    """Return a new file beside ``path`` with the keys in it, for the owner of the process only, safe on the disk."""
    temporary = path.with_name(f"{path.name}.{token_hex(4)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"keys": entries}, file)
        file.flush()
        os.fsync(file.fileno())
    return temporary


def _mark_of(path: Path) -> tuple[int, int, int] | None:
    """Return what differs when the file was replaced; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


class Sealer:
    """Seals and opens fields at rest."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._ciphers: dict[str, AESGCM] = {}

    def seal(self, clear: bytes, context: str) -> bytes:
        """Return ``key name · nonce · ciphertext``; ``context`` (table|tenant|row|column) must be the same to open."""
        name = self._ring.current
        nonce = token_bytes(12)
        return seal_mark(name) + nonce + self._cipher(name).encrypt(nonce, clear, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed for ``context``.

        Raises:
            SealBroken: the value was changed, belongs to another context, or its key is unknown.
        """
        name, separator, rest = sealed.partition(b"\0")
        if not separator or len(rest) < 28:
            raise SealBroken
        try:
            return self._cipher(name.decode("ascii", "replace")).decrypt(rest[:12], rest[12:], context.encode())
        except InvalidTag as broken:
            raise SealBroken from broken

    def _cipher(self, name: str) -> AESGCM:
        if name not in self._ciphers:
            key = self._ring.derived(name, "fields")
            if key is None:
                raise SealBroken
            self._ciphers[name] = AESGCM(key)
        return self._ciphers[name]


def seal_mark(name: str) -> bytes:
    """Return what every value begins with that was sealed under the key of that name."""
    return name.encode() + b"\0"


def sha256_hex(text: str) -> str:
    """Return the SHA-256 of the text in hex, as one-time values are stored."""
    return hashlib.sha256(text.encode()).hexdigest()


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return the HMAC-SHA256 of the message."""
    return hmac.digest(key, message, "sha256")


def same(left: bytes, right: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left, right)
