"""``/api``: the sms document, Django-REST style."""

from fastapi import FastAPI

from steward.surfaces.api import auth, health
from steward.surfaces.api.dialect import ApiDialect
from steward.surfaces.routing import surface

PREFIX = "/api"


def build() -> FastAPI:
    """Return the sub-application."""
    return surface("Steward /api", ApiDialect(), [health.router, auth.router])
