"""The rule of the corpus header: when a frame counts as right."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


def load(name: str) -> dict[str, Any]:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def normal(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return round(float(value), 2)
    if isinstance(value, list | tuple):
        return [normal(v) for v in value]
    text = re.sub(r"^(?:the|a|an)\s+", "", str(value).lower().strip())
    return " ".join(text.translate(str.maketrans("", "", string.punctuation)).split())


def faults(entry: dict[str, Any], intent: str, entities: dict[str, Any], time_keys: list[str]) -> list[str]:
    """Return what is wrong with a frame; an empty list means the whole frame is right."""
    any_of = entry.get("any_of", {})
    wrong = []
    if intent != entry["intent"] and intent not in any_of.get("intent", []):
        wrong.append(f"intent {intent}")
    expected = entry.get("entities") or {}
    for key, value in expected.items():
        accepted = [value, *any_of.get(key, [])]
        if key not in entities:
            wrong.append(f"no {key}")
        elif normal(entities[key]) not in [normal(v) for v in accepted]:
            wrong.append(f"{key}={entities[key]!r}")
    for key, value in entities.items():
        if key in time_keys and key not in expected and key not in any_of:
            if key in ("timezone", "end_time") or (key == "duration" and value == 60):
                continue
            wrong.append(f"unexpected {key}={value!r}")
    return wrong
