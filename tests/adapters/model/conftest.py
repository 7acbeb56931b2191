"""Models at a fake vendor on the loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from steward.adapters.model.anthropic import AnthropicMessages
from steward.adapters.model.connections import Connections
from steward.adapters.model.openai_compatible import OpenAICompatible
from steward.adapters.model.vendor import Limits, VendorModel
from tests.fakes.model_server import ModelServer

KEY = "sk-test-4f9a8b7c6d5e4f3a2b1c"

MakeModel = Callable[..., VendorModel]


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running


@pytest.fixture
async def connections() -> AsyncIterator[Connections]:
    kept = Connections()
    yield kept
    await kept.close()


@pytest.fixture
def make_model(server: ModelServer, connections: Connections) -> MakeModel:
    """Return a maker of models: ``make_model("openai", "tokens;n=3", silence_seconds=1)``."""

    def make(provider: str, model: str = "echo", *, base_url: str | None = None, **limits: Any) -> VendorModel:
        openai = provider != "anthropic"
        return VendorModel(
            provider,
            model,
            OpenAICompatible() if openai else AnthropicMessages(),
            base_url=base_url or (server.openai_url if openai else server.url),
            key=SecretStr(KEY),
            connections=connections,
            limits=Limits(**limits),
        )

    return make


@pytest.fixture(params=["openai", "anthropic"])
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)
