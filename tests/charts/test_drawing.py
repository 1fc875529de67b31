"""A picture is a PNG for a phone, whatever it shows."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import imread
from numpy.typing import NDArray

from bot.charts.drawing import HEAD, MARGIN, WIDTH, draw
from bot.charts.picture import (
    Bars,
    Ends,
    Head,
    Line,
    Note,
    Notes,
    Nothing,
    Panel,
    Picture,
    Share,
    Shares,
    Words,
)

ROOT = Path(__file__).parents[2]
ENDS = Ends("24 Nov", "today")
TITLE = (Words("48 joined", "first"), Words(", "), Words("17 left", "second"))
COUNTS = st.integers(0, 10**9)
VALUES = st.one_of(st.none(), st.floats(0, 1e9))


def picture(*rows: tuple[Panel, ...], words: str = "1,204 subscribers") -> Picture:
    return Picture(Head("Now", words, words), words, words, rows)


def pixels(png: bytes) -> NDArray[np.float32]:
    """Rows of pixels, each its red, green, blue and opacity from 0 to 1."""
    return imread(io.BytesIO(png), format="png")


def bars(*up: int, down: tuple[int, ...] = ()) -> Bars:
    return Bars("Coming and going", TITLE, up, down or (0,) * len(up), ENDS)


def line(*values: float | None) -> Line:
    return Line("Subscribers", TITLE, values, ENDS, Ends("1", "2"))


def test_it_is_as_wide_as_a_phone_needs_and_light() -> None:
    shown = pixels(draw(picture((line(1, 2, 3),), (bars(1, 2), bars(3, 4)))))
    assert shown.shape[1] == WIDTH
    assert np.mean(shown[:, :, :3]) > 0.9
    assert (shown[:, :, 3] == 1).all()


def test_for_a_dark_page_it_is_the_same_on_dark() -> None:
    shown = picture((line(1, 2, 3),), (bars(1, 2), bars(3, 4)))
    light, dark = pixels(draw(shown)), pixels(draw(shown, dark=True))
    assert light.shape == dark.shape
    assert np.mean(dark[:, :, :3]) < 0.25
    assert np.max(dark[:, :, :3]) > 0.85, "words that stand out from it"


@pytest.mark.parametrize("words", ["x", "A title that is longer than any " * 12])
def test_no_words_stand_over_its_edges(words: str) -> None:
    long = (Words(words, "first"), Words(words, "second"))
    shares = Shares(words, long, (Share(words, 0.5, words),))
    notes = Notes(words, long, (Note("100 %", words), Note(words, words, "second")))
    ends, labels = Ends("24 Nov", "today"), Ends("1", "1,000,000,000")
    panels: list[Panel] = [shares, notes, Nothing(words, long)]
    panels += [Line(words, long, (1.0, 9.0), ends, labels), bars(10**9, 10**9, down=(10**9, 1))]
    shown = pixels(draw(picture(*((panel,) for panel in panels), words=words)))
    for edge in (shown[HEAD:, : MARGIN // 2], shown[HEAD:, -MARGIN // 2 :]):
        assert (edge == 1).all()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    up=st.lists(COUNTS, min_size=1, max_size=60),
    values=st.lists(VALUES, min_size=1, max_size=60).filter(
        lambda found: any(v is not None for v in found)
    ),
    share=st.floats(0, 1),
)
def test_any_figures_can_be_drawn(up: list[int], values: list[float | None], share: float) -> None:
    shares = Shares("", TITLE, (Share("A", share, "1 of 2"),))
    both = bars(*up, down=tuple(reversed(up)))
    assert pixels(draw(picture((line(*values), both), (shares,)))).shape[1] == WIDTH


NOW = Head("Now", "1,204", "3 today")
WHOLE = Picture(NOW, "7 days", "24 to 30 Nov", ((Nothing("Votes", TITLE),),))
SHARES = Shares("Subjects", TITLE, (Share("Gut", 0.5, "1 of 2"),))
NOTES = Notes("Tips", TITLE, (Note("99 %", "on time"),))


def panels(panel: Any, **other: Any) -> tuple[Picture, Picture]:
    return picture((panel,)), picture((replace(panel, **other),))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (WHOLE, replace(WHOLE, head=NOW._replace(when="Then"))),
        (WHOLE, replace(WHOLE, head=NOW._replace(figure="1,205"))),
        (WHOLE, replace(WHOLE, head=NOW._replace(rest="4 today"))),
        (WHOLE, replace(WHOLE, span="8 days")),
        (WHOLE, replace(WHOLE, dates="23 to 30 Nov")),
        panels(Nothing("Votes", TITLE), subject="Thumbs"),
        panels(Nothing("Votes", TITLE), title=TITLE[:1]),
        panels(line(1, 2, 4), values=(1, 3, 4)),
        panels(line(1, None, 4), values=(1, 2, 4)),
        panels(line(1, 2, 4), ends=Ends("23 Nov", "today")),
        panels(line(1, 2, 4), ends=Ends("24 Nov", "30 Nov")),
        panels(line(1, 2, 4), labels=Ends("0", "2")),
        panels(line(1, 2, 4), labels=Ends("1", "4")),
        panels(line(1, 2, 4), from_zero=True),
        panels(bars(5, 3, down=(1, 2)), up=(5, 4)),
        panels(bars(5, 3, down=(1, 2)), down=(0, 2)),
        panels(bars(5, 3, down=(1, 2)), ends=Ends("23 Nov", "today")),
        panels(bars(5, 3, down=(1, 2)), ends=Ends("24 Nov", "30 Nov")),
        panels(SHARES, rows=(Share("Food", 0.5, "1 of 2"),)),
        panels(SHARES, rows=(Share("Gut", 0.4, "1 of 2"),)),
        panels(SHARES, rows=(Share("Gut", 0.5, "2 of 4"),)),
        panels(NOTES, lines=(Note("98 %", "on time"),)),
        panels(NOTES, lines=(Note("99 %", "late"),)),
        panels(NOTES, lines=(Note("99 %", "on time", "second"),)),
    ],
)
def test_whatever_it_is_told_shows(one: Picture, other: Picture) -> None:
    assert draw(one) == draw(one)
    assert draw(one) != draw(other)


def test_more_rows_make_it_higher_and_nothing_keeps_it_low() -> None:
    low, one, two = (
        pixels(draw(picture(*rows))).shape[0]
        for rows in (((Nothing("", TITLE),),), ((bars(1),),), ((bars(1),), (bars(1),)))
    )
    assert low < one < two


def test_no_stretch_of_it_is_empty() -> None:
    """On a phone a gap in it would look like its end."""
    shown = pixels(draw(picture((Nothing("Saved", TITLE),), (line(1, 2, 3),))))
    written = np.flatnonzero((shown != shown[:, :1]).any(axis=(1, 2)))
    gaps = np.diff(written, prepend=0, append=len(shown))
    assert gaps.max() < HEAD / 2


def test_every_line_of_a_list_stands_above_the_lower_edge() -> None:
    notes = Notes("Reached", TITLE, (Note("98 %", "of all"), Note("2 %", "none", "second")))
    shares = Shares("Topics", TITLE, (Share("Food", 0.5, "1 of 2"), Share("Sleep", 1.0, "2 of 2")))
    for panel in (notes, shares):
        shown = pixels(draw(picture((panel,))))
        assert (shown[-MARGIN // 2 :] == 1).all()


def test_dollars_and_backslashes_are_no_formulas() -> None:
    odd = r"$\frac{1}{0}$ and $ and \n"
    assert draw(picture((Nothing(odd, (Words(odd),)),), words=odd))


def test_nothing_of_a_picture_is_kept() -> None:
    draw(picture((line(1, 2), bars(1, 2))))
    gc.collect()
    assert [one for one in gc.get_objects() if isinstance(one, Figure | Axes)] == []
    assert "matplotlib.pyplot" not in sys.modules


DRAWS = """
from bot.charts.drawing import draw
from bot.charts.picture import Head, Nothing, Picture, Words
draw(Picture(Head("", "", ""), "", "", ((Nothing("", (Words("x"),)),),)))
"""
STARTS = """
import sys
import bot.services, bot.cli.commands, bot.cli.demo
print([name for name in ("matplotlib", "PIL") if name in sys.modules])
"""


def run(code: str, **environ: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, **environ},
    )  # fmt: skip
    return done.stdout


def test_the_first_picture_leaves_nothing_in_the_home(tmp_path: Path) -> None:
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    home.mkdir()
    scratch.mkdir()
    run(DRAWS, HOME=str(home), XDG_CACHE_HOME="", XDG_CONFIG_HOME="", TMPDIR=str(scratch))
    assert [*home.rglob("*"), *scratch.rglob("*")] == []


def test_where_the_home_cannot_be_written_to_it_is_drawn_all_the_same() -> None:
    run(DRAWS, HOME="/nowhere", XDG_CACHE_HOME="", XDG_CONFIG_HOME="")


def test_the_bot_starts_without_the_library() -> None:
    assert run(STARTS).strip() == "[]"
