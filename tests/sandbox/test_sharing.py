"""What users send besides words: files, albums, recordings, polls, results of inline queries."""

import aiohttp
import pytest

from tests.sandbox.conftest import TOKEN, Hand


async def upload(hand: Hand, name: str = "note.txt", data: bytes = b"hello") -> str:
    address = f"{hand.sandbox.base_url}/control/files?name={name}"
    async with hand.session.post(address, data=data, headers={"Content-Type": "text/plain"}) as a:
        assert a.status == 200
        return str((await a.json())["file"])


async def results(hand: Hand, user: int, **more: object) -> str:
    """An inline query that is answered with one article; its number."""
    asked = await hand.control("inline", user=user, query="fibre")
    article = {
        "type": "article",
        "id": "1",
        "title": "Fibre",
        "input_message_content": {"message_text": "<b>Fibre</b>", "parse_mode": "HTML"},
        "reply_markup": {"inline_keyboard": [[{"text": "Bot", "url": "https://t.me/x"}]]},
    }
    query = str(asked["inline_query_id"])
    await hand.ok("answerInlineQuery", inline_query_id=query, results=[article], **more)
    return query


class TestFiles:
    async def test_a_file_of_ones_own_reaches_the_bot_and_opens(
        self, hand: Hand, ada: int
    ) -> None:
        file = await upload(hand)
        await hand.control("say", user=ada, media="document", file=file, caption="look")
        sent = (await hand.updates())[-1]["message"]
        assert (sent["document"]["file_name"], sent["caption"]) == ("note.txt", "look")

        shown = await hand.last(ada)
        address = f"{hand.sandbox.base_url}/control/files/{shown['media']['document']['file_id']}"
        async with hand.session.get(address) as answer:
            assert await answer.read() == b"hello"
            assert answer.headers["Content-Security-Policy"] == "sandbox"
            assert answer.headers["Content-Disposition"].endswith("note.txt")

    async def test_nothing_of_a_file_is_run_at_the_address_for_bots_either(
        self, hand: Hand, ada: int
    ) -> None:
        file = await upload(hand)
        await hand.control("say", user=ada, media="document", file=file)
        path = (await hand.ok("getFile", file_id=file))["file_path"]
        async with hand.session.get(f"{hand.sandbox.file_base_url}{TOKEN}/{path}") as answer:
            assert answer.headers["Content-Security-Policy"] == "sandbox"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"

    async def test_an_empty_one_and_one_that_is_not_there(self, hand: Hand, ada: int) -> None:
        address = f"{hand.sandbox.base_url}/control/files"
        async with hand.session.post(address, data=b"") as answer:
            assert (await answer.json())["error"] == "the file is empty"
        await hand.look("files/nothing", status=404)
        await hand.control("say", user=ada, media="photo", file="nothing", status=400)

    async def test_what_the_bot_sends_can_be_opened_too(self, hand: Hand, ada: int) -> None:
        form = aiohttp.FormData({"chat_id": str(ada)})
        form.add_field(
            "document", b"{}", filename="gut skin.json", content_type="application/json"
        )
        url = f"{hand.sandbox.api_base_url}{TOKEN}/sendDocument"
        async with hand.session.post(url, data=form) as answer:
            file = (await answer.json())["result"]["document"]["file_id"]

        async with hand.session.get(f"{hand.sandbox.base_url}/control/files/{file}") as opened:
            assert (await opened.read(), opened.content_type) == (b"{}", "application/json")


class TestAlbums:
    async def test_a_users_album_is_several_messages_with_one_number(
        self, hand: Hand, ada: int
    ) -> None:
        files = [await upload(hand), await upload(hand)]
        await hand.control("album", user=ada, files=files, caption="both")

        one, two = [update["message"] for update in (await hand.updates())[-2:]]
        assert one["media_group_id"] == two["media_group_id"]
        assert (one["caption"], "caption" in two) == ("both", False)
        assert {m["album"] for m in (await hand.messages(ada))[-2:]} == {one["media_group_id"]}
        await hand.control("album", user=ada, files=files[:1], status=400)

    async def test_the_bot_sends_one_with_files_attached(self, hand: Hand, ada: int) -> None:
        media = (
            '[{"type": "photo", "media": "attach://a", "caption": "<b>x</b>", '
            '"parse_mode": "HTML"},'
            '{"type": "document", "media": "https://a.org/b.pdf"}]'
        )
        form = aiohttp.FormData({"chat_id": str(ada), "media": media, "disable_notification": "1"})
        form.add_field("a", b"picture", filename="a.png", content_type="image/png")
        url = f"{hand.sandbox.api_base_url}{TOKEN}/sendMediaGroup"
        async with hand.session.post(url, data=form) as answer:
            sent = (await answer.json())["result"]

        assert [next(k for k in ("photo", "document") if k in m) for m in sent] == [
            "photo", "document",
        ]  # fmt: skip
        shown = (await hand.messages(ada))[-2:]
        assert [(m["html"], m["silent"]) for m in shown] == [("<b>x</b>", True), ("", True)]

    async def test_copies_of_an_album_are_one(self, hand: Hand, ada: int) -> None:
        files = [await upload(hand), await upload(hand)]
        sent = await hand.control("album", user=ada, files=files)
        ids = [one["message_id"] for one in sent]

        await hand.ok("copyMessages", chat_id=ada, from_chat_id=ada, message_ids=ids)

        albums = [m["album"] for m in (await hand.messages(ada))[-4:]]
        assert albums[0] == albums[1] != albums[2] == albums[3] != ""


