"""The one card of a broadcast: whom it reaches, when, how, and what an admin can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.texts import fields as form
from bot.texts import html, times
from bot.texts.broadcast_audience import Audience, audience_line, count_line
from bot.texts.broadcast_time import Schedule, when_lines
from bot.texts.callbacks import AskFor, BroadcastDo, SetPoll, SetSilent, ShowCard
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, choice, page

LABELS_UNITS = 200


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of a broadcast before it is sent.

    ``manner`` is how a poll is sent, None for anything else. ``takes_links`` says whether it can
    have buttons, ``replaces`` whose place it is to take, ``is_own`` whether its author looks.
    """

    number: int
    kind: str
    state: str
    audience: Audience
    schedule: Schedule
    themes: Mapping[str, str]
    now: datetime
    zone: str
    count: int
    seconds: float
    stars: float
    silent: form.Silent = "night"
    manner: form.PollManner | None = None
    links: tuple[str, ...] = ()
    takes_links: bool = True
    too_late: int = 0
    pruned: int = 0
    replaces: int | None = None
    is_own: bool = True

    @property
    def is_now(self) -> bool:
        """It begins as soon as it is confirmed."""
        return self.schedule.at is None and self.schedule.local_minute is None


def card(_: Translator, shown: Card, why: str = "") -> Message:
    """The question before a broadcast, or what waits for its time."""
    if shown.state == "scheduled":
        return _scheduled(_, shown)
    if shown.state == "waiting":
        return _waiting(_, shown)
    if shown.kind != "message":
        return _correction(_, shown, why)
    return page(
        html.bold(_draft_title(_, shown)),
        html.text(why),
        html.join(_facts(_, shown)),
        buttons=_draft_rows(_, shown),
    )


def _draft_title(_: Translator, shown: Card) -> str:
    if shown.replaces is None:
        return _("Send the message above?")
    return _("Send this instead of no. {number}?").format(number=shown.replaces)


def _draft_rows(_: Translator, shown: Card) -> Rows:
    number = shown.number
    send = _("Send it now") if shown.is_now else _("Schedule it")
    words: tuple[Button, ...] = ()
    leave = _("Cancel")
    if shown.replaces is not None:
        words = (Button(_("Change the words"), AskFor("words", number)),)
        leave = _("Leave it as it was")
    return (
        (Button(send, BroadcastDo("confirm", number)),),
        words,
        (
            Button(_("Audience"), ShowCard("audience", number)),
            Button(_("When"), ShowCard("when", number)),
            Button(_("Options"), ShowCard("options", number)),
        ),
        (
            Button(_("Test to me"), BroadcastDo("test_me", number)),
            Button(_("Test to all admins"), BroadcastDo("test_all", number)),
        ),
        (Button(leave, BroadcastDo("cancel", number)),),
    )


def _facts(_: Translator, shown: Card) -> list[html.Html]:
    facts = [
        audience_line(_, shown.audience, shown.themes),
        count_line(_, shown.count),
        *when_lines(_, shown.schedule, shown.now, shown.zone),
        *_cost(_, shown),
        html.fill(_("Sound: {sound}"), sound=sound_names(_)[shown.silent].lower()),
    ]
    if shown.manner:
        facts.append(html.fill(_("Poll: {manner}"), manner=poll_names(_)[shown.manner].lower()))
    if shown.links:
        labels = html.one_line(", ".join(shown.links), LABELS_UNITS)
        facts.append(html.fill(_("Buttons: {labels}"), labels=labels))
    if not shown.count:
        facts.append(html.text(_("Nobody matches that right now.")))
    return facts


def _cost(_: Translator, shown: Card) -> list[html.Html]:
    """How long it takes, and what it costs."""
    lines = [html.fill(_("Takes: {time}"), time=times.duration(_, shown.seconds))]
    if shown.stars > 0:
        cost = html.fill(_("Costs at most: {stars} Telegram Stars"), stars=f"{shown.stars:,.1f}")
        lines.append(cost)
    return lines


def sound_names(_: Translator) -> dict[form.Silent, str]:
    """The three choices of when it makes a sound."""
    return {
        "night": _("Quiet at night"),
        "always": _("Always quiet"),
        "never": _("Always with a sound"),
    }


