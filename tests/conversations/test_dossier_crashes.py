"""Dossiers and forms with a house of their own: processes are killed, the province is away, the register is another.

Rasa's address of the actions stays the same, so one house serves every register: the actions are started anew with
other settings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest

from actions.dossiers.dossier import Proofs, Status
from actions.dossiers.timeline import short_code
from actions.submissions.form import EForm, load_forms
from bot.messages import IncomingMessage, beside_text, for_rasa
from bot.rasa import Rasa
from knowledge.reply import Reply
from tests.actions.dossiers.sandbox_server import Sandbox
from tests.actions.submissions.birth import ANSWERS, CODE
from tests.conversations.dossier_house import (
    AGREE,
    FEE,
    PATIENCE,
    QUIET,
    SANDBOX,
    SEND,
    Talk,
    closed_postgres,
    despite_a_crash,
    drafted,
    drafts,
    fill_in,
    fill_in_despite_crashes,
    locked_sqlite,
    made_up_name,
    message_id,
    nothing_is_blamed,
    notice_within,
    register_at,
    sandbox_at,
    sent,
    talking,
)
from tests.house import Breakable, standing, unlimited_house
from tests.postgres import Postgres

REGISTERS = ("rest", "lgsp", "sqlite", "postgres")

ABROAD: dict[str, Callable[[Sandbox], dict[str, str]]] = {
    "rest": lambda sandbox: {"MOTCUA_DOSSIERS": "rest", "MOTCUA_DOSSIERS_URL": sandbox.rest_url},
    "lgsp": lambda sandbox: {
        "MOTCUA_DOSSIERS": "lgsp",
        "MOTCUA_DOSSIERS_URL": sandbox.lgsp_url,
        "MOTCUA_DOSSIERS_USER": SANDBOX,
        "MOTCUA_DOSSIERS_PASSWORD": SANDBOX,
    },
}

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("own-house")]


@dataclass(frozen=True)
class Known:
    """A dossier that an office works on, and what proves it."""

    code: str
    secret: str
    phone: str
    identity_number: str


@dataclass(frozen=True)
class Behind:
    """What is behind the assistant. drafts: the database that holds them. away: it does not answer until the end.

    abroad: it is another system's, which can be away while our own database is there.
    """

    name: str
    drafts: str
    dossier: Callable[[], Known]
    away: Callable[[], AbstractContextManager[None]]
    abroad: bool


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    with standing(unlimited_house(tmp_path_factory.mktemp("house"))) as breakable:
        yield breakable


@pytest.fixture(scope="module")
def sandbox(house: Breakable) -> Iterator[Sandbox]:
    with sandbox_at(house.house.entry.sandbox) as control:
        yield control


@pytest.fixture(scope="module", params=REGISTERS)
def behind(
    request: pytest.FixtureRequest, house: Breakable, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Behind]:
    """Each register in turn; REST is what the house starts with."""
    name = str(request.param)
    if name in ABROAD:
        house.run_with("actions", **ABROAD[name](sandbox))
        yield abroad(name, house, sandbox)
    elif name == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp(name) / 'own.sqlite'}"
        yield embedded(name, house, url, locked_sqlite)
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.fresh_database()
        yield embedded(name, house, url, closed_postgres)
        house.kill("actions")  # it holds connections
        server.drop(url)


def abroad(name: str, house: Breakable, sandbox: Sandbox) -> Behind:
    """The sandbox over one of its interfaces."""

    def dossier() -> Known:
        listed = sandbox.put_into(sandbox.begin().code, Status.IN_PROGRESS)
        return Known(listed.code, str(listed.secret), str(listed.phone), str(listed.identity_number))

    @contextmanager
    def away() -> Iterator[None]:
        sandbox.faults(away=True)
        try:
            yield
        finally:
            sandbox.faults()

    return Behind(name, house.house.entry.province, dossier, away, abroad=True)


def embedded(name: str, house: Breakable, url: str, away: Callable[[str], AbstractContextManager[None]]) -> Behind:
    """The register in the assistant's own database, with its examples."""
    house.run_with("actions", MOTCUA_DOSSIERS="embedded", MOTCUA_DATABASE=url)
    key = house.house.entry.vault_key

    def dossier() -> Known:
        with register_at(url, key) as register:
            found = [one for one in register.all() if one.status is Status.IN_PROGRESS and _provable(one.proofs)]
        proofs = found[0].proofs
        plain = [part.get_secret_value() for part in (proofs.secret, proofs.phone, proofs.identity_number) if part]
        return Known(found[0].code, *plain)

    return Behind(name, url, dossier, lambda: away(url), abroad=False)


def _provable(proofs: Proofs) -> bool:
    return bool(proofs.secret and proofs.phone and proofs.identity_number)


@pytest.fixture
def over_rest(house: Breakable, sandbox: Sandbox) -> Behind:
    """The sandbox, which the actions ask over REST."""
    house.run_with("actions", MOTCUA_DATABASE=house.house.entry.database, **ABROAD["rest"](sandbox))
    return abroad("rest", house, sandbox)


