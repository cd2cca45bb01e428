"""When somebody hands in: the many ways to say a day and an hour, and what is neither."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.moments import FARTHEST, Moment, moment_in
from knowledge.normalise import fold

NOW = datetime(2026, 11, 23, 9, 15)  # a Monday


def understood(text: str, now: datetime = NOW) -> str | None:
    found = moment_in(text, now)
    return found and f"{found.at:%d/%m %H:%M}"


DAYS = {
    "sáng nay": "23/11 08:00",
    "em nộp sáng ni": "23/11 08:00",
    "chiều nay": "23/11 14:00",
    "chiều ni tui nộp": "23/11 14:00",
    "tối nay": "23/11 19:00",
    "trưa nay": "23/11 12:00",
    "hôm nay": "23/11 09:15",
    "bựa ni": "23/11 09:15",
    "bây giờ nộp": "23/11 09:15",
    "bây chừ nộp": "23/11 09:15",
    "mai": "24/11 08:00",
    "mai em nộp": "24/11 08:00",
    "để mai": "24/11 08:00",
    "ngày mai": "24/11 08:00",
    "sáng mai": "24/11 08:00",
    "chiều mai tôi lên xã": "24/11 14:00",
    "ngày mốt": "25/11 08:00",
    "ngày kia": "25/11 08:00",
    "hôm qua": "22/11 08:00",
    "chiều qua": "22/11 14:00",
    "hôm kia": "21/11 08:00",
    "thứ hai": "30/11 08:00",
    "thứ hai này": "23/11 09:15",
    "thứ 2 tuần sau": "30/11 08:00",
    "thứ 6 tuần sau": "04/12 08:00",
    "thứ ba": "24/11 08:00",
    "thứ tư": "25/11 08:00",
    "thứ năm": "26/11 08:00",
    "chiều thứ sáu": "27/11 14:00",
    "thứ 6 tuần này buổi chiều": "27/11 14:00",
    "thứ 3 buổi chiều tuần sau": "01/12 14:00",
    "thứ bảy": "28/11 08:00",
    "chủ nhật tới": "29/11 08:00",
    "thứ sáu tuần trước": "20/11 08:00",
    "hôm thứ năm": "19/11 08:00",
    "nộp chiều thứ 6 rồi": "20/11 14:00",
    "tôi đã nộp thứ năm": "19/11 08:00",
    "đầu tuần sau": "30/11 08:00",
    "tuần sau": "30/11 08:00",
    "cuối tuần": "28/11 08:00",
    "cuối tuần sau": "05/12 08:00",
    "đầu tháng sau": "01/12 08:00",
    "đầu tháng 12": "01/12 08:00",
    "cuối tháng": "30/11 08:00",
    "ngày 24": "24/11 08:00",
    "ngày 20": "20/12 08:00",
    "hôm 20": "20/11 08:00",
    "sáng 25 nộp": "25/11 08:00",
    "mùng 3": "03/12 08:00",
    "ngày 24/11": "24/11 08:00",
    "sáng 25/11": "25/11 08:00",
    "24-11-2026": "24/11 08:00",
    "ngày 26.11.2026": "26/11 08:00",
    "ngày 3 tháng 12": "03/12 08:00",
    "ngày 3 tháng 12 năm 2026": "03/12 08:00",
    "3/1": "03/01 08:00",
    "20/11/26": "20/11 08:00",
    "3 ngày nữa": "26/11 08:00",
    "hai hôm nữa": "25/11 08:00",
    "2 tuần nữa": "07/12 08:00",
    "3 hôm trước": "20/11 08:00",
    "cách đây 3 ngày": "20/11 08:00",
}
HOURS = {
    "4h chiều": "23/11 16:00",
    "chiều 4h": "23/11 16:00",
    "16h30": "23/11 16:30",
    "16:30": "23/11 16:30",
    "lúc 9 giờ sáng": "23/11 09:00",
    "9g30": "23/11 09:30",
    "mười giờ rưỡi": "23/11 10:30",
    "bảy giờ sáng": "23/11 07:00",
    "ba giờ chiều": "23/11 15:00",
    "4 giờ": "23/11 16:00",
    "3 giờ kém 15 chiều mai": "24/11 14:45",
    "3 giờ chiều mai": "24/11 15:00",
    "chiều mai lúc 3h": "24/11 15:00",
    "8g sáng mai": "24/11 08:00",
    "9h30 sáng thứ tư": "25/11 09:30",
    "10:30 ngày 25/11": "25/11 10:30",
    "em nộp hồi 16h hôm qua": "22/11 16:00",
    "12h trưa mai": "24/11 12:00",
    "tối qua 8h": "22/11 20:00",
    "hôm nay, 4h chiều": "23/11 16:00",
    "17h05 chiều ni thì mấy bựa có": "23/11 17:05",
}
NO_ACCENTS_NEEDED = {said: at for said, at in (DAYS | HOURS).items() if "bảy giờ" not in said}


@pytest.mark.parametrize(("said", "at"), (DAYS | HOURS).items())
def test_days_and_hours_are_understood(said: str, at: str) -> None:
    assert understood(said) == at


@pytest.mark.parametrize(("said", "at"), NO_ACCENTS_NEEDED.items())
def test_they_are_understood_without_accents(said: str, at: str) -> None:
    assert understood(fold(said)) == at


@pytest.mark.parametrize(("said", "at"), DAYS.items())
def test_they_are_understood_in_a_sentence(said: str, at: str) -> None:
    assert understood(f"Dạ, {said} thì bao giờ có kết quả ạ?") == at


@pytest.mark.parametrize(
    "said",
    [
        "",
        "3 ngày",
        "mất 3 ngày",
        "trong 24 giờ",
        "8 giờ làm việc",
        "2 giờ đồng hồ",
        "24/7",
        "60/2014/QH13",
        "1.001193",
        "15 ngày trước khi cưới",
        "mấy giờ",
        "bao giờ có",
        "khi mô xong",
        "sau tết",
        "mùng 3 tết",
        "ngày 15 âm lịch",
        "sinh con thứ 3",
        "con thứ hai",
        "lần thứ 2",
        "làm theo thứ tự",
        "thu 2 triệu",
        "thu 2 trieu",
        "thủ tục",
        "thứ nhất là giấy, thứ hai là ảnh",
        "con sinh ngày 12/11/2026",
        "ngày 31 tháng 2",
        "từ ngày 1/7/2025 không còn huyện",
        "trẻ 3 tháng 12 ngày",
        "mai táng phí",
        "xã Quỳnh Mai",
        "phường hoàng mai",
        "chị Mai nộp",
        "mai mốt",
        "khuyến mãi",
        "năm nay",
        "lâu nay",
        "tháng 12",
        "uống ngày 2 lần",
        "chu trình",
        "giỗ ông",
        "làm khai sinh cần giấy gì",
    ],
)
def test_other_numbers_and_words_are_no_moments(said: str) -> None:
    assert moment_in(said, NOW) is None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("sáng nay", "sáng thứ Hai 23/11/2026"),
        ("ngày mai", "thứ Ba 24/11/2026"),
        ("hôm nay", "hôm nay, thứ Hai 23/11/2026"),
        ("bây giờ", "bây giờ, 9 giờ 15, thứ Hai 23/11/2026"),
        ("4h chiều mai", "16 giờ, thứ Ba 24/11/2026"),
        ("chủ nhật này", "Chủ nhật 29/11/2026"),
    ],
)
def test_what_was_understood_is_told_in_plain_words(said: str, words: str) -> None:
    found = moment_in(said, NOW)
    assert found is not None
    assert found.words == words


def test_what_was_said_is_kept_and_an_hour_is_told_from_a_guess() -> None:
    with_hour = moment_in("Em nộp lúc 3h  chiều mai được không?", NOW)
    without = moment_in("Em nộp chiều mai được không?", NOW)
    assert with_hour == Moment(datetime(2026, 11, 24, 15), "15 giờ, thứ Ba 24/11/2026", "3h chiều mai", True)
    assert without == Moment(datetime(2026, 11, 24, 14), "chiều thứ Ba 24/11/2026", "chiều mai", False)


def test_the_day_of_handing_in_counts_not_that_of_asking() -> None:
    assert understood("hôm nay em hỏi để mai nộp") == "24/11 08:00"
    assert understood("nộp hôm nay thì mai có không") == "23/11 09:15"


def test_without_accents_toi_is_i_and_not_evening() -> None:
    assert understood("toi mai nop") == "24/11 08:00"
    assert understood("tối mai nộp") == "24/11 19:00"
    assert understood("toi nay") == "23/11 19:00"


def test_the_year_ends() -> None:
    last = datetime(2026, 12, 31, 10)
    assert understood("mai em nộp", last) == "01/01 08:00"
    assert moment_in("ngày 5", last) == Moment(datetime(2027, 1, 5, 8), "thứ Ba 5/1/2027", "ngày 5", False)


def test_the_zone_of_now_is_kept() -> None:
    found = moment_in("sáng mai", NOW.replace(tzinfo=UTC))
    assert found is not None
    assert found.at.tzinfo is UTC


@given(st.text(max_size=300), st.datetimes())
def test_any_text_gives_a_moment_or_none(text: str, now: datetime) -> None:
    moment_in(text, now)


PIECES = st.sampled_from(
    re.findall(
        r"\S+",
        """sáng chiều tối mai mốt hôm nay qua thứ 2 hai tư tuần sau trước tới ngày 24 31 99 11 / - . : h giờ rưỡi kém 15
        tháng 12 2026 mùng nữa cuối đầu cn t3 bây chừ nộp đã ,""",
    )
)


@given(st.lists(PIECES, max_size=12), st.booleans(), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_any_mixture_of_words_of_time_gives_a_near_moment_or_none(words: list[str], glued: bool, now: datetime) -> None:
    text = ("" if glued else " ").join(words)
    found = moment_in(text, now)
    if found:
        assert abs(found.at - now) <= timedelta(days=FARTHEST + 1)
        assert found.said
        assert str(found.at.year) in found.words
