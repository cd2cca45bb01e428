"""Makes pictures as citizens send them: papers on a table, sharp, blurred, dark, tiny, turned, with a QR code.

All of it is drawn, from made-up words; the same seed gives the same picture.
"""

from __future__ import annotations

import importlib.util
import io
from functools import lru_cache
from pathlib import Path

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFilter, ImageFont

TEXT = (
    "giấy chứng sinh họ tên mẹ năm sinh nơi cư trú xóm xã tỉnh Nghệ An số định danh cá nhân đã sinh con vào lúc giờ "
    "ngày tháng năm tại trạm y tế số con trong lần sinh này giới tính cân nặng tình trạng dự định đặt tên con là"
)
TABLE = (92, 70, 52)
PAPER = (232, 230, 224)
INK = (38, 38, 48)


@lru_cache
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    spec = importlib.util.find_spec("matplotlib")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(next(iter(spec.submodule_search_locations))) / "mpl-data" / "fonts" / "ttf"
    return ImageFont.truetype(str(folder / ("DejaVuSerif-Bold.ttf" if bold else "DejaVuSerif.ttf")), size)


def sheet(
    width: int = 1500, height: int = 2120, *, letters: int = 34, filled: float = 0.9, ink: tuple[int, int, int] = INK
) -> Image.Image:
    """A page of text without a background. letters: pixels of the type; filled: how far down the text goes."""
    page = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(page)
    random, words = np.random.default_rng(7), TEXT.split()
    margin, y = width // 12, height // 14
    draw.text((width // 2, y), "GIẤY CHỨNG SINH", font=font(letters * 3 // 2, bold=True), fill=ink, anchor="mm")
    y += letters * 3
    while y < height * filled:
        line = " ".join(str(word) for word in random.choice(words, size=max(3, width // (letters * 4))))
        draw.text((margin, y), line, font=font(letters), fill=ink)
        y += letters * 9 // 5
    return page


def card(width: int = 1600) -> Image.Image:
    """A card with large letters and a made-up portrait, as wide as asked for."""
    height = width * 54 // 86
    face = Image.new("RGB", (width, height), (196, 222, 216))
    draw = ImageDraw.Draw(face)
    draw.ellipse((width // 14, height // 3, width * 4 // 14, height * 4 // 5), fill=(170, 140, 120))
    size = height // 14
    lines = ("CĂN CƯỚC (mẫu vẽ thử)", "Số / No.: 000000000000", "Họ và tên: MẪU THỊ VẼ", "Nơi cư trú: xóm Thử, xã Mẫu")
    for number, line in enumerate(lines):
        draw.text((width // 3, height // 5 + number * size * 2), line, font=font(size), fill=INK)
    return face


def photo(
    of: Image.Image,
    *,
    blur: float = 0,
    light: float = 1.0,
    noise: float = 4,
    shadow: float = 0.25,
    tilt: float = 2,
    table: tuple[int, int, int] = TABLE,
    seed: int = 1,
) -> Image.Image:
    """A paper on a table, photographed. blur: radius in pixels; light: 1 is bright; shadow: 0 to 1 at one side."""
    wide, high = of.width * 9 // 8, of.height * 9 // 8
    turned = of.convert("RGBA").rotate(tilt, expand=True, resample=Image.Resampling.BICUBIC)
    scene = Image.new("RGB", (wide, high), table)
    scene.paste(turned, ((wide - turned.width) // 2, (high - turned.height) // 2), turned)
    if blur:
        scene = scene.filter(ImageFilter.GaussianBlur(blur))
    shade = np.linspace(1, 1 - shadow, wide)[None, :, None] * light
    grain = np.random.default_rng(seed).normal(0, noise, (high, wide, 1))
    return Image.fromarray(np.clip(np.asarray(scene) * shade + grain, 0, 255).astype(np.uint8))


def with_code(of: Image.Image, text: str, *, modules: int = 6, at: tuple[int, int] = (60, 60)) -> Image.Image:
    """The picture with a QR code of a text. modules: pixels of each of its dots."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=modules, border=4)
    picture = of.copy()
    picture.paste(Image.open(drawn).convert("RGB"), at)
    return picture


def jpeg(of: Image.Image, *, quality: int = 90, exif: bytes = b"") -> bytes:
    return _saved(of, "JPEG", quality=quality, exif=exif)


def png(of: Image.Image) -> bytes:
    return _saved(of, "PNG")


def _saved(of: Image.Image, kind: str, **how: object) -> bytes:
    content = io.BytesIO()
    of.save(content, kind, **how)
    return content.getvalue()
