"""Pictures of strangers become plain JPEGs: upright, without metadata; what is broken or huge is refused."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import ExifTags, Image

from actions.submissions.errors import FileRefused
from actions.submissions.file_settings import FileSettings
from actions.submissions.picture_files import LONGEST_SIDE, as_jpeg, open_picture
from tests.actions.submissions import pictures

SETTINGS = FileSettings(_env_file=None)  # type: ignore[call-arg]
RED, WHITE = (200, 20, 20), (255, 255, 255)


def marked() -> Image.Image:
    """Wide, with a red corner at the top left."""
    picture = Image.new("RGB", (600, 300), WHITE)
    picture.paste(RED, (0, 0, 100, 100))
    return picture


def saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **how)
    return content.getvalue()


def is_red(picture: Image.Image, x: int, y: int) -> bool:
    pixel = picture.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return pixel[0] > 150 and pixel[1] < 90


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    tags[ExifTags.Base.Make] = "Máy ảnh thử"
    position = tags.get_ifd(ExifTags.IFD.GPSInfo)
    position[ExifTags.GPS.GPSLatitudeRef] = "N"
    position[ExifTags.GPS.GPSLatitude] = (18.0, 40.0, 15.0)
    return tags.tobytes()


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/heif")],
)
def test_every_kind_is_opened(kind: str, media_type: str) -> None:
    picture = open_picture(saved(marked(), kind, quality=95), media_type, SETTINGS)
    assert picture.mode == "RGB"
    assert picture.size == (600, 300)
    assert is_red(picture, 40, 40)


def test_turned_upright() -> None:
    """Orientation 6: the camera was turned; what is at the top left goes to the top right."""
    picture = open_picture(saved(marked(), "JPEG", exif=exif(6)), "image/jpeg", SETTINGS)
    assert picture.size == (300, 600)
    assert is_red(picture, 260, 40)


def test_a_turned_heic_is_turned_once() -> None:
    picture = open_picture(saved(marked(), "HEIF", exif=exif(6), quality=90), "image/heif", SETTINGS)
    assert picture.size == (300, 600)
    assert is_red(picture, 260, 40)


def test_no_metadata_is_left() -> None:
    given = saved(marked(), "JPEG", exif=exif(1), comment=b"taken by somebody")
    assert Image.open(io.BytesIO(given)).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    kept = as_jpeg(open_picture(given, "image/jpeg", SETTINGS), SETTINGS.attachment_bytes)
    again = Image.open(io.BytesIO(kept))
    assert dict(again.getexif()) == {}
    assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"taken by somebody" not in kept
    assert "Máy ảnh".encode() not in kept


def test_what_is_transparent_is_white() -> None:
    picture = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    picture.paste((200, 20, 20, 255), (0, 0, 10, 10))
    opened = open_picture(saved(picture, "PNG"), "image/png", SETTINGS)
    assert opened.getpixel((40, 40)) == WHITE
    assert is_red(opened, 4, 4)


def test_sixteen_bits_of_grey_are_not_cut_off() -> None:
    grey = Image.fromarray(np.full((40, 40), 128 * 256, dtype=np.uint16))
    opened = open_picture(saved(grey, "PNG"), "image/png", SETTINGS)
    assert opened.getpixel((20, 20)) == (128, 128, 128)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK"])
def test_every_way_of_colours(mode: str) -> None:
    kind, media_type = ("JPEG", "image/jpeg") if mode == "CMYK" else ("PNG", "image/png")
    opened = open_picture(saved(marked().convert(mode), kind), media_type, SETTINGS)
    assert opened.mode == "RGB"
    assert opened.getpixel((500, 250)) == WHITE


def test_scaled_to_what_can_be_printed() -> None:
    opened = open_picture(pictures.jpeg(Image.new("RGB", (6000, 3000), WHITE)), "image/jpeg", SETTINGS)
    assert max(opened.size) == LONGEST_SIDE
    assert abs(opened.width / opened.height - 2) < 0.01


def test_small_ones_are_not_enlarged() -> None:
    assert open_picture(pictures.png(marked()), "image/png", SETTINGS).size == (600, 300)


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it has so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_100, 10_000, 40_000, 60_000])
def test_too_many_pixels_are_refused_before_they_are_decoded(side: int) -> None:
    with pytest.raises(FileRefused, match="triệu điểm ảnh"):
        open_picture(bomb(side, side), "image/png", SETTINGS)


def test_the_limit_of_pixels_is_a_setting() -> None:
    small = SETTINGS.model_copy(update={"attachment_pixels": 1000})
    with pytest.raises(FileRefused, match="triệu điểm ảnh"):
        open_picture(pictures.png(marked()), "image/png", small)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_half_a_file_is_refused(kind: str) -> None:
    whole = saved(pictures.photo(pictures.sheet(300, 400, letters=12)), kind)
    with pytest.raises(FileRefused, match="bị lỗi"):
        open_picture(whole[: len(whole) // 2], f"image/{kind.lower()}", SETTINGS)


def test_a_picture_is_opened_as_what_it_was_recognised_as_only() -> None:
    with pytest.raises(FileRefused, match="bị lỗi"):
        open_picture(saved(marked(), "TIFF"), "image/jpeg", SETTINGS)


def test_jpeg_gets_smaller_until_it_fits() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (900, 900, 3), dtype=np.uint8))
    best = as_jpeg(noise, 100_000_000)
    assert len(as_jpeg(noise, len(best) - 1)) < len(best)
    assert Image.open(io.BytesIO(as_jpeg(noise, 1))).size == (900, 900)
