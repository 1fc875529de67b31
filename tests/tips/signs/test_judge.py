"""The judge: fresh, right about what only sounds like a sign, and never against what is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tips.search import Search
from tips.search.model import quantised
from tips.search.search import CONTENT
from tips.search.training import corpus
from tips.signs import WarningSigns, network
from tips.signs.evidence import Cues, EvidenceReader
from tips.signs.judge import Judge
from tips.signs.judge_training import KINDS, fingerprint
from tips.signs.language import read_languages
from tips.signs.network import Batch, Messages, Recipe
from tips.signs.spoken import SignReader

CHANCE = np.random.default_rng(1)


@pytest.fixture(scope="module")
def signs() -> WarningSigns:
    return WarningSigns.load(search=Search.load())


def test_it_was_made_from_the_messages_as_they_stand() -> None:
    remedy = "run `make search-train`"
    assert Judge.read().fingerprint[0] == fingerprint(), remedy
    assert set(Judge.read().kinds.tolist()) == KINDS


@pytest.mark.parametrize(
    "message",
    [
        "what would swollen lips mean in a toddler, for the first aid course",
        "in the film his throat closes up, can that come from eczema",
        "she isn't wheezing and her lips aren't swollen, she only has a cold",
        "the price of that tub nearly made me faint",
        "the cat sleeps on my pillow",
    ],
)
def test_what_only_sounds_like_a_sign_is_none(signs: WarningSigns, message: str) -> None:
    assert signs.match(message) is None


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("lips massive cant talk ate a nut", "breathing"),
        ("got the pills here and im going to do it", "despair"),
        ("not joking, I want to be dead", "despair"),
        ("no fever but loads of sore little blisters and theres more every hour", "blisters"),
        ("his rash is leaking and he's burning up", "fever"),
        ("is this anaphylaxis", "breathing"),
    ],
)
def test_what_is_one_is_heard(signs: WarningSigns, message: str, advice: str) -> None:
    found = signs.match(message)
    assert found is not None
    assert found.id == advice


def test_of_described_emergencies_that_a_rule_hears_hardly_one_is_overruled(
    signs: WarningSigns,
) -> None:
    rules = WarningSigns.load()
    told = corpus.emergencies(CONTENT / "en", "train")[::4]
    heard = [m.text for m in told if rules.match(m.text)]
    assert len(heard) > 250
    assert [text for text in heard if signs.match(text) is None] == []


def test_it_has_no_say_in_other_languages_and_about_violence(signs: WarningSigns) -> None:
    for message, advice in (("ich bin suicidal", "despair"), ("he hits me", "violence")):
        found = signs.match(message)
        assert found is not None
        assert found.id == advice


def test_a_message_is_known_by_named_evidence() -> None:
    reader = SignReader({one.code: one for one in read_languages()})
    piece = "What if her lips are not swollen?"
    words = piece.lower().strip("?").split()
    evidence = EvidenceReader.read(reader).of(piece, reader.read(piece), words)
    assert evidence.keys() >= {"cue opens", "cue supposed", "cue asked", "taken back swelling"}
    assert "told swelling" not in evidence
    assert evidence["few words"] == 7 / 8


def test_cues_are_words_and_marks_where_they_count(tmp_path: Path) -> None:
    path = tmp_path / "cues.yaml"
    path.write_text("opens: [how]\nwords: {no: [no, ruled out]}\nmarks: {loud: '!'}\n", "utf-8")
    cues = Cues.read(path)
    assert set(cues.of("ruled out!", ["ruled", "out"])) == {"no", "loud"}
    assert set(cues.of("so tell me how", ["so", "tell", "me", "how"])) == set()
    assert set(cues.of("how", ["how"])) == {"opens"}


def messages(count: int = 40) -> Messages:
    """Messages of two kinds, told by one piece among others; evidence and words say nothing."""
    labels = np.arange(count) % 2
    pieces = []
    for label in labels:
        some = CHANCE.normal(0, 0.1, (int(CHANCE.integers(2, 5)), 6)).astype(np.float32)
        some[-1, label] += 2
        pieces.append(some)
    blank = csr_matrix((count, 8), dtype=np.float32)
    evidence = np.zeros((count, 2), np.float32)
    return Messages(pieces, evidence, blank, labels, np.ones(count, np.float32))


def test_a_network_learns_what_one_piece_tells() -> None:
    told, at = messages(), np.arange(40)
    fitted = network.fit(told, at, Recipe(detectors=4, inside=4, rounds=60, together=8), seed=0)
    assert (network.scores(fitted, told, at).argmax(1) == told.labels).all()


def test_its_slopes_are_those_of_its_loss() -> None:
    told, at = messages(6), np.arange(6)
    few = Recipe(detectors=3, inside=3, rounds=1, together=6)
    fitted = {n: p.astype(np.float64) for n, p in network.fit(told, at, few, seed=0).items()}
    batch = told.some(at)

    def loss() -> float:
        sums = network.forward(fitted, batch).scores
        right = sums[at, batch.labels] - np.logaddexp.reduce(sums, axis=1)
        return float(-right.mean())

    slopes = network.gradient(fitted, batch, network.forward(fitted, batch))
    for name in ("detectors", "layer", "out", "bias"):
        place = np.unravel_index(np.abs(slopes[name]).argmax(), slopes[name].shape)
        before = fitted[name][place]
        fitted[name][place] = before + 1e-5
        above = loss()
        fitted[name][place] = before - 1e-5
        slope = (above - loss()) / 2e-5
        fitted[name][place] = before
        assert slopes[name][place] == pytest.approx(slope, rel=0.02, abs=1e-6)


def test_the_judge_says_what_the_network_says() -> None:
    told, at = messages(), np.arange(40)
    fitted = network.fit(told, at, Recipe(detectors=4, inside=4, rounds=20, together=8), seed=0)
    detectors, scale = quantised(fitted["detectors"], axis=0)
    judge = Judge(
        fingerprint=np.array([""]),
        kinds=np.array(["fever"]),
        names=np.array(["a", "b"]),
        rarity=np.ones(1 << 15, np.float32),
        words=np.zeros((1 << 15, 2), np.int8),
        words_scale=np.ones(2, np.float32),
        detectors=detectors,
        detectors_scale=scale,
        detectors_bias=fitted["detectors_bias"],
        layer=fitted["layer"][None],
        layer_bias=fitted["layer_bias"][None],
        out=fitted["out"][None],
        bias=fitted["bias"],
        gate=np.array([0], np.float32),
        upheld=np.array([-3], np.float32),
    )
    sums = network.scores(fitted, told, at)
    for one, pieces in zip(sums, told.pieces, strict=True):
        prediction = judge.weigh(["x"], pieces, {"unknown": 1.0})
        assert prediction.margin == pytest.approx(float(one[0] - one[1]), abs=0.2)
        assert judge.hears(prediction) == (prediction.margin >= 0)
        assert judge.overrules(prediction, "fever") == (prediction.margin < -3)
        assert not judge.overrules(prediction, "violence")


def test_a_batch_keeps_the_pieces_of_each_message_together() -> None:
    told = messages(4)
    batch: Batch = told.some(np.array([2, 0]))
    assert batch.sizes.tolist() == [len(told.pieces[2]), len(told.pieces[0])]
    assert batch.starts.tolist() == [0, len(told.pieces[2])]
