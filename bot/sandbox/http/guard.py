"""Who may use the sandbox: its own pages, and programs of this machine.

Any page that is open may send requests to this machine, and one whose name is made to resolve to
it (DNS rebinding) may even read the answers. Browsers always send the name in the address as Host
and the page's origin as Origin.
"""

from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.sandbox.http.bot_api import json_response

_OWN_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_WITH_TOKEN: Final = ("/bot", "/file/bot")  # a caller of these has to know the token


def own_pages_only(host: str) -> Middleware:
    """A middleware that refuses (403) requests of another page, or under another name."""
    names = _OWN_NAMES | {host}

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(_WITH_TOKEN) or _is_own(request, names):
            return await handler(request)
        return json_response({"error": "this is for the demo's own page"}, 403)

    return guard


def _is_own(request: web.Request, names: frozenset[str]) -> bool:
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    return _name(host) in names and origin in {None, f"http://{host}"}


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
