"""Sums, units, dates and the clock: the calls for them, and their results where no tool is offered for it.

These need nothing but the request, so the offline model answers them itself when the tools are not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from steward.adapters.model.offline_plans import ask
from steward.adapters.model.offline_slots import day_slot, number_slot, text_slot
from steward.adapters.model.offline_turn import Call, Moment, Reply
from steward.adapters.model.offline_wording import day_of
from steward.nlu import Frame, convert
from steward.nlu import calculate as calculated

MAX_EXPRESSION = 200


def calculate(frame: Frame, moment: Moment) -> Reply:
    """Return the call that works out the expression; without one in the frame, the sentence itself."""
    expression = text_slot(frame.entities, "expression") or " ".join(moment.text.split())
    return Reply(calls=(Call("calculate", {"expression": expression[:200]}),), about="work that out")


def convert_units(frame: Frame, moment: Moment) -> Reply:
    """Return the call that converts; a question whose units were not understood is asked back."""
    slots = frame.entities
    value, source, target = number_slot(slots, "value"), text_slot(slots, "from_unit"), text_slot(slots, "to_unit")
    if not source or not target:
        return Reply(
            "I can convert between units I know, for example “10 miles in kilometers”. Which ones do you mean?"
        )
    arguments = {"value": 1 if value is None else value, "from_unit": source, "to_unit": target}
    return Reply(calls=(Call("convert_units", arguments),), about="convert that")


def ask_time(frame: Frame, moment: Moment) -> Reply:
    """Return the call that tells the time, here or in a named zone."""
    zone = text_slot(frame.entities, "timezone")
    return Reply(calls=(Call("current_time", {"zone": zone} if zone else {}),), about="look at the clock")


def ask_date(frame: Frame, moment: Moment) -> Reply:
    """Return today's date from the clock; another day's weekday is plain arithmetic and needs no tool."""
    day, today = day_slot(frame.entities), moment.wall.date()
    if day is None or day == today:
        return ask_time(frame, moment)
    words = f"{day:%B} {day.day}, {day.year}"
    return Reply(f"{words} {'is' if day > today else 'was'} a {day:%A}.")


def days_until(frame: Frame, moment: Moment) -> Reply:
    """Return the call that counts the days to a date."""
    day = day_slot(frame.entities)
    if day is None:
        return ask(frame, "date", text="Until which date should I count?")
    return Reply(calls=(Call("days_until", {"date": day.isoformat()}),), about="count the days")


def daily_summary(frame: Frame, moment: Moment) -> Reply:
    """Return the call that sums up a day, today where none was named."""
    day = day_slot(frame.entities)
    return Reply(calls=(Call("daily_summary", {"date": day.isoformat()} if day else {}),), about="sum up your day")


def undo(frame: Frame, moment: Moment) -> Reply:
    """Return the call that takes back the last change."""
    return Reply(calls=(Call("undo_last", {}),), about="undo the last change")


def own_result(call: Call, moment: Moment) -> dict[str, Any] | None:
    """Return the result of a call that needs no tool, in the tool's own form; None for every other call."""
    work = _OWN.get(call.name)
    if work is None:
        return None
    try:
        return {"ok": True, **work(call.arguments, moment)}
    except (ValueError, ArithmeticError) as error:
        return {"ok": False, "error": {"code": "INVALID_ARGUMENTS", "message": str(error)}}


def _calculated(arguments: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
    expression = str(arguments.get("expression", ""))
    return {"expression": expression, "result": number_text(calculated(expression))}


def _converted(arguments: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
    value = float(arguments.get("value", 0))
    return {"result": number_text(convert(value, str(arguments.get("from_unit")), str(arguments.get("to_unit"))))}


def _clock(arguments: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
    zone = str(arguments.get("zone") or moment.zone)
    try:
        local = moment.instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (KeyError, OSError) as error:
        raise ValueError(f"I do not know the time zone {zone}.") from error
    return {"now_local": local.isoformat(timespec="seconds"), "zone": zone}


def _days(arguments: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
    day = day_of(arguments.get("date"))
    if day is None:
        raise ValueError("That is not a date I can read.")
    return {"date": day.isoformat(), "days": (day - moment.wall.date()).days}


_OWN: Mapping[str, Callable[[Mapping[str, Any], Moment], dict[str, Any]]] = {
    "calculate": _calculated,
    "convert_units": _converted,
    "current_time": _clock,
    "days_until": _days,
}


def number_text(value: Decimal | float) -> str:
    """Return the number without exponent and without trailing zeros: at most ten decimals, "399.33"."""
    if isinstance(value, int):
        return str(value)
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not exact.is_finite() or abs(exact.adjusted()) > 60:
        return str(value)
    words = f"{exact:.10f}"
    return words.rstrip("0").rstrip(".") if "." in words else words
