"""One JSON object per line of text: the understanding as a filter for the command line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from steward.nlu.frames import Context, as_json
from steward.nlu.understanding import understand


def understand_lines(lines: Iterable[str], now: datetime, zone: str) -> Iterator[str]:
    """Yield one line of JSON (``intent, entities, confidence, source, missing``) for every line of text.

    Garbage, empty and endless lines give ``unknown``; nothing raises.
    """
    context = Context(now=now, zone=zone)
    for line in lines:
        yield json.dumps(as_json(understand(line, context)), ensure_ascii=False, sort_keys=True)
