"""What an endpoint takes as the body of a request, and how it is checked."""

from __future__ import annotations

import json
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from steward.surfaces.call import Call


class Body:
    """The one parameter of an endpoint that takes the body; ``info`` is what FastAPI found out about it."""

    def __init__(self, name: str, info: FieldInfo) -> None:
        self.name = name
        self._info = info
        self._adapter: TypeAdapter[Any] = TypeAdapter(info.rebuild_annotation())

    async def of(self, call: Call) -> Any:
        """Return the body of the call as the endpoint wants it, or its default where nothing was sent.

        Raises:
            RequestValidationError: the body is missing, no JSON, or does not fit.
        """
        sent: Any = await call.body()
        if not sent:
            if self._info.is_required():
                raise _wrong("missing", "Field required")
            return self._info.get_default(call_default_factory=True)
        if _says_json(call.headers.get("content-type")):
            try:
                sent = await call.json()
            except json.JSONDecodeError as wrong:
                raise _wrong("json_invalid", "JSON decode error", wrong.pos) from wrong
        try:
            return self._adapter.validate_python(sent, from_attributes=True)
        except ValidationError as wrong:
            problems = wrong.errors(include_url=False, include_input=False)
        raise RequestValidationError([{**problem, "loc": ("body", *problem["loc"])} for problem in problems])


def _wrong(kind: str, sentence: str, *place: int) -> RequestValidationError:
    return RequestValidationError([{"type": kind, "loc": ("body", *place), "msg": sentence}])


def _says_json(content_type: str | None) -> bool:
    """Return whether a body of that type is read as JSON; one of no type is."""
    kind = (content_type or "application/json").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
