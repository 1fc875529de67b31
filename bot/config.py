"""Settings from the environment, checked before anything starts; secrets are masked types."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL

from bot.database_url import read_address, sqlite_file
from bot.setting_values import (
    API,
    TELEGRAM,
    AdminPageAddress,
    ApiAddress,
    DatabaseAddress,
    Folder,
    Host,
    Hour,
    LogFormat,
    LogLevel,
    ProxyAddress,
    Token,
    UserIds,
    WebhookAddress,
    Zone,
)

HEALTH_PORT = 8081  # beside a webhook
WEBHOOK_PORTS = (443, 80, 88, 8443)  # Bot API: setWebhook
PREFIX = "GUTSKIN_"
ALIKE = 0.8  # how alike a name has to be to a setting's to be a slip of it
WORDS: Mapping[str, str] = {
    "missing": "is missing; copy it from @BotFather",  # only the token is needed
    "bool_parsing": "must be true or false",
    "float_parsing": "must be a number",
    "int_parsing": "must be a whole number",
    "literal_error": "must be {expected}",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "string_too_long": "must have at most {max_length} characters",
}
"""What pydantic calls a mistake, in words."""
SECRET_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,256}")  # Bot API: setWebhook, secret_token


class SettingsError(Exception):
    """One or more settings are missing or malformed; ``lines`` has a plain line for each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


class Settings(BaseSettings):
    """Every setting, its default and its unit. Read from ``GUTSKIN_<NAME>``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,  # what an .env file leaves empty is not set
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    token: Token = Field(description="the bot's token, from @BotFather")
    admin_ids: UserIds = Field(
        default=frozenset(), description="Telegram user ids of the owners, comma-separated"
    )
    data_dir: Folder = Field(
        default=Path("data"), description="folder for the database, taken literally; ~ is home"
    )
    content_dir: Folder | None = Field(
        default=None,
        description="folder with tips and answers of your own, in place of those that come along",
    )
    database_url: DatabaseAddress | None = Field(
        default=None,
        description="sqlite:///… or postgresql://…; without it, a SQLite file in the data folder",
    )
    api_base_url: ApiAddress = Field(
        default=API,
        description="Bot API address, ending in /bot",
        repr=False,
    )
    proxy_url: ProxyAddress | None = Field(
        default=None, description="HTTP proxy for Telegram calls"
    )
    log_level: LogLevel = Field(default="INFO", description="how much is logged")
    log_format: LogFormat = Field(default="text", description="log line format")
    default_timezone: Zone = Field(
        default="UTC",
        description="zone proposed first to whom Telegram tells no language of, and taken where "
        "somebody's own is not known",
    )
    default_time: Hour = Field(
        default=time(8, 0), description="hour proposed before the others, HH:MM"
    )
    bulk_rate: float = Field(
        default=25.0, gt=0, le=1000, description="tips and broadcasts per second at most"
    )
    total_rate: float = Field(
        default=30.0,
        gt=0,
        le=1000,
        description="messages per second at most, replies included (Telegram: 30, 1000 when paid)",
    )
    paid_broadcast: bool = Field(
        default=False, description="pay Stars for broadcasts above Telegram's free rate"
    )
    spread_minutes: float = Field(
        default=5.0, ge=0, le=120, description="tips of one hour are spread over this many minutes"
    )
    tip_grace_minutes: int = Field(
        default=180, ge=5, le=1200, description="a tip later than this is dropped as too old"
    )
    broadcast_pause_share: float = Field(
        default=0.3, gt=0, le=1, description="a broadcast pauses when more than this share fails"
    )
    broadcast_pause_window: int = Field(
        default=200, ge=10, description="of how many last messages that share is taken"
    )
    approval_above: int | None = Field(
        default=None,
        ge=0,
        description="a broadcast to more subscribers than this waits for a second admin",
    )
    contact: str | None = Field(
        default=None,
        max_length=200,
        description="who answers for the data, and how to reach them; shown by /privacy",
    )
    erase_after_days: int = Field(
        default=365,
        ge=1,
        le=3650,
        description="whoever blocked the bot, or whose account went, is erased after so many days",
    )
    in_flight: int = Field(
        default=64, ge=1, le=1024, description="messages under way to Telegram at once"
    )
    webhook_url: WebhookAddress | None = Field(
        default=None,
        description="public https address of the webhook, on port 443, 80, 88 or 8443",
        repr=False,
    )
    webhook_secret: SecretStr | None = Field(
        default=None, description="secret that Telegram repeats with every webhook call"
    )
    webhook_port: int = Field(
        default=8080,
        ge=0,
        le=65535,
        description="port of the webhook; of health, where there is no webhook",
    )
    web_host: Host = Field(
        default="127.0.0.1", description="address that port listens on; the image has 0.0.0.0"
    )
    health_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="port of its own for health and metrics; beside a webhook 8081 if not set",
    )
    health_host: Host = Field(
        default="127.0.0.1", description="address that port listens on; the image has 0.0.0.0"
    )

    admin_page_url: AdminPageAddress | None = Field(
        default=None,
        description="public https address of the admin page; without it there is none",
    )
    admin_page_port: int = Field(
        default=8082,
        ge=0,
        le=65535,
        description="port of the admin page, at GUTSKIN_WEB_HOST",
    )

    @model_validator(mode="before")
    @classmethod
    def _blank_is_empty(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in given.items()
            if not (isinstance(value, str) and not value.strip())
        }

    @model_validator(mode="after")
    def _webhook_is_guarded(self) -> Settings:
        if self.webhook_url is None:
            return self
        secret = self.webhook_secret.get_secret_value() if self.webhook_secret else ""
        if not SECRET_SHAPE.fullmatch(secret):
            raise ValueError(
                "GUTSKIN_WEBHOOK_SECRET: needed for a webhook: 1 to 256 letters, digits, _ or -"
            )
        return self

    @model_validator(mode="after")
    def _telegram_takes_the_webhook(self) -> Settings:
        if self.webhook_url is None or urlsplit(self.api_base_url).hostname != TELEGRAM:
            return self
        address = urlsplit(self.webhook_url)
        if address.scheme != "https":
            raise ValueError(
                "GUTSKIN_WEBHOOK_URL: must begin with https:// for Telegram to take it"
            )
        if (address.port or 443) not in WEBHOOK_PORTS:
            raise ValueError(
                "GUTSKIN_WEBHOOK_URL: must name port 443, 80, 88 or 8443, or none: Telegram calls "
                "no other (GUTSKIN_WEBHOOK_PORT, behind a proxy, may be any)"
            )
        return self

    @model_validator(mode="after")
    def _rates_fit_each_other(self) -> Settings:
        if self.bulk_rate > self.total_rate:
            raise ValueError("GUTSKIN_BULK_RATE: must not be larger than GUTSKIN_TOTAL_RATE")
        if self.total_rate > 30 and not self.paid_broadcast:
            raise ValueError(
                "GUTSKIN_TOTAL_RATE: above 30 a second needs GUTSKIN_PAID_BROADCAST=true"
            )
        return self

    @model_validator(mode="after")
    def _health_is_apart_from_the_webhook(self) -> Settings:
        if self.webhook_url and self.webhook_port and self.health[1] == self.webhook_port:
            raise ValueError("GUTSKIN_HEALTH_PORT: must not be the webhook's, which is public")
        return self

    @model_validator(mode="after")
    def _admin_page_is_apart(self) -> Settings:
        taken = {self.health[1], self.webhook_port if self.webhook_url else 0} - {0}
        if self.admin_page_url and self.admin_page_port in taken:
            raise ValueError("GUTSKIN_ADMIN_PAGE_PORT: must be a port that nothing else has")
        return self

    @property
    def health(self) -> tuple[str, int]:
        """Address and port of health and metrics: the webhook's place where there is none."""
        if self.health_port is None and self.webhook_url is None:
            return self.web_host, self.webhook_port
        port = HEALTH_PORT if self.health_port is None else self.health_port
        return self.health_host, port

    @property
    def database(self) -> URL:
        """The database's address, with the default filled in. May hold a password: never log it.

        The data folder is taken literally, whatever is in its name.
        """
        if self.database_url is not None:
            return read_address(self.database_url.get_secret_value())
        return sqlite_file(self.data_dir / "gutskin.db")


