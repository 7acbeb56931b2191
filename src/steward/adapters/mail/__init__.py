"""Whoever takes mails: the local outbox, or an SMTP server."""

from steward.adapters.mail.outbox import MailOutbox
from steward.adapters.mail.smtp import SmtpServer
from steward.ports.mail import MailCarrier
from steward.settings import Settings


def make_mail_carrier(settings: Settings) -> MailCarrier:
    """Return the carrier that the settings name: ``smtp_url``, else the outbox in the data folder."""
    url = settings.smtp_url.get_secret_value()
    if url:
        return SmtpServer(url, settings.mail_from)
    return MailOutbox(settings.data_dir / "outbox" / "mail", settings.mail_from)


__all__ = ["MailOutbox", "SmtpServer", "make_mail_carrier"]
