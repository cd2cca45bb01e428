from __future__ import annotations

import io
import os

import pytest
from PIL import Image

from bot.channels.zalo_pictures import LARGEST, fitting


def picture(form: str, size: tuple[int, int], mode: str = "RGB", *, noise: bool = False) -> bytes:
    pixels = Image.frombytes(mode, size, os.urandom(size[0] * size[1] * len(mode))) if noise else Image.new(mode, size)
    made = io.BytesIO()
    pixels.save(made, form)
    return made.getvalue()


@pytest.mark.parametrize(("form", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_what_fits_stays_as_it_is(form: str, media_type: str) -> None:
    content = picture(form, (300, 200))
    assert fitting(content, media_type) == (content, media_type)


def test_a_big_picture_becomes_smaller_and_keeps_its_shape() -> None:
    content = picture("PNG", (1500, 1000), noise=True)
    assert len(content) > LARGEST
    made = fitting(content, "image/png")
    assert made
    assert made[1] == "image/jpeg" and len(made[0]) <= LARGEST
    with Image.open(io.BytesIO(made[0])) as shrunk:
        assert shrunk.format == "JPEG"
        assert shrunk.width / shrunk.height == pytest.approx(1.5, rel=0.02)


def test_other_kinds_become_jpeg_on_white() -> None:
    made = fitting(picture("WEBP", (300, 300), "RGBA"), "image/webp")
    assert made and made[1] == "image/jpeg"
    with Image.open(io.BytesIO(made[0])) as shown:
        pixel = shown.convert("RGB").getpixel((150, 150))
    assert isinstance(pixel, tuple) and min(pixel) > 250


@pytest.mark.parametrize("content", [b"", b"no picture", picture("PNG", (50, 50))[:60]])
def test_what_is_no_picture(content: bytes) -> None:
    assert fitting(content, "image/webp") is None
