"""How a picture looks: light or dark, for a phone, in colours that any sight tells apart.

Lengths are pixels of a picture 1080 wide; a phone shows it about a third as wide.
"""

from __future__ import annotations

import gc
import io
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

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
    Tone,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

WIDTH = 1080
MARGIN = 48
GUTTER = 56
DPI = 100
POINTS = 72 / DPI  # of a pixel


class Colours(NamedTuple):
    """What a picture is painted in, behind and in front."""

    paper: str
    band: str
    grid: str
    tones: Mapping[Tone, str]


# Okabe and Ito's blues, vermilion and orange, which nobody confuses; the words beside them say it,
# too.
LIGHT = Colours(
    "#ffffff",
    "#eaf2f8",
    "#ccd6dd",
    {"plain": "#16242d", "quiet": "#566670", "first": "#0072b2", "second": "#c04f00"},
)
DARK = Colours(
    "#1a2322",
    "#243a43",
    "#3a4745",
    {"plain": "#e8eeec", "quiet": "#a9b8b5", "first": "#56b4e9", "second": "#e69f00"},
)
SMALL, TEXT, TITLE, SPAN, FIGURE = 25, 27, 31, 38, 74
HEAD, SPAN_HEIGHT, SUBJECT, TITLE_HEIGHT, AFTER = 204, 84, 34, 82, 22
CHART, LABEL, LIST_ROW, NOTE_ROW = 168, 44, 38, 38
BESIDE, SHORTEST_BAR = 16, 110
MOST_MARKS = 31  # of steps that are each marked by a dot


class Canvas(NamedTuple):
    """A figure of matplotlib, and the colours for it."""

    figure: Figure
    colours: Colours


class Place(NamedTuple):
    """A rectangle: its left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float


def draw(picture: Picture, *, dark: bool = False) -> bytes:
    """The picture as a PNG. Takes a second and one thread; matplotlib is loaded at the first."""
    colours = DARK if dark else LIGHT
    heights = [max(map(_height, row)) for row in picture.rows]
    height = HEAD + SPAN_HEIGHT + sum(heights) + len(heights) * AFTER
    canvas = Canvas(_figure(height, colours.paper), colours)
    try:
        _draw_head(canvas, picture.head)
        _draw_span(canvas, picture)
        y = HEAD + SPAN_HEIGHT
        for row, height in zip(picture.rows, heights, strict=True):
            places = list(_side_by_side(len(row), y, height))
            _draw_titles(canvas, row, places)
            for panel, place in zip(row, places, strict=True):
                _draw_panel(canvas, panel, place)
            y += height + AFTER
        png = io.BytesIO()
        canvas.figure.savefig(png, format="png", pil_kwargs={"compress_level": 6})
        return png.getvalue()
    finally:
        # Figures refer to themselves in circles, and would lie about until they are looked for.
        canvas.figure.clear()


def _figure(height: float, paper: str) -> Figure:
    new = "matplotlib" not in sys.modules
    with _leaving_nothing_behind():
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - seconds
        from matplotlib.figure import Figure  # noqa: PLC0415
    if new and gc.get_freeze_count():
        # It stays for good, as what was there when the bot had started: see bot/app.py.
        gc.freeze()
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=paper)
    FigureCanvasAgg(figure)
    return figure


@contextmanager
def _leaving_nothing_behind() -> Iterator[None]:
    """matplotlib, once loaded, keeps a list of fonts in somebody's home; here it has no need."""
    if "matplotlib" in sys.modules or "MPLCONFIGDIR" in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="gutskin-") as folder:
        os.environ["MPLCONFIGDIR"] = folder
        try:
            yield
        finally:
            del os.environ["MPLCONFIGDIR"]


def _height(panel: Panel) -> int:
    match panel:
        case Shares(rows=rows):
            return TITLE_HEIGHT + len(rows) * LIST_ROW
        case Notes(lines=lines):
            return TITLE_HEIGHT + len(lines) * NOTE_ROW
        case Nothing():
            return TITLE_HEIGHT
        case _:
            return TITLE_HEIGHT + CHART + SMALL + 12


def _side_by_side(count: int, y: float, height: float) -> Iterator[Place]:
    width = (WIDTH - 2 * MARGIN - (count - 1) * GUTTER) / count
    for index in range(count):
        yield Place(MARGIN + index * (width + GUTTER), y, width, height)


