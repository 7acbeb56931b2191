"""Whatever a vendor does wrong becomes Unavailable or Refused, in time and without the key."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from time import monotonic

import pytest
from pydantic import SecretStr

from steward.adapters.model.anthropic import AnthropicMessages
from steward.adapters.model.connections import Connections
from steward.adapters.model.failures import RefusedByProvider, retry_after_seconds, vendor_text
from steward.adapters.model.openai_compatible import OpenAICompatible
from steward.adapters.model.vendor import VendorModel
from steward.kit.errors import Refused, StewardError, Unavailable
from tests.adapters.model.conftest import KEY, MakeModel
from tests.adapters.model.conversations import asked, heard, text_of
from tests.fakes.model_server import ModelServer

BROKEN = {
    "status;code=408": Unavailable,
    "status;code=409": Unavailable,
    "status;code=429": Unavailable,
    "status;code=500": Unavailable,
    "status;code=503": Unavailable,
    "status;code=529": Unavailable,
    "status;code=400": Refused,
    "status;code=413": Refused,
    "status;code=422": Refused,
    "status;code=401": RefusedByProvider,
    "status;code=402": RefusedByProvider,
    "status;code=403": RefusedByProvider,
    "status;code=404": RefusedByProvider,
    "status;code=400;message=API key not valid": RefusedByProvider,
    "status;code=400;message=Your credit balance is too low": RefusedByProvider,
    "redirect;to=http%3A%2F%2F127.0.0.1%3A1%2F": Unavailable,
    "garbage": Unavailable,
    "badjson": Unavailable,
    "oddjson": Unavailable,
    "plain": Unavailable,
    "html": Unavailable,
    "drop;times=9": Unavailable,
    "cut": Unavailable,
    "cut;after=0": Unavailable,
    "told;type=overloaded_error": Unavailable,
    "told;type=authentication_error": RefusedByProvider,
    "told;type=invalid_request_error": Refused,
    "hugeline": Unavailable,
    "hang-headers": Unavailable,
    "hang-mid": Unavailable,
    "comments": Unavailable,
    "pings": Unavailable,
    "endless;pace=1": Unavailable,
}
ENDLESS = {"hang-headers", "hang-mid", "comments", "pings", "endless"}


async def failure_of(model: VendorModel) -> StewardError:
    with pytest.raises(StewardError) as caught:
        await heard(model)
    return caught.value


@pytest.mark.parametrize(("behaviour", "kind"), BROKEN.items(), ids=list(BROKEN))
async def test_every_failure_is_one_of_the_ports_two_in_time_and_without_the_key(
    provider: str, make_model: MakeModel, behaviour: str, kind: type[StewardError]
) -> None:
    patient = behaviour.partition(";")[0] not in ENDLESS
    model = make_model(provider, behaviour, **({} if patient else {"silence_seconds": 0.3, "total_seconds": 0.6}))
    started = monotonic()
    failure = await failure_of(model)
    assert monotonic() - started < 5
    assert type(failure) is kind
    assert failure.message.startswith(provider)
    told = "".join(traceback.format_exception(failure)) + repr(failure) + repr(vars(failure)) + repr(model)
    assert not [part for part in (KEY, KEY[:12], KEY[-6:], "leaked", "<b>") if part in told]


async def test_a_failure_after_some_words_does_not_take_them_back(provider: str, make_model: MakeModel) -> None:
    stream = make_model(provider, "cut;after=3").stream(asked())
    assert text_of([await anext(stream) for _ in range(3)]) == "word0 word1 word2 "
    with pytest.raises(Unavailable):
        await anext(stream)


async def test_a_pause_that_the_vendor_asks_for_is_told(provider: str, make_model: MakeModel) -> None:
    failure = await failure_of(make_model(provider, "status;code=429;retry=7"))
    assert isinstance(failure, Unavailable)
    assert failure.retry_after_seconds == 7


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Mon, 09 Mar 2026 12:01:00 GMT"}, 60),
        ({"retry-after": "Mon, 09 Mar 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "99999999"}, 3600),
        ({"retry-after": "inf"}, 3600),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, 0),
        ({}, None),
    ],
)
def test_a_pause_is_read_as_seconds_or_as_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers, datetime(2026, 3, 9, 12, 0, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error":{"message":"No such model: gpt-99"}}', "No such model: gpt-99"),
        (b'{"error":"model \\"x\\" not found"}', 'model "x" not found'),
        (b'[{"error":{"code":400,"message":"API key not valid"}}]', "API key not valid"),
        (b'{"detail":"nope"}', "nope"),
        (b'{"error":{"type":"overloaded_error"}}', "overloaded_error"),
        (b'{"error":{"message":"bad key sk-abcd1234efgh and Bearer xyz"}}', "bad key [hidden] and [hidden]"),
        (b'{"error":{"message":"bad key abcd****wxyz"}}', "bad key [hidden]"),
        (b'{"error":{"message":{"deep":1}}}', ""),
        (b"<html>", ""),
        (b"", ""),
    ],
)
def test_what_the_vendor_said_is_kept_clean_and_short(body: bytes, said: str) -> None:
    assert vendor_text(body, "") == said


def test_a_long_text_of_a_vendor_is_cut_without_baring_the_key() -> None:
    body = b'{"error":{"message":"' + b"w " * 140 + KEY.encode() * 3 + b'"}}'
    said = vendor_text(body, KEY)
    assert len(said) <= 300
    assert KEY[:8] not in said


def test_a_key_of_any_shape_is_hidden_whole_and_in_part() -> None:
    key = "Q7wLm2Zr9TkXp4Vb"
    body = f'{{"error":{{"message":"{key}, then {key[:9]}, then {key[-7:]}"}}}}'.encode()
    assert vendor_text(body, key) == "[hidden], then [hidden] then [hidden]"


async def test_nobody_at_the_address_is_told_fast(make_model: MakeModel) -> None:
    failure = await failure_of(make_model("openai", base_url="http://127.0.0.1:9/v1"))
    assert isinstance(failure, Unavailable)
    assert failure.message == "openai cannot be reached."


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/v1", "nonsense"])
async def test_an_address_that_is_none_is_refused(make_model: MakeModel, address: str) -> None:
    assert type(await failure_of(make_model("openai", base_url=address))) is RefusedByProvider


@pytest.mark.parametrize("key", ["sk-line\nbreak-secret", "sk-schlüssel-secret", "sk-\x00-secret"])
async def test_a_key_that_cannot_be_one_is_refused_without_being_sent(
    server: ModelServer, connections: Connections, key: str
) -> None:
    for dialect in (OpenAICompatible(), AnthropicMessages()):
        model = VendorModel("x", "m", dialect, base_url=server.url, key=SecretStr(key), connections=connections)
        failure = await failure_of(model)
        assert type(failure) is RefusedByProvider
        assert "secret" not in failure.message
    assert not server.received


async def test_parameters_that_a_model_refuses_are_dropped_once_and_for_all(
    server: ModelServer, make_model: MakeModel
) -> None:
    model = make_model("openai", "picky;reject=temperature+max_tokens+stream_options")
    request = asked(temperature=0.2, max_tokens=50)
    assert text_of(await heard(model, request)) == "Echo: hello there"
    assert len(server.received) == 4
    assert text_of(await heard(model, request)) == "Echo: hello there"
    assert len(server.received) == 5
    assert server.bodies[-1]["max_completion_tokens"] == 50


async def test_a_parameter_that_stays_refused_is_not_tried_for_ever(server: ModelServer, make_model: MakeModel) -> None:
    failure = await failure_of(make_model("openai", "status;code=400;message=temperature is wrong"))
    assert type(failure) is Refused
    assert len(server.received) == 2


async def test_an_answer_that_is_told_whole_counts_even_when_nobody_hangs_up(
    provider: str, make_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steward.adapters.model.vendor.COMPLETE_SECONDS", 0.2)
    events = await heard(make_model(provider, "nodone"))
    assert text_of(events) == "Echo: hello there"


async def test_an_answer_larger_than_any_is_given_up(provider: str, make_model: MakeModel) -> None:
    failure = await failure_of(make_model(provider, "endless", answer_bytes=100_000))
    assert failure.message == f"{provider} did not come to an end."


async def test_a_connection_that_went_stale_is_replaced_unnoticed(server: ModelServer, make_model: MakeModel) -> None:
    server.script("drop;times=1")
    assert text_of(await heard(make_model("openai"))) == "Echo: hello there"
    assert len(server.received) == 2
