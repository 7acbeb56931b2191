"""The tree of errors that Steward raises on purpose.

    StewardError
    ├── Invalid            what was sent cannot be accepted; ``fields`` names what is wrong
    ├── Unauthenticated    nobody, or nobody we can believe
    ├── Forbidden          somebody, but not allowed
    │   └── FactorDue      somebody whose second factor is missing
    ├── NotFound           no such thing for this person
    ├── Conflict           it clashes with what is there
    ├── TooLarge           more than the limit
    ├── TooMany            a rate or quota is used up; ``retry_after_seconds``
    ├── Unavailable        try again later; ``retry_after_seconds``
    └── Refused            an outside party said no for good; trying again is useless

An error has a kind and a code, never an HTTP status: surfaces translate kinds. The message is one sentence that a
person can act on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum


class Kind(StrEnum):
    """What sort of failure it is."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"


class StewardError(Exception):
    """Something went wrong that Steward understands."""

    kind: Kind = Kind.INVALID
    code: str = "BAD_REQUEST"

    def __init__(self, message: str | None = None, *, code: str | None = None) -> None:
        self.message = message or (self.__doc__ or "").split("\n")[0]
        if code is not None:
            self.code = code
        super().__init__(self.message)


class Invalid(StewardError):
    """The request is not valid."""

    kind, code = Kind.INVALID, "VALIDATION_ERROR"

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.fields: dict[str, list[str]] = {name: list(texts) for name, texts in (fields or {}).items()}


class Unauthenticated(StewardError):
    """Sign in first."""

    kind, code = Kind.UNAUTHENTICATED, "UNAUTHORIZED"


class Forbidden(StewardError):
    """You are not allowed to do that."""

    kind, code = Kind.FORBIDDEN, "FORBIDDEN"


class FactorDue(Forbidden):
    """Prove your second factor first."""

    kind, code = Kind.FORBIDDEN, "MFA_REQUIRED"


class NotFound(StewardError):
    """There is no such thing."""

    kind, code = Kind.NOT_FOUND, "NOT_FOUND"


class Conflict(StewardError):
    """That clashes with something that exists."""

    kind, code = Kind.CONFLICT, "CONFLICT"


class TooLarge(StewardError):
    """That is larger than the limit."""

    kind, code = Kind.TOO_LARGE, "PAYLOAD_TOO_LARGE"


class TooMany(StewardError):
    """Too many requests."""

    kind, code = Kind.TOO_MANY, "RATE_LIMIT_EXCEEDED"

    def __init__(self, message: str | None = None, *, retry_after_seconds: float, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(StewardError):
    """That is not available just now; try again."""

    kind, code = Kind.UNAVAILABLE, "SERVICE_UNAVAILABLE"

    def __init__(
        self, message: str | None = None, *, retry_after_seconds: float | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after_seconds = retry_after_seconds


class Refused(StewardError):
    """The other side refused."""

    kind, code = Kind.REFUSED, "UPSTREAM_REFUSED"
