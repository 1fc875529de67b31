"""Making an index: a small language of its own is learned from data alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from tips.search import Confidence, Search
from tips.search.alarm import Alarm
from tips.search.embedder import Embedder
from tips.search.features import NEAREST, FeatureExtractor, in_metric
from tips.search.model import PACKED, Floats, Model
from tips.search.reading import MessageReader
from tips.search.search import CONTENT
from tips.search.training import corpus
from tips.search.training.evaluate import measured
from tips.search.training.fit import Recipe
from tips.search.training.train import WEIGHTS, train
from tips.search.training.vectors import Vectors
from tips.signs import SignLanguage, WarningSigns

QUESTIONS = {
    "pets": ["can we keep the cat", "is a dog bad for my skin", "should we give the kitten away"],
    "wool": ["is wool bad for eczema", "can i wear a jumper", "my scarf scratches my neck"],
    "sleep": ["how do i sleep with this itch", "awake all night again", "what helps in bed"],
}
HANDS = {
    "ann": {
        "pets": [
            "mum wants a puppy is that ok",
            "our cat sleeps on my bed",
            "hamster and my hands",
        ],
        "wool": ["granny knitted a cardigan", "which fabric is soft enough", "itchy jumper"],
        "sleep": ["cant sleep", "up at three scratching", "tired of these nights"],
    },
    "bob": {
        "pets": [
            "keep or give away the dog",
            "cat hair everywhere",
            "allergic to the rabbit maybe",
        ],
        "wool": ["cotton or wool", "merino vest for a baby", "clothes that do not scratch"],
        "sleep": ["no sleep since monday", "night time is the worst", "bed makes me itch"],
    },
}
OFF_TOPIC = {
    "ann": [
        "who won the match",
        "how do i file my tax",
        "write my essay",
        "asdf qwer",
        "tell a joke",
    ],
    "bob": [
        "fix my printer",
        "weather in rome",
        "bitcoin price",
        "you are stupid",
        "capital of peru",
    ],
}
URGENT = {
    "ann": {
        "breathing": ["lips are swelling", "cant breathe after nuts", "tongue is getting fat"],
        "fever": ["temperature and weeping skin", "shivering and crusts everywhere"],
    },
    "bob": {
        "breathing": ["face swelling fast", "gasping for air", "throat is closing up"],
        "fever": ["hot and oozing since noon", "fever and yellow crusts"],
    },
}
SERVICES = {
    "ann": {"service-stop": ["no more messages", "unsubscribe", "stop writing to me"]},
    "bob": {"service-stop": ["please stop", "leave me alone from now on", "no more of these"]},
}
OTHERS = {
    "conditions": [{"words": ["gout"]}],
    "animals": {"words": ["cat"], "answers": ["pets"], "patient": ["my _ has"]},
    "ages": {"numbers": {}, "phrases": ["# years old"], "words": {}, "oldest": {"wool": 2}},
}


def write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), "utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A language that nobody speaks, with all that training reads."""
    folder = tmp_path_factory.mktemp("content") / "xx"
    answers = [
        {"id": name, "topic": f"about-{name}", "question": texts[0], "given": texts[1:]}
        for name, texts in QUESTIONS.items()
    ]
    write(folder / "answers" / "all.yaml", answers)
    write(folder / "services.yaml", [{"id": "service-stop", "name": "Stop"}])
    write(folder / "synonyms.yaml", {"cat": ["kitty", "moggy"]})
    write(folder / "subjects.yaml", OTHERS)
    write(folder / "asking.yaml", {"begins": ["how", "can"], "before": ["and"]})
    for hand, texts in HANDS.items():
        halves = folder / "wordings" / "train"
        write(halves / f"{hand}.yaml", texts)
        write(halves / f"off-topic-{hand}.yaml", {"any": OFF_TOPIC[hand]})
        write(halves / f"services-{hand}.yaml", SERVICES[hand])
        write(halves / f"urgent-{hand}.yaml", URGENT[hand])
        write(halves / f"ordinary-{hand}.yaml", {"ordinary": ["puffy eyes in spring"]})
    return folder


@pytest.fixture(scope="module")
def fitted(folder: Path) -> tuple[Model, Alarm]:
    return train(folder, recipe=Recipe())


