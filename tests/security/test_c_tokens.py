"""Group C: tokens that nobody here wrote, or that were written for something else (items 18 to 23)."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx2
import pytest

from steward.core.sessions.tokens import Claims, TokenSigner
from tests.houses import Home, Person
from tests.security.factors import half_way, with_app

PATHS = ("/api/v1/users/me", "/v1/users/me")


def b64(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a token."""
    header, said = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    return header, said


def written(at: Home, header: dict[str, Any], said: dict[str, Any], *, key: bytes | None = None) -> str:
    """Return a token as somebody would write it, by default somebody who knows the key."""
    ring = at.house.ring
    secret = ring.derived(ring.current, "tokens") if key is None else key
    signed = f"{b64(json.dumps(header, separators=(',', ':')).encode())}.{b64(json.dumps(said).encode())}"
    digest = {"HS512": "sha512", "HS384": "sha384"}.get(str(header.get("alg")), "sha256")
    return f"{signed}.{b64(hmac.digest(secret or b'', signed.encode(), digest))}"


async def refused(at: Home, token: str) -> None:
    """Check that every door says 401 to the token and tells nothing of it."""
    for path in PATHS:
        reply = await at.client.get(path, headers=[(b"authorization", b"Bearer " + token.encode("utf-8", "replace"))])
        assert reply.status_code == 401, (path, token[:80], reply.text)
        assert token[:40] not in reply.text


@pytest.fixture
async def ada(here: Home) -> Person:
    """Somebody who is signed in."""
    return await here.person()


async def test_the_writer_of_these_tests_can_write_a_good_token(here: Home, ada: Person) -> None:
    header, said = parts(ada.token)
    ada.token = written(here, header, said)
    assert [(await ada.get(path)).status_code for path in PATHS] == [200, 200]


async def test_item_18_no_other_algorithm_key_or_signature_is_believed(here: Home, ada: Person) -> None:
    header, said = parts(ada.token)
    for alg in ("none", "NoNe", "HS512", "HS384", "RS256", "ES256", "", None, ["HS256"], 1):
        await refused(here, written(here, {**header, "alg": alg}, said))
    for key in (b"", bytes(32), here.house.ring.keys[0][1], here.house.ring.derived(here.house.ring.current, "audit")):
        await refused(here, written(here, header, said, key=key))
    unsigned = ada.token.rpartition(".")[0]
    for forged in (f"{unsigned}.", unsigned, ada.token[:-20], ada.token + "x", f"{ada.token}.{b64(b'x')}"):
        await refused(here, forged)


async def test_item_19_only_an_exact_key_name_is_looked_up(here: Home, ada: Person) -> None:
    header, said = parts(ada.token)
    for kid in (
        "00000000",
        "../../dev/null",
        "x' OR '1'='1",
        "",
        1,
        None,
        {"a": 1},
        [header["kid"]],
        header["kid"] + " ",
    ):
        await refused(here, written(here, {**header, "kid": kid}, said))


async def test_item_20_headers_that_bring_their_own_keys_are_refused(here: Home, ada: Person) -> None:
    header, said = parts(ada.token)
    for extra in (
        {"jku": "http://127.0.0.1/keys"},
        {"jwk": {"kty": "oct", "k": b64(bytes(32))}},
        {"x5u": "http://127.0.0.1/cert"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"]},
        {"b64": False, "crit": ["b64"]},
        {"typ": "at+jwt"},
        {"cty": "JWT"},
    ):
        await refused(here, written(here, {**header, **extra}, said))


async def test_item_21_every_claim_is_there_typed_and_within_its_bounds(here: Home, ada: Person) -> None:
    header, said = parts(ada.token)
    for name in said:
        await refused(here, written(here, header, {key: value for key, value in said.items() if key != name}))
    now = said["iat"]
    for wrong in (
        {"exp": str(said["exp"])},
        {"exp": float(said["exp"])},
        {"exp": 10**400},
        {"exp": now + 10 * 86_400},
        {"exp": now},
        {"exp": True},
        {"iat": None},
        {"iss": "http://evil.example"},
        {"aud": "somebody"},
        {"aud": ["steward"]},
        {"sub": "admin"},
        {"sub": said["sid"]},
        {"sid": str(UUID(int=0))},
        {"sid": said["sid"].upper()},
        {"typ": "admin"},
        {"typ": ["access"]},
        {"role": "owner"},
    ):
        await refused(here, written(here, header, {**said, **wrong}))


async def test_item_22_a_long_token_and_padding_are_refused_unread(here: Home, ada: Person) -> None:
    header, said = parts(ada.token)
    for token in (f"{ada.token}=", ada.token.replace(".", "=.", 1), written(here, header, {**said, "x": "y" * 4000})):
        await refused(here, token)
    await refused(here, written(here, {**header, "x": "y" * 1200}, said))


async def test_item_23_a_token_is_good_for_its_own_purpose_only(here: Home, ada: Person) -> None:
    signer = TokenSigner(here.house.ring, here.house.settings.public_url)
    claims = signer.read(ada.token)
    await refused(here, ada.refresh_token)
    await refused(here, signer.sign(replace(claims, purpose="cookie")))
    await refused(here, signer.sign(Claims("pending", *_who(claims), claims.issued_at, claims.issued_at + 300)))
    for purpose in ("access", "pending", "cookie"):
        other = signer.sign(replace(claims, purpose=purpose, expires_at=claims.issued_at + 300))
        reply = await here.client.post("/api/v1/auth/refresh", json={"refresh_token": other})
        assert reply.status_code == 401, purpose
    for purpose in ("access", "pending", "refresh"):
        value = signer.sign(replace(claims, purpose=purpose, expires_at=claims.issued_at + 300))
        reply = await here.client.get(PATHS[0], headers={"Cookie": f"steward_session={value}"})
        assert reply.status_code == 401, purpose


async def test_item_23_a_full_token_of_a_half_open_session_opens_nothing(here: Home, ada: Person) -> None:
    """Even with the key: what a session may do is said by its row."""
    await with_app(here, ada)
    pending = await half_way(here, ada)
    signer = TokenSigner(here.house.ring, here.house.settings.public_url)
    claims = signer.read(pending.token)
    await refused(here, signer.sign(replace(claims, purpose="access")))
    long = replace(claims, purpose="refresh", counter=1)
    reply: httpx2.Response = await here.client.post("/api/v1/auth/refresh", json={"refresh_token": signer.sign(long)})
    assert reply.status_code == 401


def _who(claims: Claims) -> tuple[UUID, UUID]:
    return claims.user_id, claims.session_id
