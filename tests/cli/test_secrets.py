"""Whatever secret is in an address: no log line, no output and no ``repr`` holds it."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.config import load_settings
from bot.logs import redact
from bot.sandbox.http.server import Sandbox
from tests.cli.terminal import TOKEN, gutskin
from tests.cli.test_run import environment, process
from tests.postgres import Cluster

HUSH = "hush-hush"
DATABASE = f"postgresql://tips-bot:{HUSH}@127.0.0.1:{{port}}/{{name}}"
IN_THE_QUERY = f"?password={HUSH}&sslpassword={HUSH}&application_name={HUSH}"


def secrets(**more: str) -> dict[str, str]:
    return {
        "TOKEN": TOKEN,
        "WEBHOOK_SECRET": HUSH,
        "WEBHOOK_URL": f"http://bot.example/{HUSH}/hook?token={HUSH}",
        "PROXY_URL": f"http://{HUSH}:{HUSH}@127.0.0.1:9/{HUSH}?token={HUSH}",
        "API_BASE_URL": f"http://127.0.0.1:9/{HUSH}/bot",
        "DATABASE_URL": DATABASE.format(port=9, name="tips") + IN_THE_QUERY,
        **more,
    }


@pytest.fixture
def everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in secrets().items():
        monkeypatch.setenv(f"GUTSKIN_{name}", value)


@pytest.mark.usefixtures("everywhere")
class TestNothingAnswers:
    """Where nothing can be reached, much is said about addresses."""

    @pytest.mark.parametrize("command", ["doctor", "doctor --json", "stats", "db upgrade", "run"])
    def test_no_command_prints_it(self, command: str) -> None:
        result = gutskin(*command.split())
        assert result.exit_code == 1
        assert HUSH not in result.output
        assert "GUTSKIN_" in result.output or "doctor" in result.output

    def test_no_repr_shows_it(self) -> None:
        shown = load_settings()
        assert HUSH not in repr(shown) + str(shown)


@pytest.mark.postgres
async def test_a_whole_run_logs_none_of_it(tmp_path: Path, postgres: Cluster) -> None:
    """At DEBUG, from the start to the stop, with faults on the way."""
    postgres.session.execute(f"CREATE ROLE \"tips-bot\" LOGIN SUPERUSER PASSWORD '{HUSH}'")
    name = postgres.new_database().rpartition("/")[2]
    url = DATABASE.format(port=postgres.port, name=name) + f"?password={HUSH}"
    async with Sandbox(clock=SystemClock(), token=TOKEN) as sandbox:
        environ = environment(sandbox, tmp_path, GUTSKIN_TOKEN=TOKEN, GUTSKIN_DATABASE_URL=url)
        async with process(environ) as bot:
            assert bot.stderr is not None
            log: list[bytes] = []
            async with asyncio.timeout(180):
                while not log or b"the bot runs" not in log[-1]:
                    log.append(await bot.stderr.readline())
            postgres.session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tips-bot'"
            )
            postgres.session.execute('ALTER ROLE "tips-bot" NOLOGIN')
            async with asyncio.timeout(180):
                while b"the outbox cannot be reached" not in log[-1]:
                    log.append(await bot.stderr.readline())
            bot.send_signal(signal.SIGTERM)
            log.append((await bot.communicate())[1])
    postgres.session.execute('ALTER ROLE "tips-bot" LOGIN')
    said = b"".join(log).decode()
    assert HUSH not in said
    assert f"postgresql+asyncpg://127.0.0.1:{postgres.port}/{name}" in said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://bot:hush@db/x", "postgresql://***@db/x"),
        ("postgresql://bot:hu/sh@db/x", "postgresql://***@db/x"),
        ("postgresql://bot:hu@sh?#@db/x", "postgresql://***@db/x"),
        ("http://hush@proxy:3128", "http://***@proxy:3128"),
        ("of http://h/p?a=1&password=hush now", "of http://h/p?a=1&password=*** now"),
        ("https://h/?api_key=hush", "https://h/?api_key=***"),
        ("http://127.0.0.1:8080/a@b", "http://127.0.0.1:8080/a@b"),
        ("https://medium.com/@x", "https://medium.com/@x"),
    ],
)
def test_what_is_secret_in_an_address_is_masked(text: str, shown: str) -> None:
    assert redact(text) == shown
