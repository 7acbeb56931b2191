"""Slots of a sentence whose intent only the classifier knows, and the evidence a guess must have."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from typing import Any

from steward.nlu.intents.slots import finish_event, mentions_event, put_people, spoken_title, topic, who
from steward.nlu.intents.words import EVENT, TASK_LIST
from steward.nlu.patterns import Pattern
from steward.nlu.sentence import Sentence, bare, cleaned
from steward.nlu.times.merging import Reading

_TO_DO = Pattern(r"\b(?:to|about|for|that|of)\s+(?!my\b|the list)(?P<text>[^¤]*[\w'][^¤]*)", re.IGNORECASE)
_QUOTE = Pattern(r"(?:that|saying|say|:|about|if|whether)\s+(?P<body>.+)", re.IGNORECASE)
_TASK_WORDS = Pattern(rf"\b(?:{TASK_LIST}|tasks?|to-?dos?|list|chores?|due|done|finished|off)\b", re.IGNORECASE)
_EVIDENCE = {
    "set_reminder": r"remind|nudge|ping|poke|forget|alarm|wake|alert|prompt|memory|nag|bug|shout|heads|notify|let me know|tell me|warn|pester|bother|badger",
    "list_reminders": r"remind|alarm",
    "cancel_reminder": r"remind|alarm",
    "set_timer": r"timer|count|clock|time me|¤",
    "list_notes": r"\bnotes?\b|\bmemos?\b|wrote|writ|jot",
    "create_note": r"\bnotes?\b|\bmemo\b|write|jot|remember|record|keep|down",
    "send_message": r"\b(?:text|message|tell|let|ask|email|ping|sms|dm|say|reply|respond|write|word|touch|reach|inform|notify|warn|answer|get back)\b",
    "days_until": r"¤",
    "ask_time": r"\btime\b|late",
    "ask_date": r"\bdate|\bday|month|year",
    "daily_summary": r"day|brief|summar|rundown|overview|update|digest|speed|today|morning|¤",
}


def _plausible(intent: str, sentence: Sentence) -> bool:
    """Demand a word that belongs to the intent, so that a lucky mix of features is not enough."""
    masked = sentence.masked
    timed = any(t.kind in ("date", "clock", "span", "period", "instant", "rule", "part") for t in sentence.tags)
    if intent in ("schedule_meeting", "reschedule_meeting", "cancel_meeting"):
        return (mentions_event(masked) or bool(who(masked))) and (timed or mentions_event(masked))
    if intent == "check_availability" and not re.search(
        r"\b(?:i|i'm|i've|we|we're|my|me|us|our|slots?|gaps?|windows?|openings?|free|busy)\b|^(?:is|does|would|how about) ¤",
        masked,
        re.IGNORECASE,
    ):
        return False
    if intent in ("check_calendar", "check_availability"):
        return (
            timed
            or mentions_event(masked)
            or bool(re.search(r"\b(?:calendar|schedule|agenda|diary|free|available)\b", masked, re.IGNORECASE))
        )
    if intent in ("add_task", "complete_task", "delete_task", "list_tasks"):
        return bool(_TASK_WORDS.search(masked))
    wanted = _EVIDENCE.get(intent)
    return wanted is None or bool(re.search(wanted, masked, re.IGNORECASE))


def fill(intent: str, sentence: Sentence) -> dict[str, Any] | None:
    """Return the slots of a guessed intent, or None when nothing in the sentence supports the guess."""
    if not _plausible(intent, sentence):
        return None
    if intent in ("schedule_meeting", "cancel_meeting", "check_calendar", "check_availability"):
        return _event(intent, sentence)
    if intent == "reschedule_meeting":
        entities: dict[str, Any] = {}
        put_people(entities, who(sentence.masked), sentence.context.contacts)
        noun = re.search(rf"\b(?:the|my|our) (?P<title>(?:[\w'-]+ ){{0,2}}?{EVENT})\b", sentence.masked, re.IGNORECASE)
        if noun and "person" not in entities:
            entities["title"] = noun["title"]
        return {**entities, **_only(sentence.times(), "date", "time", "part", "date_from", "date_to")}
    if intent in ("set_reminder", "add_task", "complete_task", "delete_task", "cancel_reminder"):
        return _doing(intent, sentence)
    return _rest(intent, sentence)


def _only(times: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {k: v for k, v in times.items() if k in keys}


def _event(intent: str, sentence: Sentence) -> dict[str, Any]:
    schedule = intent == "schedule_meeting"
    times = sentence.times(Reading(anchor=intent != "cancel_meeting", span_duration=schedule))
    if schedule:
        times.setdefault("duration", 60)
    elif intent != "check_availability":
        times.pop("duration", None)
    entities = finish_event(sentence, "", times)
    put_people(entities, who(sentence.masked), sentence.context.contacts)
    named = spoken_title(sentence.masked) or (topic(sentence.masked) if schedule else None)
    noun = re.search(
        rf"\b(?:an?|the|my|our|some) (?P<title>(?:[\w'-]+ ){{0,2}}?{EVENT})\b", sentence.masked, re.IGNORECASE
    )
    if named or noun:
        title = bare(named or (noun["title"] if noun else ""))
        if title and title not in (entities.get("person"), "meeting", "call", "appointment", "event"):
            entities["title"] = title
    return entities


def _doing(intent: str, sentence: Sentence) -> dict[str, Any]:
    found = _TO_DO.search(sentence.masked)
    text = cleaned(found["text"]) if found else ""
    slot = "text" if "reminder" in intent else "title"
    times = sentence.times(Reading(anchor=True, part_times=intent == "set_reminder"))
    wanted = (
        ("date", "time", "recurrence", "offset")
        if intent == "set_reminder"
        else ("date", "time", "date_from", "date_to")
    )
    entities = _only(times, *wanted) if intent in ("set_reminder", "add_task") else {}
    return {slot: text, **entities} if text else entities


def _rest(intent: str, sentence: Sentence) -> dict[str, Any] | None:
    if intent == "create_note":
        found = re.search(r"(?:that|down|:|saying|note|of)\s+(?P<text>.+)", sentence.text, re.IGNORECASE)
        return {"text": cleaned(found["text"])} if found else {}
    if intent == "send_message":
        names = who(sentence.masked)
        named = re.search(
            r"\b(?:to|tell|text|ask|message|let) (?P<who>(?-i:[A-Z])[\w-]+|my \w+|mom|dad)", sentence.text
        )
        body = _QUOTE.search(sentence.text)
        entities: dict[str, Any] = (
            {"recipient": bare(named["who"])} if named else {"recipient": names[0]} if names else {}
        )
        return {**entities, "body": body["body"]} if body else entities
    if intent == "set_timer":
        minutes = [t.amount.minutes for t in sentence.tags if t.amount]
        return (
            {"duration": int(minutes[0]) if minutes and minutes[0] == int(minutes[0]) else minutes[0]}
            if minutes
            else {}
        )
    if intent == "ask_date":
        times = sentence.times()
        return {"date": times.get("date", sentence.now.date().isoformat())}
    if intent in ("calculate", "convert_units", "days_until", "ask_time"):
        return None if intent != "ask_time" else {}
    if intent in ("list_tasks", "list_reminders"):
        return _only(sentence.times(), "date", "date_from", "date_to")
    return {}
