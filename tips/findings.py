"""What is wrong with a piece of content: where, which rule, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One broken rule; ``file`` is relative to the content directory, ``id`` may be empty."""

    file: str
    id: str
    rule: str
    message: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.id}" if self.id else self.file
        return f"{where}: [{self.rule}] {self.message}. {self.remedy}"


Report = Callable[[Finding], None]


class ContentError(ValueError):
    """Content that cannot be loaded; carries the finding that says where and how to mend it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding

    @property
    def file(self) -> str:
        """The file, relative to the content directory."""
        return self.finding.file

    @property
    def id(self) -> str:
        """The item's id, or an empty string where the whole file is meant."""
        return self.finding.id

    @property
    def rule(self) -> str:
        """The short name of the broken rule."""
        return self.finding.rule

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self.finding.remedy


def refuse(finding: Finding) -> None:
    """Report a finding by raising it: loading stops at the first fault.

    Raises:
        ContentError: always.
    """
    raise ContentError(finding)
