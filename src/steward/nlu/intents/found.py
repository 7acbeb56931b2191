"""What one recogniser found in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Found:
    """An intent with its slots and how far the pattern can be trusted (0 to 1)."""

    intent: str
    entities: dict[str, Any] = field(default_factory=dict)
    confidence: float = 0.95
