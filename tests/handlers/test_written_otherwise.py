"""Commands, answers and warning signs with blanks, letters and signs that no keyboard has."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person


@pytest.mark.parametrize("blank", ["\n", "\u2003", "\u3000", "\u200b", "\u0085"])
async def test_a_line_break_between_two_words_hides_no_warning_sign(
    newcomer: Person, blank: str
) -> None:
    await newcomer.say(f"I want to{blank}end my life")
    await newcomer.hears("crisis line now")
    await newcomer.say(f"I can't{blank}breathe properly")
    await newcomer.hears("can be an emergency")


async def test_nor_does_another_alphabet(newcomer: Person) -> None:
    for begins in (0xFF41, 0x1D41A, 0x1D5BA, 0x24D0):
        letters = {ord("a") + place: chr(begins + place) for place in range(26)}
        await newcomer.say("i want to end my life".translate(letters))
        await newcomer.hears("crisis line now")


@pytest.mark.parametrize(
    "typed",
    [
        "\u200b/stop",
        "/st\u00adop",
        "／ｓｔｏｐ",
        "/stop\u2029",
        "\ufeffStop！",
        "\U0001d42c\U0001d42d\U0001d428\U0001d429",
    ],
)
async def test_stop_is_stop(subscriber: Person, typed: str) -> None:
    await subscriber.say(typed)
    await subscriber.hears("unsubscribed.")


@pytest.mark.parametrize("blank", ["\n", "\u00a0", "\u3000", "\u200b", "\u2003"])
async def test_a_command_and_its_number_may_be_apart_in_any_way(
    subscriber: Person, blank: str
) -> None:
    await subscriber.say(f"/pause{blank}７")
    await subscriber.hears("Your next tip comes Tuesday")


async def test_place_and_hour_are_understood(newcomer: Person) -> None:
    await newcomer.say("/start")
    await newcomer.tap("Yes, start")
    await newcomer.say("Ｎｅｗ\u200bYork\u2028")
    await newcomer.hears("New York")
    await newcomer.say("\u200e７：３０\u3000ｐｍ")
    await newcomer.hears("19:30")


async def test_a_broadcast_is_the_text_behind_the_command(harness: BotHarness) -> None:
    await harness.subscriber()
    admin = await harness.admin()
    await admin.say("／broadcast\u3000Two\n<b>lines</b>")
    assert (await admin.messages())[-2]["text"].endswith("\n\nTwo\n<b>lines</b>")
