"""Promising a letter inside a verb's transaction, and sending it from a job.

The content is sealed while it waits and gone once it is sent: a link with a one-time token is not for the database.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import orjson
from sqlalchemy import Row, func, select, update

from steward.db.database import Database, Transaction
from steward.db.jobs import SEND_LETTER
from steward.db.sealing import seal_context
from steward.db.tables import Letter
from steward.kit.errors import Refused
from steward.kit.ids import new_id
from steward.kit.secrets import sha256_hex
from steward.ports.mail import Mail, MailCarrier
from steward.ports.sms import Text, TextCarrier

Channel = Literal["mail", "sms"]

_MOST_AN_HOUR = {"mail": 3, "sms": 5}
"""To one recipient for one purpose. Source: OWASP ASVS 5.0, 6.6; the resend limits of common identity servers."""


class Letters:
    """Writes letters down and has them carried."""

    def __init__(self, db: Database, mails: MailCarrier, texts: TextCarrier) -> None:
        self._db = db
        self._mails = mails
        self._texts = texts

    def mail(
        self,
        tx: Transaction,
        *,
        to: str,
        purpose: str,
        subject: str,
        body: str,
        tenant_key: int | None = None,
        user_key: int | None = None,
        is_limited: bool = True,
    ) -> bool:
        """Promise a mail; False when the address has had enough of that purpose in this hour.

        A notice that something happened to the account is not limited: ``is_limited`` False.
        """
        content = {"to": to, "subject": subject, "body": body}
        return self._add(tx, "mail", purpose, content, tenant_key, user_key, is_limited)

    def text(
        self, tx: Transaction, *, to: str, purpose: str, body: str, tenant_key: int | None, user_key: int | None
    ) -> bool:
        """Promise a text to an E.164 number; False when the number has had enough of that purpose in this hour."""
        return self._add(tx, "sms", purpose, {"to": to, "body": body}, tenant_key, user_key, True)

    async def send(self, letter_key: int) -> None:
        """Carry a promised letter; one that is sent or refused already is left alone. The job ``send_letter``."""
        found = await self._db.read(lambda tx: _waiting(tx, letter_key))
        if found is None:
            return
        row, content = found
        try:
            if row.channel == "mail":
                mail = Mail(row.id, content["to"], content["subject"], content["body"], row.created_at)
                await self._mails.send(mail)
            else:
                await self._texts.send(Text(row.id, content["to"], content["body"], row.created_at))
        except Refused as refusal:
            reason = refusal.message
            await self._db.write(lambda tx: _settle(tx, letter_key, "refused", reason))
            return
        await self._db.write(lambda tx: _settle(tx, letter_key, "sent", ""))

    def _add(
        self,
        tx: Transaction,
        channel: Channel,
        purpose: str,
        content: dict[str, str],
        tenant_key: int | None,
        user_key: int | None,
        is_limited: bool,
    ) -> bool:
        recipient = sha256_hex(content["to"])
        if is_limited and _sent_lately(tx, channel, purpose, recipient) >= _MOST_AN_HOUR[channel]:
            return False
        letter_id = new_id()
        letter = tx.add(
            Letter(
                id=letter_id,
                tenant_key=tenant_key,
                user_key=user_key,
                channel=channel,
                purpose=purpose,
                recipient_hash=recipient,
                sealed=tx.sealer.seal(orjson.dumps(content), seal_context(Letter.sealed, tenant_key, letter_id)),
                created_at=tx.now,
            )
        )
        tx.session.flush()
        tx.enqueue(SEND_LETTER, letter_key=letter.key)
        return True


def _sent_lately(tx: Transaction, channel: Channel, purpose: str, recipient: str) -> int:
    lately = (Letter.recipient_hash == recipient) & (Letter.created_at > tx.now - timedelta(hours=1))
    of_kind = (Letter.channel == channel) & (Letter.purpose == purpose)
    with tx.whole_server():
        return tx.session.execute(select(func.count()).where(lately, of_kind)).scalar_one()


def _waiting(tx: Transaction, letter_key: int) -> tuple[Row[*tuple[Any, ...]], dict[str, str]] | None:
    columns = (Letter.id, Letter.tenant_key, Letter.channel, Letter.sealed, Letter.created_at)
    row = tx.session.execute(select(*columns).where(Letter.key == letter_key, Letter.status == "waiting")).one_or_none()
    if row is None or row.sealed is None:
        return None
    return row, orjson.loads(tx.sealer.open(row.sealed, seal_context(Letter.sealed, row.tenant_key, row.id)))


def _settle(tx: Transaction, letter_key: int, status: str, error: str) -> None:
    values = {"status": status, "error": error[:400], "sealed": None, "sent_at": tx.now if status == "sent" else None}
    tx.session.execute(update(Letter).where(Letter.key == letter_key).values(**values))
