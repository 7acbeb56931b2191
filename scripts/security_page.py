"""The page ``docs/security.md``: what is promised, to whom, and which tests hold it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]

GROUPS = {
    "Registering and signing in": range(1, 11),
    "Passwords": range(11, 18),
    "Tokens and sessions": range(18, 33),
    "Links in mails": range(33, 39),
    "Second factors": range(39, 49),
    "API keys": range(49, 54),
    "Other providers (OAuth)": range(54, 63),
    "Roles and tenants": range(63, 74),
    "Limits": range(74, 79),
    "In the browser": range(79, 84),
    "Model and tools": range(101, 106),
    "Logs, secrets, audit, HTTP, packages": range(106, 111),
}

PROMISES = {
    1: "Who tries to sign in cannot tell a wrong password from an address without an account.",
    2: "Nor can they tell by the time that the answer takes.",
    3: "Asking for a new password says and takes the same for every address.",
    4: "Registering a taken address says so, and nothing else about that account.",
    5: "One address, however it is spelled, is one account, also when many register it in the same moment.",
    6: "Guessing is slowed down for each account and address, at all doors together; nobody is locked out for good.",
    7: "Forwarding headers count only when a proxy sends them that the operator trusts.",
    8: "A crowd that signs in leaves the rest of the server responsive.",
    9: "Whoever is switched off or deleted is out within a second, with every token and key.",
    10: "There is no account that nobody made, and no password that ships with the server.",
    11: "Long passphrases, spaces and every script are welcome.",
    12: "A password that is short, well known, or made of one's own names is refused.",
    13: "Every character of a password counts; what is too long is refused, never cut.",
    14: "No kind of character is demanded, and no regular change.",
    15: "Passwords are kept as argon2id; when the cost is raised, the next sign-in renews the hash.",
    16: "Changing the password needs the old one, ends the other sessions and is told by mail.",
    17: "No password, code or key is in a file, a log line, an error or the audit log.",
    18: "Only tokens signed by this server, in its one way, are believed.",
    19: "The name of a key in a token is looked up exactly, and nothing else is done with it.",
    20: "A token with any header besides the three expected ones is refused.",
    21: "Every claim of a token is there, of the right type and within its bounds.",
    22: "Oversized or oddly spelled tokens are refused before they are read.",
    23: "A token is good for the one purpose it was made for.",
    24: "Each request is checked against the session as it was at most a second ago.",
    25: "A stolen refresh token that was used before ends the session, and its owner is told.",
    26: "Clients that refresh in the same moment all stay signed in.",
    27: "A session ends at last, also one that is always refreshed.",
    28: "Signing out ends tokens and streams within a second, and can be repeated.",
    29: "Nobody ends, or learns of, a session of somebody else.",
    30: "The list of sessions shows device, address and last use, and no token.",
    31: "The web app's cookie cannot be read by scripts or sent by other sites; tokens in addresses are not believed.",
    32: "The signing key changes while the server runs, and nobody is signed out.",
    33: "Links carry random values of which only a hash is kept; each works once, soon, for one address.",
    34: "Of parallel uses of one link exactly one works.",
    35: "A new password by mail does not go around the second factor, and ends every session.",
    36: "Links lead to the configured address, whatever the request's headers say.",
    37: "A new address counts once it is proved, and the old one is told.",
    38: "Nobody can have the server send many mails, or put other recipients into one.",
    39: "The seed of an authenticator app is long, sealed, shown once, and counts after a right code.",
    40: "A code of an app works once, and not much before or after its time.",
    41: "Wrong codes are counted exactly, over all factors together, and soon nothing is tried any more.",
    42: "Between password and factor there is a token that is good for the factor alone.",
    43: "Texted codes are short-lived, bound to number and purpose, and sent sparingly.",
    44: "Each backup code works once; new ones void the old.",
    45: "Weakening an account needs a fresh proof.",
    46: "Passkeys are bound to this site, checked for copies, and their challenges work once.",
    47: "Refreshing keeps what was proved, and adds nothing.",
    48: "When an admin takes factors away it is audited, and the person is told.",
    49: "An API key is random, recognisable by scanners, kept as a hash, and shown once.",
    50: "The tokens of the sms surface are keys like the others: listed, limited and revocable.",
    51: "A key can never do more than its owner can at that moment.",
    52: "A mistyped key costs no look into the database; a revoked one is dead within a second.",
    53: "Asking for a token is braked like signing in.",
    54: "Coming back from a provider works once, soon, for whoever set out.",
    55: "Codes of a provider are of no use to whoever intercepts them (PKCE).",
    56: "What a provider says about a person is believed only with a signature and claims that fit.",
    57: "An answer of one provider is never taken for that of another.",
    58: "After signing in one lands on a page of this server.",
    59: "An account elsewhere is linked by its owner alone; the same address is not enough.",
    60: "Tokens of providers are sealed for their row and can be used nowhere else.",
    61: "Tokens are renewed by one process at a time; a grant that is over is said to be over.",
    62: "Disconnecting works also while the provider is down.",
    63: "A route that does not say who may use it keeps the server from starting.",
    64: "Every route was tried as every role and as nobody.",
    65: "Nobody sets a field about themselves that is not theirs to set.",
    66: "Rights are given only by whoever has them, and changes hold at the next request.",
    67: "A tenant keeps an admin, whatever is done in the same moment.",
    68: "Nothing of one tenant is read, changed or found by another, by any route.",
    69: "Gates name the tenant, and PostgreSQL's row-level security stands behind them.",
    70: "Ids cannot be guessed, and knowing one opens nothing.",
    71: "What is remembered between requests is remembered for one person.",
    72: "The assistant may do what its person may, asked again whenever a tool runs.",
    73: "Seeing all tenants is for the owner of the server, never for the admin of one.",
    74: "Limits are exact, also for hundreds of requests at once.",
    75: "Every answer says what is left, in the documented forms.",
    76: "Without Redis limits go on in memory within a second.",
    77: "What costs money is limited too.",
    78: "A limit is looked at before work is done.",
    79: "Browsers are told to run nothing but our own page, and to show it in no other.",
    80: "Pages of other sites read nothing, unless the operator names them.",
    81: "Pages of other sites cannot act with the web app's cookie.",
    82: "Personal answers are kept in no cache.",
    83: "Stored text is shown as text.",
    101: "A tool call of a model is held to schema, rights and ownership before anything happens.",
    102: "What tools return is given to a model as data.",
    103: "A turn has bounds in steps, time and tokens.",
    104: "No secret is in a prompt.",
    105: "Arithmetic is done on numbers alone, within bounds.",
    106: "Log lines carry no secrets and cannot be forged.",
    107: "Secrets lie sealed under a ring of keys that turns while the server runs.",
    108: "The audit log only grows, and a command finds the first entry that was touched.",
    109: "Oversized, slow and ambiguous requests are refused early.",
    110: "Packages are pinned with hashes, few, permissively licensed, and run no code at the start of Python.",
}
"""What is promised, by the number of the item. Each has tests that carry the number."""

LATER: dict[int, str] = {}
"""Items of these groups that belong to a later part, and why."""

_HEAD = """# Security

