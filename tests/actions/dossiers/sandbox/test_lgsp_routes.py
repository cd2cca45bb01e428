"""The exchange: logging in, looking up, handing in, progress, procedures, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from actions.dossiers.dossier import Channel, Status
from actions.dossiers.examples import example_dossiers
from actions.dossiers.lgsp_fields import from_exchange
from actions.dossiers.sandbox.faults import Faults
from actions.dossiers.sandbox.lgsp_routes import (
    NO_SESSION,
    NOTHING_FOUND,
    OK,
    REFUSED,
    WRONG_LOGIN,
    lgsp_app,
)
from actions.dossiers.sandbox.province import Province
from tests.actions.dossiers.sandbox.conftest import MONDAY

DRAFT = {
    "MaHoSo": "000.00.00.H41-261123-00012345",
    "MaTTHC": "1.001193.000.00.00.H41",
    "TenTTHC": "Đăng ký khai sinh",
    "KenhThucHien": "2",
    "ChuHoSo": "Trần Thị Ví Dụ",
    "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": "040190000001"}],
    "SoDienThoai": "0900000001",
    "NgayNopHoSo": "20261123090000",
    "TrangThaiHoSo": "1",
}


class Seconds:
    """The clock of the sessions."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Client:
    """Asks the exchange as another system would."""

    def __init__(self, province: Province, seconds: Seconds) -> None:
        app = lgsp_app(province, "me", "secret", monotonic=seconds)
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")
        self.session = ""

    async def post(self, path: str, body: object) -> dict[str, Any]:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = await self._http.post(path, content=content)
        assert answer.status_code == 200
        read: dict[str, Any] = answer.json()
        return read

    async def log_in(self, username: object = "me", password: object = "secret") -> dict[str, Any]:
        answer = await self.post("/Login", {"username": username, "password": password})
        self.session = answer.get("session", "")
        return answer

    async def ask(self, service: str, **parts: Any) -> tuple[int, Any]:
        """The error code, and the result or the message."""
        body = {"session": self.session, "madonvi": "H41", "service": service, **parts}
        answer = await self.post(f"/{service}", body)
        message = answer["message"]
        return answer["error_code"], json.loads(message) if answer["error_code"] == OK else message


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
async def client(province: Province, seconds: Seconds) -> Client:
    client = Client(province, seconds)
    await client.log_in()
    return client


async def test_the_right_name_and_password_give_a_session(client: Client) -> None:
    answer = await client.log_in()
    assert (answer["error_code"], len(answer["session"])) == (OK, 32)
    for name, password in (("me", "wrong"), ("you", "secret"), ("", ""), (None, None), (1, ["secret"])):
        answer = await client.log_in(name, password)
        assert answer["error_code"] == WRONG_LOGIN
        assert "session" not in answer


async def test_a_session_ends(client: Client, province: Province, seconds: Seconds) -> None:
    province.faults = Faults(session_seconds=60)
    code = province.begin("ordinary").code
    seconds.now = 59
    assert (await client.ask("TraCuuHoSo", mahoso=code))[0] == OK
    seconds.now = 60
    assert (await client.ask("TraCuuHoSo", mahoso=code))[0] == NO_SESSION
    await client.log_in()
    assert (await client.ask("TraCuuHoSo", mahoso=code))[0] == OK


async def test_nobody_gets_in_without_a_session(client: Client, province: Province) -> None:
    client.session = "made up"
    for service in ("TraCuuHoSo", "DongBoHoSoMC", "CapNhatTienDoHoSoMC", "LayThuTuc", "XoaTatCa"):
        assert (await client.ask(service))[0] == NO_SESSION


async def test_every_example_reads_the_same_over_the_exchange(client: Client, province: Province) -> None:
    """As far as the exchange has fields for it: seconds instead of less, no payment of a fee."""
    for example in example_dossiers(MONDAY):
        error, result = await client.ask("TraCuuHoSo", mahoso=example.code.lower())
        assert error == OK
        read = from_exchange(result, MONDAY)
        assert (read.code, read.status, read.owner, read.due) == (
            example.code,
            example.status,
            example.owner,
            example.due,
        )
        assert read.proofs == example.proofs
        assert (read.apology is None) == (example.apology is None)
        assert (read.open_supplement is None) == (example.open_supplement is None)


async def test_a_land_dossier_tells_both_kinds_of_waiting_apart(client: Client, province: Province) -> None:
    code = province.begin("land").code
    seen = []
    while province.planned(code).beat is not None:
        province.next(code)
        _, result = await client.ask("TraCuuHoSo", mahoso=code)
        read, kept = from_exchange(result, MONDAY), province.find(code)
        assert read.obligations == kept.obligations
        assert len(read.steps) == len(kept.steps)
        owed = read.open_obligation
        seen.append((int(read.status or 0), owed is not None, owed is not None and owed.notified is not None))
    assert (4, True, False) in seen
    assert (6, True, True) in seen
    assert seen[-1] == (10, False, False)


async def test_what_is_not_there_and_what_is_no_question(client: Client) -> None:
    assert (await client.ask("TraCuuHoSo", mahoso="000.00.00.H41-260101-9999"))[0] == NOTHING_FOUND
    assert (await client.ask("TraCuuHoSo"))[0] == REFUSED
    assert (await client.ask("TraCuuHoSo", mahoso="x", madonvi=""))[0] == REFUSED
    other = {"session": client.session, "madonvi": "H41", "service": "LayThuTuc", "mahoso": "x"}
    assert (await client.post("/TraCuuHoSo", other))["error_code"] == REFUSED
    assert (await client.ask("XoaTatCa"))[0] == REFUSED
    for body in (b"{", b"[]", b"\xff", b'{"session": "\\ud800"}', b'{"x": NaN}', b"[" * 100_000):
        assert (await client.post("/TraCuuHoSo", body))["error_code"] == REFUSED


