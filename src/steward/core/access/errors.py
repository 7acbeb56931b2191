"""What can go wrong with roles and keys."""

from __future__ import annotations

from steward.kit.errors import Conflict, Forbidden, Kind, NotFound, Unauthenticated


class LastAdmin(Conflict):
    """A tenant needs an admin: make somebody else one first."""

    kind, code = Kind.CONFLICT, "LAST_ADMIN"


class MoreThanOwn(Forbidden):
    """You can only give and take what you may do yourself."""

    kind, code = Kind.FORBIDDEN, "PERMISSION_NOT_HELD"


class IsBuiltIn(Forbidden):
    """What is built in cannot be changed or deleted; make one of your own."""

    kind, code = Kind.FORBIDDEN, "BUILT_IN"


class RoleExists(Conflict):
    """There is a role of that name."""

    kind, code = Kind.CONFLICT, "ROLE_EXISTS"


class PermissionExists(Conflict):
    """There is a permission of that name."""

    kind, code = Kind.CONFLICT, "PERMISSION_EXISTS"


class RoleHeld(Conflict):
    """That person has that role already."""

    kind, code = Kind.CONFLICT, "ROLE_ALREADY_ASSIGNED"


class RoleNotFound(NotFound):
    """There is no such role."""

    kind, code = Kind.NOT_FOUND, "ROLE_NOT_FOUND"


class PermissionNotFound(NotFound):
    """There is no such permission."""

    kind, code = Kind.NOT_FOUND, "PERMISSION_NOT_FOUND"


class KeyNotFound(NotFound):
    """There is no such API key."""

    kind, code = Kind.NOT_FOUND, "API_KEY_NOT_FOUND"


class KeyWrong(Unauthenticated):
    """That API key or token is not valid."""

    kind, code = Kind.UNAUTHENTICATED, "UNAUTHORIZED"


class KeyExpired(Unauthenticated):
    """That API key or token has expired; make a new one."""

    kind, code = Kind.UNAUTHENTICATED, "TOKEN_EXPIRED"
