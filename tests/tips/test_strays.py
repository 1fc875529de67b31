"""What lies in the content and is not read is named, by the check and before the bot starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tips.trees import Tree, tip
from tips.library import ContentError, load_library
from tips.strays import strays


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("en/tips/more.yml", "Let its name end in .yaml"),
        ("en/tips/more.YAML", "Let its name end in .yaml"),
        ("en/tips/More.Yml", "Let its name end in .yaml"),
        ("en/tips/more.yaml.txt", "Let its name end in .yaml"),
        ("en/answers/more.yml", "Let its name end in .yaml"),
        ("en/tips/more/fibre.yaml", "Tips belong into en/tips/"),
        ("en/tips/more.yaml/fibre.yaml", "Tips belong into en/tips/"),
        ("en/Tips/fibre.yaml", "Tips belong into en/tips/"),
        ("en/fibre.yaml", "Tips belong into en/tips/"),
        ("EN/tips/fibre.yaml", "Tips belong into en/tips/"),
        ("tips/fibre.yaml", "Tips belong into en/tips/"),
        ("claims.yml", "Let its name end in .yaml"),
        ("Claims.yaml", "Tips belong into en/tips/"),
        ("fibre.yaml", "Tips belong into en/tips/"),
        ("en/wordings/train/more.yml", "Let its name end in .yaml"),
        ("en/wordings/more/ordinary-1.yaml", "Tips belong into en/tips/"),
    ],
)
def test_what_is_not_read_is_named_with_its_remedy(tree: Tree, name: str, remedy: str) -> None:
    root = tree.write()
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    tree.dump(name, [tip("a-tip-that-nobody-would-get")])
    (found,) = [one for one in tree.findings() if one.rule == "not-read"]
    assert name.startswith(found.file)
    assert remedy in found.remedy
    with pytest.raises(ContentError, match="nobody reads this") as refusal:
        load_library(root=root)
    assert found.file in str(refusal.value)


@pytest.mark.parametrize(
    "name",
    ["STYLE.md", ".en.yaml.swp", "en/tips/fibre.yaml~", "en/tips/.drafts/x.yaml", "_x/a.yml"],
)
def test_what_is_no_content_is_left_alone(tree: Tree, name: str) -> None:
    root = tree.write()
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("notes")
    assert tree.rules() == set()
    assert load_library(root=root).tips


def test_nothing_of_ours_goes_unread() -> None:
    from tips.loading import CONTENT

    assert list(strays(CONTENT)) == []
