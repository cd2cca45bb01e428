"""The exchange's fields become a dossier and back; what cannot be read is refused by the field's name."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.dossiers.dossier import Channel, Dossier, DraftFile, DraftRequest, Obligation, Status
from actions.dossiers.errors import RegisterStrange
from actions.dossiers.examples import example_dossiers
from actions.dossiers.lgsp_fields import (
    draft_fields,
    from_exchange,
    moment_text,
    read_moment,
    read_procedure,
    read_status,
    same_person,
    to_exchange,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CODE = "000.00.00.H41-261105-0007"
HEAD = {"MaHoSo": CODE, "TenTTHC": "Đăng ký khai sinh", "TrangThaiHoSo": "4"}
EXAMPLES = example_dossiers(NOW)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
FIELDS = st.sampled_from(sorted(to_exchange(EXAMPLES[0])["HoSo"]))


def read(head: dict[str, Any] | None = None, progress: list[Any] | None = None) -> Dossier:
    return from_exchange({"HoSo": {**HEAD, **(head or {})}, "TienDo": progress or []}, NOW)


def without_paid(dossier: Dossier) -> Dossier:
    return dossier.model_copy(update={"fees": tuple(fee.model_copy(update={"paid": None}) for fee in dossier.fees)})


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.code)
def test_a_dossier_comes_back_as_it_was_but_for_whether_a_fee_is_paid(example: Dossier) -> None:
    sent = json.loads(json.dumps(to_exchange(example)))
    assert from_exchange(sent, example.as_of) == without_paid(example)


def test_what_the_exchange_names_becomes_what_we_name() -> None:
    found = read(
        {
            "MaTTHC": "1.001193.000.00.00.H41",
            "KenhThucHien": 3,
            "ChuHoSo": " Nguyễn  Thị Thử ",
            "DinhDanhCHS": [
                {"LoaiDinhDanh": 2, "SoDinhDanh": "180000001"},
                {"LoaiDinhDanh": "1", "SoDinhDanh": "040000000456"},
            ],
            "SoDienThoai": "0900000123",
            "MaTraCuu": "A7K2",
            "NgayNopHoSo": "20261105081500",
            "NgayHenTra": "20261124170000",
            "DonViXuLy": "UBND xã",
            "NoiNopHoSo": "Trung tâm",
            "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "HinhThucThu": 1, "Gia": "50000.0", "LoaiPhiLePhi": "1"}],
            "DanhSachGiayToKetQua": [{"TenGiayTo": "Giấy khai sinh", "GiayToId": 7}],
        }
    )
    assert (found.procedure, found.channel, found.owner) == ("1.001193", Channel.POST, "Nguyễn Thị Thử")
    assert (found.status, found.status_name) == (Status.IN_PROGRESS, "Đang xử lý")
    proofs = [found.proofs.secret, found.proofs.phone, found.proofs.identity_number]
    assert [one.get_secret_value() for one in proofs if one] == ["A7K2", "0900000123", "040000000456"]
    assert found.submitted == datetime(2026, 11, 5, 1, 15, tzinfo=UTC)
    assert found.due == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert [(fee.name, fee.amount, fee.paid) for fee in found.fees] == [("Lệ phí", 50_000, None)]
    assert (found.office, found.place, found.results) == ("UBND xã", "Trung tâm", ("Giấy khai sinh",))


@pytest.mark.parametrize(
    ("told", "status", "name"),
    [
        ("10", Status.RETURNED, "Đã trả kết quả"),
        (5, Status.SUPPLEMENT_ASKED, "Yêu cầu bổ sung giấy tờ"),
        ("09", Status.FINISHED, "Đã xử lý xong"),
        ("Đã trả kết quả", Status.RETURNED, "Đã trả kết quả"),
        ("đang  xử lý", Status.IN_PROGRESS, "Đang xử lý"),
        ("DANG XU LY", Status.IN_PROGRESS, "Đang xử lý"),
        ("Chờ tiếp nhận", Status.REGISTERED, "Mới đăng ký"),
        ("11", None, "11"),
        ("0", None, "0"),
        ("-4", None, "-4"),
        ("4.5", None, "4.5"),
        ("Chờ luân chuyển", None, "Chờ luân chuyển"),
        ("²", None, "²"),
    ],
)
def test_a_status_is_read_by_number_and_by_name(told: object, status: Status | None, name: str) -> None:
    assert read_status(told) == (status, name)


@pytest.mark.parametrize("status", Status)
def test_every_status_is_known_by_its_number_and_its_name(status: Status) -> None:
    assert read_status(int(status))[0] is status
    assert read_status(status.vietnamese)[0] is status


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("1.012781", "1.012781"),
        ("1.001193.000.00.00.H41", "1.001193"),
        ("1.013978.H41", "1.013978"),
        ("QLVT-01", None),
        ("", None),
        (None, None),
        ("1.001193.000", None),
    ],
)
def test_a_procedure_is_known_by_its_national_code(told: object, code: str | None) -> None:
    assert read_procedure(told) == code


@given(st.datetimes(datetime(2015, 1, 1), datetime(2099, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC)))
def test_every_moment_comes_back(at: datetime) -> None:
    assert read_moment({"a": moment_text(at)}, "a") == at


@pytest.mark.parametrize("empty", [None, "", " ", "0", 0])
def test_no_moment_is_none(empty: object) -> None:
    assert read_moment({"a": empty}, "a") is None
    assert read_moment({}, "a") is None


@pytest.mark.parametrize(
    "wrong",
    ["20261131000000", "20261105", "2026-11-05T08:15:00+07:00", "20261105246000", "05/11/2026", "00010101000000"],
)
def test_a_moment_of_another_form_is_strange(wrong: str) -> None:
    with pytest.raises(RegisterStrange, match="NgayHenTra") as strange:
        read({"NgayHenTra": wrong})
    assert wrong not in str(strange.value)


def test_a_supplement_that_was_not_answered_is_open() -> None:
    asked = {"HoSoBoSungId": 3, "NoiDungBoSung": "Thiếu giấy", "NgayBoSung": "20261110080000"}
    papers = [{"TenGiayTo": "Giấy chứng sinh"}, "Ảnh", {"Khac": 1}]
    found = read({"DanhSachHoSoBoSung": [{**asked, "DanhSachGiayToBoSung": papers}]}).open_supplement
    assert found is not None
    assert (found.id, found.papers) == ("3", ("Giấy chứng sinh", "Ảnh"))
    answered = read({"DanhSachHoSoBoSung": [{**asked, "NgayTiepNhanBoSung": "20261112080000"}]})
    assert answered.open_supplement is None
    assert answered.supplements[0].answered == datetime(2026, 11, 12, 1, tzinfo=UTC)


def entry(content: str, began: str = "", at: str = "", due: str = "") -> dict[str, str]:
    return {"NoiDungXuLy": content, "NgayBatDau": began, "ThoiDiemXuLy": at, "NgayKetThucTheoQuyDinh": due}


SENT = entry("Chuyển thông tin xác định nghĩa vụ tài chính", at="20261110150000")
TOLD = entry("Thông báo nộp tiền", began="20261119100000", due="20261222170000")
PAID = entry("HTNVTC", at="20261120090000")


def test_the_way_of_a_financial_obligation_is_read_from_the_progress() -> None:
    waiting = read(progress=[SENT]).open_obligation
    assert waiting == Obligation(name="Nghĩa vụ tài chính", sent=datetime(2026, 11, 10, 8, tzinfo=UTC))
    charge = {"TenPhiLePhi": "Nghĩa vụ tài chính", "Gia": 12_450_000}
    told = read({"DanhSachLePhi": [charge]}, [SENT, TOLD])
    due = told.open_obligation
    assert due is not None
    assert (due.notified, due.amount) == (datetime(2026, 11, 19, 3, tzinfo=UTC), 12_450_000)
    assert due.pay_by == datetime(2026, 12, 22, 10, tzinfo=UTC)
    assert told.fees == ()
    paid = read(progress=[SENT, TOLD, PAID])
    assert paid.open_obligation is None
    assert paid.obligations[0].paid == datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert [step.name for step in paid.steps] == [SENT["NoiDungXuLy"], TOLD["NoiDungXuLy"], "HTNVTC"]


def test_several_obligations_are_told_apart_by_what_follows_the_colon() -> None:
    found = read(
        progress=[
            entry("thong bao nop tien: Lệ phí trước bạ", at="20261119100000"),
            entry("Thông báo nộp tiền: Thuế thu nhập", at="20261119110000"),
            entry("HTNVTC: Thuế thu nhập", at="20261120090000"),
            TOLD,
        ]
    )
    assert [(one.name, one.paid is not None) for one in found.obligations] == [
        ("Lệ phí trước bạ", False),
        ("Thuế thu nhập", True),
    ]
    assert [step.name for step in found.steps] == ["Thông báo nộp tiền"]


@pytest.mark.parametrize("letter", ["Văn bản xin lỗi và đề nghị gia hạn", "Phiếu xin lỗi và hẹn lại ngày trả kết quả"])
def test_a_letter_of_apology_is_no_step(letter: str) -> None:
    found = read(progress=[entry(f"{letter}: Thiếu người", at="20261120090000", due="20261130170000")])
    assert found.steps == ()
    assert found.apology is not None
    assert (found.apology.reason, found.apology.at) == ("Thiếu người", datetime(2026, 11, 20, 2, tzinfo=UTC))
    assert found.apology.new_due == datetime(2026, 11, 30, 10, tzinfo=UTC)


def test_a_refused_dossier_ended_on_the_day_of_the_refusal() -> None:
    refused = {"TrangThaiHoSo": 3, "NgayTuChoi": "20261106090000", "GhiChu": "Không thuộc thẩm quyền"}
    assert read(refused).finished == datetime(2026, 11, 6, 2, tzinfo=UTC)
    assert read(refused).reason == "Không thuộc thẩm quyền"
    assert read({**refused, "TrangThaiHoSo": 4}).finished is None


def test_what_is_sent_twice_counts_once() -> None:
    charge = {"TenPhiLePhi": "Lệ phí", "Gia": "1"}
    found = read({"DanhSachLePhi": [charge, dict(reversed(charge.items()))]}, [SENT, SENT])
    assert (len(found.fees), len(found.steps)) == (1, 1)


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ({"MaHoSo": ""}, "MaHoSo"),
        ({"TenTTHC": None}, "TenTTHC"),
        ({"TrangThaiHoSo": ""}, "TrangThaiHoSo"),
        ({"KenhThucHien": "4"}, "KenhThucHien"),
        ({"DanhSachLePhi": {"a": 1}}, "DanhSachLePhi"),
        ({"DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí"}]}, "Gia"),
        ({"DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "Gia": "miễn phí"}]}, "Gia"),
        ({"DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "Gia": "-5"}]}, "amount"),
        ({"DanhSachLePhi": [{"Gia": n} for n in range(1001)]}, "DanhSachLePhi"),
        ({"DanhSachHoSoBoSung": [{"HoSoBoSungId": "1"}]}, "NgayBoSung"),
        ({"DinhDanhCHS": ["040000000456"]}, "DinhDanhCHS"),
        ({"ChuHoSo": {"ten": "Nguyễn"}}, "text"),
    ],
)
def test_what_is_missing_or_cannot_be_read_is_named_but_not_shown(head: dict[str, Any], field: str) -> None:
    with pytest.raises(RegisterStrange, match=field) as strange:
        read(head)
    assert "Nguyễn" not in str(strange.value)
    assert "0400" not in str(strange.value)


@pytest.mark.parametrize("result", [None, [], "x", {}, {"HoSo": []}, {"HoSo": HEAD, "TienDo": ["x"]}])
def test_what_is_no_dossier_at_all_is_strange(result: object) -> None:
    with pytest.raises(RegisterStrange):
        from_exchange(result, NOW)


@given(FIELDS, JSON)
def test_junk_in_any_field_is_read_or_strange_and_nothing_else(field: str, junk: object) -> None:
    with contextlib.suppress(RegisterStrange):
        assert isinstance(read({field: junk}), Dossier)


@given(st.dictionaries(st.sampled_from(sorted(SENT)), JSON))
def test_junk_in_the_progress_is_read_or_strange_and_nothing_else(junk: dict[str, Any]) -> None:
    with contextlib.suppress(RegisterStrange):
        assert isinstance(read(progress=[{**SENT, **junk}]), Dossier)


def test_a_draft_is_what_the_exchange_has_fields_for() -> None:
    file = DraftFile(document="Giấy chứng sinh", name="chung-sinh.pdf", media_type="application/pdf", content=b"secret")
    request = DraftRequest(
        key="20261123-a",
        procedure="1.001193",
        procedure_name="Đăng ký khai sinh",
        commune="Phường Thành Vinh",
        applicant="Nguyễn Văn Thử",
        phone="0900000123",
        identity_number="040000000456",
        answers={"child_name": "Nguyễn Mẫu"},
        files=(file,),
    )
    fields = draft_fields(request, CODE, NOW + timedelta(hours=1))
    found = from_exchange({"HoSo": json.loads(json.dumps(fields))}, NOW)
    assert (found.code, found.status, found.channel) == (CODE, Status.REGISTERED, Channel.ONLINE)
    assert (found.owner, found.place) == ("Nguyễn Văn Thử", "Phường Thành Vinh")
    assert found.submitted == NOW + timedelta(hours=1)
    assert found.proofs.phone is not None
    assert [one["TenTepDinhKem"] for one in fields["TaiLieuNop"]] == ["chung-sinh.pdf"]
    assert "secret" not in json.dumps(fields)
    assert "Nguyễn Mẫu" not in json.dumps(fields, ensure_ascii=False)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Nguyễn Văn Thử", "NGUYỄN  VĂN THỬ", True),
        ("Đỗ Thị Mẫu", "Do Thi Mau", True),
        ("Nguyễn Văn Thử", "Nguyễn Văn Thu Hà", False),
    ],
)
def test_a_name_is_the_same_however_it_is_typed(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same
