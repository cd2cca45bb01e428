"""Reads the QR and bar codes in a picture. Their texts may be personal (an identity card's): they go into no log."""

from __future__ import annotations

import zxingcpp
from PIL import Image

SIDES = (1600, 3200)  # pixels of the longer side that is looked at, one after another until something is found
MOST = 8  # codes of one picture
LONGEST = 1000  # characters of one code
FORMATS = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.Aztec,
        zxingcpp.BarcodeFormat.PDF417,
        zxingcpp.BarcodeFormat.Code128,
        zxingcpp.BarcodeFormat.Code39,
    ]
)


def read_codes(picture: Image.Image) -> tuple[str, ...]:
    """The texts of the codes, each once; none where nothing can be read."""
    grey = picture.convert("L")
    for side in SIDES:
        looked_at = grey
        if max(grey.size) > side:
            looked_at = grey.copy()
            looked_at.thumbnail((side, side), Image.Resampling.LANCZOS)
        found = [code.text.strip() for code in zxingcpp.read_barcodes(looked_at, formats=FORMATS) if code.valid]
        texts = dict.fromkeys(text[:LONGEST] for text in found if text)
        if texts or looked_at is grey:
            return tuple(texts)[:MOST]
    return ()
