"""The variables of OpenID providers, whose names the operator chooses."""

from __future__ import annotations

from pathlib import Path

import pytest

from steward.kit.openid import OpenIdClient
from steward.settings import Settings, SettingsWrong, load_settings, refuse_unknown

GOOD = {
    "STEWARD_OIDC_MY_ID_ISSUER": "https://id.example.com/realm",
    "STEWARD_OIDC_MY_ID_CLIENT_ID": "steward",
    "STEWARD_OIDC_MY_ID_CLIENT_SECRET": "hush",
    "STEWARD_OIDC_MY_ID_SCOPES": "offline_access",
    "STEWARD_OIDC_ACME_ISSUER": "http://127.0.0.1:9400",
    "STEWARD_OIDC_ACME_CLIENT_ID": "steward",
}


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_providers_are_read_from_the_environment_and_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    (tmp_path / ".env").write_text("STEWARD_OIDC_ACME_CLIENT_SECRET=from the file\nSTEWARD_OIDC_ACME_SCOPES=\n")
    settings = load_settings()
    assert settings.oidc == (
        OpenIdClient("acme", "http://127.0.0.1:9400", "steward", "from the file"),
        OpenIdClient("my_id", "https://id.example.com/realm", "steward", "hush", "offline_access"),
    )
    assert "hush" not in str(settings)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("STEWARD_OIDC_X_ISSUER", "https://id.example.com", "STEWARD_OIDC_X_CLIENT_ID is missing"),
        ("STEWARD_OIDC_X_CLIENT_ID", "c", "STEWARD_OIDC_X_ISSUER is missing"),
        ("STEWARD_OIDC_ACME_ISSUER", "id.example.com", "STEWARD_OIDC_ACME_ISSUER is no address"),
        ("STEWARD_OIDC_ACME_ISSUER", "https://id.example.com/?a=1", "STEWARD_OIDC_ACME_ISSUER is no address"),
        ("STEWARD_OIDC_GOOGLE_ISSUER", "https://id.example.com", "use GOOGLE_CLIENT_ID"),
    ],
)
def test_a_provider_that_is_not_whole_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    for each, good in GOOD.items():
        monkeypatch.setenv(each, good)
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsWrong, match=told):
        load_settings()


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("STEWARD_OIDC_ACME_ISUER", "STEWARD_OIDC_ACME_ISSUER"),
        ("STEWARD_OIDC_MY_ID_CLIENTID", "STEWARD_OIDC_MY_ID_CLIENT_ID"),
        ("STEWARD_OIDC_ACME_CLIENTSECRET", "STEWARD_OIDC_ACME_CLIENT_SECRET"),
        ("STEWARD_GOOGLE_CLIENT", "STEWARD_GOOGLE_CLIENT_ID"),
    ],
)
def test_a_mistyped_name_stops_the_start_with_the_nearest(name: str, near: str) -> None:
    with pytest.raises(SettingsWrong, match=f"the nearest is {near}[.]"):
        refuse_unknown([*GOOD, name])


def test_the_field_itself_is_no_variable() -> None:
    with pytest.raises(SettingsWrong):
        refuse_unknown(["STEWARD_OIDC"])
    assert Settings().oidc == ()
