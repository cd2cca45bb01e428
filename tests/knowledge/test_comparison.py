"""Two procedures beside each other."""

from __future__ import annotations

import itertools

from knowledge.catalogue import Catalogue
from knowledge.check import check, sourced_facts
from knowledge.comparison import compare
from knowledge.compose import IMPORTED, UNCHECKED
from knowledge.reply import Outcome
from knowledge.tongue import Language, speaking
from tests.knowledge import tiny

BIRTH, STAY, LICENCE, HOME = (tiny.procedure(code) for code in tiny.RECORDS)


def test_each_is_told_with_what_it_is_for_and_what_it_costs() -> None:
    assert compare(STAY, HOME).text.splitlines() == [
        "Đăng ký tạm trú và Đăng ký thường trú khác nhau như sau:",
        "",
        f"Đăng ký tạm trú (mã {tiny.STAY})",
        "• Dành cho: Người đến ở nơi khác từ 30 ngày",
        "• Cơ quan giải quyết: Công an xã.",
        "• Lệ phí: Trực tuyến: Lệ phí: 7.000 đồng/lần. Nộp trực tiếp: Lệ phí: 15.000 đồng/lần.",
        "• Thời hạn: Mọi cách nộp: 3 ngày làm việc.",
        "• Giấy tờ riêng: Tờ khai cư trú.",
        "Nguồn: Quyết định 12/QĐ-THU, Cổng thử nghiệm, dữ liệu tháng 6/2026.",
        "",
        f"Đăng ký thường trú (mã {tiny.HOME})",
        "• Dành cho: Người có chỗ ở hợp pháp",
        "• Cơ quan giải quyết: Công an xã.",
        "• Lệ phí: Nộp trực tiếp: Phí: 0,5 % giá trị nhà.",
        "• Thời hạn: Nộp trực tiếp: 7 ngày làm việc.",
        "• Giấy tờ riêng: Giấy tờ về chỗ ở.",
        "Nguồn: Quyết định 12/QĐ-THU, Cổng thử nghiệm, dữ liệu tháng 6/2026.",
    ]


def test_it_is_an_answer_about_both() -> None:
    reply = compare(STAY, HOME)
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.STAY)
    assert [button.payload for button in reply.buttons] == [f"procedure:{tiny.STAY}", f"procedure:{tiny.HOME}"]
    assert {(source.code, source.field) for source in reply.sources} == {
        (code, field)
        for code in (tiny.STAY, tiny.HOME)
        for field in ("who", "agency", "cases", "ways.fees", "ways.time_limits", "not_counted")
    }


def test_papers_that_both_need_are_left_out() -> None:
    own = {"name": "Giấy riêng"}
    row = tiny.record(tiny.HOME)
    row["cases"][0]["documents"] = [*tiny.record(tiny.STAY)["cases"][0]["documents"], own]
    text = compare(STAY, tiny.procedure(tiny.HOME, cases=row["cases"])).text
    assert "• Giấy tờ riêng: Giấy riêng." in text
    assert text.count("Giấy tờ riêng") == 1
    assert "Tờ khai cư trú" not in text


def test_what_a_record_does_not_say_is_left_out() -> None:
    nothing = tiny.imported(tiny.BEES, "Cấp phép nuôi ong")
    _, _, about = compare(STAY, nothing).text.partition("Cấp phép nuôi ong (mã")
    assert "Dành cho" not in about
    assert "Cơ quan giải quyết" not in about
    assert "• Lệ phí: Nguồn không nêu, cần hỏi lại cơ quan tiếp nhận." in about


def test_what_nobody_compared_carries_its_warning() -> None:
    text = compare(STAY, LICENCE).text
    assert text.count(UNCHECKED) == 1
    assert text.index(UNCHECKED) > text.index(f"(mã {tiny.LICENCE})")
    assert IMPORTED in compare(tiny.imported(tiny.BEES, "Nuôi ong"), STAY).text


def test_a_doubtful_fee_is_compared_as_one() -> None:
    assert "nguồn ghi “135 VNĐ”, cần hỏi lại cơ quan tiếp nhận" in compare(LICENCE, BIRTH).text


def test_every_figure_has_its_source(shipped: Catalogue) -> None:
    for first, second in itertools.pairwise(shipped.procedures.values()):
        reply = compare(first, second)
        check(reply, sourced_facts(first) | sourced_facts(second))
        assert "None" not in reply.text
        assert not [line for line in reply.text.splitlines() if line.startswith("•") and line.endswith(": ")]


def test_it_is_told_in_english() -> None:
    with speaking(Language.ENGLISH):
        text = compare(STAY, HOME).text
    assert text.startswith("Đăng ký tạm trú and Đăng ký thường trú differ like this:")
    assert "• Time: In person: 7 working day(s)." in text
