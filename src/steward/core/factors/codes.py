"""Codes as they are made and read: of authenticator apps and from the list of backup codes; pure.

Source: decision AP09 (six digits, 30 seconds, one step of tolerance); RFC 6238; OWASP ASVS 5.0, 6.5.
"""

from __future__ import annotations

import re
from datetime import datetime
from secrets import token_hex

import pyotp
from pyotp.exceptions import OTPVerificationError

ISSUER = "Steward"
BACKUP_CODES = 10
"""How many backup codes a list has."""

_SECRET_CHARACTERS = 32
"""Base32 digits of a secret: 160 bits, the length of the hash that RFC 4226 asks for."""
_TOLERATED_STEPS = 1
_BACKUP_BYTES = 8
_BACKUP_GROUP = 4
_SIX_DIGITS = re.compile(r"[0-9]{6}")
_BACKUP = re.compile(rf"[0-9a-f]{{{2 * _BACKUP_BYTES}}}")
_BETWEEN = re.compile(r"[\s-]+")


def new_secret() -> str:
    """Return a new secret of 160 random bits in Base32."""
    return pyotp.random_base32(_SECRET_CHARACTERS)


def provisioning_uri(secret: str, account: str) -> str:
    """Return the ``otpauth://`` address that an authenticator app reads; ``account`` is what it shows."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def qr_code(text: str) -> str:
    """Return the text as a QR code: a PNG as a data URI."""
    import segno  # loaded late: most people set an authenticator app up once, if ever

    uri: str = segno.make(text, error="m", micro=False).png_data_uri(scale=5)
    return uri


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step whose code this is, at most one away from now; None for a wrong code."""
    try:
        step: int = pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=_TOLERATED_STEPS)
    except OTPVerificationError:
        return None
    return step


def six_digits(text: str) -> str | None:
    """Return the code of six digits without the blanks that people type, None if it is none."""
    code = _BETWEEN.sub("", text)
    return code if _SIX_DIGITS.fullmatch(code) else None


def new_backup_codes() -> list[str]:
    """Return ten new codes of 64 random bits, in groups that can be copied by hand."""
    return [_grouped(token_hex(_BACKUP_BYTES)) for _ in range(BACKUP_CODES)]


def normal_backup_code(text: str) -> str | None:
    """Return the one spelling under which a backup code is compared, None if it is none."""
    code = _BETWEEN.sub("", text).lower()
    return code if _BACKUP.fullmatch(code) else None


def _grouped(digits: str) -> str:
    return "-".join(digits[start : start + _BACKUP_GROUP] for start in range(0, len(digits), _BACKUP_GROUP))
