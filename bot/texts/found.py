"""What a search finds: tips and answers, each a button."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts import html
from bot.texts.callbacks import FaqTopics, OpenAnswer, OpenTip
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, page
from tips.models import Answer, Tip

QUOTED_UNITS = 60


def found(_: Translator, words: str, answers: Sequence[Answer], tips: Sequence[Tip]) -> Message:
    """The answers first, then the tips."""
    head = html.fill(_("What I have on “{words}”"), words=html.one_line(words, QUOTED_UNITS))
    return page(
        html.bold(head.plain),
        html.text(_counted(_, len(answers), len(tips))),
        buttons=(
            *((Button(answer.name, OpenAnswer(answer.id)),) for answer in answers),
            *((Button(tip.title, OpenTip(tip.number)),) for tip in tips),
        ),
    )


def _counted(_: Translator, answers: int, tips: int) -> str:
    counted = (
        _.many("{count} answer", "{count} answers", answers).format(count=answers),
        _.many("{count} tip", "{count} tips", tips).format(count=tips),
    )
    shown = [words for words, count in zip(counted, (answers, tips), strict=True) if count]
    return _("Tap one to read it: {what}.").format(what=_(" and ").join(shown))


def nothing(_: Translator, words: str) -> Message:
    """Nothing fits; never a guess."""
    quoted = html.one_line(words, QUOTED_UNITS)
    return page(
        html.fill(_("Sorry, I've nothing checked on “{words}”."), words=quoted),
        html.text(_("Try one or two other words, or look through the topics.")),
        buttons=((Button(_("All topics"), FaqTopics(0)),),),
    )


def what_for(_: Translator) -> Message:
    """/search alone."""
    return page(
        html.text(_("What are you looking for? Send it in one go, like this: /search wool")),
    )
