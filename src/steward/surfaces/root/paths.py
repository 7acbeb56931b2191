"""What /openapi.json says about the root surface itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_JSON = "application/json"


def _get(name: str, summary: str, answers: Mapping[str, tuple[str, str, Any]], **more: Any) -> Any:
    responses = {
        status: {
            "description": description,
            "content": {kind: {"schema": schema} if schema else {}},
        }
        for status, (description, kind, schema) in answers.items()
    }
    operation = {"operationId": name, "summary": summary, "tags": ["server"], "security": [], "responses": responses}
    return {"get": {**operation, **more}}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


_STATUS = {"type": "string", "enum": ["healthy", "degraded", "unhealthy"]}
_SUMMARY = {
    "status": _STATUS,
    "timestamp": {"type": "string", "format": "date-time"},
    "version": {"type": "string"},
    "uptime": {"type": "integer", "description": "seconds since the start"},
}
_PART = {
    "type": "object",
    "required": ["status", "response_time"],
    "properties": {
        "status": {"type": "string", "enum": ["healthy", "degraded", "unhealthy", "not_configured"]},
        "response_time": {"type": ["number", "null"], "description": "seconds"},
    },
    "additionalProperties": True,
}
_PARTS = {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/ServerPart"}}


def root_paths() -> dict[str, Any]:
    """Return the root surface's own OpenAPI document."""
    summary, detailed = _reference("ServerHealth"), _reference("ServerHealthDetailed")
    figures = {"200": ("Figures", "text/plain", {"type": "string"})}
    return {
        "paths": {
            "/health": _get(
                "server_health",
                "Whether the server works",
                {"200": ("It works", _JSON, summary), "503": ("A required part does not work", _JSON, summary)},
            ),
            "/health/detailed": _get(
                "server_health_detailed",
                "How each part of the server is; addresses and versions for admins only",
                {"200": ("It works", _JSON, detailed), "503": ("A required part does not work", _JSON, detailed)},
            ),
            "/metrics": _get(
                "server_metrics",
                "Figures for Prometheus: open on the same machine, else with the metrics token or as an admin",
                figures,
                security=[{}, {"bearer": []}],
            ),
            "/openapi.json": _get(
                "server_openapi", "This document", {"200": ("OpenAPI 3.1", _JSON, {"type": "object"})}
            ),
            "/docs": _get("server_docs", "Swagger UI", {"200": ("A page", "text/html", None)}),
            "/redoc": _get("server_redoc", "ReDoc", {"200": ("A page", "text/html", None)}),
        },
        "components": {
            "schemas": {
                "ServerHealth": {"type": "object", "required": list(_SUMMARY), "properties": _SUMMARY},
                "ServerHealthDetailed": {
                    "type": "object",
                    "required": [*_SUMMARY, "services", "components"],
                    "properties": {**_SUMMARY, "services": _PARTS, "components": _PARTS},
                },
                "ServerPart": _PART,
            }
        },
    }
