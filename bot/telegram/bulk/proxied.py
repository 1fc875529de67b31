"""The bulk path through an HTTP proxy, at the price of a full HTTP client."""

from __future__ import annotations

import asyncio
import ssl

import aiohttp
from pydantic import SecretStr

from bot.telegram.bulk.connection import Reply
from bot.telegram.bulk.pool import PooledTransport
from bot.telegram.errors import NoAnswerError, NotSent
from bot.telegram.session import Attempt, open_session, proxy_address, read_reply

JSON = {"Content-Type": "application/json"}


class ProxiedTransport:
    """Does what a :class:`PooledTransport` does, through a proxy; the arguments mean the same.

    Opens at the first call. Must be used inside one running event loop.

    Args:
        proxy: the proxy's address, with its password if it has one. Neither is ever shown.

    Raises:
        ValueError: when the proxy is not an HTTP proxy.
    """

    def __init__(
        self,
        api_base_url: str,
        token: SecretStr,
        *,
        proxy: SecretStr,
        connections: int = 64,
        connect_timeout: float = 5.0,
        read_timeout: float = 20.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        proxy_address(proxy)
        self._address = f"{api_base_url}{token.get_secret_value()}"
        self._connections = connections
        self._proxy = proxy
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None
        self._calls: set[asyncio.Task[Reply]] = set()
        self._closed = False
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=connect_timeout, sock_read=read_timeout
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._calls)} under way)"

    async def close(self) -> None:
        """Close every connection; calls under way end as in doubt, waiting ones as not sent."""
        self._closed = True
        calls = tuple(self._calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, body: bytes) -> Reply:
        """POST a JSON body to a Bot API method and wait for the answer, whatever its status.

        Raises:
            NotSent: no connection could be had, or no tunnel; none of the request has left.
            InDoubt: the request has left at least in part and no whole answer came.
        """
        return await self.begin(method, body)

    def begin(self, method: str, body: bytes) -> asyncio.Future[Reply]:
        """Like :meth:`call`, but hands out the future: for callers who keep many under way."""
        call = asyncio.get_running_loop().create_task(self._post(method, body))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return call

    async def _post(self, method: str, body: bytes) -> Reply:
        if self._closed:
            raise NotSent("closed")
        attempt = Attempt()
        try:
            async with self._opened().post(
                f"{self._address}/{method}",
                data=body,
                headers=JSON,
                timeout=self._timeout,
                allow_redirects=False,
                trace_request_ctx=attempt,
            ) as answer:
                return await read_reply(answer)
        except (aiohttp.ClientError, OSError) as error:
            failure: NoAnswerError = attempt.failure(error)
        except asyncio.CancelledError:
            if not self._closed:
                raise
            failure = attempt.ended("closed")
        # Raised out here, so that the error that holds the address is not even its context.
        raise failure

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_session(self._connections, self._proxy, self._tls)
        return self._session


def open_transport(
    api_base_url: str,
    token: SecretStr,
    *,
    proxy: SecretStr | None = None,
    connections: int = 64,
    connect_timeout: float = 5.0,
    read_timeout: float = 20.0,
    tls: ssl.SSLContext | None = None,
) -> PooledTransport | ProxiedTransport:
    """The lean way, or the way through the proxy if there is one.

    Raises:
        ValueError: when the proxy is not an HTTP proxy.
    """
    if proxy is None:
        return PooledTransport(
            api_base_url,
            token,
            connections=connections,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            tls=tls,
        )
    return ProxiedTransport(
        api_base_url,
        token,
        proxy=proxy,
        connections=connections,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        tls=tls,
    )
