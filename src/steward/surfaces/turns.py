"""What every door does with a turn: its key from a header, its wait for the answer, its failure as an error."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import UUID

from steward.core.turns import TurnResult, TurnWish
from steward.kit.errors import Invalid, Kind, NotFound, StewardError, TooMany, Unavailable
from steward.kit.ids import parse_id
from steward.surfaces.call import Call
from steward.surfaces.routing import needs

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "What is sent again under the same key is done once, and answered as the first time.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def once(permission: str) -> dict[str, Any]:
    """Return what a route declares that needs the permission and honours ``Idempotency-Key``."""
    declared = needs(permission)
    return {**declared, "openapi_extra": {**declared["openapi_extra"], "parameters": [_KEY_HEADER]}}


def idempotency_key(call: Call) -> str | None:
    """Return what the sender calls this request, or None.

    Raises:
        Invalid: the header is there twice, or is not 1 to 255 visible ASCII characters.
    """
    sent = call.headers.getlist("idempotency-key")
    if not sent:
        return None
    if len(sent) > 1 or not _KEY.fullmatch(sent[0]):
        raise Invalid("Idempotency-Key must be 1 to 255 visible ASCII characters.", code="BAD_REQUEST")
    return sent[0]


async def answered(call: Call, wish: TurnWish, *, cancel_on_leave: bool) -> TurnResult:
    """Return what the turn comes to; where wished it is cancelled when the client leaves before that."""
    if not cancel_on_leave:
        return await call.services.turns.answer(call.actor, wish)
    left = asyncio.ensure_future(_left(call))
    try:
        return await call.services.turns.answer(call.actor, wish, left=left)
    finally:
        left.cancel()


async def _left(call: Call) -> None:
    message = await call.receive()
    while message["type"] != "http.disconnect":
        message = await call.receive()


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
