"""What the citizen must do now: papers, money, collecting, asking, or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from actions.dossiers.dossier import Channel, Dossier, FeeDue, Status
from actions.dossiers.to_do import to_do
from knowledge.record import Procedure
from tests.actions.dossiers.told import NOW, at, dossier, limited, obligation, supplement


def told(found: Dossier, record: Procedure | None = None, now: datetime = NOW) -> str:
    return "\n".join(to_do(found, record, now))


def test_papers_are_named_with_the_words_of_the_officer() -> None:
    asked = supplement(asked_by="Công an phường Vinh Phú", papers=("Giấy A", "Giấy B"))
    text = told(dossier(Status.SUPPLEMENT_ASKED, supplements=(asked,)))
    assert text.startswith(
        "👉 Anh/chị cần bổ sung, yêu cầu từ ngày 19/11/2026 (Công an phường Vinh Phú): "
        "Bản chụp mờ.\n• Giấy A\n• Giấy B\n"
    )


@pytest.mark.parametrize(
    ("channel", "how"),
    [
        (Channel.ONLINE, "đăng nhập Cổng Dịch vụ công quốc gia bằng VNeID"),
        (Channel.IN_PERSON, "Cách gửi: mang đến Trung tâm Phục vụ hành chính công phường Vinh Phú"),
        (Channel.POST, "Cách gửi: gửi bưu chính hoặc mang đến"),
    ],
)
def test_papers_go_the_way_the_dossier_went(channel: Channel, how: str) -> None:
    assert how in told(dossier(Status.SUPPLEMENT_ASKED, channel=channel, supplements=(supplement(),)))


def test_whether_the_time_stands_still_is_told_only_where_somebody_says_so() -> None:
    unknown = told(dossier(Status.SUPPLEMENT_ASKED, supplements=(supplement(),)), limited((2, "working_day")))
    assert "chưa có nguồn chắc chắn cho thủ tục này" in unknown
    said = limited((2, "working_day"), not_counted=("Thời gian người dân bổ sung giấy tờ.",))
    assert "Không tính vào thời hạn: Thời gian người dân bổ sung giấy tờ." in told(
        dossier(Status.SUPPLEMENT_ASKED, supplements=(supplement(),)), said
    )
    registered = told(dossier(Status.SUPPLEMENT_ASKED, supplements=(supplement(due_after=at(27)),)), said)
    assert "Ngày hẹn mới hệ thống ghi: thứ Sáu 27/11/2026." in registered
    assert "Không tính" not in registered


def test_a_long_list_of_papers_is_cut() -> None:
    asked = supplement(papers=tuple(f"Giấy {number}" for number in range(30)))
    text = told(dossier(Status.SUPPLEMENT_ASKED, supplements=(asked,)))
    assert "Giấy 11" in text
    assert "Giấy 12" not in text
    assert "xem trên phiếu yêu cầu bổ sung" in text


def test_papers_are_asked_for_whatever_the_status_says() -> None:
    assert "Anh/chị cần bổ sung" in told(dossier(Status.IN_PROGRESS, supplements=(supplement(),)))


@pytest.mark.parametrize("status", [Status.SUPPLEMENT_ASKED, Status.PAYMENT_ASKED])
def test_a_status_without_its_details_says_what_is_missing(status: Status) -> None:
    assert told(dossier(status)).startswith("👉 Hệ thống không ghi")


def test_money_is_told_with_amount_and_last_day() -> None:
    owed = obligation(notified=at(18), amount=12_450_000, pay_by=at(25))
    text = told(dossier(Status.PAYMENT_ASKED, obligations=(owed,)))
    assert "👉 Anh/chị cần nộp Lệ phí trước bạ nhà, đất: 12.450.000 đồng, chậm nhất thứ Tư 25/11/2026." in text
    assert "https://dichvucong.gov.vn/thanh-toan-truc-tuyen" in text
    assert "quá ngày" not in text
    assert "Đã quá ngày phải nộp" in told(dossier(Status.PAYMENT_ASKED, obligations=(owed,)), now=at(26))


def test_no_amount_is_made_up() -> None:
    text = told(dossier(Status.PAYMENT_ASKED, obligations=(obligation(notified=at(18)),)))
    assert "số tiền ghi trên thông báo nộp tiền" in text
    assert "đồng" not in text


def test_waiting_for_the_tax_office_is_nothing_to_pay_yet() -> None:
    assert told(dossier(obligations=(obligation(),))) == (
        "👉 Anh/chị chưa phải nộp tiền: chưa có thông báo của cơ quan thuế."
    )


def test_a_result_is_to_be_fetched_with_the_receipt() -> None:
    fees = (
        FeeDue(name="Lệ phí", amount=15_000, paid=False),
        FeeDue(name="Phí bản sao", amount=8_000, paid=True),
        FeeDue(name="Phí khác", amount=9_000),
    )
    text = told(dossier(Status.FINISHED, fees=fees, results=("Giấy xác nhận",)))
    assert "Mời anh/chị đến Trung tâm Phục vụ hành chính công phường Vinh Phú lấy kết quả" in text
    assert "giấy tiếp nhận hồ sơ" in text
    assert "Kết quả: Giấy xác nhận." in text
    assert "Còn phải nộp: Lệ phí, 15.000 đồng." in text
    assert "8.000" not in text
    assert "9.000" not in text


@pytest.mark.parametrize(
    ("channel", "words"), [(Channel.ONLINE, "xem kết quả trên Cổng"), (Channel.POST, "theo cách anh/chị đã chọn")]
)
def test_a_result_of_another_way(channel: Channel, words: str) -> None:
    assert words in told(dossier(Status.FINISHED, channel=channel))


@pytest.mark.parametrize(
    ("status", "parts", "words"),
    [
        (Status.REGISTERED, {}, "chờ bộ phận một cửa kiểm tra"),
        (Status.REGISTERED, {"submitted": None}, "Nếu chưa bấm nộp"),
        (Status.NOT_RECEIVED, {}, "phiếu từ chối tiếp nhận"),
        (Status.IN_PROGRESS, {"due": at(25)}, "chưa phải làm gì"),
        (Status.IN_PROGRESS, {"due": at(18)}, "https://dichvucong.gov.vn/nop-phan-anh-kien-nghi"),
        (Status.WITHDRAWAL_ASKED, {}, "không phải anh/chị xin rút"),
        (Status.STOPPED, {}, "thông báo dừng giải quyết"),
        (Status.RETURNED, {}, "không phải làm gì thêm"),
        (None, {}, "hỏi nơi nộp hồ sơ"),
    ],
)
def test_everything_else(status: Status | None, parts: dict[str, Any], words: str) -> None:
    assert words in told(dossier(status, **parts))
