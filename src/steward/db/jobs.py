"""The closed list of job names. A job's name never changes its meaning."""

from __future__ import annotations

from steward.ports.jobs import Job, RetryPolicy

FIRE_REMINDER = Job("fire_reminder", queue="reminders", retry=RetryPolicy(attempts=10, most_seconds=60))
"""Turn a due reminder into a notification. Arguments: ``reminder_key``."""

RESUME_TURN = Job("resume_turn", queue="turns", retry=RetryPolicy(attempts=3, first_seconds=2))
"""Finish a turn whose process died. Arguments: ``turn_key``."""
