"""Who may see a dossier: the same path for all who may not, limits, grants, and the audit trail of all of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from actions.dossiers.access import Asker, Grants, Opened, Refused, ref_of
from actions.dossiers.access_tables import Outcome
from actions.dossiers.errors import (
    NoSuchDossier,
    NotOpened,
    RegisterAway,
    RegisterRefuses,
    RegisterStrange,
)
from actions.dossiers.proofs import Proof, ProofKind
from tests.actions.dossiers.doors import UNKNOWN, Doors, digits_of, open_doors, secret_of, wrong

ME = Asker("conversation-1", "address-1")
YOU = Asker("conversation-2", "address-2")
TICK = timedelta(seconds=0.6)


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    doors = open_doors(f"sqlite:///{tmp_path / 'doors.sqlite'}")
    yield doors
    doors.database.close()


def outcomes(doors: Doors) -> list[Outcome]:
    return [entry.outcome for entry in reversed(doors.audit.entries())]


async def test_the_secret_opens_the_dossier(doors: Doors) -> None:
    mine = doors.examples[0]
    opened = await doors.keeper.open(mine.code, secret_of(mine), ME)
    assert isinstance(opened, Opened)
    assert opened.dossier.code == mine.code
    assert opened.ref == ref_of(doors.vault, ME.conversation, mine.code)
    assert outcomes(doors) == [Outcome.OPENED]


async def test_the_last_digits_of_phone_and_identity_number_open_it_too(doors: Doors) -> None:
    mine = doors.examples[3]
    assert isinstance(await doors.keeper.open(mine.code, digits_of(mine), ME), Opened)


async def test_a_verified_contact_with_the_number_of_the_dossier_opens_it(doors: Doors) -> None:
    mine = doors.examples[4]
    assert mine.proofs.phone is not None
    number = mine.proofs.phone.get_secret_value()
    other = Proof(ProofKind.PHONE, "+84900009999")
    assert isinstance(await doors.keeper.open(mine.code, other, YOU), Refused)
    assert isinstance(await doors.keeper.open(mine.code, Proof(ProofKind.PHONE, f"+84{number[1:]}"), ME), Opened)


async def test_every_example_opens_with_its_own_proof_and_with_no_others(doors: Doors) -> None:
    for number, dossier in enumerate(doors.examples):
        asker = Asker(f"c{number}", f"a{number}")
        other = doors.examples[number - 1]
        assert isinstance(await doors.keeper.open(dossier.code, secret_of(other), asker), Refused)
        assert isinstance(await doors.keeper.open(dossier.code, secret_of(dossier), asker), Opened)


@pytest.mark.parametrize(("slow", "quick"), [(0.0, 0.0), (0.5, 0.01), (0.01, 0.5)])
async def test_a_wrong_code_and_a_wrong_proof_get_the_same_answer_after_the_same_time(
    doors: Doors, slow: float, quick: float
) -> None:
    doors.register.slow, doors.register.quick = slow, quick
    seen = []
    for number, code in enumerate((doors.examples[0].code, UNKNOWN)):
        began = doors.clock()
        doors.register.asked.clear()
        answer = await doors.keeper.open(code, wrong(), Asker(f"c{number}", f"a{number}"))
        seen.append((answer, doors.clock() - began, len(doors.register.asked)))
    assert seen[0] == seen[1] == (Refused(), TICK, 1)


async def test_an_answer_that_took_longer_goes_out_at_the_next_tick(doors: Doors) -> None:
    doors.register.slow = doors.register.quick = 0.7
    began = doors.clock()
    await doors.keeper.open(doors.examples[0].code, wrong(), ME)
    assert doors.clock() - began == 2 * TICK


async def test_after_three_failures_nothing_is_looked_up_for_a_minute(doors: Doors) -> None:
    for number in range(3):
        answer = await doors.keeper.open(doors.examples[number].code, wrong(), ME)
        assert answer == (Refused() if number < 2 else Refused(60))
    doors.register.asked.clear()
    locked = await doors.keeper.open(doors.examples[5].code, secret_of(doors.examples[5]), ME)
    assert isinstance(locked, Refused)
    assert not locked.looked
    assert doors.register.asked == []
    doors.clock.set_on(timedelta(minutes=1))
    assert isinstance(await doors.keeper.open(doors.examples[5].code, secret_of(doors.examples[5]), ME), Opened)


async def test_success_lets_the_person_begin_anew(doors: Doors) -> None:
    mine = doors.examples[0]
    for _ in range(4):
        assert await doors.keeper.open(mine.code, wrong(), ME) in (Refused(), Refused(300), Refused(60))
        assert isinstance(await doors.keeper.open(mine.code, secret_of(mine), ME), Opened)


async def test_success_does_not_open_the_code_to_others_again(doors: Doors) -> None:
    """Five failures by five people lock the code; its owner's success before the fifth does not change that."""
    mine = doors.examples[0]
    for number in range(4):
        await doors.keeper.open(mine.code, wrong(), Asker(f"c{number}", f"a{number}"))
    assert isinstance(await doors.keeper.open(mine.code, secret_of(mine), ME), Opened)
    assert await doors.keeper.open(mine.code, wrong(), Asker("c8", "a8")) == Refused(60)
    assert await doors.keeper.open(mine.code, wrong(), Asker("c9", "a9")) == Refused(60, looked=False)


