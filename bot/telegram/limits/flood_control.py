"""Decides what a 429 holds, the chat that met it or a whole lane, and tells whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bot.clock import Clock
from bot.metrics import Metrics
from bot.telegram.limits.flood_waits import EVERY_CHAT, SEND, ChatId, FloodWait, FloodWaits
from bot.telegram.limits.priority import Lane, LaneState


class FloodControl:
    """The part of ``SendLimiter`` that deals with flood waits."""

    def __init__(self, clock: Clock, lanes: Mapping[Lane, LaneState], metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._lanes = lanes
        self.floods = FloodWaits()
        self._on_hold: list[Callable[[Lane], None]] = []
        self._on_flood: list[Callable[[FloodWait], None]] = []
        for lane in lanes:
            metrics.flood_wait_chats.labels(lane.value).set_function(
                partial(self.chats_waiting, lane)
            )

    def refused(
        self,
        lane: Lane,
        chat_id: ChatId | None,
        retry_after: float,
        *,
        kind: str = SEND,
        alone: bool = False,
    ) -> None:
        """Telegram answered 429 to a call of this kind for the chat (None: for no chat).

        It gets none for ``retry_after`` seconds. If another chat waits for the same, or there is
        no chat, all do: their calls of this kind, or the whole lane where messages are refused.
        ``alone`` says that others are not to wait for this one in any case.
        """
        self._metrics.flood_waits.labels(lane.value).inc()
        now = self._clock.monotonic()
        chat = EVERY_CHAT if chat_id is None else chat_id
        wait = FloodWait(lane, kind, chat, now, now + retry_after)
        shared = chat == EVERY_CHAT or self._remember(wait) is not None
        if alone or not shared:
            return
        if kind == SEND:
            self._silence(lane, retry_after)
        else:
            self._remember(wait._replace(chat_id=EVERY_CHAT))

    def learn(self, wait: FloodWait) -> None:
        """A chat has to wait because of a 429 that another replica or an earlier run got."""
        now = self._clock.monotonic()
        everybody = self.floods.add(wait, now)
        if everybody is None:
            return
        if wait.kind == SEND:
            self.hold(wait.lane, everybody - now)
        else:
            self.floods.add(wait._replace(chat_id=EVERY_CHAT, until=everybody), now)

    def _remember(self, wait: FloodWait) -> float | None:
        everybody = self.floods.add(wait, wait.since)
        for tell in self._on_flood:
            tell(wait)
        return everybody

    def flood(self, lane: Lane, retry_after: float) -> None:
        """Telegram asks everybody to wait: silence the lane for ``retry_after`` s, in full."""
        self._metrics.flood_waits.labels(lane.value).inc()
        self._silence(lane, retry_after)

    def _silence(self, lane: Lane, retry_after: float) -> None:
        self._lanes[lane].flood(retry_after, self._clock.monotonic())
        self._tell(lane)

    def hold(self, lane: Lane, seconds: float) -> None:
        """Silence the lane because of a 429 that another replica or an earlier run got."""
        if seconds > self.held_for(lane):
            self._lanes[lane].hold(self._clock.monotonic() + seconds)
            self._tell(lane)

    def on_hold(self, listener: Callable[[Lane], None]) -> None:
        """Call ``listener`` whenever a lane was silenced; ``held_for`` says for how long."""
        self._on_hold.append(listener)

    def on_flood(self, listener: Callable[[FloodWait], None]) -> None:
        """Call ``listener`` with each flood wait that a call of this process has met."""
        self._on_flood.append(listener)

    def _tell(self, lane: Lane) -> None:
        for listener in self._on_hold:
            listener(lane)

    def held_for(self, lane: Lane) -> float:
        """Seconds for which the lane is still silent after a flood; 0 when it is not."""
        return max(0.0, self._lanes[lane].held_until - self._clock.monotonic())

    def chats_waiting(self, lane: Lane) -> int:
        """How many chats have to wait for a flood of their own."""
        return self.floods.chats(lane, self._clock.monotonic())

    def slowed_to(self, lane: Lane) -> float:
        """The share of its rate that the lane runs at: 1 unless floods came again and again."""
        self._lanes[lane].awake_at(self._clock.monotonic())
        return self._lanes[lane].factor
