"""Settings as they come from ``.env`` files: empty, odd, and folders with strange names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings, SettingsError, load_settings
from bot.database_url import shown
from tests.cli.terminal import TOKEN, gutskin

EVERY = sorted(Settings.model_fields)
NO_UTF_8 = os.fsdecode(b"a\xffb")


def environment(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in {"TOKEN": TOKEN, **values}.items():
        monkeypatch.setenv(f"GUTSKIN_{name}", value)


@pytest.mark.parametrize("name", [name for name in EVERY if name != "token"])
@pytest.mark.parametrize("nothing", ["", " ", "\t "])
def test_empty_is_not_set(monkeypatch: pytest.MonkeyPatch, name: str, nothing: str) -> None:
    monkeypatch.delenv("GUTSKIN_DATA_DIR", raising=False)
    environment(monkeypatch, **{name.upper(): nothing})
    assert load_settings() == load_settings(token=TOKEN)
    assert getattr(load_settings(), name) == Settings.model_fields[name].default


def test_all_of_them_empty_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GUTSKIN_DATA_DIR", raising=False)
    plain = load_settings(token=TOKEN)
    environment(monkeypatch, **{name.upper(): "" for name in EVERY if name != "token"})
    assert load_settings() == plain
    for nothing in ("", " "):
        environment(monkeypatch, TOKEN=nothing)
        with pytest.raises(
            SettingsError, match=r"^GUTSKIN_TOKEN: is missing; copy it from @BotFather$"
        ) as caught:
            load_settings()
        assert caught.value.__suppress_context__, "pydantic's error shows what was given"
        monkeypatch.setenv("GUTSKIN_DATA_DIR", str(tmp_path))
        assert gutskin("db", "upgrade").exit_code == 0, "which needs no token"


@pytest.mark.parametrize(
    "name", ["a?b", "a%20b", "a%2Fb", "a#b", "a b", "file:x", "ü", "a~b", NO_UTF_8]
)
def test_a_data_folder_is_taken_literally(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    environment(monkeypatch, DATA_DIR=str(tmp_path / name))
    assert gutskin("db", "upgrade").exit_code == 0
    assert (tmp_path / name / "gutskin.db").is_file()
    assert os.listdir(tmp_path) == [name]  # noqa: PTH208
    assert gutskin("db", "backup", str(tmp_path / name / "copy.db")).exit_code == 0
    assert gutskin("db", "restore", str(tmp_path / name / "copy.db")).exit_code == 0
    assert gutskin("stats").exit_code == 0


@pytest.mark.parametrize("name", ["a?b", "a%20b", "~", "file:x"])
def test_a_relative_data_folder_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    environment(monkeypatch, DATA_DIR=f"./{name}")
    assert gutskin("db", "upgrade").exit_code == 0
    assert (tmp_path / name / "gutskin.db").is_file()


def test_a_tilde_is_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    environment(monkeypatch, DATA_DIR="~/gut")
    assert shown(load_settings().database) == f"sqlite:///{tmp_path}/gut/gutskin.db"
    environment(monkeypatch, DATA_DIR="~no-such-user-here/gut")
    refused = gutskin("stats")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == (
        "GUTSKIN_DATA_DIR: begins with the home of a user who is not known here\n"
    )


WEBHOOK = {"webhook_url": "https://bot.example/hook", "webhook_secret": "a-secret_1"}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({}, ("127.0.0.1", 8080)),
        ({"webhook_port": 80, "web_host": "::"}, ("::", 80)),
        (WEBHOOK | {"web_host": "::"}, ("127.0.0.1", 8081)),
        (WEBHOOK | {"health_port": 9, "health_host": "10.0.0.1"}, ("10.0.0.1", 9)),
        ({"health_port": 9, "web_host": "::"}, ("127.0.0.1", 9)),
    ],
)
def test_health_is_never_where_the_webhook_is_public(
    given: dict[str, Any], place: tuple[str, int]
) -> None:
    assert load_settings(token=TOKEN, **given).health == place


def test_the_webhooks_port_is_not_taken_for_health() -> None:
    with pytest.raises(SettingsError, match="GUTSKIN_HEALTH_PORT: must not be the webhook's"):
        load_settings(token=TOKEN, **WEBHOOK, health_port=8080)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "API_BASE_URL",
            "https://api.telegram.org",
            "must be an address like https://api.telegram.org/bot",
        ),
        (
            "API_BASE_URL",
            "https://u:secret@host/bot",
            "must be an address like https://api.telegram.org/bot",
        ),
        (
            "API_BASE_URL",
            "https://host/bot?secret=1",
            "must be an address like https://api.telegram.org/bot",
        ),
        ("API_BASE_URL", "http://", "must be an address like http"),
        ("API_BASE_URL", "http://ho st/bot", "must be an address like http"),
        ("API_BASE_URL", "http://host:99999/bot", "must be an address like http"),
        ("PROXY_URL", "http://", "must be an address like http"),
        ("PROXY_URL", "http://u:secret@host:port", "must be an address like http"),
        ("PROXY_URL", "http://[::1", "must be an address like http"),
        ("API_BASE_URL", "http://h..x/bot", "must be an address like http"),
        ("PROXY_URL", "http://u:secret@h..x:1", "must be an address like http"),
        ("DATABASE_URL", "postgresql://u:secret@h..x/d", "names a server that cannot be"),
        ("WEB_HOST", "h..x", "must be an address of this machine"),
        ("HEALTH_HOST", "0.0.0.0 ", "must be an address of this machine"),
        ("ADMIN_IDS", "9" * 30, "must be Telegram user ids"),
        ("DEFAULT_TIME", "08:00+02:00", "must be an hour like 08:00"),
        ("DEFAULT_TIME", "08:00:30", "must be an hour like 08:00"),
        ("DEFAULT_TIME", "24:00", "must be an hour like 08:00"),
        ("DEFAULT_TIMEZONE", "/etc/localtime", "is not a time zone"),
        ("BULK_RATE", "nan", "must be "),
        ("BULK_RATE", "0", "must be more than 0"),
        ("BULK_RATE", "fast", "must be a number"),
        ("IN_FLIGHT", "1.5", "must be a whole number"),
        ("IN_FLIGHT", "0", "must be at least 1"),
        ("WEBHOOK_PORT", "99999", "must be at most 65535"),
        ("PAID_BROADCAST", "maybe", "must be true or false"),
        ("LOG_LEVEL", "chatty", "must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("CONTACT", "a" * 201, "must have at most 200 characters"),
        ("DEFAULT_TIMZONE", "Europe/Berlin", "there's no such setting; did you mean GUTSKIN_"),
        ("TOKEN", "   ", "is missing"),
        ("TOKEN", "a token", "does not look like a token"),
    ],
)
def test_an_odd_value_is_named_without_being_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    environment(monkeypatch, **{name: value})
    result = gutskin("doctor")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"GUTSKIN_{name}: {words}")
    assert result.stderr.count("\n") == 1
    assert "secret" not in result.stderr


def test_capitals_of_the_log_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, LOG_LEVEL="warning", LOG_FORMAT="JSON")
    assert (load_settings().log_level, load_settings().log_format) == ("WARNING", "json")


def test_an_hour_may_lack_its_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, DEFAULT_TIME="7:30")
    assert load_settings().default_time.isoformat() == "07:30:00"
