"""`python -m tips.search.training.train [LANGUAGE]`: make an index anew from its wordings."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tips.search.alarm import Alarm
from tips.search.embedder import Embedder
from tips.search.features import (
    FeatureExtractor,
    Features,
    joined,
    rank_probabilities,
    topic_features,
    trust_features,
)
from tips.search.model import Floats, Model
from tips.search.reading import MessageReader, load_synonyms
from tips.search.search import CONTENT
from tips.search.words import words_of

from . import corpus, fit
from .alarms import fit_alarm
from .corpus import EDITORS, Message
from .fit import Read, Recipe

OFF_TOPIC_LET_THROUGH = 0.035  # the goal for unseen messages is 0.05; some room for surprises
# Our off-topic messages are hard ones; a stricter gate refuses too many real questions.
HIGHEST_GATE = 0.6
FOLDS = 5
TOGETHER = 64  # messages that go through the layers of the sentence model side by side


def train(
    folder: Path, *, recipe: Recipe, halves: Sequence[str] = ("train",)
) -> tuple[Model, Alarm]:
    """Fit the index and the warning signs on the given halves of a language's wordings.

    Ranker, trust and gates come from the authors of the training half alone, so that they are the
    same whether the test half is learned as well or not.
    """
    topics = corpus.questions(folder)
    messages = corpus.written(folder)
    for name in halves:
        messages += corpus.half(folder, name)
    reader = TrainingReader(folder, messages)
    fingerprint = corpus.fingerprint(folder)
    labels = {name: at for at, name in enumerate(topics)} | {corpus.OFF_TOPIC: len(topics)}
    reads = reader.read_all(messages, labels, noise=recipe.noise)
    model = fit.base_model(topics, reads, fingerprint, recipe)
    authors = {message.author for message in corpus.half(folder, "train")} | {EDITORS}
    unseen = held_out_features(topics, [read for read in reads if read.author in authors], recipe)
    alarm = train_alarm(folder, reader, halves, [read for read in reads if not read.noisy], topics)
    return with_trust(with_ranker(model, unseen), unseen), alarm


def train_alarm(
    folder: Path,
    reader: TrainingReader,
    halves: Sequence[str],
    reads: Sequence[Read],
    topics: Iterable[str],
) -> Alarm:
    """Fit the warning signs; questions about emergencies count as neither one nor the other."""
    kinds = sorted({m.meant for name in halves for m in corpus.emergencies(folder, name)})
    near = {at for at, name in enumerate(topics) if name in corpus.ABOUT_EMERGENCIES}
    labels = {kind: at for at, kind in enumerate(kinds)} | {corpus.OFF_TOPIC: len(kinds)}
    calm = [replace(read, label=len(kinds)) for read in reads if read.label not in near]
    more = [m for name in halves for m in corpus.ordinary(folder, name)]
    alarms = [m for name in halves for m in corpus.emergencies(folder, name)]
    told = reader.read_all(more + alarms, labels, noise=False)
    return fit_alarm(kinds, [*calm, *told], corpus.fingerprint(folder))


class TrainingReader:
    """Reads messages as the running search does, and once more with typing errors."""

    def __init__(self, folder: Path, messages: Sequence[Message]) -> None:
        synonyms = load_synonyms(folder)
        field = Counter(
            word
            for message in messages
            if message.meant != corpus.OFF_TOPIC
            for word in synonyms.apply(words_of(message.text))
        )
        self._reader = MessageReader.of(folder, field)
        self._embedder = Embedder.load()

    def read_all(
        self, messages: Sequence[Message], labels: Mapping[str, int], *, noise: bool
    ) -> list[Read]:
        """Every message that has words, labelled by what it means."""
        told = [(message, message.text, False) for message in messages]
        if noise:
            told += [(m, corpus.with_slips(m.text, at), True) for at, m in enumerate(messages)]
        reads = []
        for at in range(0, len(told), TOGETHER):
            some = [(m, self._reader.read(text), noisy) for m, text, noisy in told[at:][:TOGETHER]]
            some = [item for item in some if item[1].words]
            vectors = self._embedder.embed_all([" ".join(read.words) for _, read, _ in some])
            reads += [
                Read(tuple(read.words), vector, labels[m.meant], m.author, noisy, read.mention)
                for (m, read, noisy), vector in zip(some, vectors, strict=True)
            ]
        return reads


HeldOut = list[tuple[Read, Features, Features]]


def held_out_features(topics: Mapping[str, str], reads: Sequence[Read], recipe: Recipe) -> HeldOut:
    """Features for each author's messages from models that never saw that author."""
    held_out: HeldOut = []
    for authors in folds(reads):
        others = [read for read in reads if read.author not in authors]
        extractor = FeatureExtractor(fit.base_model(topics, others, "", recipe))
        for read in reads:
            if read.author in authors:
                held_out.append(
                    (read, extractor.lexical(read.words), extractor.meaning(read.vector))
                )
    return held_out


