"""Dossiers in the fields of the national exchange ("DongBoHoSo"), and back.

Names of fields, numbers of statuses and channels, and the form of times are the exchange's own. What it has no field
for, and how that is carried all the same, is our assumption and listed in docs/lgsp.md: the lookup secret (MaTraCuu),
the financial obligation and the letter of apology (entries of the progress).
Numbers come as numbers or as text; a field that is missing, empty or null means the same. What must be there and is
not, or cannot be read, raises RegisterStrange, whose message names the field and holds no value.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr, ValidationError

from actions.dossiers.dossier import (
    STATUS_NAMES,
    Apology,
    Channel,
    Dossier,
    DraftRequest,
    FeeDue,
    Obligation,
    Proofs,
    Status,
    Step,
    Supplement,
)
from actions.dossiers.errors import RegisterStrange

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MOMENT = "%Y%m%d%H%M%S"
CHANNELS = {"1": Channel.IN_PERSON, "2": Channel.ONLINE, "3": Channel.POST}
CITIZEN = "1"  # LoaiDoiTuong
IDENTITY_CARD = "1"  # LoaiDinhDanh
SENT = "Chuyển thông tin xác định nghĩa vụ tài chính"
NOTIFIED = "Thông báo nộp tiền"
PAID = "HTNVTC"
APOLOGIES = ("Văn bản xin lỗi và đề nghị gia hạn", "Phiếu xin lỗi và hẹn lại ngày trả")
OBLIGATION = "Nghĩa vụ tài chính"  # the name of one that names itself nowhere
MOST = 1000  # entries of one list

_PROCEDURE = re.compile(r"(\d\.\d{6})(?:\.000\.00\.00)?(?:\.H\d{2})?", re.ASCII)
_MOMENT = re.compile(r"\d{14}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(?:\.0+)?", re.ASCII)

Fields = Mapping[str, Any]


def _plain(text: str) -> str:
    """Without accents, capitals and doubled spaces, so that a name is known however it is typed."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).casefold().split())


STATUSES = {
    **{_plain(name): status for status, name in STATUS_NAMES.items()},
    _plain("Chờ tiếp nhận"): Status.REGISTERED,  # as VNPT iGate lists it
}
_EVENTS = {_plain(SENT): "sent", _plain(NOTIFIED): "notified", _plain(PAID): "paid"}
_APOLOGIES = tuple(_plain(name) for name in APOLOGIES)


def from_exchange(result: object, as_of: datetime) -> Dossier:
    """The dossier that TraCuuHoSo answered with: {"HoSo": …, "TienDo": […]}. Raises RegisterStrange."""
    fields = _object(result, "the answer")
    head = _object(fields.get("HoSo"), "HoSo")
    entries = [_object(entry, "TienDo") for entry in _list(fields, "TienDo")]
    trouble: str
    try:
        return _dossier(head, entries, as_of)
    except ValidationError as error:
        trouble = ", ".join(sorted({".".join(map(str, one["loc"])) for one in error.errors()}))
    raise RegisterStrange(f"The exchange's answer cannot be used: {trouble}.")


def to_exchange(dossier: Dossier) -> dict[str, Any]:
    """The dossier as TraCuuHoSo answers: {"HoSo": …, "TienDo": […]}."""
    events = [entry for one in dossier.obligations for entry in _entries_of_obligation(dossier.code, one)]
    if dossier.apology is not None:
        events.append(_entry_of_apology(dossier.code, dossier.apology))
    return {
        "HoSo": _head(dossier),
        "TienDo": [*(_entry_of_step(dossier.code, step) for step in dossier.steps), *events],
    }


def draft_fields(request: DraftRequest, code: str, at: datetime) -> dict[str, Any]:
    """A draft as DongBoHoSoMC takes it: no content of attachments and no answers, for which there is no field."""
    return {
        "MaHoSo": code,
        "MaTTHC": request.procedure,
        "TenTTHC": request.procedure_name,
        "KenhThucHien": "2",
        "ChuHoSo": request.applicant,
        "LoaiDoiTuong": CITIZEN,
        "DinhDanhCHS": _identity(request.identity_number),
        "SoDienThoai": request.phone,
        "TrichYeuHoSo": request.procedure_name,
        "NgayNopHoSo": moment_text(at),
        "TrangThaiHoSo": str(int(Status.REGISTERED)),
        "NoiNopHoSo": request.commune or "",
        "TaiLieuNop": [
            {"TepDinhKemId": f"{code}-{number}", "TenTepDinhKem": file.name, "IsDeleted": "false", "DuocSoHoa": "0"}
            for number, file in enumerate(request.files, 1)
        ],
    }


