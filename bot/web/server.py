"""A small web server: for health and metrics, for the webhook, or for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

log = structlog.get_logger(__name__)

PATIENCE_S = 10.0  # for the head of a request, and once more for its body
LINGER_S = 1.0  # so that whoever still sends gets to read why nobody listens


@dataclass
class WebServer:
    """Serves ``routes``; port 0 lets the machine choose one.

    A connection whose request is not whole after ``patience`` seconds is closed: to hold thousands
    of them half-open costs nobody much but us.
    """

    host: str
    port: int
    routes: Sequence[web.RouteDef]
    patience: float = PATIENCE_S
    middlewares: Sequence[Middleware] = ()
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address is taken or not ours.
        """
        app = web.Application(middlewares=self.middlewares)
        app.add_routes(self.routes)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=2.0,
            # Counted from when the connection was made, too.
            keepalive_timeout=self.patience,
            lingering_time=LINGER_S,
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()
        paths = " ".join(sorted({route.path for route in self.routes}))
        log.info("the web server listens", address=self.url, paths=paths)

    @property
    def url(self) -> str:
        """Where the server listens; only while it does."""
        if self._runner is None or not self._runner.addresses:
            raise RuntimeError("the web server is not running")
        host, port = self._runner.addresses[0][:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def stop(self) -> None:
        """Take no further call and let those in hand end."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
