"""The province: its dossiers move by themselves, by hand, and after a restart; drafts are made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from actions.dossiers.dossier import Channel, Dossier, DraftFile, DraftRequest, Status
from actions.dossiers.errors import DraftRefused, NoSuchDossier, NothingNext
from actions.dossiers.examples import example_dossiers
from actions.dossiers.sandbox.faults import Faults
from actions.dossiers.sandbox.province import Province
from actions.dossiers.sandbox.scripts import SCRIPTS
from tests.actions.dossiers.sandbox.conftest import MONDAY, Opening, RealTime

REQUEST = DraftRequest(
    key="20261123-0123456789abcdef",
    procedure="1.001193",
    procedure_name="Đăng ký khai sinh",
    commune="phường Thành Vinh",
    applicant="Trần Thị Ví Dụ",
    phone="0900000001",
    identity_number="040190000001",
    answers={"child_name": "Nguyễn Thử An"},
)
LONG = 24 * 120  # hours in which every script ends


def statuses(province: Province) -> dict[str, Status | None]:
    return {one.dossier.code: one.dossier.status for one in province.all()}


def test_it_starts_with_the_examples(province: Province) -> None:
    examples = {one.code: one.status for one in example_dossiers(MONDAY)}
    assert statuses(province) == examples
    assert province.register.demonstration


def test_while_time_stands_nothing_moves(province: Province) -> None:
    before = statuses(province)
    assert province.catch_up() == 0
    assert statuses(province) == before


@pytest.mark.parametrize("script", [name for name in SCRIPTS if name != "online"])
def test_a_new_dossier_comes_to_its_end_by_itself(province: Province, script: str) -> None:
    dossier = province.begin(script)
    assert (dossier.status, dossier.procedure) == (Status.REGISTERED, SCRIPTS[script].procedure)
    province.jump(LONG)
    after = province.find(dossier.code)
    assert after.status is not None
    assert after.status.ended
    assert after.proofs == dossier.proofs
    began = [step.began for step in after.steps if step.began]
    assert began == sorted(began)
    assert all(step.ended for step in after.steps)


def test_things_happen_when_they_are_due_and_not_before(province: Province, real: RealTime) -> None:
    code = province.begin("ordinary").code
    due = province.planned(code).due
    assert due is not None
    assert MONDAY + timedelta(minutes=42) <= due <= MONDAY + timedelta(minutes=78)
    real.now = due - timedelta(seconds=1)
    assert province.find(code).status is Status.REGISTERED
    real.now = due
    after = province.find(code)
    assert (after.status, after.received) == (Status.RECEIVED, due)


def test_what_was_missed_happened_when_it_should_have(province: Province, real: RealTime) -> None:
    """Nobody asked for ten days, yet the steps do not all stand at the moment of asking."""
    code = province.begin("ordinary").code
    real.pass_by(days=10)
    after = province.find(code)
    assert after.status is Status.RETURNED
    assert after.received is not None
    assert after.received < MONDAY + timedelta(hours=2)
    assert len({step.began for step in after.steps}) == len(after.steps)


def test_at_high_speed_a_dossier_needs_minutes(province: Province, real: RealTime) -> None:
    code = province.begin("ordinary").code
    province.run_at(3600)
    real.pass_by(minutes=2)
    assert province.find(code).status is Status.RETURNED


@pytest.mark.parametrize(("script", "sorry"), [("late", True), ("late_unsaid", False)])
def test_a_late_one_is_late(province: Province, script: str, sorry: bool) -> None:
    code = province.begin(script).code
    province.jump(24 * 9)
    after = province.find(code)
    assert after.due is not None
    assert after.due < province.clock()
    assert (after.status, after.apology is not None) == (Status.IN_PROGRESS, sorry)
    province.jump(LONG)
    after = province.find(code)
    assert after.finished is not None
    assert after.due is not None
    assert after.finished > after.due


def test_land_waits_for_the_figure_and_then_for_the_payment(province: Province) -> None:
    code = province.begin("land").code
    seen = []
    while (beat := province.planned(code).beat) is not None:
        owed = province.next(code).open_obligation
        seen.append((beat.name, owed and (owed.notified is not None)))
    assert [one for one in seen if one[1] is not None] == [("ask_tax_office", False), ("notify_payment", True)]


def test_two_new_dossiers_have_two_codes_and_two_people(province: Province) -> None:
    one, other = province.begin("ordinary"), province.begin("ordinary")
    assert one.code != other.code
    assert one.proofs != other.proofs


def test_a_new_dossier_may_be_of_any_procedure_of_the_catalogue(province: Province) -> None:
    assert province.begin("supplement", "1.004194").procedure_name == "Đăng ký tạm trú"
    with pytest.raises(DraftRefused):
        province.begin("supplement", "9.999999")
    with pytest.raises(KeyError):
        province.begin("nothing of the kind")


def test_by_hand_the_next_thing_happens_at_once(province: Province) -> None:
    code = province.begin("refused").code
    assert province.next(code).status is Status.NOT_RECEIVED
    with pytest.raises(NothingNext):
        province.next(code)
    with pytest.raises(NoSuchDossier):
        province.next("000.00.00.H41-261123-9999")


def test_a_status_by_hand_leads_on_from_there(province: Province) -> None:
    code = province.begin("refused").code
    province.put_into(code, Status.SUPPLEMENT_ASKED)
    planned = province.planned(code)
    assert planned.beat is not None
    assert (planned.dossier.status, planned.beat.name) == (Status.SUPPLEMENT_ASKED, "answer_supplement")
    province.put_into(code, Status.RETURNED)
    assert province.planned(code).beat is None
    assert province.find(code).returned == MONDAY


def test_a_dossier_of_an_unknown_status_stays(province: Province) -> None:
    code = next(code for code, status in statuses(province).items() if status is None)
    province.jump(LONG)
    assert province.find(code).status is None


def test_codes_carry_our_day_however_far_the_sandbox_is_ahead(province: Province) -> None:
    province.jump(LONG)
    assert province.begin("ordinary").code.startswith("000.00.00.H41-261123-")
    draft, _ = province.take(REQUEST)
    assert (draft.code, draft.made) == ("000.00.00.H41-261123-0001", MONDAY)
    assert province.submit(draft.code).submitted == province.clock()


class TestDrafts:
    def test_a_draft_tells_what_is_missing_and_when_it_would_be_done(self, province: Province) -> None:
        draft, new = province.take(REQUEST)
        assert new
        assert draft.missing == ("Giấy chứng sinh",)
        assert draft.due is not None
        assert draft.due > MONDAY
        dossier = province.find(draft.code)
        assert (dossier.status, dossier.channel, dossier.owner) == (
            Status.REGISTERED,
            Channel.ONLINE,
            REQUEST.applicant,
        )

    def test_what_was_sent_is_not_missing(self, province: Province) -> None:
        file = DraftFile(document="Giấy chứng sinh", name="a.pdf", media_type="application/pdf", content=b"%PDF-1.4")
        draft, _ = province.take(REQUEST.model_copy(update={"files": (file,)}))
        assert draft.missing == ()
        again, _ = province.take(REQUEST)
        assert again == draft  # the second body changes nothing

    def test_one_key_one_draft_however_often_and_at_once(self, province: Province) -> None:
        before = len(province.all())
        with ThreadPoolExecutor(10) as workers:
            taken = list(workers.map(lambda _: province.take(REQUEST), range(20)))
        assert len({draft.code for draft, _ in taken}) == 1
        assert [new for _, new in taken].count(True) == 1
        assert all(draft == taken[0][0] for draft, _ in taken)
        assert len(province.all()) == before + 1

    def test_it_waits_for_the_applicant_however_long(self, province: Province) -> None:
        draft, _ = province.take(REQUEST)
        province.jump(LONG)
        assert province.find(draft.code).status is Status.REGISTERED

    def test_handed_in_twice_it_is_received_once(self, province: Province) -> None:
        draft, _ = province.take(REQUEST)
        first = province.submit(draft.code)
        assert (first.status, first.submitted) == (Status.RECEIVED, MONDAY)
        assert province.submit(draft.code).steps == first.steps
        province.jump(LONG)
        assert province.find(draft.code).status is Status.RETURNED

    def test_an_unknown_procedure_is_refused_in_words_for_citizens(self, province: Province) -> None:
        with pytest.raises(DraftRefused, match="chưa nhận hồ sơ"):
            province.take(REQUEST.model_copy(update={"procedure": "9.999999"}))

    def test_fees_are_told_where_the_record_is_sure(self, province: Province) -> None:
        copies = REQUEST.model_copy(update={"key": "20261123-another-key", "procedure": "1.013225"})
        for draft in (province.take(REQUEST)[0], province.take(copies)[0]):
            assert draft.fees is None or all(fee.amount >= 0 for fee in draft.fees)


def test_a_restart_loses_nothing(opening: Opening, real: RealTime) -> None:
    first = opening()
    moved, waiting = first.begin("ordinary").code, first.take(REQUEST)[0].code
    first.jump(30)
    first.run_at(60)
    before = {one.dossier.code: (one.dossier.steps, one.script, one.due) for one in first.all()}
    second = opening()
    assert (second.clock(), second.clock.speed) == (first.clock(), 60.0)
    assert {one.dossier.code: (one.dossier.steps, one.script, one.due) for one in second.all()} == before
    assert second.take(REQUEST)[0].code == waiting
    real.pass_by(days=1)
    assert second.find(moved).status is Status.RETURNED


def test_what_other_programs_put_into_the_register_gets_a_plan_at_the_next_start(opening: Opening) -> None:
    dossier = opening().begin("ordinary").model_copy(update={"code": "000.00.00.H41-261101-0001"})
    opening().register.put(dossier)
    assert opening().planned(dossier.code).beat is not None


def test_a_dossier_removed_from_the_register_is_no_trouble(province: Province) -> None:
    code = province.begin("ordinary").code
    province.register.remove(code)
    province.jump(LONG)
    with pytest.raises(NoSuchDossier):
        province.find(code)
    with pytest.raises(NoSuchDossier):
        province.next(code)


def test_the_same_seed_gives_the_same_times(opening: Opening) -> None:
    one, same, other = opening(seed=1), opening(seed=1), opening(seed=2)
    code = one.begin("ordinary").code
    due = one.planned(code).due

    def again(province: Province) -> object:
        province.put_into(code, Status.REGISTERED)
        return province.planned(code).due

    assert again(one) == due
    assert again(same) == due
    assert again(other) != due


def test_reset_is_as_at_the_first_start(province: Province) -> None:
    examples = statuses(province)
    province.take(REQUEST)
    province.begin("land")
    province.jump(LONG)
    province.faults = Faults(away=True)
    province.reset()
    assert statuses(province) == examples
    assert (province.clock(), province.faults) == (MONDAY, Faults())
    assert province.draft_of(next(iter(examples))) is None


def test_a_dossier_from_another_system_replaces_or_not(province: Province) -> None:
    dossier: Dossier = province.begin("ordinary")
    renamed = dossier.model_copy(update={"owner": "Lê Thử Khác"})
    province.put(renamed, only_new=True)
    assert province.find(dossier.code).owner == dossier.owner
    province.put(renamed)
    assert province.find(dossier.code).owner == "Lê Thử Khác"
