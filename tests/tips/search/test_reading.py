"""How a message is read: letters, spelling, names of things."""

from collections import Counter
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from tips.search import grams
from tips.search.reading import MessageReader
from tips.search.search import CONTENT
from tips.search.tokenizer import Tokenizer, english_words, plain
from tips.search.words import (
    LONGEST_MESSAGE,
    MOST_MENDED,
    Speller,
    Synonyms,
    hashes_of,
    pairs_of,
    stem,
    words_of,
)


def test_words_are_lower_case_without_accents_and_keep_their_apostrophe() -> None:
    assert words_of("My son’s ÉCZÉMA — can't sleep!! 😀") == [
        "my",
        "son's",
        "eczema",
        "can't",
        "sleep",
    ]


def test_an_endless_message_is_read_only_so_far() -> None:
    assert len(words_of("itch " * 10_000)) == LONGEST_MESSAGE // 5


def test_a_stem_loses_common_endings_but_stays_long_enough_to_mean_something() -> None:
    assert stem("scratching") == stem("scratched") == stem("scratches") == "scratch"
    assert stem("gas") == "gas"


class TestSpelling:
    speller = Speller(
        {"eczema": 9, "emollient": 4, "sleep": 5, "steep": 1}, known=["slept", "sheep"]
    )

    def test_one_slip_is_mended(self) -> None:
        assert self.speller.mend("ezcema") == "eczema"

    def test_long_words_may_have_two_slips(self) -> None:
        assert self.speller.mend("emolliant") == "emollient"
        assert self.speller.mend("emmolliant") == "emollient"

    def test_a_known_word_is_never_mended(self) -> None:
        assert self.speller.mend("sheep") == "sheep"

    def test_short_words_and_numbers_are_left_alone(self) -> None:
        assert self.speller.mending(["sl", "e45", "2026"]) == {}

    def test_of_two_neighbours_the_more_used_wins(self) -> None:
        assert self.speller.mend("sleeep") == "sleep"

    def test_a_word_of_three_letters_is_mended_where_one_is_missing(self) -> None:
        assert Speller({"skin": 9}, known=[]).mend("skn") == "skin"

    def test_a_word_of_six_letters_may_have_two_slips_if_what_was_meant_is_used_often(
        self,
    ) -> None:
        assert Speller({"sleeps": 50}, known=[]).mend("zleaps") == "sleeps"
        assert Speller({"sleeps": 3}, known=[]).mend("zleaps") == "zleaps"

    def test_of_two_neighbours_the_one_that_stands_beside_such_words_wins(self) -> None:
        said = [["my", "skin"], ["skip", "breakfast"]] * 3
        speller = Speller({"skin": 5, "skip": 20}, known=["my", "breakfast"], pairs=pairs_of(said))
        assert speller.mending(["skix"]) == {"skix": "skip"}
        assert speller.mending(["my", "skix"]) == {"skix": "skin"}
        assert speller.mending(["skix", "breakfast"]) == {"skix": "skip"}

    def test_a_word_of_a_dictionary_is_never_mended_though_only_its_hash_is_known(self) -> None:
        assert (
            Speller({"sleep": 9}, known=[], others=hashes_of(["sheep"])).mend("sheep") == "sheep"
        )
        assert (
            Speller({"sleep": 9}, known=[], others=hashes_of(["sheet"])).mend("sheep") == "sleep"
        )

    def test_what_stood_beside_a_word_but_once_counts_as_never(self) -> None:
        assert not pairs_of([["my", "skin"]]).any()

    def test_a_word_from_elsewhere_stays(self) -> None:
        assert self.speller.mend("bundesliga") == "bundesliga"

    def test_whoever_slips_at_every_word_is_not_mended_for_ever(self) -> None:
        slips = [
            f"slee{chr(97 + first)}{chr(97 + second)}"
            for first in range(26)
            for second in range(9)
        ]
        assert list(self.speller.mending(["sleep", *slips, *slips])) == slips[:MOST_MENDED]


def test_another_name_of_a_thing_is_not_mended_to_its_neighbour() -> None:
    reader = MessageReader.of(CONTENT / "en", {"inches": 9, "itch": 99})
    assert reader.read("it itches").words == ["it", "itch"]


class TestSynonyms:
    synonyms = Synonyms({"eczema": ["atopic dermatitis", "dermatitis"], "gut": ["tummy"]})

    def test_the_longest_name_wins(self) -> None:
        words = words_of("Atopic dermatitis and my tummy")
        assert self.synonyms.apply(words) == ["eczema", "and", "my", "gut"]

    def test_without_any_synonym_nothing_changes(self) -> None:
        assert Synonyms({}).apply(["a", "b"]) == ["a", "b"]


class TestTokenizer:
    tokenizer = Tokenizer.load()

    def test_a_text_stands_between_the_two_marks_of_the_model(self) -> None:
        # 101 and 102 are [CLS] and [SEP] of BERT's uncased vocabulary.
        ids = self.tokenizer.encode("skin", longest=8)
        assert (ids[0], ids[-1], len(ids)) == (101, 102, 3)

    def test_a_rare_word_falls_into_pieces(self) -> None:
        assert len(self.tokenizer.encode("emollients", longest=16)) > 3

    def test_what_no_piece_fits_is_unknown(self) -> None:
        assert self.tokenizer.encode("🦠", longest=8) == [101, 100, 102]
        assert self.tokenizer.encode("x" * 101, longest=8) == [101, 100, 102]

    @given(st.text(), st.integers(3, 60))
    def test_any_text_fits_the_length_asked_for(self, text: str, longest: int) -> None:
        assert 2 <= len(self.tokenizer.encode(text, longest=longest)) <= longest

    def test_whole_words_are_words(self) -> None:
        whole = english_words()
        assert {"skin", "sleep"} <= whole
        assert not any(word.startswith("##") for word in whole)


def test_plain_text_loses_what_cannot_be_seen() -> None:
    assert plain("Co\u200bld\u0007 É") == "cold e"


@given(st.text(), st.integers(1, 40))
def test_the_grams_of_any_text_are_counted(text: str, times: int) -> None:
    words = words_of(text) * times
    found, times = grams.counts(words)
    one_by_one = Counter(map(grams.bucket, chain(grams.grams(words), grams.letter_groups(words))))
    assert dict(zip(found.tolist(), times.tolist(), strict=True)) == one_by_one
    assert all(0 <= at < grams.BUCKETS for at in found)


def test_common_words_weigh_less_than_rare_ones() -> None:
    rarity = grams.rarity_of([["my", "skin"], ["my", "bed"], ["my", "cat"]])
    assert rarity[grams.bucket("c:my")] < rarity[grams.bucket("w:cat")]
