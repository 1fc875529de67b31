"""From a leased row of a broadcast to the request that carries it out: sent, edited or deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from bot.clock import Clock, zone_or_home
from bot.delivery.content import Content, Filled, fill, read_content
from bot.delivery.rendering import Parts
from bot.store.outbox import corrections
from bot.store.outbox.leases import Leased
from bot.store.outbox_models import BroadcastRead
from bot.store.queries import addressees
from bot.store.queries.addressees import Addressee
from bot.store.tables import Executor
from bot.subscribers.next_hours import next_hours
from bot.texts import announcement
from bot.texts.catalogue import Translator, choose, translator
from bot.texts.message import Message

NIGHT_BEGINS, NIGHT_ENDS = 21, 8
"""The hours of a subscriber's own clock between which a broadcast makes no sound."""

REMEMBERED = 256

Payload = dict[str, Any]
Call = tuple[str, Payload]
Named = Callable[[str | None], Parts]
"""Makes the request once Telegram has told the first name, or none."""


class Request(NamedTuple):
    """What is sent; ``named`` makes it anew where it says the subscriber's first name."""

    parts: Parts
    named: Named | None = None


class Known(NamedTuple):
    """What the requests of a batch depend on: who the rows are for, when their next tips come,
    and which messages stand behind the first of an album, by row."""

    people: Mapping[int, Addressee]
    hours: Mapping[int, datetime]
    albums: Mapping[int, str]


class _Said(NamedTuple):
    """What makes two requests of broadcasts the same but for the chat."""

    kind: str
    content: str | None
    source_chat_id: int
    source_message_id: int
    language: str
    silent: bool
    first_name: str = ""
    next_tip: str = ""


class BroadcastRequests:
    """Makes requests of broadcasts, each but once for all to whom it says the same.

    Args:
        paid: lets Telegram take Stars for going above the free rate (``allow_paid_broadcast``).
            Tips are never paid for: it would be a tenth of a Star for every subscriber, every
            day. Corrections and what is forwarded cannot be.
        home: the operator's zone, where whoever's own nobody knows is taken to be.
    """

    def __init__(self, clock: Clock, *, paid: bool, home: str) -> None:
        self._clock = clock
        self._paid = paid
        self._home = home
        self._remembered = lru_cache(REMEMBERED)(self._make)

    def is_paid(self, broadcast: BroadcastRead) -> bool:
        """Whether Telegram may take Stars for it."""
        return self._paid and broadcast.kind == "message" and not _is_forwarded(broadcast.content)

    async def known(
        self,
        session: Executor,
        broadcast: BroadcastRead,
        chats: Sequence[int],
        row_ids: Sequence[int] = (),
    ) -> Known:
        """What is to be known for the requests to these chats; of a recall by the rows, too."""
        people = await addressees.addressees(session, chats)
        hours: Mapping[int, datetime] = {}
        if "{next_tip}" in (broadcast.content or ""):
            hours = await next_hours(session, people.values(), self._clock.now())
        albums: Mapping[int, str] = {}
        if broadcast.kind == "recall":
            albums = await corrections.albums(session, row_ids)
        return Known(people, hours, albums)

    def request(self, broadcast: BroadcastRead, row: Leased, known: Known) -> Request:
        """The request that carries out this row.

        Raises:
            ValueError: what the broadcast says cannot be read.
        """
        if broadcast.kind == "recall":
            return Request(_deletion(row.content or 0, known.albums.get(row.id)))
        to, hour = known.people[row.chat_id], known.hours.get(row.chat_id)
        named = partial(self.parts, broadcast, to, hour, message_id=row.content)
        return Request(named(None), named if asks_name(broadcast) else None)

    def parts(
        self,
        broadcast: BroadcastRead,
        to: Addressee,
        hour: datetime | None,
        first_name: str | None,
        *,
        message_id: int | None = None,
    ) -> Parts:
        """The request for one recipient whose next tip comes at that ``hour``."""
        said = _Said(
            broadcast.kind,
            broadcast.content,
            broadcast.source_chat_id,
            broadcast.source_message_id,
            choose(to.language),
            self._is_silent(broadcast, to),
        )
        if not _placeholders(broadcast.content):
            parts = self._remembered(said)
        else:
            _, now = translator(to.language), self._clock.now()
            name = first_name or announcement.no_name(_)
            when = announcement.next_tip(_, hour, now, to.zone)
            parts = self._make(said._replace(first_name=name, next_tip=when))
        if broadcast.kind == "message":
            return parts
        return parts._replace(tail=b',"message_id":%d%b' % (message_id or 0, parts.tail))

    def _is_silent(self, broadcast: BroadcastRead, to: Addressee) -> bool:
        if broadcast.content is None or broadcast.kind != "message":
            return False
        manner = read_content(broadcast.content).silent
        here = zone_or_home(to.zone, self._home)
        at_night = manner == "night" and (to.quiet or is_night(self._clock.now(), here))
        return manner == "always" or at_night

    def _make(self, said: _Said) -> Parts:
        method, payload = _call(said)
        is_paid = self._paid and said.kind == "message" and method != "forwardMessage"
        if said.silent:
            payload["disable_notification"] = True
        if is_paid:
            payload["allow_paid_broadcast"] = True
        repeatable = said.kind != "message"
        return Parts(method, b'{"chat_id":', b"," + orjson.dumps(payload)[1:], is_paid, repeatable)


