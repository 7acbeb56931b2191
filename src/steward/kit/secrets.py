"""Keys, sealing and tokens.

A key ring is a few named 32-byte keys; the first one makes new things, the others still read old ones. Sealing is
AES-256-GCM with associated data, so a sealed value cannot be moved to another row.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Named 32-byte master keys, the newest first."""

    keys: tuple[tuple[str, bytes], ...]

    @property
    def current(self) -> str:
        """The name of the key that makes new things."""
        return self.keys[0][0]

    def derived(self, name: str, purpose: str) -> bytes | None:
        """Return the 32-byte key of ``purpose`` under the master key ``name``, or None for an unknown name."""
        for known, key in self.keys:
            if known == name:
                return HKDF(SHA256(), 32, salt=None, info=f"steward/{purpose}".encode()).derive(key)
        return None

    def names(self) -> tuple[str, ...]:
        """Return the key names, newest first."""
        return tuple(name for name, _ in self.keys)


def load_key_ring(path: Path) -> KeyRing:
    """Return the key ring of the file, made on first use with mode 0600.

    The file holds ``{"keys": [{"id": "…", "key": "base64"}]}``, newest first.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = {"keys": [{"id": token_hex(4), "key": base64.b64encode(token_bytes(32)).decode()}]}
        temporary = path.with_name(f"{path.name}.{token_hex(4)}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(fresh, file)
        try:
            os.link(temporary, path)  # the first of two processes that start together wins
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    stored = json.loads(path.read_text())
    return KeyRing(tuple((entry["id"], base64.b64decode(entry["key"])) for entry in stored["keys"]))


def key_ring_from_text(secret: str) -> KeyRing:
    """Return a ring of one key derived from a configured secret of at least 32 characters."""
    digest = hashlib.sha256(secret.encode()).digest()
    return KeyRing(((hashlib.sha256(digest).hexdigest()[:8], digest),))


class Sealer:
    """Seals and opens fields at rest."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._ciphers: dict[str, AESGCM] = {}

    def seal(self, clear: bytes, context: str) -> bytes:
        """Return ``key name · nonce · ciphertext``; ``context`` (table|tenant|row|column) must be the same to open."""
        name = self._ring.current
        nonce = token_bytes(12)
        return name.encode() + b"\0" + nonce + self._cipher(name).encrypt(nonce, clear, context.encode())

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


def sha256_hex(text: str) -> str:
    """Return the SHA-256 of the text in hex, as one-time values are stored."""
    return hashlib.sha256(text.encode()).hexdigest()


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return the HMAC-SHA256 of the message."""
    return hmac.digest(key, message, "sha256")


def same(left: bytes, right: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left, right)
