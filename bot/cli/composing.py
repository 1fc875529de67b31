"""``gutskin broadcast send`` and ``edit``: what admins do in the chat, from a file.

Nothing is written before the operator has said yes; then the rules of the chat apply.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from bot.cli.broadcast_options import (
    FILE,
    YES,
    Late,
    content_from,
    filter_from,
    schedule_from,
    themes_of,
)
from bot.cli.broadcasts import BROADCAST, OPERATOR, find, open_rules
from bot.cli.confirming import REFUSALS, ask, card_of, confirmed, held, show, tell
from bot.cli.correcting import correct, recall
from bot.cli.database import asked
from bot.cli.output import JSON_OPTION, fail, log_to_stderr

if TYPE_CHECKING:
    from bot.delivery.audiences import Filter
    from bot.delivery.broadcasts import Broadcasts
    from bot.delivery.confirmation import Confirmed
    from bot.delivery.content import Content
    from bot.delivery.offers import Offer
    from bot.delivery.schedules import Schedule
    from bot.store.outbox_models import BroadcastRead
    from bot.texts.broadcast_card import Card


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
        content_from(file, silent="always" if silent else "night"),
        filter_from(audience),
        schedule_from(at, not_after, late, local=local),
    )
    _carry_out_plan(plan, yes=yes, as_json=as_json)


def _carry_out_plan(plan: Plan, *, yes: bool, as_json: bool) -> None:
    offer = held(plan.offer)
    if not offer.audience:
        fail("nobody matches that right now: nothing was sent; choose another --audience")
    if not yes:
        show(plan.content)
        ask(_card(offer, plan))
    tell(held(lambda: plan.carry_out(offer)), offer, as_json=as_json)


def _card(offer: Offer, plan: Plan) -> Card:
    return card_of(
        offer,
        audience=plan.audience,
        schedule=plan.schedule,
        silent=plan.content.silent,
        replaces=plan.replaces,
    )


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
        async with open_rules(themes_of(self.audience)) as rules:
            return rules.offer(await rules.count_filter(self.audience))

    async def carry_out(self, offer: Offer) -> tuple[int, Confirmed]:
        """Make the draft and confirm it."""
        async with open_rules(themes_of(self.audience)) as rules:
            draft = await self._draft(rules)
            return draft.id, await confirmed(rules, draft, offer)

    async def _draft(self, rules: Broadcasts) -> BroadcastRead:
        chosen = self.content, self.audience, self.schedule
        if self.replaces is None:
            return await rules.compose(OPERATOR, *chosen)
        draft = await rules.redraft(self.replaces, OPERATOR, chosen, as_of=self.as_of)
        if draft is None:
            fail(f"nothing was changed: broadcast {self.replaces} {REFUSALS['no']}")
        return draft


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
    new = content_from(file) if file is not None else None
    schedule = schedule_from(at, not_after, late, local=local)
    only_before = audience is not None or silent or schedule != type(schedule)()
    if new is None and not only_before:
        fail("nothing to change: name a --file with the new text, or whom or when instead")
    found = asked(find(broadcast))
    if found.can_be_replaced:
        plan = _changed(found, new, filter_from(audience) if audience is not None else None)
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
        correct(broadcast, "edit", new, yes=yes, as_json=as_json)


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
