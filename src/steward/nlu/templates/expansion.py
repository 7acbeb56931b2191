"""Make sentences from templates, the same ones for the same seed."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import random

from steward.nlu.patterns import Pattern

FILLERS: dict[str, str] = {
    "person": "John|Sarah|Priya|Tom|Anna|Maria|Bob|Alice|Kim|Ahmed|Grace|mom|dad|my boss|my wife|the design team|the sales team|Dr. Lee|Carlos|Dave|my brother|the landlord|marketing|the client|Yuki|Omar",
    "event": "meeting|call|lunch|dinner|coffee|sync|standup|interview|workshop|demo|review|appointment|dentist appointment|catch up|session|one on one|haircut|budget review|planning session|check in|team meeting|presentation|training|class|doctor's appointment|chat",
    "when": "¤d|¤t|¤d ¤t|¤t ¤d|¤d|¤d ¤d",
    "day": "¤d",
    "clock": "¤t",
    "length": "¤n",
    "rule": "¤r",
    "task": "buy milk|call the bank|pay the bills|email the landlord|finish the report|clean the garage|water the plants|fix the bug|book the tickets|send the invoice|wash the car|pick up the kids|take out the trash|renew the passport|return the book|do the laundry|walk the dog|order the cake|x x|x x x|x the x|x|review the x|call x|prepare the x",
    "thing": "milk|eggs|bread|batteries|coffee|apples|cheese|x|x x|toilet paper|the rent|the report|the laundry|the x|slides|soap|bananas",
    "list": "shopping list|to-do list|list|tasks|grocery list|todo list|todos|packing list",
    "fact": "the wifi password is x|my locker code is x|x prefers x|we parked on level x|the x is x|x likes x|x said x|the door code is x|x x x|x is allergic to x|the meeting went x|the plumber charges x",
    "body": "i'm running late|i'll be there ¤t|the meeting moved ¤t|happy birthday|dinner is ready|i can't come|the x is ready|x x x|i'm on my way|we need to talk|thanks for x|where are you|call me back|i'll be home ¤t",
    "subject": "the x|x|dogs|space|history|the president|the economy|cars|football|music|a movie|x x|the planets|the ocean|politics|physics|chess|the universe|a book|cooking|the war|dinosaurs|the internet|the moon|cats|money|love|china|france|the x of x|x and x",
    "place": "Paris|London|x|Tokyo|New York|Spain|the city|x x|Brazil|the beach|India",
}
"""Values of the slots; ``x`` stands for any word outside the vocabulary, ``¤d ¤t ¤n ¤r`` for masked times."""

_CHOICE = Pattern(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
_SLOT = Pattern(r"\{(\w+)\}")


def expanded(template: str, draw: random.Random) -> str:
    """Return one sentence of a template."""
    text = template
    while True:
        found = _CHOICE.search(text)
        if not found:
            break
        options = [*found[2].split("|"), ""] if found[1] is None else found[1].split("|")
        value = draw.choice(options)
        text = text[: found.start()] + value + text[found.end() :]
    text = _SLOT.sub(lambda m: draw.choice(FILLERS[m[1]].split("|")), text)
    return " ".join(text.split())


def sentences(templates: dict[str, str], per_template: int, seed: int) -> list[tuple[str, str]]:
    """Return (intent, sentence) pairs, shuffled; at most ``per_template`` distinct ones of each template."""
    draw = random.Random(seed)  # noqa: S311 - reproducible on purpose, nothing secret
    result: list[tuple[str, str]] = []
    for intent in sorted(templates):
        for line in templates[intent].strip().splitlines():
            seen = {expanded(line.strip(), draw) for _ in range(per_template)}
            result.extend((intent, sentence) for sentence in sorted(seen))
    draw.shuffle(result)
    return result
