"""Why a key stays."""

from __future__ import annotations

from steward.kit.errors import Conflict, NotFound


class KeyUnknown(NotFound):
    """There is no key of that name."""

    code = "KEY_UNKNOWN"


class KeyIsCurrent(Conflict):
    """That key makes everything new; turn the ring first."""

    code = "KEY_IS_CURRENT"


class KeyNeeded(Conflict):
    """Something still needs that key."""

    code = "KEY_NEEDED"
