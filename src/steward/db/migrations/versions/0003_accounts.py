"""Roles and keys, second factors, one-time values, letters, grants, phone numbers and sections of settings."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from steward.db.types import Instant
from steward.kit.ids import new_id

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BUILT_IN_ROLES = {"owner": 100, "admin": 80, "member": 40, "user": 40, "viewer": 20}
OWN_TENANT = (
    "api_keys backup_codes calendar_events conversations external_identities mfa_accounts mfa_methods notes notifications"
    " oauth_integrations passkeys permissions phone_numbers reminders tasks turns user_settings users"
).split()
OWN_TENANT_OR_NONE = "audit_entries letters one_time_tokens roles".split()
HANGING = {
    "event_attendees": ("calendar_events", "event_key"),
    "idempotency_keys": ("users", "user_key"),
    "login_sessions": ("users", "user_key"),
    "messages": ("conversations", "conversation_key"),
    "role_permissions": ("roles", "role_key"),
    "tool_calls": ("users", "user_key"),
    "turn_events": ("turns", "turn_key"),
    "user_roles": ("users", "user_key"),
}


def upgrade() -> None:
    """Make the tables and move what they now hold."""
    _make_tables()
    _add_columns()
    _move_roles()
    _move_phone_numbers()
    for column in ("preferences", "phone_number", "role"):
        op.drop_column("users", column)
    _guard_audit()
    if op.get_bind().dialect.name == "postgresql":
        _build_walls()


def _guard_audit() -> None:
    """The database itself refuses to change or delete what was audited."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entries_no_{verb.lower()} BEFORE {verb} ON audit_entries"
                " BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'audit entries are never changed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stay()"
    )
    op.execute(
        "CREATE FUNCTION audit_head(lock_key bigint) RETURNS bytea LANGUAGE plpgsql AS $$"
        " DECLARE wall text := coalesce(current_setting('steward.tenant', true), ''); head bytea;"
        " BEGIN PERFORM pg_advisory_xact_lock(lock_key); PERFORM set_config('steward.tenant', '', true);"
        " SELECT mac INTO head FROM audit_entries ORDER BY key DESC LIMIT 1;"
        " PERFORM set_config('steward.tenant', wall, true); RETURN head; END $$"
    )


def _build_walls() -> None:
    """Row-level security around what lies inside a tenant; see ``db.tables.walls``."""
    now = "(SELECT nullif(current_setting('steward.tenant', true), '')::bigint)"
    mine = {name: f"tenant_key = {now}" for name in OWN_TENANT}
    mine |= {name: f"tenant_key = {now} OR tenant_key IS NULL" for name in OWN_TENANT_OR_NONE}
    mine |= {
        name: f"EXISTS (SELECT 1 FROM {parent} AS parent WHERE parent.key = {name}.{link})"
        for name, (parent, link) in HANGING.items()
    }
    mine["tenants"] = f"key = {now}"
    for name, condition in mine.items():
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {name}_of_tenant ON {name} USING ({now} IS NULL OR {condition})")


