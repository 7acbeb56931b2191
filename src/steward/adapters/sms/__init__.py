"""Whoever takes texts: the local outbox."""

from steward.adapters.sms.outbox import TextOutbox
from steward.ports.sms import TextCarrier
from steward.settings import Settings


def make_text_carrier(settings: Settings) -> TextCarrier:
    """Return the outbox in the data folder: no provider is built in yet."""
    return TextOutbox(settings.data_dir / "outbox" / "sms")


__all__ = ["TextOutbox", "make_text_carrier"]
