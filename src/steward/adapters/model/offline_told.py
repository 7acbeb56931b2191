"""From the results of the tools that ran to one truthful answer, or to the step that comes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from steward.adapters.model import offline_told_events as events
from steward.adapters.model import offline_told_free as free
from steward.adapters.model import offline_told_items as items
from steward.adapters.model import offline_units as units
from steward.adapters.model.offline_choices import choose
from steward.adapters.model.offline_plans import which_event
from steward.adapters.model.offline_previews import preview
from steward.adapters.model.offline_slots import Slots, number_slot, text_slot
from steward.adapters.model.offline_turn import Call, Moment, Reply
from steward.adapters.model.offline_wording import Row, line, quoted, row, rows
from steward.nlu import Frame

Result = Mapping[str, Any]

_TOLD: Mapping[str, Callable[[Slots, Row, Moment], str]] = {
    "create_event": events.created,
    "find_events": events.found,
    "move_event": events.moved,
    "cancel_event": events.cancelled,
    "find_free_time": free.free_time,
    "set_reminder": items.reminder_set,
    "list_reminders": items.reminder_list,
    "cancel_reminder": items.reminder_cancelled,
    "add_task": items.task_added,
    "complete_task": items.task_done,
    "delete_task": items.task_deleted,
    "list_tasks": items.task_list,
    "create_note": items.note_made,
    "list_notes": items.note_list,
    "calculate": items.calculated,
    "convert_units": units.converted,
    "current_time": items.clock,
    "days_until": items.days,
    "daily_summary": items.summary,
    "undo_last": items.undone,
}


def told(pairs: Sequence[tuple[Call, Result | None]], wanted: Frame | None, moment: Moment) -> Reply:
    """Return what the calls came to: a sentence each, a question, or the next calls.

    A result is None where the call did not run or its result cannot be read. ``wanted`` is the frame that led to a
    look before something is cancelled.
    """
    if len(pairs) == 1:
        return _single(*pairs[0], wanted, moment)
    days = [(call.arguments, result) for call, result in pairs if call.name == "find_free_time" and _is_ok(result)]
    if len(days) == len(pairs) > 1:
        return Reply(free.free_days([(asked, result) for asked, result in days if result is not None], moment))
    texts: list[str] = []
    for call, result in pairs:
        text = _single(call, result, None, moment).text
        if text not in texts:
            texts.append(text)
    return Reply("\n\n".join(texts) or "Nothing was done.")


def _is_ok(result: Result | None) -> bool:
    return result is not None and result.get("ok") is True


def _single(call: Call, result: Result | None, wanted: Frame | None, moment: Moment) -> Reply:
    if result is None:
        return Reply("I can't tell whether that worked: the tool gave no answer that I can read.")
    if result.get("ok") is not True:
        return failed(call, row(result, "error"), moment)
    if wanted is not None and (previewed := preview(call, result, wanted, moment)) is not None:
        return previewed
    tell = _TOLD.get(call.name)
    if tell is not None:
        return Reply(tell(call.arguments, result, moment))
    text = line(result, "text") or line(result, "message") or line(result, "result")
    return Reply(text or f"Done: {call.name.replace('_', ' ')}.")


def failed(call: Call, error: Row, moment: Moment) -> Reply:
    """Return what went wrong in plain words; where several things fit, the question which one."""
    code, message = line(error, "code"), line(error, "message").rstrip(".")
    if code == "AMBIGUOUS":
        question = choose(call, rows(error, "candidates"), moment)
        return question or Reply("More than one fits, and I can't tell which you mean. Nothing was changed.")
    if code == "NOT_FOUND":
        return Reply(_not_found(call, moment))
    if code == "NOTHING_TO_UNDO":
        return Reply("There is nothing to undo.")
    if code == "FORBIDDEN":
        return Reply(f"I'm not allowed to do that here{f': {message}' if message else ''}. Nothing was changed.")
    if code == "UNAVAILABLE":
        return Reply(f"That isn't available just now{f': {message}' if message else ''}. Please try again later.")
    if call.name in ("calculate", "convert_units"):
        return Reply(f"I couldn't work that out{f': {message}' if message else ''}.")
    return Reply(f"I couldn't do that{f': {message}' if message else ''}. Nothing was changed.")


def _not_found(call: Call, moment: Moment) -> str:
    if call.name in ("move_event", "cancel_event"):
        return f"I couldn't find {which_event(call.arguments, moment)} on your calendar. Nothing was changed."
    if before := row(call.arguments, "before_event"):
        return f"I couldn't find {which_event(before, moment)} on your calendar, so I've set no reminder."
    noun = {"complete_task": "an open task", "delete_task": "a task", "cancel_reminder": "a reminder"}.get(call.name)
    if noun is None:
        return "I couldn't find that. Nothing was changed."
    named = text_slot(call.arguments, "title") or text_slot(call.arguments, "text")
    number = number_slot(call.arguments, "number")
    which = f" {quoted(named)}" if named else f" with number {int(number)}" if number else ""
    return f"I couldn't find {noun}{which}. Nothing was changed."