def poll_names(_: Translator) -> dict[form.PollManner, str]:
    """The two ways to send a poll."""
    return {"forward": _("Votes count together"), "copy": _("A poll of its own for each")}


def options(_: Translator, shown: Card) -> Message:
    """Sound, the manner of a poll, and link buttons."""
    facts = _facts(_, shown)
    return page(
        html.bold(_("How shall it arrive?")),
        html.join(facts),
        html.text(
            _("Quiet at night means: without a sound from 21:00 to 08:00 where each one is.")
        ),
        buttons=(
            *(
                (choice(name, SetSilent(silent, shown.number), on=silent == shown.silent),)
                for silent, name in sound_names(_).items()
            ),
            *_poll_rows(_, shown),
            (Button(_("Link buttons"), AskFor("buttons", shown.number)),)
            if shown.takes_links
            else (),
            (Button(_("Back"), ShowCard("card", shown.number)),),
        ),
    )


def _poll_rows(_: Translator, shown: Card) -> Rows:
    if not shown.manner:
        return ()
    return tuple(
        (choice(name, SetPoll(manner, shown.number), on=manner == shown.manner),)
        for manner, name in poll_names(_).items()
    )


def ask_links(_: Translator, number: int, *, correction: bool = False) -> Message:
    """Which link buttons are wanted."""
    back = BroadcastDo("report", number) if correction else ShowCard("options", number)
    return page(
        html.bold(_("Send me the link buttons")),
        html.text(_("Up to three lines, such as: Read more - https://example.org")),
        html.text(_("For none at all, write: none")),
        buttons=((Button(_("Back"), back),),),
    )


def no_links_in(_: Translator, number: int, *, correction: bool = False) -> Message:
    """What was sent are no link lines."""
    back = BroadcastDo("report", number) if correction else ShowCard("options", number)
    return page(
        html.text(_("I didn't find a label and a link in each line.")),
        html.text(_("Write it like this: Read more - https://example.org")),
        buttons=((Button(_("Back"), back),),),
    )


def asked_anew(_: Translator, *, now: int, was: int, stars: float, shown_stars: float) -> str:
    """Why the question comes once more: it would reach or cost more, or is too old."""
    if now > was:
        words = _("I'm asking again, as more people would get it now: {now:,} instead of {was:,}.")
        return words.format(now=now, was=was)
    if stars > shown_stars:
        words = _("I'm asking again, as it would cost more now: {now:,.1f} instead of {was:,.1f}.")
        return words.format(now=stars, was=shown_stars)
    return _("I'm asking again, as more than a day has passed. Is it still what you want?")


def _scheduled(_: Translator, shown: Card) -> Message:
    number = shown.number
    return page(
        html.bold(_("Scheduled: no. {number}").format(number=number)),
        html.join(_facts(_, shown)),
        html.text(
            _("The audience is whoever matches when it begins. All that's scheduled: /scheduled")
        ),
        buttons=(
            *_change_row(_, shown),
            (Button(_("Show it to me"), BroadcastDo("test_me", number)),),
            (Button(_("Cancel it"), BroadcastDo("cancel", number)),),
        ),
    )


def _change_row(_: Translator, shown: Card) -> Rows:
    """Of a correction that waits, only its time can be another one."""
    time = Button(_("Change the time"), ShowCard("when", shown.number))
    if shown.kind != "message":
        return ((time,),)
    return ((Button(_("Edit it"), BroadcastDo("edit", shown.number)), time),)


def _waiting(_: Translator, shown: Card) -> Message:
    number = shown.number
    said = _("It's big enough to need another admin's yes. They find it in /scheduled.")
    yes_or_no: Rows = ()
    if not shown.is_own:
        said, yes_or_no = _("It's big enough to need your yes."), _yes_or_no(_, number)
    return page(
        html.bold(_("Waiting for another admin: no. {number}").format(number=number)),
        html.text(said),
        html.join(_facts(_, shown)),
        buttons=(
            *yes_or_no,
            *_change_row(_, shown),
            (Button(_("Show it to me"), BroadcastDo("test_me", number)),),
            (Button(_("Cancel it"), BroadcastDo("cancel", number)),),
        ),
    )


