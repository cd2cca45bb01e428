"""Each act leaves a dossier that hangs together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from actions.dossiers.dossier import Dossier, Status
from actions.dossiers.sandbox import acts
from actions.dossiers.sandbox.acts import Act
from actions.dossiers.sandbox.catalogue import procedure
from actions.dossiers.sandbox.made_up import new_dossier
from actions.dossiers.sandbox.scripts import SCRIPTS
from knowledge.working_days import VIETNAM
from tests.actions.dossiers.sandbox.conftest import MONDAY

HOUR = timedelta(hours=1)


@pytest.fixture
def dossier() -> Dossier:
    return new_dossier("000.00.00.H41-261123-5001", SCRIPTS["ordinary"], procedure("2.000635"), MONDAY)


def after(dossier: Dossier, *done: Act) -> Dossier:
    """One act an hour."""
    for number, act in enumerate(done, 1):
        dossier = act(dossier, MONDAY + number * HOUR)
    return dossier


@pytest.mark.parametrize(
    ("act", "status"),
    [
        (acts.receive(), Status.RECEIVED),
        (acts.refuse, Status.NOT_RECEIVED),
        (acts.examine, Status.IN_PROGRESS),
        (acts.sign, Status.IN_PROGRESS),
        (acts.ask_supplement, Status.SUPPLEMENT_ASKED),
        (acts.ask_tax_office, Status.IN_PROGRESS),
        (acts.notify_payment, Status.PAYMENT_ASKED),
        (acts.ask_back, Status.WITHDRAWAL_ASKED),
        (acts.stop("Vì thử."), Status.STOPPED),
        (acts.apologise, Status.IN_PROGRESS),
        (acts.finish, Status.FINISHED),
        (acts.give, Status.RETURNED),
        (acts.register, Status.REGISTERED),
    ],
)
def test_an_act_gives_the_status_and_a_step_that_began_then(dossier: Dossier, act: Act, status: Status) -> None:
    done = after(dossier, act)
    assert (done.status, done.status_name) == (status, status.vietnamese)
    assert (done.steps[-1].status, done.steps[-1].began) == (status, MONDAY + HOUR)
    assert [step.ended for step in done.steps] == [MONDAY + HOUR, MONDAY + HOUR if status.ended else None]
    assert done.proofs == dossier.proofs


def test_receiving_promises_a_day_and_skips_days_off(dossier: Dossier) -> None:
    done = after(dossier, acts.receive(1))
    assert done.received == MONDAY + HOUR
    assert done.due == datetime(2026, 11, 25, 17, tzinfo=VIETNAM)  # the 24th is a day off
    assert done.place


def test_an_answered_supplement_moves_the_day_of_return(dossier: Dossier) -> None:
    asked = after(dossier, acts.receive(), acts.ask_supplement)
    assert asked.open_supplement is not None
    assert asked.open_supplement.papers
    answered = acts.answer_supplement(asked, MONDAY + timedelta(days=3))
    assert answered.open_supplement is None
    assert answered.status is Status.IN_PROGRESS
    assert asked.due is not None
    assert answered.due is not None
    assert answered.due > asked.due
    assert (answered.supplements[0].due_before, answered.supplements[0].due_after) == (asked.due, answered.due)


def test_two_requests_for_papers_have_two_names(dossier: Dossier) -> None:
    twice = after(dossier, acts.receive(), acts.ask_supplement, acts.answer_supplement, acts.ask_supplement)
    assert len({one.id for one in twice.supplements}) == 2


def test_the_tax_office_is_asked_then_tells_then_is_paid(dossier: Dossier) -> None:
    asked = after(dossier, acts.receive(10), acts.ask_tax_office)
    owed = asked.open_obligation
    assert owed is not None
    assert (owed.sent, owed.notified, owed.amount) == (MONDAY + 2 * HOUR, None, None)
    told = acts.notify_payment(asked, MONDAY + 3 * HOUR)
    owed = told.open_obligation
    assert owed is not None
    assert owed.amount is not None
    assert owed.pay_by is not None
    assert (owed.notified, owed.amount > 0, owed.pay_by > MONDAY) == (MONDAY + 3 * HOUR, True, True)
    paid_at = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
    paid = acts.pay(10)(told, paid_at)
    assert (paid.open_obligation, paid.obligations[0].paid, len(paid.obligations)) == (None, paid_at, 1)
    assert paid.due == acts.due_in(10, paid_at)  # the time limit runs from the payment


def test_what_nobody_waits_for_is_no_error(dossier: Dossier) -> None:
    assert after(dossier, acts.answer_supplement).status is Status.IN_PROGRESS
    assert after(dossier, acts.pay()).status is Status.IN_PROGRESS
    assert after(dossier, acts.notify_payment).open_obligation is not None


def test_an_apology_names_a_new_day(dossier: Dossier) -> None:
    sorry = after(dossier, acts.receive(), acts.apologise).apology
    assert sorry is not None
    assert sorry.new_due is not None
    assert (sorry.at, sorry.new_due > sorry.at, bool(sorry.reason)) == (MONDAY + 2 * HOUR, True, True)


def test_the_end_has_its_times_and_a_result(dossier: Dossier) -> None:
    done = after(dossier, acts.receive(), acts.examine, acts.finish, acts.give)
    assert (done.finished, done.returned) == (MONDAY + 3 * HOUR, MONDAY + 4 * HOUR)
    assert done.results
    assert after(dossier, acts.give).finished == MONDAY + HOUR
    assert after(dossier, acts.stop("Vì thử.")).reason == "Vì thử."
    assert after(dossier, acts.refuse).reason


def test_back_with_the_applicant_nothing_of_the_offices_is_left(dossier: Dossier) -> None:
    back = after(dossier, acts.receive(), acts.apologise, acts.finish, acts.register)
    assert (back.submitted, back.received, back.due, back.finished, back.apology) == (None, None, None, None, None)
