"""Which life event a message tells of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest

from knowledge.encoder import Encoder
from knowledge.journey_finder import SHORT, JourneyFinder
from knowledge.journeys import Journey
from tests.knowledge import tiny

RENTING = Journey.model_validate(tiny.JOURNEY)
MOVING = Journey.model_validate(
    {
        "id": "chuyen-nha",
        "name": "Chuyển nhà",
        "said": ["nhà tôi chuyển nhà đi xa"],
        "steps": [{"code": tiny.HOME, "do": "Thường trú"}, {"code": tiny.LICENCE, "do": "Đổi bằng"}],
    }
)
WORDS = ("thuê", "chuyển", "bé")


class CountingEncoder:
    """Meaning by three words: as near as they share them; a fourth direction is everything else."""

    def __init__(self) -> None:
        self.asked = 0

    def passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = [[float(word in text.lower()) for word in WORDS] for text in texts]
        vectors = np.array([[*row, 0.0 if any(row) else 1.0] for row in rows], dtype=np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def queries(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked += 1
        return self.passages(texts) * np.float32(0.99)


def finder(*journeys: Journey) -> JourneyFinder:
    return JourneyFinder(journeys, cast(Encoder, CountingEncoder()))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("em mới thuê phòng ở thành phố, giờ phải làm những gì", RENTING),
        ("nhà em chuyển về quê, giờ phải làm những gì", MOVING),
        ("chuyển nhà", MOVING),
        ("có bé mà đi thuê nhà", RENTING),
    ],
)
def test_the_nearest_event_is_found(text: str, found: Journey) -> None:
    assert finder(MOVING, RENTING).nearest(text, None) is found


def test_the_name_of_an_event_counts_too() -> None:
    bare = MOVING.model_copy(update={"said": ("đi xa",)})
    assert finder(RENTING, bare).nearest("chuyển nhà", None) is bare


def test_what_is_near_to_nothing_is_no_event() -> None:
    assert finder(RENTING).nearest("chuyển công tác sang tỉnh khác thì cần giấy gì vậy", None) is None


@pytest.mark.parametrize(
    ("procedure", "found"), [(tiny.BIRTH, RENTING), (tiny.LICENCE, MOVING), (None, None), ("9.999999", None)]
)
def test_a_short_message_may_go_on_about_the_procedure_under_discussion(
    procedure: str | None, found: Journey | None
) -> None:
    used = finder(MOVING, RENTING)
    short, long = "giờ làm gì trước", "giờ phải làm những việc gì trước tiên ạ anh chị ơi"
    assert len(short.split()) <= SHORT < len(long.split())
    assert used.nearest(short, procedure) is found
    assert used.nearest(long, procedure) is None


def test_what_is_told_counts_more_than_what_was_spoken_of() -> None:
    assert finder(MOVING, RENTING).nearest("chuyển nhà", tiny.BIRTH) is MOVING


def test_nothing_said_is_no_event() -> None:
    assert finder(MOVING).nearest("", tiny.HOME) is None


def test_without_journeys_the_encoder_is_not_asked() -> None:
    encoder = CountingEncoder()
    assert JourneyFinder((), cast(Encoder, encoder)).nearest("chuyển nhà", tiny.HOME) is None
    assert encoder.asked == 0


def test_the_journeys_of_a_folder_are_found(data: Path, encoder: Encoder, tmp_path: Path) -> None:
    """With a real encoder: a sentence that stands there is found again."""
    used = JourneyFinder.load(data / "journeys", encoder)
    for text in (RENTING.name, *RENTING.said):
        assert used.nearest(text, None) == RENTING
    assert JourneyFinder.load(tmp_path, encoder).nearest(RENTING.name, None) is None
