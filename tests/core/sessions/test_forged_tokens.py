"""Only what this server signed, word for word, is a token."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from steward.core.sessions import Grant, SessionService, TokenWrong
from steward.core.sessions.tokens import Claims, TokenSigner
from steward.kit.secrets import KeyRing, key_ring_from_text

RING = key_ring_from_text("a secret of the tests that is long enough")
ISSUER = "http://localhost:8000"
NOW = 1_772_355_600
GOOD = Claims("access", UUID(int=1), UUID(int=2), NOW, NOW + 900)
SIGNER = TokenSigner(RING, ISSUER)
KEY = RING.derived(RING.current, "tokens") or b""
HEADER = {"typ": "JWT", "alg": "HS256", "kid": RING.current}
SAID = {
    "iss": ISSUER,
    "aud": "steward",
    "sub": str(GOOD.user_id),
    "sid": str(GOOD.session_id),
    "typ": "access",
    "iat": NOW,
    "exp": NOW + 900,
}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(header: Any = None, said: Any = None, *, key: bytes = KEY, digest: str = "sha256", raw: str = "") -> str:
    """A token as somebody would write it who knows the key or guesses one."""
    body = raw or json.dumps(SAID if said is None else said, separators=(",", ":"))
    signed = (
        b64(json.dumps(HEADER if header is None else header, separators=(",", ":")).encode()) + "." + b64(body.encode())
    )
    return signed + "." + b64(hmac.digest(key, signed.encode(), digest))


def without_signature(token: str) -> str:
    return token.rpartition(".")[0] + "."


def test_the_forger_of_these_tests_can_write_a_good_token() -> None:
    assert forged() == SIGNER.sign(GOOD)
    assert SIGNER.read(forged()) == GOOD


RS_PUBLIC = b"-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n"
FORGERIES = {
    "alg none": without_signature(forged({**HEADER, "alg": "none"})),
    "alg NoNe": without_signature(forged({**HEADER, "alg": "NoNe"})),
    "alg none with a signature": forged({**HEADER, "alg": "none"}),
    "alg HS512": forged({**HEADER, "alg": "HS512"}, digest="sha512"),
    "alg HS384": forged({**HEADER, "alg": "HS384"}, digest="sha384"),
    "alg RS256": forged({**HEADER, "alg": "RS256"}, key=RS_PUBLIC),
    "alg missing": forged({"typ": "JWT", "kid": RING.current}),
    "alg a list": forged({**HEADER, "alg": ["HS256"]}),
    "another key": forged(key=bytes(32)),
    "the empty key": forged(key=b""),
    "the key of another purpose": forged(key=RING.derived(RING.current, "audit") or b""),
    "the master key": forged(key=RING.keys[0][1]),
    "no signature": without_signature(forged()),
    "half a signature": forged()[:-20],
    "a signature with other spare bits": forged()[:-1] + chr(ord(forged()[-1]) + 1),
    "padding": forged() + "=",
    "a foreign kid": forged({**HEADER, "kid": "00000000"}),
    "a kid that is a path": forged({**HEADER, "kid": "../../dev/null"}),
    "a kid that is SQL": forged({**HEADER, "kid": "x' OR '1'='1"}),
    "a kid that is a number": forged({**HEADER, "kid": 1}),
    "a kid that is an object": forged({**HEADER, "kid": {"a": 1}}),
    "no kid": forged({"typ": "JWT", "alg": "HS256"}),
    "jku": forged({**HEADER, "jku": "http://127.0.0.1/keys"}),
    "jwk": forged({**HEADER, "jwk": {"kty": "oct", "k": b64(bytes(32))}}, key=bytes(32)),
    "x5u": forged({**HEADER, "x5u": "http://127.0.0.1/cert"}),
    "x5c": forged({**HEADER, "x5c": ["MIIB"]}),
    "crit": forged({**HEADER, "crit": ["exp"]}),
    "b64 false": forged({**HEADER, "b64": False, "crit": ["b64"]}),
    "another typ": forged({**HEADER, "typ": "at+jwt"}),
    "the typ in lower case": forged({**HEADER, "typ": "jwt"}),
    "cty nested": forged({**HEADER, "cty": "JWT"}),
    "another order of the header": forged({"alg": "HS256", "typ": "JWT", "kid": RING.current}),
    "four parts": forged() + "." + b64(b"x"),
    "two parts": forged().rpartition(".")[0],
    "five empty parts": "....",
    "nothing": "",
    "a space in front": " " + forged(),
    "a line break behind": forged() + "\n",
    "a letter that looks like one": forged().replace("e", "е", 1),
    "half a character": "\ud800" + forged(),
    "more than 4 KB": forged(raw=json.dumps(SAID) + " " * 4000),
    "a changed payload": ".".join((forged().split(".")[0], b64(b'{"typ":"access"}'), forged().split(".")[2])),
    "JSON of a signature": json.dumps({"payload": forged().split(".")[1], "signatures": []}),
}
WRONG_CLAIMS = {
    "no exp": {name: value for name, value in SAID.items() if name != "exp"},
    "no sid": {name: value for name, value in SAID.items() if name != "sid"},
    "exp as text": {**SAID, "exp": str(NOW + 900)},
    "exp as a fraction": {**SAID, "exp": NOW + 900.5},
    "exp true": {**SAID, "exp": True},
    "iat true": {**SAID, "iat": True, "exp": 2},
    "exp null": {**SAID, "exp": None},
    "exp of the far future": {**SAID, "exp": 10**400},
    "exp before iat": {**SAID, "exp": NOW - 1},
    "a life of more than a day": {**SAID, "exp": NOW + 86401},
    "iat below zero": {**SAID, "iat": -1},
    "another issuer": {**SAID, "iss": "http://127.0.0.1:9000"},
    "several audiences": {**SAID, "aud": ["steward", "other"]},
    "another audience": {**SAID, "aud": "other"},
    "an unknown purpose": {**SAID, "typ": "reset"},
    "a purpose that is a list": {**SAID, "typ": ["access"]},
    "sub a number": {**SAID, "sub": 1},
    "sub no id": {**SAID, "sub": "x" * 36},
    "sub in capitals": {**SAID, "sub": "ABCDEF00-0000-0000-0000-000000000001"},
    "sid without dashes": {**SAID, "sid": GOOD.session_id.hex},
    "one claim too many": {**SAID, "role": "owner"},
    "a counter on an access token": {**SAID, "ctr": 1},
    "a refresh token without a counter": {**SAID, "typ": "refresh"},
    "a counter as text": {**SAID, "typ": "refresh", "ctr": "1"},
    "a list": [1],
    "a text": "x",
}


@pytest.mark.parametrize("token", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(TokenWrong):
        SIGNER.read(token)


@pytest.mark.parametrize("said", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS.keys())
def test_claims_that_we_never_write_are_refused_even_when_signed(said: Any) -> None:
    with pytest.raises(TokenWrong):
        SIGNER.read(forged(said=said))


@pytest.mark.parametrize("raw", ["[" * 1400, '{"a":' * 400, "{", "NaN", '{"exp":NaN}', "1" * 2000])
def test_json_that_hurts_is_refused_even_when_signed(raw: str) -> None:
    with pytest.raises(TokenWrong):
        SIGNER.read(forged(raw=raw))


@examples(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_other_text_is_refused_and_no_accident(text: str) -> None:
    with pytest.raises(TokenWrong):
        SIGNER.read(text)


@examples(max_examples=300, deadline=None)
@given(st.integers(0, len(forged()) - 1), st.sampled_from("ABCxyz019-_."))
def test_no_single_letter_of_a_token_can_be_changed(place: int, letter: str) -> None:
    good = forged()
    if good[place] != letter:
        with pytest.raises(TokenWrong):
            SIGNER.read(good[:place] + letter + good[place + 1 :])


def test_a_refresh_token_carries_its_counter() -> None:
    claims = Claims("refresh", UUID(int=1), UUID(int=2), NOW, NOW + 7 * 86400, 12)
    assert SIGNER.read(SIGNER.sign(claims)) == claims


def test_after_the_ring_turned_old_tokens_are_read_and_new_ones_use_the_new_key() -> None:
    old = SIGNER.sign(GOOD)
    turned = TokenSigner(KeyRing((("new", hashlib.sha256(b"new").digest()), *RING.keys)), ISSUER)
    assert turned.read(old) == GOOD
    assert turned.sign(GOOD) != old
    with pytest.raises(TokenWrong):
        SIGNER.read(turned.sign(GOOD))


def test_a_token_is_read_in_less_than_a_millisecond() -> None:
    token = SIGNER.sign(GOOD)
    times = []
    for _ in range(200):
        start = time.perf_counter()
        SIGNER.read(token)
        times.append(time.perf_counter() - start)
    assert sorted(times)[100] < 0.001


@pytest.mark.parametrize("token", [FORGERIES["alg none"], FORGERIES["another key"], FORGERIES["nothing"]])
async def test_the_service_refuses_forgeries_with_the_plain_code(sessions: SessionService, token: str) -> None:
    assert sessions.cached(token) is None
    for attempt in (sessions.authenticate, sessions.authenticate_cookie):
        with pytest.raises(TokenWrong) as wrong:
            await attempt(token)
        assert wrong.value.code == "UNAUTHORIZED"
    with pytest.raises(TokenWrong):
        await sessions.refresh(token, "api_v1")


async def test_no_token_works_for_another_purpose(
    sessions: SessionService, log_in: Callable[..., Awaitable[Grant]]
) -> None:
    grant = await log_in(surface="ui")
    assert grant.refresh_token is not None
    assert grant.cookie is not None
    await sessions.authenticate(grant.access_token)
    await sessions.authenticate_cookie(grant.cookie)
    for wrong in (grant.refresh_token, grant.cookie):
        assert sessions.cached(wrong) is None
        with pytest.raises(TokenWrong):
            await sessions.authenticate(wrong)
    for wrong in (grant.refresh_token, grant.access_token):
        assert sessions.cached(wrong, purpose="cookie") is None
        with pytest.raises(TokenWrong):
            await sessions.authenticate_cookie(wrong)
    for wrong in (grant.access_token, grant.cookie):
        with pytest.raises(TokenWrong):
            await sessions.refresh(wrong, "api_v1")
    for wrong in (grant.refresh_token, grant.cookie):
        with pytest.raises(TokenWrong):
            await sessions.refresh_by_access(wrong, "api_v1")
