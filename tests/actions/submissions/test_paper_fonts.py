"""One family with three styles that knows every Vietnamese letter, or an error that says what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from actions.submissions.errors import FontMissing
from actions.submissions.paper_fonts import VIETNAMESE, family

EVERY_KIND = "Nguyễn Đặng Thuỷ Ưu ẵ ỹ Ợ Ặ ữ ẫ 0123456789"


def test_the_fonts_that_come_along() -> None:
    found = family()
    assert found.name == "DejaVu Serif"
    assert set(found.files) == {"", "B", "I"}
    for known in found.known.values():
        assert set(map(ord, EVERY_KIND)) <= known
    assert "□" in map(chr, found.known[""])


def test_all_134_letters_with_marks_are_asked_for() -> None:
    marked = {letter for letter in VIETNAMESE if not letter.isascii() and letter.isalpha()}
    assert len(marked) == 134


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    for path in family().files.values():
        shutil.copy(path, tmp_path)
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    assert family(tmp_path).files[""].parent == tmp_path


def test_one_that_lacks_a_style_is_refused(tmp_path: Path) -> None:
    shutil.copy(family().files[""], tmp_path)
    with pytest.raises(FontMissing, match="MOTCUA_FONT_FOLDER"):
        family(tmp_path)


def test_one_without_vietnamese_letters_is_refused(tmp_path: Path) -> None:
    """Computer Modern, of matplotlib too, knows no Vietnamese; renamed it would be whole."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    for number, style in enumerate(("Regular", "Bold", "Italic")):
        with TTFont(family().files[""].parent / "cmr10.ttf") as font:
            font["name"].setName("Plain", 1, 3, 1, 0x409)
            font["name"].setName(style, 2, 3, 1, 0x409)
            font["name"].names = [name for name in font["name"].names if name.platformID == 3 or name.nameID > 2]
            font.save(tmp_path / f"{number}.ttf")
    with pytest.raises(FontMissing, match="Vietnamese"):
        family(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FontMissing):
        family(tmp_path)
