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
from tips.search.tokenizer import english_words
from tips.search.words import Speller, words_of

from . import corpus, fit
from .alarms import fit_alarm
from .corpus import Message
from .fit import Read, Recipe

OFF_TOPIC_LET_THROUGH = 0.035  # the goal for unseen messages is 0.05; some room for surprises
# Our off-topic messages are hard ones; a stricter gate refuses too many real questions.
HIGHEST_GATE = 0.6


def train(
    folder: Path, *, recipe: Recipe, halves: Sequence[str] = ("train",)
) -> tuple[Model, Alarm]:
    """Fit the index and the warning signs on the given halves of a language's wordings."""
    topics = corpus.questions(folder)
    messages = corpus.written(folder)
    for name in halves:
        messages += corpus.half(folder, name)
    reader = TrainingReader(folder, messages)
    fingerprint = corpus.fingerprint(folder)
    labels = {name: at for at, name in enumerate(topics)} | {corpus.OFF_TOPIC: len(topics)}
    reads = reader.read_all(messages, labels, noise=recipe.noise)
    model = fit.base_model(topics, reads, fingerprint, recipe)
    unseen = held_out_features(topics, reads, recipe)
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
        self._reader = MessageReader(Speller(field, english_words()), synonyms)
        self._embedder = Embedder.load()

    def read_all(
        self, messages: Sequence[Message], labels: Mapping[str, int], *, noise: bool
    ) -> list[Read]:
        """Every message that has words, labelled by what it means."""
        reads = []
        for seed, message in enumerate(messages):
            label = labels[message.meant]
            texts = [(message.text, False)]
            if noise:
                texts.append((corpus.with_slips(message.text, seed), True))
            reads += [
                self._read(text, label, message.author, noisy=noisy) for text, noisy in texts
            ]
        return [read for read in reads if read.words]

    def _read(self, text: str, label: int, author: str, *, noisy: bool) -> Read:
        words = tuple(self._reader.read(text).words)
        return Read(words, self._embedder.embed(" ".join(words)), label, author, noisy)


HeldOut = list[tuple[Read, Features, Features]]


def held_out_features(topics: Mapping[str, str], reads: Sequence[Read], recipe: Recipe) -> HeldOut:
    """Features for each author's messages from models that never saw that author."""
    held_out: HeldOut = []
    for author in sorted({read.author for read in reads} - {"editors"}):
        others = [read for read in reads if read.author != author]
        extractor = FeatureExtractor(fit.base_model(topics, others, "", recipe))
        for read in reads:
            if read.author == author:
                held_out.append(
                    (read, extractor.lexical(read.words), extractor.meaning(read.vector))
                )
    return held_out


def with_ranker(model: Model, unseen: HeldOut) -> Model:
    """The model with the ranker's weights of the features."""
    questions = [item for item in unseen if item[0].label < len(model.ids)]
    labels = np.array([read.label for read, _, _ in questions])
    lexical = fit.ranker([words.rows for _, words, _ in questions], labels)
    full = fit.ranker([joined(words, sense).rows for _, words, sense in questions], labels)
    return replace(model, rank_lexical=lexical, rank_full=full)


def with_trust(model: Model, unseen: HeldOut) -> Model:
    """The model with calibrated trust, and the thresholds below which it answers nothing."""
    full = [(read, joined(words, sense)) for read, words, sense in unseen]
    lexical = [(read, words) for read, words, _ in unseen]
    trust_full, topic_full, gate_full = _calibrated(full, model.rank_full)
    trust_lexical, topic_lexical, gate_lexical = _calibrated(lexical, model.rank_lexical)
    return replace(
        model,
        trust_full=trust_full,
        topic_full=topic_full,
        trust_lexical=trust_lexical,
        topic_lexical=topic_lexical,
        gates=np.array([gate_full, gate_lexical], np.float32),
    )


def _calibrated(
    held_out: Sequence[tuple[Read, Features]], weights: Floats
) -> tuple[Floats, Floats, float]:
    """Weights of trust in the first answer and of being on topic, and the topic's threshold."""
    probabilities = [rank_probabilities(found, weights) for _, found in held_out]
    right = np.array(
        [int(d.argmax()) == r.label for (r, _), d in zip(held_out, probabilities, strict=True)]
    )
    ours = np.array([read.label < len(probabilities[0]) for read, _ in held_out])
    clean = np.array([not read.noisy for read, _ in held_out])
    by_trust = np.stack(
        [
            trust_features(f, d, len(r.words))
            for (r, f), d in zip(held_out, probabilities, strict=True)
        ]
    )
    by_topic = np.stack(
        [
            topic_features(f, d, len(r.words))
            for (r, f), d in zip(held_out, probabilities, strict=True)
        ]
    )
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
