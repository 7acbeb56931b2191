"""Meetings to be put into the calendar."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from steward.nlu.intents.found import Found
from steward.nlu.intents.slots import (
    event_title,
    finish_event,
    head_phrase,
    is_generic,
    mentions_event,
    put_people,
    topic,
    who,
)
from steward.nlu.intents.words import CALENDAR, CREATE, EVENT
from steward.nlu.patterns import Pattern
from steward.nlu.sentence import Sentence, bare
from steward.nlu.times.merging import Reading
from steward.nlu.times.tags import Tag

SCHEDULING = Reading(anchor=True, span_duration=True)
_OBJECT = r"(?:(?:me|us|you|in|up|down|out|off|aside|together|onto my calendar|a new|away) )*"
_CREATE_EVENT = Pattern(
    rf"(?P<verb>{CREATE})(?: (?:me|us))?(?: (?:in|up|down|out|off|aside|together|myself))*\s+(?P<rest>.*)",
    re.IGNORECASE,
)
_NEW_EVENT = Pattern(
    r"(?:(?:create |add |make )?(?:an? )?(?:new|another)\s+)?(?:calendar )?(?P<noun>appointment|meeting|event|calendar entry|appt|booking|entry)\s*[:,-]\s*(?P<rest>.+)",
    re.IGNORECASE,
)
_ON_CALENDAR = Pattern(
    rf"(?P<verb>{CREATE})\s+(?P<rest>.+?)\s+(?:on|onto|to|in|into) (?:my |our |the |(?P<whose>[A-Z][\w-]+)'s )?(?:[a-z]+ )?{CALENDAR}\b(?P<tail>.*)",
    re.IGNORECASE,
)
_GET_ON = Pattern(
    rf"(?:get|put|book|fit|squeeze|pencil) (?:me|us) (?:in |down )?(?:(?:on|in|into|onto) (?P<who>.+?)(?:'s|s') {CALENDAR}|(?:in )?with (?P<who2>.+?)|in to see (?P<who3>.+?)|to see (?P<who4>.+?)|in for (?P<what>.+?))(?P<rest>(?: ¤|,| (?:at|in|about|for|to)\b).*|$)",
    re.IGNORECASE,
)
_I_MEET = Pattern(
    r"(?:(?:can|could|should|shall|may) )?(?:i|we)?(?:'m|'re| am| are|'ll| will|'d like to| would like to| need to| want to| have to| should| must| gotta| got to|'ve got to| wanna|'ll be| plan to|'m going to| am going to|'d love to)?\s*(?:meet(?:ing)?|see(?:ing)?|catch(?:ing)? up|get(?:ting)? together|sit(?:ting)? down|having|have|grab(?:bing)?|do(?:ing)?|chat(?:ting)?|talk(?:ing)?|speak(?:ing)?|touch base|sync(?: up)?|hang out|hanging out|get|eat|go(?:ing)? (?:for|to)|visit|play|connect|link up|hop on|jump on|meet up)\s*(?P<rest>.*)",
    re.IGNORECASE,
)
_I_HAVE = Pattern(
    r"(?:i|we)(?:'ve| have|'ve got| have got| got|'ll have| will have) (?P<rest>(?:an?|my|our|the|some|another|lunch|dinner|breakfast|drinks|coffee|brunch) ?.+)",
    re.IGNORECASE,
)
_BLOCK = Pattern(
    r"(?:block(?: off| out)?|reserve|hold|keep|set aside|save|free up|protect|mark(?: off)?|clear out|carve out|book out)\s+(?P<rest>.*)",
    re.IGNORECASE,
)
_BARE_EVENT = Pattern(
    rf"(?!(?:i|i'm|i've|we|we're|we've|he|she|they|you|it|it's|this|that|there|let|how|my mother|no|not|never|keep|without|cancel|move|have|has)\b)(?:an? |another |new )?(?:[\w'/&-]+ ){{0,3}}?(?<!wants to )(?<!want to ){EVENT}\b(?P<tail>.*)",
    re.IGNORECASE,
)
_THERE_IS = Pattern(r"(?:there's|there is|there will be|there'll be) (?:an? |the )?(?P<rest>.+)", re.IGNORECASE)
_INVITE = Pattern(r"(?:invite|loop in|bring in|ask) (?P<who>.+?) (?:to|for) (?P<rest>.+)", re.IGNORECASE)
_ADD_EVENT = Pattern(
    rf"(?P<rest>.+?)[,;.-]+ ?(?:so |please |can you |could you |and )*(?:put|add|schedule|book|stick|pop|pencil|get|set|write) (?:it|that|this|me|us|him|her|them) (?:in|on|up|onto|to|into|down)?(?: (?:my |the |our )?{CALENDAR})?(?: ¤)*|(?:get|bring|gather|pull) (?P<together>.+?) together(?: ¤)+",
    re.IGNORECASE,
)
_NOT_EVENT = Pattern(
    r"\b(?:tasks?|to-?dos?|to do|reminders?|alarms?|timers?|notes?|memos?|lists?|tasklist|poem|story|song|essay|function|program|recipe|password|joke|code|script|website|picture|image|logo|playlist|backup|groceries|messages?|sms|email|debt|fire|money|volume|brightness|lights?|thermostat|temperature|music|cake|sandwich|tea)\b",
    re.IGNORECASE,
)


MEAL = Pattern(
    r"\b(?:dinner|supper|drinks|breakfast|happy hour|date night|night out|table for|table at)\b", re.IGNORECASE
)


def _times(sentence: Sentence) -> dict[str, Any]:
    tags = list(sentence.tags)
    meal = MEAL.search(sentence.masked)
    if (
        meal
        and any(t.clock and not t.clock.fixed and t.kind == "clock" for t in tags)
        and not any(t.part for t in tags)
    ):
        tags.append(Tag("part", 0, 0, part="morning" if meal.group().lower() == "breakfast" else "evening"))
    times = sentence.times(SCHEDULING, tags)
    times.setdefault("duration", 60)
    return times


def _scheduled(sentence: Sentence, rest: str, confidence: float) -> Found:
    entities = finish_event(sentence, rest, _times(sentence))
    if "title" not in entities or is_generic(str(entities["title"])):
        subject = topic(rest)
        if subject and subject not in (entities.get("person"), entities.get("location")):
            entities["title"] = subject
    return Found("schedule_meeting", entities, confidence)


def names_a_time(sentence: Sentence) -> bool:
    """Say whether the sentence names a day, a time or a repetition, not just a length."""
    return any(t.kind in ("date", "clock", "span", "period", "instant", "rule", "part") for t in sentence.tags)


def _has_clock(sentence: Sentence) -> bool:
    return any(t.kind in ("clock", "span", "instant") or (t.kind == "date" and t.part) for t in sentence.tags)


def schedule(sentence: Sentence) -> Found | None:
    """Return the event to be put into the calendar, or None."""
    masked = _leading_time_moved(sentence.masked)
    for reader in (_read_new, _read_added, _read_get_on, _read_on_calendar, _read_block, _read_created, _read_stated):
        found = reader(sentence, masked)
        if found:
            return found
    return None


def _leading_time_moved(masked: str) -> str:
    """Return the masked text with times that open it moved to its end ("tomorrow at 3 book ...")."""
    found = re.match(r"(?:¤[\s,]*)+", masked)
    return masked[found.end() :] + " " + " ".join("¤" * masked[: found.end()].count("¤")) if found else masked


def _read_new(sentence: Sentence, masked: str) -> Found | None:
    found = _NEW_EVENT.fullmatch(masked)
    return _scheduled(sentence, found["rest"], 0.96) if found else None


def _read_added(sentence: Sentence, masked: str) -> Found | None:
    found = _ADD_EVENT.fullmatch(masked)
    if not found or not names_a_time(sentence) or _NOT_EVENT.search(masked):
        return None
    if found["together"]:
        result = _scheduled(sentence, "", 0.92)
        put_people(result.entities, [bare(found["together"])], sentence.context.contacts)
        return result
    result = _scheduled(sentence, found["rest"], 0.92)
    name = re.match(
        r"(?P<who>(?-i:[A-Z])[\w-]+|my \w+) (?:wants?|is|would|needs?|has|asked)\b", found["rest"], re.IGNORECASE
    )
    if name and "person" not in result.entities:
        result.entities.pop("title", None)
        put_people(result.entities, [bare(name["who"])], sentence.context.contacts)
    return result


def _read_get_on(sentence: Sentence, masked: str) -> Found | None:
    found = _GET_ON.fullmatch(masked)
    if not found or not (names_a_time(sentence) or found["who"]):
        return None
    name = next((g for g in (found["who"], found["who2"], found["who3"], found["who4"]) if g), None)
    if found["what"]:
        return _scheduled(sentence, found["what"] + " " + found["rest"], 0.93)
    base = _scheduled(sentence, found["rest"], 0.94)
    entities: dict[str, Any] = {}
    put_people(entities, [bare(p) for p in re.split(r",? and |, ", name or "")], sentence.context.contacts)
    return replace(base, entities={**base.entities, **entities})


def _read_on_calendar(sentence: Sentence, masked: str) -> Found | None:
    found = _ON_CALENDAR.fullmatch(masked)
    if not found or _NOT_EVENT.search(re.sub(r"called .*", "", found["rest"])):
        return None
    result = _scheduled(sentence, found["rest"] + found["tail"], 0.95)
    if found["whose"] and "person" not in result.entities:
        result.entities["person"] = found["whose"]
    return result


def _read_block(sentence: Sentence, masked: str) -> Found | None:
    found = _BLOCK.fullmatch(masked)
    if not found or not sentence.tags or not (names_a_time(sentence)) or _NOT_EVENT.search(masked):
        return None
    if (
        found.group().lower().startswith(("keep", "save", "hold", "mark"))
        and not _has_clock(sentence)
        and not mentions_event(masked)
    ):
        return None
    rest = re.sub(r"^(?:off|out|up|aside)\b", "", found["rest"]).strip()
    result = _scheduled(sentence, rest, 0.94)
    subject = topic(rest)
    if subject and "title" not in result.entities:
        result.entities["title"] = subject
    if str(result.entities.get("title", "")).lower() in ("time", "my calendar", "calendar", "the time", "free", "out"):
        result.entities.pop("title")
        if subject:
            result.entities["title"] = subject
    return result


def _read_created(sentence: Sentence, masked: str) -> Found | None:
    found = _CREATE_EVENT.fullmatch(masked)
    if not found:
        return None
    rest, verb = found["rest"], found["verb"].lower()
    if re.match(r"keep (?:me|us|him|her|them|going)\b", masked, re.IGNORECASE):
        return None
    named = re.sub(r"\b(?:called|named|titled) .*", "", rest, flags=re.IGNORECASE)
    if _NOT_EVENT.search(named):
        return None
    head = head_phrase(rest)
    if mentions_event(head) and (
        not verb.startswith(("put", "get", "make", "keep", "start", "log", "mark", "save", "find", "hold", "enter"))
        or sentence.tags
        or who(rest)
        or verb == "make"
    ):
        return _scheduled(sentence, rest, 0.96)
    strict = verb.startswith(
        (
            "schedule",
            "book",
            "set up",
            "setup",
            "arrange",
            "pencil",
            "plan",
            "organi",
            "slot",
            "reserve",
            "squeeze",
            "fit",
            "pop",
            "line",
            "block",
            "coordinate",
            "lock",
        )
    )
    if strict and names_a_time(sentence) and (who(rest) or head):
        return _scheduled_with_name(sentence, rest, verb)
    if strict and who(rest):
        return _scheduled(sentence, rest, 0.9)
    if (
        _has_clock(sentence)
        and who(rest)
        and verb.startswith(
            ("add", "put", "get", "throw", "stick", "make", "create", "insert", "set", "find", "drop", "chuck", "shove")
        )
    ):
        return _scheduled(sentence, rest, 0.92)
    return None


def _scheduled_with_name(sentence: Sentence, rest: str, verb: str) -> Found:
    """Return the event of "book Sara for Thursday": a lone capitalised object is the person."""
    result = _scheduled(sentence, rest, 0.92)
    title = result.entities.get("title", "")
    if "person" not in result.entities and re.fullmatch(r"(?-i:[A-Z])[\w-]+(?: (?-i:[A-Z])[\w-]+)?(?: in)?", title):
        result.entities.pop("title")
        result.entities["person"] = title.removesuffix(" in")
    return result


def _read_stated(sentence: Sentence, masked: str) -> Found | None:
    if not names_a_time(sentence):
        return None
    question = sentence.text.endswith("?") or re.match(
        r"(?:do|did|does|is|are|was|were|what|when|where|who|why|how|which)\b", masked, re.IGNORECASE
    )
    if question or re.search(
        r"\b(?:was|were|went|yesterday|ago|did|had|movie|weather|finished|cancel\w*|can't|cannot)\b",
        masked,
        re.IGNORECASE,
    ):
        return None
    if _NOT_EVENT.search(masked):
        return None
    if any(t.kind == "date" and t.day and t.day < sentence.now.date() for t in sentence.tags):
        return None
    return _stated(sentence, masked)


def _stated(sentence: Sentence, masked: str) -> Found | None:
    if re.match(r"meet(?:ing)? (?!with\b|¤|at\b|about\b|request)", masked, re.IGNORECASE) and who(masked):
        return _met(sentence, masked)
    found = _BARE_EVENT.fullmatch(masked)
    if found and re.match(r"\s*(?:$|¤|with|w/|[:,-]|for|at|in|about|to|on|and|called)", found["tail"]):
        return _scheduled(sentence, re.sub(r"[:-]\s", " ", masked), 0.92)
    found = _INVITE.fullmatch(masked)
    if found and mentions_event(found["rest"]):
        result = _scheduled(sentence, found["rest"], 0.9)
        put_people(result.entities, [bare(found["who"])], sentence.context.contacts)
        return result
    found = _I_HAVE.fullmatch(masked) or _THERE_IS.fullmatch(masked)
    if found and (mentions_event(head_phrase(found["rest"])) or (_has_clock(sentence) and head_phrase(found["rest"]))):
        return _scheduled(sentence, found["rest"], 0.9)
    found = None if re.match(r"do(?:n't|nt)?\b", masked, re.IGNORECASE) else _I_MEET.fullmatch(masked)
    if found and (who(masked) or mentions_event(head_phrase(found["rest"]))) and (who(masked) or _has_clock(sentence)):
        return _met(sentence, masked)
    if (
        found
        and _has_clock(sentence)
        and re.match(
            r"(?:(?:can|could|should|shall|may) )?(?:we )?(?:meet|get together|hang out)\b", masked, re.IGNORECASE
        )
    ):
        return _met(sentence, masked)
    return None


def _met(sentence: Sentence, masked: str) -> Found:
    found = _I_MEET.fullmatch(masked)
    rest = found["rest"] if found else masked
    entities: dict[str, Any] = finish_event(sentence, masked, _times(sentence))
    entities.pop("title", None)
    title = event_title(rest)
    if title and mentions_event(title) and title not in (entities.get("person"), *entities.get("people", [])):
        entities["title"] = title
    elif topic(masked):
        entities["title"] = topic(masked)
    return Found("schedule_meeting", entities, 0.92)
