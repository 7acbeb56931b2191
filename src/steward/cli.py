"""The command ``steward``."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

import steward
from steward.kit.errors import StewardError
from steward.settings import PREFIX, Settings, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Steward: an assistant that people can rely on.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit log: who did what, and whether it is whole.")
app.add_typer(audit_app, name="audit")
keys_app = typer.Typer(no_args_is_help=True, help="The master keys: for tokens, sealed fields and the audit log.")
app.add_typer(keys_app, name="keys")
out = Console(highlight=False, soft_wrap=True)


def main() -> None:
    """Run the command; an error that Steward understands is one sentence, not a stack trace."""
    try:
        app()
    except StewardError as error:
        print(f"steward: {error.message}", file=sys.stderr)  # noqa: T201 - the command's own error line
        raise SystemExit(2) from None


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
) -> None:
    """Start the server, with the workers inside unless STEWARD_WORKERS is 0."""
    from steward import logs
    from steward.app import build_app, prepare
    from steward.house import build_house
    from steward.surfaces.server import serve as listen

    settings = _settings(host, port)
    logs.configure(settings)
    house = build_house(settings)
    made_up = asyncio.run(prepare(house))

    def started(real_host: str, real_port: int) -> None:
        shown = "localhost" if real_host in ("127.0.0.1", "0.0.0.0", "::1", "::") else real_host  # noqa: S104 - shown only
        out.print(f"\n  Steward {steward.__version__} is up:  http://{shown}:{real_port}")
        if made_up:
            out.print(f"  Sign in as {settings.owner_email} with the password  {made_up}  (shown only this once)")
        else:
            out.print(f"  Sign in as {settings.owner_email}")
        out.print(f"  API documentation: http://{shown}:{real_port}/docs   Stop with Ctrl+C\n")
        sys.stdout.flush()

    listen(build_app(house), host=settings.host, port=settings.port, on_started=started)


@app.command()
def worker() -> None:
    """Do jobs and sweeps beside a server with STEWARD_WORKERS=0, on this or another machine."""
    from steward import logs
    from steward.app import work_until_signal
    from steward.house import build_house

    settings = load_settings()
    logs.configure(settings)
    asyncio.run(work_until_signal(build_house(settings)))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from steward.db.migrate import migrate as upgrade
    from steward.house import build_house

    house = build_house(load_settings())
    upgrade(house.db.engine)
    house.db.close()
    out.print("The database is up to date.")


@app.command()
def doctor() -> None:
    """Show every setting, where its value comes from, and what is missing."""
    settings = load_settings()
    table = Table("setting", "value", "origin", "meaning", box=None)
    given = settings.model_fields_set
    for name, field in Settings.model_fields.items():
        value, origin = getattr(settings, name), "set" if name in given else "default"
        table.add_row(PREFIX + (field.title or name.upper()), str(value), origin, field.description or "")
    out.print(table)
    for sentence in _warnings_of(settings):
        out.print(sentence)
    if settings.model.startswith("offline"):
        out.print("No model provider is configured: the offline model answers.")


@audit_app.command()
def verify() -> None:
    """Check every entry of the audit log, and the heads that were kept; exit 1 names the first broken entry."""
    from steward.house import build_house

    house = build_house(load_settings())
    report = asyncio.run(house.audit.verify(house.db, kept=house.heads.kept()))
    house.db.close()
    if report.is_whole:
        out.print(f"All {report.good} entries are whole. Head: {report.head}")
        return
    what = f"Entry {report.broken_key} ({report.broken_id}) is not what was written"
    if report.broken_id is None:
        what = f"Entry {report.broken_key}, whose code was kept, is gone"
    out.print(f"{what}; the {report.good} entries before it are whole.")
    raise typer.Exit(1)


@audit_app.command()
def head() -> None:
    """Print the newest entry's number and code as one line of JSON; kept elsewhere, it shows what is cut off later."""
    from steward.house import build_house

    house = build_house(load_settings())
    print(asyncio.run(house.heads.newest()).line())  # noqa: T201 - the command's output
    house.db.close()


@keys_app.command()
def rotate() -> None:
    """Put a new key in front and seal everything anew under it, while the server runs; broken off, it is finished."""
    from steward.house import build_house

    house = build_house(load_settings())
    done = asyncio.run(house.vault.rotate(out.print))
    house.db.close()
    out.print(f"{done.sealed_anew} values were sealed anew; everything is under the key {done.name}.")
    if not done.is_new:
        out.print("No key was made: this finished an earlier rotation, or the keys are in STEWARD_SECRET_KEY.")
    if done.unreadable:
        out.print(f"{done.unreadable} values cannot be opened with any key; they were left as they are.")
        raise typer.Exit(1)


@keys_app.command("list")
def list_keys() -> None:
    """Show the keys, newest first, and what still needs each of them."""
    from steward.house import build_house

    house = build_house(load_settings())
    table = Table("key", "made", "needed by", box=None)
    for key in asyncio.run(house.vault.keys()):
        made = "" if key.made_at is None else f"{key.made_at:%Y-%m-%d %H:%M} UTC"
        table.add_row(key.name, made, f"everything new, {key.need}" if key.is_current else str(key.need))
    house.db.close()
    out.print(table)


@keys_app.command()
def retire(
    name: Annotated[str, typer.Argument(help="The key, as `steward keys list` names it.")],
    at_once: Annotated[bool, typer.Option(help="End sessions and void backup codes that still need it.")] = False,
) -> None:
    """Take an old key out for good, once nothing needs it."""
    from steward.house import build_house

    house = build_house(load_settings())
    asyncio.run(house.vault.retire(name, at_once=at_once))
    house.db.close()
    out.print(f"The key {name} is retired. Where STEWARD_SECRET_KEY lists it, take it out there.")


@app.command()
def understand(
    now: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])] = None,
    zone: Annotated[str, typer.Option(help="IANA time zone.")] = "UTC",
) -> None:
    """Read sentences from standard input and print what each means as one JSON object a line."""
    from steward.nlu.cli_json import understand_lines

    moment = now or datetime.now(UTC)
    lines = (raw.decode("utf-8", "replace").rstrip("\r\n") for raw in sys.stdin.buffer)
    for line in understand_lines(lines, moment, zone):
        sys.stdout.write(line + "\n")


@app.command()
def version() -> None:
    """Print the version."""
    out.print(steward.__version__)


def _warnings_of(settings: Settings) -> list[str]:
    """Return what is not as safe as it could be, as sentences."""
    if not settings.is_postgres:
        return []
    from sqlalchemy.exc import OperationalError

    from steward.db.database import make_engine
    from steward.db.walls import sees_through

    engine = make_engine(settings)
    try:
        with engine.connect() as connection:
            through = sees_through(connection)
    except OperationalError:
        return ["The database cannot be reached."]
    finally:
        engine.dispose()
    sentence = "The database role is a superuser or has BYPASSRLS: the second wall between tenants does not bind it."
    return [f"{sentence} Give Steward a role of its own that owns its database."] if through else []


def _settings(host: str | None, port: int | None) -> Settings:
    overrides: dict[str, object] = {}
    if host is not None:
        overrides["host"] = host
    if port is not None:
        overrides["port"] = port
    return load_settings(**overrides)  # type: ignore[arg-type]  # the keyword-only rest is overrides


__all__ = ["app", "main"]
