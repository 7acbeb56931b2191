"""What is sent fits the vendors' own types and says what was meant."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from steward.adapters.model.anthropic import AnthropicMessages
from steward.adapters.model.openai_compatible import OpenAICompatible
from steward.ports.model import Message, ModelRequest, ToolCall
from tests.adapters.model.conversations import LONG, LOOKUP, MOMENT, REMIND

FULL = ModelRequest("any", LONG, (LOOKUP, REMIND), temperature=1.5, max_tokens=200, surroundings=MOMENT)
BARE = ModelRequest("any", (Message("user", "hi"),))
ODD = ModelRequest(
    "any",
    (
        Message("assistant", "Good morning.  "),
        Message("assistant", "", tool_calls=(ToolCall("a", "lookup", ""),)),
        Message("user", "never mind"),
        Message("tool", "{}", call_id="nobody", name="lookup"),
        Message("user", ""),
    ),
)
DIALECTS = {"openai": OpenAICompatible(), "anthropic": AnthropicMessages()}


@cache
def vendor_type(provider: str) -> TypeAdapter[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if provider == "openai":
            from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming

            return TypeAdapter(CompletionCreateParamsStreaming)
        from anthropic.types.message_create_params import MessageCreateParamsStreaming

        return TypeAdapter(MessageCreateParamsStreaming)


def consumed(value: Any) -> Any:
    """Return the value with every iterator read to its end, for pydantic checks those only when they are read."""
    if isinstance(value, dict):
        return {name: consumed(part) for name, part in value.items()}
    if isinstance(value, list | Iterator) or type(value).__name__ == "ValidatorIterator":
        return [consumed(part) for part in value]
    return value


def checked(provider: str, body: dict[str, Any]) -> dict[str, Any]:
    return consumed(vendor_type(provider).validate_python(body))


@pytest.mark.parametrize("request_", [FULL, BARE, ODD], ids=["full", "bare", "odd"])
def test_every_body_fits_the_vendors_own_type(provider: str, request_: ModelRequest) -> None:
    body = DIALECTS[provider].body("some-model", request_, frozenset())
    assert checked(provider, body)["stream"] is True


@pytest.mark.parametrize(
    "broken",
    [{"messages": [{"role": "user"}]}, {"messages": [{"role": "nobody", "content": "x"}]}, {"tools": [{"x": 1}]}],
)
def test_the_check_of_bodies_notices_a_wrong_one(provider: str, broken: dict[str, Any]) -> None:
    body = DIALECTS[provider].body("some-model", FULL, frozenset())
    with pytest.raises(ValidationError):
        checked(provider, body | broken)


def test_the_system_text_ends_with_the_surroundings_and_is_the_first_message() -> None:
    body: Any = OpenAICompatible().body("m", FULL, frozenset())
    assert body["messages"][0] == {
        "role": "system",
        "content": "You are kind.\n\nBe brief.\n\nIt is Monday, 2026-03-09 23:30 (UTC+0100) in Europe/Berlin. "
        "The person's locale is en-US. The person's name is Ada L.",
    }
    assert [message["role"] for message in body["messages"]].count("system") == 1


def test_anthropic_gets_the_system_text_apart_from_the_messages() -> None:
    body: Any = AnthropicMessages().body("m", FULL, frozenset())
    assert body["system"].startswith("You are kind.\n\nBe brief.\n\nIt is Monday, 2026-03-09 23:30")
    assert {message["role"] for message in body["messages"]} == {"user", "assistant"}


def test_anthropic_gets_roles_in_turn_with_tool_results_as_the_persons() -> None:
    body: Any = AnthropicMessages().body("m", FULL, frozenset())
    roles = [message["role"] for message in body["messages"]]
    assert roles == ["user", "assistant", "user", "assistant", "user"]
    assert [block["type"] for block in body["messages"][2]["content"]] == ["tool_result", "tool_result"]
    assert [block["text"] for block in body["messages"][4]["content"]] == ["Thanks.", "And bread?"]


def test_anthropic_hears_the_person_first_and_no_empty_text() -> None:
    body: Any = AnthropicMessages().body("m", ODD, frozenset())
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    texts = [block["text"] for message in body["messages"] for block in message["content"] if block["type"] == "text"]
    assert texts == ["(continued)", "Good morning.", "never mind"]


def test_anthropic_always_gets_a_limit_and_a_temperature_on_its_scale() -> None:
    assert AnthropicMessages().body("m", BARE, frozenset())["max_tokens"] == 4096
    assert AnthropicMessages().body("m", FULL, frozenset())["temperature"] == 1.0


def test_names_and_ids_are_written_as_vendors_accept_them() -> None:
    body: Any = OpenAICompatible().body("m", FULL, frozenset())
    assert [tool["function"]["name"] for tool in body["tools"]] == ["lookup", "reminders_create"]
    calls = body["messages"][2]["tool_calls"]
    assert [call["id"] for call in calls] == ["call_1", "call_2"]
    assert [message["tool_call_id"] for message in body["messages"] if message["role"] == "tool"] == [
        "call_1",
        "call_2",
    ]


def test_arguments_that_are_no_json_are_sent_as_an_object_that_shows_them() -> None:
    for dialect in DIALECTS.values():
        body: Any = dialect.body("m", FULL, frozenset())
        assert '"title": "unfin' in str(body).replace('\\\\"', '"').replace('\\"', '"')
    anthropic: Any = AnthropicMessages().body("m", FULL, frozenset())
    assert anthropic["messages"][1]["content"][2]["input"] == {"invalid": '{"title": "unfin'}


def test_a_call_without_result_gets_one_and_a_result_without_call_is_dropped() -> None:
    body: Any = OpenAICompatible().body("m", ODD, frozenset())
    assert [message["role"] for message in body["messages"]] == ["assistant", "assistant", "tool", "user", "user"]
    assert body["messages"][2] == {"role": "tool", "tool_call_id": "a", "content": '{"error":"This tool was not run."}'}


def test_nothing_of_the_contacts_and_titles_leaves_the_house() -> None:
    moment = type(MOMENT)(MOMENT.now, contacts=("Secret Friend",), titles=("Secret Plan",))
    for dialect in DIALECTS.values():
        body = dialect.body("m", ModelRequest("any", BARE.messages, surroundings=moment), frozenset())
        assert "Secret" not in str(body)


def test_parameters_that_a_model_refused_are_left_out_or_renamed() -> None:
    body = OpenAICompatible().body("m", FULL, frozenset({"max_tokens", "temperature", "stream_options"}))
    assert body["max_completion_tokens"] == 200
    assert not {"max_tokens", "temperature", "stream_options"} & body.keys()
