"""One matter under several codes, told from two matters that only sound alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.families import family_key, named_level, nearness
from knowledge.record import Level
from tests.knowledge import tiny

CARD = "Cấp đổi thẻ đội viên"


@pytest.mark.parametrize(
    "title",
    [
        "Cấp đổi thẻ đội viên (thực hiện tại cấp xã)",
        "Cấp đổi thẻ đội viên (thực hiện tại cấp tỉnh)",
        "Cấp đổi thẻ đội viên (thực hiện ở cấp trung ương)",
        "Cấp đổi thẻ đội viên (thực hiện tại cấp huyện)",
        "Cấp đổi thẻ đội viên (cấp Bộ)",
        "Cấp đổi thẻ đội viên (tại trung ương)",
        "Cấp đổi thẻ đội viên cấp tỉnh",
        "Cấp đổi thẻ đội viên ở cấp xã",
        "Cấp đổi thẻ đội viên tại cấp tỉnh, cấp xã",
        "Cấp đổi thẻ đội viên tại địa phương",
        "Cấp đổi thẻ đội viên thực hiện tại trung ương",
        "Cấp đổi thẻ đội viên thuộc thẩm quyền giải quyết của cấp tỉnh",
        "Cấp đổi thẻ đội viên theo thẩm quyền của Ủy ban nhân dân cấp xã",
        "Thủ tục cấp đổi thẻ đội viên",
        "Trình tự, thủ tục cấp đổi thẻ đội viên",
        "CẤP ĐỔI THẺ ĐỘI VIÊN.",
        "Cấp đổi  thẻ đội viên bằng dịch vụ công trực tuyến toàn trình",
        "Cấp đổi thẻ đội viên thực hiện bằng dịch vụ công trực tuyến một phần hoặc trực tiếp thực hiện",
    ],
)
def test_level_and_way_of_submission_make_no_other_matter(title: str) -> None:
    assert family_key(title) == family_key(CARD) == "cap doi the doi vien"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CARD, "Cấp lại thẻ đội viên"),
        (CARD, "Cấp thẻ đội viên"),
        (CARD, "Thu hồi thẻ đội viên"),
        (CARD, "Cấp đổi thẻ đội trưởng"),
        (f"{CARD} (thực hiện tại cấp xã)", "Cấp lại thẻ đội viên (thực hiện tại cấp xã)"),
        ("Cấp thẻ cho người dưới 14 tuổi", "Cấp thẻ cho người từ đủ 14 tuổi"),
        ("Đăng ký tàu cá (tàu mới)", "Đăng ký tàu cá (tàu cũ)"),
        ("Giấy phép lái đò (cấp lại)", "Giấy phép lái đò (cấp đổi)"),
        ("Giấy phép lái đò (cấp lần đầu)", "Giấy phép lái đò (cấp lại)"),
        ("Cấp giấy phép lái đò", "Cấp bổ sung giấy phép lái đò"),
        ("Thành lập hội có phạm vi hoạt động trong xã", "Thành lập hội có phạm vi hoạt động trong tỉnh"),
        ("Bố trí nhà ở công vụ của cơ quan", "Bố trí nhà ở công vụ của địa phương"),
    ],
)
def test_two_matters_stay_apart(one: str, other: str) -> None:
    assert family_key(one) != family_key(other)


def test_a_title_of_nothing_but_a_level_has_no_family() -> None:
    assert family_key("Cấp tỉnh") == family_key("…") == ""


@given(st.text())
def test_any_title_has_a_key_of_plain_words(title: str) -> None:
    key = family_key(title)
    assert key == " ".join(key.split())
    assert key.isascii()


def test_the_level_nearest_to_people_comes_first_and_what_was_written_by_hand() -> None:
    written = {level: tiny.procedure(levels=[level.value]) for level in Level}
    read = {level: tiny.imported(tiny.BEES, "Nuôi ong", levels=[level.value]) for level in Level}
    order = [Level.COMMUNE, Level.PROVINCE, Level.MINISTRY, Level.OTHER]
    expected = [record for level in order for record in (written[level], read[level])]
    backwards = expected[::-1]
    assert sorted(backwards, key=nearness) == expected


def test_of_several_levels_the_nearest_counts() -> None:
    both = tiny.procedure(levels=["ministry", "commune"])
    assert nearness(both) == nearness(tiny.procedure(levels=["commune"]))


@pytest.mark.parametrize(
    ("question", "level"),
    [
        ("đổi thẻ ngoài phường được không", Level.COMMUNE),
        ("lam the o xa", Level.COMMUNE),
        ("XIN GIẤY Ở THÔN", Level.COMMUNE),
        ("đổi thẻ trên tỉnh", Level.PROVINCE),
        ("lên sở làm thẻ", Level.PROVINCE),
        ("nộp ra Bộ có được không", Level.MINISTRY),
        ("đổi thẻ ở cục hay sao", Level.MINISTRY),
        ("đổi thẻ ở xã hay trên tỉnh", None),
        ("đổi thẻ đội viên", None),
        ("", None),
    ],
)
def test_the_level_that_a_question_names(question: str, level: Level | None) -> None:
    assert named_level(question) is level


@pytest.mark.parametrize(
    "question",
    [
        "làm sổ đỏ",
        "số điện thoại",
        "bố mẹ xin giấy",
        "muốn bỏ tên cũ",
        "xác nhận tình trạng hôn nhân",
        "nhà xa quá",
    ],
)
def test_a_word_that_only_looks_like_a_level_names_none(question: str) -> None:
    """Written with its accents, "sổ" is no "sở" and "bố" no "bộ"."""
    assert named_level(question) is None
