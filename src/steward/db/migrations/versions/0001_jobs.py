"""The job queue: Procrastinate's schema on PostgreSQL, the same tables in SQLite's dialect.

PostgreSQL gets the schema file of the pinned package as it is; a test fails when the file changes, so that a new
version comes with a migration of its own. SQLite keeps instants as microseconds since 1970, UTC, and has one column
``changed_at`` where PostgreSQL has a table of events. Both get ``procrastinate_deaths``: how often a process
died while the job ran (``deaths``) and while its own code was running (``blamed``).
"""

from importlib import resources

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

POSTGRES = (
    # Procrastinate's own index on locks starts with the id, which makes each fetch read all waiting jobs.
    """CREATE INDEX procrastinate_jobs_lock_turn ON procrastinate_jobs (lock, priority DESC, id)
        WHERE lock IS NOT NULL AND status IN ('todo', 'doing')""",
    """CREATE INDEX procrastinate_jobs_due ON procrastinate_jobs (scheduled_at)
        WHERE status = 'todo' AND scheduled_at IS NOT NULL""",
    "CREATE INDEX procrastinate_jobs_failed ON procrastinate_jobs (id) WHERE status = 'failed'",
    """CREATE TABLE procrastinate_deaths (
        job_id bigint PRIMARY KEY REFERENCES procrastinate_jobs(id) ON DELETE CASCADE,
        deaths integer NOT NULL DEFAULT 0,
        blamed integer NOT NULL DEFAULT 0
    )""",
)

SQLITE = (
    """CREATE TABLE procrastinate_workers (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        last_heartbeat INTEGER NOT NULL,
        owner TEXT
    )""",
    """CREATE TABLE procrastinate_jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        queue_name TEXT NOT NULL,
        task_name TEXT NOT NULL,
        priority INTEGER NOT NULL DEFAULT 0,
        lock TEXT,
        queueing_lock TEXT,
        args TEXT NOT NULL DEFAULT '{}',
        status TEXT NOT NULL DEFAULT 'todo'
            CHECK (status IN ('todo', 'doing', 'succeeded', 'failed', 'cancelled', 'aborting', 'aborted')),
        scheduled_at INTEGER,
        attempts INTEGER NOT NULL DEFAULT 0,
        abort_requested INTEGER NOT NULL DEFAULT 0,
        worker_id INTEGER,
        changed_at INTEGER NOT NULL,
        CHECK (NOT (status = 'todo' AND abort_requested = 1))
    )""",
    """CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock ON procrastinate_jobs (queueing_lock)
        WHERE status = 'todo' AND queueing_lock IS NOT NULL""",
    """CREATE UNIQUE INDEX procrastinate_jobs_lock ON procrastinate_jobs (lock)
        WHERE status = 'doing' AND lock IS NOT NULL""",
    """CREATE INDEX procrastinate_jobs_lock_turn ON procrastinate_jobs (lock, priority DESC, id)
        WHERE lock IS NOT NULL AND status IN ('todo', 'doing')""",
    """CREATE INDEX procrastinate_jobs_waiting ON procrastinate_jobs (queue_name, priority DESC, id)
        WHERE status = 'todo' AND scheduled_at IS NULL""",
    """CREATE INDEX procrastinate_jobs_due ON procrastinate_jobs (queue_name, scheduled_at)
        WHERE status = 'todo' AND scheduled_at IS NOT NULL""",
    "CREATE INDEX procrastinate_jobs_doing ON procrastinate_jobs (worker_id) WHERE status = 'doing'",
    "CREATE INDEX procrastinate_jobs_failed ON procrastinate_jobs (id) WHERE status = 'failed'",
    """CREATE INDEX procrastinate_jobs_finished ON procrastinate_jobs (changed_at)
        WHERE status IN ('succeeded', 'cancelled', 'aborted')""",
    """CREATE TABLE procrastinate_periodic_defers (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        task_name TEXT NOT NULL,
        defer_timestamp INTEGER,
        job_id INTEGER REFERENCES procrastinate_jobs(id) ON DELETE SET NULL,
        periodic_id TEXT NOT NULL DEFAULT '',
        UNIQUE (task_name, periodic_id, defer_timestamp)
    )""",
    "CREATE INDEX procrastinate_periodic_defers_job_id ON procrastinate_periodic_defers (job_id)",
    """CREATE TABLE procrastinate_deaths (
        job_id INTEGER PRIMARY KEY REFERENCES procrastinate_jobs(id) ON DELETE CASCADE,
        deaths INTEGER NOT NULL DEFAULT 0,
        blamed INTEGER NOT NULL DEFAULT 0
    )""",
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        schema = (resources.files("procrastinate.sql") / "schema.sql").read_text(encoding="utf-8")
        # Straight to the driver: the file holds several statements and bare percent signs.
        connection.connection.dbapi_connection.cursor().execute(schema)
        statements = POSTGRES
    else:
        statements = SQLITE
    for statement in statements:
        connection.exec_driver_sql(statement)