def folds(reads: Iterable[Read]) -> list[set[str]]:
    """The authors in at most ``FOLDS`` groups that wrote about the same amount each."""
    written = Counter(read.author for read in reads if read.author != EDITORS)
    groups: list[set[str]] = [set() for _ in range(min(FOLDS, len(written)))]
    for author, _ in written.most_common():
        min(groups, key=lambda group: sum(written[one] for one in group)).add(author)
    return groups


def with_ranker(model: Model, unseen: HeldOut) -> Model:
    """The model with the ranker's weights of the features."""
    questions = [item for item in unseen if item[0].label < len(model.ids)]
    labels = np.array([read.label for read, _, _ in questions])
    lexical = fit.ranker([words.rows for _, words, _ in questions], labels)
    full = fit.ranker([joined(words, sense).rows for _, words, sense in questions], labels)
    return replace(model, rank_lexical=lexical, rank_full=full)


def with_trust(model: Model, unseen: HeldOut) -> Model:
    """The model with calibrated trust, and the thresholds below which it answers nothing."""
    ids = model.ids.tolist()
    full = [(read, joined(words, sense)) for read, words, sense in unseen]
    lexical = [(read, words) for read, words, _ in unseen]
    trust_full, topic_full, gate_full = _calibrated(full, ids, model.rank_full)
    trust_lexical, topic_lexical, gate_lexical = _calibrated(lexical, ids, model.rank_lexical)
    return replace(
        model,
        trust_full=trust_full,
        topic_full=topic_full,
        trust_lexical=trust_lexical,
        topic_lexical=topic_lexical,
        gates=np.array([gate_full, gate_lexical], np.float32),
    )


def _calibrated(
    held_out: Sequence[tuple[Read, Features]], ids: Sequence[str], weights: Floats
) -> tuple[Floats, Floats, float]:
    """Weights of trust in the first answer and of being on topic, and the topic's threshold."""
    probabilities = [rank_probabilities(found, weights) for _, found in held_out]
    right = np.array(
        [int(d.argmax()) == r.label for (r, _), d in zip(held_out, probabilities, strict=True)]
    )
    ours = np.array([read.label < len(ids) for read, _ in held_out])
    clean = np.array([not read.noisy for read, _ in held_out])
    told = [
        (found, d, len(read.words), read.mention.against(ids[int(d.argmax())]))
        for (read, found), d in zip(held_out, probabilities, strict=True)
    ]
    by_trust = np.stack([trust_features(*one) for one in told])
    by_topic = np.stack([topic_features(*one) for one in told])
    about = fit.logistic(by_topic, ours, balanced=True)
    on_topic = 1 / (1 + np.exp(-(by_topic @ about)))
    off_topic = on_topic[~ours & clean]
    quantile = float(np.quantile(off_topic, 1 - OFF_TOPIC_LET_THROUGH)) if len(off_topic) else 0.5
    gate = min(quantile, HIGHEST_GATE)
    return fit.logistic(by_trust[ours], right[ours], balanced=False), about, gate


def main() -> None:
    """Train on everything there is and write what the bot reads beside the language's content."""
    folder = CONTENT / (sys.argv[1] if len(sys.argv) > 1 else "en")
    model, alarm = train(folder, recipe=Recipe(), halves=("train", "test"))
    model.write(folder / "search.npz")
    alarm.write(folder / "alarm.npz")


if __name__ == "__main__":
    main()
