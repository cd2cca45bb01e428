"""The stations of a dossier as a small picture for a telephone: PNG, 720 pixels wide.

What is done, now and to come differs in shape and weight, not only in colour, so that it can be read in grey too.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
from PIL import Image, ImageDraw, ImageFont

from actions.dossiers.timeline import State, Station, Timeline

WIDTH = 720
SCALE = 2  # drawn larger and made smaller, for smooth edges
BLENDS = 5  # steps between a colour and what is behind it
MARGIN = 36
RAIL = 66  # where the middle of the line of stations stands
TEXT = 116  # where the words begin
RADIUS = 17
GAP = 18  # between two stations
PAD = 16  # around the words of a station
NAME = "tien-trinh-ho-so.png"

PAPER = "#ffffff"
INK = "#1b1f24"
SOFT = "#57606a"
GREEN = "#1a7f37"
BLUE = "#0b57d0"
ORANGE = "#8a4600"
RED = "#b42318"
LINE = "#8c959f"
SHADES = {State.NOW: "#e8f0fe", State.YOURS: "#fff1e0", State.ENDED: "#fdecea"}
MARKS = {State.DONE: GREEN, State.NOW: BLUE, State.YOURS: ORANGE, State.AHEAD: LINE, State.ENDED: RED}
TAGS = {State.NOW: "Đang ở đây", State.YOURS: "Chờ anh/chị", State.ENDED: "Kết thúc"}


@dataclass(frozen=True)
class Picture:
    """A picture to attach. content: PNG; alt: what it shows, in words."""

    content: bytes
    alt: str
    name: str = NAME
    media_type: str = "image/png"


@dataclass(frozen=True)
class _Line:
    """A line of words; all measures in pixels of the drawing. gap: above it."""

    text: str
    font: ImageFont.FreeTypeFont
    colour: str
    gap: int

    @property
    def height(self) -> int:
        ascent, descent = self.font.getmetrics()
        return self.gap + ascent + descent


def draw(timeline: Timeline) -> Picture:
    """The picture of a timeline."""
    head, stations = _head(timeline), [_station(station) for station in timeline.stations]
    height = _big(MARGIN + 14) + sum(line.height for line in head)
    height += sum(_height(lines) + _big(GAP) for lines in stations) + _big(MARGIN - GAP)
    image = Image.new("RGB", (_big(WIDTH), height), PAPER)
    canvas = ImageDraw.Draw(image)
    top = _write(canvas, head, _big(MARGIN), _big(MARGIN - 8)) + _big(22)
    tops = list(_tops(top, stations))
    _rail(canvas, timeline.stations, [_middle(tops[number], lines) for number, lines in enumerate(stations)])
    for station, lines, at in zip(timeline.stations, stations, tops, strict=True):
        _show(canvas, station, lines, at)
    return Picture(_png(image), timeline.alt)


def _head(timeline: Timeline) -> list[_Line]:
    lines = [_Line(line, _font(20, bold=True), RED, 0) for line in _wrapped(timeline.note.lstrip("⚠ "), 20, bold=True)]
    lines += [_Line(line, _font(30, bold=True), INK, _big(6)) for line in _wrapped(timeline.title, 30, bold=True)]
    about = f"Hồ sơ {timeline.code_end}, cập nhật {timeline.as_of:%H:%M %d/%m/%Y}"
    return [*lines, _Line(about, _font(21), SOFT, _big(8))]


def _station(station: Station) -> list[_Line]:
    """The words of a station: label, its tag, day, delay."""
    stands_out = station.state in TAGS
    colour = SOFT if station.state is State.AHEAD else INK
    width = WIDTH - TEXT - MARGIN - PAD
    lines = []
    if stands_out:
        lines.append(_Line(TAGS[station.state], _font(19, bold=True), MARKS[station.state], 0))
    lines += [
        _Line(line, _font(27, bold=stands_out), colour, _big(2))
        for line in _wrapped(station.label, 27, bold=stands_out, width=width)
    ]
    lines += [_Line(line, _font(22), SOFT, _big(2)) for line in _wrapped(station.when, 22, width=width)]
    late = f"! {station.late}" if station.late else ""
    lines += [_Line(line, _font(22, bold=True), RED, _big(2)) for line in _wrapped(late, 22, bold=True, width=width)]
    return lines


def _height(lines: list[_Line]) -> int:
    return sum(line.height for line in lines) + 2 * _big(PAD)


def _tops(top: int, stations: list[list[_Line]]) -> Iterator[int]:
    for lines in stations:
        yield top
        top += _height(lines) + _big(GAP)


def _middle(top: int, lines: list[_Line]) -> int:
    return top + _height(lines) // 2


def _rail(canvas: ImageDraw.ImageDraw, stations: tuple[Station, ...], middles: list[int]) -> None:
    """The line from station to station: whole where it was gone, in dashes where it is to be gone."""
    for number in range(len(middles) - 1):
        start, end = middles[number], middles[number + 1]
        if stations[number].state is State.DONE:
            canvas.line([(_big(RAIL), start), (_big(RAIL), end)], fill=GREEN, width=_big(5))
            continue
        for dash in range(start, end, _big(14)):
            canvas.line([(_big(RAIL), dash), (_big(RAIL), min(end, dash + _big(7)))], fill=LINE, width=_big(4))


def _show(canvas: ImageDraw.ImageDraw, station: Station, lines: list[_Line], top: int) -> None:
    if station.state in SHADES:
        box = [(_big(TEXT - PAD), top), (_big(WIDTH - MARGIN // 2), top + _height(lines))]
        canvas.rounded_rectangle(box, _big(14), fill=SHADES[station.state], outline=MARKS[station.state], width=_big(2))
    _mark(canvas, station.state, _middle(top, lines))
    _write(canvas, lines, _big(TEXT), top + _big(PAD))


def _mark(canvas: ImageDraw.ImageDraw, state: State, middle: int) -> None:
    """A tick: done; a full disc with a ring: now; an exclamation mark: for the citizen; an empty ring; a cross."""
    x, colour = _big(RAIL), MARKS[state]
    if state in (State.NOW, State.YOURS):
        _disc(canvas, middle, RADIUS + 8, PAPER)
        _disc(canvas, middle, RADIUS + 6, PAPER, colour)
    if state is State.AHEAD:
        _disc(canvas, middle, RADIUS - 2, PAPER, colour)
        return
    _disc(canvas, middle, RADIUS, colour)
    strokes: dict[State, list[list[tuple[int, int]]]] = {
        State.DONE: [[(-8, 0), (-2, 7), (9, -6)]],
        State.ENDED: [[(-6, -6), (6, 6)], [(-6, 6), (6, -6)]],
        State.YOURS: [[(0, -9), (0, 2)], [(0, 7), (0, 10)]],
        State.NOW: [],
    }
    for stroke in strokes[state]:
        points = [(x + _big(right), middle + _big(down)) for right, down in stroke]
        canvas.line(points, fill=PAPER, width=_big(4), joint="curve")
    if state is State.NOW:
        _disc(canvas, middle, 6, PAPER)


def _disc(canvas: ImageDraw.ImageDraw, y: int, radius: int, fill: str, ring: str | None = None) -> None:
    x, size = _big(RAIL), _big(radius)
    canvas.ellipse([(x - size, y - size), (x + size, y + size)], fill=fill, outline=ring, width=_big(4) if ring else 0)


def _write(canvas: ImageDraw.ImageDraw, lines: list[_Line], left: int, top: int) -> int:
    """Writes lines below each other. Where the next one would begin."""
    for line in lines:
        canvas.text((left, top + line.gap), line.text, font=line.font, fill=line.colour)
        top += line.height
    return top


def _wrapped(text: str, size: int, *, bold: bool = False, width: int = WIDTH - 2 * MARGIN) -> list[str]:
    """A text in lines of a width; a word that is too long for one is cut."""
    font, lines = _font(size, bold=bold), [""]
    for whole in text.split():
        word = whole
        while font.getlength(word) > _big(width):
            word = f"{word[:-2]}…"
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= _big(width):
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line]


@lru_cache
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which has all Vietnamese letters; it comes along with matplotlib."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(mpl.get_data_path()) / "fonts" / "ttf" / name, _big(size))


def _big(pixels: int) -> int:
    return pixels * SCALE


def _png(image: Image.Image) -> bytes:
    """With a palette of our own, so that a small file keeps every colour as it is."""
    small = image.resize((WIDTH, image.height // SCALE), Image.Resampling.LANCZOS)
    few = small.quantize(palette=_palette(), dither=Image.Dither.NONE)
    written = io.BytesIO()
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


@lru_cache
def _palette() -> Image.Image:
    """Every colour on every background that it stands on, and the steps between for smooth edges."""
    on_paper = [(colour, PAPER) for colour in (INK, SOFT, *MARKS.values())]
    on_shades = [(colour, shade) for state, shade in SHADES.items() for colour in (INK, SOFT, MARKS[state])]
    colours = dict.fromkeys(
        tuple(round(above + (below - above) * step / BLENDS) for above, below in zip(*map(_rgb, pair), strict=True))
        for pair in (*on_paper, *on_shades)
        for step in range(BLENDS + 1)
    )
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in colours for part in colour])
    return palette


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.lstrip("#"))
    return red, green, blue
