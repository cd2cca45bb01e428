"""A tiny catalogue, written for the tests: four procedures, a topic, two that others handle, sentences from outside.

With it go two communes, wrong beliefs, a journey, the English of one procedure and the shipped calendar.
Beside it what an import adds: one matter at two levels, one without a word in it, one that is only known to exist.
"""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import yaml

from knowledge.imports.merge import Merged
from knowledge.record import HandWritten, Procedure
from knowledge.settings import ROOT

BIRTH, STAY, LICENCE, HOME = "9.000001", "9.000002", "9.000003", "9.000004"
CARD_PROVINCE, CARD_COMMUNE, BEES, UNHELD = "9.000011", "9.000012", "9.000013", "9.000021"

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

WIDER_PHRASINGS: dict[str, Row] = {
    CARD_COMMUNE: {
        "code": CARD_COMMUNE,
        "phrasings": ["thẻ dân phòng cũ nát muốn đổi", "đổi thẻ đội viên", "xin thẻ dân phòng mới"],
    },
    UNHELD: {
        "code": UNHELD,
        "name": "Cấp chứng chỉ hành nghề đo đạc bản đồ",
        "phrasings": ["thi chứng chỉ đo đạc", "hành nghề đo đạc bản đồ", "xin chứng chỉ trắc địa"],
    },
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

NORTH, SOUTH = "90001", "90002"
COMMUNES: Row = {
    "sources": ["Cổng thử nghiệm"],
    "as_of": "2026-06-01",
    "website_checked": False,
    "communes": [
        {
            "code": code,
            "name": f"{kind} {name}",
            "kind": kind,
            "former_district": "Thử Nghiệm",
            "former_units": [f"xã {name} Thượng", f"xã {name} Hạ"],
            "website": f"https://{site}.nghean.gov.vn/",
            "lat": lat,
            "lon": 105.0,
        }
        for code, kind, name, site, lat in (
            (NORTH, "Xã", "Đồi Bắc", "doibac", 19.0),
            (SOUTH, "Phường", "Bãi Nam", "bainam", 18.5),
        )
    ],
}

PREMISES: tuple[Row, ...] = (
    {
        "id": "phi-khai-sinh",
        "said": [["khai sinh", "mất tiền triệu"]],
        "correction": "Khai sinh không tốn tới tiền triệu.",
        "sources": [SOURCE],
    },
    {
        "id": "so-tam-tru",
        "said": [["sổ tạm trú giấy"]],
        "correction": "Nay không cấp sổ tạm trú giấy nữa, thay từ ngày 3/4/2026.",
        "leads_to": STAY,
        "sources": [{**SOURCE, "decision": "77/QĐ-SAI"}],
    },
    {
        "id": "mua-bang",
        "said": [["mua bằng lái"]],
        "correction": "Bằng lái không mua được.",
        "leads_to": LICENCE,
        "refuse": True,
        "sources": [SOURCE],
    },
    {
        "id": "dut-lot",
        "said": [["đút lót cán bộ"]],
        "correction": "Đưa tiền cho cán bộ là phạm pháp.",
        "refuse": True,
        "sources": [SOURCE],
    },
)

JOURNEY: Row = {
    "id": "thue-nha",
    "name": "Thuê nhà có con nhỏ",
    "said": ["nhà mình dọn đến thành phố thuê nhà có em bé", "vợ chồng trẻ bế con đi thuê nhà ở riêng"],
    "steps": [
        {"code": STAY, "do": "Đăng ký tạm trú", "note": "Làm khi đã dọn đến."},
        {"code": BIRTH, "do": "Khai sinh cho con.", "only_when": "con chưa khai sinh"},
    ],
}

ENGLISH: Row = {
    "code": STAY,
    "name": "Temporary residence",
    "phrasings": ["register temporary residence", "I rent a room, how to tell the police"],
    "texts": {
        "Đăng ký tạm trú": "Registration of temporary residence",
        "Công an xã": "Commune police",
        "Người đến ở nơi khác từ 30 ngày.": "Whoever stays elsewhere for 30 days or more.",
        "Thuê nhà": "Renting",
        "Tờ khai cư trú": "Residence form",
        "Lệ phí": "Fee",
        "lần": "time",
        "Nộp tờ khai.": "Hand in the form.",
        "Thông báo kết quả": "Notice of the result",
    },
}


def record(code: str = BIRTH, /, **changes: Any) -> Row:
    """A copy of a record's content, with some fields changed."""
    return {**copy.deepcopy(RECORDS[code]), **changes}


def procedure(code: str = BIRTH, /, **changes: Any) -> Procedure:
    """The record itself, with some fields changed."""
    return Procedure.model_validate(record(code, **changes))


def hand_written(code: str = BIRTH, /, **changes: Any) -> HandWritten:
    """The same as the reader of the data folder gives it."""
    return HandWritten.model_validate(record(code, **changes))


def imported(code: str, name: str, /, **changes: Any) -> Procedure:
    """A record that a program read from a page which says nothing but its name and level."""
    row = {
        "code": code,
        "name": name,
        "short_name": name if len(name) <= 60 else f"{name[:59]}…",
        "field": "Việc khác",
        "levels": ["commune"],
        "sources": [{"name": "Cổng khác", "as_of": "2026-06-30"}],
        "imported": True,
        "checked": False,
    }
    return Procedure.model_validate({**row, **changes})


def merged() -> list[Merged]:
    """What a build has after an import: the four, one matter at two levels, one more, and a variant of a province."""
    title = "Cấp đổi thẻ đội viên dân phòng"
    return [
        Merged(imported(CARD_PROVINCE, f"{title} (thực hiện tại cấp tỉnh)", levels=["province"])),
        Merged(imported(CARD_COMMUNE, f"{title} (thực hiện tại cấp xã)")),
        Merged(imported(BEES, "Cấp phép nuôi ong lấy mật", steps=["Gửi tờ khai đàn ong."])),
        *(
            Merged(procedure(code), (imported(BIRTH, "Khai sinh Đà Nẵng", province="H17"),) if code == BIRTH else ())
            for code in RECORDS
        ),
    ]


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
    write(folder / "english" / f"{STAY}.yml", ENGLISH)
    write(folder / "journeys" / "thue-nha.yml", JOURNEY)
    for row in PREMISES:
        write(folder / "premises" / f"{row['id']}.yml", row)
    write(folder / "offices" / "communes.yml", COMMUNES)
    write(folder / "offices" / "nicknames.yml", {})
    shutil.copy(ROOT / "data" / "offices" / "offices.yml", folder / "offices")
    shutil.copytree(ROOT / "data" / "calendar", folder / "calendar", dirs_exist_ok=True)
    return folder


def write_wider_data(folder: Path) -> Path:
    """The data folder to go with what was imported: phrasings of codes that nobody wrote a record for."""
    write_data(folder)
    for code, row in WIDER_PHRASINGS.items():
        write(folder / "phrasings" / f"{code}.yml", row)
    return folder
