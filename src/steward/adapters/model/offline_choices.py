"""Questions with several answers: the numbered list when a tool found more than one, and which one the person means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from steward.adapters.model.offline_told_events import span, starts
from steward.adapters.model.offline_turn import Call, Moment, Option, Pending, Reply
from steward.adapters.model.offline_wording import Row, line, moment_of, row, say_day, say_moment
from steward.nlu import Frame

MOST_OPTIONS = 9

INTENT_OF_TOOL: Mapping[str, str] = {
    "create_event": "schedule_meeting",
    "move_event": "reschedule_meeting",
    "cancel_event": "cancel_meeting",
    "find_events": "check_calendar",
    "find_free_time": "check_availability",
    "set_reminder": "set_reminder",
    "list_reminders": "list_reminders",
    "cancel_reminder": "cancel_reminder",
    "add_task": "add_task",
    "complete_task": "complete_task",
    "delete_task": "delete_task",
    "list_tasks": "list_tasks",
    "create_note": "create_note",
    "list_notes": "list_notes",
}
"""The intent whose frame waits while the person chooses."""

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_CARDINALS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NUMBER = re.compile(r"(?:the |number |option |no |nr |# ?)*(\d)(?:st|nd|rd|th)?(?: one)?")
_MANNERS = re.compile(r"^(?:yes|ok|okay)\b[ ,]*|[ ,]*\b(?:please|thanks|thank you)\b")
_CLOCK = re.compile(r"(\d)\s*([ap])\.?m\b\.?", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9]+")
_FILLER = re.compile(
    r"\b(?:the|one|an?|at|on|i|mean|meant|please|that|it|for|with|to|of|my|yes|ok|okay|want|take|number|option|pick"
    r"|choose|and|is|meeting|event|reminder|task)\b"
)
_ALL = frozenset(
    {"all", "both", "all of them", "both of them", "everything", "every one", "all of these", "all of those"}
)
_NONE = frozenset({"none", "neither", "none of them", "none of those", "neither of them", "no one"})


def choose(call: Call, candidates: Sequence[Row], moment: Moment) -> Reply | None:
    """Return the question which of the candidates is meant, each with the call that means just it.

    None where the candidates cannot be told apart by anything the tool takes.
    """
    make = _MAKERS.get(call.name)
    if make is None or not candidates:
        return None
    options = [make(call, candidate, candidates, moment) for candidate in candidates[:MOST_OPTIONS]]
    known = [option for option in options if option is not None and option.calls[0].arguments]
    keys = {str(sorted(option.calls[0].arguments.items(), key=str)) for option in known}
    if len(known) != len(options) or len(keys) != len(options):
        return None
    frame = Frame(INTENT_OF_TOOL.get(call.name, "unknown"), source="pending")
    listed = "\n".join(f"{number}. {option.label}" for number, option in enumerate(known, 1))
    more = len(candidates) - len(known)
    tail = f"\n\nThere are {more} more; tell me the day or the time if it is one of those." if more > 0 else ""
    text = f"I found more than one. Which one do you mean?\n\n{listed}{tail}"
    return Reply(text, pending=Pending("choose", frame, options=tuple(known)))


def just_this(tool: str, row: Row, moment: Moment) -> dict[str, Any]:
    """Return the arguments that mean just this event, task or reminder; empty when nothing tells it from others.

    Events by title, day and hour; the rest by title or text; all by ``id`` where the tool takes one.
    """
    start, words = starts(row), " ".join(str(row.get("title") or row.get("text") or "").split())
    named: dict[str, Any] = {"text": words} if tool == "cancel_reminder" else {"title": words}
    if tool in moment.takes_id and isinstance(row.get("id"), str):
        named = {"id": row["id"]}
    elif not words:
        return {}
    if tool in ("move_event", "cancel_event"):
        return {**named, "on_date": start.date().isoformat(), "at_time": start.time().isoformat()} if start else {}
    return named


def _event_option(call: Call, event: Row, others: Sequence[Row], moment: Moment) -> Option | None:
    which = just_this(call.name, event, moment)
    kept = {key: value for key, value in call.arguments.items() if key not in ("person", "title", "all")}
    label = f"{line(event, 'title') or '(no title)'}, {span(event, moment)}"
    return Option(label, (Call(call.name, {**kept, **which}),)) if which else None


def _reminder_option(call: Call, reminder: Row, others: Sequence[Row], moment: Moment) -> Option | None:
    which, due = just_this(call.name, reminder, moment), moment_of(reminder.get("due_local"))
    text = line(reminder, "text") or "(no text)"
    return Option(f"{text}, {say_moment(due, moment)}" if due else text, (Call(call.name, which),)) if which else None


def _before_event_option(call: Call, event: Row, others: Sequence[Row], moment: Moment) -> Option | None:
    """Return the option of an event to be reminded of: by its title where that is the only one, else at the time."""
    instant, minutes = moment_of(event.get("start")), row(call.arguments, "before_event").get("minutes")
    if instant is None or not starts(event) or not isinstance(minutes, int | float) or abs(minutes) > 1_000_000:
        return None
    kept = {key: value for key, value in call.arguments.items() if key != "before_event"}
    if _is_only_one(event, others):
        kept["before_event"] = {"title": " ".join(str(event.get("title")).split()), "minutes": minutes}
    else:
        kept["due"] = f"{(instant - timedelta(minutes=minutes)).isoformat(timespec='seconds')}Z"
    return Option(f"{line(event, 'title') or '(no title)'}, {span(event, moment)}", (Call(call.name, kept),))


def _task_option(call: Call, task: Row, others: Sequence[Row], moment: Moment) -> Option | None:
    which, due = just_this(call.name, task, moment), moment_of(task.get("due_local"))
    if "id" not in which and not _is_only_one(task, others):
        number = task.get("number")
        which = {"number": number} if isinstance(number, int) else {}
    title = line(task, "title") or "(no title)"
    return Option(f"{title}, due {say_day(due.date(), moment)}" if due else title, (Call(call.name, which),))


def _is_only_one(thing: Row, others: Sequence[Row]) -> bool:
    return bool(thing.get("title")) and sum(other.get("title") == thing.get("title") for other in others) == 1


_MAKERS: Mapping[str, Any] = {
    "move_event": _event_option,
    "cancel_event": _event_option,
    "set_reminder": _before_event_option,
    "cancel_reminder": _reminder_option,
    "complete_task": _task_option,
    "delete_task": _task_option,
}


def picked(pending: Pending, text: str, moment: Moment) -> tuple[Option, ...] | None:
    """Return the options the answer picks: one, all, or none of them; None when it picks nothing we can see."""
    words = _MANNERS.sub("", _CLOCK.sub(r"\1 \2m", text.lower().replace("’", "'")).replace("'s", ""))
    words = " ".join(words.replace(",", " ").strip(" .!?\"'").split())
    if not words:
        return None
    if words in _NONE:
        return ()
    if words in _ALL:
        return pending.options if all(option.calls for option in pending.options) else None
    index = _index(words, len(pending.options))
    if index is not None:
        return (pending.options[index],) if 0 <= index < len(pending.options) else None
    said = set(_WORD.findall(_FILLER.sub(" ", words)))
    if not said:
        return None
    fitting = [option for option in pending.options if said <= _words_of(option, moment)]
    return (fitting[0],) if len(fitting) == 1 else None


def _index(words: str, size: int) -> int | None:
    """Return the place in the list that "2", "the second one" or "the last" names, counted from 0."""
    if found := _NUMBER.fullmatch(words):
        return int(found[1]) - 1
    core = words.removeprefix("the ").removeprefix("number ").removeprefix("option ").removesuffix(" one")
    if core in ("last", "latter"):
        return size - 1
    for names in (_ORDINALS, _CARDINALS):
        if core in names:
            return names.index(core)
    return None


def _words_of(option: Option, moment: Moment) -> set[str]:
    """Return every word that may name the option: those of its label, and "today" or "tomorrow"."""
    words = set(_WORD.findall(option.label.lower()))
    today = moment.wall.date()
    for name, ahead in (("today", 0), ("tomorrow", 1)):
        if say_day(today + timedelta(days=ahead), moment) in option.label:
            words.add(name)
    return words


def did_you_mean(frame: Frame, intents: Sequence[str], phrases: Mapping[str, str]) -> Reply:
    """Return "Did you mean to … or to …?" for the likeliest intents; picking one carries on with the frame."""
    options = tuple(Option(phrases[intent], intent=intent) for intent in intents)
    labels = " or ".join(option.label for option in options)
    text = f"I'm not sure what you want. Did you mean to {labels}?"
    if len(options) > 1:
        text += " Say “the first” or “the second”, or put it another way."
    return Reply(text, pending=Pending("choose", frame, options=options))
