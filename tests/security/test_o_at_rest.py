"""Groups B and O: nothing that opens an account is readable in a file, database or log (17, 60, 82, 104, 107)."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pyotp
import pytest
from sqlalchemy import text

from steward.db.database import Transaction
from steward.settings import Settings
from tests.core.turns.turn_scripts import Scripted
from tests.fakes.oauth_home import oauth_home
from tests.houses import Home, Process, Templates, home

PASSWORD = "Quiet-Harbour-9172-Ü"
WRONG = "Wrong-Harbour-4431-guess"
NEW = "Later-Harbour-8855-night"


def spellings(secret: str) -> Iterator[bytes]:
    """Yield how a text may lie in a file: as it is, in hex, in base64 at every place, in an address, in UTF-16."""
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield quote(secret).encode()
    yield json.dumps(secret)[1:-1].encode()
    yield secret.encode("utf-16-le")
    for places in range(3):
        # Only what does not depend on the bytes around it.
        whole = base64.b64encode(b"\0" * places + raw)[4 if places else 0 :]
        core = whole.rstrip(b"=")[: -2 or None]
        yield core
        yield core.replace(b"+", b"-").replace(b"/", b"_")


def found_in(folder: Path, secrets: dict[str, str]) -> set[str]:
    """Return which of the secrets are in which files of the folder, apart from the outbox, which is the mail itself."""
    files = [path for path in folder.rglob("*") if path.is_file() and "outbox" not in path.parts]
    assert any(path.name == "steward.db" for path in files)
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    return {
        f"{name} in {path}"
        for name, secret in secrets.items()
        for path, content in contents.items()
        if any(spelling in content for spelling in spellings(secret))
    }


def mailed(folder: Path, purpose: str, since: int = 0) -> str:
    """Wait for a mail after the first ``since`` whose text fits, and return what its link carries."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for path in sorted(folder.glob("outbox/mail/*.json"))[since:]:
            body = path.read_text()
            link = re.search(r"token=([\w-]{20,})", body)
            if link and purpose in body:
                return link[1]
        time.sleep(0.05)
    raise AssertionError(f"no mail about {purpose}")


def test_a_planted_text_is_found_in_every_spelling(tmp_path: Path) -> None:
    (tmp_path / "steward.db").write_bytes(b"")
    for number, spelling in enumerate(spellings(PASSWORD)):
        (tmp_path / f"{number}.bin").write_bytes(b"before" + spelling + b"behind")
    shifted = base64.b64encode(b'{"x":"' + PASSWORD.encode() + b'"}')
    (tmp_path / "shifted.bin").write_bytes(shifted)
    found = found_in(tmp_path, {"it": PASSWORD})
    assert len(found) == number + 2


def test_item_17_no_password_token_code_or_key_is_in_any_file_or_log_line(tmp_path: Path) -> None:
    process = Process(tmp_path, STEWARD_LOG_LEVEL="DEBUG", STEWARD_PUBLIC_URL="http://localhost:8000")
    process.start()
    try:
        with httpx2.Client(base_url=process.url, timeout=30) as client:
            secrets = dict(lived(client, tmp_path))
    finally:
        process.kill()  # the write-ahead log stays as it was
    assert len(secrets) == 25
    assert all(len(secret) >= 6 for secret in secrets.values())
    long = {name: secret for name, secret in secrets.items() if len(secret) > 7}
    assert found_in(tmp_path, long) == set()


def lived(client: httpx2.Client, folder: Path) -> Iterable[tuple[str, str]]:
    """Live through everything that has a secret in it, and yield each secret by its name."""
    ada = {"email": "ada@example.com", "password": PASSWORD, "full_name": "Ada Byron"}
    assert client.post("/api/v1/auth/register", json=ada).status_code == 201
    yield from {"password": PASSWORD, "wrong": WRONG, "new": NEW}.items()
    yield "verify", mailed(folder, "verif")
    for door in ("/api/v1/auth/login", "/v1/auth/login"):
        assert client.post(door, json={**ada, "password": WRONG}).status_code == 401
        reply = client.post(door, json=ada).json()
        grant = reply.get("data", reply)
        yield f"access {door}", grant["access_token"]
        yield f"refresh {door}", grant["refresh_token"]
    web = client.post("/ui/login", json=ada, headers={"X-Steward-Request": "web"})
    assert web.status_code == 200, web.text
    yield "cookie", web.cookies["steward_session"]
    client.cookies.clear()
    client.headers["Authorization"] = f"Bearer {grant['access_token']}"
    renewed = client.post("/api/v1/auth/refresh", json={"refresh_token": grant["refresh_token"]}).json()
    yield "renewed", renewed.get("refresh_token") or renewed["data"]["refresh_token"]
    for bad in ("Bearer " + WRONG, f"Token {WRONG}"):
        client.get(f"/api/v1/tasks?access_token={WRONG}", headers={"Authorization": bad, "X-API-Key": WRONG})
    setup = client.post("/api/v1/mfa/setup/totp", json={"password": PASSWORD}).json()["data"]
    yield "seed", setup["secret"]
    yield from ((f"backup {place}", code) for place, code in enumerate(setup["backup_codes"]))
    made = client.post("/api/v1/api-keys", json={"name": "script", "password": PASSWORD})
    assert made.status_code == 201, made.text
    yield "key", made.json()["data"]["key"]
    token = client.post("/api/auth/token/", json={"username": "ada@example.com", "password": PASSWORD}).json()
    yield "token", token["token"]
    code = {"token": pyotp.TOTP(setup["secret"]).now()}
    assert client.post("/api/v1/mfa/verify/totp", json=code).status_code == 200
    count = len(list(folder.glob("outbox/mail/*.json")))
    assert client.post("/api/v1/auth/forgot-password", json={"email": ada["email"]}).status_code == 200
    reset = mailed(folder, "reset", count)
    yield "reset", reset
    body = {"token": reset, "new_password": NEW, "password": NEW}
    assert client.post("/api/v1/auth/reset-password", json=body).status_code == 200
    half = client.post("/api/v1/auth/login", json={**ada, "password": NEW}).json()
    yield "pending", half["access_token"]


async def everything(at: Home) -> bytes:
    """Return every value of every table, as text."""

    def work(tx: Transaction) -> bytes:
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
        if tx.connection.dialect.name == "postgresql":
            names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        rows: list[Any] = []
        for (name,) in tx.connection.execute(text(names)).all():
            rows += tx.connection.execute(text(f"SELECT * FROM {name}")).all()
        return "\n".join(
            " ".join(each.hex() if isinstance(each, bytes) else str(each) for each in row) for row in rows
        ).encode()

    return await at.house.db.read(work)


async def test_item_107_letters_that_wait_are_not_readable_in_the_database(at_home: Home) -> None:
    words = {"body": "Open-Sesame-7781-body", "subject": "Subject-5521-line"}
    await at_home.house.db.write(
        lambda tx: at_home.house.letters.mail(
            tx, to="waiting-4417@example.com", purpose="x", subject=words["subject"], body=words["body"]
        )
    )
    lying = await everything(at_home)
    for each in (*words.values(), "waiting-4417@example.com"):
        assert not any(spelling in lying for spelling in spellings(each))


async def test_item_60_oauth_tokens_are_in_no_spelling_in_the_data_folder(tmp_path: Path, templates: Templates) -> None:
    templates.sqlite(tmp_path)
    async with oauth_home(Settings(data_dir=tmp_path, workers=0)) as errands:
        await errands.integration(await errands.home.person(), "acme")
        secrets = {token: token for token in errands.provider.alive}
    assert secrets
    assert found_in(tmp_path, secrets) == set()


async def test_item_104_no_secret_of_a_person_or_the_server_enters_a_prompt(
    house_settings: Settings,
) -> None:
    model = Scripted()
    keys = {"openai_api_key": "sk-the-key-of-the-server-123456", "secret_key": "k" * 40}
    given = Settings(**{**house_settings.model_dump(include=house_settings.model_fields_set), **keys})
    async with home(given, models=model) as made:
        ada = await made.person()
        setup = (await ada.post("/api/v1/mfa/setup/totp")).json()["data"]
        model.script(["hello"])
        await ada.say("hello, what do you know of me?")
        sent = repr(model.requests)
        secrets = [*keys.values(), ada.token, ada.refresh_token, "SecurePassword123!", setup["secret"]]
        assert [secret for secret in (*secrets, *setup["backup_codes"]) if secret in sent] == []
        assert "hello, what do you know of me?" in sent


@pytest.mark.parametrize(
    "path", ["/api/v1/users/me", "/api/v1/tasks", "/v1/users/me", "/v1/notifications", "/api/v1/api-keys"]
)
async def test_item_82_what_is_personal_is_kept_in_no_cache(here: Home, path: str) -> None:
    ada = await here.person()
    reply = await ada.get(path)
    assert reply.status_code == 200
    assert "no-store" in reply.headers["cache-control"]
    grant = await here.client.post("/api/v1/auth/login", json={"email": ada.email, "password": "SecurePassword123!"})
    assert "no-store" in grant.headers["cache-control"]
