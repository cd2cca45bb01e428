"""What changed between two catalogues, in the words of an office."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.imports.diff import Change, differences
from knowledge.record import Procedure
from tests.knowledge import tiny
from tests.knowledge.imports import rows

CODE = tiny.BIRTH


def changes(before: Procedure | None, after: Procedure | None) -> list[Change]:
    old, new = ({record.code: record} if record else {} for record in (before, after))
    return list(differences(old, new))


def found(**parts: Any) -> list[tuple[str, str]]:
    """The kinds and words for a record of which some parts changed."""
    return [(item.kind, item.what) for item in changes(tiny.procedure(), tiny.procedure(CODE, **parts))]


def ways(*others: rows.Row, **online: Any) -> list[rows.Row]:
    first, second = tiny.record()["ways"]
    return [{**first, **online}, second, *others]


def cases(*papers: rows.Row) -> list[rows.Row]:
    """The cases of the tiny record with other papers in the first."""
    first, second = tiny.record()["cases"]
    return [{**first, "documents": list(papers)}, second]


PAPERS: list[rows.Row] = tiny.record()["cases"][0]["documents"]


def test_nothing_changed_between_equals() -> None:
    old = {code: tiny.procedure(code) for code in tiny.RECORDS}
    assert list(differences(old, {code: tiny.procedure(code) for code in tiny.RECORDS})) == []
    assert list(differences({}, {})) == []


def test_new_and_gone() -> None:
    record = tiny.procedure()
    assert changes(None, record) == [Change(CODE, "Đăng ký khai sinh", "new", "thủ tục mới")]
    assert changes(record, None) == [Change(CODE, "Đăng ký khai sinh", "gone", "không còn trong danh mục")]


def test_changes_come_in_the_order_of_the_codes() -> None:
    old = {code: tiny.procedure(code) for code in (tiny.HOME, tiny.STAY)}
    new = {code: tiny.procedure(code) for code in (tiny.LICENCE, tiny.BIRTH)}
    assert [item.code for item in differences(old, new)] == [tiny.BIRTH, tiny.STAY, tiny.LICENCE, tiny.HOME]


def test_another_fee_names_the_old_and_the_new() -> None:
    fee = {"name": "Lệ phí", "amount": 5000, "raw": "5 nghìn"}
    assert found(ways=ways(fees=[fee])) == [("fee", "phí, trực tuyến: Lệ phí: miễn phí → Lệ phí: 5.000 đồng")]


def test_only_the_fee_that_changed_is_named() -> None:
    kept = tiny.record()["ways"][0]["fees"]
    more = {"name": "Phí cấp nhanh", "amount": 9000, "raw": "9 nghìn"}
    assert found(ways=ways(fees=[*kept, more])) == [("fee", "phí, trực tuyến: (không có) → Phí cấp nhanh: 9.000 đồng")]
    assert found(ways=ways(fees=[])) == [("fee", "phí, trực tuyến: Lệ phí: miễn phí → (không có)")]


def test_the_same_fee_twice_is_no_change() -> None:
    kept = tiny.record()["ways"][0]["fees"]
    assert found(ways=ways(fees=[*kept, *kept])) == []


def test_a_fee_that_became_doubtful_is_a_change() -> None:
    fee = {"name": "Lệ phí", "certainty": "doubtful", "raw": "9 VNĐ"}
    ((kind, what),) = found(ways=ways(fees=[fee]))
    assert (kind, what.partition(" → ")[0]) == ("fee", "phí, trực tuyến: Lệ phí: miễn phí")
    assert "“9 VNĐ”" in what


def test_another_time_names_the_old_and_the_new() -> None:
    time = {"amount": 24, "unit": "hour", "raw": "24 giờ"}
    assert found(ways=ways(time_limits=[time])) == [("time", "thời hạn, trực tuyến: 2 ngày làm việc → 24 giờ")]


def test_ways_of_handing_in_come_and_go() -> None:
    assert found(ways=ways({"channel": "postal"})) == [("text", "thêm cách nộp: bưu chính")]
    assert found(ways=ways()[1:]) == [("text", "bỏ cách nộp: trực tuyến")]


def test_dropped_and_added_papers() -> None:
    added = {"name": "Ảnh em bé"}
    assert found(cases=cases(PAPERS[0], added)) == [
        ("document", "bỏ giấy tờ: Giấy chứng sinh"),
        ("document", "thêm giấy tờ: Ảnh em bé"),
    ]


def test_another_number_of_copies() -> None:
    assert found(cases=cases({**PAPERS[0], "originals": 2, "copies": 1}, PAPERS[1])) == [
        ("document", "số bản của “Tờ khai đăng ký khai sinh”: 1 bản chính → 2 bản chính và 1 bản sao")
    ]
    assert found(cases=cases({**PAPERS[0], "originals": None}, PAPERS[1])) == [
        ("document", "số bản của “Tờ khai đăng ký khai sinh”: 1 bản chính → không rõ")
    ]


def test_the_same_paper_in_other_letters_is_the_same() -> None:
    assert found(cases=cases({**PAPERS[0], "name": "TỜ KHAI ĐĂNG KÝ KHAI SINH"}, PAPERS[1])) == []


@pytest.mark.parametrize(
    ("part", "value", "what"),
    [
        ("name", "Khai sinh", "tên thủ tục: Đăng ký khai sinh cho trẻ em → Khai sinh"),
        ("field", "Hộ khẩu", "lĩnh vực: Hộ tịch → Hộ khẩu"),
        ("agency", None, "cơ quan giải quyết: Ủy ban nhân dân xã → (không có)"),
        ("where", ["Nhà"], "nơi nộp: Trung tâm Phục vụ hành chính công xã → Nhà"),
        ("who", ["Ông, bà."], "ai được làm: Cha, mẹ của trẻ. → Ông, bà."),
        ("steps", ["Chuẩn bị giấy tờ.", "Đi về."], "các bước: Nộp hồ sơ.; Nhận Giấy khai sinh. → Đi về."),
        ("steps", ["Nộp hồ sơ.", "Nhận Giấy khai sinh.", "Chuẩn bị giấy tờ."], "các bước: đổi thứ tự"),
        ("conditions", [], "điều kiện: Trẻ chưa được đăng ký khai sinh. → (không có)"),
        ("result", ["Giấy khai sinh", "Sổ"], "kết quả: (không có) → Sổ"),
        ("not_counted", [], "phần không tính vào thời hạn: thời gian xác minh → (không có)"),
    ],
)
def test_another_text_names_the_old_and_the_new(part: str, value: object, what: str) -> None:
    assert found(**{part: value}) == [("text", what)]


def test_a_long_text_is_cut() -> None:
    ((_, what),) = found(agency="Ban " * 200)
    assert what.startswith("cơ quan giải quyết: Ủy ban nhân dân xã → Ban Ban")
    assert what.endswith("…")
    assert len(what) < 250


def test_laws_come_and_go() -> None:
    laws = [{"number": "8/2026/NĐ-CP", "name": "Nghị định"}, {"number": "9/2026/QH16", "name": "Luật"}]
    assert found(legal_basis=laws) == [
        ("law", "bỏ căn cứ 60/2014/QH13"),
        ("law", "thêm căn cứ 8/2026/NĐ-CP"),
        ("law", "thêm căn cứ 9/2026/QH16"),
    ]


@pytest.mark.parametrize(
    ("abolished", "what"),
    [
        ({}, "thủ tục bị bãi bỏ"),
        ({"replaced_by": ["9.000002", "9.000003"]}, "thủ tục bị bãi bỏ, thay bằng 9.000002, 9.000003"),
    ],
)
def test_abolished(abolished: rows.Row, what: str) -> None:
    assert found(abolished=abolished) == [("abolished", what)]


def test_in_force_again() -> None:
    gone = tiny.procedure(CODE, abolished={"replaced_by": []})
    assert [(item.kind, item.what) for item in changes(gone, tiny.procedure())] == [
        ("abolished", "thủ tục có hiệu lực trở lại")
    ]


def test_another_source_alone_changes_nothing_for_people() -> None:
    assert found(sources=[{**tiny.SOURCE, "as_of": "2026-07-01"}], notes=["Mang bút."]) == []


def test_several_changes_of_one_procedure_come_together() -> None:
    kinds = [kind for kind, _ in found(agency="Ban", legal_basis=[], abolished={}, ways=ways(fees=[]))]
    assert kinds == ["abolished", "fee", "text", "law"]
