"""Runs the handful of jobs that the code defines. They may be lost: intent is in rows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import SystemClock
from bot.metrics import Metrics
from bot.store.troubles import is_away, kind_of

log = structlog.get_logger(__name__)

STOP_S = 2.0

Work = Callable[[], Awaitable[object]]


class JobError(Exception):
    """A job could not do its work, for a reason outside the program; the text says which."""


@dataclass(frozen=True)
class Job:
    """Something done every ``every`` seconds, given at most ``limit`` seconds each time."""

    name: str
    every: float
    limit: float
    work: Work

    async def run(self) -> bool:
        """Do the work once and return whether it went well; never raise."""
        try:
            async with asyncio.timeout(self.limit):
                await self.work()
        except TimeoutError:
            log.error("a job took too long and was stopped", job=self.name, seconds=self.limit)  # noqa: TRY400
            return False
        except JobError as error:
            log.error("a job could not do its work", job=self.name, why=str(error))  # noqa: TRY400
            return False
        except Exception as error:
            # A database that is away for an hour would fill the log with tracebacks.
            where = None if is_away(error) else error
            log.error("a job failed", job=self.name, kind=kind_of(error), exc_info=where)  # noqa: TRY400
            return False
        return True


class Jobs:
    """Runs jobs on APScheduler: never two of one name at once, and a late one once."""

    def __init__(self, jobs: list[Job]) -> None:
        self.jobs = {job.name: job for job in jobs}
        self._metrics: Metrics | None = None
        self._scheduler: Any = None
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._wanted: dict[str, datetime] = {}

    def add(self, jobs: list[Job], metrics: Metrics) -> None:
        """Add jobs before :meth:`start`; their runs are counted in ``metrics``."""
        self._metrics = metrics
        self.jobs.update({job.name: job for job in jobs})
        for name in self.jobs:
            for outcome in ("ok", "failed"):
                metrics.jobs.labels(name, outcome)

    def start(self) -> None:
        """Start the scheduler; every job runs for the first time after its interval."""
        scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for job in self.jobs.values():
            work = partial(self._run, job)
            scheduler.add_job(work, "interval", seconds=job.every, id=job.name, name=job.name)
        scheduler.start()
        self._scheduler = scheduler

    def soon(self, name: str, seconds: float) -> None:
        """Run the job after ``seconds``, if that is before its next time."""
        # APScheduler lives on the machine's time, whatever clock the rest of the bot is handed.
        wanted = SystemClock().now() + timedelta(seconds=max(0.0, seconds))
        if name in self._running:
            # It would pass over a run that falls due before this one ends.
            self._wanted[name] = min(wanted, self._wanted.get(name, wanted))
        else:
            self._run_by(name, wanted)

    def _run_by(self, name: str, wanted: datetime) -> None:
        job = None if self._scheduler is None else self._scheduler.get_job(name)
        if job is not None and job.next_run_time > wanted:
            job.modify(next_run_time=max(wanted, SystemClock().now()))

    def start_over(self) -> None:
        """Count every interval from now: the wall clock, which APScheduler goes by, was set."""
        for job in self.jobs.values():
            if self._scheduler is not None:
                again = SystemClock().now() + timedelta(seconds=job.every)
                self._scheduler.modify_job(job.name, next_run_time=again)
        self.soon("plan", 0.0)

    async def _run(self, job: Job) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._running[job.name] = task
            task.add_done_callback(partial(self._ended, job.name))
        try:
            went_well = await job.run()
        except asyncio.CancelledError:
            log.debug("a job was cut off by the stop", job=job.name)
            return
        if self._metrics is not None:
            self._metrics.jobs.labels(job.name, "ok" if went_well else "failed").inc()

    def _ended(self, name: str, _task: asyncio.Task[Any]) -> None:
        del self._running[name]
        if (wanted := self._wanted.pop(name, None)) is not None:
            self._run_by(name, wanted)

    async def stop(self) -> None:
        """Stop the scheduler; what runs is cut off and waited for."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
        if self._running:
            await asyncio.wait(self._running.values(), timeout=STOP_S)
