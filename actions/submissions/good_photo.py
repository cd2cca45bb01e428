"""Draws what a good photo of a paper looks like: a whole sheet, straight, evenly lit, with what matters in words."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from actions.submissions.paper_fonts import family

NAME = "anh-mau.png"
ALT = "Ảnh mẫu chụp giấy tờ đạt: thấy đủ 4 góc, giấy thẳng, ánh sáng đều, chữ rõ, không lóa."
WIDE, HIGH = 900, 1000  # pixels
TABLE, SHEET, INK, GOOD, WORDS = (84, 96, 110), (250, 249, 245), (60, 64, 72), (22, 128, 61), (255, 255, 255)
PAPER = (190, 120, 710, 860)  # left, top, right, bottom
CORNER = 46  # pixels of the marks at the corners
LINE_ENDS = (0.92, 0.86, 0.95, 0.7, 0.9, 0.94, 0.8, 0.9, 0.55, 0.93, 0.88, 0.6)  # how far lines of writing go
CAPTIONS = ("Thấy đủ 4 góc, giấy thẳng", "Sáng đều, không lóa, không bóng tay", "Chữ rõ nét, đọc được hết")


@lru_cache
def good_photo() -> bytes:
    """The drawing, as PNG."""
    picture = Image.new("RGB", (WIDE, HIGH), TABLE)
    draw = ImageDraw.Draw(picture)
    _sheet(draw)
    _corners(draw)
    draw.text((WIDE // 2, 62), "Ảnh mẫu", font=_font(40, "B"), fill=WORDS, anchor="mm")
    _captions(draw)
    content = io.BytesIO()
    picture.save(content, "PNG", optimize=True)
    return content.getvalue()


def _sheet(draw: ImageDraw.ImageDraw) -> None:
    left, top, right, bottom = PAPER
    draw.rectangle((left + 6, top + 8, right + 6, bottom + 8), fill=(66, 76, 88))
    draw.rectangle(PAPER, fill=SHEET)
    middle = (left + right) // 2
    draw.text((middle, top + 70), "GIẤY TỜ CỦA ANH/CHỊ", font=_font(30, "B"), fill=INK, anchor="mm")
    inner = right - left - 120
    for number, end in enumerate(LINE_ENDS):
        y = top + 140 + number * 36
        draw.rounded_rectangle((left + 60, y, left + 60 + int(inner * end), y + 8), radius=4, fill=(150, 154, 160))
    draw.ellipse((right - 190, bottom - 150, right - 70, bottom - 30), outline=(196, 48, 48), width=6)
    draw.text((right - 130, bottom - 90), "dấu", font=_font(26, "I"), fill=(196, 48, 48), anchor="mm")


def _corners(draw: ImageDraw.ImageDraw) -> None:
    """Marks around the four corners, as cameras show them."""
    left, top, right, bottom = PAPER
    for x, to_side in ((left - 16, 1), (right + 16, -1)):
        for y, to_middle in ((top - 16, 1), (bottom + 16, -1)):
            draw.line((x, y, x + to_side * CORNER, y), fill=(74, 222, 128), width=8)
            draw.line((x, y, x, y + to_middle * CORNER), fill=(74, 222, 128), width=8)


def _captions(draw: ImageDraw.ImageDraw) -> None:
    """Each with a tick before it, drawn because fonts of text have none."""
    font = _font(25, "B")
    draw.rectangle((0, PAPER[3] + 30, WIDE, HIGH), fill=GOOD)
    left = (WIDE - max(font.getlength(caption) for caption in CAPTIONS)) // 2
    for number, caption in enumerate(CAPTIONS):
        y = PAPER[3] + 52 + number * 34
        draw.line((left - 38, y, left - 29, y + 9, left - 13, y - 10), fill=WORDS, width=5, joint="curve")
        draw.text((left, y), caption, font=font, fill=WORDS, anchor="lm")


def _font(size: int, style: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(family().files[style]), size)
