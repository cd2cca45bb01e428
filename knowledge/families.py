"""One matter under several codes: at several levels of government, by way of submission, or listed twice.

"Cấp đổi thẻ căn cước (thực hiện tại cấp tỉnh)" and the same "(thực hiện tại cấp xã)" are one thing to a citizen: one
answer with a choice. Two procedures are of one family when their titles are the same but for the words that name the
level or the way of submission.
"""

from __future__ import annotations

import re

from knowledge.normalise import fold, is_accented, place_tones, tokens
from knowledge.record import Level, Procedure

_LEVEL_WORDS = re.compile(
    r"\((?:thuc hien )?(?:o |tai )?(?:cap (?:trung uong|bo|tinh|xa|huyen)|trung uong)[^)]*\)"
    r"|(?:thuc hien )?(?:o |tai )(?:cac )?(?:cap (?:trung uong|bo|tinh|xa)|trung uong|dia phuong)"
    r"(?:\s*[,-]\s*(?:cap )?(?:trung uong|bo|tinh|xa))*"
    r"|(?:thuc hien )?bang dich vu cong truc tuyen (?:toan trinh|mot phan)(?: hoac truc tiep(?: thuc hien)?)?"
    r"|(?:thuoc|theo) tham quyen (?:giai quyet |phe duyet |cap |quyet dinh |cap phep )?(?:cua )?[^,;()]{0,60}?"
    r"(?:cap (?:tinh|xa|bo|trung uong)|bo [a-z]+(?: va [a-z ]{2,20})?)"
    r"|\bcap (?:tinh|xa|trung uong|bo)\b|^(?:thu tuc|trinh tu,? thu tuc) "
)
# With accents a word is itself; without them only phrases that mean nothing else ("so" is a number, a book, a bureau).
_NAMES_LEVEL = {
    Level.COMMUNE: re.compile(r"\b(?:xã|phường|thị trấn|thôn|xóm)\b"),
    Level.PROVINCE: re.compile(r"\b(?:tỉnh|sở)\b"),
    Level.MINISTRY: re.compile(r"\b(?:trung ương|cấp bộ|trên bộ|ra bộ|cục)\b"),
}
_NAMES_LEVEL_BARE = {
    Level.COMMUNE: re.compile(r"\b(?:(?:cap|o|ra|tren|ubnd|cong an) xa|phuong|thi tran|thon|xom)\b"),
    Level.PROVINCE: re.compile(r"\b(?:(?:cap|o|len|tren|ubnd|cong an) tinh)\b"),
    Level.MINISTRY: re.compile(r"\b(?:trung uong|cap bo|tren bo|ra bo)\b"),
}
_NEAREST_FIRST = (Level.COMMUNE, Level.PROVINCE, Level.MINISTRY, Level.OTHER)


def family_key(title: str) -> str:
    """What the titles of one family have in common."""
    return " ".join(tokens(_LEVEL_WORDS.sub(" ", fold(title))))


def nearness(record: Procedure) -> tuple[int, bool]:
    """What comes first in a family: the level nearest to people, of equals what was written by hand."""
    return min(_NEAREST_FIRST.index(level) for level in record.levels), record.imported


def named_level(question: str) -> Level | None:
    """The one level of government that a question names ("ngoài phường", "trên tỉnh"), or None."""
    accented = is_accented(question)
    patterns, text = (_NAMES_LEVEL, place_tones(question).lower()) if accented else (_NAMES_LEVEL_BARE, fold(question))
    named = [level for level, pattern in patterns.items() if pattern.search(text)]
    return named[0] if len(named) == 1 else None
