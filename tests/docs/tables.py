"""The tables of the docs, made from the code: settings, chat commands, command line, targets.

``python -m tests.docs.tables`` writes them between their marks; the tests compare.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import typer.main
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bot.cli.commands import app
from bot.clock import MovableClock
from bot.config import Settings
from bot.metrics import Metrics
from bot.store.repairs.instants import RULES
from bot.texts.commands import COMMANDS
from bot.texts.stats_file import COLUMNS

ROOT = Path(__file__).parents[2]
MARKED = re.compile(r"(<!-- table:(\w+) -->\n).*?(<!-- /table -->)", re.DOTALL)
LEVELS = ("info", "warning", "error", "exception")


def rows(*cells: tuple[str, ...]) -> str:
    """A Markdown table; the first row is its head."""
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([lines[0], "|" + "---|" * len(cells[0]), *lines[1:]]) + "\n"


def settings() -> str:
    """Every setting with its default and what it is."""
    found = [
        (f"`GUTSKIN_{name.upper()}`", _default(field), _meaning(field))
        for name, field in Settings.model_fields.items()
    ]
    return rows(("setting", "default", "what it is"), *found)


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "needed"
    if value is None or value == frozenset():
        return "none"
    if isinstance(value, bool):
        return f"`{value}`".lower()
    shown = value.strftime("%H:%M") if hasattr(value, "strftime") else str(value)
    return f"`{shown.removesuffix('.0')}`"


def _meaning(field: FieldInfo) -> str:
    words = (field.description or "")[:1].upper() + (field.description or "")[1:]
    choices = [value for value in get_args(field.annotation) if isinstance(value, str)]
    return words + (": " + ", ".join(f"`{value}`" for value in choices) if choices else "")


ROLES_OF = {"look": " (viewers)", "edit": " (editors)", "own": " (owners)"}


def chat() -> str:
    """Every command of the chat."""
    found = [
        (f"`/{one.name}`", f"{one.description}{ROLES_OF.get(one.who, '')}") for one in COMMANDS
    ]
    return rows(("command", "what it does"), *found)


def command_line() -> str:
    """Every command of ``gutskin`` with its arguments and options."""
    found = [
        (f"`{name}`", _options(command) or "–", (command.help or "").split("\n")[0])
        for name, command in leaves(typer.main.get_command(app), "gutskin")
    ]
    return rows(("command", "options", "what it does"), *found)


def leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Commands that do something, with their full names."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join([name, *arguments(command)]), command
        return
    for part, child in inner.items():
        yield from leaves(child, f"{name} {part}")


def arguments(command: Any) -> list[str]:
    """What follows the command's name."""
    given = [one for one in command.params if one.param_type_name == "argument"]
    return [str(one.name).upper() for one in given]


def _options(command: Any) -> str:
    given = [one for one in command.params if one.param_type_name == "option"]
    return " ".join(f"`{max(one.opts, key=len)}`" for one in given if "--help" not in one.opts)


def targets() -> str:
    """Every target of the Makefile that has an explanation."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    found = re.findall(r"^([a-z-]+):.*?## (.*)$", makefile, re.MULTILINE)
    return rows(("target", "what it does"), *((f"`make {name}`", what) for name, what in found))


def metrics() -> str:
    """Every metric with its labels, and what it is."""
    made = Metrics(MovableClock(datetime(2026, 6, 1, tzinfo=UTC)))
    return rows(
        ("metric", "kind", "what it is"),
        *((f"`{name}`", kind, about) for name, kind, about in families(made)),
    )


def families(made: Metrics) -> list[tuple[str, str, str]]:
    """Each metric's name as Prometheus stores it, its kind, and what it is."""
    found = []
    for family in made.registry.collect():
        suffix = {"counter": "_total", "info": "_info"}.get(family.type, "")
        found.append((family.name + suffix, family.type, family.documentation))
    return found


def stored_instants() -> str:
    """Every instant in the tables, and how far ahead it can lie."""
    return rows(
        ("instant", "at most"),
        *((f"`{name}`", rule.words) for name, rule in RULES.items()),
    )


def log_lines() -> set[str]:
    """What the bot logs at INFO and above, with ``…`` for what differs each time."""
    found: set[str] = set()
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and (words := _logged(node)):
                found.add(re.sub(r"%[ds]", "…", words))
    return found


def _logged(call: ast.Call) -> str | None:
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in LEVELS:
        return None
    if not isinstance(function.value, ast.Name) or function.value.id != "log":
        return None
    first = call.args[0]
    return first.value if isinstance(first, ast.Constant) else None


def csv_columns() -> str:
    """Every column of the file that ``/stats csv`` sends."""
    return rows(("column", "what it holds"), *((f"`{one.name}`", one.about) for one in COLUMNS))


TABLES: dict[str, Callable[[], str]] = {
    "settings": settings,
    "chat": chat,
    "cli": command_line,
    "make": targets,
    "metrics": metrics,
    "instants": stored_instants,
    "csv": csv_columns,
}


def filled(text: str) -> str:
    """``text`` with every marked table as the code has it."""
    return MARKED.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


def main() -> None:
    """Write the tables into README and docs."""
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text("utf-8")
        if filled(text) != text:
            path.write_text(filled(text), "utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