def _draw_head(canvas: Canvas, head: Head) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    figure = canvas.figure
    whole = figure.get_figheight() * DPI
    band = Rectangle((0, 1 - HEAD / whole), 1, HEAD / whole, transform=figure.transFigure)
    band.set(facecolor=canvas.colours.band, edgecolor="none")
    figure.add_artist(band)
    room = WIDTH - 2 * MARGIN
    _write(canvas, MARGIN, 46, head.when, TEXT, "quiet", room=room)
    _write(canvas, MARGIN, 122, head.figure, FIGURE, bold=True, room=room)
    _write(canvas, MARGIN, 176, head.rest, TEXT + 3, room=room)


def _draw_span(canvas: Canvas, picture: Picture) -> None:
    y = HEAD + 58
    _write(canvas, MARGIN, y, picture.span, SPAN, bold=True, room=WIDTH / 2)
    right = _write(canvas, WIDTH - MARGIN, y, picture.dates, TEXT, "quiet", room=WIDTH / 2)
    right.set_horizontalalignment("right")


def _draw_panel(canvas: Canvas, panel: Panel, place: Place) -> None:
    below = Place(place.x, place.y + TITLE_HEIGHT, place.width, place.height - TITLE_HEIGHT)
    match panel:
        case Line():
            _draw_line(canvas, panel, below)
        case Bars():
            _draw_bars(canvas, panel, below)
        case Shares(rows=rows):
            _draw_shares(canvas, rows, below)
        case Notes(lines=lines):
            _draw_notes(canvas, lines, below)


def _draw_titles(canvas: Canvas, row: Sequence[Panel], places: Sequence[Place]) -> None:
    """Subjects and titles of a row, all of one size: smaller where one needs more room."""
    titles, size = [], 1.0
    for panel, place in zip(row, places, strict=True):
        _write(canvas, place.x, place.y + SMALL, panel.subject, SMALL, "quiet", room=place.width)
        y = place.y + SUBJECT + TITLE
        words = [
            _write(canvas, place.x, y, one.text, TITLE, one.tone, bold=True) for one in panel.title
        ]
        titles.append((place.x, words))
        size = min(size, place.width / max(1.0, sum(map(_width, words))))
    for x, words in titles:
        _line_up(words, x, TITLE * size)


def _line_up(words: Iterable[Text], x: float, size: float) -> None:
    """Put words of that size one after the other."""
    for one in words:
        one.set_fontsize(size * POINTS)
        one.set_x(x / WIDTH)
        x += _width(one)


def _write(
    canvas: Canvas,
    x: float,
    y: float,
    words: str,
    size: float,
    tone: Tone = "plain",
    *,
    bold: bool = False,
    room: float = math.inf,
) -> Text:
    """Words whose line begins there, smaller where they need more room."""
    text = canvas.figure.text(
        x / WIDTH,
        1 - y / (canvas.figure.get_figheight() * DPI),
        words,
        fontsize=size * POINTS,
        color=canvas.colours.tones[tone],
        fontweight="bold" if bold else "normal",
        verticalalignment="baseline",
        parse_math=False,
    )
    _fit(text, room)
    return text


def _fit(text: Text, room: float) -> None:
    if (width := _width(text)) > room:
        text.set_fontsize(text.get_fontproperties().get_size_in_points() * room / width)


def _width(text: Text) -> float:
    return text.get_window_extent().width


def _axes(canvas: Canvas, place: Place) -> Axes:
    whole = canvas.figure.get_figheight() * DPI
    bottom = 1 - (place.y + place.height) / whole
    box = (place.x / WIDTH, bottom, place.width / WIDTH, place.height / whole)
    axes = canvas.figure.add_axes(box, facecolor="none")
    axes.set_axis_off()
    return axes


def _chart(canvas: Canvas, ends: Ends, place: Place, steps: int) -> Axes:
    """Axes of which only the words below the first and the last step are seen."""
    axes = _axes(canvas, place._replace(height=CHART))
    axes.set_xlim(-0.4, max(steps - 1, 1) + 0.4)
    y = place.y + CHART + SMALL + 4
    _write(canvas, place.x, y, ends.first, SMALL, "quiet")
    last = _write(canvas, place.x + place.width, y, ends.last, SMALL, "quiet")
    last.set_horizontalalignment("right")
    return axes


