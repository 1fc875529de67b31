"""`python -m tips.search.training.evaluate [--write]`: measure the index and each step's gain.

The test half was written by other authors than the training half. The index measured here is
fitted on the training half alone; the one that the bot carries on both, by the same recipe.
``--write`` puts the figures into docs/SEARCH.md between its marks.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tips.search.alarm import Alarm
from tips.search.embedder import Embedder
from tips.search.features import FeatureExtractor, joined, rank_probabilities
from tips.search.model import Model
from tips.search.reading import MessageReader
from tips.search.search import CONTENT, Confidence, Search
from tips.search.words import words_of
from tips.signs import WarningSigns, read_languages

from . import corpus
from .corpus import OFF_TOPIC, Message
from .fit import Recipe
from .train import train

MARKS = ("<!-- figures -->", "<!-- end of figures -->")
Ranking = Callable[[str], Sequence[str]]


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


def methods(folder: Path, model: Model) -> dict[str, Ranking]:
    """Each method, from plain likeness of words to the whole search."""
    extractor, embedder = FeatureExtractor(model), Embedder.load()
    reader = MessageReader.load(folder, model)
    ids = model.ids.tolist()

    def by(column: int, *, mended: bool, sense: bool) -> Ranking:
        def ranking(text: str) -> Sequence[str]:
            words = reader.read(text).words if mended else words_of(text)
            found = (
                extractor.meaning(embedder.embed(" ".join(words)))
                if sense
                else extractor.lexical(words)
            )
            return [ids[at] for at in np.argsort(-found.rows[:, column], kind="stable")[:3]]

        return ranking

    def fused(*, full: bool) -> Ranking:
        def ranking(text: str) -> Sequence[str]:
            words = reader.read(text).words
            found = extractor.lexical(words)
            if full:
                found = joined(found, extractor.meaning(embedder.embed(" ".join(words))))
            probabilities = rank_probabilities(
                found, model.rank_full if full else model.rank_lexical
            )
            return [ids[at] for at in np.argsort(-probabilities, kind="stable")[:3]]

        return ranking

    return {
        "nearest wording, words and letters": by(0, mended=False, sense=False),
        "+ spelling repair and synonyms": by(0, mended=True, sense=False),
        "linear model of words and letters": by(2, mended=True, sense=False),
        "lexical parts fused (no weights installed)": fused(full=False),
        "nearest wording, sentence vectors": by(0, mended=True, sense=True),
        "linear model of sentence vectors": by(2, mended=True, sense=True),
        "everything fused": fused(full=True),
    }


def refusal(search: Search, messages: Sequence[Message]) -> dict[str, float]:
    """Of real questions: answered, answered surely, right first; of off-topic ones: answered."""
    real = [(m, search.find(m.text)) for m in messages if m.meant != OFF_TOPIC]
    off = [search.find(m.text) for m in messages if m.meant == OFF_TOPIC]
    answered = [(m, found) for m, found in real if found.hits]
    sure = [(m, found) for m, found in answered if found.confidence is Confidence.SURE]
    right = sum(found.hits[0].id == m.meant for m, found in answered)
    return {
        "real questions answered": len(answered) / len(real),
        "real questions, right answer first": right / len(real),
        "real questions, right answer among three": sum(
            m.meant in [hit.id for hit in found.hits] for m, found in answered
        )
        / len(real),
        "answered without asking back": len(sure) / len(real),
        "of these right": sum(f.hits[0].id == m.meant for m, f in sure) / max(1, len(sure)),
        "off-topic messages answered": sum(bool(found.hits) for found in off) / max(1, len(off)),
    }


def calibration(search: Search, messages: Sequence[Message]) -> list[str]:
    """For each band of scores: how many first answers fell in it, and how many were right."""
    scored = [
        (f.hits[0].score, f.hits[0].id == m.meant)
        for m in messages
        if (f := search.find(m.text)).hits
    ]
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


def ranking_rows(folder: Path, model: Model, real: Sequence[Message]) -> list[str]:
    """Each method's row, then the whole with typing errors, and for each author."""
    slips = [
        Message(corpus.with_slips(m.text, at), m.meant, m.author) for at, m in enumerate(real)
    ]
    steps = methods(folder, model)
    rows = [ranked(step, real).row(name) for name, step in steps.items()]
    whole = steps["everything fused"]
    rows.append(ranked(whole, slips).row("everything, typos in 1 of 8 letters"))
    authors = sorted({m.author for m in real})
    by_author = {author: [m for m in real if m.author == author] for author in authors}
    return rows + [ranked(whole, by_author[a]).row(f"everything, author {a}") for a in authors]


def report(folder: Path, model: Model, alarm: Alarm) -> str:
    """The whole page of figures as Markdown."""
    test = corpus.test_set(folder)
    real = [m for m in test if m.meant != OFF_TOPIC]
    reader = MessageReader.load(folder, model)
    search = Search(reader, model, Embedder.load())
    bare = Search(reader, model, None)
    full_shares, bare_shares = refusal(search, test), refusal(bare, test)
    languages = read_languages()
    alarms = corpus.emergencies(folder, "test")
    calm = [m for m in test if m.meant not in corpus.ABOUT_EMERGENCIES]
    return "\n".join(
        [
            table("method", "top 1", "top 3"),
            *ranking_rows(folder, model, real),
            table("\nrefusal", "whole", "lexical part alone"),
            *(f"| {n} | {share:.1%} | {bare_shares[n]:.1%} |" for n, share in full_shares.items()),
            table("\nscore", "messages", "first answer right"),
            *calibration(search, test),
            table("\nwarning signs", "emergencies that trigger", "ordinary messages that do"),
            "| rules alone " + signs(WarningSigns(languages), alarms, calm),
            "| rules and model "
            + signs(WarningSigns(languages, search=search, alarm=alarm), alarms, calm),
            table("\ncost", "figure"),
            *(f"| {name} | {value:.1f} |" for name, value in cost(search, real[::10]).items()),
        ]
    )


def table(*heads: str) -> str:
    """The head of a table; a line break in the first cell comes before it."""
    space = "\n" if heads[0].startswith("\n") else ""
    return f"{space}| {' | '.join(h.strip() for h in heads)} |\n|{'---|' * len(heads)}"


def main() -> None:
    """Print the figures; with ``--write`` put them into docs/SEARCH.md."""
    folder = CONTENT / "en"
    figures = report(folder, *train(folder, recipe=Recipe()))
    sys.stdout.write(figures + "\n")
    if "--write" in sys.argv:
        page = Path("docs/SEARCH.md")
        text = page.read_text("utf-8")
        before, rest = text.split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        page.write_text(f"{before}{MARKS[0]}\n{figures}\n{MARKS[1]}{after}", "utf-8")


if __name__ == "__main__":
    main()
