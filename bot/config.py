"""Settings from the environment, checked before anything starts; secrets are masked types."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL

from bot.database_url import expanded, read_address, sqlite_file

TOKEN_SHAPE = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")
HEALTH_PORT = 8081  # beside a webhook
TELEGRAM = "api.telegram.org"
WEBHOOK_PORTS = (443, 80, 88, 8443)  # Bot API: setWebhook
SECRET_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,256}")  # Bot API: setWebhook, secret_token


class SettingsError(Exception):
    """One or more settings are missing or malformed; ``lines`` has a plain line for each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


class Settings(BaseSettings):
    """Every setting, its default and its unit. Read from ``GUTSKIN_<NAME>``."""

    model_config = SettingsConfigDict(
        env_prefix="GUTSKIN_",
        env_ignore_empty=True,  # what an .env file leaves empty is not set
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    token: SecretStr = Field(description="the bot's token, from @BotFather")
    admin_ids: Annotated[frozenset[int], NoDecode] = Field(
        default=frozenset(), description="Telegram user ids of the admins, comma-separated"
    )
    data_dir: Path = Field(
        default=Path("data"), description="folder for the database, taken literally; ~ is home"
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="sqlite:///… or postgresql://…; without it, a SQLite file in the data folder",
    )
    api_base_url: str = Field(
        default="https://api.telegram.org/bot", description="Bot API address, ending in /bot"
    )
    proxy_url: SecretStr | None = Field(default=None, description="HTTP proxy for Telegram calls")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="how much is logged"
    )
    log_format: Literal["text", "json"] = Field(default="text", description="log line format")
    default_timezone: str = Field(
        default="UTC", description="zone proposed first to whom Telegram tells no language of"
    )
    default_time: time = Field(
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
    webhook_url: str | None = Field(
        default=None,
        description="public https address of the webhook, on port 443, 80, 88 or 8443",
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
    web_host: str = Field(
        default="127.0.0.1", description="address that port listens on; the image has 0.0.0.0"
    )
    health_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="port of its own for health and metrics; beside a webhook 8081 if not set",
    )
    health_host: str = Field(
        default="127.0.0.1", description="address that port listens on; the image has 0.0.0.0"
    )

    @field_validator("token")
    @classmethod
    def _token_has_the_right_shape(cls, token: SecretStr) -> SecretStr:
        if not TOKEN_SHAPE.fullmatch(token.get_secret_value()):
            raise ValueError("does not look like a token; copy it again from @BotFather")
        return token

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _ids_from_commas(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if not all(part.isascii() and part.isdecimal() for part in parts):
            raise ValueError("must be Telegram user ids, separated by commas, like 12345,67890")
        return frozenset(parts)

    @field_validator("data_dir", mode="before")
    @classmethod
    def _home_is_followed(cls, folder: Any) -> Any:
        return expanded(folder) if isinstance(folder, str) else folder

    @field_validator("database_url")
    @classmethod
    def _database_is_of_a_kind_we_know(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            read_address(url.get_secret_value())
        return url

    @field_validator("proxy_url")
    @classmethod
    def _proxy_is_http(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return url

    @field_validator("webhook_url")
    @classmethod
    def _webhook_is_an_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        if not url.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// (or http:// for a server of your own)")
        if not _has_host(url):
            raise ValueError("must be an address like https://bot.example.org/telegram")
        return url

    @field_validator("default_timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError("is not a time zone; try one like Europe/Berlin") from error
        return name

    @field_validator("api_base_url")
    @classmethod
    def _address_is_http(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// (or http:// for a server of your own)")
        return url.rstrip("/")

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


def _has_host(url: str) -> bool:
    try:
        address = urlsplit(url)
        return bool(address.hostname) and address.port != 0
    except ValueError:
        return False


def load_settings(**given: Any) -> Settings:
    """Read the environment (``given`` wins over it).

    Raises:
        SettingsError: with one clear line per missing or malformed setting.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError([_line(dict(item)) for item in error.errors()]) from None


def _line(item: dict[str, Any]) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    if not item["loc"]:
        return message
    name = f"GUTSKIN_{str(item['loc'][0]).upper()}"
    return f"{name}: is missing" if item["type"] == "missing" else f"{name}: {message}"
