"""The quality report in the terminal."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from knowledge.imports.formats import Unusable
from knowledge.imports.merge import Merged
from knowledge.imports.report import Quality, quality
from knowledge.imports.report_table import print_quality
from knowledge.record import Procedure
from tests.knowledge import tiny


def bare(number: int, name: str, **changes: Any) -> Procedure:
    row = tiny.record(tiny.BIRTH) | {"code": f"1.{number:06}", "name": name, "imported": True, "checked": False}
    return Procedure.model_validate(row | changes)


def printed(found: Quality, width: int = 120) -> str:
    console = Console(file=StringIO(), width=width, force_terminal=True, color_system=None, highlight=False)
    print_quality(found, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def row_of(text: str, start: str) -> list[str]:
    """The cells of the row that begins with this cell."""
    line = next(line for line in text.splitlines() if line.startswith(f"│ {start} "))
    return [cell.strip() for cell in line.strip("│").split("│")]


WHOLE = quality(
    [
        Merged(tiny.procedure()),
        Merged(
            bare(
                1,
                "Cấp giấy phép sử dụng công cụ hỗ trợ",
                doubts=[{"kind": "thousands_lost", "field": "fees", "raw": "135 VNĐ"}],
            )
        ),
        Merged(bare(2, "Cấp lại giấy phép sử dụng công cụ hỗ trợ", field="An ninh", ways=[])),
        Merged(bare(3, "Hỗ trợ sản xuất", legal_basis=[{"number": "45/2013/QH13", "name": "Luật"}])),
        Merged(bare(4, "Hỗ trợ sản xuất")),
    ],
    {tiny.BIRTH: ["làm giấy khai sinh"], "1.000003": ["lam giay khai sinh"]},
    [Unusable("tep.jsonl, line 7", "the key 'ma' is missing.")],
)


def test_every_part_has_its_table() -> None:
    text = printed(WHOLE)
    assert text.startswith("5 procedures: 1 written by hand, 4 imported; 0 variants of other provinces\n")
    assert "1 with doubts, 0 name a district office, 1 cite a replaced law\n" in text
    assert "2 without phrasings, 2 of them at the commune\n" in text
    assert "1 matters under 2 codes, 1 texts doubled\n" in text
    assert row_of(text, "fees") == ["fees", "4", "80.0%"]
    assert row_of(text, "thousands_lost") == ["thousands_lost", "1", "1", "1.000001: 135 VNĐ"]
    assert row_of(text, "45/2013/QH13") == ["45/2013/QH13", "1", "31/2024/QH15", "Luật Đất đai"]
    assert row_of(text, "An ninh") == ["An ninh", "1", "1"]
    assert row_of(text, "1.000002") == ["1.000002", "An ninh", "Cấp lại giấy phép sử dụng công cụ hỗ trợ"]
    assert row_of(text, "1.000001 1.000002")[:3] == ["1.000001 1.000002", "", "lại"]
    assert row_of(text, "1.000003 9.000001") == [
        "1.000003 9.000001",
        "lam giay khai sinh",
        "làm giấy khai sinh",
        "100.0",
    ]
    assert row_of(text, "Hỗ trợ sản xuất") == ["Hỗ trợ sản xuất", "1.000003 1.000004"]
    assert row_of(text, "tep.jsonl, line 7") == ["tep.jsonl, line 7", "the key 'ma' is missing."]


def test_parts_without_findings_are_left_out() -> None:
    text = printed(quality([Merged(tiny.procedure())], {tiny.BIRTH: ["khai sinh"]}))
    assert [line for line in text.splitlines()[4:] if line and line[0].isalpha()] == ["Filled"]


def test_nothing_imported_and_nothing_written_prints_no_table() -> None:
    text = printed(quality([], {}))
    assert text.startswith("0 procedures")
    assert "│" not in text


@pytest.mark.parametrize("width", [60, 80, 200])
def test_codes_and_counts_are_never_cut(width: int) -> None:
    text = printed(WHOLE, width)
    assert all(len(line) <= width for line in text.splitlines())
    assert row_of(text, "45/2013/QH13")[1] == "1"
    assert row_of(text, "1.000001 1.000002")[0] == "1.000001 1.000002"


def test_data_is_neither_markup_nor_terminal_codes() -> None:
    rows = [Unusable("[red]a[/red][/b]", "\x1b[31mred\x1b]0;title\x07\nnext")]
    text = printed(quality([], {}, rows))
    assert "[red]a[/red][/b]" in text
    assert "\x1b[31m" not in text
    assert "\x07" not in text
    assert row_of(text, "[red]a[/red][/b]")[1] == "[31mred ]0;title  next"


def test_long_lists_are_cut_and_say_so() -> None:
    text = printed(quality([], {}, [Unusable(f"line {n}", "no code") for n in range(60)]))
    assert "Rows that could not be used (10 of 60)" in text
    assert "line 9 " in text
    assert "line 10 " not in text
