"""How API keys are spelled: ``stw_``, 30 random base62 characters, 6 of their CRC32.

The checksum tells a mistyped or cut-off key, and a random string, from a key without asking anybody. Source: security
item 49; the form is that of GitHub's tokens.
"""

from __future__ import annotations

import re
import string
import zlib
from secrets import choice, token_hex

PREFIX = "stw_"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM, _CHECK = 30, 6
_KEY = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_RANDOM + _CHECK}}}", re.ASCII)
_TOKEN = re.compile(r"[0-9a-f]{40}", re.ASCII)


def new_api_key() -> str:
    """Return a key of 178 random bits."""
    random = "".join(choice(_DIGITS) for _ in range(_RANDOM))
    return f"{PREFIX}{random}{_checksum(random)}"


def new_token() -> str:
    """Return a token of 160 random bits as 40 hexadecimal digits. Source: sms document, "Obtain API Token"."""
    return token_hex(20)


def is_api_key(text: str) -> bool:
    """Return whether it has the form of a key and its checksum fits; it may still be nobody's."""
    if _KEY.fullmatch(text) is None:
        return False
    random = text[len(PREFIX) : -_CHECK]
    return text[-_CHECK:] == _checksum(random)


def is_key_or_token(text: str) -> bool:
    """Return whether it is meant as a key or token rather than as a signed access token."""
    return text.startswith(PREFIX) or _TOKEN.fullmatch(text) is not None


def is_token(text: str) -> bool:
    """Return whether it has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def _checksum(random: str) -> str:
    rest, digits = zlib.crc32(random.encode("ascii")), ""
    for _ in range(_CHECK):
        rest, digit = divmod(rest, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
