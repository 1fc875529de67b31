"""Each act that the rules write down is told in words, and a page of the longest fits."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.delivery.audiences import said_as
from bot.texts import audit
from bot.texts.catalogue import translator
from bot.texts.html import units

EN = translator("en")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BOT = Path(audit.__file__).parents[1]
RECORDED = re.compile(
    r'_?audit\.record\(\s*\w+,\s*\w+,\s*"([\w ]+)"|_record\(\s*\w+, \w+, "(\w+)"'
)


@dataclass(frozen=True)
class Entry:
    """An entry, as the store gives it."""

    id: int = 1
    at: datetime = NOW
    actor: int = 7
    act: str = "pause"
    subject: str = "broadcast 7"
    before: str | None = None
    after: str | None = None


def said(*entries: Entry) -> str:
    known = audit.Known({7: "Ada", 8: "Bea"}, partial(said_as, EN, themes={}))
    return audit.entries(EN, entries, known, "UTC", NOW, (False, False)).plain


def test_every_act_that_is_written_down_has_words() -> None:
    texts = [file.read_text("utf-8") for file in BOT.rglob("*.py")]
    acts = {"".join(found) for text in texts for found in RECORDED.findall(text)}
    assert len(acts) >= 10
    assert acts <= set(audit.ACTS)


def test_what_changed_is_told_with_what_was_before() -> None:
    entry = Entry(before='{"state":"sending","late":null}', after='{"state":"paused","total":4}')
    assert "Ada paused broadcast 7: state paused (was sending), total 4, late was nothing" in said(
        entry
    )


def test_an_instant_and_what_becomes_of_the_late_are_said_as_people_say_them() -> None:
    entry = Entry(
        before='{"late":null}',
        after='{"late":"next_day","not_after":"2026-12-02T18:00:00.354748+00:00"}',
    )
    assert "late next day (was nothing), not after 2 Dec 2026, 18:00 UTC" in said(entry)


def test_an_hour_and_an_audience_are_said_as_people_say_them() -> None:
    assert "local hour 18:30 (was nothing)" in said(
        Entry(before='{"local_minute":null}', after='{"local_minute":1110}')
    )
    assert "audience everyone (was tips for children)" in said(
        Entry(before='{"audience":"for=child"}', after='{"audience":""}')
    )
    assert "audience planet=mars" in said(Entry(after='{"audience":"planet=mars"}'))
    assert "audience 120" in said(Entry(after='{"audience":120}'))


def test_an_empty_line_stands_between_entries() -> None:
    ended, paused = said(Entry(act="cancel"), Entry()).split("\n\n")[1:]
    assert ended.endswith("Ada cancelled broadcast 7")
    assert paused.endswith("Ada paused broadcast 7")


def test_a_person_who_is_meant_is_named() -> None:
    assert "Ada ended the role of Bea: role was editor" in said(
        Entry(act="remove", subject="admin 8", before='{"role":"editor"}')
    )


def test_an_act_without_words_of_its_own_is_named_as_it_is() -> None:
    assert "Ada: polish, tip wool" in said(Entry(act="polish", subject="tip wool"))


def test_the_operator_is_somebody_at_the_server() -> None:
    assert "Somebody at the server, or who has left paused broadcast 7" in said(Entry(actor=0))


def test_twenty_of_the_longest_fit_into_one_message() -> None:
    long = Entry(subject="x" * 96, after=json.dumps({"k" * 90: "\U0001f600" * 300}))
    whole = said(*[long] * 20)
    assert units(whole) <= 4096
    assert whole.count("Ada paused broadcast") + whole.count("Ada paused " + "x" * 9) >= 20
