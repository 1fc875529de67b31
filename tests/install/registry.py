"""A registry of tomorrow: every pinned package, and a newer release of each."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from tests.install import locks

NEWER = "9999"


def open_registry(folder: Path, lock: str, python: str) -> Path:
    """Fill ``folder`` with empty wheels that ask for what the real ones do; a lock for them."""
    installed, lines = locks.installed_here(), list[str]()
    for pin in locks.chosen(locks.LOCKS[lock], python).values():
        _, asks = installed[pin.name]
        wheel = put_wheel(folder, pin.name, pin.version, asks)
        put_wheel(folder, pin.name, NEWER, asks)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{pin.requirement} --hash=sha256:{digest}\n")
    copy = folder / f"{lock}.txt"
    copy.write_text("".join(lines), "utf-8")
    return copy


def put_wheel(folder: Path, name: str, version: str, asks: list[str]) -> Path:
    """Put an empty wheel there; its path."""
    plain = name.replace("-", "_")
    info = f"{plain}-{version}.dist-info"
    metadata = ["Metadata-Version: 2.3", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Requires-Dist: {one}" for one in asks]
    metadata += [f"Provides-Extra: {extra}" for extra in _extras(asks)]
    files = {
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    path = folder / f"{plain}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for inside, text in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(inside, text)
    return path


def _extras(asks: list[str]) -> list[str]:
    quoted = [one.replace("'", '"').split('extra == "')[1:] for one in asks]
    return sorted({part.split('"')[0] for parts in quoted for part in parts})
