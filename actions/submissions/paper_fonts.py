"""The fonts that papers are set in: one family with regular, bold and italic that knows every Vietnamese letter."""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]

from actions.submissions.errors import FontMissing

STYLES = {"Regular": "", "Book": "", "Roman": "", "Bold": "B", "Italic": "I"}  # as fonts call them -> as fpdf2 does
PREFERRED = ("Times New Roman", "Tinos", "DejaVu Serif")  # of several families in a folder
SMALLER = {"DejaVu Serif": 11.0}  # points; its letters are wide
SIZE = 13.0  # points, as official papers have it
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")  # none, grave, hook above, tilde, acute, dot below
VOWELS = (unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in TONES)
LOWER = frozenset(VOWELS) | frozenset("bcdđfghjklmnpqrstvwxz")
VIETNAMESE = LOWER | {letter.upper() for letter in LOWER} | frozenset("0123456789.,;:/()-–%² ")  # every font must know
FAMILY_NAME, STYLE_NAME = 1, 2  # entries of a font's table of names


@dataclass(frozen=True)
class Family:
    """Fonts of one design. files and known (code points) by style: "" (regular), "B", "I". size: points."""

    name: str
    files: dict[str, Path]
    known: dict[str, frozenset[int]]
    size: float


@lru_cache
def family(folder: Path | None = None) -> Family:
    """The family in a folder; None: DejaVu Serif, which comes with matplotlib. Raises FontMissing."""
    folder = folder or _own_folder()
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob("*.[to]tf")) + sorted(folder.glob("*.[TO]TF")):
        for name, style in _named(path):
            found.setdefault(name, {}).setdefault(style, path)
    whole = [name for name, files in found.items() if set(files) == set(STYLES.values())]
    for name in sorted(whole, key=lambda name: (PREFERRED.index(name) if name in PREFERRED else len(PREFERRED), name)):
        known = {style: _letters(path) for style, path in found[name].items()}
        if all(letters >= set(map(ord, VIETNAMESE)) for letters in known.values()):
            return Family(name, found[name], known, SMALLER.get(name, SIZE))
    raise FontMissing(
        f"{folder} has no fonts of one family in regular, bold and italic (TTF, OTF) with all Vietnamese letters: "
        "set MOTCUA_FONT_FOLDER to a folder that has, or leave it out."
    )


def _own_folder() -> Path:
    """The fonts of matplotlib; found without importing it, which takes long."""
    package = importlib.util.find_spec("matplotlib")
    places = list(package.submodule_search_locations or ()) if package else []
    if not places:
        raise FontMissing("matplotlib, whose fonts papers are set in, is not installed: set MOTCUA_FONT_FOLDER.")
    return Path(places[0]) / "mpl-data" / "fonts" / "ttf"


def _named(path: Path) -> Iterator[tuple[str, str]]:
    """Family and style of a font, if it can be read and is of a style that is needed."""
    try:
        with path.open("rb") as file, TTFont(file, lazy=True) as font:
            name, style = (font["name"].getDebugName(which) for which in (FAMILY_NAME, STYLE_NAME))
    except (TTLibError, OSError, KeyError):
        return
    if name and style in STYLES:
        yield name, STYLES[style]


def _letters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())
