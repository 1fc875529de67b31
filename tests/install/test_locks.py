"""The locks are closed: what they name needs nothing that they do not name."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.install import locks

HERE = locks.installed_here()
OURS = [name for name in locks.LOCKS if name != "bench"]  # the peers are installed elsewhere


@pytest.mark.parametrize("python", locks.PYTHONS)
class TestALock:
    @pytest.mark.parametrize("name", locks.LOCKS)
    def test_has_what_its_packages_ask_for_extras_included(self, name: str, python: str) -> None:
        assert locks.look_into(name, python, HERE).wrong == []

    @pytest.mark.parametrize("name", OURS)
    def test_is_looked_into_whole_but_for_what_only_other_pythons_get(
        self, name: str, python: str
    ) -> None:
        names = [pin.name for pin in locks.pins(locks.LOCKS[name])]
        others = {name for name in names if names.count(name) > 1}
        assert locks.look_into(name, python, HERE).unknown <= others

    def test_agrees_with_the_others(self, python: str) -> None:
        whole = locks.chosen(locks.LOCKS["dev"], python)
        for name in OURS:
            part = locks.chosen(locks.LOCKS[name], python)
            assert {one: part[one].version for one in part} == {
                one: whole[one].version for one in part if one in whole
            }


@pytest.mark.parametrize("name", locks.LOCKS)
def test_every_package_is_pinned_by_version_and_hash(name: str) -> None:
    for pin in locks.pins(locks.LOCKS[name]):
        assert [one.operator for one in pin.requirement.specifier] == ["=="], pin
        assert pin.hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in pin.hashes), pin


def test_we_ask_for_nothing_with_an_extra() -> None:
    """Before 23.3 pip took the newest release of what is asked for with one."""
    asked = [one for all_ in locks.roots().values() for one in all_]
    assert [str(one) for one in asked if one.extras] == []


def test_nothing_is_installed_but_from_a_lock() -> None:
    """Whatever installs, in whichever file, takes the lock alone and resolves nothing."""
    pattern = r"(pip|uv pip|pipx) install"
    search = ["git", "grep", "--untracked", "-InE", pattern, "--", ".", ":!tests", ":!*.md"]
    found = subprocess.run(search, cwd=locks.ROOT, capture_output=True, text=True, check=False)
    lines = [line for line in found.stdout.splitlines() if "--no-deps" not in line]
    assert lines == []
