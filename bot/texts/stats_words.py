"""How figures are put into words, alike in captions and in pictures."""

from __future__ import annotations

from datetime import date

from babel.dates import format_interval, format_skeleton

from bot.figures import Overview, Reach, Votes
from bot.texts.catalogue import Translator


def span(_: Translator, days: int) -> str:
    """ "The last 7 days"; "Today" for one."""
    return _("The last {count} days").format(count=days) if days > 1 else _("Today")


def dates(_: Translator, first: date, last: date) -> str:
    """From which day to which: "24–30 Nov 2026"."""
    words = str(format_interval(first, last, "yMMMd", locale=_.locale))
    return words.replace("\N{THIN SPACE}", " ")


def subscribers(_: Translator, count: int) -> str:
    """ "1,204 subscribers"; "No subscribers yet" for none."""
    if not count:
        return _("No subscribers yet")
    return _.many("{count} subscriber", "{count} subscribers", count).format(count=f"{count:,}")


def standing(_: Translator, shown: Overview) -> str:
    """How many of them get tips, and how many have a break."""
    now = shown.now
    return counted(
        (now.active, _("{count} getting tips")),
        (now.paused, _("{count} on a break")),
    )


def change(_: Translator, shown: Overview) -> str:
    """By how many subscribers there are more: "31 more than a week ago"."""
    named = {1: _("yesterday"), 7: _("a week ago"), 365: _("a year ago")}
    ago = named.get(shown.days) or _("{count} days ago").format(count=shown.days)
    gained = shown.total.gained
    if not gained:
        return _("as many as {ago}").format(ago=ago)
    words = _("{count} more than {ago}") if gained > 0 else _("{count} fewer than {ago}")
    return words.format(count=f"{abs(gained):,}", ago=ago)


def percent(share: float) -> str:
    """ "97%"; "100%" and "0%" for the whole and for nothing only."""
    rounded = round(share * 100)
    if 0 < share < 1:
        rounded = min(99, max(1, rounded))
    return f"{rounded}%"


def counted(*told: tuple[int, str]) -> str:
    """Counts in a row, each in its words; zeros are left out."""
    return ", ".join(words.format(count=f"{count:,}") for count, words in told if count)


def confirmed_on(_: Translator, one: Reach) -> str:
    """When a broadcast was sent: "28 Nov"."""
    return str(format_skeleton("MMMd", one.confirmed_at.date(), locale=_.locale))


def reached_of(_: Translator, one: Reach) -> str:
    """ "1,170 of 1,204"."""
    return _("{reached} of {total}").format(reached=f"{one.reached:,}", total=f"{one.total:,}")


def rated(_: Translator, votes: Votes) -> str:
    """ "92% of 51"."""
    share, count = percent(votes.share), f"{votes.total:,}"
    return _("{share} of {count}").format(share=share, count=count)
