"""Asking the team: what happens with the words, and what came of it."""

from __future__ import annotations

from bot.texts import catalogue, html
from bot.texts.callbacks import AskTeam
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, page


def button(_: Translator) -> Button:
    """Stands under what the bot says where it has no answer."""
    return Button(_("Ask the team"), AskTeam("ask"))


def ask(_: Translator, days: int) -> Message:
    """What passing a question on means; it is passed on with the next tap."""
    words = _.many(
        "I'll pass your words on without your name. They're deleted after {count} day at most.",
        "I'll pass your words on without your name. They're deleted after {count} days at most.",
        days,
    )
    return page(
        html.fill(words, count=days),
        html.text(_("The team isn't a doctor's surgery, and an answer may take a few days.")),
        buttons=(
            (Button(_("Yes, ask the team"), AskTeam("yes")),),
            (Button(_("No, leave it"), AskTeam("no")),),
        ),
    )


def passed(_: Translator, days: int) -> Message:
    """The question has been passed on."""
    words = _.many(
        "Passed on, without your name. If the team answers, you'll get it here as a reply. "
        "Your words are deleted after {count} day at most, and /forget deletes them at once.",
        "Passed on, without your name. If the team answers, you'll get it here as a reply. "
        "Your words are deleted after {count} days at most, and /forget deletes them at once.",
        days,
    )
    return page(html.fill(words, count=days))


def too_many(_: Translator) -> Message:
    """They have as many open questions as one person may have."""
    return page(
        html.text(_("The team already has five questions of yours, so I've kept this one back.")),
        html.text(_("Once one of them is answered, send it to me again.")),
    )


def lost(_: Translator) -> Message:
    """The question can't be seen any more, or whoever asked hasn't subscribed."""
    return page(
        html.text(_("I can't see your question any more, so I haven't passed anything on.")),
        html.text(_("Please send it again, and then tap Ask the team.")),
    )


def left(_: Translator) -> Message:
    """It is not passed on."""
    return page(html.text(_("OK, I haven't passed anything on.")))


def answer_head(_: Translator) -> str:
    """The first line of an answer."""
    return _("The team has answered your question")


def longest_answer() -> int:
    """How many UTF-16 units an answer may have, so that it fits below its first line in any
    language."""
    every = (catalogue.translator(language) for language in catalogue.languages())
    return html.MESSAGE_UNITS - max(html.units(answer_head(_)) for _ in every) - 2
