"""What every register does alike: the embedded one on both databases, and the sandbox province over REST and LGSP.

And what the two that leave this machine do when the province is slow, away, dead, lost for words, or failing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import purgatory.domain.model
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from actions.database.work import Database
from actions.dossiers.codes import read_code
from actions.dossiers.dossier import Channel, Dossier, DraftFile, DraftRequest, Proofs, Status
from actions.dossiers.embedded import EmbeddedRegister
from actions.dossiers.errors import DraftRefused, NoSuchDossier, RegisterAway, RegisterRefuses, RegisterStrange
from actions.dossiers.guarded import GuardedRegister
from actions.dossiers.lgsp import LgspRegister
from actions.dossiers.opening import fill
from actions.dossiers.register import Register
from actions.dossiers.rest import RestRegister
from storage.vault import Vault
from tests.actions.dossiers.sandbox_server import Sandbox

UNKNOWN = "000.00.00.H41-261101-9999"
PATIENCE = 20.0  # seconds after which something hangs
APPLICANT = "Nguyễn Văn Hợp Đồng"


@dataclass
class Place:
    """A register, and how to look at what it holds without asking it."""

    register: Register
    codes: list[str]
    proofs: dict[str, tuple[str | None, str | None, str | None]]
    of_applicant: Callable[[str], list[str]]


@dataclass
class Abroad:
    """The sandbox, and how to open a new register over it. timeout: in seconds."""

    sandbox: Sandbox
    open: Callable[..., Register]

    @property
    def code(self) -> str:
        return self.sandbox.dossiers()[0].code


def asked(**changes: Any) -> DraftRequest:
    parts: dict[str, Any] = {
        "key": "20261123-0f1e2d3c4b5a",
        "procedure": "1.001193",
        "procedure_name": "Đăng ký khai sinh",
        "commune": "Phường Thành Vinh",
        "applicant": APPLICANT,
        "phone": "0900000123",
        "identity_number": "040000000456",
        "answers": {"child_name": "Nguyễn Mẫu", "copies": 2},
        "files": (
            DraftFile(document="Giấy chứng sinh", name="a.png", media_type="image/png", content=b"\x89PNG" * 99),
        ),
    }
    return DraftRequest(**{**parts, **changes})


def told(proofs: Proofs) -> tuple[str | None, str | None, str | None]:
    secret, phone, number = (
        one.get_secret_value() if one else None for one in (proofs.secret, proofs.phone, proofs.identity_number)
    )
    return secret, phone, number


def embedded(url: str) -> tuple[Place, Database]:
    database = Database(url)
    register = EmbeddedRegister(database, Vault([Fernet.generate_key().decode()]), demonstration=True)
    fill(register, datetime.now(UTC))
    return Place(
        register,
        [one.code for one in register.all()],
        {one.code: told(one.proofs) for one in register.all()},
        lambda applicant: [one.code for one in register.all() if one.owner == applicant],
    ), database


def over_rest(sandbox: Sandbox, *, token: str = "", timeout: float = PATIENCE) -> RestRegister:
    return RestRegister(sandbox.rest_url, SecretStr(token or sandbox.token), timeout=timeout)


def over_lgsp(sandbox: Sandbox, *, token: str = "", timeout: float = PATIENCE) -> LgspRegister:
    password = SecretStr(token or sandbox.password)
    return LgspRegister(sandbox.lgsp_url, sandbox.user, password, unit=sandbox.unit, timeout=timeout)


WAYS = {"rest": over_rest, "lgsp": over_lgsp}


@pytest.fixture(params=["sqlite", "postgresql", "rest", "lgsp"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """Each kind of register, with the examples in it."""
    if request.param in WAYS:
        sandbox: Sandbox = request.getfixturevalue("sandbox")
        register = WAYS[request.param](sandbox)
        yield Place(
            register,
            [one.code for one in sandbox.dossiers()],
            {one.code: (one.secret, one.phone, one.identity_number) for one in sandbox.dossiers()},
            lambda applicant: [one.code for one in sandbox.dossiers() if one.owner == applicant],
        )
        await register.close()
        return
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    url = server.fresh_database() if server else f"sqlite:///{tmp_path / 'dossiers.sqlite'}"
    kept, database = embedded(url)
    yield kept
    database.close()
    if server:
        server.drop(url)


@pytest.fixture(params=sorted(WAYS))
def abroad(request: pytest.FixtureRequest, sandbox: Sandbox) -> Abroad:
    """The sandbox over REST and over LGSP."""
    return Abroad(sandbox, lambda **how: WAYS[request.param](sandbox, **how))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The time of the breaker, set forward by hand."""
    time = SimpleNamespace(ahead=timedelta())
    now = lambda: datetime.now(UTC) + time.ahead  # noqa: E731
    monkeypatch.setattr(purgatory.domain.model, "time", SimpleNamespace(time=lambda: now().timestamp()))
    time.now = now
    return time


