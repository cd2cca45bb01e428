"""The code of a dossier in the picture of a receipt."""

from __future__ import annotations

import pytest

from actions import assistant
from actions.reading_receipts import code_in_file
from tests.actions.rooms import Rooms
from tests.actions.submissions.pictures import card, jpeg, photo, sheet, with_code
from tests.knowledge import tiny

CODE = "000.00.00.H41-261105-0007"
IDENTITY_CARD = "040198012345|123456789|Trần Thị Mận|01011998|Nữ|Khối 5, phường Thành Vinh|01012022"


def kept(content: bytes, media_type: str = "image/jpeg", sender: str = "a") -> str:
    return assistant.files().keep(sender, "anh", media_type, content)


def receipt(text: str) -> bytes:
    return jpeg(photo(with_code(sheet(), text, modules=8, at=(800, 1400))))


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        f"https://dichvucong.example.vn/tra-cuu?ma={CODE}&x=1",
        f"{CODE}|Trần Thị Mận|{tiny.BIRTH}",
        "H41-261105-0007",
    ],
)
def test_the_code_in_a_qr_code(rooms: Rooms, text: str) -> None:
    assert code_in_file("a", kept(receipt(text))) == CODE


def test_a_code_that_is_none(rooms: Rooms) -> None:
    """Nobody's identity card is looked up as a dossier."""
    assert code_in_file("a", kept(jpeg(photo(with_code(card(), IDENTITY_CARD))))) is None


def test_a_picture_without_any(rooms: Rooms) -> None:
    assert code_in_file("a", kept(jpeg(photo(sheet(900, 1200))))) is None


def test_the_file_of_another_or_none(rooms: Rooms) -> None:
    assert code_in_file("b", kept(receipt(CODE))) is None
    assert code_in_file("a", "x" * 32) is None


def test_without_a_database(rooms: Rooms) -> None:
    number = kept(receipt(CODE))
    with rooms.outage():
        assert code_in_file("a", number) is None
