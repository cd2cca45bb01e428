"""The quality report as a page: complete, harmless whatever the data holds, and readable without anything else."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from knowledge.imports.formats import Unusable
from knowledge.imports.merge import Merged
from knowledge.imports.report import PARTS, Quality, quality
from knowledge.imports.report_page import DOUBTS, LEVELS, Bar, chart, count, page, percent
from knowledge.imports.report_page import PARTS as PART_NAMES
from knowledge.record import DoubtKind, Level, Procedure
from tests.knowledge import tiny

MADE = datetime(2026, 11, 3, 7, 5, tzinfo=UTC)
NASTY = "<script>alert(1)</script>\"'&<b onclick=x>"


class Tags(HTMLParser):
    """The tags of a page with their attributes, its text, and which elements were not closed in their order."""

    VOID = frozenset({"meta", "br", "link", "img", "input", "hr", "path"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "br":
            self.text += "\n"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        return [attributes[name] or "" for _, attributes in self.tags if name in attributes]


def bare(number: int, name: str, **changes: Any) -> Procedure:
    row = tiny.record(tiny.BIRTH) | {"code": f"1.{number:06}", "name": name, "imported": True, "checked": False}
    return Procedure.model_validate(row | changes)


def doubts(raw: str = "135 VNĐ") -> list[dict[str, str]]:
    return [{"kind": kind.value, "field": "fees", "raw": raw} for kind in DoubtKind]


def full(word: str = "việc") -> Quality:
    """A report in which every part has something to say, with a word in every text of it."""
    land = [{"number": "45/2013/QH13", "name": "Luật"}]
    records = [
        tiny.procedure(),
        bare(1, f"Cấp giấy phép sử dụng công cụ hỗ trợ {word}", field=f"An ninh {word}", doubts=doubts(word)),
        bare(2, f"Cấp lại giấy phép sử dụng công cụ hỗ trợ {word}", field=f"An ninh {word}", legal_basis=land),
        bare(3, f"Hỗ trợ {word}", levels=["province", "commune"]),
        bare(4, f"Hỗ trợ {word}", levels=["province", "commune"]),
        bare(5, f"Mang {word} ra, vào"),
        bare(6, f"Mang {word} vào, ra"),
    ]
    phrasings = {tiny.BIRTH: [f"làm giấy {word} 1 cho con"], "1.000003": [f"làm giấy {word} 2 cho con"]}
    return quality(
        [Merged(record, (record,)) for record in records], phrasings, [Unusable(f"tệp {word}", f"lỗi {word}")]
    )


def test_the_page_tells_every_part_of_the_report() -> None:
    text = " ".join(Tags(page(full(), MADE)).text.split())
    for said in (
        "Lập lúc 07:05 ngày 3/11/2026.",
        "7 thủ tục: 1 viết tay, 6 nhập từ tệp; thêm 7 bản riêng của tỉnh khác",
        "1 thủ tục có điểm nghi ngờ (14,3%)",
        "1 dòng của tệp nhập không dùng được",
        "Nguồn ghi: việc",
        "Luật Đất đai số 45/2013/QH13 nay là 31/2024/QH15",
        "làm giấy việc 1 cho con – chỉ ở đây có 1",
        "1.000002 Cấp lại giấy phép sử dụng công cụ hỗ trợ việc (cấp xã) – chỉ ở đây có lại",
        "Cùng những từ ấy, chỉ khác thứ tự hay dấu câu.",
        "1 việc đứng dưới 2 mã",
        "1.000003 cấp xã, cấp tỉnh · 1.000004 cấp xã, cấp tỉnh",
        "Hỗ trợ việc 1.000003 · 1.000004",
        "tệp việc: lỗi việc",
    ):
        assert said in text, said


def test_a_report_of_nothing_says_that_nothing_was_found() -> None:
    text = " ".join(Tags(page(quality([], {}), MADE)).text.split())
    assert "0 thủ tục: 0 viết tay, 0 nhập từ tệp" in text
    for said in (
        "Không có điểm nghi ngờ nào.",
        "Không thấy dấu vết nào.",
        "Thủ tục nào cũng có.",
        "Không có cặp nào.",
        "Mỗi việc có một mã.",
        "Dòng nào cũng dùng được.",
    ):
        assert said in text, said


@pytest.mark.parametrize("found", [full(), full(NASTY), quality([], {})], ids=["full", "nasty", "empty"])
def test_the_page_needs_nothing_else_and_runs_nothing(found: Quality) -> None:
    html = page(found, MADE)
    tags = Tags(html)
    names = {tag for tag, _ in tags.tags}
    assert names & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "image", "use"} == set()
    assert [name for _, attributes in tags.tags for name in attributes if name.startswith("on")] == []
    assert tags.values("src") == tags.values("xlink:href") == []
    assert {target[:1] for target in tags.values("href")} == {"#"}
    assert "url(" not in html
    assert "@import" not in html
    assert "//" not in html
    assert "default-src 'none'" in html


@pytest.mark.parametrize("found", [full(), full(NASTY), quality([], {})], ids=["full", "nasty", "empty"])
def test_the_page_is_well_formed(found: Quality) -> None:
    tags = Tags(page(found, MADE))
    assert (tags.wrong, tags.open) == ([], [])
    ids = tags.values("id")
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert {target.removeprefix("#") for target in tags.values("href")} <= set(ids)
    assert tags.tags[0] == ("html", {"lang": "vi"})


def test_whatever_the_data_holds_is_shown_as_text() -> None:
    tags = Tags(page(full(NASTY), MADE))
    assert tags.text.count(NASTY) > 15
    assert [tag for tag, _ in tags.tags if tag in ("script", "b")] == []


def test_the_same_report_gives_the_same_page() -> None:
    assert page(full(), MADE) == page(full(), MADE)


def test_long_lists_say_how_many_there_are() -> None:
    found = quality([], {}, [Unusable(f"dòng {n}", "lỗi") for n in range(1234)])
    text = " ".join(Tags(page(found, MADE)).text.split())
    assert "1.234 dòng của tệp nhập không dùng được" in text
    assert "Ở đây liệt kê 50 trong số 1.234." in text


def test_everything_has_a_vietnamese_name() -> None:
    assert set(PART_NAMES) == set(PARTS)
    assert set(DOUBTS) == set(DoubtKind)
    assert set(LEVELS) == set(Level)


def test_a_level_that_the_title_names_is_not_said_twice() -> None:
    found = quality([Merged(bare(1, "Cấp thẻ (cấp xã)")), Merged(bare(2, "Đăng ký tạm vắng"))], {})
    text = " ".join(Tags(page(found, MADE)).text.split())
    assert "1.000001 Cấp thẻ (cấp xã) Hộ tịch" in text
    assert "1.000002 Đăng ký tạm vắng (cấp xã) Hộ tịch" in text


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (999, "999"), (2857, "2.857"), (1_234_567, "1.234.567")])
def test_numbers_as_vietnamese_write_them(value: int, text: str) -> None:
    assert count(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0%"), (0.00001, "0,1%"), (0.17325, "17,3%"), (0.5, "50%"), (0.99999, "99,9%"), (1, "100%")],
)
def test_only_the_whole_is_a_hundred_per_cent(share: float, text: str) -> None:
    assert percent(share) == text


def drawn(svg: str) -> list[tuple[float, float]]:
    """For each bar of a chart the length of its track and of the bar."""
    lengths: dict[str, list[float]] = {"track": [], "bar": []}
    for path in ElementTree.fromstring(svg).iter("path"):
        colour = re.search(r"var\(--(\w+)\)", path.get("style", ""))
        if colour:
            across = [float(x) for x in re.findall(r"[ML] (\S+) ", path.get("d", ""))]
            lengths[colour.group(1)].append(max(across) - min(across))
    return list(zip(lengths["track"], lengths["bar"], strict=True))


def test_bars_are_as_long_as_their_values() -> None:
    svg = chart([Bar("Một", 4, "4"), Bar("Hai", 1, "1"), Bar("Không", 0, "0")], 4, "Thử")
    assert [round(bar / track, 3) for track, bar in drawn(svg)] == [1, 0.25, 0]


def test_a_chart_whose_bars_are_all_empty_is_drawn() -> None:
    assert [bar for _, bar in drawn(chart([Bar("Không", 0, "0")], 0, "Thử"))] == [0]


def test_no_bars_no_chart() -> None:
    assert chart([], 1, "Thử") == ""


def test_a_chart_says_its_figures_to_those_who_do_not_see_it() -> None:
    svg = ElementTree.fromstring(chart([Bar("Hộ tịch", 0.5, "1/2"), Bar("Đất đai", 1, "3/3")], 1, "Thử"))
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "Thử. Hộ tịch: 1/2; Đất đai: 3/3"


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("$x^2$ \\frac", "$x^2$ \\frac"),
        ("Lĩnh vực 🙂 漢", "Lĩnh vực 🙂 漢"),
        (NASTY[:30], NASTY[:30]),
        ("--> ]]> <!--", "--> ]]> <!--"),
        ("font-family: x; #000002", "font-family: x; #000002"),
        ("hai\ndòng\x00\x1b\ufffe", "hai dòng"),
    ],
)
def test_any_label_can_be_drawn(label: str, shown: str) -> None:
    svg = ElementTree.fromstring(chart([Bar(label, 1, "1")], 1, "Thử"))
    assert [text.text for text in svg.iter("text")] == [shown, "1"]
    assert svg.get("aria-label") == f"Thử. {shown}: 1"
    assert len(drawn(ElementTree.tostring(svg, encoding="unicode"))) == 1


def test_a_long_label_is_cut() -> None:
    first = next(ElementTree.fromstring(chart([Bar("dài " * 40, 1, "1")], 1, "Thử")).iter("text")).text or ""
    assert len(first) <= 38
    assert first.endswith("…")


def test_charts_take_the_colours_of_the_page() -> None:
    svg = chart([Bar("Một", 1, "1")], 1, "Thử")
    assert "currentColor" in svg
    assert re.findall(r"#[0-9a-f]{6}", svg) == []
