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

MOST_AT_ONCE = 256  # more than the inbox ever hands over


class ImmediateProcessor(BaseUpdateProcessor):
    """Runs every update at once; the inbox's chat queues have put it in order already.

    PTB could queue updates here, but a waiting coroutine would hold its update in memory and lose
    it with the process. Ours wait in their rows.
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
        """Handle an update as Telegram sent it.

        Raises:
            bot.telegram.parsing.UnreadableUpdateError: PTB does not understand it.
            Exception: a temporary failure; see :meth:`process_error`.
        """
        update = parse_update(given, self.bot)
        await self.update_processor.process_update(update, self.process_update(update))

    async def slow_down(self, given: Mapping[str, Any]) -> None:
        """Ask the sender of an update to slow down; the update itself is not handled."""
        await guards.slow_down(Context.from_update(parse_update(given, self.bot), self))

    async def process_update(self, update: object) -> None:
        """Hand an update to the first matching row of each group, until one stops it.

        PTB's own method also keeps the id of every chat for ever, for a persistence layer that
        this bot does not have.
        """
        context: Context = self.context_types.context.from_update(update, self)
        with context.services.content.held():
            await self._hand_on(update, context)

    async def _hand_on(self, update: object, context: Context) -> None:
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
        """Pass an error to the error handler, unless it is temporary.

        Raises:
            Exception: a temporary failure, such as a flood wait or an outage. The inbox keeps the
                update and tries again, so the subscriber is not told.
            NoSignError: the update has to wait its turn.
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
        .concurrent_updates(ImmediateProcessor())
        .context_types(ContextTypes(context=Context))
        .build()
    )
    if not isinstance(made, Dispatcher):
        raise TypeError("the builder ignored the application class")
    made.bot_data[SERVICES] = services
    made.add_handlers({0: routes.guard_rows(), 1: routes.admin_rows(), 2: routes.rows()})
    made.add_error_handler(on_error)
    return made
