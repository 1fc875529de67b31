"""Reads a whole content directory; what cannot be read is reported and left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from tips.findings import Report
from tips.models import (
    Answer,
    Claim,
    FirstWeek,
    Group,
    Names,
    Question,
    Retired,
    Service,
    Source,
    Theme,
    Tip,
)
from tips.reading import FileReader, Model, Raw
from tips.strays import strays

FALLBACK_LANGUAGE = "en"
CONTENT = Path(__file__).parent / "content"

Placed = tuple[Path, Model]
Files = Mapping[tuple[type[BaseModel], str], str]


@dataclass(frozen=True, slots=True)
class Content:
    """Everything in one content directory in one language, as far as it could be read."""

    root: Path
    language: str
    claims: Mapping[str, Claim]
    sources: Mapping[str, Source]
    themes: tuple[Theme, ...]
    groups: tuple[Group, ...]
    first_week: FirstWeek
    questions: Mapping[str, Question]
    retired: Retired
    names: Names
    tips: tuple[Tip, ...]
    answers: tuple[Answer, ...]
    unnumbered: frozenset[str]
    """Ids of the tips whose number is only provisional: their file gives none."""
    files: Files
    services: Mapping[str, Service] = field(default_factory=dict)

    def file_of(self, item: Tip | Answer) -> str:
        """The file that holds the item, relative to the content directory."""
        return self.files[type(item), item.id]


def language_of(root: Path, wanted: str) -> str:
    """The wanted language, or English where the directory has no tips in it."""
    return wanted if (root / wanted / "tips").is_dir() else FALLBACK_LANGUAGE


def read_content(root: Path, language: str, report: Report) -> Content:
    """Read all files of one language; faults go to ``report``, which may raise."""
    reader = FileReader(root, report)
    language = language_of(root, language)
    for path, remedy in strays(root):
        reader.fault(path, "", "not-read", "nobody reads this", remedy)
    claims = _by_id(reader, _list(reader, Claim, root / "claims.yaml"))
    unnumbered: set[str] = set()
    tips = list(_tips(reader, root / language / "tips", claims, unnumbered))
    answers = list(_folder(reader, Answer, root / language / "answers"))
    return Content(
        root=root,
        language=language,
        claims=claims,
        sources=_by_id(reader, _sources(reader)),
        themes=tuple(theme for _, theme in _list(reader, Theme, root / "themes.yaml")),
        groups=tuple(group for _, group in _list(reader, Group, root / "balance.yaml")),
        first_week=reader.one(FirstWeek, root / "first-week.yaml") or FirstWeek(),
        questions=_by_id(reader, _list(reader, Question, root / "questions.yaml")),
        retired=reader.one(Retired, root / "retired.yaml") or Retired(),
        names=reader.one(Names, root / language / "names.yaml") or Names(themes={}, topics={}),
        tips=tuple(_by_id(reader, tips).values()),
        answers=tuple(_by_id(reader, answers).values()),
        unnumbered=frozenset(unnumbered),
        files=_files(reader, [*tips, *answers]),
        services=_by_id(reader, _services(reader, root / language / "services.yaml")),
    )


def _name(item: BaseModel) -> str:
    return str(getattr(item, "id", None) or getattr(item, "key", ""))


def _by_id(reader: FileReader, placed: Iterable[Placed[Model]]) -> dict[str, Model]:
    """The items by id; an id given twice is a fault, and the first one stands."""
    known: dict[str, Model] = {}
    for path, item in placed:
        if _name(item) in known:
            reader.fault(
                path, _name(item), "unique", "this id is given twice", "Choose another id"
            )
        known.setdefault(_name(item), item)
    return known


def _files(reader: FileReader, placed: Iterable[tuple[Path, BaseModel]]) -> Files:
    files: dict[tuple[type[BaseModel], str], str] = {}
    for path, item in placed:
        files.setdefault((type(item), _name(item)), reader.relative(path))
    return files


def _list(reader: FileReader, model: type[Model], path: Path) -> Iterator[Placed[Model]]:
    for raw in reader.listed(path):
        built = reader.build(model, path, raw)
        if built is not None:
            yield path, built


def _folder(reader: FileReader, model: type[Model], folder: Path) -> Iterator[Placed[Model]]:
    for path in sorted(folder.glob("*.yaml")):
        yield from _list(reader, model, path)


def _services(reader: FileReader, path: Path) -> Iterator[Placed[Service]]:
    """A language may do without: what is written about the bot then gets no button."""
    return _list(reader, Service, path) if path.exists() else iter(())


def _sources(reader: FileReader) -> Iterator[Placed[Source]]:
    path = reader.root / "sources.yaml"
    for raw in reader.keyed(path):
        source = reader.build(Source, path, raw)
        if source is not None:
            yield path, source


def _tips(
    reader: FileReader, folder: Path, claims: Mapping[str, Claim], unnumbered: set[str]
) -> Iterator[Placed[Tip]]:
    for path in sorted(folder.glob("*.yaml")):
        for raw in reader.listed(path):
            if "topic" in raw:
                remedy = "Take the line out: a tip's topic is that of its first claim"
                reader.fault(path, raw.get("id"), "schema", "a tip has no topic line", remedy)
            # Numbers that writers have not been given yet only have to differ from each other.
            provisional: Raw = {} if "number" in raw else {"number": len(unnumbered)}
            topic = _main_topic(raw, claims, path.stem)
            tip = reader.build(Tip, path, {**provisional, **raw, "topic": topic})
            if tip is not None and provisional:
                unnumbered.add(tip.id)
            if tip is not None:
                yield path, tip


def _main_topic(raw: Raw, claims: Mapping[str, Claim], fallback: str) -> str:
    """The topic of the first claim; that the claim exists is asked elsewhere."""
    named = raw.get("claims")
    first = named[0] if isinstance(named, list) and named else None
    claim = claims.get(first) if isinstance(first, str) else None
    return claim.topic if claim else fallback
