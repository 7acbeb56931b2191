"""People, conversations, turns, plans, commitments and the audit chain."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from steward.db.types import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "tenants",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tenants")),
        sa.UniqueConstraint("id", name=op.f("uq_tenants_id")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("tenant_key", KEY, nullable=True),
        sa.Column("user_key", KEY, nullable=True),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("resource", sa.String(length=120), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("ip", sa.String(length=64), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_audit_entries_tenant_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("id", name=op.f("uq_audit_entries_id")),
    )
    op.create_index("ix_audit_entries_tenant", "audit_entries", ["tenant_key", "key"], unique=False)
    op.create_table(
        "users",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("username", sa.String(length=320), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("phone_number", sa.String(length=16), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("theme", sa.String(length=10), nullable=False),
        sa.Column("preferences", JSON, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("conversation_count", sa.Integer(), nullable=False),
        sa.Column("last_login_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_users_tenant_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("id", name=op.f("uq_users_id")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_index("ix_users_tenant", "users", ["tenant_key", "key"], unique=False)
    op.create_table(
        "calendar_events",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("location", sa.String(length=300), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("until_at", Instant(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("recurrence", sa.String(length=500), nullable=True),
        sa.Column("skipped", JSON, nullable=False),
        sa.Column("calendar_id", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_calendar_events_tenant_key")),
        sa.ForeignKeyConstraint(
            ["user_key"], ["users.key"], name=op.f("fk_calendar_events_user_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_calendar_events")),
        sa.UniqueConstraint("id", name=op.f("uq_calendar_events_id")),
    )
    op.create_index(
        "ix_calendar_events_long",
        "calendar_events",
        ["user_key", "starts_at", "key"],
        unique=False,
        sqlite_where=sa.text("julianday(ends_at) - julianday(starts_at) > 1"),
        postgresql_where=sa.text("ends_at - starts_at > interval '1 day'"),
    )
    op.create_index(
        "ix_calendar_events_series",
        "calendar_events",
        ["user_key", "starts_at", "key"],
        unique=False,
        sqlite_where=sa.text("recurrence IS NOT NULL"),
        postgresql_where=sa.text("recurrence IS NOT NULL"),
    )
    op.create_index(
        "ix_calendar_events_user",
        "calendar_events",
        ["user_key", "starts_at", "key", "until_at", "status", "recurrence"],
        unique=False,
    )
    op.create_table(
        "conversations",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=True),
        sa.Column("model", sa.String(length=120), nullable=True),
        sa.Column("system_prompt", sa.Text(), nullable=True),
        sa.Column("details", JSON, nullable=False),
        sa.Column("message_count", sa.Integer(), nullable=False),
        sa.Column("last_message_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_conversations_tenant_key")),
        sa.ForeignKeyConstraint(
            ["user_key"], ["users.key"], name=op.f("fk_conversations_user_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_conversations")),
        sa.UniqueConstraint("id", name=op.f("uq_conversations_id")),
    )
    op.create_index("ix_conversations_user", "conversations", ["user_key", "last_message_at", "key"], unique=False)
    op.create_table(
        "login_sessions",
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("user_agent", sa.String(length=400), nullable=False),
        sa.Column("ip", sa.String(length=64), nullable=False),
        sa.Column("refresh_floor", sa.Integer(), nullable=False),
        sa.Column("rotated_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_activity_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_key"], ["users.key"], name=op.f("fk_login_sessions_user_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_sessions")),
        sa.UniqueConstraint("id", name=op.f("uq_login_sessions_id")),
    )
    op.create_index("ix_login_sessions_user", "login_sessions", ["user_key", "key"], unique=False)
    op.create_table(
        "notes",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_notes_tenant_key")),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_notes_user_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notes")),
        sa.UniqueConstraint("id", name=op.f("uq_notes_id")),
    )
    op.create_index("ix_notes_user", "notes", ["user_key", "key"], unique=False)
    op.create_table(
        "notifications",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("source", sa.String(length=160), nullable=True),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_notifications_tenant_key")),
        sa.ForeignKeyConstraint(
            ["user_key"], ["users.key"], name=op.f("fk_notifications_user_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notifications")),
        sa.UniqueConstraint("id", name=op.f("uq_notifications_id")),
        sa.UniqueConstraint("source", name=op.f("uq_notifications_source")),
    )
    op.create_index("ix_notifications_unread", "notifications", ["user_key", "is_read", "key"], unique=False)
    op.create_index("ix_notifications_user", "notifications", ["user_key", "key"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("priority", sa.String(length=10), nullable=False),
        sa.Column("list_name", sa.String(length=80), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("details", JSON, nullable=False),
        sa.Column("result", JSON, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("completed_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_tasks_tenant_key")),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_tasks_user_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tasks")),
        sa.UniqueConstraint("id", name=op.f("uq_tasks_id")),
    )
    op.create_index("ix_tasks_tenant", "tasks", ["tenant_key", "key", "status", "priority"], unique=False)
    op.create_index("ix_tasks_user", "tasks", ["user_key", "status", "key"], unique=False)
    op.create_table(
        "event_attendees",
        sa.Column("event_key", KEY, nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("response", sa.String(length=12), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_key"], ["calendar_events.key"], name=op.f("fk_event_attendees_event_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_event_attendees")),
        sa.UniqueConstraint("id", name=op.f("uq_event_attendees_id")),
    )
    op.create_index(op.f("ix_event_attendees_event_key"), "event_attendees", ["event_key"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("event_key", KEY, nullable=True),
        sa.Column("minutes_before", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_timer", sa.Boolean(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("recurrence", sa.String(length=500), nullable=True),
        sa.Column("anchor_at", Instant(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("queued_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("fired_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_key"], ["calendar_events.key"], name=op.f("fk_reminders_event_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_reminders_tenant_key")),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_reminders_user_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_reminders")),
        sa.UniqueConstraint("id", name=op.f("uq_reminders_id")),
    )
    op.create_index(
        "ix_reminders_due",
        "reminders",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(op.f("ix_reminders_event_key"), "reminders", ["event_key"], unique=False)
    op.create_index(
        "ix_reminders_queued",
        "reminders",
        ["queued_at"],
        unique=False,
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "ix_reminders_user",
        "reminders",
        ["user_key", "status", "due_at"],
        unique=False,
        sqlite_where=sa.text("text != ''"),
        postgresql_where=sa.text("text != ''"),
    )
    op.create_table(
        "turns",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("conversation_key", KEY, nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("wish", JSON, nullable=False),
        sa.Column("intent", sa.String(length=60), nullable=True),
        sa.Column("entities", JSON, nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("tools_used", JSON, nullable=False),
        sa.Column("model_used", sa.String(length=160), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("error_detail", sa.Text(), nullable=True),
        sa.Column("error_kind", sa.String(length=16), nullable=True),
        sa.Column("first_token_ms", sa.Integer(), nullable=True),
        sa.Column("execution_ms", sa.Integer(), nullable=True),
        sa.Column("cancel_wanted", sa.Boolean(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("holder", sa.Integer(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_key"], ["conversations.key"], name=op.f("fk_turns_conversation_key"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_turns_tenant_key")),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_turns_user_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_turns")),
        sa.UniqueConstraint("id", name=op.f("uq_turns_id")),
    )
    op.create_index(op.f("ix_turns_conversation_key"), "turns", ["conversation_key"], unique=False)
    op.create_index(
        "ix_turns_running",
        "turns",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_index("ix_turns_user", "turns", ["user_key", "key"], unique=False)
    op.create_table(
        "messages",
        sa.Column("conversation_key", KEY, nullable=False),
        sa.Column("turn_key", KEY, nullable=True),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("actions", JSON, nullable=False),
        sa.Column("frame", JSON, nullable=True),
        sa.Column("tokens_used", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.Column("model_used", sa.String(length=160), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_key"], ["conversations.key"], name=op.f("fk_messages_conversation_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["turn_key"], ["turns.key"], name=op.f("fk_messages_turn_key"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_messages")),
        sa.UniqueConstraint("id", name=op.f("uq_messages_id")),
    )
    op.create_index("ix_messages_conversation", "messages", ["conversation_key", "key"], unique=False)
    op.create_index(op.f("ix_messages_turn_key"), "messages", ["turn_key"], unique=False)
    op.create_table(
        "tool_calls",
        sa.Column("turn_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("arguments", JSON, nullable=False),
        sa.Column("ran", sa.Boolean(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("action", JSON, nullable=True),
        sa.Column("inverse", JSON, nullable=True),
        sa.Column("undoable", sa.Boolean(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["turn_key"], ["turns.key"], name=op.f("fk_tool_calls_turn_key"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_tool_calls_user_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tool_calls")),
        sa.UniqueConstraint("id", name=op.f("uq_tool_calls_id")),
        sa.UniqueConstraint("turn_key", "step", "position", name=op.f("uq_tool_calls_turn_key_step_position")),
    )
    op.create_index(
        "ix_tool_calls_undoable",
        "tool_calls",
        ["user_key", "key"],
        unique=False,
        sqlite_where=sa.text("undoable"),
        postgresql_where=sa.text("undoable"),
    )
    op.create_table(
        "turn_events",
        sa.Column("turn_key", KEY, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("events", JSON, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["turn_key"], ["turns.key"], name=op.f("fk_turn_events_turn_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_turn_events")),
        sa.UniqueConstraint("id", name=op.f("uq_turn_events_id")),
        sa.UniqueConstraint("turn_key", "first", name=op.f("uq_turn_events_turn_key_first")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_key"], ["users.key"], name=op.f("fk_idempotency_keys_user_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("id", name=op.f("uq_idempotency_keys_id")),
        sa.UniqueConstraint("user_key", "name", name=op.f("uq_idempotency_keys_user_key_name")),
    )
