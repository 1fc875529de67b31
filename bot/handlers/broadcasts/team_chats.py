"""What the team's chats have to do with broadcasts, wherever an admin acts: there others are asked
for their yes, authors are told what became of theirs, and there is what is copied."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from telegram.error import Forbidden

from bot.admins.admins import Admins
from bot.clock import Clock, zone_or_home
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.content import content_in
from bot.handlers.admin_writer import AdminWriter
from bot.handlers.broadcasts.facts import facts_of
from bot.store.outbox_models import BroadcastRead
from bot.store.values import NOBODY
from bot.telegram.messenger import Messenger, SentMessage
from bot.texts import broadcast as texts
from bot.texts import broadcast_card as cards
from bot.texts.broadcast_card import Card
from bot.texts.catalogue import Translator
from bot.texts.message import Message
from tips.current import CurrentContent


class TeamChats:
    """Asks and tells admins in their chats.

    Args:
        home: the operator's zone, where an admin whose own nobody knows is taken to be.
    """

    def __init__(
        self,
        broadcasts: Broadcasts,
        admins: Admins,
        writer: AdminWriter,
        messenger: Messenger,
        clock: Clock,
        content: CurrentContent,
        home: str,
    ) -> None:
        self._broadcasts = broadcasts
        self._admins = admins
        self._writer = writer
        self._messenger = messenger
        self._clock = clock
        self._content = content
        self._home = home

    async def is_there(self, broadcast: BroadcastRead) -> bool:
        """Whether what is to be copied or forwarded has not been deleted since.

        Raises:
            telegram.error.TelegramError: there was no answer.
        """
        content = content_in(broadcast.content)
        if broadcast.kind != "message" or content.kind not in ("copy", "forward"):
            return True
        original = SentMessage(broadcast.source_chat_id, broadcast.source_message_id)
        try:
            return await self._messenger.is_there(original)
        except Forbidden:
            return True  # what Telegram says of it otherwise is told when it is sent

    async def others(self, admin: int) -> list[int]:
        """Who beside this admin may say yes."""
        return [user for user in await self._admins.everyone("editor") if user != admin]

    async def ask_for_yes(self, waiting: BroadcastRead) -> bool:
        """Show it to all but its author, with the buttons for a yes and a no; False where nobody
        could be asked."""
        others = await self.others(waiting.admin_id)
        return any([await self._ask(user, waiting) for user in others])

    async def _ask(self, user: int, waiting: BroadcastRead) -> bool:
        if (await self._broadcasts.send_test(waiting.id, [user])).get(user):
            return False
        return await self._show(user, waiting, cards.approval)

    async def _show(
        self, user: int, broadcast: BroadcastRead, drawn: Callable[[Translator, Card], Message]
    ) -> bool:
        """Whether this admin was shown it, by their own clock."""
        zone = zone_or_home(await self._writer.zone_of(user), self._home)
        themes, now = self._content.library.theme_names, self._clock.now()
        shown = await facts_of(self._broadcasts, broadcast, themes, user, now, zone)
        return await self._writer.tell(user, lambda _: drawn(_, shown)) is not None

    async def ask_about_the_server_s(self) -> None:
        """Ask all admins, once, about what was sent at the server and waits for one of them."""
        for one in await self._broadcasts.waiting():
            if one.admin_id == NOBODY and one.progress_chat_id is None:
                await self._ask_all(one)

    async def _ask_all(self, waiting: BroadcastRead) -> None:
        everyone = await self.others(NOBODY)
        if everyone and await self._broadcasts.take_to_show(waiting, everyone[0]):
            for user in everyone:
                await self._writer.tell(user, partial(cards.needs_yes, number=waiting.id))

    async def approved(self, broadcast_id: int, chat_id: int) -> None:
        """Show its author what waits for its time now. Whoever said yes, in that chat, looks after
        what has no author."""
        found = await self._broadcasts.find(broadcast_id)
        if found is not None and found.admin_id == NOBODY:
            await self._broadcasts.set_progress_message(broadcast_id, chat_id, None)
        elif found is not None and found.state == "scheduled":
            await self._show(found.admin_id, found, cards.card)

    async def turned_down(self, broadcast: BroadcastRead, admin: int) -> None:
        """Tell its author that this admin has said no."""
        await self._tell_author(
            broadcast, admin, partial(texts.turned_down, broadcast_id=broadcast.id)
        )

    async def replaced(self, old: int, number: int, admin: int) -> None:
        """Tell its author what this admin has put in the place of what waited."""
        found = await self._broadcasts.find(old)
        if found is not None:
            await self._tell_author(found, admin, partial(cards.replaced, old=old, number=number))

    async def _tell_author(
        self, broadcast: BroadcastRead, admin: int, said: Callable[[Translator], Message]
    ) -> None:
        if broadcast.admin_id != admin:
            await self._writer.tell(broadcast.admin_id, said)
