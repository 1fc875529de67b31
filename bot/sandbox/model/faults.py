"""Faults on demand, and the limit on the sending rate."""

import math
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.sandbox.model.errors import ApiError, ControlError, too_many_requests

KINDS: Final = {"429", "500", "502", "delay", "drop_before", "drop_after", "error", "put_off"}
_SENDS: Final = ("send", "copy", "forward", "edit")
# Polls come by themselves, so a fault meant for "the next call" must not hit one.
_ONLY_BY_NAME: Final = {"getupdates"}


@dataclass(slots=True)
class Fault:
    """What goes wrong, for which calls, how many times; `seconds` of a delay in real time.

    A message that is put off is accepted, but has no number yet (MessageId in the Bot API: "this
    field will be 0 and the relevant message will be unusable until it is actually sent").
    """

    kind: str
    method: str = ""
    chat: int | None = None
    retry_after: int = 3
    seconds: float = 0.2
    error_code: int = 400
    description: str = "Bad Request"
    times: int = 1

    def meets(self, method: str, chat: Any) -> bool:
        """Whether the fault applies to this call."""
        if self.chat is not None and str(self.chat) != str(chat):
            return False
        if self.method:
            return self.method.lower() == method.lower()
        return method.lower() not in _ONLY_BY_NAME

    def error(self) -> ApiError | None:
        """The refusal, for the kinds that are one."""
        match self.kind:
            case "429":
                return too_many_requests(self.retry_after)
            case "500":
                return ApiError(500, "Internal Server Error")
            case "502":
                return ApiError(502, "Bad Gateway")
            case "error":
                return ApiError(self.error_code, self.description)
        return None


class Faults:
    """Faults waiting for their calls, first come first served."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let `fault` happen; ControlError for an unknown kind or a count below one."""
        if fault.kind not in KINDS:
            raise ControlError(f"unknown kind of fault {fault.kind!r}; one of {sorted(KINDS)}")
        if fault.times < 1:
            raise ControlError("times must be at least 1")
        self._faults.append(fault)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()

    def take(self, method: str, chat: Any) -> Fault | None:
        """The fault that applies to this call, used up by one."""
        for fault in self._faults:
            if fault.meets(method, chat):
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
                return fault
        return None


class RateLimit:
    """At most `burst` sends in any `burst / per_second` seconds of the sandbox's clock."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._window = timedelta(seconds=burst / per_second)
        self._burst = burst
        self._sent: deque[datetime] = deque()

    def check(self, method: str, now: datetime) -> None:
        """Count a send; ApiError 429 with the whole seconds to wait when there are too many."""
        if not method.startswith(_SENDS) or method == "sendChatAction":
            return
        while self._sent and now - self._sent[0] >= self._window:
            self._sent.popleft()
        if len(self._sent) >= self._burst:
            wait = (self._sent[0] + self._window - now).total_seconds()
            raise too_many_requests(max(1, math.ceil(wait)))
        self._sent.append(now)
