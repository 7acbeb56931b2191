"""Log-in sessions and their tokens: log in, refresh, log out, and who a request comes from."""

from steward.core.sessions.errors import InvalidCredentials, SessionEnded, TokenExpired, TokenReused, TokenWrong
from steward.core.sessions.service import SessionService
from steward.core.sessions.types import Grant, Surface

__all__ = [
    "Grant",
    "InvalidCredentials",
    "SessionEnded",
    "SessionService",
    "Surface",
    "TokenExpired",
    "TokenReused",
    "TokenWrong",
]
