"""What is handed out is kept, named as a reply names it, and a code leads where it should."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from PIL import Image

from actions.database.work import Database
from actions.submissions.file_tables import FileKind
from actions.submissions.files import Files
from actions.submissions.handing_out import hand_out, qr_alt, qr_png, sample
from actions.submissions.reading_codes import read_codes
from storage.vault import Vault
from tests.actions.submissions import pictures

LINK = "http://127.0.0.1:8090/nop/ban-nhap?ma=000.00.00.H41-261123-0001&khoa=0123456789abcdef"


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    database = Database(f"sqlite:///{tmp_path / 'actions.sqlite'}")
    yield Files(database, Vault([Fernet.generate_key().decode()]), lambda: datetime(2026, 11, 23, tzinfo=UTC))
    database.close()


def test_handed_out_as_it_is_kept(files: Files) -> None:
    attached = hand_out(files, "c", "tiến độ.png", "image/png", b"content", alt="Hồ sơ đang xử lý")
    assert (attached.name, attached.media_type, attached.size, attached.alt) == (
        "tiến độ.png",
        "image/png",
        7,
        "Hồ sơ đang xử lý",
    )
    kept = files.fetch(attached.id, "c")
    assert kept is not None
    assert (kept.content, kept.kind, kept.name) == (b"content", FileKind.MADE, "tiến độ.png")


def test_the_sample_is_kept_once_for_a_conversation(files: Files) -> None:
    assert sample(files, "c").id == sample(files, "c").id
    assert sample(files, "c").media_type == "image/png"
    assert len(files.of_conversation("c")) == 1


def test_the_code_leads_to_the_link() -> None:
    code = Image.open(io.BytesIO(qr_png(LINK)))
    assert read_codes(code) == (LINK,)
    page = pictures.sheet(1500, 2000)
    page.paste(code.convert("RGB"), (200, 200))
    assert read_codes(pictures.photo(page)) == (LINK,)


def test_a_long_link_fits_too() -> None:
    link = "https://dichvucong.gov.vn/?" + "a" * 900
    assert read_codes(Image.open(io.BytesIO(qr_png(link)))) == (link,)


def test_the_code_in_words_names_the_place_and_not_the_secret() -> None:
    assert qr_alt("https://dichvucong.gov.vn/x?khoa=secret") == "Mã QR để mở trang dichvucong.gov.vn trên điện thoại"
