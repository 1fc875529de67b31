"""PTB's application, which hands each update to the table's rows."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from telegram.ext import (
    Application,
    ApplicationHandlerStop,
    BaseUpdateProcessor,
    ContextTypes,
)

from bot.handlers import guards, routes
from bot.handlers.context import SERVICES, Context, HandlerServices
from bot.handlers.failures import on_error
from bot.telegram.client import Client
from bot.telegram.parsing import parse_update
from bot.telegram.update_scope import NoSignError
from bot.updates.retrying import is_passing

MOST_AT_ONCE = 256  # more than the inbox ever has in hand


class InTurn(BaseUpdateProcessor):
    """Runs an update at once: it comes here when its turn has come.

    Which one's turn it is the inbox's chat queues decide, and not this hook of PTB's, because an
    update has to be a row before Telegram is told, and whatever waits has to wait in its row; a
    coroutine that waits here would hold every update in memory, and lose it with the process.
    """

    def __init__(self) -> None:
        super().__init__(MOST_AT_ONCE)

    async def do_process_update(self, _update: object, coroutine: Awaitable[Any]) -> None:
        await coroutine

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


class Dispatcher(Application[Any, Any, Any, Any, Any, Any]):
    """PTB's application, used for dispatch only."""

    __slots__ = ()

    async def process_json(self, given: Mapping[str, Any]) -> None:
        """Deal with an update as Telegram gave it.

        Raises:
            bot.telegram.parsing.UnreadableUpdateError: PTB does not understand it.
            Exception: what passes by itself; see :meth:`process_error`.
        """
        update = parse_update(given, self.bot)
        await self.update_processor.process_update(update, self.process_update(update))

    async def slow_down(self, given: Mapping[str, Any]) -> None:
        """Ask whoever sent an update as Telegram gave it to slow down; it is left alone itself."""
        await guards.slow_down(Context.from_update(parse_update(given, self.bot), self))

    async def process_update(self, update: object) -> None:
        """Hand an update to the first row of each group that fits, until one stops it.

        PTB's own does the same, and keeps the number of every chat for ever besides, for a
        persistence that this bot has none of.
        """
        context: Context = self.context_types.context.from_update(update, self)
        try:
            for group in self.handlers.values():
                await self._hand_to_first(group, update, context)
        except ApplicationHandlerStop:
            return
        except Exception as error:  # noqa: BLE001 - the error handler logs it, or it is raised
            await self.process_error(update, error)

    async def _hand_to_first(self, group: list[Any], update: object, context: Context) -> None:
        for row in group:
            check = row.check_update(update)
            if check is not None and check is not False:
                await row.handle_update(update, self, check, context)
                return

    async def process_error(
        self, update: object | None, error: Exception, *more: Any, **others: Any
    ) -> bool:
        """Leave to the error handler what it can deal with.

        Raises:
            Exception: what passes by itself, like a flood or an outage; whoever handed the update
                in keeps it until then. There is nobody to be told, least of all the subscriber.
            NoSignError: it waits for its turn.
        """
        if is_passing(error) or isinstance(error, NoSignError):
            raise error
        return await super().process_error(update, error, *more, **others)

    def __repr__(self) -> str:
        return "Dispatcher"


def build_dispatcher(client: Client, services: HandlerServices) -> Dispatcher:
    """PTB's application around ``client``: no updater, no job queue, nothing persisted."""
    made = (
        Application.builder()
        .application_class(Dispatcher)
        .bot(client)
        .updater(None)
        .job_queue(None)
        .concurrent_updates(InTurn())
        .context_types(ContextTypes(context=Context))
        .build()
    )
    if not isinstance(made, Dispatcher):
        raise TypeError("the builder ignored the application class")
    made.bot_data[SERVICES] = services
    made.add_handlers({0: routes.guard_rows(), 1: routes.rows(services.settings.admin_ids)})
    made.add_error_handler(on_error)
    return made
