"""``gutskin broadcast send``, ``edit``, ``recall``: what admins do in the chat, from a file.

Nothing is written before the operator has said yes; then the rules of the chat apply.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import typer

from bot.cli.broadcasts import BROADCAST, OPERATOR, find, found_in, open_rules
from bot.cli.database import asked
from bot.cli.output import (
    FIRST_YEAR,
    JSON_OPTION,
    LAST_YEAR,
    emit,
    fail,
    log_to_stderr,
    plainly,
    say,
    settings,
)

if TYPE_CHECKING:
    from bot.delivery.audiences import Filter
    from bot.delivery.broadcasts import Broadcasts
    from bot.delivery.confirmation import Confirmed
    from bot.delivery.content import Content
    from bot.delivery.offers import Offer
    from bot.delivery.schedules import Schedule
    from bot.store.outbox.corrections import Reach
    from bot.store.outbox_models import BroadcastRead
    from bot.texts.broadcast_card import Card

MOST_BYTES = 100_000
"""Of a file; a message has 4096 characters at most."""

OUTCOMES: dict[Confirmed, str] = {
    "sending": "begins within 15 seconds where the bot runs, else when it next starts",
    "scheduled": "waits for its time; see: gutskin broadcast list",
    "waiting": "waits for an admin's yes: the bot asks them in their chats, see /scheduled",
}
REFUSALS: dict[Confirmed, str] = {
    "nobody": "nobody would get it",
    "stale": "more people would get it than a moment ago: try again",
    "changed": "another time was chosen a moment ago: look at it and try again",
    "past": "its time has passed: choose a later one",
    "no": "it has begun, or somebody changed or cancelled it",
}

FILE = typer.Option(
    ...,
    help="The text in UTF-8, as it is: no markup. Last lines like `Label - https://…`: buttons.",
)
YES = typer.Option(False, "--yes", "-y", help="Do not ask.")


class Late(StrEnum):
    """What becomes of those whose own hour has passed."""

    NEXT_DAY = "next-day"
    SKIP = "skip"


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    for command in (send, edit, recall):
        app.command()(command)


def send(  # noqa: PLR0913, PLR0917 (a command has its options)
    file: Path = FILE,
    audience: str = typer.Option(
        "", help="Whom it is for, e.g. 'for=child zone=Europe/*'; everyone if left out."
    ),
    at: str | None = typer.Option(
        None, help="When, e.g. '2026-12-01 09:00', in GUTSKIN_DEFAULT_TIMEZONE; now if left out."
    ),
    local: bool = typer.Option(False, "--local", help="--at is on each subscriber's own clock."),
    late: Late = typer.Option(
        Late.NEXT_DAY, help="With --local: who is past that hour gets it the next day, or not."
    ),
    not_after: str | None = typer.Option(
        None, help="When it is too late to send the rest; a day later if left out."
    ),
    silent: bool = typer.Option(False, "--silent", help="Without a sound, by day, too."),
    yes: bool = YES,
    as_json: bool = JSON_OPTION,
) -> None:
    """Send a message to many, as /broadcast does; also while the bot runs."""
    log_to_stderr("INFO")
    plan = Plan(
        _content(file, silent="always" if silent else "night"),
        _filter(audience),
        _schedule(at, not_after, late, local=local),
    )
    _carry_out_plan(plan, yes=yes, as_json=as_json)


def _carry_out_plan(plan: Plan, *, yes: bool, as_json: bool) -> None:
    offer = _held(plan.offer)
    if not offer.audience:
        fail("nobody matches that right now: nothing was sent; choose another --audience")
    if not yes:
        _show(plan.content)
        _ask(_card(offer, plan))
    _tell(_held(lambda: plan.carry_out(offer)), offer, as_json=as_json)


class Plan(NamedTuple):
    """A broadcast that is to be: what, to whom, when; in the place of which, as it was then."""

    content: Content
    audience: Filter
    schedule: Schedule
    replaces: int | None = None
    as_of: datetime | None = None

    async def offer(self) -> Offer:
        """What it takes as of now; raises ``ValueError`` where it cannot be."""
        from bot.clock import SystemClock
        from bot.delivery.schedules import check

        check(self.schedule, SystemClock().now())
        async with open_rules(_themes(self.audience)) as rules:
            return rules.offer(await rules.count_filter(self.audience))

    async def carry_out(self, offer: Offer) -> tuple[int, Confirmed]:
        """Make the draft and confirm it."""
        async with open_rules(_themes(self.audience)) as rules:
            draft = await self._draft(rules)
            return draft.id, await _confirmed(rules, draft, offer)

    async def _draft(self, rules: Broadcasts) -> BroadcastRead:
        chosen = self.content, self.audience, self.schedule
        if self.replaces is None:
            return await rules.compose(OPERATOR, *chosen)
        draft = await rules.redraft(self.replaces, OPERATOR, chosen, as_of=self.as_of)
        if draft is None:
            fail(f"nothing was changed: broadcast {self.replaces} {REFUSALS['no']}")
        return draft


async def _confirmed(rules: Broadcasts, draft: BroadcastRead, offer: Offer) -> Confirmed:
    """What came of it; a draft that could not be confirmed is not left behind."""
    came: Confirmed = "no"
    try:
        await rules.offered(draft.id, offer)
        came = await rules.confirm(draft.id, OPERATOR)
    finally:
        if came not in OUTCOMES:
            await rules.cancel(draft.id, OPERATOR)
    return came


def edit(  # noqa: PLR0913, PLR0917 (a command has its options)
    broadcast: int = BROADCAST,
    file: Path | None = typer.Option(
        None, help="The new text, as for send; buttons stay if the file has none."
    ),
    audience: str | None = typer.Option(
        None, help="Before it begins: whom it is for instead, as for send; '' is everyone."
    ),
    at: str | None = typer.Option(None, help="Before it begins: when instead, as for send."),
    local: bool = typer.Option(False, "--local", help="--at is on each subscriber's own clock."),
    late: Late = typer.Option(Late.NEXT_DAY, help="With --local: as for send."),
    not_after: str | None = typer.Option(None, help="With --at: as for send."),
    silent: bool = typer.Option(False, "--silent", help="Before it begins: without a sound."),
    yes: bool = YES,
    as_json: bool = JSON_OPTION,
) -> None:
    """Change the text wherever it arrived; before it begins the audience and the time, too."""
    log_to_stderr("INFO")
    new = _content(file) if file is not None else None
    schedule = _schedule(at, not_after, late, local=local)
    only_before = audience is not None or silent or schedule != type(schedule)()
    if new is None and not only_before:
        fail("nothing to change: name a --file with the new text, or whom or when instead")
    found = asked(find(broadcast))
    if found.can_be_replaced:
        plan = _changed(found, new, _filter(audience) if audience is not None else None)
        if at is not None:
            plan = plan._replace(schedule=schedule)
        elif not_after is not None:
            plan = plan._replace(schedule=plan.schedule._replace(not_after=schedule.not_after))
        if silent:
            plan = plan._replace(content=plan.content.model_copy(update={"silent": "always"}))
        _carry_out_plan(plan, yes=yes, as_json=as_json)
    elif only_before or new is None:
        fail(f"broadcast {broadcast} waits no more: only its text can be changed")
    else:
        _correct(broadcast, "edit", new, yes=yes, as_json=as_json)


def _changed(found: BroadcastRead, new: Content | None, audience: Filter | None) -> Plan:
    """What takes the place of one that waits: all of it that is not changed stays."""
    from bot.delivery.audiences import read_filter
    from bot.delivery.content import content_in
    from bot.delivery.schedules import schedule_of

    before = content_in(found.content)
    if audience is None:
        audience = read_filter(found.filter)
    content = before.rewritten(new) if new is not None else before
    return Plan(content, audience, schedule_of(found), found.id, found.last_shown)


def recall(broadcast: int = BROADCAST, yes: bool = YES, as_json: bool = JSON_OPTION) -> None:
    """Delete a broadcast wherever it arrived in the last 48 hours, and send no more of it."""
    log_to_stderr("INFO")
    _correct(broadcast, "recall", None, yes=yes, as_json=as_json)


def _correct(
    broadcast: int,
    kind: Literal["edit", "recall"],
    new: Content | None,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    original, reach, offer = asked(_reach(broadcast, kind))
    content = _as_new(original, new) if new is not None else None
    if not yes:
        if content is not None:
            _show(content)
        _ask(_card(offer, kind=kind, reach=reach))
    _tell(_held(lambda: _carry_out(broadcast, kind, content, offer)), offer, as_json=as_json)


async def _reach(broadcast: int, kind: str) -> tuple[BroadcastRead, Reach, Offer]:
    """What is to be corrected, and whom that reaches; or one clear line and exit 1."""
    from bot.delivery.corrections import SENT_STATES

    async with open_rules() as rules:
        found, reach = await found_in(rules, broadcast), await rules.reach_of(broadcast)
    if found.kind != "message":
        fail(f"broadcast {broadcast} is a correction itself: name the one that it corrects")
    if found.state not in SENT_STATES:
        fail(f"broadcast {broadcast} has not begun: gutskin broadcast cancel {broadcast}")
    if not reach.of(kind):
        why = " (Telegram lets a bot delete for 48 hours only)" if reach.too_late else ""
        fail(f"nothing of broadcast {broadcast} is left to {kind}{why}")
    return found, reach, rules.offer(reach.of(kind), kind)


def _as_new(original: BroadcastRead, new: Content) -> Content:
    """What was sent, with the new words, and the new buttons if there are any."""
    from bot.delivery.content import read_content

    before = read_content(original.content) if original.content else None
    if before is None or not before.carries_text:
        fail(f"broadcast {original.id} has no words that can be changed; it can be recalled")
    return before.model_copy(
        update={
            "text": new.text,
            "entities": (),
            "buttons": new.buttons or before.buttons,
            "link_preview": None,
        }
    )


async def _carry_out(
    broadcast: int, kind: Literal["edit", "recall"], content: Content | None, offer: Offer
) -> tuple[int, Confirmed]:
    async with open_rules() as rules:
        draft = await rules.correct(broadcast, OPERATOR, kind, content)
        if draft is None:
            fail(f"nothing of broadcast {broadcast} is left to {kind}")
        return draft.id, await _confirmed(rules, draft, offer)


def _held(work: Callable[[], Any]) -> Any:
    """What the rules say; what they refuse is one clear line and exit 1."""
    from bot.delivery.audiences import FilterError
    from bot.delivery.schedules import ScheduleError

    try:
        return asked(work())
    except FilterError as error:
        fail(f"--audience: {error}")
    except ScheduleError as error:
        fail(f"--not-after: {error}" if error.why == "ends_before" else f"--at: {error}")


def _tell(outcome: tuple[int, Confirmed], offer: Offer, *, as_json: bool) -> None:
    number, came = outcome
    if came in REFUSALS:
        fail(f"nothing was sent: {REFUSALS[came]}")
    if as_json:
        emit({"id": number, "state": came, **offer._asdict()})
    say(f"broadcast {number}: {OUTCOMES[came]}")


def _content(file: Path, silent: Literal["night", "always"] = "night") -> Content:
    """What the file says, if that can be sent."""
    from bot.delivery.content import Content, LinkButton, problems_of
    from bot.texts.broadcast import problem_words
    from bot.texts.catalogue import SOURCE_LANGUAGE, translator
    from bot.texts.html import clean
    from bot.texts.link_lines import read_link_lines

    said = read_link_lines(clean(_text(file)).strip())
    links = tuple(LinkButton(label, url) for label, url in said.links)
    content = Content(kind="text", text=said.text, buttons=links, silent=silent)
    problems = problems_of(content)
    if problems:
        _ = translator(SOURCE_LANGUAGE)
        fail(f"{file}: {' '.join(problem_words(_, problem) for problem in problems)}")
    return content


def _text(file: Path) -> str:
    try:
        with file.open("rb") as source:
            read = source.read(MOST_BYTES + 1)
        text = read.decode("utf-8-sig")
    except OSError as error:
        fail(plainly(error))
    except UnicodeDecodeError:
        fail(f"{file}: is not a text in UTF-8")
    if len(read) > MOST_BYTES:
        fail(f"{file}: is much too long for a message")
    if not text.strip():
        fail(f"{file}: is empty; write a line or two first")
    return text


def _filter(words: str) -> Filter:
    from bot.delivery.audiences import FilterError, parse_filter

    try:
        return parse_filter(words)
    except FilterError as error:
        fail(f"--audience: {error}")


def _themes(audience: Filter) -> dict[str, int]:
    """The themes that there are, if the audience names one."""
    from tips.library import ContentError, load_library

    if not audience.themes:
        return {}
    try:
        library = load_library(root=settings(token=False).content_dir)
    except ContentError as error:
        fail(str(error))
    return {theme.id: theme.bit for theme in library.themes}


def _schedule(at: str | None, not_after: str | None, late: Late, *, local: bool) -> Schedule:
    from bot.delivery.schedules import Schedule

    end = _instant("--not-after", not_after) if not_after is not None else None
    if not local:
        if late is not Late.NEXT_DAY:
            fail("--late only says something with --local")
        return Schedule(at=_instant("--at", at) if at is not None else None, not_after=end)
    if at is None:
        fail("--local needs --at: the day and the hour on each subscriber's own clock")
    wall = _wall("--at", at)
    if wall.tzinfo is not None:
        fail(f"--at {at}: with --local it has no offset, as the clock is each subscriber's own")
    minute = wall.hour * 60 + wall.minute
    return Schedule(None, wall.date(), minute, late.value.replace("-", "_"), end)


def _instant(option: str, text: str) -> datetime:
    """The instant by its offset, else by the clock of GUTSKIN_DEFAULT_TIMEZONE."""
    from bot.subscribers.calendar import instant_on

    wall = _wall(option, text)
    if wall.tzinfo is not None:
        return wall
    zone = settings(token=False).default_timezone
    found = instant_on(wall.date(), wall.hour * 60 + wall.minute, zone)
    if found is None:
        fail(f"{option} {text}: that day does not exist in {zone}")
    return found


def _wall(option: str, text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text.strip()) if ":" in text else None
    except ValueError:
        read = None
    if read is None or read.second or read.microsecond:
        fail(f"{option} {text}: is not a day and an hour; write e.g. '2026-12-01 09:00'")
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        fail(f"{option} {text}: is too near the end or the beginning of all dates")
    return read


def _show(content: Content) -> None:
    """What will arrive."""
    from bot.texts import announcement
    from bot.texts.catalogue import SOURCE_LANGUAGE, translator

    say(f"{announcement.label(translator(SOURCE_LANGUAGE))}\n\n{content.text}\n")
    for label, url in content.buttons:
        say(f"[{label}] {url}")


def _card(
    offer: Offer, plan: Plan | None = None, *, kind: str = "message", reach: Reach | None = None
) -> Card:
    """The question as the chat asks it, by the clock of GUTSKIN_DEFAULT_TIMEZONE."""
    from bot.clock import SystemClock
    from bot.delivery.audiences import Filter
    from bot.delivery.schedules import Schedule
    from bot.texts.broadcast_card import Card

    return Card(
        number=1,  # of buttons, which a terminal does not show
        kind=kind,
        state="draft",
        audience=plan.audience if plan else Filter(),
        schedule=plan.schedule if plan else Schedule(),
        themes={},
        now=SystemClock().now(),
        zone=settings(token=False).default_timezone,
        count=offer.audience,
        seconds=offer.seconds,
        stars=offer.stars,
        silent=plan.content.silent if plan else "night",
        too_late=reach.too_late if reach else 0,
        pruned=reach.pruned if reach else 0,
        replaces=plan.replaces if plan else None,
    )


def _ask(shown: Card) -> None:
    """Ask for a yes; without one nothing happens."""
    from bot.texts.broadcast_card import card
    from bot.texts.catalogue import SOURCE_LANGUAGE, translator

    say(f"\n{card(translator(SOURCE_LANGUAGE), shown).plain}\n(Your clock: {shown.zone})\n")
    if not sys.stdin.isatty():
        fail("nothing was done: this is no terminal to ask at; say yes by --yes")
    if not typer.confirm("Go ahead?", err=True):
        fail("nothing was done")
