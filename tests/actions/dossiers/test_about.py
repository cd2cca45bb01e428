"""One question about a dossier: which it is, and that the answer is the register's or that it tells nothing of it."""

from __future__ import annotations

from typing import Any

import pytest

from actions.dossiers.about import Question, question_in
from actions.dossiers.dossier import Apology, Dossier, FeeDue, Status
from actions.dossiers.examples import example_dossiers
from actions.dossiers.to_do import NO_OBLIGATION, NO_PAPERS, NOT_TO_PAY_YET
from deploy.readability import faults, load_rules
from tests.actions.dossiers.told import NOW, at, dossier, limited, obligation, supplement, teller

RULES = load_rules()


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("nộp tiền ở mô", Question.PAY),
        ("nop tien o dau", Question.PAY),
        ("đóng thuế bao nhiêu", Question.PAY),
        ("mất bao nhiêu tiền", Question.PAY),
        ("hạn nộp là khi nào", Question.PAY),
        ("tiền nộp chỗ nào rứa", Question.PAY),
        ("khi mô xong", Question.WHEN),
        ("bao giờ có ạ", Question.WHEN),
        ("ngày hẹn là ngày nào", Question.WHEN),
        ("sao lâu thế", Question.WHEN),
        ("răng lâu rứa", Question.WHEN),
        ("trễ mấy ngày rồi", Question.WHEN),
        ("xong chưa em", Question.WHEN),
        ("thiếu giấy chi", Question.PAPERS),
        ("thiếu giấy gì vậy ạ", Question.PAPERS),
        ("gửi bổ sung ở mô", Question.PAPERS),
        ("ai đang giữ", Question.WHO),
        ("ai đang giữ hồ sơ của tui", Question.WHO),
        ("đang ở phòng nào", Question.WHO),
        ("hồ sơ đang nằm ở mô", Question.WHO),
        ("nhận kết quả ở đâu", Question.COLLECT),
        ("lấy ở mô", Question.COLLECT),
        ("bị từ chối vì sao", Question.REASON),
        ("vì răng bị trả lại", Question.REASON),
        ("giờ tôi phải làm gì", Question.NEXT),
        ("tiếp theo là gì", Question.NEXT),
        ("rồi sao nữa", Question.NEXT),
    ],
)
def test_what_is_asked(text: str, question: Question) -> None:
    assert question_in(text) is question


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cảm ơn em",
        "chào",
        "làm khai sinh cần giấy tờ gì",
        "mất giấy tờ thì làm gì",
        "cần giấy tờ gì",
        "nộp hồ sơ ở đâu",
        "sang tên xe nộp thuế bao nhiêu",
        "đăng ký kết hôn bao lâu",
        "con tôi thiếu giấy chứng sinh",
        "khi nào tôi được hưởng lương hưu",
        "H41-240510-0001 khi nào xong",
        "ai ký giấy khai sinh",
        "khi mô xong rồi anh chị báo cho tôi biết với nhé vì tôi đang ở xa lắm",
    ],
)
def test_what_names_something_else_is_no_question_about_the_dossier(text: str) -> None:
    assert question_in(text) is None


def about(question: Question, record: Any = None, **parts: Any) -> str:
    return teller(record).about(question, dossier(**parts), NOW)


def test_the_answer_names_the_dossier_and_its_source() -> None:
    assert about(Question.WHO) == (
        "Hồ sơ …0042: Đăng ký tạm trú\n"
        "Đang ở: Công an phường Vinh Phú (Thẩm định hồ sơ), từ ngày 17/11/2026.\n"
        "Nguồn: hệ thống một cửa của tỉnh, lúc 09:00 23/11/2026."
    )


def test_made_up_data_is_called_so() -> None:
    assert teller(demonstration=True).about(Question.WHO, dossier(), NOW).startswith("⚠ Dữ liệu thử nghiệm")


