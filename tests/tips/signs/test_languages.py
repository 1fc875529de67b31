"""Every language's file: complete, short enough to read in fright, and usable as it is."""

from __future__ import annotations

import re

import pytest
import yaml

from tips.signs import SignLanguage, WarningSigns, read_languages
from tips.signs.evidence import CUES, EvidenceReader, read_cues
from tips.signs.spoken import SignReader

LANGUAGES = {language.code: language for language in read_languages()}
TWELVE = {"en", "de", "es", "pt", "fr", "it", "nl", "pl", "tr", "ru", "uk", "ar"}
IN_ENGLISH_ALONE = {"leaving", "violence", "harming"}
EVERY = ("breathing", "despair", "blisters", "fever")
CALLED = ("breathing", "despair", "fever")
SENTENCE_END = re.compile(r"(?<=[.!?؟।])\s+")


def test_the_twelve_languages_most_written_are_there() -> None:
    assert set(LANGUAGES) >= TWELVE


def cues(code: str) -> set[str]:
    return set(yaml.load((CUES / f"{code}.yaml").read_text("utf-8"), yaml.CBaseLoader)["words"])


@pytest.mark.parametrize(
    ("message", "code", "known"),
    [
        ("als kind bekam meine schwester keine luft?", "de", {"cue longago", "told airway"}),
        ("in the film her lips were swollen", "en", {"cue told", "told swelling"}),
        ("ik heb geen koorts, alleen droge huid", "nl", {"cue denies", "taken back fever"}),
    ],
)
def test_a_message_is_known_by_names_that_are_the_same_in_every_language(
    message: str, code: str, known: set[str]
) -> None:
    reader = SignReader(LANGUAGES)
    assert (
        EvidenceReader(reader, read_cues()).names(LANGUAGES[code], reader.read(message)) >= known
    )
    without = EvidenceReader(reader, {}).names(LANGUAGES[code], reader.read(message))
    assert without >= {name for name in known if not name.startswith("cue")}


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
class TestEach:
    def test_has_a_word_for_each_cue_that_english_has(self, language: SignLanguage) -> None:
        assert cues(language.code) == cues("en")

    def test_says_the_same_as_english(self, language: SignLanguage) -> None:
        ids = tuple(a.id for a in language.advice if a.id not in IN_ENGLISH_ALONE)
        assert ids == EVERY
        english = LANGUAGES["en"].claims
        assert all(advice.claims == english[advice.id] for advice in language.advice)

    def test_takes_at_most_four_sentences_and_names_the_number(
        self, language: SignLanguage
    ) -> None:
        for advice in language.advice:
            assert len(SENTENCE_END.split(advice.text.strip())) <= 4
            assert set(re.findall(r"\{.*?\}", advice.text)) <= {"{number}"}
        called = {advice.id for advice in language.advice if "{number}" in advice.text}
        assert called >= set(CALLED)

    def test_names_no_line_that_nobody_checked(self, language: SignLanguage) -> None:
        assert not any(re.search(r"\d", advice.text) for advice in language.advice)

    def test_says_what_the_bot_can_and_where_to_turn(self, language: SignLanguage) -> None:
        assert language.only_english.count("{number}") == 1
        assert language.your_number
        assert language.welcome or language.code == "en"

    def test_asks_for_nothing_that_it_has_no_words_for(self, language: SignLanguage) -> None:
        used = {n for _, rules in language.rules for r in rules for n in (*r.needed, *r.absent)}
        assert used == set(language.things)


class TestWhatIsSaidFirst:
    @pytest.mark.parametrize(
        ("message", "language"),
        [
            ("mein kind kriegt keine luft", "de"),
            ("MEIN KIND KRIEGT\nKEINE 😢 LUFT", "de"),
            ("no puedo respirar", "es"),
            ("je n'arrive plus à respirer", "fr"),
            ("не могу дышать", "ru"),
            ("nefes alamıyorum", "tr"),
            ("NEFES ALAMIYORUM", "tr"),
            ("nefes alamiyorum", "tr"),
            ("nie mogę oddychać", "pl"),
            ("nie moge oddychac", "pl"),
        ],
    )
    def test_is_in_the_language_of_the_message(
        self, rules: WarningSigns, message: str, language: str
    ) -> None:
        found = rules.match(message, "en")
        assert found is not None
        assert (found.id, found.language) == ("breathing", language)

    @pytest.mark.parametrize(
        "message",
        [
            "kein fieber, nur trocken",
            "sin fiebre, solo seca",
            "o rosto inchado não, só seco",
            "Atemnot hat er nicht",
            "nefes darlığı yok",
            "удушья нет",
        ],
    )
    def test_a_denied_sign_is_none(self, rules: WarningSigns, message: str) -> None:
        assert rules.match(message) is None

    @pytest.mark.parametrize(
        "message",
        [
            "c'est quoi un choc anaphylactique",
            "was ist ein allergischer schock",
            "какие признаки сепсиса",
            "anafilaktik şok nedir",
            "quais os sintomas de choque anafilático",
        ],
    )
    def test_what_is_only_asked_about_is_none(self, rules: WarningSigns, message: str) -> None:
        assert rules.match(message) is None

    @pytest.mark.parametrize(
        "message",
        [
            "j'ai fait un choc anaphylactique en 2012, plus rien depuis",
            "vor jahren hatte er einen allergischen schock",
            "торік був набряк горла, зараз все добре",
            "na novela ela desmaiou",
        ],
    )
    def test_what_is_over_or_a_story_is_none(self, rules: WarningSigns, message: str) -> None:
        assert rules.match(message) is None

    @pytest.mark.parametrize(
        ("message", "advice"),
        [
            ("febre não, mas não consegue respirar", "breathing"),
            ("nabız yok", "breathing"),
            ("в прошлом году был отек, сейчас опять задыхаюсь", "breathing"),
            ("c'est quoi, mon fils n'arrive plus à respirer", "breathing"),
            ("als kind hatte er asthma. kind blaue lippen, ganz schlaff", "breathing"),
            ("de pequeno tenia asma. no le pasa el aire", "breathing"),
            ("в детстве была астма. язык не помещается во рту", "breathing"),
            ("im film haben sie es gezeigt, jetzt schwillt meine zunge an", "breathing"),
            ("l'an dernier j'ai voulu mourir et je veux mourir encore", "despair"),
            ("yaşamanın anlamı yok", "despair"),
        ],
    )
    def test_a_real_one_beside_it_or_one_that_sounds_denied_is_heard(
        self, rules: WarningSigns, message: str, advice: str
    ) -> None:
        found = rules.match(message)
        assert found is not None
        assert found.id == advice

    def test_words_of_two_languages_are_those_of_the_senders_telegram(self) -> None:
        first = WarningSigns([_of("en"), _of("xx"), _of("yy")])
        for speaks, expected in (("yy-YY", "yy"), ("xx", "xx"), (None, "en"), ("zz", "en")):
            found = first.match("oedema", speaks)
            assert found is not None
            assert found.language == expected


def _of(code: str) -> SignLanguage:
    advice = {"id": "breathing", "text": "Now.", "claims": ["c"], "rules": [["airway"]]}
    return SignLanguage.of({"advice": [advice], "things": {"airway": ["oedema"]}}, code)
