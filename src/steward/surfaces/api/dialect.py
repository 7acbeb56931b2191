"""How ``/api`` speaks: Django-REST style ``error, detail, fields`` of the sms document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from steward.kit.clock import iso_z
from steward.kit.errors import Invalid, Kind, StewardError
from steward.surfaces.call import Call
from steward.surfaces.problems import by_field
from steward.surfaces.replies import STATUS, Json, retry_after

_SLUGS = {
    Kind.INVALID: "validation_error",
    Kind.UNAUTHENTICATED: "not_authenticated",
    Kind.FORBIDDEN: "permission_denied",
    Kind.NOT_FOUND: "not_found",
    Kind.CONFLICT: "validation_error",
    Kind.TOO_LARGE: "payload_too_large",
    Kind.TOO_MANY: "Rate limit exceeded",
    Kind.UNAVAILABLE: "service_unavailable",
    Kind.REFUSED: "upstream_error",
}
_WORDS = {
    405: ("method_not_allowed", "That method is not possible here."),
    500: ("server_error", "An unexpected error occurred."),
}


class ApiDialect:
    """Errors as ``error, detail, fields, timestamp, request_id`` (decision AS29); conflicts are 400."""

    def failure(self, call: Call, error: StewardError) -> Response:
        """Return the body of an error."""
        status = 400 if error.kind is Kind.CONFLICT else STATUS[error.kind]
        fields = error.fields if isinstance(error, Invalid) else {}
        body = self._body(call, _SLUGS[error.kind], error.message, fields)
        wait = retry_after(error)
        headers = {"WWW-Authenticate": "Token"} if error.kind is Kind.UNAUTHENTICATED else {}
        if wait is not None:
            body["retry_after"] = wait
            headers["Retry-After"] = str(wait)
        return Json(body, status, headers)

    def invalid(self, call: Call, problems: Iterable[Any]) -> Response:
        """Return 400 with the sentences of each wrong field."""
        return Json(self._body(call, "validation_error", "The provided data is invalid", by_field(problems)), 400)

    def refused(self, call: Call, status: int, headers: dict[str, str]) -> Response:
        """Return the body for a wrong method or a server error."""
        slug, detail = _WORDS.get(status, ("bad_request", "That request cannot be answered."))
        return Json(self._body(call, slug, detail, {}), status, headers)

    @staticmethod
    def _body(call: Call, slug: str, detail: str, fields: dict[str, list[str]]) -> dict[str, Any]:
        return {
            "error": slug,
            "detail": detail,
            "fields": fields,
            "timestamp": iso_z(call.services.clock.now()),
            "request_id": f"req_{call.request_id}",
        }
