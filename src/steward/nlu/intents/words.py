"""Lexicons shared by the recognisers, as regular expressions without groups."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

GENERIC_EVENT = (
    r"(?:meetings?|calls?|video calls?|phone calls?|zoom calls?|zoom|appointments?|appts?|appt|events?|slots?|time|sessions?|invites?|calendar (?:entry|entries|events?|items?|invites?)"
    r"|one[- ]on[- ]ones?|1:1s?|1-1s?|1on1s?|chats?|engagements?|things?|plans?|bookings?|talks?|mtg|meet|get[- ]together|stuff|something|anything)"
)
EVENT = (
    r"(?:(?:video|phone|zoom|conference|team|skype|teams|facetime) calls?|meetings?|mtg|calls?|appointments?|appts?|events?|lunch(?:es)?|dinners?|breakfasts?|brunch|coffees?|drinks|suppers?"
    r"|syncs?|stand-?ups?|stand ups?|1:1s?|1-1s?|one[- ]on[- ]ones?|catch[- ]?ups?|check-?ins?|interviews?|sessions?|workshops?|reviews?|demos?|webinars?|conferences?|trainings?|class(?:es)?"
    r"|lessons?|part(?:y|ies)|haircuts?|check-?ups?|presentations?|retros?|retrospectives?|planning|huddles?|chats?|zooms?|get-togethers?|visits?|consultations?|seminars?|rehearsals?"
    r"|practices?|concerts?|workouts?|slots?|reservations?|town ?halls?|kick-?offs?|dentist|doctor'?s?|gym|yoga|pilates|physio|therapy|tutoring|babysitter|date night|playdate|ceremony|wedding"
    r"|tours?|viewing|briefings?|debriefs?|pitch|audition|hearing|exam|fitting|massage|manicure|vet|optometrist|orthodontist|barber|salon|brainstorm(?:ing)?|offsite|game night|movie night|trip|flight|follow-?up|talk|lecture|ceremony|happy hour|barbecue|bbq|picnic|recital|match|tasting|inspection|walkthrough|all-?hands)"
)
CREATE = (
    r"(?:schedule|book|set ?up|arrange|plan|organi[sz]e|create|add|make|put|block(?: off| out)?|reserve|pencil|slot|fix(?: up)?|get|line up|throw|stick|squeeze|fit|hold|set|new|pop|drop|insert|enter"
    r"|mark|save|log|register|chuck|start|request|coordinate|find(?: me)? a time for|find time for|find a slot for|carve out|jot|shove|whack|stuff|place|lock(?: in)?|keep)"
)
CALENDAR = r"(?:calendar|diary|schedule|agenda|planner|cal|books)"
TASK = r"(?:tasks?|to-?dos?|to do'?s?|todos?|to do items?|to-do items?|action items?|chores?|errands?)"
TASK_LIST = r"(?:(?:to[- ]?do|todo|task|tasks|shopping|grocery|groceries|packing|wish|bucket|reading|work|chores?|errands?|household|christmas|home|gift|christmas|movie|watch) ?lists?|tasks|todos?|to-?dos?|to do'?s|list)"
MOVE = (
    r"(?:move|reschedule|re-schedule|push(?: back| out| off)?|shift|change|postpone|bring forward|bring up|delay|put off|put back|pull(?: forward| up| in)?|bump|slide|switch|swap|rebook|rearrange|re-arrange|drag|defer"
    r"|relocate|advance|adjust|kick|nudge|transfer|bring|extend|shorten|update|alter|make|set|modify|flip|start)"
)
MOVE_STRONG = r"(?:move|reschedule|re-schedule|push|shift|postpone|bring forward|delay|put off|put back|pull forward|pull|bump|slide|rebook|rearrange|re-arrange|defer|bring|shove|scoot|swap|switch|change|nudge|drag|kick|knock|advance|adjust)"
CANCEL = r"(?:cancel|delete|remove|call off|scrap|ditch|drop|scratch|get rid of|clear|erase|kill|axe|wipe|take off|nix|dump|unschedule|bin|trash|abort|cross off|strike|dismiss|discard|forget(?: about)?|turn off|switch off|disable|unset|pull out of|back out of|bail on|skip|lose|blow off|decline)"
SHOW = r"(?:show(?: me| us)?|list|display|see|view|read(?: me| out| back| off)?(?: out)?|open|pull up|bring up|give me|tell me(?: about)?|check|look at|get(?: me)?|let me see|run (?:me )?through|go over|go through|what about|fetch|find|print|i want to see|recap|review|hear|look up|have a look at|take a look at|walk me through|remind me (?:of|about)(?= (?:my|the)))"
PERSON_NAME = r"(?:[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)*)"
