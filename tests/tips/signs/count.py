"""`python -m tests.tips.signs.count FILE... [--show]`: how an exam of warning signs comes out.

A file is named after its language (`en.yaml`) and has `signs` (each a `text`, and the `id` of its
advice if that was said) and `ordinary` messages. Only numbers are printed; ``--show`` prints what
was missed and what was taken for a sign, after which the exam is no longer one that nobody looked
at.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tips.search import Search
from tips.signs import WarningSigns

ANY = "any"  # the kind of one of which it was not said


class Outcome(NamedTuple):
    """How one exam came out."""

    kinds: Counter[str]  # of its emergencies
    heard: Counter[str]  # of those that were heard, by the kind they are
    right: int  # heard as the kind they are
    ordinary: int
    missed: list[str]
    taken: dict[str, str]  # ordinary messages taken for a sign, and for which

    def lines(self) -> list[str]:
        """Its numbers, for people."""
        by_kind = ", ".join(f"{kind} {self.heard[kind]}/{n}" for kind, n in self.kinds.items())
        of = Counter(self.taken.values())
        taken = ", ".join(f"{kind} {n}" for kind, n in of.items())
        heard = f"heard {self.heard.total()} of {self.kinds.total()}"
        if ANY not in self.kinds:
            heard += f": {by_kind}; as the kind they are {self.right}"
        ordinary = f"ordinary taken for a sign {of.total()} of {self.ordinary}"
        return [heard, f"{ordinary}: {taken}" if taken else ordinary]


def counted(signs: WarningSigns, path: Path) -> Outcome:
    """Hold an exam."""
    content: Any = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)
    found = [
        (m.get("id", ANY), m["text"], signs.match(m["text"], path.stem)) for m in content["signs"]
    ]
    taken = {t: a.id for t in content["ordinary"] if (a := signs.match(t, path.stem))}
    return Outcome(
        Counter(kind for kind, _, _ in found),
        Counter(kind for kind, _, advice in found if advice),
        sum(advice is not None and advice.id == kind for kind, _, advice in found),
        len(content["ordinary"]),
        [text for _, text, advice in found if advice is None],
        taken,
    )


def main() -> None:
    """Hold the exams that are named."""
    names = [name for name in sys.argv[1:] if name != "--show"]
    if not names:
        sys.exit(__doc__)
    signs = WarningSigns.load(search=Search.load())
    for name in names:
        outcome = counted(signs, Path(name))
        lines = outcome.lines()
        if "--show" in sys.argv:
            lines += [f"missed: {text}" for text in outcome.missed]
            lines += [f"taken for {kind}: {text}" for text, kind in outcome.taken.items()]
        sys.stdout.write("".join(f"{name}: {line}\n" for line in lines))


if __name__ == "__main__":
    main()
