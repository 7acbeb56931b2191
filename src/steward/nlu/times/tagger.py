"""Find every time expression of a sentence. Longest match wins; then neighbours are joined."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from steward.nlu.patterns import Pattern
from steward.nlu.times.amounts import AMOUNT, parse_amount
from steward.nlu.times.clock import ANY_CLOCK, HOUR, HOUR_WORD, STRONG_CLOCK, WEAK_CLOCK, parse_clock
from steward.nlu.times.days import DAYS
from steward.nlu.times.joining import joined
from steward.nlu.times.periods import PERIODS
from steward.nlu.times.recurrence import RULES
from steward.nlu.times.tags import Tag
from steward.nlu.times.zones import ZONE, zone_found

_HEDGE = r"(?:around|about|approximately|roughly|exactly|sharp|say|like|sometime|some time|some point|any ?time|early|late|as early as|no later than|the)"
_LEAD = (
    r"(?:(?P<lead>on or before|(?:is |are |that's |that is )?due(?: on| by| at| in)?|on|at|by|for|from|until|till|til|before|after|in|to|starting(?: on| at| from)?"
    rf"|beginning(?: on| at)?|between|and|through|thru|during|since|of|around|about|over|within|this|no later than|as of|@|come)\s*(?:(?:{_HEDGE}) )*)?"
)
_TAIL_OK = (
    r"(?=$|[.,;?!)]| (?:today|tomorrow|tonight|on|in|with|to|and|for|this|next|every|each|at|please|instead|sharp|or so|about|my|the|is|if|the day|when|because|unless"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|from|until|till|remind|book|schedule|put|add|set|free|available|work|ok|okay|tmrw|or|i|do|we|then)\b|'s\b)"
)
_NOT_HOUR = (
    r"(?! ?(?:%|percent|people|persons?|guests|of us|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|seconds?|dollars|euros|times|more|items?|things|pm\w|st\b|nd\b|rd\b|th\b"
    r"|miles|km|kilometers|pounds|degrees|pages|copies|eggs|per|x\b|\+|\*|/|-\d)|[\d/%]|:\d|\.\d|,\d|[-–]\d)"
)

_AMOUNT_FORMS: tuple[tuple[str, str], ...] = (
    (rf"(?P<way>in|within|after)(?: about| around| roughly| another| exactly| the next)? (?P<amount>{AMOUNT})(?:'s? time)?(?! (?:before|prior|earlier|ahead|long|of\b))", "ahead"),
    (rf"(?P<way>)(?P<amount>{AMOUNT}) (?:from (?:now|today|right now)|hence|out\b)", "ahead"),
    (rf"(?P<way>)(?P<amount>{AMOUNT}) ago", "ago"),
    (rf"(?P<way>)(?P<amount>{AMOUNT}) (?:before|prior to|ahead of|in advance of|earlier than)(?! (?:the )?(?:weekend|noon|midnight))", "before"),
    (r"(?P<way>)the (?P<amount>day|week|night|hour) before(?! yesterday)", "before"),
    (rf"(?P<way>)(?P<amount>{AMOUNT}) (?:in advance|beforehand|ahead of time|early)", "before"),
    (rf"(?P<way>)(?P<amount>{AMOUNT}) (?:after|following)(?! (?:that|this|next)\b)", "after"),
    (rf"(?P<way>)(?P<amount>{AMOUNT})", "amount"),
)  # fmt: skip
_PART = (
    r"(?:(?:first thing|early|late|later|mid)[ -](?:in (?:the )?|on (?:the )?|this |tomorrow )?)?(?:in the |at |during the |that |the )?(?P<part>morning|afternoon|evening|night|nighttime|a\.m\.|first thing)\b"
    r"(?! (?:meeting|call|standup|sync|coffee|routine|run|shift|class|briefing|news|school|person|summary))"
)
_TODAY_WORDS = Pattern(
    r"\d|\b(?:to(?:day|night|morrow)|tonite|tm[or]|2day|2morrow|tom\w*ow|tomoz|yesterday|overmorrow|now|noon|mid(?:day|night)|lunch|morning|afternoon|evening|night|week|month|year|"
    r"quarter|day|hour|hr|min|sec|half|fortnight|every|each|daily|weekly|monthly|hourly|nightly|annual|bi-?weekly|alternate|once|(?:sun|mon|tue|wed|thu|fri|sat)|"
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|christmas|xmas|easter|good friday|thanksgiving|halloween|valentine|new year|earth|boxing|guy|bonfire|"
    r"st pat|saint pat|cinco|independence|labou?r|memorial|veterans|mother|father|mlk|martin|president|columbus|black|ash|first|second|third|fourth|fifth|sixth|"
    r"seventh|eighth|ninth|tenth|last|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|t\w+teenth|twent|thirt|fort|fift|end of|close of|eod|cob|"
    r"time|est|edt|et|pst|pdt|pt|cst|cdt|gmt|utc|bst|cet|moment|first thing|e\.o|c\.o|eom|eow|eoy|annually|yearly|quarterly)"
)


def _compiled(core: str) -> Pattern:
    return Pattern(rf"(?<![\w'.$£€/:-]){_LEAD}(?P<core>{core})(?!\w)(?:'s\b|(?<=s)'(?!\w))?")


_DAY_FORMS = tuple((_compiled(core), read) for core, read in (*DAYS, *PERIODS, *RULES))
_AMOUNTS = tuple((_compiled(core), form) for core, form in _AMOUNT_FORMS)
_STRONG = _compiled(STRONG_CLOCK)
_AFTER_WORD = Pattern(
    rf"(?<![\w'])(?P<lead>at|@)\s*(?:{_HEDGE} )*(?P<core>{WEAK_CLOCK})(?![\w]){_NOT_HOUR}"
    rf"|(?<![\w'])(?P<lead2>by|until|till|til|before|after|from|around|about|starting at|starting|past|since)\s+(?:{_HEDGE} )*(?P<core2>{WEAK_CLOCK}){_NOT_HOUR}{_TAIL_OK}"
)
_ISH = Pattern(
    rf"(?<![\w'])(?:(?P<lead>at|by|for|to|around|about)\s+)?(?P<core>(?:\d{{1,2}}(?:[:.]\d\d)?|{HOUR_WORD})[ -]?ish)\b"
)
_BESIDE_PART = Pattern(
    rf"(?<![\w'.$:/])(?:(?P<lead>to|for|at|until|till|by)\s+)?(?P<core>{HOUR}(?:[:.]\d\d)?)(?= (?:in the (?:morning|afternoon|evening)|at night|tonight|this (?:morning|afternoon|evening)|(?:tomorrow|tmrw|today|yesterday)\b(?!'s)|(?:on )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday) (?:morning|afternoon|evening|night))\b)"
)
_AFTER_DAY = Pattern(
    rf"(?<![\w'])(?:today|tomorrow|tonight|tmrw|morning|afternoon|evening|monday|tuesday|wednesday|thursday|friday|saturday|sunday),?\s+(?P<lead>)(?P<core>{HOUR}(?::\d\d)?){_NOT_HOUR}(?=$|[.,;?!]| (?:with|for|to|please|instead|works?)\b)"
)
_LOOSE = Pattern(
    rf"(?<![\w'.$:/#])(?:(?P<lead>to|for|make it|say)\s+)?(?P<core>{WEAK_CLOCK})(?! on one){_NOT_HOUR}{_TAIL_OK}"
)
_SPAN = Pattern(
    rf"(?<![\w'$.:/-])(?P<lead>from |between )?(?P<a>{ANY_CLOCK})(?: ?(?:-|to|until|till|til|and|through|thru) ?)(?P<b>{ANY_CLOCK})(?![\w/]){_NOT_HOUR}"
)
_PARTS = _compiled(_PART)
_ZONES = _compiled(ZONE)


def _placed(tag: Tag, found: re.Match[str]) -> Tag:
    return replace(
        tag,
        start=found.start(),
        end=found.end(),
        lead=found["lead"] or "",
        core=found.end("core") - found.start("core"),
    )


def _days_tags(text: str, today: date, locale: str) -> list[Tag]:
    tags = []
    for pattern, read in _DAY_FORMS:
        for found in pattern.finditer(text):
            try:
                tag = read(found, today, locale)
            except (OverflowError, ValueError):
                continue
            if tag and not _is_doubtful(text, found):
                tags.append(_placed(tag, found))
    return tags


def _is_doubtful(text: str, found: re.Match[str]) -> bool:
    """Say whether "sat", "sun", "mon" or "wed" is more likely a plain word than a weekday here."""
    if found["core"] not in ("sat", "sun", "wed", "mon"):
        return False
    return not found["lead"] and not re.match(r"\s*(?:at|\d|morning|night|evening|afternoon|$)", text[found.end() :])


def _amount_tags(text: str, now: datetime) -> list[Tag]:
    tags = []
    for pattern, form in _AMOUNTS:
        for found in pattern.finditer(text):
            words = found["amount"]
            amount = parse_amount(f"a {words}" if words.isalpha() else words)
            if amount is None:
                continue
            tag = Tag("amount", 0, 0, amount=amount)
            if form in ("ahead", "ago"):
                tag = replace(tag, kind="instant", sign=1 if form == "ahead" else -1)
            elif form in ("before", "after"):
                tag = replace(tag, kind="offset", sign=-1 if form == "before" else 1)
            tag = _placed(tag, found)
            tags.append(replace(tag, lead=tag.lead or found["way"]))
    return tags


def _clock_tag(found: re.Match[str], lead: str, core: str) -> Tag | None:
    clock = parse_clock(found[core])
    if clock is None:
        return None
    size = found.end(core) - found.start(core)
    start = found.start(lead) if found[lead] else found.start(core)
    return Tag("clock", start, found.end(), lead=found[lead] or "", core=size, clock=clock)


def _clock_tags(text: str, loose: bool) -> list[Tag]:
    found_tags = [_clock_tag(f, "lead", "core") for f in _STRONG.finditer(text)]
    for found in _AFTER_WORD.finditer(text):
        found_tags.append(_clock_tag(found, "lead", "core") if found["core"] else _clock_tag(found, "lead2", "core2"))
    for pattern in (_ISH, _BESIDE_PART, _AFTER_DAY, *((_LOOSE,) if loose else ())):
        found_tags.extend(_clock_tag(f, "lead", "core") for f in pattern.finditer(text))
    return [tag for tag in found_tags if tag]


def _looks_like_clock(words: str) -> bool:
    return bool(re.search(r"[:h]\d\d|[ap]\.?m|noon|midday|midnight|o'? ?clock|past|quarter", words))


def _span_tags(text: str) -> list[Tag]:
    tags = []
    for found in _SPAN.finditer(text):
        start, end = parse_clock(found["a"]), parse_clock(found["b"])
        if not start or not end:
            continue
        strong = found["lead"] or _looks_like_clock(found["a"]) or _looks_like_clock(found["b"])
        bare_digits = re.fullmatch(
            r"\d{1,2}-\d{1,2}|\d{1,2} (?:to|until|till) \d{1,2}|[a-z]+ (?:to|until|till) [a-z]+", found.group()
        )
        if not strong and not (bare_digits and re.search(r"day|tomorrow|calendar|block|free|meet|book", text)):
            continue
        if "and" in found.group().split() and not (found["lead"] or "").startswith("between"):
            continue
        lead = (found["lead"] or "").strip()
        tags.append(
            Tag("span", found.start(), found.end(), lead, found.end() - found.start("a"), clock=start, end_clock=end)
        )
    return tags


def _small_tags(text: str) -> list[Tag]:
    tags = []
    for found in _PARTS.finditer(text):
        part = {"nighttime": "night", "a.m.": "morning", "first thing": "morning"}.get(found["part"], found["part"])
        tags.append(_placed(Tag("part", 0, 0, part=part), found))
    for found in _ZONES.finditer(text):
        tags.append(_placed(Tag("zone", 0, 0, zone=zone_found(found)), found))
    return tags


def _longest(tags: list[Tag]) -> list[Tag]:
    chosen: list[Tag] = []
    for tag in sorted(tags, key=lambda t: (-t.core, -(t.end - t.start), t.kind == "amount", t.start, t.kind)):
        if all(tag.end <= other.start or tag.start >= other.end for other in chosen):
            chosen.append(tag)
        else:
            trimmed = _without_lead(tag)
            if trimmed.start > tag.start and all(trimmed.end <= o.start or trimmed.start >= o.end for o in chosen):
                chosen.append(trimmed)
    return sorted(chosen, key=lambda t: t.start)


def _without_lead(tag: Tag) -> Tag:
    """Return the tag cut down to its core, for when its preposition belongs to a longer neighbour."""
    return replace(tag, start=max(tag.start, tag.end - tag.core), lead="")


def tag_times(text: str, now: datetime, locale: str = "en-US", *, loose: bool = False) -> list[Tag]:
    """Return the time expressions of a tidy sentence in order, spans over ``text``; ``now`` is a naive wall time.

    With ``loose`` a bare hour ("to 4", "4") counts as a clock time, which is right for an answer to
    "at what time?" and for the target of a move.
    """
    lowered = text.lower()
    if len(lowered) != len(text) or not _TODAY_WORDS.search(lowered):
        return []
    tags = _days_tags(lowered, now.date(), locale) + _amount_tags(lowered, now) + _clock_tags(lowered, loose)
    tags += _span_tags(lowered) + _small_tags(lowered)
    return joined(_longest(tags), text, now.date())


def instant(tag: Tag, now: datetime) -> datetime:
    """Return the wall time an "in 45 minutes" tag points to, without fractions of a minute unless seconds were said."""
    amount = tag.amount
    if amount is None:
        return now
    try:
        moment = now + tag.sign * timedelta(minutes=amount.minutes)
        if amount.months:
            moment = datetime.combine(amount.added_to(now.date(), tag.sign), now.time())
    except (OverflowError, ValueError):
        return now
    return moment.replace(microsecond=0) if amount.grain == "second" else moment.replace(second=0, microsecond=0)
