"""QR and bar codes are read from photos: small, turned, slightly blurred, several; junk gives none."""

from __future__ import annotations

import pytest
import zxingcpp
from PIL import Image

from actions.submissions.reading_codes import LONGEST, MOST, read_codes
from tests.actions.submissions import pictures

CODE = "000.00.00.H41-261105-0007"


def test_a_qr_code_on_a_receipt() -> None:
    receipt = pictures.photo(pictures.with_code(pictures.sheet(), CODE))
    assert read_codes(receipt) == (CODE,)


def test_a_small_one_on_a_large_photo() -> None:
    receipt = pictures.photo(pictures.with_code(pictures.sheet(2400, 3400, letters=54), CODE, modules=4))
    assert read_codes(receipt) == (CODE,)


@pytest.mark.parametrize("angle", [90, 180, 270, 17])
def test_turned_ones(angle: int) -> None:
    receipt = pictures.with_code(pictures.sheet(900, 1200, letters=20), CODE)
    assert read_codes(receipt.rotate(angle, expand=True, fillcolor="white")) == (CODE,)


def test_a_bar_code() -> None:
    drawn = zxingcpp.create_barcode("H41-261105-0007", zxingcpp.BarcodeFormat.Code128).to_image(scale=3)
    page = pictures.sheet(1200, 1600)
    page.paste(Image.fromarray(drawn).convert("RGB"), (100, 100))
    assert read_codes(pictures.photo(page)) == ("H41-261105-0007",)


def test_several_each_once() -> None:
    page = pictures.sheet(1500, 2000)
    for number, at in enumerate([(60, 60), (700, 60), (60, 900)]):
        page = pictures.with_code(page, "first" if number != 1 else "second", at=at)
    assert sorted(read_codes(page)) == ["first", "second"]


def test_no_more_than_can_be_meant_and_none_without_end() -> None:
    page = Image.new("RGB", (2400, 1500), "white")
    for number in range(MOST + 2):
        page = pictures.with_code(page, f"code {number}", at=(20 + number % 5 * 460, 20 + number // 5 * 500))
    page = pictures.with_code(page, "x" * (LONGEST + 300), modules=4, at=(900, 900))
    codes = read_codes(page)
    assert len(codes) == MOST
    assert max(map(len, codes)) <= LONGEST


def test_vietnamese_in_a_code() -> None:
    page = pictures.with_code(pictures.sheet(), "Hồ sơ của bà Mẫu Thị Vẽ|H41-261105-0007")
    assert read_codes(page) == ("Hồ sơ của bà Mẫu Thị Vẽ|H41-261105-0007",)


def test_pages_without_one_have_none() -> None:
    assert read_codes(pictures.photo(pictures.sheet())) == ()
    assert read_codes(Image.new("RGB", (3, 3))) == ()
