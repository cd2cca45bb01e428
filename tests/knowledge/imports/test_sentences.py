"""Running text: lines, breaks, what does not count, stale offices, decrees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.imports import sentences


@pytest.mark.parametrize("text", [None, "", "  ", "Không", "không có.", "Không quy định", "KHÔNG YÊU CẦU"])
def test_a_filled_in_nothing_is_nothing(text: str | None) -> None:
    assert sentences.said(text) == ""
    assert sentences.lines(text) == ()


def test_a_text_is_what_it_is() -> None:
    assert sentences.said(" Không được thả diều gần dây điện. ") == "Không được thả diều gần dây điện."


def test_lines_lose_their_bullets_and_wrapped_ones_are_joined() -> None:
    text = "- Mang theo\tdiều và\n  dây thả.\n\n• Nộp đơn\n+ Chờ gió.\na) nhận thẻ\n2. ra về"
    assert sentences.lines(text) == (
        "Mang theo diều và dây thả.",
        "Nộp đơn",
        "+ Chờ gió.",
        "a) nhận thẻ",
        "2. ra về",
    )


def test_a_line_is_cut_at_its_length_and_there_are_not_too_many() -> None:
    (line,) = sentences.lines("gió\n" * 5000, longest=50)
    assert len(line) <= 50
    assert line.endswith("…")
    assert len(sentences.lines("Gió.\n" * 500)) == sentences.MOST_LINES


def test_a_sentence_that_breaks_off_is_found() -> None:
    text = "Bước 1: Nộp đơn.\nNgười chơi nhận diều ở Nhà\nnộp đơn.\nBước 2: Về."
    assert sentences.broken(text) == "Người chơi nhận diều ở Nhà ⏎ nộp đơn."


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "Nộp đơn.\nnhận thẻ.",
        "Nộp đơn\nNhận thẻ.",
        "Nộp đơn ở quầy số năm\ntrong nhà văn hóa của thôn vào buổi sáng.",
        "Gồm:\na) đơn.",
    ],
)
def test_a_line_that_ends_or_goes_on_is_not_broken(text: str | None) -> None:
    assert sentences.broken(text) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Thời gian chờ gió không tính vào thời gian giải quyết.",
        "Thời hạn trên không bao gồm thời gian gửi thư;",
        "Ba ngày, không kể thời hạn để sửa diều.",
    ],
)
def test_what_does_not_count_towards_the_time_limit_is_kept(sentence: str) -> None:
    assert sentences.not_counted(f"Nộp đơn.\n- {sentence} Nhận thẻ.\n{sentence}") == (sentence,)


@pytest.mark.parametrize("text", [None, "", "Không tính phí trong thời gian chờ.", "Thời gian làm việc: cả ngày."])
def test_other_times_are_not_taken_for_it(text: str | None) -> None:
    assert sentences.not_counted(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Nộp tại UBND huyện.",
        "do Ủy ban nhân dân quận cấp",
        "thẩm quyền của cấp huyện",
        "các cơ quan cấp quận",
        "Công an thị xã Diều Sáo",
        "Phòng Tư pháp xem xét",
        "Phòng Tài nguyên và Môi trường",
        "trung tâm y tế thị xã",
        "Tòa án nhân dân huyện Diều",
        "ủy ban nhân dân các huyện",
    ],
)
def test_an_office_of_a_district_is_stale(text: str) -> None:
    found = sentences.stale_district(text)
    assert found is not None
    assert found in text


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "Số 5 đường Gió, quận Diều, thành phố Sáo",
        "xã Mây, huyện Gió, tỉnh Trời",
        "Ủy ban nhân dân xã Mây, huyện Gió",
        "Trung tâm Phục vụ hành chính công xã",
        "Trung tâm Phục vụ hành chính công xã Mây huyện Gió",
        "Công an xã, phường",
        "Phòng Kinh tế của xã",
        "Phòng Văn hóa - Xã hội",
        "huyện thoại về con diều",
    ],
)
def test_the_name_of_a_place_is_no_office(text: str | None) -> None:
    assert sentences.stale_district(text) is None


def test_only_the_words_around_the_office_are_kept() -> None:
    found = sentences.stale_district("gió " * 500 + "UBND huyện" + " mây" * 500)
    assert found is not None
    assert "UBND huyện" in found
    assert len(found) < 150


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("Nộp tại tỉnh Hà Tĩnh. Sở của tỉnh Hà Tĩnh xem.", "Hà Tĩnh"),
        ("Nộp tại tỉnh Hà Tĩnh.", None),
        ("Nộp tại tỉnh Hà Tĩnh hoặc tỉnh Thanh Hóa.", None),
        ("Nộp tại tỉnh Nghệ An. Sở của tỉnh Nghệ An xem.", None),
        ("", None),
        (None, None),
    ],
)
def test_a_text_that_speaks_of_one_other_province_is_its_own(text: str | None, province: str | None) -> None:
    assert sentences.one_other_province(text) == province


def test_a_decree_of_some_province_is_found_with_the_words_around_it() -> None:
    assert sentences.local_decree("theo 15/2024/QĐ-UBND về diều") == "theo 15/2024/QĐ-UBND về diều"
    assert sentences.local_decree(f"{'gió ' * 99}7/NQ-HĐND{' mây' * 99}") is not None
    assert len(sentences.local_decree(f"{'gió ' * 99}7/NQ-HĐND{' mây' * 99}") or "") < 100
    assert sentences.local_decree("12/2024/NĐ-CP") is None
    assert sentences.local_decree("1" * 100_000) is None
    assert sentences.local_decree(None) is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Nghị định số 12/2024/NĐ-CP về diều", ["12/2024/NĐ-CP"]),
        ("12/2024/NĐ-CPNghị định về diều", ["12/2024/NĐ-CP"]),
        ("12/2024/NĐ-CPsửa đổi Nghị định", ["12/2024/NĐ-CP"]),
        ("12/2024/NĐ-CPQUY ĐỊNH VỀ DIỀU", ["12/2024/NĐ-CP"]),
        ("Nghị định 12/2024/NĐ-CP12/2024/NĐ-CP", ["12/2024/NĐ-CP"]),
        ("3/2025/TT-BTCThông tư; 4/2025/TT-BTCcủa Bộ", ["3/2025/TT-BTC", "4/2025/TT-BTC"]),
        ("7/2023/QĐ-TTgQuyết định 7/2023/QĐ-TTg", ["7/2023/QĐ-TTg"]),
        ("Luật 5/2021/QH155/2021/QH15", ["5/2021/QH15"]),
        ("9/2022/TTLT-BTP-BCA-BYT", ["9/2022/TTLT-BTP-BCA-BYT"]),
        ("66.7/2025/NQ-CPPhí", ["66.7/2025/NQ-CP"]),
        ("8/1998/NĐ-CP", ["8/1998/NĐ-CP"]),
        ("năm 202412/2024/NĐ-CP", ["12/2024/NĐ-CP"]),
        ("4/2021/TT-BNNPTNTThông tư 4/2021/TT-BDIEU.", ["4/2021/TT-BNNPTNT", "4/2021/TT-BDIEU"]),
        ("8/2023/TT- BKHĐT và 8/2023/TT-\nBKHĐT", ["8/2023/TT-BKHĐT"]),
        ("85/2024/TT-BT\u0421", ["85/2024/TT-BTC"]),
        ("2/2020/TT-BDIEUThông tư của bộ lạ", ["2/2020/TT-BDIEU"]),
        ("2/2020/TT/BTC, 3/2020/TT và 1/1/2020", []),
        ("1/2020/TT-" + "B" * 60, []),
        ("", []),
        (None, []),
    ],
)
def test_decrees_are_found_by_number_however_the_cells_ran_together(text: str | None, numbers: list[str]) -> None:
    assert [law.number for law in sentences.laws(text)] == numbers


def test_a_decree_has_its_kind() -> None:
    text = "5/2021/QH15 12/2024/NĐ-CP 6/2024/NQ-HĐND 3/2025/TT-BTC 7/2023/QĐ-TTg"
    assert [law.name for law in sentences.laws(text)] == ["Luật", "Nghị định", "Nghị quyết", "Thông tư", "Quyết định"]


@given(st.text(st.sampled_from("aA1.-/ \n;:ĐCP,huyệnxã()")))
def test_any_text_is_read(text: str) -> None:
    assert all(line == " ".join(line.split()) != "" for line in sentences.lines(text))
    sentences.broken(text)
    sentences.not_counted(text)
    sentences.stale_district(text)
    sentences.laws(text)
