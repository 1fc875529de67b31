"""The version of the time-zone data: when it changes, stored instants may be wrong."""

from __future__ import annotations

from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import TZPATH

MARKS = ("+VERSION", "tzdata.zi", "version")


def zone_data_version(folders: tuple[str, ...] | None = None) -> str:
    """A short mark that changes with the data that ``zoneinfo`` reads.

    The system's folders come first, as in ``zoneinfo``; then the ``tzdata`` package.
    """
    parts = [_package()]
    for folder in TZPATH if folders is None else folders:
        parts += [_fingerprint(Path(folder) / name) for name in MARKS]
        parts += [_fingerprint(Path(folder) / "Europe" / "Berlin")]
    return "/".join(part for part in parts if part)[:200]


def _package() -> str:
    try:
        return version("tzdata")
    except PackageNotFoundError:
        return "no-package"


def _fingerprint(file: Path) -> str:
    try:
        return blake2b(file.read_bytes(), digest_size=6).hexdigest()
    except OSError:
        return ""
