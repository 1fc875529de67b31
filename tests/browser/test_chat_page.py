"""The chat page in a real browser: a subscriber's first days, an admin's broadcast."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from bot.admins.roles import Role
from bot.texts.commands import commands_for
from tests.browser.window import PHONE, TABLET, ChatPage, open_window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


class TestReader:
    async def test_subscribes_by_button_and_reads_the_first_tip_at_once(
        self, chat: ChatPage
    ) -> None:
        await chat.say("/start")
        await chat.sees("don't replace your doctor")
        await chat.tap("Yes, start")
        await chat.sees("You said yes")
        await chat.tap("Just me")
        await chat.tap("Berlin, Germany")
        await chat.sees("where you are, right?")
        await chat.tap("08:00")

        await chat.sees("about 08:00")
        tip = await chat.sees("Try today:")
        await expect(tip).to_contain_text("Everyday advice")
        await expect(tip.get_by_role("link")).to_have_attribute("href", re.compile("^https://"))
        await expect(chat.page.locator("#reply-keyboard")).to_be_hidden()

    async def test_shares_a_location_instead_of_typing_a_place(self, chat: ChatPage) -> None:
        await chat.say("/start")
        await chat.tap("Yes, start")
        await chat.tap("Just my child")
        await chat.tap("Share my location", exact=False)
        await chat.page.locator("#place-list").get_by_role("button", name="Tokyo").click()

        await chat.sees("Location 35.676, 139.65")
        await chat.sees("Asia/Tokyo")

    async def test_moves_the_clock_and_reads_the_next_tip_on_its_day(self, chat: ChatPage) -> None:
        await chat.subscribe()
        first_day = await chat.page.locator(".day").all_inner_texts()
        tips = chat.heard.filter(has_text="Try today:")

        await chat.to_next_tip()

        await expect(tips).to_have_count(2)
        await expect(tips.last).to_contain_text("08:00")
        days = await chat.page.locator(".day").all_inner_texts()
        assert len(days) == len(first_day) + 1
        await expect(chat.page.locator("#now")).to_contain_text("08:00")

    async def test_taps_why_and_gets_claim_caveat_and_sources(self, chat: ChatPage) -> None:
        await chat.subscribe()
        await chat.tap("Why?")

        why = await chat.sees("Sources")
        await expect(why).to_contain_text("early evidence")
        await expect(why.get_by_role("link").first).to_be_visible()

    async def test_saves_a_tip_and_the_button_changes_in_place(self, chat: ChatPage) -> None:
        await chat.subscribe()
        await chat.page.get_by_role("button", name="🔖 Save", exact=True).focus()
        await chat.page.keyboard.press("Enter")

        saved = chat.heard.filter(has_text="Try today:").get_by_role("button", name="Saved")
        await expect(saved).to_be_visible()
        await expect(saved).to_be_focused()

    async def test_asks_a_question_and_gets_an_answer_with_its_source(
        self, chat: ChatPage
    ) -> None:
        await chat.subscribe()
        await chat.say("my baby has dry patches, will she grow out of it?")

        answer = await chat.sees("grow")
        await expect(answer).to_be_visible()

    async def test_hears_first_to_seek_care_when_there_are_warning_signs(
        self, chat: ChatPage
    ) -> None:
        await chat.say("there are painful blisters spreading on her arms")

        await chat.sees("hospital")

    async def test_blocks_and_unblocks_the_bot(self, chat: ChatPage) -> None:
        await chat.subscribe()
        await chat.choose("More", "Block the bot")
        await expect(chat.page.locator("#chat-note")).to_have_text("You blocked the bot.")
        tips = chat.heard.filter(has_text="Try today:")
        await chat.tap("+1 day")
        await expect(chat.button("+1 day")).to_be_enabled()
        await expect(tips).to_have_count(1)

        await chat.tap("Unblock the bot")
        await expect(chat.page.locator("#chat-note")).to_have_text("You are Anna.")
        await chat.to_next_tip()
        await expect(tips).to_have_count(2)

    async def test_what_looks_like_html_stays_text(self, chat: ChatPage) -> None:
        await chat.say("<img src=x onerror=alert(1)> & <b>bold</b>")

        said = await chat.sees("<img src=x onerror=alert(1)> & <b>bold</b>")
        await expect(said.locator("img, b")).to_have_count(0)


class TestAdmin:
    async def test_broadcasts_by_replying_and_another_person_gets_an_unread_mark(
        self, chat: ChatPage
    ) -> None:
        await chat.subscribe()
        await chat.be("Ada")
        await chat.say("Tomorrow's tip is about sleep.")
        news = await chat.sees("Tomorrow's tip is about sleep.")
        await chat.options(news, "Reply")
        await expect(chat.page.locator("#replying")).to_contain_text("Tomorrow's tip")
        await chat.say("/broadcast")

        await chat.sees("Audience: 1 subscriber")
        await chat.tap("Send it now", exact=False)
        await chat.sees("Broadcast done")
        anna = chat.page.locator("#people button", has_text="Anna")
        await expect(anna.locator(".unread")).to_have_text("1 unread")

        await chat.be("Anna")
        await expect(anna.locator(".unread")).to_have_count(0)
        await chat.sees("Tomorrow's tip is about sleep.")

    async def test_sees_all_of_the_figures_in_their_picture(self, phone: ChatPage) -> None:
        await phone.be("Ada")
        await phone.say("/stats")
        shown = phone.page.locator("#messages .photo img").last
        await expect(shown).to_be_visible()
        await expect(shown).to_have_js_property("complete", value=True)
        box = "[img.clientHeight / img.clientWidth, img.naturalHeight / img.naturalWidth]"
        here, whole = await shown.evaluate(f"img => {box}")
        assert abs(here - whole) < 0.01

    async def test_has_the_team_s_commands_in_the_menu_too(self, chat: ChatPage) -> None:
        items = chat.page.get_by_role("menuitem")
        await chat.tap("Menu")
        await expect(items.first).to_be_focused()
        subscribers = await items.count()
        await chat.page.keyboard.press("Escape")

        await chat.be("Ada")
        await chat.tap("Menu")
        theirs = len(commands_for(Role.OWNER)) - len(commands_for())
        await expect(items).to_have_count(subscribers + theirs)
        await expect(items.filter(has_text="/broadcast")).to_be_visible()


class TestEveryoneCanUseIt:
    async def test_without_a_mouse(self, chat: ChatPage) -> None:
        keys = chat.page.keyboard
        await expect(chat.page.locator("#text")).to_be_focused()
        await keys.type("/start")
        await keys.press("Enter")
        await chat.sees("don't replace your doctor")
        await chat.button("Yes, start").focus()
        await keys.press("Enter")
        await chat.sees("You said yes")
        await chat.button("Just me").focus()
        await keys.press("Enter")
        await chat.sees("What time zone are you in?")
        await chat.button("Menu").focus()
        await keys.press("Enter")
        await expect(chat.page.get_by_role("menuitem").first).to_be_focused()
        for key, focused in (("ArrowDown", "/tip"), ("End", "/forget"), ("ArrowDown", "/start")):
            await keys.press(key)
            await expect(chat.page.locator(":focus")).to_contain_text(focused)
        await keys.press("Escape")
        await expect(chat.button("Menu")).to_be_focused()
        await expect(chat.button("Menu")).to_have_attribute("aria-expanded", "false")

        await chat.page.locator("#reply-keyboard button", has_text="Berlin").focus()
        await keys.press("Enter")
        await chat.sees("where you are, right?")

    async def test_every_control_has_a_name_that_can_be_read_aloud(self, chat: ChatPage) -> None:
        await chat.subscribe()
        await chat.tap("API calls")

        tree = await chat.page.locator("body").aria_snapshot()
        assert "- button\n" not in tree
        assert "- link\n" not in tree
        for part in ("navigation", "main", "log", "complementary", 'textbox "Message"'):
            assert part in tree

    async def test_only_what_is_new_is_drawn_anew(self, chat: ChatPage) -> None:
        await chat.say("/help")
        await chat.sees("How strong the evidence is")
        await chat.messages.first.evaluate("node => { node.marked = true }")
        await chat.say("/privacy")
        await chat.sees("I don't keep your name")

        assert await chat.messages.first.evaluate("node => node.marked") is True

    async def test_commands_within_a_text_can_be_tapped(self, chat: ChatPage) -> None:
        await chat.tap("Start")
        welcome = await chat.sees("don't replace your doctor")
        await welcome.get_by_role("link", name="/privacy").click()

        await chat.sees("What I keep about you")

    async def test_calls_are_listed_with_what_they_held_and_no_token(self, chat: ChatPage) -> None:
        await chat.say("/help")
        await chat.sees("How strong the evidence is")
        await chat.tap("API calls")
        call = chat.page.locator("#calls li", has_text="sendMessage").first
        await expect(call.locator("summary")).to_contain_text("to Anna")
        await expect(call.locator("summary small")).not_to_be_empty()
        await expect(call.locator("pre")).to_be_hidden()
        await call.locator("summary").click()

        await expect(call.locator("pre")).to_contain_text('"chat_id"')
        assert not re.search(r"\d{3,}:[\w-]{20,}", await chat.page.locator("#calls").inner_text())


class TestSmallScreens:
    async def test_a_phone_shows_the_whole_conversation(self, phone: ChatPage) -> None:
        await phone.say("/start")
        await phone.sees("don't replace your doctor")
        await phone.nothing_is_cut_off()
        await phone.tap("Yes, start")
        await phone.tap("Just me")
        await phone.tap("Berlin, Germany")
        await phone.tap("08:00")
        tip = await phone.sees("Try today:")
        await phone.nothing_is_cut_off()
        await expect(tip.locator(".keys")).to_be_in_viewport()
        await phone.tap("Menu")
        await phone.nothing_is_cut_off()

    async def test_the_calls_open_over_the_chat_and_close_again(self, phone: ChatPage) -> None:
        log = phone.page.locator("#log")
        await expect(log).to_be_hidden()
        await phone.tap("API calls")
        await expect(log).to_be_visible()
        await phone.page.keyboard.press("Escape")
        await expect(log).to_be_hidden()

    async def test_a_turned_phone_still_shows_the_newest_message(self, browser: Browser) -> None:
        async with open_window(browser, TABLET) as chat:
            await chat.subscribe()
            await chat.page.set_viewport_size({"width": PHONE[1], "height": PHONE[0]})
            await expect(chat.messages.last.locator(".keys")).to_be_in_viewport()
            await chat.nothing_is_cut_off()