@pytest.fixture(scope="module")
def birth() -> EForm:
    return load_forms().get(CODE)


@pytest.fixture(scope="module")
def talk_to(house: Breakable) -> Iterator[Callable[[], Talk]]:
    with talking(house.house.address) as begin:
        yield begin


@pytest.fixture
def talk(talk_to: Callable[[], Talk]) -> Talk:
    return talk_to()


def kept(behind: Behind, house: Breakable, said: dict[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """The drafts of an applicant: their codes and answers."""
    name, key = said["applicant_name"], house.house.entry.vault_key
    if behind.name == "lgsp":
        with register_at(behind.drafts, key) as register:
            return [(one.code, {}) for one in register.all() if one.owner == name]
    return [(one.draft.code, one.request.answers) for one in drafts(behind.drafts, key, name)]


def wanted(behind: Behind, code: str, said: dict[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """One draft with every answer; LGSP has no field for them, and the citizen is told so."""
    return [(code, {} if behind.name == "lgsp" else {**ANSWERS, **said})]


# Crashes


def test_each_process_is_killed_at_another_step(talk: Talk, birth: EForm, house: Breakable, over_rest: Behind) -> None:
    said = {"applicant_name": made_up_name()}
    crashes = {"applicant_phone": "actions", "child_sex": "rasa", "mother_name": "gateway", SEND: "sandbox"}
    code = fill_in_despite_crashes(talk, birth, house, crashes, said, fee_before="father_name")
    talk.attached("application/pdf")
    assert kept(over_rest, house, said) == wanted(over_rest, code, said)


@pytest.mark.parametrize("name", ["actions", "sandbox", "gateway"])
def test_a_crash_while_the_draft_is_made_makes_one(
    name: str, talk: Talk, birth: EForm, house: Breakable, sandbox: Sandbox, over_rest: Behind
) -> None:
    said = {"applicant_name": made_up_name()}
    fill_in(talk, birth, said)
    sandbox.faults(slow=1.0)  # seconds, so that it is under way when the process is killed
    despite_a_crash(house, name, partial(talk.tap, SEND), into=0.6)
    sandbox.faults()
    code = drafted(talk)
    assert kept(over_rest, house, said) == wanted(over_rest, code, said)


def test_a_draft_whose_answer_got_lost_is_made_once(
    talk: Talk, birth: EForm, house: Breakable, sandbox: Sandbox, over_rest: Behind
) -> None:
    said = {"applicant_name": made_up_name()}
    fill_in(talk, birth, said)
    sandbox.faults(lost=True)
    talk.tap(SEND)
    talk.reads_nothing_of("Đã tạo bản nháp")
    talk.say("sửa 7")
    talk.reads("chưa có hồi âm")
    sandbox.faults()
    code = sent(talk)
    assert kept(over_rest, house, said) == wanted(over_rest, code, said)


def test_what_was_taken_already_is_not_blamed_when_it_is_sent_again(
    talk: Talk, birth: EForm, house: Breakable, over_rest: Behind
) -> None:
    """The page never got the reply, and the gateway no longer knows that it had answered."""
    said = {"applicant_name": made_up_name()}

    def send_twice(asked: str, work: Callable[[str], Reply]) -> None:
        id, shown = message_id(), talk.last
        work(id)
        if asked in ("applicant_identity_number", "mother_name", "father_declared"):
            house.restart("gateway")
            talk.last = shown
            work(id)
            nothing_is_blamed(talk)

    fill_in(talk, birth, said, send=send_twice)
    code = sent(talk)
    assert kept(over_rest, house, said) == wanted(over_rest, code, said)


def test_who_follows_is_told_once_though_processes_are_killed(
    talk: Talk, house: Breakable, sandbox: Sandbox, over_rest: Behind
) -> None:
    dossier = over_rest.dossier()
    open_dossier(talk, dossier)
    talk.tap("Báo tôi khi có thay đổi")
    talk.tap("Đồng ý nhận tin")
    house.kill("actions")
    sandbox.put_into(dossier.code, Status.FINISHED)
    house.start("actions")
    assert len(notice_within(talk)) == 1, talk
    house.restart("gateway")
    assert notice_within(talk, QUIET) == []


def test_who_has_opened_another_dossier_can_wait_for_the_province_too(talk: Talk, over_rest: Behind) -> None:
    open_dossier(talk, over_rest.dossier())
    dossier = over_rest.dossier()
    talk.tap("Hồ sơ khác")
    talk.say(dossier.code)
    with over_rest.away():
        prove(talk, dossier)
        wait_for_the_province(talk)
    told_that_it_is_back(talk)


# What only channels can give


def test_a_contact_for_which_the_channel_vouches_opens_it(talk: Talk, house: Breakable, over_rest: Behind) -> None:
    """Rasa hands the number on to the actions, beside the text."""
    dossier = over_rest.dossier()
    talk.say(f"tra hồ sơ {dossier.code}")
    talk.tap(AGREE)
    talk.reads("mã tra cứu")
    vouched = IncomingMessage(contact=f"+84{dossier.phone.removeprefix('0')}")
    sender = talk.sender(house.house.entry)
    reply = asyncio.run(put_to_rasa(house, sender, vouched))
    assert f"Hồ sơ {short_code(dossier.code)}" in reply.text
    assert "Đang xử lý" in reply.text


async def put_to_rasa(house: Breakable, sender: str, message: IncomingMessage) -> Reply:
    """As the gateway puts what a channel built."""
    rasa = Rasa(f"http://127.0.0.1:{house.house.environ['MOTCUA_RASA_PORT']}", PATIENCE)
    try:
        return await rasa.ask(sender, for_rasa(message), {"message_id": message_id(), **beside_text(message)})
    finally:
        await rasa.close()


# The same conversations in front of each register


def test_status_by_code_and_proof(behind: Behind, talk: Talk, talk_to: Callable[[], Talk]) -> None:
    dossier = behind.dossier()
    _, day, serial = dossier.code.split("-")
    talk.say("ho so tui toi mo rui")
    talk.tap(AGREE)
    talk.say(f"h41 {day} {serial}")
    talk.say("mã tra cứu 7Q7Q7Q")
    talk.reads("chưa khớp")
    talk.reads_nothing_of("Đang xử lý")
    talk.say(dossier.code)
    talk.say(FEE)
    talk.reads("Lệ phí đăng ký khai sinh", "mã tra cứu")
    talk.say(f"{dossier.phone[-4:]} và {dossier.identity_number[-4:]}")
    talk.reads(short_code(dossier.code), "Đang xử lý", "Nguồn")
    assert talk.attached("image/png").content.startswith(b"\x89PNG")
    talk.say("hồ sơ của tôi")
    talk.reads(short_code(dossier.code), "Đang xử lý")
    other = talk_to()
    other.say("hồ sơ của tôi")
    other.reads_nothing_of(short_code(dossier.code))


def test_the_birth_form_ends_in_one_draft(behind: Behind, talk: Talk, birth: EForm, house: Breakable) -> None:
    said = {"applicant_name": made_up_name()}
    fill_in(talk, birth, said, fee_before="child_home_place")
    code = sent(talk)
    talk.attached("application/pdf")
    assert kept(behind, house, said) == wanted(behind, code, said)


def test_what_is_away_is_told_and_nothing_is_lost(behind: Behind, talk: Talk, birth: EForm, house: Breakable) -> None:
    open_dossier(talk, behind.dossier())
    said = {"applicant_name": made_up_name()}
    fill_in(talk, birth, said)
    button = talk.button(SEND)
    with behind.away():
        if behind.abroad:
            talk.say(*button)
            talk.reads("không trả lời", "lần cuối", "vẫn còn", SEND)
        else:
            told_of_trouble(talk, *button)
    assert kept(behind, house, said) == []
    talk.say("xem lại")
    talk.reads(said["applicant_name"], SEND)
    code = sent(talk)
    assert kept(behind, house, said) == wanted(behind, code, said)


def told_of_trouble(talk: Talk, *button: str) -> None:
    """Our own database is away: that is said, or the page keeps the message and offers to send it again."""
    try:
        talk.say(*button)
    except httpx.HTTPStatusError as error:
        assert error.response.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert "gửi lại" in error.response.json()["error"]["message"]
    else:
        talk.reads("chưa lưu được", "gửi lại")


@pytest.mark.parametrize("behind", sorted(ABROAD, reverse=True), indirect=True)
def test_who_waits_for_the_province_is_told_once_when_it_is_back(
    behind: Behind, talk: Talk, talk_to: Callable[[], Talk]
) -> None:
    open_dossier(talk_to(), behind.dossier())
    dossier = behind.dossier()
    talk.say(f"tra hồ sơ {dossier.code}")
    talk.tap(AGREE)
    with behind.away():
        prove(talk, dossier)
        wait_for_the_province(talk)
    told_that_it_is_back(talk)
    talk.say(f"tra hồ sơ {dossier.code}")
    prove(talk, dossier)
    talk.reads(short_code(dossier.code), "Đang xử lý")


def wait_for_the_province(talk: Talk) -> None:
    talk.reads("không trả lời", "Lần cuối")
    talk.tap("Báo tôi khi tra được")
    talk.tap("Đồng ý nhận tin")
    talk.reads("trả lời lại, tôi nhắn anh/chị")
    assert notice_within(talk, QUIET) == []


def told_that_it_is_back(talk: Talk) -> None:
    assert len(notice_within(talk)) == 1, talk
    assert notice_within(talk, QUIET) == []


def prove(talk: Talk, dossier: Known) -> None:
    talk.say(f"{dossier.phone[-4:]} và {dossier.identity_number[-4:]}")


def open_dossier(talk: Talk, dossier: Known) -> None:
    talk.say(f"tra hồ sơ {dossier.code}")
    talk.tap(AGREE)
    prove(talk, dossier)
    talk.reads(short_code(dossier.code), "Đang xử lý")
