"""Phone numbers by shape only: the documents' own examples are no valid numbers."""

from __future__ import annotations

import re

from steward.kit.errors import Invalid

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def e164(text: str) -> str:
    """Return the number in E.164 form; a raw plus that a form decoded to a space is restored.

    Source: decisions AP04, AS06.

    Raises:
        Invalid: it does not look like ``+`` and 7 to 15 digits.
    """
    trimmed = text.rstrip()
    number = "+" + trimmed.strip() if trimmed[:1] == " " and trimmed.strip()[:1].isdigit() else trimmed.strip()
    number = re.sub(r"[ ().-]", "", number)
    if not _E164.fullmatch(number):
        raise Invalid(
            "A phone number is + and 7 to 15 digits, for example +15550101234.",
            fields={"phone_number": ["Not a phone number in international form"]},
        )
    return number


def masked(number: str) -> str:
    """Return the number with all but the last four digits hidden, for logs and lists."""
    return "•" * max(0, len(number) - 4) + number[-4:]
