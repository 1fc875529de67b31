"""Messages from the team as subscribers meet them, and how they have no more of them."""

from __future__ import annotations

from typing import Literal

from bot.delivery.content import Content, LinkButton
from tests.bot_harness import ADMIN, BotHarness, Person

LABEL = "📣 From the GutSkin team"
HELLO = Content(
    kind="text",
    text="Hello {first_name}, your next tip comes {next_tip}.",
    buttons=(LinkButton("Read more", "https://example.org"),),
)


async def drafted(harness: BotHarness, admin: Person, content: Content, **message: object) -> int:
    """A draft that says that; what is copied is what the admin sends now."""
    rules = harness.app.services.broadcasts
    said = await admin.send(**(message or {"text": "Hi"}))
    draft = await rules.draft(ADMIN, ADMIN, said["message_id"])
    assert await rules.set_content(draft.id, ADMIN, content)
    return draft.id


async def send(harness: BotHarness, broadcast: int) -> int:
    assert await harness.app.services.broadcasts.confirm(broadcast, ADMIN) == "sending"
    await harness.pass_time(seconds=20)
    return broadcast


async def correct(
    harness: BotHarness, broadcast: int, kind: Literal["edit", "recall"], content: Content | None
) -> None:
    draft = await harness.app.services.broadcasts.correct(broadcast, ADMIN, kind, content)
    assert draft is not None
    await send(harness, draft.id)


async def test_a_message_from_the_team_says_so_and_leads_to_no_more_of_them(
    harness: BotHarness, subscriber: Person, admin: Person
) -> None:
    await send(harness, await drafted(harness, admin, HELLO))
    await subscriber.sees(LABEL, "Hello Rita, your next tip comes tomorrow at 08:00.")
    assert await subscriber.labels() == ["Read more", "Switch team messages off"]
    await subscriber.tap("Switch team messages off")
    await subscriber.sees("Done. No more messages from the team.")

    more = await drafted(harness, admin, Content(kind="text", text="More"))
    assert await harness.app.services.broadcasts.confirm(more, ADMIN) == "nobody"
    await subscriber.say("/settings")
    await subscriber.sees("Messages from the team: off")
    await subscriber.tap("Team messages")
    await subscriber.sees("Would you like messages from the team?", "Now: off")
    await subscriber.tap("Yes, please")
    await subscriber.sees("Messages from the team: on")
    again = await drafted(harness, admin, Content(kind="text", text="Again"))
    await send(harness, again)
    await subscriber.sees(LABEL, "Again")


async def test_they_are_back_with_one_tap(
    harness: BotHarness, subscriber: Person, admin: Person
) -> None:
    await send(harness, await drafted(harness, admin, HELLO))
    await subscriber.tap("Switch team messages off")
    await subscriber.tap("Undo: switch them on")
    await subscriber.sees("Messages from the team: on")


async def test_what_has_no_words_says_who_it_is_from_at_a_tap(
    harness: BotHarness, subscriber: Person, admin: Person
) -> None:
    place = await drafted(harness, admin, Content(kind="copy"), photo=True)
    await send(harness, place)
    assert await subscriber.labels() == [LABEL, "Switch team messages off"]
    await subscriber.tap(LABEL)
    await subscriber.hears("This one's from the GutSkin team.")


async def test_an_edit_is_seen_in_place_and_a_recall_leaves_nothing(
    harness: BotHarness, subscriber: Person, admin: Person
) -> None:
    before = len(await subscriber.messages())
    broadcast = await send(harness, await drafted(harness, admin, HELLO))
    edited = HELLO.model_copy(update={"text": "Sorry {first_name}, it's at nine.", "buttons": ()})
    await correct(harness, broadcast, "edit", edited)
    assert len(await subscriber.messages()) == before + 1
    await subscriber.sees(LABEL, "Sorry Rita, it's at nine.")
    assert await subscriber.labels() == ["Switch team messages off"]
    await correct(harness, broadcast, "recall", None)
    assert len(await subscriber.messages()) == before


async def test_a_photo_gets_other_words_and_an_album_goes_as_a_whole(
    harness: BotHarness, subscriber: Person, admin: Person
) -> None:
    before = len(await subscriber.messages())
    photo = Content(kind="copy", text="Look", has_caption=True)
    broadcast = await send(harness, await drafted(harness, admin, photo, photo=True, caption="x"))
    await subscriber.sees(LABEL, "Look")
    better = photo.model_copy(update={"text": "Look here"})
    await correct(harness, broadcast, "edit", better)
    await subscriber.sees(LABEL, "Look here")

    pictures = ("https://example.org/1.jpg", "https://example.org/2.jpg")
    items = tuple({"type": "photo", "media": picture} for picture in pictures)
    album = Content(kind="album", text="Two", media=items)
    broadcast = await send(harness, await drafted(harness, admin, album))
    assert len(await subscriber.messages()) == before + 3
    await correct(harness, broadcast, "edit", album.model_copy(update={"text": "Two more"}))
    assert LABEL in (await subscriber.messages())[-2]["text"]
    assert "Two more" in (await subscriber.messages())[-2]["text"]
    await correct(harness, broadcast, "recall", None)
    assert len(await subscriber.messages()) == before + 1


async def test_a_test_is_what_will_arrive_and_says_why_it_did_not(
    harness: BotHarness, subscriber: Person, admin: Person
) -> None:
    rules = harness.app.services.broadcasts
    draft = await drafted(harness, admin, HELLO)
    stranger = 77
    assert await rules.send_test(draft, [ADMIN, stranger]) == {ADMIN: "", stranger: "not_found"}
    await admin.sees(LABEL, "Hello Ada, your next tip comes soon.")
    assert await admin.labels() == ["Read more", "Switch team messages off"]
    await subscriber.block()
    assert await rules.send_test(draft, [subscriber.id]) == {subscriber.id: "blocked"}
    await subscriber.unblock()

    broadcast = await send(harness, draft)
    edit = await rules.correct(broadcast, ADMIN, "edit", Content(kind="text", text="Better"))
    recall = await rules.correct(broadcast, ADMIN, "recall")
    assert edit is not None
    assert recall is not None
    assert await rules.send_test(edit.id, [ADMIN]) == {ADMIN: ""}
    await admin.sees(LABEL, "Better")
    assert await rules.send_test(recall.id, [ADMIN]) == {}
