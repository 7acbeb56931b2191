"""What the offline model says when nothing has to be done: greetings, help, small talk, and what it cannot do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

HELP = """Here is what I can do:

- **Calendar**: “Schedule a meeting with John tomorrow at 2 PM”, “What's on tomorrow?”, “Am I free on Friday?”
- **Reminders and timers**: “Remind me to call mum in 45 minutes”, “Set a timer for 10 minutes”
- **Tasks**: “Add milk to my tasks”, “What are my tasks?”, “Mark milk as done”
- **Notes**: “Note: the door code is 4711”, “Find my note about the door”
- **Sums, units, dates**: “What is 17% of 2,349?”, “10 miles in kilometers”, “How many days until March 1?”
- **Your day**: “Summarise my day”

I say what I did, and “undo that” takes the last change back."""

UNKNOWN = (
    "I can't do that without a language model. I can look after your calendar, reminders, tasks and notes, and work "
    "things out; say “help” for examples."
)
ENGLISH_ONLY = (
    "Without a language model I only understand English so far. Please say it in English, or ask whoever runs this "
    "server to connect a language model."
)
NOTHING_SENT = (
    "Sending messages isn't set up yet, so nothing was sent{recipient}. I can note it down or remind you of it."
)
NOTHING_TO_REPEAT = "I haven't said anything yet."
NO_MESSAGE = "What can I do for you?"

PHRASES: Mapping[str, str] = {
    "schedule_meeting": "schedule a meeting",
    "reschedule_meeting": "move a meeting",
    "cancel_meeting": "cancel a meeting",
    "check_calendar": "see your calendar",
    "check_availability": "find out when you're free",
    "set_reminder": "set a reminder",
    "list_reminders": "see your reminders",
    "cancel_reminder": "cancel a reminder",
    "set_timer": "set a timer",
    "add_task": "add a task",
    "complete_task": "mark a task as done",
    "list_tasks": "see your tasks",
    "delete_task": "delete a task",
    "create_note": "keep a note",
    "list_notes": "see your notes",
    "calculate": "work something out",
    "convert_units": "convert units",
    "ask_time": "know the time",
    "ask_date": "know the date",
    "days_until": "count the days until a date",
    "send_message": "send a message",
    "daily_summary": "hear a summary of your day",
    "help": "see what I can do",
    "undo": "undo the last change",
}
"""Each intent as the end of "Did you mean to …?"."""

TALK: Mapping[str, str] = {
    "help": HELP,
    "greeting": "Hello. What can I do for you?",
    "thanks": "You're welcome.",
    "goodbye": "Goodbye.",
    "confirm": "Okay. There is nothing waiting for your answer; what can I do for you?",
    "deny": "Okay.",
    "stop": "Okay.",
    "small_talk": "I'm better with calendars than with small talk. Is there something I can do for you?",
}

_SMALL_TALK = (
    (
        re.compile(r"\b(?:joke|laugh|funny|riddle|cheer me)\b"),
        "Why did the calendar feel popular? It had so many dates.",
    ),
    (
        re.compile(r"\b(?:who|what) are you\b|\byour name\b|\bcall you\b|about yourself|introduce yourself"),
        "I'm Steward, your assistant. I look after your calendar, reminders, tasks and notes.",
    ),
    (
        re.compile(r"\b(?:real|human|robot|bot|machine|computer|alive|ai)\b"),
        "I'm a program. I work by fixed rules here, without a language model.",
    ),
    (
        re.compile(r"\bhow (?:are|have|do|is|'s)\b|\bhow's\b|\bwhat's up\b"),
        "All in order here, thank you. What can I do for you?",
    ),
    (re.compile(r"\byou(?:'re| are)\b"), "Thank you for telling me. What can I do for you?"),
    (re.compile(r"\bnice to meet\b|\bpleased to meet\b"), "Nice to meet you too. What can I do for you?"),
    (
        re.compile(r"\bi(?:'m| am) (?:so )?(?:bored|sad|tired|lonely|stressed|hungry|feeling)"),
        "I'm sorry to hear that. If it helps, I can set a reminder or clear something from your list.",
    ),
)
_FOREIGN = re.compile(
    r"le|la|les|une|des|je|tu|il|nous|vous|est|et|avec|pour|demain|bonjour|merci"
    r"|el|los|las|una|yo|con|para|mañana|hola|gracias|por|favor|qué|cuándo|reunión"
    r"|der|die|das|ein|eine|ich|und|mit|für|morgen|heute|bitte|danke|hallo|uhr|termin|nicht"
    r"|uma|eu|não|com|amanhã|olá|obrigado|você|reunião"
    r"|lo|gli|uno|io|domani|ciao|grazie|riunione|perché"
    r"|de|het|een|ik|met|voor|niet|en|dank|afspraak|vergadering"
)
"""Everyday words of French, Spanish, German, Portuguese, Italian and Dutch, a line each."""
_WORD = re.compile(r"[^\W\d_]+")


def small_talk(text: str) -> str:
    """Return a short answer to small talk, always the same for the same words."""
    words = text.lower().replace("’", "'")
    return next((answer for pattern, answer in _SMALL_TALK if pattern.search(words)), TALK["small_talk"])


def not_understood(text: str) -> str:
    """Return that it cannot be done without a language model, or, for other languages, that English is needed."""
    return ENGLISH_ONLY if is_foreign(text) else UNKNOWN


def is_foreign(text: str) -> bool:
    """Return whether the words look like another language: another script, or enough telling words."""
    words = [word.lower() for word in _WORD.findall(text[:400])]
    if not words:
        return False
    letters = [letter for word in words for letter in word]
    other_script = sum(not unicodedata.name(letter, "LATIN").startswith("LATIN") for letter in letters)
    if other_script * 2 > len(letters):
        return True
    telling = sum(_FOREIGN.fullmatch(word) is not None for word in words)
    if len(words) <= 2:
        return any(len(word) >= 5 and _FOREIGN.fullmatch(word) for word in words)
    return telling >= 2 and telling * 4 >= len(words)
