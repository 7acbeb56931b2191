"""Write the pages that are made: settings, licences, security. A test compares them with what is committed."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from scripts.packages import licences_page
from scripts.security_page import security_page
from steward.settings import PREFIX, Settings

DOCS = Path(__file__).parents[1] / "docs"

_HEAD = """# Settings

Made from `src/steward/settings.py` by `make docs`. Every setting is an environment variable, or a line in a file `.env`
beside where Steward is started; every default works with nothing configured. An unknown `STEWARD_` variable stops the
start and names the nearest known one. `steward doctor` shows what holds and where it comes from.

| variable | default | meaning |
|---|---|---|
"""


def settings_page() -> str:
    """Return the page of all settings."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.default
        if default is PydanticUndefined:
            default = ""
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        if default == ():
            default = ""
        shown = f"`{default}`" if str(default) else "empty"
        rows.append(f"| `{PREFIX}{field.title or name.upper()}` | {shown} | {field.description} |\n")
    return _HEAD + "".join(rows)


def pages() -> dict[Path, str]:
    """Return every page that is made, by where it belongs."""
    return {
        DOCS / "settings.md": settings_page(),
        DOCS / "reference" / "licences.md": licences_page(),
        DOCS / "security.md": security_page(),
    }


def main() -> None:
    """Write the pages."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
