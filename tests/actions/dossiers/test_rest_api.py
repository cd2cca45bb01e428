"""The wire models say the same as the dossier, in both directions, and let nothing through that is not of the form."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from actions.dossiers.dossier import (
    Apology,
    Channel,
    Dossier,
    Draft,
    DraftFile,
    DraftRequest,
    FeeDue,
    Obligation,
    Proofs,
    Status,
    Step,
    Supplement,
)
from actions.dossiers.rest_api import STATUS_OF_PROBLEM, DossierOut, DraftIn, DraftOut, Problem, ProblemCode

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CODE = "000.00.00.H41-261105-0007"
FULL = Dossier(
    code=CODE,
    procedure="1.012781",
    procedure_name="Đăng ký đất đai lần đầu",
    status=Status.PAYMENT_ASKED,
    status_name=Status.PAYMENT_ASKED.vietnamese,
    channel=Channel.POST,
    owner="Nguyễn Thị Thử",
    proofs=Proofs(secret=SecretStr("A7K2"), phone=SecretStr("0900000123"), identity_number=SecretStr("040000000456")),
    submitted=NOW - timedelta(days=9),
    received=NOW - timedelta(days=8),
    due=NOW + timedelta(days=8),
    office="Văn phòng đăng ký đất đai",
    place="Trung tâm Phục vụ hành chính công",
    steps=(Step(name="Tiếp nhận", office="Một cửa", began=NOW, ended=NOW, status=Status.RECEIVED),),
    supplements=(Supplement(id="1", what="Thiếu bản đồ", papers=("Bản đồ",), asked=NOW, due_after=NOW),),
    obligations=(Obligation(name="Tiền sử dụng đất", sent=NOW, notified=NOW, amount=12_500_000, pay_by=NOW),),
    fees=(FeeDue(name="Lệ phí", amount=50_000, paid=True),),
    apology=Apology(at=NOW, reason="Đo đạc lại", new_due=NOW + timedelta(days=9)),
    results=("Giấy chứng nhận",),
    as_of=NOW,
)
REQUEST = DraftRequest(
    key="20261123-5f0c1e6d",
    procedure="1.001193",
    procedure_name="Đăng ký khai sinh",
    commune="Phường Thành Vinh",
    applicant="Nguyễn Văn Thử",
    phone="0900000123",
    identity_number="040000000456",
    answers={"child_name": "Nguyễn Mẫu", "copies": 2, "parents": ["a", None, 1.5]},
    files=(DraftFile(document="Giấy chứng sinh", name="giấy.pdf", media_type="application/pdf", content=b"\xff\x00%"),),
)


def over_the_wire(model: Any) -> Any:
    return type(model).model_validate_json(model.model_dump_json())


def test_a_dossier_arrives_as_it_was_sent_with_what_proves_it() -> None:
    arrived = over_the_wire(DossierOut.of(FULL)).dossier()
    assert arrived == FULL
    assert arrived.proofs.secret.get_secret_value() == "A7K2"


def test_every_field_of_a_dossier_stands_on_the_wire() -> None:
    assert set(json.loads(DossierOut.of(FULL).model_dump_json())) == set(Dossier.model_fields)


def test_a_status_that_is_none_of_the_ten_arrives_as_its_name() -> None:
    sent = FULL.model_copy(update={"status": None, "status_name": "Chờ luân chuyển"})
    assert over_the_wire(DossierOut.of(sent)).dossier() == sent


def test_a_draft_request_arrives_as_it_was_sent() -> None:
    assert over_the_wire(DraftIn.of(REQUEST)).request(REQUEST.key) == REQUEST
    assert json.loads(DraftIn.of(REQUEST).model_dump_json())["files"][0]["content"] == "/wAl"


@pytest.mark.parametrize("fees", [None, (), (FeeDue(name="Bản sao", amount=8000),)])
def test_a_draft_arrives_as_it_was_sent(fees: tuple[FeeDue, ...] | None) -> None:
    draft = Draft(code=CODE, page="https://dvc.example.vn/d/1", missing=("Giấy chứng sinh",), fees=fees, made=NOW)
    assert over_the_wire(DraftOut.of(draft)).draft() == draft


def changed(**fields: object) -> str:
    return json.dumps({**json.loads(DossierOut.of(FULL).model_dump_json()), **fields})


@pytest.mark.parametrize(
    "wrong",
    [
        {"as_of": "2026-11-23T10:00:00"},
        {"due": "2026-11-30"},
        {"due": "soon"},
        {"steps": [{"name": "x", "began": "2026-11-23T10:00:00"}]},
        {"status": 11},
        {"status": "Đang xử lý"},
        {"channel": "fax"},
        {"code": "../../health"},
        {"code": "h41-261105-0007"},
        {"procedure_name": ""},
        {"fees": [{"name": "Lệ phí", "amount": -1}]},
        {"fees": [{"name": "Lệ phí", "amount": 10**16}]},
        {"proofs": None},
        {"owner": ["Nguyễn Thị Thử"]},
        {"proofs": {"secret": ["A7K2"]}},
        {"supplements": [{"id": "1", "what": "x"}]},
        {"steps": [{"name": "x"}] * 501},
    ],
)
def test_what_is_not_of_the_form_is_refused_without_showing_it(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        DossierOut.model_validate_json(changed(**wrong))
    assert "Nguyễn" not in str(refused.value)
    assert "A7K2" not in str(refused.value)


def test_a_field_that_a_newer_system_adds_is_ignored() -> None:
    assert DossierOut.model_validate_json(changed(colour="blue")).dossier() == FULL


@pytest.mark.parametrize("page", ["javascript:alert(1)", "ftp://a.vn", "https://a.vn/ x", "//a.vn", "https://"])
def test_a_page_that_is_no_web_address_is_refused(page: str) -> None:
    with pytest.raises(ValidationError):
        DraftOut.model_validate({"code": CODE, "page": page, "made": NOW})


@pytest.mark.parametrize("content", ["/wAl=", "AAAA====", "é", "/wA", "%%%%", "/wAl\n", "_-Al"])
def test_content_that_is_not_base64_is_refused(content: str) -> None:
    sent = json.loads(DraftIn.of(REQUEST).model_dump_json())
    sent["files"][0]["content"] = content
    with pytest.raises(ValidationError):
        DraftIn.model_validate(sent)


def test_a_file_without_content_is_sent() -> None:
    sent = json.loads(DraftIn.of(REQUEST).model_dump_json())
    sent["files"][0]["content"] = ""
    assert DraftIn.model_validate(sent).files[0].content == b""


@pytest.mark.parametrize("answers", [{"a": float("nan")}, {"a": "\ud800"}, {"\ud800": 1}, {"a": [float("inf")]}])
def test_answers_that_json_does_not_know_are_refused(answers: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DraftIn.model_validate({**json.loads(DraftIn.of(REQUEST).model_dump_json()), "answers": answers})


def test_a_dossier_whose_times_have_no_zone_is_not_sent() -> None:
    with pytest.raises(ValidationError):
        DossierOut.of(FULL.model_copy(update={"due": datetime(2026, 11, 30)}))


def test_nothing_that_proves_a_dossier_is_shown() -> None:
    shown = repr(DossierOut.of(FULL)) + repr(DraftIn.of(REQUEST))
    assert not [secret for secret in ("A7K2", "0900000123", "040000000456", "Nguyễn") if secret in shown]


def test_every_problem_has_a_status_and_its_code_is_needed() -> None:
    assert set(STATUS_OF_PROBLEM) == set(ProblemCode)
    with pytest.raises(ValidationError):
        Problem.model_validate({"message": "x"})
