"""What exists is documented, and what is documented exists, as far as a program can tell."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from sqlalchemy import Date

from bot.cli.commands import app
from bot.config import Settings
from bot.store.models import Table
from bot.store.outbox_models import DELIVERY_STATES
from bot.store.repairs import instants
from bot.store.types import UTCDateTime
from bot.telegram.responses import TEXTS
from bot.texts.commands import COMMANDS
from tests.docs import tables
from tips.library import load_library

README = tables.ROOT / "README.md"
DOCS = [
    README,
    *(tables.ROOT / f"{name}.md" for name in ("CHANGELOG", "SECURITY")),
    *sorted((tables.ROOT / "docs").glob("*.md")),
]
OPERATIONS = (tables.ROOT / "docs" / "OPERATIONS.md").read_text("utf-8")
TEST_SWITCHES = {"GUTSKIN_TEST_REQUIRE_POSTGRES", "GUTSKIN_TEST_REQUIRE_BROWSER"}

ROOMS = "(?:bot|tips|tests|docs|deploy|requirements)"

each_file = pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


class TestTables:
    @each_file
    def test_the_tables_are_as_the_code_has_it(self, path: Path) -> None:
        assert tables.filled(text_of(path)) == text_of(path), "run: python -m tests.docs.tables"

    def test_each_table_stands_in_one_document(self) -> None:
        marked = [found[2] for path in DOCS for found in tables.MARKED.finditer(text_of(path))]
        assert sorted(marked) == sorted(tables.TABLES)

    def test_they_hold_every_setting_command_option_and_target(self) -> None:
        readme = text_of(README)
        settings = [f"| `GUTSKIN_{name.upper()}` |" for name in Settings.model_fields]
        chat = [f"| `/{command.name}` |" for command in COMMANDS]
        shell = [f"| `{name}` |" for name, _ in leaves()]
        options = [option for _, command in leaves() for option in options_of(command)]
        missing = [word for word in [*settings, *chat, *shell, *options] if word not in readme]
        assert missing == []
        assert len(chat) >= 14
        assert len(shell) >= 20


class TestWhatExistsIsDocumented:
    @pytest.mark.parametrize("line", sorted(tables.log_lines()))
    def test_log_line(self, line: str) -> None:
        assert f"`{line}`" in OPERATIONS

    def test_instant_in_the_tables(self) -> None:
        assert sorted(instants.RULES) == sorted(instants_in_the_tables()), (
            "see bot/store/repairs/instants.py"
        )

    @pytest.mark.parametrize("state", DELIVERY_STATES)
    def test_state_of_a_delivery(self, state: str) -> None:
        assert f"| {state} |" in OPERATIONS

    @pytest.mark.parametrize(
        "reason", sorted({reason for known in TEXTS.values() for *_, reason in known})
    )
    def test_reason_of_a_failure(self, reason: str) -> None:
        assert re.search(rf"\| ([\w, ]+, )?{reason}(, [\w, ]+)? \|", OPERATIONS)

    @pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
    def test_path_of_the_web_server(self, path: str) -> None:
        assert f"| `{path}` |" in OPERATIONS

    def test_file_in_docs(self) -> None:
        linked = {target.name for path in DOCS for target in links_of(path)}
        assert [path.name for path in DOCS if path.name not in {*linked, "README.md"}] == []


class TestWhatIsDocumentedExists:
    @each_file
    def test_links(self, path: Path) -> None:
        assert [str(target) for target in links_of(path) if not target.exists()] == []

    @each_file
    def test_settings(self, path: Path) -> None:
        known = {f"GUTSKIN_{name.upper()}" for name in Settings.model_fields} | TEST_SWITCHES
        assert set(re.findall(r"GUTSKIN_[A-Z_]+", text_of(path))) - known == set()

    @each_file
    def test_make_targets(self, path: Path) -> None:
        makefile = (tables.ROOT / "Makefile").read_text("utf-8")
        known = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
        named = re.findall(r"(?:`|^)make\s+([a-z-]+)", text_of(path), re.MULTILINE)
        assert set(named) - known == set()

    @each_file
    def test_commands_with_their_options(self, path: Path) -> None:
        for words in shell_commands(text_of(path)):
            plain = [word for word in words if not word.startswith("-")]
            meant = [command for name, command in leaves() if fits(plain, name.split())]
            assert meant, words
            options = {option for command in meant for option in options_of(command)}
            assert {word for word in words if word.startswith("--")} <= options, words

    @each_file
    def test_files(self, path: Path) -> None:
        named = re.findall(rf"`({ROOMS}/[\w./-]+)(?::[\w.]+)?`", text_of(path))
        assert [name for name in named if not (tables.ROOT / name).exists()] == []

    @each_file
    def test_names_in_files(self, path: Path) -> None:
        named = re.findall(rf"`({ROOMS}/[\w./-]+\.py):([\w.]+)`", text_of(path))
        assert [f"{file}:{name}" for file, name in named if name not in defined_in(file)] == []

    def test_the_tree_of_rooms_is_the_tree_of_folders(self) -> None:
        in_the_tree = set(paths_of_tree(text_of(tables.ROOT / "docs" / "ARCHITECTURE.md")))
        assert [name for name in sorted(in_the_tree) if not (tables.ROOT / name).exists()] == []
        folders = {f"bot/{path.parent.name}" for path in (tables.ROOT / "bot").glob("*/*.py")}
        assert folders - in_the_tree == set()

    def test_the_picture_is_a_picture(self) -> None:
        picture = (tables.ROOT / "docs" / "chat.png").read_bytes()
        assert picture.startswith(b"\x89PNG\r\n")
        assert "](docs/chat.png)" in text_of(README)

    def test_counts_of_texts(self) -> None:
        library = load_library()
        said = re.findall(r"(\d+) tips and (\d+) answers", " ".join(text_of(DOCS[1]).split()))
        assert said
        assert set(said) == {(str(len(library.tips)), str(len(library.answers)))}

    def test_the_tip_in_the_readme_is_one_of_ours(self) -> None:
        tip = load_library().tip("fermented-does-not-mean-alive")
        readme = " ".join(text_of(README).split())
        for part in (tip.id, tip.title, tip.body, tip.action, *tip.claims):
            assert " ".join(part.split()) in readme


@cache
def defined_in(file: str) -> set[str]:
    """What a Python file defines: its functions, classes and constants, and what these hold."""
    return set(_names(ast.parse(text_of(tables.ROOT / file)).body))


def _names(body: Iterable[ast.stmt], within: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield within + node.name
        if isinstance(node, ast.ClassDef):
            yield from _names(node.body, f"{within}{node.name}.")
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (within + one.id for one in targets if isinstance(one, ast.Name))


def paths_of_tree(text: str) -> Iterator[str]:
    """The paths that a document's first block shows: a folder a level, two blanks a level."""
    above: list[str] = []
    for line in text.split("```")[1].splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        for name in re.split(r"\s{2,}", line.strip())[0].split(", ") if line.strip() else ():
            yield "/".join([*above[:depth], name.rstrip("/")])
            above[depth:] = [name.rstrip("/")] if name.endswith("/") else []


