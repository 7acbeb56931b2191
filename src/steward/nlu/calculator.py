"""An offline calculator: its own evaluator on numbers only, words allowed, never ``eval``.

Text of at most 200 characters, nesting of at most 50, whole numbers of at most 10,000 bits.
"""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import math
from decimal import Decimal, DecimalException, localcontext

from steward.nlu.number_words import with_digits
from steward.nlu.patterns import Pattern

MAX_CHARACTERS = 200
MAX_DEPTH = 50
MAX_BITS = 10_000
Number = int | Decimal

_WORDS: tuple[tuple[str, str], ...] = (
    (r"(?<=\d),(?=\d{3}\b)", ""),
    (
        r"\b(?:what is|what's|whats|what are|how much is|how much are|calculate|compute|work out|figure out|solve|evaluate|equals|the result of|the answer to|tell me)\b",
        " ",
    ),
    (r"\bto the power(?: of)?\b|\braised to(?: the)?(?: power of)?\b|\^", "**"),
    (r"\bsquared\b", "**2"),
    (r"\bcubed\b", "**3"),
    (r"\b(?:the )?cube root(?: of)?\b", " cbrt "),
    (r"\b(?:the )?square root(?: of)?\b|√|\bsqrt(?: of)?\b|\broot of\b", " sqrt "),
    (r"\b(?:percent|per cent|pct) off(?: of)?\b|% off(?: of)?\b", " percentoff "),
    (r"\b(?:percent|per cent|pct|percentage)\b(?: of)?|% ?(?:of\b)?(?= ?[\d(])(?<!\d%)|%", " percent "),
    (r"\b(?:divided|split) (?:by|into|between|among)\b|\bover\b", "/"),
    (r"\bmultiplied by\b|\btimes\b|\bmultiply by\b|(?<=[\d)]) ?[x·] ?(?=[\d(])", "*"),
    (r"\bplus\b|\badded to\b", "+"),
    (r"\bminus\b|\btake away\b|\bless\b|\bsubtract\b", "-"),
    (r"\b(?:modulo|mod)\b", " mod "),
    (r"\b(?:a |one )?half of\b", "0.5*"),
    (r"\b(?:a |one )?(?:third) of\b", "1/3*"),
    (r"\b(?:a |one )?(?:quarter|fourth) of\b", "0.25*"),
    (r"\b(?:two thirds|2 thirds) of\b", "2/3*"),
    (r"\b(?:three quarters|3 quarters) of\b", "0.75*"),
    (r"\b(?:double|twice)\b", "2*"),
    (r"\btriple\b", "3*"),
    (r"\bpi\b|π", str(math.pi)),
    (r"\bfactorial\b(?: of)?", "!"),
    (
        r"(?<=percent) +of\b|\b(?:the|dollars?|euros?|bucks|pounds|people|ways|equal to|equals?|make)\b|[=?$€£]| and (?=\D)",
        " ",
    ),
)
_SUBSTITUTIONS = tuple((Pattern(pattern), new) for pattern, new in _WORDS)
_ASKED = Pattern(
    r"^\s*(?:(?:what is|what's|whats|what are|how much is|how much are|calculate|compute|work out|figure out|solve|evaluate|tell me|what do (?:you|i|we) get (?:if|when) (?:you|i|we))\b[: ]*)+"
)
_VERB_FORMS = (
    (Pattern(r"^\s*add (.+?) (?:and|to) (.+)$"), r"\1 + \2"),
    (Pattern(r"^\s*subtract (.+?) from (.+)$"), r"(\2) - (\1)"),
    (Pattern(r"^\s*multiply (.+?) (?:by|and|with|times) (.+)$"), r"(\1) * (\2)"),
    (Pattern(r"^\s*divide (.+?) by (.+)$"), r"(\1) / (\2)"),
    (Pattern(r"^\s*(?:the )?sum of (.+?) and (.+)$"), r"(\1) + (\2)"),
    (Pattern(r"^\s*(?:the )?product of (.+?) and (.+)$"), r"(\1) * (\2)"),
    (Pattern(r"^\s*(?:the )?difference between (.+?) and (.+)$"), r"(\1) - (\2)"),
    (Pattern(r"^\s*(?:a |an )?(.+?) ?(?:percent|%|per cent) tip (?:on|for) (?:a )?(.+)$"), r"\1 percent \2"),
)
_TOKEN = Pattern(r"\s*(?:(\d+(?:\.\d+)?|\.\d+)|(\*\*|[-+*/()!]|percentoff|percent|sqrt|cbrt|mod))")


