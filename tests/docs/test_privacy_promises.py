"""What PRIVACY.md and /privacy promise of times and places is what the code's constants say."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import chain

import pytest

from bot.admins.audit import KEPT
from bot.app import UPKEEP_S
from bot.config import Settings
from bot.delivery.retention import COUNTED_BY_HOUR, TALLIED
from bot.handlers.start import LINK_LONGEST
from bot.questions.questions import KEPT as QUESTION_KEPT
from bot.store.migrate import COPY
from bot.store.models import Table
from bot.subscribers.schedule import KEPT_DAYS
from bot.texts.catalogue import translator
from bot.texts.privacy import privacy
from bot.upkeep import BACKUP_EVERY, BACKUPS, BACKUPS_KEPT, REMEMBER_UPDATES
from tests.docs import tables

EN = translator("en")

PRIVACY = " ".join((tables.ROOT / "docs" / "PRIVACY.md").read_text("utf-8").split())
CHAT = " ".join(privacy(EN, erase_after_days=90).plain.split())
NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NAMED = {1 / 24: "an hour", 1.0: "a day", 7.0: "a week", 365.0: "a year"}


def number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def span(time: timedelta) -> str:
    """As one says it; some minutes make no difference to a day."""
    hours = round(time.total_seconds() / 3600)
    days = hours / 24
    return NAMED.get(days) or f"{number(round(days))} days"


def days(count: int) -> timedelta:
    return timedelta(days=count)


YEAR = span(days(Settings.model_fields["erase_after_days"].default))
PROMISED = (
    (PRIVACY, f"{number(KEPT_DAYS)} days, then only counts without a subscriber"),
    (PRIVACY, f"by the hour for {number(COUNTED_BY_HOUR)} days, then by the day"),
    (PRIVACY, f"thumbs on a single tip for {TALLIED} days"),
    (PRIVACY, f"without the chat's, for {span(REMEMBER_UPDATES)}"),
    (PRIVACY, f"`GUTSKIN_ERASE_AFTER_DAYS` ({YEAR})"),
    (PRIVACY, f"within about {span(timedelta(seconds=UPKEEP_S))}"),
    (PRIVACY, f"| `question` | to answer it, better texts | {span(QUESTION_KEPT)} at most"),
    (PRIVACY, f"answered or not, after {span(QUESTION_KEPT)} at most"),
    (CHAT, f"without your name, for {span(QUESTION_KEPT)} at most"),
    (PRIVACY, f"`{BACKUPS}` in the data folder once {span(BACKUP_EVERY)}"),
    (PRIVACY, f"the last {number(BACKUPS_KEPT)} are kept"),
    (PRIVACY, f"gone from them after {span(BACKUPS_KEPT * days(1))} in which"),
    (PRIVACY, f"of which it holds {LINK_LONGEST} characters"),
    (PRIVACY, f"`…{COPY}`"),
    (PRIVACY, f"{span(KEPT)}; after the admin's"),
    (CHAT, f"for {span(days(KEPT_DAYS))}: when each message was sent"),
    (CHAT, f"its last {number(BACKUPS_KEPT)} daily ones"),
    (CHAT, f"after about {span(BACKUPS_KEPT * days(1))}"),
    (CHAT, "after 90 days"),
)
TIMES = re.compile(rf"\b(?:an?|\d+|{'|'.join(NUMBERS)})\s(?:minute|hour|day|week|month|year)s?\b")


@pytest.mark.parametrize(("text", "promise"), PROMISED, ids=[promise for _, promise in PROMISED])
def test_it_is_what_the_code_does(text: str, promise: str) -> None:
    assert promise in text


@pytest.mark.parametrize("text", [PRIVACY, CHAT], ids=["PRIVACY.md", "/privacy"])
def test_no_time_is_promised_that_is_held_to_nothing(text: str) -> None:
    held = sorted((promise for whose, promise in PROMISED if whose is text), key=len)
    for promise in reversed(held):
        text = text.replace(promise, "")
    assert TIMES.findall(text) == []


def test_every_table_is_in_the_list_or_holds_no_person() -> None:
    listed = set(re.findall(r"`(\w+)`", PRIVACY.split("Not stored:")[0]))
    assert set(Table.metadata.tables) - listed == {"slot", "heartbeat"}


COLUMNS = {
    "chat number": "chat_id", "language": "language", "time zone": "zone",
    "hour": "local_minute", "weekdays": "weekdays", "themes": "themes",
    "who their tips are for": "audience", "whether tips come quietly": "quiet",
    "whether news from the team comes": "announcements",
    "on which day (UTC) they last wrote or tapped": "active_on",
    "whether they are active": "state state_before",
    "have paused (until when)": "paused_until",
    "whether a pause has just ended": "pause_ended",
    "left (when, and why)": "left_at left_reason",
    "on how many days Telegram knew no such chat, and when last": "refused_days refused_at",
    "what they were asked last": "expecting", "by which link": "source",
    "when and by which link they came": "created_at joined_at",
    "after how many broadcasts": "joined_after",
    "version and instant of the words they agreed to": "consent_version consent_at",
    "what comes last because of it": "put_off",
    "which tips they have seen": "seen", "a number drawn from it by which tips": "seed",
    "the last ones in their order": "recent last_topic last_number",
}  # fmt: skip
"""Words of PRIVACY.md, and the columns about a subscriber that they stand for."""


def test_every_column_about_a_subscriber_is_in_the_list() -> None:
    told = [name for words, names in COLUMNS.items() if words in PRIVACY for name in names.split()]
    columns = (Table.metadata.tables[name].c.keys() for name in ("subscriber", "rotation"))
    # A seat says where a row lies, as the subscription's number does.
    assert sorted(told) == sorted({*chain(*columns)} - {"seat"})


def test_what_is_named_in_the_list_exists() -> None:
    lines = (tables.ROOT / "docs" / "PRIVACY.md").read_text("utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line.startswith("| ")][1:]
    assert len(rows) >= 8
    assert {len(row) for row in rows} == {4}
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[1])}
    assert named <= set(Table.metadata.tables)
