"""How ``/api/v1`` speaks: the words of the personal, platform and saas documents in one body (decisions C12-C16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from starlette.responses import Response

from steward.kit.clock import iso_z
from steward.kit.errors import Invalid, Kind, StewardError
from steward.kit.pages import Page, Window
from steward.surfaces.call import Call
from steward.surfaces.problems import as_v1_list
from steward.surfaces.replies import STATUS, Json, retry_after

T = TypeVar("T")

MAX_ROWS = 100
_WORDS = {
    405: ("METHOD_NOT_ALLOWED", "That method is not possible here."),
    500: ("INTERNAL_ERROR", "An unexpected error occurred; it was logged."),
}


class ApiV1Dialect:
    """Errors as ``detail, error_code, status, status_code, timestamp, request_id``."""

    def failure(self, call: Call, error: StewardError) -> Response:
        """Return the body of an error; schema-like errors are 422 with a list, others have a sentence (C13)."""
        if isinstance(error, Invalid) and error.fields:
            return self._listed(
                call,
                [
                    {"loc": ["body", *name.split(".")], "msg": text, "type": "value_error"}
                    for name, texts in error.fields.items()
                    for text in texts
                ],
            )
        status = STATUS[error.kind]
        wait = retry_after(error)
        detail = error.message
        if error.kind is Kind.TOO_MANY:
            detail = f"Rate limit exceeded. Try again in {wait} seconds."
        body = self._body(call, status, error.code, detail)
        if wait is not None:
            body["retry_after"] = wait
        return Json(body, status, _headers(status, wait))

    def invalid(self, call: Call, problems: Iterable[Any]) -> Response:
        """Return 422 with the list of what does not fit."""
        return self._listed(call, as_v1_list(problems))

    def refused(self, call: Call, status: int, headers: dict[str, str]) -> Response:
        """Return the body for a wrong method or a server error."""
        code, detail = _WORDS.get(status, ("BAD_REQUEST", "That request cannot be answered."))
        return Json(self._body(call, status, code, detail), status, headers)

    def _listed(self, call: Call, problems: list[dict[str, Any]]) -> Response:
        body = self._body(call, 422, "VALIDATION_ERROR", problems)
        body["message"] = "; ".join(_sentence(problem) for problem in problems)
        return Json(body, 422)

    @staticmethod
    def _body(call: Call, status: int, code: str, detail: Any) -> dict[str, Any]:
        return {
            "detail": detail,
            "error_code": code,
            "status": "error",
            "status_code": status,
            "timestamp": iso_z(call.services.clock.now()),
            "request_id": call.request_id,
        }


def _sentence(problem: dict[str, Any]) -> str:
    names = [part for part in problem["loc"][1:] if isinstance(part, str)]
    return f"{'.'.join(names)}: {problem['msg']}" if names else str(problem["msg"])


def done(data: Any, message: str) -> dict[str, Any]:
    """Return the success body of the personal document."""
    return {"data": data, "message": message, "status": "success"}


def window(call: Call, *, default: int = 20) -> Window:
    """Return which rows are asked for, by any of ``limit/offset``, ``skip/limit`` and ``page/size`` (C14).

    Raises:
        Invalid: a number is missing its range; 422.
    """
    query = call.query_params
    size = _number(query, "size" if "size" in query else "limit", default, 1, MAX_ROWS)
    if "page" in query:
        return Window.of_page(_number(query, "page", 1, 1, 10**9), size)
    return Window(_number(query, "skip" if "skip" in query else "offset", 0, 0, 10**12), size)


def _number(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 15 and least <= int(text) <= most):
        raise BadParameter(name, f"value must be a whole number from {least} to {most}")
    return int(text)


class BadParameter(Invalid):
    """A query parameter cannot be used."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{name}: {sentence}", fields={name: [sentence]})


def one_of(call: Call, name: str, allowed: Iterable[str]) -> str | None:
    """Return the query parameter if it is one of the allowed words, None if it is absent.

    Raises:
        BadParameter: it is another word.
    """
    text = call.query_params.get(name)
    words = tuple(allowed)
    if text is not None and text not in words:
        raise BadParameter(name, f"must be one of: {', '.join(words)}")
    return text


def listed(page: Page[T], change: Callable[[T], Any], *also: str) -> dict[str, Any]:
    """Return a page with the array under ``items`` (and ``also``) and the counts of all documents (C14)."""
    rows = [change(item) for item in page.items]
    return {
        **{name: rows for name in ("items", *also)},
        "total": page.total,
        "limit": page.window.limit,
        "offset": page.window.offset,
        "skip": page.window.offset,
        "page": page.number,
        "size": page.window.limit,
        "pages": page.pages,
        "has_next": page.has_next,
        "has_prev": page.has_previous,
    }


def _headers(status: int, wait: int | None) -> dict[str, str]:
    headers = {"WWW-Authenticate": 'Bearer realm="steward"'} if status == 401 else {}
    if wait is not None:
        headers["Retry-After"] = str(wait)
    return headers