class _Parser:
    """A recursive-descent reader of one expression; every step checks depth and size."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.place += 1
        return token

    def sum(self) -> Number:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError("That calculation is nested too deeply.")
        value = self.product()
        while self.peek() in ("+", "-"):
            sign = self.take()
            right = self.product()
            if self.tokens[self.place - 1] == "percent":
                right = value * right
            value = _checked(value + right if sign == "+" else value - right)
        self.depth -= 1
        return value

    def product(self) -> Number:
        value = self.signed()
        while self.peek() in ("*", "/", "mod", "percentoff"):
            operator = self.take()
            right = self.signed()
            value = _applied(operator, value, right)
        return value

    def signed(self) -> Number:
        sign = 1
        while self.peek() in ("+", "-"):
            sign = -sign if self.take() == "-" else sign
        return sign * self.power()

    def power(self) -> Number:
        base = self.atom()
        if self.peek() != "**":
            return base
        self.take()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError("That calculation is nested too deeply.")
        exponent = self.signed()
        self.depth -= 1
        return _power(base, exponent)

    def atom(self) -> Number:
        token = self.take()
        if token in ("sqrt", "cbrt"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise ValueError("That calculation is nested too deeply.")
            value = _root(self.atom(), token)
            self.depth -= 1
            return value
        if token == "(":  # noqa: S105 - a bracket, not a password
            value = self.sum()
            if self.take() != ")":
                raise ValueError("A bracket is not closed in that calculation.")
        elif token[:1].isdigit() or token[:1] == ".":
            value = Decimal(token) if "." in token else int(token)
        else:
            raise ValueError("That is not a calculation I can read.")
        return self.suffixed(value)

    def suffixed(self, value: Number) -> Number:
        while self.peek() in ("!", "percent"):
            if self.take() == "!":
                if not isinstance(value, int) or not 0 <= value <= 1000:
                    raise ValueError("A factorial needs a whole number up to 1000.")
                value = _checked(math.factorial(value))
                continue
            value = _divided(value, 100)
            following = self.peek()
            if following == "(" or following[:1].isdigit() or following in ("sqrt", "cbrt"):
                value = _checked(value * self.power())
        return value


def _checked(value: Number) -> Number:
    if isinstance(value, int):
        if value.bit_length() > MAX_BITS:
            raise ValueError("That number is too large for me.")
    elif not value.is_finite() or (value and abs(value.adjusted()) > MAX_BITS * 0.30103):
        raise ValueError("That number is too large for me.")
    return value


def _divided(left: Number, right: Number) -> Number:
    if right == 0:
        raise ValueError("Nothing can be divided by zero.")
    if isinstance(left, int) and isinstance(right, int) and left % right == 0:
        return left // right
    return Decimal(left) / Decimal(right)


def _applied(operator: str, left: Number, right: Number) -> Number:
    if operator == "*":
        return _checked(left * right)
    if operator == "percentoff":
        return _checked(_divided(right * (100 - left), 100))
    if operator == "mod":
        if right == 0:
            raise ValueError("Nothing can be divided by zero.")
        return left % right
    return _checked(_divided(left, right))


def _power(base: Number, exponent: Number) -> Number:
    if abs(Decimal(exponent)) > MAX_BITS:
        raise ValueError("That number is too large for me.")
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        if max(base.bit_length() - 1, 0) * exponent > MAX_BITS:
            raise ValueError("That number is too large for me.")
        whole: int = base**exponent
        return _checked(whole)
    if base == 0 and exponent < 0:
        raise ValueError("Nothing can be divided by zero.")
    root, height = Decimal(base), Decimal(exponent)
    if root < 0 and height != int(height):
        raise ValueError("That root is not a real number.")
    return _checked(root**height)


def _root(value: Number, kind: str) -> Number:
    if value < 0 and kind == "sqrt":
        raise ValueError("A negative number has no real square root.")
    if isinstance(value, int) and kind == "sqrt" and math.isqrt(value) ** 2 == value:
        return math.isqrt(value)
    if kind == "sqrt":
        return Decimal(value).sqrt()
    sign = -1 if value < 0 else 1
    size = abs(Decimal(value))
    root: Decimal = size ** (Decimal(1) / 3)
    nearest: int = round(root)
    return sign * (nearest if Decimal(nearest) ** 3 == size else root)


def _tokens(text: str) -> list[str]:
    words = _ASKED.sub("", with_digits(text.lower()))
    for pattern, new in _VERB_FORMS:
        words = pattern.sub(new, words)
    for substitution, new in _SUBSTITUTIONS:
        words = substitution.sub(new, words)
    tokens, place = [], 0
    words = words.strip()
    while place < len(words):
        found = _TOKEN.match(words, place)
        if not found:
            raise ValueError("That is not a calculation I can read.")
        tokens.append(found[1] or found[2])
        place = found.end()
    return tokens


def calculate(expression_text: str) -> Decimal | int | float:
    """Return the value of an expression such as "3.5 * (4 - 1.5)" or "15 percent of 84".

    Whole results are ``int``, others ``Decimal`` with up to 28 digits.

    Raises:
        ValueError: it is no calculation, too long, too deep or too large; the message is one usable sentence.
    """
    if len(expression_text) > MAX_CHARACTERS:
        raise ValueError(f"A calculation may have at most {MAX_CHARACTERS} characters.")
    tokens = _tokens(expression_text)
    if not tokens:
        raise ValueError("There is no calculation in that.")
    parser = _Parser(tokens)
    try:
        with localcontext(prec=28):
            value = parser.sum()
            if parser.place < len(tokens):
                raise ValueError("That is not a calculation I can read.")
            return _neat(value)
    except DecimalException as error:
        raise ValueError("That number is too large for me.") from error


def _neat(value: Number) -> Number:
    if isinstance(value, Decimal):
        rounded = value.quantize(Decimal(1)) if value.adjusted() < 27 else value
        if value == rounded:
            return int(value)
        return value.normalize()
    return value
