"""Templates about reminders, timers, tasks and notes."""
# ruff: noqa: E501 - one template a line

REMINDERS_TASKS: dict[str, str] = {
    "set_reminder": """
remind me {when} to {task}
remind me to {task} [{when}]
remind me (about|of) {thing} {when}
(set|create|add|make|i need|give me) (a|an) (reminder|alert|alarm|nudge) [{when}] (to|for|about) {task} [{when}]
(don't let me forget|make sure i don't forget|help me remember|i must not forget|i can't forget|make sure i remember) to {task} [{when}]
(nudge|ping|alert|notify|poke|prompt|buzz|bug) me {when} (to|about) ({task}|{thing})
(nudge|ping|alert|notify|poke|prompt|bug) me (to|about) ({task}|{thing}) {when}
(wake me|wake me up|get me up) {when}
set (an|my|the) alarm (for|at) {when}
remind me {rule} [{clock}] to {task}
{rule} [{clock}] remind me to {task}
i (need|have|want) to {task} {when} (remind me|don't let me forget|give me a nudge|ping me)
(give me|shoot me|send me) a (shout|nudge|heads up|ping|poke|reminder|buzz) {when} [to|about|for] ({task}|{thing})
(keep on at me|keep bugging me|keep reminding me) (to|about|until i) {task}
(let me know|tell me|warn me|call me|message me|text me) {when} (to|that i have to|it's time to|when it's time to) {task}
(jog my memory|give my memory a jog|prompt me) {when} (about|to) ({thing}|{task})
(if i haven't|unless i) {task} {when} (remind me|poke me|nag me|let me know)
(i always forget to|i keep forgetting to|i tend to forget to) {task} (remind me|nudge me|help me out) {when}
(nag|bother|pester|badger|hound) me {when} (to|about|until) ({task}|{thing})
""",
    "list_reminders": """
(what|which|how many) (reminders|alarms) (do i have|are set|are there|have i set|are coming up) [{day}]
(show|list|read|read out|give me|see|check|display) [me] [all] (my|the) (reminders|alarms) [for] [{day}]
(do i have|are there|have i got) any (reminders|alarms) [set] [{day}]
what (did i ask you|have i asked you|are you going|do you have) to remind me (of|about) [{day}]
(any|my|all my) reminders [{day}]
what (am i|do i need) (supposed to be reminded of|to be reminded about|being reminded of) [{day}]
""",
    "cancel_reminder": """
(cancel|delete|remove|get rid of|clear|turn off|scrap|dismiss|drop) (the|my|that|all my|all) (reminder|reminders|alarm|alarms) [(to|about|for) ({task}|{thing})] [{when}]
(stop|quit) reminding me (to|about|of) ({task}|{thing})
(i don't need|i no longer need|i don't want) (the|that|a) reminder (to|about|for) ({task}|{thing}) [anymore]
(don't|no need to|you don't have to|you can stop) remind me (to|about) ({task}|{thing}) [anymore|any more]
(switch off|disable|silence|kill) (the|my|all) (alarm|alarms|reminder|reminders) [for] [{when}]
""",
    "set_timer": """
(set|start|begin|give me|create|make|put on) (a|the|another) [{length}] timer [for {length}]
(set|start) a (x|pasta|egg|tea|oven|pizza|laundry|workout|nap) timer for {length}
timer [for] {length}
{length} timer
(count down|countdown|time me) [from|for] {length}
(put|start) {length} on the clock
(start|begin) (a|the) countdown (of|for) {length}
(time|clock) {length} (for|from now|starting now) [the x]
(let me know|tell me|beep|ring|buzz) when {length} (is up|are up|have passed|has gone by|are over)
""",
    "add_task": """
(add|put|stick|throw|pop|write|get|jot|chuck) ({task}|{thing}) (on|to|onto|in|down on) (my|the|our) {list} [{when}]
(add|create|make|log|new|set up|start|open|record) (a|an|another|the) [new|urgent|high priority|low priority|important] (task|to-do|todo|to do|item|to-do item|chore) (to|called|for|:) {task} [{when}]
(new|another) (task|to-do|todo) {task}
(i need to|i have to|i must|i've got to|i should|we need to) {task} [{when}] (add it to my list|put it on my list|add that to my tasks|put that on my to-do list|make it a task|stick it on the list)
(todo|to do|task) {task} [{when}]
(we're out of|we need|we're running low on|we've run out of|i need) {thing} (add it to|put it on|stick it on|add that to) (the|my) {list}
(can you|could you) (add|put|get) {thing} (to|on) (the|my) {list}
(my|the) {list} (needs|should have|should include|is missing) {thing}
(include|append|insert|enter|register|file) ({task}|{thing}) (in|to|on|under) (my|the) {list}
(make|turn) ({task}|that|this) (a|into a) (task|to-do|todo) [for] [{day}]
(put|have) {task} (down|in|up) as (a|an|my next) (task|to-do|to do)
(keep track of|track) {task} as a task [{when}]
""",
    "complete_task": """
(mark|set|check|tick|flag) (the|my) [task] ({task}|{thing}) (as|off as|to) (done|complete|completed|finished)
(check off|tick off|cross off|complete|finish|close|close out|strike off) ({task}|{thing}|the x task|task x) [from my list|on my list|off my list]
(i|i've|i have|i just|i've just|i already|i finally) (finished|completed|done|did|wrapped up|took care of|handled|got through) (the|my) (report|laundry|dishes|slides|taxes|x|homework|groceries|essay|x x)
({task}|the x|{thing}) is (done|finished|complete|completed|taken care of|sorted)
(done with|finished with|i'm done with|i am through with|all done with) (the|my) (x|report|slides|laundry|task|shopping|groceries)
(i|i've|i have) (paid|bought|called|emailed|sent|cleaned|washed|fixed|booked|renewed) (the|my) (x|x x) (tick it off|check it off|mark it done|mark it as done|cross it off|that's done)
(cross|tick|check|scratch|strike) ({task}|{thing}) off [my list|the list|my to-do list]
(that's|there's) ({task}|the x) (done|finished|sorted|out of the way|taken care of) [mark it off|cross it off]
(consider|call) (the x|{task}) (done|finished|complete)
(you can|please) (tick|check|cross|mark) (off|down) ({task}|the x) [it's done|as done]
""",
    "list_tasks": """
(what|which) (tasks|to-dos|todos|chores|things) (do i have|are due|are left|are open|are overdue|have i got|are pending) [{day}]
(what|what else|what all) (do i need to|do i have to|should i|must i|am i supposed to|have i got to) (do|get done|finish|work on|take care of|buy) [{day}]
(show|show me|list|read|read me|read out|give me|what's on|open|display|pull up|check) (my|the|all my) [open|overdue|completed|high priority|urgent|remaining] (tasks|to-do list|to-dos|todo list|todos|shopping list|list|grocery list|task list) [{day}]
(anything|is there anything|do i have anything|have i anything) (due|left to do|to do|on my list|overdue|on my to-do list|i need to do) [{day}]
(what's|what is|what have i got) (left|due|overdue|outstanding|pending|next|still) [on my list|to do|on my to-do list] [{day}]
how many (tasks|to-dos|things) (do i have|are left|are due) [left|to do] [{day}]
what's on my (plate|list|to-do list|shopping list) [{day}]
(what|which) (tasks|things) (did i|have i) (finish|finished|complete|completed|get done) [{day}]
(where am i|how am i doing) (with|on) my (tasks|to-dos|list)
(what|which) (task|thing|item) (is|should be) (next|most urgent|most important|first) [on my list]
what do we need (from the store|to buy|at the shop|from the shops)
""",
    "delete_task": """
(delete|remove|drop|scrap|get rid of|erase|clear|take off) (the|my|that) (task|to-do|todo|item) [to|called|about|number x] ({task}|{thing})
(delete|remove|take|drop|scratch|erase|get) ({task}|{thing}) (from|off|off of|out of) (my|the|our) {list}
(clear|empty|wipe) (my|the) [whole] {list}
(delete|remove|clear) all (my|the) [completed|finished|done|old] (tasks|to-dos|todos)
i (don't need to|no longer need to|don't have to) {task} [anymore] (take it off my list|remove it from my list|delete it from my tasks|drop it from my tasks)
(forget about|lose) (the|that) x (task|to-do)
""",
    "create_note": """
(take|make|create|write|add|save|leave|start) (a|an|another|this|me a) (note|memo) (that|saying|:|that says|about|of) {fact}
(note|note down|write down|jot down|jot|put down|record|remember|keep in mind|don't forget|make a note|for the record) that {fact}
(note|memo|note to self|new note|quick note) {fact}
{fact} (write that down|note that down|make a note of that|jot that down|remember that|save that as a note)
(put|save|add|store) (in|to) my notes that {fact}
(keep|hold on to|hang on to) (this|that|the info that|the fact that) {fact} [for me|for later]
(i want to remember|i'd like to remember|i should remember|i don't want to forget) that {fact}
""",
    "list_notes": """
(show|show me|list|read|read me|open|find|pull up|display|search|look up|get|check) (my|the|all my) (notes|note|memos) [about|on|for] [x|the x|x x]
(what|where) did i (write|note|jot|put|write down|note down) [down] about (x|the x|x x)
(do i have|are there|have i got) any notes (on|about|for|mentioning) (x|the x|x x)
what (do|did) my notes say (about|on) (x|the x)
what's in my notes [about x]
(search|look|dig|go) through my notes for (x|the x|x x)
(what was|where is|where's) (that|the|my) note (about|on|with|for) (x|the x|x x)
""",
}
