"""Templates for the clock, messages, the day's summary and the dialogue acts."""
# ruff: noqa: E501 - one template a line

OTHERS: dict[str, str] = {
    "send_message": """
(text|message|tell|ping|email|sms|dm|whatsapp) {person} [that] {body}
(send|shoot|drop|write|fire off) (a|an) (message|text|note|sms|email|line|dm) to {person} (saying|that|:|and say|telling them) {body}
(send|shoot|drop|write) {person} (a|an) (message|text|note|sms|email|line) (saying|that|:|and say|to say) {body}
let {person} know [that] {body}
(ask|tell|remind) {person} (if|whether|to|about|that) (x|x x|x x x|{body})
(inform|notify|update|warn) {person} that {body}
(say|pass on|relay) {body} to {person}
(get a message to|get word to|reach out to|get in touch with|write to) {person} (and say|saying|that|about) {body}
(reply to|respond to|answer|get back to) {person} (saying|that|with|and say) {body}
(give|leave) {person} (a|the) (message|heads up|word) that {body}
""",
    "ask_time": """
(what time is it|what's the time|what is the time|do you have the time|got the time|tell me the time|current time) [now|right now] [in {place}]
(what's|what is) the (current|local) time in {place}
how late is it [in {place}]
(do you know|any idea|could you tell me) what time it is [in {place}]
""",
    "ask_date": """
(what's|what is|tell me) (today's date|the date|the date today|the day today|today's day)
(what|which) (day|date|month|year|day of the week) is (it|today|it today|{day})
what (day|date|day of the week) (is|does|will) {day} (fall on|be|land on)
(what's|what is) the date (on|of)? {day}
""",
    "days_until": """
(how many|how much) (days|weeks|sleeps|months) (until|till|to|before|are left until|are there until|left until) {day}
how (long|far|soon) (until|till|is it until|is it to|away is|off is) {day}
(days|weeks|sleeps) (until|till|to) {day}
(count|give me|tell me) the (days|weeks) (until|till|left until|left to|to) {day}
""",
    "daily_summary": """
(summarize|summarise|recap|sum up|brief me on|run me through|walk me through|give me an overview of|tell me about) my day
(give me|what's|read me|i want|let's have|start|let's hear) (my|the|a|today's) (daily|morning|quick) (briefing|summary|rundown|overview|update|digest)
(what's|what is) (happening|going on|in store|the plan|up) today
(how's|how is|what's) my day (looking|shaping up|look|going to look)
(brief me|catch me up|fill me in|get me up to speed) [on today|on my day|on what's happening today]
(morning briefing|daily briefing|daily summary|daily digest|day summary) [please]
(what should i know|what do i need to know|anything i should know) (about today|for today|before i start)
""",
    "help": """
(what can you do|what are you able to do|what can i ask|what can i say|how do i use you|how do you work|what do you do) [for me|here]
(help|help me|i need help|can you help me|show help|i need some help)
(what are|show me|list) (your|the) (features|commands|skills|options|capabilities)
(what kind of things|what sort of things|which things|what else) can you (do|handle|help with|help me with)
(i'm not sure|i don't know) (how this works|how to use you|what you can do|what to ask)
""",
    "small_talk": """
(how are you|how's it going|how are things|how do you feel|how have you been|what's up) [today|doing|with you]
(who|what) are you [really]
(who made|who built|who created|who programmed) you
(tell me|do you know|give me|say|crack) (a|another|some|any) (joke|jokes|funny joke)
what's your (name|favorite color|favorite x|age)
are you (a robot|human|real|alive|happy|an ai|a person|ok|bored)
do you (like|love|hate|enjoy) (me|x|music|people|your job)
(you're|you are) (funny|great|awesome|smart|the best|stupid|cute)
(i love|i like|i hate) you
i'm (bored|sad|tired|lonely|happy)
(how old|where) are you [from]
sing [me] a song
""",
    "confirm": """
(yes|yeah|yep|sure|ok|okay|absolutely|definitely|of course|right|correct) [please|go ahead|do it|that's right|that's fine|sounds good]
(that sounds|that looks|it looks|that'd be|that would be|that seems) (good|great|right|fine|perfect|ok|lovely)
(go ahead|do it|please do|go for it|make it so|you got it) [please|then|with that]
""",
    "deny": """
(no|nope|nah|no way|not now|never mind|nevermind|forget it) [thanks|thank you|please|leave it|don't|that's wrong]
(don't|please don't|do not) (do|send|book|change|touch) (that|it|anything)
(that's|that is|it's) (not|wrong|not what) [i meant|i want|i said|it|right]
(i'd rather not|let's not|better not|i changed my mind|on second thought no)
""",
    "undo": """
(undo|revert|reverse|take back|roll back) (that|it|the last change|what you did|my last action|this)
(put|change|set|turn) (it|that|things) back (to|the way) (how it was|it was|what it was|before)
(that was a mistake|i didn't mean that|oops) (undo it|take it back|revert it|go back)
""",
    "repeat": """
(say|repeat|tell me) (that|it) again [please]
(what did you say|come again|can you repeat that|i didn't catch that|i didn't hear you|pardon|one more time)
(i missed that|i didn't get that|sorry what was that) [say it again|repeat please|come again]
""",
}
