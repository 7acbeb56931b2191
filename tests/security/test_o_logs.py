"""Group O: what is written to the log (item 106, and item 17 there)."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import warnings
from collections.abc import Callable, Iterator

import pytest
import structlog
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from steward import logs
from steward.kit.api_keys import new_api_key, new_token
from steward.logs import LEFT_OUT
from steward.settings import Settings

JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
SECRETS = (
    JWT,
    JWT.rpartition(".")[0],
    "stw_8f4JkQz0pLmN2vXy7RtB3sWc6HdG1a0b1c2d",
    "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b",
    "sk-proj-abcdefghijklmnop1234",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
)


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Logging set up as the server does, in each format; call it for what was written since."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root, quiet = logging.getLogger(), {name: logging.getLogger(name).level for name in logs._QUIET}
    before, level = root.handlers[:], root.level
    with warnings.catch_warnings():
        logs.configure(Settings(log_format=request.param, log_level="DEBUG"))

        def taken() -> str:
            text = stream.getvalue()
            stream.seek(0)
            stream.truncate()
            return text

        yield taken
    logging.captureWarnings(False)
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)
    for name, was in quiet.items():
        logging.getLogger(name).setLevel(was)


@pytest.mark.parametrize("secret", SECRETS)
def test_item_106_a_secret_is_left_out_by_its_look_wherever_it_stands(written: Callable[[], str], secret: str) -> None:
    log = structlog.get_logger("test")
    log.info(
        f"it said {secret}.", path=f"/x?y={secret}", deep={"list": [secret, {"a": (secret,)}]}, raw=secret.encode()
    )
    logging.getLogger("uvicorn.error").error("%s came with %r", secret, {"header": f"Bearer {secret}"})
    logging.getLogger("uvicorn.access").warning('127.0.0.1 - "GET /?access_token=%s HTTP/1.1" 200', secret)
    logging.getLogger("some.library").info("got %s", secret)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"beware of {secret}", stacklevel=1)
    try:
        raise ValueError(f"wrong: {secret}")
    except ValueError:
        log.exception("failed", error=ValueError(secret))
        logging.getLogger("some.library").exception("failed too")
    text = written()
    assert secret not in text
    assert text.count(LEFT_OUT) >= 10
    assert "beware of" in text
    assert "Traceback" in text


def test_item_106_a_secret_is_left_out_by_its_name(written: Callable[[], str]) -> None:
    names = ("password", "new_password", "Authorization", "cookie", "refresh_token", "api_key", "client_secret", "otp")
    structlog.get_logger("test").info(
        "x", **{name: "opensesame" for name in names}, body={"mfa": [{"totp_code": "opensesame"}]}
    )
    logging.getLogger("lib").info(
        '{"password": "opensesame", "x": 1} token=opensesame&y=2 postgresql://me:opensesame@db/x'
    )
    logging.getLogger("lib").info("Authorization: Bearer opensesame, GET /cb?code=opensesame&state=opensesame")
    assert "opensesame" not in written()


def test_item_106_a_made_key_is_left_out(written: Callable[[], str]) -> None:
    key, token = new_api_key(), new_token()
    structlog.get_logger("test").info(f"key {key} {token}")
    text = written()
    assert key not in text
    assert token not in text


def test_item_106_telephone_numbers_keep_their_last_three_digits(written: Callable[[], str]) -> None:
    structlog.get_logger("test").info("text to +491701234567 failed", to="+12025550123", at="2024-01-15T15:30:00+00:00")
    text = written()
    assert "+***567" in text
    assert "+***123" in text
    assert "17012" not in text + text
    assert "2024-01-15T15:30:00+00:00" in text, "an instant is no number"


def test_item_106_facts_that_are_no_secrets_stay(written: Callable[[], str]) -> None:
    structlog.get_logger("test").info(
        "x", code="NOT_FOUND", input_tokens=17, path="/api/v1/auth/refresh", status_code=401
    )
    text = written()
    for fact in ("NOT_FOUND", "17", "/api/v1/auth/refresh", "401"):
        assert fact in text


_HOSTILE = st.text(st.characters(codec="utf-8")) | st.sampled_from(
    ["\r\n", "a\nb", "\x1b[2J", "\u2028", "\u202e", "\x85"]
)


@effort(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_HOSTILE, name=st.text("ab_\n\r\x1b", min_size=1, max_size=5), secret=st.sampled_from(SECRETS))
def test_item_106_whatever_is_logged_is_one_line_without_the_secret(
    written: Callable[[], str], text: str, name: str, secret: str
) -> None:
    written()
    structlog.get_logger("test").info(text, value=[text, {name: f"{text} {secret}"}], other=f"{text} {secret} {text}")
    logging.getLogger("library").warning("%s %s", text, secret)
    told = re.sub(r"\x1b\[\d*m", "", written())
    assert secret not in told
    assert len(told.splitlines()) == 2, told
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", told)
    if told.startswith("{"):
        assert [json.loads(line)["level"] for line in told.splitlines()] == ["info", "warning"]
