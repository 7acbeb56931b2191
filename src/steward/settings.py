"""Every knob of Steward: environment variables with the prefix ``STEWARD_``, also from a ``.env`` file.

Every default works with nothing configured and no network. A ``STEWARD_`` variable that no knob has stops the start
with the nearest known name, because a mistyped setting that is silently ignored is the worst kind.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources import DotEnvSettingsSource, EnvSettingsSource

from steward.kit.addresses import networks_of, origins_of
from steward.kit.errors import StewardError
from steward.kit.openid import OpenIdClient, is_openid_name, near_openid_names, openid_clients_of
from steward.kit.rates import rates_of
from steward.kit.secrets import secrets_of

PREFIX = "STEWARD_"

_READERS: Mapping[str, Callable[[str], object]] = {
    "trusted_proxies": networks_of,
    "cors_origins": origins_of,
    "plan_personal": rates_of,
    "plan_team": rates_of,
    "limits": rates_of,
}
"""What is written in a small language of its own is read once when the settings are, so that a slip stops the start."""


class SettingsWrong(StewardError):
    """A setting cannot be used."""

    code = "SETTINGS_WRONG"


class Settings(BaseSettings):
    """What the operator decided; frozen once read."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    # Where things are
    data_dir: Path = Field(Path(".steward"), description="database, files, keys, outbox and logs")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    public_url: str = Field("http://localhost:8000", description="every callback, cookie, link and signature uses it")
    trusted_proxies: str = Field(
        "", description="comma-separated addresses and CIDR ranges whose forwarded headers count"
    )
    cors_origins: str = Field(
        "", description="comma-separated origins whose pages may call the API; empty: only this server's own"
    )
    database_url: SecretStr = Field(
        SecretStr(""), description="postgresql://user:pass@host/db; empty: SQLite in data_dir"
    )
    redis_url: SecretStr = Field(SecretStr(""), description="shared limits and live fan-out")

    # How it runs
    workers: int = Field(1, ge=0, le=64, description="job workers inside serve; 0: only `steward worker` runs jobs")
    database_threads: int = Field(
        5, ge=2, le=64, description="threads that run transactions; PostgreSQL: pool size too"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least severe level logged")
    log_format: Literal["text", "json"] = Field("text", description="how log lines are written")
    metrics_token: SecretStr = Field(SecretStr(""), description="bearer token that opens /metrics from elsewhere")

    # Who owns it
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="at least 32 characters, several with commas between them, the newest first; "
        "empty: a key ring file in data_dir",
    )
    owner_email: str = Field("admin@localhost", description="address of the server owner")
    owner_password: SecretStr = Field(
        SecretStr(""), description="the owner's first password; empty: made and printed once"
    )

    # Signing in
    access_seconds_api_v1: int = Field(900, ge=60, le=86400, description="life of an access token from /api/v1")
    access_seconds_v1: int = Field(3600, ge=60, le=86400, description="life of an access token from /v1")
    session_days: int = Field(7, ge=1, le=30, description="a session ends this many days after login")
    session_idle_days: int = Field(7, ge=1, le=30, description="a session that nobody used for so many days is over")
    require_mfa_roles: str = Field("", description="comma-separated roles whose holders are told to set up MFA")
    password_policy: Literal["strong", "length"] = Field("strong", description="length: only the minimum of 8 holds")
    hash_threads: int = Field(2, ge=1, le=16, description="threads that hash passwords")
    hash_queue: int = Field(50, ge=1, le=1000, description="password checks that may wait; more are told to come back")

    # How often
    rate_limit_scale: float = Field(
        1.0, ge=0, description="multiplies every rate; 0 turns limits and the brake on wrong passwords off"
    )
    plan_personal: str = Field("user=100/60s,10/1s", description="requests that a person, and a tenant, may make")
    plan_team: str = Field("user=50/60s;tenant=100/60s,1000/3600s", description="the same for teams")
    limits: str = Field("", description="other limits than the usual ones by name, e.g. auth_v1=20/60s;mail=60/3600s")
    streams_per_user: int = Field(10, ge=1, description="streamed answers a person may follow at once")

    # Letters: codes, links, notices
    smtp_url: SecretStr = Field(
        SecretStr(""), description="smtp://user:pass@host:port or smtps://…; empty: files in data_dir/outbox/mail"
    )
    mail_from: str = Field("steward@localhost", description="sender of mails")

    # Signing in with other providers, and what they grant
    google_client_id: str = Field("", description="OAuth client at Google; empty: Google is not offered")
    google_client_secret: SecretStr = Field(SecretStr(""), description="its secret")
    google_base_url: str = Field("", description="replaces scheme and host of all of Google's endpoints")
    microsoft_client_id: str = Field("", description="application at Microsoft; empty: Microsoft is not offered")
    microsoft_client_secret: SecretStr = Field(SecretStr(""), description="its secret")
    microsoft_base_url: str = Field("", description="replaces scheme and host of all of Microsoft's endpoints")
    microsoft_tenant: str = Field("common", pattern=r"^[\w.-]{1,100}$", description="whose accounts; `common`: any")
    oidc: tuple[OpenIdClient, ...] = Field(
        (),
        title="OIDC_<NAME>_*",
        description="any OpenID provider: `_ISSUER`, `_CLIENT_ID`, `_CLIENT_SECRET`, and `_SCOPES` asked for besides",
    )
    oauth_sign_up: bool = Field(True, description="whether strangers who sign in with a provider get an account")

    # The model
    model: str = Field("offline", description="default model as provider:model, e.g. openai:gpt-4o; commas: fallbacks")
    openai_api_key: SecretStr = Field(SecretStr(""), description="key for the OpenAI-compatible endpoint")
    openai_base_url: str = Field("https://api.openai.com/v1", description="ends in /v1")
    anthropic_api_key: SecretStr = Field(SecretStr(""), description="key for the Anthropic endpoint")
    anthropic_base_url: str = Field("https://api.anthropic.com", description="without /v1")
    ollama_base_url: str = Field("http://localhost:11434/v1", description="OpenAI-compatible endpoint of Ollama")
    model_timeout_seconds: float = Field(
        60.0, gt=0, le=600, description="longest silence of a model before it is given up"
    )
    turn_seconds: float = Field(120.0, gt=0, le=3600, description="longest life of one turn")
    turn_steps: int = Field(10, ge=1, le=50, description="model calls in one turn at most")
    turn_tokens: int = Field(60_000, ge=100, description="tokens in one turn at most, input and output")
    tool_seconds: float = Field(30.0, gt=0, le=600, description="longest run of one tool")
    prices: str = Field("", description='JSON {"model": [usd per million input, output tokens]} over the bundled table')

    @field_validator("trusted_proxies", "cors_origins", "plan_personal", "plan_team", "limits")
    @classmethod
    def _can_be_read(cls, value: str, info: ValidationInfo) -> str:
        _READERS[info.field_name or ""](value)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where values come from, the first wins: with the OpenID providers, whose names are the operator's."""
        given: dict[str, str] = {}
        for source in (dotenv_settings, env_settings):
            if isinstance(source, EnvSettingsSource | DotEnvSettingsSource):
                given |= {name: value for name, value in source.env_vars.items() if value}
        prefix = PREFIX.lower()
        own = {name[len(prefix) :]: value for name, value in given.items() if name.startswith(prefix)}
        try:
            clients = openid_clients_of(own)
        except ValueError as wrong:
            raise SettingsWrong(f"{PREFIX}{wrong}") from None
        openid = InitSettingsSource(settings_cls, {"oidc": clients} if clients else {})
        return init_settings, env_settings, dotenv_settings, file_secret_settings, openid

    @property
    def is_postgres(self) -> bool:
        """Whether a PostgreSQL server holds the data."""
        return self.database_url.get_secret_value().startswith(("postgres://", "postgresql://"))

    @property
    def sqlite_path(self) -> Path:
        """Where the SQLite file lies when no server is configured."""
        return self.data_dir / "steward.db"


