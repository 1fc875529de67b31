"""What is stored, how to get it, how to erase it, in plain words with a version number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.texts import html
from bot.texts.callbacks import Forget
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, page

CONSENT_VERSION: Final = 6
"""The version of the texts that a subscriber agrees to before subscribing (welcome and privacy).
Change it whenever what they say about data or about medical advice changes. Whoever has agreed to
an earlier version keeps that one on record and is not asked again."""


def privacy(_: Translator, *, contact: str | None = None, erase_after_days: int = 365) -> Message:
    """The whole of what is stored, why, for how long, and who answers for it."""
    return page(
        html.bold(_("What I keep about you")),
        _stored(_),
        html.text(
            _(
                "I don't keep your name, your location or what you write. A message is encrypted "
                "while it waits, and gone once I've answered it."
            )
        ),
        html.text(
            _(
                "If you ask the team something, I keep that question, encrypted and without your "
                "name, for 30 days at most."
            )
        ),
        html.text(
            _(
                "It's there to send you tips and to see which ones help. It isn't sold and it "
                "isn't shared. Telegram itself sees the messages between you and me."
            )
        ),
        *_rights(_, contact),
        *_how_long(_, erase_after_days),
    )


def _stored(_: Translator) -> html.Html:
    stored = [
        _("your Telegram chat number and language"),
        _("your time zone, hour, days, themes, who the tips are for, and if they come quietly"),
        _("if you want messages from the team"),
        _("whether you've paused, stopped or blocked me, and since when"),
        _("when you joined, by which link, and which version of these words you agreed to"),
        _("which tips you got, saved or rated, why one wasn't for you, and answers you rated"),
        _("for a week: when each message was sent, and whether it arrived"),
    ]
    return html.join(html.text(f"• {line}") for line in stored)


def _rights(_: Translator, contact: str | None) -> tuple[html.Html, ...]:
    ground = _(
        "I keep it because you said yes. In EU law that's consent: GDPR Article 6(1)(a), and "
        "9(2)(a) too, since wanting eczema tips may say something about your health. You can take "
        "it back any time: /stop ends the tips, /forget erases everything. A copy: /export"
    )
    known = _("Who answers for it: {contact}")
    nobody = _("Whoever runs this bot answers for it, but hasn't said how to reach them.")
    complain = _("You can also complain to the data-protection authority where you live.")
    who = html.fill(known, contact=html.one_line(contact, 200)) if contact else html.text(nobody)
    return html.text(ground), html.join([who, html.text(complain)])


def _how_long(_: Translator, erase_after_days: int) -> tuple[html.Html, ...]:
    words = _.many(
        "If you block me, everything goes after {count} day.",
        "If you block me, everything goes after {count} days.",
        erase_after_days,
    )
    return (
        html.fill(words, count=erase_after_days),
        html.text(
            _(
                "Backups made before you erase may still hold it. The bot keeps its last seven "
                "daily ones, so it's gone from them after about a week. A copy made before an "
                "update of the bot stays until the next update, or until it is deleted."
            )
        ),
    )


def forget_ask(_: Translator, *, in_team: bool = False) -> Message:
    """The one confirmation before everything is erased."""
    role = _("You'll also leave the team that runs this bot.") if in_team else ""
    return page(
        html.bold(_("Erase everything about you?")),
        html.text(_("Your settings, saved tips and ratings go, and they can't be brought back.")),
        html.text(role),
        buttons=(
            (Button(_("Yes, erase everything"), Forget(1)),),
            (Button(_("No, keep it"), Forget(0)),),
        ),
    )


def forgotten(_: Translator) -> Message:
    """Everything is erased."""
    return page(
        html.text(_("All gone: everything about you is erased. No more tips.")),
        html.text(_("If you'd ever like to start again: /start")),
        remove_reply=True,
    )


def forgotten_but(_: Translator, under_way: Sequence[int]) -> Message:
    """Everything is erased but an admin's broadcasts that are still being sent."""
    words = _(
        "Everything about you is erased, except for what I still need to send: {broadcasts}."
    )
    return page(
        html.fill(words, broadcasts=_broadcasts(_, under_way)),
        html.text(_("Let it finish or cancel it, then send /forget again.")),
    )


def _broadcasts(_: Translator, numbers: Sequence[int]) -> str:
    return ", ".join(_("broadcast {number}").format(number=number) for number in numbers)


def forget_kept(_: Translator) -> Message:
    """The subscriber changed their mind."""
    return page(html.text(_("OK, I've kept everything as it was.")))


def nothing_stored(_: Translator) -> Message:
    """/export or /forget where nothing is stored."""
    return page(
        html.text(_("I don't keep anything about you.")),
        html.text(_("Only what you've just sent, and that's gone once I've answered.")),
    )


def export_caption(_: Translator) -> Message:
    """Goes with the page of /export."""
    return page(html.text(_("Here's everything I keep about you. To erase it: /forget")))


def export_raw_caption(_: Translator) -> Message:
    """Goes with the same for programs."""
    return page(html.text(_("And the same as JSON, for programs.")))
