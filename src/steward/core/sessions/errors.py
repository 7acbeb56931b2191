"""Why somebody is not believed."""

from __future__ import annotations

from steward.kit.errors import Kind, Unauthenticated


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
