"""``gutskin broadcast recall``, and an ``edit`` of what has begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bot.cli.broadcast_options import YES
from bot.cli.broadcasts import BROADCAST, OPERATOR, found_in, open_rules
from bot.cli.confirming import ask, card_of, confirmed, held, show, tell
from bot.cli.database import asked
from bot.cli.output import JSON_OPTION, fail, log_to_stderr

if TYPE_CHECKING:
    from bot.delivery.confirmation import Confirmed
    from bot.delivery.content import Content
    from bot.delivery.offers import Offer
    from bot.store.outbox.corrections import Reach
    from bot.store.outbox_models import BroadcastRead


def recall(broadcast: int = BROADCAST, yes: bool = YES, as_json: bool = JSON_OPTION) -> None:
    """Delete a broadcast wherever it arrived in the last 48 hours, and send no more of it."""
    log_to_stderr("INFO")
    correct(broadcast, "recall", None, yes=yes, as_json=as_json)


def correct(
    broadcast: int,
    kind: Literal["edit", "recall"],
    new: Content | None,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Ask for a yes, then change or delete what arrived."""
    original, reach, offer = asked(_reach(broadcast, kind))
    content = _as_new(original, new) if new is not None else None
    if not yes:
        if content is not None:
            show(content)
        ask(card_of(offer, kind=kind, too_late=reach.too_late, pruned=reach.pruned))
    tell(held(lambda: _carry_out(broadcast, kind, content, offer)), offer, as_json=as_json)


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
        return draft.id, await confirmed(rules, draft, offer)
