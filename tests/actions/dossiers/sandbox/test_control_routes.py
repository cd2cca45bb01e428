"""/sandbox over a real connection."""

from __future__ import annotations

import pytest

from actions.dossiers.dossier import Status
from tests.actions.dossiers.sandbox_server import Sandbox


def test_the_clock_is_told_set_and_moved(sandbox: Sandbox) -> None:
    before = sandbox.control.get("/sandbox/clock").json()
    assert before["speed"] == 1
    sandbox.run_at(0)
    sandbox.jump(24)
    stood = sandbox.control.get("/sandbox/clock").json()
    assert stood["speed"] == 0
    assert stood["now"] > before["now"]
    assert sandbox.control.get("/sandbox/clock").json() == stood


def test_after_a_jump_everything_has_happened(sandbox: Sandbox) -> None:
    code = sandbox.begin("ordinary").code
    sandbox.jump(24 * 30)
    assert sandbox.dossier(code).status is Status.RETURNED


def test_a_dossier_is_begun_moved_and_put_into_a_status(sandbox: Sandbox) -> None:
    begun = sandbox.begin("land", "1.012783")
    assert (begun.procedure, begun.status, begun.script, begun.next) == (
        "1.012783",
        Status.REGISTERED,
        "land",
        "receive",
    )
    assert sandbox.next(begun.code).status is Status.RECEIVED
    assert sandbox.put_into(begun.code, Status.STOPPED).next is None
    assert begun.code in {one.code for one in sandbox.dossiers()}


def test_what_cannot_be_done_is_said(sandbox: Sandbox) -> None:
    code = sandbox.begin("refused").code
    sandbox.next(code)
    post = sandbox.control.post
    assert (post(f"/sandbox/dossiers/{code}/next").status_code) == 409
    assert post("/sandbox/dossiers/000.00.00.H41-260101-9999/next").json()["code"] == "R201"
    assert post(f"/sandbox/dossiers/{code}/status", json={"status": 11}).status_code == 422
    assert post("/sandbox/dossiers", json={"script": "nothing"}).status_code == 422
    assert post("/sandbox/dossiers", json={"script": "land", "procedure": "9.999999"}).status_code == 422
    assert sandbox.control.put("/sandbox/clock", json={"speed": -1}).status_code == 422
    for hours in (0, -5, 1e9):
        assert post("/sandbox/clock/jump", json={"hours": hours}).status_code == 422
    assert sandbox.control.get("/sandbox/nothing").status_code == 404


@pytest.mark.parametrize("what", ["dossiers", "faults", "clock"])
def test_after_a_test_nothing_of_it_is_left(sandbox: Sandbox, what: str) -> None:
    before = sandbox.control.get(f"/sandbox/{what}").json()
    sandbox.begin("land")
    sandbox.faults(away=True)
    sandbox.jump(100)
    sandbox.run_at(1000)
    sandbox.reset()
    after = sandbox.control.get(f"/sandbox/{what}").json()
    if what == "clock":
        assert after["now"][:13] >= before["now"][:13]
        assert after["speed"] == 1
    elif what == "faults":
        assert after == before
    else:
        assert {(one["code"], one["status"]) for one in after} == {(one["code"], one["status"]) for one in before}
