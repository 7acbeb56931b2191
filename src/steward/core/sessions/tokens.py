"""Signed tokens, read more strictly than the library would: the only file that knows JWT.

A token is HS256 under the key ``tokens`` of the ring. Its header is exactly ``alg``, ``typ`` and ``kid`` in the one
spelling in which it is written here, so that no other header is even parsed. Its claims are ``iss``, ``aud``, ``sub``
(person), ``sid`` (session), ``typ`` (purpose), ``iat``, ``exp`` and, for a refresh token, ``ctr``.

Refresh tokens rotate softly: a session keeps a floor, the highest counter that was used. The log-in hands out counter 1
over the floor 0. Source: decision C03.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Literal, cast
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

Purpose = Literal["access", "pending", "refresh", "cookie"]
"""``pending`` is an access token between password and second factor; it never becomes one that is good for more."""

PENDING_SECONDS = 300
"""Life of a ``pending`` token and of the session it belongs to. Source: security item 42."""

_ALGORITHM = "HS256"
_PURPOSE = "tokens"
_AUDIENCE = "steward"
_LONGEST_TOKEN = 4096
_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,1024}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
_DAY = 86400
_LONGEST_LIFE: dict[str, int] = {
    "access": _DAY,
    "pending": PENDING_SECONDS,
    "refresh": 30 * _DAY,
    "cookie": 30 * _DAY,
}
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


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys made of one state of the ring: ``by_header`` has them by the whole first part of their tokens."""

    masters: tuple[tuple[str, bytes], ...]
    current: str
    by_name: dict[str, OctKey]
    by_header: dict[str, OctKey]


class TokenSigner:
    """Writes and reads the tokens of one server; ``issuer`` is its public URL."""

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        self._issuer = issuer
        self._ring = ring
        self._registry = JWSRegistry(algorithms=[_ALGORITHM])
        self._made = self._keys_of(ring.keys)

    def _keys(self) -> _Keys:
        """Return the keys of the ring as it is now: it may turn while this runs."""
        masters = self._ring.keys
        if masters is not self._made.masters:
            self._made = self._keys_of(masters)
        return self._made

    def _keys_of(self, masters: tuple[tuple[str, bytes], ...]) -> _Keys:
        derived = ((name, self._ring.derived(name, _PURPOSE)) for name, _ in masters)
        keys = {name: OctKey.import_key(key) for name, key in derived if key is not None}
        headers = {self._encode(name, key, {}).partition(".")[0]: key for name, key in keys.items()}
        return _Keys(masters, masters[0][0], keys, headers)

    def _key_of_header(self, header: str) -> OctKey | None:
        key = self._keys().by_header.get(header)
        if key is None:  # it may be of a key that another process made a moment ago
            self._ring.look_again()
            key = self._keys().by_header.get(header)
        return key

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
        keys = self._keys()
        return self._encode(keys.current, keys.by_name[keys.current], said)

    def read(self, token: str) -> Claims:
        """Return what the token says, whatever its purpose and even if its time is over: the caller looks at both.

        Raises:
            TokenWrong: it is not a token of this server, word for word.
        """
        if len(token) > _LONGEST_TOKEN or not _SHAPE.fullmatch(token):
            raise TokenWrong
        key = self._key_of_header(token.partition(".")[0])
        if key is None:
            raise TokenWrong
        try:
            said = jwt.decode(token, key, registry=self._registry).claims
        except (JoseError, ValueError, RecursionError):
            raise TokenWrong from None
        return self._checked(said)

    def _encode(self, name: str, key: OctKey, said: dict[str, Any]) -> str:
        header = {"alg": _ALGORITHM, "typ": "JWT", "kid": name}
        return jwt.encode(header, said, key, registry=self._registry)

    def _checked(self, said: dict[str, Any]) -> Claims:
        purpose = said.get("typ")
        if not isinstance(purpose, str) or purpose not in _LONGEST_LIFE:
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
        return Claims(cast(Purpose, purpose), _uuid(said["sub"]), _uuid(said["sid"]), issued_at, expires_at, counter)


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

    def pending(self, facts: SessionFacts, user: UserView, methods: tuple[str, ...], now: datetime) -> Grant:
        """Return what there is before the second factor: a token of five minutes, nothing to refresh, no cookie."""
        issued = int(now.timestamp())
        return Grant(
            access_token=self._token(facts, "pending", issued, issued + PENDING_SECONDS),
            refresh_token=None,
            expires_in=PENDING_SECONDS,
            refresh_expires_in=None,
            user=user,
            session_id=facts.id,
            mfa_required=True,
            mfa_methods=methods,
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


GRACE = timedelta(seconds=10)
"""How long after a rotation the token before it is still taken for a client whose requests crossed."""


class Use(Enum):
    """What the use of a refresh token means."""

    FIRST = "first"
    """The newest one, used for the first time: the floor rises to it."""
    AGAIN = "again"
    """One that may be repeated: the same next token is handed out once more."""
    REUSED = "reused"
    """One that was replaced: stolen, or sent by a client that lost its newer one."""


def use_of(counter: int, *, floor: int, rotated_at: datetime | None, now: datetime) -> Use:
    """Return what the use of the token with ``counter`` means for a session with that ``floor``.

    ``rotated_at`` is when the floor last rose. A counter above ``floor + 1`` was never handed out and is taken for
    stolen.
    """
    if counter == floor + 1:
        return Use.FIRST
    if counter == floor:
        return Use.AGAIN
    if counter == floor - 1 and rotated_at is not None and now - rotated_at <= GRACE:
        return Use.AGAIN
    return Use.REUSED
