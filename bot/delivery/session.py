"""The aiohttp session that the bot's own calls share, and what its errors mean."""

from __future__ import annotations

import aiohttp
from pydantic import SecretStr

from bot.delivery.errors import InDoubt, NotSent

KEEP_ALIVE_SECONDS = 60.0  # below the 75 s after which nginx, its default, closes idle connections
DNS_SECONDS = 300

# What is raised before the first byte of a request can have left. The order matters to nobody.
BEFORE_SENDING: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ConnectionTimeoutError, "connect timeout"),
    (aiohttp.ClientProxyConnectionError, "proxy unreachable"),
    (aiohttp.ClientHttpProxyError, "proxy refused"),
    (aiohttp.ClientConnectorDNSError, "name not found"),
    (aiohttp.ClientSSLError, "TLS failed"),
    (aiohttp.ClientConnectorError, "connection failed"),
    (aiohttp.InvalidURL, "malformed address"),
)
AFTER_SENDING: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.SocketTimeoutError, "read timeout"),
    (TimeoutError, "timeout"),
    (aiohttp.ClientPayloadError, "answer cut short"),
    (aiohttp.ClientResponseError, "answer unreadable"),
    (aiohttp.ClientError, "connection lost"),
    (OSError, "connection lost"),
)


def open_session(connections: int, proxy: SecretStr | None) -> aiohttp.ClientSession:
    """A session with a pool of that many kept connections; call it inside a running loop.

    Raises:
        ValueError: for a proxy that is not an HTTP proxy, without repeating its address.
    """
    address = proxy.get_secret_value() if proxy else None
    if address and not address.startswith(("http://", "https://")):
        raise ValueError("the proxy's address must begin with http:// or https://")
    connector = aiohttp.TCPConnector(
        limit=connections, ttl_dns_cache=DNS_SECONDS, keepalive_timeout=KEEP_ALIVE_SECONDS
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        proxy=address,
        # Answers are short: unpacking them would cost more than it saves.
        skip_auto_headers=("Accept", "Accept-Encoding"),
        headers={"Accept-Encoding": "identity"},
    )


def judge(error: BaseException) -> NotSent | InDoubt:
    """What a failed call means. The result repeats nothing of ``error``, whose text may hold the
    token or the proxy's password.
    """
    for kind, reason in BEFORE_SENDING:
        if isinstance(error, kind):
            return NotSent(reason)
    for kind, reason in AFTER_SENDING:
        if isinstance(error, kind):
            return InDoubt(reason)
    return InDoubt(type(error).__name__)