def _draw_line(canvas: Canvas, line: Line, place: Place) -> None:
    axes, tones = _chart(canvas, line.ends, place, len(line.values)), canvas.colours.tones
    axes.set_xlim(-0.02 * len(line.values), 1.02 * len(line.values) - 1)
    values = [math.nan if value is None else value for value in line.values]
    known = [index for index, value in enumerate(values) if not math.isnan(value)]
    low, high = min(values[i] for i in known), max(values[i] for i in known)
    spread = (high - low) or max(high, 1.0)
    bottom = 0.0 if line.from_zero else max(0.0, low - spread * 0.25)
    axes.set_ylim(bottom, high + (high - bottom or 1.0) * LABEL / (CHART - LABEL))
    axes.axhline(bottom, color=canvas.colours.grid, linewidth=2)
    marker: dict[str, Any] = {"marker": "o", "markersize": 7} if len(values) <= MOST_MARKS else {}
    axes.fill_between(range(len(values)), bottom, values, color=canvas.colours.band, linewidth=0)
    axes.plot(values, color=tones["first"], linewidth=4, solid_capstyle="round", **marker)
    first, last, ink = known[0], known[-1], tones["plain"]
    _label(axes, (last, values[last]), line.labels.last, "right", ink)
    if len(known) > 1:
        _label(axes, (first, values[first]), line.labels.first, "left", ink)


def _label(
    axes: Axes, at: tuple[float, float], words: str, side: str, ink: str, *, below: bool = False
) -> None:
    axes.annotate(
        words,
        at,
        xytext=(0, -8 if below else 8),
        textcoords="offset points",
        fontsize=TEXT * POINTS,
        color=ink,
        horizontalalignment=side,
        verticalalignment="top" if below else "bottom",
        annotation_clip=False,
        parse_math=False,
    )


def _draw_bars(canvas: Canvas, bars: Bars, place: Place) -> None:
    steps, tones = len(bars.up), canvas.colours.tones
    axes = _chart(canvas, bars.ends, place, steps)
    high, low = max(bars.up, default=0), max(bars.down, default=0)
    # Room for the number above the highest bar, and below the lowest.
    pixel = max(high + low, 1) / (CHART - (2 if low else 1) * LABEL)
    axes.set_ylim(-low - LABEL * pixel if low else -pixel, high + LABEL * pixel)
    axes.bar(range(steps), bars.up, width=0.78, color=tones["first"])
    axes.bar(range(steps), [-n for n in bars.down], width=0.78, color=tones["second"])
    axes.axhline(0, color=canvas.colours.grid, linewidth=2)
    if high:
        _number(axes, bars.up.index(high), high, steps, tones["plain"])
    if low:
        _number(axes, bars.down.index(low), -low, steps, tones["plain"])


def _number(axes: Axes, step: int, value: int, steps: int, ink: str) -> None:
    # A number at the edge would stand out over it.
    side = "left" if step < steps * 0.15 else "right" if step >= steps * 0.85 else "center"
    x = {"left": step - 0.39, "right": step + 0.39}.get(side, step)
    _label(axes, (x, value), f"{abs(value):,}", side, ink, below=value < 0)


def _draw_shares(canvas: Canvas, rows: Sequence[Share], place: Place) -> None:
    """Names, bars and figures in three columns, as wide as the longest of the words need."""
    lines = [place.y + (index + 0.5) * LIST_ROW + TEXT * 0.36 for index in range(len(rows))]
    names = [
        _write(canvas, place.x, y, row.name, TEXT) for row, y in zip(rows, lines, strict=True)
    ]
    told = [_write(canvas, place.x, y, row.told, TEXT) for row, y in zip(rows, lines, strict=True)]
    left, right = (max(map(_width, words)) + BESIDE for words in (names, told))
    smaller = min(1.0, (place.width - SHORTEST_BAR) / (left + right))
    left, right = left * smaller, right * smaller
    bars = Place(place.x + left, place.y, place.width - left - right, len(rows) * LIST_ROW)
    axes = _axes(canvas, bars)
    axes.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5))
    for index, row in enumerate(rows):
        _fit(names[index], left - BESIDE)
        _fit(told[index], right - BESIDE)
        told[index].set_x((bars.x + bars.width + BESIDE) / WIDTH)
        axes.barh(index, 1, height=0.5, color=canvas.colours.band)
        axes.barh(index, row.share, height=0.5, color=canvas.colours.tones["first"])


def _draw_notes(canvas: Canvas, lines: Sequence[Note], place: Place) -> None:
    indent = 104
    for index, line in enumerate(lines):
        y = place.y + index * NOTE_ROW + NOTE_ROW / 2 + TEXT * 0.36
        _write(canvas, place.x, y, line.figure, TEXT, line.tone, bold=True, room=indent - 12)
        _write(canvas, place.x + indent, y, line.words, TEXT, room=place.width - indent)
