"""Who may act in the sandbox: pages of its own, and programs of this machine.

Any page that someone has open may send requests to this machine, and one whose name is made to
lead here (DNS rebinding) may even read the answers. Browsers say what they cannot be talked out
of: the name in the address as Host, and the page they act for as Origin.
"""

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.http.bot_api import json_response

_OWN_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_WITH_TOKEN: Final = ("/bot", "/file/bot")  # whoever calls these has to know the token


class OwnPagesOnly:
    """Refuses calls that another page, or another name for this machine, has made: 403."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._names = _OWN_NAMES | {host}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        if scope["path"].startswith(_WITH_TOKEN) or self._is_own(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        refusal = json_response({"error": "this is for the demo's own page"}, 403)
        await refusal(scope, receive, send)

    def _is_own(self, headers: Headers) -> bool:
        host, origin = headers.get("host", ""), headers.get("origin")
        return _name(host) in self._names and origin in {None, f"http://{host}"}


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
