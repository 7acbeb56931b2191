"""Who answers: reads ``STEWARD_MODEL`` and wishes, and makes each model with the first wish for it.

Nothing of a vendor is imported or connected before it is wanted, so that a server without one starts light.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from steward.adapters.model.breaker import Breaker
from steward.adapters.model.fallback import FallbackChain, Member
from steward.adapters.model.prices import PriceList, preload, read_prices
from steward.ports.model import ChatModel, Usage
from steward.settings import PREFIX, Settings, SettingsWrong

if TYPE_CHECKING:
    from steward.adapters.model.connections import Connections
    from steward.adapters.model.dialect import Dialect

OFFLINE = "offline"
PROVIDERS = ("openai", "anthropic", "ollama")
MODELS_KEPT = 256
_PREFIXES = {
    "gpt-": "openai",
    "chatgpt-": "openai",
    "o1": "openai",
    "o3": "openai",
    "o4": "openai",
    "claude": "anthropic",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A model that could be asked; ``model`` is "" for the offline one."""

    provider: str
    model: str


def read_choices(text: str) -> tuple[Choice, ...]:
    """Return the models that ``STEWARD_MODEL`` names, in order.

    Raises:
        SettingsWrong: an entry is neither ``offline`` nor ``provider:model`` with a known provider.
    """
    choices = []
    for entry in (part.strip() for part in text.split(",")):
        provider, _, model = entry.partition(":")
        if provider == OFFLINE:
            choices.append(Choice(OFFLINE, ""))
        elif provider in PROVIDERS and _is_name(model):
            choices.append(Choice(provider, model))
        elif entry:
            known = ", ".join(PROVIDERS)
            raise SettingsWrong(f"{PREFIX}MODEL: {entry!r} is neither offline nor provider:model with one of {known}.")
    return tuple(choices) or (Choice(OFFLINE, ""),)


def make_registry(settings: Settings, offline: ChatModel) -> Registry:
    """Return the registry for these settings; ``offline`` answers when nothing else is configured.

    Raises:
        SettingsWrong: ``STEWARD_MODEL`` or ``STEWARD_PRICES`` cannot be read.
    """
    return Registry(settings, offline)


class Registry:
    """The ``ModelRegistry`` of a running server."""

    def __init__(self, settings: Settings, offline: ChatModel) -> None:
        self._settings = settings
        self._offline = offline
        self._named = read_choices(settings.model)
        self._breakers: dict[str, Breaker] = {}
        self._models: dict[Choice, ChatModel] = {}
        self._connections: Connections | None = None
        own_address = {"openai": settings.openai_base_url} if self._openai_is_elsewhere() else {}
        self._prices = PriceList(read_prices(settings.prices), own_address)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The entries of ``STEWARD_MODEL`` whose provider has no key, for the operator to see."""
        return tuple(
            f"{named.provider}:{named.model}" for named in self._named if not self.is_configured(named.provider)
        )

    def is_configured(self, provider: str) -> bool:
        """Return whether the provider can be asked.

        It can with a key; openai also at an address of its own (local servers need no key); ollama when
        ``STEWARD_MODEL`` names it.
        """
        if provider == "openai":
            return bool(self._settings.openai_api_key.get_secret_value()) or self._openai_is_elsewhere()
        if provider == "anthropic":
            return bool(self._settings.anthropic_api_key.get_secret_value())
        if provider == "ollama":
            return any(named.provider == "ollama" for named in self._named)
        return provider == OFFLINE

    def choose(self, provider: str | None, model: str | None) -> ChatModel:
        """Return the model for the wish, or the default where it is empty, unknown or without a key (AT07).

        A model may name its provider (``openai:gpt-4o``) or let it be guessed (``claude-...``); a provider without a
        model means its entry in ``STEWARD_MODEL``. When the operator named several models, those follow as fallbacks.
        """
        wish = self._read(provider, model)
        default = [named for named in self._named if self.is_configured(named.provider)]
        if wish is None or not self.is_configured(wish.provider):
            return self._chain(default or [Choice(OFFLINE, "")])
        if wish.provider == OFFLINE:
            return self._offline
        followers = default if len(self._named) > 1 else []
        return self._chain([wish, *(named for named in followers if named != wish)])

    def cost_usd(self, model: str, usage: Usage) -> str:
        """Return the price of the usage for the model that ran, in US dollars as decimal text; "0" when unknown."""
        return self._prices.cost_usd(model, usage)

    async def close(self) -> None:
        """Close connections."""
        if self._connections is not None:
            await self._connections.close()

    def _openai_is_elsewhere(self) -> bool:
        usual: str = Settings.model_fields["openai_base_url"].default
        return self._settings.openai_base_url.rstrip("/") != usual

    def _read(self, provider: str | None, model: str | None) -> Choice | None:
        provider, model = (provider or "").strip().lower(), (model or "").strip()
        before, colon, after = model.partition(":")
        if colon and before in (*PROVIDERS, OFFLINE) and provider in ("", before):
            provider, model = before, after
        if OFFLINE in (provider, model):
            return Choice(OFFLINE, "")
        if not provider:
            provider = next((found for start, found in _PREFIXES.items() if model.startswith(start)), "")
        if provider not in PROVIDERS:
            return None
        if not model:
            return next((named for named in self._named if named.provider == provider), None)
        return Choice(provider, model) if _is_name(model) else None

    def _chain(self, choices: list[Choice]) -> ChatModel:
        if all(choice.provider == OFFLINE for choice in choices):
            return self._offline
        return FallbackChain(list(self._members(choices)))

    def _members(self, choices: list[Choice]) -> Iterator[Member]:
        for choice in choices:
            if choice.provider == OFFLINE:
                yield Member(self._offline)
            else:
                yield Member(self._vendor(choice), self._breakers.setdefault(choice.provider, Breaker()))

    def _vendor(self, choice: Choice) -> ChatModel:
        if choice not in self._models:
            if len(self._models) >= MODELS_KEPT:  # people write any model's name
                self._models.pop(next(iter(self._models)))
            self._models[choice] = self._made(choice)
        return self._models[choice]

    def _made(self, choice: Choice) -> ChatModel:
        from steward.adapters.model.connections import Connections
        from steward.adapters.model.vendor import Limits, VendorModel

        if self._connections is None:
            self._connections = Connections()
            threading.Thread(target=preload, name="prices", daemon=True).start()
        settings = self._settings
        dialect, base_url, key = self._spoken(choice.provider)
        limits = Limits(settings.model_timeout_seconds, settings.turn_seconds)
        return VendorModel(
            choice.provider,
            choice.model,
            dialect,
            base_url=base_url,
            key=key,
            connections=self._connections,
            limits=limits,
        )

    def _spoken(self, provider: str) -> tuple[Dialect, str, SecretStr]:
        """Return the dialect, address and key of a provider."""
        settings = self._settings
        if provider == "anthropic":
            from steward.adapters.model.anthropic import AnthropicMessages

            return AnthropicMessages(), settings.anthropic_base_url, settings.anthropic_api_key
        from steward.adapters.model.openai_compatible import OpenAICompatible

        if provider == "ollama":
            return OpenAICompatible(), settings.ollama_base_url, SecretStr("")
        return OpenAICompatible(), settings.openai_base_url, settings.openai_api_key


def _is_name(model: str) -> bool:
    """Return whether the text can be a model's name; anything else would only be refused far away."""
    return 0 < len(model) <= 128 and model.isprintable()
