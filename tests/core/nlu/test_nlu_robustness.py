"""Hostile and endless input, determinism, speed, and the weights file."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nlu_scoring import load

from steward.nlu import INTENTS, Context, as_json, understand
from steward.nlu.cli_json import understand_lines

NOW = datetime(2024, 1, 15, 10, 30)
CONTEXT = Context(now=NOW, zone="America/New_York", contacts=("Ann", "Bo (work)"), titles=("standup", "a+b"))
WORDS = (  # noqa: SIM905 - a sentence is easier to extend than a list
    "remind me to at on 5 3pm tomorrow every monday the first of next week meeting with Bob and from "
    "2 until half past cancel move my by an hour and a half what is free note: % * ( ) - / : é ß İ 😀 "
    "\x00 february 30 29th 31st 25:61 99 0 -1 1e9 in weeks years ago"
).split()
REPEATED = [
    "a ",
    "1 ",
    "at 3 ",
    "(",
    "((1+1)*",
    "two ",
    "remind me to ",
    "every ",
    "monday ",
    "9*",
    "from 2 to ",
    "please ",
    "x, ",
    "\x00",
]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_a_known_intent_and_plain_json(text: str) -> None:
    frame = understand(text, CONTEXT)
    assert frame.intent in INTENTS
    assert 0 <= frame.confidence <= 1
    json.dumps(as_json(frame))


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), st.datetimes(min_value=datetime(1, 1, 2)))
def test_any_jumble_of_time_words_at_any_moment_never_raises_and_repeats_itself(text: str, now: datetime) -> None:
    context = Context(now=now)
    assert understand(text, context) == understand(text, context)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_any_answer_to_a_question_is_survived(text: str) -> None:
    for first in ("schedule a meeting with John", "send a message to Sarah", "remind me to buy milk", "set a timer"):
        pending = understand(first, CONTEXT)
        understand(text, Context(now=NOW, pending=pending))


@pytest.mark.parametrize("size", [390, 9_900, 100_000, 1_000_000])
@pytest.mark.parametrize("unit", REPEATED)
def test_endless_input_is_answered_at_once(unit: str, size: int) -> None:
    text = (unit * (size // len(unit) + 1))[:size]
    understand(text[:10], CONTEXT)
    start = time.process_time()
    understand(text, CONTEXT)
    assert time.process_time() - start < 0.25


def test_a_sentence_takes_less_than_five_milliseconds_for_nineteen_of_twenty() -> None:
    texts = [u["text"] for u in load("utterances.yaml")["utterances"]]
    understand("warm up the blah thing", CONTEXT)
    spent = []
    for text in texts:
        start = time.process_time()
        understand(text, CONTEXT)
        spent.append(time.process_time() - start)
    assert sorted(spent)[int(len(spent) * 0.95)] < 0.015


def test_a_long_note_is_kept_whole() -> None:
    body = "word " * 1000
    assert understand(f"note: {body}", CONTEXT).entities["text"] == body.strip()


def test_lines_of_garbage_give_one_object_each() -> None:
    lines = ["", "\x00\x00", "😀😀", "x" * 1_000_000, "((((", "Schedule a meeting with John tomorrow at 2 PM", "\n"]
    answers = [json.loads(line) for line in understand_lines(lines, NOW, "America/New_York")]
    assert [a["intent"] for a in answers] == ["unknown"] * 5 + ["schedule_meeting", "unknown"]
    assert all(set(a) == {"intent", "entities", "confidence", "source", "missing"} for a in answers)


def test_the_weights_belong_to_the_templates_and_the_trainer() -> None:
    script = Path(__file__).parents[3] / "scripts" / "train_intents.py"
    spec = importlib.util.spec_from_file_location("train_intents", script)
    assert spec
    assert spec.loader
    trainer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(trainer)
    committed = (trainer.PACKAGE / trainer.WEIGHTS_FILE).read_text(encoding="utf-8")
    assert len(committed) <= 400_000
    assert json.loads(committed)["fingerprint"] == trainer.fingerprint()
    assert trainer.built() == committed


def test_the_understanding_needs_no_third_party_package_but_dateutil() -> None:
    code = (
        "import sys; before = set(sys.modules); import steward.nlu;"
        "new = {m.split('.')[0] for m in set(sys.modules) - before};"
        "print(sorted({n for n in new if n[0] != '_'} - set(sys.stdlib_module_names) - {'steward', 'dateutil', 'six'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
