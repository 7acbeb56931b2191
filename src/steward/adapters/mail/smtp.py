"""An SMTP server, by aiosmtplib."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import aiosmtplib

from steward.kit.errors import Invalid, Refused, Unavailable
from steward.ports.mail import Mail

_SECONDS = 15.0
_PORTS = {"smtp": 587, "smtps": 465}
_PERMANENT = 500


class SmtpServer:
    """``smtp://user:password@host:port`` with STARTTLS where the server offers it, ``smtps://`` with TLS at once."""

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise Invalid("The mail server is given as smtp://user:password@host:port or smtps://….")
        self._host, self._port = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._is_tls = parts.scheme == "smtps"
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Hand the mail over.

        Raises:
            Unavailable: the server cannot be reached or asks to come back.
            Refused: it refused the address or the mail for good.
        """
        try:
            await aiosmtplib.send(
                self._message(mail),
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._is_tls,
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(max(each.code for each in error.recipients)) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error.code) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable("The mail server cannot be reached.", retry_after_seconds=30) from error

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        try:
            message["From"], message["To"], message["Subject"] = self._sender, mail.to, mail.subject
        except ValueError as error:  # a line break in a header
            raise Refused("That mail cannot be addressed.") from error
        if len(message["To"].addresses) != 1:
            raise Refused("A mail goes to one address.")
        message["Date"] = format_datetime(mail.created_at)
        message["Message-ID"] = f"<{mail.id}@{self._sender.rpartition('@')[2] or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)
        return message


def _refusal(code: int) -> Refused | Unavailable:
    if code >= _PERMANENT:
        return Refused(f"The mail server refused the mail ({code}).")
    return Unavailable("The mail server asked to come back later.", retry_after_seconds=60)