def read_status(value: object) -> tuple[Status | None, str]:
    """A status by its number or its name; None where it is none of the ten, with the name as it is."""
    text = _word(value)
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(Status):
        status: Status | None = Status(int(text))
    else:
        status = STATUSES.get(_plain(text))
    return status, text if status is None else status.vietnamese


def read_procedure(value: object) -> str | None:
    """The national code of a procedure, without the suffix of an agency; None where it is not of that form."""
    found = _PROCEDURE.fullmatch(_word(value))
    return found.group(1) if found else None


def read_moment(fields: Fields, name: str) -> datetime | None:
    """A moment of the exchange (yyyyMMddHHmmss in Hanoi), in UTC; None where it is empty. Raises RegisterStrange."""
    text = _word(fields.get(name))
    if text in ("", "0"):
        return None
    try:
        if _MOMENT.fullmatch(text):
            return datetime.strptime(text, MOMENT).replace(tzinfo=HANOI).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # a month 13 is as strange as letters
    raise RegisterStrange(f"{name} of the exchange's answer is not of the form yyyyMMddHHmmss.")


def moment_text(at: datetime | None) -> str:
    """A moment as the exchange writes it; empty for none."""
    return "" if at is None else at.astimezone(HANOI).strftime(MOMENT)


def same_person(one: str, other: str) -> bool:
    """Whether two spellings of a name differ in nothing but accents, capitals and spaces."""
    return _plain(one) == _plain(other)


def _dossier(head: Fields, entries: Sequence[Fields], as_of: datetime) -> Dossier:
    status, status_name = read_status(_needed(head, "TrangThaiHoSo"))
    obligations, apology, steps = _progress(entries)
    obligations, fees = _amounts(
        obligations, [_fee(_object(fee, "DanhSachLePhi")) for fee in _list(head, "DanhSachLePhi")]
    )
    finished = read_moment(head, "NgayKetThucXuLy")
    refused = read_moment(head, "NgayTuChoi")
    return Dossier(
        code=_needed(head, "MaHoSo").upper(),
        procedure=read_procedure(head.get("MaTTHC")),
        procedure_name=_needed(head, "TenTTHC"),
        status=status,
        status_name=status_name,
        channel=_channel(head),
        owner=_word(head.get("ChuHoSo")),
        proofs=_proofs(head),
        submitted=read_moment(head, "NgayNopHoSo"),
        received=read_moment(head, "NgayTiepNhan"),
        due=read_moment(head, "NgayHenTra"),
        finished=finished or (refused if status is Status.NOT_RECEIVED else None),
        returned=read_moment(head, "NgayTra"),
        office=_word(head.get("DonViXuLy")),
        place=_word(head.get("NoiNopHoSo")),
        steps=steps,
        supplements=tuple(_supplement(_object(one, "DanhSachHoSoBoSung")) for one in _list(head, "DanhSachHoSoBoSung")),
        obligations=obligations,
        fees=fees,
        apology=apology,
        reason=_word(head.get("GhiChu")),
        results=tuple(filter(None, (_name_of(one, "TenGiayTo") for one in _list(head, "DanhSachGiayToKetQua")))),
        as_of=as_of,
    )


def _head(dossier: Dossier) -> dict[str, Any]:
    refused = dossier.status is Status.NOT_RECEIVED
    number = next((number for number, channel in CHANNELS.items() if channel is dossier.channel), "1")
    return {
        "MaHoSo": dossier.code,
        "MaTTHC": dossier.procedure or "",
        "TenTTHC": dossier.procedure_name,
        "KenhThucHien": number,
        "ChuHoSo": dossier.owner,
        "LoaiDoiTuong": CITIZEN,
        "DinhDanhCHS": _identity(_told(dossier.proofs.identity_number)),
        "SoDienThoai": _told(dossier.proofs.phone),
        "MaTraCuu": _told(dossier.proofs.secret),
        "NgayNopHoSo": moment_text(dossier.submitted),
        "NgayTiepNhan": moment_text(dossier.received),
        "NgayHenTra": moment_text(dossier.due),
        "TrangThaiHoSo": dossier.status_name if dossier.status is None else str(int(dossier.status)),
        "NgayTra": moment_text(dossier.returned),
        "NgayKetThucXuLy": "" if refused else moment_text(dossier.finished),
        "NgayTuChoi": moment_text(dossier.finished) if refused else "",
        "DonViXuLy": dossier.office,
        "NoiNopHoSo": dossier.place,
        "GhiChu": dossier.reason,
        "DanhSachLePhi": [{"TenPhiLePhi": name, "Gia": str(amount)} for name, amount in _charges(dossier)],
        "DanhSachHoSoBoSung": [_supplement_fields(one) for one in dossier.supplements],
        "DanhSachGiayToKetQua": [{"TenGiayTo": name} for name in dossier.results],
    }


