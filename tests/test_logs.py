"""The log holds no token, no password and no word of a subscriber, whoever writes into it."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sqlite3

import pytest
import structlog
from telegram.error import BadRequest

from bot.logs import guard, redacted, title, where
from tests.logbook import captured

TOKEN = "123456789:AAF-abcdefghijklmnopqrstuvwxyz_0123"
STORY = "my skin weeps at night"


def test_a_token_is_masked_in_message_arguments_and_values() -> None:
    with captured() as log:
        logging.getLogger("lib").warning("GET https://x/bot%s/getMe", TOKEN)
        logging.getLogger("lib").warning("%(url)s", {"url": f"/bot{TOKEN}/"})
        logging.getLogger("lib").warning(f"bot{TOKEN}", stack_info=True)  # noqa: G004
        structlog.get_logger("ours").warning("called", url=f"/bot{TOKEN}", deep=[{"a": (TOKEN,)}])
    assert TOKEN not in log.getvalue()
    assert log.getvalue().count("[token]") >= 5


async def test_what_the_loop_says_of_a_failure_holds_no_words() -> None:
    async def fails() -> None:
        raise ValueError(STORY)

    def fails_at_once(words: str) -> None:
        raise ValueError(words)

    with captured() as log:
        asyncio.get_running_loop().call_soon(fails_at_once, STORY)
        task = asyncio.create_task(fails())
        await asyncio.wait([task])
        del task
        gc.collect()
        await asyncio.sleep(0)
    assert STORY not in log.getvalue()
    assert "Exception in callback" in log.getvalue()
    assert "Task exception was never retrieved" in log.getvalue()
    assert "test_logs.py" in log.getvalue()


def test_what_others_say_in_several_lines_is_whole_and_what_is_no_text_is_said_too() -> None:
    with captured() as log:
        logging.getLogger("lib").warning("two things:\nthe first\nthe second")
        logging.getLogger("asyncio").warning(OSError(28, "No space left"))
    assert "two things:\nthe first\nthe second" in log.getvalue()
    assert "No space left" in log.getvalue()


def test_an_exception_shows_where_but_not_what_was_said() -> None:
    with captured() as log:
        for write in (logging.getLogger("lib"), structlog.get_logger("ours")):
            try:
                try:
                    int(STORY)
                except ValueError as error:
                    raise RuntimeError(f"{TOKEN} {STORY}") from error
            except RuntimeError:
                write.exception("it failed")
    text = log.getvalue()
    assert TOKEN not in text
    assert STORY not in text
    assert text.count("\nValueError") == 2
    assert text.count("which led to") == 2
    assert text.count("test_logs.py") >= 4


def test_json_lines_stay_json_lines_with_an_exception() -> None:
    with captured(style="json") as log:
        try:
            {}[STORY]
        except KeyError as error:
            structlog.get_logger("ours").error("bad", exc_info=error)
            logging.getLogger("lib").exception("bad")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["bad", "bad"]
    assert all(line["exception"].endswith("KeyError") for line in lines)


def test_the_machine_s_own_words_are_kept() -> None:
    assert title(sqlite3.OperationalError("database is locked")).endswith("database is locked")
    assert title(OSError(28, "No space left")) == "OSError: [Errno 28] No space left"
    assert title(ValueError(STORY)) == "ValueError"
    assert title(BadRequest(f'Unsupported start tag "{STORY}"')) == (
        "telegram.error.BadRequest: Unsupported start tag …"
    )


def test_an_exception_that_caused_itself_ends() -> None:
    first, second = ValueError("a"), KeyError("b")
    first.__context__, second.__context__ = second, first
    assert where(first).count("Traceback") == 2


def test_what_an_exception_was_raised_from_none_for_is_not_shown() -> None:
    def fail(*, cut: bool) -> None:
        try:
            int(STORY)
        except ValueError:
            if cut:
                raise RuntimeError from None
            raise RuntimeError  # noqa: B904 - as code that forgets it

    with pytest.raises(RuntimeError) as whole:
        fail(cut=False)
    with pytest.raises(RuntimeError) as cut:
        fail(cut=True)
    assert "which led to" in where(whole.value)
    assert "which led to" not in where(cut.value)


def test_an_exception_may_be_given_as_the_system_tells_of_it() -> None:
    with captured() as log:
        try:
            int(STORY)
        except ValueError as error:
            given = (ValueError, error, error.__traceback__)
            structlog.get_logger("ours").error("bad", exc_info=given)
    assert log.getvalue().rstrip().endswith("ValueError")
    assert STORY not in log.getvalue()


def test_chatty_libraries_are_kept_quiet_even_at_debug() -> None:
    with captured() as log:
        for name in ("httpx", "httpcore", "aiohttp.access", "telegram.Bot", "aiosqlite"):
            logging.getLogger(name).info("said %s", STORY)
        logging.getLogger("bot.x").debug("ours")
    assert STORY not in log.getvalue()
    assert "ours" in log.getvalue()


class Holder:
    def __repr__(self) -> str:
        return f"Holder({TOKEN})"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (3, 3),
        ("plain", "plain"),
        ({"k": (TOKEN, [TOKEN])}, {"k": ("[token]", ["[token]"])}),
        (Holder(), "Holder([token])"),
        (frozenset({TOKEN}), frozenset({"[token]"})),
        (structlog.typing.ExcInfo, structlog.typing.ExcInfo),
    ],
)
def test_values_are_redacted_at_any_depth(value: object, shown: object) -> None:
    assert redacted(value) == shown


def test_a_handler_is_guarded_once() -> None:
    logger = logging.getLogger("guarded")
    handler = logging.NullHandler()
    logger.addHandler(handler)
    guard(logger)
    guard(logger)
    assert len(handler.filters) == 1
    logger.removeHandler(handler)


async def test_asyncio_s_own_lines_show_neither_exceptions_nor_arguments() -> None:
    """Of what nobody awaited it prints the repr, words and secrets included."""

    async def fails() -> None:
        raise ValueError(f"{STORY} {TOKEN}")

    def breaks(_words: str) -> None:
        raise KeyError(STORY)

    loop = asyncio.get_running_loop()
    with captured() as log:
        task = asyncio.create_task(fails(), name="the part that failed")
        await asyncio.wait([task])
        del task
        gc.collect()
        loop.call_soon(breaks, STORY)
        await asyncio.sleep(0)
        loop.call_exception_handler({"message": "lost", "exception": ValueError(STORY)})
    text = log.getvalue()
    assert "Task exception was never retrieved" in text
    assert "Exception in callback" in text
    assert text.count("\nValueError") == 2
    for secret in (STORY, TOKEN):
        assert secret not in text
