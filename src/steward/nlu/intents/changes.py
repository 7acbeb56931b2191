"""Meetings to be moved or taken off the calendar."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from steward.nlu.intents.found import Found
from steward.nlu.intents.meetings import MEAL, names_a_time
from steward.nlu.intents.slots import event_title, head_phrase, is_generic, mentions_event, put_people, who
from steward.nlu.intents.words import CALENDAR, CANCEL, MOVE_STRONG
from steward.nlu.patterns import Pattern
from steward.nlu.sentence import Sentence
from steward.nlu.times.merging import Reading
from steward.nlu.times.tags import Tag

_MOVE = Pattern(rf"(?P<verb>{MOVE_STRONG}|set|make|take|start|run|hold)\s+(?P<rest>.+)", re.IGNORECASE)
_FORWARD = Pattern(
    r"\b(?<!-)(?:forward|forwards|up|earlier|ahead|sooner|in)\b(?! (?:the|my|conference|room))|^(?:bring|pull|advance)\b",
    re.IGNORECASE,
)
_MAKE_LATER = Pattern(
    r"(?P<rest>.+?) (?:needs? to|has to|must|should|will have to|is going to have to|is) (?:be )?(?:move[sd]?|moving|reschedule[sd]?|rescheduling|push(?:ed|ing)?|shift(?:ed)?|postponed?|delayed?|change[sd]?)\b(?P<tail>.*)",
    re.IGNORECASE,
)
_CHANGE_TIME = Pattern(
    r"(?:change|move|update|alter|set|adjust|modify|reschedule|switch|shift)\s+(?:the )?(?:time|start(?: time)?|date|day) (?:of|for|on)\s+(?P<rest>.+)|(?:find|pick|choose|need|i need|get) (?:me )?(?:a |an )?(?:new|different|better|another|alternative) (?:time|slot|date|day) for (?P<rest2>.+)",
    re.IGNORECASE,
)
_MAKE_IT = Pattern(
    r"(?:(?P<rest>.*?\b(?:can't|cannot|won't|couldn't)\b.*?)[,;.]+ ?(?:so |let's |please |can we |could we |can you )*)(?:make|move|push|change|switch|shift|reschedule) (?:it|that|this)(?: to| for| until)? ?¤(?: ¤)*(?: instead)?",
    re.IGNORECASE,
)
_INSTEAD = Pattern(
    r"(?:(?:can|could|shall|should|may|might|i'd rather|we'd rather|i would rather|let's) ?(?:we|i|you)? ?)?(?:do|have|make|hold|start|run|put|see|meet) (?P<rest>.+?) instead\b(?P<tail>.*)|put (?P<rest2>.+?) off\b(?P<tail2>.*)",
    re.IGNORECASE,
)
_NOT_MOVED = Pattern(
    r"\b(?:tasks?|lists?|reminders?|alarms?|timers?|to-?dos?|notes?|file|files|folder|money|couch|sofa|furniture|car|house|password|name|language|voice|topic|subject|wallpaper|settings?|theme|volume|channel|font|color|colour|timezone|time zone|email|address|tire|lane|gear|diapers?|sheets|oil|light ?bulb|clothes|batteries)\b",
    re.IGNORECASE,
)
_TARGET_LEADS = frozenset({"to", "until", "till", "til", "for", "on", "at", "into"})


def _split_times(sentence: Sentence) -> tuple[list[Tag], list[Tag]]:
    """Return the tags that describe the present time and those that describe the wanted one."""
    tags = [t for t in sentence.tags if t.kind not in ("amount", "offset")]
    for index, tag in enumerate(tags):
        if tag.lead in ("to", "until", "till", "til") or re.search(
            r"\b(?:to|until|till|for|into)\s*$", sentence.text[: tag.start].lower()
        ):
            return tags[:index], tags[index:]
    if len(tags) == 1 and (tags[0].lead == "from" or (tags[0].kind == "period" and tags[0].grain == "span")):
        return _split_range(tags[0])
    for index, tag in enumerate(tags):
        if tag.lead == "from" and (tag.kind == "span" or tag.grain == "span"):
            origin, target = _split_range(tag)
            return origin, target + tags[:index] + tags[index + 1 :]
    if tags and tags[0].kind == "span" and re.match(r"\S+(?: \w+)? (?:my|the|our) ¤", sentence.masked):
        origin, target = _split_range(tags[0])
        return origin, target + tags[1:]
    first_object = re.match(r"\S+(?: back| forward| up| out)? (?:my |the |our |that |this )?¤", sentence.masked)
    if first_object and tags:
        return tags[:1], tags[1:]
    for index, tag in enumerate(tags):
        if tag.lead == "from":
            return tags[index : index + 1], [t for i, t in enumerate(tags) if i != index]
    return [], tags


def _split_range(tag: Tag) -> tuple[list[Tag], list[Tag]]:
    """Return both ends of "from 2 to 3" or "from Monday to Wednesday" as origin and target."""
    if tag.kind == "span":
        return [replace(tag, kind="clock", end_clock=None)], [
            replace(tag, kind="clock", clock=tag.end_clock, end_clock=None)
        ]
    if tag.kind == "period" and tag.grain == "span":
        return [replace(tag, kind="date", until=None)], [replace(tag, kind="date", day=tag.until, until=None)]
    return [tag], []


def _shift(sentence: Sentence) -> int | None:
    for tag in sentence.tags:
        if tag.kind in ("amount", "instant", "offset") and tag.amount:
            minutes = round(tag.amount.minutes) + tag.amount.months * 43200
            tail = sentence.text[tag.end :].strip().lower()
            earlier = _FORWARD.search(re.sub(r"\bbring (?=back)", "", sentence.masked)) or tail.startswith(
                ("earlier", "sooner", "forward", "ahead")
            )
            if re.search(r"\b(?:back|later|out)\b", sentence.lower) or (tag.kind == "offset" and tag.sign > 0):
                return minutes
            return -minutes if earlier or tag.kind == "offset" else minutes
    return None


def reschedule(sentence: Sentence) -> Found | None:
    """Return the event to be moved and its new time or shift, or None."""
    sentence = Sentence(sentence.text, sentence.context, loose=True)
    masked = sentence.masked
    changed = _CHANGE_TIME.fullmatch(masked)
    later = _MAKE_LATER.fullmatch(masked)
    instead = _INSTEAD.fullmatch(masked)
    made = _MAKE_IT.fullmatch(masked)
    if made:
        origin, target = ([], sentence.tags[-1:]) if made["rest"] else _split_times(sentence)
        return _moved(sentence, made["rest"] or "it", origin, target, None)
    moved = _MOVE.fullmatch(masked)
    if instead and sentence.tags and (mentions_event(masked) or who(masked)):
        origin, target = _split_times(sentence)
        return _moved(sentence, instead["rest"] or instead["rest2"], origin, target, _shift(sentence))
    found = changed or later or moved
    if re.match(r"(?:pull|bring) up\b", masked, re.IGNORECASE) and not changed:
        return None
    if not found or _NOT_MOVED.search(masked):
        return None
    rest = (found["rest"] or found.groupdict().get("rest2") or "") + (later["tail"] if later and not changed else "")
    origin, target = _split_times(sentence)
    shift = _shift(sentence)
    verb = masked.split()[0].lower()
    event = mentions_event(rest) or bool(who(rest)) or any(t.kind == "clock" for t in origin)
    if shift is None and not target and not (event and _clear_move(masked)):
        return None
    if (
        verb in ("set", "make", "take", "switch", "swap", "bring", "kick", "knock", "change", "adjust")
        and not (event or origin)
        and not re.match(r"\w+ (?:it|that|this) ", masked)
    ):
        return None
    return _moved(sentence, rest, origin, target, shift) if _is_move(masked, verb, sentence) else None


def _clear_move(masked: str) -> bool:
    return bool(
        re.match(
            r"(?:reschedule|postpone|push back|put off|rearrange|rebook|delay|move|shift|push|defer)\b",
            masked,
            re.IGNORECASE,
        )
    )


def _is_move(masked: str, verb: str, sentence: Sentence) -> bool:
    """Keep "set a meeting to ..." and "make lunch" out: those verbs need a definite object and a target."""
    if verb not in ("set", "make", "take", "start", "run", "hold"):
        return True
    return bool(re.match(r"\w+ (?:the|my|our|it|that|this|¤)", masked, re.IGNORECASE)) and bool(
        re.search(r"earlier|later|instead|to ?¤|¤ instead", sentence.text.lower() + masked)
    )


def _moved(sentence: Sentence, rest: str, origin: list[Tag], target: list[Tag], shift: int | None) -> Found:
    cut = re.sub(r"^(?:back|forward|forwards|up|out|off|ahead)\s+", "", rest, flags=re.IGNORECASE)
    cut = re.sub(r"\bit\b|\bby\b(?= ?¤)", "", cut).strip()
    entities: dict[str, Any] = {}
    put_people(entities, who(cut), sentence.context.contacts)
    title = event_title(re.sub(r"^(?:the |my |our )?¤\s*", "", cut))
    whose = re.match(r"(?:the )?(?P<who>[A-Z][\w-]+)(?:'s|s') (?P<what>\w+)", cut)
    if whose and "person" not in entities and "people" not in entities and is_generic(whose["what"]):
        entities["person"] = whose["who"]
        title = None
    name = re.fullmatch(r"(?-i:[A-Z])[a-z]+(?: (?-i:[A-Z])[a-z]+)?", title or "")
    if name and "person" not in entities and title not in sentence.context.titles:
        entities["person"] = title
        title = None
    if title and title.lower() not in ("it", "that", "things", "back", "time"):
        entities["title"] = title
    entities.update({f"from_{k}": v for k, v in sentence.times(Reading(), origin).items() if k in ("date", "time")})
    if shift is not None and not target:
        entities["shift"] = shift
    if MEAL.search(sentence.masked) and any(t.clock and not t.clock.fixed for t in target):
        meal = "morning" if "breakfast" in sentence.lower else "evening"
        target = [*target, Tag("part", 0, 0, part=meal)]
    wanted = sentence.times(Reading(), target)
    entities.update(
        {
            k: v
            for k, v in wanted.items()
            if k in ("date", "time", "end_time", "part", "date_from", "date_to", "timezone")
        }
    )
    return Found("reschedule_meeting", entities, 0.95)


_CANCEL = Pattern(rf"(?P<verb>{CANCEL})\s+(?P<rest>.+)", re.IGNORECASE)
_TAKE_OFF = Pattern(
    rf"(?:take|pull|get|strike|wipe|knock) (?P<rest>.+?) (?:off|out of|from)(?: of)? (?:my |the |our )?{CALENDAR}\b.*",
    re.IGNORECASE,
)
_CANCEL_IT = Pattern(
    r"(?P<rest>.*\b(?:meeting|call|appointment|lunch|dinner|event|standup|sync|interview|¤|with)\b.*|.*¤.*)[,;.-]+ ?(?:so |please |can you |could you |just )*(?:cancel|drop|scrap|delete|remove|call) (?:it|that|this)(?: off)?(?: please)?",
    re.IGNORECASE,
)
_CANT_MAKE = Pattern(
    r"(?:i |we )?(?:can't|cannot|can not|won't|will not|won't be able to|am not able to|'m not able to|no longer) (?:make|attend|do|go to|come to|be at|join|make it to|get to|have) (?:it )?(?:to |for )?(?P<rest>.*)|(?:i'm|we're|i am|we are) (?:not (?:going to make|coming to|going to|attending)|skipping|canceling|cancelling|dropping) (?:it to )?(?P<rest2>.+)|(?P<rest3>(?:my |the |our )?.+?) (?:is|has been|was|got|are|have been) (?:off|cancell?ed|called off)(?P<tail>.*)|(?:i |we )?(?:don't|no longer|do not) (?:need|want) (?P<rest4>.+?) (?:anymore|any more|any longer)(?P<tail2>.*)",
    re.IGNORECASE,
)
_NOT_CANCELLED = Pattern(
    r"\b(?:tasks?|to-?dos?|to do|lists?|notes?|reminders?|alarms?|timers?|memory|cache|history|account|subscription|order|file|files|folder|app|apps|email|emails|messages?|photo|photos|snow|table|dishes|line|function|column|database|contact|contacts|lights?|tv|music|volume|wifi|everything you know|membership|netflix|data)\b",
    re.IGNORECASE,
)


def cancel(sentence: Sentence) -> Found | None:
    """Return the event to be taken off the calendar, or None."""
    masked = sentence.masked
    found = _CANCEL_IT.fullmatch(masked)
    if found:
        rest = re.sub(
            r"^(?:i|we) (?:can't|cannot|won't) (?:make|attend|do|go to) (?:it )?(?:to )?",
            "",
            found["rest"],
            flags=re.IGNORECASE,
        )
        return _cancelled(sentence, rest, 0.95)
    found = _TAKE_OFF.fullmatch(masked)
    if found and not _NOT_CANCELLED.search(found["rest"]):
        return _cancelled(sentence, found["rest"], 0.94)
    found = _CANCEL.fullmatch(masked)
    if found:
        return _cancel_phrase(sentence, found["rest"], found["verb"].lower())
    found = _CANT_MAKE.fullmatch(masked)
    if found:
        rest = next((g for g in found.groups() if g), "")
        if (mentions_event(rest) or who(rest)) and (
            names_a_time(sentence) or who(rest) or not rest.islower() or mentions_event(rest)
        ):
            return _cancelled(sentence, rest, 0.88)
    return None


def _cancel_phrase(sentence: Sentence, rest: str, verb: str) -> Found | None:
    on_calendar = re.sub(
        rf"\s*(?:from|off|on|in|out of) (?:of )?(?:my |the |our )?{CALENDAR}\b", "", rest, flags=re.IGNORECASE
    )
    taken_off = on_calendar != rest
    if _NOT_CANCELLED.search(on_calendar) and not taken_off:
        return None
    if (
        re.match(
            rf"(?:out )?(?:my |the |our )?(?:whole |entire )?(?:{CALENDAR}|¤|day|afternoon|morning)(?:'s)?\s*(?:{CALENDAR})?(?: ¤)*(?: clean| clear| out)?$",
            rest,
            re.IGNORECASE,
        )
        and sentence.tags
        and not any(t.kind in ("clock", "span", "instant") for t in sentence.tags)
    ):
        return Found("cancel_meeting", {**_cancel_times(sentence), "scope": "all"}, 0.93)
    known = any(t.lower() in rest.lower() for t in sentence.context.titles)
    definite = bool(re.match(r"(?:the|my|our|all|that|this|tomorrow|today|¤)\b|¤", rest, re.IGNORECASE))
    event = mentions_event(on_calendar) or bool(who(on_calendar)) or taken_off or known
    event = event or bool(re.match(r"(?:my|the|our) ¤", rest, re.IGNORECASE) and any(t.clock for t in sentence.tags))
    strong = verb in (
        "cancel",
        "call off",
        "unschedule",
        "scrap",
        "scratch",
        "nix",
        "bail on",
        "back out of",
        "pull out of",
    )
    if (
        not event
        and not (strong and (definite or sentence.tags))
        and not (definite and verb in ("delete", "remove", "drop", "ditch", "skip") and names_a_time(sentence))
    ):
        return None
    return _cancelled(sentence, on_calendar, 0.95 if event else 0.9)


def _cancel_times(sentence: Sentence) -> dict[str, Any]:
    times = sentence.times(Reading())
    return {k: v for k, v in times.items() if k != "duration"}


def _cancelled(sentence: Sentence, rest: str, confidence: float) -> Found:
    entities: dict[str, Any] = {}
    put_people(entities, who(rest), sentence.context.contacts)
    body = re.sub(
        r"^(?:out |off )?(?:(?:the|my|our|all|of|every|each|any|those|these|both|that|this|¤|everything|upcoming)\s*)+",
        "",
        rest,
        flags=re.IGNORECASE,
    )
    title = event_title(body)
    whose = re.match(r"(?P<who>[A-Z][\w-]+)(?:'s|s') (?P<what>.+)", body)
    if whose and is_generic(head_phrase(whose["what"])):
        entities.setdefault("person", whose["who"])
        title = None
    if title and title not in (entities.get("person"), *entities.get("people", [])):
        entities["title"] = title
    entities.update(_cancel_times(sentence))
    if re.search(r"\b(?:all|every|everything|both|whole)\b", rest, re.IGNORECASE):
        entities["scope"] = "all"
    elif re.search(r"\bnext (?:meeting|appointment|event|call)\b", rest, re.IGNORECASE):
        entities["scope"] = "next"
    return Found("cancel_meeting", entities, confidence)
