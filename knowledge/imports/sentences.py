"""The running text of a record: steps as lines, what does not count towards the time limit, decrees, stale offices."""

from __future__ import annotations

import itertools
import re

from knowledge.imports.figures import shorten
from knowledge.record import Law

# Offices of districts, which ceased to exist on 1 July 2025; "Quận", "Thị xã" only with an office or a name behind.
_DISTRICT = re.compile(
    r"(?:cấp|UBND|Ủy ban nhân dân|Uỷ ban nhân dân|nhân dân|công an|tòa án"
    r"|(?:phòng|trung tâm) (?:(?!xã|phường)[^.,;\n]){0,40})\s*"
    r"(?:các\s+)?(?:quận|huyện|thị xã|quận,\s*huyện|huyện,\s*(?:quận|thị xã))\b|\bcấp huyện\b"
    r"|\bPhòng (?:Tư pháp|Tài nguyên và Môi trường|Lao động[^.,;\n]{0,40}|Quản lý đô thị|Kinh tế\s*[-–]\s*Hạ tầng"
    r"|Giáo dục và Đào tạo|Nội vụ|Y tế|Tài chính\s*[-–]\s*Kế hoạch|Kinh tế và Hạ tầng)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.;])\s+|\n")
_PROVINCE = re.compile(
    r"\btỉnh (Cao Bằng|Tuyên Quang|Lào Cai|Lai Châu|Điện Biên|Sơn La|Thái Nguyên|Lạng Sơn|Quảng Ninh|Phú Thọ|Bắc Ninh|"
    r"Hưng Yên|Ninh Bình|Thanh Hóa|Nghệ An|Hà Tĩnh|Quảng Trị|Quảng Ngãi|Gia Lai|Khánh Hòa|Đắk Lắk|Lâm Đồng|Đồng Nai|"
    r"Tây Ninh|Đồng Tháp|Vĩnh Long|An Giang|Cà Mau|Yên Bái|Hà Giang|Bắc Kạn|Hòa Bình|Vĩnh Phúc|Bắc Giang|Hải Dương|"
    r"Thái Bình|Hà Nam|Nam Định|Quảng Bình|Quảng Nam|Kon Tum|Bình Định|Phú Yên|Ninh Thuận|Đắk Nông|Bình Thuận|"
    r"Bình Phước|Bình Dương|Long An|Tiền Giang|Bến Tre|Trà Vinh|Kiên Giang|Hậu Giang|Sóc Trăng|Bạc Liêu)\b"
)
_LOCAL = re.compile(r"(?<!\d)\d+(?:/\d{4})?/(?:QĐ-UBND|NQ-HĐND)")
_NOT_COUNTED = re.compile(r"không (?:tính|bao gồm|kể)(?! (?:lệ )?phí)[^.;]{0,40}thời (?:gian|hạn)", re.IGNORECASE)
_LAW = re.compile(
    r"(?<![\d/])(?:(?:19|20)\d\d(?=\d{1,3}/))?"  # a year that ran into the number
    r"(\d{1,4}(?:\.\d)?[a-z]?/(?:19|20)\d\d/(?:QH\d{1,2}|[A-ZĐƯ]+\d*(?:-[A-ZĐƯ]+\d*)*(?:(?<=-TT)g)?))"
)
# Who issues, as it ends a number. Longer ones first: "BNNPTNT" before one that it would begin with.
_ISSUERS = sorted(
    (
        *("CP", "TTg", "HĐND", "UBND", "UBDT", "BDTTG", "NHNN", "VPCP", "TTCP", "KTNN", "HĐTP", "TANDTC", "VKSNDTC"),
        *("BTC", "BTP", "BCA", "BQP", "BNV", "BNG", "BCT", "BXD", "BYT", "BGDĐT", "BGTVT", "BTTTT", "BKHCN"),
        *("BNNMT", "BNNPTNT", "BTNMT", "BKHĐT", "BLĐTBXH", "BVHTTDL"),
    ),
    key=len,
    reverse=True,
)
_TORN = re.compile(r"(?<=\d/)(TT|NĐ|QĐ|NQ)\s?-\s(?=[A-ZĐ]{2})")  # "25/2023/TT- BKHĐT"
_CYRILLIC = str.maketrans("АВСЕНКМОРТХ", "ABCEHKMOPTX")  # typed with another keyboard, they look the same
_LAW_NAMES = (("QH", "Luật"), ("NĐ-CP", "Nghị định"), ("NQ-", "Nghị quyết"), ("TT", "Thông tư"), ("QĐ", "Quyết định"))
_STEP = re.compile(r"^(?:\(?\d{1,2}[.)]|[-–•+*]|\(?[a-zđ]\)|\([ivx]+\)|Bước\s+\d+\s*[:.]?)\s*", re.IGNORECASE)
_BULLET = re.compile(r"^[-–•*]\s*")
NOTHING = {"", "không", "không có", "không có thông tin", "không quy định", "không.", "không yêu cầu"}
MOST_LINES = 60
LONGEST_KIND = 40  # letters of a number after its year


