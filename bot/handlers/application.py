"""PTB's application, which hands each update to the handlers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telegram.ext import Application

from bot.telegram.client import Client
from bot.telegram.parsing import parse_update
from bot.telegram.replay import NoSignError
from bot.updates.retrying import is_passing


class Dispatcher(Application[Any, Any, Any, Any, Any, Any]):
    """PTB's application, used for dispatch only."""

    __slots__ = ()

    async def process_json(self, update: Mapping[str, Any]) -> None:
        """Deal with an update as Telegram gave it.

        Raises:
            bot.telegram.parsing.UnreadableUpdateError: PTB does not understand it.
            Exception: what passes by itself; see :meth:`process_error`.
        """
        await self.process_update(parse_update(update, self.bot))

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

    def _mark_for_persistence_update(self, **_given: object) -> None:
        """Without persistence the stock method only collects the ids of all chats for ever."""

    def __repr__(self) -> str:
        return "Dispatcher"


def build_dispatcher(client: Client) -> Dispatcher:
    """PTB's application around ``client``: no updater, no job queue, nothing persisted."""
    made = (
        Application.builder()
        .application_class(Dispatcher)
        .bot(client)
        .updater(None)
        .job_queue(None)
        .build()
    )
    if not isinstance(made, Dispatcher):
        raise TypeError("the builder ignored the application class")
    return made
