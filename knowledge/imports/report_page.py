"""The quality report as one HTML page for officials: no scripts, no other hosts, charts drawn into it as SVG."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.figure import Figure

from knowledge.imports.report import Quality
from knowledge.record import DoubtKind, Level

PARTS = {
    "agency": "Cơ quan giải quyết",
    "where": "Nơi nộp hồ sơ",
    "who": "Đối tượng thực hiện",
    "cases": "Thành phần hồ sơ",
    "ways": "Cách thức nộp",
    "fees": "Phí, lệ phí",
    "time_limits": "Thời hạn giải quyết",
    "steps": "Trình tự thực hiện",
    "conditions": "Yêu cầu, điều kiện",
    "result": "Kết quả",
    "legal_basis": "Căn cứ pháp lý",
}
DOUBTS = {
    DoubtKind.FREE_WITH_AMOUNT: "“Miễn phí” nhưng bên cạnh có mức thu",
    DoubtKind.FREE_BUT_CHARGED: "“Miễn phí” nhưng mô tả nói có thu",
    DoubtKind.THOUSANDS_LOST: "Số tiền mất hàng nghìn (dưới 1.000 đ)",
    DoubtKind.FEE_UNREADABLE: "Mức phí không đọc được thành số",
    DoubtKind.FEE_CURRENCY: "Mức phí bằng ngoại tệ",
    DoubtKind.TIME_UNIT_MISSING: "Thời hạn không ghi đơn vị",
    DoubtKind.TIME_UNREADABLE: "Thời hạn không đọc được thành số",
    DoubtKind.COPIES_AMBIGUOUS: "Số bản chính, bản sao không rõ",
    DoubtKind.SENTENCE_BROKEN: "Câu trong trình tự bị đứt đoạn",
    DoubtKind.STALE_DISTRICT: "Còn nêu cơ quan cấp huyện",
    DoubtKind.OTHER_PROVINCE: "Viết riêng cho một tỉnh khác",
    DoubtKind.FIELD_UNREADABLE: "Có phần không đọc được",
}
LEVELS = {  # the nearest to people first
    Level.COMMUNE: "cấp xã",
    Level.PROVINCE: "cấp tỉnh",
    Level.MINISTRY: "cấp bộ",
    Level.OTHER: "cơ quan khác",
}
FIELDS = 12  # bars of the chart of fields
LONGEST = 38  # letters of a bar's label

# Colours that stand for those of the page, light or dark, until the chart is drawn.
_INK, _BAR, _TRACK = "#000001", "#000002", "#000003"
_COLOURS = {_INK: "currentColor", _BAR: "var(--bar)", _TRACK: "var(--track)"}
_WIDTH, _ROW, _TEXT = 4.2, 0.47, 12.0  # inches, inches a bar, points
_FOR_FILES = {"metadata", "defs"}  # elements that a file has and a page does not need
_NAMES = {"id", "version", "width", "height"}  # attributes: two charts would share them, the page sets the size


@dataclass(frozen=True)
class Bar:
    """A bar of a chart. value: its length, of the chart's `whole`; shown: what is written at its end."""

    label: str
    value: float
    shown: str


def page(quality: Quality, made_at: datetime) -> str:
    """The whole page. made_at: when the report was made, in the reader's time zone."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": count,
        "percent": percent,
        "doubt": lambda kind: DOUBTS[DoubtKind(kind)],
        "levels": lambda levels: ", ".join(name for level, name in LEVELS.items() if level.value in levels),
    }
    return environment.get_template("report_page.html.j2").render(
        quality=quality,
        made_at=f"{made_at:%H:%M} ngày {made_at.day}/{made_at.month}/{made_at.year}",
        filled_chart=_filled_chart(quality),
        doubts_chart=_doubts_chart(quality),
        unspoken_chart=_unspoken_chart(quality),
    )


def count(value: int) -> str:
    """A whole number as Vietnamese write it: 2857 -> "2.857"."""
    return f"{value:,}".replace(",", ".")


def percent(share: float) -> str:
    """A share of 1 in per cent; only what is whole is 100 % and only nothing is 0 %."""
    rounded = min(max(round(share * 100, 1), 0.1), 99.9) if 0 < share < 1 else share * 100
    return f"{rounded:.1f}".removesuffix(".0").replace(".", ",") + "%"


def chart(bars: Sequence[Bar], whole: float, description: str) -> Markup:
    """Horizontal bars as an SVG element for the page, in its colours and its font; nothing for no bars."""
    if not bars:
        return Markup("")
    figure = Figure(figsize=(_WIDTH, _ROW * len(bars)))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 1), ylim=(len(bars), 0))
    axes.axis("off")
    for row, bar in enumerate(bars):
        for place, text, side in ((0, _short(bar.label), "left"), (1, bar.shown, "right")):
            axes.text(place, row + 0.52, text, color=_INK, fontsize=_TEXT, ha=side, parse_math=False)
        for length, colour in ((1, _TRACK), (bar.value / (whole or 1), _BAR)):
            axes.barh(row + 0.75, length, height=0.22, color=colour, clip_on=False)
    drawn = StringIO()
    with rc_context({"svg.fonttype": "none"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # the letters are drawn by the reader's browser, with its fonts
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    said = "; ".join(f"{_plain(bar.label)}: {bar.shown}" for bar in bars)
    return _for_html(drawn.getvalue(), f"{description}. {said}")


def _for_html(file: str, description: str) -> Markup:
    """An SVG file as an element of a page, with the page's colours and font."""
    svg = ElementTree.fromstring(file)  # noqa: S314 (drawn above)
    for element in svg.iter():
        element[:] = [child for child in element if _bare(child) not in _FOR_FILES]
        element.tag = _bare(element)
        element.attrib = {name: _in_colour(text) for name, text in element.items() if name not in _NAMES}
    svg.attrib |= {"role": "img", "aria-label": description}
    return Markup(ElementTree.tostring(svg, encoding="unicode"))  # noqa: S704 (every text is escaped there)


def _bare(element: ElementTree.Element) -> str:
    """The name of an element without its namespace, which a page knows."""
    return element.tag.rpartition("}")[2]


def _in_colour(text: str) -> str:
    for stand_in, colour in _COLOURS.items():
        text = text.replace(stand_in, colour)
    return re.sub(r"font-family: [^;]+", "font-family: inherit", text)


def _plain(text: str) -> str:
    """The text on one line, without what an SVG may not hold."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _short(text: str) -> str:
    text = _plain(text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _filled_chart(quality: Quality) -> Markup:
    bars = [Bar(PARTS[item.part], item.share, percent(item.share)) for item in quality.filled]
    return chart(bars, 1, "Tỷ lệ thủ tục có từng phần")


def _doubts_chart(quality: Quality) -> Markup:
    found = [item for item in quality.doubts if item.doubts]
    bars = [Bar(DOUBTS[DoubtKind(item.kind)], item.procedures, count(item.procedures)) for item in found]
    return chart(bars, max((bar.value for bar in bars), default=0), "Số thủ tục có từng loại nghi ngờ")


def _unspoken_chart(quality: Quality) -> Markup:
    shown = quality.unspoken.by_field[:FIELDS]
    bars = [
        Bar(item.field, item.unspoken / item.procedures, f"{count(item.unspoken)}/{count(item.procedures)}")
        for item in shown
    ]
    return chart(bars, 1, "Lĩnh vực có nhiều thủ tục chưa có cách nói của người dân nhất")
