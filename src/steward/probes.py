"""What the health check looks at: each part is really asked, and its answer timed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psutil
from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from steward.db.database import Database, Transaction
from steward.ports.jobs import JobQueue
from steward.ports.model import ModelRegistry
from steward.settings import Settings
from steward.surfaces.health import Check


def checks(settings: Settings, db: Database, jobs: JobQueue, models: ModelRegistry) -> list[Check]:
    """Return the parts under the names of the sms document and what stands in for them here (decision AS24)."""

    async def database() -> Mapping[str, Any]:
        def work(tx: Transaction) -> None:
            tx.session.execute(text("SELECT 1"))

        await db.read(work)
        pool = db.engine.pool
        used = pool.checkedin() + pool.checkedout() if isinstance(pool, QueuePool) else 1
        return {"connections": used, "backend": db.engine.dialect.name}

    async def queue() -> Mapping[str, Any]:
        counts = await jobs.counts()
        megabytes = psutil.Process().memory_info().rss // (1024 * 1024)
        return {"backend": "embedded", "memory_usage": f"{megabytes}MB", **counts}

    async def model() -> Mapping[str, Any]:
        return {"backend": models.choose(None, None).name, "rate_limit_remaining": None}

    async def twilio() -> Mapping[str, Any]:
        return {"status": "not_configured", "account_balance": None}

    return [
        Check("database", database, fields=("connections",)),
        Check("redis", queue, required=False, fields=("memory_usage",)),
        Check("openai", model, required=False, fields=("rate_limit_remaining",)),
        Check("twilio", twilio, required=False, fields=("account_balance",)),
    ]