async def test_a_locked_code_tells_the_same_whether_it_exists(doors: Doors) -> None:
    told = []
    for code in (doors.examples[0].code, UNKNOWN):
        told.append(
            [await doors.keeper.open(code, wrong(), Asker(f"{code}{number}", f"{code}{number}")) for number in range(8)]
        )
        doors.clock.set_on(timedelta(hours=2))
    assert told[0] == told[1]
    assert not told[0][-1].looked  # type: ignore[union-attr]


async def test_who_opened_a_dossier_may_see_it_again_even_while_its_code_is_locked(doors: Doors) -> None:
    mine = doors.examples[0]
    opened = await doors.keeper.open(mine.code, secret_of(mine), ME)
    assert isinstance(opened, Opened)
    for number in range(6):
        await doors.keeper.open(mine.code, wrong(), Asker(f"c{number}", f"a{number}"))
    assert (await doors.keeper.again(opened.ref, ME)).code == mine.code
    assert outcomes(doors)[-1] is Outcome.AGAIN


async def test_a_ref_is_of_no_use_to_another_conversation(doors: Doors) -> None:
    opened = await doors.keeper.open(doors.examples[0].code, secret_of(doors.examples[0]), ME)
    assert isinstance(opened, Opened)
    with pytest.raises(NotOpened):
        await doors.keeper.again(opened.ref, YOU)
    with pytest.raises(NotOpened):
        await doors.keeper.again("0" * 32, ME)


async def test_what_a_conversation_made_itself_is_its_own(doors: Doors) -> None:
    mine = doors.examples[0]
    assert (await doors.keeper.own(mine.code, ME)).code == mine.code
    assert (await doors.keeper.again(ref_of(doors.vault, ME.conversation, mine.code), ME)).code == mine.code
    assert await doors.keeper.opened_before(YOU) == []
    assert outcomes(doors) == [Outcome.DRAFT, Outcome.AGAIN]
    with pytest.raises(NoSuchDossier):
        await doors.keeper.own(UNKNOWN, ME)


async def test_my_dossiers_are_known_for_as_long_as_is_set(doors: Doors) -> None:
    first, second = doors.examples[0], doors.examples[7]
    opened = await doors.keeper.open(first.code, secret_of(first), ME)
    assert isinstance(opened, Opened)
    doors.clock.set_on(timedelta(days=1))
    await doors.keeper.open(second.code, secret_of(second), ME)
    known = await doors.keeper.opened_before(ME)
    assert [one.code for one in known] == [second.code, first.code]
    assert [one.procedure_name for one in known] == [second.procedure_name, first.procedure_name]
    assert await doors.keeper.opened_before(YOU) == []
    doors.clock.set_on(timedelta(days=29, hours=12))
    assert [one.code for one in await doors.keeper.opened_before(ME)] == [second.code]
    with pytest.raises(NotOpened):
        await doors.keeper.again(opened.ref, ME)


