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
    from steward.app import build_app, build_house, prepare
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
    from steward.app import build_house, work_until_signal

    settings = load_settings()
    logs.configure(settings)
    asyncio.run(work_until_signal(build_house(settings)))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from steward.app import build_house
    from steward.db.migrate import migrate as upgrade

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
        value = getattr(settings, name)
        table.add_row(PREFIX + name.upper(), str(value), "set" if name in given else "default", field.description or "")
    out.print(table)
    if settings.model.startswith("offline"):
        out.print("No model provider is configured: the offline model answers.")


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


def _settings(host: str | None, port: int | None) -> Settings:
    overrides: dict[str, object] = {}
    if host is not None:
        overrides["host"] = host
    if port is not None:
        overrides["port"] = port
    return load_settings(**overrides)  # type: ignore[arg-type]  # the keyword-only rest is overrides


__all__ = ["app", "main"]
