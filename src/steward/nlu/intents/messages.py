"""Messages to people: recipient and body, the body word for word."""
# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one

from __future__ import annotations

import re

from steward.nlu.intents.found import Found
from steward.nlu.patterns import Pattern
from steward.nlu.sentence import bare

_KIN = r"(?:mom|mum|mummy|mommy|mother|dad|daddy|father|grandma|grandpa|granny|gran|nana|grandad|wife|husband|partner|boyfriend|girlfriend|brother|sister|son|daughter|aunt|uncle|cousin|boss|manager|landlord|landlady|neighbou?rs?|roommate|flatmate|assistant|secretary|accountant|lawyer|doctor|dentist|plumber|babysitter|nanny|kids|parents|folks|babe|honey|coworkers?|colleagues?|teacher|coach|client|supervisor|mechanic|fiancee?|agent|barber)"
_GROUP = r"(?:team|group|family|office|crew|staff|department|committee|board|guys|folks|people|clients?|customers?|class|club|band|guests|neighbou?rs|squad|chat|channel|gang|house)"
_PHONE = r"\+?\d[\d ().-]{5,}\d"
_EMAIL = r"[\w.+-]+@[\w-]+\.[\w.-]+"
_NOT_NAME = r"(?!(?:me|us|you|it|him|her|them|that|this|a|an|my|the|our|your|i|i'm|im|i'll|to|at|in|on|for|about|if|when|what|how|why|who|where|summary|everyone's|no|yes|messages?|texts?|box|file|editor|size|color|colour|body|format|something|anything|is|are|was|do|does|did|of|from|and|or|not|back|again|over|now|people|some|all|each|every|stories|story|off|out|up|down|apart|jokes?|sms|myself|yourself)\b)"
_NAME = rf"(?:(?:Mr|Mrs|Ms|Dr|Prof|Aunt|Aunty|Uncle|Miss|Sir|Grandma|Grandpa)\.? )?{_NOT_NAME}[^\W\d][\w'-]*"
_LAST = r"(?: (?!I\b|I'm\b|I'll\b|I've\b|I'd\b|The\b|That\b|We\b|We're\b|It\b|It's\b|He\b|She\b|They\b|My\b|Our\b|You\b|Please\b|Can\b|Are\b|Is\b)(?-i:[A-Z])[\w'-]+)"
_ONE = rf"(?:{_PHONE}|{_EMAIL}|(?:my |our |the )(?:[\w'-]+ ){{0,2}}(?:{_KIN}|{_GROUP})\b|(?:my |our |the )[\w'-]+|{_KIN}\b|everyone|everybody|{_NAME}{_LAST}{{0,2}})"
_WHO = rf"(?P<who>{_ONE}(?:(?:,? and |, ){_ONE})*)"
_SAY = r"(?:\s*[:;]\s*|\s*,\s*(?:saying |that |tell (?:him|her|them) )?|\s+(?:saying(?: that)?|and (?:say|tell (?:him|her|them))(?: that)?|that says(?: that)?|that|to say(?: that)?|telling (?:him|her|them)(?: that)?|to tell (?:him|her|them)(?: that)?|to let (?:him|her|them) know(?: that)?|to inform (?:him|her|them) that|which says|with the (?:text|message)|reading|letting (?:him|her|them) know(?: that)?|- )\s*)"
_MESSAGE = r"(?:(?:quick |short |text |whatsapp |slack |little |direct |private |new )*(?:message|text|sms|msg|txt|dm|note|line|email|e-mail|mail|whatsapp|word|imessage|heads[- ]up|ping))"
_BODY = r"(?P<body>.+)"
_NEW = r"(?:send|shoot|fire off|write|drop|compose|draft|forward|fire|dash off|give|leave|pass|deliver)"
_FORMS: tuple[tuple[str, float], ...] = (
    (rf"{_NEW} (?:out )?(?:an? |the |another )?{_MESSAGE} (?:to|for) {_WHO}(?:{_SAY}|\s+(?:about|to|asking|regarding)\s+){_BODY}", 0.96),
    (rf"{_NEW} {_WHO} (?:an? |the |another ){_MESSAGE}(?:{_SAY}|\s+(?:about|to|asking|regarding)\s+){_BODY}", 0.96),
    (rf"{_NEW} {_WHO} (?:an? |the |another ){_MESSAGE}", 0.95),
    (rf"{_NEW} (?:out )?(?:an? |the |another )?{_MESSAGE} (?:to|for) {_WHO}", 0.95),
    (rf"(?:new |an? )?(?:message|text|sms) (?:to|for) {_WHO}(?:{_SAY}){_BODY}", 0.95),
    (rf"let {_WHO} know (?:that |about )?{_BODY}", 0.96),
    (rf"(?:inform|notify|update|warn|alert|remind) {_WHO} (?:that|about) {_BODY}", 0.94),
    (rf"(?:tell|text|message|sms|msg|txt|ping|dm|whatsapp|email|e-mail|mail|slack|imessage|write(?: to)?|reply to|respond to|answer) {_WHO}{_SAY}{_BODY}", 0.96),
    (rf"(?:tell|ask) {_WHO} (?P<body>(?:to|if|whether|about|not to|when|what|where|how|why|who) .+)", 0.94),
    (rf"(?:tell|text|message|sms|msg|txt|dm|whatsapp|ping) {_WHO} (?:to )?{_BODY}", 0.94),
    (rf"(?:email|e-mail|write) {_WHO} (?:to (?:say|tell \w+|let \w+ know)(?: that)?|about) {_BODY}", 0.93),
    (rf"say (?P<body>.+?) to {_WHO}", 0.9),
    (rf"send (?:the words? )?\"(?P<body>[^\"]+)\" to {_WHO}", 0.95),
    (rf"(?:text|message|sms|msg|txt|dm|whatsapp|ping) {_WHO}", 0.92),
    (r"(?:send|write|compose|draft) (?:an? |the )?(?:new )?(?:message|text|sms)", 0.92),
    (rf"(?:pass (?:on|along)|relay) (?:to|a message to) {_WHO}(?:{_SAY}){_BODY}", 0.93),
)  # fmt: skip
_PATTERNS = tuple((Pattern(p, re.IGNORECASE | re.DOTALL), c) for p, c in _FORMS)
_START = Pattern(
    r"(?:send|shoot|fire|write|drop|compose|draft|forward|let|inform|notify|update|warn|alert|remind|tell|text|message|sms|msg|txt|ping|dm|whatsapp|email|e-mail|mail|slack|imessage|reply|respond|answer|ask|say|pass|relay|give|leave|new|an?|dash|deliver)\b",
    re.IGNORECASE,
)
_TO_SELF = Pattern(r"(?:me|us|myself|you|yourself)\b", re.IGNORECASE)
_NOT_A_MESSAGE = Pattern(
    r"(?:ask|tell|say|write|give|leave|draft|update) (?:hello|good|goodbye|a (?:poem|story|song|joke|letter|blog|python|function|program)|something|cheese|it|again|that again|what|the difference|the truth|my (?:task|calendar|schedule|meeting|reminder|note|list|appointment)\w*|the (?:task|calendar|schedule|meeting|reminder|note|list|report|summary|docs|story|budget|time|date|news)\w*)\b|(?:remind|update|alert|warn|notify|ping|message|text|tell|ask|email|give|let|send|drop|shoot|leave) (?:me|us|myself|you|yourself)\b",
    re.IGNORECASE,
)


