"""Turns one YAML file at a time into frozen models; every fault is reported with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from tips.findings import Finding, Report

SCHEMA_REMEDY = "Mend the field (tips/models.py lists what each item has)"

Model = TypeVar("Model", bound=BaseModel)
Raw = dict[str, object]


_BOOLEAN = "tag:yaml.org,2002:bool"


class _Loader(yaml.CSafeLoader):
    """YAML's safe loader, but a key given twice is an error instead of the last one winning.

    Only ``true`` and ``false`` are booleans, as in YAML 1.2: ``on`` is a key of a review and
    ``no`` a word.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 (where PyYAML looks for it)
        first: [pair for pair in pairs if pair[0] != _BOOLEAN or first in "tTfF"]
        for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[object, object]:
        built: dict[object, object] = super().construct_mapping(node, deep)
        if len(built) != len(node.value):
            raise yaml.MarkedYAMLError(
                problem="a key is given twice", problem_mark=node.start_mark
            )
        return built

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:
        """The value of a node.

        Raises:
            yaml.YAMLError: it has none; PyYAML itself raises whatever its converters do.
        """
        try:
            return super().construct_object(node, deep)
        except (ValueError, AttributeError) as fault:
            problem = "a number or a date that is none"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from fault


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads files under one root; every fault goes to ``report``."""

    root: Path
    report: Report

    def relative(self, path: Path) -> str:
        """The path as findings name it."""
        return path.relative_to(self.root).as_posix()

    def fault(self, path: Path, item: object, rule: str, message: str, remedy: str) -> None:
        """Report one fault of a file or of an item in it."""
        self.report(Finding(self.relative(path), str(item or ""), rule, message, remedy))

    def parse(self, path: Path) -> object:
        """The YAML value of a file, or None with a finding where it cannot be read."""
        try:
            # Our loader is the safe one with one more refusal.
            return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
        except OSError as fault:
            self.fault(path, "", "file", str(fault.strerror), "Restore the file")
        except (yaml.YAMLError, UnicodeDecodeError) as fault:
            remedy = "Mend the YAML; put a text with a colon or a quote into a >- block"
            self.fault(path, "", "yaml", " ".join(str(fault).split()), remedy)
        return None

    def build(self, model: type[Model], path: Path, raw: object) -> Model | None:
        """The model built from raw data, or None with one finding per fault."""
        try:
            return model.model_validate(raw)
        except ValidationError as fault:
            name = (raw.get("id") or raw.get("key")) if isinstance(raw, dict) else ""
            for error in fault.errors(include_url=False):
                field = ".".join(map(str, error["loc"])) or "item"
                self.fault(path, name, "schema", f"{field}: {error['msg']}", SCHEMA_REMEDY)
        return None

    def listed(self, path: Path) -> Iterator[Raw]:
        """The items of a file that is a list, with a finding for anything else in it."""
        found = self.parse(path)
        if found is not None and not isinstance(found, list):
            self.fault(path, "", "schema", "not a list of items", "Begin each item with '- id:'")
            return
        for raw in found or ():
            if isinstance(raw, dict):
                yield raw
            else:
                self.fault(path, "", "schema", f"not an item: {raw!r:.40}", SCHEMA_REMEDY)

    def keyed(self, path: Path) -> Iterator[Raw]:
        """The entries of a file that is a mapping, each with its key under ``key``."""
        found = self.parse(path)
        if found is not None and not isinstance(found, dict):
            self.fault(
                path, "", "schema", "not a mapping of entries", "Begin each entry with its key"
            )
            return
        for key, value in (found or {}).items():
            yield {"key": key, **value} if isinstance(value, dict) else {"key": key}

    def one(self, model: type[Model], path: Path) -> Model | None:
        """The one model that a whole file is."""
        found = self.parse(path)
        return None if found is None else self.build(model, path, found)
