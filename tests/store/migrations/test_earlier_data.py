"""What earlier versions have written is there after the upgrade, in its new shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.migrate import upgrade
from tests.store.migrations.revisions import KEPT, SUBSCRIBER_OF_BEFORE, run, scripts_up_to
from tips.models import EVERY_THEME

OF_THE_FIRST_RELEASE = (
    SUBSCRIBER_OF_BEFORE,
    SUBSCRIBER_OF_BEFORE.replace("VALUES (7,", "VALUES (8,"),
    (
        "INSERT INTO slot (id, zone, local_minute, next_at, next_date, cursor) "
        "VALUES (3, 'Europe/Berlin', 480, {now}, '2026-06-02', 1), "
        "(5, 'Asia/Tokyo', 600, {now}, '2026-06-02', 0)"
    ),
    (
        "INSERT INTO subscription (id, chat_id, kind, slot_id, state, weekdays, snoozed_until, "
        "not_before, spread) VALUES (1, 7, 'tip', 5, 'active', 127, {now}, '2026-06-01', 65535), "
        "(2, 8, 'tip', 3, 'off', 127, {now}, '2026-06-01', 0)"
    ),
    (
        "INSERT INTO delivery (kind, subscription_id, chat_id, local_date, state, due_at, "
        "ready_at, not_after, attempts, doubts) VALUES "
        "('tip', 1, 7, '2026-06-01', 'sent', {now}, {now}, {now}, 1, 0), "
        "('tip', 2, 8, '2026-06-01', 'queued', {now}, {now}, {now}, 0, 0), "
        "('tip', 99, 9, '2026-06-01', 'sent', {now}, {now}, {now}, 1, 0)"
    ),
)


async def test_a_database_of_the_first_release_keeps_its_readers_and_their_tips(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0001"))
    await run(database_url, *OF_THE_FIRST_RELEASE)
    assert await upgrade(database_url) is True
    seats = "SELECT id, chat_id, slot_id, spread FROM subscription ORDER BY chat_id"
    assert await run(database_url, seats) == [
        ((5 << 40) + (65535 << 24) + 1, 7, 5, 65535),
        ((3 << 40) + 2, 8, 3, 0),
    ]
    tips = (
        "SELECT d.chat_id, s.chat_id FROM delivery d "
        "LEFT JOIN subscription s ON s.id = d.subscription_id ORDER BY d.chat_id"
    )
    assert await run(database_url, tips) == [(7, 7), (8, 8), (9, None)]
    assert await run(database_url, "SELECT id, cursor FROM slot ORDER BY id") == [(3, 0), (5, 0)]


async def test_a_database_from_before_flood_waits_keeps_what_it_holds(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0003"))
    held = "INSERT INTO heartbeat (name, at, detail) VALUES ('held:bulk', {now}, '')"
    await run(database_url, SUBSCRIBER_OF_BEFORE, KEPT, held)
    assert await upgrade(database_url) is True
    assert await run(database_url, "SELECT tip_id FROM saved") == [("one-tip",)]
    assert await run(database_url, "SELECT name FROM heartbeat") == []
    waits = "SELECT lane, kind, chat_id FROM flood_wait"
    assert await run(database_url, waits) == [("bulk", "all", 0)]


BROADCASTS_OF_BEFORE = (
    SUBSCRIBER_OF_BEFORE,
    *(
        "INSERT INTO broadcast (id, admin_id, source_chat_id, source_message_id, state, audience, "
        "created_at, confirmed_at, total, frozen) "
        f"VALUES ({number}, 9, 9, 1, '{state}', 'active', {{now}}, {confirmed}, 1, {{false}})"
        for number, state, confirmed in (
            (1, "draft", "NULL"),
            (2, "sending", "{now}"),
            (3, "done", "{now}"),
            (4, "cancelled", "NULL"),
        )
    ),
)


async def test_broadcasts_of_before_keep_their_audience_and_are_not_reported_again(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0004"))
    await run(database_url, *BROADCASTS_OF_BEFORE)
    assert await upgrade(database_url) is True
    order = "SELECT id, ordinal, reported_at IS NULL FROM broadcast ORDER BY id"
    assert [tuple(row) for row in await run(database_url, order)] == [
        (1, None, True),
        (2, 1, True),
        (3, 1, False),
        (4, None, False),
    ]
    everyone = "SELECT count(*) FROM subscriber WHERE joined_after < 1"
    assert await run(database_url, everyone) == [(1,)]


@pytest.mark.parametrize(
    ("had", "has"), [(0xFF, EVERY_THEME), (0xFE, 0xFE), (1, 1), (0x1FF, EVERY_THEME)]
)
async def test_whoever_had_all_themes_has_those_to_come(
    database_url: str, tmp_path: Path, had: int, has: int
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0005"))
    await run(database_url, SUBSCRIBER_OF_BEFORE, f"UPDATE subscriber SET themes = {had}")
    assert await upgrade(database_url) is True
    assert await run(database_url, "SELECT themes FROM subscriber") == [(has,)]


async def test_a_database_from_before_refusals_were_counted_knows_of_none(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0006"))
    await run(database_url, SUBSCRIBER_OF_BEFORE, KEPT)
    assert await upgrade(database_url) is True
    assert await run(database_url, "SELECT tip_id FROM saved") == [("one-tip",)]
    counted = "SELECT chat_id, refused_days, refused_at, left_reason FROM subscriber"
    assert await run(database_url, counted) == [(7, 0, None, None)]


async def test_of_readers_of_before_it_is_not_known_what_they_got_last(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0007"))
    await run(database_url, SUBSCRIBER_OF_BEFORE)
    assert await upgrade(database_url) is True
    rows = await run(database_url, "SELECT recent FROM rotation")
    assert [bytes(row.recent) for row in rows] == [b""]


async def test_what_an_earlier_version_had_leased_may_have_been_begun(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0008"))
    row = (
        "INSERT INTO delivery (kind, chat_id, local_date, state, due_at, ready_at, not_after, "
        "attempts, doubts) VALUES ('tip', {}, '2026-06-01', '{}', {now}, {now}, {now}, 1, 0)"
    )
    await run(database_url, *(row.format(n, state, now="{now}") for n, state in LEASED_OR_NOT))
    assert await upgrade(database_url) is True
    begun = "SELECT state, begun FROM delivery ORDER BY chat_id"
    assert [(state, bool(was)) for state, was in await run(database_url, begun)] == [
        ("leased", True),
        ("queued", False),
        ("sent", False),
    ]


HAD = "UPDATE subscriber SET seen = {}, recent = {}, last_topic = 'gut', last_number = 5"


async def test_what_readers_of_before_have_had_lies_where_their_subscription_does(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0010"))
    on_sqlite = database_url.startswith("sqlite")
    seen, recent = ("x'20'", "x'0500'") if on_sqlite else ("'\\x20'", "'\\x0500'")
    seat = (5 << 40) + 8
    await run(
        database_url,
        SUBSCRIBER_OF_BEFORE,
        SUBSCRIBER_OF_BEFORE.replace("VALUES (7,", "VALUES (8,"),
        HAD.format(seen, recent),
        "INSERT INTO slot (id, zone, local_minute, next_at, next_date, cursor) "
        "VALUES (5, 'Europe/Berlin', 480, {now}, '2026-06-02', 0)",
        "INSERT INTO subscription (id, chat_id, kind, slot_id, state, weekdays, snoozed_until, "
        f"not_before, spread) VALUES ({seat}, 8, 'tip', 5, 'active', 127, {{now}}, "
        "'2026-06-01', 0)",
    )
    assert await upgrade(database_url) is True
    rows = await run(database_url, "SELECT * FROM rotation ORDER BY chat_id")
    had = [(row.chat_id, row.seat, bytes(row.seen), bytes(row.recent)) for row in rows]
    assert had == [(7, 7 - 2**62, b" ", b"\5\0"), (8, seat, b" ", b"\5\0")]
    assert {(row.last_topic, row.last_number) for row in rows} == {("gut", 5)}


LEASED_OR_NOT = ((1, "leased"), (2, "queued"), (3, "sent"))


RATED_BEFORE = (
    SUBSCRIBER_OF_BEFORE,
    *(
        f"INSERT INTO tip_vote (chat_id, tip_id, vote, at) VALUES (7, '{tip}', {vote}, {{now}})"
        for tip, vote in (("one", 1), ("two", -1))
    ),
    "INSERT INTO answer_vote (chat_id, answer_id, vote, at) VALUES (7, 'one', -1, {now})",
    "INSERT INTO miss (chat_id, answer_id, at) VALUES (7, 'one', {now})",
    *BROADCASTS_OF_BEFORE[1:],
    *(
        "INSERT INTO delivery (kind, broadcast_id, chat_id, state, due_at, ready_at, not_after, "
        f"attempts, doubts) VALUES ('broadcast', 3, {chat}, '{state}', {{now}}, {{now}}, {{now}}, "
        "1, 0)"
        for chat, state in ((7, "sent"), (8, "sent"), (9, "failed"))
    ),
    "INSERT INTO broadcast_tally (broadcast_id, state, reason, count) VALUES (3, 'sent', '', 40)",
)


async def test_what_was_rated_and_reached_before_is_counted_from_then_on(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0004"))
    await run(database_url, *RATED_BEFORE)
    assert await upgrade(database_url) is True
    counted = "SELECT name, sum(value) FROM counter GROUP BY name ORDER BY name"
    assert [(name, int(value)) for name, value in await run(database_url, counted)] == [
        ("answer_down", 1),
        ("missed", 1),
        ("reach.3", 42),
        ("tip_down", 1),
        ("tip_up", 1),
    ]
    tallies = "SELECT tip_id, up, down FROM tip_tally ORDER BY tip_id"
    assert await run(database_url, tallies) == [("one", 1, 0), ("two", 0, 1)]
