"""Roles over Telegram: invited by a link, listed, changed, removed; each does what it may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.store.database import Database
from bot.texts import commands
from tests.bot_harness import ADMIN, BotHarness, Person, open_harness
from tests.handlers.team_stage import LINK, Team, gather, link_for

OF_ROLES = {one.name: one.who for one in commands.COMMANDS if one.who != "everyone"}


@pytest.fixture
async def harness(db: Database, database_url: str, tmp_path: Path) -> AsyncIterator[BotHarness]:
    async with open_harness(tmp_path / "bot", database_url=SecretStr(database_url)) as stage:
        yield stage


@pytest.fixture
async def team(harness: BotHarness) -> Team:
    return await gather(harness)


async def menu(harness: BotHarness, person: Person) -> set[str]:
    found = await harness.get("commands", user=person.id)
    return {item["command"] for item in found} & set(OF_ROLES)


async def test_an_invitation_is_a_message_to_forward_whose_link_gives_the_role_once(
    harness: BotHarness,
) -> None:
    owner, eve = await harness.admin(), await harness.person("Eve")
    await owner.say("/invite")
    await owner.sees("Who would you like to invite?")
    await owner.tap("Invite an editor")
    await owner.hears("Forward the next message", "as an editor", "and to nobody else")
    text = (await owner.sees("You're invited", "works once, for two days"))["text"]
    found = LINK.search(text)
    assert found is not None
    assert found[1] == harness.app.services.client.username
    assert len(found[2]) <= 64, "Telegram takes no longer parameter"
    await eve.say(f"/start {found[2]}")
    await eve.sees("You're in: you're now an editor", "/broadcast", "/audit")
    assert "What I keep" not in await eve.hears(), "an admin need not subscribe"
    assert await harness.app.services.subscribers.find(eve.id) is None
    await owner.sees("Eve has used your invitation and is now an editor")
    assert await menu(harness, eve) == {name for name, who in OF_ROLES.items() if who != "own"}


async def test_a_link_that_was_used_is_kindly_refused(team: Team) -> None:
    link = await link_for(team.owner, "editor")
    await team.stranger.say(f"/start {link}")
    other = await team.harness.person("Zoe")
    await other.say(f"/start {link}")
    await other.sees("that invitation doesn't work", "Ask whoever sent it for a new one")
    assert await team.role_of(other) is None
    await team.stranger.say(f"/start {link}")
    await team.stranger.sees("You're an editor already")


async def test_a_link_older_than_two_days_is_kindly_refused(team: Team) -> None:
    link = await link_for(team.owner, "viewer")
    await team.harness.pass_time(hours=48)
    await team.stranger.say(f"/start {link}")
    await team.stranger.sees("that invitation doesn't work")
    assert await team.role_of(team.stranger) is None
    await team.stranger.tap("Get tips")
    assert "Yes, start" in await team.stranger.labels()


async def test_a_subscriber_who_joins_the_team_stays_a_subscriber(harness: BotHarness) -> None:
    owner, rita = await harness.admin(), await harness.subscriber()
    await rita.say(f"/start {await link_for(owner, 'viewer')}")
    await rita.sees("you're now a viewer")
    known = await harness.app.services.subscribers.find(rita.id)
    assert known is not None
    assert known.state == "active"


async def test_the_list_shows_who_is_in_the_team_by_the_names_of_now(team: Team) -> None:
    await team.owner.say("/admins")
    shown = await team.owner.sees(
        "Ada (you): owner", "Eve: editor since today", "Vic: viewer since today"
    )
    assert "Sam" not in shown["text"]
    assert await team.owner.labels() == ["Eve", "Vic", "Invite an editor", "Invite a viewer"]


async def test_somebody_of_whom_telegram_tells_no_name_is_shown_by_number(team: Team) -> None:
    await team.harness.fault(
        "error",
        method="getChat",
        times=10,
        error_code=400,
        description="Bad Request: chat not found",
    )
    await team.owner.say("/admins")
    await team.owner.sees(f"number {team.editor.id}: editor")


async def test_a_role_is_changed_by_a_tap_and_its_holder_is_told(team: Team) -> None:
    await team.owner.say("/admins")
    await team.owner.tap("Vic")
    await team.owner.sees("Vic: viewer", "They change nothing")
    await team.owner.tap("Make them an editor")
    await team.owner.sees("Vic: editor")
    await team.viewer.sees("you're now an editor")
    assert await team.role_of(team.viewer) == "editor"
    assert "broadcast" in await menu(team.harness, team.viewer)


async def test_whoever_is_removed_is_told_and_loses_menu_and_commands(team: Team) -> None:
    await team.owner.say("/admins")
    await team.owner.tap("Eve")
    await team.owner.tap("Remove from the team")
    assert "Eve" not in (await team.owner.sees("The team"))["text"]
    await team.editor.sees("An owner of this bot has ended your role")
    assert await menu(team.harness, team.editor) == set()
    await team.editor.say("/broadcast Hello")
    await team.editor.sees("I don't know that one")


async def test_who_cannot_be_told_is_removed_all_the_same(team: Team) -> None:
    await team.editor.block()
    await team.owner.say("/admins")
    await team.owner.tap("Eve")
    await team.owner.tap("Remove from the team")
    await team.owner.sees("The team")
    assert await team.role_of(team.editor) is None


async def test_the_second_of_two_taps_changes_nothing(team: Team) -> None:
    await team.owner.say("/admins")
    await team.owner.forge(f"1rx:{team.editor.id}")
    await team.owner.say("/admins")
    await team.owner.forge(f"1rx:{team.editor.id}")
    await team.owner.hears("That's done already")
    assert (await team.acts()).count("remove") == 1


@pytest.mark.parametrize("command", sorted(OF_ROLES))
async def test_each_has_the_commands_of_their_role_and_no_more(team: Team, command: str) -> None:
    who = OF_ROLES[command]
    has = {"look": ["Ada", "Eve", "Vic"], "edit": ["Ada", "Eve"], "own": ["Ada"]}[who]
    for person in (team.owner, team.editor, team.viewer, team.stranger):
        await person.say(f"/{command}")
        heard = await person.hears()
        if person is team.stranger:
            assert "I don't know that one" in heard
        else:
            assert ("I've changed nothing" in heard) == (person.name not in has), heard
        await person.say("/help")
        assert (f"/{command}:" in await person.hears()) == (person.name in has)


async def test_a_viewer_sees_figures_and_the_log_and_an_editor_sends(team: Team) -> None:
    await team.harness.subscriber()
    await team.viewer.say("/broadcast Hello")
    await team.viewer.sees("As a viewer you can look, but that takes an editor")
    await team.viewer.say("/stats")
    await team.viewer.hears()
    await team.editor.say("/broadcast Hello")
    await team.editor.tap("Send it now")
    assert [act for act in await team.acts() if act in ("draft", "confirm")] == [
        "draft", "confirm",
    ]  # fmt: skip


async def test_the_log_tells_the_team_who_did_what(team: Team) -> None:
    await team.owner.say("/admins")
    await team.owner.forge(f"1rs:{team.viewer.id}:editor")
    await team.viewer.say("/audit")
    await team.viewer.sees(
        "What the team has changed",
        "Ada made an invitation: role editor",
        "Eve took up an invitation: role editor",
        "Ada changed the role of Vic: role editor (was viewer)",
    )


async def test_the_log_is_leafed_through_twenty_at_a_time(team: Team) -> None:
    for number in range(1, 46):
        await team.harness.app.services.audit.record(None, ADMIN, "pause", f"broadcast {number}")
    await team.viewer.say("/audit")
    first = await team.viewer.sees("broadcast 45", "broadcast 26")
    assert "broadcast 25" not in first["text"]
    assert await team.viewer.labels() == ["Older ▶"]
    await team.viewer.tap("Older ▶")
    await team.viewer.sees("broadcast 25", "broadcast 6")
    assert await team.viewer.labels() == ["◀ Newer", "Older ▶"]
    await team.viewer.tap("◀ Newer")
    await team.viewer.sees("broadcast 45", "broadcast 26")


async def test_an_empty_log_says_so(harness: BotHarness) -> None:
    owner = await harness.admin()
    await owner.say("/audit")
    await owner.sees("Nothing has been changed yet")
