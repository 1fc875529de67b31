"""What ``gutskin doctor`` checks; each finding has its remedy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiohttp
import orjson

from bot.cli.troubles import PROXY_REFUSES, of_network
from bot.clock import SystemClock, http_date
from bot.config import Settings
from bot.store.troubles import DATABASE_ERRORS, of_database
from bot.telegram.session import Attempt, open_session

if TYPE_CHECKING:  # loading the store takes longer than most checks
    from bot.store.outbox_models import HeartbeatRead

SKEW_S = 5.0  # more than this and "about 08:00" is no longer true
PATIENCE_S = 15.0
RECENTLY_S = 3600.0  # how long a failed delivery is worth mentioning


class Finding(NamedTuple):
    """One line: what was checked, whether it is all right, what was found, what to do about it."""

    what: str
    ok: bool
    found: str
    remedy: str = ""


Check = Callable[[Settings], Awaitable[list[Finding]]]


async def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order in which an operator deals with them."""
    checks: tuple[Check, ...] = (_telegram, _database, _instants, _content, _zones, _search)
    return [finding for check in checks for finding in await check(settings)]


async def _telegram(settings: Settings) -> list[Finding]:
    try:
        status, body, date = await _ask(settings, "getMe")
        webhook = await _webhook(settings) if status == 200 else []
    except (aiohttp.ClientError, OSError, ValueError) as error:
        trouble, asked = of_network(error), urlsplit(settings.api_base_url).hostname
        found = f"cannot be checked with {asked}: {trouble.found}"
        return [Finding("token", ok=False, found=found, remedy=trouble.remedy)]
    return [_token(status, body), _clock(date), *webhook]


