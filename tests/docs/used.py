"""What the code really uses: settings it reads, packages it imports; read off its syntax."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SETTINGS = frozenset({"settings", "_settings", "chosen"})
METRICS = frozenset({"metrics", "_metrics"})


def trees(*rooms: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file of these rooms."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))


@cache
def settings_read() -> set[str]:
    """Settings that something is made of, properties of the settings followed to their fields."""
    inside = {
        node.name: _of({"self"}, node)
        for path, tree in trees("bot")
        if path.name == "config.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and _is_property(node)
    }
    outside = {
        name
        for path, tree in trees("bot")
        if path.name != "config.py"
        for name in _of(SETTINGS, tree)
    }
    followed = {name for found in outside for name in inside.get(found, ())}
    return outside | followed


def metrics_set() -> set[str]:
    """Metrics that something in the bot counts up, sets or marks."""
    others = (tree for path, tree in trees("bot") if path != Path("bot/metrics.py"))
    return {name for tree in others for name in _of(METRICS, tree)}


def _is_property(node: ast.FunctionDef) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "property" for one in node.decorator_list)


def _of(bases: Collection[str], tree: ast.AST) -> set[str]:
    """Attributes of whatever is called so: ``base.x``, ``self.base.x``."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {node.attr for node in found if _last_name(node.value) in bases}


def _last_name(node: ast.AST) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


@cache
def importers() -> dict[str, set[str]]:
    """By distribution: the files of ours that import it."""
    owners, found = packages_distributions(), dict[str, set[str]]()
    for path, tree in trees("bot", "tips", "tests"):
        for module in _imported(tree):
            for owner in owners.get(module.split(".")[0], ()):
                found.setdefault(canonicalize_name(owner), set()).add(str(path))
    return found


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module