What Steward promises, to whom, and how it is held. Made by `make docs` from `scripts/security_page.py` and from the
tests in `tests/security`, whose names carry the numbers of this page: `pytest tests/security -k item_68` runs those of
one.

**To people**: nobody reads or changes what is theirs, no colleague and no other tenant; whoever gets hold of one secret
does not get the account. **To admins**: a role means the same at every door, and what was done can be looked up and
checked. **To the operator**: nothing has to be configured to be safe, keys change while everything runs, and stolen
files without `keys.json` tell no secret. Not promised: anything against whoever is root on the machine while it runs.

Uploads, requests to the outside and webhooks (84 to 100) come with the parts that have them; sockets join 109 there.
On SQLite there is no second wall: one file is opened by one process that stands behind the gates.
"""
_NAMED = re.compile(r"def test_items?_(\d+(?:_and_\d+)*)_")


def held_items() -> dict[int, set[str]]:
    """Return the names of the files with tests of each item."""
    found: dict[int, set[str]] = {}
    for path in sorted((ROOT / "tests/security").glob("test_*.py")):
        for names in _NAMED.findall(path.read_text(encoding="utf-8")):
            for number in names.split("_and_"):
                found.setdefault(int(number), set()).add(path.name)
    return found


def security_page() -> str:
    """Return the page."""
    tests, parts = held_items(), [_HEAD]
    for title, numbers in GROUPS.items():
        parts.append(f"\n## {title}\n\n| item | promise | held by |\n|---|---|---|\n")
        for number in numbers:
            held = ", ".join(f"`{name}`" for name in sorted(tests.get(number, ()))) or LATER.get(number, "")
            parts.append(f"| {number} | {PROMISES.get(number, '')} | {held} |\n")
    return "".join(parts)
