"""A code is read however badly it was typed, and nothing else is taken for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.dossiers.codes import CodeRead, Trouble, codes_in_barcode, read_code

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PLAIN = "000.00.00.H41-240510-0001"


def now() -> datetime:
    return NOW


def read(text: str) -> CodeRead:
    return read_code(text, now=now)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "h41 240510 0001",
        "H41.240510.0001",
        "000 00 00 H41 – 240510 – 0001",
        "ho so h41-240510-0001 den dau roi",
        "Mã hồ sơ của tui là H41-240510-0001, coi giùm với ạ.",
        "H41_240510_0001",
        "H41/240510/0001",
        "h41−240510―0001",
        "OOO.OO.OO.H4l-24O51O-OOO1",
        "ooo.oo.oo.h4I-24o5l0-000l",
        "0000000H41-240510-0001",
        "00.00.H41-240510-0001",
        "h412405100001",
        "0000000h412405100001",
        "H41 24 05 10 00 01",
        "H 41 2 4 0 5 1 0 0 0 0 1",
        "h41 - 24.05.10 - 0001",
        "h41 24051 00001",
        "Ｈ４１-２４０５１０-０００１",
        "H41\u200b-240510\u00ad-0001",
        "H41-240510-0001 2 bản",
        "h41 240510 0001 sđt 0912345678",
        "h41 240510 0001 0912345678",
        "1.H41-240510-0001",
        "1) h41-240510-0001",
    ],
)
def test_a_code_typed_badly_is_read(text: str) -> None:
    assert read(text) == CodeRead(PLAIN, "H41", date(2024, 5, 10), None, (PLAIN,))
    assert read(text).askable


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("H41-20240510-0001", "000.00.00.H41-20240510-0001"),
        ("h41 2024 05 10 0001", "000.00.00.H41-20240510-0001"),
        ("h41202405100001", "000.00.00.H41-20240510-0001"),
        ("000.00.12.h41-261105-00007", "000.00.12.H41-261105-00007"),
        ("h41.18.2-261105-0007", "H41.18.2-261105-0007"),
        ("H41-240510-0092637", "000.00.00.H41-240510-0092637"),
        ("H41 240510 00 92 63 7", "000.00.00.H41-240510-0092637"),
        ("H41.20.05.10-240510-0001", "H41.20.05.10-240510-0001"),
    ],
)
def test_other_forms_of_the_code_are_kept_as_they_are(text: str, code: str) -> None:
    assert read(text).code == code
    assert read(text).askable


@pytest.mark.parametrize("text", ["G09.20-20260609-0092637", "g09 20 20260609 0092637", "g09.20.20260609.0092637"])
def test_a_ministrys_code_may_be_asked_for_though_it_is_not_of_this_province(text: str) -> None:
    found = read(text)
    assert found == CodeRead(
        "G09.20-20260609-0092637", "G09", date(2026, 6, 9), Trouble.MINISTRY, ("G09.20-20260609-0092637",)
    )
    assert found.askable


@pytest.mark.parametrize("text", ["H17-240510-0001", "000.00.00.H17-240510-0001", "h17 240510 0001"])
def test_another_provinces_code_is_told_apart(text: str) -> None:
    found = read(text)
    assert (found.code, found.agency, found.trouble) == ("000.00.00.H17-240510-0001", "H17", Trouble.OTHER_PROVINCE)
    assert not found.askable


@pytest.mark.parametrize("day", ["240231", "241301", "240500", "141231", "261125", "301231", "20260230"])
def test_a_day_that_cannot_be_is_said(day: str) -> None:
    found = read(f"H41-{day}-0001")
    assert (found.code, found.day) == (f"000.00.00.H41-{day}-0001", None)
    assert found.trouble is Trouble.IMPOSSIBLE_DATE
    assert not found.askable


@pytest.mark.parametrize("day", ["150101", "240229", "261123", "261124"])
def test_first_day_leap_day_today_and_tomorrow_can_be(day: str) -> None:
    assert read(f"H41-{day}-0001").trouble is None


def test_a_day_is_of_vietnams_time() -> None:
    late = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)  # the 23rd in Vietnam
    assert read_code("H41-261124-0001", now=lambda: late).trouble is None
    assert read_code("H41-261124-0001", now=lambda: late.replace(hour=16)).trouble is Trouble.IMPOSSIBLE_DATE


@pytest.mark.parametrize(
    ("text", "agency", "day"),
    [
        ("H41-240510", "H41", date(2024, 5, 10)),
        ("000.00.00.H41-240510-", "H41", date(2024, 5, 10)),
        ("H41-240510-01", "H41", date(2024, 5, 10)),
        ("h41 240510 lỗi rồi", "H41", date(2024, 5, 10)),
        ("h41-240510 loi roi", "H41", date(2024, 5, 10)),
        ("H41-0001", "H41", None),
        ("240510-0001", None, date(2024, 5, 10)),
        ("hồ sơ 0001", None, None),
        ("ma ho so la 0001", None, None),
        ("tui hỏi hồ sơ số 123 được chưa", None, None),
        ("0001", None, None),
        ("H41", None, None),
    ],
)
def test_a_part_of_a_code_is_told_to_be_one(text: str, agency: str | None, day: date | None) -> None:
    assert read(text) == CodeRead("", agency, day, Trouble.INCOMPLETE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hồ sơ của tôi đến đâu rồi",
        "0912345678",
        "+84 912 345 678",
        "h41 0912345678",
        "040190001234",
        "CCCD 040 190 001 234",
        "1.001193",
        "1.001193.000.00.00.H41",
        "1.001193.000.00.00.H41 ngày 24/05/10 số 0001",
        "1.001193.000.00.00.H41 240510 0001",
        "1.013978.H41",
        "123/2015/NĐ-CP",
        "Nghị định 118/2025/NĐ-CP và 45/2020/NĐ-CP",
        "NQ 1678/NQ-UBTVQH15",
        "24/05/2010",
        "2024-05-10",
        "10.05.2024",
        "37H4-123.45",
        "37-H4 123.45",
        "37-H41 234.56",
        "37A-123.45",
        "DN4404012345678",
        "B1234567",
        "STK 19031234567890",
        "phí 150.000 đồng, 240510 đồng",
        "hỏi 240510 0001",
        "hoi 240510 0001",
        "G20 2023",
        "8h30 240510",
        "2405100001",
        "091234-5678",
        "090512-1234",
        "hồ sơ 1.001193 cần chi",
        "hồ sơ 12 tuổi",
        "hồ sơ 2024",
    ],
)
def test_what_is_no_code_is_not_taken_for_one(text: str) -> None:
    assert read(text) == CodeRead(trouble=Trouble.NONE_FOUND)


def test_of_several_codes_the_first_wins_and_all_are_listed() -> None:
    found = read("H41-240510-0001, rồi h41 240511 0002 và lại H41.240510.0001")
    assert found.code == PLAIN
    assert found.every == (PLAIN, "000.00.00.H41-240511-0002")


def test_a_phone_number_before_a_code_is_no_part_of_it() -> None:
    assert read("0912345678 h41-240510-0001").code == PLAIN


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (PLAIN, (PLAIN,)),
        ("https://dichvucong.example.vn/tra-cuu?maHoSo=000.00.00.H41-240510-0001&lang=vi", (PLAIN,)),
        (f"https://example.vn/hs/{quote('H41-240510-0001', safe='')}", (PLAIN,)),
        ("https://example.vn/?ma=000.00.00.H41%2D240510%2D0001", (PLAIN,)),
        ("000.00.00.H41-240510-0001|Nguyễn Văn Bưởi|10/05/2024", (PLAIN,)),
        ("Nguyễn Văn Bưởi;H41-240510-0001;H41-240511-0002", (PLAIN, "000.00.00.H41-240511-0002")),
        ("040290001234|181234567|Nguyễn Văn Bưởi|01011990|Nam|Xã Kim Liên|01012021", ()),
        ("H41|240510|0001", ()),
        ("WIFI:S:Trung tam;T:WPA;P:12345678;;", ()),
        ("", ()),
    ],
)
def test_codes_are_found_in_what_a_bar_code_says(text: str, codes: tuple[str, ...]) -> None:
    assert codes_in_barcode(text, now=now) == codes


Spoil = Callable[[str], str]
GAPS = ["-", " ", ".", "_", "/", " - ", "–", " — ", "‑", "  ", "- "]
FRONTS = ["", "hồ sơ ", "ma ho so: ", "eng coi dùm tui ", "Hồ sơ số ", "(", "0912345678, ", "phí 50.000 đồng "]
BACKS = ["", " đến đâu rồi ạ", " toi dau roi?", ".", ")", ", sđt 0912345678", " ơi", " xong chưa"]


def in_pairs(digits: str) -> str:
    return " ".join(digits[start : start + 2] for start in range(0, len(digits), 2))


WAYS: list[Spoil] = [str, str, in_pairs, " ".join]


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, str, date]:
    """How somebody typed a code; the code; its day."""
    day = draw(st.dates(date(2015, 1, 1), TODAY))
    digits = f"{day:%Y%m%d}" if draw(st.booleans()) else f"{day:%y%m%d}"
    serial = draw(st.text("0123456789", min_size=4, max_size=7).filter(lambda text: text.strip("0")))
    way = draw(st.sampled_from(WAYS))
    unit = draw(st.sampled_from(["", "000.00.00.", "000 00 00 ", "0000000", "ooo.oo.oo."]))
    first, second = draw(st.sampled_from(GAPS)), draw(st.sampled_from(GAPS))
    if way is str and not draw(st.integers(0, 4)):
        first = second = ""
    body = f"{way(digits)}{second}{way(serial)}"
    if draw(st.booleans()) and way is str:
        body = body.replace("0", draw(st.sampled_from("Oo")), 1).replace("1", draw(st.sampled_from("lI")), 1)
    text = f"{unit}H41{first}{body}"
    text = text if draw(st.booleans()) else text.lower()
    return (
        draw(st.sampled_from(FRONTS)) + text + draw(st.sampled_from(BACKS)),
        f"000.00.00.H41-{digits}-{serial}",
        day,
    )


@given(typed())
def test_every_code_survives_bad_typing(case: tuple[str, str, date]) -> None:
    text, code, day = case
    found = read(text)
    assert (found.code, found.agency, found.day, found.trouble) == (code, "H41", day, None)


@given(typed())
def test_what_was_read_is_read_again_as_the_same(case: tuple[str, str, date]) -> None:
    found = read(case[0])
    assert read(found.code) == found


@given(
    st.from_regex(r"[A-Z][0-9]{2}(\.[0-9]{1,3}){0,3}-([0-9]{6}|[0-9]{8})-[0-9]{3,8}", fullmatch=True),
    st.sampled_from(["", "000.00.00.", "000.12.34."]),
)
def test_what_is_of_the_official_form_keeps_its_form(code: str, unit: str) -> None:
    found = read(unit + code)
    if found.code:
        assert found.code.removeprefix("000.00.00.") == (unit + code).removeprefix("000.00.00.")
    else:
        assert code[0] not in "HG"


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert (read(text).code == "") == (read(text).every == ())
    assert codes_in_barcode(text, now=now) == codes_in_barcode(text, now=now)


@given(st.text(alphabet="0O1lIH4hG9 .-_/–|"))
def test_what_looks_like_a_code_is_read_without_an_error(text: str) -> None:
    found = read(text)
    assert found.trouble is not None or found.askable


@given(
    st.one_of(
        st.from_regex(r"0[35789][0-9]{8}", fullmatch=True),
        st.from_regex(r"0[0-9]{11}", fullmatch=True),
        st.from_regex(r"[1-3]\.[0-9]{6}(\.000\.00\.00\.H41|\.H41)?", fullmatch=True),
        st.from_regex(r"[1-9][0-9]{0,2}/20[0-2][0-9]/N[ĐD]-CP", fullmatch=True),
        st.dates(date(1950, 1, 1), TODAY).map(lambda day: f"{day:%d/%m/%Y}"),
        st.from_regex(r"3[78][A-HK-Z][1-9]?[- ][0-9]{3}\.[0-9]{2}", fullmatch=True),
    ),
    st.sampled_from(FRONTS),
    st.sampled_from(BACKS),
)
def test_other_numbers_are_never_codes(number: str, front: str, back: str) -> None:
    assert read(f"{front}{number}{back}").code == ""
