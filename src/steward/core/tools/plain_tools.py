"""The tools without effect: calculate, convert_units, current_time, days_until, daily_summary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

from pydantic import Field

from steward.core.calendar import EventWish
from steward.core.reminders import ReminderView
from steward.core.reminders.wall_time import read_date, resolved, wall_of, zone_of
from steward.core.tasks import TaskView, TaskWish
from steward.core.tools import shown
from steward.core.tools.types import Arguments, Call, Done, Tool, ToolFailed
from steward.kit.pages import Window
from steward.nlu.calculator import calculate as value_of
from steward.nlu.units import convert

_MOST_DIGITS = 12
_MOST_SUMMED = 50


class Calculate(Arguments):
    """What to calculate."""

    expression: str = Field(min_length=1, max_length=500, description="17% of 2349, or (3 + 4) * 2")


class ConvertUnits(Arguments):
    """What to convert."""

    value: float
    from_unit: str = Field(min_length=1, max_length=60, description="miles")
    to_unit: str = Field(min_length=1, max_length=60, description="km")


class CurrentTime(Arguments):
    """Where."""

    zone: str | None = Field(None, description="IANA zone when it is not the person's.")


class DaysUntil(Arguments):
    """Until when."""

    date: str = Field(description="2024-12-25")


class DailySummary(Arguments):
    """Of which day; today when left out."""

    date: str | None = Field(None, description="2024-01-16")


def calculate(call: Call, wanted: Calculate) -> Done:
    """Calculate an expression."""
    try:
        result = number_text(value_of(wanted.expression))
    except ValueError as problem:
        raise ToolFailed(str(problem)) from None
    return Done(
        {"expression": wanted.expression, "result": result, "text": f"{wanted.expression.strip(' =?')} = {result}"}
    )


def convert_units(call: Call, wanted: ConvertUnits) -> Done:
    """Convert a quantity."""
    try:
        result = number_text(convert(wanted.value, wanted.from_unit, wanted.to_unit))
    except (ValueError, OverflowError) as problem:
        raise ToolFailed(str(problem)) from None
    text = f"{number_text(wanted.value)} {wanted.from_unit} = {result} {wanted.to_unit}"
    return Done({"result": result, "text": text})


def current_time(call: Call, wanted: CurrentTime) -> Done:
    """Return what the clock shows, here or elsewhere."""
    zone_name = wanted.zone or call.moment.zone
    wall = wall_of(call.moment.now, zone_of(zone_name))
    return Done(
        {
            "now_local": wall.isoformat(timespec="seconds"),
            "zone": zone_name,
            "date": wall.date().isoformat(),
            "weekday": f"{wall:%A}",
        }
    )


def days_until(call: Call, wanted: DaysUntil) -> Done:
    """Return how many days there are until a date; fewer than zero for one that has passed."""
    day = read_date(wanted.date, "date")
    today = wall_of(call.moment.now, call.zone).date()
    return Done({"days": (day - today).days, "date": day.isoformat()})


def daily_summary(call: Call, wanted: DailySummary) -> Done:
    """Return what a day holds: events, tasks due and overdue, reminders."""
    zone = call.zone
    day = read_date(wanted.date, "date") if wanted.date else wall_of(call.moment.now, zone).date()
    start = resolved(datetime.combine(day, time()), zone, field="date")
    end = resolved(datetime.combine(day + timedelta(days=1), time()), zone, field="date")
    tx, actor, nouns, window = call.tx, call.actor, call.nouns, Window(limit=_MOST_SUMMED)
    events = nouns.calendar.find_in(tx, actor, EventWish(start=start, end=end, each_once=False))
    due: Sequence[TaskView] = ()
    overdue: Sequence[TaskView] = ()
    reminders: Sequence[ReminderView] = ()
    if actor.may("tasks:read"):
        due = nouns.tasks.page_in(tx, actor, TaskWish(due_from=start, due_to=end), window).items
        overdue = nouns.tasks.page_in(tx, actor, TaskWish(due_to=min(start, call.moment.now)), window).items
    if actor.may("reminders:read"):
        reminders = nouns.reminders.page_in(tx, actor, start=start, end=end, window=window).items
    return Done(
        {
            "date": day.isoformat(),
            "events": [shown.event(each, zone) for each in events[:_MOST_SUMMED]],
            "tasks_due": [shown.task(each, zone) for each in due],
            "tasks_overdue": [shown.task(each, zone) for each in overdue],
            "reminders": [shown.reminder(each, zone) for each in reminders],
        }
    )


def number_text(value: int | float | Decimal) -> str:
    """Return the number as people write it: no exponent, no binary noise, no trailing zeros.

    Raises:
        ValueError: it is not finite.
    """
    if isinstance(value, int):
        return str(value)
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not exact.is_finite():
        raise ValueError("That has no finite result.")
    if exact:
        exact = round(exact, _MOST_DIGITS - 1 - min(exact.adjusted(), _MOST_DIGITS - 1))
    text = f"{exact:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


TOOLS = (
    Tool("calculate", "Calculate an expression exactly.", Calculate, calculate),
    Tool("convert_units", "Convert a quantity from one unit to another.", ConvertUnits, convert_units),
    Tool("current_time", "Tell the current time and date.", CurrentTime, current_time),
    Tool("days_until", "Count the days until a date.", DaysUntil, days_until),
    Tool(
        "daily_summary",
        "Sum up a day: events, tasks due and overdue, reminders.",
        DailySummary,
        daily_summary,
        permission="calendar:read",
    ),
)
