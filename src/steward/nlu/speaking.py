"""What we say back about a frame: the follow-up question, and dates and times spelled out in full."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from steward.nlu.frames import Context, Frame
from steward.nlu.times.calendar_words import MONTH_NAMES, WEEKDAY_NAMES


def _day_first(context: Context) -> bool:
    return not context.locale.upper().endswith(("-US", "-CA", "-PH"))


def say_date(day: date, context: Context) -> str:
    """Return the day in full ("Tuesday, January 16"), with the year when it is not this one."""
    weekday, month = WEEKDAY_NAMES[day.weekday()].capitalize(), MONTH_NAMES[day.month - 1].capitalize()
    year = "" if day.year == context.wall().year else str(day.year)
    if _day_first(context):
        return f"{weekday} {day.day} {month}" + (f" {year}" if year else "")
    return f"{weekday}, {month} {day.day}" + (f", {year}" if year else "")


def say_time(moment: time, context: Context) -> str:
    """Return the wall time as people of the locale say it ("2 PM", "9:30 AM", "noon", or "14:30")."""
    if _day_first(context) and not context.locale.lower().startswith("en"):
        return f"{moment.hour:02d}:{moment.minute:02d}"
    if moment.minute == 0 and moment.hour in (0, 12):
        return "noon" if moment.hour else "midnight"
    minutes = f":{moment.minute:02d}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes} {'PM' if moment.hour >= 12 else 'AM'}"


_BYDAY = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), (n.capitalize() for n in WEEKDAY_NAMES), strict=True))
_NTH = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last"}


def _ordinal(number: int) -> str:
    if number == -1:
        return "last day"
    return f"{number}{'th' if 10 <= number % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _by_day(days: str, every: str) -> str:
    if days == "MO,TU,WE,TH,FR":
        return "every weekday"
    names = [_BYDAY.get(d, d) for d in days.split(",")]
    if len(days) > 2 and days[:-2].lstrip("-").isdigit():
        return f"on the {_NTH.get(days[:-2], days[:-2])} {_BYDAY.get(days[-2:], '')} of every month"
    listed = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
    return f"{every} {listed}"


def say_rule(rule: str) -> str:
    """Return a recurrence rule in words ("every Monday", "on the 1st of every month")."""
    parts = dict(piece.split("=", 1) for piece in rule.split(";") if "=" in piece)
    unit = {
        "HOURLY": "hour",
        "DAILY": "day",
        "WEEKLY": "week",
        "MONTHLY": "month",
        "YEARLY": "year",
        "MINUTELY": "minute",
    }.get(parts.get("FREQ", ""), "time")
    interval = int(parts.get("INTERVAL", "1"))
    every = "every" if interval == 1 else "every other" if interval == 2 else f"every {interval} {unit}s on"
    if "BYDAY" in parts:
        return _by_day(parts["BYDAY"], every)
    if "BYMONTH" in parts:
        return f"every year on {MONTH_NAMES[int(parts['BYMONTH']) - 1].capitalize()} {parts.get('BYMONTHDAY', '1')}"
    if "BYMONTHDAY" in parts:
        return f"on the {_ordinal(int(parts['BYMONTHDAY']))} of every month"
    return f"every {unit}" if interval == 1 else f"every {interval} {unit}s"


def _clock(text: str, context: Context) -> str:
    return say_time(time.fromisoformat(text), context)


def say_when(entities: dict[str, Any], context: Context) -> str:
    """Return the frame's time in absolute words ("Tuesday, January 16 at 2 PM"), empty when it has none."""
    pieces = []
    if "recurrence" in entities:
        pieces.append(say_rule(str(entities["recurrence"])))
    if "date" in entities:
        pieces.append(say_date(date.fromisoformat(entities["date"]), context))
    elif "date_from" in entities and "date_to" in entities:
        first, last = (say_date(date.fromisoformat(entities[k]), context) for k in ("date_from", "date_to"))
        pieces.append(f"{first} to {last}")
    if "time" in entities and "end_time" in entities:
        pieces.append(f"from {_clock(entities['time'], context)} to {_clock(entities['end_time'], context)}")
    elif "time" in entities:
        pieces.append(f"at {_clock(entities['time'], context)}")
    elif "part" in entities:
        pieces.append(f"in the {entities['part']}" if entities["part"] != "night" else "at night")
    if entities.get("timezone") and "time" in entities:
        pieces.append(f"{str(entities['timezone']).rpartition('/')[2].replace('_', ' ')} time")
    return " ".join(pieces)


_QUESTIONS = {
    ("set_reminder", "text"): "What should I remind you about?",
    ("set_timer", "duration"): "How long should the timer run?",
    ("add_task", "title"): "What should the task be called?",
    ("create_note", "text"): "What should the note say?",
    ("send_message", "recipient"): "Who should the message go to?",
    ("complete_task", "title"): "Which task is done?",
    ("delete_task", "title"): "Which task should I delete?",
    ("cancel_meeting", "title"): "Which meeting should I cancel?",
    ("cancel_reminder", "text"): "Which reminder should I cancel?",
    ("reschedule_meeting", "title"): "Which meeting should I move?",
}


def _whom(entities: dict[str, Any]) -> str:
    names = entities.get("people") or ([entities["person"]] if entities.get("person") else [])
    if not names:
        return ""
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f" with the {listed}" if listed.endswith(("team", "group")) else f" with {listed}"


def _subject(frame: Frame) -> str:
    title = frame.entities.get("title")
    return f"the {title}{_whom(frame.entities)}" if title else f"the meeting{_whom(frame.entities)}"


def question(frame: Frame) -> str | None:
    """Return the follow-up question for the first missing slot, or None when nothing is missing."""
    if not frame.missing:
        return None
    slot = frame.missing[0]
    known = _QUESTIONS.get((frame.intent, slot))
    if known:
        return known
    if frame.intent == "send_message" and slot == "body":
        return f"What should I tell {frame.entities.get('recipient', 'them')}?"
    if frame.intent == "set_reminder":
        text = str(frame.entities.get("text", "")).strip()
        return f"When should I remind you about this: {text}?" if text else "When should I remind you?"
    if frame.intent == "reschedule_meeting":
        return f"When should {_subject(frame)} be moved to?"
    if slot == "time" and len(frame.missing) == 1:
        return f"At what time should {_subject(frame)} be?"
    if slot in ("date", "time"):
        return f"When should {_subject(frame)} be?"
    return f"What is the {slot}?"
