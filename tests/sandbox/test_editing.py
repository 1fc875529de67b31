"""Edits and deletions."""

from typing import Any

import pytest

from tests.sandbox.conftest import Hand, ask, inline

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)


class TestEdits:
    async def test_an_edit_replaces_text_and_keyboard(self, hand: Hand, ada: int) -> None:
        place = await ask(hand, ada)

        edited = await hand.ok("editMessageText", text="Done", **place)

        shown = await hand.last(ada)
        assert (shown["text"], shown["keyboard"], shown["edited"]) == ("Done", [], True)
        assert edited["edit_date"] == int(hand.clock.now().timestamp())

    async def test_an_edit_that_changes_nothing_is_refused(self, hand: Hand, ada: int) -> None:
        place = await ask(hand, ada)
        same = {"text": "<b>Sure?</b>", "parse_mode": "HTML", "reply_markup": inline("Yes")}

        assert await hand.refused("editMessageText", **place, **same) == NOT_MODIFIED
        assert await hand.refused(
            "editMessageReplyMarkup", reply_markup=inline("Yes"), **place
        ) == NOT_MODIFIED  # fmt: skip
        await hand.ok("editMessageText", **place, **{**same, "parse_mode": ""})

    async def test_only_the_keyboard_changes(self, hand: Hand, ada: int) -> None:
        place = await ask(hand, ada)

        await hand.ok("editMessageReplyMarkup", reply_markup=inline("No"), **place)

        shown = await hand.last(ada)
        assert (shown["html"], shown["keyboard"][0][0]["label"]) == ("<b>Sure?</b>", "No")

    async def test_captions(self, hand: Hand, ada: int) -> None:
        photo = await hand.ok("sendPhoto", chat_id=ada, photo="https://a.org/p.png", caption="a")
        picture = {"chat_id": ada, "message_id": photo["message_id"]}
        text = await ask(hand, ada)

        await hand.ok("editMessageCaption", caption="b", **picture)

        assert (await hand.messages(ada))[-2]["text"] == "b"
        assert await hand.refused("editMessageCaption", caption="b", **text) == (
            "Bad Request: there is no caption in the message to edit"
        )
        assert await hand.refused("editMessageText", text="b", **picture) == (
            "Bad Request: there is no text in the message to edit"
        )

    async def test_a_picture_takes_the_place_of_another_or_of_a_text(
        self, hand: Hand, ada: int
    ) -> None:
        photo = await hand.ok("sendPhoto", chat_id=ada, photo="https://a.org/p.png", caption="a")
        picture = {"chat_id": ada, "message_id": photo["message_id"]}
        text = await ask(hand, ada)
        media = {"type": "photo", "media": "https://a.org/q.png", "caption": "<b>b</b>"}
        media["parse_mode"] = "HTML"

        for place in (picture, text):
            edited = await hand.ok("editMessageMedia", media=media, **place)
            assert edited["caption"] == "b"
            assert edited["photo"][0]["file_id"] != photo["photo"][0]["file_id"]
        same = {**media, "media": edited["photo"][0]["file_id"]}
        assert await hand.refused("editMessageMedia", media=same, **text) == NOT_MODIFIED
        long = {**media, "caption": "x" * 1025}
        assert await hand.refused("editMessageMedia", media=long, **text) == (
            "Bad Request: message caption is too long"
        )

    async def test_a_place_on_the_map_has_no_picture(self, hand: Hand, ada: int) -> None:
        sent = await hand.ok("sendLocation", chat_id=ada, latitude=1, longitude=2)
        place = {"chat_id": ada, "message_id": sent["message_id"]}
        media = {"type": "photo", "media": "https://a.org/q.png"}
        assert await hand.refused("editMessageMedia", media=media, **place) == (
            "Bad Request: there is no media in the message to edit"
        )

    async def test_what_cannot_be_edited(self, hand: Hand, ada: int) -> None:
        said = await hand.control("say", user=ada, text="mine")
        keyboard = await hand.ok(
            "sendMessage", chat_id=ada, text="x", reply_markup={"keyboard": [["a"]]}
        )
        places = {
            said["message_id"]: "message can't be edited",
            keyboard["message_id"]: "message can't be edited",
            999: "message to edit not found",
            "x": "message identifier is not specified",
        }
        for message_id, error in places.items():
            assert await hand.refused(
                "editMessageText", chat_id=ada, message_id=message_id, text="y"
            ) == f"Bad Request: {error}"  # fmt: skip

    @pytest.mark.parametrize(
        ("place", "error"),
        [
            ({"inline_message_id": "x"}, "MESSAGE_ID_INVALID"),
            ({"message_id": 1}, "chat_id is empty"),
            ({"chat_id": 7_000_000_001}, "message identifier is not specified"),
        ],
    )
    async def test_an_edit_needs_a_place(
        self, hand: Hand, ada: int, place: dict[str, Any], error: str
    ) -> None:
        assert await hand.refused("editMessageText", text="y", **place) == f"Bad Request: {error}"

    async def test_a_reply_keyboard_does_not_fit_an_edit(self, hand: Hand, ada: int) -> None:
        refusal = await hand.refused(
            "editMessageText", text="y", reply_markup={"keyboard": [["a"]]}, **await ask(hand, ada)
        )

        assert refusal == "Bad Request: inline keyboard expected"


class TestDeletions:
    async def test_a_deleted_message_is_gone(self, hand: Hand, ada: int) -> None:
        place = await ask(hand, ada)

        assert await hand.ok("deleteMessage", **place) is True

        assert (await hand.last(ada))["deleted"] is True
        assert await hand.refused("deleteMessage", **place) == (
            "Bad Request: message to delete not found"
        )
        assert await hand.refused("editMessageText", text="x", **place) == (
            "Bad Request: message to edit not found"
        )

    async def test_after_48_hours_it_is_too_late(self, hand: Hand, ada: int) -> None:
        early, late = await ask(hand, ada), await ask(hand, ada)
        hand.clock.advance(hours=48)
        await hand.ok("deleteMessage", **early)

        hand.clock.advance(minutes=1)

        assert await hand.refused("deleteMessage", **late) == (
            "Bad Request: message can't be deleted for everyone"
        )

    async def test_of_several_the_missing_and_the_old_stay_as_they_are(
        self, hand: Hand, ada: int
    ) -> None:
        old = await ask(hand, ada)
        hand.clock.advance(hours=49)
        new = await ask(hand, ada)
        ids = [old["message_id"], new["message_id"], 999]

        await hand.ok("deleteMessages", chat_id=ada, message_ids=ids)

        assert [m["deleted"] for m in await hand.messages(ada)] == [False, False, True]


class TestChatActions:
    async def test_actions_are_counted(self, hand: Hand, ada: int) -> None:
        await hand.ok("sendChatAction", chat_id=ada, action="typing")

        assert (await hand.look(f"chats/{ada}"))["actions"] == 1
        for action in ("dancing", ""):
            assert await hand.refused("sendChatAction", chat_id=ada, action=action) == (
                "Bad Request: wrong parameter action in request"
            )
