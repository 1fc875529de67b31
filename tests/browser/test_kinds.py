"""What Telegram shows and the page shows too: every kind of message, sent and seen."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Locator, expect

from bot.clock import MovableClock
from bot.sandbox.http.server import Sandbox
from tests.browser.stage import ANNA, PICTURE, Stage
from tests.browser.window import PHONE, ChatPage, open_page, open_window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SHARED = """
  ([one, other]) => {
    const [a, b] = [one, other].map(node => node.getBoundingClientRect());
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  }
"""
QUERY_RESULTS = [
    {
        "type": "article",
        "id": str(number),
        "title": title,
        "description": "A tip",
        "input_message_content": {"message_text": f"<b>{title}</b>", "parse_mode": "HTML"},
    }
    for number, title in enumerate(("Fibre first", "Fibre at night"))
]


@pytest_asyncio.fixture(loop_scope="module")
async def bare(browser: Browser) -> AsyncIterator[ChatPage]:
    """The page of a sandbox in which Anna has written to a bot that the test plays."""
    clock = MovableClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), flowing=True)
    async with Sandbox(clock=clock, token="4242:played-by-the-test") as sandbox:
        anna = sandbox.world.add_user(id=ANNA, first_name="Anna", zone="Europe/Berlin")
        sandbox.world.add_user(id=ANNA + 1, first_name="Ben")
        anna.wrote = True
        async with open_page(browser, sandbox, PHONE) as chat:
            yield chat


@pytest_asyncio.fixture(loop_scope="module")
async def stage(bare: ChatPage) -> AsyncIterator[Stage]:
    async with aiohttp.ClientSession() as session:
        yield Stage(bare, session)


def picture(name: str) -> FilePayload:
    return {"name": name, "mimeType": "image/svg+xml", "buffer": PICTURE.format("teal").encode()}


async def attach(chat: ChatPage, kind: str, *files: FilePayload) -> None:
    async with chat.page.expect_file_chooser() as chosen:
        await chat.choose("Attach", kind)
    await (await chosen.value).set_files(list(files))


async def is_drawn(image: Locator) -> None:
    await expect(image).to_be_visible()
    await expect(image).to_have_js_property("naturalWidth", 640)


class TestPicturesAndFiles:
    async def test_a_photo_is_sent_with_its_caption_and_seen(self, bare: ChatPage) -> None:
        await bare.page.locator("#text").fill("My arm")
        await attach(bare, "Photos", picture("arm.svg"))

        await is_drawn((await bare.sees("My arm")).get_by_role("img", name="Photo"))
        await expect(bare.page.locator("#text")).to_have_value("")

    async def test_several_photos_are_one_album(self, bare: ChatPage) -> None:
        await attach(bare, "Photos", *(picture(f"{n}.svg") for n in range(3)))

        await expect(bare.messages).to_have_count(1)
        for number in (1, 2, 3):
            await is_drawn(bare.page.get_by_role("img", name=f"Photo {number} of 3"))

    async def test_what_is_no_picture_says_so(self, bare: ChatPage) -> None:
        broken: FilePayload = {"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"}
        await attach(bare, "Photos", broken)

        await bare.sees("can't be shown here")
        bare.faults.clear()

    async def test_the_export_is_seen_and_opens(self, chat: ChatPage) -> None:
        await chat.subscribe()
        await chat.say("/export")
        named = re.compile(r"Open gutskin.*\.json")
        file = chat.page.get_by_role("link", name=named)
        async with chat.page.expect_popup() as opened:
            await file.click()

        text = await (await opened.value).locator("body").inner_text()
        assert json.loads(text[text.index("{") : text.rindex("}") + 1])

    async def test_a_file_of_ones_own_has_name_and_size(self, bare: ChatPage) -> None:
        note: FilePayload = {
            "name": "<diary>.txt",
            "mimeType": "text/plain",
            "buffer": b"x" * 1500,
        }
        await attach(bare, "Files", note)

        sent = await bare.sees("<diary>.txt")
        await expect(sent).to_contain_text("1.5 kB")


class TestSoundAndPolls:
    async def test_a_voice_message_plays(self, bare: ChatPage) -> None:
        await bare.choose("Attach", "Voice message")
        await bare.tap("Play: Voice message, 0:02")

        await expect(bare.button("Pause: Voice message, 0:02")).to_be_visible()
        await expect(bare.button("Play: Voice message, 0:02")).to_be_visible()

    async def test_a_poll_is_asked_answered_and_the_answer_taken_back(
        self, bare: ChatPage
    ) -> None:
        await bare.choose("Attach", "Poll")
        await bare.page.get_by_label("Question").fill("Warm or cold?")
        await bare.page.get_by_label("Answers, one a line").fill("Warm\nCold")
        await bare.tap("Send")
        await expect(bare.page.get_by_role("dialog")).to_be_hidden()
        answer = bare.page.locator(".poll").get_by_role("button", name="Cold")
        await answer.click()

        await expect(answer).to_have_attribute("aria-pressed", "true")
        await expect(answer).to_contain_text("100 %")
        await bare.tap("Take my vote back")
        await expect(bare.messages.last).to_contain_text("No votes yet")

    async def test_a_checklist_is_sent_for_bots_that_do_not_know_it(self, bare: ChatPage) -> None:
        await bare.choose("Attach", "Checklist")
        await bare.page.get_by_role("dialog").get_by_role("button", name="Send").click()

        await bare.sees("Lukewarm shower")
        await expect(bare.page.locator("#toast")).to_be_empty()


class TestQuotes:
    async def test_one_folds_and_unfolds_by_keyboard_and_says_which(
        self, bare: ChatPage, stage: Stage
    ) -> None:
        await stage.quote()
        button = bare.button("Show more of “Line 1 of the details.", exact=False)
        quote = bare.page.locator("blockquote")
        folded = (await quote.bounding_box() or {})["height"]
        await expect(button).to_have_attribute("aria-expanded", "false")
        await button.focus()
        await bare.page.keyboard.press("Enter")

        less = bare.button("Show less of", exact=False)
        await expect(less).to_have_attribute("aria-expanded", "true")
        assert (await quote.bounding_box() or {})["height"] > 3 * folded
        await bare.page.keyboard.press("Enter")
        await expect(button).to_be_visible()

    async def test_who_comes_to_a_link_in_it_sees_it(self, bare: ChatPage, stage: Stage) -> None:
        await stage.quote()
        await bare.page.get_by_role("link", name="Source").focus()

        await expect(bare.button("Show less of", exact=False)).to_be_visible()

    async def test_it_stays_unfolded_when_its_message_is_edited(
        self, bare: ChatPage, stage: Stage
    ) -> None:
        message = await stage.quote()
        await bare.tap("Show more", exact=False)
        markup = {"inline_keyboard": [[{"text": "Saved", "callback_data": "s"}]]}
        await stage.bot("editMessageReplyMarkup", message_id=message, reply_markup=markup)

        await expect(bare.button("Saved")).to_be_visible()
        await expect(bare.button("Show less", exact=False)).to_be_visible()
        await expect(bare.messages).to_have_count(1)

    async def test_it_leaves_no_blank_line(self, bare: ChatPage, stage: Stage) -> None:
        await stage.quote()
        text = bare.page.locator(".text")
        await expect(text).to_be_visible()

        await expect(text).to_have_js_property("firstChild.textContent", "Before")
        await expect(text).to_have_js_property("lastChild.textContent", "After")

    async def test_a_short_one_has_no_button(self, bare: ChatPage, stage: Stage) -> None:
        text = "<blockquote expandable>Short.</blockquote>"
        await stage.bot("sendMessage", text=text, parse_mode="HTML")
        await bare.sees("Short.")

        await expect(bare.page.get_by_role("button", name="Show more")).to_have_count(0)

    async def test_a_spoiler_is_shown_by_keyboard(self, bare: ChatPage, stage: Stage) -> None:
        text = "It is <tg-spoiler>sleep</tg-spoiler>."
        await stage.bot("sendMessage", text=text, parse_mode="HTML")
        await bare.button("Hidden text: show it").focus()
        await bare.page.keyboard.press("Enter")

        await expect(bare.page.locator(".spoiler")).to_have_class("spoiler shown")


class TestInline:
    async def test_results_are_listed_and_a_tap_posts_one_via_the_bot(
        self, bare: ChatPage, stage: Stage
    ) -> None:
        await bare.page.locator("#text").fill("@gutskinbot fibre")
        await self.answer(stage)
        await expect(bare.page.locator("#results-note")).to_have_text("2 results")
        await bare.page.locator("#text").press("ArrowDown")
        await bare.page.keyboard.press("ArrowDown")
        await expect(bare.page.locator(":focus")).to_contain_text("Fibre at night")
        await bare.page.keyboard.press("Enter")

        posted = await bare.sees("Fibre at night")
        await expect(posted).to_contain_text("via @GutSkinBot")
        await expect(posted.locator("b")).to_have_text("Fibre at night")
        await expect(bare.page.locator("#results")).to_be_hidden()
        await expect(bare.page.locator("#text")).to_have_value("")

    async def test_a_button_that_shares_begins_it(self, bare: ChatPage, stage: Stage) -> None:
        await stage.buttons()
        await bare.tap("Share")
        await expect(bare.page.locator("#text")).to_have_value("@GutSkinBot fibre")
        await self.answer(stage)

        await bare.page.locator("#text").press("Enter")
        await bare.sees("Fibre first")

    async def test_the_demos_bot_finds_tips_and_posts_one_of_them(self, chat: ChatPage) -> None:
        await chat.subscribe()
        await chat.page.locator("#text").fill("@GutSkinBot moisturiser")
        first = chat.page.locator("#result-list button").first
        title = await first.locator("b").inner_text()
        before = await chat.messages.count()
        await first.click()

        posted = chat.messages.filter(has_text="via @GutSkinBot")
        await expect(posted).to_contain_text(title.split(" ", 1)[-1])
        await chat.say("/help")
        await chat.sees("How strong the evidence is")
        # The card, the command and its answer: the bot does not answer its own card.
        await expect(chat.messages).to_have_count(before + 3)

    async def test_nothing_found_is_said(self, bare: ChatPage, stage: Stage) -> None:
        await bare.page.locator("#text").fill("@GutSkinBot zzz")
        await self.answer(stage, [])

        await expect(bare.page.locator("#results-note")).to_have_text("Nothing found.")
        await bare.page.locator("#text").press("Escape")
        await expect(bare.page.locator("#results")).to_be_hidden()

    async def answer(self, stage: Stage, results: object = QUERY_RESULTS) -> None:
        """Play the bot: wait for the query, answer it."""
        updates = await stage.bot("getUpdates", timeout=10, offset=-1)
        query = updates[-1]["inline_query"]["id"]
        await stage.bot("answerInlineQuery", inline_query_id=query, results=results)


class TestMessages:
    async def test_one_without_sound_says_so(self, bare: ChatPage, stage: Stage) -> None:
        await stage.buttons()

        await expect(await bare.sees("Buttons")).to_contain_text("sent without sound")

    async def test_a_button_copies(self, bare: ChatPage, stage: Stage) -> None:
        await stage.buttons()
        await bare.tap("Copy")

        await expect(bare.page.locator("#toast")).to_have_text("Copied.")
        assert await bare.page.evaluate("navigator.clipboard.readText()") == "a word"

    async def test_the_menu_of_a_message_names_it_and_edits_ones_own(self, bare: ChatPage) -> None:
        await bare.say("Good morning")
        said = await bare.sees("Good morning")
        button = said.get_by_role("button", name="Options for “Good morning”")
        size = await button.bounding_box() or {}
        assert min(size["width"], size["height"]) >= 24
        await bare.options(said, "Edit")
        await bare.say("Good evening")

        await expect(bare.messages).to_have_count(1)
        await expect(await bare.sees("Good evening")).to_contain_text("edited")

    async def test_a_command_within_bold_is_one_link_with_words(
        self, bare: ChatPage, stage: Stage
    ) -> None:
        entities = [{"type": "bot_command", "offset": 0, "length": 4}]
        await stage.anna("say", text="/tip", entities=entities)
        await stage.bot("sendMessage", text="<b>/tip</b> or /t<b>ip</b>", parse_mode="HTML")
        await expect(bare.messages).to_have_count(2)

        words = await bare.page.locator(".text a").all_inner_texts()
        assert words == ["/tip", "/tip", "/tip"]

    async def test_topics_begin_fill_and_are_looked_at_alone(self, bare: ChatPage) -> None:
        await bare.say("Outside")
        await bare.choose("Attach", "New topic")
        await bare.page.get_by_label("Name").fill("Creams")
        await bare.tap("Begin")
        await bare.sees_topic("Creams")
        await bare.say("Inside")

        await bare.sees("Inside")
        await expect(bare.messages).to_have_count(1)
        await bare.tap("All")
        await expect(bare.messages).to_have_count(2)
        await expect(await bare.sees("Inside")).to_contain_text("in Creams")

    async def test_a_reply_keyboard_for_one_time_goes_when_it_was_used(
        self, bare: ChatPage, stage: Stage
    ) -> None:
        markup = {"keyboard": [["Yes", "No"]], "one_time_keyboard": True}
        await stage.bot("sendMessage", text="Well?", reply_markup=markup)
        await bare.page.locator("#reply-keyboard").get_by_role("button", name="Yes").click()

        await bare.sees("Yes")
        await expect(bare.page.locator("#reply-keyboard")).to_be_hidden()

    async def test_an_alert_waits_until_it_is_read(self, bare: ChatPage, stage: Stage) -> None:
        markup = {"inline_keyboard": [[{"text": "Ask", "callback_data": "x"}]]}
        sent = await stage.bot("sendMessage", text="?", reply_markup=markup)
        place = {"message_id": sent["message_id"], "data": "x"}
        tapped = await stage.anna("tap", **place)
        query = {"callback_query_id": tapped["callback_query_id"], "show_alert": True}
        await stage.bot("answerCallbackQuery", text="See a doctor today.", **query)

        await expect(bare.page.get_by_role("dialog")).to_contain_text("See a doctor today.")
        await bare.tap("OK")
        await expect(bare.page.get_by_role("dialog")).to_have_count(0)

    async def test_a_command_from_the_menu_changes_no_message_that_is_being_edited(
        self, bare: ChatPage, stage: Stage
    ) -> None:
        commands = [{"command": "help", "description": "What it can do"}]
        await stage.bot("setMyCommands", commands=commands)
        await bare.say("Good morning")
        await bare.options(await bare.sees("Good morning"), "Edit")
        await bare.choose("Menu", "/help")

        await bare.sees("/help")
        await expect(bare.messages).to_have_count(2)


class TestThePage:
    async def test_an_empty_chat_has_picture_description_and_start(self, chat: ChatPage) -> None:
        image = chat.page.locator(".none img")
        await expect(image).to_have_js_property("naturalWidth", 96)
        await expect(chat.page.locator(".none")).to_contain_text("don't replace your doctor")
        await chat.tap("Start")

        await chat.sees("don't replace your doctor")
        await expect(chat.page.locator("#start")).to_be_hidden()

    async def test_after_a_reload_nothing_old_is_told(self, bare: ChatPage, stage: Stage) -> None:
        sent = await stage.bot(
            "sendMessage",
            text="?",
            reply_markup={"inline_keyboard": [[{"text": "T", "callback_data": "x"}]]},
        )
        tapped = await stage.anna("tap", message_id=sent["message_id"], data="x")
        query = tapped["callback_query_id"]
        await stage.bot("answerCallbackQuery", callback_query_id=query, text="Thanks")
        await stage.anna("say", user=ANNA + 1, text="hi")
        await stage.bot("sendMessage", chat_id=ANNA + 1, text="hello")
        await expect(bare.page.locator("#toast")).to_have_text("Thanks")
        await expect(bare.page.locator("#people .unread")).to_have_text("1 unread")

        await bare.load()
        await stage.bot("sendMessage", text="Something new")

        await bare.sees("Something new")
        await expect(bare.page.locator("#toast")).to_be_empty()
        await expect(bare.page.locator("#people .unread")).to_have_count(0)

    async def test_a_notice_covers_nothing_and_moves_nothing(
        self, bare: ChatPage, stage: Stage
    ) -> None:
        for number in range(12):
            await stage.bot("sendMessage", text=f"Number {number}\n\n\n.")
        await stage.buttons()
        button = bare.button("Copy")
        await expect(button).to_be_in_viewport()
        before = await button.bounding_box() or {}
        await button.click()
        toast = bare.page.locator("#toast p")
        await expect(toast).to_have_text("Copied.")

        after = await button.bounding_box() or {}
        assert abs(after["y"] - before["y"]) < 1
        shown = await toast.element_handle()
        for other in await bare.page.get_by_role("button").element_handles():
            if await other.is_visible() and not await other.evaluate(
                "n => n.closest('#messages')"
            ):
                assert not await bare.page.evaluate(SHARED, [shown, other])
        log = await bare.page.locator("#messages").element_handle()
        assert not await bare.page.evaluate(SHARED, [shown, log])

    async def test_the_next_tip_says_whose_it_is_or_that_nobody_is_subscribed(
        self, chat: ChatPage
    ) -> None:
        note = chat.page.locator("#clock-note")
        await chat.to_next_tip()
        await expect(note).to_have_text("Nobody is subscribed, so there's no next tip.")
        await chat.subscribe()
        await chat.be("Ben")
        await chat.to_next_tip()

        await expect(note).to_contain_text("Anna's tip came: ")

    async def test_the_calls_are_folded_until_somebody_looks(self, bare: ChatPage) -> None:
        await expect(bare.page.locator("#log")).to_be_hidden()
        await expect(bare.button("API calls")).to_have_attribute("aria-expanded", "false")
        await bare.page.set_viewport_size({"width": 1280, "height": 860})
        await expect(bare.page.locator("#log")).to_be_hidden()

    async def test_what_stands_above_the_chat_is_low_on_a_phone(self, bare: ChatPage) -> None:
        top = await bare.page.locator("#messages").bounding_box() or {}
        assert top["y"] <= 60

    async def test_nothing_is_cut_off_on_the_smallest_phones(
        self, bare: ChatPage, stage: Stage
    ) -> None:
        await bare.page.set_viewport_size({"width": 320, "height": 568})
        for put in (stage.quote, stage.album, stage.poll, stage.voice, stage.words, stage.buttons):
            await put()
        await bare.sees("Buttons")

        await bare.nothing_is_cut_off()

    async def test_a_lost_network_loses_no_words(self, bare: ChatPage) -> None:
        await bare.page.route("**/control/say", lambda route: route.abort())
        await bare.say("Are you there?")
        await expect(bare.page.locator("#toast")).to_contain_text("can't be reached")
        await expect(bare.page.locator("#text")).to_have_value("Are you there?")
        bare.faults.clear()

        await bare.page.unroute("**/control/say")
        await bare.page.locator("#text").press("Enter")
        await expect(bare.messages).to_have_count(1)

    async def test_a_demo_that_was_begun_again_is_found_again(
        self, bare: ChatPage, stage: Stage
    ) -> None:
        toast = bare.page.locator("#toast")
        await stage.bot("sendMessage", text="Before")
        await bare.sees("Before")
        await bare.sandbox.stop()
        await expect(toast).to_contain_text("can't be reached")
        port = int(bare.sandbox.base_url.rpartition(":")[2])
        clock = MovableClock(datetime(2026, 3, 3, 12, 0, tzinfo=UTC), flowing=True)
        async with Sandbox(clock=clock, token=bare.sandbox.token, port=port) as again:
            again.world.add_user(id=ANNA, first_name="Anna").wrote = True
            await expect(toast).to_be_empty()
            await stage.bot("sendMessage", text="After")
            await bare.sees("After")
            await expect(bare.messages).to_have_count(1)
            await bare.page.close()
        bare.faults.clear()

    async def test_nothing_is_asked_of_anybody_else(self, browser: Browser) -> None:
        asked: list[str] = []
        async with open_window(browser) as chat:
            chat.page.on("request", lambda request: asked.append(request.url))
            await chat.load()
            await chat.subscribe()
        assert [url for url in asked if not url.startswith(chat.sandbox.base_url)] == []

    async def test_its_html_has_no_script_or_style_within(self) -> None:
        page = Path(__file__).parents[2] / "bot" / "sandbox" / "page" / "index.html"
        text = page.read_text("utf-8")
        assert "<style" not in text
        assert " style=" not in text
        assert text.count("<script") == text.count('<script src="')
