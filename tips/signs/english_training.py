"""`python -m tips.signs.english_training`: make the classifier of English warning signs anew."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from tips.search import grams, search
from tips.search.embedder import PIECES, Embedder
from tips.search.model import Floats, quantised
from tips.search.search import Search
from tips.search.training import corpus
from tips.search.words import lines_of, pieces

from . import network
from .english_classifier import PATH, EnglishClassifier
from .evidence import CUES, EvidenceReader, read_cues
from .language import CONTENT, ENGLISH, read_languages
from .network import Ints, Messages, Parameters, Recipe
from .spoken import SignReader

FOLDER = search.CONTENT / ENGLISH
NONE = "none"
ONE_OF = 5  # questions: what is far from an emergency is soon learned
ONE_WISH_OF = 2
TOGETHER = 32  # messages that go through the layers of the sentence model side by side
DIMENSIONS = 256  # of a piece while fitting: nine tenths of what differs, in a third of the time
SAMPLED = 400  # messages to find these by
FOLDS = 5
LEFT_OUT = 2  # networks for each fold
NETWORKS = 6
WEIGHT_OF_AN_EMERGENCY = 3.0  # a missed one is worse than a false alarm
WEIGHT_OF_A_NEAR_MISS = 2.5
FALSE_ALARMS = 0.02  # of the near misses that no rule hears
OVERRULED_AT_MOST = 0.005  # of the emergencies that rules hear

PiecesOf = Callable[[Sequence[str]], list[Floats]]


class Example(NamedTuple):
    """A message as the classifier reads it, and what it is an example of."""

    words: list[str]
    evidence: dict[str, float]
    kind: str  # of emergency, or none
    author: str
    near: bool  # whether it comes near an emergency on purpose
    ruled: frozenset[str]  # the kinds that rules hear


class Projection(NamedTuple):
    """Takes a piece to fewer dimensions: those in which pieces differ most, made more alike."""

    mean: Floats
    matrix: Floats

    @classmethod
    def of(cls, some: Floats) -> Projection:
        """That of these pieces."""
        mean = some.mean(0)
        spread, directions = np.linalg.eigh(np.cov((some - mean).T))
        kept = slice(-1, -DIMENSIONS - 1, -1)
        matrix = directions[:, kept] * np.maximum(spread[kept], 1e-6) ** -0.25
        size = np.sqrt(np.mean(np.square((some - mean) @ matrix)))
        return cls(mean.astype(np.float32), (matrix / size).astype(np.float32))

    def __call__(self, piece: Floats) -> Floats:
        projected: Floats = ((piece - self.mean) @ self.matrix).astype(np.float32)
        return projected


def examples(folder: Path = FOLDER, halves: Sequence[str] = ("train", "test")) -> list[Example]:
    """Emergencies and near misses of these halves; of the training half some wishes about the bot,
    and some questions."""
    reader = ExampleReader()
    told: list[Example] = []
    for half in halves:
        for message in corpus.emergencies(folder, half):
            told += reader.read(message, message.meant, near=False)
        for message in corpus.ordinary(folder, half):
            told += reader.read(message, NONE, near=True)
    asked = [m for m in corpus.half(folder, "train") if m.meant not in corpus.ABOUT_EMERGENCIES]
    wishes = [message for message in asked if message.meant.startswith(search.SERVICE)]
    questions = [message for message in asked if not message.meant.startswith(search.SERVICE)]
    for message in [*wishes[::ONE_WISH_OF], *questions[::ONE_OF]]:
        told += reader.read(message, NONE, near=False)
    return told


class ExampleReader:
    """Reads messages as the running bot does, but for the sentence vectors."""

    def __init__(self) -> None:
        self._search = Search.load(embeddings=False)
        self._reader = SignReader({one.code: one for one in read_languages()})
        self._evidence = EvidenceReader(self._reader, read_cues())

    def read(self, message: corpus.Message, kind: str, *, near: bool) -> Iterator[Example]:
        """An example of a message that has words."""
        words = list(self._search.read(message.text).words)
        if not words:
            return
        piece = next(pieces(lines_of(message.text)[0]))
        spoken = self._reader.read(piece)
        evidence = dict(self._evidence.in_english(spoken, words))
        ruled = KINDS & {advice.id for advice in self._reader.advice_in(spoken)}
        yield Example(words, evidence, kind, message.author, near, ruled)


KINDS = frozenset(m.meant for m in corpus.emergencies(FOLDER, "train"))


def fingerprint(folder: Path = FOLDER) -> str:
    """Changes whenever the messages, the cues or the rules in English have changed."""
    digest = hashlib.sha256(corpus.fingerprint_of_signs(folder).encode())
    for path in (CUES / f"{ENGLISH}.yaml", CONTENT / f"{ENGLISH}.yaml"):
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def embedded(texts: Sequence[str]) -> list[Floats]:
    """The pieces of each text, as the sentence model understands them."""
    embedder = Embedder.load()
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    found: list[Floats] = [np.zeros((0, 0), np.float32)] * len(texts)
    for start in range(0, len(order), TOGETHER):
        some = order[start : start + TOGETHER]
        states = embedder.states([texts[at] for at in some])
        for at, state in zip(some, states, strict=True):
            found[at] = state[:, -PIECES:].astype(np.float16)
    return found


class Trainer:
    """Fits networks on examples that were read once."""

    def __init__(self, told: Sequence[Example], pieces_of: PiecesOf = embedded) -> None:
        self.told = told
        self.kinds = sorted({one.kind for one in told} - {NONE})
        self.names = sorted({name for one in told for name in one.evidence})
        self.rarity = grams.rarity_of([one.words for one in told])
        states = pieces_of([" ".join(one.words) for one in told])
        some = range(0, len(states), max(1, len(states) // SAMPLED))
        sample = np.concatenate([states[at] for at in some]).astype(np.float32)
        self.projection = Projection.of(sample)
        self.messages = Messages(
            [self.projection(state.astype(np.float32)) for state in states],
            self._evidence(),
            self._words(),
            np.array([[*self.kinds, NONE].index(one.kind) for one in told]),
            np.array([_weight(one) for one in told], np.float32),
        )

    def _evidence(self) -> Floats:
        rows = [[one.evidence.get(name, 0.0) for name in self.names] for one in self.told]
        return np.array(rows, np.float32)

    def _words(self) -> csr_matrix:
        rows = [grams.vector(one.words, self.rarity) for one in self.told]
        starts = np.cumsum([0, *(len(at) for at, _ in rows)])
        values = np.concatenate([weights for _, weights in rows])
        columns = np.concatenate([at for at, _ in rows])
        return csr_matrix((values, columns, starts), shape=(len(rows), grams.BUCKETS))

    def held_out(self, recipe: Recipe) -> Floats:
        """The margin of each message under networks that saw nothing of its author."""
        margins = np.zeros(len(self.told), np.float32)
        fold = self._folds()
        for number in range(FOLDS):
            others, at = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
            fitted = [
                network.fit(self.messages, others, recipe, seed * FOLDS + number)
                for seed in range(LEFT_OUT)
            ]
            scores = [network.scores(one, self.messages, at) for one in fitted]
            margins[at] = margins_of(np.mean(scores, axis=0))
        return margins

    def _folds(self) -> Ints:
        written = Counter(one.author for one in self.told)
        groups: list[list[str]] = [[] for _ in range(FOLDS)]
        for author, _ in written.most_common():
            min(groups, key=lambda group: sum(written[one] for one in group)).append(author)
        fold = {author: number for number, group in enumerate(groups) for author in group}
        return np.array([fold[one.author] for one in self.told])

    def gate(self, margins: Floats) -> float:
        """The margin from which an emergency is heard that no rule hears."""
        at = [one.near and one.kind == NONE and not one.ruled for one in self.told]
        return float(np.quantile(margins[at], 1 - FALSE_ALARMS))

    def rule_gates(self, margins: Floats) -> list[float]:
        """For each kind the margin below which a rule is overruled: that of next to no emergency
        which a rule hears as this kind, and less likely one than not."""
        urgent = np.array([one.kind != NONE for one in self.told])
        ruled = [[kind in one.ruled for one in self.told] for kind in self.kinds]
        shares = (np.quantile(margins[urgent & heard], OVERRULED_AT_MOST) for heard in ruled)
        return [min(float(share), 0.0) for share in shares]

    def classifier(self, margins: Floats, recipe: Recipe, made_from: str) -> EnglishClassifier:
        """The classifier of all messages, with the gates that these margins ask for."""
        at = np.arange(len(self.told))
        fitted = [network.fit(self.messages, at, recipe, FOLDS + n) for n in range(NETWORKS)]
        return self.assembled(fitted, margins, made_from)

    def assembled(
        self, fitted: Sequence[Parameters], margins: Floats, made_from: str
    ) -> EnglishClassifier:
        """The classifier of these networks, with the gates that these margins ask for."""
        detectors = self.projection.matrix @ np.concatenate(
            [one["detectors"] for one in fitted], axis=1
        )
        shift = self.projection.mean @ detectors
        packed, scale = quantised(detectors, axis=0)
        words, words_scale = quantised(_mean(fitted, "words"), axis=0)
        return EnglishClassifier(
            fingerprint=np.array([made_from]),
            kinds=np.array(self.kinds),
            names=np.array(self.names),
            rarity=self.rarity,
            words=words,
            words_scale=words_scale,
            detectors=packed,
            detectors_scale=scale,
            detectors_bias=np.concatenate([one["detectors_bias"] for one in fitted]) - shift,
            layer=np.stack([one["layer"] for one in fitted]),
            layer_bias=np.stack([one["layer_bias"] for one in fitted]),
            out=np.stack([one["out"] for one in fitted]),
            bias=_mean(fitted, "bias"),
            gate=np.array([self.gate(margins)], np.float32),
            rule_gates=np.array(self.rule_gates(margins), np.float32),
        )


def margins_of(scores: Floats) -> Floats:
    """Log odds of an emergency of any kind against none."""
    margins: Floats = np.logaddexp.reduce(scores[:, :-1], axis=1) - scores[:, -1]
    return margins


def _mean(fitted: Sequence[Parameters], name: str) -> Floats:
    mean: npt.NDArray[np.float32] = np.mean([one[name] for one in fitted], axis=0)
    return mean


def _weight(one: Example) -> float:
    if one.kind != NONE:
        return WEIGHT_OF_AN_EMERGENCY
    return WEIGHT_OF_A_NEAR_MISS if one.near else 1.0


def train(
    told: Sequence[Example], made_from: str = "", pieces_of: PiecesOf = embedded
) -> EnglishClassifier:
    """The classifier of these messages, with the gates that authors it never saw ask for."""
    trainer, recipe = Trainer(told, pieces_of), Recipe()
    return trainer.classifier(trainer.held_out(recipe), recipe, made_from)


def main() -> None:
    """Train on all messages and write what the bot reads."""
    train(examples(), fingerprint()).write(PATH)


if __name__ == "__main__":
    main()
