"""Blurred, dark, washed out, empty and small photos are told; good ones of any paper are not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from actions.submissions.file_settings import FileSettings
from actions.submissions.picture_checks import Problem, measure, problems
from tests.actions.submissions import pictures

SETTINGS = FileSettings(_env_file=None)  # type: ignore[call-arg]
PAPERS = {
    "page": pictures.sheet(1100, 1556, letters=25),
    "large letters": pictures.sheet(1100, 1556, letters=50),
    "few lines": pictures.sheet(1100, 1556, letters=25, filled=0.15),
    "pale ink": pictures.sheet(1100, 1556, letters=25, ink=(150, 150, 150)),
    "card": pictures.card(1200),
    "small card": pictures.card(900),
}


def found(picture: Image.Image) -> tuple[Problem, ...]:
    return problems(measure(picture), SETTINGS)


def shaken(picture: Image.Image, share: float, axis: int) -> Image.Image:
    """As if the hand had moved in one direction. share: of the longer side."""
    steps = max(1, int(share * max(picture.size)))
    moved = ndimage.uniform_filter1d(np.asarray(picture, dtype=np.float32), steps, axis=axis)
    return Image.fromarray(moved.astype(np.uint8))


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize(
    "how",
    [{}, {"noise": 0}, {"noise": 12}, {"light": 0.6}, {"light": 0.45, "noise": 10}, {"light": 1.3}, {"tilt": 8}],
    ids=str,
)
def test_good_photos_are_left_alone(paper: str, how: dict[str, float]) -> None:
    assert found(pictures.photo(PAPERS[paper], **how)) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("noise", [0, 4, 12])
@pytest.mark.parametrize("blur", [0.003, 0.006])
def test_blurred_ones_are_told_whatever_the_grain(paper: str, noise: float, blur: float) -> None:
    of = PAPERS[paper]
    assert found(pictures.photo(of, blur=blur * max(of.size), noise=noise)) == (Problem.BLURRED,)


@pytest.mark.parametrize("paper", PAPERS)
def test_a_little_blur_that_can_be_read_is_left_alone(paper: str) -> None:
    of = PAPERS[paper]
    assert found(pictures.photo(of, blur=0.001 * max(of.size))) == ()


@pytest.mark.parametrize("paper", ["page", "few lines", "card"])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_hand_that_shook_is_told(paper: str, axis: int) -> None:
    assert found(shaken(pictures.photo(PAPERS[paper]), 0.012, axis)) == (Problem.BLURRED,)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("light", [0.25, 0.1])
def test_dark_ones_are_told(paper: str, light: float) -> None:
    assert found(pictures.photo(PAPERS[paper], light=light, noise=8)) == (Problem.DARK,)


def test_the_dark_are_not_called_blurred_as_well() -> None:
    assert found(pictures.photo(PAPERS["page"], light=0.15, blur=12)) == (Problem.DARK,)


@pytest.mark.parametrize("paper", ["page", "few lines", "card"])
def test_washed_out_ones_are_told(paper: str) -> None:
    photo = pictures.photo(PAPERS[paper])
    assert found(Image.blend(photo, Image.new("RGB", photo.size, "white"), 0.8)) == (Problem.PALE,)


@pytest.mark.parametrize("level", [120, 200, 255])
def test_one_with_nothing_on_it_is_told(level: int) -> None:
    assert found(Image.new("RGB", (1500, 2000), (level,) * 3)) == (Problem.EMPTY,)


def test_a_black_one_is_dark() -> None:
    assert found(Image.new("RGB", (1500, 2000))) == (Problem.DARK,)


@pytest.mark.parametrize("filled", [0.9, 0.12])
def test_scans_are_left_alone(filled: float) -> None:
    """White to the edge, without grain or a table; in colour, in grey, in black and white."""
    page = pictures.sheet(1654, 2339, letters=34, filled=filled)
    white = Image.fromarray(np.clip(np.asarray(page).astype(int) + 25, 0, 255).astype(np.uint8))
    for scan in (page, white, page.convert("L"), page.convert("1")):
        assert found(scan) == ()


def test_small_ones_are_told() -> None:
    assert found(pictures.sheet(420, 594, letters=11)) == (Problem.SMALL,)


@pytest.mark.parametrize("size", [(1, 1), (5, 900), (31, 31), (33, 32)])
def test_tiny_ones_do_no_harm(size: tuple[int, int]) -> None:
    assert found(Image.new("L", size, 128))


def test_the_thresholds_are_settings() -> None:
    measured = measure(pictures.photo(PAPERS["page"]))
    strict = SETTINGS.model_copy(update={"photo_sharpness": 0.39, "photo_side": 5000})
    assert problems(measured, strict) == (Problem.BLURRED, Problem.SMALL)


def test_a_photo_turned_by_a_quarter_is_as_sharp() -> None:
    photo = pictures.photo(PAPERS["page"])
    turned = photo.transpose(Image.Transpose.ROTATE_90)
    assert measure(turned).sharpness == pytest.approx(measure(photo).sharpness, abs=0.03)
