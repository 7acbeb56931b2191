"""Mail through a real SMTP server on the loopback: taken, refused for good, away, and no foreign headers (item 38)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from steward.adapters.mail import SmtpServer, make_mail_carrier
from steward.db.tables import Letter
from steward.kit.errors import Invalid, Refused, Unavailable
from steward.kit.ids import new_id
from steward.ports.mail import Mail
from steward.settings import Settings
from tests.houses import Templates, home

SENDER = "steward@harbour.example"


@dataclass
class Postbox:
    """A server that takes mails, or answers with ``refusal`` at the named step."""

    refusal: str = ""
    at: str = ""
    taken: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.at == "RCPT":
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        if self.at == "DATA":
            return self.refusal
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append((envelope.mail_from, list(envelope.rcpt_tos), message))
        return "250 taken"


@dataclass
class Office:
    """The server and its address."""

    box: Postbox
    url: str


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def office(free_port: int) -> Iterator[Office]:
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port)
    controller.start()
    yield Office(box, f"smtp://127.0.0.1:{free_port}")
    controller.stop()


def mail(to: str = "ada@example.com", subject: str = "Grüße", body: str = "Guten Tag\n") -> Mail:
    """Return a mail."""
    return Mail(new_id(), to, subject, body, datetime(2024, 1, 15, 15, 30, tzinfo=UTC))


async def test_a_mail_arrives_as_it_was_written(office: Office) -> None:
    sent = mail(body="Confirm:\n\nhttp://localhost:8000/verify-email?token=" + "x" * 43 + "\n")
    await SmtpServer(office.url, SENDER).send(sent)
    [(sender, recipients, message)] = office.box.taken
    assert (sender, recipients) == (SENDER, ["ada@example.com"])
    assert (message["Subject"], message["To"], message["From"]) == ("Grüße", "ada@example.com", SENDER)
    assert message["Message-ID"] == f"<{sent.id}@harbour.example>"
    assert message["Date"].datetime == sent.created_at
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == sent.body


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
async def test_a_refusal_is_for_good_or_for_later_as_the_server_says(office: Office, step: str) -> None:
    office.box.at = step
    for refusal, error in (("550 no such person", Refused), ("451 come back", Unavailable)):
        office.box.refusal = refusal
        with pytest.raises(error):
            await SmtpServer(office.url, SENDER).send(mail())
    assert office.box.taken == []


async def test_a_server_that_is_away_may_be_back_later(free_port: int) -> None:
    with pytest.raises(Unavailable) as caught:
        await SmtpServer(f"smtp://127.0.0.1:{free_port}", SENDER).send(mail())
    assert caught.value.retry_after_seconds


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: mail(to="ada@example.com\r\nBcc: eve@example.com"),
        lambda: mail(to="ada@example.com\nX-Evil: 1"),
        lambda: mail(subject="Hello\r\nBcc: eve@example.com"),
        lambda: mail(to="ada@example.com, eve@example.com"),
    ],
)
async def test_item_38_a_line_break_or_a_second_recipient_is_refused(office: Office, wrong: Callable[[], Mail]) -> None:
    with pytest.raises(Refused):
        await SmtpServer(office.url, SENDER).send(wrong())
    assert office.box.taken == []


@pytest.mark.parametrize("url", ["http://127.0.0.1", "127.0.0.1:25", "smtp://"])
def test_an_address_that_is_no_mail_server_stops_the_start(url: str) -> None:
    with pytest.raises(Invalid):
        SmtpServer(url, SENDER)


async def test_a_registration_is_mailed_through_the_configured_server_and_survives_its_absence(
    office: Office, tmp_path: Path, templates: Templates
) -> None:
    templates.sqlite(tmp_path)
    settings = Settings(data_dir=tmp_path, workers=0, smtp_url=office.url, mail_from=SENDER)
    assert isinstance(make_mail_carrier(settings), SmtpServer)
    async with home(settings) as at:
        await at.person("ada@example.com")
        key = await at.house.db.read(lambda tx: tx.session.scalars(select(Letter.key)).one())
        office.box.at, office.box.refusal = "RCPT", "451 come back"
        with pytest.raises(Unavailable):
            await at.house.letters.send(key)
        office.box.at = ""
        await at.house.letters.send(key)
        await at.house.letters.send(key)  # the job runs at least once
        letter = await at.house.db.read(lambda tx: tx.session.scalars(select(Letter)).one())
    [(_, recipients, message)] = office.box.taken
    assert recipients == ["ada@example.com"]
    assert "/verify-email?token=" in message.get_content()
    assert (letter.status, letter.sealed) == ("sent", None)


async def test_a_mail_that_is_refused_for_good_is_not_tried_again(
    office: Office, tmp_path: Path, templates: Templates
) -> None:
    templates.sqlite(tmp_path)
    office.box.at, office.box.refusal = "RCPT", "550 no such person"
    async with home(Settings(data_dir=tmp_path, workers=0, smtp_url=office.url, mail_from=SENDER)) as at:
        await at.person("ada@example.com")
        key = await at.house.db.read(lambda tx: tx.session.scalars(select(Letter.key)).one())
        await at.house.letters.send(key)
        office.box.at = ""
        await at.house.letters.send(key)
        letter = await at.house.db.read(lambda tx: tx.session.scalars(select(Letter)).one())
    assert office.box.taken == []
    assert (letter.status, letter.sealed) == ("refused", None)
