"""The crawl "dvcqg" of the national portal: Vietnamese keys without accents (ma, ten, cach_thuc, thanh_phan_ho_so)."""

from __future__ import annotations

from datetime import date
from typing import Any

from knowledge.imports import figures
from knowledge.imports.draft import Draft, channel_of
from knowledge.record import Level, Procedure

NAME = "dvcqg"
LEVELS = {"Cấp xã": Level.COMMUNE, "Cấp tỉnh": Level.PROVINCE, "Cấp bộ": Level.MINISTRY, "Cơ quan khác": Level.OTHER}


def recognises(row: dict[str, Any]) -> bool:
    """Whether a row is of this format."""
    return "ma" in row and "cach_thuc" in row and "thanh_phan_ho_so" in row


def read(row: dict[str, Any], as_of: date | None) -> Procedure:
    """The record of a row. Raises KeyError, TypeError or ValueError where it is none."""
    draft = Draft(
        code=row["ma"],
        name=row["ten"],
        field=row.get("linh_vuc") or "",
        levels=[LEVELS[level] for level in row.get("cap") or () if level in LEVELS],
        agency=row.get("co_quan_thuc_hien") or row.get("co_quan_co_tham_quyen") or "",
        where=row.get("dia_chi_tiep_nhan") or "",
        who=(row.get("doi_tuong") or "").replace("(không bao gồm doanh nghiệp, HTX)", "").split(","),
        steps=row.get("trinh_tu") or "",
        conditions=row.get("yeu_cau") or "",
        result=[(row.get("ket_qua") or "").split("Mã: KQ")[0]],
        law=row.get("can_cu_goc") or "",
        source="Cổng Dịch vụ công quốc gia",
        national=True,
        page=row.get("url"),
        decision=row.get("so_quyet_dinh"),
        as_of=as_of,
    )
    for way in row["cach_thuc"]:
        _way(draft, way)
    for case in row["thanh_phan_ho_so"]:
        papers = (
            figures.read_document(
                paper["ten"] or "",
                paper.get("ban_chinh"),
                paper.get("ban_sao"),
                sure=not paper.get("so_luong_khong_chac"),
            )
            for paper in case["giay_to"]
        )
        draft.add_case(case.get("truong_hop") or "", papers)
    return draft.record()


def _way(draft: Draft, way: dict[str, Any]) -> None:
    channel = channel_of(way["hinh_thuc"])
    if channel is None:
        return
    target = draft.way(channel)
    note = way.get("mo_ta") or ""
    draft.remarks.append(note)
    if way.get("thoi_gian"):
        target.times.append(figures.read_time(way["thoi_gian"], way.get("don_vi"), note))
    target.fees += [
        figures.read_fee(fee["muc"], fee.get("ghi_chu") or "", elsewhere=f"{note}\n{draft.steps}")
        for fee in way.get("phi") or ()
    ]
