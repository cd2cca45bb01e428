"""The crawl of Đà Nẵng's provincial portal of May 2025: keys as on the page, texts in blocks, variants of H17."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from knowledge.imports import figures
from knowledge.imports.draft import Draft
from knowledge.imports.figures import ReadFee, ReadTime
from knowledge.imports.sentences import lines, said
from knowledge.record import Channel, Doubt, Level, Procedure, national_code

NAME = "danang"
PROVINCE = "H17"
_HOLLOW = re.compile(r"^o\s+", re.MULTILINE)  # a hollow bullet of the page, as its text came out
_BULLET = re.compile(r"^[•\-–*+]\s*")
_COUNT = re.compile(r"(\d{1,2})\s*(?:bản chính|bản gốc)(?:[^\d]{0,20}(\d{1,2})\s*bản sao)?", re.IGNORECASE)


def recognises(row: dict[str, Any]) -> bool:
    """Whether a row is of this format."""
    return "ma_goc" in row or ("Mã thủ tục" in row and "Thành phần hồ sơ" in row)


def read(row: dict[str, Any], as_of: date | None) -> Procedure:
    """The record of a row. Raises KeyError, TypeError or ValueError where it is none."""
    row = {key: _HOLLOW.sub("• ", value) if isinstance(value, str) else value for key, value in row.items()}
    published = row.get("Thông tin công bố") or ""
    where = row.get("Địa chỉ tiếp nhận hồ sơ") or ""
    way = row.get("Cách thức thực hiện") or ""
    draft = Draft(
        code=_code(row),
        province=PROVINCE,
        name=row.get("ten") or row.get("Tên thủ tục") or "",
        field=row.get("Lĩnh vực") or "",
        levels=_levels(row),
        agency=row.get("Cơ quan thực hiện") or "",
        where=f"{where}\n{way}",
        who=re.split(r"[,;\n]", _plain(row.get("Đối tượng thực hiện"))),
        steps=row.get("Trình tự thực hiện") or "",
        conditions=row.get("Điều kiện thực hiện") or "",
        result=[_plain(row.get("Kết quả thực hiện"))],
        law=row.get("Căn cứ pháp lý") or "",
        source="Cổng dịch vụ công thành phố Đà Nẵng",
        decision=_BULLET.sub("", re.split(r"\n|Ngày", published)[0]),
        as_of=as_of,
    )
    for channel in _channels(row, way):
        target = draft.way(channel)
        target.times += _times(row.get("Thời hạn giải quyết") or "")
        target.fees += _fees(row)
    draft.add_case("", (_paper(line) for line in lines(row.get("Thành phần hồ sơ")) if _BULLET.sub("", line)))
    return draft.record()


def _code(row: dict[str, Any]) -> str:
    code = str(row.get("ma_goc") or row["Mã thủ tục"]).strip()
    return code if national_code(code) else str(row.get("ma") or code)


def _plain(text: str | None) -> str:
    return " ".join(_BULLET.sub("", said(text)).split())


def _levels(row: dict[str, Any]) -> list[Level]:
    """The portal names only the authority. What a district settled lies elsewhere now, by a law that we do not have."""
    agency = (row.get("Cơ quan thực hiện") or "").lower()
    if re.search(r"phường|xã\b", agency):
        return [Level.COMMUNE]
    return [Level.PROVINCE] if re.search(r"sở|thành phố|văn phòng đăng ký", agency) else [Level.OTHER]


def _channels(row: dict[str, Any], way: str) -> list[Channel]:
    whole = f"{way} {row.get('Cách thức nộp trực tuyến') or ''}".lower()
    found = [Channel.DIRECT]
    if "trực tuyến" in whole and "không" not in (row.get("Cách thức nộp trực tuyến") or "").lower():
        found.append(Channel.ONLINE)
    if "bưu" in whole:
        found.append(Channel.POSTAL)
    return found


def _times(cell: str) -> list[ReadTime]:
    return [figures.read_time(" ".join(cell.split()), None)] if said(cell) else []


def _fees(row: dict[str, Any]) -> list[ReadFee]:
    """Both cells; "Không có thông tin" is no word on the fee, "Không có" in both says that there is none."""
    cells = [(name, " ".join((row.get(name) or "").split())) for name in ("Phí", "Lệ phí")]
    return [
        figures.read_fee("Miễn phí" if cell.lower().strip(" .") in ("không", "không có") else cell, name=name)
        for name, cell in cells
        if cell and cell.lower().strip(" .") != "không có thông tin"
    ]


def _paper(line: str) -> tuple[Any, Doubt | None]:
    text = _BULLET.sub("", line)
    match = _COUNT.search(text)
    if match:
        originals, copies = int(match.group(1)), int(match.group(2) or 0)
        return figures.read_document(text, originals, copies)
    document, _ = figures.read_document(text, None, None)
    return document, None
