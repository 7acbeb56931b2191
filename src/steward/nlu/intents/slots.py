"""Slots of meeting-like sentences: people, title, place, taken from the masked text."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from typing import Any

from steward.nlu.intents.words import CALENDAR, EVENT, GENERIC_EVENT
from steward.nlu.patterns import Pattern
from steward.nlu.sentence import Sentence, bare, cleaned

_STOP = r"(?=$|¤|[;:?!]|,(?! ?(?:[A-Z]|and\b))| (?:in|at|about|regarding|re|to|for|on|over|called|named|titled|from|into|via|until|instead|please|because|so that|so we|if|by|then|that|around|is|are|was|the same|sometime|after|before|later|earlier|out|up|off|down|back|forward|forwards|scheduled|booked|when|again|still|needs?|has|can|tomorrow)\b|(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bSt)(?<!\bProf)\.(?=\s|$)| - | \()"
_WITH = Pattern(rf"(?:\bwith|\bw/|\balongside)\s+(?P<who>.+?){_STOP}", re.IGNORECASE)
_WHOSE = Pattern(r"\bon (?P<who>[A-Z][\w-]*(?: [A-Z][\w-]*)?)(?:'s|s') (?:calendar|diary|schedule)", re.IGNORECASE)
_TO_MEET = Pattern(
    r"\b(?:meet|see|visit|interview|ring|phone|catch|grab|invite|host|meeting|seeing|interviewing)\s+(?:up\s+)?(?P<who>(?!with\b|at\b|about\b|my calendar|on\b|to\b|for\b|and\b|from\b|the day|what|if|when|in\b|is\b|request|invite|room|notes|up\b)(?:the |my |our )?(?:Dr\.? |Mr\.? |Mrs\.? |Ms\.? )?[^\s¤,.;:?!]+(?: (?:and|&) (?!then|add|put|set|tell|remind)[^\s¤,.;:?!]+|(?: (?-i:[A-Z])[\w'-]+)+| (?:team|group|family|guys|folks)\b)*)",
    re.IGNORECASE,
)
_AND_ME = Pattern(
    r"\b(?P<who>[A-Z][\w-]+(?:(?:, | and )[A-Z][\w-]+)*) and (?:me|I|myself)\b|\b(?:me|myself|between me) and (?P<who2>[A-Z][\w-]+(?:(?:, | and )[A-Z][\w-]+)*)"
)
_NAMED = Pattern(
    r"\b(?:called|named|titled|entitled|labell?ed|with the title|with title|under the name)\s+[\"']?(?P<title>.+?)[\"']?(?=$|¤|,| (?:with|at|in|on|for|from|to)\b(?! the)|[.;])",
    re.IGNORECASE,
)
_QUOTED = Pattern(r"\"(?P<title>[^\"]+)\"|(?<!\w)'(?P<title2>[^']{2,})'(?!\w)")
_ABOUT = Pattern(
    r"\b(?:about|regarding|re:?|to (?:discuss|talk about|go over|review|cover|plan|chat about|catch up on|work on|talk through)|concerning|on the topic of|on the subject of|over)\s+(?P<title>.+?)(?=$|¤|,| (?:with|at|in|on|for|from)\b|[.;])",
    re.IGNORECASE,
)
_PURPOSE = Pattern(
    r"\bfor\s+(?P<title>(?!me\b|us\b|you\b|two\b|three\b|four\b|\d).+?)(?=$|¤|,| (?:with|at|in|on|from)\b|[.;])",
    re.IGNORECASE,
)
_PLACE = Pattern(
    r"\b(?:(?P<prep>in|at|@)\s+(?P<place>(?:the |my |our )?(?!the morning|the afternoon|the evening|my calendar|the calendar|advance|person\b|case\b|order\b|touch\b|time\b|least\b|about\b|total\b|there\b|all\b|once\b|it\b|for\b|with\b|diary|the diary|the office hours|his |her )[^¤,;:?!]+?))(?=$|¤|[,;:?!]| (?:with|on|for|from|at|about|to|called|and (?:add|put|invite|remind)|by|titled|named)\b|\.$)",
    re.IGNORECASE,
)
_GENERIC = Pattern(
    rf"(?:(?:quick|short|brief|new|next|upcoming|weekly|monthly|daily|recurring|regular|long|another|small|first|last|whole|entire|big|important|team's|one|virtual|online|little|single|proper|follow up|informal|formal|in[- ]person|face[- ]to[- ]face|all[- ]day|other|early|late|whole|scheduled|existing) )*{GENERIC_EVENT}?(?: (?:request|invite|slot|invitation|entry|thing|on (?:my|the) {CALENDAR}))?|it|that|this|them|those|these|one|me|us|him|her|everything|all|time|some time|sometime|block|hold|day|everyone|someone",
    re.IGNORECASE,
)
_EVENT_HEAD = Pattern(rf"(?:[\w'&/-]+ ){{0,4}}?{EVENT}(?!\w)", re.IGNORECASE)
_NOT_PEOPLE = Pattern(
    r"(?:(?:the|a|an|my|our|your|this|that) )?(?:¤|it|that|this|which|what|calendar|hour|minute|day|time|high priority|text|title|location|room|projector|breakfast|lunch|dinner|reminders?|notes?|alerts?|no|pictures|invite).*",
    re.IGNORECASE,
)


def people(text: str) -> list[str]:
    """Return the names in "Bob, Alice and the design team", without articles and without "me"."""
    names = re.split(r"\s*(?:,\s*and\b|,|\band\b|&|\+)\s*", text)
    wanted = [bare(re.sub(r"^(?:invite|include|add)\s+", "", n, flags=re.IGNORECASE)) for n in names]
    return [
        re.sub(r"'s$", "", n)
        for n in wanted
        if n and n.lower() not in ("me", "i", "myself", "us", "all", "also", "my", "everyone else")
    ]


def _as_contact(name: str, contacts: tuple[str, ...]) -> str:
    for contact in contacts:
        if contact.lower() == name.lower():
            return contact
    return (
        name.title()
        if name.islower()
        and len(name.split()) == 2
        and not name.endswith(("team", "group", "department", "family", "guys", "folks", "people", "staff"))
        and " " in name
        and name.split()[0] not in ("aunt", "uncle")
        else name
    )


def put_people(entities: dict[str, Any], names: list[str], contacts: tuple[str, ...]) -> None:
    """Put one name as ``person`` and several as ``people``."""
    known = [_as_contact(n, contacts) for n in names]
    if len(known) == 1:
        entities["person"] = known[0]
    elif known:
        entities["people"] = known


def who(masked: str) -> list[str]:
    """Return the people a masked sentence speaks of ("with Bob and Alice", "on Carlos's calendar")."""
    for pattern in (_WITH, _WHOSE):
        for found in pattern.finditer(masked):
            name = cleaned(found["who"])
            if name and not _NOT_PEOPLE.fullmatch(name):
                return people(name)
    beside = _AND_ME.search(masked)
    if beside:
        return people(beside["who"] or beside["who2"])
    for found in _TO_MEET.finditer(masked):
        name = cleaned(found["who"])
        if name and not _NOT_PEOPLE.fullmatch(name) and name.lower() not in ("me", "us"):
            return people(name)
    return []


def place(masked: str) -> str | None:
    """Return the place of a masked sentence ("in conference room b"), or None."""
    found = None
    for found in _PLACE.finditer(masked):
        where = bare(found["place"])
        if where and not re.fullmatch(rf"(?:{CALENDAR}|.*\b{CALENDAR})", where, re.IGNORECASE):
            return where
    return None


def is_generic(title: str) -> bool:
    """Say whether a title such as "meeting" or "quick call" names no particular event."""
    return bool(_GENERIC.fullmatch(bare(title)))


def spoken_title(masked: str) -> str | None:
    """Return a title that was marked as one: called, quoted."""
    for pattern in (_NAMED, _QUOTED):
        found = pattern.search(masked)
        if found:
            return cleaned(next(g for g in found.groups() if g))
    return None


def topic(masked: str) -> str | None:
    """Return what a meeting is about or for, or None."""
    for pattern in (_ABOUT, _PURPOSE):
        found = pattern.search(masked)
        if found:
            title = bare(found["title"])
            if title and not is_generic(title):
                return title
    return None


def head_phrase(text: str) -> str:
    """Return the leading noun phrase of a masked text, up to the first preposition, time or mark."""
    text = re.sub(r"^((?:an?|the|my|another|our)\s+)?(?:¤\s*)+", r"\1", text.lstrip(" ,"), flags=re.IGNORECASE)
    found = re.match(
        r"[\s¤,]*(?P<head>.*?)(?=$|¤|[,;?!]|:(?!\d)| (?:with|at|in|on|for|from|to|about|called|named|titled|regarding|into|by|until|between|over|via|w/|so that|because|that|due|back|forward|forwards|out|later|earlier|up|off|instead|and (?:invite|add|put|remind))\b)",
        text,
        re.IGNORECASE,
    )
    return bare(found["head"]) if found else ""


def event_title(rest: str) -> str | None:
    """Return the title of the event a masked phrase names, or None when it only says "meeting"."""
    marked = spoken_title(rest)
    if marked:
        return marked
    head = head_phrase(rest)
    whose = re.fullmatch(r"(?P<who>[A-Z][\w-]+)(?:'s|s') (?P<what>.+)", head)
    if head and not is_generic(head) and not (whose and is_generic(whose["what"])):
        return head
    return None


def mentions_event(text: str) -> bool:
    """Say whether a meeting-like noun stands in the text."""
    return bool(_EVENT_HEAD.search(text))


def finish_event(sentence: Sentence, rest: str, times: dict[str, Any]) -> dict[str, Any]:
    """Return people, title, place and the given times of an event named in the masked ``rest``."""
    entities: dict[str, Any] = {}
    put_people(entities, who(rest), sentence.context.contacts)
    title = event_title(rest)
    first = title.split()[0] if title else ""
    names = [entities.get("person"), *entities.get("people", [])]
    if title and title not in names and not (first and title.lower().startswith(("meet ", "see "))):
        entities["title"] = title
    where = place(rest)
    if where and where.lower() not in (str(n).lower() for n in names):
        entities["location"] = where
    entities.update(times)
    return entities
