"""Editorial checks of the content: run all rules, or ask how the tips are spread."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tips.checks import balance as spread
from tips.checks import evidence, ledger, shape, twins, urgency, wording
from tips.checks.balance import Row, balance
from tips.checks.context import Allowance, Context, Render, Rule, read_lists
from tips.findings import Finding
from tips.library import soundness
from tips.loading import CONTENT, FALLBACK_LANGUAGE, Content, read_content

__all__ = ["Finding", "Row", "balance", "check", "examine"]

RULES: tuple[Rule, ...] = (
    *ledger.RULES,
    *evidence.RULES,
    *shape.RULES,
    *wording.RULES,
    *urgency.RULES,
    *twins.RULES,
    *spread.RULES,
)


class Examined(NamedTuple):
    """What a content directory has, and every broken rule in it, by file, item and rule."""

    content: Content
    findings: list[Finding]


def check(
    library_root: Path = CONTENT,
    *,
    render: Render | None = None,
    complete: bool = True,
    without: Collection[Rule] = (),
) -> list[Finding]:
    """Every broken rule in a content directory, sorted by file, item and rule.

    ``render`` gives the text of a tip or answer as a subscriber sees it; without it rendered
    lengths are not measured. ``complete=False`` leaves out what only holds at full size: numbers,
    reviews, unused evidence, unanswered questions and balance. Rules ``without`` are not asked.
    """
    return examine(library_root, render=render, complete=complete, without=without).findings


def examine(
    library_root: Path = CONTENT,
    *,
    render: Render | None = None,
    complete: bool = True,
    without: Collection[Rule] = (),
) -> Examined:
    """The same, and the content that was read; without findings a library can be made of it."""
    found: list[Finding] = []
    content = read_content(library_root, FALLBACK_LANGUAGE, found.append)
    words, spelling, allowed = read_lists(library_root, found.append)
    context = Context(content, words, spelling, allowed, render, complete)
    found += soundness(content)
    broken = [finding for rule in RULES if rule not in without for finding in rule(context)]
    return Examined(content, sorted({*found, *_not_excused(broken, allowed)}))


def _not_excused(broken: Sequence[Finding], allowed: Sequence[Allowance]) -> Iterable[Finding]:
    """The findings without an exception, and the exceptions without a finding."""
    excused = {(allowance.id, allowance.rule) for allowance in allowed}
    yield from (finding for finding in broken if (finding.id, finding.rule) not in excused)
    for item, rule in sorted(excused - {(finding.id, finding.rule) for finding in broken}):
        message = f"the exception from '{rule}' is not needed"
        yield Finding("allow.yaml", item, "allow", message, "Take it out")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the findings, for the given files only where any are given; 1 if there are some."""
    parser = argparse.ArgumentParser(prog="python -m tips.check", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--complete", action="store_true", help="hold it to its full size, too")
    options = parser.parse_args(arguments)
    wanted = {path.resolve() for path in options.files}
    found = check(complete=options.complete)
    if wanted:
        found = [finding for finding in found if (CONTENT / finding.file).resolve() in wanted]
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{len(found)} findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