def _charges(dossier: Dossier) -> Iterable[tuple[str, int]]:
    yield from ((fee.name, fee.amount) for fee in dossier.fees)
    yield from ((one.name, one.amount) for one in dossier.obligations if one.amount is not None)


def _channel(head: Fields) -> Channel:
    named = _word(head.get("KenhThucHien")) or "1"
    if named not in CHANNELS:
        raise RegisterStrange("KenhThucHien of the exchange's answer is none of 1, 2 and 3.")
    return CHANNELS[named]


def _proofs(head: Fields) -> Proofs:
    papers = [_object(one, "DinhDanhCHS") for one in _list(head, "DinhDanhCHS")]
    papers.sort(key=lambda paper: _word(paper.get("LoaiDinhDanh")) != IDENTITY_CARD)
    number = next(filter(None, (_word(paper.get("SoDinhDanh")) for paper in papers)), "")
    return Proofs(
        secret=_hidden(_word(head.get("MaTraCuu"))),
        phone=_hidden(_word(head.get("SoDienThoai"))),
        identity_number=_hidden(number),
    )


def _identity(number: str) -> list[dict[str, str]]:
    return [{"LoaiDinhDanh": IDENTITY_CARD, "SoDinhDanh": number}] if number else []


def _supplement(fields: Fields) -> Supplement:
    asked = read_moment(fields, "NgayBoSung")
    if asked is None:
        raise RegisterStrange("NgayBoSung is missing in the exchange's answer.")
    return Supplement(
        id=_needed(fields, "HoSoBoSungId"),
        what=_word(fields.get("NoiDungBoSung")),
        papers=tuple(filter(None, (_name_of(one, "TenGiayTo") for one in _list(fields, "DanhSachGiayToBoSung")))),
        asked=asked,
        asked_by=_word(fields.get("NguoiYeuCauBoSung")),
        answered=read_moment(fields, "NgayTiepNhanBoSung"),
        due_before=read_moment(fields, "NgayHenTraTruoc"),
        due_after=read_moment(fields, "NgayHenTraMoi"),
    )


def _supplement_fields(one: Supplement) -> dict[str, Any]:
    return {
        "HoSoBoSungId": one.id,
        "NguoiYeuCauBoSung": one.asked_by,
        "NoiDungBoSung": one.what,
        "NgayBoSung": moment_text(one.asked),
        "NgayTiepNhanBoSung": moment_text(one.answered),
        "DanhSachGiayToBoSung": [{"TenGiayTo": paper} for paper in one.papers],
        "NgayHenTraTruoc": moment_text(one.due_before),
        "NgayHenTraMoi": moment_text(one.due_after),
    }


def _fee(fields: Fields) -> FeeDue:
    return FeeDue(name=_needed(fields, "TenPhiLePhi"), amount=_dong(fields, "Gia"))


def _progress(entries: Sequence[Fields]) -> tuple[tuple[Obligation, ...], Apology | None, tuple[Step, ...]]:
    """The entries of the progress apart: obligations by name, the last apology, and the steps.

    An entry that names the obligation tells of nothing else; one that does not is a step as well.
    """
    obligations: dict[str, dict[str, datetime | None]] = {}
    apology: Apology | None = None
    steps: list[Step] = []
    for entry in entries:
        kind, name = _kind(_word(entry.get("NoiDungXuLy")))
        if kind == "apology":
            apology = Apology(at=_at(entry), reason=name, new_due=read_moment(entry, "NgayKetThucTheoQuyDinh"))
            continue
        if not name:
            steps.append(_step(entry))
        if kind != "step":
            known = obligations.setdefault(name, {})
            known[kind] = _at(entry)
            if kind == "notified":
                known["pay_by"] = read_moment(entry, "NgayKetThucTheoQuyDinh")
    if len(obligations) > 1:
        obligations.pop("", None)  # steps that go with those that are named
    return (
        tuple(Obligation.model_validate({"name": name or OBLIGATION, **known}) for name, known in obligations.items()),
        apology,
        tuple(steps),
    )