def is_night(now: datetime, zone: str) -> bool:
    """Whether it is night there."""
    hour = now.astimezone(ZoneInfo(zone)).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def asks_name(broadcast: BroadcastRead) -> bool:
    """Whether it says the subscriber's first name."""
    return "first_name" in _placeholders(broadcast.content)


@lru_cache(REMEMBERED)
def _placeholders(content: str | None) -> frozenset[str]:
    return read_content(content).placeholders if content else frozenset()


def _is_forwarded(content: str | None) -> bool:
    return content is not None and read_content(content).kind == "forward"


def _deletion(message_id: int, album: str | None) -> Parts:
    if not album:
        tail = b',"message_id":%d}' % message_id
        return Parts("deleteMessage", b'{"chat_id":', tail, repeatable=True)
    tail = b',"message_ids":[%d,%b]}' % (message_id, album.encode())
    return Parts("deleteMessages", b'{"chat_id":', tail, repeatable=True)


def _call(said: _Said) -> Call:
    """The method and its parameters, but for what differs between chats."""
    source = {"from_chat_id": said.source_chat_id, "message_id": said.source_message_id}
    if said.content is None:
        return "copyMessage", source
    _, content = translator(said.language), read_content(said.content)
    filled = fill(content, {"first_name": said.first_name, "next_tip": said.next_tip})
    if said.kind == "edit":
        return _edit(_, content, filled)
    return _message(_, content, filled, source)


def _message(_: Translator, content: Content, filled: Filled, source: Payload) -> Call:
    if content.kind == "forward":
        return "forwardMessage", source
    if content.kind == "album":
        first, *others = content.media
        return "sendMediaGroup", {"media": [first | _caption(_, content, filled), *others]}
    if content.kind == "text":
        return "sendMessage", _text(_, content, filled) | _buttons(_, content)
    return "copyMessage", source | _caption(_, content, filled) | _buttons(_, content)


def _edit(_: Translator, content: Content, filled: Filled) -> Call:
    if content.kind == "text":
        return "editMessageText", _text(_, content, filled) | _buttons(_, content)
    if content.kind == "album":
        return "editMessageCaption", _caption(_, content, filled)
    if not content.has_caption:
        return "editMessageReplyMarkup", _buttons(_, content)
    return "editMessageCaption", _caption(_, content, filled) | _buttons(_, content)


def _text(_: Translator, content: Content, filled: Filled) -> Payload:
    said = filled.below(announcement.label(_))
    preview = {"link_preview_options": content.link_preview} if content.link_preview else {}
    return {"text": said.text, "entities": said.entities, **preview}


def _caption(_: Translator, content: Content, filled: Filled) -> Payload:
    if not content.carries_text:
        return {}
    said = filled.below(announcement.label(_))
    if content.kind == "album":
        said = said.above(announcement.way_out(_))
    above = {"show_caption_above_media": True} if content.caption_above else {}
    return {"caption": said.text, "caption_entities": said.entities, **above}


def _buttons(_: Translator, content: Content) -> Payload:
    rows = announcement.rows(_, content.buttons, labelled=content.carries_text)
    return {"reply_markup": Message("", rows).markup()}
