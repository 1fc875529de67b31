"""What the value of a single setting may be; what several mean together is in ``bot/config.py``.

A value that cannot be is refused with a ``ValueError`` whose text completes "GUTSKIN_X: …" and
does not repeat it, since it may hold a secret.
"""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from bot.database_url import expanded, may_be_host, read_address

TOKEN_SHAPE = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")
ID_DIGITS = 18  # what fits into 64 bits; Telegram's have at most 16
HOUR = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
TELEGRAM = "api.telegram.org"
API = f"https://{TELEGRAM}/bot"


def _token(token: SecretStr) -> SecretStr:
    if not TOKEN_SHAPE.fullmatch(token.get_secret_value()):
        raise ValueError("does not look like a token; copy it again from @BotFather")
    return token


def _ids(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not all(part.isascii() and part.isdecimal() and len(part) <= ID_DIGITS for part in parts):
        raise ValueError("must be Telegram user ids, separated by commas, like 12345,67890")
    return frozenset(parts)


def _folder(folder: Any) -> Any:
    return expanded(folder) if isinstance(folder, str) else folder


def _database(url: SecretStr) -> SecretStr:
    read_address(url.get_secret_value())
    return url


def _address(url: str, *, like: str) -> str:
    """The address of a web server, if it may be one."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("must begin with https:// (or http:// for a server of your own)")
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and may_be_host(parts.hostname or "") and parts.port != 0
    except ValueError:  # of a port that is none, or of brackets
        sound = False
    if not sound or re.search(r"[\s\x00-\x20]", url):
        raise ValueError(f"must be an address like {like}")
    return url


def _proxy(url: SecretStr) -> SecretStr:
    address = url.get_secret_value()
    if not address.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    _address(address, like="http://host:3128")
    return url


def _webhook(url: str) -> str:
    return _address(url, like="https://bot.example.org/telegram")


def _admin_page(url: str) -> str:
    given = urlsplit(_address(url.rstrip("/"), like="https://bot.example.org/admin"))
    # What logs somebody in must not cross a network in the clear.
    if given.scheme != "https" and given.hostname not in {"localhost", "127.0.0.1"}:
        raise ValueError("must begin with https://; http:// only for localhost")
    if given.query or given.fragment or "@" in given.netloc:
        raise ValueError("must be an address like https://bot.example.org/admin")
    return url.rstrip("/")


def _api(url: str) -> str:
    given = urlsplit(_address(url, like=API).rstrip("/"))
    # The token is put right behind it: behind a host it would become part of its name.
    if not given.path.endswith("/bot") or given.query or given.fragment or "@" in given.netloc:
        raise ValueError(f"must be an address like {API}, ending in /bot")
    return url.rstrip("/")


def _host(name: str) -> str:
    if not may_be_host(name):
        raise ValueError("must be an address of this machine, like 127.0.0.1")
    return name


def _upper(word: Any) -> Any:
    return word.upper() if isinstance(word, str) else word


def _lower(word: Any) -> Any:
    return word.lower() if isinstance(word, str) else word


def _hour(hour: Any) -> Any:
    if not isinstance(hour, str):
        return hour
    if not HOUR.fullmatch(hour):
        raise ValueError("must be an hour like 08:00")
    return hour.zfill(len("08:00"))


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError("is not a time zone; try one like Europe/Berlin") from error
    return name


Token = Annotated[SecretStr, AfterValidator(_token)]
UserIds = Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)]
Folder = Annotated[Path, BeforeValidator(_folder)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(_database)]
ProxyAddress = Annotated[SecretStr, AfterValidator(_proxy)]
WebhookAddress = Annotated[str, AfterValidator(_webhook)]
AdminPageAddress = Annotated[str, AfterValidator(_admin_page)]
Host = Annotated[str, AfterValidator(_host)]
ApiAddress = Annotated[str, AfterValidator(_api)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
LogFormat = Annotated[Literal["text", "json"], BeforeValidator(_lower)]
Hour = Annotated[time, BeforeValidator(_hour)]
Zone = Annotated[str, AfterValidator(_zone)]
