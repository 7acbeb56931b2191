"""What an answer costs: the operator's own prices first, then the bundled table of genai-prices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

import orjson

from steward.kit.money import rounded_up
from steward.ports.model import Usage
from steward.settings import PREFIX, SettingsWrong

_MILLION = Decimal(1_000_000)
_FREE = frozenset({"offline", "ollama"})
_VERSION = re.compile(r"-(?:\d{4}-?\d{2}-?\d{2}|latest)$")

OwnPrices = Mapping[str, tuple[Decimal, Decimal]]


def read_prices(text: str) -> OwnPrices:
    """Return US dollars per million input and output tokens by model, from ``{"model": [input, output]}``.

    Raises:
        SettingsWrong: the text is not of that form.
    """
    if not text.strip():
        return {}
    try:
        table = {
            str(model): (Decimal(str(dollars_in)), Decimal(str(dollars_out)))
            for model, (dollars_in, dollars_out) in orjson.loads(text).items()
        }
    except (orjson.JSONDecodeError, AttributeError, TypeError, ValueError, InvalidOperation):
        table = {"": (Decimal(-1), Decimal(-1))}
    if any(not price.is_finite() or price < 0 for pair in table.values() for price in pair):
        raise SettingsWrong(f'{PREFIX}PRICES must be JSON like {{"gpt-4o": [2.5, 10]}}, dollars per million tokens.')
    return table


class PriceList:
    """Prices of all models; genai-prices is loaded with the first question about one that it may know.

    ``api_urls`` names the address of a provider whose endpoint is not the vendor's own, so that the right vendor's
    prices are found.
    """

    def __init__(self, own: OwnPrices, api_urls: Mapping[str, str] | None = None) -> None:
        self._own = own
        self._api_urls = api_urls or {}

    def cost_usd(self, model: str, usage: Usage) -> str:
        """Return the price of the usage, rounded up to 1e-6 US dollars, as decimal text such as ``0.06``.

        ``model`` is ``provider:model``; "0" when nobody knows its price or it runs at home. Cached input counts as
        input. An own price holds for the model, with or without its provider, and for its dated versions.
        """
        provider, _, bare = model.partition(":")
        for name in (model, bare, _VERSION.sub("", model), _VERSION.sub("", bare)):
            if name in self._own:
                dollars_in, dollars_out = self._own[name]
                total = (usage.input_tokens * dollars_in + usage.output_tokens * dollars_out) / _MILLION
                return _text(total)
        if provider in _FREE or not bare:
            return "0"
        return _text(self._listed(provider, bare, usage))

    def _listed(self, provider: str, bare: str, usage: Usage) -> Decimal:
        import genai_prices

        counts = genai_prices.Usage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
        url = self._api_urls.get(provider)
        try:
            if url is not None:
                return genai_prices.calc_price(counts, bare, provider_api_url=url).total_price
            return genai_prices.calc_price(counts, bare, provider_id=provider).total_price
        except (LookupError, ValueError):
            return Decimal(0)


def preload() -> None:
    """Load the bundled table, which takes 0.3 s, so that the first question for a price does not."""
    import genai_prices  # noqa: F401  # the import is the work


def _text(total_usd: Decimal) -> str:
    return format(rounded_up(total_usd).normalize(), "f")
