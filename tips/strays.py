"""Files that look like content and that nobody reads, which their writers ought to know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

LISTS = frozenset(
    {
        "allow.yaml",
        "balance.yaml",
        "claims.yaml",
        "first-week.yaml",
        "questions.yaml",
        "retired.yaml",
        "sources.yaml",
        "spelling.yaml",
        "themes.yaml",
        "words.yaml",
    }
)
OF_A_LANGUAGE = frozenset(
    {"asking.yaml", "names.yaml", "services.yaml", "subjects.yaml", "synonyms.yaml"}
)
ITEMS = ("tips", "answers")
WORDINGS = ("train", "test")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]+)?")
SIGNS = "signs"  # warning signs, one file a language
OF_SIGNS = ("cues", "wordings")
DRAFTS = "drafts"  # answers that are still to be written; nobody reads them
LIKE_YAML = re.compile(r"\.ya?ml(\.txt)?$", re.IGNORECASE)

WRONG_ENDING = "Let its name end in .yaml, in small letters"
WRONG_PLACE = (
    "Tips belong into en/tips/, answers into en/answers/, and nothing into folders in them"
)


def strays(root: Path) -> Iterator[tuple[Path, str]]:
    """Each of them in a content directory, with what to do about it.

    What begins with a dot or an underscore, or looks like no content, is its owner's business.
    """
    yield from _unknown(root, LISTS, re.compile(f"{LANGUAGE.pattern}|{SIGNS}|{DRAFTS}"))
    yield from _unknown(root / SIGNS, None, re.compile("|".join(OF_SIGNS)))
    for name in OF_SIGNS:
        yield from _unknown(root / SIGNS / name, None, None)
    for folder in _folders(root):
        if LANGUAGE.fullmatch(folder.name):
            yield from _in_language(folder)


def _in_language(folder: Path) -> Iterator[tuple[Path, str]]:
    yield from _unknown(folder, OF_A_LANGUAGE, re.compile("|".join([*ITEMS, "wordings"])))
    for name in ITEMS:
        yield from _unknown(folder / name, None, None)
    yield from _unknown(folder / "wordings", frozenset(), re.compile("|".join(WORDINGS)))
    for name in WORDINGS:
        yield from _unknown(folder / "wordings" / name, None, None)


def _unknown(
    folder: Path, files: frozenset[str] | None, folders: re.Pattern[str] | None
) -> Iterator[tuple[Path, str]]:
    """What is in ``folder`` but neither one of ``files`` (None: any ``.yaml``) nor ``folders``."""
    for entry in _visible(folder):
        if entry.is_dir():
            if folders is None or not folders.fullmatch(entry.name):
                yield entry, WRONG_PLACE
        elif LIKE_YAML.search(entry.name) and not entry.name.endswith(".yaml"):
            yield entry, WRONG_ENDING
        elif LIKE_YAML.search(entry.name) and files is not None and entry.name not in files:
            yield entry, WRONG_PLACE


def _folders(folder: Path) -> list[Path]:
    return [entry for entry in _visible(folder) if entry.is_dir()]


def _visible(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(entry for entry in folder.iterdir() if entry.name[0] not in "._")