class TestRecordings:
    async def test_a_voice_message_can_be_played(self, hand: Hand, ada: int) -> None:
        await hand.control("say", user=ada, media="voice")

        voice = (await hand.updates())[-1]["message"]["voice"]
        assert voice["duration"] == 2
        async with hand.session.get(
            f"{hand.sandbox.base_url}/control/files/{voice['file_id']}"
        ) as answer:
            assert (await answer.read())[:4] == b"RIFF"
        sent = await hand.ok("sendVoice", chat_id=ada, voice=voice["file_id"], duration=7)
        assert sent["voice"]["duration"] == 7


class TestPolls:
    async def test_a_users_poll_is_made_of_lines(self, hand: Hand, ada: int) -> None:
        await hand.control("say", user=ada, media="poll", text="Well?\nYes\nNo")

        sent = (await hand.updates())[-1]["message"]
        assert sent["poll"]["question"] == "Well?"
        assert [option["text"] for option in sent["poll"]["options"]] == ["Yes", "No"]
        assert "text" not in sent
        await hand.control("say", user=ada, media="poll", text="Well?", status=400)

    async def test_the_bots_poll_is_answered_and_the_answer_taken_back(
        self, hand: Hand, ada: int
    ) -> None:
        sent = await hand.ok(
            "sendPoll", chat_id=ada, question="Well?", options=[{"text": "Yes"}, {"text": "No"}],
            is_anonymous=False,
        )  # fmt: skip
        place = {"user": ada, "message_id": sent["message_id"]}
        allowed = ["poll", "poll_answer"]
        await hand.ok("getUpdates", allowed_updates=allowed, offset=-1)

        await hand.control("vote", options=[1], **place)

        shown = await hand.last(ada)
        counts = [option["voter_count"] for option in shown["media"]["poll"]["options"]]
        assert (counts, shown["votes"]) == ([0, 1], [1])
        answer, poll = (await hand.updates())[-2:]
        assert answer["poll_answer"]["option_ids"] == [1]
        assert poll["poll"]["total_voter_count"] == 1

        await hand.control("vote", options=[], **place)
        assert (await hand.last(ada))["media"]["poll"]["total_voter_count"] == 0
        await hand.control("vote", options=[0, 1], status=400, **place)
        await hand.control("vote", options=[2], status=400, **place)

    async def test_a_copy_begins_anew(self, hand: Hand, ada: int) -> None:
        said = await hand.control("say", user=ada, media="poll", text="Well?\nYes\nNo")
        await hand.control("vote", user=ada, message_id=said["message_id"], options=[0])

        origin = {"from_chat_id": ada, "message_id": said["message_id"]}
        await hand.ok("copyMessage", chat_id=ada, **origin)

        shown = await hand.last(ada)
        assert (shown["media"]["poll"]["total_voter_count"], shown["votes"]) == (0, [])

    async def test_only_a_poll_takes_votes(self, hand: Hand, ada: int) -> None:
        said = await hand.control("say", user=ada, text="x")
        await hand.control(
            "vote", user=ada, message_id=said["message_id"], options=[0], status=404
        )


class TestInline:
    async def test_a_result_is_posted_via_the_bot(self, hand: Hand, ada: int) -> None:
        query = await results(hand, ada)
        await hand.control("inline/choose", user=ada, inline_query_id=query, result_id="1")

        posted = (await hand.updates())[-1]["message"]
        assert (posted["text"], posted["via_bot"]["username"]) == ("Fibre", "GutSkinBot")
        shown = await hand.last(ada)
        assert (shown["html"], shown["via"], shown["from_bot"]) == (
            "<b>Fibre</b>", "GutSkinBot", False,
        )  # fmt: skip
        assert shown["keyboard"] == [[{"label": "Bot", "url": "https://t.me/x"}]]

    async def test_what_was_not_offered_cannot_be_chosen(self, hand: Hand, ada: int) -> None:
        query = await results(hand, ada)
        for number, result in ((query, "2"), ("9", "1")):
            body = {"user": ada, "inline_query_id": number, "result_id": result}
            await hand.control("inline/choose", status=404, **body)


@pytest.mark.parametrize(
    ("method", "content"),
    [("sendMessage", {"text": "x"}), ("sendLocation", {"latitude": 1, "longitude": 1})],
)
async def test_without_sound(
    hand: Hand, ada: int, method: str, content: dict[str, object]
) -> None:
    for silent in (True, False):
        sent = await hand.ok(method, chat_id=ada, disable_notification=silent, **content)
        assert (await hand.last(ada))["silent"] is silent
        origin = {"from_chat_id": ada, "message_id": sent["message_id"]}
        await hand.ok("copyMessage", chat_id=ada, disable_notification=silent, **origin)
        assert (await hand.last(ada))["silent"] is silent


async def test_a_checklist_is_something_that_bots_rarely_know(hand: Hand, ada: int) -> None:
    await hand.control("say", user=ada, media="checklist", text="Today\nCream\nWalk")

    checklist = (await hand.updates())[-1]["message"]["checklist"]
    assert [task["text"] for task in checklist["tasks"]] == ["Cream", "Walk"]
    assert (await hand.last(ada))["kind"] == "checklist"


async def test_the_topics_of_a_chat_have_names(hand: Hand, ada: int) -> None:
    topic = (await hand.control("topics", user=ada, name="Creams"))["topic"]

    assert (await hand.look(f"chats/{ada}"))["topics"] == [{"id": topic, "name": "Creams"}]


async def test_what_an_empty_chat_shows(hand: Hand, ada: int) -> None:
    await hand.ok("setMyDescription", description="One tip a day")
    await hand.ok("setMyShortDescription", short_description="Tips")

    assert await hand.look(f"bot?user={ada}") == {
        "name": "GutSkin", "username": "GutSkinBot", "description": "One tip a day",
        "short_description": "Tips",
    }  # fmt: skip
