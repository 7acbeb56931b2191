"""``/v1``: the voice document."""

from fastapi import FastAPI

from steward.surfaces.routing import surface
from steward.surfaces.v1 import auth, calendar, notifications, settings, users
from steward.surfaces.v1.dialect import V1Dialect

PREFIX = "/v1"


def build() -> FastAPI:
    """Return the sub-application."""
    return surface(
        "Steward /v1", V1Dialect(), [part.router for part in (auth, users, calendar, notifications, settings)]
    )
