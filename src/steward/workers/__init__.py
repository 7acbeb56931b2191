"""What runs beside the requests: the job workers and the clockwork, inside ``serve`` or as ``steward worker``."""

from steward.workers.clockwork import Sweep, keep_sweeping
from steward.workers.runner import run_workers

__all__ = ["Sweep", "keep_sweeping", "run_workers"]