async def test_proving_it_again_renews_the_grant(doors: Doors) -> None:
    mine = doors.examples[0]
    for _ in range(2):
        await doors.keeper.open(mine.code, secret_of(mine), ME)
        doors.clock.set_on(timedelta(days=20))
    assert len(await doors.keeper.opened_before(ME)) == 1


async def test_erasing_forgets_the_grants_but_not_the_limits(doors: Doors) -> None:
    mine = doors.examples[0]
    await doors.keeper.open(mine.code, secret_of(mine), ME)
    await doors.keeper.open(mine.code, secret_of(mine), YOU)
    for number in range(3):
        await doors.keeper.open(doors.examples[number + 1].code, wrong(), ME)
    held = doors.keeper.grants.held(ME.conversation)
    assert len(held) == 1
    assert mine.code not in held[0]
    assert mine.code[-4:] in held[0]
    assert doors.keeper.forget(ME.conversation) == 1
    assert await doors.keeper.opened_before(ME) == []
    assert len(await doors.keeper.opened_before(YOU)) == 1
    assert await doors.keeper.open(mine.code, secret_of(mine), ME) == Refused(60, looked=False)


async def test_what_came_of_age_is_deleted(doors: Doors) -> None:
    await doors.keeper.open(doors.examples[0].code, secret_of(doors.examples[0]), ME)
    doors.clock.set_on(timedelta(days=400))
    assert doors.keeper.forget_old() > 0
    with doors.database.engine().connect() as connection:
        for table in ("dossier_grant", "dossier_tries", "dossier_audit"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
    assert isinstance(doors.keeper.grants, Grants)


@pytest.mark.parametrize("trouble", [RegisterAway("away"), RegisterRefuses("no")])
async def test_a_register_that_is_away_is_told_at_once_and_counts_for_nobody(
    doors: Doors, trouble: RegisterAway | RegisterRefuses
) -> None:
    began = doors.clock()
    doors.register.trouble = trouble
    for code in (doors.examples[0].code, UNKNOWN) * 4:
        with pytest.raises(type(trouble)):
            await doors.keeper.open(code, wrong(), ME)
    assert doors.clock() == began
    doors.register.trouble = None
    assert isinstance(await doors.keeper.open(doors.examples[0].code, secret_of(doors.examples[0]), ME), Opened)
    assert outcomes(doors) == [Outcome.AWAY] * 8 + [Outcome.OPENED]


async def test_a_dossier_that_the_register_tells_wrongly_is_not_given_away(doors: Doors) -> None:
    broken = doors.examples[0].code
    doors.register.trouble, doors.register.only = RegisterStrange("bad form"), frozenset({broken})
    assert await doors.keeper.open(broken, secret_of(doors.examples[0]), ME) == Refused()
    assert await doors.keeper.open(UNKNOWN, wrong(), YOU) == Refused()
    assert outcomes(doors) == [Outcome.UNREADABLE, Outcome.REFUSED]


async def test_a_register_that_tells_everything_wrongly_is_in_trouble(doors: Doors) -> None:
    doors.register.trouble = RegisterStrange("bad form")
    for code in (doors.examples[0].code, UNKNOWN):
        with pytest.raises(RegisterStrange):
            await doors.keeper.open(code, wrong(), ME)


async def test_a_dossier_that_is_gone_is_said_to_who_had_opened_it(doors: Doors) -> None:
    mine = doors.examples[0]
    opened = await doors.keeper.open(mine.code, secret_of(mine), ME)
    assert isinstance(opened, Opened)
    doors.register.inner.remove(mine.code)
    with pytest.raises(NoSuchDossier):
        await doors.keeper.again(opened.ref, ME)


async def test_above_the_ceiling_failures_are_held_and_lock_but_who_proves_is_let_in(tmp_path: Path) -> None:
    doors = open_doors(f"sqlite:///{tmp_path / 'flood.sqlite'}", access_ceiling=5)
    for number in range(5):
        assert await doors.keeper.open(f"{UNKNOWN}{number}", wrong(), Asker(f"c{number}", f"a{number}")) == Refused()
    began = doors.clock()
    assert await doors.keeper.open(f"{UNKNOWN}7", wrong(), Asker("c7", "a7")) == Refused(60)
    assert doors.clock() - began == 5 * TICK
    began = doors.clock()
    assert isinstance(await doors.keeper.open(doors.examples[0].code, secret_of(doors.examples[0]), ME), Opened)
    assert doors.clock() - began == TICK
    doors.clock.set_on(timedelta(minutes=1))
    assert await doors.keeper.open(f"{UNKNOWN}8", wrong(), Asker("c8", "a8")) == Refused()


async def test_limits_hold_for_another_process_and_after_a_restart(doors: Doors) -> None:
    for number in range(3):
        await doors.keeper.open(doors.examples[number].code, wrong(), ME)
    answer = await doors.another().open(doors.examples[9].code, secret_of(doors.examples[9]), ME)
    assert isinstance(answer, Refused)
    assert not answer.looked


async def test_an_address_that_is_not_known_is_not_counted(doors: Doors) -> None:
    for number in range(40):
        answer = await doors.keeper.open(f"000.00.00.H41-261101-{number:04}", wrong(), Asker(f"c{number}"))
        assert answer == Refused()


@pytest.mark.parametrize("same", ["person", "code", "address"])
async def test_attempts_at_once_get_no_more_tries_than_one_after_the_other(database_url: str, same: str) -> None:
    doors = open_doors(database_url, access_free_tries_address=6)
    doors.clock.stands_still = True
    free = {"person": 3, "code": 5, "address": 6}[same]

    async def attempt(number: int) -> Opened | Refused:
        code = doors.examples[0].code if same == "code" else f"000.00.00.H41-261101-{number:04}"
        person = "one" if same == "person" else f"c{number}"
        address = "one" if same == "address" else f"a{number}"
        return await doors.keeper.open(code, wrong(number), Asker(person, address))

    answers = await asyncio.gather(*(attempt(number) for number in range(200)))
    assert sum(isinstance(answer, Refused) and answer.looked for answer in answers) == free
    assert len(doors.register.asked) == free
    doors.database.close()


async def test_grants_and_limits_work_on_every_database(database_url: str) -> None:
    doors = open_doors(database_url)
    mine = doors.examples[0]
    assert await doors.keeper.open(mine.code, wrong(), ME) == Refused()
    opened = await doors.keeper.open(mine.code, secret_of(mine), ME)
    assert isinstance(opened, Opened)
    assert (await doors.keeper.again(opened.ref, ME)).code == mine.code
    assert doors.keeper.forget(ME.conversation) == 1
    assert outcomes(doors) == [Outcome.REFUSED, Outcome.OPENED, Outcome.AGAIN]
    doors.database.close()


async def test_nothing_personal_stands_in_the_tables_or_in_logs(
    doors: Doors, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    mine = doors.examples[0]
    doors.register.slow = doors.register.quick = 0.7
    await doors.keeper.open(mine.code, wrong(), ME)
    await doors.keeper.open(mine.code, digits_of(mine), ME)
    doors.database.close()
    written = (tmp_path / "doors.sqlite").read_bytes() + caplog.text.encode() + "".join(capsys.readouterr()).encode()
    for plain in (mine.code, ME.conversation, ME.address, mine.owner, wrong().value, digits_of(mine).value):
        assert plain.encode() not in written
    assert digits_of(mine).value not in repr(digits_of(mine))
