"""Why somebody is not believed."""

from __future__ import annotations

from steward.kit.errors import Kind, NotFound, Unauthenticated


class InvalidCredentials(Unauthenticated):
    """The address or the password is wrong."""

    kind, code = Kind.UNAUTHENTICATED, "INVALID_CREDENTIALS"


class TokenWrong(Unauthenticated):
    """That token is not valid; sign in again."""

    kind, code = Kind.UNAUTHENTICATED, "UNAUTHORIZED"


class TokenExpired(Unauthenticated):
    """That token has expired; refresh it or sign in again."""

    kind, code = Kind.UNAUTHENTICATED, "TOKEN_EXPIRED"


class TokenReused(Unauthenticated):
    """That refresh token was used before; the session was ended for safety, sign in again."""

    kind, code = Kind.UNAUTHENTICATED, "TOKEN_REUSED"


class SessionEnded(Unauthenticated):
    """That session has ended; sign in again."""

    kind, code = Kind.UNAUTHENTICATED, "UNAUTHORIZED"


class SessionNotFound(NotFound):
    """There is no such session."""

    kind, code = Kind.NOT_FOUND, "SESSION_NOT_FOUND"
