"""From a sentence to a frame: dialogue acts, verbatim intents, masked patterns, then the classifier."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from steward.nlu.classifier import guess
from steward.nlu.frames import OUTWARD_INTENTS, UNKNOWN, Context, Frame
from steward.nlu.intents import agenda, changes, meetings, reminders, tasks
from steward.nlu.intents.acts import dialogue_act
from steward.nlu.intents.facts import calculation, clock_question, conversion, date_question
from steward.nlu.intents.found import Found
from steward.nlu.intents.guessed import fill
from steward.nlu.intents.messages import message
from steward.nlu.intents.notes import note
from steward.nlu.intents.worldly import is_about_the_world
from steward.nlu.patterns import Pattern
from steward.nlu.pending import answered
from steward.nlu.sentence import Sentence
from steward.nlu.wording import MAX_CHARACTERS, MAX_TAGGED_CHARACTERS, tidy, without_manners

ACCEPT = 0.95
"""The classifier's calibrated confidence from which its guess is taken."""

_RECOGNISERS: tuple[Callable[[Sentence], Found | None], ...] = (
    reminders.cancelling,
    reminders.timer,
    reminders.waking,
    reminders.setting,
    reminders.listing,
    date_question,
    tasks.delete,
    tasks.add,
    agenda.summary,
    tasks.listing,
    changes.reschedule,
    changes.cancel,
    agenda.availability,
    agenda.check,
    meetings.schedule,
    tasks.complete,
)


_LAST_CLAUSE = Pattern(
    r"[,;.] (?:so |and |please |can you |could you |just )*(?P<command>(?:cancel|reschedule|postpone|schedule|book|remind me|move my|move the|set a|set an|add a|clear my|wake me) .+)$",
    re.IGNORECASE,
)


def missing_slots(intent: str, entities: dict[str, Any]) -> tuple[str, ...]:
    """Return the slots that must be asked for before the intent can be acted on."""
    timed = "date" in entities or "recurrence" in entities
    if intent == "schedule_meeting":
        return (() if timed else ("date",)) + (() if "time" in entities else ("time",))
    if intent == "set_reminder":
        when = timed or "time" in entities or "offset" in entities or "date_from" in entities
        return (() if "text" in entities else ("text",)) + (() if when else ("date", "time"))
    if intent == "reschedule_meeting":
        target = any(k in entities for k in ("date", "time", "shift", "date_from", "part"))
        return () if target else ("date", "time")
    if intent == "cancel_meeting":
        known = any(k in entities for k in ("person", "people", "title", "date", "time", "scope", "date_from"))
        return () if known else ("title",)
    if intent in ("complete_task", "delete_task"):
        return () if any(k in entities for k in ("title", "number", "scope", "list")) else ("title",)
    if intent == "cancel_reminder":
        return () if any(k in entities for k in ("text", "date", "time", "scope", "recurrence")) else ("text",)
    needed = {
        "set_timer": ("duration",),
        "add_task": ("title",),
        "create_note": ("text",),
        "send_message": ("recipient", "body"),
    }.get(intent, ())
    return tuple(slot for slot in needed if slot not in entities)


def _frame(found: Found, source: str = "pattern") -> Frame:
    return Frame(found.intent, found.entities, found.confidence, source, missing_slots(found.intent, found.entities))


def _recognised(core: str, context: Context) -> Found | None:
    """Return what the ordered patterns make of a sentence."""
    verbatim = (
        conversion(core) or calculation(core) or clock_question(core) or note(core) or message(core, context.contacts)
    )
    if verbatim:
        return verbatim
    if len(core) > MAX_TAGGED_CHARACTERS or is_about_the_world(core):
        return None
    found = _first(Sentence(core, context))
    clause = _LAST_CLAUSE.search(core)
    if found is None and clause:
        return _first(Sentence(clause["command"], context))
    return found


def _first(sentence: Sentence) -> Found | None:
    """Return what the first recogniser that takes the sentence finds."""
    for recognise in _RECOGNISERS:
        found = recognise(sentence)
        if found:
            return found
    return None


def _guessed(core: str, context: Context) -> Frame:
    """Return the classifier's frame, or unknown with what it might have been."""
    sentence = Sentence(core, context)
    ranked = guess(sentence.masked, sentence.tags)
    best, confidence = ranked[0]
    others = tuple((name, round(p, 4)) for name, p in ranked[:4] if name != "unknown" and p >= 0.05)[:2]
    if best == "unknown" or confidence < ACCEPT or is_about_the_world(core):
        return Frame(
            "unknown",
            {},
            confidence if best == "unknown" else 0.0,
            "classifier" if best == "unknown" else "none",
            (),
            others,
        )
    found = fill(best, sentence)
    if found is None:
        return Frame("unknown", {}, 0.0, "none", (), others)
    frame = _frame(Found(best, found, confidence), "classifier")
    return replace(frame, alternatives=others[1:], needs_confirmation=best in OUTWARD_INTENTS)


def understand(text: str, context: Context) -> Frame:
    """Return what the text asks for.

    Never raises; text of more than 10,000 characters, garbage and questions about the world give ``unknown``.
    With ``context.pending`` set, an answer to the open question gives the completed frame (source ``pending``).
    """
    if not text or len(text) > MAX_CHARACTERS:
        return UNKNOWN
    plain = tidy(text)
    if not any(c.isalnum() for c in plain):
        return UNKNOWN
    act = dialogue_act(plain)
    core = without_manners(plain)
    if act and (context.pending is None or act in ("confirm", "deny", "stop", "undo", "repeat", "thanks", "help")):
        return Frame(act, {}, 0.97, "pattern")
    found = _recognised(core, context)
    if context.pending is not None and not (found and found.confidence >= 0.9 and _is_whole_command(found)):
        merged = answered(core, plain, context)
        if merged is not None:
            return replace(merged, missing=missing_slots(merged.intent, merged.entities))
    if found:
        return _frame(found)
    act = act or dialogue_act(core)
    if act:
        return Frame(act, {}, 0.95, "pattern")
    if len(core) > MAX_TAGGED_CHARACTERS:
        return UNKNOWN
    return _guessed(core, context)


def warm_up() -> None:
    """Compile every pattern and read the weights now, so that the first sentence is as quick as the others."""
    context = Context(now=datetime(2024, 1, 15, 10, 30))
    for text in (
        "xyzzy on monday at 3 with plugh",
        "send a message",
        "write a note",
        "move it to 4",
        "cancel the call",
    ):
        understand(text, context)


def _is_whole_command(found: Found) -> bool:
    """Say whether a pattern's find is a new wish, not just an answer that looks like one ("lunch on Friday")."""
    return found.intent != "check_calendar" or bool(found.entities)
