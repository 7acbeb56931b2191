"""Pure rules of conversations."""

from __future__ import annotations

from steward.kit.text import shortened

TITLE_CHARACTERS = 60


def title_of(text: str) -> str:
    """Return the title of a conversation that begins with ``text``: its first line, shortened."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return shortened(first, TITLE_CHARACTERS) or "New conversation"
