"""Makes a picture small enough for Zalo: JPEG or PNG of 1 MB at most."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST = 1_000_000  # bytes; whether a MB is a little more over there is not said
TAKEN = ("image/jpeg", "image/png")
QUALITIES = (88, 78, 65)
SHRINK = 0.7
SMALLEST = 200  # pixels of the longer side


def fitting(content: bytes, media_type: str) -> tuple[bytes, str] | None:
    """The picture and its media type, as it is if it fits, else as JPEG, smaller until it does; None: it cannot be."""
    if media_type in TAKEN and len(content) <= LARGEST:
        return content, media_type
    try:
        with Image.open(io.BytesIO(content)) as opened:
            picture = _on_white(ImageOps.exif_transpose(opened))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    while max(picture.size) >= SMALLEST:
        for quality in QUALITIES:
            made = io.BytesIO()
            picture.save(made, "JPEG", quality=quality, optimize=True)
            if made.tell() <= LARGEST:
                return made.getvalue(), "image/jpeg"
        width, height = picture.size
        picture = picture.resize((max(1, int(width * SHRINK)), max(1, int(height * SHRINK))))
    return None


def _on_white(picture: Image.Image) -> Image.Image:
    """JPEG knows no transparency."""
    clear = picture.convert("RGBA")
    page = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(page, clear).convert("RGB")