def searching(folder: Path, model: Model, *, sense: bool) -> Search:
    return Search(MessageReader.load(folder, model), model, Embedder.load() if sense else None)


@pytest.mark.parametrize("sense", [True, False])
@pytest.mark.parametrize(
    ("message", "meant"),
    [("can i keep my moggy", "pets"), ("a wooly jumpr itches", "wool"), ("i cant slepe", "sleep")],
)
def test_a_new_wording_finds_its_question(
    folder: Path, fitted: tuple[Model, Alarm], message: str, meant: str, *, sense: bool
) -> None:
    words = searching(folder, fitted[0], sense=sense)
    ranked = words.find(message, limit=1).topics
    assert ranked == (f"about-{meant}",)


@pytest.mark.parametrize("sense", [True, False])
def test_a_wish_about_the_bot_is_found_and_belongs_to_no_topic_that_is_shown(
    folder: Path, fitted: tuple[Model, Alarm], *, sense: bool
) -> None:
    found = searching(folder, fitted[0], sense=sense).find("unsubscribe me please")
    assert [hit.id for hit in found.hits[:1]] == ["service-stop"]
    assert found.subject is None
    assert set(found.topics) == {"about-pets", "about-wool", "about-sleep"}


def test_sentence_vectors_of_one_question_are_nearer_in_the_metric(
    folder: Path, fitted: tuple[Model, Alarm]
) -> None:
    model = fitted[0]
    bed, night, jumper = Embedder.load().embed_by_layers(
        ["i am awake in bed", "another bad night", "this jumper scratches"]
    )
    apart = in_metric(np.stack([bed, night, jumper]), model.metric, model.metric_bias)
    assert apart[0] @ apart[1] - apart[0] @ apart[2] > bed @ night / 2 - bed @ jumper / 2


def test_the_nearest_wordings_are_found_as_by_comparing_one_by_one(
    folder: Path, fitted: tuple[Model, Alarm]
) -> None:
    model = fitted[0]
    vectors = Embedder.load().embed_by_layers(["the cat again", "tell a joke"])
    found = FeatureExtractor(model).meaning(vectors)
    places = in_metric(vectors, model.metric, model.metric_bias)
    likeness = places @ model.vectors.T.astype(np.float32) / PACKED
    for one, near in zip(found, likeness, strict=True):
        rows = [*one.rows, one.off_topic]
        for question, row in enumerate(rows):
            own = np.sort(near[model.owners == question])[::-1]
            assert row[1:3] == pytest.approx([own[0], own[:NEAREST].mean()], abs=1e-5)


def test_scores_fall_and_the_limit_holds(folder: Path, fitted: tuple[Model, Alarm]) -> None:
    found = searching(folder, fitted[0], sense=True).find("can we keep the cat", limit=2)
    assert found.hits[0].id == "pets"
    assert len(found.hits) == 2
    assert found.hits[0].score >= found.hits[1].score


def test_nothing_to_read_finds_nothing(folder: Path, fitted: tuple[Model, Alarm]) -> None:
    search = searching(folder, fitted[0], sense=True)
    for silent in ("", "🙂🙂", "؟؟"):
        assert search.find(silent).confidence is Confidence.NONE
        assert search.find(silent).topics == ()


def test_what_was_fitted_comes_back_from_disk(
    folder: Path, fitted: tuple[Model, Alarm], tmp_path: Path
) -> None:
    model, alarm = fitted
    model.write(tmp_path / "search.npz")
    alarm.write(tmp_path / "alarm.npz")
    again = searching(folder, Model.read(tmp_path / "search.npz"), sense=True)
    assert again.find("cat hair on the sofa", limit=1).topics == ("about-pets",)
    assert Alarm.read(tmp_path / "alarm.npz").kinds.tolist() == ["breathing", "fever"]


def test_the_index_that_is_carried_and_the_one_that_is_measured_weigh_alike(
    folder: Path,
) -> None:
    exam, vectors = folder / "wordings" / "test" / "eve.yaml", Vectors()
    write(exam, {"pets": ["our goldfish and his skin"], "wool": ["mittens made of sheep"]})
    measured_one, _ = train(folder, recipe=Recipe(), vectors=vectors)
    carried, _ = train(folder, recipe=Recipe(), halves=("train", "test"), vectors=vectors)
    exam.unlink()
    assert len(carried.owners) == len(measured_one.owners) + 2
    for name in WEIGHTS:
        alike = pytest.approx(getattr(measured_one, name), abs=1e-4)
        assert getattr(carried, name) == alike, name


