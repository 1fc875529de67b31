"""Which inline query of somebody is the newest: typing on makes all before it superfluous."""

from __future__ import annotations

from bot.updates.content import Update, chat_of, is_inline_query


class InlineQueries:
    """Knows the newest inline query of whoever has updates that wait."""

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}

    def arrived(self, number: int, update: Update) -> None:
        """Note an update that has become a row."""
        if is_inline_query(update):
            who = chat_of(update)
            self._newest[who] = max(number, self._newest.get(who, number))

    def is_superfluous(self, number: int, update: Update) -> bool:
        """Whether it is an inline query whose words have been typed on since."""
        return is_inline_query(update) and number < self._newest.get(chat_of(update), number)

    def rest(self, who: int) -> None:
        """Forget somebody of whom nothing waits."""
        self._newest.pop(who, None)
