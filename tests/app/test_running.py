"""The life of the bot: restarts, blocks, floods, faults, health, webhook; and what it logs."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bot.app import App, build
from bot.clock import MovableClock
from bot.sandbox.http.server import Sandbox
from tests.bot_harness import MONDAY, TOKEN, BotHarness, Person, open_harness, settings_for
from tests.logbook import captured


async def test_who_blocks_is_left_alone_and_comes_back_with_everything(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.block()
    found = await harness.app.services.subscribers.find(subscriber.id)
    assert found is not None
    assert found.state == "blocked"
    sent = len(await harness.calls("sendMessage"))
    await harness.pass_time(days=3)
    assert len(await harness.calls("sendMessage")) == sent
    await subscriber.unblock()
    await subscriber.say("/start")
    await subscriber.sees("08:00", "Next tip:")
    await harness.pass_time(days=1)
    assert len(await subscriber.tips()) == 2


async def test_who_unblocks_gets_tips_again_without_a_word(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.block()
    await subscriber.unblock()
    found = await harness.app.services.subscribers.find(subscriber.id)
    assert found is not None
    assert found.subscribed
    before = len(await subscriber.tips())
    await harness.pass_time(days=1)
    assert len(await subscriber.tips()) == before + 1


async def test_a_block_nobody_told_us_of_is_seen_at_the_first_refusal(
    harness: BotHarness, subscriber: Person
) -> None:
    await harness.fault("error", chat=subscriber.id, error_code=403, times=1,
                        description="Forbidden: bot was blocked by the user")  # fmt: skip
    await harness.pass_time(days=1)
    tries = len(await harness.calls("sendMessage"))
    await harness.pass_time(days=3)
    assert len(await harness.calls("sendMessage")) == tries
    await subscriber.say("/start")
    await subscriber.sees("Welcome back")
    await harness.pass_time(days=1)
    assert len(await subscriber.tips()) == 2


async def test_a_reply_that_is_refused_as_blocked_marks_the_reader(
    harness: BotHarness, subscriber: Person
) -> None:
    await harness.fault("error", chat=subscriber.id, error_code=403, times=1,
                        description="Forbidden: bot was blocked by the user")  # fmt: skip
    await subscriber.say("/help")
    found = await harness.app.services.subscribers.find(subscriber.id)
    assert found is not None
    assert found.state == "blocked"


@pytest.mark.parametrize("kind", ["500", "502", "drop_before"])
async def test_a_reply_that_did_not_get_through_is_tried_again(
    harness: BotHarness, subscriber: Person, kind: str
) -> None:
    await harness.fault(kind, method="sendMessage", times=2)
    await subscriber.say("/help")
    await subscriber.hears("What you can send me")


async def test_a_reply_waits_out_a_flood(harness: BotHarness, subscriber: Person) -> None:
    await harness.fault("429", method="sendMessage", retry_after=1, times=1)
    await subscriber.say("/help")
    await subscriber.hears("What you can send me")


async def test_a_refusal_on_our_side_is_told_kindly(
    harness: BotHarness, subscriber: Person
) -> None:
    await harness.fault("error", method="sendMessage", error_code=400, times=1,
                        description='Bad Request: can\'t parse entities: "my story"')  # fmt: skip
    with captured() as log:
        await subscriber.say("/help")
    await subscriber.sees("Something went wrong on my side")
    assert "my story" not in log.getvalue()
    assert "a handler failed" in log.getvalue()


@pytest.mark.parametrize(
    "words", ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"]
)
async def test_an_edit_of_a_deleted_message_becomes_a_new_one(
    harness: BotHarness, subscriber: Person, words: str
) -> None:
    await subscriber.say("/settings")
    count = len(await subscriber.messages())
    await harness.fault("error", method="editMessageText", error_code=400, times=1,
                        description=f"Bad Request: {words}")  # fmt: skip
    await subscriber.tap("Time")
    await subscriber.sees("What time would you like?")
    assert len(await subscriber.messages()) == count + 1


async def test_buttons_of_a_deleted_tip_may_be_tapped(
    harness: BotHarness, subscriber: Person
) -> None:
    await harness.fault("error", method="editMessageReplyMarkup", error_code=400, times=1,
                        description="Bad Request: message to edit not found")  # fmt: skip
    await subscriber.tap("Save")
    await subscriber.hears("Saved.")
    await subscriber.say("/saved")
    await subscriber.sees("1 saved tip")


async def test_nothing_in_the_house_shows_the_token(harness: BotHarness) -> None:
    services = harness.app.services
    shown = " ".join(repr(value) for value in [harness.app, services, *vars(services).values()])
    assert TOKEN not in shown
    assert TOKEN.partition(":")[2] not in shown


async def test_health_readiness_and_metrics(harness: BotHarness, subscriber: Person) -> None:
    await harness.to_next_tip()
    async with aiohttp.ClientSession(harness.app.web_url) as session:
        async with session.get("/readyz") as response:
            assert response.status == 200, await response.text()
        async with session.get("/metrics") as response:
            metrics = await response.text()
        assert 'gutskin_subscribers{state="active"} 1.0' in metrics
        assert 'gutskin_updates_total{what="processed"} 5.0' in metrics
        assert 'gutskin_deliveries_total{kind="tip",outcome="sent"} 1.0' in metrics
        harness.clock.move(600)
        async with session.get("/readyz") as response:
            assert response.status == 503
            assert "the last good tick is" in await response.text()
    assert subscriber


async def test_a_tick_that_never_comes_back_ends_the_process(harness: BotHarness) -> None:
    async def broken() -> None:
        raise OSError("the disk is away")

    harness.clock.move(3600)
    await harness.app.supervisor.look_at_the_work()
    assert not harness.app.is_leaving, "a clock that jumped is no reason to leave"
    harness.clock.move(3600)
    harness.app.services.planner.tick = broken  # type: ignore[method-assign,assignment]
    await harness.app.supervisor.look_at_the_work()
    assert harness.app.is_leaving


async def test_what_was_left_undone_is_done_after_a_restart(tmp_path: Path) -> None:
    clock = MovableClock(MONDAY, flowing=True)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(clock=clock, token=TOKEN))
        session = await stack.enter_async_context(aiohttp.ClientSession(sandbox.base_url))
        settings = settings_for(sandbox, tmp_path)
        async with build(settings, clock=clock) as app:
            harness = BotHarness(sandbox, clock, settings, session, app)
            subscriber = await harness.subscriber()
        said = await harness.post("say", user=subscriber.id, text="/pause 3")
        # Written down by a run that was killed before it could work on it.
        await _write_down(settings.database, subscriber.id, said["update_id"])
        async with build(settings, clock=clock) as app:
            harness.app = app
            await harness.settle()
            await subscriber.sees("Paused. Your next tip comes")
            paused = [
                m
                for m in await subscriber.messages()
                if "Paused. Your next tip comes" in m["text"]
            ]
            assert len(paused) == 1
            await subscriber.say("/resume")
            await subscriber.sees("Your tips are on")


async def _write_down(url: str, chat: int, update_id: int) -> None:
    import orjson

    from bot.store.database import Database
    from bot.store.outbox_models import Arrived
    from bot.store.queries import inbox

    user = {"id": chat, "is_bot": False, "first_name": "Rita", "language_code": "en"}
    body = {
        "update_id": update_id,
        "message": {
            "message_id": 900,
            "date": 1772452800,
            "chat": {"id": chat, "type": "private", "first_name": "Rita"},
            "from": user,
            "text": "/pause 3",
            "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
        },
    }
    db = await Database.open(url)
    async with db.write() as session:
        row = Arrived(update_id=update_id, chat_id=chat, body=orjson.dumps(body))
        await inbox.put(session, [row], MONDAY)
    await db.close()


async def test_webhook_mode(tmp_path: Path, unused_tcp_port: int) -> None:
    hook = f"http://127.0.0.1:{unused_tcp_port}/telegram/hook"
    async with open_harness(
        tmp_path, webhook_url=hook, webhook_secret="a-secret_1", webhook_port=unused_tcp_port
    ) as harness:
        subscriber = await harness.subscriber()
        await subscriber.say("/settings")
        await subscriber.sees("Time: about 08:00")
        assert await harness.calls("getUpdates") == []
        await harness.to_next_tip()
        assert len(await subscriber.tips()) == 2
    (call,) = await _calls_after(harness, "deleteWebhook")
    assert call is None


async def _calls_after(harness: BotHarness, method: str) -> list[None]:
    journal = harness.sandbox.world.journal.calls
    return [None] if not any(c["method"] == method for c in journal.after(0)) else []


@pytest.mark.postgres
async def test_a_day_on_postgresql(tmp_path: Path, postgres: object) -> None:
    url = postgres.migrated_database()  # type: ignore[attr-defined]
    async with open_harness(tmp_path, database_url=url) as harness:
        subscriber, admin = await harness.subscriber(), await harness.admin()
        await harness.to_next_tip()
        await subscriber.tap("Save", times=2)
        await subscriber.say("/saved")
        await subscriber.sees("1 saved tip")
        await admin.say("/broadcast Hello")
        await admin.tap("Send it now", times=2)
        await admin.sees("Broadcast done", "Sent: 1")
        await subscriber.say("/forget")
        await subscriber.tap("Yes, erase everything")
        await subscriber.sees("everything about you is erased")


def test_an_app_that_does_not_run_has_no_rooms() -> None:
    app = App(None, None)  # type: ignore[arg-type]
    for name in ("services", "web_url"):
        with pytest.raises(RuntimeError, match="not running"):
            getattr(app, name)


async def test_beside_a_webhook_health_is_on_a_port_of_its_own(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    hook = f"http://127.0.0.1:{unused_tcp_port}"
    async with open_harness(
        tmp_path,
        webhook_url=f"{hook}/hook",
        webhook_secret="a-secret_1",
        webhook_port=unused_tcp_port,
    ) as harness:
        for path in ("healthz", "readyz", "metrics"):
            async with harness.session.get(f"{hook}/{path}") as public:
                assert public.status == 404
            async with harness.session.get(f"{harness.app.web_url}/{path}") as private:
                assert private.status in {200, 503}
        async with harness.session.post(f"{harness.app.web_url}/hook") as private:
            assert private.status == 404