def load_settings(**given: Any) -> Settings:
    """Read the environment (``given`` wins over it).

    Raises:
        SettingsError: with one clear line per missing, malformed or misspelt setting.
    """
    misspelt = list(_misspelt(given))
    try:
        settings = Settings(**given)
    except ValidationError as error:
        wrong = [_line(dict(item)) for item in error.errors()]
        raise SettingsError([*misspelt, *wrong]) from None
    if misspelt:
        raise SettingsError(misspelt)
    return settings


def _misspelt(given: Mapping[str, Any]) -> Iterator[str]:
    """A line for each name in the environment that is nearly that of a setting not set."""
    known = {name.upper() for name in Settings.model_fields}
    found = {
        name.upper().removeprefix(PREFIX)
        for name, value in os.environ.items()
        if name.upper().startswith(PREFIX) and value.strip()
    }
    unset = known - found - {name.upper() for name in given}
    for name in sorted(found - known):
        for meant in get_close_matches(name, sorted(unset), n=1, cutoff=ALIKE):
            yield f"{PREFIX}{name}: there's no such setting; did you mean {PREFIX}{meant}?"


def _line(item: dict[str, Any]) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    if not item["loc"]:
        return message
    words = WORDS.get(item["type"], message).format(**item.get("ctx", {}))
    return f"{PREFIX}{str(item['loc'][0]).upper()}: {words}"
