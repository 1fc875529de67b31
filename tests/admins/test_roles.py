"""Who has which role, who may give one, and what becomes of an invitation."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot.admins.admins import LASTS, Admins, NotAllowedError
from bot.admins.audit import Audit
from bot.admins.roles import Role
from bot.clock import MovableClock
from bot.store.database import Database
from bot.store.tables import invitation, login

OWNER, OTHER_OWNER, EVE, VIC, SAM = 9000, 9001, 501, 502, 503
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(START)


@pytest.fixture
def admins(db: Database, clock: MovableClock) -> Admins:
    return Admins(db, clock, {OWNER, OTHER_OWNER})


async def join(admins: Admins, user_id: int, role: Role) -> None:
    accepted = await admins.accept(await admins.invite(role, OWNER), user_id)
    assert accepted is not None
    assert (accepted.role, accepted.new, accepted.invited_by) == (role, True, OWNER)


async def acts(db: Database, clock: MovableClock) -> list[tuple[int, str, str]]:
    entries = await Audit(db, clock).entries(50)
    return [(entry.actor, entry.act, entry.subject) for entry in reversed(entries)]


async def test_each_role_may_what_those_below_may(admins: Admins) -> None:
    await join(admins, EVE, Role.EDITOR)
    await join(admins, VIC, Role.VIEWER)
    allowed = {
        user: [what for what in ("look", "edit", "own") if await admins.may(user, what)]
        for user in (OWNER, EVE, VIC, SAM)
    }
    assert allowed == {OWNER: ["look", "edit", "own"], EVE: ["look", "edit"], VIC: ["look"],
                       SAM: []}  # fmt: skip


async def test_who_can_be_told_of_something_is_whoever_has_the_role_for_it(admins: Admins) -> None:
    await join(admins, EVE, Role.EDITOR)
    await join(admins, VIC, Role.VIEWER)
    assert await admins.everyone() == [OWNER, OTHER_OWNER, EVE, VIC]
    assert await admins.everyone(least="editor") == [OWNER, OTHER_OWNER, EVE]
    assert await admins.everyone(least="owner") == [OWNER, OTHER_OWNER]


async def test_an_owner_who_is_in_the_table_as_well_is_an_owner_once(
    db: Database, clock: MovableClock, admins: Admins
) -> None:
    await join(admins, EVE, Role.VIEWER)
    promoted = Admins(db, clock, {OWNER, EVE})
    assert await promoted.role_of(EVE) is Role.OWNER
    assert [one.user_id for one in await promoted.all()] == [EVE, OWNER]


async def test_the_database_holds_no_secret_that_opens_the_link(
    db: Database, admins: Admins
) -> None:
    secret = await admins.invite(Role.EDITOR, OWNER)
    async with db.read() as session:
        (row,) = (await session.execute(select(invitation))).all()
    assert secret not in str(row)
    assert len(secret) >= 32
    assert await admins.accept(row.token_hash, EVE) is None, "the fingerprint is no key"


async def test_two_secrets_are_never_alike(admins: Admins) -> None:
    secrets = [await admins.invite(Role.VIEWER, OWNER) for _ in range(20)]
    assert len({secret[:8] for secret in secrets}) == 20


async def test_of_several_who_open_one_link_at_once_one_gets_the_role(
    db: Database, clock: MovableClock, admins: Admins
) -> None:
    secret = await admins.invite(Role.EDITOR, OWNER)
    people = range(600, 606)
    replica = Admins(db, clock, {OWNER})
    found = await asyncio.gather(
        *((admins if one % 2 else replica).accept(secret, one) for one in people)
    )
    (winner,) = (one for one, accepted in zip(people, found, strict=True) if accepted)
    assert [one for one in people if await admins.role_of(one)] == [winner]
    assert await acts(db, clock) == [
        (OWNER, "invite", "invitation"),
        (winner, "accept", f"admin {winner}"),
    ]


async def test_one_person_who_opens_it_twice_at_once_has_the_role_once(
    db: Database, clock: MovableClock, admins: Admins
) -> None:
    secret = await admins.invite(Role.EDITOR, OWNER)
    found = await asyncio.gather(admins.accept(secret, EVE), admins.accept(secret, EVE))
    assert [one.new for one in found if one is not None].count(True) == 1
    assert [act for _, act, _ in await acts(db, clock)] == ["invite", "accept"]


async def test_a_link_lasts_for_two_days_to_the_second(
    admins: Admins, clock: MovableClock
) -> None:
    in_time, late = (
        await admins.invite(Role.VIEWER, OWNER),
        await admins.invite(Role.VIEWER, OWNER),
    )
    clock.move((LASTS - timedelta(seconds=1)).total_seconds())
    assert await admins.accept(in_time, VIC) is not None
    clock.move(1)
    assert await admins.accept(late, SAM) is None
    assert await admins.role_of(SAM) is None


@pytest.mark.parametrize("secret", ["", "x", "a" * 57, "../../etc", "%", "ünïcode", "\0"])
async def test_a_made_up_link_gives_nothing(admins: Admins, secret: str) -> None:
    await admins.invite(Role.EDITOR, OWNER)
    assert await admins.accept(secret, SAM) is None
    assert await admins.role_of(SAM) is None


async def test_a_secret_is_taken_whole_and_as_it_is(admins: Admins) -> None:
    secret = await admins.invite(Role.EDITOR, OWNER)
    for near in (secret[:-1], secret + "x", secret.swapcase(), f" {secret}"):
        assert await admins.accept(near, SAM) is None
    assert await admins.accept(secret, SAM) is not None


async def test_a_link_of_somebody_who_is_no_owner_any_more_is_worth_nothing(
    db: Database, clock: MovableClock, admins: Admins
) -> None:
    secret = await admins.invite(Role.EDITOR, OTHER_OWNER)
    assert await Admins(db, clock, {OWNER}).accept(secret, SAM) is None


async def test_whoever_has_as_much_already_leaves_the_link_to_others(admins: Admins) -> None:
    await join(admins, EVE, Role.EDITOR)
    secret = await admins.invite(Role.VIEWER, OWNER)
    for had in (OWNER, EVE):
        accepted = await admins.accept(secret, had)
        assert accepted is not None
        assert not accepted.new
    assert await admins.role_of(EVE) is Role.EDITOR
    assert await admins.accept(secret, VIC) is not None


async def test_a_viewer_becomes_an_editor_by_an_editors_link(admins: Admins) -> None:
    await join(admins, VIC, Role.VIEWER)
    await join(admins, VIC, Role.EDITOR)
    assert await admins.role_of(VIC) is Role.EDITOR


async def test_whoever_was_removed_cannot_use_their_old_link_again(admins: Admins) -> None:
    secret = await admins.invite(Role.EDITOR, OWNER)
    assert await admins.accept(secret, EVE) is not None
    assert await admins.remove(EVE, OWNER)
    assert await admins.accept(secret, EVE) is None
    assert await admins.role_of(EVE) is None


async def test_a_change_is_written_down_once_with_what_was_before(
    db: Database, clock: MovableClock, admins: Admins
) -> None:
    await join(admins, EVE, Role.VIEWER)
    assert await admins.set_role(EVE, Role.EDITOR, OWNER)
    assert not await admins.set_role(EVE, Role.EDITOR, OWNER)
    assert await admins.remove(EVE, OTHER_OWNER)
    assert not await admins.remove(EVE, OTHER_OWNER)
    assert not await admins.set_role(EVE, Role.VIEWER, OWNER)
    removed, changed, accepted, _invited = await Audit(db, clock).entries()
    assert (removed.actor, removed.before, removed.after) == (
        OTHER_OWNER, '{"role":"editor"}', None,
    )  # fmt: skip
    assert (changed.before, changed.after) == ('{"role":"viewer"}', '{"role":"editor"}')
    assert (accepted.actor, accepted.before, accepted.after) == (EVE, None, '{"role":"viewer"}')


async def test_two_owners_who_remove_somebody_at_once_do_it_once(
    db: Database, clock: MovableClock, admins: Admins
) -> None:
    for _ in range(3):
        await join(admins, EVE, Role.EDITOR)
        owners = (OWNER, OTHER_OWNER) * 2
        done = await asyncio.gather(*(admins.remove(EVE, by) for by in owners))
        assert sorted(done) == [False, False, False, True]
    assert [act for _, act, _ in await acts(db, clock)].count("remove") == 3


async def test_two_owners_who_change_a_role_at_once_do_it_once(
    db: Database, clock: MovableClock, admins: Admins
) -> None:
    await join(admins, EVE, Role.VIEWER)
    for role in (Role.EDITOR, Role.VIEWER, Role.EDITOR):
        owners = (OWNER, OTHER_OWNER) * 2
        done = await asyncio.gather(*(admins.set_role(EVE, role, by) for by in owners))
        assert sorted(done) == [False, False, False, True]
    assert [act for _, act, _ in await acts(db, clock)].count("role") == 3


@pytest.mark.parametrize("by", [EVE, VIC, SAM, 0, -1])
async def test_the_rule_itself_refuses_whoever_is_no_owner(admins: Admins, by: int) -> None:
    await join(admins, EVE, Role.EDITOR)
    await join(admins, VIC, Role.VIEWER)
    for act in (
        admins.invite(Role.EDITOR, by),
        admins.set_role(VIC, Role.EDITOR, by),
        admins.remove(EVE, by),
    ):
        with pytest.raises(NotAllowedError):
            await act
    assert [await admins.role_of(user) for user in (EVE, VIC)] == [Role.EDITOR, Role.VIEWER]


async def test_nobody_becomes_an_owner_by_a_link_or_a_change(admins: Admins) -> None:
    await join(admins, EVE, Role.EDITOR)
    with pytest.raises(ValueError, match="owners stand in the settings"):
        await admins.invite(Role.OWNER, OWNER)
    with pytest.raises(ValueError, match="owners stand in the settings"):
        await admins.set_role(EVE, Role.OWNER, OWNER)


async def test_an_owner_cannot_be_removed_from_here(admins: Admins) -> None:
    assert not await admins.remove(OTHER_OWNER, OWNER)
    assert await admins.role_of(OTHER_OWNER) is Role.OWNER


async def test_what_another_replica_took_away_is_gone_at_once(
    db: Database, clock: MovableClock, admins: Admins
) -> None:
    await join(admins, EVE, Role.EDITOR)
    replica = Admins(db, clock, {OWNER})
    assert await replica.may(EVE, "edit")
    await admins.remove(EVE, OWNER)
    assert not await replica.may(EVE, "look")


async def test_whoever_is_removed_is_logged_out_everywhere(db: Database, admins: Admins) -> None:
    await join(admins, EVE, Role.EDITOR)
    async with db.write() as session:
        for user in (EVE, OWNER):
            row = {"token_hash": f"{user}", "session": True, "user_id": user}
            await session.execute(insert(login).values(**row, made_at=START, expires_at=START))
    await admins.remove(EVE, OWNER)
    async with db.read() as session:
        assert list(await session.scalars(select(login.c.user_id))) == [OWNER]


async def test_links_that_have_run_out_are_forgotten(
    db: Database, clock: MovableClock, admins: Admins
) -> None:
    await join(admins, EVE, Role.EDITOR)
    clock.move(LASTS.total_seconds() / 2)
    secret = await admins.invite(Role.VIEWER, OWNER)
    clock.move(LASTS.total_seconds() / 2)
    await admins.prune()
    async with db.read() as session:
        assert len((await session.execute(select(invitation))).all()) == 1
    assert await admins.accept(secret, VIC) is not None
