"""Which plan carries out which intent: every intent that a tool is behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from steward.adapters.model import offline_errands as errands
from steward.adapters.model import offline_plans as plans
from steward.adapters.model import offline_sums as sums
from steward.adapters.model.offline_turn import Moment, Reply
from steward.nlu import Frame

PLANS: Mapping[str, Callable[[Frame, Moment], Reply]] = {
    "schedule_meeting": plans.schedule,
    "reschedule_meeting": plans.reschedule,
    "cancel_meeting": plans.cancel,
    "check_calendar": plans.check_calendar,
    "check_availability": plans.check_availability,
    "set_reminder": errands.set_reminder,
    "list_reminders": errands.list_reminders,
    "cancel_reminder": errands.cancel_reminder,
    "set_timer": errands.set_timer,
    "add_task": errands.add_task,
    "complete_task": errands.complete_task,
    "list_tasks": errands.list_tasks,
    "delete_task": errands.delete_task,
    "create_note": errands.create_note,
    "list_notes": errands.list_notes,
    "calculate": sums.calculate,
    "convert_units": sums.convert_units,
    "ask_time": sums.ask_time,
    "ask_date": sums.ask_date,
    "days_until": sums.days_until,
    "daily_summary": sums.daily_summary,
    "undo": sums.undo,
}
"""The plan of each intent."""