async def test_every_dossier_is_found_with_what_proves_it(place: Place) -> None:
    assert len(place.codes) >= 24
    for code in place.codes:
        found = await place.register.find(code)
        assert found.code == code
        assert told(found.proofs) == place.proofs[code]
        assert found.as_of.tzinfo is not None


async def test_what_citizens_ask_about_arrives_over_every_way(place: Place) -> None:
    found = [await place.register.find(code) for code in place.codes]
    assert {one.status for one in found} == {*Status, None}
    assert {one.channel for one in found} == set(Channel)
    assert any(one.open_supplement and one.open_supplement.papers for one in found)
    assert any(one.apology and one.apology.new_due for one in found)
    assert any(one.results for one in found)
    assert any(one.reason for one in found if one.status is Status.NOT_RECEIVED)
    assert all(one.steps for one in found if one.status is Status.IN_PROGRESS)
    unknown = next(one for one in found if one.status is None)
    assert unknown.status_name


async def test_waiting_for_the_tax_office_and_waiting_for_payment_are_told_apart(place: Place) -> None:
    found = [await place.register.find(code) for code in place.codes]
    owing = [(one.status, one.open_obligation) for one in found if one.open_obligation]
    waiting = [due for status, due in owing if status is Status.IN_PROGRESS]
    to_pay = [due for status, due in owing if status is Status.PAYMENT_ASKED]
    assert waiting
    assert all(due.sent and due.notified is None and due.amount is None for due in waiting)
    assert to_pay
    assert all(due.notified and due.amount and due.pay_by for due in to_pay)


async def test_an_unknown_code_is_unknown_and_the_register_was_seen(place: Place) -> None:
    with pytest.raises(NoSuchDossier) as unknown:
        await place.register.find(UNKNOWN)
    assert UNKNOWN not in str(unknown.value)
    assert place.register.last_seen is not None


async def test_a_draft_can_be_asked_for_by_its_code(place: Place) -> None:
    request = asked()
    draft = await place.register.draft(request)
    assert read_code(draft.code).code == draft.code
    found = await place.register.find(draft.code)
    assert (found.status, found.owner, found.procedure) == (Status.REGISTERED, APPLICANT, "1.001193")
    assert told(found.proofs)[1:] == (request.phone, request.identity_number)
    assert draft.made.tzinfo is not None


async def test_the_same_draft_again_is_the_same_draft(place: Place) -> None:
    first = await place.register.draft(asked())
    again = await place.register.draft(asked())
    later = await place.register.draft(asked(answers={"child_name": "Nguyễn Khác"}))
    assert first.code == again.code == later.code
    assert first.made == again.made
    assert place.of_applicant(APPLICANT) == [first.code]


async def test_the_same_draft_ten_times_at_once_is_one_draft(place: Place) -> None:
    drafts = await asyncio.gather(*(place.register.draft(asked()) for _ in range(10)))
    assert {draft.code for draft in drafts} == set(place.of_applicant(APPLICANT))
    assert len(place.of_applicant(APPLICANT)) == 1


async def test_ten_drafts_at_once_are_ten(place: Place) -> None:
    keys = [f"20261123-{number:08x}" for number in range(10)]
    drafts = await asyncio.gather(*(place.register.draft(asked(key=key)) for key in keys))
    assert len({draft.code for draft in drafts}) == len(place.of_applicant(APPLICANT)) == 10