@pytest.mark.parametrize(
    ("question", "parts", "told"),
    [
        (Question.PAY, {"obligations": (obligation(notified=at(18), amount=1_200_000),)}, "1.200.000 đồng"),
        (Question.PAY, {"obligations": (obligation(),)}, NOT_TO_PAY_YET),
        (Question.PAY, {"status": Status.PAYMENT_ASKED}, NO_OBLIGATION),
        (Question.PAY, {"obligations": (obligation(notified=at(18), paid=at(19)),)}, "Đã nộp Lệ phí trước bạ"),
        (Question.PAY, {"fees": (FeeDue(name="Lệ phí", amount=8000, paid=False),)}, "Còn phải nộp Lệ phí: 8.000 đồng."),
        (Question.PAY, {"fees": (FeeDue(name="Lệ phí", amount=8000),)}, "Hệ thống ghi khoản Lệ phí: 8.000 đồng."),
        (Question.PAY, {"fees": (FeeDue(name="Lệ phí", amount=8000, paid=True),)}, "Đã nộp Lệ phí: 8.000 đồng."),
        (Question.PAY, {}, "không ghi khoản nào còn phải nộp"),
        (Question.PAPERS, {"supplements": (supplement(),)}, "• Giấy tờ về chỗ ở"),
        (Question.PAPERS, {"status": Status.SUPPLEMENT_ASKED}, NO_PAPERS),
        (Question.PAPERS, {"supplements": (supplement(answered=at(20)),)}, "đã nhận ngày 20/11/2026"),
        (Question.PAPERS, {}, "không ghi hồ sơ này còn thiếu giấy tờ gì"),
        (Question.WHO, {"steps": (), "office": ""}, "không ghi hồ sơ đang ở ai"),
        (Question.WHEN, {"due": at(25)}, "📅 Ngày hẹn trả: thứ Tư 25/11/2026"),
        (Question.WHEN, {"due": at(18)}, "trễ 3 ngày làm việc"),
        (Question.WHEN, {"status": Status.REGISTERED}, "chưa ghi ngày hẹn trả"),
        (Question.REASON, {"status": Status.STOPPED, "reason": "thiếu chữ ký"}, "Lý do cơ quan ghi: thiếu chữ ký."),
        (Question.REASON, {"apology": Apology(at=at(20), reason="chờ xác minh")}, "giấy xin lỗi: chờ xác minh."),
        (Question.REASON, {}, "Hệ thống không ghi lý do"),
        (Question.COLLECT, {"status": Status.FINISHED, "finished": at(20)}, "lấy kết quả, mang theo giấy tiếp nhận"),
        (Question.COLLECT, {"status": Status.RETURNED, "returned": at(20)}, "Ngày trả kết quả: ngày 20/11/2026"),
        (Question.COLLECT, {"due": at(25)}, "chưa có kết quả để nhận.\n📅 Ngày hẹn trả: thứ Tư 25/11/2026"),
        (Question.NEXT, {"supplements": (supplement(),)}, "👉 Anh/chị cần bổ sung"),
    ],
)
def test_the_answer(question: Question, parts: dict[str, Any], told: str) -> None:
    assert told in about(question, **{"received": at(16), **parts})


def test_nothing_is_taken_from_the_procedure_in_general() -> None:
    """The record has a fee; the register says nothing of one."""
    assert "15.000" not in about(Question.PAY, limited((2, "working_day")))


@pytest.mark.parametrize("question", Question)
@pytest.mark.parametrize("example", example_dossiers(NOW), ids=lambda found: found.code)
def test_every_answer_is_plain_and_tells_nobodys_name(example: Dossier, question: Question) -> None:
    text = teller().about(question, example, NOW)
    assert example.owner not in text
    assert example.code not in text
    assert len(text.splitlines()) > 2
    status = example.status.vietnamese if example.status else example.status_name
    assert list(faults(text.replace(status, ""), RULES)) == []
