"""The table that an official fills in, as XLSX and as CSV."""

from __future__ import annotations

import csv
import re
import unicodedata
import warnings
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from knowledge.errors import CatalogueFormat
from knowledge.imports import spreadsheet
from knowledge.imports.formats import Read, Unusable, read_file
from knowledge.imports.spreadsheet import CODE, COLUMNS, TITLE
from knowledge.record import Channel, DoubtKind, Level, Procedure
from tests.knowledge.imports import rows

PAPERS = "Giấy tờ (tên | bản chính | bản sao | mẫu | trường hợp)"
GONE = "Bãi bỏ (ghi: có, hoặc mã thay thế)"
DAY = "Ngày của dữ liệu"


def read(**changes: Any) -> Procedure:
    return spreadsheet.read(rows.row("spreadsheet", **changes), None)


def records(path: Path) -> list[Procedure]:
    return [item.record for item in read_file(path) if isinstance(item, Read)]


def book(path: Path, *lines: list[Any]) -> Path:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    made.save(path)
    return path


def parts(path: Path, **changes: bytes) -> Path:
    """The same workbook with some of its parts replaced: the last part of their names, without the ending."""
    with zipfile.ZipFile(path) as old:
        content = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, text in content.items():
            new.writestr(name, changes.get(name.rsplit("/", 1)[-1].removesuffix(".xml"), text))
    return path


def assert_is_the_example(record: Procedure) -> None:
    assert (record.code, record.name, record.levels) == ("1.004194", "Đăng ký tạm trú", (Level.COMMUNE,))
    assert (record.field, record.agency) == ("Đăng ký, quản lý cư trú", "Công an xã, phường")
    assert record.where == ("Trung tâm Phục vụ hành chính công xã, phường",)
    assert record.who == ("Công dân Việt Nam",)
    assert [(paper.name, paper.originals, paper.copies, paper.form) for paper in record.cases[0].documents] == [
        ("Tờ khai thay đổi thông tin cư trú", 1, None, "CT01"),
        ("Giấy tờ chứng minh chỗ ở hợp pháp", None, 1, None),
    ]
    assert [(way.channel, rows.times(way), way.fees[0].amount) for way in record.ways] == [
        (Channel.ONLINE, ["3 working_day"], 7000),
        (Channel.DIRECT, ["3 working_day"], 15_000),
    ]
    assert record.steps == ("Chuẩn bị giấy tờ.", "Nộp hồ sơ.", "Nhận kết quả.")
    assert [law.number for law in record.legal_basis] == ["68/2020/QH14"]
    assert record.sources[0].as_of == date(2026, 6, 30)
    assert (record.doubts, record.abolished) == ((), None)


@pytest.mark.parametrize("name", ["bảng kê.xlsx", "bảng kê.csv"])
def test_the_template_is_read_back_as_its_example(tmp_path: Path, name: str) -> None:
    spreadsheet.write_template(tmp_path / name)
    (record,) = records(tmp_path / name)
    assert_is_the_example(record)
    assert rows.told(record)


