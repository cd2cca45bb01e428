"""The scripts lead through all ten statuses, and every dossier finds its script."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.dossiers.dossier import Channel, Dossier, Obligation, Status
from actions.dossiers.errors import DraftRefused
from actions.dossiers.examples import example_dossiers
from actions.dossiers.sandbox.catalogue import procedure
from actions.dossiers.sandbox.made_up import new_dossier
from actions.dossiers.sandbox.scripts import NO_SCRIPT, SCRIPTS, put_into, script_of
from tests.actions.dossiers.sandbox.conftest import MONDAY

WAYS = {
    "ordinary": [2, 4, 4, 9, 10],
    "online": [2, 4, 4, 9, 10],
    "supplement": [2, 4, 5, 4, 4, 9, 10],
    "land": [2, 4, 4, 6, 4, 4, 9, 10],
    "refused": [3],
    "stopped": [2, 4, 8],
    "withdrawn": [2, 4, 7, 8],
    "late": [2, 4, 4, 9, 10],
    "late_unsaid": [2, 4, 9, 10],
}


def fresh(script: str = "ordinary") -> Dossier:
    chosen = SCRIPTS[script]
    return new_dossier("000.00.00.H41-261123-5001", chosen, procedure(chosen.procedure), MONDAY)


def played(script: str) -> list[Dossier]:
    """The dossier after each beat."""
    dossier, after = fresh(script), []
    for number, beat in enumerate(SCRIPTS[script].beats, 1):
        dossier = beat.act(dossier, MONDAY + timedelta(days=number))
        after.append(dossier)
    return after


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_goes_its_way(script: str) -> None:
    statuses = [dossier.status for dossier in played(script)]
    assert statuses == WAYS[script]
    assert statuses[-1] is not None
    assert statuses[-1].ended


def test_together_they_pass_every_status() -> None:
    assert {Status.REGISTERED, *(number for way in WAYS.values() for number in way)} == set(Status)


def test_every_script_fits_the_tables() -> None:
    assert all(len(name) <= 20 and script.name == name for name, script in SCRIPTS.items())


@pytest.mark.parametrize(("script", "apology"), [("late", True), ("late_unsaid", False)])
def test_late_ones_are_late_with_and_without_an_apology(script: str, apology: bool) -> None:
    assert any(beat.after_due for beat in SCRIPTS[script].beats)
    assert (played(script)[-1].apology is not None) is apology


def test_only_an_online_draft_waits_for_its_applicant() -> None:
    waiting = {name for name, script in SCRIPTS.items() for beat in script.beats if beat.hours is None}
    assert waiting == {"online"}
    assert SCRIPTS["online"].channel is Channel.ONLINE


@pytest.mark.parametrize("script", SCRIPTS)
def test_wherever_a_dossier_stands_it_finds_on_to_an_end(script: str) -> None:
    for start in [fresh(script), *played(script)]:
        dossier = start
        name, position = script_of(dossier)
        for beat in SCRIPTS[name].beats[position:] if name else ():
            dossier = beat.act(dossier, MONDAY)
        assert dossier.status is not None
        assert dossier.status.ended


@pytest.mark.parametrize("script", ["ordinary", "land", "supplement", "withdrawn"])
def test_what_comes_next_can_be_told_from_the_dossier(script: str) -> None:
    """So that examples and drafts, which nobody began here, go on as is to be expected."""
    named = {"ask_tax_office", "ask_supplement", "ask_back"}
    for dossier, coming in zip(played(script), SCRIPTS[script].beats[1:], strict=False):
        if coming.name not in named and coming.name != "finish":
            name, position = script_of(dossier)
            assert SCRIPTS[name].beats[position].name == coming.name


def test_the_ended_and_the_unknown_stay() -> None:
    for status in (Status.NOT_RECEIVED, Status.STOPPED, Status.RETURNED, None):
        assert script_of(fresh().model_copy(update={"status": status})) == (NO_SCRIPT, 0)


def test_an_example_that_waits_for_the_figure_gets_it_next() -> None:
    waits = Obligation(name="Thử", sent=MONDAY)
    dossier = fresh().model_copy(update={"status": Status.IN_PROGRESS, "obligations": (waits,)})
    name, position = script_of(dossier)
    assert SCRIPTS[name].beats[position].name == "notify_payment"


def test_every_example_has_its_place() -> None:
    examples = example_dossiers(MONDAY)
    ended = [one for one in examples if one.status is None or one.status.ended]
    assert {script_of(one)[0] for one in ended} == {NO_SCRIPT}
    assert all(script_of(one)[0] for one in examples if one not in ended)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("before", Status)
def test_by_hand_any_status_follows_any_other(before: Status, status: Status) -> None:
    dossier = put_into(put_into(fresh(), before, MONDAY), status, MONDAY + timedelta(hours=1))
    assert dossier.status is status
    if status is Status.SUPPLEMENT_ASKED:
        assert dossier.open_supplement is not None
    if status is Status.PAYMENT_ASKED:
        assert dossier.open_obligation is not None
        assert dossier.open_obligation.notified is not None


def test_in_progress_again_means_that_the_applicant_did_their_part() -> None:
    asked = put_into(fresh(), Status.SUPPLEMENT_ASKED, MONDAY)
    assert put_into(asked, Status.IN_PROGRESS, MONDAY).open_supplement is None
    owing = put_into(fresh(), Status.PAYMENT_ASKED, MONDAY)
    assert put_into(owing, Status.IN_PROGRESS, MONDAY).open_obligation is None


def test_the_procedures_of_the_scripts_are_of_the_catalogue() -> None:
    for script in SCRIPTS.values():
        assert procedure(script.procedure).code == script.procedure
    for strange in ("9.999999", "../../pyproject", "1.001193.000.00.00.H41", ""):
        with pytest.raises(DraftRefused):
            procedure(strange)