def instants_in_the_tables() -> list[str]:
    """Every column that holds an instant or a date."""
    return [
        f"{table.name}.{column.name}"
        for table in Table.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, UTCDateTime | Date)
    ]


def leaves() -> list[tuple[str, Any]]:
    """Every command of ``gutskin``."""
    return list(tables.leaves(typer.main.get_command(app), "gutskin"))


def options_of(command: Any) -> set[str]:
    """Its options, but ``--help``."""
    return {name for one in command.params for name in one.opts if name.startswith("--")} - {
        "--help"
    }


def fits(words: list[str], name: list[str]) -> bool:
    """Whether the words name this command or its group; capitals stand for anything."""
    fixed = [part for part in name if not part.isupper()]
    return words[: len(fixed)] == fixed or fixed[: len(words)] == words


def shell_commands(text: str) -> Iterator[list[str]]:
    """What the docs say to type after ``gutskin``."""
    for found in re.finditer(r"`((?:\.venv/bin/|/opt/\S+/)?gutskin [a-z][^`|]*)`", text):
        yield ["gutskin", *shlex.split(found[1].replace("…", "WORDS"))[1:]]


def links_of(path: Path) -> Iterator[Path]:
    """The files that a document leads to."""
    for target in re.findall(r"\]\(([^)#\s]+)\)", text_of(path)):
        if not re.match(r"[a-z]+:", target):
            yield (path.parent / target).resolve()
