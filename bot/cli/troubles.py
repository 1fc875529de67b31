"""Failures on the way to Telegram, in plain words with a remedy.

An exception's own text is left out: drivers quote addresses, and with them passwords.
"""

from __future__ import annotations

import aiohttp

from bot.store.troubles import Trouble

PROXY_REFUSES = Trouble("the proxy refuses us", "check user and password in GUTSKIN_PROXY_URL")
_ADDRESSES = "GUTSKIN_API_BASE_URL and GUTSKIN_PROXY_URL"
_BY_NETWORK_ERROR: tuple[tuple[type[Exception], Trouble], ...] = (  # the first match counts
    (
        aiohttp.ClientProxyConnectionError,
        Trouble("the proxy does not answer", "check GUTSKIN_PROXY_URL, and that the proxy runs"),
    ),
    (
        aiohttp.ClientHttpProxyError,
        PROXY_REFUSES,
    ),
    (
        aiohttp.ClientConnectorDNSError,
        Trouble("nobody knows that name", f"check the network, its DNS, and {_ADDRESSES}"),
    ),
    (
        aiohttp.ClientSSLError,
        Trouble(
            "no secure connection can be made",
            "check the machine's date and certificates, and whether GUTSKIN_API_BASE_URL begins "
            "rightly with https:// or http://",
        ),
    ),
    (
        TimeoutError,
        Trouble(
            "no answer in time",
            "check the network; where Telegram is blocked, use a proxy (GUTSKIN_PROXY_URL)",
        ),
    ),
    (
        aiohttp.ClientConnectorError,
        Trouble("nothing answers there", f"check the network, {_ADDRESSES}"),
    ),
    (
        aiohttp.InvalidURL,
        Trouble("the address is malformed", "write GUTSKIN_API_BASE_URL like https://host/bot"),
    ),
)
_BROKEN_OFF = Trouble("the connection broke off", f"check the network, {_ADDRESSES}")


def of_network(error: Exception) -> Trouble:
    """Why Telegram could not be reached."""
    return next(
        (known for kind, known in _BY_NETWORK_ERROR if isinstance(error, kind)), _BROKEN_OFF
    )
