"""The statements of the calendar, each built once for every choice of filters.

Single events and series are asked for apart, for series are few and have an index of their own. So have single events
that last more than a day. All others that overlap a range begin in it or in the day before, and those are a short
stretch of the index by start.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    bindparam,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from steward.core.calendar.gate import COLUMNS, OWN
from steward.core.reminders.words import shares_a_word
from steward.db.tables import CalendarEvent, EventAttendee
from steward.db.tables.planning import LASTS_LONG

_NO_TOTAL: ColumnElement[int] = literal_column("0", Integer()).label("total")
_IS_SINGLE, _IS_SERIES = CalendarEvent.recurrence.is_(None), CalendarEvent.recurrence.is_not(None)
_ORDER = (CalendarEvent.starts_at, CalendarEvent.key)

BY_IDS = (
    select(*COLUMNS)
    .where(OWN, CalendarEvent.id.in_(bindparam("ids", expanding=True)))
    .order_by(CalendarEvent.starts_at)
)
ATTENDEES = (
    select(EventAttendee.event_key, EventAttendee.name, EventAttendee.email, EventAttendee.response)
    .where(EventAttendee.event_key.in_(bindparam("events", expanding=True)))
    .order_by(EventAttendee.key)
)


class LastsLong(FunctionElement[Any]):
    """That an event lasts more than a day, in the very words of the index of such events."""

    inherit_cache = True
    type = NullType()  # a truth value is compared with 1 on SQLite, which are other words


@compiles(LastsLong)
def _in_words(_element: LastsLong, compiler: SQLCompiler, **_: Any) -> str:
    return LASTS_LONG[compiler.dialect.name]


class Shape(NamedTuple):
    """What a query filters by; the values are its parameters.

    ``status``: ``statuses``. ``calendar``: ``calendar``. ``start``: ``after``, over a day before (``yesterday``) and a
    year before (``least``). ``end``: ``before``. ``begins``, ``running``: see ``in_range``. ``event``: ``row``.
    ``words``, ``person``: how many patterns. ``counts``: nothing, all, or as many as ``most``.
    """

    status: bool = False
    calendar: bool = False
    start: bool = False
    end: bool = False
    begins: bool = False
    running: bool = False
    event: bool = False
    words: int = 0
    person: int = 0
    counts: str = ""


@cache
def stored(shape: Shape) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the query of a window of rows by start, series as they are stored, and of a row with their total."""
    conditions = _conditions(shape)
    rows = select(*COLUMNS, _NO_TOTAL).where(OWN, *conditions).order_by(*_ORDER)
    window = rows.limit(bindparam("limit")).offset(bindparam("offset")).subquery()
    return union_all(select(window), _total(shape, *conditions))


@cache
def in_range(shape: Shape) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the query of a window of single events by start, of all series, and of a row with the singles' total.

    With ``begins`` window and total are of those that begin in the range; with ``running`` those that begin before it
    and run into it come in addition. Without, the year before the range is looked through.
    """
    conditions = _conditions(shape)
    single = [*conditions, _IS_SINGLE, *_overlapping(shape)]
    series = [*conditions, _IS_SERIES, *_going_on(shape)]
    rows = select(*COLUMNS, _NO_TOTAL).where(OWN)
    window = rows.where(*single).order_by(*_ORDER).limit(bindparam("limit")).offset(bindparam("offset")).subquery()
    repeated = rows.where(*series).order_by(*_ORDER).limit(bindparam("most")).subquery()
    parts = [select(window), select(repeated)]
    if shape.running:
        began = (*conditions, _IS_SINGLE, CalendarEvent.until_at > bindparam("after"))
        lately = (CalendarEvent.starts_at > bindparam("yesterday"), CalendarEvent.starts_at < bindparam("after"))
        long_ago = (
            LastsLong(),
            CalendarEvent.starts_at > bindparam("least"),
            CalendarEvent.starts_at <= bindparam("yesterday"),
        )
        for stretch in (lately, long_ago):
            into = rows.where(*began, *stretch).limit(bindparam("most"))  # in no order: that would draw the wrong index
            parts.append(select(into.subquery()))
    return union_all(*parts, *([_total(shape, *single)] if shape.counts else []))


def _total(shape: Shape, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The count names one key only, so that it stays inside the index."""
    counted = select(func.count()).select_from(CalendarEvent)
    whose = CalendarEvent.user_key == bindparam("of_user")
    if shape.counts == "most":
        some: Select[Any] = (
            select(literal_column("1", Integer()))
            .select_from(CalendarEvent)
            .where(whose, *conditions)
            .limit(bindparam("most"))
        )
        counted = select(func.count()).select_from(some.subquery())
    else:
        counted = counted.where(whose, *conditions)
    return select(*(null().label(column.key) for column in COLUMNS), counted.scalar_subquery().label("total"))


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if shape.status:
        conditions.append(CalendarEvent.status.in_(bindparam("statuses", expanding=True)))
    if shape.calendar:
        conditions.append(CalendarEvent.calendar_id == bindparam("calendar"))
    if shape.event:
        conditions.append(CalendarEvent.id == bindparam("row"))
    if shape.words:
        conditions.append(shares_a_word(CalendarEvent.title, shape.words))
    if shape.person:
        named, addressed, titled = (
            shares_a_word(column, shape.person, "person")
            for column in (EventAttendee.name, EventAttendee.email, CalendarEvent.title)
        )
        invited = exists().where(EventAttendee.event_key == CalendarEvent.key, or_(named, addressed))
        conditions.append(or_(titled, invited))
    return conditions


def _overlapping(shape: Shape) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if shape.end:
        conditions.append(CalendarEvent.starts_at < bindparam("before"))
    if shape.begins:
        conditions.append(CalendarEvent.starts_at >= bindparam("after"))
    elif shape.start:
        conditions += [CalendarEvent.starts_at > bindparam("least"), CalendarEvent.until_at > bindparam("after")]
    return conditions


def _going_on(shape: Shape) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if shape.end:
        conditions.append(CalendarEvent.starts_at < bindparam("before"))
    if shape.start or shape.begins:
        conditions.append(or_(CalendarEvent.until_at.is_(None), CalendarEvent.until_at > bindparam("after")))
    return conditions
