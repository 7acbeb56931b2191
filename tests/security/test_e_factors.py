"""Group E: second factors (items 39 to 45, 47, 48). Passkeys are in ``test_e_passkeys``."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import select

from steward.core.factors.codes import new_secret
from steward.db.tables import AuditEntry, BackupCode, MfaMethod
from tests.houses import PASSWORD, Home, Person
from tests.letters import carried, mail_to
from tests.security.factors import MFA, code_of, half_way, with_app

NUMBER = "+15550101234"
LOGIN = "/api/v1/auth/login"


async def with_texts(at: Home, person: Person) -> None:
    """Switch codes by text on for the person."""
    assert (await person.post(f"{MFA}/setup/sms", {"phone_number": NUMBER})).status_code == 200
    verified = await person.post(f"{MFA}/verify/sms", {"code": (await mail_to(at, NUMBER)).code})
    assert verified.status_code == 200, verified.text
    at.clock.advance(60)


async def test_item_39_a_seed_has_160_bits_is_sealed_shown_once_and_on_only_after_a_right_code(at_home: Home) -> None:
    ada = await at_home.person()
    made = (await ada.post(f"{MFA}/setup/totp")).json()["data"]
    assert len(made["secret"]) == 32, "Base32: five bits a digit"
    assert len({new_secret() for _ in range(50)}) == 50
    assert made["qr_code"].startswith("data:image/png;base64,iVBOR")
    rows = await at_home.house.db.read(lambda tx: tx.session.scalars(select(MfaMethod)).all())
    assert made["secret"].encode() not in (rows[0].secret or b"")
    assert (await ada.get(f"{MFA}/status")).json()["data"]["totp_enabled"] is False
    assert (await ada.post(f"{MFA}/verify/totp", {"token": "000000"})).status_code == 400
    assert (await ada.get(f"{MFA}/status")).json()["data"]["mfa_enabled"] is False
    assert (await at_home.sign_in(ada.email, PASSWORD)).token, "a method that waits for its code asks nobody for one"
    await with_app(at_home, ada)
    again = await ada.post(f"{MFA}/setup/totp")
    assert (again.status_code, code_of(again)) == (409, "MFA_ALREADY_ENABLED")
    assert made["secret"] not in (await ada.get(f"{MFA}/status")).text


async def test_item_40_a_step_is_accepted_once_and_one_step_either_side_at_most(at_home: Home) -> None:
    ada = await at_home.person()
    app = await with_app(at_home, ada)
    at_home.clock.advance(600)
    assert (await ada.post(f"{MFA}/verify/totp", {"code": app.code(-2)})).status_code == 400
    assert (await ada.post(f"{MFA}/verify/totp", {"code": app.code(2)})).status_code == 400
    assert (await ada.post(f"{MFA}/verify/totp", {"code": app.code(-1)})).status_code == 200
    assert (await ada.post(f"{MFA}/verify/totp", {"code": app.code(1)})).status_code == 200
    again = await ada.post(f"{MFA}/verify/totp", {"code": app.code(1)})
    assert (again.status_code, code_of(again)) == (400, "MFA_CODE_INVALID")
    assert (await ada.post(f"{MFA}/verify/totp", {"code": app.code()})).status_code == 400, "older than the last one"


async def test_item_40_of_parallel_uses_of_one_code_one_succeeds(at_home: Home) -> None:
    ada = await at_home.person()
    app = await with_app(at_home, ada)
    code = app.next_code()
    replies = await asyncio.gather(*(ada.post(f"{MFA}/verify/totp", {"code": code}) for _ in range(5)))
    assert sorted(reply.status_code for reply in replies) == [200, 400, 400, 400, 400]


async def test_item_41_five_wrong_codes_of_whichever_factor_close_the_door_for_five_minutes(at_home: Home) -> None:
    ada = await at_home.person()
    app = await with_app(at_home, ada)
    pending = await half_way(at_home, ada)
    paths = ("totp", "backup", "sms", "totp", "backup")
    tries = await asyncio.gather(
        *(pending.post(f"{MFA}/verify/{path}", {"code": f"00000{n}"}) for n, path in enumerate(paths * 2))
    )
    assert sorted(reply.status_code for reply in tries) == [400] * 5 + [429] * 5, "counted exactly in parallel"
    blocked = await pending.post(f"{MFA}/verify/totp", {"code": app.next_code()})
    assert (blocked.status_code, code_of(blocked)) == (429, "MFA_TOO_MANY_CODES")
    assert 0 < int(blocked.headers["retry-after"]) <= 300
    login = await ada.client.post(LOGIN, json={"email": ada.email, "password": PASSWORD, "mfa_code": app.code()})
    assert login.status_code == 429, "no other way around"
    at_home.clock.advance(301)
    pending = await half_way(at_home, ada)
    assert (await pending.post(f"{MFA}/verify/totp", {"code": app.code()})).status_code == 200


async def test_item_42_between_password_and_factor_a_token_opens_nothing_but_the_proof(at_home: Home) -> None:
    ada = await at_home.person()
    app = await with_app(at_home, ada)
    grant = (await ada.client.post(LOGIN, json={"email": ada.email, "password": PASSWORD})).json()
    assert (grant["mfa_required"], grant["refresh_token"], grant["expires_in"]) == (True, None, 300)
    pending = Person(at_home.client, ada.email, {}, grant["access_token"], "")
    for method, path in (
        ("GET", "/api/v1/users/me"),
        ("GET", "/v1/users/me"),
        ("GET", "/api/v1/sessions"),
        ("POST", f"{MFA}/setup/totp"),
        ("POST", f"{MFA}/disable"),
        ("POST", "/api/v1/auth/step-up"),
        ("POST", "/api/v1/tasks"),
    ):
        reply = await pending.request(method, path, json={"password": PASSWORD})
        told = reply.json().get("error_code") or reply.json()["error"]["code"]
        assert (reply.status_code, told) == (403, "MFA_REQUIRED"), path
    assert (await pending.get(f"{MFA}/status")).status_code == 200
    assert (await pending.post("/api/v1/auth/refresh")).status_code == 401
    full = await pending.post(f"{MFA}/verify/totp", {"token": app.next_code()})
    assert {"access_token", "refresh_token", "token_type", "expires_in", "user"} <= full.json()["data"].keys()
    assert (await pending.get(f"{MFA}/status")).status_code == 401, "it does not grow with its session"


async def test_item_42_the_half_open_session_ends_after_five_minutes(at_home: Home) -> None:
    ada = await at_home.person()
    app = await with_app(at_home, ada)
    pending = await half_way(at_home, ada)
    at_home.clock.advance(300)
    late = await pending.post(f"{MFA}/verify/totp", {"code": app.code()})
    assert (late.status_code, code_of(late)) == (401, "TOKEN_EXPIRED")
    pending = await half_way(at_home, ada)
    assert (await pending.post("/api/v1/auth/logout")).status_code == 200
    assert (await pending.get(f"{MFA}/status")).status_code == 401


async def test_item_42_signing_in_again_does_not_start_the_count_of_wrong_codes_anew(at_home: Home) -> None:
    ada = await at_home.person()
    app = await with_app(at_home, ada)
    for number in range(5):
        pending = await half_way(at_home, ada)
        assert (await pending.post(f"{MFA}/verify/totp", {"code": f"00000{number}"})).status_code == 400
    pending = await half_way(at_home, ada)
    assert (await pending.post(f"{MFA}/verify/totp", {"code": app.next_code()})).status_code == 429


@pytest.mark.parametrize("door", ["/api/v1/auth/login", "/v1/auth/login", "/ui/login"])
async def test_item_42_every_door_asks_for_the_factor_and_takes_it_in_one_step(here: Home, door: str) -> None:
    ada = await here.person()
    app = await with_app(here, ada)
    half = await here.client.post(door, json={"email": ada.email, "password": PASSWORD})
    body = half.json().get("data") or half.json()
    assert (half.status_code, body["mfa_required"]) == (200, True)
    assert "set-cookie" not in half.headers
    whole = await here.client.post(door, json={"email": ada.email, "password": PASSWORD, "mfa_code": app.next_code()})
    body = whole.json().get("data") or whole.json()
    assert (whole.status_code, body.get("mfa_required", False)) == (200, False)
    here.client.cookies.clear()


async def test_item_43_a_texted_code_has_six_digits_and_lives_five_minutes_for_one_session(at_home: Home) -> None:
    ada = await at_home.person()
    await with_texts(at_home, ada)
    pending, other = await half_way(at_home, ada), await half_way(at_home, ada)
    sent = (await pending.post(f"{MFA}/challenge/sms")).json()["data"]
    assert (sent["expires_in"], NUMBER in sent["phone_number"]) == (300, False)
    code = (await mail_to(at_home, NUMBER)).code
    assert (await other.post(f"{MFA}/verify/sms", {"code": code})).status_code == 400, "bound to who asked"
    assert (await pending.post(f"{MFA}/verify/sms", {"code": code})).status_code == 200
    at_home.clock.advance(300)
    pending = await half_way(at_home, ada)
    await pending.post(f"{MFA}/challenge/sms")
    code = (await mail_to(at_home, NUMBER)).code
    at_home.clock.advance(299)
    assert (await pending.post(f"{MFA}/verify/sms", {"code": "000000"})).status_code == 400
    at_home.clock.advance(1)
    other = await half_way(at_home, ada)
    assert (await other.post(f"{MFA}/verify/sms", {"code": code})).status_code == 400


async def test_item_43_one_text_a_minute_and_five_an_hour(at_home: Home) -> None:
    ada = await at_home.person()
    await with_texts(at_home, ada)  # the first of the five
    for number in range(2, 6):
        pending = await half_way(at_home, ada)
        assert (await pending.post(f"{MFA}/challenge/sms")).status_code == 200
        soon = await pending.post(f"{MFA}/challenge/sms")
        assert (soon.status_code, code_of(soon)) == (429, "MFA_CODE_SENT_LATELY")
        assert 0 < int(soon.headers["retry-after"]) <= (60 if number < 5 else 3600)
        at_home.clock.advance(60)
    pending = await half_way(at_home, ada)
    assert (await pending.post(f"{MFA}/challenge/sms")).status_code == 429
    assert len(await carried(at_home)) >= 4
    at_home.clock.advance(3600)
    pending = await half_way(at_home, ada)
    assert (await pending.post(f"{MFA}/challenge/sms")).status_code == 200


async def test_item_43_a_number_that_is_not_proved_is_proved_by_the_code_and_nobody_elses_is_taken(
    at_home: Home,
) -> None:
    ada, bob = await at_home.person(), await at_home.person()
    await with_texts(at_home, ada)
    assert (await bob.post(f"{MFA}/setup/sms", {"phone_number": NUMBER})).status_code == 200
    taken = await bob.post(f"{MFA}/verify/sms", {"code": (await mail_to(at_home, NUMBER)).code})
    assert (taken.status_code, code_of(taken)) == (409, "PHONE_NUMBER_TAKEN")
    assert (await bob.get(f"{MFA}/status")).json()["data"]["mfa_enabled"] is False
    assert (await bob.post(f"{MFA}/challenge/sms")).status_code == 400
    assert (await ada.get("/api/v1/users/me")).json()["phone_number"] == NUMBER


async def test_item_44_backup_codes_are_long_hashed_and_good_once_also_in_parallel(at_home: Home) -> None:
    ada = await at_home.person()
    app = await with_app(at_home, ada)
    assert len(set(app.backup_codes)) == 10
    assert all(re.fullmatch(r"([0-9a-f]{4}-){3}[0-9a-f]{4}", code) for code in app.backup_codes), "64 bits"
    stored = await at_home.house.db.read(lambda tx: tx.session.scalars(select(BackupCode.hash)).all())
    assert all(code not in stored and code.replace("-", "") not in stored for code in app.backup_codes)
    code = app.backup_codes[0]
    tries = await asyncio.gather(*(ada.post(f"{MFA}/verify/backup", {"backup_code": code}) for _ in range(5)))
    assert sorted(reply.status_code for reply in tries) == [200, 400, 400, 400, 400]
    assert next(reply for reply in tries if reply.status_code == 200).json()["data"]["backup_codes_remaining"] == 9
    sloppy = app.backup_codes[1].replace("-", " ").upper()
    assert (await ada.post(f"{MFA}/verify/backup", {"code": sloppy})).status_code == 200


async def test_item_44_new_backup_codes_void_the_old_ones(at_home: Home) -> None:
    ada = await at_home.person()
    app = await with_app(at_home, ada)
    made = await ada.post(f"{MFA}/regenerate-backup-codes", {"code": app.next_code()})
    fresh = made.json()["data"]["backup_codes"]
    assert len(fresh) == 10
    assert not set(fresh) & set(app.backup_codes)
    assert (await ada.post(f"{MFA}/verify/backup", {"code": app.backup_codes[0]})).status_code == 400
    assert (await ada.post(f"{MFA}/verify/backup", {"code": fresh[0]})).status_code == 200


@pytest.mark.parametrize("path", ["disable", "regenerate-backup-codes", "setup/sms"])
async def test_item_45_factors_change_only_with_a_proof_of_the_last_five_minutes(at_home: Home, path: str) -> None:
    ada = await at_home.person()
    app = await with_app(at_home, ada)
    at_home.clock.advance(301)
    body = {"phone_number": NUMBER} if path == "setup/sms" else {}
    bare = await ada.post(f"{MFA}/{path}", body)
    assert (bare.status_code, code_of(bare)) == (403, "STEP_UP_REQUIRED")
    for wrong in ({"password": "not the password"}, {"code": "000000"}, {"password": PASSWORD, "code": "000000"}):
        reply = await ada.post(f"{MFA}/{path}", {**body, **wrong})
        assert (reply.status_code, code_of(reply)) == (401, "STEP_UP_FAILED"), wrong
    assert (await ada.post(f"{MFA}/{path}", {**body, "code": app.code()})).status_code == 200


async def test_item_45_a_step_up_counts_for_five_minutes_in_its_own_session_only(at_home: Home) -> None:
    ada = await at_home.person()
    app = await with_app(at_home, ada)
    at_home.clock.advance(301)
    assert (await ada.post("/api/v1/auth/step-up", {})).status_code == 403
    assert (await ada.post("/api/v1/auth/step-up", {"password": PASSWORD})).status_code == 200
    grant = await ada.client.post(LOGIN, json={"email": ada.email, "password": PASSWORD, "mfa_code": app.code()})
    other = Person(at_home.client, ada.email, {}, grant.json()["access_token"], "")
    at_home.clock.advance(299)
    assert (await ada.post(f"{MFA}/regenerate-backup-codes")).status_code == 200
    at_home.clock.advance(2)
    assert (await ada.post(f"{MFA}/regenerate-backup-codes")).status_code == 403
    assert (await other.post(f"{MFA}/disable")).status_code == 403
    assert (await ada.post(f"{MFA}/disable", {"password": PASSWORD})).status_code == 200
    assert (await ada.get(f"{MFA}/status")).json()["data"]["mfa_enabled"] is False


async def test_item_45_wrong_passwords_of_a_stolen_session_count_like_wrong_codes(at_home: Home) -> None:
    ada = await at_home.person()
    await with_app(at_home, ada)
    at_home.clock.advance(301)
    guesses = [await ada.post(f"{MFA}/disable", {"password": f"guess {number}"}) for number in range(5)]
    assert [reply.status_code for reply in guesses] == [401] * 5
    assert (await ada.post(f"{MFA}/disable", {"password": PASSWORD})).status_code == 429


async def test_item_45_every_sensitive_action_asks_people_with_a_factor(at_home: Home) -> None:
    ada = await at_home.person()
    await with_app(at_home, ada)
    at_home.clock.advance(301)
    for method, path, body in (
        ("DELETE", "/api/v1/users/me", {}),
        ("PUT", "/api/v1/users/me", {"email": "new@example.com"}),
        ("POST", "/api/v1/api-keys", {"name": "cron"}),
        ("POST", "/api/v1/passkeys/register/begin", {}),
        ("DELETE", f"{MFA}/methods/totp", {}),
    ):
        reply = await ada.request(method, path, json=body)
        assert (reply.status_code, code_of(reply)) == (403, "STEP_UP_REQUIRED"), path


async def test_item_47_refreshing_keeps_the_assurance_and_never_raises_it(at_home: Home) -> None:
    ada = await at_home.person()
    app = await with_app(at_home, ada)
    at_home.clock.advance(301)
    fresh = await ada.client.post("/api/v1/auth/refresh", json={"refresh_token": ada.refresh_token})
    ada.token = fresh.json()["access_token"]
    assert (await ada.post(f"{MFA}/disable")).status_code == 403, "a refresh is no proof"
    pending = await half_way(at_home, ada)
    for body in ({}, {"refresh_token": pending.token}):
        refused = await pending.post("/api/v1/auth/refresh", body)
        assert refused.status_code == 401
    cookie = {"Cookie": f"steward_session={pending.token}"}
    assert (await ada.client.get("/api/v1/users/me", headers=cookie)).status_code == 401
    assert (await pending.post(f"{MFA}/verify/totp", {"code": app.code()})).status_code == 200


async def test_item_48_an_admin_reset_is_audited_and_mailed_and_stays_in_the_tenant(at_home: Home) -> None:
    owner, ada, admin = await at_home.owner(), await at_home.person(), await at_home.person(tenant_name="Harbour")
    await with_app(at_home, ada)
    await carried(at_home)
    path = f"/api/v1/users/{ada.user['id']}/mfa/reset"
    assert (await ada.post(path)).status_code == 403
    assert (await admin.post(path)).status_code == 404, "another tenant's person"
    assert (await owner.post(path)).status_code == 200
    assert "An administrator removed" in (await mail_to(at_home, ada.email)).body
    assert (await at_home.sign_in(ada.email, PASSWORD)).refresh_token
    actions = await at_home.house.db.read(lambda tx: tx.session.scalars(select(AuditEntry.action)).all())
    assert "factor.reset" in actions
    own = await owner.post(f"/api/v1/users/{owner.user['user_number']}/mfa/reset")
    assert own.status_code == 403, "nobody goes around their own factor"


async def test_item_48_every_change_of_the_factors_is_mailed(at_home: Home) -> None:
    ada = await at_home.person()
    await carried(at_home)
    app = await with_app(at_home, ada)
    assert "Second factor added" in (await mail_to(at_home, ada.email)).subject
    await ada.post(f"{MFA}/regenerate-backup-codes")
    assert "New backup codes" in (await mail_to(at_home, ada.email)).subject
    await ada.post(f"{MFA}/disable", {"code": app.next_code()})
    assert "Second factor removed" in (await mail_to(at_home, ada.email)).subject
