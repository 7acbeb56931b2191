"""Reminders and timers: set, list, cancel."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from typing import Any

from steward.nlu.intents.found import Found
from steward.nlu.intents.words import CANCEL, SHOW
from steward.nlu.patterns import Pattern
from steward.nlu.sentence import Sentence, bare, cleaned
from steward.nlu.times.merging import Reading
from steward.nlu.times.tags import Tag

REMINDING = Reading(anchor=True, part_times=True)
_WAKING = Reading(anchor=True, part_times=True, prefer_morning=True)

_REMINDER = r"(?:reminders?|alerts?|nudges?|notifications?|alarms?)"
_LIST = Pattern(
    rf"(?:{SHOW} |what(?:'s| is| are)? |which |do i have |have i got |any |are there |how many |what |list |my |all |got |is there )(?:(?:my|all|any|the|me|upcoming|active|pending|current|set|of|our|are|is|other|¤|an?|next|outstanding|more|have) ?)*{_REMINDER}\b(?P<rest>.*)|what (?:do|did|should|am) (?:i|you) (?:have|need|supposed|ask(?:ed)?|want|tell)?(?: you)? ?(?:to )?(?:be reminded (?:of|about)|remind(?:ing)? me (?:of|about)|remember).*|what (?:are|will|were) you (?:going to )?(?:be )?remind(?:ing)? me (?:of|about|to do).*|what(?:'ve| have) i (?:asked|told) you to remind me.*|{_REMINDER}(?: ¤| please| for| list)*|(?:what|which) (?:things )?(?:will|are) (?:you|i) (?:be )?remind(?:ed|ing)?.*",
    re.IGNORECASE,
)
_CANCEL_REMINDER = Pattern(
    rf"(?:{CANCEL}|stop|end) (?:(?:all|the|my|that|this|every|of|both|any|¤|existing|next|daily|weekly|recurring|those|our|me) ?)*?(?P<text0>(?:[\w'-]+ ){{0,4}}?){_REMINDER}\b(?:(?: (?:to|about|for|of|that says|on|called|regarding|saying|set for))? ?(?P<text>.*))|(?:stop|quit|no longer|you can stop|no need to|don't|do not|don't bother) remind(?:ing)? me\b(?: anymore| any more)?(?: (?:to|about|of|that))? ?(?P<text2>.*)|i (?:don't|no longer|do not) (?:need|want) (?:(?:the|that|a|my|to be|any) )*remind(?:er|ed)s?\b(?: (?:to|about|for|of))? ?(?P<text3>.*?)(?: anymore| any more| any longer)?",
    re.IGNORECASE,
)
_REMIND = Pattern(
    r"(?:(?:and|also|to|please|you to|that you|if you could|just) )*(?:remind|nudge|prompt|poke|alert|notify|ping|buzz|bug|prod|jog|beep|pester|warn|text|message|tell|call|email|hit)(?:ing)? (?:me|us|my memory)(?: up)?\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SET = Pattern(
    rf"(?:set|create|add|make|schedule|put|give|new|another|leave|i (?:need|want)|need|want|start|get|book|place|pop|send|drop|program|can i (?:have|get)|could i (?:have|get)|have|throw|stick|i'd like)(?: up| in| me| us| myself)*(?: (?:an?|another|the|new|in|some|recurring|quick|my|repeating|of|¤|daily|weekly|monthly|for))* ?(?:¤ )?{_REMINDER}\b(?P<rest>.*)|(?:an? |new )*reminder(?:s)?(?:\s*[:,-]\s*|\s+(?:to|for|about|that)\s+|\s+¤\s*)(?P<rest2>.*)",
    re.IGNORECASE | re.DOTALL,
)
_FORGET = Pattern(
    r"(?:(?:don't|do not|never|dont) let me (?:forget|miss)|make sure (?:that )?i (?:don't forget|remember|do not forget|don't miss)|(?:don't|do not) let (?:it|this|that) slip|help me (?:to )?remember|i (?:must not|mustn't|can't|shouldn't|don't want to) forget|remember|make sure i|i need to remember|i have to remember|see that i|ensure (?:that )?i|don't forget|do not forget|i need (?:to be reminded|reminding|a nudge|a reminder)|be reminded|i (?:want|would like|'d like) to be reminded|get me to|i keep forgetting)(?: that i (?:have|need) to| that i)?\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_WAKE = Pattern(
    r"(?:(?:can|could|please) )?(?:wake|get) me up\b(?! to (?:speed|date))(?P<rest>.*)|wake me\b(?P<rest2>.*)|(?:set|create|add|put|i need|make|give me)(?: (?:an?|the|my|another|up|new|me))* (?:wake[- ]?up (?:call|alarm)|alarm(?: clock)?)\b(?P<rest3>.*)|i need to (?:be up|wake up|get up)\b(?P<rest4>.*)|alarm (?P<rest5>¤.*|for ¤.*)|(?:a |my )?wake[- ]?up call\b(?P<rest6>.*)|(?:set|create|add|make)(?: an?| my| the)? ¤ alarm(?P<rest7>.*)",
    re.IGNORECASE,
)
_TIMER = Pattern(
    r"(?:(?:set|start|begin|create|put|run|give me|make|add|get|i need|need|kick off|launch|new|another|fire up|time me|count ?down|begin)\b(?: me| up| on| with| off| a| an| the| another| new| quick| my)* ?(?:¤ ?)*(?:[\w' -]{0,25}? )?(?:timer|countdown|stopwatch)\b(?P<rest>.*)|(?:timer|countdown)\b(?P<rest2>.*)|(?:an? )?¤ (?:[\w-]+ )?(?:timer|countdown)(?P<rest3>.*)|(?:time|clock) me (?:for )?(?P<rest4>¤.*)|count(?: |-)?down (?:from )?(?P<rest5>¤.*)|(?:put|give me|start|set) (?:me )?¤ on the (?:clock|timer)(?P<rest6>.*)|time (?:¤|my .{2,30}? for ¤)(?P<rest7>.*)|(?:start|set) (?:counting|the clock)(?: for| down)* (?P<rest8>¤.*))",
    re.IGNORECASE,
)
_TIMER_STOPPED = Pattern(rf"(?:{CANCEL}|stop|pause|end|check|how|what|show|list)\b", re.IGNORECASE)
_EVENT_OFFSET = Pattern(r"^(?:\s|,|me|¤)*?(?:before|prior to|ahead of|after)\s+", re.IGNORECASE)
_TEXT_START = Pattern(
    r"^\s*(?:\s*(?:¤|,|:|-|;|again|please|saying|later|both|all|in time|know|about it)\s*)*(?:(?:(?:that )?(?:i (?:need|have|should|must|ought|'ve got|am supposed|want)(?: to)?|i'm supposed to|i've got to|we (?:need|have) to|it's time to|it is time to)|to|about|of|for|that|regarding|when it's time to|it's time to|so i can|so that i|so i|and say|saying|on|i (?:need|have|should|must) to|i (?:should|must)|we need to|with)\b\s*)?",
    re.IGNORECASE,
)


def listing(sentence: Sentence) -> Found | None:
    """Return the question for the reminders that are set, or None."""
    masked = sentence.masked.strip(" ?.!")
    found = _LIST.fullmatch(masked)
    if not found or re.match(r"(?:get|give) me (?:an? )?reminder|what is an? |get me an? ", masked, re.IGNORECASE):
        return None
    if re.search(r"\b(?:alerts?|notifications?|nudges?)\b", masked, re.IGNORECASE) and not re.search(
        r"\bmy\b|do i|set", masked, re.IGNORECASE
    ):
        return None
    entities: dict[str, Any] = {k: v for k, v in sentence.times().items() if k not in ("duration", "offset")}
    about = re.search(r"\b(?:about|for|regarding|to) (?P<query>[^¤]+)", found["rest"] or "", re.IGNORECASE)
    if about and bare(about["query"]) and bare(about["query"]).lower() not in ("me", "set"):
        entities["query"] = bare(about["query"])
    return Found("list_reminders", entities, 0.95)


def cancelling(sentence: Sentence) -> Found | None:
    """Return the reminder to be cancelled, or None."""
    masked = sentence.masked.strip(" ?.!")
    found = _CANCEL_REMINDER.fullmatch(masked)
    if not found:
        return None
    text = cleaned(found["text"] or found["text2"] or found["text3"] or found["text0"] or "")
    text = re.sub(r"^(?:(?:all|my|the|of|our|those|these|every|both)\b\s*)+", "", text, flags=re.IGNORECASE)
    if text.lower() in ("them", "all", "it", "anymore", "any more"):
        text = ""
    entities: dict[str, Any] = {"text": bare(text)} if text else {}
    entities.update(
        {
            k: v
            for k, v in sentence.times().items()
            if k in ("date", "time", "recurrence", "date_from", "date_to", "part")
        }
    )
    if re.search(r"\b(?:all|every|both)\b|\breminders\b", masked, re.IGNORECASE) and not text:
        entities["scope"] = "all"
    return Found("cancel_reminder", entities, 0.95)


def timer(sentence: Sentence) -> Found | None:
    """Return the timer to be started, or None."""
    masked = sentence.masked.strip(" ?.!")
    found = _TIMER.fullmatch(masked)
    if (
        not found
        or _TIMER_STOPPED.match(masked)
        or re.search(r"\btask|\bnote|function|python|code", masked, re.IGNORECASE)
    ):
        return None
    amounts = [t.amount for t in sentence.tags if t.amount]
    if not amounts and not re.search(r"\btimer|countdown", masked, re.IGNORECASE):
        return None
    entities: dict[str, Any] = {}
    if amounts:
        minutes = sum(a.minutes for a in amounts)
        entities["duration"] = int(minutes) if float(minutes).is_integer() else round(minutes, 4)
    elif sentence.tags:
        return None
    label = re.search(
        r"\b(?:for|called|named|to) (?!¤)(?:the |my )?(?P<label>[^¤]+)",
        next((g for g in found.groups() if g), ""),
        re.IGNORECASE,
    )
    name = cleaned(label["label"]) if label else ""
    if name and not re.fullmatch(r"(?:go off|start|me|now|begin).*", name, re.IGNORECASE):
        entities["label"] = bare(name)
    return Found("set_timer", entities, 0.96)


def waking(sentence: Sentence) -> Found | None:
    """Return the reminder that a wake-up call or an alarm is, or None."""
    found = _WAKE.fullmatch(sentence.masked.strip(" ?.!"))
    if not found:
        return None
    rest = next((g for g in found.groups() if g), "")
    entities: dict[str, Any] = {"text": "wake up"}
    purpose = re.search(r"\b(?:to|so (?:that )?i can|called|saying)\s+(?!¤)(?P<text>[^¤]+)", rest)
    if purpose:
        entities["text"] = cleaned(purpose["text"])
    entities.update({k: v for k, v in sentence.times(_WAKING).items() if k != "duration"})
    return Found("set_reminder", entities, 0.95)


def setting(sentence: Sentence) -> Found | None:
    """Return the reminder to be set, or None."""
    masked = sentence.masked.strip(" ?!")
    lead = ""
    opening = re.match(r"(?P<lead>(?:¤|,|\s|also|please|can you|could you)+)", masked)
    if opening:
        lead, masked = opening["lead"], masked[opening.end() :]
    found = _REMIND.fullmatch(masked) or _SET.fullmatch(masked) or _FORGET.fullmatch(masked)
    if found:
        rest = next((g for g in found.groups() if g is not None), "")
        if not _meant(masked, rest, sentence):
            return None
        inside = masked[: masked.rfind(rest)] if rest else masked
        return _reminder(sentence, rest, len(lead) + len(inside), lead + inside)
    trailing = re.fullmatch(
        r"(?P<rest>.{3,}?)[,;.-]+ ?(?:and |so |please |can you |could you )*(?:remind|nudge|ping) me(?: (?:about|of) (?:it|that|this)| to do (?:it|that))?(?P<tail>(?: ¤| ,)*)",
        masked,
        re.IGNORECASE,
    )
    if trailing:
        text = re.sub(
            r"^(?:i (?:need|have|must|should|want)(?: to)?|i've got to|i've to|i'm supposed to|we need to)\s+",
            "",
            trailing["rest"],
            flags=re.IGNORECASE,
        )
        return Found("set_reminder", _with_text(cleaned(text), _reminding_times(sentence.times(REMINDING))), 0.93)
    return None


def _meant(masked: str, rest: str, sentence: Sentence) -> bool:
    """Keep "tell me a joke", "remind me what a verb is" and "call me Bob" out."""
    if re.match(
        r"(?:tell|text|message|call|email|hit|warn|alert|notify|poke|ping|buzz|beep|bug)\b", masked, re.IGNORECASE
    ):
        return bool(sentence.tags) and bool(
            re.match(r"\s*(?:up\s*)?(?:¤|to\b|about\b|when it's time)", rest, re.IGNORECASE)
        )
    if re.match(
        r"(?:remember|don't forget|do not forget|make sure i|see that i|ensure|get me to)\b", masked, re.IGNORECASE
    ):
        return bool(re.match(r"\s*(?:¤\s*)*(?:to\b|about\b|i\b)", rest, re.IGNORECASE)) or bool(
            re.match(r"make sure i|see that i|ensure", masked, re.IGNORECASE) and sentence.tags
        )
    return not re.match(
        r"\s*(?:what|who|where|why|how|which|of (?:what|who)|when (?:is|was|does|did|do))\b", rest, re.IGNORECASE
    )


def _reminding_times(times: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in times.items() if k not in ("duration", "end_time", "part")}


def _with_text(text: str, times: dict[str, Any]) -> dict[str, Any]:
    return {"text": text, **times} if text else times


def _reminder(sentence: Sentence, rest: str, start: int, before: str) -> Found:
    opening = _TEXT_START.match(rest)
    text_start = start + (opening.end() if opening else 0)
    head_tags = [t for t in sentence.tags[: sentence.masked[:text_start].count("¤")]]
    body_tags = sentence.tags[len(head_tags) :]
    offset = next((t for t in sentence.tags if t.kind == "offset"), None)
    if _keeps_times(head_tags, body_tags):
        times = sentence.times(REMINDING, head_tags)
        text = cleaned(sentence.unmasked(text_start, len(sentence.masked)))
    else:
        times = sentence.times(REMINDING)
        text = cleaned(rest[opening.end() :] if opening else rest)
    if offset and not text:
        text = cleaned(rest)
    text = re.sub(r"\s+(?:is|are)$", "", re.sub(r"^(?:before|after) ", "", text))
    return Found("set_reminder", _with_text(bare(text) if offset else text, _reminding_times(times)), 0.95)


def _keeps_times(head: list[Tag], body: list[Tag]) -> bool:
    """Say whether times inside the reminder's text belong to it, because the reminder's own time stands before."""

    def has_day(tags: list[Tag]) -> bool:
        return any(t.kind in ("date", "period", "instant", "rule") for t in tags)

    def has_clock(tags: list[Tag]) -> bool:
        return any(
            t.kind in ("clock", "span") or (t.kind == "instant" and t.amount is not None and t.amount.is_clocklike)
            for t in tags
        )

    if not head or not body or any(t.kind == "offset" for t in (*head, *body)):
        return False
    return (
        (has_day(head) and has_day(body))
        or (has_clock(head) and has_clock(body))
        or (has_clock(head) and has_day(head) and bool(body))
    )
