"""Tasks and lists: add, complete, show, delete."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from typing import Any

from steward.nlu.intents.found import Found
from steward.nlu.intents.words import CALENDAR, CANCEL, EVENT, SHOW, TASK, TASK_LIST
from steward.nlu.patterns import Pattern
from steward.nlu.sentence import Sentence, bare, cleaned
from steward.nlu.times.merging import Reading

_DOING = Reading(anchor=True)
_PRIORITY = r"(?:(?:top|high(?:est)?|low(?:est)?|medium|normal|urgent|important|critical|big)(?:[- ](?:priority|prio|importance))?|priority)"
_LIST_NAME = r"(?:(?P<list>[\w'-]+(?: [\w'-]+)?) ?list|tasks|todos?|to-?dos?|to do'?s?|to do|list)"
_MINE = r"(?:my |the |our |a |this |that )?"
_ADD_TO_LIST = Pattern(
    rf"(?:(?:add|put|stick|throw|pop|get|write|place|include|append|jot|chuck|drop|need|i need|enter|note|record|save|log|insert|toss|slap|bung|whack|make sure|shove)(?: down| up| in)?) (?P<title>.+?)(?:,)? (?:to|on|onto|in|into|down on|on to|for) (?:my |the |our |this |that |today's )?{_LIST_NAME}\b(?P<tail>.*)",
    re.IGNORECASE,
)
_LIST_FIRST = Pattern(
    rf"(?:add|put|on|in|to|onto)(?: (?:to|on|onto))? (?:my |the |our ){_LIST_NAME}\s*[,:]?\s*(?:add |put |i need |write )?(?P<title>.+)",
    re.IGNORECASE,
)
_NEW_TASK = Pattern(
    rf"(?:(?:create|add|make|set ?up|new|start|open|log|put|enter|record|write|insert|i need|give me|throw in|set|assign|save|file|register|another)(?: me| in| down| up)?\s+)?(?:(?:an?|another|the|new|this|my|me|as) )*(?P<prio>{_PRIORITY})?,? ?(?:new )?(?:{_PRIORITY} )?(?P<noun>task|to-?do(?: item)?|to do(?: item)?|action item|todo item|chore|errand|item)(?: (?:with (?P<prio2>{_PRIORITY})|for me|to (?:my|the) list))?(?:\s*[:;,-]\s*|\s+(?:to|called|named|titled|that says|saying|for|about|which is|of|that i (?:need|have|must) to|that i|-)\s+|\s+)(?P<title>.+)",
    re.IGNORECASE,
)
_TODO = Pattern(
    r"(?:to-?do|to do|task|action item)s?\s*[:,-]?\s+(?P<title>(?!list|lists|today|¤|for|this|next|app|due|please|items?\b).+)",
    re.IGNORECASE,
)
_ADD_IT = Pattern(
    rf"(?P<title>.{{3,}}?)[,;.-]+ ?(?:so |please |can you |could you |and )*(?:add|put|stick|throw|write|pop|get|save|log|make) (?:it|that|this|them|those|these)(?: a)?(?: down)? ?(?:(?:to|on|onto|in|as|a|an) )*(?:my |the |our )?(?:{_LIST_NAME}|task|todo|to-do)(?P<tail>.*)",
    re.IGNORECASE,
)
_ADD_PLAIN = Pattern(r"add (?P<title>(?!an? (?:meeting|call|event|appointment)).+)", re.IGNORECASE)
_I_NEED = Pattern(
    r"^(?:i (?:really )?(?:need|have|must|should|ought|want|gotta|got)(?: really)?(?: to)?|i've got to|i'm supposed to|we (?:need|have) to|remember to|we need|we're out of|we are out of|we're (?:running )?low on|we've run out of|i'm out of|we ran out of|i ran out of|to)\s+",
    re.IGNORECASE,
)
_NEED_BUY = Pattern(
    r"(?:we're|we are|i'm|i am|we've|we have) (?:out of|running (?:out of|low on)|run out of|low on) (?P<title>[^¤,.]+)(?:,.*)?",
    re.IGNORECASE,
)
_NOT_ADDED = Pattern(
    rf"\b(?:reminder|calendar|notes?|diary|agenda|timer|alarm|contacts?|playlist|numbers?|column|line|function|\d+ (?:and|to|plus) \d+)\b|^{EVENT}\b.* with\b",
    re.IGNORECASE,
)
_DONE = tuple(
    Pattern(p, re.IGNORECASE)
    for p in (
        rf"(?:mark|set|tick|flag|check|cross|put|call|count|consider|make|report|log)(?: off)? (?:{_MINE}(?:task|todo|to-do|item)?:? ?)?(?P<title>.+?)(?: task| item)? (?:as |to )?(?:being )?(?:done|complete|completed|finished|off|resolved|closed|ticked|checked)(?: (?:on|from|off|in) (?:my |the )?.*list)?",
        rf"(?:complete|finish|close(?: out)?|check off|tick off|cross off|cross out|check|tick|resolve|knock out|wrap up|strike off|mark off|scratch off|close off)(?: {_MINE}(?:task|todo|to-do|item)s?)?:? (?P<title>.+?)(?: (?:from|on|off|in) (?:my |the |our )?(?:[\w-]+ )?(?:list|tasks|todos?|to-?dos?))?",
        r"(?:i|we)(?:'ve| have|'m| am| just| already| finally|'ve just|'ve already|'ve finally| have just| have already|'re| are)*\s+(?:just |already |finally )?(?:finished|completed|done|did|wrapped up|taken care of|took care of|ticked off|checked off|crossed off|handled|sorted|dealt with|finished up|got done with|finished with|done with|through with|knocked out|accomplished|sent off|sorted out|closed)(?: with)? (?P<title>(?!it\b|that\b|my best|you\b|not\b|well\b|with you|for\b|here).+)",
        r"(?:(?:all |i'm |i am )?(?:done|finished|through|all done)) (?:with|on) (?P<title>.+)",
        r"(?:just |finally |already )*(?:finished|completed|wrapped up|took care of|handled|knocked out)(?: with)? (?P<title>.+)",
        r"(?:the |my )?(?P<title>.+?) (?:is|are|has been|have been|was|got)(?: now| all| finally| already)? (?:done|finished|complete|completed|taken care of|sorted|dealt with|handled|ticked off|wrapped up)(?: now| today)?",
        r"(?:i(?:'ve| have)?) (?:just |already |finally )?(?P<title>(?:bought|paid|called|emailed|sent|cleaned|picked up|fixed|submitted|mailed|washed|fed|walked|booked|renewed|ordered|returned|watered) .+?)(?:,? (?:so )?(?:mark|check|tick|cross) (?:it|that) (?:off|as done|done|complete).*)",
        r"(?:the |my )?(?P<title>.+?)(?: is| are|'s been|'s| has been| have been)?(?: ready| done| finished| bought| sent| paid| sorted| complete)?(?: now)?[,;.]+ ?(?:so |please |you can |and |can you )*(?:mark|check|tick|cross|set) (?:it|them|that|this|those)(?: off| as)*(?: (?:done|complete|completed|finished|off))?(?: .*list)?",
        r"(?:got|get) (?P<title>.+?) done(?: ¤)?",
        r"(?:done|finished|completed|complete)[:,] (?P<title>.+)",
        r"(?:that's|that is|there goes|scratch) (?P<title>.+?) (?:done|off (?:my|the) list|sorted|finished|out of the way|checked off)",
        r"(?:take|cross|check|tick|strike|scratch|knock) (?P<title>.+?) off(?: (?:of )?(?:my |the )?.*(?:list|tasks|todos?))?(?: as done)?",
    )
)
_NUMBER = Pattern(
    r"(?:task |item |todo |to-do |number |no\.? ?|the |# ?)*(?P<n>\d{1,3})(?:st|nd|rd|th)?(?: (?:task|item|one|todo))?|(?:task |item |number |the )*(?P<word>one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|fourth|fifth)(?: (?:task|item|one|todo))?",
    re.IGNORECASE,
)
_WORD_NUMBERS = {
    w: n
    for n, pair in enumerate(
        (
            ("one", "first"),
            ("two", "second"),
            ("three", "third"),
            ("four", "fourth"),
            ("five", "fifth"),
            ("six",),
            ("seven",),
            ("eight",),
            ("nine",),
            ("ten",),
        ),
        1,
    )
    for w in pair
}
_SHOWS = tuple(
    Pattern(p, re.IGNORECASE)
    for p in (
        rf"(?:{SHOW} |what(?:'s| is| are)? (?:on |in |left on |still on )?|which |do i have |have i got |any |are there |how many |list |what |is there |anything (?:on|in|left on) |open |got |let's see |read |tell me what's on |what do i have on |is |what have i got on |anything due |where's |how's |how is )(?:(?:my|all|any|the|me|our|are|of|open|overdue|pending|remaining|unfinished|completed|finished|done|incomplete|outstanding|late|today's|¤|high priority|priority|urgent|important|low priority|medium priority|high-priority|anything|something|top|due|still|other|important|more|current|active|on|have|work|is|closed|next|left|upcoming|whole|full|entire|personal|biggest|most) ?)*(?P<noun>{TASK_LIST}|{TASK})\b(?P<rest>.*)",
        r"what (?:do|should|must|shall|did|else do|else should) (?:i|we) (?:still )?(?:need|have|got|want|gotta|have left|do|be doing|be working on|work on|tackle|get done|focus on|accomplish|supposed)\b ?(?:to (?:do|get done|finish|complete|accomplish|work on|be done|take care of|buy|get|pick up|be doing)|left to do|done|to|first)? ?(?:at |from )?(?P<rest>.*)",
        r"what(?:'s| is| have i| else is| else)?(?: still| left)?(?: got)? (?:left )?(?:to (?:do|be done|get done|finish|complete|tackle)|to-do|due|overdue|pending|outstanding|left to do|unfinished|remaining)(?P<rest>.*)",
        rf"(?:my |the |all |all my |our |open |overdue |pending |completed |finished |¤ )+(?:{_PRIORITY} )?(?P<noun>{TASK_LIST}|{TASK})\b(?P<rest>.*)",
        r"(?:to-?do|task|shopping|grocery) list(?: please)?(?P<rest>)",
        r"(?:what|which) (?:.* )?(?:tasks?|to-?dos?|chores|errands)\b(?P<rest>.*)",
        r"(?:is there |are there |do i have |have i got |got |is |have )?(?:anything|something|any tasks|any work|stuff|things) (?:i (?:need|have|should|must|forgot)(?: still)? ?(?:to do|to get done|do|to finish|to)?|due|overdue|left to do|to do|pending|outstanding|left)\b(?P<rest>.*)",
        r"(?:what's|what is) (?:on my plate|my workload|the most (?:urgent|important) thing|my top priority|my priorit(?:y|ies))(?P<rest>.*)|what are my (?:top )?priorities(?P<rest2>.*)|what (?:am i|have i been) (?:supposed to|meant to|working on|behind on)(?: do(?:ing)?)?(?P<rest3>.*)",
        r"what (?:still |else )?needs (?:to be done|doing|to get done|finishing|my attention)(?P<rest>.*)|what do we need (?:from|at|to get from|to buy at) the (?:store|shops?|market|supermarket)(?P<rest2>.*)",
        r"what (?:have|did) i (?:already )?(?:complete|completed|finish|finished|get done|accomplish|accomplished|gotten done|done)(?P<rest>.*)",
    )
)
_OTHER = Pattern(
    r"\b(?:reminders?|notes?|meetings?|appointments?|calendar|events?|python|recipe|poem|in (?:paris|london|rome|tokyo|new york|town|the world)|weather|essay|fun|function|happened|happening|rid of|lose weight|if|when i|with my (?:life|hair)|about)\b",
    re.IGNORECASE,
)
_DELETE = tuple(
    Pattern(p, re.IGNORECASE)
    for p in (
        rf"(?:{CANCEL}|take off|take) (?:(?:the|my|that|this|all|all of|of|our|every|any|completed|finished|done|overdue|old) )*(?:{_PRIORITY} )?(?:tasks?|to-?dos?|to do|todo items?|to-do items?|items?|chores?|errands?)\b(?: list)?(?:\s*[:,-]\s*|\s+(?:to|called|named|about|titled|for|number)\s+|\s+|$)(?P<title>.*)",
        rf"(?:{CANCEL}|take|pull|get|cross|wipe)(?: off)? (?P<title>.+?) (?:from|off|off of|out of|on) (?:my |the |our )?{_LIST_NAME}(?P<tail>.*)",
        rf"(?:{CANCEL}) (?:the |my |that )?(?P<title>.+?) (?:task|to-?do|todo|to do|chore|errand|item)s?(?: (?:from|off|on) .*)?",
        rf"i (?:don't|no longer|do not) (?:need|have|want) to (?P<title>.+?)(?: anymore| any more| any longer)?[,;.]+ ?(?:so |please |can you )*(?:take|remove|delete|drop|get|strike|scratch) (?:it|that) (?:off|from|out of)(?: of)? (?:my |the |our )?{_LIST_NAME}",
        rf"(?:{CANCEL}|empty) (?:out )?(?:my |the |our )?(?P<title>)(?:whole |entire )?{_LIST_NAME}",
    )
)


def _priority(text: str) -> str | None:
    found = re.search(
        r"\b(high(?:est)?|top|urgent|important|critical|low(?:est)?|medium|normal)\b(?:[- ](?:priority|prio|importance))?",
        text,
        re.IGNORECASE,
    )
    if not found:
        return None
    word = found[1].lower()
    return "low" if word.startswith("low") else "medium" if word in ("medium", "normal") else "high"


def _put_list(entities: dict[str, Any], name: str | None) -> None:
    if not name:
        return
    plain = re.sub(r"^(?:my|the|our|this|a|today's) ", "", name.lower()).strip()
    plain = {
        "groceries": "grocery",
        "to-do": "",
        "todo": "",
        "to do": "",
        "task": "",
        "tasks": "",
        "do": "",
        "to": "",
    }.get(plain, plain)
    if plain and not plain.startswith(("to-do", "todo", "to do")):
        entities["list"] = plain


def _task_times(sentence: Sentence) -> dict[str, Any]:
    return {k: v for k, v in sentence.times(_DOING).items() if k != "duration"}


def _tidied_title(text: str) -> str:
    title = cleaned(re.sub(r"¤\s*(?:deadline|due date)", "", text))
    title = re.sub(r"^(?:called|named|titled|saying|that says)\s+", "", title, flags=re.IGNORECASE)
    title = (
        re.sub(
            r",? (?:(?:with|at|as|and make it|make it|it's|that's|and it's)(?: an?)? )?(?:top|high|low|medium|urgent)(?: |-)?(?:priority|importance)?$",
            "",
            title,
            flags=re.IGNORECASE,
        )
        if _priority(title)
        else title
    )
    title = re.sub(
        r",? (?:with )?(?:a )?(?:due date|deadline)(?: of| is)?$|,? (?:which|that|and it|it)(?:'s| is)$",
        "",
        title,
        flags=re.IGNORECASE,
    )
    return cleaned(title).strip("\"'")


def add(sentence: Sentence) -> Found | None:
    """Return the task to be added, or None."""
    masked = sentence.masked.strip(" ?!")
    opening = re.match(r"(?:¤[\s,]*)+", masked)
    if opening:
        masked = masked[opening.end() :]
    found = _ADD_IT.fullmatch(masked)
    if found:
        return _added(sentence, _I_NEED.sub("", found["title"]), found["list"], masked, 0.95)
    found = _NEW_TASK.fullmatch(masked)
    if (
        found
        and (found["noun"] != "item" or "list" in masked)
        and not re.match(r"(?:list|lists|manager|app|tracker|bar|force)\b", found["title"], re.IGNORECASE)
        and re.match(
            r"(?:create|add|make|set|new|start|open|log|put|enter|record|write|insert|i need|give|throw|assign|save|file|register|another|an?|urgent|high)\b",
            masked,
            re.IGNORECASE,
        )
    ):
        listed = re.fullmatch(
            rf"(?P<title>.+?) (?:to|on|in) (?:my |the |our )?{_LIST_NAME}", found["title"], re.IGNORECASE
        )
        title = listed["title"] if listed else found["title"]
        return _added(
            sentence,
            title,
            listed["list"] if listed else None,
            masked[: masked.rfind(found["title"])] + " " + title,
            0.96,
        )
    for pattern in (_ADD_TO_LIST, _LIST_FIRST):
        found = pattern.fullmatch(masked)
        if found and not re.search(rf"\b{CALENDAR}\b", masked, re.IGNORECASE):
            title = re.sub(
                r"^(?:an? |the )?(?:task|todo|to-do|item)(?: to| called|:)? ", "", found["title"], flags=re.IGNORECASE
            )
            return _added(sentence, title, found["list"], masked, 0.96)
    found = _TODO.fullmatch(masked)
    if found:
        return _added(sentence, found["title"], None, masked, 0.95)
    return _add_loosely(sentence, masked)


def _add_loosely(sentence: Sentence, masked: str) -> Found | None:
    found = _NEED_BUY.fullmatch(masked)
    if found and re.search(r"\blist\b", masked):
        return _added(sentence, "buy " + found["title"], "shopping", masked, 0.9)
    found = _ADD_PLAIN.fullmatch(masked)
    if (
        not found
        or _NOT_ADDED.search(found["title"])
        or re.search(rf"^(?:an? |the )?(?:[\w'-]+ ){{0,2}}?{EVENT}\b", found["title"], re.IGNORECASE)
    ):
        return None
    if re.search(r"\b(?:to|into) (?:the|a|an|that|this) \w+$", found["title"], re.IGNORECASE):
        return None
    if any(t.kind in ("clock", "span") for t in sentence.tags) and re.search(r"\bwith\b", masked):
        return None
    return _added(sentence, found["title"], None, masked, 0.9)


def _added(sentence: Sentence, title: str, list_name: str | None, masked: str, confidence: float) -> Found:
    entities: dict[str, Any] = {"title": _tidied_title(title)}
    priority = (
        _priority(masked) if re.search(r"priority|urgent|important|critical|prio\b", masked, re.IGNORECASE) else None
    )
    if priority:
        entities["priority"] = priority
    _put_list(entities, list_name)
    entities.update(_task_times(sentence))
    if not entities["title"]:
        entities.pop("title")
    return Found("add_task", entities, confidence)


def complete(sentence: Sentence) -> Found | None:
    """Return the task that is done, or None."""
    text = sentence.masked.strip(" ?!.")
    if re.match(
        r"(?:is|are|was|did|do|does|have|has|what|when|who|how|why|can|check (?:my|the|if|for|what|when|¤|in|availability)|set (?:an?|up|my|the timer))\b",
        text,
        re.IGNORECASE,
    ) and not re.match(r"check off", text, re.IGNORECASE):
        return None
    if re.search(r"\band (?:i )?(?:loved?|hated?|enjoyed|it was|really|went|now i)\b", text, re.IGNORECASE):
        return None
    for pattern in _DONE:
        found = pattern.fullmatch(text)
        if not found:
            continue
        title = _tidied_title(
            re.sub(
                r"^(?:the |my )?(?:task|todo|to-do|item)s? (?:to |of |called |named )?(?=\S)",
                "",
                found["title"],
                flags=re.IGNORECASE,
            )
        )
        number = _NUMBER.fullmatch(cleaned(found["title"]))
        if number:
            return Found(
                "complete_task",
                {"number": int(number["n"]) if number["n"] else _WORD_NUMBERS[number["word"].lower()]},
                0.95,
            )
        if (
            re.fullmatch(
                r"(?:it|that|this|everything|work|school|dinner|lunch|eating|talking|you|what|who|nothing|there|here|all)",
                title,
                re.IGNORECASE,
            )
            or not title
        ):
            return None
        if re.search(r"\b(?:weather|game|match|war|movie|election|world)\b", title, re.IGNORECASE):
            return None
        return Found("complete_task", {"title": bare(title)}, 0.94)
    return None


def listing(sentence: Sentence) -> Found | None:
    """Return the question for tasks, or None."""
    masked = sentence.masked.strip(" ?.!")
    if any(t.lead.startswith(("due", "is due", "are due")) for t in sentence.tags) and re.fullmatch(
        r"(?:what|what's|anything|is anything|something|what all|which(?: ones)?|do i have anything|is there anything|what things|things)(?: ¤)+",
        masked,
        re.IGNORECASE,
    ):
        return Found("list_tasks", _listed(sentence, masked, None), 0.95)
    for index, pattern in enumerate(_SHOWS):
        found = pattern.fullmatch(masked)
        if not found or _OTHER.search(re.sub(r"what about|tell me about", "", masked)):
            continue
        if index == 1 and re.match(
            r"what (?:do|have|did|will) (?:i|we) (?:have|got)(?! (?:left |got )?to\b| left)", masked, re.IGNORECASE
        ):
            continue
        if index == 1 and not re.fullmatch(
            r"(?:(?:¤|first|next|and|the|still|by|today|done|for|work|at work|home|from|store|the store|shop|house|around|buy|market|to do|on my list|now|finish|get|do|in)[ ,]*)*",
            found["rest"],
            re.IGNORECASE,
        ):
            continue
        return Found("list_tasks", _listed(sentence, masked, found.groupdict().get("noun")), 0.95)
    return None


def _listed(sentence: Sentence, masked: str, noun: str | None) -> dict[str, Any]:
    entities: dict[str, Any] = {
        k: v for k, v in sentence.times().items() if k in ("date", "date_from", "date_to", "part")
    }
    if re.search(
        r"\b(?:completed?|finish(?:ed)?|done|closed|accomplished|get done|gotten done)\b", masked, re.IGNORECASE
    ) and not re.search(r"to (?:get|be) done|need|should", masked, re.IGNORECASE):
        entities["status"] = "completed"
    elif re.search(r"\b(?:overdue|late|behind)\b", masked, re.IGNORECASE):
        entities["status"] = "overdue"
    elif re.search(r"\b(?:open|pending|unfinished|remaining|outstanding|incomplete|left)\b", masked, re.IGNORECASE):
        entities["status"] = "open"
    if re.search(r"priorit|urgent|important", masked, re.IGNORECASE):
        entities["priority"] = _priority(masked) or "high"
    if noun and noun.lower().endswith("list"):
        _put_list(entities, noun[:-4].strip())
    return entities


def delete(sentence: Sentence) -> Found | None:
    """Return the task to be deleted, or None."""
    masked = sentence.masked.strip(" ?.!")
    if re.search(
        rf"^(?:cross|tick|check|strike)\b|\b(?:reminder|note|meeting|{CALENDAR}|my account|alarm|timer)\b",
        masked,
        re.IGNORECASE,
    ):
        return None
    for pattern in _DELETE:
        found = pattern.fullmatch(masked)
        if not found:
            continue
        entities: dict[str, Any] = {}
        title = bare(_tidied_title(found["title"]))
        number = _NUMBER.fullmatch(cleaned(found["title"]))
        if number:
            entities["number"] = int(number["n"]) if number["n"] else _WORD_NUMBERS[number["word"].lower()]
        elif title:
            entities["title"] = title
        _put_list(entities, found.groupdict().get("list"))
        if re.search(r"\b(?:all|completed|every)\b", masked, re.IGNORECASE) and not title:
            entities["scope"] = "all"
        return Found("delete_task", entities, 0.95)
    return None
