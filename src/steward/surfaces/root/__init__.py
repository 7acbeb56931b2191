"""The root surface: /health, /health/detailed, /metrics, /docs, /redoc and /openapi.json."""

from __future__ import annotations

from starlette.routing import BaseRoute

from steward.surfaces.health import Check, Health
from steward.surfaces.metrics import Metrics
from steward.surfaces.root.docs import docs_routes
from steward.surfaces.root.health import health_routes
from steward.surfaces.root.metrics import Decides, metrics_routes
from steward.surfaces.root.openapi import ApiDocument, Part, described

__all__ = ["ApiDocument", "Check", "Health", "Metrics", "Part", "described", "make_root"]


def make_root(
    *, health: Health, metrics: Metrics, document: ApiDocument, is_admin: Decides, metrics_token: str = ""
) -> list[BaseRoute]:
    """Return the routes of the root surface; they work under any prefix as well (decision AP30).

    ``is_admin`` decides for a request whether details of ``/health/detailed`` and ``/metrics`` from afar are shown.
    """
    return [
        *health_routes(health, is_admin),
        *metrics_routes(metrics, token=metrics_token, is_admin=is_admin),
        *docs_routes(document),
    ]
