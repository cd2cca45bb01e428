"""Rows of every format that is imported, made up for the tests, and what the tests do with them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from knowledge import compose
from knowledge.check import check, sourced_facts
from knowledge.imports.spreadsheet import COLUMNS
from knowledge.record import DoubtKind, Procedure, Way
from knowledge.reply import Aspect
from knowledge.sections import view
from knowledge.settings import ROOT

Row = dict[str, Any]

SHARED = ROOT.parent / "shared" / "catalogue"
DAY = date(2026, 6, 15)
MILLISECONDS = 1_781_481_600_000  # of that day, 00:00 UTC

_STEPS = "Bước 1: Chuẩn bị giấy tờ.\nBước 2: Nộp hồ sơ tại quầy số 5.\nBước 3: Nhận kết quả."

_DVCQG: Row = {
    "ma": "9.100001",
    "ten": "Thủ tục cấp thẻ thả diều",
    "co_quan_cong_bo": "bo-gio",
    "so_quyet_dinh": "Quyết định số: 77/QĐ-BGIO",
    "cap": ["Cấp xã", "Cấp mây"],
    "loai": "TTHC thử",
    "linh_vuc": "Diều sáo",
    "doi_tuong": "Người chơi diều, Câu lạc bộ diều",
    "co_quan_thuc_hien": "Ủy ban nhân dân xã",
    "co_quan_co_tham_quyen": "",
    "dia_chi_tiep_nhan": "Trung tâm Phục vụ hành chính công xã",
    "cach_thuc": [
        {
            "hinh_thuc": "Trực tuyến",
            "thoi_gian": "2",
            "don_vi": "Ngày làm việc",
            "phi": [{"muc": "5,000 VNĐ", "ghi_chu": "/thẻ"}],
            "mo_ta": "",
        },
        {
            "hinh_thuc": "Trực tiếp",
            "thoi_gian": "4",
            "don_vi": "Ngày",
            "phi": [{"muc": "12,000 Việt Nam Đồng", "ghi_chu": ""}],
            "mo_ta": "kể từ khi nhận đủ giấy",
        },
    ],
    "thanh_phan_ho_so": [
        {"truong_hop": "Cấp lần đầu", "giay_to": [{"ten": "Đơn xin thả diều", "ban_chinh": 1, "ban_sao": 0}]},
        {
            "truong_hop": "Cấp lại",
            "giay_to": [
                {"ten": "Đơn xin cấp lại thẻ;", "ban_chinh": 1, "ban_sao": 2},
                {"ten": "Ảnh con diều", "ban_chinh": None, "ban_sao": None},
            ],
        },
    ],
    "trinh_tu": _STEPS,
    "yeu_cau": "Không",
    "ket_qua": "Thẻ thả diềuMã: KQ.GIO.000001",
    "can_cu_goc": "Quy định về diều12/2024/NĐ-CPsửa đổi quy định3/2025/TT-BTCThông tư",
    "url": "https://example.org/thu-tuc/9.100001",
}

_BQP: Row = {
    "ma": "9.200001",
    "tên_thủ_tục": "Đăng ký trại huấn luyện bồ câu",
    "số_quyết_định": "Quyết định số 21/QĐ-BCAU",
    "cấp_thực_hiện": "Cấp Tỉnh, Cấp Xã",
    "lĩnh_vực": "Bồ câu",
    "trình_tự_thực_hiện": _STEPS,
    "đối_tượng_thực_hiện": "Chủ trại, Tổ chức (không bao gồm doanh nghiệp, HTX)",
    "cơ_quan_thực_hiện": "Ban Bồ câu",
    "cơ_quan_có_thẩm_quyền": "Trưởng ban Bồ câu",
    "địa_chỉ_tiếp_nhận_hs": "Nhà bưu tá",
    "kết_quả_thực_hiện": "Sổ đăng ký trại",
    "yêu_cầu_điều_kiện_thực_hiện": "Chuồng cao ráo.",
    "hinh_thuc_nop": [
        {"hinh_thuc": "Trực tiếp", "thoi_han_giai_quyet": "07 Ngày", "phi_le_phi": "Phí : 30.000 Đồng (mỗi chuồng)"},
        {"hinh_thuc": "Trực tuyến", "thoi_han_giai_quyet": "05 Ngày làm việc", "phi_le_phi": "Lệ phí : 0 Đồng"},
    ],
    "thanh_phan_ho_so": [
        {"ten_giay_to": "1. Tờ khai trại", "so_luong": "Mẫu BC-1.docx", "ghi_chu": "Bản chính: 1\nBản sao: 0"},
        {"ten_giay_to": "Sơ đồ chuồng", "so_luong": "", "ghi_chu": "Bản chính: 0\nBản sao: 3"},
    ],
    "can_cu_phap_ly": [{"so_ky_hieu": "Thông tư số 8/2025/TT-BQP", "trich_yeu": "về bồ câu"}],
    "url": "https://example.org/bo-cau",
}

_DANANG: Row = {
    "stt": 1,
    "ten": "Cấp phép đua thuyền thúng",
    "ma_goc": "9.300001.000.00.00.H17",
    "ma": "9.300001",
    "Mã thủ tục": "9.300001.000.00.00.H17",
    "Lĩnh vực": "Thuyền thúng",
    "Thông tin công bố": "o Số QĐ: 15/QĐ-THU\no Ngày hiệu lực: 2025-02-03",
    "Cách thức nộp trực tuyến": "Thủ tục này được nộp trực tuyến",
    "Thời hạn giải quyết": "06 ngày làm việc",
    "Lệ phí": "45.000 đồng",
    "Phí": "Không có thông tin",
    "Cơ quan thực hiện": "Sở Thuyền thúng",
    "Đối tượng thực hiện": "• Người đua thuyền",
    "Cách thức thực hiện": "o Nộp tại quầy hoặc qua bưu điện\no Nộp trực tuyến trên cổng",
    "Điều kiện thực hiện": "Biết bơi.",
    "Kết quả thực hiện": "• Giấy phép đua",
    "Địa chỉ tiếp nhận hồ sơ": "Nhà văn hóa thôn",
    "Trình tự thực hiện": _STEPS,
    "Thành phần hồ sơ": "• Đơn xin đua (02 bản chính, 01 bản sao)\n• Ảnh chiếc thúng",
    "Căn cứ pháp lý": "Nghị định số 31/2023/NĐ-CP về thuyền thúng.",
}

_PORTAL: Row = {
    "id": "0199aaaa-0000-7000-8000-000000000001",
    "code": "9.400001",
    "codeNotation": "9.400001",
    "name": "Đăng ký nuôi dế thi hát",
    "description": "Dế hát",
    "keywords": "dế",
    "note": "",
    "state": "UPDATED",
    "formalityType": "STANDARD",
    "isWard": True,
    "isProvince": True,
    "isMinistry": False,
    "isOtherAgency": False,
    "isVertical": False,
    "isUndetermined": False,
    "isFullProcess": True,
    "isOfflineOnly": False,
    "isNonTerritorial": False,
    "executionSteps": [
        {"name": "Bước 1", "description": "Mang dế đến.\nĐiền tờ khai."},
        {"name": "", "description": "Thời gian dế ngủ không tính vào thời gian giải quyết."},
    ],
    "executionMethods": [
        {
            "submissionMethod": "ONLINE",
            "processingTime": 3,
            "processingTimeUnit": "WORKING_DAY",
            "description": "",
            "fees": [{"type": "FEE", "value": 15000, "name": "Phí nghe thử", "note": "mỗi con"}],
        },
        {
            "submissionMethod": "DIRECT",
            "processingTime": 5,
            "processingTimeUnit": "OTHER",
            "description": "",
            "fees": [{"type": "CHARGE", "amount": 0, "name": None, "note": ""}],
        },
        {"submissionMethod": "CRICKET", "processingTime": 1, "processingTimeUnit": "DAY", "fees": []},
    ],
    "executionCases": [
        {
            "name": "Dế nhà",
            "profileComponents": [
                {
                    "profileComponentId": "p1",
                    "name": "Tờ khai nuôi dế",
                    "code": "000.00.00.DE-0001",
                    "originalQty": 1,
                    "copyQty": 0,
                    "required": True,
                    "hasElectronicForm": False,
                    "source": "NGUOI_NOP",
                    "attachments": [{"id": "a1", "fileName": "DE-01.docx", "bucketName": "b", "filePath": "f"}],
                }
            ],
        }
    ],
    "profileComponents": [{"name": "Tờ khai nuôi dế", "originalQty": 1, "copyQty": 0}],
    "cases": [
        {
            "id": "c1",
            "name": "Dế đồng",
            "code": "9.400001.01",
            "processingDay": {"qty": 3, "type": "WORKING_DAY"},
            "profileComponents": [{"name": "Ảnh cánh đồng", "originalQty": 0, "copyQty": 2}],
        }
    ],
    "legalBasisesDetails": [
        {"id": "l1", "name": "Nghị định về dế", "code": "44/2022/NĐ-CP"},
        {"id": "l1", "name": "Nghị định về dế", "code": "44/2022/NĐ-CP"},
    ],
    "requirementsAndConditions": "Dế biết hát.",
    "resultsDetails": [{"id": "r1", "name": "Thẻ dế", "code": "KQ.DE.1"}],
    "subjectTypesDetails": [{"name": "Người nuôi dế", "code": "1"}],
    "categoriesDetails": [{"name": "Côn trùng", "code": "DE-CT1"}],
    "departmentsExecuting": [{"id": "d1", "name": "Ban Dế", "code": "DE"}],
    "departmentsAuthority": [{"id": "d1", "name": "Ban Dế", "code": "DE"}],
    "departmentsAuthorized": [],
    "departmentsCoordinating": [],
    "executingAgencies": "",
    "authorizedAgencies": "",
    "coordinatingAgencies": "",
    "dossierReceivingAddresses": "Chòi canh dế",
    "departmentPromulgateCode": "DE",
    "departmentPromulgateName": "Bộ Dế",
    "procedureProposal": {
        "proposalNumber": "01/QĐ-BDE",
        "decisionDate": MILLISECONDS,
        "publicationDate": MILLISECONDS,
        "issuingAgency": {"name": "Bộ Dế"},
    },
    "createdAt": MILLISECONDS,
    "updatedAt": MILLISECONDS,
}

_EXCHANGE: Row = {
    "ID": "17",
    "MATTHC": "9.500001.000.00.00.H41",
    "TENTTHC": "Cấp sổ theo dõi đom đóm",
    "LOAITTHC": "1",
    "TRANGTHAI": "1",
    "LINHVUCTHUCHIEN": [{"MALINHVUC": "DD", "TENLINHVUC": "Đom đóm"}],
    "CAPTHUCHIEN": "1,3",
    "COQUANTHUCHIEN": [{"TENDONVI": "Sở Ánh sáng"}],
    "CACHTHUCTHUCHIEN": [
        {
            "KENH": "1",
            "THOIGIAN": [{"THOIGIANGIAIQUYET": "12", "DONVITINH": "Giờ", "MOTA": ""}],
            "PHILEPHI": [{"SOTIEN": 40000, "DONVI": "VNĐ", "MOTA": "mỗi sổ"}],
        },
        {
            "KENH": "Trực tuyến",
            "THOIGIAN": [{"THOIGIANGIAIQUYET": 6, "DONVITINH": "Giờ", "MOTA": "khi trời tối"}],
            "PHILEPHI": [{"SOTIEN": 2, "DONVI": "USD", "MOTA": ""}],
        },
    ],
    "THANHPHANHOSO": [
        {
            "TRUONGHOP": "Sổ mới",
            "GIAYTO": [
                {
                    "MAGIAYTO": "G1",
                    "TENGIAYTO": "Phiếu đếm đom đóm",
                    "SOBANCHINH": "1",
                    "SOBANSAO": "",
                    "TENMAUDON": "DD-02",
                    "Url": "https://example.org/dd",
                }
            ],
        }
    ],
    "TRINHTUTHUCHIEN": [{"TRUONGHOP": "Sổ mới", "TRINHTU": "Đếm trong ba đêm.\nNộp phiếu đếm."}],
    "KETQUATHUCHIEN": [{"MAKETQUA": "K1", "TENKETQUA": "Sổ theo dõi"}],
    "CANCUPHAPLY": [{"SOVANBAN": "5/2021/QH15", "TENVANBAN": "Luật Ánh sáng"}],
    "YEUCAU": "Có đèn tắt được.",
    "DOITUONGTHUCHIEN": "Người đếm đom đóm",
}

_SHEET: Row = {**COLUMNS, "Mã thủ tục": "9.600001", "Tên thủ tục": "Đăng ký trồng hoa trên mái"}

_ROWS = {
    "dvcqg": _DVCQG,
    "bqp": _BQP,
    "danang": _DANANG,
    "portal": _PORTAL,
    "exchange": _EXCHANGE,
    "spreadsheet": _SHEET,
}
FORMATS = tuple(_ROWS)


def row(form: str, /, **changes: Any) -> Row:
    """A copy of the row of that format, with some of its keys changed."""
    return {**copy.deepcopy(_ROWS[form]), **changes}


def without(content: Row, *keys: str) -> Row:
    """The row without those keys."""
    return {key: value for key, value in content.items() if key not in keys}


def way(fee: str = "Miễn phí", note: str = "", **changes: Any) -> Row:
    """A way of submission of the crawl dvcqg, with one fee."""
    content = {"hinh_thuc": "Trực tiếp", "thoi_gian": "3", "don_vi": "Ngày", "mo_ta": ""}
    return {**content, "phi": [{"muc": fee, "ghi_chu": note}], **changes}


def imported(code: str = "9.700001", /, **changes: Any) -> Procedure:
    """A record as a program reads it from a file: not checked, parts may be empty."""
    content = {
        "code": code,
        "name": "Cấp biển số cho thuyền giấy",
        "short_name": "Cấp biển số cho thuyền giấy",
        "field": "Thuyền giấy",
        "levels": ["commune"],
        "sources": [{"name": "Cổng thuyền giấy", "as_of": "2026-06-15"}],
        "imported": True,
        "checked": False,
    }
    return Procedure.model_validate({**content, **changes})


def doubts(record: Procedure) -> list[tuple[DoubtKind, str]]:
    """What is doubtful about a record: the kind and the part of each doubt."""
    return [(doubt.kind, doubt.field) for doubt in record.doubts]


def times(way: Way) -> list[str]:
    """The time limits of a way, each with its unit: "3 working_day"."""
    return [f"{limit.amount} {limit.unit.value}" for limit in way.time_limits]


def told(record: Procedure, aspects: Iterable[Aspect] = Aspect) -> str:
    """What a citizen hears of the record; UnsourcedFact if a figure of it stands in no source."""
    reply = compose.answer(view(record), list(aspects))
    check(reply, sourced_facts(record))
    return reply.text


def lines(*content: Any) -> bytes:
    """The rows as JSON, one a line; a text is written as it is."""
    texts = (item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in content)
    return "".join(f"{text}\n" for text in texts).encode()


def file(folder: Path, *content: Any, name: str = "rows.jsonl", pack: Callable[[bytes], bytes] = bytes) -> Path:
    """A file of such lines, packed on request."""
    path = folder / name
    path.write_bytes(pack(lines(*content)))
    return path
