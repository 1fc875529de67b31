"""Messages of people who never saw the rules: 20 emergencies and 40 ordinary ones a language, for
English 60 and 200. What the rules missed of the first exam was mended by kinds, not by messages;
the second was read by nobody who mended them, and counted again after each time; the third,
fourth and fifth were looked at as counts alone. The sixth and seventh are by two outsiders: of the
sixth the rules of other languages were told the kinds that they missed; the seventh was measured
when all was done, and nothing was changed for it. So it was with the eighth; the ninth and the
English tenth were read and mended by kinds, and the eleventh was measured when all was done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tips.signs import WarningSigns
from tips.signs.language import CONTENT, LEAVING

EXAM = Path(__file__).parent / "exam"
SECOND = Path(__file__).parent / "exam2"
SHARES = {"en": (59, 4)}  # emergencies heard at least, ordinary messages taken for one at most
OTHERS = (19, 1)
ENGLISH_SINCE = {
    "exam2": (60, 6),
    "exam3": (59, 6),
    "exam4": (60, 1),
    "exam5": (59, 2),
    "exam6": (58, 2),
    "exam7": (59, 0),
    "exam8": (59, 3),
    "exam9": (60, 0),
    "exam10": (60, 2),
    "exam11": (60, 1),
}
"""As measured; the goal is that of the first, missed on the second, third and sixth."""
BY_OUTSIDERS: dict[str, dict[str, tuple[int, int]]] = {
    "exam6": {},
    "exam7": {"it": (20, 2), "pl": (18, 0), "pt": (19, 3), "ru": (20, 2)},
    "exam8": {"de": (20, 3), "pt": (20, 2), "tr": (20, 2)},
    "exam9": {"es": (20, 4), "fr": (19, 2), "nl": (20, 2)},
    "exam10": {"pl": (20, 2), "pt": (18, 0)},
    "exam11": {"es": (20, 2), "fr": (19, 3), "uk": (20, 2)},
}
"""As measured where the goal is missed."""
LANGUAGES = sorted(path.stem for path in CONTENT.glob("*.yaml"))


def exam(code: str, folder: Path = EXAM) -> dict[str, Any]:
    text = (folder / f"{code}.yaml").read_text("utf-8")
    content: dict[str, Any] = yaml.load(text, yaml.CBaseLoader)
    return content


@pytest.mark.parametrize("code", LANGUAGES)
def test_emergencies_are_heard_and_answered_in_their_language(
    signs: WarningSigns, code: str
) -> None:
    told = exam(code)["signs"]
    right = [
        found
        for message in told
        if (found := signs.match(message["text"], code)) is not None
        and (found.language, found.id) == (code, message["id"])
    ]
    assert len(right) >= SHARES.get(code, OTHERS)[0], [
        m for m in told if not signs.match(m["text"])
    ]


@pytest.mark.parametrize("code", LANGUAGES)
def test_ordinary_messages_are_no_emergencies(signs: WarningSigns, code: str) -> None:
    taken = {
        text: found.id for text in exam(code)["ordinary"] if (found := signs.match(text, code))
    }
    alarms = [text for text, kind in taken.items() if kind != LEAVING]
    assert len(alarms) <= SHARES.get(code, OTHERS)[1], taken


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_emergency_is_suspected_as_it_arrives(signs: WarningSigns, code: str) -> None:
    told = exam(code)["signs"]
    suspected = [m for m in told if signs.suspicion(m["text"])]
    assert len(suspected) >= SHARES.get(code, OTHERS)[0]


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_so_it_is_on_an_exam_that_nothing_was_made_for(signs: WarningSigns, code: str) -> None:
    content = exam(code, SECOND)
    heard = [found for m in content["signs"] if (found := signs.match(m["text"], code))]
    taken = [text for text in content["ordinary"] if signs.match(text, code)]
    least, most = OTHERS
    assert len(heard) >= least
    assert len(taken) <= most
    assert {found.language for found in heard} == {code}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (name, path.stem)
        for name in BY_OUTSIDERS
        for path in sorted((EXAM.parent / name).glob("*.yaml"))
        if path.stem != "en"
    ],
)
def test_so_it_is_on_the_exams_of_outsiders(signs: WarningSigns, name: str, code: str) -> None:
    content = exam(code, EXAM.parent / name)
    least, most = BY_OUTSIDERS[name].get(code, OTHERS)
    assert sum(signs.match(m["text"], code) is not None for m in content["signs"]) >= least
    assert sum(signs.match(text, code) is not None for text in content["ordinary"]) <= most


@pytest.mark.parametrize("name", ENGLISH_SINCE)
def test_english_on_exams_that_nothing_was_made_for(signs: WarningSigns, name: str) -> None:
    content = exam("en", EXAM.parent / name)
    least, most = ENGLISH_SINCE[name]
    assert sum(signs.match(m["text"]) is not None for m in content["signs"]) >= least
    assert sum(signs.match(text) is not None for text in content["ordinary"]) <= most
