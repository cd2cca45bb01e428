"""Tells what is wrong with the photo of a paper: blurred, dark, washed out, too small.

Blur is measured by how steep the edges are, in relation to the contrast around them. The variance of the Laplacian,
which is mostly used, was measured too: it takes grain for sharpness, and a page with few words for blur. The numbers
are in docs/attachments.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from actions.submissions.file_settings import FileSettings

SIDE = 1024  # pixels of the longer side that a picture is measured at
TILE = 32  # pixels
SMOOTHED = 0.7  # pixels: takes the worst of the grain away
GRAIN = 10  # levels of grey that are added to a contrast, so that grain alone has no steep edges
Grey = NDArray[np.float32]


class Problem(StrEnum):
    """What is wrong with a photo, as it is told."""

    SMALL = "Ảnh nhỏ quá, phóng lên khó đọc. Anh/chị gửi ảnh gốc, chụp gần hơn."
    DARK = "Ảnh tối quá. Anh/chị chụp lại ở chỗ sáng, đừng để bóng tay che."
    PALE = "Ảnh bị lóa, chữ mờ. Anh/chị tắt đèn chớp, tránh nắng chiếu thẳng."
    EMPTY = "Ảnh không thấy chữ nào. Anh/chị xem lại có gửi nhầm ảnh không."
    BLURRED = "Ảnh bị mờ, khó đọc chữ. Anh/chị lau ống kính, giữ chắc tay rồi chụp lại."


@dataclass(frozen=True)
class Measures:
    """A picture in numbers. sharpness: 0 to about 0.4; light, ink, contrast: levels of grey, 0 to 255.

    light: of the paper; ink: of the darkest parts; contrast: where it is strongest. side: the longer one, pixels.
    """

    sharpness: float
    light: float
    ink: float
    contrast: float
    side: int


def measure(picture: Image.Image) -> Measures:
    """Measures a picture, the right way up or not."""
    small = picture.convert("L")
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    grey = ndimage.gaussian_filter(np.asarray(small, dtype=np.float32), SMOOTHED)
    tiles = _tiles(grey)
    low, high = np.quantile(tiles, (0.01, 0.99), axis=1)
    spread = high - low
    contrast = float(np.quantile(spread, 0.98))
    return Measures(
        sharpness=_sharpness(grey, spread, contrast),
        light=float(np.quantile(grey, 0.95)),
        ink=float(np.quantile(low, 0.02)),
        contrast=contrast,
        side=max(picture.size),
    )


def problems(measures: Measures, settings: FileSettings) -> tuple[Problem, ...]:
    """What is wrong, the worst first. What is too dark or empty to be judged is not called blurred as well."""
    found = []
    if measures.light < settings.photo_darkest:
        found.append(Problem.DARK)
    elif measures.ink > settings.photo_palest and measures.contrast >= settings.photo_contrast:
        found.append(Problem.PALE)
    elif measures.contrast < settings.photo_contrast:
        found.append(Problem.EMPTY)
    if not found and measures.sharpness < settings.photo_sharpness:
        found.append(Problem.BLURRED)
    if measures.side < settings.photo_side:
        found.append(Problem.SMALL)
    return tuple(found)


def _sharpness(grey: Grey, spread: Grey, contrast: float) -> float:
    """The steepness of edges, in the direction in which they are less steep: a hand that shakes blurs one direction."""
    written = spread >= max(contrast / 2, 1)
    if not written.any():
        return 0.0
    steep = []
    for axis in (0, 1):
        slope = _tiles(np.abs(ndimage.sobel(grey, axis)) / 8)[written]
        steep.append(float(np.quantile(np.quantile(slope, 0.98, axis=1) / (spread[written] + GRAIN), 0.75)))
    return min(steep)


def _tiles(grey: Grey) -> Grey:
    """One row for each square of the picture; a picture smaller than a square is one."""
    high, wide = (side // TILE * TILE for side in grey.shape)
    if not high or not wide:
        return grey.reshape(1, -1)
    squares = grey[:high, :wide].reshape(high // TILE, TILE, wide // TILE, TILE)
    return squares.swapaxes(1, 2).reshape(-1, TILE * TILE)
