"""A tiny catalogue, written for the tests: four procedures, a topic, two that others handle, sentences from outside."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from knowledge.record import Procedure

BIRTH, STAY, LICENCE, HOME = "9.000001", "9.000002", "9.000003", "9.000004"

Row = dict[str, Any]

SOURCE: Row = {
    "name": "Cổng thử nghiệm",
    "page": "https://example.org/thu-tuc",
    "decision": "12/QĐ-THU",
    "as_of": "2026-06-01",
    "checked": "2026-11-20",
}

RECORDS: dict[str, Row] = {
    BIRTH: {
        "code": BIRTH,
        "name": "Đăng ký khai sinh cho trẻ em",
        "short_name": "Đăng ký khai sinh",
        "field": "Hộ tịch",
        "levels": ["commune"],
        "agency": "Ủy ban nhân dân xã",
        "where": ["Trung tâm Phục vụ hành chính công xã"],
        "who": ["Cha, mẹ của trẻ."],
        "cases": [
            {
                "id": "thuong",
                "name": "Trẻ sinh tại cơ sở y tế",
                "when": "trẻ có giấy chứng sinh",
                "documents": [
                    {"name": "Tờ khai đăng ký khai sinh", "form": "TK-01", "originals": 1},
                    {"name": "Giấy chứng sinh", "originals": 1, "copies": 2, "held_by_database": "dữ liệu y tế"},
                ],
            },
            {
                "id": "bo-roi",
                "name": "Trẻ bị bỏ rơi",
                "documents": [{"name": "Biên bản về trẻ bị bỏ rơi", "copies": 1, "to_show": True}],
            },
        ],
        "ways": [
            {
                "channel": "online",
                "time_limits": [{"amount": 2, "unit": "working_day", "raw": "hai ngày"}],
                "fees": [{"name": "Lệ phí", "amount": 0, "raw": "không thu"}],
                "note": "Mang bản chính khi nhận kết quả.",
            },
            {
                "channel": "direct",
                "time_limits": [{"unit": "at_once", "raw": "trong ngày", "when": "nhận trước 15 giờ"}],
                "fees": [
                    {
                        "name": "Lệ phí",
                        "amount": 8000,
                        "per": "bản",
                        "reduced_for": ["hộ nghèo được miễn"],
                        "raw": "8 nghìn",
                    }
                ],
            },
        ],
        "not_counted": ["thời gian xác minh"],
        "steps": ["Chuẩn bị giấy tờ.", "Nộp hồ sơ.", "Nhận Giấy khai sinh."],
        "conditions": ["Trẻ chưa được đăng ký khai sinh."],
        "result": ["Giấy khai sinh"],
        "legal_basis": [{"number": "60/2014/QH13", "name": "Luật Hộ tịch"}],
        "sources": [SOURCE],
        "checked": True,
    },
    STAY: {
        "code": STAY,
        "name": "Đăng ký tạm trú",
        "short_name": "Đăng ký tạm trú",
        "field": "Cư trú",
        "levels": ["commune"],
        "agency": "Công an xã",
        "where": ["Công an xã"],
        "who": ["Người đến ở nơi khác từ 30 ngày."],
        "cases": [{"id": "thuong", "name": "Thuê nhà", "documents": [{"name": "Tờ khai cư trú", "originals": 1}]}],
        "ways": [
            {
                "channel": channel,
                "time_limits": [{"amount": 3, "unit": "working_day", "raw": "ba ngày"}],
                "fees": [{"name": "Lệ phí", "amount": amount, "per": "lần", "raw": f"{amount} đồng"}],
            }
            for channel, amount in (("online", 7000), ("direct", 15000))
        ],
        "steps": ["Nộp tờ khai."],
        "result": ["Thông báo kết quả"],
        "related": [HOME],
        "sources": [SOURCE],
        "checked": True,
    },
    LICENCE: {
        "code": LICENCE,
        "name": "Đổi giấy phép lái xe",
        "short_name": "Đổi giấy phép lái xe",
        "field": "Giao thông",
        "levels": ["province"],
        "agency": "Công an tỉnh",
        "where": ["Công an tỉnh"],
        "who": ["Người có giấy phép lái xe."],
        "cases": [{"id": "thuong", "name": "Đổi bằng", "documents": [{"name": "Đơn đề nghị đổi", "originals": 1}]}],
        "ways": [
            {
                "channel": "direct",
                "time_limits": [{"amount": 5, "unit": "unknown", "raw": "5"}],
                "fees": [{"name": "Lệ phí", "certainty": "doubtful", "raw": "135 VNĐ"}],
            }
        ],
        "steps": ["Nộp đơn."],
        "result": ["Giấy phép lái xe"],
        "sources": [{"name": "Ghi chép cũ", "as_of": "2025-03-01"}],
        "checked": False,
    },
    HOME: {
        "code": HOME,
        "name": "Đăng ký thường trú",
        "short_name": "Đăng ký thường trú",
        "field": "Cư trú",
        "levels": ["commune"],
        "agency": "Công an xã",
        "where": ["Công an xã"],
        "who": ["Người có chỗ ở hợp pháp."],
        "cases": [{"id": "thuong", "name": "Về ở với gia đình", "documents": [{"name": "Giấy tờ về chỗ ở"}]}],
        "ways": [
            {
                "channel": "direct",
                "time_limits": [{"amount": 7, "unit": "working_day", "raw": "bảy ngày"}],
                "fees": [{"name": "Phí", "rate": 0.5, "per": "giá trị nhà", "raw": "nửa phần trăm"}],
            }
        ],
        "steps": ["Nộp tờ khai."],
        "result": ["Thông báo kết quả"],
        "related": [STAY],
        "sources": [SOURCE],
        "checked": True,
    },
}

PHRASINGS: dict[str, list[str]] = {
    BIRTH: [
        "làm giấy khai sinh cho con",
        "khai sinh cho bé mới sinh",
        "mới đẻ con làm khai sinh",
        "xin giấy khai sinh",
    ],
    STAY: ["thuê trọ đăng ký tạm trú", "ở trọ khai tạm trú với công an", "làm giấy tạm trú cho sinh viên"],
    LICENCE: ["bằng lái sắp hết hạn", "đổi bằng lái xe máy", "đổi bằng lái ô tô", "bằng lái bị hỏng muốn đổi"],
    HOME: ["chuyển hẳn về ở với chồng", "nhập khẩu về nhà mới mua", "thường trú cho con theo mẹ"],
}

TOPIC: Row = {
    "id": "ho-khau",
    "name": "Sổ hộ khẩu, cư trú",
    "question": "Anh/chị ở tạm hay ở lâu dài ạ?",
    "phrasings": ["hộ khẩu", "làm hộ khẩu", "giấy tờ cư trú", "chuyển hộ khẩu"],
    "options": [{"label": "Ở tạm", "code": STAY}, {"label": "Ở lâu dài", "code": HOME}],
}

ELSEWHERE: Row = {
    "field": "Việc của nơi khác",
    "procedures": [
        {
            "id": "mo-nha-thuoc",
            "name": "Mở nhà thuốc",
            "handled_by": "Sở Y tế",
            "phrasings": ["mở nhà thuốc tây", "kinh doanh quầy thuốc", "mở tiệm thuốc ở quê"],
        },
        {"id": "lai-tau", "name": "Chứng chỉ lái tàu", "phrasings": ["thi chứng chỉ lái tàu cá", "học lái tàu"]},
    ],
}

OUTSIDE: Row = {
    "subject": "Chuyện khác",
    "sentences": [
        "hôm nay trời có mưa không",
        "thời tiết ngày mai ở biển",
        "nấu canh chua cá lóc",
        "đội tuyển đá bóng mấy giờ",
        "kể chuyện cười đi",
        "giá vàng hôm nay bao nhiêu",
        "vé máy bay đi Đà Lạt",
        "mẹo trị ho cho trẻ",
    ],
}

ABBREVIATIONS: Row = {"words": {"gks": "giấy khai sinh", "đk": "đăng ký"}}
DIALECT: Row = {
    "words": {"mô": "đâu", "chi": "gì", "mần răng": "làm sao", "mần": "làm"},
    "without_accents": {"man": "làm"},
}


def record(code: str = BIRTH, /, **changes: Any) -> Row:
    """A copy of a record's content, with some fields changed."""
    return {**copy.deepcopy(RECORDS[code]), **changes}


def procedure(code: str = BIRTH, /, **changes: Any) -> Procedure:
    """The record itself, with some fields changed."""
    return Procedure.model_validate(record(code, **changes))


def write(path: Path, content: Any) -> Path:
    """Writes YAML, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def write_data(folder: Path) -> Path:
    """The whole catalogue as a data folder."""
    for code, row in RECORDS.items():
        write(folder / "catalogue" / f"{code}.yml", row)
        write(folder / "phrasings" / f"{code}.yml", {"code": code, "phrasings": PHRASINGS[code]})
    write(folder / "topics" / "ho-khau.yml", TOPIC)
    write(folder / "elsewhere" / "khac.yml", ELSEWHERE)
    write(folder / "outside" / "khac.yml", OUTSIDE)
    write(folder / "language" / "abbreviations.yml", ABBREVIATIONS)
    write(folder / "language" / "dialect.yml", DIALECT)
    return folder
