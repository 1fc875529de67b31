"""The one place where everything is put together; nothing is made on import."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from sqlalchemy import URL

from bot.admins.admins import Admins
from bot.admins.audit import Audit
from bot.admins.logins import Logins
from bot.charts.painter import Painter
from bot.clock import Clock
from bot.clock_trust import ClockTrust
from bot.config import Settings
from bot.content.reloading import Reloading
from bot.content.withdrawals import Withdrawals
from bot.delivery.albums import Albums
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.dialogues import Dialogues
from bot.delivery.hold_watch import HoldWatch
from bot.delivery.planner import Planner
from bot.delivery.rendering import TipRenderer
from bot.delivery.repair import Repair
from bot.delivery.stats import Stats
from bot.delivery.worker import DeliveryWorker
from bot.handlers.admin_writer import AdminWriter
from bot.handlers.answering import Answering
from bot.handlers.application import Dispatcher, build_dispatcher
from bot.handlers.broadcasts.team_chats import TeamChats
from bot.handlers.context import HandlerServices
from bot.handlers.inbox_news import InboxNews
from bot.handlers.progress import Progress
from bot.handlers.recently import Recent
from bot.handlers.text_analysis import TextAnalyser
from bot.metrics import Metrics
from bot.places.search import Places
from bot.questions.questions import Questions
from bot.replicas.presence import Replicas
from bot.store import migrate
from bot.store.cipher import QUESTIONS, BodyCipher
from bot.store.database import Database
from bot.store.files import plaintext
from bot.store.files.sole_use import InUseError, sole_use_of
from bot.store.troubles import DATABASE_ERRORS, cannot_be_used
from bot.subscribers.privacy import Privacy
from bot.subscribers.service import Subscribers
from bot.telegram.bulk.pool import PooledTransport
from bot.telegram.bulk.proxied import ProxiedTransport, open_transport
from bot.telegram.client import Client, build_client
from bot.telegram.limits.limiter import SendLimiter
from bot.telegram.limits.priority import Lane
from bot.telegram.messenger import Messenger
from bot.telegram.rate_limiter import PriorityRateLimiter
from bot.telegram.setup import offer_admin_menu
from bot.texts import orders
from bot.updates.inbox import Inbox
from bot.updates.retrying import Retrying
from bot.upkeep import BACKUPS
from bot.web.admin.page import Place
from tips.current import CurrentContent, ThemeBits
from tips.library import ContentError, Library, load_library
from tips.search import Search
from tips.search.word_search import LibrarySearch
from tips.signs import WarningSigns


class StartError(Exception):
    """The bot cannot start; the text is one clear line with the remedy."""


@dataclass(frozen=True)
class Services:
    """Every room of the running bot."""

    settings: Settings
    clock: Clock
    metrics: Metrics
    trust: ClockTrust
    db: Database
    cipher: BodyCipher
    content: CurrentContent
    reloading: Reloading
    questions: Questions
    answering: Answering
    inbox_news: InboxNews
    client: Client
    messenger: Messenger
    dispatcher: Dispatcher
    analyser: TextAnalyser
    limiter: SendLimiter
    subscribers: Subscribers
    privacy: Privacy
    broadcasts: Broadcasts
    admins: Admins
    audit: Audit
    logins: Logins
    planner: Planner
    worker: DeliveryWorker
    stats: Stats
    painter: Painter
    team_chats: TeamChats
    progress: Progress
    replicas: Replicas
    repair: Repair
    closing: AsyncExitStack

    def __repr__(self) -> str:
        return "Services"

    @property
    def library(self) -> Library:
        """The content at this moment."""
        return self.content.library

    def new_inbox(self) -> Inbox:
        """Where updates wait for the dispatcher."""
        return Inbox(
            self.db,
            self.clock,
            self.dispatcher.process_json,
            self.limiter.reply_held_for,
            cipher=self.cipher,
            retrying=Retrying(self.clock, self.client.server_time),
            suspects=self.analyser.suspicion,
            slow_down=self.dispatcher.slow_down,
        )

    def new_hold_watch(self) -> HoldWatch:
        """Looks at how long replies, and tips and broadcasts, are held."""
        return HoldWatch(
            self.clock,
            self.metrics,
            {
                Lane.REPLY.value: lambda: self.limiter.held_for(Lane.REPLY),
                Lane.BULK.value: lambda: self.worker.held_for,
            },
        )

    async def close(self) -> None:
        """Close what was opened, last first."""
        await self.closing.aclose()


@dataclass(frozen=True)
class Knowledge:
    """What never changes while the process lives, and the content that comes with it."""

    library: Library
    by_words: LibrarySearch
    search: Search
    signs: WarningSigns
    places: Places

    def content(self, folder: Path | None) -> CurrentContent:
        """The content to begin with: what comes with the bot, or what the folder has.

        Raises:
            ContentError: the folder's cannot be used.
        """
        if folder is None:
            return CurrentContent(self.library, self.by_words)
        library = load_library(root=folder)
        return CurrentContent(library, LibrarySearch(library, self.search.words))


@cache
def what_we_know() -> Knowledge:
    """Content, search, places and the rules of orders; read once, some 0.5 s."""
    orders.load()
    search = Search.load()
    library = load_library()
    by_words = LibrarySearch(library, search.words)
    signs = WarningSigns.load(search=search)
    return Knowledge(library, by_words, search, signs, Places.load())


def _knowledge(folder: Path | None) -> tuple[Knowledge, CurrentContent]:
    try:
        knowledge = what_we_know()
        return knowledge, knowledge.content(folder)
    except ContentError as error:
        raise StartError(f"the content cannot be used: {error}") from error
    except (OSError, KeyError, ValueError) as error:
        raise StartError(
            "the search or the places cannot be read: install the package again"
        ) from error


async def open_services(
    settings: Settings, clock: Clock, *, plan_soon: Callable[[], None]
) -> Services:
    """Open database and connections and put every room in its place.

    Args:
        plan_soon: has the planner look at once, as after the confirmation of a broadcast.

    Raises:
        StartError: the database cannot be used.
    """
    async with AsyncExitStack() as stack:
        db = await _open_database(settings.database, stack)
        cipher = BodyCipher(settings.token.get_secret_value())
        await plaintext.remove(db, cipher, settings.data_dir / BACKUPS)
        return _build(settings, clock, db, cipher, stack, plan_soon)


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


def _build(
    settings: Settings,
    clock: Clock,
    db: Database,
    cipher: BodyCipher,
    stack: AsyncExitStack,
    plan_soon: Callable[[], None],
) -> Services:
    knowledge, content = _knowledge(settings.content_dir)
    analyser = TextAnalyser(knowledge.search, knowledge.signs, content)
    metrics = Metrics(clock)
    trust = ClockTrust(clock, metrics)
    limiter = SendLimiter(clock, settings.total_rate, settings.bulk_rate, metrics=metrics)
    client, transport = _outgoing(settings, limiter, stack)
    home = settings.default_timezone
    subscribers = Subscribers(db, clock, content, settings)
    privacy, stats = Privacy(db, clock, content, home), Stats(db, clock, content)
    audit = Audit(db, clock)
    admins = Admins(db, clock, settings.admin_ids, audit)
    logins = Logins(db, clock, admins, audit)
    search, signs, folder = knowledge.search, knowledge.signs, settings.content_dir
    reloading = Reloading(db, clock, content, search, signs, folder, audit)
    broadcasts = Broadcasts(db, clock, settings, client, themes=ThemeBits(content))
    messenger, painter = Messenger(client, clock), Painter()
    stack.callback(painter.close)
    own_cipher = BodyCipher(settings.token.get_secret_value(), QUESTIONS)
    questions = Questions(db, clock, own_cipher, audit)
    answering = Answering(questions, messenger)
    inbox_news = InboxNews(questions, admins, subscribers, messenger, clock, home)
    writer = AdminWriter(subscribers, messenger)
    chats = TeamChats(broadcasts, admins, writer, messenger, clock, content, home)
    progress = Progress(broadcasts, admins, chats, writer, messenger, clock)
    renderer = TipRenderer(content, sharing=client.sharing)
    told = progress.on_event
    worker = DeliveryWorker(
        db,
        clock,
        settings,
        transport,
        limiter,
        renderer,
        on_event=told,
        metrics=metrics,
        trust=trust,
    )
    planner = Planner(db, clock, content.library, settings, metrics, on_rows=worker.wake)
    services = HandlerServices(
        settings=settings,
        clock=clock,
        content=content,
        reloading=reloading,
        withdrawals=Withdrawals(db, clock, content, audit),
        questions=questions,
        answering=answering,
        analyser=analyser,
        places=knowledge.places,
        subscribers=subscribers,
        privacy=privacy,
        broadcasts=broadcasts,
        dialogues=Dialogues(db),
        albums=Albums(db, clock),
        admins=admins,
        audit=audit,
        logins=logins,
        admin_page=Place(url).login_link if (url := settings.admin_page_url) else None,
        stats=stats,
        painter=painter,
        messenger=messenger,
        wake_worker=worker.wake,
        plan_soon=plan_soon,
        team_chats=chats,
        follow_broadcast=progress.follow,
        broadcast_report=progress.message_of,
        offer_admin_menu=partial(offer_admin_menu, client),
        recent=Recent(clock),
        sharing=client.sharing,
    )
    dispatcher = build_dispatcher(client, services)
    stack.push_async_callback(dispatcher.shutdown)
    return Services(
        settings=settings,
        clock=clock,
        metrics=metrics,
        trust=trust,
        db=db,
        cipher=cipher,
        content=content,
        reloading=reloading,
        questions=questions,
        answering=answering,
        inbox_news=inbox_news,
        client=client,
        messenger=messenger,
        dispatcher=dispatcher,
        analyser=analyser,
        limiter=limiter,
        subscribers=subscribers,
        privacy=privacy,
        broadcasts=broadcasts,
        admins=admins,
        audit=audit,
        logins=logins,
        planner=planner,
        worker=worker,
        stats=stats,
        painter=painter,
        team_chats=chats,
        progress=progress,
        replicas=Replicas(db, clock, limiter, trust=trust),
        repair=Repair(db, clock, settings, planner, owner=worker.owner),
        closing=stack.pop_all(),
    )


def _outgoing(
    settings: Settings, limiter: SendLimiter, stack: AsyncExitStack
) -> tuple[Client, PooledTransport | ProxiedTransport]:
    """What replies leave by, and what tips and broadcasts leave by."""
    client = build_client(
        settings.token,
        settings.api_base_url,
        limiter=PriorityRateLimiter(limiter),
        proxy=settings.proxy_url,
        connections=settings.in_flight,
    )
    stack.push_async_callback(client.shutdown)  # also where the dispatcher never got ready
    transport = open_transport(
        settings.api_base_url,
        settings.token,
        proxy=settings.proxy_url,
        connections=settings.in_flight,
    )
    stack.push_async_callback(transport.close)
    return client, transport
