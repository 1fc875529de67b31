"""Each act on a broadcast leaves one entry in the audit log, by the rule that does it."""

from __future__ import annotations

from bot.admins.audit import Audit
from tests.delivery_harness import ADMIN, DeliveryHarness
from tests.scripted_telegram import Telegram, once, refusal

OTHER, OPERATOR = 77, 0


async def lines(harness: DeliveryHarness) -> list[str]:
    entries = reversed(await Audit(harness.db, harness.clock).entries(50))
    return [f"{one.actor} {one.act} {one.subject} {one.before} {one.after}" for one in entries]


async def test_from_draft_to_cancellation(harness: DeliveryHarness) -> None:
    await harness.subscribe(1)
    rules = harness.broadcasts
    draft = await rules.draft(ADMIN, ADMIN, 5)
    assert await rules.confirm(draft.id, ADMIN) == "sending"
    assert await rules.pause(draft.id, OTHER)
    assert await rules.resume(draft.id, OPERATOR)
    assert await rules.cancel(draft.id, OTHER)
    mark = f"broadcast {draft.id}"
    assert await lines(harness) == [
        f'{ADMIN} draft {mark} None {{"state":"draft","audience":1}}',
        f'{ADMIN} confirm {mark} {{"state":"draft"}} {{"state":"sending","total":1}}',
        f'{OTHER} pause {mark} {{"state":"sending"}} {{"state":"paused"}}',
        f'{OPERATOR} resume {mark} {{"state":"paused"}} {{"state":"sending"}}',
        f'{OTHER} cancel {mark} {{"state":"sending"}} {{"state":"cancelled"}}',
    ]


async def test_what_changes_nothing_leaves_nothing(harness: DeliveryHarness) -> None:
    await harness.subscribe(1)
    rules = harness.broadcasts
    draft = await rules.draft(ADMIN, ADMIN, 5)
    assert not await rules.pause(draft.id, ADMIN)
    assert not await rules.resume(draft.id, ADMIN)
    assert await rules.confirm(draft.id, OTHER) == "no"
    assert await rules.cancel(draft.id, ADMIN)
    assert not await rules.cancel(draft.id, ADMIN)
    assert await rules.retry_failed(draft.id, ADMIN) == 0
    assert [line.split()[1] for line in await lines(harness)] == ["draft", "cancel"]


async def test_a_retry_is_one_entry(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(1, 2, 3)
    tg.script = once(refusal(400, "Bad Request: something"))
    broadcast = await harness.broadcast()
    await harness.worker.drain()
    assert await harness.broadcasts.retry_failed(broadcast, OTHER) > 0
    last = (await lines(harness))[-1]
    assert last == f'{OTHER} retry broadcast {broadcast} {{"state":"done"}} {{"state":"sending"}}'
