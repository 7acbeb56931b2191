"""Dialogue acts: yes, no, stop, undo, hello, thanks. The whole sentence must be one; nothing in it is a slot."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

from steward.nlu.patterns import Pattern

_NAME = r"(?: (?:steward|assistant|computer|there|everyone|all|again|buddy|mate|friend|everybody|man))?"
_PLEASE = r"(?: please| pls| thanks| thank you| now| then)?"
_UP_TO = r"(?:(?:actually|oops|sorry|oh|ok|okay|wait|please|well|hm+|um+|ah|oh no|whoops|hang on|hold on|alright|right|great|no|yes|hey|hi|can you|could you|would you|will you|can we|and) )*"

_ACTS: tuple[tuple[str, str], ...] = (
    (
        "confirm",
        r"(?:(?:yes|yeah|yep|yup|ya|aye|sure|sure thing|ok|okay|okey dokey|k|y|fine|alright|all right|absolutely|definitely|certainly|of course|correct|right|exactly|perfect|affirmative"
        r"|confirm(?:ed)?(?: it| that)?|please do|go ahead|do it|do that|go for it|sounds (?:good|great|right|perfect|fine)|that(?:'s| is) (?:right|correct|fine|good|it|perfect|ok|okay|great)|that works(?: for me)?"
        r"|make it so|you bet|i confirm|i agree|agreed|approved?|looks (?:good|right|great)|works for me|by all means|proceed|why not|uh huh|mhm|yes it is|yes i am|that will do|that'll do"
        r"|i'm sure|i am sure|send it|book it|it is|fine by me|good|great|cool|lovely|very well|i do|let's do (?:it|that)|lets do (?:it|that))(?: (?:to me|with me|by me|for me|please|thanks|thank you|then|that's (?:right|fine|correct|it|good|perfect|great)|that (?:works|sounds good|would be great)|go ahead|do it|do that|go for it|sure|sounds good|please do|send it|i'm sure|absolutely|of course|definitely|book it))*)",
    ),
    (
        "deny",
        r"(?:(?:no|nope|nah|n|no way|negative|never ?mind|nevermind|forget (?:it|that|about it)|don't|do not|don't (?:do (?:it|that)|bother|send it|book it)|please don't|not now|not really|not yet|not today|cancel|cancel (?:it|that)|leave it|leave it (?:as it is|alone|be)|skip it"
        r"|that(?:'s| is) (?:wrong|not right|incorrect|not (?:it|what i (?:said|meant|wanted)))|wrong|incorrect|i (?:changed my mind|don't think so|don't want (?:that|it|to)|'d rather not|would rather not)|i've changed my mind|absolutely not|definitely not|certainly not|of course not|on second thought(?:s)?|drop it|not that(?: one)?|no need|hold off|abort"
        r"|no thanks|no thank you|no i don't|no it isn't|no it's not|rather not|let's not|don't worry about it|it's fine|no worries)(?: (?:thanks|thank you|please|never ?mind|forget (?:about )?(?:it|that)|don't|don't do (?:it|that)|leave it|that's (?:wrong|not right|not it)|not (?:now|that one)|i changed my mind|cancel (?:it|that)|it's fine|i don't))*)",
    ),
    (
        "stop",
        r"(?:stop(?: it| that| talking| speaking| listening| reading| right there| there)?|be quiet|shut up|quiet|silence|hush|shh+|shush|enough|that's enough|that is enough|pause|zip it|stop stop|halt|shut it|mute(?: yourself)?|stop the (?:music|alarm|noise|timer)|quit it|knock it off|stop please)",
    ),
    (
        "undo",
        r"(?:undo|(?:undo|revert|reverse|take back|roll back|rollback) (?:that|it|this|the last (?:one|thing|action|change|command)|my last (?:\w+)|what (?:you|i) just did|that last (?:\w+)|the (?:change|cancellation|deletion)|last action|last change|everything)"
        r"|(?:take|put|roll|change|bring|turn|switch) (?:that|it|this) back(?: (?:to )?(?:how|the way|what|like) it was(?: before)?)?|scratch that|strike that|i (?:didn't|did not) mean (?:that|to do that|it)|that was (?:a mistake|an accident|wrong|an error)|go back|bring that back|restore (?:that|it)|i take (?:that|it) back|un-?do (?:that|it)"
        r"|reverse (?:that|what you did|the last change)|ctrl z|control z|my mistake undo(?: that| it)?|undo the (?:last|previous) \w+|undo what (?:you|i) (?:just )?did)",
    ),
    (
        "repeat",
        r"(?:(?:say|repeat|read|tell me|run) (?:that|it|this)(?: (?:again|once more|one more time|back|back to me|by me again|for me))?(?: (?:slower|slowly|louder))?|say (?:that|it|what) again|repeat|repeat (?:yourself|the last (?:part|bit|thing|one)|what you (?:just )?said|please)|what did you (?:just )?say|come again|pardon(?: me)?|i beg your pardon"
        r"|sorry what(?: was that)?|what was that|once (?:more|again)|one more time|again|say again|i (?:didn't|did not|couldn't|missed) (?:catch|hear|get|understand|that)(?: that| you| it| what you said)?(?: properly| at all)?(?: (?:say|repeat|come) .{1,20})?|huh|what|sorry|excuse me|i missed that|i didn't quite (?:catch|get|hear) that|can you (?:repeat|say) that(?: again)?|run that by me again|come again please)",
    ),
    (
        "greeting",
        rf"(?:(?:hello|hi|hiya|hey|heya|howdy|greetings|yo|good (?:morning|afternoon|evening|day)|morning|afternoon|evening|g'day|hola|salutations|sup|top of the morning)(?: to you)?{_NAME}(?: how are you(?: doing)?(?: today)?)?|hello hello|hi hi|hey hey|nice to see you(?: again)?|anybody (?:home|there)|are you there|you there|i'm (?:back|home))",
    ),
    (
        "thanks",
        r"(?:(?:ok |okay |great |cool |perfect |awesome |lovely |brilliant |wonderful |super |nice |oh |excellent |good )?(?:thanks|thank you|thank u|thx|ty|cheers|much appreciated|much obliged|many thanks|thanks a (?:lot|bunch|million|ton)|i (?:really )?appreciate (?:it|that|your help|you)|thanks so much|appreciated|appreciate it|ta|nice one|that's (?:very |so |really )?(?:kind|helpful|nice)(?: of you)?|that was (?:very |really |so )?helpful|you've been (?:very |so |really )?(?:helpful|great|a (?:great |big )?help))"
        r"(?: (?:so much|very much|a lot|a bunch|a million|again|for (?:that|your help|the help|everything|all your help|helping(?: me)?|the reminder|your (?:time|assistance|patience)|doing that)|steward|assistant|buddy|mate|ever so much|kindly|that's (?:great|perfect|helpful|all)|you're (?:great|the best|a star|a lifesaver|awesome)|man|that was (?:very |really |so |super )?(?:great|helpful|perfect|kind|useful|nice)|i appreciate it|much))*|you're (?:a lifesaver|a star|the best|a legend)|good (?:job|work)|well done|great job|nice work|great work)",
    ),
    (
        "goodbye",
        rf"(?:(?:good ?bye|bye|bye bye|byebye|cya|ciao|farewell|adios|so long|cheerio|ta ta|toodles|good ?night|night night|nighty night|see (?:you|ya)(?: (?:later|soon|tomorrow|around|then|again|next time|next week|in the morning|on \w+))?|(?:talk|speak|chat) (?:to you |with you |to ya )?(?:later|soon|tomorrow|again)|catch (?:you|ya) (?:later|soon)|later|until (?:next time|tomorrow|then)|take care|have a (?:good|great|nice|lovely) (?:one|day|night|evening|weekend|afternoon|rest of (?:your|the) day)|that's all(?: for (?:now|today))?|that is all(?: for (?:now|today))?|that'll be all|that will be all|that would be all|i'm (?:off|leaving|done|going|done here|done for (?:today|now))(?: now| to bed)?|i(?:'ve| have)? (?:got to|gotta|have to|need to|must) (?:go|run|leave)(?: now)?|i'm going to bed|signing off|sleep well|we're done(?: here)?|gotta (?:go|run)|nothing else)"
        rf"{_NAME}(?: (?:for now|now|then|bye|goodbye|see you(?: later| tomorrow| soon)?|take care|thanks|thank you|talk (?:to you )?(?:later|soon)|have a (?:good|nice|great) (?:one|day|night|evening)|tomorrow|later|sleep well))*)",
    ),
    (
        "small_talk",
        r"(?:how(?:'s it| is it|'s everything|'s life|'s your day|is your day|was your day|are things)?(?: been)?(?: going)?(?: are you| are you doing| do you do| have you been| are things| is life| do you feel| are you feeling)?(?: today| doing| going| so far| this (?:morning|evening|afternoon)| treating you)*(?: going)?"
        r"|who (?:are|made|created|built|programmed|trained|is|owns) (?:you|u|your (?:creator|maker|boss|owner|father|mother|developer))|what are you|what(?:'s| is) your (?:name|favou?rite [\w ]{2,30}|purpose|age|birthday|gender|job|story)|what should i call you|do you have (?:a name|feelings|a (?:family|girlfriend|boyfriend|soul|sense of humou?r|body|pet)|friends|any (?:hobbies|friends|pets|siblings)|emotions)|what(?:'s| is) (?:up|new|good|cooking)(?: with you)?|what(?:'s| is) going on with you|wassup|whats up"
        r"|(?:tell|say|give|share|got|do you (?:know|have)|know)(?: me| us)? (?:a |an |another |any |some |one more )?(?:good |funny |bad |dad |silly |knock knock |clean |short )*(?:jokes?|funny (?:thing|story)|something (?:funny|nice|interesting|amusing)|riddle)(?: please| for me)?(?: about [\w ]{2,30})?|make me (?:laugh|smile)|another (?:joke|one)|cheer me up|are you (?:real|human|a (?:robot|human|bot|person|machine|computer|real person|man|woman|girl|boy)|alive|ok|okay|there for me|an? ai|happy|sad|smart|awake|busy|tired|single|married|listening|sentient|conscious|intelligent|hungry|bored|sure)(?: or (?:a )?(?:human|robot|machine|person|bot|computer))?"
        r"|do you (?:like|love|hate|enjoy|sleep|eat|dream|drink|get (?:tired|bored|lonely)|think|feel|ever)(?: (?:me|music|people|humans|it|your (?:job|work)|pizza|cats|dogs|movies|working|sleep|eat|dream|rest|get (?:tired|bored|lonely)|anything|about things|at all|being (?:a robot|an assistant)))*|i (?:love|like|hate|miss|adore) you|i'm (?:bored|sad|tired|happy|lonely|hungry|so tired|stressed|feeling (?:sad|down|great|happy|tired|good))|i am (?:bored|sad|tired|happy|lonely|hungry)|you(?:'re| are) (?:awesome|great|funny|smart|amazing|stupid|the worst|cool|cute|silly|hilarious|weird|annoying|welcome|clever|boring|nice|so \w+|very \w+|really \w+|my (?:best )?friend)|nice to meet you|pleased to meet you|how old are you|where (?:are|do|did) you (?:from|live|come from|right now|located|born)|where are you|when were you (?:born|made|created)|when is your birthday|sing (?:me )?(?:a song|something|happy birthday)(?: for me)?|what do you (?:think about|look like|like|think|eat|dream (?:of|about)|do for fun|like to do)(?: (?:me|life))?|can you (?:feel|think|dream|sing|dance|love)|will you marry me|marry me|be my friend|are we friends|tell me about yourself|introduce yourself|let's (?:chat|talk)|talk to me|entertain me|flip a coin|roll (?:a )?(?:dice|die)|what's the meaning of life|what is the meaning of life)",
    ),
    (
        "help",
        r"(?:help(?: me| me out| please| menu| page)?|i need (?:some )?help|can you help(?: me)?(?: out)?|could you help(?: me)?(?: out)?|will you help(?: me)?|help please|what (?:can|could) (?:you|u|i) (?:do|say|ask|help(?: me)? with|help)(?: (?:for me|you|here|to you|for|with|me|me with|exactly|with you))*|what (?:do|are) you (?:do|capable of|able to do|good at|good for)(?: exactly)?|what (?:are|is) (?:your|the|all the|all your) (?:features?|commands?|skills|options|abilities|capabilities|possible commands|things you can do|available commands)"
        r"|(?:how do (?:you|i|we) (?:work|use (?:this|you|it)|start|get started|begin|talk to you)|how does (?:this|it|that|this thing) work|how (?:can|could|do|should) (?:you|i) (?:help(?: me)?|use you|use this|talk to you))|what else can (?:you|i) (?:do|say|ask)|what kinds? of (?:things|stuff|questions|commands) can (?:you|i) (?:do|ask|say|handle|help with|understand)(?: you)?|show (?:me )?(?:what you can do|the (?:commands|help|menu|options)|help|your (?:features|commands|skills)|all commands|some examples|examples)|what commands (?:do you (?:know|understand|have|support)|are there|can i (?:use|say))|(?:list|give me|tell me) (?:the |your |all |all the |a list of )?(?:commands|features|skills|options|examples)|tell me what you can do|what (?:things )?can (?:i|you) (?:do|ask)(?: (?:you|here|with you|with this))?|instructions|commands|menu|how to use (?:this|you)|i'm (?:lost|stuck|confused)|i don't know what to (?:do|say)|give me some examples|usage|what (?:are my|are the) options|can you do (?:anything|something) (?:else|useful))",
    ),
)
ACTS = tuple((intent, Pattern(rf"{_UP_TO}(?:{core}){_PLEASE}{_NAME}")) for intent, core in _ACTS)
_MARKS = Pattern(r"[.,!?;:\"~*_()-]+")


def plain_words(text: str) -> str:
    """Return the text in lower case without punctuation, single spaces."""
    return " ".join(_MARKS.sub(" ", text.lower()).split())


def dialogue_act(text: str) -> str | None:
    """Return the dialogue act the whole text is, or None. Nothing longer than 80 characters is one."""
    if len(text) > 80:
        return None
    words = plain_words(text)
    if not words:
        return None
    for intent, pattern in ACTS:
        if pattern.fullmatch(words):
            return intent
    return None
