"""The closed list of job names. A job's name never changes its meaning."""

from __future__ import annotations

from steward.ports.jobs import Job, RetryPolicy

FIRE_REMINDER = Job("fire_reminder", queue="reminders", retry=RetryPolicy(attempts=10, most_seconds=60))
"""Turn a due reminder into a notification. Arguments: ``reminder_key``."""

RESUME_TURN = Job("resume_turn", queue="turns", retry=RetryPolicy(attempts=3, first_seconds=2))
"""Finish a turn whose process died. Arguments: ``turn_key``."""

SEND_LETTER = Job("send_letter", queue="letters", retry=RetryPolicy(attempts=10, first_seconds=2, most_seconds=900))
"""Carry a mail or text that the server itself sends. Arguments: ``letter_key``."""

ANSWER_FORGOTTEN = Job("answer_forgotten", queue="letters", retry=RetryPolicy(attempts=10, first_seconds=2))
"""Write to whoever forgot their password, if anybody has the address. Arguments: ``wish``, a one-time value."""
