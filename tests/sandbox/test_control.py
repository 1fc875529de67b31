"""The control API: users and what they do."""

from typing import Any

import pytest

from tests.sandbox.conftest import TOKEN, Hand


class TestUsers:
    async def test_a_user_has_a_private_chat_with_the_same_id(self, hand: Hand) -> None:
        shown = await hand.control(
            "users", id=99, first_name="Ada", last_name="L", username="ada",
            language_code="de", zone="Europe/Berlin",
        )  # fmt: skip

        assert (shown["id"], shown["chat"], shown["zone"]) == (99, 99, "Europe/Berlin")
        assert await hand.look("users") == [shown]
        chat = await hand.look("chats/99")
        assert (chat["type"], chat["first_name"]) == ("private", "Ada")
        assert [c["id"] for c in await hand.look("chats")] == [99]

    @pytest.mark.parametrize(
        ("fields", "status", "error"),
        [
            ({"id": 99, "first_name": "Eve"}, 409, "user 99 exists"),
            ({}, 400, "first_name is missing"),
            ({"first_name": 5}, 400, "first_name must be str, not 5"),
            ({"first_name": "x", "id": True}, 400, "id must be int, not True"),
        ],
    )
    async def test_slips_are_pointed_at(
        self, hand: Hand, fields: dict[str, Any], status: int, error: str
    ) -> None:
        await hand.user(id=99)

        assert await hand.control("users", status=status, **fields) == {"error": error}

    @pytest.mark.parametrize(
        ("body", "error"), [(b"{", "the body is not JSON"), (b"[]", "the body must be a JSON")]
    )
    async def test_bodies_that_are_no_object(self, hand: Hand, body: bytes, error: str) -> None:
        async with hand.session.post(f"{hand.sandbox.base_url}/control/say", data=body) as answer:
            assert answer.status == 400
            assert (await answer.json())["error"].startswith(error)

    async def test_who_and_what_is_not_there(self, hand: Hand, ada: int) -> None:
        await hand.control("say", status=404, user=5, text="x")
        await hand.control("say", status=404, user=ada, chat=5, text="x")
        await hand.control("say", status=400, user=ada, text="  ")
        await hand.control("say", status=400, user=ada)
        await hand.control("say", status=404, user=ada, text="x", reply_to=77)
        await hand.look("chats/5", status=404)
        await hand.look("chats/five/messages", status=404)
        await hand.look("transcript?after=x", status=400)
        wrong = [{"type": "bold", "offset": 0, "length": 9}]
        answer = await hand.control("say", status=400, user=ada, text="x", entities=wrong)
        assert answer["error"].startswith("Bad Request: entity beginning")


class TestSaying:
    async def test_a_command_is_marked_and_its_payload_is_text(self, hand: Hand) -> None:
        ada = await hand.user()
        said = await hand.control("say", user=ada, text="/start poster-7")

        (update,) = await hand.updates()

        assert update["update_id"] == said["update_id"]
        message = update["message"]
        assert message["text"] == "/start poster-7"
        assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
        assert (message["from"]["id"], message["chat"]["id"]) == (ada, ada)

    async def test_a_message_may_be_edited_or_answer_another(self, hand: Hand, ada: int) -> None:
        sent = await hand.ok("sendMessage", chat_id=ada, text="tip")
        said = await hand.control("say", user=ada, text="old", reply_to=sent["message_id"])
        edited = await hand.control("say", user=ada, text="new", edit=said["message_id"])

        reply, edit = await hand.updates()
        assert reply["message"]["reply_to_message"]["text"] == "tip"
        assert edit["edited_message"]["text"] == "new"
        assert edited["message_id"] == said["message_id"]
        shown = await hand.last(ada)
        assert (shown["text"], shown["edited"], shown["from_bot"]) == ("new", True, False)

    async def test_pictures_files_and_places(self, hand: Hand, ada: int) -> None:
        await hand.control("say", user=ada, photo=True, caption="look")
        await hand.control("say", user=ada, document=True)
        await hand.control("location", user=ada, latitude=52.5, longitude=13)

        photo, document, place = [u["message"] for u in await hand.updates()]
        assert photo["caption"] == "look"
        assert document["document"]["file_name"] == "photo.png"
        assert place["location"] == {"latitude": 52.5, "longitude": 13.0}
        path = (await hand.ok("getFile", file_id=photo["photo"][0]["file_id"]))["file_path"]
        async with hand.session.get(f"{hand.sandbox.file_base_url}{TOKEN}/{path}") as download:
            assert (await download.read()).startswith(b"\x89PNG")

    async def test_groups_channels_and_other_bots(self, hand: Hand, ada: int) -> None:
        group = (await hand.control("groups", title="G", type="group", member=ada))["id"]
        channel = (await hand.control("groups", title="C", type="channel", member=ada))["id"]
        await hand.control("say", user=ada, chat=group, text="/help@GutSkinBot")
        post = await hand.control("say", user=ada, chat=channel, text="post")
        await hand.control("say", user=ada, chat=channel, text="pest", edit=post["message_id"])
        await hand.control("say", user=ada, text="beep", via="bot")

        in_group, posted, edited, beep = await hand.updates()
        assert in_group["message"]["chat"]["type"] == "group"
        assert in_group["message"]["entities"][0]["length"] == 16
        assert "from" not in posted["channel_post"]
        assert edited["edited_channel_post"]["text"] == "pest"
        assert beep["message"]["from"]["is_bot"] is True
        assert group < 0 > channel
        shown = await hand.messages(group)
        assert shown[0]["text"] == "/help@GutSkinBot"
        await hand.control("groups", status=400, title="x", type="moon", member=ada)

    async def test_ids_need_more_than_32_bits(self, hand: Hand, ada: int) -> None:
        bob = await hand.user("Bob")
        groups = [
            (await hand.control("groups", title="G", type=kind, member=ada))["id"]
            for kind in ("group", "group", "supergroup", "channel")
        ]

        assert bob == ada + 1 > 2**32
        assert len(set(groups)) == 4
        assert groups[2] < -(10**12) < groups[1] < 0

    async def test_writing_unblocks_sharing_too(self, hand: Hand, ada: int) -> None:
        await hand.control("block", user=ada)
        await hand.control("say", user=ada, text="hi")
        assert (await hand.look(f"chats/{ada}"))["blocked"] is False

        await hand.control("block", user=ada)
        await hand.control("location", user=ada, latitude=1.0, longitude=2.0)
        assert (await hand.look(f"chats/{ada}"))["blocked"] is False

    async def test_a_group_can_move_to_a_chosen_id_in_silence(self, hand: Hand, ada: int) -> None:
        group = (await hand.control("groups", title="G", type="group", member=ada))["id"]

        new = await hand.control("migrate", chat=group, to=-100555, announce=False)
        again = await hand.control("migrate", chat=group, to=-100555, announce=False)

        assert new["id"] == again["id"] == -100555
        assert (await hand.look(f"chats/{group}"))["migrated_to"] == -100555
        assert await hand.updates() == []
        await hand.control("migrate", status=400, chat=ada)
        await hand.control("migrate", status=404, chat=5)