def said(text: str | None) -> str:
    """The text, or nothing for the phrases with which a portal fills an empty cell."""
    cleaned = (text or "").strip()
    return "" if cleaned.lower().strip(" .") in NOTHING else cleaned


def lines(text: str | None, *, longest: int = 900) -> tuple[str, ...]:
    """Paragraphs as lines without bullets; lines that only wrap are joined again."""
    result: list[str] = []
    before = ""
    for line in said(text).replace("\t", " ").split("\n"):
        cleaned = " ".join(line.split())
        if not cleaned:
            continue
        if not before or not _wraps(before, cleaned):
            result.append(cleaned)
        elif len(result[-1]) <= longest:
            result[-1] += f" {cleaned}"
        before = cleaned
    bare = (shorten(_BULLET.sub("", line), longest) for line in result)
    return tuple(line for line in bare if line)[:MOST_LINES]


def broken(text: str | None) -> str | None:
    """The first place where a sentence breaks off and the next line goes on with something else, or None.

    "... nộp lại tại Trung" / "nộp hồ sơ." : the line has no end and what follows begins small, as when the cells of a
    page were read in the wrong order. A line that only wraps looks the same, so this is a doubt and no verdict.
    """
    rows = [" ".join(line.split()) for line in (text or "").split("\n") if line.strip()]
    for before, after in itertools.pairwise(rows):
        if _wraps(before, after) and len(after.split()) <= 4 and after.endswith((".", ";")):
            return shorten(f"{before[-160:]} ⏎ {after}")
    return None


def not_counted(text: str | None) -> tuple[str, ...]:
    """The sentences that say what does not count towards the time limit, once each."""
    sentences = (part for part in _SENTENCE_END.split(text or "") if _NOT_COUNTED.search(part))
    found = (shorten(_BULLET.sub("", sentence.strip()), 500) for sentence in sentences)
    return tuple(dict.fromkeys(sentence for sentence in found if len(sentence) > 25))[:6]


def stale_district(text: str | None) -> str | None:
    """The words around an office of a district, or None."""
    match = _DISTRICT.search(text or "")
    if not match:
        return None
    begin, end = max(0, match.start() - 60), match.end() + 60
    return shorten((text or "")[begin:end])


def one_other_province(text: str | None) -> str | None:
    """The name of the only province that a text speaks of, more than once; None for several or our own.

    The national crawl holds texts that one province wrote for itself.
    """
    named = _PROVINCE.findall(text or "")
    if len(named) < 2 or len(set(named)) > 1 or named[0] == "Nghệ An":
        return None
    return str(named[0])


def local_decree(text: str | None) -> str | None:
    """A decree of some province's council or committee that a text names, with the words around it, or None."""
    match = _LOCAL.search(text or "")
    return shorten((text or "")[max(0, match.start() - 40) : match.end() + 40]) if match else None


def laws(text: str | None) -> tuple[Law, ...]:
    """The legal documents that a text names, by number, once each.

    Cells run into each other ("226/2025/NĐ-CPNghị định ...", "33/2026/NĐ-CPsửa đổi ..."): the number ends with who
    issued it; where that is not known, a capital that begins the next word is not the number's.
    """
    found: dict[str, Law] = {}
    whole = _TORN.sub(r"\1-", (text or "").translate(_CYRILLIC))
    for match in _LAW.finditer(whole):
        number = _number(match.group(1), whole[match.end() : match.end() + 1])
        kind = next((name for mark, name in _LAW_NAMES if f"/{mark}" in number), None)
        ending = number.rsplit("/", 1)[1]
        if kind and len(ending) <= LONGEST_KIND and ("-" in ending or kind == "Luật"):
            found.setdefault(number, Law(number=number, name=kind))
    return tuple(found.values())[:30]


def _number(found: str, following: str) -> str:
    """The number of a legal document without what ran into it."""
    before, dash, issuer = found.rpartition("-")
    known = next((name for name in _ISSUERS if dash and issuer.startswith(name)), None)
    if known:
        return f"{before}-{known}"
    return found[:-1].rstrip("-") if following.islower() and found[-1].isupper() else found


def _wraps(before: str, after: str) -> bool:
    return before[-1] not in ".:;!?)" and after[0].islower() and not _STEP.match(after)
