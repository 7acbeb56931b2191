"""How ``/v1`` speaks: ``success, data`` and ``success, error{code, message, details}`` of the voice document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from starlette.responses import Response

from steward.kit.errors import Invalid, Kind, StewardError
from steward.kit.pages import Page, Window
from steward.surfaces.call import Call
from steward.surfaces.problems import by_field
from steward.surfaces.replies import STATUS, Json, retry_after

T = TypeVar("T")

_WORDS = {
    405: ("METHOD_NOT_ALLOWED", "That method is not possible here"),
    500: ("INTERNAL_ERROR", "An unexpected error occurred"),
}


class V1Dialect:
    """Errors with 400 for whatever does not fit, and the fields that are wrong under ``details``."""

    def failure(self, call: Call, error: StewardError) -> Response:
        """Return the body of an error."""
        status = STATUS[error.kind]
        wait = retry_after(error)
        code, message = _words_of(error)
        body: dict[str, Any] = {"code": code, "message": message}
        if isinstance(error, Invalid) and error.fields:
            body["details"] = error.fields
        if wait is not None:
            body["retry_after"] = wait
        headers = {"WWW-Authenticate": 'Bearer realm="steward"'} if error.kind is Kind.UNAUTHENTICATED else {}
        if wait is not None:
            headers["Retry-After"] = str(wait)
        return Json({"success": False, "error": body}, status, headers)

    def invalid(self, call: Call, problems: Iterable[Any]) -> Response:
        """Return 400 with the sentences of each wrong field."""
        details = by_field(problems)
        body = {"code": "VALIDATION_ERROR", "message": "Invalid request data", "details": details}
        return Json({"success": False, "error": body}, 400)

    def refused(self, call: Call, status: int, headers: dict[str, str]) -> Response:
        """Return the body for a wrong method or a server error."""
        code, message = _WORDS.get(status, ("BAD_REQUEST", "That request cannot be answered"))
        return Json({"success": False, "error": {"code": code, "message": message}}, status, headers)


def _words_of(error: StewardError) -> tuple[str, str]:
    """Return code and message; the document has one each for not signed in, not found and too often."""
    if error.kind is Kind.NOT_FOUND:
        return "NOT_FOUND", "Resource not found"
    if error.kind is Kind.UNAUTHENTICATED:
        wrong_login = error.code == "INVALID_CREDENTIALS"
        return "UNAUTHORIZED", error.message if wrong_login else "Invalid or expired token"
    if error.code == "RATE_LIMIT_EXCEEDED":
        return error.code, "Rate limit exceeded"
    return error.code, error.message


def data(content: Any, status: int = 200) -> Json:
    """Return a success with its data."""
    return Json({"success": True, "data": content}, status)


def message(text: str) -> Json:
    """Return a success that has only a sentence."""
    return Json({"success": True, "message": text})


def window(call: Call, *, default: int, most: int) -> Window:
    """Return which rows ``page`` and ``limit`` ask for.

    Raises:
        Invalid: a number is out of its range.
    """
    return Window.of_page(_number(call, "page", 1, 10**9), _number(call, "limit", default, most))


def _number(call: Call, name: str, default: int, most: int) -> int:
    text = call.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and 1 <= int(text) <= most):
        raise Invalid("Invalid request data", fields={name: [f"Must be a whole number from 1 to {most}"]})
    return int(text)


def listed(name: str, page: Page[T], change: Callable[[T], Any]) -> Json:
    """Return a page: the rows under ``name`` and ``pagination``."""
    return data(
        {
            name: [change(item) for item in page.items],
            "pagination": {
                "page": page.number,
                "limit": page.window.limit,
                "total": page.total,
                "pages": page.pages,
            },
        }
    )
