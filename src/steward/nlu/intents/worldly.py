"""Questions about the world, code, poems and translations: recognised so that they are never mistaken for a command."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re

from steward.nlu.patterns import Pattern

_WORLD = Pattern(
    r"(?:(?:book|find|reserve|get|buy|order)(?: me)? (?:an? |the |some )?(?:cheap(?:est)? |return |one[- ]way )?(?:flights?|train|hotel|taxi|cab|uber|plane|bus|airbnb|pizza|tickets? (?:to|for))\b|translate|explain|define|debug|compose an?|rewrite|paraphrase|proofread|recommend|who (?:won|was|wrote|invented|discovered|painted|directed|sang|plays|played|is the (?:president|king|queen|ceo|prime minister|author|founder|pope|mayor))|how do (?:you|i) (?:spell|say|pronounce|cook|make|bake|fix|build|install|write|learn|get rid|tie|change a|boil|remove|clean|lose|invest|train|grow)|write (?:me )?(?:an? |the )?(?:\w+ )?(?:poem|story|song|essay|haiku|limerick|function|program|script|code|letter|blog|article|novel|sonnet|rap|speech|regex|query|paragraph|cover letter|joke|class|unit test|sql)|what(?:'s| is| was| are) the (?:capital|population|meaning|definition|weather|height|distance|speed|price|score|largest|biggest|tallest|longest|smallest|best|worst|difference|fastest|deepest|plot|lyrics|boiling|melting|formula|latest|currency|language|synonym|opposite|chemical|gdp|history|stock|cheapest|exchange|temperature|forecast|traffic|richest|oldest|name of|recipe|cause|square mile|area|sun|moon)|is it (?:going to |gonna )?(?:rain|snow|cold|hot|sunny|windy|warm)|will it (?:rain|snow|be (?:sunny|cold|hot|warm|windy))|why (?:is|are|do|does|did|was|were|can't|has)\b|what (?:causes|does .+ mean|happens (?:if|when)|happened (?:in|to|at|during)|language)|how (?:tall|old|far is it to|deep|heavy|fast|big|rich) (?:is|are|was|does|do)\b(?!.*¤)|how (?:does|did|do) (?!(?:i|my|¤|this week|next week|tomorrow|today|the week|the rest|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b)|when (?:was|did|were) (?!(?:i|my|we|our)\b)|where (?:is|are|was|can i (?:buy|find|get)) (?!my|our|the (?:meeting|appointment|event|call|standup|sync|lunch|dinner))|what(?:'s| is) (?:a|an) (?!good time\b)(?!\d)(?:\w+ ?){1,6}$|which (?:country|city|planet|team|actor|movie|president|animal|river|is (?:better|bigger|faster|taller)))\b",
    re.IGNORECASE,
)
_OWN = Pattern(
    r"\b(?:my|our) (?:\w+ )?(?:calendar|schedule|agenda|diary|meetings?|appointments?|tasks?|to-?dos?|reminders?|notes?|list)\b",
    re.IGNORECASE,
)


def is_about_the_world(text: str) -> bool:
    """Say whether the sentence asks for knowledge or writing that no offline intent gives."""
    return bool(_WORLD.match(text)) and not _OWN.search(text)
