"""Reading an ID token: nothing in it is believed before signature, issuer, audience, time and nonce are right.

Source: OpenID Connect Core 1.0, 3.1.3.7 and 3.1.3.8; security notes, item 56.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from steward.adapters.oauth.keys import KeySet
from steward.kit.errors import Refused
from steward.kit.secrets import same

ALGORITHMS = frozenset({"RS256", "ES256", "PS256"})
LEEWAY_SECONDS = 60
_LONGEST_TOKEN = 16 * 1024
_LONGEST_SUBJECT = 255
_NUMBER = (int, float)


class ProofForged(Refused):
    """What the provider sent to prove who you are cannot be believed; start again."""

    code = "OAUTH_REFUSED"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say. ``is_issuer`` is given all claims, because some issuers depend on the tenant."""

    client_id: str
    is_issuer: Callable[[Mapping[str, Any]], bool]
    nonce: str
    access_token: str
    now: datetime
    algorithms: frozenset[str] = frozenset({"RS256"})


async def read_id_token(token: str, keys: KeySet, expected: Expected) -> Mapping[str, Any]:
    """Return the claims of a good token.

    Raises:
        ProofForged: it is not a token of this provider, for this client, for this very sign-in, now.
        Unavailable: the provider's keys cannot be fetched.
    """
    header = _header(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS & expected.algorithms or "crit" in header:
        raise ProofForged
    key_id = header.get("kid")
    if key_id is not None and not isinstance(key_id, str):
        raise ProofForged
    key = await keys.find(key_id, algorithm)
    if key is None:
        raise ProofForged
    try:
        claims = jwt.decode(token, key, registry=JWSRegistry(algorithms=[algorithm], strict_check_header=False)).claims
    except (JoseError, ValueError, RecursionError):
        raise ProofForged from None
    if not (_is_for_us(claims, expected) and _is_current(claims, expected.now)):
        raise ProofForged
    return claims


def _header(token: str) -> Mapping[str, Any]:
    if len(token) > _LONGEST_TOKEN or not token.isascii() or token.count(".") != 2:
        raise ProofForged
    first = token.partition(".")[0]
    try:
        header = orjson.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (binascii.Error, ValueError):
        raise ProofForged from None
    if not isinstance(header, dict):
        raise ProofForged
    return header


def _is_for_us(claims: Mapping[str, Any], expected: Expected) -> bool:
    subject, nonce = claims.get("sub"), claims.get("nonce")
    return (
        isinstance(claims.get("iss"), str)
        and expected.is_issuer(claims)
        and isinstance(subject, str)
        and 0 < len(subject) <= _LONGEST_SUBJECT
        and isinstance(nonce, str)
        and same(nonce.encode("utf-8", "replace"), expected.nonce.encode())
        and _is_audience(claims, expected.client_id)
        and _is_of_access_token(claims, expected.access_token)
    )


def _is_audience(claims: Mapping[str, Any], client_id: str) -> bool:
    audience = claims.get("aud")
    among = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    if client_id not in among or (len(among) > 1 and party is None):
        return False
    return party is None or party == client_id


def _is_of_access_token(claims: Mapping[str, Any], access_token: str) -> bool:
    """Return whether ``at_hash``, where it is there, is that of the access token; all our algorithms use SHA-256."""
    said = claims.get("at_hash")
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    return said is None or said == base64.urlsafe_b64encode(half).rstrip(b"=").decode("ascii")


def _is_current(claims: Mapping[str, Any], now: datetime) -> bool:
    moment = now.timestamp()
    ends, made, begins = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
    if not (isinstance(ends, _NUMBER) and isinstance(made, _NUMBER) and isinstance(begins, _NUMBER)):
        return False
    return ends > moment - LEEWAY_SECONDS and max(made, begins) <= moment + LEEWAY_SECONDS
