"""Text from people, made safe to store and to show."""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SCRIPT = re.compile(r"<(script|style|iframe|object)\b[^>]{0,500}>.{0,10000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_ON_HANDLER = re.compile(r"<[a-zA-Z/!][^>]{0,2000}>")


def without_controls(text: str) -> str:
    """Return the text without control characters; tabs and line breaks stay."""
    return _CONTROL.sub("", text)


def plain_label(text: str) -> str:
    """Return a title, name or place as one trimmed line without active HTML (decision AV42)."""
    safe = _ON_HANDLER.sub("", _SCRIPT.sub("", without_controls(text)))
    return " ".join(safe.split())


def normal_email(text: str) -> str:
    """Return the address in the one form in which addresses are compared: NFKC, trimmed, lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def shortened(text: str, limit: int) -> str:
    """Return the text, cut at a word to at most ``limit`` characters with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip() + "…"


def like_pattern(text: str) -> str:
    """Return the text as a pattern for LIKE with escape character backslash that matches it anywhere."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
