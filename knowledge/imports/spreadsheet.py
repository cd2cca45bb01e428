"""A plain spreadsheet (XLSX or CSV) that an official fills in: one row a procedure, Vietnamese headings.

`python -m knowledge template FILE` writes an empty one with an example. In a cell with several entries each stands on
a line of its own; parts of an entry are separated by "|".
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from knowledge.imports import figures
from knowledge.imports.draft import Draft
from knowledge.normalise import fold
from knowledge.record import Abolished, Channel, Document, Doubt, Level, Procedure, national_code

NAME = "spreadsheet"
CODE, TITLE = "Mã thủ tục", "Tên thủ tục"
LEVELS = {"xa": Level.COMMUNE, "tinh": Level.PROVINCE, "bo": Level.MINISTRY, "khac": Level.OTHER}
WAYS = {"trực tuyến": Channel.ONLINE, "trực tiếp": Channel.DIRECT, "bưu chính": Channel.POSTAL}
COLUMNS: dict[str, str] = {
    CODE: "1.004194",
    TITLE: "Đăng ký tạm trú",
    "Lĩnh vực": "Đăng ký, quản lý cư trú",
    "Cấp (xã, tỉnh, bộ)": "xã",
    "Cơ quan giải quyết": "Công an xã, phường",
    "Nơi nộp": "Trung tâm Phục vụ hành chính công xã, phường",
    "Ai được làm": "Công dân Việt Nam",
    "Giấy tờ (tên | bản chính | bản sao | mẫu | trường hợp)": (
        "Tờ khai thay đổi thông tin cư trú | 1 | 0 | CT01 |\nGiấy tờ chứng minh chỗ ở hợp pháp | 0 | 1 | |"
    ),
    "Thời hạn trực tuyến": "03 ngày làm việc",
    "Phí trực tuyến": "7.000 đồng",
    "Thời hạn trực tiếp": "03 ngày làm việc",
    "Phí trực tiếp": "15.000 đồng",
    "Thời hạn bưu chính": "",
    "Phí bưu chính": "",
    "Các bước": "Chuẩn bị giấy tờ.\nNộp hồ sơ.\nNhận kết quả.",
    "Điều kiện": "",
    "Kết quả": "Cập nhật thông tin tạm trú vào Cơ sở dữ liệu về cư trú",
    "Căn cứ pháp lý (số hiệu)": "68/2020/QH14",
    "Số quyết định công bố": "",
    "Trang web": "",
    "Ngày của dữ liệu": "2026-06-30",
    "Bãi bỏ (ghi: có, hoặc mã thay thế)": "",
}
NOT_ABOLISHED = {"", "khong", "chua", "0", "-"}
UNPACKED = 128 * 2**20  # bytes of an XLSX file without its compression, at most
MOST_ROWS = 2**20  # as many as Excel has
MOST_CELLS = 50  # of a row that are looked at
_EXAMPLE_NOTE = "Dòng 2 là ví dụ: sửa thành thủ tục của mình hoặc xóa đi."


def recognises(row: dict[str, Any]) -> bool:
    """Whether a row has the headings of the template."""
    found = {_key(name) for name in row}
    return _key(CODE) in found and _key(TITLE) in found and "Thành phần hồ sơ" not in row


def read(row: dict[str, Any], as_of: date | None) -> Procedure:
    """The record of a row. Raises KeyError or ValueError where it is none."""
    cell = {_key(name): _text(value) for name, value in row.items()}
    if not cell[_key(CODE)]:
        raise ValueError(f"{CODE} is empty")
    draft = Draft(
        code=cell[_key(CODE)],
        name=cell[_key(TITLE)],
        field=cell.get("linh vuc", ""),
        levels=[LEVELS[word] for word in fold(cell.get("cap", "")).replace(",", " ").split() if word in LEVELS],
        agency=cell.get("co quan giai quyet", ""),
        where=cell.get("noi nop", ""),
        who=cell.get("ai duoc lam", "").split("\n"),
        steps=cell.get("cac buoc", ""),
        conditions=cell.get("dieu kien", ""),
        result=cell.get("ket qua", "").split("\n"),
        law=cell.get("can cu phap ly", ""),
        source="Bảng kê của cơ quan giải quyết",
        page=cell.get("trang web") or None,
        decision=cell.get("so quyet dinh cong bo"),
        as_of=_day(cell.get("ngay cua du lieu", "")) or as_of,
    )
    for word, channel in WAYS.items():
        _way(draft, channel, cell.get(f"thoi han {fold(word)}", ""), cell.get(f"phi {fold(word)}", ""))
    for name, lines in _cases(cell.get("giay to", "")).items():
        draft.add_case(name, (_paper(line) for line in lines))
    record = draft.record()
    gone = cell.get("bai bo", "")
    if fold(gone).strip(" .") in NOT_ABOLISHED:
        return record
    codes = tuple(code for code in map(national_code, re.split(r"[\s,;]+", gone)) if code)
    return record.model_copy(update={"abolished": Abolished(replaced_by=codes)})


def xlsx_rows(stream: io.BufferedReader) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of the first sheet, keyed by their headings."""
    content = io.BytesIO(stream.read())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of formats and validations that it leaves out
            lines = _first_sheet(content)
    except Exception as error:  # a file that is no workbook raises whatever a part of openpyxl stumbles over
        raise ValueError(f"no workbook: {type(error).__name__}: {error}") from error
    headings = [_text(value) for value in lines[0][1]] if lines else []
    for number, values in lines[1:]:
        yield f"row {number}", dict(zip(headings, values, strict=False))


