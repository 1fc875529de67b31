"""What a search finds: tips and answers, each a button."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts import html
from bot.texts.callbacks import FaqTopics, OpenAnswer, OpenTip
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, page
from tips.library import Library
from tips.models import Answer, Tip

QUOTED_UNITS = 60


def found(
    _: Translator, words: str, answers: Sequence[Answer], tips: Sequence[Tip], library: Library
) -> Message:
    """The answers first, then the tips, each with the sign of its theme."""
    head = html.fill(_("What I have on “{words}”"), words=html.one_line(words, QUOTED_UNITS))
    return page(
        html.bold(head.plain),
        html.text(_counted(_, len(answers), len(tips))),
        buttons=(
            *((Button(answer.question, OpenAnswer(answer.id)),) for answer in answers),
            *(
                (Button(f"{_sign(tip, library)} {tip.title}", OpenTip(tip.number)),)
                for tip in tips
            ),
        ),
    )


def _sign(tip: Tip, library: Library) -> str:
    return library.title_of(tip).partition(" ")[0]


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