def _yes_or_no(_: Translator, number: int) -> Rows:
    return (
        (Button(_("Yes, send it"), BroadcastDo("approve", number)),),
        (Button(_("No, turn it down"), BroadcastDo("refuse", number)),),
    )


def nobody_to_approve(_: Translator, number: int) -> Message:
    """There is no second admin."""
    return page(
        html.bold(_("It needs another admin's yes")),
        html.text(
            _("There's no other admin I can reach. Invite one, and have them open /scheduled.")
        ),
        buttons=((Button(_("Cancel it"), BroadcastDo("cancel", number)),),),
    )


def approval(_: Translator, shown: Card) -> Message:
    """To the other admins: may it be sent?"""
    number = shown.number
    return page(
        html.bold(_("May this go out? No. {number}").format(number=number)),
        html.text(_("Another admin wrote the message above. It needs a second yes.")),
        html.join(_facts(_, shown)),
        buttons=_yes_or_no(_, number),
    )


def ask_words(_: Translator, number: int) -> Message:
    """What a broadcast that has not begun is to say instead."""
    return page(
        html.bold(_("Send me the new words")),
        html.text(
            _(
                "A text takes the place of the old words; a picture stays. A photo, a file or "
                "anything else takes the place of the whole message. Buttons stay, unless the "
                "last lines name new ones. You'll see it first."
            )
        ),
        buttons=((Button(_("Back"), ShowCard("card", number)),),),
    )


def no_album(_: Translator, number: int) -> Message:
    """An album was sent as new words."""
    return page(
        html.text(_("An album can't take its place. Send me a text, or one photo or file.")),
        buttons=((Button(_("Back"), ShowCard("card", number)),),),
    )


def cannot_replace(_: Translator, old: int, reason: str) -> Message:
    """Telegram refuses to send the changed message on."""
    return page(
        html.text(_("Telegram doesn't let me send that on.")),
        html.fill(_("It says: {reason}."), reason=reason) if reason else html.Html(),
        html.fill(_("No. {number} stays as it was."), number=old),
        buttons=((Button(_("Show no. {number}").format(number=old), ShowCard("card", old)),),),
    )


def replaced(_: Translator, old: int, number: int) -> Message:
    """To its author: another admin has changed what waits."""
    words = _("Another admin changed your broadcast {old}. It's no. {number} now: /scheduled")
    return page(html.fill(words, old=old, number=number))


def moved_meanwhile(_: Translator, old: int) -> str:
    """Why the question comes once more: what is to make room was changed since."""
    words = _(
        "I'm asking again, as somebody chose another time for no. {number} meanwhile. Is yours "
        "still what you want?"
    )
    return words.format(number=old)


def changed_meanwhile(_: Translator, number: int) -> str:
    """Why the form comes once more: the draft is not as it was."""
    words = _(
        "I'm asking again, as no. {number} has changed since you opened this. Is yours still what "
        "you want?"
    )
    return words.format(number=number)


def overtaken(_: Translator, old: int) -> Message:
    """What was to be changed waits no more."""
    words = _("Too late: no. {number} has begun, or somebody changed or cancelled it.")
    return page(
        html.fill(words, number=old),
        html.text(_("Your change wasn't made.")),
        buttons=(
            (Button(_("Show no. {number}").format(number=old), BroadcastDo("report", old)),),
        ),
    )


def needs_yes(_: Translator, number: int) -> Message:
    """To all admins: what was sent at the server waits for one of them."""
    return page(
        html.bold(_("May this go out? No. {number}").format(number=number)),
        html.text(_("It was sent at the server, and it's big enough to need a yes.")),
        buttons=((Button(_("Look at it"), ShowCard("card", number)),),),
    )


def approved(_: Translator, number: int) -> Message:
    """To the one who said yes."""
    return page(
        html.fill(_("Thanks. Broadcast {number} goes out as planned."), number=number),
        buttons=((Button(_("How it's going"), BroadcastDo("report", number)),),),
    )


def refused(_: Translator, number: int) -> Message:
    """To the one who said no."""
    return page(html.fill(_("OK. Broadcast {number} won't be sent."), number=number))


