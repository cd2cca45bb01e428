"""The exchange format of provincial systems (LGSP, NDXP): upper-case Vietnamese keys (MATTHC, TENTTHC)."""

from __future__ import annotations

from datetime import date
from typing import Any

from knowledge.imports import figures
from knowledge.imports.draft import Draft, channel_of
from knowledge.imports.figures import ReadTime
from knowledge.record import Doubt, DoubtKind, Level, Procedure

NAME = "exchange"
REQUIRED = ("MATTHC", "TENTTHC")
LEVELS = {"0": Level.MINISTRY, "1": Level.PROVINCE, "2": Level.OTHER, "3": Level.COMMUNE}
CHANNELS = {"1": "trực tiếp", "2": "trực tuyến", "3": "bưu chính"}


def recognises(row: dict[str, Any]) -> bool:
    """Whether a row is of this format."""
    return "MATTHC" in row or "TENTTHC" in row


def read(row: dict[str, Any], as_of: date | None) -> Procedure:
    """The record of a row. Raises KeyError naming the missing key, TypeError or ValueError where it is none."""
    for key in REQUIRED:
        if key not in row:
            raise KeyError(key)
    levels = row.get("CAPTHUCHIEN")
    numbers = [str(level).strip() for level in (levels if isinstance(levels, list) else str(levels).split(","))]
    draft = Draft(
        code=row["MATTHC"],
        name=row["TENTTHC"],
        field=", ".join(_each(row.get("LINHVUCTHUCHIEN"), "TENLINHVUC")),
        levels=[LEVELS[number] for number in numbers if number in LEVELS],
        agency=", ".join(_each(row.get("COQUANTHUCHIEN"), "TENDONVI")),
        where=str(row.get("DIACHITIEPNHAN") or ""),
        who=_each(row.get("DOITUONGTHUCHIEN"), "TENDOITUONG"),
        steps="\n".join(_steps(row.get("TRINHTUTHUCHIEN"))),
        conditions=str(row.get("YEUCAU") or ""),
        result=_each(row.get("KETQUATHUCHIEN"), "TENKETQUA"),
        law=" ; ".join(_each(row.get("CANCUPHAPLY"), "SOVANBAN")),
        source="Hệ thống thông tin giải quyết thủ tục hành chính của tỉnh",
        as_of=as_of,
    )
    if "2" in numbers:
        draft.doubts.append(Doubt(kind=DoubtKind.STALE_DISTRICT, field="agency", raw="CAPTHUCHIEN 2 (cấp huyện)"))
    for way in row.get("CACHTHUCTHUCHIEN") or ():
        _way(draft, way)
    for case in row.get("THANHPHANHOSO") or ():
        papers = (
            figures.read_document(
                str(paper.get("TENGIAYTO") or ""),
                _count(paper.get("SOBANCHINH")),
                _count(paper.get("SOBANSAO")),
                form=figures.shorten(str(paper.get("TENMAUDON") or ""), 120) or None,
                sure=_readable(paper),
            )
            for paper in case.get("GIAYTO") or ()
        )
        draft.add_case(str(case.get("TRUONGHOP") or ""), papers)
    return draft.record()


def _each(value: object, key: str) -> list[str]:
    """The texts under `key` of a list of objects; a plain text stands for itself."""
    if isinstance(value, list):
        found = (item.get(key) if isinstance(item, dict) else item for item in value)
        return [str(item) for item in found if item]
    return [str(value)] if value else []


def _steps(value: object) -> list[str]:
    if not isinstance(value, list):
        return [str(value)] if value else []
    return ["\n".join(str(step.get(key) or "") for key in ("TRUONGHOP", "TRINHTU")).strip() for step in value]


def _way(draft: Draft, way: dict[str, Any]) -> None:
    named = str(way.get("KENH") or "")
    channel = channel_of(CHANNELS.get(named.strip(), named))
    if channel is None:
        return
    target = draft.way(channel)
    target.times += [_time(time) for time in way.get("THOIGIAN") or ()]
    draft.remarks += [str(time.get("MOTA") or "") for time in way.get("THOIGIAN") or ()]
    target.fees += [
        figures.read_fee(_money(fee), str(fee.get("MOTA") or ""), elsewhere=draft.steps)
        for fee in way.get("PHILEPHI") or ()
    ]


def _time(time: dict[str, Any]) -> ReadTime:
    unit = str(time.get("DONVITINH") or "") or None
    return figures.read_time(str(time.get("THOIGIANGIAIQUYET") or ""), unit, str(time.get("MOTA") or ""))


def _money(fee: dict[str, Any]) -> str:
    amount, unit = fee.get("SOTIEN"), str(fee.get("DONVI") or "").strip()
    if isinstance(amount, float) and amount.is_integer():
        amount = int(amount)
    foreign = unit.lower() not in ("", "đ", "đồng", "vnd", "vnđ", "việt nam đồng")
    return f"{'' if amount is None else amount} {unit if foreign else ''}".strip()


def _count(value: object) -> int | None:
    text = str(value).strip() if value is not None else ""
    return int(text) if text.isdigit() and len(text) < 5 else None


def _readable(paper: dict[str, Any]) -> bool:
    return all(
        value is None or str(value).strip() == "" or _count(value) is not None
        for value in (paper.get("SOBANCHINH"), paper.get("SOBANSAO"))
    )
