"""Refusals in Telegram's own words, and connections closed without an answer."""

from dataclasses import dataclass, field
from typing import Any, Final

QUERY_TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"
NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
SECOND_POLLER: Final = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE: Final = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


@dataclass(eq=False)
class ApiError(Exception):
    """A refused Bot API call: `{"ok": false, "error_code": …, "description": …}`."""

    code: int
    description: str
    parameters: dict[str, Any] = field(default_factory=dict)

    def answer(self) -> dict[str, Any]:
        """The body that Telegram sends with this refusal."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class ControlError(Exception):
    """A control call that cannot be carried out; the text says why, `status` is HTTP's."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


class ConnectionDroppedError(Exception):
    """The connection is to be closed without an answer."""


def bad_request(text: str) -> ApiError:
    """A 400 with Telegram's prefix; the first letter becomes small, as the Bot API server does."""
    shouts = len(text) > 1 and (text[1] == "_" or text[1].isupper())
    return ApiError(400, "Bad Request: " + (text if shouts else text[:1].lower() + text[1:]))


def forbidden(text: str) -> ApiError:
    """A 403 with Telegram's prefix."""
    return ApiError(403, f"Forbidden: {text}")


def too_many_requests(retry_after: int) -> ApiError:
    """A 429; `retry_after` in seconds."""
    return ApiError(
        429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}
    )