async def test_who_is_cut_off_while_a_draft_is_made_gets_it_the_next_time(place: Place) -> None:
    cut_off = asyncio.create_task(place.register.draft(asked()))
    await asyncio.sleep(0)
    cut_off.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cut_off
    draft = await place.register.draft(asked())
    assert place.of_applicant(APPLICANT) == [draft.code]


async def test_files_of_several_megabytes_can_be_sent(place: Place) -> None:
    large = DraftFile(document="Giấy chứng sinh", name="a.png", media_type="image/png", content=bytes(6 * 2**20))
    assert (await place.register.draft(asked(files=(large, large)))).code


async def test_a_name_with_everything_in_it_arrives_as_it_is(place: Place) -> None:
    name = "Nguyễn <b>'Ơ'</b> \"H'Mông\" & Đ\\u0000"
    draft = await place.register.draft(asked(applicant=name))
    assert (await place.register.find(draft.code)).owner == name


async def test_guarded_it_does_the_same(place: Place) -> None:
    register = GuardedRegister(place.register)
    assert (await register.find(place.codes[0])).code == place.codes[0]
    with pytest.raises(NoSuchDossier):
        await register.find(UNKNOWN)
    assert (await register.draft(asked())).code == (await register.draft(asked())).code


async def test_a_draft_that_the_province_does_not_want_is_refused_in_vietnamese(abroad: Abroad) -> None:
    register = abroad.open()
    with pytest.raises(DraftRefused) as refused:
        await register.draft(asked(procedure="9.999999"))
    assert set(refused.value.args[0]) & set("ăâđêôơưáàảãạếềểễệ")
    await register.close()


async def test_who_is_not_let_in_is_told_so_without_the_secret(abroad: Abroad) -> None:
    register = abroad.open(token="a-wrong-secret")
    with pytest.raises(RegisterRefuses) as refused:
        await register.find(abroad.code)
    assert "a-wrong-secret" not in str(refused.value)
    await register.close()


@pytest.mark.parametrize("fault", [{"away": True}, {"dead": True}, {"errors": 1.0}, {"per_minute": 0}, {"lost": True}])
async def test_a_province_that_is_away_is_said_to_be_with_when_it_was_last_seen(
    abroad: Abroad, fault: dict[str, Any]
) -> None:
    register = GuardedRegister(abroad.open())
    code = abroad.code
    await register.find(code)
    seen = register.last_seen
    abroad.sandbox.faults(**fault)
    with pytest.raises(RegisterAway) as away:
        await register.find_fresh(code)
    assert away.value.last_seen == register.last_seen == seen is not None
    abroad.sandbox.faults()
    assert (await register.find_fresh(code)).code == code
    await register.close()


async def test_a_slow_province_holds_nobody_longer_than_the_bound(abroad: Abroad) -> None:
    code = abroad.code
    abroad.sandbox.faults(slow=600)
    for register in (GuardedRegister(abroad.open(), longest=0.2), GuardedRegister(abroad.open(timeout=0.1))):
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(RegisterAway):
                await register.find(code)
        await register.close()


async def test_nonsense_is_not_shown_and_not_tried_again_and_ends(abroad: Abroad) -> None:
    register = GuardedRegister(abroad.open())
    code = abroad.code
    abroad.sandbox.faults(garbage=True)
    for _ in range(6):
        with pytest.raises(RegisterStrange) as strange:
            await register.find(code)
        assert "firewall" not in str(strange.value)
    abroad.sandbox.faults()
    assert (await register.find(code)).code == code
    await register.close()


async def test_a_third_of_errors_is_hardly_noticed(abroad: Abroad) -> None:
    register = GuardedRegister(abroad.open(), cache_seconds=0)
    code = abroad.code
    await register.find(code)
    abroad.sandbox.faults(errors=0.3)
    found = 0
    for _ in range(40):
        try:
            found += (await register.find(code)).code == code
        except RegisterAway:
            continue
    assert found >= 32  # 39 are to be expected, without trying again 28
    await register.close()


