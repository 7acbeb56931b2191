"""Signed tokens, read more strictly than the library would: the only file that knows JWT.

A token is HS256 under the key ``tokens`` of the ring. Its header is exactly ``alg``, ``typ`` and ``kid`` in the one
spelling in which it is written here, so that no other header is even parsed. Its claims are ``iss``, ``aud``, ``sub``
(person), ``sid`` (session), ``typ`` (purpose), ``iat``, ``exp`` and, for a refresh token, ``ctr``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jws import JWSRegistry

from steward.core.accounts import UserView
from steward.core.sessions.errors import TokenWrong
from steward.core.sessions.types import Grant, Surface
from steward.kit.secrets import KeyRing
from steward.settings import Settings

Purpose = Literal["access", "refresh", "cookie"]

_ALGORITHM = "HS256"
_PURPOSE = "tokens"
_AUDIENCE = "steward"
_LONGEST_TOKEN = 4096
_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,1024}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
_DAY = 86400
_LONGEST_LIFE: dict[str, int] = {"access": _DAY, "refresh": 30 * _DAY, "cookie": 30 * _DAY}
_NAMES = frozenset({"iss", "aud", "sub", "sid", "typ", "iat", "exp"})
_LATEST = 253402300799  # the last second of the year 9999


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says. ``issued_at`` and ``expires_at`` are whole seconds since 1970, UTC."""

    purpose: Purpose
    user_id: UUID
    session_id: UUID
    issued_at: int
    expires_at: int
    counter: int = 0


class TokenSigner:
    """Writes and reads the tokens of one server; ``issuer`` is its public URL."""

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        self._issuer = issuer
        self._current = ring.current
        self._keys: dict[str, OctKey] = {}
        self._key_of_header: dict[str, OctKey] = {}
        self._registry = JWSRegistry(algorithms=[_ALGORITHM])
        for name in ring.names():
            derived = ring.derived(name, _PURPOSE)
            if derived is not None:
                self._keys[name] = OctKey.import_key(derived)
                header = self._encode(name, {}).partition(".")[0]
                self._key_of_header[header] = self._keys[name]

    def sign(self, claims: Claims) -> str:
        """Return the token; the same claims under the same key always give the same text."""
        said: dict[str, Any] = {
            "iss": self._issuer,
            "aud": _AUDIENCE,
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "typ": claims.purpose,
            "iat": claims.issued_at,
            "exp": claims.expires_at,
        }
        if claims.purpose == "refresh":
            said["ctr"] = claims.counter
        return self._encode(self._current, said)

    def read(self, token: str) -> Claims:
        """Return what the token says, whatever its purpose and even if its time is over: the caller looks at both.

        Raises:
            TokenWrong: it is not a token of this server, word for word.
        """
        if len(token) > _LONGEST_TOKEN or not _SHAPE.fullmatch(token):
            raise TokenWrong
        key = self._key_of_header.get(token.partition(".")[0])
        if key is None:
            raise TokenWrong
        try:
            said = jwt.decode(token, key, registry=self._registry).claims
        except (JoseError, ValueError, RecursionError):
            raise TokenWrong from None
        return self._checked(said)

    def _encode(self, name: str, said: dict[str, Any]) -> str:
        header = {"alg": _ALGORITHM, "typ": "JWT", "kid": name}
        return jwt.encode(header, said, self._keys[name], registry=self._registry)

    def _checked(self, said: dict[str, Any]) -> Claims:
        purpose = said.get("typ")
        if purpose not in ("access", "refresh", "cookie"):
            raise TokenWrong
        expected = _NAMES | {"ctr"} if purpose == "refresh" else _NAMES
        if said.keys() != expected or said["iss"] != self._issuer or said["aud"] != _AUDIENCE:
            raise TokenWrong
        numbers = (said["iat"], said["exp"], said.get("ctr", 0))
        if not all(type(number) is int and 0 <= number <= _LATEST for number in numbers):
            raise TokenWrong
        issued_at, expires_at, counter = numbers
        if not 0 < expires_at - issued_at <= _LONGEST_LIFE[purpose]:
            raise TokenWrong
        return Claims(purpose, _uuid(said["sub"]), _uuid(said["sid"]), issued_at, expires_at, counter)


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the tokens of a session say.

    ``counter`` is that of the newest refresh token and ``counter_since`` when it was first handed out; a counter of 0
    means that none is handed out.
    """

    id: UUID
    user_id: UUID
    started_at: datetime
    expires_at: datetime
    counter: int = 0
    counter_since: datetime | None = None


class Issuer:
    """Writes the tokens of a session as its surface wants them."""

    def __init__(self, signer: TokenSigner, settings: Settings) -> None:
        self._signer = signer
        self._access_seconds: dict[Surface, int] = {
            "api_v1": settings.access_seconds_api_v1,
            "v1": settings.access_seconds_v1,
            "ui": settings.access_seconds_api_v1,
        }

    def grant(self, facts: SessionFacts, user: UserView, surface: Surface, now: datetime) -> Grant:
        """Return the tokens, none of which outlives the session.

        The refresh token of one counter is always the same text, so that parallel refreshes agree.
        """
        issued, end = int(now.timestamp()), int(facts.expires_at.timestamp())
        until = max(issued + 1, min(issued + self._access_seconds[surface], end))
        refresh, cookie = None, None
        if facts.counter_since is not None:
            since = int(facts.counter_since.timestamp())
            refresh = self._token(facts, "refresh", since, end, facts.counter)
        if surface == "ui":
            cookie = self._token(facts, "cookie", int(facts.started_at.timestamp()), end)
        return Grant(
            access_token=self._token(facts, "access", issued, until),
            refresh_token=refresh,
            expires_in=until - issued,
            refresh_expires_in=None if refresh is None else max(1, end - issued),
            user=user,
            session_id=facts.id,
            cookie=cookie,
        )

    def _token(self, facts: SessionFacts, purpose: Purpose, since: int, until: int, counter: int = 0) -> str:
        return self._signer.sign(Claims(purpose, facts.user_id, facts.id, since, max(until, since + 1), counter))


def _uuid(text: object) -> UUID:
    if not isinstance(text, str) or len(text) != 36:
        raise TokenWrong
    try:
        found = UUID(text)
    except ValueError:
        raise TokenWrong from None
    if str(found) != text:
        raise TokenWrong
    return found
