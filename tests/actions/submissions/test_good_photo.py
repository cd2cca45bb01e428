"""The sample of a good photo is one by our own measure."""

from __future__ import annotations

import io

from PIL import Image

from actions.submissions.file_settings import FileSettings
from actions.submissions.good_photo import ALT, good_photo
from actions.submissions.picture_checks import measure, problems

SETTINGS = FileSettings(_env_file=None)  # type: ignore[call-arg]


def test_the_sample_has_none_of_the_problems() -> None:
    assert problems(measure(Image.open(io.BytesIO(good_photo()))), SETTINGS) == ()


def test_the_sample_is_small_and_said_in_words() -> None:
    assert len(good_photo()) < 60_000
    assert Image.open(io.BytesIO(good_photo())).format == "PNG"
    assert "4 góc" in ALT
