"""The stations of a dossier: done, now, the citizen's turn, ahead, ended."""

from __future__ import annotations

from typing import Any

import pytest

from actions.dossiers.dossier import Apology, Dossier, Status
from actions.dossiers.timeline import State, Station, Timeline, short_code, timeline
from tests.actions.dossiers.told import CALENDAR, NOW, at, dossier, obligation, supplement

DONE, IS_NOW, YOURS, AHEAD, ENDED = State.DONE, State.NOW, State.YOURS, State.AHEAD, State.ENDED


def drawn(found: Dossier) -> Timeline:
    return timeline(found, CALENDAR, NOW, title="Đăng ký tạm trú")


def states(found: Dossier) -> list[tuple[str, State]]:
    return [(station.label, station.state) for station in drawn(found).stations]


@pytest.mark.parametrize(
    ("status", "parts", "expected"),
    [
        (Status.REGISTERED, {}, [("Nộp hồ sơ", DONE), ("Tiếp nhận", IS_NOW), ("Giải quyết", AHEAD)]),
        (Status.REGISTERED, {"submitted": None}, [("Nộp hồ sơ", YOURS), ("Tiếp nhận", AHEAD), ("Giải quyết", AHEAD)]),
        (Status.RECEIVED, {}, [("Nộp hồ sơ", DONE), ("Tiếp nhận", DONE), ("Giải quyết", IS_NOW)]),
        (Status.IN_PROGRESS, {}, [("Nộp hồ sơ", DONE), ("Tiếp nhận", DONE), ("Giải quyết", IS_NOW)]),
        (
            Status.SUPPLEMENT_ASKED,
            {"supplements": (supplement(),)},
            [("Nộp hồ sơ", DONE), ("Tiếp nhận", DONE), ("Bổ sung giấy tờ", YOURS), ("Giải quyết", AHEAD)],
        ),
        (
            Status.IN_PROGRESS,
            {"supplements": (supplement(answered=at(20)),)},
            [("Nộp hồ sơ", DONE), ("Tiếp nhận", DONE), ("Bổ sung giấy tờ", DONE), ("Giải quyết", IS_NOW)],
        ),
        (
            Status.IN_PROGRESS,
            {"obligations": (obligation(),)},
            [
                ("Nộp hồ sơ", DONE),
                ("Tiếp nhận", DONE),
                ("Cơ quan thuế tính tiền", IS_NOW),
                ("Nộp tiền", AHEAD),
                ("Giải quyết", AHEAD),
            ],
        ),
        (
            Status.PAYMENT_ASKED,
            {"obligations": (obligation(notified=at(18)),)},
            [
                ("Nộp hồ sơ", DONE),
                ("Tiếp nhận", DONE),
                ("Cơ quan thuế tính tiền", DONE),
                ("Nộp tiền", YOURS),
                ("Giải quyết", AHEAD),
            ],
        ),
        (
            Status.IN_PROGRESS,
            {"obligations": (obligation(notified=at(18), paid=at(20)),)},
            [
                ("Nộp hồ sơ", DONE),
                ("Tiếp nhận", DONE),
                ("Cơ quan thuế tính tiền", DONE),
                ("Nộp tiền", DONE),
                ("Giải quyết", IS_NOW),
            ],
        ),
    ],
)
def test_on_the_way(status: Status, parts: dict[str, Any], expected: list[tuple[str, State]]) -> None:
    assert states(dossier(status, **parts)) == [*expected, ("Trả kết quả", AHEAD)]


@pytest.mark.parametrize(
    ("status", "end"),
    [
        (Status.NOT_RECEIVED, [("Không được tiếp nhận", ENDED)]),
        (Status.WITHDRAWAL_ASKED, [("Tiếp nhận", DONE), ("Xin rút hồ sơ", IS_NOW)]),
        (Status.STOPPED, [("Tiếp nhận", DONE), ("Dừng giải quyết", ENDED)]),
        (Status.FINISHED, [("Tiếp nhận", DONE), ("Giải quyết", DONE), ("Trả kết quả", YOURS)]),
        (Status.RETURNED, [("Tiếp nhận", DONE), ("Giải quyết", DONE), ("Trả kết quả", DONE)]),
        (None, [("Tiếp nhận", DONE), ("“Chờ họp hội đồng”", IS_NOW), ("Trả kết quả", AHEAD)]),
    ],
)
def test_at_the_end(status: Status | None, end: list[tuple[str, State]]) -> None:
    assert states(dossier(status)) == [("Nộp hồ sơ", DONE), *end]


def test_something_stands_out_until_the_result_is_handed_over() -> None:
    """Two stations do only where two things are awaited at once."""
    for status in (*Status, None):
        for parts in ({}, {"supplements": (supplement(),)}, {"obligations": (obligation(),)}):
            found = [state for _, state in states(dossier(status, **parts)) if state in (IS_NOW, YOURS, ENDED)]
            awaited = status in (None, Status.SUPPLEMENT_ASKED, Status.PAYMENT_ASKED, Status.REGISTERED) and parts
            assert (1 if status is not Status.RETURNED else 0) <= len(found) <= (2 if awaited else 1), (status, parts)


def test_the_return_has_its_day_and_how_late_it_is() -> None:
    assert drawn(dossier(due=at(25))).stations[-1] == Station("Trả kết quả", AHEAD, "hẹn 25/11/2026")
    assert drawn(dossier(due=at(18))).stations[-1].late == "trễ 3 ngày làm việc"
    sorry = dossier(due=at(18), apology=Apology(at=at(19), new_due=at(30)))
    assert drawn(sorry).stations[-1] == Station("Trả kết quả", AHEAD, "hẹn lại 30/11/2026", "trễ 3 ngày làm việc")
    assert drawn(dossier(obligations=(obligation(),))).stations[-1].when == "tính từ khi nộp tiền xong"


def test_the_alternative_text_tells_the_same() -> None:
    assert drawn(dossier(Status.FINISHED, finished=at(19))).alt == (
        "Các bước của hồ sơ …0042. Nộp hồ sơ: đã xong, 16/11/2026; Tiếp nhận: đã xong, 16/11/2026; "
        "Giải quyết: đã xong, 19/11/2026; Trả kết quả: đang chờ anh/chị, mời anh/chị nhận kết quả."
    )


def test_nothing_personal_is_in_it() -> None:
    found = dossier(Status.STOPPED, reason="Bà Hoa đã mất", supplements=(supplement(what="Giấy của bà Hoa"),))
    told = repr(drawn(found))
    assert "Hoa" not in told
    assert found.code not in told
    assert short_code(found.code) in told
