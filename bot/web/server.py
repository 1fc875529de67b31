"""The one small web server: liveness, readiness, metrics, and the webhook where one is set."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from aiohttp import web

from bot.web.health import Health, health_routes
from bot.web.webhook import MAX_BODY, Webhook

log = structlog.get_logger(__name__)


@dataclass
class WebServer:
    """Serves ``health`` and, if given, ``webhook``; port 0 lets the machine choose one."""

    host: str
    port: int
    health: Health
    webhook: Webhook | None = None
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address is taken or not ours.
        """
        app = web.Application(client_max_size=MAX_BODY)
        app.add_routes(health_routes(self.health))
        if self.webhook is not None:
            app.add_routes(self.webhook.routes())
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=2.0
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()
        log.info("health is served", address=self.url)

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
