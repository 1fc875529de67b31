"""The classifier of English: fresh, right about what only sounds so, never alone on little."""

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
from tips.signs.english_classifier import EnglishClassifier
from tips.signs.english_training import KINDS, fingerprint
from tips.signs.evidence import Cues, EvidenceReader, read_cues
from tips.signs.language import LEAVING, read_languages
from tips.signs.network import Batch, Messages, Recipe
from tips.signs.spoken import SignReader

CHANCE = np.random.default_rng(1)
PIECE = 768  # dimensions of a piece: two layers


def test_it_was_made_from_the_messages_as_they_stand() -> None:
    remedy = "run `make search-train`"
    assert EnglishClassifier.read().fingerprint[0] == fingerprint(), remedy
    assert set(EnglishClassifier.read().kinds.tolist()) == KINDS


@pytest.mark.parametrize(
    "message",
    [
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
    signs: WarningSigns, rules: WarningSigns
) -> None:
    told = corpus.emergencies(CONTENT / "en", "train")[::4]
    heard = [m.text for m in told if rules.match(m.text)]
    assert len(heard) > 250
    assert [text for text in heard if signs.match(text) is None] == []


def always(search: Search, margin: float) -> WarningSigns:
    """Warning signs with a classifier that hears despair in every message, by so much."""
    kinds, names = np.array(["breathing", "despair"]), np.zeros(0, "<U1")
    bias = np.array([-40, margin, 0], np.float32)
    blank = EnglishClassifier(
        fingerprint=np.array([""]),
        kinds=kinds,
        names=names,
        rarity=np.ones(1 << 15, np.float32),
        words=np.zeros((1 << 15, 3), np.int8),
        words_scale=np.ones(3, np.float32),
        detectors=np.zeros((PIECE, 1), np.int8),
        detectors_scale=np.ones(1, np.float32),
        detectors_bias=np.zeros(1, np.float32),
        layer=np.zeros((1, 1, 1), np.float32),
        layer_bias=np.zeros((1, 1), np.float32),
        out=np.zeros((1, 1, 3), np.float32),
        bias=bias,
        gate=np.zeros(1, np.float32),
        rule_gates=np.zeros(2, np.float32),
    )
    return WarningSigns(read_languages(), search=search, english=blank)


@pytest.fixture(scope="module")
def calm(search: Search) -> WarningSigns:
    """Signs that nothing is wrong, whatever is said."""
    return always(search, -20)


@pytest.fixture(scope="module")
def alarmed(search: Search) -> WarningSigns:
    """And that life is meant, whatever is said."""
    return always(search, 1)


class TestWhereItIsSureThatNothingIsWrong:
    def test_it_overrules_a_rule(self, calm: WarningSigns) -> None:
        assert calm.match("the dog collapsed in a heap on the beach") is None

    @pytest.mark.parametrize(
        ("message", "advice"),
        [
            ("I want to die and it is not a joke", "despair"),
            ("I can't go on with these tips every day", "leaving"),
            ("my husband hits me when he has been drinking", "violence"),
            ("s u i c i d a l", "despair"),
            ("she c a n t b r e a t h e", "breathing"),
            ("is this anaphylaxis", "breathing"),
            (f"{'we have had such a day of it and ' * 4} she can't breathe", "breathing"),
        ],
    )
    def test_it_never_does_where_life_may_be_meant_or_it_saw_too_little(
        self, calm: WarningSigns, message: str, advice: str
    ) -> None:
        found = calm.match(message)
        assert found is not None
        assert found.id == advice


class TestWhereItHearsDespairInEverything:
    def test_it_hears_it_where_no_rule_does(self, alarmed: WarningSigns) -> None:
        found = alarmed.match("my papers are in order and the cat is at the neighbours")
        assert found is not None
        assert found.id == "despair"

    @pytest.mark.parametrize("message", ["me and my son", "Leeds", "at half past seven", "both"])
    def test_it_is_not_believed_in_fewer_than_five_words(
        self, alarmed: WarningSigns, message: str
    ) -> None:
        assert alarmed.match(message) is None

    @pytest.mark.parametrize(
        "message",
        [
            "can I have the tips at eight in the evening",
            "please change my time zone to Berlin",
            "the tips are for me and my daughter",
            "please stop sending me the tips every day",
            "send me a copy of all my data please",
            "delete the data you keep about me",
        ],
    )
    def test_nor_where_somebody_surely_wishes_something_of_the_bot(
        self, alarmed: WarningSigns, message: str
    ) -> None:
        assert alarmed.match(message) is None

    @pytest.mark.parametrize(
        "message",
        [
            "please erase all there is of me",
            "I would like to be taken off",
            "I'd like to be taken off now",
        ],
    )
    def test_both_are_offered_where_life_may_be_meant_as_well(
        self, alarmed: WarningSigns, message: str
    ) -> None:
        found = alarmed.match(message)
        assert found is not None
        assert found.id == "leaving"


def test_far_beyond_its_gate_it_is_believed_against_the_search(search: Search) -> None:
    certain = always(search, 5)
    for message, advice in (
        ("please change my time zone to Berlin", "despair"),
        ("please stop sending me the tips every day", "leaving"),
    ):
        found = certain.match(message)
        assert found is not None
        assert found.id == advice


@pytest.mark.parametrize(
    "message", ["I'd like to be taken off now", "I want all trace of me gone"]
)
def test_a_wish_to_be_gone_gets_both_ways_on(signs: WarningSigns, message: str) -> None:
    found = signs.match(message)
    assert found is not None
    assert found.id == LEAVING


REPLIES = (
    "I want to leave it on overnight",
    "me and my son",
    "I've no kids so the toddler ones are wasted on me",
    "it's for me and my daughter",
    "my little lad, he turned four last week",
    "I haven't got kids so no baby tips please",
    "we've lost nobody here, it's just for grandad",
    "a small place near Manchester",
    "I live in Die in the Drôme",
    "around nine when she's gone to bed",
    "as late as you can, I'm a night owl",
    "not at weekends, we're away",
    "everything but the food ones",
    "thanks, you've been a lifesaver today",
    "goodnight, I'm off",
    "I'm done here, cheers for the help",
    "stop now please, it's over for us, her skin is clear",
    "take me off the list for good",
    "delete whatever you hold on me",
    "this bot is driving me up the wall",
    "no I meant eight in the evening you muppet",
    "my hands are killing me from the washing up",
    "I'm dying to know what the next tip is",
    "my ankles are swollen from the heat",
    "can't breathe in this polo neck, is merino better",
    "is almond oil ok with a nut allergy",
)


@pytest.mark.parametrize("message", REPLIES)
def test_a_reply_a_wish_or_an_everyday_story_is_no_sign(signs: WarningSigns, message: str) -> None:
    assert signs.match(message) is None


def test_hardly_any_wish_about_the_bot_is_one(signs: WarningSigns) -> None:
    names = corpus.services(CONTENT / "en")
    wishes = [m.text for m in corpus.half(CONTENT / "en", "test") if m.meant in names]
    taken = {text: found.id for text in wishes if (found := signs.match(text))}
    assert len(wishes) > 400
    assert len([kind for kind in taken.values() if kind != LEAVING]) <= 2, taken


def test_it_has_no_say_in_other_languages_and_about_violence(signs: WarningSigns) -> None:
    for message, advice in (("ich bin suicidal", "despair"), ("he hits me", "violence")):
        found = signs.match(message)
        assert found is not None
        assert found.id == advice


def test_a_message_is_known_by_named_evidence() -> None:
    reader = SignReader({one.code: one for one in read_languages()})
    piece = "What if her lips are not swollen?"
    words = piece.lower().strip("?").split()
    evidence = EvidenceReader(reader, read_cues()).in_english(reader.read(piece), words)
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


def test_the_classifier_says_what_the_network_says() -> None:
    told, at = messages(), np.arange(40)
    fitted = network.fit(told, at, Recipe(detectors=4, inside=4, rounds=20, together=8), seed=0)
    detectors, scale = quantised(fitted["detectors"], axis=0)
    classifier = EnglishClassifier(
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
        rule_gates=np.array([-3], np.float32),
    )
    sums = network.scores(fitted, told, at)
    for one, pieces in zip(sums, told.pieces, strict=True):
        prediction = classifier.predict(["x"], pieces, {"unknown": 1.0})
        assert prediction.margin == pytest.approx(float(one[0] - one[1]), abs=0.2)
        assert classifier.hears(prediction) == (prediction.margin >= 0)
        assert classifier.overrules(prediction, "fever") == (prediction.margin < -3)
        assert not classifier.overrules(prediction, "violence")


def test_a_batch_keeps_the_pieces_of_each_message_together() -> None:
    told = messages(4)
    batch: Batch = told.some(np.array([2, 0]))
    assert batch.sizes.tolist() == [len(told.pieces[2]), len(told.pieces[0])]
    assert batch.starts.tolist() == [0, len(told.pieces[2])]
