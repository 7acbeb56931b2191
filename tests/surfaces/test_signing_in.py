"""Signing in with a second factor: what each door says, and what a policy asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from steward.core.sessions.lists import device_of
from steward.settings import Settings
from steward.surfaces.api_v1.sessions import masked_ip
from tests.fakes.authenticator import Authenticator
from tests.houses import PASSWORD, Home, Person, Templates, home
from tests.security.factors import MFA, with_app

WEB = {"X-Steward-Request": "web"}


async def test_the_web_app_gets_its_cookie_after_the_second_factor(here: Home) -> None:
    ada = await here.person()
    app = await with_app(here, ada)
    half = await here.client.post("/ui/login", json={"email": ada.email, "password": PASSWORD})
    assert (half.json()["mfa_required"], half.json()["mfa_methods"]) == (True, ["totp"])
    headers = {"Authorization": f"Bearer {half.json()['access_token']}"}
    wrong = await here.client.post("/ui/login/factor", json={"code": "000000"}, headers=headers)
    assert wrong.status_code == 400
    whole = await here.client.post("/ui/login/factor", json={"code": app.next_code()}, headers=headers)
    assert whole.json()["user"]["email"] == ada.email
    cookie = {"Cookie": whole.headers["set-cookie"].split(";")[0], **WEB}
    here.client.cookies.clear()
    assert (await here.client.get("/api/v1/users/me", headers=cookie)).status_code == 200


async def test_the_web_app_signs_in_with_a_passkey(here: Home) -> None:
    ada = await here.person()
    made = Authenticator()
    told = (await ada.post("/api/v1/passkeys/register/begin")).json()["data"]["options"]
    await ada.post("/api/v1/passkeys/register/finish", {"credential": made.create(told)})
    told = (await here.client.post("/api/v1/passkeys/sign-in/begin")).json()["data"]["options"]
    reply = await here.client.post("/ui/login/passkey", json={"credential": made.get(told)})
    assert reply.json()["user"]["email"] == ada.email
    cookie = {"Cookie": reply.headers["set-cookie"].split(";")[0]}
    here.client.cookies.clear()
    assert (await here.client.get("/api/v1/users/me", headers=cookie)).status_code == 200


async def test_the_voice_document_has_the_limited_token_inside_data(here: Home) -> None:
    ada = await here.person()
    app = await with_app(here, ada)
    data = (await here.client.post("/v1/auth/login", json={"email": ada.email, "password": PASSWORD})).json()["data"]
    assert (data["mfa_required"], data["refresh_token"], data["expires_in"]) == (True, None, 300)
    pending = Person(here.client, ada.email, {}, data["access_token"], "")
    verified = await pending.post(f"{MFA}/verify/totp", {"code": app.next_code()})
    pending.token = verified.json()["data"]["access_token"]
    assert (await pending.get("/v1/users/me")).status_code == 200


async def test_a_policy_or_a_wish_says_that_a_factor_must_be_set_up(tmp_path: Path, templates: Templates) -> None:
    async def flag(at: Home, email: str) -> bool:
        reply = await at.client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        return bool(reply.json()["mfa_setup_required"])

    templates.sqlite(tmp_path)
    async with home(Settings(data_dir=tmp_path, workers=0, require_mfa_roles="owner, admin")) as at:
        ada, chief = await at.person(), await at.person(tenant_name="Harbour")
        assert [await flag(at, one.email) for one in (ada, chief)] == [False, True]
        assert (await ada.request("PUT", "/api/v1/users/me/settings", json={"two_factor_required": True})).is_success
        assert await flag(at, ada.email)
        await with_app(at, chief)
        assert (await chief.get(f"{MFA}/status")).json()["data"]["mfa_setup_required"] is False


async def test_removing_the_last_method_takes_the_backup_codes_with_it(at_home: Home) -> None:
    ada = await at_home.person()
    app = await with_app(at_home, ada)
    assert (await ada.request("DELETE", f"{MFA}/methods/sms")).status_code == 400
    assert (await ada.request("DELETE", f"{MFA}/methods/fax")).status_code == 404
    assert (await ada.request("DELETE", f"{MFA}/methods/totp")).status_code == 200
    status = (await ada.get(f"{MFA}/status")).json()["data"]
    assert (status["mfa_enabled"], status["backup_codes_remaining"]) == (False, 0)
    assert (await ada.post(f"{MFA}/verify/backup", {"code": app.backup_codes[0]})).status_code == 400
    assert (await at_home.sign_in(ada.email, PASSWORD)).refresh_token


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("curl/8.5.0", "curl"),
        ("", "Unknown device"),
        ("💥", "Unknown device"),
        ("Mozilla/5.0", "Browser"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/141.0 Mobile Safari/537.36", "Chrome on Android"),
    ],
)
def test_a_program_is_called_what_a_person_would_call_it(user_agent: str, device: str) -> None:
    assert device_of(user_agent) == device


def test_a_masked_address_keeps_its_network_only() -> None:
    assert masked_ip("198.51.100.77") == "198.51.100.0"
    assert masked_ip("2001:db8:1234:5678::9") == "2001:db8:1234::"
    assert masked_ip("testclient") == "testclient"
