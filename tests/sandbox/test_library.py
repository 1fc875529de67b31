"""The library that the product uses talks to the sandbox as it talks to Telegram."""

from datetime import timedelta

import pytest
from telegram import (
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MenuButtonCommands,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from tests.sandbox.conftest import TOKEN, Hand


@pytest.fixture
async def bot(hand: Hand):  # type: ignore[no-untyped-def]
    made = ExtBot(
        TOKEN,
        base_url=hand.sandbox.api_base_url,
        base_file_url=hand.sandbox.file_base_url,
        request=HTTPXRequest(read_timeout=0.5),
    )
    async with made:
        yield made


async def test_the_conversation_of_a_day(hand: Hand, ada: int, bot: ExtBot[None]) -> None:
    keyboard = InlineKeyboardMarkup(
        [[InlineKeyboardButton("Why?", callback_data="w"),
          InlineKeyboardButton("DOI", url="https://doi.org/10.1/x")]]
    )  # fmt: skip
    assert bot.username == "GutSkinBot"

    sent = await bot.send_message(ada, "<b>Tip</b>", ParseMode.HTML, reply_markup=keyboard)
    await hand.control("tap", user=ada, label="Why?")
    (update,) = await bot.get_updates(allowed_updates=["callback_query"])
    query = update.callback_query
    assert query is not None
    assert await query.answer("Because")
    edited = await query.edit_message_text("Because")

    assert (sent.entities[0].type, sent.reply_markup) == ("bold", keyboard)
    assert not isinstance(edited, bool)
    assert (edited.text, edited.edit_date) == ("Because", hand.clock.now())


async def test_other_methods(hand: Hand, ada: int, bot: ExtBot[None]) -> None:
    said = await hand.control("say", user=ada, text="/broadcast hello")
    copied = await bot.copy_message(
        ada, ada, said["message_id"], reply_parameters=ReplyParameters(said["message_id"])
    )
    photo = await bot.send_photo(ada, b"picture", caption="look")
    downloaded = await (await photo.photo[0].get_file()).download_as_bytearray()
    place = await bot.send_location(
        ada, 52.5, 13.4,
        reply_markup=ReplyKeyboardMarkup([[KeyboardButton("Here", request_location=True)]]),
    )  # fmt: skip
    await bot.set_my_commands([BotCommand("start", "begin")], BotCommandScopeChat(ada))
    await bot.set_chat_menu_button(ada, MenuButtonCommands())
    await bot.set_my_description("gut and skin")

    assert downloaded == b"picture"
    assert place.location is not None
    assert place.location.latitude == 52.5
    assert await bot.delete_message(ada, copied.message_id)
    assert (await bot.get_my_description()).description == "gut and skin"
    assert [c["command"] for c in await hand.look(f"commands?user={ada}")] == ["start"]
    assert (await bot.get_chat(ada)).first_name == "Ada"
    assert (await bot.get_webhook_info()).pending_update_count == 1
    unknown = [c["unknown_parameters"] for c in await hand.look("calls")]
    assert all(parameters == [] for parameters in unknown)


async def test_errors_become_the_librarys_own(
    hand: Hand, ada: int, bot: ExtBot[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    with pytest.raises(BadRequest, match=r"[Mm]essage text is empty"):
        await bot.send_message(ada, " ")
    await hand.control("faults", kind="429", retry_after=9)
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(ada, "x")
    assert flood.value.retry_after == timedelta(seconds=9)
    await hand.control("faults", kind="502")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(ada, "x")
    await hand.control("faults", kind="drop_after")
    with pytest.raises(NetworkError, match="disconnected"):
        await bot.send_message(ada, "x")
    await hand.control("faults", kind="delay", seconds=1)
    with pytest.raises(TimedOut):
        await bot.send_message(ada, "x")
    await bot.set_webhook("http://127.0.0.1:1/hook")
    with pytest.raises(Conflict):
        await bot.get_updates()
    await hand.control("block", user=ada)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(ada, "x")
    group = (await hand.control("groups", title="G", type="group", member=ada))["id"]
    new = (await hand.control("migrate", chat=group))["id"]
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group, "x")
    assert moved.value.new_chat_id == new
