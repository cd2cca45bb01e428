"""A dossier as the citizen is told of it: whole, as a notice, and what is told when it is not shown."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

import pytest

from actions.dossiers.dossier import Apology, Dossier, Status, Step
from actions.dossiers.examples import example_dossiers
from actions.dossiers.telling import MADE_UP, NoticeKind, Teller, away, masked_name, refused, wait_words
from deploy.readability import faults, load_rules
from knowledge.catalogue import read_record
from knowledge.record import Procedure
from knowledge.settings import ROOT
from tests.actions.dossiers.told import CALENDAR, NOW, at, dossier, limited, obligation, supplement, teller

EXAMPLES = example_dossiers(NOW)
RULES = load_rules()


def of_the_catalogue(code: str) -> Procedure | None:
    path = ROOT / "data" / "catalogue" / f"{code}.yml"
    return read_record(path) if path.exists() else None


SHIPPED = Teller(CALENDAR, register="embedded", demonstration=True, records=of_the_catalogue)


def test_a_whole_dossier() -> None:
    assert teller(limited((2, "working_day"))).tell(dossier(due=at(25), received=at(20)), NOW) == (
        "Hồ sơ …0042: Đăng ký tạm trú\n"
        "Chủ hồ sơ: N*** T*** T*** Hoa\n"
        "Trạng thái: Đang xử lý. Cơ quan đang giải quyết.\n"
        "Đang ở: Công an phường Vinh Phú (Thẩm định hồ sơ), từ ngày 17/11/2026.\n"
        "Tiếp theo: giải quyết xong thì có kết quả để trả cho anh/chị.\n"
        "📅 Ngày hẹn trả: thứ Tư 25/11/2026 (theo giấy tiếp nhận).\n"
        "Cách tính: 2 ngày làm việc từ khi nhận 20/11/2026, không tính ngày nhận; "
        "nghỉ thứ Bảy, Chủ nhật và 24/11 Ngày Văn hóa Việt Nam.\n"
        "👉 Anh/chị chưa phải làm gì, chờ đến ngày hẹn.\n"
        "\n"
        "Nguồn: hệ thống một cửa của tỉnh, lúc 09:00 23/11/2026."
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.code)
def test_every_example_is_told_plainly_and_masked(example: Dossier) -> None:
    text = SHIPPED.tell(example, NOW)
    assert text.startswith(MADE_UP)
    assert "Nguồn: sổ hồ sơ thử nghiệm, lúc 09:00 23/11/2026." in text
    assert example.code not in text
    assert f"…{example.code[-4:]}" in text
    assert example.owner not in text
    assert masked_name(example.owner) in text
    assert unicodedata.is_normalized("NFC", text)
    status = example.status.vietnamese if example.status else example.status_name
    assert status in text
    for proof in (example.proofs.secret, example.proofs.phone, example.proofs.identity_number):
        assert proof is not None
        assert proof.get_secret_value() not in text
    assert list(faults(text.replace(status, ""), RULES)) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.code)
@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind is not NoticeKind.BACK])
def test_every_notice_of_every_example_is_short_and_plain(kind: NoticeKind, example: Dossier) -> None:
    text = SHIPPED.notice(kind, example, NOW)
    first, second, *rest, source = text.splitlines()
    assert first == MADE_UP
    assert second.startswith(f"🔔 Hồ sơ …{example.code[-4:]}: ")
    assert 1 <= len(rest) <= 8
    assert source.startswith("Nguồn: ")
    assert example.code not in text
    assert example.owner not in text
    status = example.status.vietnamese if example.status else example.status_name
    assert list(faults(text.replace(status, ""), RULES)) == []


def test_real_dossiers_are_not_called_made_up() -> None:
    assert "thử nghiệm" not in teller().tell(dossier(), NOW)
    assert "thử nghiệm" not in teller().notice("status", dossier(), NOW)


@pytest.mark.parametrize(
    ("register", "words"),
    [("embedded", "sổ hồ sơ của hệ thống này"), ("lgsp", "trục liên thông"), ("Hệ thống X", "Hệ thống X")],
)
def test_the_source_is_named_in_words(register: str, words: str) -> None:
    assert f"Nguồn: {words}" in teller(register=register).tell(dossier(), NOW)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Nguyễn Thị Hoa", "N*** T*** Hoa"),
        ("  Lô   Văn A ", "L*** V*** A"),
        ("Hoa", "H***"),
        ("", ""),
        ("NGUYỄN VĂN ĐÔNG", "N*** V*** ĐÔNG"),
    ],
)
def test_of_a_name_only_the_last_word_is_shown(name: str, masked: str) -> None:
    assert masked_name(name) == masked


def test_an_unknown_status_is_shown_as_it_is() -> None:
    text = teller().tell(dossier(None), NOW)
    assert "Trạng thái: “Chờ họp hội đồng” (ghi đúng như hệ thống)." in text
    assert "Tiếp theo" not in text


def test_the_tax_office_and_the_citizen_are_told_apart() -> None:
    figure = teller().tell(dossier(obligations=(obligation(),)), NOW)
    payment = teller().tell(dossier(obligations=(obligation(notified=at(18), amount=5_000_000),)), NOW)
    assert "Đang chờ cơ quan thuế tính số tiền phải nộp (Lệ phí trước bạ nhà, đất), từ ngày 17/11/2026." in figure
    assert "cần nộp" not in figure
    assert "Cơ quan đang chờ anh/chị nộp tiền." in payment
    assert "cơ quan thuế tính" not in payment
    assert "5.000.000 đồng" in payment


@pytest.mark.parametrize("status", [Status.NOT_RECEIVED, Status.STOPPED, Status.WITHDRAWAL_ASKED])
def test_an_end_is_told_with_its_reason(status: Status) -> None:
    text = teller().tell(dossier(status, due=at(18), reason="Nộp nhầm nơi"), NOW)
    assert "Lý do: Nộp nhầm nơi." in text
    assert "📅" not in text
    assert "trễ" not in text


def test_what_comes_next_is_the_registers_next_step() -> None:
    steps = (Step(name="Thẩm định", office="Phòng A", officer="Bà Lan", began=at(17)), Step(name="Trình ký"))
    text = teller().tell(dossier(steps=steps), NOW)
    assert "Đang ở: Phòng A, cán bộ Bà Lan (Thẩm định), từ ngày 17/11/2026." in text
    assert "Tiếp theo: Trình ký." in text


def test_a_dossier_of_which_next_to_nothing_is_known() -> None:
    bare = Dossier(code="X", procedure_name="Thủ tục", status=None, status_name="?", as_of=NOW)
    text = teller().tell(bare, NOW)
    assert "Hồ sơ …X: Thủ tục" in text
    assert "Chủ hồ sơ" not in text
    assert "None" not in text
    assert "Hệ thống không ghi ngày hẹn trả" in text


def test_every_status_can_be_told_when_nothing_else_is_known() -> None:
    for status in Status:
        bare = Dossier(code="X", procedure_name="Thủ tục", status=status, status_name="", as_of=NOW)
        assert status.vietnamese in teller().tell(bare, NOW)


def test_a_draft_is_said_to_be_perhaps_a_draft() -> None:
    text = teller().tell(dossier(Status.REGISTERED, submitted=None, received=None), NOW)
    assert "có thể hồ sơ còn là bản nháp" in text
    assert "Hồ sơ đã gửi lên" not in text


def test_a_long_name_of_a_procedure_is_shortened() -> None:
    long = dossier(procedure=None, procedure_name="Đăng ký " * 60)
    first = teller().tell(long, NOW).splitlines()[0]
    assert len(first) < 150
    assert first.endswith("…")


@pytest.mark.parametrize(
    ("kind", "found", "words"),
    [
        ("status", dossier(), "Trạng thái: Đang xử lý."),
        ("ready", dossier(Status.FINISHED), "lấy kết quả"),
        ("ended", dossier(Status.RETURNED), "Trạng thái: Đã trả kết quả."),
        ("ended", dossier(Status.NOT_RECEIVED, reason="Mờ"), "phiếu từ chối tiếp nhận"),
        ("supplement", dossier(Status.SUPPLEMENT_ASKED, supplements=(supplement(),)), "Giấy tờ về chỗ ở"),
        ("payment", dossier(obligations=(obligation(notified=at(18), amount=2_000_000),)), "2.000.000 đồng"),
        (
            "pay_by",
            dossier(obligations=(obligation(notified=at(18), pay_by=at(24)),)),
            "ngày mai, thứ Ba 24/11/2026 là hạn nộp tiền",
        ),
        ("late", dossier(due=at(18)), "trễ 3 ngày làm việc"),
        ("apology", dossier(due=at(18), apology=Apology(at=at(19), new_due=at(30))), "nay là thứ Hai 30/11/2026"),
        ("new_date", dossier(due=at(27)), "📅 Ngày hẹn trả nay là thứ Sáu 27/11/2026."),
        ("due", dossier(due=at(25)), "thứ Tư 25/11/2026 là ngày hẹn trả kết quả"),
        ("due", dossier(due=at(23)), "hôm nay, thứ Hai 23/11/2026"),
    ],
)
def test_a_notice_says_what_it_is_about(kind: str, found: Dossier, words: str) -> None:
    assert words in teller().notice(kind, found, NOW)


def test_an_apology_without_a_new_day_names_none() -> None:
    text = teller().notice("apology", dossier(due=at(18), apology=Apology(at=at(19))), NOW)
    assert "nay là" not in text


@pytest.mark.parametrize("kind", ["supplement", "payment", "pay_by", "late", "apology", "new_date", "due"])
def test_a_notice_whose_matter_is_over_tells_how_things_stand(kind: str) -> None:
    assert "Trạng thái: Đã trả kết quả." in teller().notice(kind, dossier(Status.RETURNED), NOW)


def test_the_system_is_back() -> None:
    assert "đã trả lời lại" in teller().notice("back", None, NOW)
    with pytest.raises(ValueError, match="needs it"):
        teller().notice("late", None, NOW)


def test_a_timeline_comes_with_the_same_name_and_mark() -> None:
    drawn = SHIPPED.timeline(EXAMPLES[0], NOW)
    assert drawn.note == MADE_UP
    assert drawn.title in SHIPPED.tell(EXAMPLES[0], NOW)
    assert teller().timeline(dossier(), NOW).note == ""


def test_a_refusal_says_nothing_of_what_did_not_fit() -> None:
    assert refused(None) == "Mã hồ sơ hoặc thông tin xác nhận chưa khớp. Anh/chị xem lại trên giấy tiếp nhận hồ sơ ạ."
    assert refused(300).endswith("Lần thử tiếp theo: sau 5 phút.")
    assert "chưa kiểm tra tiếp" in refused(300, looked=False)
    for text in (refused(None), refused(86400), refused(60, looked=False), away(None, NOW)):
        assert list(faults(text, RULES)) == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 giây"),
        (59, "59 giây"),
        (60, "1 phút"),
        (61, "2 phút"),
        (1800, "30 phút"),
        (7200, "2 giờ"),
        (86399, "24 giờ"),
    ],
)
def test_a_wait_in_words(seconds: int, words: str) -> None:
    assert wait_words(seconds) == words


def test_a_system_that_is_away_is_told_with_when_it_was_last_seen() -> None:
    assert "Lần cuối" not in away(None, NOW)
    assert "Lần cuối hệ thống trả lời: 08:40." in away(NOW - timedelta(minutes=20), NOW)
    assert "Lần cuối hệ thống trả lời: 09:00 ngày 22/11/2026." in away(NOW - timedelta(days=1), NOW)