async def test_a_draft_is_made_once_though_a_third_of_the_answers_are_errors(abroad: Abroad) -> None:
    register = GuardedRegister(abroad.open())
    abroad.sandbox.faults(errors=0.3)
    codes = set()
    for number in range(5):
        codes.add(await persistent(register, asked(key=f"20261123-{number:08x}")))
    abroad.sandbox.faults()
    made = [one.code for one in abroad.sandbox.dossiers() if one.owner == APPLICANT]
    assert sorted(codes) == sorted(made)
    assert len(codes) == 5
    await register.close()


async def persistent(register: Register, request: DraftRequest) -> str:
    """The code of a draft that is asked for until it is made."""
    for _ in range(20):
        try:
            return (await register.draft(request)).code
        except RegisterAway:
            continue
    pytest.fail("not made in 20 attempts")


async def test_a_draft_whose_answer_was_lost_is_made_once(abroad: Abroad) -> None:
    register = GuardedRegister(abroad.open())
    await register.find(abroad.code)  # LGSP has its session, so that it is the draft's answer that is lost
    abroad.sandbox.faults(lost=True)
    with pytest.raises(RegisterAway):
        await register.draft(asked())
    abroad.sandbox.faults()
    draft = await register.draft(asked())
    assert [one.code for one in abroad.sandbox.dossiers() if one.owner == APPLICANT] == [draft.code]
    await register.close()


async def test_a_province_that_fails_and_fails_is_left_alone_and_asked_again_later(abroad: Abroad, clock: Any) -> None:
    register = GuardedRegister(abroad.open(), now=clock.now)
    code = abroad.code
    abroad.sandbox.faults(away=True)
    for _ in range(5):
        with pytest.raises(RegisterAway):
            await register.find(code)
    abroad.sandbox.faults()
    with pytest.raises(RegisterAway, match="left alone"):
        await register.find(code)
    clock.ahead += timedelta(seconds=31)
    assert (await register.find(code)).code == code
    await register.close()


async def test_a_dossier_that_moves_is_seen_to_move(abroad: Abroad) -> None:
    register = GuardedRegister(abroad.open())
    code = abroad.sandbox.begin("ordinary").code
    before = await register.find(code)
    after = abroad.sandbox.next(code)
    assert (await register.find(code)) == before
    fresh = await register.find_fresh(code)
    assert (fresh.status, fresh.status_name) == (after.status, after.status_name)
    assert fresh != before
    await register.close()


async def test_both_ways_tell_the_same(sandbox: Sandbox) -> None:
    rest, lgsp = over_rest(sandbox), over_lgsp(sandbox)
    for listed in sandbox.dossiers():
        one, other = await rest.find(listed.code), await lgsp.find(listed.code)
        assert same_as_exchange(one) == same_as_exchange(other)
    await rest.close()
    await lgsp.close()


def same_as_exchange(dossier: Dossier) -> Dossier:
    """Without what the exchange has no field for, and to the second."""
    fees = tuple(fee.model_copy(update={"paid": None}) for fee in dossier.fees)
    return dossier.model_copy(update={"fees": fees, "as_of": datetime.min.replace(tzinfo=UTC)})


async def test_what_the_exchange_sends_twice_is_told_once(sandbox: Sandbox) -> None:
    register = over_lgsp(sandbox)
    once = {listed.code: await register.find(listed.code) for listed in sandbox.dossiers()}
    sandbox.faults(duplicates=True)
    for code, dossier in once.items():
        assert same_as_exchange(await register.find(code)) == same_as_exchange(dossier)
    await register.close()


async def test_a_session_that_the_exchange_ends_is_renewed(sandbox: Sandbox) -> None:
    register = over_lgsp(sandbox)
    code = sandbox.dossiers()[0].code
    await register.find(code)
    sandbox.faults(session_seconds=1e-6)
    with pytest.raises(RegisterRefuses):
        await register.find(code)
    sandbox.faults()
    assert (await register.find(code)).code == code
    await register.close()
