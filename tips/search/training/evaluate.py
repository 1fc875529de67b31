"""`python -m tips.search.training.evaluate [--write]`: measure the index and each step's gain.

The test half was written by other authors than the training half. The index measured here is
fitted on the training half alone; the one that the bot carries on both, by the same recipe.
``--write`` puts the figures into docs/SEARCH.md between its marks.
"""

from __future__ import annotations

import resource
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tips.search.alarm import Alarm
from tips.search.embedder import Embedder
from tips.search.features import FeatureExtractor, Features, joined, rank_probabilities
from tips.search.model import Floats, Model
from tips.search.reading import MessageReader
from tips.search.search import CONTENT, SERVICE, Confidence, Found, Search
from tips.search.words import words_of
from tips.signs import WarningSigns, english_training, read_languages

from . import corpus
from .corpus import OFF_TOPIC, Message
from .fit import Recipe
from .train import train
from .vectors import Vectors

MARKS = ("<!-- figures -->", "<!-- end of figures -->")
EVERYDAY = ("noor", "otto")  # who wrote of everyday subjects
TALK = ("smalltalk", "small-talk", "insults", "bot-commands-gone-wrong")
OFF_TOPIC_KINDS: dict[str, Callable[[Message], bool]] = {
    "everyday subjects": lambda m: m.author in EVERYDAY and m.kind not in TALK,
    "near our subjects": lambda m: m.author not in EVERYDAY and m.kind not in TALK,
    "small talk, curses, mistyped commands": lambda m: m.kind in TALK,
    "all of them": lambda _: True,
}
Ranking = Callable[[str], Sequence[str]]
Embed = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of messages whose right answer came first, or among the first three."""

    first: float
    third: float

    def row(self, name: str) -> str:
        return f"| {name} | {self.first:.1%} | {self.third:.1%} |"


def ranked(ranking: Ranking, messages: Iterable[Message]) -> Score:
    """Measure a method that only ranks."""
    first = third = total = 0
    for message in messages:
        found = ranking(message.text)
        total += 1
        first += message.meant in found[:1]
        third += message.meant in found[:3]
    return Score(first / total, third / total)


def methods(folder: Path, model: Model, embed: Embed) -> dict[str, Ranking]:
    """Each method, from plain likeness of words to the whole search."""
    extractor = FeatureExtractor(model)
    reader = MessageReader.load(folder, model)
    ids = model.ids.tolist()

    def meaning(words: Sequence[str]) -> Features:
        return extractor.meaning(embed([" ".join(words)]))[0]

    def by(column: int, *, mended: bool, sense: bool) -> Ranking:
        def ranking(text: str) -> Sequence[str]:
            words = reader.read(text).words if mended else words_of(text)
            found = meaning(words) if sense else extractor.lexical(words)
            return [ids[at] for at in np.argsort(-found.rows[:, column], kind="stable")[:3]]

        return ranking

    def fused(*, full: bool) -> Ranking:
        def ranking(text: str) -> Sequence[str]:
            words = reader.read(text).words
            found = extractor.lexical(words)
            if full:
                found = joined(found, meaning(words))
            probabilities = rank_probabilities(
                found, model.rank_full if full else model.rank_lexical
            )
            return [ids[at] for at in np.argsort(-probabilities, kind="stable")[:3]]

        return ranking

    return {
        "nearest wording, words and letters": by(1, mended=False, sense=False),
        "+ spelling repair and synonyms": by(1, mended=True, sense=False),
        "linear model of words and letters": by(0, mended=True, sense=False),
        "lexical parts fused (no weights installed)": fused(full=False),
        "nearest wording, sentence vectors": by(1, mended=True, sense=True),
        "networks over sentence vectors": by(0, mended=True, sense=True),
        "everything fused": fused(full=True),
    }


@dataclass(frozen=True, slots=True)
class Told:
    """A message of the exam and what was found."""

    message: Message
    found: Found

    @property
    def first(self) -> str:
        """The first answer's id, or nothing."""
        return self.found.hits[0].id if self.found.hits else ""

    @property
    def right(self) -> bool:
        """Whether the first answer is what was meant."""
        return self.first == self.message.meant

    @property
    def sure(self) -> bool:
        """Whether it is given without asking back."""
        return self.found.confidence is Confidence.SURE


