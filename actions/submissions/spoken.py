"""What somebody says in the middle of a form that is no answer: back, skip, later, change something, a question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from rapidfuzz import fuzz, process

from actions.submissions.form import EForm
from actions.submissions.submission import asked_fields
from knowledge.normalise import fold, tokens

LONGEST_COMMAND = 9  # words
SAME_WORDS = 75  # rapidfuzz token_set_ratio, per cent
CLEARLY_BETTER = 6


class Command(StrEnum):
    """What can be said instead of an answer; also what buttons say (`form:<command>`)."""

    BACK = "back"
    SKIP = "skip"
    LATER = "later"
    CANCEL = "cancel"
    EXPLAIN = "explain"
    REVIEW = "review"
    EDIT = "edit"
    SEND = "send"
    RESUME = "resume"
    KEEP = "keep"
    AGAIN = "again"


_POLITE = r"(?:da |vang |a |u |thoi |em |chi |anh |cho (?:em|toi|tui|chau|minh) |lam on |xin )*"
_END = r"(?: (?:a|nhe|nha|voi|di|da|cai|dum|giup|em|toi|tui|duoc khong|dc k|dc khong|nghe|na))*[ .!?]*"
_COMMANDS: tuple[tuple[Command, str], ...] = (
    (
        Command.BACK,
        r"(?:quay|tro|lui|ve) ?(?:lai|ve)?(?: (?:cau|buoc|muc))? ?(?:truoc|hoi nay|vua roi)?|cau truoc|back",
    ),
    (
        Command.SKIP,
        r"bo qua(?: cau nay| muc nay| phan nay| giay nay)?|khong co|ko co|k co|no co|next|skip|de trong",
    ),
    (
        Command.LATER,
        r"de (?:sau|mai|toi|khi khac|luc khac|bua sau|bua khac)(?: (?:lam|dien|khai))?(?: tiep)?|"
        r"(?:mai|lat|toi|lat nua|bua sau|luc khac|khi khac)(?: (?:lam|dien|khai|man))(?: tiep)?|"
        r"tam dung|dung lai(?: da)?|luu lai|nghi da|ban roi",
    ),
    (
        Command.CANCEL,
        r"huy(?: bo)?(?: to khai| ho so| di)?|(?:khong|ko|k|no) (?:lam|khai|dien|nop|man) nua|"
        r"xoa (?:to khai|het)|cancel|stop",
    ),
    (
        Command.EXPLAIN,
        r"(?:la|nghia la|cai nay la|cai do la|rang la)? ?(?:gi|sao|chi|cai gi|cai chi|the nao|rang)"
        r"(?: rua| vay| the| a)?|"
        r"(?:ghi|dien|khai|viet) (?:sao|rang|the nao|ntn|gi|chi|nhu the nao)(?: rua| vay| day)?|giai thich(?: .*)?|"
        r"(?:khong|ko|k|chua|no) (?:hieu|ro)(?: .{0,20})?|vi sao(?: .*)?|tai sao(?: .*)?|hoi lam gi|help",
    ),
    (Command.KEEP, r"(?:van|cu) (?:dung|lay|gui|de) (?:anh|tam|file|tep|cai|hinh)(?: anh)?(?: nay| do| ni| no)?"),
    (Command.REVIEW, r"xem lai(?: to khai| het)?|kiem tra lai|doc lai|coi lai|cho xem(?: lai)?"),
    (
        Command.SEND,
        r"(?:dung roi|chinh xac|ok|oke|okie|dong y|xac nhan|duoc roi|on roi)?[ ,]*(?:gui|nop|gui di|nop di|"
        r"tao ban nhap|gui ban nhap|gui ho so|nop ho so)|dung roi|dung het roi|chinh xac|xac nhan|ok|oke|dong y|"
        r"khong sai|du roi|xong",
    ),
    (
        Command.RESUME,
        r"(?:lam|dien|khai|man) tiep(?: .{0,30})?|tiep tuc(?: .{0,30})?|lam not|khai not|con do dang|"
        r"(?:mo|vao) lai (?:to khai|ho so)(?: .{0,20})?",
    ),
)
_PATTERNS = tuple((command, re.compile(rf"{_POLITE}(?:{words}){_END}")) for command, words in _COMMANDS)
# With its accents a word is what it says: "Đội 5" is no "đổi 5", "Nhâm" no "nhầm", "đúng" no "dừng".
_EDIT = re.compile(
    r"^(?:dạ |vâng |à |em |tôi |tui |cho (?:em|tôi|tui) )*"
    r"(?:sửa(?: lại)?|đổi(?: lại)?|chỉnh (?:lại|sửa)|ghi sai|khai sai|nhầm|sua(?: lai)?|doi lai|"
    r"doi (?=muc|cau|so dien|ten)|chinh (?:lai|sua)|nham (?=muc|cau|so|sdt|ten|ngay|nam|dia chi))\b(?P<what>.*)$"
)
_NOTHING = re.compile(r"\b(?:khong|ko|k|no) co\b")
_STOP = re.compile(r"(?:thôi |thoi )?(?:dừng|dung lai|dừng lại)(?: (?:đã|da|ở đây|nhé|nha|đi))?[ .!]*")
_NUMBER = re.compile(r"(?:cau|muc|so|dong|y)? ?(\d{1,2})\b")
_QUESTION = re.compile(
    r"\?|\b(?:bao nhieu|bn tien|may tien|may ngay|bao lau|khi nao|luc nao|khi mo|o dau|cho nao|o mo|di mo|the nao|ntn|"
    r"lam sao|nhu nao|rang|can gi|giay to gi|giay gi|can chi|giay chi|cai chi|nhung gi|dc khong|duoc khong|dc k|co can|"
    r"co phai|co mat|thi sao|ra sao|mat phi|het may|may gio|ai duoc|tai sao|vi sao|sao phai|den dau|den mo|toi mo|"
    r"toi dau)\b"
)


def command_in(text: str) -> Command | None:
    """The command, if a message is nothing else."""
    said = fold(text).strip()
    if not said or len(said.split()) > LONGEST_COMMAND:
        return None
    if _STOP.fullmatch(_plain(text)):
        return Command.LATER
    return next((command for command, pattern in _PATTERNS if pattern.fullmatch(said)), None)


def skips_for_sure(text: str) -> bool:
    """Whether it says to leave the question out; "không có" may be an answer."""
    return command_in(text) is Command.SKIP and not _NOTHING.search(fold(text))


def field_to_edit(form: EForm, answers: dict[str, object], text: str) -> tuple[bool, str | None]:
    """Whether something is to be changed, and which field: "sửa 7", "sửa ngày sinh của cháu", "đổi số điện thoại"."""
    found = _EDIT.match(_plain(text))
    if not found:
        return False, None
    return True, field_named(form, answers, found.group("what").strip(" .!"))


def _plain(text: str) -> str:
    """In small letters, with its accents."""
    return " ".join(unicodedata.normalize("NFC", text).lower().split())


def field_named(form: EForm, answers: dict[str, object], words: str) -> str | None:
    """The field that a number of the summary or some words name; None if that cannot be told."""
    fields = asked_fields(form, answers)
    number = _NUMBER.fullmatch(fold(words).strip())
    if number:
        place = int(number.group(1)) - 1
        return fields[place] if 0 <= place < len(fields) else None
    if not words:
        return None
    titles = [" ".join(tokens(form.title(name))) for name in fields]
    found = process.extract(" ".join(tokens(words)), titles, scorer=fuzz.token_set_ratio, limit=2)
    if not found or found[0][1] < SAME_WORDS:
        return None
    if len(found) > 1 and found[0][1] - found[1][1] < CLEARLY_BETTER:
        return None
    return fields[found[0][2]]


def asks_something(text: str, intent: str, aspects: Sequence[object], *, questions: Sequence[str]) -> bool:
    """Whether a message is a question of its own. questions: intents that are, if the words are a question's too."""
    asking = bool(_QUESTION.search(fold(text)))
    return asking and (intent in questions or bool(aspects) or text.rstrip().endswith("?"))
