"""``doctor`` and ``demo``, and what needs a token."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import Result

from bot.cli.doctor import judge_clock, judge_webhook
from bot.clock import SystemClock
from bot.config import SettingsError, load_settings
from bot.sandbox.http.server import Sandbox
from tests.cli.terminal import TOKEN, gutskin


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_what_needs_a_token_says_so(command: str) -> None:
    result = gutskin(command)
    assert (result.exit_code, result.stderr) == (
        2,
        "GUTSKIN_TOKEN: is missing; copy it from @BotFather\n",
    )


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("DATABASE_URL", "garbage", "must be like sqlite:///folder/file.db"),
        ("DATABASE_URL", "mysql://u:secret@host/x", "mysql is not supported: use sqlite"),
        ("DATABASE_URL", "sqlite:///:memory:", "SQLite in memory is one database per"),
        ("PROXY_URL", "u:secret@host:3128", "must begin with http://"),
        ("WEBHOOK_URL", "bot.example.org", "must begin with https://"),
        ("WEBHOOK_URL", "https://", "must be an address like https://"),
        ("WEBHOOK_URL", "https://bot.example.org:0/x", "must be an address like https://"),
        ("WEBHOOK_URL", "https://bot.example.org:secret/x", "must be an address like https://"),
        ("ADMIN_IDS", "1, x", "must be Telegram user ids, separated by commas"),
    ],
)
def test_a_malformed_setting_is_one_line_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    monkeypatch.setenv("GUTSKIN_TOKEN", TOKEN)
    monkeypatch.setenv(f"GUTSKIN_{name}", value)
    result = gutskin("run")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"GUTSKIN_{name}: {line}")
    assert result.stderr.count("\n") == 1
    assert "secret" not in result.stderr


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("http://bot.example.org/x", "must begin with https:// for Telegram to take it"),
        ("https://bot.example.org:8080/x", "must name port 443, 80, 88 or 8443, or none"),
    ],
)
def test_a_webhook_that_telegram_would_refuse_is_told_before_it_is_asked(
    monkeypatch: pytest.MonkeyPatch, url: str, line: str
) -> None:
    monkeypatch.setenv("GUTSKIN_TOKEN", TOKEN)
    monkeypatch.setenv("GUTSKIN_WEBHOOK_SECRET", "a-secret")
    monkeypatch.setenv("GUTSKIN_WEBHOOK_URL", url)
    result = gutskin("run")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"GUTSKIN_WEBHOOK_URL: {line}")
    assert result.stderr.count("\n") == 1
    with pytest.raises(SettingsError, match="WEBHOOK_URL"):
        load_settings()
    # A Bot API server of one's own takes any.
    assert load_settings(api_base_url="http://127.0.0.1:8081/bot").webhook_url == url


@pytest.mark.parametrize("port", ["", ":443", ":80", ":88", ":8443"])
def test_a_webhook_that_telegram_takes_is_taken(port: str) -> None:
    url = f"https://bot.example.org{port}/x"
    assert load_settings(token=TOKEN, webhook_url=url, webhook_secret="s").webhook_url == url


NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOOK = "https://bot.example.org/x"


@pytest.mark.parametrize(
    ("wanted", "info", "ok", "found"),
    [
        (None, {"url": ""}, True, None),
        (None, {"url": HOOK}, True, "gutskin run takes it away"),
        (HOOK, {"url": ""}, True, "gutskin run sets it"),
        (HOOK, {"url": HOOK}, True, "set at bot.example.org"),
        (HOOK, {"url": "https://other.example.org/x"}, False, "go to other.example.org"),
        (HOOK, {"url": HOOK, "last_error_date": int(NOW.timestamp()) - 60,
                "last_error_message": "Connection refused", "pending_update_count": 7},
         False, "Telegram cannot deliver: Connection refused; 7 updates wait"),
        (HOOK, {"url": HOOK, "last_error_date": int(NOW.timestamp()) - 7200,
                "last_error_message": "Connection refused"}, True, "set at bot.example.org"),
    ],
)  # fmt: skip
def test_doctor_says_how_telegram_gets_on_with_the_webhook(
    wanted: str | None, info: dict[str, object], ok: bool, found: str | None
) -> None:
    findings = judge_webhook(wanted, info, NOW)
    assert [(item.ok, found in item.found) for item in findings if found] == (
        [(ok, True)] if found else []
    )
    assert len(findings) == (found is not None)


def _doctor(monkeypatch: pytest.MonkeyPatch, token: str, *words: str) -> Result:
    async def examine() -> Result:
        async with Sandbox(clock=SystemClock(), token=TOKEN) as sandbox:
            monkeypatch.setenv("GUTSKIN_TOKEN", token)
            monkeypatch.setenv("GUTSKIN_API_BASE_URL", sandbox.api_base_url)
            return await asyncio.to_thread(gutskin, "doctor", *words)

    return asyncio.run(examine())


def test_doctor_finds_all_well(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gutskin("db", "upgrade").exit_code == 0
    result = _doctor(monkeypatch, TOKEN)
    assert result.exit_code == 0, result.output
    names = [line.split(":")[0].split()[1:] for line in result.stdout.splitlines()]
    assert [" ".join(name) for name in names] == [
        "token", "clock", "database", "migrations", "stored times", "content", "time zones",
        "search",
    ]  # fmt: skip
    assert TOKEN not in result.output


def test_doctor_asks_telegram_about_the_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUTSKIN_WEBHOOK_URL", HOOK)
    monkeypatch.setenv("GUTSKIN_WEBHOOK_SECRET", "a-secret")
    assert "ok   webhook: not set yet" in _doctor(monkeypatch, TOKEN).stdout


def test_doctor_names_the_remedies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert gutskin("db", "upgrade").exit_code == 0
    with closing(sqlite3.connect(tmp_path / "gutskin.db")) as file:
        file.execute("UPDATE alembic_version SET version_num = '0001'")
        file.commit()
    result = _doctor(monkeypatch, "111111:another-token-that-nobody-knows", "--json")
    assert result.exit_code == 1
    bad = {item["what"]: item["remedy"] for item in json.loads(result.stdout) if not item["ok"]}
    assert "@BotFather" in bad["token"]
    assert "gutskin db upgrade" in bad["migrations"]


def test_doctor_names_zones_that_subscribers_have_and_the_data_has_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gutskin("db", "upgrade").exit_code == 0
    with closing(sqlite3.connect(tmp_path / "gutskin.db")) as file:
        file.execute(
            "INSERT INTO subscriber (chat_id, state, language, zone, local_minute, weekdays, "
            "themes, audience, created_at, seed) VALUES "
            "(7, 'active', 'en', 'Mars/Olympus_Mons', 480, 127, 1, 'both', 0, 1)"
        )
        file.commit()
    result = _doctor(monkeypatch, TOKEN)
    assert result.exit_code == 1
    assert "lacks Mars/Olympus_Mons (1 subscribers)" in result.stdout
    assert "get no tips until they name a place" in result.stdout


def test_doctor_without_a_network_or_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUTSKIN_TOKEN", TOKEN)
    monkeypatch.setenv("GUTSKIN_API_BASE_URL", "http://127.0.0.1:9/bot")
    monkeypatch.setenv("GUTSKIN_DATABASE_URL", "postgresql://u:secret@127.0.0.1:9/x")
    result = gutskin("doctor")
    assert result.exit_code == 1
    assert "check the network" in result.stdout
    assert "GUTSKIN_DATABASE_URL" in result.stdout


@pytest.mark.parametrize(("seconds", "ok"), [(0, True), (4, True), (-4, True), (90, False)])
def test_a_clock_that_is_off_is_found(seconds: int, ok: bool) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert judge_clock(now + timedelta(seconds=seconds), now).ok is ok


SCRIPT = """
Anna says /start
Anna taps "Yes, start"
Anna taps "Both of us"
Anna taps "Berlin"
Anna taps "08:00"
Anna sees "Try today:"
the clock moves to the next tip
Anna sees "Everyday advice"
"""


def test_the_demo_plays_a_script_and_leaves_nothing(tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text(SCRIPT)
    result = gutskin("demo", "--script", str(script))
    assert result.exit_code == 0, result.output
    script.write_text(SCRIPT + 'Anna sees "no such words"\n')
    kept = tmp_path / "kept"
    assert gutskin("demo", "--script", str(script), "--keep", str(kept)).exit_code == 1
    assert (kept / "gutskin.db").exists()
    assert not (tmp_path / "gutskin.db").exists()
