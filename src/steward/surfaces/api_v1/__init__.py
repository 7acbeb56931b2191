"""``/api/v1``: the personal, platform and saas documents at once."""

from fastapi import FastAPI

from steward.surfaces.api_v1 import (
    api_keys,
    auth,
    chat,
    conversations,
    mfa,
    oauth,
    passkeys,
    rbac,
    reminders,
    sessions,
    tasks,
    users,
    users_own,
)
from steward.surfaces.api_v1.dialect import ApiV1Dialect
from steward.surfaces.routing import surface

PREFIX = "/api/v1"


def build() -> FastAPI:
    """Return the sub-application."""
    # Routes are tried in order: the busiest first.
    parts = (
        chat,
        conversations,
        tasks,
        reminders,
        users_own,
        users,
        auth,
        mfa,
        sessions,
        passkeys,
        api_keys,
        oauth,
        rbac,
    )
    return surface("Steward /api/v1", ApiV1Dialect(), [part.router for part in parts])


__all__ = ["PREFIX", "ApiV1Dialect", "build"]
