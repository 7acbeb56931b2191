"""The job queue: Procrastinate on PostgreSQL and, through a connector of ours, on the SQLite file."""

from steward.adapters.jobs.queue import make_job_queue
from steward.adapters.jobs.timing import Timing

__all__ = ["Timing", "make_job_queue"]
