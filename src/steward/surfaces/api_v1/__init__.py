"""``/api/v1``: the personal, platform and saas documents at once."""

from fastapi import FastAPI

from steward.surfaces.api_v1 import auth, chat, conversations, reminders, tasks, users
from steward.surfaces.api_v1.dialect import ApiV1Dialect
from steward.surfaces.routing import surface

PREFIX = "/api/v1"


def build() -> FastAPI:
    """Return the sub-application."""
    parts = (chat, conversations, tasks, reminders, users, auth)  # routes are tried in order: the busiest first
    return surface("Steward /api/v1", ApiV1Dialect(), [part.router for part in parts])


__all__ = ["PREFIX", "ApiV1Dialect", "build"]
