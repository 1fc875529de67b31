"""The one place where everything is put together; nothing is made on import."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache, partial

from sqlalchemy import URL

from bot.app import App, StartError
from bot.clock import Clock, SystemClock
from bot.clock_trust import ClockTrust
from bot.config import Settings
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.planner import Planner
from bot.delivery.rendering import TipRenderer
from bot.delivery.repair import Repair
from bot.delivery.stats import Stats
from bot.delivery.worker import Sender
from bot.handlers.context import Desk
from bot.handlers.dispatch import Dispatch
from bot.handlers.progress import Progress
from bot.handlers.questions import Hearing
from bot.metrics import Metrics
from bot.places.search import Places
from bot.replicas.presence import Replicas
from bot.store import migrate
from bot.store.cipher import BodyCipher
from bot.store.database import Database
from bot.store.files import plaintext
from bot.store.files.sole_use import InUseError, sole_use_of
from bot.store.troubles import DATABASE_ERRORS, cannot_be_used
from bot.subscribers.privacy import Privacy
from bot.subscribers.service import Readers
from bot.telegram.bulk.pool import Wire
from bot.telegram.bulk.proxied import ProxiedWire, open_wire
from bot.telegram.client import Client, Dispatcher, build_client, build_dispatcher
from bot.telegram.limits.limiter import Pace
from bot.telegram.messenger import Chat
from bot.telegram.parsing import parse_update
from bot.telegram.rate_limiter import LaneLimiter
from bot.telegram.setup import offer_admin_menu
from bot.updates.content import Update
from bot.updates.inbox import Inbox
from bot.updates.retrying import Retrying
from bot.upkeep import BACKUPS
from tips.library import ContentError, Library, load_library
from tips.search import Search
from tips.urgent import Urgent

__all__ = ["App", "House", "StartError", "build"]


@dataclass(frozen=True)
class House:
    """Every room of the running bot."""

    settings: Settings
    clock: Clock
    metrics: Metrics
    trust: ClockTrust
    db: Database
    cipher: BodyCipher
    library: Library
    client: Client
    dispatcher: Dispatcher
    dispatch: Dispatch
    pace: Pace
    readers: Readers
    privacy: Privacy
    broadcasts: Broadcasts
    planner: Planner
    sender: Sender
    stats: Stats
    progress: Progress
    replicas: Replicas
    repair: Repair
    closing: AsyncExitStack

    def __repr__(self) -> str:
        return "House"

    def new_inbox(self) -> Inbox:
        """Where updates wait for the dispatcher."""

        async def slow_down(update: Update) -> None:
            await self.dispatch.slow_down(parse_update(update, self.client))

        return Inbox(
            self.db,
            self.clock,
            self.dispatcher.process_json,
            self.pace.reply_held_for,
            cipher=self.cipher,
            retrying=Retrying(self.clock, self.client.server_time),
            suspects=self.dispatch.suspicion,
            slow_down=slow_down,
        )

    async def close(self) -> None:
        """Close what was opened, last first."""
        await self.closing.aclose()


@dataclass(frozen=True)
class Knowledge:
    """What never changes while the process lives."""

    library: Library
    hearing: Hearing
    places: Places


@cache
def what_we_know() -> Knowledge:
    """Content, search and places; read once, some 0.5 s."""
    search = Search.load()
    hearing = Hearing(search, Urgent.load(search=search))
    return Knowledge(load_library(), hearing, Places.load())


def _knowledge() -> Knowledge:
    try:
        return what_we_know()
    except ContentError as error:
        raise StartError(f"the content cannot be used: {error}") from error
    except (OSError, KeyError, ValueError) as error:
        raise StartError(
            "the search or the places cannot be read: install the package again"
        ) from error


async def open_house(settings: Settings, clock: Clock) -> House:
    """Open database and connections and put every room in its place.

    Raises:
        StartError: the database cannot be used.
    """
    async with AsyncExitStack() as stack:
        db = await _open_database(settings.database, stack)
        cipher = BodyCipher(settings.token.get_secret_value())
        await plaintext.remove(db, cipher, settings.data_dir / BACKUPS)
        return _furnish(settings, clock, db, cipher, stack)


async def _open_database(url: URL, stack: AsyncExitStack) -> Database:
    try:
        stack.enter_context(sole_use_of(url))
        await migrate.upgrade(url)
        db = await Database.open(url)
    except InUseError as error:
        raise StartError(f"{error}: stop that one first, a file is for one bot") from error
    except migrate.MigrationError as error:
        raise StartError(str(error)) from error
    except DATABASE_ERRORS as error:
        raise StartError(cannot_be_used(error)) from error
    stack.push_async_callback(db.close)
    return db


def _furnish(
    settings: Settings, clock: Clock, db: Database, cipher: BodyCipher, stack: AsyncExitStack
) -> House:
    knowledge = _knowledge()
    library = knowledge.library
    metrics = Metrics(clock)
    trust = ClockTrust(clock, metrics)
    pace = Pace(clock, settings.total_rate, settings.bulk_rate, metrics=metrics)
    client, dispatcher, wire = _ways_out(settings, pace, stack)
    readers = Readers(db, clock, library, settings)
    privacy, stats = Privacy(db, clock, library), Stats(db, clock)
    broadcasts = Broadcasts(db, clock, settings)
    chat = Chat(client, clock)
    progress = Progress(broadcasts, readers, chat, clock)
    renderer, told = TipRenderer(library), progress.on_event
    sender = Sender(
        db, clock, settings, wire, pace, renderer, on_event=told, metrics=metrics, trust=trust
    )
    planner = Planner(db, clock, library, settings, metrics)
    desk = Desk(
        settings=settings,
        clock=clock,
        library=library,
        hearing=knowledge.hearing,
        places=knowledge.places,
        readers=readers,
        privacy=privacy,
        broadcasts=broadcasts,
        stats=stats,
        chat=chat,
        wake_sender=sender.wake,
        follow_broadcast=progress.follow,
        offer_admin_menu=partial(offer_admin_menu, client),
        username=lambda: client.username,
    )
    dispatch = Dispatch(desk)
    dispatch.register(dispatcher)
    return House(
        settings=settings,
        clock=clock,
        metrics=metrics,
        trust=trust,
        db=db,
        cipher=cipher,
        library=library,
        client=client,
        dispatcher=dispatcher,
        dispatch=dispatch,
        pace=pace,
        readers=readers,
        privacy=privacy,
        broadcasts=broadcasts,
        planner=planner,
        sender=sender,
        stats=stats,
        progress=progress,
        replicas=Replicas(db, clock, pace, trust=trust),
        repair=Repair(db, clock, settings, planner, owner=sender.owner),
        closing=stack.pop_all(),
    )


def _ways_out(
    settings: Settings, pace: Pace, stack: AsyncExitStack
) -> tuple[Client, Dispatcher, Wire | ProxiedWire]:
    """What replies leave by, and what tips and broadcasts leave by."""
    client = build_client(settings, LaneLimiter(pace))
    stack.push_async_callback(client.shutdown)  # also where the dispatcher never got ready
    dispatcher = build_dispatcher(client)
    stack.push_async_callback(dispatcher.shutdown)
    wire = open_wire(
        settings.api_base_url,
        settings.token,
        proxy=settings.proxy_url,
        connections=settings.in_flight,
    )
    stack.push_async_callback(wire.close)
    return client, dispatcher, wire


def build(settings: Settings, *, clock: Clock | None = None) -> App:
    """The bot, not yet started."""
    return App(settings, clock or SystemClock(), open_house)