def _first_sheet(content: io.BytesIO) -> list[tuple[int, tuple[Any, ...]]]:
    """The rows that are not empty, each with its number; no more than fits into memory."""
    with zipfile.ZipFile(content) as parts:
        if sum(part.file_size for part in parts.infolist()) > UNPACKED:
            raise ValueError(f"more than {UNPACKED // 2**20} MB when unpacked")
    book = load_workbook(content, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        found = []
        for number, values in enumerate(sheet.iter_rows(max_col=MOST_CELLS, values_only=True), 1):
            if number > MOST_ROWS:
                raise ValueError(f"more than {MOST_ROWS} rows")
            if any(value not in (None, "") for value in values):
                found.append((number, values))
        return found
    finally:
        book.close()


def looks_like_csv(start: bytes) -> bool:
    """Whether a text begins with the headings of the template."""
    return fold(CODE) in fold(start.decode("utf-8", "ignore").split("\n")[0])


def csv_rows(stream: io.BufferedReader) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of a CSV file (comma or semicolon, UTF-8), keyed by their headings."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    first = text.readline()
    separator = ";" if first.count(";") > first.count(",") else ","
    try:
        headings = [name.strip() for name in next(csv.reader([first], delimiter=separator))]
        for number, values in enumerate(csv.reader(text, delimiter=separator, strict=True), 2):
            if any(values):
                yield f"row {number}", dict(zip(headings, values, strict=False))
    except csv.Error as error:
        raise ValueError(str(error)) from error


def write_template(path: Path) -> None:
    """An empty table with its headings and one example, as XLSX or (by the ending) as CSV."""
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows([list(COLUMNS), list(COLUMNS.values())])
        return
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has a sheet
    sheet.title = "Thủ tục"
    sheet.append(list(COLUMNS))
    sheet.append(list(COLUMNS.values()))
    for number, cells in enumerate(sheet.iter_cols(min_row=1, max_row=2), 1):
        cells[0].font = Font(bold=True)
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(number)].width = 28
    sheet.freeze_panes = "C2"
    book.create_sheet("Cách điền").append([_EXAMPLE_NOTE])
    book.save(path)


def _key(heading: object) -> str:
    """A heading as it is looked up: folded, without what stands in brackets."""
    return fold(str(heading).split("(")[0])


def _text(value: object) -> str:
    """What stands in a cell. A fraction is a code of which Excel made a number: 1.00119 was 1.001190."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.6f}"
    return "" if value is None else str(value).strip()


def _way(draft: Draft, channel: Channel, times: str, fees: str) -> None:
    if not times and not fees:
        return
    target = draft.way(channel)
    for line in times.split("\n"):
        if line.strip():
            amount, _, note = line.partition("|")
            target.times.append(figures.read_time(amount.strip(), None, note.strip()))
    for line in fees.split("\n"):
        if line.strip():
            amount, _, note = line.partition("|")
            target.fees.append(figures.read_fee(amount.strip(), note.strip()))


def _cases(cell: str) -> dict[str, list[list[str]]]:
    """The lines of the cell with papers, by the case that they name."""
    cases: dict[str, list[list[str]]] = {}
    for line in cell.split("\n"):
        if line.strip():
            parts = [part.strip() for part in line.split("|")] + [""] * 5
            cases.setdefault(parts[4], []).append(parts)
    return cases


def _paper(parts: list[str]) -> tuple[Document | None, Doubt | None]:
    counts = [int(part) if part.isdigit() and len(part) < 4 else None for part in parts[1:3]]
    sure = all(not part or part.isdigit() for part in parts[1:3])
    return figures.read_document(parts[0], counts[0], counts[1], form=parts[3][:120] or None, sure=sure)


def _day(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text[:10], form).date()
        except ValueError:
            continue
    return None
