"""Sorting and filtering the list of people by the fields that it shows. Source: decisions AL23, AL24."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_

from steward.core.accounts.gate import VIEW
from steward.core.accounts.rules import invalid
from steward.db.tables import Tenant, User
from steward.kit.errors import Invalid
from steward.kit.ids import parse_id
from steward.kit.text import normal_email

_LARGEST = 2**53
_COLUMNS: Mapping[str, Any] = {str(column.key): column for column in VIEW.selected_columns}
_NOBODY = User.key < 0


def sorting_of(sort: str | None) -> Sequence[ColumnElement[Any]]:
    """Return what to order people by: ``field:asc`` or ``field:desc``, several by comma, then the newest first.

    Raises:
        Invalid: an unknown field or direction.
    """
    order = []
    for part in (sort or "created_at:desc").split(","):
        name, _, direction = part.strip().partition(":")
        if name not in _COLUMNS or direction not in ("", "asc", "desc"):
            raise Invalid(f"People can be sorted by field:asc or field:desc; the fields are {', '.join(_COLUMNS)}.")
        column = _COLUMNS[name]
        order.append(column.desc() if direction == "desc" else column.asc())
    return [*order, User.key.desc()]


def filters_of(wanted: Mapping[str, str]) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions for the fields among the names; other names are left out.

    Raises:
        Invalid: a value that its field cannot have; ``fields`` names it.
    """
    for name, text in wanted.items():
        if name in _COLUMNS:
            make = _MAKERS.get(name, _equal)
            try:
                yield make(name, text)
            except ValueError:
                raise invalid({name: ["Not a value of this field"]}) from None


def _equal(name: str, text: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = _COLUMNS[name] == text
    return condition


def _truth(column: Any, _name: str, text: str) -> ColumnElement[bool]:
    words = {"true": True, "false": False, "1": True, "0": False}
    if text.lower() not in words:
        raise ValueError(text)
    condition: ColumnElement[bool] = column.is_(words[text.lower()])
    return condition


def _id(column: Any, _name: str, text: str) -> ColumnElement[bool]:
    found: UUID | None = parse_id(text)
    if found is None:
        raise ValueError(text)
    condition: ColumnElement[bool] = column == found
    return condition


def _number(_name: str, text: str) -> ColumnElement[bool]:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return User.key == int(text) if len(text) < len(str(_LARGEST)) else _NOBODY


def _moment(column: Any, _name: str, text: str) -> ColumnElement[bool]:
    """Match the whole second that the list shows."""
    second = datetime.fromisoformat(text)
    if second.tzinfo is None:
        raise ValueError(text)
    second = second.replace(microsecond=0)
    return and_(column >= second, column < second + timedelta(seconds=1))


def _address(_name: str, text: str) -> ColumnElement[bool]:
    return User.email == normal_email(text)


_MAKERS: Mapping[str, Callable[[str, str], ColumnElement[bool]]] = {
    "id": partial(_id, User.id),
    "tenant_id": partial(_id, Tenant.id),
    "user_number": _number,
    "email": _address,
    "is_active": partial(_truth, User.is_active),
    "is_verified": partial(_truth, User.is_verified),
    "created_at": partial(_moment, User.created_at),
    "updated_at": partial(_moment, User.updated_at),
    "last_login": partial(_moment, User.last_login_at),
}
