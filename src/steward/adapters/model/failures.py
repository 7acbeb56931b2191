"""What can go wrong at a vendor, as the two errors of the port.

    Refused                 this request will never work: a bad request, a filtered prompt
    └── RefusedByProvider   the provider will not serve us at all: bad key, no credit, no such model
    Unavailable             worth another try or another model

No message holds the key, not even when the vendor repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import orjson

from steward.kit.errors import Refused, StewardError, Unavailable
from steward.kit.text import plain_label, shortened

LONGEST_RETRY_AFTER_SECONDS = 3600.0
_PASSING = frozenset({408, 409, 425, 429})
_OUR_ACCOUNT = frozenset({401, 402, 403, 404})
_ACCOUNT_KINDS = frozenset(
    {"authentication_error", "permission_error", "billing_error", "not_found_error", "insufficient_quota"}
)
_REQUEST_KINDS = frozenset({"invalid_request_error", "request_too_large"})
_ACCOUNT_WORDS = re.compile(r"api[ _-]?key|credit|billing|quota|organi[sz]ation", re.IGNORECASE)
_KEYLIKE = re.compile(r"\S*(?:\*{2,}|\.{4,}|•)\S*|\b(?:sk|pk|gsk|xai|key)[-_][A-Za-z0-9][\w.-]{5,}|\bBearer \S+")
_HIDDEN = "[hidden]"


class ErrorTold(ValueError):
    """A stream that began well reports a failure; ``payload`` is the vendor's JSON."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        super().__init__("the stream reports a failure")


class RefusedByProvider(Refused):
    """The provider does not accept the key, the account or the model's name."""

    code = "MODEL_PROVIDER_REFUSED"


def from_status(provider: str, status: int, headers: Mapping[str, str], body: bytes, key: str) -> StewardError:
    """Return the error for an HTTP answer that is not a stream.

    408, 409, 425, 429 and everything from 500 (529 is Anthropic's "overloaded") are Unavailable; the other statuses
    are Refused, as RefusedByProvider where another provider could still help.
    """
    said = vendor_text(body, key)
    sentence = f"{provider} answered {status}" + (f": {said}" if said else ".")
    if status in _PASSING or status >= 500:
        return Unavailable(sentence, retry_after_seconds=retry_after_seconds(headers), code="MODEL_UNAVAILABLE")
    if status in _OUR_ACCOUNT or (status == 400 and _ACCOUNT_WORDS.search(said)):
        return RefusedByProvider(sentence)
    if 400 <= status < 500:
        return Refused(sentence, code="MODEL_REFUSED")
    return Unavailable(sentence, code="MODEL_UNAVAILABLE")


def from_event(provider: str, payload: bytes, key: str) -> StewardError:
    """Return the error for a failure that the vendor reports inside the stream; only named refusals are final."""
    error = orjson.loads(payload).get("error")
    kind = error.get("type") if isinstance(error, dict) else None
    said = vendor_text(payload, key) or "it gave no reason"
    if kind in _ACCOUNT_KINDS:
        return RefusedByProvider(f"{provider} refused: {said}")
    if kind in _REQUEST_KINDS:
        return Refused(f"{provider} refused: {said}", code="MODEL_REFUSED")
    return Unavailable(f"{provider} gave up: {said}", code="MODEL_UNAVAILABLE")


def unavailable(provider: str, what: str, *, retry_after_seconds: float | None = None) -> Unavailable:
    """Return the error for a provider that cannot answer now; ``what`` completes the sentence "{provider} ..."."""
    return Unavailable(f"{provider} {what}.", retry_after_seconds=retry_after_seconds, code="MODEL_UNAVAILABLE")


def vendor_text(body: bytes, key: str) -> str:
    """Return what the vendor said about its error as one short clean line without the key; "" when it said nothing."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    if isinstance(found, list) and found:
        found = found[0]
    for name in ("error", "message", "detail"):
        if isinstance(found, dict) and found.get(name):
            found = found[name]
    if isinstance(found, dict):
        found = found.get("type")
    return shortened(without_key(plain_label(found[:2000]), key), 300) if isinstance(found, str) else ""


def without_key(text: str, key: str) -> str:
    """Return the text with the key, its parts and whatever looks like a key replaced."""
    if key:
        text = text.replace(key, _HIDDEN)
        if len(key) > 8:
            text = re.sub(rf"\S*{re.escape(key[:8])}\S*|\S*{re.escape(key[-6:])}\S*", _HIDDEN, text)
    return _KEYLIKE.sub(_HIDDEN, text)


def retry_after_seconds(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the pause that Retry-After asks for, given as seconds or as a date; None when absent or unreadable.

    ``retry-after-ms`` wins where a vendor sends it. Source: RFC 9110 section 10.2.3.
    """
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            pause = float(headers[name]) * scale
        except (KeyError, ValueError):
            continue
        return _within_reason(pause) if pause == pause else None
    try:
        at = parsedate_to_datetime(headers["retry-after"])
    except (KeyError, ValueError, TypeError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return _within_reason((at - (now or datetime.now(UTC))).total_seconds())


def _within_reason(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS)
