"""Opens pictures that strangers sent, and makes of each a plain JPEG: upright, of bounded size, nothing beside it."""

from __future__ import annotations

import io

import pillow_heif
from PIL import Image, ImageOps

from actions.submissions.errors import FileRefused
from actions.submissions.file_settings import FileSettings

KINDS = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/webp": ("WEBP",),
    "image/heif": ("HEIF",),
}
LONGEST_SIDE = 3508  # pixels: A4 at 300 dots per inch
LARGEST = (LONGEST_SIDE, LONGEST_SIDE)
SCALED_AT_ONCE = ("L", "RGB", "RGBA", "CMYK")  # the other modes look bad if they are scaled before they are converted
QUALITIES = (90, 75, 50)  # of JPEG, one after another until it is small enough
BROKEN = "Tệp bị lỗi, không mở được. Anh/chị chụp lại hoặc lưu lại tệp rồi gửi giúp."

pillow_heif.register_heif_opener(thumbnails=False)


def open_picture(content: bytes, media_type: str, settings: FileSettings) -> Image.Image:
    """The picture, decoded, upright, in RGB, its longer side at most LONGEST_SIDE, without metadata.

    media_type: one of KINDS, by content. Raises FileRefused if it is broken or has too many pixels.
    """
    try:
        with Image.open(io.BytesIO(content), formats=KINDS[media_type]) as opened:
            if opened.width * opened.height > settings.attachment_pixels:
                raise _too_large(settings)
            if opened.mode in SCALED_AT_ONCE:
                opened.thumbnail(LARGEST, Image.Resampling.LANCZOS)  # before copies of the large one are made
            plain = _on_white(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(settings) from error
    except FileRefused:
        raise
    except Exception as error:  # decoders raise all kinds of errors on what is damaged
        raise FileRefused(BROKEN) from error
    plain.thumbnail(LARGEST, Image.Resampling.LANCZOS)
    return plain


def as_jpeg(picture: Image.Image, largest: int) -> bytes:
    """The picture as JPEG of at most so many bytes, or of the lowest quality."""
    content = b""
    for quality in QUALITIES:
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=quality, optimize=True)
        content = written.getvalue()
        if len(content) <= largest:
            break
    return content


def _on_white(picture: Image.Image) -> Image.Image:
    """In RGB; what is transparent becomes white. A new picture, so that nothing of the file stays with it."""
    if picture.mode.startswith("I"):  # 16 bits of grey, which convert() would cut off
        picture = picture.convert("I").point(lambda level: level / 256).convert("L")
    has_holes = "A" in picture.getbands() or "transparency" in picture.info
    shown = picture.convert("RGBA" if has_holes else "RGB")
    plain = Image.new("RGB", shown.size, "white")
    plain.paste(shown, mask=shown.getchannel("A") if has_holes else None)
    return plain


def _too_large(settings: FileSettings) -> FileRefused:
    return FileRefused(
        f"Ảnh lớn quá {settings.attachment_pixels // 1_000_000} triệu điểm ảnh. "
        "Anh/chị chụp ở chế độ thường của máy rồi gửi lại giúp."
    )