async def _webhook(settings: Settings) -> list[Finding]:
    """The state of the webhook; nothing where there is none and none is wanted."""
    _, body, _ = await _ask(settings, "getWebhookInfo")
    try:
        info = dict(orjson.loads(body)["result"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return []
    return judge_webhook(settings.webhook_url, info, SystemClock().now())


def judge_webhook(wanted: str | None, info: dict[str, Any], now: datetime) -> list[Finding]:
    """Whether Telegram posts updates where the settings say; ``info`` is a WebhookInfo."""
    has = str(info.get("url") or "")
    place = urlsplit(has).hostname
    if wanted is None:
        left = f"set at {place}; gutskin run takes it away"
        return [Finding("webhook", ok=True, found=left)] if has else []
    if not has:
        return [Finding("webhook", ok=True, found="not set yet; gutskin run sets it")]
    if has != wanted:
        remedy = "start this bot, which sets its own, and stop whoever set that one"
        return [Finding("webhook", ok=False, found=f"updates go to {place}", remedy=remedy)]
    failed_at = info.get("last_error_date")
    if isinstance(failed_at, int) and now.timestamp() - failed_at < RECENTLY_S:
        count = info.get("pending_update_count", 0)
        found = f"Telegram cannot deliver: {info.get('last_error_message')}; {count} updates wait"
        remedy = f"see that {place} leads to GUTSKIN_WEBHOOK_PORT, with a certificate that holds"
        return [Finding("webhook", ok=False, found=found, remedy=remedy)]
    return [Finding("webhook", ok=True, found=f"set at {place}")]


async def _ask(settings: Settings, method: str) -> tuple[int, bytes, str]:
    url = f"{settings.api_base_url}{settings.token.get_secret_value()}/{method}"
    patience = aiohttp.ClientTimeout(PATIENCE_S)
    async with (
        open_session(1, settings.proxy_url) as session,
        session.get(url, timeout=patience, trace_request_ctx=Attempt()) as response,
    ):
        return response.status, await response.read(), response.headers.get("Date", "")


def _token(status: int, body: bytes) -> Finding:
    if status in {401, 404}:
        remedy = "copy it again from @BotFather into GUTSKIN_TOKEN"
        return Finding("token", ok=False, found="Telegram does not know it", remedy=remedy)
    if status == 407:
        return Finding("token", False, *PROXY_REFUSES)
    try:
        answer = orjson.loads(body)
        if answer["ok"] is False:
            remedy = "mend what it says, or GUTSKIN_API_BASE_URL; if it is out of order, wait"
            found = f"Telegram answers: {answer['description']}"
            return Finding("token", ok=False, found=found, remedy=remedy)
        name = answer["result"]["username"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        found = f"what answers (status {status}) is no Bot API server"
        remedy = "correct GUTSKIN_API_BASE_URL"
        return Finding("token", ok=False, found=found, remedy=remedy)
    return Finding("token", ok=True, found=f"@{name}")


def _clock(date: str) -> Finding:
    theirs = http_date(date)
    if theirs is None:
        return Finding("clock", ok=True, found="the server names no time to compare with")
    return judge_clock(SystemClock().now(), theirs)


def judge_clock(ours: datetime, theirs: datetime, whose: str = "Telegram") -> Finding:
    """Whether our clock agrees with another's, in whole seconds."""
    skew = (ours - theirs).total_seconds()
    found = f"{skew:+.0f} s against that of {whose}"
    remedy = "let the machine set its clock (NTP)"
    return Finding("clock", ok=abs(skew) <= SKEW_S, found=found, remedy=remedy)


async def _database(settings: Settings) -> list[Finding]:
    from bot.store import migrate
    from bot.store.database import Database

    try:
        db = await Database.open(settings.database)
        try:
            have, need = await migrate.current(settings.database)
        finally:
            await db.close()
    except DATABASE_ERRORS as error:
        return [Finding("database", False, *of_database(error))]
    state = f"{have}, needed {need}" if have else "none yet; gutskin run makes the tables"
    remedy = "run: gutskin db upgrade (gutskin run does it by itself)"
    if migrate.is_newer(have):
        remedy = migrate.NEWER
    return [
        Finding("database", ok=True, found=db.address),
        Finding("migrations", ok=have in {None, need}, found=state, remedy=remedy),
    ]


async def _instants(settings: Settings) -> list[Finding]:
    """What a wrong clock has left in the database, and what the running bot noticed of it."""
    from bot.clock_watch import CLOCK_SET
    from bot.delivery.repair import how_far_ahead
    from bot.store import migrate
    from bot.store.database import Database
    from bot.store.queries import heartbeat

    try:
        have, need = await migrate.current(settings.database)
        if have != need:
            return []
        db = await Database.open(settings.database)
        try:
            now = SystemClock().now()
            ahead = await how_far_ahead(db, now)
            noticed = await db.read(lambda session: heartbeat.last(session, CLOCK_SET))
            theirs = None if db.is_sqlite else await db.read(heartbeat.server_now)
        finally:
            await db.close()
    except DATABASE_ERRORS:
        return []  # what is wrong with it has a line of its own
    found = [] if theirs is None else [judge_clock(now, theirs, "the database")]
    return [*found, judge_instants(ahead, noticed)]


def judge_instants(ahead: timedelta, noticed: HeartbeatRead | None) -> Finding:
    """Whether stored instants are plausible, and when the clock was last set."""
    said = ""
    if noticed is not None:
        when = f"{noticed.at:%Y-%m-%d %H:%M}"
        said = f"; the clock was set by {noticed.detail} s at {when} UTC while the bot ran"
    if not ahead:
        return Finding("stored times", ok=True, found=f"none lies too far ahead{said}")
    found = f"some lie up to {ahead / timedelta(hours=1):.1f} h too far ahead{said}"
    remedy = "let the machine set its clock (NTP), then start the bot again: it sets them right"
    return Finding("stored times", ok=False, found=found, remedy=remedy)


async def _content(settings: Settings) -> list[Finding]:
    from tips.library import ContentError, load_library

    folder = settings.content_dir
    option, place = ("", "") if folder is None else (f" --dir {folder}", f" in {folder}")
    if folder is not None and not folder.is_dir():
        remedy = "correct GUTSKIN_CONTENT_DIR, or copy the content there (docs/CONTENT.md)"
        return [Finding("content", ok=False, found=f"no folder {folder}", remedy=remedy)]
    try:
        library = await asyncio.to_thread(load_library, root=folder)
    except ContentError as error:
        remedy = f"run: gutskin tips check{option}"
        return [Finding("content", ok=False, found=str(error), remedy=remedy)]
    found = f"{len(library.tips)} tips, {len(library.answers)} answers{place}"
    enough = bool(library.tips and library.answers)
    remedy = "install the package again" if folder is None else "put tips and answers there"
    return [Finding("content", ok=enough, found=found, remedy=remedy)]


async def _zones(settings: Settings) -> list[Finding]:
    try:
        ZoneInfo("Europe/Berlin")
        data = version("tzdata")
    except (ZoneInfoNotFoundError, PackageNotFoundError):
        remedy = "install the package tzdata"
        return [Finding("time zones", ok=False, found="no data", remedy=remedy)]
    lost = await _lost_zones(settings)
    if not lost:
        return [Finding("time zones", ok=True, found=f"tzdata {data}")]
    named = ", ".join(f"{zone} ({count} subscribers)" for zone, count in sorted(lost.items()))
    remedy = (
        "install a tzdata that has them; those subscribers get no tips until they name a place"
    )
    return [Finding("time zones", ok=False, found=f"tzdata {data} lacks {named}", remedy=remedy)]


async def _lost_zones(settings: Settings) -> dict[str, int]:
    """Stored zones that are not in the time-zone data; none if the database cannot be read."""
    from bot.store import migrate
    from bot.store.database import Database
    from bot.store.queries import subscribers

    try:
        have, need = await migrate.current(settings.database)
        if have != need:
            return {}
        db = await Database.open(settings.database)
        try:
            return await db.read(subscribers.lost_zones)
        finally:
            await db.close()
    except DATABASE_ERRORS:
        return {}  # what is wrong with it has a line of its own


async def _search(_settings: Settings) -> list[Finding]:
    from tips.search import Search

    try:
        search = await asyncio.to_thread(Search.load)
    except (OSError, KeyError, ValueError):
        remedy = "install the package again"
        return [Finding("search", ok=False, found="its index cannot be read", remedy=remedy)]
    remedy = "install the package again: without sentence vectors fewer questions are understood"
    have = search.embeddings_available
    found = "sentence vectors loaded" if have else "words only"
    return [Finding("search", ok=have, found=found, remedy=remedy)]
