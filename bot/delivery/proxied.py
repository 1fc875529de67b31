"""The bulk path through an HTTP proxy, at the price of a full HTTP client."""

from __future__ import annotations

import asyncio

import aiohttp
from pydantic import SecretStr

from bot.delivery.connection import Reply
from bot.delivery.errors import NoAnswerError
from bot.delivery.session import judge, open_session
from bot.delivery.wire import Wire

JSON = {"Content-Type": "application/json"}


class ProxiedWire(Wire):
    """A :class:`Wire` whose calls go through a proxy; the arguments mean the same.

    Args:
        proxy: the proxy's address, with its password if it has one. Neither is ever shown.
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
    ) -> None:
        super().__init__(api_base_url, token)
        self._address = f"{api_base_url}{token.get_secret_value()}"
        self._opens = connections
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=connect_timeout, sock_read=read_timeout
        )

    async def start(self) -> None:
        """Open the session; the connections follow with the calls.

        Raises:
            ValueError: when the proxy is not an HTTP proxy.
        """
        self._session = open_session(self._opens, self._proxy)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
        await super().close()

    def begin(self, method: str, body: bytes) -> asyncio.Future[Reply]:
        return asyncio.get_running_loop().create_task(self._post(method, body))

    async def _post(self, method: str, body: bytes) -> Reply:
        if self._session is None:
            raise RuntimeError("start the wire before the first call")
        address = f"{self._address}/{method}"
        try:
            async with self._session.post(
                address, data=body, headers=JSON, timeout=self._timeout, allow_redirects=False
            ) as answer:
                return Reply(answer.status, await answer.read())
        except (aiohttp.ClientError, OSError) as error:
            failure: NoAnswerError = judge(error)
        # Raised out here, so that the error that holds the address is not even its context.
        raise failure


def open_wire(
    api_base_url: str,
    token: SecretStr,
    *,
    proxy: SecretStr | None = None,
    connections: int = 64,
    connect_timeout: float = 5.0,
    read_timeout: float = 20.0,
) -> Wire:
    """The lean way, or the way through the proxy if there is one."""
    if proxy is None:
        return Wire(
            api_base_url,
            token,
            connections=connections,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
        )
    return ProxiedWire(
        api_base_url,
        token,
        proxy=proxy,
        connections=connections,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
    )
