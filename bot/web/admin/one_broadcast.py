"""One broadcast on the page: its address, the one that a request names, and the way back to it."""

from __future__ import annotations

from aiohttp import web

from bot.delivery.broadcasts import Broadcasts
from bot.store.outbox_models import BroadcastRead

ONE = r"/broadcasts/{id:\d{1,18}}"


async def found_by(request: web.Request, broadcasts: Broadcasts) -> BroadcastRead:
    """The one that a request names.

    Raises:
        web.HTTPNotFound: there is no such broadcast.
    """
    return await found_now(int(request.match_info["id"]), broadcasts)


async def found_now(number: int, broadcasts: Broadcasts) -> BroadcastRead:
    """The one of this number, as it is now; raises as :func:`found_by`."""
    found = await broadcasts.find(number)
    if found is None:
        raise web.HTTPNotFound
    return found


def can_be_changed(broadcast: BroadcastRead, admin: int) -> bool:
    """Whether this admin can change it in the form of a new one: their draft, or what waits."""
    return broadcast.can_be_replaced or broadcast.can_be_rewritten_by(admin)


def led_to(base: str, number: int, said: str = "") -> web.Response:
    """Lead to its page, where something is ``said``."""
    more = f"?said={said}" if said else ""
    return web.Response(status=303, headers={"Location": f"{base}/broadcasts/{number}{more}"})
