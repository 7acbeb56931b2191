"""What vendors stream becomes the port's events."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from steward.adapters.model.openai_compatible import ChunkDecoder
from steward.ports.model import Message, ModelRequest, Stopped, TextDelta, ToolCall, Usage
from tests.adapters.model.conftest import KEY, MakeModel
from tests.adapters.model.conversations import LOOKUP, REMIND, asked, heard, stop_of, text_of
from tests.fakes.model_server import ModelServer

TWO_CALLS = "tool;name=lookup+reminders_create;args=%7B%22title%22%3A%22milk and bread%22%7D"


async def test_an_answer_is_its_words_its_tokens_and_its_end(provider: str, make_model: MakeModel) -> None:
    assert await heard(make_model(provider, "tokens;n=2")) == [
        TextDelta("word0 "),
        TextDelta("word1 "),
        Usage(11, 2) if provider == "openai" else Usage(18, 2),
        Stopped("end", f"{provider}:tokens;n=2"),
    ]


async def test_calls_whose_pieces_take_turns_are_put_together_with_their_own_names(
    provider: str, make_model: MakeModel
) -> None:
    events = await heard(make_model(provider, TWO_CALLS), asked(tools=(LOOKUP, REMIND)))
    assert [event for event in events if isinstance(event, ToolCall)] == [
        ToolCall("call_0", "lookup", '{"title":"milk and bread"}'),
        ToolCall("call_1", "reminders.create", '{"title":"milk and bread"}'),
    ]
    assert stop_of(events).reason == "tools"


async def test_arguments_are_handed_on_as_written_even_when_they_are_no_json(
    provider: str, make_model: MakeModel
) -> None:
    events = await heard(make_model(provider, "badargs"))
    assert [event.arguments for event in events if isinstance(event, ToolCall)] == ['{"title": "unfinished']


async def test_a_call_without_an_id_is_given_one(make_model: MakeModel) -> None:
    call = (await heard(make_model("openai", "noid")))[0]
    assert isinstance(call, ToolCall)
    assert call.call_id.startswith("call_")
    assert call.arguments == "{}"


async def test_calls_that_share_an_index_stay_apart(make_model: MakeModel) -> None:
    events = await heard(make_model("openai", "sameindex;name=one+two;args=%7B%22a%22%3A1%7D"))
    assert [(event.name, event.arguments) for event in events if isinstance(event, ToolCall)] == [
        ("one", '{"a":1}'),
        ("two", '{"a":1}'),
    ]


async def test_tokens_that_nobody_told_are_not_invented(provider: str, make_model: MakeModel) -> None:
    events = await heard(make_model(provider, "nousage"))
    assert not [event for event in events if isinstance(event, Usage)]
    assert stop_of(events).reason == "end"


@pytest.mark.parametrize(("behaviour", "reason"), [("length", "length"), ("filtered", "filtered"), ("echo", "end")])
async def test_the_reason_of_the_end_is_told(provider: str, make_model: MakeModel, behaviour: str, reason: str) -> None:
    assert stop_of(await heard(make_model(provider, behaviour))).reason == reason


async def test_a_whole_tool_loop_runs_over_the_wire(provider: str, make_model: MakeModel) -> None:
    model = make_model(provider)
    question = Message("user", 'please [[tool:lookup {"title": "milk"}]]')
    first = await heard(model, ModelRequest("any", (question,), (LOOKUP,)))
    call = first[0]
    assert call == ToolCall("call_0", "lookup", '{"title": "milk"}')
    result = Message("tool", '{"found": 3}', call_id=call.call_id, name="lookup")
    history = (question, Message("assistant", tool_calls=(call,)), result)
    second = await heard(model, ModelRequest("any", history, (LOOKUP,)))
    assert text_of(second) == 'Done: {"found": 3}'


@pytest.mark.parametrize("behaviour", ["tokens;n=20", TWO_CALLS, "length", "slow;first=50;n=3"])
async def test_both_vendors_give_the_same_events_for_the_same_answer(make_model: MakeModel, behaviour: str) -> None:
    request = asked(tools=(LOOKUP, REMIND))
    ours = [await heard(make_model(provider, behaviour), request) for provider in ("openai", "anthropic")]
    plain = [[event for event in events if not isinstance(event, Usage | Stopped)] for events in ours]
    assert plain[0] == plain[1]
    assert stop_of(ours[0]).reason == stop_of(ours[1]).reason


async def test_openais_own_client_reads_the_same_answer(server: ModelServer, make_model: MakeModel) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import openai
    model = make_model("openai", TWO_CALLS)
    events = await heard(model)
    body: Any = server.bodies[-1]
    del body["stream"]
    async with (
        openai.AsyncOpenAI(api_key=KEY, base_url=server.openai_url, max_retries=0) as client,
        client.chat.completions.stream(**body) as stream,
    ):
        final = await stream.get_final_completion()
    theirs = [(call.id, call.function.arguments) for call in final.choices[0].message.tool_calls or ()]
    assert theirs == [(event.call_id, event.arguments) for event in events if isinstance(event, ToolCall)]
    assert final.usage is not None
    assert Usage(final.usage.prompt_tokens, final.usage.completion_tokens) in events


@pytest.mark.parametrize("behaviour", ["tokens;n=5", TWO_CALLS])
async def test_anthropics_own_client_reads_the_same_answer(
    server: ModelServer, make_model: MakeModel, behaviour: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import anthropic
    events = await heard(make_model("anthropic", behaviour))
    body: Any = server.bodies[-1]
    del body["stream"]
    async with (
        anthropic.AsyncAnthropic(api_key=KEY, base_url=server.url, max_retries=0) as client,
        client.messages.stream(**body) as stream,
    ):
        final = await stream.get_final_message()
    assert "".join(block.text for block in final.content if block.type == "text") == text_of(events)
    theirs = [(block.id, block.name) for block in final.content if block.type == "tool_use"]
    assert theirs == [(event.call_id, event.name) for event in events if isinstance(event, ToolCall)]
    assert Usage(final.usage.input_tokens, final.usage.output_tokens) in events


@pytest.mark.parametrize(
    ("payloads", "expected"),
    [
        (
            [b'{"choices":[{"delta":{"content":[{"type":"text","text":"a"},{"type":"thinking"}]}}]}'],
            [TextDelta("a"), Stopped("end", "openai:m")],
        ),
        (
            [b'{"choices":[{"delta":{"tool_calls":[{"id":"x","function":{"name":"f","arguments":{"a":1}}}]}}]}'],
            [ToolCall("x", "f", '{"a":1}'), Stopped("tools", "openai:m")],
        ),
        ([b'{"choices":[{"delta":{"refusal":"no"}}]}'], [TextDelta("no"), Stopped("end", "openai:m")]),
        (
            [b'{"model":"m-2026","choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}'],
            [Usage(1, 0), Stopped("end", "openai:m-2026")],
        ),
    ],
    ids=["parts", "arguments as an object", "refusal", "usage in the last chunk"],
)
def test_what_compatible_servers_do_differently_is_understood(payloads: list[bytes], expected: list[Any]) -> None:
    decoder = ChunkDecoder("openai", "m", {})
    events = [event for payload in payloads for event in decoder.read(payload) or ()]
    assert [*events, *decoder.end()] == expected


def test_cached_input_of_anthropic_counts_as_input() -> None:
    from steward.adapters.model.anthropic import EventDecoder

    decoder = EventDecoder("anthropic", "m", {})
    usage = '{"input_tokens":5,"cache_read_input_tokens":100,"cache_creation_input_tokens":10,"output_tokens":1}'
    decoder.read(f'{{"type":"message_start","message":{{"model":"claude-x","usage":{usage}}}}}'.encode())
    decoder.read(b'{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}')
    assert decoder.end() == [Usage(115, 9), Stopped("end", "anthropic:claude-x")]
