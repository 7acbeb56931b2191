"""Templates about meetings and the calendar."""
# ruff: noqa: E501 - one template a line

MEETINGS: dict[str, str] = {
    "schedule_meeting": """
(schedule|book|set up|arrange|plan|organize|create|add|make) (a|an|the|another|my) {event} with {person} {when}
(schedule|book|set up|arrange|plan|organize|create|add|make) [a|an] {event} {when} [with {person}]
(schedule|book|set up|arrange|create|add) (a|an) {length} {event} with {person} [{when}]
(schedule|book|set up|arrange) (a|an) {event} with {person}
{event} with {person} {when}
(put|add|stick|throw|pop|drop|get) (a|an|the|my) {event} [with {person}] (on|in|into|onto) (my|the|our) (calendar|diary|schedule|agenda) [{when}]
(i'd like to|i want to|i need to|i have to|i should|we should|let's|can we|could we|i'm going to|we need to) (meet|see|catch up with|sit down with|get together with|talk to|speak with|have lunch with|have coffee with|have a call with|have dinner with|grab a drink with) {person} {when}
(block|block off|block out|reserve|hold|keep|set aside) {when} (for|to do) (x|x x|{event}|deep work|focus time|some x)
(pencil|slot|squeeze|fit|book) (me|{person}) in [with {person}] [for {event}] {when}
(get|put) (me|us) on {person} 's calendar {when}
i (have|have got|got|'ve got) (a|an|my) {event} [with {person}] {when}
i'm (meeting|seeing|having lunch with|having dinner with|having coffee with) {person} {when}
(set|get|find) (something|a time|some time|time) [up|in] (with|for me and|to meet|to talk to) {person} {when}
(new|another) (appointment|event|meeting) {when} [with {person}]
(schedule|set up|create) (a|an) (weekly|monthly|daily|recurring) {event} [with {person}] {rule} [{clock}]
{event} {rule} {clock}
(invite|bring in) {person} (to|for) (a|an) {event} {when}
(make|get) (me|us) (a|an) (reservation|appointment|booking) (at|with|for) (x|x x|{person}) {when}
(me and|myself and) {person} (are meeting|need to meet|should meet|are getting together) {when}
(get|bring|put) {person} and (me|{person}) together {when}
(put|write|mark) me down for (a|an|the) {event} {when}
(make|carve out|find) (some time|time|room|space) for (a|an|the) {event} [with {person}] {when}
there (is|will be) (a|an) {event} {when} (put it on my calendar|add it|add it to the calendar|put that in my diary)
{person} and i (are having|have|want|need) (a|an) {event} {when}
{person} wants to (meet|see me|talk|have a {event}) {when} (book it|set it up|put it in|schedule it|add it to my calendar)
(line up|lock in|nail down|confirm) (a|an) {event} with {person} {when}
(sign|book) me up for (a|the) {event} {when}
can you (send|create) an invite (to {person}|for a {event}) [with {person}] {when}
""",
    "reschedule_meeting": """
(move|shift|push|reschedule|change|bump|slide|postpone|delay|switch|bring|swap) (the|my|our|that) {event} [with {person}] (to|until|till|back to|over to) {when}
(move|shift|push|reschedule|bump|slide|postpone|delay|bring forward|pull forward) (the|my|our|that) {event} [with {person}] [by|back|forward|up|out] {length} [later|earlier]
(move|shift|push|change|bump) my {clock} [{event}] [back|forward] to {when}
(push|move|bump) my {clock} (back|forward|out|up) [by] {length}
(can we|could we|can you|could you) (move|shift|push|do|have) (the|my) {event} [with {person}] {when} instead
(the|my) {event} [with {person}] (needs to|has to|should|must) (move|be moved|be pushed|be rescheduled|shift|change) to {when}
(reschedule|postpone|rearrange|rebook) (the|my) {event} [with {person}]
(put off|push back|delay|hold off on) (the|my) {event} [with {person}] (until|till|to) {when}
(change|update|adjust) (the time of|the date of|the start of|the time for) (the|my) {event} [with {person}] to {when}
(make|start) (the|my|our) {event} [with {person}] {length} (earlier|later)
(make|start) (the|my|our) {event} [with {person}] {clock} instead [of {clock}]
(run|do|hold) (the|my) {event} {length} (later|earlier) (than planned|than usual|today)
{person} can't make {clock} (move it|push it|shift it|switch it) to {when}
instead of {when} (let's do|put|make|have) (the|my) {event} [with {person}] {when}
(i'd rather|i would rather|i'd prefer to) (do|have) (the|my) {event} [with {person}] {when}
(take|knock|kick) (the|my) {event} [with {person}] (back|out|forward|over) to {when}
""",
    "cancel_meeting": """
(cancel|delete|remove|call off|scrap|drop|ditch|get rid of|scratch|clear|kill|axe|nix) (the|my|our|that|this) {event} [with {person}] [{when}]
(cancel|delete|remove|scrap|clear) (all my|all the|every|everything|all of my) [meetings|appointments|events|calls] {when}
(cancel|drop|get rid of|scratch) my {clock} [{event}] [with {person}]
(take|wipe|strike|pull) (the|my) {event} [with {person}] off (my|the) (calendar|schedule|diary) [{day}]
(i can't|i won't|we can't|i cannot|i'm not going to) (make it to|make|attend|go to|come to) (the|my) {event} [with {person}] {day} [cancel it]
(the|my) {event} [with {person}] [{day}] (is off|is cancelled|was called off|isn't happening|is not happening anymore)
(i no longer need|i don't need|we don't need|we no longer need) (the|my|that) {event} [with {person}] [{when}] [anymore]
(clear|free up|wipe|empty) (my calendar|my schedule|my day|my afternoon|my morning|my diary) {day}
{person} (cancelled|can't make it|called in sick|is ill) [so] (cancel|drop|delete|remove) (the|our) {event} [{when}]
(tell {person} i can't make|bail on|back out of|pull out of|skip) (the|my|our) {event} [with {person}] [{when}]
""",
    "check_calendar": """
(what's|what is|what have i got|what do i have|what do we have) on [my calendar|my schedule|my agenda|my diary|the books] {day}
(show|show me|list|give me|read me|read out|pull up|open|check|display|bring up|let me see) (my|the|our) (calendar|schedule|agenda|diary|events|meetings|appointments) [for] [{day}]
(what|which) (meetings|appointments|events|calls) (do i have|are there|are scheduled|have i got|are coming up) [{day}]
(do i have|have i got|is there|are there) (anything|any meetings|something|any appointments|any calls|any events|any plans) [on|scheduled|planned|booked|going on] {day}
(when|what time|where) (is|'s|does) (my|the|our) [next] {event} [with {person}] [start|{day}]
(when|what time) (am i|are we) (meeting|seeing|talking to|having lunch with) {person}
(who am i|what am i) (meeting|seeing|doing|talking to|supposed to meet) {day}
(what does|how does) (my|the) (week|day|calendar|schedule|weekend|month|afternoon) look [like] [{day}]
how (busy|packed|full|crazy) (am i|is my schedule|is my day|is my week|does it look) {day}
(any|anything) (meetings|appointments|events|planned|scheduled|on|happening|important|coming up) {day}
(what's|who's|what is) next [on my calendar|on my schedule|up]
(is|do i still have) my {event} with {person} [still on] [{day}]
how many (meetings|appointments|calls|events) do i have {day}
(where do i need to be|where should i be|what do i need to attend|who do i have to see) {when}
run me through (my schedule|{day}|my calendar|what's coming up) [{day}]
(what did i have|what was on|what meetings did i have) {day}
(i wonder|i'm wondering|remind me|tell me) what (i have|i've got|is|i'm doing) (on|planned|scheduled|going on|booked) {day}
(give me the lowdown on|fill me in on|talk me through) (my schedule|my meetings|{day}|my calendar) [{day}]
(has anything|did anything|is anything) (been added to|change on|new on|clashing on) my (calendar|schedule) [{day}]
(does anything|is anything|do any meetings) (clash|conflict|overlap) {day}
""",
    "check_availability": """
(am i|are we|is {person}|will i be) (free|available|busy|open) {when} [for a {event}]
(when|what time|which day) (am i|are we|will i be) (free|available|open|not busy) [{day}]
(find|show|give|get|suggest) [me] (a|an|the next|any|some) (free|open|available) (hour|slot|time|slots|window|gap|half hour) [{day}] [for a {event}]
(do i have|have i got|do we have) (time|room|space|a gap|an opening|a free slot|any time|a window) [for a {event}|for a {length} {event}] {when}
(can i|could i|can we|could we) (fit in|squeeze in|fit|make|manage) (a|an|another) {event} [with {person}] {when}
(is|would) {when} (free|open|work|available|good|ok) [for me]
(any|are there any|what) (free|open|available) (slots|times|hours|time|gaps) {day}
(check|what's|what is) my availability {day}
(when's|when is|what's) (a good time|the next free slot|my next opening|the best time) (for a {event}|to meet {person}|{day})
(how much|what) free time do i have {day}
(i need|i'm looking for|looking for) (a|an) {length} (slot|window|gap|opening) {day}
(is my|is the) (morning|afternoon|evening|calendar|schedule) (clear|free|open|empty) {day}
(does|would|will) {when} (work|suit me|be possible|clash with anything) [for a {event}]
(could i|can i|might i) (take on|handle|accept) (another|a|one more) {event} {when}
""",
}
