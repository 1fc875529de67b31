"""Forwarded words are words: they are read and answered, and carry nothing out."""

from __future__ import annotations

import pytest
from theatre import Person, Theatre

from bot.handlers.routes import ON_COMMAND

ORDERS = [f"/{name}" for name in ON_COMMAND] + [
    "/broadcast Buy my cream",
    "/stop@GutSkinBot",
    "/pause 7",
    "Stop!",
    "unsubscribe me",
]


@pytest.mark.parametrize("who", ["reader", "admin"])
async def test_no_order_that_was_forwarded_is_carried_out(theatre: Theatre, who: str) -> None:
    await theatre.reader("Rita")
    person = await (theatre.admin() if who == "admin" else theatre.person("Tom"))
    await person.begin()
    await person.say("Berlin")
    await person.tap("08:00")
    before = await theatre.app.house.readers.find(person.id)
    for words in ORDERS:
        await person.say(words, forwarded=True)
        await person.hears("forwarded", "send it to me yourself")
        assert await theatre.app.house.readers.find(person.id) == before, words
    assert await theatre.calls("copyMessage") == []
    assert await theatre.calls("sendDocument") == []
    assert await theatre.app.house.broadcasts.running() == []


async def test_a_newcomer_is_not_subscribed_by_a_forwarded_start(
    theatre: Theatre, newcomer: Person
) -> None:
    await newcomer.say("/start a-friend", forwarded=True)
    assert await theatre.app.house.readers.find(newcomer.id) is None


async def test_no_question_of_ours_is_answered_by_another(
    theatre: Theatre, newcomer: Person
) -> None:
    await newcomer.begin()
    asked = await theatre.app.house.readers.find(newcomer.id)
    await newcomer.say("Berlin", forwarded=True)
    assert await theatre.app.house.readers.find(newcomer.id) == asked
    await newcomer.share(52.52, 13.405, forwarded=True)
    await newcomer.sees("Berlin")
    assert await theatre.app.house.readers.find(newcomer.id) == asked
    await newcomer.say("Berlin")
    await newcomer.say("08:00", forwarded=True)
    found = await theatre.app.house.readers.find(newcomer.id)
    assert found is not None
    assert (found.zone, found.local_minute) == ("Europe/Berlin", None)


async def test_a_forwarded_question_is_answered(reader: Person) -> None:
    await reader.say("Do probiotics help with eczema?", forwarded=True)
    await reader.hears("robiotics")
    await reader.say("👍", forwarded=True)
    await reader.sees("I can only read words")


@pytest.mark.parametrize(
    "words", ["I can't breathe and my lips are swelling", "/stop I want to end my life"]
)
async def test_a_forwarded_cry_for_help_is_heard(reader: Person, words: str) -> None:
    await reader.say(words, forwarded=True)
    await reader.hears("emergency")


async def test_a_caption_that_was_forwarded_is_no_order_either(
    theatre: Theatre, admin: Person
) -> None:
    await theatre.reader()
    await admin.send(photo=True, caption="/broadcast", forwarded=True)
    await admin.sees("I can only read text")


async def test_what_old_servers_call_forwarded_is_forwarded(
    theatre: Theatre, reader: Person
) -> None:
    user = {"id": reader.id, "is_bot": False, "first_name": "Rita"}
    message = {
        "message_id": 9000, "date": 1772452800, "from": user, "text": "/stop",
        "chat": {"id": reader.id, "type": "private", "first_name": "Rita"},
        "forward_date": 1772452000, "forward_sender_name": "Someone",
    }  # fmt: skip
    await theatre.post("update", update={"message": message})
    await theatre.settle()
    found = await theatre.app.house.readers.find(reader.id)
    assert found is not None
    assert found.state == "active"


async def test_a_group_is_not_answered_for_a_forwarded_call(
    theatre: Theatre, reader: Person
) -> None:
    group = await theatre.post("groups", title="Eczema", type="supergroup", member=reader.id)
    sent = len(await theatre.calls("sendMessage"))
    await reader.say("/start@GutSkinBot", chat=group["id"], forwarded=True)
    assert len(await theatre.calls("sendMessage")) == sent


async def test_an_admin_may_broadcast_what_was_forwarded_to_them(
    theatre: Theatre, admin: Person
) -> None:
    await theatre.reader()
    said = await admin.say("Worth reading: a leaflet on moisturisers", forwarded=True)
    await admin.say("/broadcast", reply_to=said["message_id"])
    await admin.sees("1 ")
    assert "Send it now" in await admin.labels()
