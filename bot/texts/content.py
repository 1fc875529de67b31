"""What admins are shown of the content: texts as they are sent, faults, tips taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from bot.texts import faq, html, tip
from bot.texts.callbacks import TipWithdrawn
from bot.texts.catalogue import Translator, translator
from bot.texts.message import Button, Message, page
from tips.findings import Finding
from tips.library import Library
from tips.models import Answer, Tip

FAULTS_SHOWN = 5
FAULT_UNITS = 300
REASON_UNITS = 200


class Placed(Protocol):
    """A fault of the content, and the line of its file where it stands, if that is known."""

    @property
    def finding(self) -> Finding: ...
    @property
    def line(self) -> int | None: ...


def as_subscribers_see_it(item: Tip | Answer, library: Library) -> str:
    """The words of a tip or an answer as it is sent."""
    _ = translator(library.language)
    if isinstance(item, Tip):
        return tip.render(_, item, library).plain
    return faq.answer(_, item, library).plain


def no_folder(_: Translator) -> Message:
    """/reload where the operator has set no folder."""
    return page(
        html.text(_("There's no content folder, so I send what came with me.")),
        html.text(_("Set GUTSKIN_CONTENT_DIR to one and start me again: see docs/CONTENT.md.")),
    )


def reloaded(_: Translator, tips: int, answers: int) -> Message:
    """The folder's content has been taken."""
    words = _("Done. From now on I send what's in the folder: {tips} tips, {answers} answers.")
    return page(html.fill(words, tips=tips, answers=answers))


def faulty(_: Translator, faults: Sequence[Placed]) -> Message:
    """The folder has faults, and nothing of it has been taken."""
    head = _.many(
        "I've changed nothing: there's {count} mistake in the folder.",
        "I've changed nothing: there are {count} mistakes in the folder.",
        len(faults),
    )
    shown = [html.text(html.clip(fault_line(_, one), FAULT_UNITS)) for one in faults]
    return page(
        html.bold(head.format(count=len(faults))),
        *shown[:FAULTS_SHOWN],
        html.text(_("Put it right and send /reload again. The file below has all of it.")),
    )


def fault_line(_: Translator, fault: Placed) -> str:
    """Where a fault stands, what it is, and how to mend it."""
    found = fault.finding
    place = found.file
    if fault.line is not None:
        place = _("{file}, line {line}").format(file=found.file, line=fault.line)
    return f"{place}{f' ({found.id})' if found.id else ''}: {found.message}. {found.remedy}."


def fault_file(_: Translator, faults: Iterable[Placed]) -> bytes:
    """All faults, one a line."""
    return "".join(f"{fault_line(_, one)}\n" for one in faults).encode()


def fault_caption(_: Translator) -> str:
    """Goes with that file."""
    return _("Everything to put right, one a line.")


def preview_how(_: Translator) -> Message:
    """/preview without a name."""
    return page(html.text(_("Which one? Send its id or number too, like /preview fibre-oats.")))


def not_found(_: Translator, name: str, alike: Sequence[str] = ()) -> Message:
    """No tip and no answer has this id or number."""
    words = _("I can't find a tip or an answer called “{name}”.")
    near = html.Html()
    if alike:
        near = html.fill(_("Did you mean {names}?"), names=", ".join(alike))
    return page(html.fill(words, name=html.one_line(name, 64)), near)


def preview_tip(
    _: Translator, found: Tip, library: Library, *, live: bool, withdrawn: str | None = None
) -> Message:
    """A tip as it is sent, and whether it is."""
    return page(_state(_, found, live=live, withdrawn=withdrawn), *tip.card(_, found, library))


def preview_answer(_: Translator, found: Answer, library: Library, *, live: bool) -> Message:
    """An answer as it is given, and whether it is."""
    state = _state(_, found, live=live, withdrawn=None)
    return page(state, html.bold(found.question), *faq.body(_, found, library))


def _state(_: Translator, found: Tip | Answer, *, live: bool, withdrawn: str | None) -> html.Html:
    name = f"{found.id} ({found.number})" if isinstance(found, Tip) else found.id
    if withdrawn is not None:
        words = _("{name} – withdrawn, nobody gets it: {reason}")
        return html.fill(words, name=name, reason=html.one_line(withdrawn, REASON_UNITS))
    words = (
        _("{name} – this is what people get.")
        if live
        else _("{name} – this is in the folder. People don't get it before /reload.")
    )
    return html.fill(words, name=name)


