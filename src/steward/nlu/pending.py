"""Answers to a question we asked: the new text fills the slots that the pending frame still misses."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

from steward.nlu.frames import Context, Frame
from steward.nlu.intents.reminders import REMINDING
from steward.nlu.intents.slots import put_people, who
from steward.nlu.patterns import Pattern
from steward.nlu.sentence import Sentence, cleaned
from steward.nlu.times.merging import Reading
from steward.nlu.times.tags import Tag

_FILLER = Pattern(
    r"^(?:(?:oh|um+|uh+|well|let's|lets|let us|make it|say|maybe|how about|what about|i think|i'd say|do|go with|try|perhaps|just|it's|it is|its|that's|with|to|for|at|the|it should be|call it|name it|tell (?:him|her|them)(?: that)?|say that|remind me to|about|please|sorry|i mean|i meant|actually)\s+)+",
    re.IGNORECASE,
)
_QUESTION = Pattern(r"\b(?:what|who|why|how|which|where|is|are|can|do|does)\b", re.IGNORECASE)
_TIME_WORDS = frozenset({"date", "time"})


def _day_tag(entities: dict[str, Any]) -> Tag | None:
    return Tag("date", 0, 0, day=date.fromisoformat(entities["date"])) if "date" in entities else None


def _times(sentence: Sentence, frame: Frame) -> dict[str, Any]:
    """Return the time entities of the answer, read together with the day and part already known."""
    tags = list(sentence.tags)
    own_day = any(t.kind in ("date", "period", "instant", "rule") and (t.day or t.amount or t.rule) for t in tags)
    known = _day_tag(frame.entities)
    if known and not own_day:
        tags.append(known)
    if frame.entities.get("part") and not any(t.part for t in tags):
        tags.append(Tag("part", 0, 0, part=str(frame.entities["part"])))
    if frame.entities.get("recurrence") and not own_day:
        tags.append(Tag("rule", 0, 0, rule=str(frame.entities["recurrence"])))
    if frame.intent == "set_reminder":
        reading = REMINDING
    else:
        reading = Reading(anchor=frame.intent != "reschedule_meeting", span_duration=True)
    return sentence.times(reading, tags)


def _with_times(frame: Frame, sentence: Sentence) -> Frame | None:
    times = _times(sentence, frame)
    if frame.intent == "set_timer":
        amounts = [t.amount.minutes for t in sentence.tags if t.amount]
        times = {"duration": amounts[0]} if amounts else {}
        if times and float(times["duration"]).is_integer():
            times["duration"] = int(times["duration"])
    if not times:
        return None
    merged = {**frame.entities, **times}
    if "time" in times:
        merged.pop("part", None)
    if "date" in times:
        merged.pop("date_from", None)
        merged.pop("date_to", None)
    return replace(frame, entities=merged, source="pending", confidence=0.95, needs_confirmation=False)


def _with_text(frame: Frame, slot: str, core: str, sentence: Sentence) -> Frame | None:
    text = (core if slot in ("body", "text") else _FILLER.sub("", core)).strip(" .,!?")
    if not text or len(text) > 2000 or (slot != "body" and slot != "text" and _QUESTION.match(text)):
        return None
    entities = dict(frame.entities)
    if slot in ("person", "recipient", "title"):
        text = cleaned(text)
    if slot == "text" and frame.intent == "set_reminder" and sentence.tags:
        entities.update({k: v for k, v in _times(sentence, frame).items() if k not in ("duration", "part", "end_time")})
        text = cleaned(_FILLER.sub("", sentence.masked))
    if slot == "person":
        put_people(entities, who("with " + text), sentence.context.contacts)
    elif text:
        entities[slot] = text
    return replace(frame, entities=entities, source="pending", confidence=0.9, needs_confirmation=False)


def answered(core: str, plain: str, context: Context) -> Frame | None:
    """Return the pending frame with the answer merged in, or None when the text is no answer to it."""
    frame = context.pending
    if frame is None or len(plain) > 400:
        return None
    sentence = Sentence(plain if frame.missing[:1] == ("body",) else core, context, loose=True)
    wants_time = bool(_TIME_WORDS & set(frame.missing)) or frame.missing[:1] == ("duration",)
    if (wants_time or not frame.missing) and sentence.tags:
        left_over = cleaned(_FILLER.sub("", sentence.masked))
        if len(left_over.split()) <= 4 and not _QUESTION.match(left_over):
            return _with_times(frame, sentence)
    text_slots = [slot for slot in frame.missing if slot not in _TIME_WORDS and slot != "duration"]
    if text_slots:
        return _with_text(frame, text_slots[0], sentence.text, sentence)
    return _with_name(frame, sentence)


def _with_name(frame: Frame, sentence: Sentence) -> Frame | None:
    """Return a meeting frame with the person a short answer names ("with John", "John")."""
    if frame.intent != "schedule_meeting" or "person" in frame.entities or "people" in frame.entities:
        return None
    text = _FILLER.sub("", sentence.text).strip(" .,!?")
    known = text.lower() in (c.lower() for c in sentence.context.contacts)
    if (
        known
        or re.fullmatch(r"(?:[A-Z][\w'-]+)(?: [A-Z][\w'-]+)?(?:(?:,| and) (?:[A-Z][\w'-]+))*", text)
        or sentence.text.lower().startswith("with ")
    ):
        entities = dict(frame.entities)
        put_people(entities, who("with " + text), sentence.context.contacts)
        return replace(frame, entities=entities, source="pending", confidence=0.9)
    return None
