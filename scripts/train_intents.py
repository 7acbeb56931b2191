"""Train the intent classifier from the templates and write its weights, byte for byte the same every time.

Usage: ``python scripts/train_intents.py [--check]``. With ``--check`` nothing is written; the exit status is 1 when the
committed file differs from what a training gives.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections import Counter
from pathlib import Path

from steward.nlu import classifier
from steward.nlu.classifier import WEIGHTS_FILE, features_of, words_of
from steward.nlu.templates import TEMPLATES, expansion, sentences

SEED = 20240115
PER_TEMPLATE = 26
EPOCHS = 8
MARGIN = 12
SCALE = 34
PRUNE = 3
NOISE = 0.12
PACKAGE = Path(classifier.__file__).parent
Row = list[int]


def fingerprint() -> str:
    """Return a hash over everything the weights depend on: templates, expansion, features and this trainer."""
    digest = hashlib.sha256(json.dumps(TEMPLATES, sort_keys=True).encode())
    for path in (Path(expansion.__file__), Path(classifier.__file__), Path(__file__)):
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def vocabulary(pairs: list[tuple[str, str]]) -> frozenset[str]:
    """Return the words that occur often enough to be told apart from any other word."""
    counts = Counter(word for _, text in pairs for word in words_of(text))
    return frozenset(w for w, n in counts.items() if (n >= 4 and w != "x" and len(w) > 1) or w in ("i", "a"))


def noisy(words: list[str], draw: random.Random) -> list[str]:
    """Return the words with a few of them replaced by ``x``, as an unseen sentence would look."""
    return ["x" if not w.startswith("¤") and draw.random() < NOISE else w for w in words]


def examples(intents: tuple[str, ...]) -> tuple[list[tuple[int, list[str]]], frozenset[str]]:
    """Return (intent index, features) of every training sentence, and the vocabulary."""
    pairs = sentences(TEMPLATES, PER_TEMPLATE, SEED)
    known = vocabulary(pairs)
    draw = random.Random(SEED + 1)
    index = {name: i for i, name in enumerate(intents)}
    found = [(index[intent], features_of(noisy(words_of(text), draw), known)) for intent, text in pairs]
    counts = Counter(feature for _, features in found for feature in features)
    return [(i, [f for f in fs if counts[f] >= 3]) for i, fs in found], known


def trained(data: list[tuple[int, list[str]]], size: int) -> dict[str, Row]:
    """Return the averaged weights (times the number of steps, over it, rounded) of a perceptron with a margin."""
    rows: dict[str, Row] = {}
    totals: dict[str, Row] = {}
    draw = random.Random(SEED + 2)
    order = list(range(len(data)))
    step = 0
    for _ in range(EPOCHS):
        draw.shuffle(order)
        for place in order:
            step += 1
            target, features = data[place]
            scores = [0] * size
            for feature in features:
                row = rows.get(feature)
                if row:
                    scores = [a + b for a, b in zip(scores, row, strict=True)]
            rival = max((i for i in range(size) if i != target), key=lambda i: (scores[i], -i))
            if scores[target] - scores[rival] >= MARGIN:
                continue
            for feature in features:
                row = rows.setdefault(feature, [0] * size)
                total = totals.setdefault(feature, [0] * size)
                row[target] += 1
                row[rival] -= 1
                total[target] += step
                total[rival] -= step
    return {f: [(10 * (w * step - t)) // step for w, t in zip(rows[f], totals[f], strict=True)] for f in rows}


def built() -> str:
    """Return the text of the weights file."""
    intents = tuple(sorted(TEMPLATES))
    data, known = examples(intents)
    rows = trained(data, len(intents))
    packed = {
        feature: ",".join(f"{i},{w}" for i, w in enumerate(row) if abs(w) >= PRUNE)
        for feature, row in sorted(rows.items())
    }
    model = {
        "fingerprint": fingerprint(),
        "sentences": len(data),
        "scale": SCALE,
        "intents": intents,
        "words": sorted(known),
        "rows": {feature: text for feature, text in packed.items() if text},
    }
    return json.dumps(model, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def main() -> int:
    """Write the weights file, or compare it with a fresh training."""
    target = PACKAGE / WEIGHTS_FILE
    text = built()
    if "--check" in sys.argv[1:]:
        same = target.read_text(encoding="utf-8") == text
        print("weights are current" if same else "weights differ: run scripts/train_intents.py")
        return 0 if same else 1
    target.write_text(text, encoding="utf-8")
    print(f"{target.name}: {len(text.encode()) // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