def test_nothing_is_measured_beside_an_index_of_other_wordings(
    folder: Path, fitted: tuple[Model, Alarm]
) -> None:
    index = folder / "search.npz"
    replace(fitted[0], fingerprint=np.array(["another"])).write(index)
    with pytest.raises(SystemExit, match="make search-train"):
        measured(folder, Vectors())
    index.unlink()


def test_an_emergency_is_heard_without_any_rule(folder: Path, fitted: tuple[Model, Alarm]) -> None:
    model, alarm = fitted
    advice = {"id": "breathing", "text": "Call now.", "claims": ["x"], "rules": []}
    data = {"advice": [advice], "things": {}, "unless": []}
    for sense in (True, False):
        search = searching(folder, model, sense=sense)
        urgent = WarningSigns([SignLanguage.of(data)], search=search, alarm=alarm)
        heard = urgent.match("my lips are swelling and i cant breathe")
        assert heard is not None
        assert urgent.match("which jumper is soft") is None
        assert urgent.match("") is None


def test_sentence_vectors_are_computed_once_and_kept_between_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, path = ["the cat again", "tell a joke", "the cat again"], tmp_path / "kept" / "v.npz"
    told = Embedder.load().embed_by_layers(texts)
    first = Vectors(path)
    assert first.embed_by_layers(texts) == pytest.approx(told, abs=1e-5)
    first.keep()
    embed = Embedder.embed_by_layers
    computed: list[str] = []

    def counted(embedder: Embedder, some: Sequence[str]) -> Floats:
        computed.extend(some)
        return embed(embedder, some)

    monkeypatch.setattr(Embedder, "embed_by_layers", counted)
    assert Vectors(path).embed_by_layers([*texts, "one more"])[:3] == pytest.approx(told, abs=1e-5)
    assert computed == ["one more"]


def test_the_fingerprint_follows_the_data(folder: Path) -> None:
    before = corpus.fingerprint(folder)
    extra = folder / "wordings" / "test" / "eve.yaml"
    write(extra, {"pets": ["goldfish"]})
    assert corpus.fingerprint(folder) != before
    extra.unlink()
    assert corpus.fingerprint(folder) == before


def test_slips_are_one_in_eight_letters_and_always_the_same() -> None:
    text = "sixteen letters ok"
    assert corpus.with_slips(text, 1) == corpus.with_slips(text, 1)
    assert corpus.with_slips(text, 1) != text
    assert corpus.with_slips("short", 1) == "short"


def wordings(half: str) -> Mapping[str, Mapping[str, list[str]]]:
    root = corpus.__file__ and Path(corpus.__file__).parents[2] / "content" / "en" / "wordings"
    return {
        path.stem: yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        for path in sorted((Path(root) / half).glob("*.yaml"))
    }


class TestShippedWordings:
    """The promise of the data: many wordings by several hands, and an honest exam."""

    def test_every_question_has_forty_training_wordings_or_more(self) -> None:
        count: dict[str, int] = {}
        for hand, content in wordings("train").items():
            if "-" not in hand:
                for question, texts in content.items():
                    count[question] = count.get(question, 0) + len(texts)
        services = {name: n for name, n in count.items() if name.startswith("service-")}
        assert (len(count), len(services)) == (208, 28)
        assert min(count.values()) >= 24
        assert min(count[name] for name in count.keys() - services) >= 70

    def test_there_are_four_hundred_off_topic_messages_or_more(self) -> None:
        off = [t for h, c in wordings("train").items() if h.startswith("off-") for t in c.values()]
        assert sum(map(len, off)) >= 400

    def test_no_message_of_the_exam_stands_in_the_training_half(self) -> None:
        content = CONTENT / "en"
        learned = {message.text.casefold() for message in corpus.half(content, "train")}
        exam = corpus.test_set(content)
        assert not learned & {message.text.casefold() for message in exam}
        # Two people do type "tsw is real?" alike now and then; more would be copying.
        assert len(exam) >= 0.97 * len(corpus.half(content, "test"))
