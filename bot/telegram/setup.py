"""What Telegram is told at the start: who we are, our menu, and where updates go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InputProfilePhotoStatic,
)
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.admins.roles import Role
from bot.clock import Clock
from bot.config import Settings
from bot.retry import REACH_TELEGRAM, Retries
from bot.telegram.client import ALLOWED_UPDATES, Client
from bot.texts import commands
from bot.texts.catalogue import Translator, languages, translator

log = structlog.get_logger(__name__)

Call = partial[Coroutine[Any, Any, bool]]

PICTURE = Path(__file__).with_name("picture.jpg")
PATIENCE_S = 15.0  # seconds that menu and descriptions may take together; they are no condition
TAKES_NO_WEBHOOK = "Telegram refuses the webhook ({}): correct GUTSKIN_WEBHOOK_URL"
KEEPS_THE_WEBHOOK = "Telegram refuses to let updates be fetched ({})"


class RefusedError(Exception):
    """Telegram refuses what the bot cannot do without; the text is one line with its reason."""


async def say_who_we_are(client: Client, clock: Clock) -> None:
    """Let Telegram check the token (``getMe``), with patience for a network that comes up late.

    Raises:
        telegram.error.InvalidToken: Telegram does not know the token.
        RefusedError: it does, and will have nothing to do with this bot ("Logged out").
        telegram.error.NetworkError: Telegram could not be reached at all.
    """
    await _patiently(client.initialize, clock, "Telegram refuses this bot ({})")


async def _patiently(call: Callable[[], Awaitable[object]], clock: Clock, refused: str) -> None:
    """Make a call that the bot cannot do without, again where Telegram cannot be reached."""
    retries = Retries(REACH_TELEGRAM, clock)
    while True:
        try:
            await call()
        except TelegramError as error:
            if isinstance(error, InvalidToken):
                raise
            if isinstance(error, BadRequest) or not isinstance(error, NetworkError | RetryAfter):
                raise RefusedError(refused.format(error.message)) from None
            seconds = retries.failed()
            if seconds is None:
                raise
            log.warning(
                "Telegram cannot be reached; trying again",
                kind=type(error).__name__,
                seconds=seconds,
            )
            await clock.sleep(seconds)
        else:
            return


async def register_with_telegram(
    client: Client, settings: Settings, clock: Clock, roles: Mapping[int, Role]
) -> None:
    """Say where updates go, then set menus, descriptions, and a picture where there is none.

    ``roles`` are those of all who have one, by user id. What of that fails is logged and does not
    stop the bot.

    Raises:
        RefusedError: Telegram does not take the webhook, or not away.
        telegram.error.TelegramError: Telegram could not be reached for it.
    """
    refused = TAKES_NO_WEBHOOK if settings.webhook_url else KEEPS_THE_WEBHOOK
    await _patiently(partial(_where_updates_go, client, settings), clock, refused)
    admins = [call for one, role in roles.items() for call in _admin_menus(client, one, role)]
    calls = [*_menus(client), *admins, *_descriptions(client), partial(set_picture, client)]
    try:
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(_try(call) for call in calls))
    except TimeoutError:
        log.warning("menu and description could not all be set in time")


async def _where_updates_go(client: Client, settings: Settings) -> None:
    if settings.webhook_url is None or settings.webhook_secret is None:
        await client.delete_webhook(drop_pending_updates=False)
        return
    await client.set_webhook(
        settings.webhook_url,
        secret_token=settings.webhook_secret.get_secret_value(),
        allowed_updates=ALLOWED_UPDATES,
    )


async def _try(call: Call) -> None:
    try:
        await call()
    except TelegramError as error:
        method = call.func.__name__
        log.warning("Telegram did not take a setting", method=method, kind=type(error).__name__)


async def set_picture(client: Client) -> bool:
    """Give the bot its picture; one that the operator chose stays."""
    present = await client.get_user_profile_photos(client.id, limit=1)
    if present.total_count:
        return False
    return await client.set_my_profile_photo(InputProfilePhotoStatic(PICTURE.read_bytes()))


def _spoken() -> list[tuple[Translator, str | None]]:
    """A translator for each language with its code; the source language is the default (None)."""
    source, *others = map(translator, languages())
    return [(source, None), *((other, other.language[:2]) for other in others)]


async def offer_admin_menu(client: Client, admin: int, role: Role | None) -> None:
    """Set the menu of somebody's role, or everybody's again; it fails for those who never wrote
    to the bot."""
    for call in _admin_menus(client, admin, role):
        await _try(call)


def _menus(client: Client) -> list[Call]:
    return [_menu(client, BotCommandScopeAllPrivateChats(), *spoken) for spoken in _spoken()]


def _admin_menus(client: Client, admin: int, role: Role | None) -> list[Call]:
    scope = BotCommandScopeChat(admin)
    if role is None:
        return [
            partial(client.delete_my_commands, scope=scope, language_code=code)
            for _, code in _spoken()
        ]
    return [_menu(client, scope, *spoken, role=role) for spoken in _spoken()]


def _menu(
    client: Client,
    scope: BotCommandScope,
    _: Translator,
    code: str | None,
    *,
    role: Role | None = None,
) -> Call:
    menu = [BotCommand(entry["command"], entry["description"]) for entry in commands.menu(_, role)]
    return partial(client.set_my_commands, menu, scope=scope, language_code=code)


def _descriptions(client: Client) -> list[Call]:
    calls: list[Call] = []
    for _, code in _spoken():
        whole, short = commands.description(_), commands.short_description(_)
        calls += [
            partial(client.set_my_description, whole, language_code=code),
            partial(client.set_my_short_description, short, language_code=code),
        ]
    return calls
