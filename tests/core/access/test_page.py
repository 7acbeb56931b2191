"""The page about rights says what the code does."""

import re
from pathlib import Path

from steward.core.access.rules import KNOWN, NOT_FOR_KEYS, PERMISSIONS, PLATFORM, ROLES, permissions_of

PAGE = (Path(__file__).parents[3] / "docs" / "access.md").read_text(encoding="utf-8")


def test_the_table_names_every_role_in_the_order_of_what_they_may_do() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(ROLES)


def test_what_the_table_says_of_each_role_is_so() -> None:
    assert permissions_of("owner") == {"*"}
    assert KNOWN - permissions_of("admin") == PLATFORM
    withheld = {name.partition(":")[0] for name in PERMISSIONS - permissions_of("member")}
    row = next(line for line in PAGE.splitlines() if line.startswith("| `member`"))
    assert set(re.findall(r"`(\w+)`", row.split("not")[1])) == withheld
    assert permissions_of("user") == permissions_of("member")
    reads = {name for name in permissions_of("member") if name.endswith(":read")}
    assert permissions_of("viewer") - reads == {"keys:write", "profile:write", "sessions:write", "profile:secure"}


def test_the_page_names_what_no_key_ever_holds() -> None:
    line = PAGE[PAGE.index("No key ever holds") : PAGE.index("whoever finds one")]
    assert set(re.findall(r"`([\w:]+)`", line)) == NOT_FOR_KEYS
