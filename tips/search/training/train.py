"""`python -m tips.search.training.train [LANGUAGE]`: make an index anew from its wordings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tips.search import evidence
from tips.search.embedder import Embedder
from tips.search.evidence import Evidence, Judge
from tips.search.model import Floats, Model
from tips.search.search import CONTENT, Reader, load_synonyms
from tips.search.tokenizer import Tokenizer
from tips.search.words import Speller, words_of

from . import corpus, fit
from .corpus import Message
from .fit import Read, Recipe

OFF_TOPIC_LET_THROUGH = 0.03  # the goal for unseen messages is 0.05; some room for surprises
SURE_FROM = 0.80  # share of right answers from which the bot answers without asking back


def train(folder: Path, *, recipe: Recipe, halves: Sequence[str] = ("train",)) -> Model:
    """Fit the index of the language in ``folder`` on the given halves of its wordings."""
    ids = corpus.question_ids(folder)
    messages = corpus.written(folder)
    for name in halves:
        messages += corpus.half(folder, name)
    reads = read_all(folder, ids, messages, recipe)
    model = fit.base_model(ids, reads, corpus.fingerprint(folder), recipe)
    unseen = judged_by_strangers(ids, reads, recipe)
    return with_trust(with_ranker(model, unseen), unseen)


def read_all(
    folder: Path, ids: Sequence[str], messages: Sequence[Message], recipe: Recipe
) -> list[Read]:
    """Read every message as the running search will, and once more with slips of the thumb."""
    number = {name: at for at, name in enumerate(ids)} | {corpus.OFF_TOPIC: len(ids)}
    synonyms = load_synonyms(folder)
    clean = [synonyms.apply(words_of(message.text)) for message in messages]
    field: dict[str, int] = {}
    for words, message in zip(clean, messages, strict=True):
        if message.meant != corpus.OFF_TOPIC:
            for word in words:
                field[word] = field.get(word, 0) + 1
    reader = Reader(Speller(field, Tokenizer.load().whole_words()), synonyms)
    embedder = Embedder.load()
    reads = []
    for seed, message in enumerate(messages):
        texts = [(message.text, False)]
        if recipe.noise:
            texts.append((corpus.with_slips(message.text, seed), True))
        for text, noisy in texts:
            mended = tuple(reader.read(text))
            if mended:
                vector = embedder.embed(" ".join(mended))
                reads.append(Read(mended, vector, number[message.meant], message.hand, noisy))
    return reads


Judged = list[tuple[Read, Evidence, Evidence]]


def judged_by_strangers(ids: Sequence[str], reads: Sequence[Read], recipe: Recipe) -> Judged:
    """Evidence for each hand's messages from models that never saw that hand."""
    judged: Judged = []
    for hand in sorted({read.hand for read in reads} - {"editors"}):
        others = [read for read in reads if read.hand != hand]
        judge = Judge(fit.base_model(ids, others, "", recipe))
        for read in reads:
            if read.hand == hand:
                judged.append((read, judge.lexical(read.words), judge.meaning(read.vector)))
    return judged


def with_ranker(model: Model, unseen: Judged) -> Model:
    """The model with weights that weigh the kinds of evidence against each other."""
    questions = [item for item in unseen if item[0].label < len(model.ids)]
    labels = np.array([read.label for read, _, _ in questions])
    lexical = fit.ranker([words.features for _, words, _ in questions], labels)
    full = fit.ranker(
        [evidence.joined(words, sense).features for _, words, sense in questions], labels
    )
    return replace(model, rank_lexical=lexical, rank_full=full)


def with_trust(model: Model, unseen: Judged) -> Model:
    """The model with calibrated trust and the gates of refusal."""
    trust_full, gates_full = _trust(
        [(read, evidence.joined(words, sense)) for read, words, sense in unseen], model.rank_full
    )
    trust_lexical, gates_lexical = _trust(
        [(read, words) for read, words, _ in unseen], model.rank_lexical
    )
    return replace(
        model, trust_full=trust_full, gates_full=gates_full,
        trust_lexical=trust_lexical, gates_lexical=gates_lexical,
    )  # fmt: skip


def _trust(judged: Sequence[tuple[Read, Evidence]], weights: Floats) -> tuple[Floats, Floats]:
    rows, right, off = [], [], []
    for read, found in judged:
        divided = evidence.shares(found, weights)
        rows.append(evidence.trust_features(found, divided, len(read.words)))
        right.append(int(divided.argmax()) == read.label)
        off.append(read.label >= len(divided) and not read.noisy)
    features = np.stack(rows)
    fitted = fit.truster(features, np.array(right))
    believed = 1 / (1 + np.exp(-(features @ fitted)))
    return fitted, gates(believed, np.array(off))


def gates(believed: npt.NDArray[np.floating], off: npt.NDArray[np.bool_]) -> Floats:
    """The trust below which nothing is answered, and from which no question is asked back."""
    answer = float(np.quantile(believed[off], 1 - OFF_TOPIC_LET_THROUGH))
    return np.array([answer, max(answer, SURE_FROM)], np.float32)


def main() -> None:
    """Train and write the index beside the language's content."""
    folder = CONTENT / (sys.argv[1] if len(sys.argv) > 1 else "en")
    train(folder, recipe=Recipe()).write(folder / "search.npz")


if __name__ == "__main__":
    main()
