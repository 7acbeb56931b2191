"""What the offline model makes of a person's message: a call, a question, or an answer without a tool.

What is not understood never acts. A statistical guess acts only where it is harmless, and a question that waits is
answered first: yes and no, one of several, or the slot that was missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from steward.adapters.model.offline_choices import did_you_mean, picked
from steward.adapters.model.offline_intents import PLANS
from steward.adapters.model.offline_plans import confirm
from steward.adapters.model.offline_slots import text_slot
from steward.adapters.model.offline_sums import own_result
from steward.adapters.model.offline_talk import (
    NO_MESSAGE,
    NOTHING_SENT,
    NOTHING_TO_REPEAT,
    PHRASES,
    TALK,
    not_understood,
    small_talk,
)
from steward.adapters.model.offline_told import told
from steward.adapters.model.offline_turn import Moment, Pending, Reply, frame_from, pending_in
from steward.nlu import OUTWARD_INTENTS, Frame, understand
from steward.ports.model import Message

SURE = 0.9
"""From this confidence on a guess is acted on: the band of the patterns. Source: voice notes, section 3."""

_IT = re.compile(r"\b(?:it|that|this)\b", re.IGNORECASE)
_NAMES = ("person", "people", "title")
_TAKES_AWAY = frozenset({"cancel_meeting", "cancel_reminder", "delete_task"})


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message was taken for, and what follows from it."""

    frame: Frame
    reply: Reply


def hear(history: Sequence[Message], moment: Moment) -> Heard:
    """Return what follows from the person's newest message, which is the last of ``history``."""
    if not history or history[-1].role != "user" or not history[-1].content.strip():
        return Heard(Frame("unknown"), Reply(NO_MESSAGE))
    text, before = history[-1].content, history[:-1]
    pending = pending_in(before, moment.instant)
    if pending is not None and pending.kind == "choose":
        chosen = _chosen(pending, text, moment)
        if chosen is not None:
            return _offered(chosen, moment)
    waiting = pending.frame if pending is not None and pending.kind != "choose" else None
    frame = understand(text, replace(moment.context, pending=waiting))
    return _offered(_decided(_with_referent(frame, before, text), pending, before, moment), moment)


def _with_referent(frame: Frame, before: Sequence[Message], text: str) -> Frame:
    """Return the frame in which "move it" means the meeting that the answer just before was about."""
    if frame.intent not in ("reschedule_meeting", "cancel_meeting") or not _IT.search(text):
        return frame
    if any(frame.entities.get(slot) for slot in (*_NAMES, "from_date", "from_time")):
        return frame
    last = next((message for message in reversed(before) if message.role == "assistant"), None)
    earlier = frame_from(last.frame) if last is not None else None
    if earlier is None or earlier.intent not in ("schedule_meeting", "reschedule_meeting"):
        return frame
    names = {slot: earlier.entities[slot] for slot in _NAMES if earlier.entities.get(slot)}
    if not names:
        return frame
    if earlier.entities.get("date") and not earlier.entities.get("recurrence"):
        names["from_date"] = earlier.entities["date"]
    missing = tuple(slot for slot in frame.missing if slot != "title")
    return replace(frame, entities={**names, **frame.entities}, missing=missing)


def _chosen(pending: Pending, text: str, moment: Moment) -> Heard | None:
    """Return what the pick among several options leads to; None when the message picks nothing."""
    options = picked(pending, text, moment)
    if options is None:
        return None
    if not options:
        return Heard(replace(pending.frame, source="pending"), Reply("Okay, I've left everything as it is."))
    if options[0].intent:
        frame = Frame(options[0].intent, pending.frame.entities, 1.0, "pending")
        frame = replace(frame, needs_confirmation=frame.intent in OUTWARD_INTENTS)
        return Heard(frame, _acted(frame, moment))
    calls = tuple(call for option in options for call in option.calls)
    return Heard(replace(pending.frame, source="pending", confidence=1.0), Reply(calls=calls))


def _decided(frame: Frame, pending: Pending | None, before: Sequence[Message], moment: Moment) -> Heard:
    if pending is not None:
        answered = _answered(frame, pending, moment)
        if answered is not None:
            return answered
    return Heard(frame, _talked(frame, before, moment) or _acted(frame, moment))


