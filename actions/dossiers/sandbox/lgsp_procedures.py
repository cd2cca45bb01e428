"""A procedure of the catalogue in the upper-case fields of the national exchange, as LayThuTuc answers."""

from __future__ import annotations

from typing import Any

from knowledge.record import Case, Certainty, Channel, Level, Procedure, TimeLimit, TimeUnit, Way

LEVELS = {Level.MINISTRY: "0", Level.PROVINCE: "1", Level.COMMUNE: "3"}
CHANNELS = {Channel.DIRECT: "1", Channel.ONLINE: "2", Channel.POSTAL: "3"}
UNITS = {
    TimeUnit.WORKING_DAY: "Ngày làm việc",
    TimeUnit.DAY: "Ngày",
    TimeUnit.HOUR: "Giờ làm việc",
    TimeUnit.MONTH: "Tháng",
    TimeUnit.YEAR: "Năm",
}
AT_ONCE = "Ngay trong ngày"


def procedure_fields(record: Procedure) -> dict[str, Any]:
    """The record's fields. Amounts and time limits that are not sure stand there in the source's own words (MOTA)."""
    return {
        "ID": record.code,
        "MATTHC": record.code,
        "TENTTHC": record.name,
        "LOAITTHC": "",
        "TRANGTHAI": "1",
        "LINHVUCTHUCHIEN": [{"MALINHVUC": "", "TENLINHVUC": record.field}],
        "CAPTHUCHIEN": ",".join(LEVELS[level] for level in record.levels if level in LEVELS),
        "COQUANTHUCHIEN": [{"TENDONVI": record.agency}] if record.agency else [],
        "CACHTHUCTHUCHIEN": [_way(way) for way in record.ways],
        "THANHPHANHOSO": [_case(case) for case in record.cases],
        "TRINHTUTHUCHIEN": [{"TRUONGHOP": "", "TRINHTU": step} for step in record.steps],
        "KETQUATHUCHIEN": [{"MAKETQUA": "", "TENKETQUA": name} for name in record.result],
        "CANCUPHAPLY": [{"SOVANBAN": law.number, "TENVANBAN": law.name} for law in record.legal_basis],
        "YEUCAU": "\n".join(record.conditions),
        "DOITUONGTHUCHIEN": [{"TENDOITUONG": name} for name in record.who],
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "KENH": CHANNELS[way.channel],
        "THOIGIAN": [_time(limit) for limit in way.time_limits],
        "PHILEPHI": [
            {"SOTIEN": _text(fee.amount) if _sure(fee.certainty) else "", "DONVI": "đồng", "MOTA": fee.raw}
            for fee in way.fees
        ],
    }


def _time(limit: TimeLimit) -> dict[str, str]:
    amount = AT_ONCE if limit.unit is TimeUnit.AT_ONCE else _text(limit.amount)
    unit = UNITS.get(limit.unit, "")
    return {"THOIGIANGIAIQUYET": amount if _sure(limit.certainty) else "", "DONVITINH": unit, "MOTA": limit.raw}


def _sure(certainty: Certainty) -> bool:
    return certainty is Certainty.SURE


def _case(case: Case) -> dict[str, Any]:
    papers = [
        {
            "MAGIAYTO": "",
            "TENGIAYTO": paper.name,
            "SOBANCHINH": _text(paper.originals),
            "SOBANSAO": _text(paper.copies),
            "TENMAUDON": paper.form or "",
            "Url": "",
        }
        for paper in case.documents
    ]
    return {"TRUONGHOP": case.name, "GIAYTO": papers}


def _text(value: object) -> str:
    return "" if value is None else str(value)
