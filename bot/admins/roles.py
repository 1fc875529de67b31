"""The three roles, and what each may do."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

What = Literal["look", "edit", "own"]
"""Kinds of acts: to look at figures and reports; to change what is sent; to choose who may."""


class Role(StrEnum):
    """What somebody is; each may do what those below may."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"

    def may(self, what: What) -> bool:
        """Whether the role is enough for this kind of act."""
        return what in ALLOWED[self]


class Member(NamedTuple):
    """Somebody with a role; owners, who stand in the settings, have no ``since``."""

    user_id: int
    role: Role
    since: datetime | None = None


ALLOWED: dict[Role, tuple[What, ...]] = {
    Role.OWNER: ("look", "edit", "own"),
    Role.EDITOR: ("look", "edit"),
    Role.VIEWER: ("look",),
}
