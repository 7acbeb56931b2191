"""Who answers which wish, and what it costs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from steward.adapters.model.prices import read_prices
from steward.adapters.model.registry import MODELS_KEPT, Registry, make_registry
from steward.ports.model import ModelRegistry, Usage
from steward.settings import Settings, SettingsWrong
from tests.adapters.model.conversations import heard, stop_of
from tests.adapters.model.scripted import ScriptedModel
from tests.fakes.model_server import ModelServer

OFFLINE = ScriptedModel("offline:rules")
BOTH = {"openai_api_key": "sk-o", "anthropic_api_key": "sk-a"}


def registry(**settings: Any) -> Registry:
    return make_registry(Settings(_env_file=None, **settings), OFFLINE)


def names(model: Any) -> tuple[str, ...]:
    return getattr(model, "names", (model.name,))


def test_the_registry_is_what_the_port_asks_for() -> None:
    asked_for: ModelRegistry = registry()
    assert asked_for.choose(None, None) is OFFLINE


@pytest.mark.parametrize(
    ("settings", "wish", "expected"),
    [
        ({}, (None, None), ("offline:rules",)),
        ({}, ("openai", "gpt-4o"), ("offline:rules",)),
        ({"openai_api_key": "k"}, ("openai", "gpt-4o"), ("openai:gpt-4o",)),
        ({"openai_api_key": "k"}, (None, "gpt-4o"), ("openai:gpt-4o",)),
        ({"openai_api_key": "k"}, (None, "openai:gpt-4o"), ("openai:gpt-4o",)),
        ({"openai_api_key": "k"}, ("OpenAI ", "openai:gpt-4o"), ("openai:gpt-4o",)),
        ({"openai_api_key": "k"}, ("openai", None), ("offline:rules",)),
        ({"openai_api_key": "k"}, ("anthropic", "claude-x"), ("offline:rules",)),
        ({"openai_api_key": "k"}, ("google", "gemini"), ("offline:rules",)),
        ({"openai_api_key": "k"}, (None, "mystery"), ("offline:rules",)),
        ({"openai_api_key": "k"}, ("openai", "x" * 129), ("offline:rules",)),
        ({"openai_api_key": "k"}, ("openai", "a\nb"), ("offline:rules",)),
        (BOTH, (None, "claude-x"), ("anthropic:claude-x",)),
        ({"openai_base_url": "http://127.0.0.1:1/v1"}, ("openai", "llama"), ("openai:llama",)),
        ({}, ("ollama", "llama3:8b"), ("offline:rules",)),
        ({"model": "ollama:llama3:8b"}, ("ollama", "phi:3"), ("ollama:phi:3",)),
        ({"model": "ollama:llama3:8b"}, (None, None), ("ollama:llama3:8b",)),
        ({"model": "openai:gpt-4o"}, (None, None), ("offline:rules",)),
        ({"model": "openai:gpt-4o", **BOTH}, ("offline", None), ("offline:rules",)),
        ({"model": "openai:gpt-4o", **BOTH}, (None, "offline"), ("offline:rules",)),
        ({"model": "openai:gpt-4o", **BOTH}, ("openai", None), ("openai:gpt-4o",)),
        ({"model": "openai:gpt-4o", **BOTH}, ("anthropic", "claude-x"), ("anthropic:claude-x",)),
        (
            {"model": "openai:gpt-4o, anthropic:claude-x,offline", **BOTH},
            (None, None),
            ("openai:gpt-4o", "anthropic:claude-x", "offline:rules"),
        ),
        (
            {"model": "openai:gpt-4o,anthropic:claude-x,offline", "anthropic_api_key": "k"},
            (None, None),
            ("anthropic:claude-x", "offline:rules"),
        ),
        (
            {"model": "openai:gpt-4o,anthropic:claude-x,offline", **BOTH},
            ("anthropic", "claude-x"),
            ("anthropic:claude-x", "openai:gpt-4o", "offline:rules"),
        ),
    ],
)
def test_a_wish_is_granted_where_it_can_be_and_else_the_default(
    settings: dict[str, Any], wish: tuple[str | None, str | None], expected: tuple[str, ...]
) -> None:
    assert names(registry(**settings).choose(*wish)) == expected


@pytest.mark.parametrize("text", ["gpt-4o", "google:gemini", "openai:", "openai:gpt-4o,claude"])
def test_a_model_that_cannot_be_read_stops_the_start(text: str) -> None:
    with pytest.raises(SettingsWrong, match="STEWARD_MODEL"):
        registry(model=text)


def test_the_operator_can_see_which_models_have_no_key() -> None:
    assert registry(model="openai:gpt-4o,offline").left_out == ("openai:gpt-4o",)


async def test_the_model_that_ran_is_told_when_another_was_wished_for(server: ModelServer) -> None:
    chosen = registry(
        model="openai:status;code=500,anthropic:echo",
        openai_base_url=server.openai_url,
        anthropic_base_url=server.url,
        anthropic_api_key="k",
    )
    assert stop_of(await heard(chosen.choose("openai", None))).model == "anthropic:echo"
    assert stop_of(await heard(chosen.choose("ollama", "llama"))).model == "anthropic:echo"
    await chosen.close()


async def test_local_servers_are_asked_without_a_key(server: ModelServer) -> None:
    chosen = registry(model="ollama:echo", ollama_base_url=server.openai_url)
    await heard(chosen.choose(None, None))
    assert "authorization" not in server.received[-1].headers
    await chosen.close()


async def test_all_models_of_a_provider_share_a_breaker(server: ModelServer) -> None:
    chosen = registry(openai_base_url=server.openai_url)
    for attempt in range(8):
        with pytest.raises(Exception, match="500" if attempt < 5 else "left alone"):
            await heard(chosen.choose("openai", f"status;code=500;x={attempt}"))
    assert len(server.received) == 5
    await chosen.close()


def test_names_that_people_invent_do_not_pile_up() -> None:
    chosen = registry(openai_api_key="k")
    for number in range(MODELS_KEPT + 50):
        chosen.choose("openai", f"invented-{number}")
    assert len(chosen._models) == MODELS_KEPT


@pytest.mark.parametrize(
    ("model", "usage", "cost"),
    [
        ("openai:gpt-4", Usage(1000, 500), "0.06"),
        ("anthropic:claude-sonnet-4-20250514", Usage(1000, 500), "0.0105"),
        ("openai:gpt-4o-mini", Usage(1, 0), "0.000001"),
        ("openai:nobody-knows-it", Usage(1000, 500), "0"),
        ("nobody:nothing", Usage(1000, 500), "0"),
        ("offline:rules", Usage(1000, 500), "0"),
        ("ollama:gpt-4", Usage(1000, 500), "0"),
        ("", Usage(1, 1), "0"),
    ],
)
def test_an_answer_costs_what_the_list_says(model: str, usage: Usage, cost: str) -> None:
    assert registry().cost_usd(model, usage) == cost


@pytest.mark.parametrize("model", ["openai:house", "openai:house-2026-03-09", "ollama:house", "openai:house-latest"])
def test_the_operators_price_comes_first_and_holds_for_dated_versions(model: str) -> None:
    assert registry(prices='{"house": [1, 2.5]}').cost_usd(model, Usage(1_000_000, 400_001)) == "2.000003"


def test_a_price_for_one_provider_is_only_its_own() -> None:
    priced = registry(prices='{"ollama:house": [1, 1]}')
    assert priced.cost_usd("ollama:house", Usage(1_000_000, 0)) == "1"
    assert priced.cost_usd("openai:house", Usage(1_000_000, 0)) == "0"


def test_a_server_elsewhere_has_the_prices_of_its_own_vendor() -> None:
    assert registry(openai_base_url="http://127.0.0.1:1/v1").cost_usd("openai:gpt-4", Usage(1000, 500)) == "0"
    groq = registry(openai_base_url="https://api.groq.com/openai/v1")
    assert float(groq.cost_usd("openai:llama-3.3-70b-versatile", Usage(1_000_000, 0))) > 0


@pytest.mark.parametrize("text", ["nonsense", "[]", '{"a": 1}', '{"a": [1]}', '{"a": [1, -2]}', '{"a": ["x", 1]}'])
def test_prices_that_cannot_be_read_stop_the_start(text: str) -> None:
    with pytest.raises(SettingsWrong, match="STEWARD_PRICES"):
        read_prices(text)


def test_a_server_without_a_vendor_loads_nothing_of_one() -> None:
    script = (
        "import sys; from steward.settings import Settings;"
        "from steward.adapters.model.registry import make_registry;"
        "made = make_registry(Settings(_env_file=None), object()); made.choose('openai', 'gpt-4o');"
        "print(sorted({'httpx2', 'genai_prices', 'anyio', 'openai', 'anthropic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
