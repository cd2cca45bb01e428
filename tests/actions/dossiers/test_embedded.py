"""The embedded register keeps dossiers and makes one draft of one key, on both kinds of database."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import update

from actions.database.work import Database
from actions.dossiers.dossier import Channel, Dossier, Draft, DraftFile, DraftRequest, Proofs, Status
from actions.dossiers.embedded import EmbeddedRegister, StoredFile
from actions.dossiers.errors import NoSuchDossier, RegisterAway, RegisterStrange
from actions.dossiers.examples import example_dossiers
from actions.dossiers.register import Register
from actions.dossiers.tables import DossierRow
from storage.vault import Vault

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
KEY = "A" * 43 + "="  # of tests only; the processes of a test share it
PROCESSES = 3
AT_ONCE = 10
EACH = 5  # drafts that each process makes
PNG = DraftFile(document="Giấy chứng sinh", name="anh.png", media_type="image/png", content=b"\x89PNG\x00\xff")
PDF = DraftFile(document="Tờ khai", name="to-khai.pdf", media_type="application/pdf", content=b"%PDF-")


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def register(database: Database, clock: Clock) -> EmbeddedRegister:
    return EmbeddedRegister(database, Vault([KEY]), now=clock)


def request(key: str = "k1", **changes: Any) -> DraftRequest:
    fields: dict[str, Any] = {
        "key": key,
        "procedure": "1.001193",
        "procedure_name": "Đăng ký khai sinh",
        "applicant": "Nguyễn Thị Bưởi",
        "phone": "0900001234",
        "identity_number": "040375005678",
        "answers": {"child": "Nguyễn Văn Cam", "copies": 2},
        "files": (PNG, PDF),
    }
    return DraftRequest(**{**fields, **changes})


def known(proofs: Proofs) -> list[str | None]:
    return [one.get_secret_value() if one else None for one in (proofs.secret, proofs.phone, proofs.identity_number)]


async def test_every_example_is_found_as_it_was_put_in(register: EmbeddedRegister) -> None:
    for dossier in example_dossiers(NOW):
        register.put(dossier)
    for dossier in example_dossiers(NOW):
        found = await register.find(dossier.code)
        assert found == dossier
        assert known(found.proofs) == known(dossier.proofs)


async def test_it_is_a_register(register: EmbeddedRegister) -> None:
    as_such: Register = register
    assert as_such.name == "embedded"
    assert as_such.demonstration is False
    await as_such.close()


async def test_a_code_nobody_has_is_said_without_naming_it(register: EmbeddedRegister) -> None:
    with pytest.raises(NoSuchDossier) as caught:
        await register.find("000.00.00.H41-240510-0001")
    assert "0001" not in str(caught.value)


async def test_last_seen_is_when_it_last_answered(register: EmbeddedRegister, clock: Clock) -> None:
    assert register.last_seen is None
    with pytest.raises(NoSuchDossier):
        await register.find("x")
    assert register.last_seen == NOW
    clock.at += timedelta(hours=1)
    register.all()
    assert register.last_seen == clock.at


async def test_what_is_told_is_told_as_of_now(register: EmbeddedRegister, clock: Clock) -> None:
    dossier = example_dossiers(NOW)[0]
    register.put(dossier)
    clock.at += timedelta(hours=3)
    assert (await register.find(dossier.code)).as_of == clock.at


async def test_putting_again_replaces_and_keeps_proofs_that_are_not_given(register: EmbeddedRegister) -> None:
    dossier = example_dossiers(NOW)[3]
    register.put(dossier)
    moved = Dossier.model_validate({**dossier.model_dump(), "status": Status.FINISHED, "status_name": "xong"})
    register.put(moved)
    found = await register.find(dossier.code)
    assert found.status is Status.FINISHED
    assert known(found.proofs) == known(dossier.proofs)
    register.put(moved, Proofs(secret=SecretStr("NEW2")))
    assert known((await register.find(dossier.code)).proofs) == ["NEW2", None, None]
    assert len(register.all()) == 1


def test_those_changed_last_come_first(register: EmbeddedRegister, clock: Clock) -> None:
    examples = example_dossiers(NOW)[:4]
    for dossier in (*examples, examples[1]):
        clock.at += timedelta(minutes=1)
        register.put(dossier)
    assert [dossier.code for dossier in register.all(3)] == [examples[place].code for place in (1, 3, 2)]


def test_several_are_put_in_together_or_not_at_all(register: EmbeddedRegister) -> None:
    first, second = example_dossiers(NOW)[:2]
    broken: Any = "no dossier"
    with pytest.raises(AttributeError):
        register.put_all([(first, None), (second, None), (broken, None)])
    assert register.all() == []


async def test_a_draft_gets_a_code_and_its_status_can_be_asked(register: EmbeddedRegister) -> None:
    draft = await register.draft(request())
    assert draft == Draft(code="000.00.00.H41-261123-0001", page="", made=NOW)
    found = await register.find(draft.code)
    assert (found.status, found.channel, found.owner) == (Status.REGISTERED, Channel.ONLINE, "Nguyễn Thị Bưởi")
    assert (found.procedure, found.submitted, found.due) == ("1.001193", None, None)
    assert known(found.proofs) == [None, "0900001234", "040375005678"]


async def test_a_draft_without_phone_and_number_has_no_proofs(register: EmbeddedRegister) -> None:
    draft = await register.draft(request(phone="", identity_number=""))
    assert known((await register.find(draft.code)).proofs) == [None, None, None]


async def test_the_same_key_gives_the_same_draft(register: EmbeddedRegister, clock: Clock) -> None:
    first = await register.draft(request())
    clock.at += timedelta(days=2)
    assert await register.draft(request(applicant="Trần Văn Khác")) == first
    assert register.take(request()) == (first, False)
    assert len(register.drafts()) == len(register.all()) == 1
    assert (await register.draft(request("k2"))).code == "000.00.00.H41-261125-0001"


async def test_the_same_key_in_parallel_gives_one_draft(register: EmbeddedRegister) -> None:
    made = await asyncio.gather(*(register.draft(request()) for _ in range(AT_ONCE)))
    assert len({draft.code for draft in made}) == 1
    assert len(register.drafts()) == len(register.all()) == 1
    assert register.files_of(made[0].code) == (PNG, PDF)


async def test_different_keys_in_parallel_get_different_codes(register: EmbeddedRegister) -> None:
    made = await asyncio.gather(*(register.draft(request(f"k{number}")) for number in range(AT_ONCE)))
    assert sorted(draft.code for draft in made) == [
        f"000.00.00.H41-261123-{number:04}" for number in range(1, AT_ONCE + 1)
    ]


def make_drafts(url: str, gate: Any, process: int) -> None:
    gate.wait()
    database = Database(url)
    register = EmbeddedRegister(database, Vault([KEY]), now=lambda: NOW)
    with ThreadPoolExecutor(EACH) as pool:
        own = [request(f"{process} {number}") for number in range(EACH)]
        list(pool.map(register.take, [*own, *own, request("shared")]))
    database.close()


def test_processes_at_once_never_give_a_number_twice_nor_a_draft(database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(PROCESSES)
    started = [context.Process(target=make_drafts, args=(database_url, gate, number)) for number in range(PROCESSES)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0] * PROCESSES
    database = Database(database_url)
    drafts = EmbeddedRegister(database, Vault([KEY]), now=lambda: NOW).drafts()
    database.close()
    assert len(drafts) == PROCESSES * EACH + 1
    assert {one.draft.code[-4:] for one in drafts} == {f"{number:04}" for number in range(1, len(drafts) + 1)}


async def test_a_code_that_a_dossier_has_is_not_given_to_a_draft(register: EmbeddedRegister) -> None:
    dossier = example_dossiers(NOW)[0]
    taken = Dossier.model_validate({**dossier.model_dump(), "code": "000.00.00.H41-261123-0001"})
    register.put(taken)
    assert (await register.draft(request())).code == "000.00.00.H41-261123-0002"


async def test_the_day_of_a_draft_is_vietnams(register: EmbeddedRegister, clock: Clock) -> None:
    clock.at = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    assert (await register.draft(request())).code == "000.00.00.H41-261124-0001"


async def test_after_9999_the_numbers_go_on(register: EmbeddedRegister, database: Database) -> None:
    await register.draft(request())
    from actions.dossiers.tables import NumberRow

    database.do(lambda session: session.execute(update(NumberRow).values(last=9999)))
    assert (await register.draft(request("k2"))).code == "000.00.00.H41-261123-10000"


async def test_a_draft_is_kept_with_answers_and_files(register: EmbeddedRegister) -> None:
    draft = await register.draft(request())
    stored = register.draft_of(draft.code)
    assert stored
    assert stored == register.drafts()[0]
    assert stored.draft == draft
    assert stored.request == request(files=())
    assert stored.files == (
        StoredFile(document="Giấy chứng sinh", name="anh.png", media_type="image/png", size=len(PNG.content)),
        StoredFile(document="Tờ khai", name="to-khai.pdf", media_type="application/pdf", size=len(PDF.content)),
    )
    assert register.files_of(draft.code) == (PNG, PDF)
    assert register.draft_of("000.00.00.H41-240510-0001") is None
    assert register.files_of("000.00.00.H41-240510-0001") == ()


async def test_an_erased_draft_is_gone_with_files_and_dossier(register: EmbeddedRegister) -> None:
    draft, other = await register.draft(request()), await register.draft(request("k2"))
    assert register.erase_draft("k1")
    assert not register.erase_draft("k1")
    assert register.files_of(draft.code) == ()
    assert [one.draft.code for one in register.drafts()] == [dossier.code for dossier in register.all()] == [other.code]
    assert register.files_of(other.code) == (PNG, PDF)


async def test_what_the_offices_have_taken_is_not_erased(register: EmbeddedRegister) -> None:
    draft = await register.draft(request())
    dossier = await register.find(draft.code)
    register.put(dossier.model_copy(update={"status": Status.RECEIVED}))
    assert not register.erase_draft("k1")
    assert register.draft_of(draft.code)


async def test_old_drafts_are_forgotten_and_their_dossiers_stay(register: EmbeddedRegister, clock: Clock) -> None:
    old = await register.draft(request())
    clock.at += timedelta(days=10)
    new = await register.draft(request("k2"))
    assert register.forget_drafts(clock.at - timedelta(days=5)) == 1
    assert register.forget_drafts(clock.at - timedelta(days=5)) == 0
    assert [one.draft.code for one in register.drafts()] == [new.code]
    assert register.files_of(old.code) == ()
    assert (await register.find(old.code)).owner == "Nguyễn Thị Bưởi"


async def test_a_removed_dossier_is_gone_with_its_draft(register: EmbeddedRegister) -> None:
    draft = await register.draft(request())
    assert register.remove(draft.code)
    assert not register.remove(draft.code)
    assert (register.drafts(), register.all()) == ([], [])
    with pytest.raises(NoSuchDossier):
        await register.find(draft.code)


async def test_a_new_key_in_front_opens_what_the_old_one_sealed(register: EmbeddedRegister, database: Database) -> None:
    draft = await register.draft(request())
    renewed = EmbeddedRegister(database, Vault([Fernet.generate_key().decode(), KEY]), now=lambda: NOW)
    assert (await renewed.find(draft.code)).owner == "Nguyễn Thị Bưởi"
    assert renewed.take(request()) == (draft, False)


async def test_without_the_key_nothing_is_told(register: EmbeddedRegister, database: Database) -> None:
    draft = await register.draft(request())
    other = EmbeddedRegister(database, Vault([Fernet.generate_key().decode()]), now=lambda: NOW)
    with pytest.raises(NoSuchDossier):
        await other.find(draft.code)
    for asked in (other.all, other.drafts):
        with pytest.raises(RegisterStrange, match="P101"):
            asked()


async def test_what_is_not_of_this_version_is_said_without_its_content(
    register: EmbeddedRegister, database: Database
) -> None:
    dossier = example_dossiers(NOW)[0]
    register.put(dossier)
    sealed = Vault([KEY]).seal('{"dossier": {"code": "Nguyễn Thị Riêng", "status": 77}, "proofs": {}}')
    database.do(lambda session: session.execute(update(DossierRow).values(sealed=sealed)))
    with pytest.raises(RegisterStrange) as caught:
        await register.find(dossier.code)
    assert "status" in str(caught.value)
    assert "Riêng" not in str(caught.value)


async def test_a_database_that_is_away_is_a_register_that_is_away(
    register: EmbeddedRegister, database: Database, database_url: str
) -> None:
    register.put(example_dossiers(NOW)[0])
    with database.engine().begin() as connection:
        connection.exec_driver_sql("ALTER TABLE register_dossier RENAME TO gone")
    for asked in (register.find("x"), register.draft(request())):
        with pytest.raises(RegisterAway) as caught:
            await asked
        assert caught.value.last_seen == NOW
        assert "Bưởi" not in str(caught.value)
