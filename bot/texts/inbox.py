"""The team's inbox: questions without an answer, grouped, and what is answered."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts import html
from bot.texts.callbacks import AnswerDo, InboxDo, OpenInbox
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, page, toast

WORDINGS_SHOWN = 6
WORDS_UNITS = 450


def news(_: Translator, count: int) -> Message:
    """So many questions have come since the team was last told."""
    words = _.many(
        "{count} new question is waiting for the team.",
        "{count} new questions are waiting for the team.",
        count,
    )
    return page(
        html.fill(words, count=f"{count:,}"),
        buttons=((Button(_("Open the inbox"), OpenInbox()),),),
    )


def empty(_: Translator) -> Message:
    """No question waits."""
    return page(html.text(_("The inbox is empty: nobody's question is waiting.")))


def card(
    _: Translator,
    wordings: Sequence[str],
    place: tuple[int, int],
    ids: tuple[int, int],
    *,
    alone: bool = False,
) -> Message:
    """Questions that ask the same, newest first: ``place`` is which group of how many, ``ids`` are
    those of the first and of the last; ``alone`` is one question by itself."""
    count = len(wordings)
    number, groups = place
    asked = _.many("asked once", "asked {count} times", count).format(count=count)
    head = _("Question {number} of {groups}") if alone else _("{number} of {groups}, {asked}")
    shown = [_quoted(words) for words in wordings[:WORDINGS_SHOWN]]
    more = count - len(shown)
    rest = _.many("and {count} more like it", "and {count} more like these", more)
    return page(
        html.bold(head.format(number=number, groups=groups, asked=asked)),
        *shown,
        html.text(rest.format(count=more)) if more else html.Html(),
        buttons=_card_buttons(_, count, groups, ids, alone=alone),
    )


def _quoted(words: str) -> html.Html:
    return html.text(f"“{html.clip(html.clean(words), WORDS_UNITS)}”")


def _card_buttons(
    _: Translator, count: int, groups: int, ids: tuple[int, int], *, alone: bool
) -> Rows:
    first, last = ids
    single = int(alone)
    answer = _("Answer") if count == 1 else _("Answer all {count}").format(count=count)
    one_by_one = (Button(_("One at a time"), InboxDo("show", first, first, 1)),)
    following = (Button(_("Not now, next one"), InboxDo("next", first, last, single)),)
    return (
        (Button(answer, InboxDo("answer", first, last, single)),),
        *((one_by_one,) if count > 1 else ()),
        *((following,) if groups > 1 else ()),
        (Button(_("Make it an FAQ entry"), InboxDo("draft", first, last, single)),),
        (Button(_("Dismiss"), InboxDo("dismiss", first, last, single)),),
    )


def write_now(_: Translator, count: int, question: int, mark: str) -> Message:
    """The admin's next message is the answer."""
    words = _.many(
        "Write the answer now, in one message. It goes to {count} person.",
        "Write the answer now, in one message. It goes to {count} people.",
        count,
    )
    cancel = Button(_("Cancel"), AnswerDo("cancel", question, max(1, count), mark))
    return page(
        html.fill(words, count=count),
        html.text(_("You'll see it before it's sent.")),
        buttons=((cancel,),),
    )


def confirm(_: Translator, count: int, question: int, mark: str) -> Message:
    """Stands below the answer as its readers get it."""
    words = _.many(
        "Send the message above to {count} person, as a reply to their question?",
        "Send the message above to {count} people, as a reply to their questions?",
        count,
    )
    return page(
        html.fill(words, count=count),
        buttons=(
            (Button(_("Send it"), AnswerDo("send", question, count, mark)),),
            (Button(_("Write it again"), AnswerDo("anew", question, count, mark)),),
            (Button(_("Cancel"), AnswerDo("cancel", question, count, mark)),),
        ),
    )


def too_long(_: Translator, over: int) -> Message:
    """The answer would not fit into a message."""
    words = _.many(
        "That's {count} character too long for one message. Please send me a shorter one.",
        "That's {count} characters too long for one message. Please send me a shorter one.",
        over,
    )
    return page(html.fill(words, count=over))


def only_text(_: Translator) -> Message:
    """The answer is no text."""
    return page(html.text(_("I can only pass on words. Please write the answer as a text.")))


def somebody_quicker(_: Translator) -> Message:
    """Nothing is left to be answered: another admin was quicker, or the writers have gone."""
    return page(
        html.text(_("Nothing was sent: somebody has dealt with it, or whoever asked has left.")),
        html.text(_("What's still waiting is in /inbox.")),
    )


def sent(
    _: Translator, arrived: int, away: int, waiting: int, question: int, last: int
) -> Message:
    """What came of an answer; zeros are left out."""
    lines = [
        (arrived, _("Sent: {count}")),
        (away, _("Not sent, as they've blocked me or left: {count}")),
        (waiting, _("Telegram is slow, so I'll send these in a moment: {count}")),
    ]
    shown = [html.fill(words, count=count) for count, words in lines if count]
    return page(
        html.bold(_("Answered.") if arrived else _("Nobody got it yet.")),
        html.join(shown),
        buttons=(
            (Button(_("Make it an FAQ entry"), InboxDo("draft", question, last, 1)),),
            (Button(_("Next question"), InboxDo("next", question, last, 0)),),
        ),
    )


def kept(_: Translator) -> Message:
    """The answer was given up; the questions stay."""
    return page(html.text(_("OK, nothing was sent. The question is still in /inbox.")))


def dismissed(_: Translator, count: int) -> str:
    """Toast: so many questions are gone."""
    words = _.many("Dismissed {count} question.", "Dismissed {count} questions.", count)
    return toast(words.format(count=count))


def gone(_: Translator) -> str:
    """Toast: the question has been dealt with."""
    return toast(_("Somebody has dealt with that one already."))


def draft_caption(_: Translator, kept_as: str | None, *, failed: bool = False) -> str:
    """Goes with the file of a draft."""
    if kept_as is not None:
        words = _("A draft in the content's format. It's in the folder, too: {file}")
        return words.format(file=kept_as)
    if failed:
        return _("A draft in the content's format. I couldn't write it into the content folder.")
    return _("A draft in the content's format. Its first lines say what's left to do.")