def _add_columns() -> None:
    op.add_column("login_sessions", sa.Column("surface", sa.String(length=10), nullable=False, server_default="api_v1"))
    op.add_column(
        "login_sessions", sa.Column("method", sa.String(length=50), nullable=False, server_default="password")
    )
    op.add_column("login_sessions", sa.Column("factor_due", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("login_sessions", sa.Column("factor_at", Instant(), nullable=True))
    op.add_column("turns", sa.Column("rights", JSON, nullable=True))
    op.add_column("tenants", sa.Column("closed_at", Instant(), nullable=True))


def _move_roles() -> None:
    """The built-in roles; what each may do is brought in line with the code at every start."""
    roles = sa.table(
        "roles",
        *(sa.column(name) for name in ("name", "description", "rank")),
        sa.column("id", sa.Uuid()),
        sa.column("created_at", Instant()),
        sa.column("updated_at", Instant()),
    )
    now = datetime.now(UTC)
    for name, rank in BUILT_IN_ROLES.items():
        op.execute(
            roles.insert().values(id=new_id(), name=name, description="", rank=rank, created_at=now, updated_at=now)
        )
    held = sa.table("user_roles", sa.column("id", sa.Uuid()), *(sa.column(name) for name in ("user_key", "role_key")))
    held.append_column(sa.column("assigned_at", Instant()))
    bind = op.get_bind()
    of_users = sa.text(
        "SELECT users.key AS user_key, roles.key AS role_key"
        " FROM users JOIN roles ON roles.name = users.role AND roles.tenant_key IS NULL"
    )
    for row in bind.execute(of_users).all():
        bind.execute(held.insert().values(id=new_id(), user_key=row.user_key, role_key=row.role_key, assigned_at=now))


def _move_phone_numbers() -> None:
    """A number that a profile had becomes a claim of its person, as it was: not verified."""
    users = sa.table(
        "users",
        sa.column("key", KEY),
        sa.column("tenant_key", KEY),
        sa.column("phone_number", sa.String()),
        sa.column("created_at", Instant()),
    )
    numbers = sa.table(
        "phone_numbers",
        sa.column("id", sa.Uuid()),
        *(sa.column(name) for name in ("tenant_key", "user_key", "number", "label", "source")),
        *(sa.column(name, sa.Boolean()) for name in ("is_primary", "is_verified", "opted_out")),
        sa.column("created_at", Instant()),
    )
    bind = op.get_bind()
    for row in bind.execute(sa.select(users).where(users.c.phone_number.is_not(None))).all():
        bind.execute(
            numbers.insert().values(
                id=new_id(),
                tenant_key=row.tenant_key,
                user_key=row.key,
                number=row.phone_number,
                label="mobile",
                source="person",
                is_primary=False,
                is_verified=False,
                opted_out=False,
                created_at=row.created_at,
            )
        )


def _make_tables() -> None:
    op.create_table(
        "permissions",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("name", sa.String(length=121), nullable=False),
        sa.Column("description", sa.String(length=400), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_key"], ["tenants.key"], name=op.f("fk_permissions_tenant_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_permissions")),
        sa.UniqueConstraint("id", name=op.f("uq_permissions_id")),
        sa.UniqueConstraint("tenant_key", "name", name=op.f("uq_permissions_tenant_key_name")),
    )
    op.create_table(
        "roles",
        sa.Column("tenant_key", KEY, nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=400), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_roles_tenant_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_roles")),
        sa.UniqueConstraint("id", name=op.f("uq_roles_id")),
        sa.UniqueConstraint("tenant_key", "name", name=op.f("uq_roles_tenant_key_name")),
    )
    op.create_index(
        "uq_roles_built_in",
        "roles",
        ["name"],
        unique=True,
        sqlite_where=sa.text("tenant_key IS NULL"),
        postgresql_where=sa.text("tenant_key IS NULL"),
    )
    op.create_table(
        "api_keys",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", JSON, nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.Column("last_used_ip", sa.String(length=64), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_api_keys_tenant_key")),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_api_keys_user_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_keys_hash")),
        sa.UniqueConstraint("id", name=op.f("uq_api_keys_id")),
    )
    op.create_index("ix_api_keys_user", "api_keys", ["user_key", "key"], unique=False)
    op.create_table(
        "backup_codes",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_backup_codes_tenant_key")),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_backup_codes_user_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_backup_codes")),
        sa.UniqueConstraint("id", name=op.f("uq_backup_codes_id")),
        sa.UniqueConstraint("user_key", "hash", name=op.f("uq_backup_codes_user_key_hash")),
    )
    op.create_table(
        "external_identities",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("issuer", sa.String(length=400), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_external_identities_tenant_key")),
        sa.ForeignKeyConstraint(
            ["user_key"], ["users.key"], name=op.f("fk_external_identities_user_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_external_identities")),
        sa.UniqueConstraint("id", name=op.f("uq_external_identities_id")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_external_identities_issuer_subject")),
    )
    op.create_index("ix_external_identities_user", "external_identities", ["user_key", "key"], unique=False)
    op.create_table(
        "letters",
        sa.Column("tenant_key", KEY, nullable=True),
        sa.Column("user_key", KEY, nullable=True),
        sa.Column("channel", sa.String(length=4), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("recipient_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("error", sa.String(length=400), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_letters_tenant_key")),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_letters_user_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_letters")),
        sa.UniqueConstraint("id", name=op.f("uq_letters_id")),
    )
    op.create_index("ix_letters_recipient", "letters", ["recipient_hash", "created_at"], unique=False)
    op.create_index("ix_letters_user", "letters", ["user_key", "key"], unique=False)
    op.create_table(
        "mfa_accounts",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("user_handle", sa.LargeBinary(length=64), nullable=False),
        sa.Column("wrong_at", JSON, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_mfa_accounts_tenant_key")),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_mfa_accounts_user_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_mfa_accounts")),
        sa.UniqueConstraint("id", name=op.f("uq_mfa_accounts_id")),
        sa.UniqueConstraint("user_handle", name=op.f("uq_mfa_accounts_user_handle")),
        sa.UniqueConstraint("user_key", name=op.f("uq_mfa_accounts_user_key")),
    )
    op.create_table(
        "mfa_methods",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("phone_number", sa.String(length=16), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("enabled_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_mfa_methods_tenant_key")),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_mfa_methods_user_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_mfa_methods")),
        sa.UniqueConstraint("id", name=op.f("uq_mfa_methods_id")),
        sa.UniqueConstraint("user_key", "kind", name=op.f("uq_mfa_methods_user_key_kind")),
    )
    op.create_table(
        "oauth_integrations",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("issuer", sa.String(length=400), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("account", sa.String(length=320), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("access_token", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("error", sa.String(length=400), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("refreshing_until", Instant(), nullable=True),
        sa.Column("last_refreshed_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_oauth_integrations_tenant_key")),
        sa.ForeignKeyConstraint(
            ["user_key"], ["users.key"], name=op.f("fk_oauth_integrations_user_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_oauth_integrations")),
        sa.UniqueConstraint("id", name=op.f("uq_oauth_integrations_id")),
        sa.UniqueConstraint(
            "user_key", "provider", "subject", name=op.f("uq_oauth_integrations_user_key_provider_subject")
        ),
    )
    op.create_table(
        "one_time_tokens",
        sa.Column("tenant_key", KEY, nullable=True),
        sa.Column("user_key", KEY, nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=320), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_one_time_tokens_tenant_key")),
        sa.ForeignKeyConstraint(
            ["user_key"], ["users.key"], name=op.f("fk_one_time_tokens_user_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_one_time_tokens")),
        sa.UniqueConstraint("id", name=op.f("uq_one_time_tokens_id")),
    )
    op.create_index("ix_one_time_tokens_expiry", "one_time_tokens", ["expires_at"], unique=False)
    op.create_index("ix_one_time_tokens_hash", "one_time_tokens", ["hash"], unique=False)
    op.create_index("ix_one_time_tokens_user", "one_time_tokens", ["user_key", "kind", "key"], unique=False)
    op.create_table(
        "passkeys",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("transports", JSON, nullable=False),
        sa.Column("aaguid", sa.String(length=36), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_passkeys_tenant_key")),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_passkeys_user_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
        sa.UniqueConstraint("id", name=op.f("uq_passkeys_id")),
    )
    op.create_index("ix_passkeys_user", "passkeys", ["user_key", "key"], unique=False)
    op.create_table(
        "phone_numbers",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("verified_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_phone_numbers_tenant_key")),
        sa.ForeignKeyConstraint(
            ["user_key"], ["users.key"], name=op.f("fk_phone_numbers_user_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_phone_numbers")),
        sa.UniqueConstraint("id", name=op.f("uq_phone_numbers_id")),
        sa.UniqueConstraint("user_key", "number", name=op.f("uq_phone_numbers_user_key_number")),
    )
    op.create_index(
        "uq_phone_numbers_verified",
        "phone_numbers",
        ["number"],
        unique=True,
        sqlite_where=sa.text("is_verified = 1"),
        postgresql_where=sa.text("is_verified"),
    )
    op.create_table(
        "role_permissions",
        sa.Column("role_key", KEY, nullable=False),
        sa.Column("name", sa.String(length=121), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["role_key"], ["roles.key"], name=op.f("fk_role_permissions_role_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_role_permissions")),
        sa.UniqueConstraint("id", name=op.f("uq_role_permissions_id")),
        sa.UniqueConstraint("role_key", "name", name=op.f("uq_role_permissions_role_key_name")),
    )
    op.create_table(
        "user_roles",
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("role_key", KEY, nullable=False),
        sa.Column("assigned_by_key", KEY, nullable=True),
        sa.Column("assigned_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["assigned_by_key"], ["users.key"], name=op.f("fk_user_roles_assigned_by_key"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["role_key"], ["roles.key"], name=op.f("fk_user_roles_role_key"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_user_roles_user_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_user_roles")),
        sa.UniqueConstraint("id", name=op.f("uq_user_roles_id")),
        sa.UniqueConstraint("user_key", "role_key", name=op.f("uq_user_roles_user_key_role_key")),
    )
    op.create_index("ix_user_roles_role", "user_roles", ["role_key", "user_key"], unique=False)
    op.create_table(
        "user_settings",
        sa.Column("tenant_key", KEY, nullable=False),
        sa.Column("user_key", KEY, nullable=False),
        sa.Column("section", sa.String(length=20), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["tenant_key"], ["tenants.key"], name=op.f("fk_user_settings_tenant_key")),
        sa.ForeignKeyConstraint(
            ["user_key"], ["users.key"], name=op.f("fk_user_settings_user_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_user_settings")),
        sa.UniqueConstraint("id", name=op.f("uq_user_settings_id")),
        sa.UniqueConstraint("user_key", "section", name=op.f("uq_user_settings_user_key_section")),
    )
