"""Every instant in the tables, and how far ahead of the present it can lie.

A clock that once ran ahead leaves instants behind that lie further ahead than they can, and
whatever waits for them would wait for as long as the clock was wrong. Each column of an instant
or a date is named in ``RULES``; a test compares them with the tables, and the table in
``docs/ARCHITECTURE.md`` is made of them. ``bot/store/repairs/instant_repairs.py`` sets them right.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

SLACK = timedelta(minutes=1)
"""What lies ahead by less is left alone: clocks differ a little, and are steered."""

ONE_DAY = timedelta(days=1)
TWO_DAYS = timedelta(days=2)
LONGEST_LEASE = timedelta(seconds=90)


class Rule(NamedTuple):
    """What an instant can be at most, in words, and as time after the present.

    What is ahead of that is set to it. None: a function of its own holds it.
    """

    words: str
    ahead: timedelta | None = None


PAST = Rule("now", timedelta())
RULES: Mapping[str, Rule] = {
    "subscriber.created_at": PAST,
    "subscriber.joined_at": PAST,
    "subscriber.left_at": PAST,
    "subscriber.refused_at": PAST,
    "subscriber.consent_at": PAST,
    "subscriber.active_on": Rule("today; set so when they next write or tap"),
    "subscriber.paused_until": Rule("365 days ahead, the longest pause", timedelta(days=366)),
    "slot.next_at": Rule("the next instant of its hour and zone, by the calendar"),
    "slot.next_date": Rule("the local date of that instant"),
    "subscription.snoozed_until": Rule("now, or the end of the subscriber's pause"),
    "subscription.not_before": Rule(
        "two dates ahead, tomorrow for whoever joined by a clock that was ahead; set to tomorrow"
    ),
    "segment.made_at": PAST,
    "saved.at": PAST,
    "tip_vote.at": PAST,
    "tip_tally.day": Rule("today, to which later ones are added"),
    "answer_vote.at": PAST,
    "miss.at": PAST,
    "delivery.local_date": Rule(
        "the date that its zone shows now; what was sent for a later one counts for today, "
        "what was not is deleted and planned anew"
    ),
    "delivery.due_at": Rule("tips: as the date; broadcasts: now, or the local hour chosen"),
    "delivery.ready_at": Rule("when it is due, or as long as it is fresh; set to now"),
    "delivery.not_after": Rule("tips: as the date; broadcasts: a day ahead, or as chosen"),
    "delivery.lease_until": Rule("90 seconds ahead"),
    "delivery.sent_at": Rule("now"),
    "broadcast.created_at": PAST,
    "broadcast.confirmed_at": PAST,
    "broadcast.finished_at": PAST,
    "broadcast.shown_at": PAST,
    "broadcast.reported_at": PAST,
    "broadcast.not_after": Rule("a day after it began, or when its admin chose"),
    "broadcast.send_at": Rule("any time that its admin chose"),
    "broadcast.local_date": Rule("any date that its admin chose"),
    "inbox.received_at": PAST,
    "inbox.done_at": PAST,
    "flood_wait.told_at": Rule("now; a wait that was told later is forgotten"),
    "flood_wait.until": Rule("any time after that, since Telegram sets no limit"),
    "heartbeat.at": Rule("now; a lease of polling: 15 seconds ahead"),
    "admin.since": PAST,
    "invitation.made_at": PAST,
    "invitation.used_at": PAST,
    "invitation.expires_at": Rule("two days ahead", TWO_DAYS),
    "login.made_at": PAST,
    "login.expires_at": Rule("two hours ahead", timedelta(hours=2)),
    "audit.at": PAST,
    "question.asked_at": PAST,
    "question.closed_at": PAST,
    "withdrawn_tip.at": PAST,
    "counter.at": Rule("this hour, to which later ones are added"),
}
