"""An error that is raised for another shows nothing of that one where it may hold a secret.

Whoever logs it, or lets it through, would print somebody's words or a setting with it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.config import SettingsError, load_settings
from bot.logs import where
from bot.store.cipher import BodyCipher, UndecryptableError
from bot.telegram.errors import NoAnswerError
from bot.telegram.request import AiohttpRequest

STORY = "my skin weeps at night"


def an_answer_that_is_cut_short() -> None:
    AiohttpRequest.parse_json_payload(b'{"ok": true, "result": {"text": "' + STORY.encode())


def a_setting_that_makes_no_sense() -> None:
    load_settings(token=STORY)


def an_update_of_another_token() -> None:
    BodyCipher("a token").decrypt(1, BodyCipher("another").encrypt(1, STORY.encode()))


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (an_answer_that_is_cut_short, NoAnswerError),
        (a_setting_that_makes_no_sense, SettingsError),
        (an_update_of_another_token, UndecryptableError),
    ],
)
def test_no_cause_is_shown(act: Callable[[], None], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        act()
    assert caught.value.__context__ is not None
    assert "which led to" not in where(caught.value)
    assert STORY not in str(caught.value)
