"""The sentence before it is understood: cleaned of noise, and without the words that are only manners."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re

from steward.nlu.patterns import Pattern

MASK = "¤"
"""Stands for one time expression in a masked sentence."""

MAX_CHARACTERS = 10_000
"""Longer texts are not commands; they are not understood at all."""

MAX_TAGGED_CHARACTERS = 400
"""Longer sentences are only tried against intents whose text is kept verbatim (a note, a message)."""

_PLAIN = str.maketrans(
    {
        "‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'",
        "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‑": "-", "−": "-",
        "…": "...", MASK: " ", "×": "*", "÷": "/", "½": " 1/2", "¼": " 1/4", "¾": " 3/4",
    }
)  # fmt: skip
_NOISE = Pattern(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\ufeff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]+")
_SPACES = Pattern(r"\s+")

_OPENING = Pattern(
    r"""(?:
    (?:(?:hey|hi|hello|ok|okay|yo)[ ,]+)?(?:steward|assistant|computer|jarvis|buddy)\b[ ,.:!-]*
  | (?:hey|hi|hello|yo)(?:\ there)?[ ,!.]+(?=\S+\ \S+\ \S)
  | (?:ok|okay|um+|uh+|erm?|hmm+|well|so|right|oh|alright|actually|listen|also|and|now|just|quick(?:ly)?(?:\ one)?)[ ,:-]+(?=\S+\ \S)
  | (?:please|pls|plz|kindly)[ ,]+
  | (?:can|could|would|will)\ (?:you|u)\ (?:(?:please|pls|possibly|maybe|kindly|just|quickly|help\ me(?:\ to)?|be\ so\ kind\ (?:as\ )?to|be\ able\ to)\ )*(?!be\b|help\b|meet\b|make\ (?:it|that)\b|do\b)
  | (?:can|could|should|shall|may|might)\ (?:we|i)\ (?:(?:please|maybe|just)\ )*(?!be\b|have\b|make\b|meet\b|do\b|help\b|fit\b|squeeze\b|cram\b|manage\b|slot\b|take\b|handle\b|accept\b|work\b|go\b)
  | (?:tell\ me|let\ me\ know|i\ wonder|i'm\ wondering|do\ you\ know|can\ you\ see|i'd\ like\ to\ know|i\ want\ to\ know|could\ you\ check|check)\ (?=(?:what|when|which|who|how|if|whether|where)\b(?!\ (?:\S+\ )?is\ up))
  | (?:would|do)\ you\ mind\ (?:if\ (?:you|we|i)\ )?
  | is\ it\ possible\ to\ |is\ there\ any\ (?:chance|way)\ (?:that\ )?(?:you\ (?:can|could)|we\ (?:can|could)|to)\ |any\ chance\ (?:you|we)\ (?:can|could)\ |any\ chance\ of[ ]
  | (?:i'd|i\ would)\ (?:really\ )?(?:like|love|appreciate\ it\ if)\ (?:you\ |for\ you\ )?(?:to\ |could\ )(?=(?:schedule|book|set|arrange|plan|add|create|move|reschedule|cancel|see|know|hear|send|make|put|be\ reminded|check|delete|remove|start|convert|take|get)\b)
  | i\ (?:want|need|wanna)(?:\ you)?\ (?:to\ )?(?=(?:schedule|book|set|arrange|add|create|move|reschedule|cancel|see|know|send|put|be\ reminded|check|delete|remove|start|convert)\b)
  | (?:let's|lets|let\ us|go\ ahead\ and|you\ should|i'm\ going\ to\ need\ you\ to|be\ a\ dear\ and|do\ me\ a\ favou?r\ and|make\ sure\ to|be\ sure\ to|try\ to|don't\ forget\ to(?=\ remind)|remember\ to(?=\ remind))\ +
  | would\ be\ (?:great|good|nice)\ if\ you\ could[ ]
  )""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSING = Pattern(
    r"(?:[ ,]+(?:please|pls|plz|thanks(?: a lot| so much)?|thank you(?: so much| very much)?|thx|cheers|for me|would you|will you|can you|could you"
    r"|if you can|if possible|if that's (?:ok|okay|possible)|okay|ok|mate|if you don't mind|when you (?:can|get a chance)|steward))$",
    re.IGNORECASE,
)


def tidy(text: str) -> str:
    """Return the text with plain quotes, dashes and single spaces; emoji and control characters become spaces."""
    plain = _NOISE.sub(" ", text.translate(_PLAIN))
    return _SPACES.sub(" ", plain).strip()


def without_manners(sentence: str) -> str:
    """Return the sentence without greetings, "could you please", a trailing "thanks" and the final full stop."""
    core = sentence.strip(' \t.,!?;"') if len(sentence) > 1 else sentence
    for _ in range(5):
        opening = _OPENING.match(core)
        if not opening or not opening.end() or opening.end() >= len(core):
            break
        core = core[opening.end() :].lstrip(" ,")
    for _ in range(3):
        shorter = _CLOSING.sub("", core).rstrip(" .,!?;")
        if shorter == core or not shorter:
            break
        core = shorter
    return core or sentence