async def test_a_draft_is_taken_once_and_waits_for_its_applicant(client: Client, province: Province) -> None:
    assert (await client.ask("DongBoHoSoMC", isUpdating="false", data=[DRAFT]))[0] == OK
    later = {**DRAFT, "ChuHoSo": "Lê Thử Khác"}
    assert (await client.ask("DongBoHoSoMC", isUpdating="false", data=[later]))[0] == OK
    province.jump(24 * 30)
    kept = province.find(DRAFT["MaHoSo"])  # type: ignore[arg-type]
    assert (kept.status, kept.owner, kept.channel, kept.procedure) == (
        Status.REGISTERED,
        "Trần Thị Ví Dụ",
        Channel.ONLINE,
        "1.001193",
    )
    assert kept.proofs.phone is not None
    assert kept.proofs.phone.get_secret_value() == "0900000001"
    assert province.submit(kept.code).status is Status.RECEIVED


async def test_an_update_changes_what_it_names(client: Client, province: Province) -> None:
    code = province.begin("ordinary").code
    province.next(code)
    before = province.find(code)
    change = {"MaHoSo": code, "NgayHenTra": "20261231170000", "TrangThaiHoSo": 9}
    assert (await client.ask("DongBoHoSoMC", isUpdating="true", data=[change]))[0] == OK
    after = province.find(code)
    assert after.due is not None
    assert (after.due.day, after.status, after.steps) == (31, Status.FINISHED, before.steps)
    assert (after.owner, after.proofs) == (before.owner, before.proofs)
    unknown = {**DRAFT, "MaHoSo": "000.00.00.H41-261123-0002"}
    assert (await client.ask("DongBoHoSoMC", isUpdating="true", data=[unknown]))[0] == NOTHING_FOUND


@pytest.mark.parametrize(
    "change",
    [
        {"MaHoSo": "không phải mã"},
        {"MaTTHC": "9.999999"},
        {"MaTTHC": ""},
        {"TenTTHC": ""},
        {"TenTTHC": "x" * 501},
        {"NgayNopHoSo": "hôm qua"},
        {"KenhThucHien": "7"},
        {"ChuHoSo": {"ten": "An"}},
        {"DinhDanhCHS": "040190000001"},
    ],
)
async def test_a_dossier_that_cannot_be_is_refused_with_a_reason(
    client: Client, province: Province, change: dict[str, Any]
) -> None:
    before = len(province.all())
    error, message = await client.ask("DongBoHoSoMC", isUpdating="false", data=[{**DRAFT, **change}])
    assert (error, bool(message), len(province.all())) == (REFUSED, True, before)


@pytest.mark.parametrize("data", [None, [], {}, ["x"], [DRAFT] * 101])
async def test_data_is_a_short_list_of_objects(client: Client, data: Any) -> None:
    for service in ("DongBoHoSoMC", "CapNhatTienDoHoSoMC"):
        assert (await client.ask(service, isUpdating="false", data=data))[0] == REFUSED


async def test_progress_moves_a_dossier_and_the_same_entry_twice_does_not(client: Client, province: Province) -> None:
    code = province.begin("ordinary").code
    entry = {
        "MaHoSo": code,
        "ChucDanh": "Chuyên viên",
        "PhongBanXuLy": "Phòng thử",
        "NoiDungXuLy": "Xem hồ sơ",
        "TrangThai": "4",
        "NgayBatDau": "20261123090000",
    }
    for _ in range(2):
        assert (await client.ask("CapNhatTienDoHoSoMC", data=[entry]))[0] == OK
    after = province.find(code)
    assert (after.status, after.steps[-1].name, len(after.steps)) == (Status.IN_PROGRESS, "Xem hồ sơ", 2)
    strange = {**entry, "NgayBatDau": "mai"}
    assert (await client.ask("CapNhatTienDoHoSoMC", data=[strange]))[0] == REFUSED
    unknown = {**entry, "MaHoSo": "000.00.00.H41-260101-9999"}
    assert (await client.ask("CapNhatTienDoHoSoMC", data=[unknown]))[0] == NOTHING_FOUND


async def test_procedures_can_be_asked_for(client: Client) -> None:
    error, result = await client.ask("LayThuTuc", maTTHC="1.001193")
    assert (error, result["TENTTHC"]) == (OK, "Đăng ký khai sinh")
    for code in ("9.999999", "../secret"):
        assert (await client.ask("LayThuTuc", maTTHC=code))[0] == NOTHING_FOUND


async def test_duplicates_send_every_entry_twice(client: Client, province: Province) -> None:
    code = province.begin("supplement").code
    for _ in range(3):
        province.next(code)
    _, once = await client.ask("TraCuuHoSo", mahoso=code)
    province.faults = Faults(duplicates=True)
    _, twice = await client.ask("TraCuuHoSo", mahoso=code)
    assert len(once["TienDo"]) > 1
    assert len(twice["TienDo"]) == 2 * len(once["TienDo"])
    assert len(once["HoSo"]["DanhSachHoSoBoSung"]) == 1
    assert len(twice["HoSo"]["DanhSachHoSoBoSung"]) == 2
