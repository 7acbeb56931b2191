"""How log lines are written: structlog over the standard library, as text or as JSON, secrets left out by key."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from steward.settings import Settings

_SECRET_KEYS = re.compile(r"password|secret|token|authorization|cookie|api_key", re.IGNORECASE)
_SECRET_TEXT = re.compile(r"(eyJ[\w-]{10,}\.[\w-]+\.[\w-]+|sk-[\w-]{16,}|(?i:bearer)\s+[\w.~+/-]{16,})")


def configure(settings: Settings) -> None:
    """Set logging up once, for this process."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_secrets,
    ]
    last: Any = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in ("procrastinate", "uvicorn", "uvicorn.access", "alembic", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _without_secrets(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in entry.items():
        if _SECRET_KEYS.search(key):
            entry[key] = "[left out]"
        elif isinstance(value, str):
            entry[key] = _SECRET_TEXT.sub("[left out]", value)
    return entry
