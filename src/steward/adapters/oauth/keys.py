"""The public keys of a provider: fetched once, kept for an hour, and asked for again when an unknown key turns up.

Asking again is bounded, because anybody can send a token that names an unknown key.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from steward.adapters.oauth.outbound import Outbound
from steward.kit.errors import Unavailable

KEPT_SECONDS = 3600.0
ASKED_AGAIN_SECONDS = 60.0
_MOST_KEYS = 100
_LEAST_RSA_BITS = 2048
_TYPE_OF = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}

Key = RSAKey | ECKey


class KeySet:
    """The keys behind one ``jwks_uri``; ``monotonic`` gives seconds and is there for tests."""

    def __init__(
        self,
        outbound: Outbound,
        url: Callable[[], Awaitable[str]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outbound = outbound
        self._url = url
        self._monotonic = monotonic
        self._entries: Sequence[Mapping[str, Any]] = ()
        self._fetched_at: float | None = None
        self._lock = asyncio.Lock()

    async def find(self, key_id: str | None, algorithm: str) -> Key | None:
        """Return the key that may have signed with the algorithm; None if there is none, or no way to tell which.

        A token without a key id is taken only where a single key fits. Source: OpenID Connect Core 1.0, 10.1.

        Raises:
            Unavailable: the keys cannot be fetched.
        """
        if self._age() >= KEPT_SECONDS:
            await self._fetch(KEPT_SECONDS)
        found = self._look(key_id, algorithm)
        if found is None and key_id is not None and self._age() >= ASKED_AGAIN_SECONDS:
            await self._fetch(ASKED_AGAIN_SECONDS)
            found = self._look(key_id, algorithm)
        return found

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._monotonic() - self._fetched_at

    async def _fetch(self, unless_younger_than: float) -> None:
        async with self._lock:
            if self._age() < unless_younger_than:
                return
            answer = await self._outbound.get(await self._url())
            entries = answer.body.get("keys")
            if answer.status != 200 or not isinstance(entries, list):
                raise Unavailable("The provider does not show its keys just now; try again.")
            self._entries = [entry for entry in entries[:_MOST_KEYS] if isinstance(entry, dict)]
            self._fetched_at = self._monotonic()

    def _look(self, key_id: str | None, algorithm: str) -> Key | None:
        fitting = [entry for entry in self._entries if _fits(entry, algorithm)]
        if key_id is not None:
            fitting = [entry for entry in fitting if entry.get("kid") == key_id]
        return _imported(fitting[0]) if len(fitting) == 1 else None


def _fits(entry: Mapping[str, Any], algorithm: str) -> bool:
    return (
        entry.get("kty") == _TYPE_OF[algorithm]
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", algorithm) == algorithm
        and (entry["kty"] != "EC" or entry.get("crv") == "P-256")
    )


def _imported(entry: Mapping[str, Any]) -> Key | None:
    public = {name: entry[name] for name in ("kty", "n", "e", "crv", "x", "y") if isinstance(entry.get(name), str)}
    try:
        if public["kty"] == "EC":
            return ECKey.import_key(public)
        key = RSAKey.import_key(public)
        return key if key.public_key.key_size >= _LEAST_RSA_BITS else None
    except (JoseError, ValueError, KeyError):
        return None
