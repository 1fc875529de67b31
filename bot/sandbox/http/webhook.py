"""The webhook: updates posted to the bot, in order within a chat, until it accepts them."""

import asyncio
from collections import deque
from typing import Any, Final

import aiohttp
import orjson

from bot.sandbox.model.updates import Update, Webhook, shown
from bot.sandbox.model.world import World

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
# Telegram's pauses grow to minutes; a bot under test is back within seconds.
FIRST_PAUSE_SECONDS: Final = 0.05
LONGEST_PAUSE_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 60.0


class WebhookDelivery:
    """Runs while the sandbox does, and posts whenever a webhook is set."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._updates = world.updates
        self._lanes: dict[Any, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession

    async def run(self) -> None:
        """Deliver updates until cancelled."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as self._session:
            try:
                while True:
                    self._hand_out()
                    await self._updates.changed.wait()
            finally:
                self._cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    def _hand_out(self) -> None:
        if self._updates.webhook is None:
            self._cancel()
        while self._updates.webhook is not None and self._updates.pending:
            update = self._updates.pending.popleft()
            self._updates.in_flight[update["update_id"]] = update
            key = _chat_of(update)
            if key in self._lanes:
                self._lanes[key].append(update)
                continue
            self._lanes[key] = deque([update])
            task = asyncio.create_task(self._work_through(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _work_through(self, key: Any) -> None:
        lane = self._lanes[key]
        try:
            while lane:
                # An update dropped meanwhile is no longer in flight.
                if lane[0]["update_id"] in self._updates.in_flight:
                    await self._deliver(lane[0])
                    self._updates.in_flight.pop(lane[0]["update_id"], None)
                lane.popleft()
                self._world.activity.notify()
        finally:
            self._close_lane(key)

    async def _deliver(self, update: Update) -> None:
        """Post until the bot accepts it; the pauses double, in real time."""
        pause = FIRST_PAUSE_SECONDS
        while (webhook := self._updates.webhook) is not None:
            failure = await self._post(webhook, update)
            if not failure:
                return
            webhook.last_error = failure
            webhook.last_error_date = self._world.timestamp()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        raise asyncio.CancelledError

    def _close_lane(self, key: Any) -> None:
        """Return what is left for polling, when the webhook was removed."""
        left = [u for u in self._lanes.pop(key) if u["update_id"] in self._updates.in_flight]
        for update in left:
            del self._updates.in_flight[update["update_id"]]
        if left:
            self._updates.return_to_queue(left)

    async def _post(self, webhook: Webhook, update: Update) -> str:
        """Post once; returns the failure in words, "" when the bot has accepted it."""
        headers = {"Content-Type": "application/json"}
        if webhook.secret_token:
            headers[SECRET_HEADER] = webhook.secret_token
        try:
            async with self._session.post(
                webhook.url, data=orjson.dumps(shown(update)), headers=headers
            ) as answer:
                taken = 200 <= answer.status < 300
                return "" if taken else f"Wrong response from the webhook: {answer.status}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"Connection failed: {type(error).__name__}"


def _chat_of(update: Update) -> Any:
    """What must stay in order: the updates of one chat, else of one user; None for the rest."""
    contents = (value for value in update.values() if isinstance(value, dict))
    content = next(contents, {})
    message = content.get("message")
    holder = message if isinstance(message, dict) else content
    place = holder.get("chat") or content.get("from")
    return place.get("id") if isinstance(place, dict) else None