def _answered(frame: Frame, pending: Pending, moment: Moment) -> Heard | None:
    """Return what a yes, a no or a missing slot leads to; None when the message is about something else."""
    if frame.intent in ("deny", "stop"):
        return Heard(replace(frame, source="pending"), Reply("Okay, I won't do that."))
    if frame.intent == "undo" and pending.kind == "confirm":
        return Heard(frame, Reply("Okay, I won't do that."))
    if frame.intent == "confirm":
        return _confirmed(pending, moment)
    if pending.kind == "confirm" and frame.source == "pending" and frame.intent in _TAKES_AWAY:
        changed = replace(frame, needs_confirmation=True)
        return Heard(changed, _acted(changed, moment))
    if pending.kind == "slot" and frame.intent == "unknown":
        return Heard(frame, _asked_again(pending))
    return None


def _confirmed(pending: Pending, moment: Moment) -> Heard:
    frame = replace(pending.frame, source="pending", confidence=1.0, needs_confirmation=False)
    if pending.kind == "confirm":
        if pending.calls:
            return Heard(frame, Reply(calls=pending.calls))
        return Heard(frame, _acted(replace(frame, missing=()), moment))
    if pending.kind == "choose" and len(pending.options) == 1 and pending.options[0].intent:
        frame = Frame(pending.options[0].intent, pending.frame.entities, 1.0, "pending")
        return Heard(frame, _acted(frame, moment))
    if pending.kind == "choose":
        return Heard(frame, Reply("Which one? Say its number.", pending=pending))
    return Heard(frame, _asked_again(pending))


def _asked_again(pending: Pending) -> Reply:
    return Reply(f"Sorry, I didn't get that. {_slot_question(pending.frame)}", pending=pending)


def _slot_question(frame: Frame) -> str:
    if set(frame.missing) & {"date", "time"}:
        return "Please tell me a day and a time, for example “tomorrow at 2 PM”; or say “never mind”."
    if "duration" in frame.missing:
        return "Please tell me how long, for example “30 minutes”; or say “never mind”."
    return "Please tell me in a few words; or say “never mind”."


def _talked(frame: Frame, before: Sequence[Message], moment: Moment) -> Reply | None:
    """Return the answer to what needs no tool; None for everything else."""
    if frame.intent == "small_talk":
        return Reply(small_talk(moment.text))
    if frame.intent == "repeat":
        said = next((m.content for m in reversed(before) if m.role == "assistant" and m.content.strip()), "")
        waiting = pending_in(before, moment.instant)
        return Reply(said or NOTHING_TO_REPEAT, pending=waiting if said else None)
    if frame.intent == "send_message":
        recipient = text_slot(frame.entities, "recipient")
        return Reply(NOTHING_SENT.format(recipient=f" to {recipient}" if recipient else ""))
    if frame.intent in TALK:
        return Reply(TALK[frame.intent])
    return None


def _acted(frame: Frame, moment: Moment) -> Reply:
    """Return the plan for the frame, or the question that has to come first."""
    likely = _likely(frame)
    if frame.intent not in PLANS or (frame.source != "pending" and frame.confidence < SURE):
        if likely and not (frame.intent == "unknown" and frame.source == "classifier"):
            return did_you_mean(frame, likely, PHRASES)
        return Reply(not_understood(moment.text))
    reply = PLANS[frame.intent](frame, moment)
    if reply.calls and frame.needs_confirmation:
        return confirm(frame, reply)
    return reply


def _likely(frame: Frame) -> list[str]:
    """Return the two likeliest intents that can be offered."""
    named = [frame.intent, *(intent for intent, _ in frame.alternatives)]
    return [intent for intent in dict.fromkeys(named) if intent in PHRASES][:2]


def _offered(heard: Heard, moment: Moment) -> Heard:
    """Return the same with calls only to tools that are offered; what needs no tool is answered without."""
    calls = heard.reply.calls
    missing = [call for call in calls if call.name not in moment.tools]
    if not missing:
        return heard
    results = [(call, own_result(call, moment)) for call in calls]
    if all(result is not None for _, result in results):
        return Heard(heard.frame, told(results, None, moment))
    about = heard.reply.about or missing[0].name.replace("_", " ")
    return Heard(heard.frame, Reply(f"I can't {about} here: the tool for it is not available."))
