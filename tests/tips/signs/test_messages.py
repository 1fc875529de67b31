"""Messages by another reader than the author of the rules: among the ordinary ones are those that
share their words with an emergency, as a razor to shave with or a cup that fell over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tips.search.search import CONTENT
from tips.signs import WarningSigns

HERE = Path(__file__).parent
PATHS = sorted(path for name in ("messages", "kinds") for path in (HERE / name).glob("*.yaml"))
ENGLISH = sorted((CONTENT / "en" / "wordings" / "train").glob("ordinary-*.yaml"))


def _read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}-{path.stem}")
class TestEach:
    def test_every_sign_is_heard_and_answered_in_its_language(
        self, rules: WarningSigns, path: Path
    ) -> None:
        wrong = [
            (message, found and (found.id, found.language))
            for kind, messages in _read(path)["signs"].items()
            for message in messages
            for found in (rules.match(message, path.stem),)
            if found is None or (found.id, found.language) != (kind, path.stem)
        ]
        assert wrong == []

    def test_nothing_ordinary_is(self, rules: WarningSigns, path: Path) -> None:
        taken = {m: found.id for m in _read(path)["ordinary"] if (found := rules.match(m))}
        assert taken == {}


def test_ordinary_english_is_heard_by_no_other_language(rules: WarningSigns) -> None:
    messages = [message for path in ENGLISH for message in _read(path)["ordinary"]]
    assert len(messages) > 100
    found = {m: a.language for m in messages if (a := rules.match(m)) and a.language != "en"}
    assert found == {}


@pytest.mark.parametrize(
    "message",
    [
        "should I keep cutting out dairy",
        "is chia fine for him",
        "he has eczema and now he's wheezing a bit in the cold",
        "which detergent is safe for a septic tank",
        "keep a tube where you collapse of an evening",
    ],
)
def test_an_english_word_is_no_sign_of_another_language(rules: WarningSigns, message: str) -> None:
    found = rules.match(message)
    assert found is None or found.language == "en"
