"""The made-up dossiers show every status, on whatever day they are made."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.dossiers.codes import read_code
from actions.dossiers.dossier import Channel, Dossier, Status
from actions.dossiers.examples import LETTERS, MINISTRY_CODE, example_dossiers
from knowledge.catalogue import read_record
from knowledge.record import Procedure
from knowledge.settings import ROOT
from knowledge.working_days import VIETNAM, load_calendar

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2026, 8, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


@pytest.fixture(scope="module")
def examples() -> tuple[Dossier, ...]:
    return example_dossiers(NOW)


def procedure(code: str) -> Procedure:
    return read_record(ROOT / "data" / "catalogue" / f"{code}.yml")


def test_there_are_enough_of_every_status_and_channel(examples: tuple[Dossier, ...]) -> None:
    assert len(examples) >= 24
    assert {dossier.status for dossier in examples} == {*Status, None}
    assert {dossier.channel for dossier in examples} == set(Channel)
    assert len({dossier.code for dossier in examples}) == len(examples)
    assert len({dossier.owner for dossier in examples}) == len(examples)


def test_one_is_late_without_and_one_with_an_apology(examples: tuple[Dossier, ...]) -> None:
    late = [dossier for dossier in examples if dossier.status is Status.IN_PROGRESS and (dossier.due or NOW) < NOW]
    assert [dossier for dossier in late if dossier.apology is None]
    assert [dossier for dossier in late if dossier.apology and dossier.apology.new_due is None]
    assert [dossier for dossier in late if dossier.apology and (dossier.apology.new_due or NOW) > NOW]


def test_one_is_due_today_and_one_on_the_next_working_day(examples: tuple[Dossier, ...]) -> None:
    due = {dossier.due.date() for dossier in examples if dossier.due and dossier.status is Status.IN_PROGRESS}
    assert {NOW.date(), datetime(2026, 11, 25).date()} <= due  # the 24th is a holiday


def test_supplements_are_waited_for_and_answered(examples: tuple[Dossier, ...]) -> None:
    asked = [dossier for dossier in examples if dossier.status is Status.SUPPLEMENT_ASKED]
    assert asked
    assert all(dossier.open_supplement and dossier.open_supplement.papers for dossier in asked)
    answered = [one for dossier in examples for one in dossier.supplements if one.answered]
    assert answered
    assert all((one.due_after or NOW) > (one.due_before or NOW) for one in answered)


def test_land_waits_for_the_figure_or_for_the_payment_or_goes_on(examples: tuple[Dossier, ...]) -> None:
    land = {
        (dossier.status, obligation.notified is not None, obligation.paid is not None, dossier.due is not None)
        for dossier in examples
        for obligation in dossier.obligations
    }
    assert land == {
        (Status.IN_PROGRESS, False, False, False),
        (Status.PAYMENT_ASKED, True, False, False),
        (Status.IN_PROGRESS, True, True, True),
    }
    for obligation in (one for dossier in examples for one in dossier.obligations):
        assert obligation.sent
        assert (obligation.amount is None) == (obligation.notified is None)


def test_what_ended_badly_says_why(examples: tuple[Dossier, ...]) -> None:
    needing = (Status.NOT_RECEIVED, Status.STOPPED, Status.WITHDRAWAL_ASKED)
    assert [dossier.code for dossier in examples if dossier.status in needing and not dossier.reason] == []


def test_an_unknown_word_is_shown_as_it_is(examples: tuple[Dossier, ...]) -> None:
    (unknown,) = [dossier for dossier in examples if dossier.status is None]
    assert unknown.status_name not in {status.vietnamese for status in Status}
    assert all(dossier.status_name == dossier.status.vietnamese for dossier in examples if dossier.status)


def test_only_procedures_of_the_catalogue_by_their_names(examples: tuple[Dossier, ...]) -> None:
    for dossier in examples:
        assert dossier.procedure
        assert dossier.procedure_name == procedure(dossier.procedure).name


def test_places_are_communes_there_are(examples: tuple[Dossier, ...]) -> None:
    communes = (ROOT / "data" / "offices" / "communes.yml").read_text(encoding="utf-8").lower()
    for dossier in examples:
        if dossier.place:
            commune = dossier.place.removeprefix("Trung tâm Phục vụ hành chính công ")
            assert f"name: {commune}\n".lower() in communes


def test_each_can_be_proved_and_by_numbers_that_nobody_has(examples: tuple[Dossier, ...]) -> None:
    secrets = set()
    for dossier in examples:
        secret, phone, number = dossier.proofs.secret, dossier.proofs.phone, dossier.proofs.identity_number
        assert secret
        assert phone
        assert number
        secrets.add(secret.get_secret_value())
        assert set(secret.get_secret_value()) <= set(LETTERS)
        assert re.fullmatch(r"090000\d{4}", phone.get_secret_value())
        assert re.fullmatch(r"040[23][7-9]\d{7}", number.get_secret_value())  # born in 2070 or later
        assert (number.get_secret_value()[3] == "3") == (" Thị " in dossier.owner)
    assert len(secrets) == len(examples)


def test_proofs_stay_the_same_whenever_they_are_made(examples: tuple[Dossier, ...]) -> None:
    later = example_dossiers(NOW + timedelta(days=40))
    assert [dossier.proofs for dossier in later] == [dossier.proofs for dossier in examples]
    assert example_dossiers(NOW) == examples


def test_codes_tell_the_day_of_handing_in(examples: tuple[Dossier, ...]) -> None:
    assert MINISTRY_CODE in {dossier.code for dossier in examples}
    for dossier in examples:
        found = read_code(dossier.code, now=lambda: NOW)
        assert (found.code, found.askable) == (dossier.code, True)
        assert dossier.submitted
        assert found.day == dossier.submitted.astimezone(VIETNAM).date()


@given(MOMENTS)
def test_whatever_the_day_the_story_of_each_fits_together(now: datetime) -> None:
    calendar = load_calendar()
    for dossier in example_dossiers(now):
        assert dossier.submitted
        past = [dossier.submitted, dossier.received, dossier.finished, dossier.returned]
        happened = [moment for moment in past if moment]
        assert happened == sorted(happened)
        begun = [step.began for step in dossier.steps if step.began]
        assert begun == sorted(begun)
        assert all(step.ended is None or step.began is None or step.ended >= step.began for step in dossier.steps)
        assert all(moment < now for moment in (*happened, *begun))
        assert dossier.due is None or calendar.is_working(dossier.due.astimezone(VIETNAM).date())
        assert (dossier.steps[-1].ended is None) == (not (dossier.status and dossier.status.ended))
        assert dossier.as_of == now


@given(MOMENTS)
def test_whatever_the_day_one_is_late_and_one_is_due_next(now: datetime) -> None:
    under_way = [dossier for dossier in example_dossiers(now) if dossier.status is Status.IN_PROGRESS and dossier.due]
    today = now.astimezone(VIETNAM).date()
    next_day = load_calendar().next_working(today + timedelta(days=1))
    assert [dossier for dossier in under_way if dossier.due and dossier.due < now]
    assert [dossier for dossier in under_way if dossier.due and dossier.due.date() == next_day]
