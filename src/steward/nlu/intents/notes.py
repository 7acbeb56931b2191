"""Notes: their text is kept word for word, times included."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re

from steward.nlu.intents.found import Found
from steward.nlu.patterns import Pattern
from steward.nlu.sentence import bare, cleaned

_NOTE = r"(?:(?:quick |new |short |little |mental )?(?:note|memo)(?: to self)?)"
_MAKE = r"(?:take|make|create|add|write|save|jot down|leave|start|record|keep|put down|do|scribble|store|new|another)"
_JOIN = r"(?:\s*[:;,-]\s*|\s+(?:that says|which says|saying(?: that)?|that reads|reading|with the text|to say(?: that)?|stating(?: that)?|that|of the fact that)\s+)"
_WRITES: tuple[tuple[str, float], ...] = (
    (rf"(?:{_MAKE} (?:me )?(?:an? |the |another |down )?){_NOTE} (?:called|titled|named|about|on|regarding|for|re)\s+(?P<title>.+?)(?:\s*[:;]\s*|,? (?:saying(?: that)?|that says|which says|to say(?: that)?|stating(?: that)?|with(?: the text)?|reading)\s+)(?P<text>.+)", 0.96),
    (rf"(?:{_MAKE} (?:me )?(?:an? |the |another |this |down )?(?:{_NOTE})(?: down)?)(?:{_JOIN}|\s+(?:of|to|about|on|for me that|to self that|to self to|to self)\s+|\s+)(?P<text>.+)", 0.95),
    (r"(?:quick )?(?:note to self|mental note|self note|memo to self|note|memo|nb|n\.b\.)\s*[:;,-]\s*(?P<text>.+)", 0.97),
    (r"(?:please )?(?:note to self|mental note)(?: that| to)?\s+(?P<text>.+)", 0.95),
    (r"(?:please )?(?:note|note down)(?: down)?(?: that| the fact that| this| this down)?\s*[:,]?\s+(?P<text>(?!on\b|taking).+)", 0.93),
    (r"(?:write|jot|scribble|put|get|take|mark)(?: (?:this|that|it))? down(?: for me)?(?:\s*[:;,-]\s*|\s+(?:that|the fact that|how|about)\s+|\s+)(?P<text>(?!for\b|as\b|to\b).+)", 0.95),
    (r"(?:write|jot) (?P<text>(?:that|the|my|this) .+?) down", 0.92),
    (r"(?:please )?(?:remember|keep in mind|bear in mind|don't forget|do not forget|record|log|memori[sz]e|for the record|fyi|make sure you remember|save the fact|store the fact)(?: this)?(?:\s*[:;]\s*|,? that\s+)(?P<text>.+)", 0.93),
    (r"(?:add|put|save|store|stick|append|write|drop) (?:this |that |it )?(?:to|in|into|on) (?:my |the )?notes(?:\s*[:;,-]\s*|\s+(?:that|saying)\s+)(?P<text>.+)", 0.95),
    (r"(?:add|put|save|store|stick|append|write|drop|jot) (?P<text>.+?) (?:to|in|into|on|in to) (?:my |the )?(?:notes|notebook|note pad|notepad)", 0.95),
    (r"(?P<text>.{4,}?)[,;.:-]+ (?:please )?(?:write|note|jot|take|put) (?:that|this|it) down(?: (?:please|for me))?", 0.93),
    (r"(?P<text>.{4,}?)[,;.-]+ (?:please )?(?:(?:make|take) (?:a )?note of (?:that|this|it)|note that|remember that|save that(?: as a note| in my notes| to my notes)?|put that in my notes|add that to my notes|keep a note of that)", 0.93),
    (r"(?:remember|save) (?P<text>(?:my|the|our) .{3,60}? (?:is|are|was|=) .+)", 0.92),
    (r"(?:dictate|dictation)[: ]+(?P<text>.+)", 0.9),
)  # fmt: skip
_NEW_EMPTY = Pattern(
    rf"{_MAKE} (?:me )?(?:an? |another |the |down )?{_NOTE}(?: for me| down)?|(?:new|quick) note|note", re.IGNORECASE
)
_WRITE_PATTERNS = tuple((Pattern(p, re.IGNORECASE | re.DOTALL), c) for p, c in _WRITES)

_SHOW = r"(?:show(?: me)?|list|display|see|view|read(?: me| out)?(?: back)?|open|pull up|bring up|give me|check|look at|get|let me see|go through|find|search(?: for| through| in)?|look (?:up|for|through|in)|fetch|where(?:'s| is| are)|what(?:'s| is| are| was| were)?(?: in| on)?|do i have|have i got|any|locate|retrieve|tell me|get me|which|are there|dig (?:up|out)|what(?:'s| does) )"
_ABOUT = r"(?:about|on|for|regarding|with|that mentions?|mentioning|that says?|containing|related to|concerning|mention|where i (?:wrote|mentioned|said)|called|titled|named|says? about|say about|from|of)"
_LISTS: tuple[str, ...] = (
    rf"{_SHOW} (?:(?:me|all|any|my|the|that|of|those|our|latest|recent|last|saved|i|have|notes? i (?:made|took|wrote|have)|every) )*(?:notes?|memos?)(?: (?:i (?:have|made|took|wrote|saved|left)|do i have|are there|have i (?:made|taken|got|written)|that i (?:made|took|wrote)|there|down|please|mention))*(?:,? {_ABOUT} (?P<query>.+))?",
    r"search (?:in |through )?(?:my |the )?notes (?:for|about|on) (?P<query>.+)",
    r"(?:find|search for|look (?:up|for)) (?P<query>.+?) in (?:my |the )?notes",
    r"what(?:'s| is| did i (?:say|write|note|put|jot|record|have)| do i have)(?: down| written(?: down)?)? (?:in|on) (?:my|the) notes(?: (?:about|on|regarding|for) (?P<query>.+))?",
    r"(?:what|where) did i (?:write|note|jot|put|say)(?: down)?(?: (?:about|on|regarding|for) (?P<query>.+))",
    r"where did i (?:write|note|jot|put) down (?P<query>.+)",
    r"what have i (?:written|noted|jotted)(?: down)?(?: (?:about|on|regarding) (?P<query>.+))?",
    r"(?:do i have|have i got|are there|is there) (?:anything|something|any info) in (?:my|the) notes(?: (?:about|on|regarding|for) (?P<query>.+))?",
    rf"(?:my |all my |the |all )notes(?: {_ABOUT} (?P<query>.+))?",
    r"what (?:do|did) my notes say(?: about (?P<query>.+))?",
    r"notes (?:about|on|for) (?P<query>.+)",
    r"did i (?:write|note|jot)(?: anything)?(?: down)? (?:about|on|regarding) (?P<query>.+)",
)
_LIST_PATTERNS = tuple(Pattern(p, re.IGNORECASE) for p in _LISTS)


def note(text: str) -> Found | None:
    """Return the note to be made or the notes to be shown, or None."""
    core = text.strip()
    if len(core) <= 200 and re.search(r"\bnotes?\b|\bmemos?\b|written|write|wrote|jot", core, re.IGNORECASE):
        for pattern in _LIST_PATTERNS:
            found = pattern.fullmatch(core)
            if found:
                query = found.groupdict().get("query")
                return Found("list_notes", {"query": bare(query)} if query else {}, 0.96)
    if _NEW_EMPTY.fullmatch(core):
        return Found("create_note", {}, 0.93)
    for pattern, confidence in _WRITE_PATTERNS:
        found = pattern.fullmatch(core)
        if found:
            return _written(found, confidence)
    return None


def _written(found: re.Match[str], confidence: float) -> Found:
    entities = {"text": found["text"].strip().strip('"')}
    title = found.groupdict().get("title")
    if title:
        entities["title"] = bare(cleaned(title))
    return Found("create_note", entities, confidence)