def withdraw_how(_: Translator, withdrawn: Sequence[tuple[str, str]] = ()) -> Message:
    """/withdraw without a tip or without a reason; what is withdrawn, with its reasons."""
    listed = [
        html.fill("{id}: {reason}", id=tip_id, reason=html.one_line(reason, 100))
        for tip_id, reason in withdrawn[-10:]
    ]
    head = (html.bold(_("Withdrawn at the moment")), html.join(listed)) if listed else ()
    return page(
        html.text(_("Which tip, and why? Like /withdraw fibre-oats the dose is wrong")),
        html.text(_("Nobody gets it from that moment on. /unwithdraw fibre-oats brings it back.")),
        *head,
    )


def no_reason(_: Translator, tip_id: str) -> Message:
    """/withdraw with a tip and no reason."""
    words = _(
        "Why? Send it again with the reason, for people may read it: "
        "/withdraw {tip} the dose is wrong"
    )
    return page(html.fill(words, tip=tip_id))


def last_tip(_: Translator) -> Message:
    """Without this one there would be no tip left."""
    return page(html.text(_("That's the last tip I have, so it stays. Add another one first.")))


def withdrawn(
    _: Translator, found: Tip, reason: str, two_days: int, week: int, *, again: bool = False
) -> Message:
    """A tip is withdrawn; how many people have got it, and what can be done about it."""
    head = (
        _("That one is withdrawn already.") if again else _("Withdrawn. Nobody gets it any more.")
    )
    nobody = _("Nobody got it as their daily tip in the last seven days.")
    counts = _("In the last 48 hours it went to {two_days}, in the last seven days to {week}.")
    told = html.text(nobody)
    if week:
        told = html.fill(counts, two_days=people(_, two_days), week=people(_, week))
    offer = _("I can change it in their chats. You'll see the words first.")
    label = _("Correct it for {people}").format(people=people(_, week))
    correct = (Button(label, TipWithdrawn("correct", found.number)),)
    return page(
        html.bold(head),
        html.fill(
            _("{title}\nWhy: {reason}"), title=found.title, reason=html.one_line(reason, 200)
        ),
        told,
        html.text(offer) if week else html.Html(),
        buttons=(
            *((correct,) if week else ()),
            (Button(_("Bring it back"), TipWithdrawn("restore", found.number)),),
        ),
    )


def people(_: Translator, count: int) -> str:
    """So many people."""
    return _.many("{count} person", "{count} people", count).format(count=f"{count:,}")


def restored(_: Translator, found: Tip | None, tip_id: str) -> Message:
    """A tip is sent again; ``found`` is None where the content no longer has it."""
    if found is None:
        words = _("{tip} is no longer withdrawn, but the content doesn't have it any more.")
        return page(html.fill(words, tip=tip_id))
    return page(html.fill(_("It's back. People get “{title}” again."), title=found.title))


def not_withdrawn(_: Translator) -> Message:
    """/unwithdraw of a tip that is not withdrawn."""
    return page(html.text(_("That one isn't withdrawn. /withdraw shows what is.")))


def unwithdraw_how(_: Translator) -> Message:
    """/unwithdraw without a name."""
    return page(html.text(_("Which one? Like /unwithdraw fibre-oats. /withdraw shows what is.")))


def correction(_: Translator, title: str, reason: str) -> str:
    """What a withdrawn tip becomes where it went; braces would be placeholders there."""
    words = _("We've withdrawn this tip: “{title}”.\n\n{reason}\n\nSorry about that.")
    said = words.format(title=title, reason=_sentence(reason))
    return said.translate(str.maketrans("{}", "()"))


def _sentence(words: str) -> str:
    """The words as people read them: admins type a reason in passing."""
    begun = words[:1].upper() + words[1:]
    return begun if begun.endswith((".", "!", "?", "…")) else f"{begun}."


def nobody_left(_: Translator) -> Message:
    """There is no message with the tip left that could be changed."""
    return page(html.text(_("There's no message left that I could change.")))
