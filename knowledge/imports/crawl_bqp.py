"""The crawl "bqp" of the national portal (Ministry of Defence): keys with accents (tên_thủ_tục, hinh_thuc_nop)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from knowledge.imports import figures
from knowledge.imports.draft import Draft, channel_of
from knowledge.imports.figures import ReadFee
from knowledge.imports.sentences import said
from knowledge.record import Level, Procedure

NAME = "bqp"
LEVELS = {"cấp xã": Level.COMMUNE, "cấp tỉnh": Level.PROVINCE, "cấp bộ": Level.MINISTRY, "cơ quan khác": Level.OTHER}
_FEE = re.compile(r"^(phí|lệ phí)\s*:\s*([^(]*?)\s*(?:đồng)?\s*(?:\((.*)\))?$", re.IGNORECASE)


def recognises(row: dict[str, Any]) -> bool:
    """Whether a row is of this format."""
    return "tên_thủ_tục" in row


def read(row: dict[str, Any], as_of: date | None) -> Procedure:
    """The record of a row. Raises KeyError, TypeError or ValueError where it is none."""
    levels = [part.strip().lower() for part in (row.get("cấp_thực_hiện") or "").split(",")]
    draft = Draft(
        code=row["ma"],
        name=row["tên_thủ_tục"],
        field=row.get("lĩnh_vực") or "",
        levels=[LEVELS[level] for level in levels if level in LEVELS],
        agency=said(row.get("cơ_quan_thực_hiện")) or row.get("cơ_quan_có_thẩm_quyền") or "",
        where=row.get("địa_chỉ_tiếp_nhận_hs") or "",
        who=(row.get("đối_tượng_thực_hiện") or "").replace("(không bao gồm doanh nghiệp, HTX)", "").split(","),
        steps=row.get("trình_tự_thực_hiện") or "",
        conditions=row.get("yêu_cầu_điều_kiện_thực_hiện") or "",
        result=[row.get("kết_quả_thực_hiện") or ""],
        law=" ; ".join(law.get("so_ky_hieu") or "" for law in row.get("can_cu_phap_ly") or ()),
        source="Cổng Dịch vụ công quốc gia",
        national=True,
        page=row.get("url"),
        decision=row.get("số_quyết_định"),
        as_of=as_of,
    )
    for way in row.get("hinh_thuc_nop") or ():
        _way(draft, way)
    papers = (
        figures.read_document(
            re.sub(r"^\d{1,2}[.)]\s*", "", paper["ten_giay_to"] or ""),
            *figures.read_counts(paper.get("ghi_chu") or ""),
            form=_form(paper.get("so_luong") or ""),
        )
        for paper in row.get("thanh_phan_ho_so") or ()
    )
    draft.add_case("", papers)
    return draft.record()


def _form(files: str) -> str | None:
    """The names of the attached form files, without their endings; the column is called so_luong all the same."""
    names = [
        re.sub(r"\.(?:docx?|pdf|xlsx?|rar|zip)$", "", name.strip(), flags=re.IGNORECASE) for name in files.split("\n")
    ]
    return None if not any(names) else figures.shorten(", ".join(name for name in names if name), 120)


def _way(draft: Draft, way: dict[str, Any]) -> None:
    channel = channel_of(way["hinh_thuc"])
    if channel is None:
        return
    target = draft.way(channel)
    if said(way.get("thoi_han_giai_quyet")):
        target.times.append(figures.read_time(way["thoi_han_giai_quyet"], None))
    target.fees += [_fee(line, draft.steps) for line in _fee_lines(way.get("phi_le_phi") or "")]


def _fee_lines(cell: str) -> list[str]:
    """One entry for each "Phí :" or "Lệ phí :" of the cell, without the names of attached files."""
    bare = re.sub(r"File đính kèm:[^\n]*", "", cell)
    return [part.strip() for part in re.split(r"\n(?=(?:Phí|Lệ phí)\s*:)", bare) if part.strip()]


def _fee(line: str, steps: str) -> ReadFee:
    match = _FEE.match(" ".join(line.split()))
    if not match:
        return figures.read_fee(line)
    kind, amount, note = match.group(1).capitalize(), match.group(2), match.group(3) or ""
    free = amount.strip().lower() in ("0", "không", "o")
    return figures.read_fee("Miễn phí" if free else amount or "(trống)", note, name=kind, elsewhere=steps)
