"""Whatever the database's address is: one line from every command, and never a password."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer.main

from bot.cli.commands import app
from tests.cli.terminal import TOKEN, gutskin
from tests.docs.tables import leaves
from tests.postgres import Cluster

COMMANDS = (
    "run",
    "doctor",
    "stats",
    "ratings",
    "plan --dry-run",
    "db upgrade",
    "db backup copy.db",
    "db restore copy.db",
    "db skip-today",
    "audit",
    "broadcast list",
    "broadcast show 1",
    "broadcast send --file message.md --yes",
    "broadcast edit --file message.md --yes 1",
    "broadcast recall --yes 1",
    "broadcast report 1",
    "broadcast pause 1",
    "broadcast resume 1",
    "broadcast cancel 1",
    "broadcast retry 1",
    "subscriber export 1",
    "subscriber forget 1",
    "subscriber revive --since 2026-01-01T00:00:00+00:00",
)
WITHOUT_A_DATABASE = {"demo", "faq", "calendar", "tips"}
MALFORMED = (
    "nonsense",
    "mysql://u:secret@h/x",
    "postgresql://u:secret@127.0.0.1:port/x",
    "postgresql://u:secret@127.0.0.1:9",
    "postgresql://u:secret@127.0.0.1:9/x?sslmode=maybe",
    "postgresql://u:secret@127.0.0.1:9/x?sslmode=verify-full&sslrootcert=/no/such/secret",
    "sqlite:///x.db?key=secret",
)
NOWHERE = (
    "postgresql://u:secret@127.0.0.1:9/x",
    "postgresql://u:secret@127.0.0.1:9/x?sslmode=require",
    "postgres://u@127.0.0.1:9/x?password=secret&nonsense=secret",
)


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("copy.db").touch()
    Path("message.md").write_text("Hello", encoding="utf-8")
    monkeypatch.setenv("GUTSKIN_TOKEN", TOKEN)
    monkeypatch.setenv("GUTSKIN_API_BASE_URL", "http://127.0.0.1:9/bot")


def lines(monkeypatch: pytest.MonkeyPatch, command: str, url: str) -> tuple[int, list[str]]:
    monkeypatch.setenv("GUTSKIN_DATABASE_URL", url)
    result = gutskin(*command.split())
    assert not isinstance(result.exception, Exception), result.exception
    assert not re.search(r"Traceback|[a-z]Error\b", result.output), result.output
    assert "secret" not in result.output
    return result.exit_code, result.output.splitlines()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("url", MALFORMED)
def test_a_malformed_one_is_named_before_anything_is_tried(
    monkeypatch: pytest.MonkeyPatch, command: str, url: str
) -> None:
    code, said = lines(monkeypatch, command, url)
    assert code == 2
    assert len(said) == 1
    assert said[0].startswith("GUTSKIN_DATABASE_URL: ")


@pytest.mark.parametrize("command", [one for one in COMMANDS if one != "doctor"])
@pytest.mark.parametrize("url", NOWHERE)
def test_one_that_leads_nowhere_is_one_line(
    monkeypatch: pytest.MonkeyPatch, command: str, url: str
) -> None:
    code, said = lines(monkeypatch, command, url)
    assert code == 1
    assert len(said) == 1
    assert "pg_dump" in said[0] or "nothing answers at its address" in said[0]


def test_no_command_is_forgotten_here() -> None:
    names = {" ".join(name.split()[1:]) for name, _ in leaves(typer.main.get_command(app), "g")}
    plain = {re.sub(r" [A-Z_]+$", "", name) for name in names}
    tried = {re.sub(r" (\d|copy\.db|--.*)$", "", command) for command in COMMANDS}
    assert {name for name in plain if name.split()[0] not in WITHOUT_A_DATABASE} == tried


@pytest.mark.postgres
def test_what_a_provider_gives_out_is_understood(
    monkeypatch: pytest.MonkeyPatch, postgres: Cluster
) -> None:
    plain = postgres.new_database().replace("postgresql+asyncpg://", "postgres://")
    code, said = lines(monkeypatch, "db upgrade", f"{plain}?sslmode=require")
    assert code == 1
    assert "its server offers no encrypted connection" in said[0]
    url = f"{plain}?sslmode=prefer&channel_binding=prefer&password=secret&connect_timeout=5"
    assert lines(monkeypatch, "db upgrade", url) == (0, ["the database was upgraded"])
    assert lines(monkeypatch, "broadcast list", url)[0] == 0
    _, said = lines(monkeypatch, "doctor --json", url)
    (found,) = [one for one in json.loads("".join(said)) if one["what"] == "database"]
    assert (
        found["found"]
        == f"postgresql+asyncpg://127.0.0.1:{postgres.port}/{plain.rpartition('/')[2]}"
    )
