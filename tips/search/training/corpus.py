"""The messages that an index is trained on, and those it is measured by."""

from __future__ import annotations

import hashlib
import random
import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

OFF_TOPIC = "off-topic"
EDITORS = "editors"  # who wrote the wordings beside the answers
KINDS = (OFF_TOPIC, "urgent", "ordinary", "services")  # of files, before an author's name
SERVICES_TOPIC = "the-bot"
ASIDE = ("urgent-", "ordinary-")  # files for the warning signs only
READ_AS_WELL = ("synonyms.yaml", "subjects.yaml", "asking.yaml")
LETTERS_PER_SLIP = 8
# Questions whose askers may well describe an emergency; they do not count as ordinary.
ABOUT_EMERGENCIES = frozenset({"cannot-cope", "eczema-herpeticum", "infected-eczema"})


@dataclass(frozen=True, slots=True)
class Message:
    """One message, the question or service it means (or OFF_TOPIC) and who wrote it."""

    text: str
    meant: str
    author: str
    kind: str = ""  # of an off-topic message: the heading it stands under


def questions(folder: Path) -> dict[str, str]:
    """The topic of every answer of a language by its id, in the order of the files."""
    return {str(item["id"]): str(item["topic"]) for item in _answers(folder)}


def services(folder: Path) -> dict[str, str]:
    """The one topic of all wishes about the bot itself, by their ids."""
    path = folder / "services.yaml"
    if not path.exists():
        return {}
    items = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    return {str(item["id"]): SERVICES_TOPIC for item in items}


def written(folder: Path) -> list[Message]:
    """The wordings that stand beside the answers themselves."""
    return [
        Message(text, str(item["id"]), EDITORS)
        for item in _answers(folder)
        for text in (item["question"], *item.get("given", ()), *item.get("wordings", ()))
    ]


def half(folder: Path, name: str) -> list[Message]:
    """The ``train`` or ``test`` half of the collected wordings."""
    return list(_collected(folder / "wordings" / name))


def test_set(folder: Path) -> list[Message]:
    """The test half without the few short messages that stand in the training half as well."""
    learned = {message.text.casefold() for message in half(folder, "train")}
    return [m for m in half(folder, "test") if m.text.casefold() not in learned]


def ordinary(folder: Path, name: str) -> list[Message]:
    """Everyday messages that come near an emergency's words, in one half."""
    return [
        Message(str(text), OFF_TOPIC, author_of(path))
        for path in sorted((folder / "wordings" / name).glob("ordinary-*.yaml"))
        for texts in _load(path).values()
        for text in texts
    ]


def emergencies(folder: Path, name: str) -> list[Message]:
    """Descriptions of emergencies in one half, each with its kind."""
    return [
        Message(str(text), kind, author_of(path))
        for path in sorted((folder / "wordings" / name).glob("urgent-*.yaml"))
        for kind, texts in _load(path).items()
        for text in texts
    ]


def author_of(path: Path) -> str:
    """Who wrote a file: ``off-topic-maya.yaml`` and ``maya.yaml`` have the same author."""
    kinds = "|".join(map(re.escape, KINDS))
    return re.sub(rf"^(?:{kinds})-", "", path.stem)


def fingerprint(folder: Path) -> str:
    """Changes whenever anything that the index is trained on has changed: not with an answer's
    text, nor with what is written for the warning signs only."""
    told = []
    for item in _answers(folder):
        told += [item["id"], item["topic"], item["question"]]
        told += [*item.get("given", ()), *item.get("wordings", ())]
    told += services(folder)
    wordings = sorted((folder / "wordings").rglob("*.yaml"))
    paths = [path for path in wordings if not path.stem.startswith(ASIDE)]
    return _digest([*paths, *(folder / name for name in READ_AS_WELL)], told)


def fingerprint_of_signs(folder: Path) -> str:
    """Changes whenever the emergencies, near misses or wishes have changed that the warning signs
    are trained on; not with the questions, which only show what else is asked."""
    wordings = sorted((folder / "wordings").rglob("*.yaml"))
    paths = [path for path in wordings if path.stem.startswith((*ASIDE, "services-"))]
    return _digest(paths)


def _digest(paths: Iterable[Path], told: Iterable[object] = ()) -> str:
    digest = hashlib.sha256("\0".join(map(str, told)).encode())
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def with_slips(text: str, seed: int) -> str:
    """The message with a typing error in every eight letters, the same every time."""
    chance = random.Random(f"{seed}:{text}")  # noqa: S311 - noise for training, no secret
    letters = list(text)
    places = [at for at, letter in enumerate(letters) if letter.isalpha()]
    for at in sorted(chance.sample(places, len(places) // LETTERS_PER_SLIP), reverse=True):
        _slip(letters, at, chance)
    return "".join(letters)


def _slip(letters: list[str], at: int, chance: random.Random) -> None:
    kind = chance.randrange(4)
    if kind == 0:
        letters[at] = chance.choice(string.ascii_lowercase)
    elif kind == 1:
        del letters[at]
    elif kind == 2:
        letters.insert(at, chance.choice(string.ascii_lowercase))
    elif at + 1 < len(letters):
        letters[at], letters[at + 1] = letters[at + 1], letters[at]


def _answers(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((folder / "answers").glob("*.yaml")):
        yield from yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


def _load(path: Path) -> dict[str, list[str]]:
    content: dict[str, list[str]] = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    return content


def _collected(folder: Path) -> Iterator[Message]:
    for path in sorted(folder.glob("*.yaml")):
        if path.stem.startswith(ASIDE):
            continue
        for meant, texts in _load(path).items():
            for text in texts:
                if path.stem.startswith(OFF_TOPIC):
                    yield Message(str(text), OFF_TOPIC, author_of(path), meant)
                else:
                    yield Message(str(text), meant, author_of(path))
