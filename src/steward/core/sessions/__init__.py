"""Log-in sessions and their tokens: log in, refresh, log out, and who a request comes from."""

from steward.core.sessions.api_tokens import ApiTokens
from steward.core.sessions.errors import (
    InvalidCredentials,
    SessionEnded,
    SessionNotFound,
    TokenExpired,
    TokenReused,
    TokenWrong,
)
from steward.core.sessions.lists import SessionList
from steward.core.sessions.recognising import ENDED, channel_of
from steward.core.sessions.second_step import SecondStep
from steward.core.sessions.service import SessionService
from steward.core.sessions.types import Grant, SessionStats, SessionView, Surface, Verified

__all__ = [
    "ENDED",
    "ApiTokens",
    "Grant",
    "InvalidCredentials",
    "SecondStep",
    "SessionEnded",
    "SessionList",
    "SessionNotFound",
    "SessionService",
    "SessionStats",
    "SessionView",
    "Surface",
    "TokenExpired",
    "TokenReused",
    "TokenWrong",
    "Verified",
    "channel_of",
]