def told_by(search: Search, messages: Iterable[Message]) -> list[Told]:
    """What is found for each message."""
    return [Told(message, search.find(message.text)) for message in messages]


def answered(told: Sequence[Told], name: str) -> dict[str, float]:
    """Of messages that have an answer: how many get one, the right one, and surely."""
    sure = [one for one in told if one.sure]
    return {
        f"{name} answered": share(bool(one.first) for one in told),
        f"{name}, right answer first": share(one.right for one in told),
        f"{name}, right answer among three": share(
            one.message.meant in [hit.id for hit in one.found.hits] for one in told
        ),
        f"{name} answered without asking back": share(one.sure for one in told),
        "of these right": share(one.right for one in sure),
    }


def strange(told: Sequence[Told]) -> list[str]:
    """Of off-topic messages: how many are answered, and how many surely.

    To take small talk, a curse or a mistyped command for a wish about the bot is no fault.
    """
    rows = []
    for name, kinds in OFF_TOPIC_KINDS.items():
        some = [one for one in told if kinds(one.message)]
        questions = [one for one in some if one.first and not one.first.startswith(SERVICE)]
        wishes = [one for one in some if one.first.startswith(SERVICE)]
        cells = [
            f"{len(these)} of {len(some)} ({len(these) / max(1, len(some)):.1%}), "
            f"{sum(one.sure for one in these)} surely"
            for these in (questions, wishes)
        ]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return rows


def share(true: Iterable[bool]) -> float:
    """How many of some are true, 0 to 1."""
    some = list(true)
    return sum(some) / max(1, len(some))


def calibration(told: Sequence[Told]) -> list[str]:
    """For each band of scores: how many first answers fell in it, and how many were right."""
    scored = [(one.found.hits[0].score, one.right) for one in told if one.first]
    rows = []
    for low in np.arange(0, 1, 0.2):
        band = [right for score, right in scored if low <= score < low + 0.2 + 1e-9 * (low > 0.7)]
        if band:
            rows.append(f"| {low:.1f} to {low + 0.2:.1f} | {len(band)} | {np.mean(band):.1%} |")
    return rows


def cost(search: Search, messages: Sequence[Message]) -> dict[str, float]:
    """Milliseconds of CPU a question on this machine, and the process's peak memory in MB."""
    spent = []
    for message in messages:
        begun = time.process_time()
        search.find(message.text)
        spent.append((time.process_time() - begun) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "median ms": float(np.median(spent)),
        "p99 ms": float(np.quantile(spent, 0.99)),
        "peak MB": peak,
    }


def signs(heard: WarningSigns, alarms: Sequence[Message], ordinary: Sequence[Message]) -> str:
    """How many described emergencies trigger, and how many ordinary messages do."""
    hit = sum(heard.match(m.text) is not None for m in alarms)
    false = sum(heard.match(m.text) is not None for m in ordinary)
    return f"| {hit} of {len(alarms)} ({hit / len(alarms):.1%}) | {false} of {len(ordinary)} |"


def ranking_rows(
    folder: Path, model: Model, real: Sequence[Message], vectors: Vectors
) -> list[str]:
    """Each method's row, then the whole with typing errors, and for each author."""
    slips = [
        Message(corpus.with_slips(m.text, at), m.meant, m.author) for at, m in enumerate(real)
    ]
    steps = methods(folder, model, vectors.embed_by_layers)
    rows = [ranked(step, real).row(name) for name, step in steps.items()]
    whole = steps["everything fused"]
    rows.append(ranked(whole, slips).row("everything, typos in 1 of 8 letters"))
    authors = sorted({m.author for m in real})
    by_author = {author: [m for m in real if m.author == author] for author in authors}
    return rows + [ranked(whole, by_author[a]).row(f"everything, author {a}") for a in authors]


