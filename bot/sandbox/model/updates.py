"""Updates on their way to the bot: the queue, who polls it, and the webhook's settings."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import orjson

from bot.sandbox.model.errors import SECOND_POLLER, WEBHOOK_ACTIVE, ApiError
from bot.sandbox.model.signals import Signal

Update = dict[str, Any]

RAW: Final = "raw bytes"  # the key of what is handed out as it is, in place of JSON

FIRST_UPDATE_ID: Final = 700_000_001  # Telegram's begin at a random number as well
# Not sent unless asked for: core.telegram.org/bots/api#getupdates, allowed_updates.
_ONLY_WHEN_ASKED: Final = {"chat_member", "message_reaction", "message_reaction_count"}


def shown(update: Update) -> Any:
    """The update as the bot is given it."""
    return update.get(RAW, update)


@dataclass(slots=True)
class Webhook:
    """Where updates are posted to; `last_error_date` in Unix seconds."""

    url: str
    secret_token: str = ""
    max_connections: int = 40
    ip_address: str = ""
    last_error: str = ""
    last_error_date: int = 0


class UpdateQueue:
    """Updates not yet confirmed, in order; at most one poller at a time."""

    def __init__(self, activity: Signal) -> None:
        self._activity = activity
        self._next_id = FIRST_UPDATE_ID
        self._poller: object | None = None
        self._closed = False
        self.pending: deque[Update] = deque()
        self.in_flight: dict[int, Update] = {}
        self.allowed: list[str] = []
        self.webhook: Webhook | None = None
        self.changed = Signal()

    @property
    def unfinished(self) -> int:
        """How many updates are not confirmed or not delivered."""
        return len(self.pending) + len(self.in_flight)

    def add(self, kind: str, content: Any) -> int | None:
        """Queue an update and give its id; None when the bot did not ask for this kind."""
        if kind not in self.allowed if self.allowed else kind in _ONLY_WHEN_ASKED:
            return None
        return self.add_raw({kind: content})

    def add_raw(self, update: Update) -> int:
        """Queue `update` as it is, whatever was asked for; a missing update_id is filled in."""
        given = update.get("update_id")
        update_id = given if isinstance(given, int) else self._next_id
        # First, as Telegram writes it.
        self._queue({"update_id": update_id} | update | {"update_id": update_id})
        return update_id

    def add_bytes(self, content: str) -> int:
        """Queue what may be no JSON, a character a byte; ``UPDATE_ID`` in it becomes its number.

        So a test may hand out what Telegram should not, and what somebody in between made of it.
        """
        update_id = self._next_id
        body = content.replace("UPDATE_ID", str(update_id)).encode("latin-1")
        self._queue({"update_id": update_id, RAW: orjson.Fragment(body)})
        return update_id

    def _queue(self, update: Update) -> None:
        self._next_id = max(self._next_id, update["update_id"] + 1)
        self.pending.append(update)
        self._notify()

    def confirm(self, offset: int) -> None:
        """Forget updates before `offset`; a negative one keeps only that many of the newest."""
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        while self.pending and offset > 0 and self.pending[0]["update_id"] < offset:
            self.pending.popleft()
        self._activity.notify()

    def drop(self) -> None:
        """Forget all waiting updates."""
        self.pending.clear()
        self.in_flight.clear()
        self._notify()

    async def poll(self, offset: int, limit: int, seconds: float, loop_time: Any) -> list[Update]:
        """What `getUpdates` answers; ApiError 409 when another poller or a webhook takes over."""
        if self.webhook is not None:
            raise ApiError(409, WEBHOOK_ACTIVE)
        me = self._poller = object()
        self.changed.notify()
        self.confirm(offset)
        deadline = loop_time() + seconds
        while not self.pending and not self._closed and (left := deadline - loop_time()) > 0:
            await self.changed.wait(left)
            self._check_still_mine(me)
        return [shown(update) for update in islice(self.pending, limit)]

    def _check_still_mine(self, me: object) -> None:
        if self.webhook is not None:
            raise ApiError(409, "Conflict: terminated by setWebhook request")
        if self._poller is not me:
            raise ApiError(409, SECOND_POLLER)

    def set_webhook(self, webhook: Webhook | None) -> None:
        """Post updates to `webhook` from now on, or keep them for polling (None)."""
        self.webhook = webhook
        self._notify()

    def return_to_queue(self, updates: Iterable[Update]) -> None:
        """Put undelivered updates back in their place."""
        merged = sorted([*updates, *self.pending], key=lambda u: u["update_id"])
        self.pending = deque(merged)
        self._notify()

    def close(self) -> None:
        """Let a held poll return at once."""
        self._closed = True
        self._notify()

    def _notify(self) -> None:
        self.changed.notify()
        self._activity.notify()
