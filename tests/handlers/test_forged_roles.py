"""What an attacker tries: made-up buttons and links, other chats, edited and forwarded words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot_harness import ADMIN, BotHarness
from tests.handlers.team_stage import Team, gather, link_for
from tests.logbook import captured

MOMENT = 1772452800
OWNERS_ALONE = ("1rl:0", "1ro:{eve}", "1rs:{eve}:viewer", "1rx:{eve}", "1ri:editor")
EDITORS = (
    "1bd:confirm:1",
    "1bd:pause:1",
    "1bd:cancel:1",
    "1bd:cancel_sure:1",
    "1bd:resume:1",
    "1bd:retry:1",
)
VIEWERS = ("1ra:newest:0", "1as:7", "1bd:report:1")


@pytest.fixture
async def team(harness: BotHarness) -> Team:
    return await gather(harness)


async def state(team: Team) -> Any:
    members = await team.harness.app.services.admins.all()
    broadcasts = await team.harness.app.services.broadcasts.find(1)
    return members, broadcasts, await team.acts()


@pytest.fixture
async def broadcast(team: Team) -> None:
    await team.harness.subscriber()
    await team.editor.say("/broadcast Hello")


@pytest.mark.parametrize("data", [*OWNERS_ALONE, *EDITORS, *VIEWERS])
async def test_whoever_has_not_the_role_does_nothing_by_a_forged_button(
    team: Team, broadcast: None, data: str
) -> None:
    before, forged = await state(team), data.format(eve=team.editor.id)
    refused = [team.stranger]
    if data not in VIEWERS:
        refused.append(team.viewer)
    if data in OWNERS_ALONE:
        refused.append(team.editor)
    for person in refused:
        await person.say("/help")
        shown = len(await person.messages())
        await person.forge(forged)
        await person.hears("I've changed nothing")
        assert len(await person.messages()) == shown, "nothing is shown either"
    assert await state(team) == before


async def test_buttons_of_yesterday_do_nothing_once_the_role_is_gone(
    team: Team, broadcast: None
) -> None:
    await team.owner.say("/admins")
    await team.owner.forge(f"1rx:{team.editor.id}")
    before = await state(team)
    draft = next(m for m in await team.editor.messages() if "Send the message above?" in m["text"])
    await team.editor.forge("1bd:confirm:1", message_id=draft["message_id"])
    await team.editor.hears("Only the team can do that")
    assert await state(team) == before


@pytest.mark.parametrize(
    "data",
    [
        "1rs:{eve}:owner", "1rs:0:editor", "1rs:-5:editor", "1rs:99999999999999999999:editor",
        "1rx:0", "1rx:", "1rx:{eve}:1", "1ri:owner", "1ri:", "1rl:-1", "1rl:1000",
        "1ra:newest:-1", "1ra:sideways:1", "1ro:07",
    ],
)  # fmt: skip
async def test_data_that_no_button_carries_is_refused_even_to_an_owner(
    team: Team, data: str
) -> None:
    before = await state(team)
    await team.owner.forge(data.format(eve=team.editor.id))
    await team.owner.hears("that button doesn't work")
    assert await state(team) == before


async def test_an_owner_cannot_take_a_role_from_whoever_has_none_or_is_an_owner(
    team: Team,
) -> None:
    before = await state(team)
    for user in (team.stranger.id, ADMIN, 2**63 - 1):
        await team.owner.forge(f"1rx:{user}")
        await team.owner.forge(f"1rs:{user}:viewer")
        await team.owner.forge(f"1ro:{user}")
    assert await state(team) == before


@pytest.mark.parametrize(
    "parameter", ["invite_", "invite_x", "invite_" + "A" * 32, "invite_" + "-" * 57, "INVITE_x"]
)
async def test_a_guessed_link_gives_nothing_and_stores_nothing(team: Team, parameter: str) -> None:
    before = await state(team)
    await team.stranger.say(f"/start {parameter}")
    await team.stranger.hears()
    assert await state(team) == before
    assert await team.harness.app.services.subscribers.find(team.stranger.id) is None


async def test_a_used_and_a_made_up_link_are_told_in_the_same_words(team: Team) -> None:
    link = await link_for(team.owner, "editor")
    await team.stranger.say(f"/start {link}")
    zoe = await team.harness.person("Zoe")
    heard = []
    for parameter in (link, "invite_" + "A" * 32):
        await zoe.say(f"/start {parameter}")
        heard.append((await zoe.sees("that invitation"))["text"])
    assert heard[0] == heard[1]


async def post(harness: BotHarness, kind: str, **fields: Any) -> None:
    await harness.post("update", update={kind: {"message_id": 7001, "date": MOMENT, **fields}})
    await harness.settle()


async def test_a_link_opened_in_a_group_a_channel_or_by_an_edit_is_left_alone(team: Team) -> None:
    link, sam = await link_for(team.owner, "editor"), team.stranger
    private = {"id": sam.id, "type": "private", "first_name": "Sam"}
    person = {"id": sam.id, "is_bot": False, "first_name": "Sam"}
    group = {"id": -100500, "type": "supergroup", "title": "Us"}
    channel = {"id": -100600, "type": "channel", "title": "News"}
    words = {"text": f"/start {link}"}
    before = await state(team)
    await post(team.harness, "message", chat=group, **{"from": person}, **words)
    await post(team.harness, "channel_post", chat=channel, sender_chat=channel, **words)
    await post(team.harness, "edited_message", chat=private, edit_date=MOMENT,
               **{"from": person}, **words)  # fmt: skip
    await post(team.harness, "edited_channel_post", chat=channel, edit_date=MOMENT, **words)
    assert await state(team) == before
    await sam.say(f"/start {link}")
    await sam.sees("you're now an editor")


async def test_another_bot_that_opens_a_link_gets_no_role(team: Team) -> None:
    link = await link_for(team.owner, "editor")
    other = {"id": 777, "is_bot": True, "first_name": "Other"}
    chat = {"id": 777, "type": "private", "first_name": "Other"}
    await post(team.harness, "message", chat=chat, text=f"/start {link}", **{"from": other})
    assert await team.harness.app.services.admins.role_of(777) is None


async def test_a_forwarded_link_or_command_is_read_and_not_obeyed(team: Team) -> None:
    link = await link_for(team.owner, "editor")
    before = await state(team)
    origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": MOMENT}
    for person, words in (
        (team.stranger, f"/start {link}"),
        (team.owner, "/invite editor"),
        (team.owner, "/admins"),
    ):
        chat = {"id": person.id, "type": "private", "first_name": person.name}
        sender = {"id": person.id, "is_bot": False, "first_name": person.name}
        date = int(team.harness.clock.now().timestamp())
        await post(team.harness, "message", chat=chat, text=words, date=date,
                   forward_origin=origin, **{"from": sender})  # fmt: skip
    assert await state(team) == before


@pytest.mark.parametrize("command", ["/admins", "/invite editor", "/audit"])
async def test_an_owners_command_in_a_group_shows_nothing_there(team: Team, command: str) -> None:
    before = await state(team)
    group = {"id": -100500, "type": "supergroup", "title": "Us"}
    sender = {"id": ADMIN, "is_bot": False, "first_name": "Ada"}
    await post(team.harness, "message", chat=group, text=command, **{"from": sender})
    sent = [call for call in await team.harness.calls() if str(-100500) in str(call)]
    assert not [call for call in sent if "invite_" in str(call) or "Eve" in str(call)]
    assert await state(team) == before


async def test_neither_the_secret_nor_a_name_is_logged_or_kept(team: Team) -> None:
    with captured("DEBUG") as log:
        link = await link_for(team.owner, "editor")
        await team.stranger.say(f"/start {link}")
        await team.owner.say("/admins")
        await team.owner.say("/audit")
    secret = link.removeprefix("invite_")
    assert secret not in log.getvalue()
    assert "Sam" not in log.getvalue()
    files = [file for file in team.harness.settings.data_dir.rglob("*") if file.is_file()]
    held = b"".join(file.read_bytes() for file in files)
    assert secret.encode() not in held
    assert b"Eve" not in held


async def test_a_name_that_looks_like_markup_is_shown_as_it_is(team: Team) -> None:
    mallory = await team.harness.person("<b>Ada</b> &amp;")
    await mallory.say(f"/start {await link_for(team.owner, 'viewer')}")
    await team.owner.say("/admins")
    await team.owner.sees("<b>Ada</b> &amp;: viewer")


async def test_an_invitation_that_could_not_be_shown_is_made_once(team: Team) -> None:
    """A flood in the middle of the answer: the same link comes later, not another one."""
    before = (await team.acts()).count("invite")
    await team.harness.fault("429", method="sendMessage", retry_after=20, times=1)
    await team.owner.say("/invite editor")
    await team.harness.pass_time(seconds=60)
    assert (await team.acts()).count("invite") == before + 1
    shown = [m for m in await team.owner.messages() if "?start=invite_" in m["text"]]
    assert len(shown) == 3, "two for those who are in the team, and this one"


async def test_whoever_accepts_in_a_flood_is_welcomed_after_it(team: Team) -> None:
    link = await link_for(team.owner, "editor")
    await team.harness.fault("429", method="sendMessage", retry_after=20, times=1)
    await team.stranger.say(f"/start {link}")
    await team.harness.pass_time(seconds=60)
    texts = [message["text"] for message in await team.stranger.messages()]
    assert sum("You're in" in text for text in texts) == 1


async def test_a_name_that_turns_the_writing_round_leaves_the_role_readable(team: Team) -> None:
    mallory = await team.harness.person("Mal\u202erotide\u2066")
    await mallory.say(f"/start {await link_for(team.owner, 'viewer')}")
    await team.owner.say("/admins")
    shown = await team.owner.sees("Malrotide: viewer")
    assert "\u202e" not in shown["text"]


async def test_a_button_that_somebody_taps_in_a_group_does_nothing_there(team: Team) -> None:
    before = await state(team)
    group = {"id": -100500, "type": "supergroup", "title": "Us"}
    sender = {"id": ADMIN, "is_bot": False, "first_name": "Ada"}
    message = {"message_id": 5, "date": MOMENT, "chat": group, "text": "The team"}
    for number, data in enumerate(("1ri:editor", f"1rx:{team.editor.id}", "1ra:newest:0")):
        tap = {"id": f"{number}", "chat_instance": "1", "data": data, "message": message}
        await team.harness.post("update", update={"callback_query": {**tap, "from": sender}})
        await team.harness.settle()
    assert await state(team) == before
    assert not [call for call in await team.harness.calls("sendMessage") if "-100500" in str(call)]


async def test_a_tap_that_names_no_message_is_judged_by_who_tapped(team: Team) -> None:
    before = await state(team)
    sender = {"id": team.viewer.id, "is_bot": False, "first_name": "Vic"}
    tap = {"id": "9", "chat_instance": "1", "data": "1ri:editor", "inline_message_id": "abc"}
    await team.harness.post("update", update={"callback_query": {**tap, "from": sender}})
    await team.harness.settle()
    assert await state(team) == before


async def test_links_of_an_owner_who_erased_themselves_are_worth_nothing(team: Team) -> None:
    link = await link_for(team.owner, "editor")
    await team.owner.say("/forget")
    await team.owner.tap("Yes, erase everything")
    await team.stranger.say(f"/start {link}")
    await team.stranger.sees("that invitation doesn't work")
    assert await team.role_of(team.owner) == "owner", "who stands in the settings stays"


async def test_an_editor_who_erases_themselves_leaves_the_team_and_no_trace(team: Team) -> None:
    await team.editor.say("/forget")
    await team.editor.sees("You'll also leave the team")
    await team.editor.tap("Yes, erase everything")
    assert await team.role_of(team.editor) is None
    entries = await team.harness.app.services.audit.entries(100)
    assert str(team.editor.id) not in str(entries)
    assert (entries[0].actor, entries[0].act, entries[0].before) == (
        0, "left", '{"role":"editor"}',
    )  # fmt: skip
    menu = await team.harness.get("commands", user=team.editor.id)
    assert "broadcast" not in {item["command"] for item in menu}
    await team.viewer.say("/audit")
    await team.viewer.sees("Somebody erased all about themselves, and so left the team")


async def test_a_subscriber_is_not_told_of_a_team_before_they_erase(team: Team) -> None:
    rita = await team.harness.subscriber()
    await rita.say("/forget")
    assert "team" not in (await rita.sees("Erase everything about you?"))["text"]
