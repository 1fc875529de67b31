"""Methods by which the bot gets its updates: the held poll and the webhook."""

import asyncio
import re
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from bot.sandbox.methods.call import Call, Handler
from bot.sandbox.model.errors import bad_request
from bot.sandbox.model.people import Payload
from bot.sandbox.model.updates import Webhook

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{0,256}", re.ASCII)
_PORTS: Final = {443, 80, 88, 8443}
MAX_HOLD_SECONDS: Final = 50  # the official server's longest poll


async def get_updates(call: Call) -> list[Payload]:
    """Updates from `offset` on, held in real time until there is one or `timeout` has passed."""
    updates = call.world.updates
    seconds = min(max(call.get("timeout") or 0, 0), MAX_HOLD_SECONDS)
    if call.get("allowed_updates") is not None:
        updates.allowed = call.get("allowed_updates")
    limit = call.get("limit") or 100
    return await updates.poll(
        call.get("offset") or 0, limit, seconds, asyncio.get_running_loop().time
    )


def set_webhook(call: Call) -> bool:
    """Post updates to an address. Certificates are not looked at, and names are not looked up."""
    url: str = call.get("url")
    secret: str = call.get("secret_token") or ""
    if url:
        address = _address(url)
        if not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        if not call.world.local_mode:
            _check_public(address)
    call.get("certificate")
    _configure(call)
    if call.get("drop_pending_updates"):
        call.world.updates.drop()
    webhook = Webhook(url, secret, call.get("max_connections") or 40, call.get("ip_address") or "")
    call.world.updates.set_webhook(webhook if url else None)
    return True


def _configure(call: Call) -> None:
    if call.get("allowed_updates") is not None:
        call.world.updates.allowed = call.get("allowed_updates")


def _address(url: str) -> SplitResult:
    """The address in its parts; https where it names no scheme, as the Bot API server reads it."""
    parts = urlsplit(url if "://" in url else f"https://{url}")
    try:
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named or parts.scheme not in {"http", "https"}:
        raise bad_request("invalid webhook URL specified")
    return parts


def _check_public(address: SplitResult) -> None:
    """In the words of tdlib/telegram-bot-api, WebhookActor.cpp."""
    if address.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (address.port or 443) not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    host = address.hostname or ""
    try:
        number = ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return
    if number.version == 6:
        raise bad_request("bad webhook: IPv6-only addresses are not allowed")
    if not number.is_global:
        raise bad_request(f"bad webhook: IP address {number} is reserved")


def delete_webhook(call: Call) -> bool:
    """Back to polling."""
    if call.get("drop_pending_updates"):
        call.world.updates.drop()
    call.world.updates.set_webhook(None)
    return True


def get_webhook_info(call: Call) -> Payload:
    """The webhook's address, the queue's length and the last failure."""
    updates = call.world.updates
    webhook = updates.webhook or Webhook("")
    info: dict[str, Any] = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": updates.unfinished,
    }
    if webhook.url:
        info["max_connections"] = webhook.max_connections
    if webhook.ip_address:
        info["ip_address"] = webhook.ip_address
    if webhook.last_error:
        info["last_error_date"] = webhook.last_error_date
        info["last_error_message"] = webhook.last_error
    if updates.allowed:
        info["allowed_updates"] = updates.allowed
    return info


METHODS: Final[dict[str, Handler]] = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
