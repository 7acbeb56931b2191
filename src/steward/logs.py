"""How log lines are written: structlog over the standard library, as text or as JSON, without secrets.

Whatever is logged passes here: our own lines, those of libraries and of Uvicorn, warnings, and stack traces. A secret
goes by the name under which it is logged, or by its look; a telephone number keeps its last three digits. One line
stays one line, whatever is in it. Source: security item 106.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import structlog

from steward.settings import Settings

LEFT_OUT = "[left out]"

_SECRET_KEYS = re.compile(
    r"password|passwd|secret|token|authorization|cookie|api_?key|credential|(?:^|_)(?:otp|code|state|nonce|verifier)$",
    re.IGNORECASE,
)
_HARMLESS_KEYS = frozenset({"code", "error_code", "status_code", "tokens", "input_tokens", "output_tokens", "state"})
"""Names of facts that say nothing secret: the code of an error, how many tokens a model took."""

_SECRET_TEXT = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*){0,3}"  # a JWT, also one cut off
    r"|\bsk-[\w-]{16,}"  # a key of a model provider
    r"|\bstw_[0-9A-Za-z]{8,}"  # an API key of ours
    r"|\bwhsec_[\w+/=-]{8,}"
    r"|(?<![0-9a-fA-F-])[0-9a-fA-F]{40}(?![0-9a-fA-F])"  # a token of the sms document
    r"|(?:(?<=bearer )|(?<=basic )|(?<=token ))[\w.~+/=-]{8,}"
    r"|(?<=[?&;])(?:[\w-]*(?:token|secret|password|code|state|key))=[^\s&;\"']+"  # in an address
    r"|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"  # name and password in an address
    r"|\b(?:[\w-]*(?:token|secret|password|passwd|api_?key))[\"']?\s*[:=]\s*[\"']?[^\s\"',;&})\]]+",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.:+-])\+\d{6,12}(?=\d{3}(?!\d))")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_DEPTH = 6

_QUIET = ("procrastinate", "uvicorn", "uvicorn.access", "alembic", "httpx2", "httpcore2")


def configure(settings: Settings) -> None:
    """Set logging up once, for this process."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _without_secrets,
    ]
    is_json = settings.log_format == "json"
    last: Any = (
        structlog.processors.JSONRenderer() if is_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
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
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.handlers[:] = []  # what a library writes by itself would pass here unseen
        logger.propagate = True
        logger.setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)


def without_secrets(text: str) -> str:
    """Return the text with what looks like a secret left out and telephone numbers masked."""
    return _NUMBER.sub("+***", _SECRET_TEXT.sub(LEFT_OUT, text))


def _without_secrets(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take the secrets out of a line, and let nothing in it look like another line."""
    for key, value in list(entry.items()):
        if key in ("_record", "_from_structlog"):
            continue
        if key in ("exception", "stack") and isinstance(value, str):
            entry[key] = "\n".join(_one_line(each) for each in value.split("\n"))
        else:
            entry[key] = _clean(key, value, _DEPTH)
    return entry


def _clean(key: str, value: Any, depth: int) -> Any:
    if _SECRET_KEYS.search(key) and key.lower() not in _HARMLESS_KEYS:
        return LEFT_OUT
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth and isinstance(value, Mapping):
        return {_one_line(str(name)): _clean(str(name), each, depth - 1) for name, each in value.items()}
    if depth and isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes | bytearray):
        return [_clean(key, each, depth - 1) for each in value]
    return _one_line(value if isinstance(value, str) else str(value))


def _one_line(text: str) -> str:
    """Return the text without secrets and without anything that ends a line or moves on the screen."""
    return _CONTROLS.sub(_escaped, without_secrets(text))


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
