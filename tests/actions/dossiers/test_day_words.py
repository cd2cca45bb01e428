"""The day of return in words, with how it was counted as far as that is known."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from actions.dossiers import day_words, return_day
from actions.dossiers.dossier import Apology, Dossier, Status
from knowledge.record import Procedure
from tests.actions.dossiers.told import CALENDAR, NOW, at, dossier, limited, obligation, supplement


def lines(found: Dossier, record: Procedure | None = None) -> str:
    return "\n".join(day_words.return_lines(found, return_day.counts(found, CALENDAR, record), record))


def late(found: Dossier, now: datetime = NOW) -> str:
    return "\n".join(day_words.late_lines(found, CALENDAR, now))


def test_a_day_that_our_count_gives_too_is_explained() -> None:
    assert lines(dossier(due=at(25), received=at(20)), limited((2, "working_day"))) == (
        "📅 Ngày hẹn trả: thứ Tư 25/11/2026 (theo giấy tiếp nhận).\n"
        "Cách tính: 2 ngày làm việc từ khi nhận 20/11/2026, không tính ngày nhận; "
        "nghỉ thứ Bảy, Chủ nhật và 24/11 Ngày Văn hóa Việt Nam."
    )


def test_of_several_limits_the_one_that_fits_explains_it() -> None:
    text = lines(dossier(due=at(18)), limited((5, "working_day"), (2, "working_day")))
    assert "Cách tính: 2 ngày làm việc từ khi nhận 16/11/2026" in text


def test_a_day_that_differs_from_ours_counts_all_the_same() -> None:
    text = lines(dossier(due=at(27)), limited((2, "working_day")))
    assert "Ngày hẹn trả: thứ Sáu 27/11/2026 (theo giấy tiếp nhận)." in text
    assert "thì ra thứ Tư 18/11/2026: 2 ngày làm việc" in text
    assert text.endswith("Hai ngày khác nhau thì theo ngày trên giấy tiếp nhận.")


def test_what_is_received_after_hours_counts_from_the_next_day() -> None:
    text = lines(dossier(due=at(18), received=at(16, hour=19)), limited((1, "working_day")))
    assert "nhận 16/11/2026, ngoài giờ nên tính là 17/11/2026, không tính ngày nhận" in text


def test_none_of_several_limits_fits() -> None:
    assert "nhiều mức thời hạn" in lines(dossier(due=at(27)), limited((5, "working_day"), (2, "working_day")))


@pytest.mark.parametrize("record", [None, limited((2, "unknown")), limited((2, "working_day"), certainty="doubtful")])
def test_an_unknown_limit_is_said_to_be_unknown(record: Procedure | None) -> None:
    text = lines(dossier(due=at(27)), record)
    assert "chưa có nguồn chắc chắn về thời hạn" in text
    assert "2 ngày" not in text


def test_without_a_day_in_the_register_ours_is_told_as_ours() -> None:
    text = lines(dossier(), limited((2, "working_day")))
    assert "Hệ thống không ghi ngày hẹn trả" in text
    assert "Theo thời hạn chung của thủ tục thì chậm nhất thứ Tư 18/11/2026" in text
    assert lines(dossier()) == "📅 Hệ thống không ghi ngày hẹn trả; ngày đúng là ngày trên giấy tiếp nhận."


def test_what_is_open_about_the_calendar_is_told_with_a_count_of_ours() -> None:
    assert "Từng có đề xuất nghỉ thứ Hai 23/11/2026" in lines(dossier(), limited((7, "working_day")))


def test_the_records_own_sentence_of_what_does_not_count() -> None:
    text = lines(dossier(due=at(27)), limited((2, "working_day"), not_counted=("Thời gian xác minh ở nơi khác.",)))
    assert text.endswith("Không tính vào thời hạn: Thời gian xác minh ở nơi khác.")


def test_a_day_set_anew_after_papers_came() -> None:
    moved = dossier(due=at(20), supplements=(supplement(answered=at(19), due_after=at(27)),))
    assert lines(moved, limited((2, "working_day"))) == (
        "📅 Ngày hẹn trả: thứ Sáu 27/11/2026 (hẹn lại sau khi bổ sung giấy tờ).\nNgày hẹn lúc đầu: 20/11/2026."
    )


def test_a_day_that_passed_while_papers_were_awaited() -> None:
    text = lines(dossier(due=at(20), supplements=(supplement(answered=at(23)),)))
    assert "Ngày hẹn cũ 20/11/2026 đã qua khi chờ anh/chị; hệ thống chưa ghi ngày hẹn mới." in text


@pytest.mark.parametrize("owed", [obligation(), obligation(notified=at(18))])
def test_land_the_time_runs_from_the_payment(owed: object) -> None:
    assert "thời hạn tính từ khi anh/chị nộp tiền xong" in lines(dossier(obligations=(owed,)))
    text = lines(dossier(due=at(27), obligations=(owed,)))
    assert "Thời hạn tính từ khi anh/chị nộp tiền xong." in text
    assert "Cách tính" not in text


def test_land_that_is_paid_for() -> None:
    paid = dossier(due=at(25), obligations=(obligation(notified=at(18), paid=at(20)),))
    assert "Thời hạn tính từ khi nộp tiền xong (20/11/2026)." in lines(paid)
    assert "2 ngày làm việc từ khi nộp tiền xong 20/11/2026, không tính ngày nộp" in lines(
        paid, limited((2, "working_day"))
    )


def test_late_is_said_plainly_and_that_there_is_no_apology() -> None:
    text = late(dossier(due=at(18)))
    assert "⏰ Hồ sơ đang trễ 3 ngày làm việc so với ngày hẹn 18/11/2026." in text
    assert "chưa ghi giấy xin lỗi (“Phiếu xin lỗi và hẹn lại ngày trả kết quả” hoặc" in text


def test_late_with_an_apology_and_a_new_day() -> None:
    text = late(dossier(due=at(18), apology=Apology(at=at(19), reason="Chờ  trích lục", new_due=at(30))))
    assert "trễ 3 ngày làm việc" in text
    assert "Cơ quan đã có giấy xin lỗi ngày 19/11/2026. Lý do: Chờ trích lục." in text
    assert "Văn bản xin lỗi và đề nghị gia hạn" in text
    assert "chưa ghi giấy xin lỗi" not in text
    assert "không ghi ngày hẹn mới" not in text


def test_the_new_day_of_an_apology_may_have_passed_too() -> None:
    assert "Ngày hẹn lại 20/11/2026 cũng đã qua." in late(
        dossier(due=at(16), apology=Apology(at=at(17), new_due=at(20)))
    )
    assert "Giấy xin lỗi không ghi ngày hẹn mới." in late(dossier(due=at(16), apology=Apology(at=at(17))))


def test_between_the_day_and_the_next_working_day() -> None:
    assert late(dossier(due=at(20)), at(21)) == (
        "⏰ Ngày hẹn 20/11/2026 đã qua mà chưa có kết quả; từ đó đến nay cơ quan nghỉ."
    )


def test_on_the_day_itself() -> None:
    assert late(dossier(due=at(23))) == "Hôm nay là ngày hẹn, hệ thống chưa ghi có kết quả."
    assert late(dossier(due=at(25))) == ""


def test_nobody_is_late_while_the_citizen_is_waited_for() -> None:
    assert late(dossier(Status.SUPPLEMENT_ASKED, due=at(18), supplements=(supplement(),))) == ""


@pytest.mark.parametrize(
    ("day", "words"),
    [(18, "trễ so với ngày hẹn 17/11/2026"), (17, "đúng ngày hẹn"), (16, "trước ngày hẹn 17/11/2026")],
)
def test_what_is_done_stands_against_what_was_promised(day: int, words: str) -> None:
    (line,) = day_words.ended_lines(dossier(Status.FINISHED, due=at(17), finished=at(day)))
    assert line.startswith(f"📅 Giải quyết xong: ngày {day}/11/2026")
    assert words in line


def test_what_was_handed_over() -> None:
    ended = day_words.ended_lines(dossier(Status.RETURNED, finished=at(18), returned=at(19)))
    assert ended == ["📅 Giải quyết xong: ngày 18/11/2026.", "📅 Ngày trả kết quả: ngày 19/11/2026."]
    assert day_words.ended_lines(dossier(Status.STOPPED)) == []


def test_days_and_sentences() -> None:
    assert day_words.on_day(None) == "ngày chưa rõ"
    assert day_words.short_day(date(2026, 1, 5)) == "5/1/2026"
    assert day_words.sentence("  Thiếu\n giấy ") == "Thiếu giấy."
    assert day_words.sentence("Đã đủ chưa?") == "Đã đủ chưa?"
