"""The state of a dossier in words: what it waits for, who has it, what comes next."""

from __future__ import annotations

import pytest

from actions.dossiers.dossier import Status, Step
from actions.dossiers.state_words import current_step, holder_lines, next_lines, state_lines, status_line
from tests.actions.dossiers.told import at, dossier, obligation


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_meaning(status: Status) -> None:
    line = status_line(dossier(status))
    assert line.startswith(f"Trạng thái: {status.vietnamese}. ")
    assert line.endswith(".")


def test_a_word_that_is_none_of_the_ten_is_told_as_it_is() -> None:
    unknown = dossier(None)
    assert status_line(unknown) == "Trạng thái: “Chờ họp hội đồng” (ghi đúng như hệ thống)."
    assert next_lines(unknown) == []


def test_who_has_it_is_the_step_that_is_under_way() -> None:
    first = Step(name="Tiếp nhận", office="Một cửa", began=at(16), ended=at(17))
    second = Step(name="Thẩm định", office="Phòng Tư pháp", officer="Lê A", began=at(17))
    known = dossier(steps=(first, second))
    assert current_step(known) == second
    assert holder_lines(known) == ["Đang ở: Phòng Tư pháp, cán bộ Lê A (Thẩm định), từ ngày 17/11/2026."]
    assert holder_lines(dossier(steps=(), office="")) == []
    assert holder_lines(dossier(Status.RETURNED)) == []


def test_what_comes_next_is_the_next_step_or_what_follows_from_the_status() -> None:
    ahead = Step(name="Ký duyệt", office="Ủy ban")
    assert next_lines(dossier(steps=(ahead,))) == ["Tiếp theo: Ký duyệt (Ủy ban)."]
    assert "cơ quan thuế" in next_lines(dossier(obligations=(obligation(),)))[0]
    assert next_lines(dossier(Status.RETURNED)) == []


def test_all_of_it_in_order() -> None:
    known = dossier()
    assert state_lines(known) == [status_line(known), *holder_lines(known), *next_lines(known)]
