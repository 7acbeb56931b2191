"""The look before a step that needs it: what would be taken away, or which event comes next.

The first call only lists; the calls that take away are made here from what it found, and wait for a yes unless there
is just one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from steward.adapters.model import offline_told_events as events
from steward.adapters.model import offline_told_items as items
from steward.adapters.model.offline_choices import choose, just_this
from steward.adapters.model.offline_slots import Slots, hours_of, number_slot, people_slot, selector, text_slot
from steward.adapters.model.offline_turn import Call, Moment, Pending, Reply
from steward.adapters.model.offline_wording import Row, count, counted, line, moment_of, rows
from steward.nlu import Frame

PREVIEWS: Mapping[tuple[str, str], str] = {
    ("find_events", "cancel_meeting"): "events",
    ("find_events", "set_reminder"): "events",
    ("list_reminders", "cancel_reminder"): "reminders",
    ("list_tasks", "complete_task"): "tasks",
    ("list_tasks", "delete_task"): "tasks",
}
"""Which list a call gives where it was made before the intent is carried out."""


def preview(call: Call, result: Row, wanted: Frame, moment: Moment) -> Reply | None:
    """Return what comes after the look: calls, a question, or that there is nothing; None for any other call."""
    key = PREVIEWS.get((call.name, wanted.intent))
    if key is None:
        return None
    found = rows(result, key)
    if wanted.intent == "set_reminder":
        return _before_next(found, wanted)
    if key == "reminders" and not _is_all(wanted):
        found = [row for row in found if _fits(row, wanted.entities)]
    total = count(result, "total", 0) if len(found) == len(rows(result, key)) else 0
    total = max(total, len(found))
    noun = key.removesuffix("s")
    if not found and key == "events":
        return Reply(f"{events.found(call.arguments, result, moment)} There is nothing to cancel.")
    if not found:
        return Reply(f"I found no {noun} like that, so nothing was changed.")
    if key == "reminders" and total > 1 and not _is_all(wanted):
        return choose(Call("cancel_reminder"), found, moment) or _cannot()
    calls, listed = _next_calls(key, found, wanted, total, moment)
    if not calls:
        return _cannot()
    if total == 1:
        return Reply(calls=calls)
    return _question(wanted.intent, found, total, noun, listed, calls)


def _is_all(wanted: Frame) -> bool:
    return text_slot(wanted.entities, "scope") == "all"


def _next_calls(
    key: str, found: Sequence[Row], wanted: Frame, total: int, moment: Moment
) -> tuple[tuple[Call, ...], str]:
    """Return the calls that take away what was found, and what it is as a list."""
    if key == "events":
        return _cancel_calls(found, wanted.entities, total, moment), events.event_lines(found, len(found), moment)
    if key == "tasks":
        return _each(wanted.intent, found, moment), items.task_lines(found, moment)
    every = (Call("cancel_reminder", {"all": True}),)
    calls = every if _is_all(wanted) else _each("cancel_reminder", found, moment)
    return calls, items.reminder_lines(found, {}, moment)


def _before_next(found: Sequence[Row], wanted: Frame) -> Reply:
    """Return the call for a reminder before the next event, which was just found."""
    minutes = number_slot(wanted.entities, "offset")
    title = " ".join(str(found[0].get("title") or "").split()) if found else ""
    if not title or not minutes:
        return Reply("You have nothing coming up on your calendar, so I've set no reminder.")
    before = {"title": title, "minutes": max(round(abs(minutes)), 1)}
    return Reply(calls=(Call("set_reminder", {"text": title, "before_event": before}),))


def _cannot() -> Reply:
    return Reply("I can't tell those apart, so nothing was changed.")


def _question(intent: str, found: Sequence[Row], total: int, noun: str, listed: str, calls: tuple[Call, ...]) -> Reply:
    verb = {"complete_task": "mark {} as done", "delete_task": "delete {}"}.get(intent, "cancel {}")
    more = total > len(found)
    some = more and not calls[0].arguments.get("all")
    head = f"There are {total}; here are the first {len(found)}:" if more else f"I found {counted(total, noun)}:"
    question = f"Should I {verb.format('these' if some else 'all of them')}?"
    return Reply(
        f"{head}\n\n{listed}\n\n{question}",
        pending=Pending("confirm", Frame(intent, source="pending"), calls=calls),
    )


def _fits(reminder: Row, slots: Slots) -> bool:
    """Return whether the reminder is due at the day and time the slots name."""
    due = moment_of(reminder.get("due_local"))
    if due is None:
        return False
    day, at = text_slot(slots, "date"), text_slot(slots, "time")
    return (not day or due.date().isoformat() == day) and (not at or due.time().isoformat() == at)


def _cancel_calls(found: Sequence[Row], slots: Slots, total: int, moment: Moment) -> tuple[Call, ...]:
    """Return one call a day where whole days are meant and all events were seen, otherwise one for each event."""
    starts = [start for event in found if (start := events.starts(event)) is not None and line(event, "title")]
    if len(starts) != len(found):
        return ()
    if hours_of(slots) is None and total == len(found):
        which = {"title": selector(slots, "title"), "person": next(iter(people_slot(slots)), "")}
        kept = {key: value for key, value in which.items() if value}
        days = dict.fromkeys(start.date().isoformat() for start in starts)
        return tuple(Call("cancel_event", {**kept, "on_date": day, "all": True}) for day in days)
    return _each("cancel_event", found, moment)


def _each(tool: str, found: Sequence[Row], moment: Moment) -> tuple[Call, ...]:
    """Return a call for each, never by number: numbers shift while several calls run. None when two look the same."""
    which = [just_this(tool, row, moment) for row in found]
    if not all(which) or len({str(sorted(each.items())).lower() for each in which}) != len(which):
        return ()
    return tuple(Call(tool, each) for each in which)
