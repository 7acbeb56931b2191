"""Answers as bytes: JSON by orjson, and server-sent events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from steward.kit.errors import Kind

STATUS = {
    Kind.INVALID: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
    Kind.REFUSED: 502,
}
"""Which HTTP status a kind of error has; dialects may deviate."""


_AS_DOCUMENTED = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
"""Aware instants as ``kit.clock.iso_z`` writes them. Source: decisions C33."""


class Json(Response):
    """A JSON answer; personal data is not stored by anybody on the way.

    UUIDs and UTC instants may stand in the content as they are: they are written like ``str`` and ``iso_z`` would, for
    a tenth of the time.
    """

    media_type = "application/json"

    def __init__(self, content: Any, status_code: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(content, status_code, headers={"Cache-Control": "no-store", **(headers or {})})

    def render(self, content: Any) -> bytes:
        """Return the content as JSON bytes."""
        return orjson.dumps(content, default=str, option=_AS_DOCUMENTED)


def retry_after(error: object) -> int | None:
    """Return whole seconds to wait, where the error says so, at least one."""
    seconds = getattr(error, "retry_after_seconds", None)
    return None if seconds is None else max(1, -int(-seconds // 1))