def test_the_template_is_the_same_record_in_both_files(tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.csv"):
        spreadsheet.write_template(tmp_path / name)
    assert records(tmp_path / "a.xlsx") == records(tmp_path / "a.csv")


def test_the_workbook_says_how_to_fill_it_in(tmp_path: Path) -> None:
    spreadsheet.write_template(tmp_path / "a.xlsx")
    made = load_workbook(tmp_path / "a.xlsx")
    assert made.sheetnames == ["Thủ tục", "Cách điền"]
    assert "ví dụ" in str(made["Cách điền"]["A1"].value)
    assert made["Thủ tục"]["A1"].font.bold


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_with_comma_and_semicolon(tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out, delimiter=separator).writerows([list(COLUMNS), list(COLUMNS.values()), [""] * 4])
    (record,) = records(path)
    assert_is_the_example(record)


def test_headings_are_known_in_any_spelling() -> None:
    content = {
        unicodedata.normalize("NFD", f" {name.upper()}"): value for name, value in rows.row("spreadsheet").items()
    }
    assert spreadsheet.recognises(content)
    assert spreadsheet.read(content, None) == read()
    assert not spreadsheet.recognises({"Mã": "9.600001", "Tên": "x"})


def test_each_way_has_its_own_time_and_fee_with_a_note() -> None:
    found = read(
        **{
            "Thời hạn trực tuyến": "02 ngày làm việc | hoa nhỏ\n \n4 ngày | hoa lớn",
            "Phí trực tiếp": "12.000 đồng | mỗi chậu\n \nMiễn phí | hộ nghèo",
            "Phí bưu chính": "30.000 đồng",
        }
    )
    online, direct, postal = found.ways
    assert rows.times(online) == ["2 working_day", "4 day"]
    assert [time.when for time in online.time_limits] == ["hoa nhỏ", "hoa lớn"]
    assert [(fee.amount, fee.when) for fee in direct.fees] == [(12_000, "mỗi chậu"), (0, "hộ nghèo")]
    assert (postal.channel, postal.time_limits, postal.fees[0].amount) == (Channel.POSTAL, (), 30_000)


@pytest.mark.parametrize(
    ("heading", "cell", "kind"),
    [
        ("Phí trực tuyến", "Miễn phí | mỗi chậu 5.000 đồng", DoubtKind.FREE_WITH_AMOUNT),
        ("Phí trực tuyến", "Miễn phí\n5.000 đồng", DoubtKind.FREE_WITH_AMOUNT),
        ("Phí trực tuyến", "70 đồng", DoubtKind.THOUSANDS_LOST),
        ("Phí trực tuyến", "3 USD", DoubtKind.FEE_CURRENCY),
        ("Thời hạn trực tiếp", "3", DoubtKind.TIME_UNIT_MISSING),
        ("Thời hạn trực tiếp", "vài ngày", DoubtKind.TIME_UNREADABLE),
        (PAPERS, "Đơn | một | 0", DoubtKind.COPIES_AMBIGUOUS),
        ("Nơi nộp", "UBND huyện", DoubtKind.STALE_DISTRICT),
    ],
)
def test_a_doubtful_cell_is_a_doubt(heading: str, cell: str, kind: DoubtKind) -> None:
    assert [found for found, _ in rows.doubts(read(**{heading: cell}))] == [kind]


def test_papers_go_to_the_cases_that_they_name() -> None:
    cell = "Đơn | 1 | 0 | M1 | Hoa cúc\n \nẢnh\nĐơn xin đổi chậu | 1 || | Hoa cúc\n\n"
    daisy, common = read(**{PAPERS: cell}).cases
    assert (daisy.name, [paper.name for paper in daisy.documents]) == ("Hoa cúc", ["Đơn", "Đơn xin đổi chậu"])
    assert (common.name, [paper.name for paper in common.documents]) == ("Hồ sơ gồm", ["Ảnh"])


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (datetime(2026, 7, 2, 0, 0), date(2026, 7, 2)),
        (date(2026, 7, 2), date(2026, 7, 2)),
        ("2026-07-02", date(2026, 7, 2)),
        ("02/07/2026", date(2026, 7, 2)),
        ("tháng bảy", None),
        ("", None),
        (None, None),
    ],
)
def test_the_day_of_the_data(cell: object, day: date | None) -> None:
    assert read(**{DAY: cell}).sources[0].as_of == day
    assert spreadsheet.read(rows.row("spreadsheet", **{DAY: cell}), rows.DAY).sources[0].as_of == (day or rows.DAY)


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("có", ()),
        ("Bãi bỏ", ()),
        ("9.600002", ("9.600002",)),
        ("thay bằng 9.600002.000.00.00.H41, 9.600003; 9.600004", ("9.600002", "9.600003", "9.600004")),
    ],
)
def test_an_abolished_procedure_says_so_and_what_takes_its_place(cell: str, codes: tuple[str, ...]) -> None:
    found = read(**{GONE: cell})
    assert found.abolished is not None
    assert found.abolished.replaced_by == codes
    assert "⚠ Thủ tục này đã bãi bỏ" in rows.told(found)


@pytest.mark.parametrize("cell", [None, "", "không", "Không.", "chưa", "-", 0])
def test_what_is_not_abolished_stays(cell: object) -> None:
    assert read(**{GONE: cell}).abolished is None


def test_numbers_in_cells_are_read_as_excel_leaves_them(tmp_path: Path) -> None:
    line = list(rows.row("spreadsheet", **{CODE: 9.60012, "Phí trực tuyến": 0, "Phí trực tiếp": 25000}).values())
    (record,) = records(book(tmp_path / "a.xlsx", list(COLUMNS), line))
    assert record.code == "9.600120"
    assert [way.fees[0].amount for way in record.ways] == [0, 25_000]


def test_empty_rows_are_passed_over_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    good, bad = list(rows.row("spreadsheet").values()), list(rows.row("spreadsheet", **{CODE: ""}).values())
    items = list(read_file(book(tmp_path / "a.xlsx", list(COLUMNS), [], good, [None], bad)))
    assert [type(item) for item in items] == [Read, Unusable]
    assert [item.place.rsplit(", ")[-1] for item in items] == ["row 3", "row 5"]
    assert "Mã thủ tục is empty" in str(items[1])


