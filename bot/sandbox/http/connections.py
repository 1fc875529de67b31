"""Connections that can be cut: what uvicorn's own protocol does not offer to an application."""

import asyncio
from typing import Any, Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TRANSPORT: Final = "sandbox.transport"


class CuttableProtocol(HttpToolsProtocol):
    """HTTP/1.1 that lets the application at its transport."""

    def on_message_begin(self) -> None:
        """Put the transport into the request's scope."""
        super().on_message_begin()
        scope: Any = self.scope
        scope["extensions"] = {_TRANSPORT: self.transport}


class NoAnswer(Response):
    """Closes the connection instead of answering."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Cut, and wait until the server has noticed, lest it answer by itself."""
        transport: asyncio.Transport = scope["extensions"][_TRANSPORT]
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            continue