def report(folder: Path, model: Model, alarm: Alarm, vectors: Vectors) -> str:
    """The whole page of figures as Markdown."""
    test = corpus.test_set(folder)
    wishes = [m for m in test if m.meant.startswith(SERVICE)]
    off = [m for m in test if m.meant == OFF_TOPIC]
    real = [m for m in test if m.meant != OFF_TOPIC and not m.meant.startswith(SERVICE)]
    reader = MessageReader.load(folder, model)
    vectors.embed_by_layers(
        [" ".join(words) for m in test if (words := reader.read(m.text).words)]
    )
    search = Search(reader, model, Embedder.load())
    bare = Search(reader, model, None)
    told, told_bare = told_by(search, real), told_by(bare, real)
    told_off, told_wishes = told_by(search, off), told_by(search, wishes)
    bare_shares = answered(told_bare, "real questions")
    languages = read_languages()
    classifier = english_training.train(english_training.examples(folder, ("train",)))
    with_models = WarningSigns(languages, search=search, alarm=alarm, english=classifier)
    alarms = corpus.emergencies(folder, "test")
    calm = [m for m in test if m.meant not in corpus.ABOUT_EMERGENCIES]
    return "\n".join(
        [
            table("method", "top 1", "top 3"),
            *ranking_rows(folder, model, real, vectors),
            table("\nreal questions", "whole", "lexical part alone"),
            *(
                f"| {name} | {part:.1%} | {bare_shares[name]:.1%} |"
                for name, part in answered(told, "real questions").items()
            ),
            table("\nwishes about the bot", "whole"),
            *(
                f"| {name} | {part:.1%} |"
                for name, part in answered(told_wishes, "wishes").items()
            ),
            f"| wishes taken for a question | {share(_is_question(t) for t in told_wishes):.1%} |",
            f"| real questions taken for a wish | {share(_is_wish(t) for t in told):.1%} |",
            table("\noff-topic messages", "answered with a question's answer", "taken for a wish"),
            *strange(told_off),
            table("\nscore", "messages", "first answer right"),
            *calibration([*told, *told_wishes, *told_off]),
            table("\nwarning signs", "emergencies that trigger", "ordinary messages that do"),
            "| rules alone " + signs(WarningSigns(languages), alarms, calm),
            "| rules, model of words and classifier " + signs(with_models, alarms, calm),
            table("\ncost", "figure"),
            *(f"| {name} | {value:.1f} |" for name, value in cost(search, real[::10]).items()),
        ]
    )


def _is_wish(told: Told) -> bool:
    return told.first.startswith(SERVICE)


def _is_question(told: Told) -> bool:
    return bool(told.first) and not _is_wish(told)


def table(*heads: str) -> str:
    """The head of a table; a line break in the first cell comes before it."""
    space = "\n" if heads[0].startswith("\n") else ""
    return f"{space}| {' | '.join(h.strip() for h in heads)} |\n|{'---|' * len(heads)}"


def measured(folder: Path, vectors: Vectors) -> tuple[Model, Alarm]:
    """An index and signs of the training half alone, beside those that the bot carries.

    Ranker, trust and gates of either are the same: they are of the training half in both.
    """
    carried = Model.read(folder / "search.npz")
    if carried.fingerprint[0] != corpus.fingerprint(folder):
        sys.exit("The index is older than what it is made from: run `make search-train` first.")
    return train(folder, recipe=Recipe(), vectors=vectors, weighed=carried)


def main() -> None:
    """Print the figures; with ``--write`` put them into docs/SEARCH.md."""
    folder = CONTENT / "en"
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put them into docs/SEARCH.md")
    parser.add_argument("--vectors", type=Path, help="a file that keeps sentence vectors")
    told = parser.parse_args()
    vectors = Vectors(told.vectors)
    figures = report(folder, *measured(folder, vectors), vectors)
    vectors.keep()
    sys.stdout.write(figures + "\n")
    if told.write:
        page = Path("docs/SEARCH.md")
        text = page.read_text("utf-8")
        before, rest = text.split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        page.write_text(f"{before}{MARKS[0]}\n{figures}\n{MARKS[1]}{after}", "utf-8")


if __name__ == "__main__":
    main()