def test_lines_of_a_csv_may_be_shorter_or_longer_than_the_headings(tmp_path: Path) -> None:
    text = f"{CODE} , {TITLE},Trang web\n9.600001,Trồng hoa\n\n9.600002,Tỉa hoa,https://example.org/hoa,thừa\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    items = list(read_file(tmp_path / "a.csv"))
    assert [item.place.rsplit(", ")[-1] for item in items] == ["row 2", "row 4"]
    short, long = records(tmp_path / "a.csv")
    assert (short.name, short.sources[0].page) == ("Trồng hoa", None)
    assert (long.name, long.sources[0].page) == ("Tỉa hoa", "https://example.org/hoa")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(KeyError, match="ma thu tuc"):
        spreadsheet.read(rows.without(rows.row("spreadsheet"), CODE), None)
    with pytest.raises(KeyError, match="ten thu tuc"):
        spreadsheet.read(rows.without(rows.row("spreadsheet"), TITLE), None)
    found = spreadsheet.read({CODE: "9.600001", TITLE: "Trồng hoa"}, None)
    assert (found.ways, found.cases, found.levels) == ((), (), (Level.OTHER,))


@pytest.mark.parametrize("part", ["sheet1", "workbook", "[Content_Types]", "styles"])
def test_a_broken_part_of_a_workbook_is_one_clear_error(tmp_path: Path, part: str) -> None:
    spreadsheet.write_template(tmp_path / "a.xlsx")
    with pytest.raises(CatalogueFormat, match=r"a\.xlsx: cannot be read \(ValueError: no workbook"):
        list(read_file(parts(tmp_path / "a.xlsx", **{part: b"<a><b>"})))


def test_a_zip_that_is_no_workbook_and_half_a_workbook_are_one_clear_error(tmp_path: Path) -> None:
    spreadsheet.write_template(tmp_path / "a.xlsx")
    (tmp_path / "half.xlsx").write_bytes((tmp_path / "a.xlsx").read_bytes()[:2000])
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as other:
        other.writestr("a.txt", "a")
    for name in ("half.xlsx", "other.xlsx"):
        with pytest.raises(CatalogueFormat, match="no workbook"):
            list(read_file(tmp_path / name))


def test_a_workbook_that_unpacks_to_too_much_is_refused_before(tmp_path: Path, monkeypatch: Any) -> None:
    spreadsheet.write_template(tmp_path / "a.xlsx")
    parts(tmp_path / "a.xlsx", theme1=b"0" * 2_000_000)
    assert (tmp_path / "a.xlsx").stat().st_size < 50_000
    monkeypatch.setattr(spreadsheet, "UNPACKED", 2**20)
    with pytest.raises(CatalogueFormat, match="more than 1 MB when unpacked"):
        list(read_file(tmp_path / "a.xlsx"))


def test_a_workbook_that_claims_endless_rows_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    spreadsheet.write_template(tmp_path / "a.xlsx")
    sheet = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
    <row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>
    <row r="99999999999"><c r="ZZ99999999999" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>"""
    parts(tmp_path / "a.xlsx", sheet1=sheet)
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 1000)
    with pytest.raises(CatalogueFormat, match="more than 1000 rows"):
        list(read_file(tmp_path / "a.xlsx"))


def test_a_sheet_that_claims_all_rows_of_excel_is_read(tmp_path: Path, monkeypatch: Any) -> None:
    spreadsheet.write_template(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as whole:
        sheet = whole.read("xl/worksheets/sheet1.xml")
    claimed = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD9999"', sheet)
    assert claimed != sheet
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 9999)
    (record,) = records(parts(tmp_path / "a.xlsx", sheet1=claimed))
    assert_is_the_example(record)


def test_what_openpyxl_leaves_out_of_a_workbook_is_no_warning(tmp_path: Path) -> None:
    spreadsheet.write_template(tmp_path / "a.xlsx")
    style = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"></styleSheet>'
    parts(tmp_path / "a.xlsx", styles=style)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        (record,) = records(tmp_path / "a.xlsx")
    assert_is_the_example(record)
    assert heard == []


@pytest.mark.parametrize(
    "content",
    [
        f'{CODE},{TITLE}\n9.600001,"Trồng',
        pytest.param(f"{CODE},{TITLE}\n9.600001,{'x' * 200_000}", id="a long cell"),
        pytest.param(f"{CODE},{TITLE},{'x' * 200_000}\n9.600001,Trồng hoa", id="a long heading"),
        f"{CODE},{TITLE}\n",
        f"{CODE}",
    ],
)
def test_a_csv_that_cannot_be_read_is_one_clear_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueFormat, match="K402"):
        list(read_file(tmp_path / "a.csv"))


def test_a_csv_in_another_encoding_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CODE.encode() + b"," + TITLE.encode() + b"\n9.600001,Tr\xf4ng hoa\n")
    with pytest.raises(CatalogueFormat, match="UnicodeDecodeError"):
        list(read_file(tmp_path / "a.csv"))
