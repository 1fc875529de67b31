"""Why a tip was not for somebody: four reasons, and what each of them changes."""

from __future__ import annotations

from collections.abc import Mapping

from bot.texts import html
from bot.texts.callbacks import SayWhyNot, ShowSettings
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, page, toast
from tips.reactions import Change, Entry, What, WhyNot


def why_not_names(_: Translator) -> dict[WhyNot, str]:
    """The four reasons."""
    return {
        WhyNot.OBVIOUS: _("Too obvious"),
        WhyNot.NOT_ME: _("Not about me"),
        WhyNot.HARD: _("Hard to understand"),
        WhyNot.NOT_SKIN: _("Not for my skin"),
    }


def why_not_rows(_: Translator, number: int) -> Rows:
    """A button for each reason, two in a row: four would be cut off on a phone."""
    made = [Button(name, SayWhyNot(number, why.value)) for why, name in why_not_names(_).items()]
    return tuple(made[:2]), tuple(made[2:])


def what_changed(_: Translator, change: Change, topic: str) -> str:
    """Toast after a reason: what comes otherwise from now on."""
    words = {
        What.BASICS: _("Got it. The basics of “{topic}” come last for {days} days."),
        What.TOPIC: _("Got it. Tips on “{topic}” come last for {days} days."),
        What.AUDIENCE: _("Got it. Tips like this one come last for {days} days."),
        What.RESEARCH: _("Got it. Tips about studies come last for {days} days."),
    }
    return toast(words[change.what].format(topic=topic, days=change.days))


def put_off_words(_: Translator, entry: Entry, topics: Mapping[str, str]) -> str:
    """What comes last for now: "tips on “Itch”"."""
    words = {
        What.BASICS: _("the basics of “{topic}”"),
        What.TOPIC: _("tips on “{topic}”"),
        What.AUDIENCE: _("tips like one that wasn't for you"),
        What.RESEARCH: _("tips about studies"),
    }
    return words[entry.what].format(topic=topics.get(entry.target, entry.target))


def ask_audience(_: Translator) -> Message:
    """After "not about me" on a tip for parents, or for adults only."""
    return page(
        html.text(_("Who are your tips for? Tell me, and I'll leave out the others.")),
        buttons=((Button(_("Choose who they're for"), ShowSettings("for")),),),
    )