def load_settings(environment: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Return the settings of the environment and the ``.env`` file.

    Raises:
        SettingsWrong: an unknown ``STEWARD_`` variable, or a value that cannot be used; the sentence names it.
    """
    names = set(os.environ if environment is None else environment) | _names_in_file(Path(".env"))
    refuse_unknown(names)
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsWrong(f"{name}: {first['msg']}.") from None
    _refuse_weak_secret(settings)
    return settings


def refuse_unknown(names: Iterable[str]) -> None:
    """Raise SettingsWrong for the first ``STEWARD_`` name that no knob has."""
    known = {PREFIX + field.upper() for field in Settings.model_fields} - {f"{PREFIX}OIDC"}
    for name in sorted(names):
        if name.upper().startswith(PREFIX) and name.upper() not in known and not name.startswith(f"{PREFIX}TEST_"):
            own = name[len(PREFIX) :]
            if is_openid_name(own):
                continue
            meant = near_openid_names(own) if own.upper().startswith("OIDC_") else ()
            near = difflib.get_close_matches(name.upper(), {*known, *(PREFIX + each for each in meant)}, n=1, cutoff=0)
            raise SettingsWrong(f"{name} is no setting of Steward; the nearest is {near[0]}.")


def _refuse_weak_secret(settings: Settings) -> None:
    given = settings.secret_key.get_secret_value()
    if given and min(map(len, secrets_of(given)), default=0) < 32:
        raise SettingsWrong(f"{PREFIX}SECRET_KEY needs at least 32 characters, and so does each of several.")


def _names_in_file(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    lines = (line.strip().removeprefix("export ") for line in path.read_text(encoding="utf-8").splitlines())
    return {line.split("=", 1)[0].strip() for line in lines if "=" in line and not line.startswith("#")}