def _kind(content: str) -> tuple[str, str]:
    """What an entry of the progress says, and of which obligation or for which reason: what follows after its colon."""
    opening, _, rest = content.partition(":")
    plain = _plain(opening)
    if plain in _EVENTS:
        return _EVENTS[plain], rest.strip()
    return ("apology", rest.strip()) if plain.startswith(_APOLOGIES) else ("step", "")


def _amounts(
    obligations: tuple[Obligation, ...], charges: Sequence[FeeDue]
) -> tuple[tuple[Obligation, ...], tuple[FeeDue, ...]]:
    """Obligations with their amounts, and the charges that are none of theirs."""
    names = {_plain(one.name) for one in obligations}
    owed = {_plain(charge.name): charge.amount for charge in charges}
    return (
        tuple(one.model_copy(update={"amount": owed.get(_plain(one.name))}) for one in obligations),
        tuple(charge for charge in charges if _plain(charge.name) not in names),
    )


def _step(entry: Fields) -> Step:
    return Step(
        name=_word(entry.get("NoiDungXuLy")),
        office=_word(entry.get("PhongBanXuLy")),
        officer=" ".join(filter(None, (_word(entry.get("ChucDanh")), _word(entry.get("NguoiXuLy"))))),
        began=read_moment(entry, "NgayBatDau"),
        ended=read_moment(entry, "ThoiDiemXuLy"),
        due=read_moment(entry, "NgayKetThucTheoQuyDinh"),
        status=read_status(entry.get("TrangThai"))[0],
    )


def _at(entry: Fields) -> datetime:
    """Since when something is so: when a step began that is under way still, or has ended since."""
    at = read_moment(entry, "NgayBatDau") or read_moment(entry, "ThoiDiemXuLy")
    if at is None:
        raise RegisterStrange("ThoiDiemXuLy is missing in the exchange's answer.")
    return at


def _entry_of_step(code: str, step: Step) -> dict[str, str]:
    return {
        "MaHoSo": code,
        "NguoiXuLy": step.officer,
        "ChucDanh": "",
        "ThoiDiemXuLy": moment_text(step.ended),
        "PhongBanXuLy": step.office,
        "NoiDungXuLy": step.name,
        "TrangThai": "" if step.status is None else str(int(step.status)),
        "NgayBatDau": moment_text(step.began),
        "NgayKetThucTheoQuyDinh": moment_text(step.due),
    }


def _entries_of_obligation(code: str, one: Obligation) -> Iterable[dict[str, str]]:
    for content, at, end in ((SENT, one.sent, None), (NOTIFIED, one.notified, one.pay_by), (PAID, one.paid, None)):
        if at is not None:
            step = Step(name=f"{content}: {one.name}", began=at, ended=at, due=end)
            yield _entry_of_step(code, step)


def _entry_of_apology(code: str, apology: Apology) -> dict[str, str]:
    content = f"{APOLOGIES[0]}: {apology.reason}" if apology.reason else APOLOGIES[0]
    return _entry_of_step(code, Step(name=content, began=apology.at, ended=apology.at, due=apology.new_due))


def _object(value: object, name: str) -> Fields:
    if not isinstance(value, dict):
        raise RegisterStrange(f"{name} of the exchange is no object.")
    return value


def _list(fields: Fields, name: str) -> list[Any]:
    """The entries of a list, each once: some systems send what was synchronised twice twice."""
    value = fields.get(name)
    if value in (None, ""):
        return []
    if not isinstance(value, list) or len(value) > MOST:
        raise RegisterStrange(f"{name} of the exchange's answer is no list of at most {MOST} entries.")
    return list({json.dumps(entry, sort_keys=True): entry for entry in value}.values())


def _word(value: object) -> str:
    """A field as text: NFC, on one line, empty for none. Raises RegisterStrange for an object or a list."""
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return " ".join(unicodedata.normalize("NFC", str(value)).split())
    raise RegisterStrange("The exchange's answer holds a list or an object where a text belongs.")


def _needed(fields: Fields, name: str) -> str:
    text = _word(fields.get(name))
    if not text:
        raise RegisterStrange(f"{name} is missing in the exchange's answer.")
    return text


def _name_of(one: object, name: str) -> str:
    """An entry of a list of papers: an object with its name, or the name alone."""
    return _word(one.get(name)) if isinstance(one, dict) else _word(one)


def _dong(fields: Fields, name: str) -> int:
    text = _needed(fields, name)
    if not _NUMBER.fullmatch(text):
        raise RegisterStrange(f"{name} of the exchange's answer is no whole number.")
    return int(text.partition(".")[0])


def _hidden(text: str) -> SecretStr | None:
    return SecretStr(text) if text else None


def _told(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
