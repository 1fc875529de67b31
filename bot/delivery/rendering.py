"""Bodies of bulk requests, made once for many subscribers: all but the chat id stays the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import orjson

from bot.texts import pause
from bot.texts import tip as texts
from bot.texts.catalogue import translator
from bot.texts.sharing import NOT_SHARED, Sharing
from tips.current import CurrentContent, current
from tips.library import Library

REMEMBERED = 4096


class Parts(NamedTuple):
    """A request to ``method`` without its chat id, which goes between ``head`` and ``tail``.

    ``paid`` says that Telegram may take Stars for it, so that it need not keep to the free rate,
    ``repeatable`` that doing it twice does no more than doing it once.
    """

    method: str
    head: bytes
    tail: bytes
    paid: bool = False
    repeatable: bool = False

    def body(self, chat_id: int) -> bytes:
        """The JSON body for one chat."""
        return b"%b%d%b" % (self.head, chat_id, self.tail)


class Manner(NamedTuple):
    """How a tip comes, besides what it says: without a sound, or as the first after a pause that
    ended by itself."""

    quiet: bool = False
    after_pause: bool = False


AS_USUAL = Manner()


class Renderer(Protocol):
    """Turns a tip's number into a request."""

    @property
    def content(self) -> CurrentContent:
        """The content that tips are chosen from."""
        ...

    def render_tip(self, number: int, language: str, manner: Manner = AS_USUAL) -> Parts | None:
        """The request for a tip in a language; None when there is no such tip (any more)."""
        ...


class TipRenderer:
    """Renders each tip once per language, manner and way of sharing, and remembers it.

    Args:
        content: the tips, as they are at the moment; what was made of others is made anew.
        others: libraries of other languages; where there is none, words around the tip are
            translated and the tip itself comes from ``content``.
        sharing: how the bot shares tips, asked each time: only Telegram knows.
    """

    def __init__(
        self,
        content: Library | CurrentContent,
        others: Mapping[str, Library] | None = None,
        sharing: Callable[[], Sharing] = lambda: NOT_SHARED,
    ) -> None:
        self.content = current(content)
        self._made_of = self.content.library
        self._sharing = sharing
        self._others = dict(others or {})
        self._made: dict[tuple[int, str, Manner, Sharing], Parts | None] = {}

    def render_tip(self, number: int, language: str, manner: Manner = AS_USUAL) -> Parts | None:
        if self._made_of is not self.content.library:
            self._made_of = self.content.library
            self._made.clear()
        key = (number, language, manner, self._sharing())
        if key not in self._made:
            if len(self._made) >= REMEMBERED:
                self._made.clear()
            self._made[key] = self._render(*key)
        return self._made[key]

    def _render(
        self, number: int, language: str, manner: Manner, sharing: Sharing
    ) -> Parts | None:
        library = self._others.get(language, self._made_of)
        try:
            tip = library.by_number(number)
        except KeyError:
            return None
        _ = translator(language)
        said = texts.render(_, tip, library, sharing=sharing)
        if manner.after_pause:
            said = said.below(pause.is_over(_))
        payload = said.payload(0)
        del payload["chat_id"]
        if manner.quiet:
            payload["disable_notification"] = True
        return Parts("sendMessage", b'{"chat_id":', b"," + orjson.dumps(payload)[1:])
