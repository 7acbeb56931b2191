"""What the documents say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.make_docs import pages
from steward.settings import Settings, SettingsWrong, load_settings, refuse_unknown

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def test_made_pages_are_up_to_date() -> None:
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale: run `make docs`"


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_decision_records_are_short() -> None:
    counts = {path.name: len(path.read_text(encoding="utf-8").split()) for path in ROOT.glob("docs/adr/*.md")}
    assert {name: count for name, count in counts.items() if count > 400} == {}


def test_a_mistyped_setting_stops_the_start_and_names_the_nearest() -> None:
    with pytest.raises(SettingsWrong, match="STEWARD_MODLE is no setting of Steward; the nearest is STEWARD_MODEL"):
        refuse_unknown(["PATH", "STEWARD_MODLE"])


def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STEWARD_PORT", "many")
    with pytest.raises(SettingsWrong, match="STEWARD_PORT"):
        load_settings()


def test_settings_are_read_from_a_file_beside_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("STEWARD_PORT=8111\n")
    assert load_settings().port == 8111
    (tmp_path / ".env").write_text("STEWARD_PROT=8111\n")
    with pytest.raises(SettingsWrong, match="STEWARD_PORT"):
        load_settings()
