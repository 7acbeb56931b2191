"""A small linear classifier for sentences that no pattern takes: an averaged perceptron over words and word pairs.

Its weights are whole numbers in ``intent_weights.json``, trained from the templates by ``scripts/train_intents.py``.
Words outside the training vocabulary count as ``x``, so that talk about anything else looks like talk about anything else.
"""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from steward.nlu.patterns import Pattern
from steward.nlu.times.tags import Tag

WEIGHTS_FILE = "intent_weights.json"
MAX_WORDS = 40
_WORD = Pattern(r"¤[dtnro]?|[a-z]+(?:'[a-z]+)?|\d+|[?:]")
_KINDS = {
    "date": "¤d", "period": "¤d", "part": "¤d", "clock": "¤t", "span": "¤t", "amount": "¤n", "rule": "¤r", "offset": "¤o",
    "instant": "¤d", "zone": "",
}  # fmt: skip
_SAME = {
    "whats": "what's",
    "im": "i'm",
    "dont": "don't",
    "cant": "can't",
    "wont": "won't",
    "id": "i'd",
    "pls": "please",
    "todo": "to-do",
}


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained model: intents, known words, and per feature the weight of each intent (by index)."""

    intents: tuple[str, ...]
    words: frozenset[str]
    rows: dict[str, tuple[tuple[int, int], ...]]
    scale: float


def typed_mask(masked: str, tags: list[Tag]) -> str:
    """Return the masked text with each mask followed by its kind: ``¤d`` day, ``¤t`` clock, ``¤n`` amount, ``¤r`` rule."""
    pieces = masked.split("¤")
    kinds = [_KINDS.get(tag.kind, "") for tag in tags] + [""] * len(pieces)
    return "".join(f" {kinds[i - 1]} {piece}" if i else piece for i, piece in enumerate(pieces))


def words_of(text: str) -> list[str]:
    """Return the lower-case words and masks of a masked text, at most 40."""
    return [_SAME.get(w, w) for w in _WORD.findall(text.lower().replace("to-do", "todo"))][:MAX_WORDS]


def features_of(words: list[str], known: frozenset[str]) -> list[str]:
    """Return the features of a sentence, sorted: words, pairs with both ends, and the opening three words."""
    seen = [w if w in known or w.startswith("¤") else "x" for w in words]
    padded = ["^", *seen, "$"]
    found = {f"{a} {b}" for a, b in pairwise(padded)}
    found.update(seen)
    found.add("3 " + " ".join(seen[:3]))
    strange = seen.count("x")
    found.add(f"#x{min(strange, 4)}")
    found.add(f"#r{4 * strange // max(len(seen), 1)}")
    return sorted(found)


@cache
def weights() -> Weights:
    """Return the committed model, read once."""
    from importlib import resources

    text = resources.files("steward.nlu").joinpath(WEIGHTS_FILE).read_text(encoding="utf-8")
    data = json.loads(text)
    rows: dict[str, tuple[tuple[int, int], ...]] = {}
    for feature, packed in data["rows"].items():
        numbers = [int(n) for n in packed.split(",")]
        rows[feature] = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    return Weights(tuple(data["intents"]), frozenset(data["words"]), rows, float(data["scale"]))


def guess(masked: str, tags: list[Tag]) -> list[tuple[str, float]]:
    """Return intents with their calibrated confidence (they sum to 1), the likeliest first."""
    model = weights()
    scores = [0] * len(model.intents)
    for feature in features_of(words_of(typed_mask(masked, tags)), model.words):
        for index, weight in model.rows.get(feature, ()):
            scores[index] += weight
    top = max(scores)
    powers = [math.exp((s - top) / model.scale) for s in scores]
    total = sum(powers)
    ranked = [(intent, p / total) for intent, p in zip(model.intents, powers, strict=True)]
    return sorted(ranked, key=lambda pair: (-pair[1], pair[0]))