def _correction(_: Translator, shown: Card, why: str) -> Message:
    recall, number = shown.kind == "recall", shown.number
    title = (
        _("Delete it from every chat it reached?")
        if recall
        else _("Change it to the message above?")
    )
    chats = _.many("{count} chat", "{count} chats", shown.count).format(count=f"{shown.count:,}")
    lines = [html.fill(_("Reaches: {chats}"), chats=html.bold(chats)), *_cost(_, shown)]
    do = _("Delete it now") if recall else _("Change it now")
    test = (Button(_("Test to me"), BroadcastDo("test_me", number)),)
    return page(
        html.bold(title),
        html.text(why),
        html.join([*lines, *limits(_, shown.kind, shown.too_late, shown.pruned)]),
        buttons=(
            (Button(do, BroadcastDo("confirm", number)),),
            () if recall else test,
            (Button(_("Cancel"), BroadcastDo("cancel", number)),),
        ),
    )


def limits(_: Translator, kind: str, too_late: int, pruned: int) -> list[html.Html]:
    """What a correction can no longer reach, and why."""
    lines = []
    if kind == "recall" and too_late:
        words = _.many(
            "Too late for {count}: Telegram lets me delete for 48 hours only.",
            "Too late for {count}: Telegram lets me delete for 48 hours only.",
            too_late,
        )
        lines.append(html.fill(words, count=f"{too_late:,}"))
    if pruned:
        words = _("Out of reach: {count}, as I keep the list for a week.")
        lines.append(html.fill(words, count=f"{pruned:,}"))
    return lines


def ask_text(_: Translator, original: int, *, has_text: bool = True) -> Message:
    """What the corrected message is to say."""
    back = (Button(_("Back"), BroadcastDo("report", original)),)
    links = (Button(_("Only change the buttons"), AskFor("new_buttons", original)),)
    if not has_text:
        words = _("That message has no words, so only its buttons can change.")
        return page(html.text(words), buttons=(links, back))
    return page(
        html.bold(_("Send me the new text")),
        html.text(
            _(
                "It takes the place of the old one in every chat it reached. You'll see it "
                "first. Buttons stay, unless the last lines name new ones."
            )
        ),
        buttons=(links, back),
    )


def text_only(_: Translator, original: int) -> Message:
    """A correction that is no text."""
    return page(
        html.text(_("Only words and buttons can change, so send me a text.")),
        html.text(_("To put another picture or file in its place, recall it and send a new one.")),
        buttons=((Button(_("Back"), BroadcastDo("report", original)),),),
    )


def nothing_to_correct(
    _: Translator, original: int, kind: str, too_late: int, pruned: int
) -> Message:
    """Nothing of it can be changed (any more)."""
    words = _("There's nothing left to change: no message of it can be reached.")
    if kind == "recall":
        words = _("There's nothing left to delete: no message of it can be reached.")
    return page(
        html.text(words),
        html.join(limits(_, kind, too_late, pruned)),
        buttons=((Button(_("Back"), BroadcastDo("report", original)),),),
    )


def no_edit(_: Translator, original: int) -> Message:
    """A message whose words Telegram doesn't let us change."""
    return page(
        html.text(_("A forwarded poll or a plain copy can't be edited. You can recall it.")),
        buttons=(
            (Button(_("Recall it"), BroadcastDo("recall", original)),),
            (Button(_("Back"), BroadcastDo("report", original)),),
        ),
    )


def ask_again(
    _: Translator,
    broadcast_id: int,
    count: int,
    seconds: float,
    stars: float,
    *,
    in_doubt: bool = False,
) -> Message:
    """Asks before a retry that costs Stars: how many get it, how long it takes, the cost."""
    title, warning = _("Send it again to people who didn't get it?"), ""
    if in_doubt:
        title = _("Send it again to people who may not have got it?")
        warning = _("Some of them may get it twice.")
    sure = BroadcastDo("doubt_sure" if in_doubt else "retry_sure", broadcast_id)
    facts = [count_line(_, count), html.fill(_("Takes: {time}"), time=times.duration(_, seconds))]
    if stars > 0:
        facts.append(html.fill(_("Costs at most: {stars} Telegram Stars"), stars=f"{stars:,.1f}"))
    return page(
        html.bold(title),
        html.text(warning),
        html.join(facts),
        buttons=(
            (Button(_("Send it again now"), sure),),
            (Button(_("Back to the report"), BroadcastDo("report", broadcast_id)),),
        ),
    )