def _recipient(text: str, contacts: tuple[str, ...]) -> str:
    name = bare(text)
    if re.fullmatch(_PHONE, name):
        return ("+" if name.startswith("+") else "") + re.sub(r"\D", "", name)
    for contact in contacts:
        if contact.lower() == name.lower():
            return contact
    return name


def _with_contact(text: str, contacts: tuple[str, ...]) -> Found | None:
    """Return the message to a contact whose spelled-out name follows the verb ("text Mary Ann I'm late")."""
    verb = re.match(r"(?:tell|text|message|sms|ping|dm|whatsapp)\s+", text, re.IGNORECASE)
    if not verb:
        return None
    rest = text[verb.end() :]
    for contact in sorted(contacts, key=len, reverse=True):
        if contact and rest.lower().startswith(contact.lower() + " "):
            body = re.sub(r"^(?:that|saying|to)\s+|^[:,]\s*", "", rest[len(contact) :].strip(), flags=re.IGNORECASE)
            return Found("send_message", {"recipient": contact, "body": body}, 0.96) if body else None
    return None


def message(text: str, contacts: tuple[str, ...]) -> Found | None:
    """Return the message to be sent, or None. A missing body or recipient is left out of the entities."""
    core = text.strip()
    if not _START.match(core) or _NOT_A_MESSAGE.match(core):
        return None
    known = _with_contact(core, contacts)
    if known:
        return known
    for pattern, confidence in _PATTERNS:
        found = pattern.fullmatch(core)
        if not found:
            continue
        groups = found.groupdict()
        if groups.get("who") and _TO_SELF.match(groups["who"]):
            return None
        entities = {}
        if groups.get("who"):
            entities["recipient"] = _recipient(groups["who"], contacts)
        if groups.get("body"):
            entities["body"] = groups["body"].strip().strip('"')
        return Found("send_message", entities, confidence)
    return None
