"""What the letters about an account say: subject and body.

Nothing in them was written by a person. Whoever registers with somebody else's address could otherwise have this server
carry any text, in a name, to that address.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

_IGNORE = "If this was not you, ignore this mail: nothing happens without the link."
_NOT_YOU = "If this was not you, ask for a new password at once: {forgot}"


class Wording(NamedTuple):
    """One letter."""

    subject: str
    body: str


def verify_email(public_url: str, token: str) -> Wording:
    """Ask somebody who registered to confirm their address."""
    link = _link(public_url, "verify-email", token)
    return Wording("Confirm your address", _lines("Confirm your address within 24 hours:", link, _IGNORE))


def confirm_new_address(public_url: str, token: str) -> Wording:
    """Ask somebody to confirm that a new address is theirs."""
    link = _link(public_url, "verify-email", token)
    return Wording(
        "Confirm your new address",
        _lines("Confirm within 24 hours that your account may use this address:", link, _IGNORE),
    )


def reset_password(public_url: str, token: str) -> Wording:
    """Send the link that sets a new password."""
    link = _link(public_url, "reset-password", token)
    return Wording("Set a new password", _lines("Set a new password within 30 minutes:", link, _IGNORE))


def invitation(public_url: str, token: str) -> Wording:
    """Send the link that sets the first password."""
    link = _link(public_url, "reset-password", token)
    body = _lines(
        "An administrator made an account for you. Choose your password within 24 hours:",
        link,
        f"Afterwards you can ask for another link: {_forgot(public_url)}",
    )
    return Wording("Your new account", body)


def password_was_changed(public_url: str) -> Wording:
    """Tell somebody that their password is another now."""
    return _notice("Your password was changed", "The password of your account was changed.", public_url)


def address_will_change(public_url: str) -> Wording:
    """Tell the old address that another one was asked for."""
    text = "Somebody who is signed in to your account asked to use another address. It counts once it is confirmed."
    return _notice("Your address is about to change", text, public_url)


def address_was_changed(public_url: str) -> Wording:
    """Tell the old address that it no longer counts."""
    text = "Your account uses another address now. Letters about it no longer come here."
    return _notice("Your address was changed", text, public_url)


def account_was_deleted() -> Wording:
    """Say good-bye."""
    return Wording("Your account was deleted", _lines("Your account and all that was in it were deleted."))


def phone_code(code: str) -> str:
    """Return the text with a code that proves a phone number."""
    return f"{code} is your Steward code. It works for 5 minutes. Nobody from Steward will ask you for it."


def _notice(subject: str, text: str, public_url: str) -> Wording:
    return Wording(subject, _lines(text, _NOT_YOU.format(forgot=_forgot(public_url))))


def _forgot(public_url: str) -> str:
    return f"{public_url.rstrip('/')}/forgot-password"


def _link(public_url: str, page: str, token: str) -> str:
    return f"{public_url.rstrip('/')}/{page}?token={quote(token, safe='')}"


def _lines(*lines: str) -> str:
    return "\n\n".join(lines) + "\n"
