"""`python -m tips.signs.training`: make the classifier of other languages' warning signs anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from tips.search import search
from tips.search.model import Floats, quantised
from tips.search.training import corpus
from tips.search.words import line_of

from .classifier import (
    BUCKETS,
    NAME_BUCKETS,
    Features,
    SignClassifier,
    features,
    rarity_of,
    with_names,
)
from .english import OVERRULED
from .evidence import CUES, PAST, EvidenceReader, read_cues
from .language import CONTENT, ENGLISH, read_languages
from .spoken import SignReader

WORDINGS = CONTENT / "wordings"
ENGLISH_CONTENT = search.CONTENT / ENGLISH
ORDINARY = "ordinary"
FALSE_ALARMS = 0.02  # of the ordinary messages that the rules leave alone
OVERRULED_AT_MOST = 0.02  # of the emergencies that rules hear
WEIGHT_OF_AN_EMERGENCY = 3.0  # a missed one is worse than a false alarm
FOLDS = 5
ONE_OF = 4  # English questions: enough to know English by


class Example(NamedTuple):
    """A message as the classifier reads it, and what it is an example of."""

    words: list[str]
    names: frozenset[str]  # what is known of it
    by_rules: bool  # whether the rules hear it
    asks: bool  # or tells of what is over: the classifier is hardly asked
    kind: str
    language: str
    place: float  # among those of its kind: 0 the first, 1 behind the last


class ExampleReader:
    """Reads messages as the running bot does."""

    def __init__(self) -> None:
        self._languages = {language.code: language for language in read_languages()}
        self._reader = SignReader(self._languages)
        self._evidence = EvidenceReader(self._reader, read_cues())

    def read(self, texts: Sequence[str], kind: str, language: str) -> Iterator[Example]:
        """An example of each message that has words."""
        rules = self._languages[language]
        for at, text in enumerate(texts):
            spoken = self._reader.read(line_of(text))
            told = self._reader.told_in(rules, spoken.places)
            names = frozenset(self._evidence.names(rules, spoken))
            over = PAST in names
            asks = spoken.asks or rules.hears_nothing(spoken.words, ORDINARY, over=over)
            advice = rules.advice_for(told.things)
            heard = advice is not None and not (
                spoken.asks or rules.hears_nothing(spoken.words, advice.id, over=over)
            )
            if spoken.words:
                yield Example(spoken.words, names, heard, asks, kind, language, at / len(texts))


def examples(folder: Path = WORDINGS) -> list[Example]:
    """All messages in other languages, and English ones, that none of those is taken for one."""
    reader = ExampleReader()
    told = [
        example
        for path in sorted(folder.glob("*.yaml"))
        for kind, texts in _read(path).items()
        for example in reader.read(texts, kind, path.stem)
    ]
    for kind, texts in _english().items():
        told += reader.read(texts, kind, ENGLISH)
    return told


def _english() -> Mapping[str, Sequence[str]]:
    asked = corpus.half(ENGLISH_CONTENT, "train")[::ONE_OF]
    everyday = [*asked, *corpus.ordinary(ENGLISH_CONTENT, "train")]
    found = {ORDINARY: [message.text for message in everyday]}
    for message in corpus.emergencies(ENGLISH_CONTENT, "train"):
        found.setdefault(message.meant, []).append(message.text)
    return found


def fingerprint(folders: Iterable[Path] = (WORDINGS, CUES)) -> str:
    """Changes whenever the messages or the cues have changed."""
    digest = hashlib.sha256()
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def train(told: Sequence[Example], made_from: str) -> SignClassifier:
    """The classifier of these messages, with the gates that messages it never saw ask for."""
    margins = list(held_out(told))
    alone = [m for one, m in margins if one.kind == ORDINARY and _left_alone(one)]
    ruled = [m for one, m in margins if one.kind in OVERRULED and one.by_rules]
    gate = np.quantile(alone, 1 - FALSE_ALARMS)
    rule_gate = min(np.quantile(ruled, OVERRULED_AT_MOST), 0.0) - gate
    return replace(
        fitted(told, made_from),
        gate=np.array([gate], np.float32),
        rule_gate=np.array([rule_gate], np.float32),
    )


def _left_alone(one: Example) -> bool:
    """Whether the classifier alone decides."""
    return not one.by_rules and not one.asks


def held_out(told: Sequence[Example]) -> Iterator[tuple[Example, float]]:
    """The margin of each message in another language under a model that saw neither it nor its
    neighbours, which may be of one pattern."""
    for fold in range(FOLDS):
        model = fitted([one for one in told if int(one.place * FOLDS) != fold], "")
        for one in told:
            if int(one.place * FOLDS) == fold and one.language != ENGLISH:
                found = features(one.words, model.rarity)
                yield one, model.likeness(found, one.names, one.language).margin


def fitted(told: Sequence[Example], made_from: str) -> SignClassifier:
    """The classifier without a gate."""
    kinds = sorted({one.kind for one in told} - {ORDINARY})
    languages = sorted({one.language for one in told})
    rarity = rarity_of([one.words for one in told])
    rows = [features(one.words, rarity) for one in told]
    full = [with_names(row, one.names) for row, one in zip(rows, told, strict=True)]
    of_kind = np.array([[*kinds, ORDINARY].index(one.kind) for one in told])
    of_language = np.array([languages.index(one.language) for one in told])
    weight = np.where(of_kind < len(kinds), WEIGHT_OF_AN_EMERGENCY, 1.0)
    by_kind, kind_scale, kind_bias = _linear(full, of_kind, weight)
    by_language, language_scale, language_bias = _linear(rows, of_language, np.ones(len(rows)))
    return SignClassifier(
        fingerprint=np.array([made_from]),
        kinds=np.array(kinds),
        languages=np.array(languages),
        rarity=rarity,
        kind_weights=by_kind,
        kind_scale=kind_scale,
        kind_bias=kind_bias,
        language_weights=by_language[:BUCKETS],
        language_scale=language_scale,
        language_bias=language_bias,
        gate=np.zeros(1, np.float32),
        rule_gate=np.full(1, -np.inf, np.float32),
    )


def _linear(rows: Sequence[Features], labels: Any, weight: Any) -> tuple[Any, Floats, Floats]:
    """The weights of a linear model in 8 bits, their scale, and its bias."""
    starts = np.cumsum([0, *(len(at) for at, _ in rows)])
    columns = np.concatenate([at for at, _ in rows])
    values = np.concatenate([weights for _, weights in rows])
    data = csr_matrix((values, columns, starts), shape=(len(rows), BUCKETS + NAME_BUCKETS))
    model = LogisticRegression(C=30, max_iter=200, tol=1e-3)
    model.fit(data, labels, sample_weight=weight)
    weights, scale = quantised(model.coef_.T.astype(np.float32), axis=0)
    return weights, scale, model.intercept_.astype(np.float32)


def _read(path: Path) -> dict[str, list[str]]:
    content: dict[str, list[str]] = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    return content


def main() -> None:
    """Train on all messages and write what the bot reads."""
    train(examples(), fingerprint()).write()


if __name__ == "__main__":
    main()
