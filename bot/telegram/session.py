"""The aiohttp session that the bot's own calls share, and what its errors mean."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
from pydantic import SecretStr

from bot.telegram.bulk.connection import Reply, seconds_of
from bot.telegram.errors import InDoubt, NotSent

KEEP_ALIVE_SECONDS = 60.0  # below the 75 s after which nginx, its default, closes idle connections
DNS_SECONDS = 300

Reasons = tuple[tuple[type[Exception], str], ...]
# How a call ended of which nothing can have left this machine. The first that fits counts.
BEFORE_SENDING: Reasons = (
    (aiohttp.ConnectionTimeoutError, "connect timeout"),
    (aiohttp.ClientProxyConnectionError, "proxy unreachable"),
    (aiohttp.ClientHttpProxyError, "proxy refused"),
    (aiohttp.ClientConnectorDNSError, "name not found"),
    (aiohttp.ClientSSLError, "TLS failed"),
    (aiohttp.ClientConnectorError, "connection failed"),
    (aiohttp.InvalidURL, "malformed address"),
    (TimeoutError, "timeout"),
    (aiohttp.ClientResponseError, "proxy unreadable"),
    (aiohttp.ClientError, "connection failed"),
    (OSError, "connection failed"),
)
# The same for one that had begun.
AFTER_SENDING: Reasons = (
    (aiohttp.SocketTimeoutError, "read timeout"),
    (TimeoutError, "timeout"),
    (aiohttp.ClientPayloadError, "answer cut short"),
    (aiohttp.ClientResponseError, "answer unreadable"),
    (aiohttp.ClientError, "connection lost"),
    (OSError, "connection lost"),
)


@dataclass(slots=True)
class Attempt:
    """One call; given to aiohttp as ``trace_request_ctx``, it knows whether the call has begun.

    The kind of an error does not tell: a proxy that drops the connection looks the same while it
    is asked for a tunnel, where the request has not left, and when the request is in the tunnel.
    """

    begun: bool = False

    def failure(self, error: BaseException) -> NotSent | InDoubt:
        """What the failed call means. The result repeats nothing of ``error``, whose text may
        hold the token or the proxy's password.
        """
        known = AFTER_SENDING if self.begun else BEFORE_SENDING
        words = (reason for kind, reason in known if isinstance(error, kind))
        return self.ended(next(words, type(error).__name__))

    def ended(self, reason: str) -> NotSent | InDoubt:
        """What it means that the call ended without an answer."""
        return InDoubt(reason) if self.begun else NotSent(reason)


async def _has_begun(
    _session: aiohttp.ClientSession,
    context: SimpleNamespace,
    _params: aiohttp.TraceRequestHeadersSentParams,
) -> None:
    context.trace_request_ctx.begun = True


def _tracing() -> aiohttp.TraceConfig:
    """Tells attempts that they begin. What a proxy is asked for a tunnel is not traced."""
    tracing = aiohttp.TraceConfig()
    # Raised before the first byte is handed over, so never too late.
    tracing.on_request_headers_sent.append(_has_begun)
    return tracing


def proxy_address(proxy: SecretStr | None) -> str | None:
    """The proxy's address in the clear.

    Raises:
        ValueError: for a proxy that is not an HTTP proxy, without repeating its address.
    """
    address = proxy.get_secret_value() if proxy else None
    if address and not address.startswith(("http://", "https://")):
        raise ValueError("the proxy's address must begin with http:// or https://")
    return address


def open_session(
    connections: int, proxy: SecretStr | None, tls: ssl.SSLContext | None = None
) -> aiohttp.ClientSession:
    """A session with a pool of that many kept connections; call it inside a running loop.

    Every call needs an :class:`Attempt` as its ``trace_request_ctx``. ``tls`` is how servers are
    verified; the system's certificates by default.

    Raises:
        ValueError: for a proxy that is not an HTTP proxy, without repeating its address.
    """
    address = proxy_address(proxy)
    connector = aiohttp.TCPConnector(
        limit=connections,
        ttl_dns_cache=DNS_SECONDS,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        ssl=tls or True,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        proxy=address,
        trace_configs=[_tracing()],
        # Answers are short: unpacking them would cost more than it saves.
        skip_auto_headers=("Accept", "Accept-Encoding"),
        headers={"Accept-Encoding": "identity"},
    )


async def read_reply(answer: aiohttp.ClientResponse) -> Reply:
    """The whole of an answer."""
    body = await answer.read()
    wait = seconds_of(answer.headers.get("Retry-After")) if answer.status == 429 else 0.0
    return Reply(answer.status, body, wait)
