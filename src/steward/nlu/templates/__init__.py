"""Sentence templates per intent: what the classifier is trained on, and what a domain language model can be built from.

A template has alternatives ``(a|b)``, options ``[a]`` and slots ``{person}``. A line is one template.
"""

from __future__ import annotations

from steward.nlu.templates.expansion import sentences
from steward.nlu.templates.meetings import MEETINGS
from steward.nlu.templates.others import OTHERS
from steward.nlu.templates.reminders_tasks import REMINDERS_TASKS
from steward.nlu.templates.world import WORLD

TEMPLATES: dict[str, str] = {**MEETINGS, **REMINDERS_TASKS, **OTHERS, **WORLD}
"""Templates by intent, one a line."""

__all__ = ["TEMPLATES", "sentences"]
