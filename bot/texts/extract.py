"""Gathers every sentence into a template for translators: ``python -m bot.texts.extract``.

To add a language: write the template to a file, translate it with any gettext editor, and put it
at ``bot/texts/locales/<language>/LC_MESSAGES/gutskin.po``. That is all.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

# `_("…")`, `_.many("one", "more", n)` and `mark("…")` for tables.
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "many": (1, 2), "mark": None}


def template() -> Catalog:
    """All sentences of the texts, untranslated."""
    catalogue = Catalog(project="gutskin", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        Path(__file__).parent, method_map=[("**.py", "python")], keywords=KEYWORDS
    )
    for file, line, message, comments, context in found:
        catalogue.add(message, locations=[(file, line)], auto_comments=comments, context=context)
    return catalogue


if __name__ == "__main__":  # pragma: no cover - run as a process of its own in the tests
    write_po(sys.stdout.buffer, template(), width=99, omit_header=False)
