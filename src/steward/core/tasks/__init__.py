"""Work items, with a state, a priority and a due date."""

from steward.core.tasks.gate import TaskUnknown
from steward.core.tasks.service import TaskService
from steward.core.tasks.types import PRIORITIES, STATUSES, NewTask, TaskChange, TaskView, TaskWish

__all__ = [
    "PRIORITIES",
    "STATUSES",
    "NewTask",
    "TaskChange",
    "TaskService",
    "TaskUnknown",
    "TaskView",
    "TaskWish",
]
