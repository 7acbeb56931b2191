"""What every door does with a turn: its wish from a body, its failure as an error."""

from __future__ import annotations

from uuid import UUID

from steward.core.turns import TurnResult
from steward.kit.errors import Kind, NotFound, StewardError, TooMany, Unavailable
from steward.kit.ids import parse_id


def id_of(text: str, what: str) -> UUID:
    """Return the id in a path.

    Raises:
        NotFound: it is no id at all, so there is no such thing.
    """
    found = parse_id(text)
    if found is None:
        raise NotFound(f"There is no such {what}.")
    return found


def raise_if_failed(result: TurnResult) -> None:
    """Raise the stored failure of the turn as the error of its kind."""
    failure = result.failure
    if failure is None:
        return
    if failure.kind == Kind.TOO_MANY:
        raise TooMany(failure.detail, retry_after_seconds=failure.retry_after_seconds or 1, code=failure.code)
    if failure.kind == Kind.UNAVAILABLE:
        raise Unavailable(failure.detail, retry_after_seconds=failure.retry_after_seconds, code=failure.code)
    error = StewardError(failure.detail, code=failure.code)
    error.kind = Kind(failure.kind)
    raise error
