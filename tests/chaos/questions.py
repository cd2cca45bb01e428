"""Questions whose replies name what was asked, so that each reply can be told to belong to its message.

A reply begins with the name and the code of the procedure and then the heading of what was asked of it. Each citizen
asks each question once at most, so a heading stands for one message of theirs.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

PROCEDURES = {
    "đăng ký khai sinh": "1.001193",
    "đăng ký kết hôn": "1.000894",
    "đăng ký tạm trú": "1.004194",
    "đăng ký khai tử": "1.000656",
    "đăng ký thường trú": "1.004222",
    "làm hộ chiếu": "1.001456",
    "đăng ký hộ kinh doanh": "1.001612",
    "chứng thực bản sao": "2.000815",
    "đổi giấy phép lái xe": "3.000347",
    "cấp giấy xác nhận tình trạng hôn nhân": "1.004873",
}
ASPECTS = {
    "lệ phí {}": "Lệ phí",
    "{} mất bao lâu": "Thời hạn",
    "nộp hồ sơ {} ở đâu": "Nộp ở đâu",
}
SMALL_TALK = {
    "xin chào": "Xin chào! Tôi là trợ lý",
    "cảm ơn": "Dạ không có gì",
    "tạm biệt": "Chào anh/chị. Khi cần hỏi thủ tục",
}
AMBIGUOUS = ("làm hộ chiếu mất bao lâu",)  # "mất" is also what happens to a passport: it asks back
_HEADING = re.compile(r"\(mã (\d\.\d{6})\)\s+(Lệ phí|Thời hạn|Nộp ở đâu)\b")


@dataclass(frozen=True)
class Question:
    """words: as a citizen writes them. mark: what mark_of() finds in the reply, and in no other question's reply."""

    words: str
    mark: str


QUESTIONS = (
    *(
        Question(words.format(name), f"{code} {heading}")
        for name, code in PROCEDURES.items()
        for words, heading in ASPECTS.items()
        if words.format(name) not in AMBIGUOUS
    ),
    *(Question(words, mark) for words, mark in SMALL_TALK.items()),
)


def mark_of(text: str) -> str | None:
    """Which question a message of ours answers; None: it is no beginning of a reply, or another one."""
    if found := _HEADING.search(text):
        return f"{found[1]} {found[2]}"
    return next((mark for mark in SMALL_TALK.values() if text.startswith(mark)), None)


def drawn(luck: random.Random, most: int) -> list[Question]:
    """So many different questions in a random order, or all that there are."""
    return luck.sample(QUESTIONS, min(most, len(QUESTIONS)))
