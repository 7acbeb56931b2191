"""Questions about the calendar: what is on, when am I free, how does my day look."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re
from typing import Any

from steward.nlu.intents.found import Found
from steward.nlu.intents.slots import event_title, is_generic, mentions_event, put_people, who
from steward.nlu.intents.words import CALENDAR, EVENT, SHOW
from steward.nlu.patterns import Pattern
from steward.nlu.sentence import Sentence, bare
from steward.nlu.times.merging import Reading

ASKING = Reading(anchor=True)

_SUMMARY = Pattern(
    r"(?:(?:please )?(?:summari[sz]e|recap|sum up|brief me(?: on)?|catch me up(?: on)?|fill me in(?: on)?|run (?:me )?through|walk me through|give me|what's|what is|how's|how is|how does|tell me about|read me|show me|let's hear|i want|get me|overview of|outline|prepare|go over|talk me through|what does|do|run down|break down|update me on|start|hit me with)\s+)?(?:(?:a|an|the|my|today's|¤|quick|short|brief|daily|morning|full|evening|of|for|me|today|whole|entire) ?)*(?:(?:day|daily|morning|evening|¤) ?)?(?:day|briefing|summary|rundown|run-down|overview|recap|brief|digest|agenda summary|update|day ahead|report for ¤)(?: (?:of|for|on|about|my|day|the|¤|ahead|today|look(?:s|ing)?(?: like)?|shaping up|going to look like|schedule|calendar|hold|in store|like|please))*",
    re.IGNORECASE,
)
_BRIEF = Pattern(
    r"(?:brief|catch|fill|get) me(?: up| in| to speed)*(?: on| for| about)?(?: my)?(?: day| ¤)+|(?:is there )?(?:anything|what)(?: else)? (?:i should|i need to|do i need to|should i|i ought to|i have to) know(?: about| for| before i start)?(?: my day| ¤)+",
    re.IGNORECASE,
)
_HAPPENING = Pattern(
    r"(?:what's|what is|whats|what) (?:happening|going on|up|in store|the plan|planned|the agenda|ahead)(?: (?:for me|for|with me|in my day|on))* ?(?P<t>¤)(?: for me)?|(?:what's|what is) (?:my day|¤) (?:look(?:ing)? like|going to be like)|how(?:'s| is| does| will) my day (?:look|looking|shaping up|go|going)(?: like| ¤)*|what(?:'s| does) my day (?:look )?(?:like|hold|got in store)?(?: ¤)?",
    re.IGNORECASE,
)
_OWN = r"(?:(?:the|my|our|all|all my|any|upcoming|scheduled|other|new|next|these|of|important|work|me|what|which|is|are|calendar|family|personal) )*"
_EVENTS = r"(?:meetings?|appointments?|appts?|events?|calls?|things|plans|engagements|commitments|bookings|interviews?|syncs?|classes|sessions|lunch(?:es)?|dinners?|anything|something|stuff|one[- ]on[- ]ones|parties|obligations)"
_CHECKS: tuple[str, ...] = (
    rf"(?:{SHOW} )(?:(?:the|my|our|me|whole|entire|full|of|work|at|up|on|all|today's|¤|weekly|daily|personal) ?)*(?:{CALENDAR}|week|weekend)\b(?: (?:is|looks|look like|for|events|items|view|on|of|please|in|entries|ahead|¤))*.{{0,3}}",
    rf"(?:{SHOW} )(?:(?:the|my|our|me|all|any|of|upcoming|scheduled|next|¤) ?)*{_EVENTS}(?P<rest>(?:\b.*)?)",
    rf"(?:what's|what is|what are|whats|what do i have|what have i got|what've i got|what i have|what|anything|is there anything|do i have anything|have i got anything|is anything|got anything|is there something|anything else|what else is|what else do i have|something|who's|who is|do i have something|what events are|what's going|what all is|how many things are) ?(?:(?:is|are|there|going|next|first|left|coming up|planned|scheduled|booked|lined up|happening|set|for me|on the) )*(?:on|in|for|up on|down (?:in|on|for)|to|at|coming up|happening on|planned on) (?:(?:the|my|our|¤) ?)*(?:{CALENDAR}|cards|docket|plate|program|programme|menu|itinerary)\b.*",
    rf"(?:what's|what is|whats|what are|what does|how's|how is|how does|how do|what do|what will|how are|what) (?:my|the|our|¤|things) ?(?:(?:whole|entire|work|daily|weekly|full|things|plans?) ?)*(?:{CALENDAR}|plans?|week|weekend|day|¤|month|morning|afternoon|evening|itinerary|program|lineup|things|appointments|meetings|events|looking|look)\b(?: ?(?:is|look(?:s|ing)?|like|shaping up|going to|be|have|hold|for|on|in|¤|this|ahead|at|of|so far|over|during|looking like|packed|busy))*",
    r"(?:what|which|how many|any|are there any|do i have(?: any| an?| some| another)?|have i got(?: any| an?)?|got(?: any| an?)?|is there an?|what kind of|whose|list of|did i have(?: any)?|will i have(?: any)?|are there|i have any) (?:(?:more|other|upcoming|scheduled|important|of my|my|new|work|early|late|¤) ?)*"
    + _EVENTS
    + r"\b(?P<rest2>.*)",
    r"(?:what|who) (?:do|am|are|have|did|will|should|is|all do|else do|else am) (?:i|we) (?:have|got|doing|supposed|meeting|booked|seeing|expected|be doing|scheduled|up to|talking|speaking|do|having|plan(?:ned|ning)?|going|to be|busy|on for|committed)\b(?P<rest3>.*)",
    r"(?:do|did|will|have) (?:i|we) (?:have|got|be) (?:anything|something|much|a lot|plans|any plans|stuff|a busy|any commitments|anywhere|a full|to be (?:anywhere|somewhere))\b.*",
    r"(?:when|what time|where|what day|how soon|at what time|how long|who)(?:'s| is| are| was| does| do| will)(?: (?:i|we) (?:have|meet(?:ing)?|see(?:ing)?|talk(?:ing)?|speak(?:ing)?|got))? ?(?P<rest4>.+)",
    r"(?:am|are) (?:i|we) (?:still )?(?:meeting|seeing|having|doing|supposed|due|busy with|scheduled|booked with|going)\b.*",
    r"(?:is there|are there|is|was|do i still have|have i still got|do we have|do we still have|did (?:i|we) (?:schedule|book|set up|plan|have)) (?:anything|something|an?|any|the|my|our) ?(?:.+)",
    r"(?:what's|what is|whats|who's|anything|what) (?:on|up|next|coming up|happening|planned|scheduled|lined up|booked|cooking|going on|going|doing|in store|the plan|the first thing|the last thing|the first thing i have|the last thing i have|up next|for|due|on tap|the deal|good on|first|left)\b ?(?:(?:for|on|me|in|after|with|from|to|my|us|at|the|today|this|next|is|are|¤) ?)*",
    rf"(?:my|the|our|¤) ?(?:(?:next|upcoming|¤|full|whole|first|last|work) ?)*(?:{CALENDAR}|meetings|appointments|events|plans|itinerary)(?: (?:for|on|in|this|please|view|¤|is))*",
    rf"(?!schedule$){CALENDAR}(?: (?:for|on|view|please|check|¤))*",
    r"(?:upcoming|next|today's|¤) (?:¤ )?(?:meetings?|appointments?|events?|calls?)(?: .*)?",
    r"(?:how|is|are) (?:busy|packed|full|booked|crazy|hectic|bad|heavy)(?: (?:is|am|are|will))? (?:i|my|we|¤|it|things).*|(?:is|was) (?:my|¤) ?.*(?:busy|packed|full|booked|crazy|hectic|light|open|clear).*|(?:am|are) (?:i|we) (?:busy|booked|tied up|swamped|fully booked|double[- ]booked).*",
    r"(?:i )?(?:wonder|wondering|want to know|need to know|curious) (?:what|if|when|whether) .*(?:calendar|schedule|meeting|appointment|agenda).*",
    r"(?:where|when) (?:do i (?:need|have) to be|should i be|am i (?:needed|expected|supposed to be))\b.*",
    r"(?:run me|run me through|walk me|walk me through|tell me about|take me|take me through|talk me|talk me through|show|show me|check|go over|review|what about|and|list) ¤(?: ¤)*",
    r"(?:what's|what is|who's|which is|where's) (?:my|the|our) (?:(?:next|first|last|earliest|final|biggest) )?(?:¤ )?(?P<rest5>"
    + EVENT
    + r")\b.*",
    r"what ¤ (?:looks?|is looking|holds?) ?(?:like)?",
    r"(?:does|do|did|is|are) (?:anything|any meetings|something|any of my meetings) (?:clash|conflict|overlap|clashing)\b.*",
    r"(?:what's|what is|whats|anything|something|is there anything|anything else|what) ¤(?: ¤)*",
)
_CHECK_PATTERNS = tuple(Pattern(p, re.IGNORECASE) for p in _CHECKS)
_OTHER_NOUN = Pattern(
    r"\b(?:tasks?|to-?dos?|reminders?|notes?|timers?|alarms?|messages?|texts?|emails?|weather|forecast|rain(?:ing)?|score|news|price|stock|capital|population|president|meaning|movie|film|tv|netflix|recipe|traffic|songs?|music|sunset|sunrise|moon|game|world cup|elections?|olympics|train|bus|plane|store|shop|pharmacy|bank|restaurants?|flights? to|cheapest|temperature|cold|hot|open|wifi|password|birthday of|lyrics|concert tickets|match|bitcoin|history|war|fix|python|code|mass|distance|difference|definition|best|worst|biggest|recommend|cost|worth|tall|old|far|shopping|groceries|sale|on tv|mind|brain|desk|table|fridge|oven)\b",
    re.IGNORECASE,
)
_SINGLE = Pattern(r"(?:when|what time|where|what day|at what time|how soon|how long|who)\b", re.IGNORECASE)
_NEXT = Pattern(
    r"\b(?:next|upcoming|first) (?:up|(?:[\w-]+ )?(?:meeting|appointment|event|call|thing|interview|one|engagement|class|session|sync|lunch))\b|\bup next\b|what's next|what is next|\bwho(?:'s| is| am i| do i)\b.*\bnext\b|coming up next",
    re.IGNORECASE,
)

_FREE_WORD = r"(?:free|available|open|unbooked|unoccupied|clear|around|not busy|at liberty)"
_AVAILABILITY = tuple(
    Pattern(p, re.IGNORECASE)
    for p in (
        rf"(?:(?:when|what time|what day|which days?|how much|what times|where|how long|what|at what time)\b.*?)?\b(?:am|are|is|will|would|do|does|was|might|should)\b (?:i|we|[\w ']{{1,30}}?)\b ?(?:going to be|be|be at all|at all|still|both|all|look(?:ing)?|totally|completely|get|have)? ?{_FREE_WORD}\b.*",
        r"(?:do|did|will|can|could|would|have|might) (?:i|we|you think i) (?:have|got|get|still have|find|make|spare|manage|also have)(?: in| up)? ?(?:(?:any|some|a|an|the|enough|much|free|spare|in|open|extra|another|¤) ?)*(?:time|room|availability|free|openings?|gaps?|slots?|space|spare|window|breathing room)\b ?.*",
        rf"(?:find|show|get|give|suggest|look for|search for|list|check|tell|see|i need|i want|what's|what is|what are|locate|identify|pick|which|recommend|propose|need|got|any|are there(?: any)?|is there(?: any| an?)?|do i have(?: any| an?)?|have i got(?: any| an?)?|what|how about|where's|where is|when's|when is)\b ?(?:me |us |for |out |my |the |a |an |any |some |next |first |best |good |all |available |earliest |when |what )*(?:(?:{_FREE_WORD}|next|good|best|suitable|common|longest|¤|spare|mutual) ?)*(?:free|open|available|spare|gaps?|openings?|availability|good time|best time|time slots?|slots?|when i'm|when i am|next free|opening|window|space|breathing room|some time)\b.*",
        rf"(?:is|are|would|does|was|how about|how's|how does) (?:my |the |¤ ?|that |there )+(?:calendar |schedule |diary |afternoon |morning |evening |day |time |slot |hour |work )*(?:{_FREE_WORD}|work for me|ok for me|good for me|work|good|taken|ok|okay|possible)\b.*",
        r"(?:(?:check|confirm|see|verify|tell me|let me know|what about|how about|show|show me) )?(?:if|whether|when) (?:i|we|i'm|we're|i am)\b.*\b(?:free|available|open|time|busy|booked|gap|slot)\b.*",
        r"(?:my|check|show|check my|show my|what's my|what is my|show me my|tell me my|give me my|see my) availability\b.*",
        r"when (?:can|could|should|might|would|is a good time|is the best time|'s a good time|'s good|would be a good time|works|do i have time|have i got time|are we able) ?(?:i|we|for|to|me)?\b ?.*(?:meet|schedule|fit|have|time|see|call|talk|get|for|work|do|squeeze|slot|go|take|¤|book|catch).*",
        r"(?:can|could|might|would) (?:i|we) (?:fit|squeeze|slot|cram|work|take on|manage|handle|accept)\b.*",
        r"(?:could|can|would|might) (?:i|we) (?:do|manage|make|take|meet|have|handle) (?!.*\b(?:with|it)\b)(?:an? |lunch |coffee |something |anything )?.*¤",
    )
)
_DURATION_WORDS = Pattern(
    r"\b(?:free|spare|open|available|whole|full)[ -](?P<unit>hour|half[ -]hour)\b|\b(?P<unit2>hour|half[ -]hour)(?: (?:free|gap|slot|window|opening|long|meeting|call))",
    re.IGNORECASE,
)


def _people(sentence: Sentence, entities: dict[str, Any]) -> None:
    masked = re.sub(
        r"\b(?:see|meet|visit|meeting) (?:my|our|if|what|all|¤)\b", "", sentence.masked, flags=re.IGNORECASE
    )
    put_people(entities, who(masked), sentence.context.contacts)


def _summary_days(sentence: Sentence) -> dict[str, Any]:
    """Return the day or days to sum up; today is understood and left out."""
    times = {k: v for k, v in sentence.times().items() if k in ("date", "date_from", "date_to")}
    return {} if times.get("date") == sentence.now.date().isoformat() else times


def summary(sentence: Sentence) -> Found | None:
    """Return the wish for a summary of the day, or None."""
    masked = sentence.masked.strip(" ?.!")
    if _OTHER_NOUN.search(masked) or not re.search(
        r"day|brief|summar|rundown|run-down|overview|recap|digest|update|¤", masked, re.IGNORECASE
    ):
        return None
    if _BRIEF.fullmatch(masked) and all(t.kind in ("date", "part") for t in sentence.tags):
        return Found("daily_summary", _summary_days(sentence), 0.94)
    found = _SUMMARY.fullmatch(masked)
    happening = _HAPPENING.fullmatch(masked)
    if not found and not happening:
        return None
    times = _summary_days(sentence)
    today = not times and bool(sentence.tags)
    if (
        (happening or re.match(r"(?:what's|what is|how's|how is|how does|what does)\b", masked, re.IGNORECASE))
        and times
        and not today
    ):
        return None
    if found and re.fullmatch(
        r"(?:a |the |my )?(?:day|update|summary|overview|report|recap|brief|digest)", masked, re.IGNORECASE
    ):
        return None
    if found and re.match(
        r"(?:what's|what is|tell me about|start|show me|do|give me|i want|get me) (?:(?:the|a|my|¤) )*(?:day|update)$",
        masked,
        re.IGNORECASE,
    ):
        return None
    return Found("daily_summary", times, 0.95)


def availability(sentence: Sentence) -> Found | None:
    """Return the question for free time, or None."""
    masked = sentence.masked.strip(" ?.!")
    if re.search(
        r"\b(?:remind|task|note|timer|tell|text|message|password|is the (?!calendar|schedule|slot|time|afternoon|morning|evening|team)\w+ open|free (?:trial|will|app|software|download|movie|music|games?)|for free|gift|stock|in stock|weather)\b",
        masked,
        re.IGNORECASE,
    ):
        return None
    for pattern in _AVAILABILITY:
        if pattern.fullmatch(masked):
            break
    else:
        return None
    if re.match(r"(?:i need|i want|need|get|find)\b", masked, re.IGNORECASE) and who(masked):
        return None
    if not _plausible_free(sentence, masked):
        return None
    entities: dict[str, Any] = {}
    _people(sentence, entities)
    entities.update(sentence.times(ASKING))
    length = _DURATION_WORDS.search(masked)
    if length and "duration" not in entities:
        entities["duration"] = 30 if "half" in (length["unit"] or length["unit2"]) else 60
    return Found("check_availability", entities, 0.94)


def _plausible_free(sentence: Sentence, masked: str) -> bool:
    return bool(sentence.tags) or bool(
        re.search(
            r"\b(?:i|i'm|me|my|we|we're|us)\b.*\b(?:free|available|availability|time|open|gap|slot|busy|booked)\b|\b(?:free|available|open) (?:time|slots?|hours?|gaps?)|\bavailability\b|next (?:free|available|open)",
            masked,
            re.IGNORECASE,
        )
    )


def check(sentence: Sentence) -> Found | None:
    """Return the question for what is in the calendar, or None."""
    masked = sentence.masked.strip(" ?.!")
    if _OTHER_NOUN.search(re.sub(r"remind me (?:of|about) my", "", masked)):
        return None
    for pattern in _CHECK_PATTERNS:
        found = pattern.fullmatch(masked)
        if found and _plausible(sentence, masked):
            return _checked(sentence, masked)
    return None


def _plausible(sentence: Sentence, masked: str) -> bool:
    """A calendar word, a meeting noun with "my"/"I", or a time together with "I"; otherwise it is about the world."""
    if re.search(
        rf"\b(?:my|our|the|full|¤) ?(?:\w+ )?{CALENDAR}\b|^{CALENDAR}\b|\bdocket\b|itinerary|on the cards|on my plate",
        masked,
        re.IGNORECASE,
    ):
        return True
    mine = re.search(r"\b(?:i|i'm|i've|my|me|we|our|we're|us|any|upcoming)\b", masked, re.IGNORECASE)
    own_event = mentions_event(masked) or re.search(rf"\b{_EVENTS}\b", masked, re.IGNORECASE)
    if own_event and (
        mine
        or sentence.tags
        or who(masked)
        or re.match(
            r"(?:when|what time|where|at what time)(?:'s| is| does| do| are)? (?:the|our)\b", masked, re.IGNORECASE
        )
        or any(t.lower() in masked.lower() for t in sentence.context.titles)
    ):
        return True
    if any(t and t.lower() in masked.lower() for t in sentence.context.titles):
        return True
    times = [t for t in sentence.tags if t.kind not in ("amount", "zone", "offset")]
    if times and (
        mine
        or re.fullmatch(
            r"(?:(?:what's|what is|whats|anything|what|is|there|something|planned|on|up|happening|scheduled|coming|going|for|booked|lined|in|store|the|plan|how|how's|does|look|looking|like|show|me|run|through|walk|check|tell|about|it|good|agenda|are|plans|doing|clash|clashing|conflict|overlap|does|do|looks|holds|thing|first|last|going|have|today|tonight|full|busy|packed)\b ?|¤[ ,]*)+",
            masked,
            re.IGNORECASE,
        )
    ):
        return True
    return bool(
        re.fullmatch(
            r"(?:what's|what is|whats) (?:next|up next|coming up(?: next)?|next for me|on my plate|the plan)|where (?:do i need|should i) .*|when do i (?:meet|see) .+",
            masked,
            re.IGNORECASE,
        )
    )


def _checked(sentence: Sentence, masked: str) -> Found:
    entities: dict[str, Any] = {}
    _people(sentence, entities)
    if _SINGLE.match(masked):
        title = _asked_title(masked)
        if title and title not in (entities.get("person"), *entities.get("people", [])):
            entities["title"] = title
    if _NEXT.search(masked) and not sentence.tags:
        entities["scope"] = "next"
    times = sentence.times(ASKING)
    times.pop("duration", None)
    entities.update(times)
    return Found("check_calendar", entities, 0.95)


def _asked_title(masked: str) -> str | None:
    found = re.match(
        rf"(?:when|what time|where|what day|at what time|how soon|how long|who)(?:'s| is| are| was| does| do| will)? (?:(?:i|we) (?:have|got) )?(?:(?:my|the|our|next|an?) )*(?P<what>.*?{EVENT}|[^¤]+?)(?=$|¤| with| at| on| in| and)",
        masked,
        re.IGNORECASE,
    )
    if not found:
        return None
    title = event_title(found["what"])
    if not title or is_generic(bare(title)) or re.match(r"(?:i|we|am|do|need|have)\b", title, re.IGNORECASE):
        return None
    return re.sub(r"\s+(?:start|starting|begin|supposed|scheduled|happening|again)\b.*$", "", title)
