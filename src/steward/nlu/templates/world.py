"""Sentences that no offline intent answers: questions about the world, writing, code, statements, other devices."""
# ruff: noqa: E501 - one template a line

WORLD: dict[str, str] = {
    "unknown": """
(who|when|where|why|how) (is|was|did|does|are|were|do|has|can) {subject} [x|x x|born|made|so x|x in {place}|work]
(what|which) (is|was|are|were) (the|a|an) (x|capital|population|meaning|name|price|best x|largest x|history|difference|definition|score|weather|recipe|speed) (of|in|for|between|to) ({subject}|{place}|x and x)
what('s| is) (a|an|the) x [x|x x]
what (does|do|did|happens|happened|would happen) {subject} (mean|do|say|eat|look like|x|to x) [{day}]
(who|what team|which team) (won|lost|wrote|invented|painted|discovered|directed|plays|scored) (the x|the game|the match|the election|x x) [{day}]
(explain|describe|define|discuss|analyze|compare|outline|teach me) {subject} [to me|in simple terms|and x|like i'm x]
(tell me|talk|teach me|give me information|give me facts|i want to know|i'd like to learn) (about|more about|something about|all about) {subject}
(write|compose|draft|create|generate|make up|make) [me] (a|an|the) (poem|story|song|essay|function|script|program|letter|blog post|haiku|tweet|speech|article|x|website|logo|picture|image) (about|for|that|in|of|to) ({subject}|x x|x x x)
(translate|say|spell|pronounce|how do you say|what is) (x|good night|hello|thank you|x x|this) (to|in|into) (spanish|french|german|x|italian|japanese)
(debug|fix|refactor|review|optimize|help me with|help me debug|help me fix|help me write) (this|my|the) (code|function|python function|program|script|bug|homework|essay|x|sql query|resume)
how (do|can|would|should) (i|you|we|one) (x|cook x|fix x|make x|build x|learn x|bake a cake|tie a tie|change a tire|lose weight|get to x|install x|x the x|x a x)
(how|what) (tall|old|far|big|deep|heavy|fast|much|many) (is|are|does|was) {subject} [from x|cost|weigh]
how many (people|x|countries|stars|players|calories) (are there|live|are|in|does) [in|x] ({place}|{subject}|x)
(the|my|this|that) (x|weather|movie|food|game|dog|cat|car|phone|house|traffic|coffee|sister|computer|beach|train|book) (was|is|were|has been|died|broke|looks|tastes|loves|starts|x) [so|very|really] [x|lovely|great|terrible|late|good|x x] [{day}|{clock}|at the x|in {place}]
(i|we|he|she|they|you|it) (think|went|saw|like|love|hate|feel|was|were|ate|had|want|wish|hope|know|bought|lost|found|x) (x|the x|a x|x x|that x|to x|a great x|{subject}) [{day}|last x|in {place}]
(i'm|he's|she's|we're|they're|it's) [so|really|very] (x|tired of x|thinking about x|going to x|hungry|in love|x x|raining|getting x) [{day}]
(play|put on|stop|pause|skip|shuffle) (some|the|a|my) (music|song|jazz|x|playlist|video|podcast|movie|radio|album) [by x|x]
(turn|switch) (on|off|up|down) (the|my|all) (lights|light|tv|heating|volume|x|music|lamp|fan|ac)
(order|buy|get) (me|us) (a|an|some|the) (pizza|taxi|uber|x|coffee|x x|new phone|cab|burger) [from x|{when}]
(open|close|launch|start|download|install|lock|unlock) (the|my|a) (door|app|window|x|garage|browser|file|car|spotify|x app)
(call|ring|phone|dial) ({person}|x|the police|an ambulance|911)
(navigate|drive|directions|take me|how do i get|route) (to|home|to the x|to {place}|from x to x)
(book|find|reserve|get) (a|me a|the cheapest) (flight|hotel|train|ticket|taxi|room) (to|in|from) {place} [{day}]
(recommend|suggest) (a|an|some|me a) (restaurant|movie|book|x|good x|place|name|gift|wine) [in {place}|for x|to x]
(what|which|where) (should|can|could|would) (i|we) (wear|eat|watch|read|buy|cook|x|visit|go) [{day}|in {place}|for x]
(is|are|was|were|does|do|did|can|could|will|would|should) ({subject}|it|there|x|people|he|she) (x|raining|cold|true|real|going to rain|rain|snow|fly|bigger than x|good|any good|dangerous|x x|available in stores) [{day}|in {place}]
(will it|is it going to|is it) (rain|snow|be sunny|be cold|be warm|raining|hot|cold outside) [{day}|in {place}]
(what's|what is|how's|how is) the (weather|temperature|forecast|traffic|news|stock market) [like] [{day}|in {place}]
(news|headlines|latest news|weather|stocks|sports|lyrics|recipe|directions) [about|for|of|in] [{subject}|{place}|x]
x
x x
x x x
x x x x
x x x x x
x the x [of|in|and|on|with|to] x [x]
x {subject} x [{day}]
(search|google|look up|browse|search the web for|search online for) (x|{subject}|x x|how to x)
(why|how come) (is|does|do|did|are|can't|doesn't|isn't) (the x|{subject}|x|it|my x) (x|so x|work|blue|x x)
(solve|prove|integrate|derive|simplify) (this|the|x) (equation|x|theorem|problem|integral|x x)
(summarize|rewrite|proofread|edit|read|improve|shorten) (this|the|my|that) (article|text|paper|email|x|book|chapter|paragraph|document|essay)
(give|show|get|send|bring) me (a|an|the|some) (recipe|x|picture|list of x|money|advice|idea|quote|fun fact|image|map|x x|number) [of|for|about|on] [x|{subject}|{place}]
(take|send) (a|the) (picture|photo|selfie|screenshot|x)
(do|did|have|would|can|could) you (x|ever x|know x|remember x|see x|see the x|watch x|know who x|know why x|speak x|hear about x|drive|cook) [x|{day}]
(i need|i want|i'd like|we need|i could use) (a|an|some|the|more) (x|x x|vacation|money|hug|new x|job|break|advice) [{day}|in {place}]
(what if|imagine|pretend|suppose|let's say|act like) (x|{subject}|you x|i x|you are x|we x) [x|x x]
(once upon a time|there was|there once was|in the beginning|long ago) [a|the] x [x x]
(pay|transfer|send|donate|withdraw) (x|x dollars|the bill|money|x x) (to|from|into) ({person}|x|my account)
(set|change|adjust|increase|lower|raise) (the|my) (temperature|thermostat|volume|brightness|password|wallpaper|language|x|ringtone|alarm sound) [to x]
(delete|remove|erase|clear|cancel) (my|the|all my) (account|history|subscription|photos|files|order|cache|x|emails|contacts|membership|app|data)
(move|push|change|shift) (the|my|a) (couch|car|furniture|x|file|box|fridge|money|subject|tires|wallpaper)
(add|put|mix|pour) (x|salt|sugar|water|two x|some x) (to|in|into|on) (the|a|my) (x|soup|pan|bowl|cake|table|coffee|wall)
(finish|complete|done|mark) (x|the x) (in|by|with) (x|one x|x x)
(note|notice|remember) (how|when|the time|those|her|him) [x|we x|x x]
(meet|see|visit) (the|a|my) (x|x x|band|parents|press)
the (meeting|call|event|party|appointment|presentation) (was|went|felt|is|were) (long|boring|great|x|terrible|really x|a disaster|so x|fun)
(last|yesterday's|that) (meeting|call|party|dinner) (was|went) (x|great|terrible|fine|well|too long)
(meetings|reminders|calendars|tasks|notes|alarms|calls) (are|is) (x|boring|great|a waste of time|useful|the worst|x x)
(how do|why do|what do) (calendars|reminders|alarms|meetings|timers|clocks) (work|x|cost|mean|exist)
(what is|what's|define) (a|the) (meeting|calendar|reminder|task|note|deadline|schedule|timer)
(who invented|who made|history of|when was) (the|a) (calendar|clock|alarm|timer|sms|x|telephone)
(do|should|would) (i|you|people|we) (need|like|have|enjoy|hate) (meetings|calls|mondays|x|reminders|vacations|x x)
{person} (is|was|said|thinks|loves|has|told me|likes|went|x) (x|x x|a x|the x|very x) [{day}]
{day} (is|was|will be) [a|so|my|the] (x|great x|fun|long|x x|holiday|best day)
(it's|it is|it was) {when} [and|already] [x|x x|i x]
""",
}
