"""The life of the bot: in which order it starts, settles, is watched, and stops."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Self

import structlog
from telegram.error import InvalidToken

from bot.clock import Clock, SystemClock
from bot.clock_watch import ClockWatch
from bot.config import Settings
from bot.delivery.restored import heed_restore
from bot.delivery.retention import Retention
from bot.jobs import Job, Jobs
from bot.replicas.presence import BEAT_SECONDS
from bot.services import Services, StartError, open_services
from bot.store.queries import standing
from bot.subscribers.ratings import Ratings
from bot.supervisor import Supervisor
from bot.telegram.setup import RefusedError, register_with_telegram, say_who_we_are
from bot.updates.fetching import Fetching
from bot.updates.poller import Poller
from bot.updates.posting import LOOK_S, Posting
from bot.upkeep import Upkeep
from bot.web.admin.audit import AuditPages
from bot.web.admin.broadcasts import BroadcastPages
from bot.web.admin.calendar import CalendarPages
from bot.web.admin.composing import ComposingPages
from bot.web.admin.content import ContentPages
from bot.web.admin.controls import Actions, ControlPages
from bot.web.admin.dashboard import Dashboard
from bot.web.admin.page import AdminPage, Place
from bot.web.admin.questions import QuestionPages
from bot.web.admin.rendering import Templates
from bot.web.health import Health, health_routes
from bot.web.readiness import Readiness
from bot.web.server import WebServer
from bot.web.webhook import Refusals, Webhook

log = structlog.get_logger(__name__)
TICK_S = 15.0  # the plan is looked at this often, and at the next due instant
TICK_LIMIT_S = 60.0
PROGRESS_S = 3.0
ANSWERS_S = 15.0  # after which an answer is sent that could not be at once
NEWS_S = 300.0  # after which the team is told that questions have come
CONTENT_S = 5.0  # after which a replica knows what another one was told
UPKEEP_S = 3600.0
IN_FLIGHT_S = 7.0  # what is under way at a stop may take this long
ENDLESS = ("poller", "supervisor")  # they hold nothing that would have to be finished
SETTLE_S = 1.5  # and its outcomes this long to be written


@contextmanager
def _told_in_one_line() -> Iterator[None]:
    """Say what keeps the bot from starting, as :class:`StartError`."""
    try:
        yield
    except InvalidToken as error:
        raise StartError(
            "Telegram does not know this token: copy it again from @BotFather into GUTSKIN_TOKEN"
        ) from error
    except RefusedError as refusal:
        raise StartError(str(refusal)) from refusal
    except OSError as error:
        raise StartError(f"cannot open what the bot needs: {error}") from error


class App:
    """The bot. ``async with`` starts and stops it; :meth:`run` also waits for a signal."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self._services: Services | None = None
        self._web: list[WebServer] = []
        self.jobs = Jobs([])
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stop_sending = asyncio.Event()
        self._ended = asyncio.Event()
        self._is_running = False
        self._exit_code = 0
        self._ticking = asyncio.Lock()

    def __repr__(self) -> str:
        return "App"

    @property
    def services(self) -> Services:
        """The rooms, while the bot runs."""
        if self._services is None:
            raise RuntimeError("the bot is not running")
        return self._services

    @property
    def is_running(self) -> bool:
        """Whether all of it has started, and nothing of it has been stopped yet."""
        return self._is_running

    @property
    def is_leaving(self) -> bool:
        """Whether it was told to stop, or a part of it has ended by itself."""
        return self._ended.is_set()

    @property
    def web_url(self) -> str:
        """Where health is served, while the bot runs."""
        if not self._web:
            raise RuntimeError("the bot is not running")
        return self._web[0].url

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the rooms, greet Telegram, take up what was left, and only then take updates.

        Raises:
            StartError: with one clear line, when the token, the database or the port is wrong.
        """
        with _told_in_one_line():
            services = self._services = await open_services(
                self.settings, self.clock, plan_soon=partial(self.jobs.soon, "plan", 0.0)
            )
            self.inbox = services.new_inbox()
            self._watch_over(services)
            await say_who_we_are(services.client, self.clock)
            await self.clock_watch.compare()
            await services.dispatcher.initialize()
            await self._serve()
        await services.replicas.recall()
        with _told_in_one_line():
            roles = {one.user_id: one.role for one in await services.admins.all()}
            await register_with_telegram(services.client, self.settings, self.clock, roles)
        await heed_restore(services.db)
        await services.planner.ready_at_start()
        await services.reloading.begin()
        self._task("updates", self.inbox.run())  # warning signs are answered while others load
        services.replicas.on_lead = services.replicas.on_alone = self.inbox.recover
        if await services.replicas.join() == 1:
            await self.inbox.recover()
        self._begin(services)
        if await services.db.read(standing.has_subscribers):
            self.jobs.soon("backup", 0.0)  # a bot that is started anew each day needs its copy
        self._is_running = True
        log.info("the bot runs", database=services.db.address)

    def _watch_over(self, services: Services) -> None:
        """Make what looks at the running bot; nothing of it runs yet."""
        self.fetching = Fetching(self.clock, services.metrics.polled, self.settings.webhook_url)
        self.readiness = Readiness(
            services.db,
            self.clock,
            services.metrics,
            trust=services.trust,
            fetching=self.fetching,
            inbox=self.inbox,
            worker=services.worker,
        )
        self.clock_watch = ClockWatch(
            services.db,
            self.clock,
            services.trust,
            services.replicas,
            services.repair,
            server_time=services.client.server_time,
            on_step=self.jobs.start_over,
            on_mended=self._plan_soon,
        )
        self.holds = services.new_hold_watch()
        self.supervisor = Supervisor(
            self.clock,
            self.clock_watch,
            self.holds,
            self.readiness,
            tick=self.tick,
            leave=self._leave,
        )

    def _plan_soon(self) -> None:
        self.jobs.soon("plan", 0.0)
        self.services.worker.wake()

    async def _serve(self) -> None:
        health = Health(
            self.readiness.troubles, self.services.metrics.registry, self.readiness.refresh
        )
        self._web = [WebServer(*self.settings.health, health_routes(health))]
        url, secret = self.settings.webhook_url, self.settings.webhook_secret
        if url and secret:
            refusals = Refusals(self.clock, self.services.metrics)
            hook = Webhook(url, secret, self.inbox.take, refusals)
            place = self.settings.web_host, self.settings.webhook_port
            self._web.append(WebServer(*place, hook.routes(), middlewares=[hook.middleware]))
        if self.settings.admin_page_url:
            self._web.append(self._admin_page(self.settings.admin_page_url))
        for server in self._web:
            await server.start()

    def _admin_page(self, url: str) -> WebServer:
        services, place = self.services, Place(url)
        templates = Templates(place.path, self.settings.default_timezone)
        shown = services.progress
        wake, chats = services.worker.wake, services.team_chats
        actions = Actions(self._plan_soon, wake, shown.follow, chats)
        page = AdminPage(
            place,
            services.logins,
            templates,
            services.content,
            [
                Dashboard(
                    templates,
                    services.stats,
                    services.painter,
                    services.content,
                    self.readiness.troubles,
                ),
                BroadcastPages(
                    templates,
                    services.broadcasts,
                    services.content,
                    shown.course_of,
                    chats.others,
                ),
                ComposingPages(templates, services.broadcasts, services.content),
                ControlPages(templates, services.broadcasts, actions),
                CalendarPages(templates, services.broadcasts, self.clock),
                ContentPages(
                    templates,
                    services.content,
                    services.analyser,
                    Ratings(services.db, self.clock),
                ),
                QuestionPages(
                    templates,
                    services.questions,
                    services.analyser.placed,
                    partial(self.jobs.soon, "answers", 0.0),
                ),
                AuditPages(
                    templates,
                    services.audit,
                    services.admins,
                    services.content,
                    services.messenger.names_of,
                ),
            ],
        )
        where = self.settings.web_host, self.settings.admin_page_port
        return WebServer(*where, page.routes(), middlewares=[page.middleware])

    def _begin(self, services: Services) -> None:
        self._task("supervisor", self.supervisor.run())
        self._task("worker", services.worker.run(self._stop_sending))
        if self.settings.webhook_url is None:
            wait_to_lead = partial(self.fetching.wait_to_lead, services.replicas)
            poller = Poller(services.client, self.inbox, self.clock, wait_to_lead, self.fetching)
            self._task("poller", poller.run())
        else:
            posting = Posting(
                services.client, self.settings.webhook_url, self.fetching, self.clock
            )
            self.jobs.add([Job("webhook", LOOK_S, TICK_S, posting.look)], services.metrics)
        retention = Retention(services.db, self.clock, services.trust)
        upkeep = Upkeep(
            services.db,
            self.clock,
            self.settings,
            services.privacy,
            services.admins,
            services.trust,
            forget=services.questions.purge,
        )
        self.jobs.add(
            [
                Job("plan", TICK_S, TICK_LIMIT_S, self.tick),
                Job("replicas", BEAT_SECONDS, TICK_S, self.beat),
                Job("content", CONTENT_S, TICK_LIMIT_S, services.reloading.look),
                Job("answers", ANSWERS_S, TICK_LIMIT_S, services.answering.send),
                Job("news", NEWS_S, TICK_LIMIT_S, services.inbox_news.tell),
                Job("progress", PROGRESS_S, TICK_LIMIT_S, services.progress.draw),
                Job("retention", UPKEEP_S, 600.0, retention.run),
                Job("purge", UPKEEP_S, 600.0, upkeep.purge),
                Job("backup", UPKEEP_S, 3600.0, upkeep.back_up),
            ],
            services.metrics,
        )
        self.jobs.start()
        self.jobs.soon("plan", 0.0)

    def _task(self, name: str, work: Any) -> None:
        task = self._tasks[name] = asyncio.create_task(work, name=name)
        task.add_done_callback(self._one_ended)

    def _one_ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or self._stop_sending.is_set():
            return
        error = task.exception()
        if isinstance(error, InvalidToken):
            log.error("Telegram no longer knows this token; see @BotFather")
        else:
            log.error("a part of the bot ended by itself", part=task.get_name(), exc_info=error)
        self._leave()

    def _leave(self) -> None:
        self._exit_code = 1
        self._ended.set()

    async def tick(self) -> None:
        """Plan what is due and what is confirmed, and remember that it went well.

        Nothing is planned by a clock that is wrong.
        """
        if not self.services.trust.may_act:
            return
        async with self._ticking:
            await self.services.subscribers.end_pauses()
            await self.services.planner.tick()
            await self.readiness.ticked()
        due = await self.services.planner.next_due()
        if due is not None:
            seconds = (due - self.clock.now()).total_seconds()
            if seconds < TICK_S:
                self.jobs.soon("plan", max(0.2, seconds))

    async def beat(self) -> None:
        """Tell the other replicas that this one lives, and keep or take the lead."""
        await self.services.replicas.beat()
        await self.services.replicas.keep_lead()

    async def run_job(self, name: str) -> bool:
        """Run one of the jobs now, whenever its time is; whether it went well.

        Raises:
            KeyError: there is no job of that name.
        """
        return await self.jobs.jobs[name].run()

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT (a second one leaves at once); the exit code.

        Raises:
            StartError: the bot could not start.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled)
        starting = asyncio.create_task(self.start())
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({starting, ended}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await starting
                # Content and code stay for good: looking through them for garbage again and
                # again would hold up replies and sending for a tenth of a second each time.
                gc.freeze()
                await ended
        finally:
            starting.cancel()
            ended.cancel()
            await asyncio.wait({starting, ended})
            await self.stop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
        return self._exit_code

    def _signalled(self) -> None:
        if self.is_leaving:
            # Leases and inbox rows are taken up by the next start.
            os._exit(1)
        log.info("stopping")
        self._ended.set()

    async def stop(self) -> None:
        """Stop taking, then leasing; let what is under way end; write outcomes; close.

        Takes some eight seconds at most. Webhook and menu stay as they are.
        """
        self._is_running = False
        await self.jobs.stop()
        for name in ENDLESS:
            if task := self._tasks.get(name):
                task.cancel()
        for server in self._web:
            await server.stop()
        self._stop_sending.set()
        if self._tasks:
            self.inbox.close()
            self.services.worker.wake()
            _done, late = await asyncio.wait(self._tasks.values(), timeout=IN_FLIGHT_S)
            for task in late:
                log.warning("not done in time; its rows are taken up again", part=task.get_name())
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=SETTLE_S)
        self._tasks.clear()
        if self._services is not None:
            await Job("leave", BEAT_SECONDS, SETTLE_S, self._services.replicas.leave).run()
            await self._services.close()
            self._services = None
            log.info("stopped")


def build(settings: Settings, *, clock: Clock | None = None) -> App:
    """The bot, not yet started."""
    return App(settings, clock or SystemClock())
