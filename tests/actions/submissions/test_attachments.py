"""What citizens send is taken by what it is: checked, cleaned, kept; everything else is refused with advice."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from actions.database.work import Database
from actions.submissions.attachments import Attachments, type_of
from actions.submissions.errors import FileRefused, ScannerAway
from actions.submissions.file_settings import MEBIBYTE, FileSettings
from actions.submissions.files import Files
from actions.submissions.picture_checks import Problem
from actions.submissions.scanning import ClamAV
from storage.vault import Vault
from tests.actions.submissions import pdfs, pictures
from tests.actions.submissions.test_scanning import EICAR, clamd

NO_ENV_FILE: dict[str, Any] = {"_env_file": None}
SETTINGS = FileSettings(**NO_ENV_FILE)
WHO = "conversation-1"
CODE = "000.00.00.H41-261105-0007"
GOOD = pictures.photo(pictures.sheet(1000, 1400, letters=24))


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    database = Database(f"sqlite:///{tmp_path / 'actions.sqlite'}")
    yield Files(database, Vault([Fernet.generate_key().decode()]), lambda: datetime(2026, 11, 23, tzinfo=UTC))
    database.close()


@pytest.fixture
def attachments(files: Files) -> Attachments:
    return Attachments(files, SETTINGS)


def saved(picture: Image.Image, kind: str) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind)
    return content.getvalue()


def refused(attachments: Attachments, content: bytes, name: str = "a.jpg") -> str:
    with pytest.raises(FileRefused) as caught:
        attachments.take(WHO, name, content)
    return caught.value.message


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_good_photo_of_every_kind_is_kept_as_jpeg(attachments: Attachments, files: Files, kind: str) -> None:
    taken = attachments.take(WHO, "IMG_0001.xyz", saved(GOOD, kind))
    assert (taken.media_type, taken.pages, taken.problems, taken.codes) == ("image/jpeg", 1, (), ())
    kept = files.fetch(taken.id, WHO)
    assert kept is not None
    assert Image.open(io.BytesIO(kept.content)).format == "JPEG"
    assert (kept.size, kept.name) == (taken.size, taken.name)
    assert len(kept.content) == taken.size


def test_a_pdf_is_kept_as_it_is(attachments: Attachments, files: Files) -> None:
    content = pdfs.plain(2)
    taken = attachments.take(WHO, "giấy tờ", content)
    assert (taken.name, taken.media_type, taken.pages, taken.problems) == ("giấy tờ.pdf", "application/pdf", 2, ())
    kept = files.fetch(taken.id)
    assert kept is not None
    assert kept.content == content


def test_the_type_is_that_of_the_content(attachments: Attachments) -> None:
    assert attachments.take(WHO, "scan.pdf", saved(GOOD, "PNG")).name == "scan.jpg"
    assert attachments.take(WHO, "photo.jpg", pdfs.plain()).name == "photo.pdf"


def test_problems_are_told_and_kept_with_the_file(attachments: Attachments, files: Files) -> None:
    blurred = pictures.photo(pictures.sheet(1000, 1400, letters=24), blur=8)
    taken = attachments.take(WHO, "a.jpg", pictures.jpeg(blurred))
    assert taken.problems == (str(Problem.BLURRED),)
    assert "mờ" in taken.problems[0]
    kept = files.fetch(taken.id)
    assert kept is not None
    assert kept.problems == taken.problems


def test_pages_that_are_bad_photos_are_told_by_number(attachments: Attachments) -> None:
    dark = pictures.photo(pictures.sheet(1000, 1400, letters=24), light=0.2)
    taken = attachments.take(WHO, "a.pdf", pdfs.scan(GOOD, dark))
    assert taken.problems == (f"Trang 2: {Problem.DARK}",)
    assert attachments.take(WHO, "b.pdf", pdfs.of_pictures_and_text()).problems == ()


def test_the_code_of_a_receipt_is_read(attachments: Attachments) -> None:
    receipt = pictures.photo(pictures.with_code(pictures.sheet(1000, 1400, letters=24), CODE))
    assert attachments.take(WHO, "a.jpg", pictures.jpeg(receipt)).codes == (CODE,)
    assert attachments.take(WHO, "a.heic", saved(receipt, "HEIF")).codes == (CODE,)
    assert attachments.take(WHO, "a.pdf", pdfs.scan(GOOD, receipt)).codes == (CODE,)


def test_the_words_of_what_was_taken_hold_nothing_personal(attachments: Attachments) -> None:
    receipt = pictures.with_code(pictures.sheet(1000, 1400, letters=24), "040198012345|Mẫu Thị Vẽ")
    taken = attachments.take(WHO, "Mẫu Thị Vẽ.jpg", pictures.jpeg(receipt))
    assert taken.codes == ("040198012345|Mẫu Thị Vẽ",)
    assert "Vẽ" not in repr(taken)
    assert "0401" not in repr(taken)


def test_sent_twice_it_is_one(attachments: Attachments, files: Files) -> None:
    content = pictures.jpeg(GOOD)
    assert attachments.take(WHO, "a.jpg", content).id == attachments.take(WHO, "a.jpg", content).id
    assert len(files.of_conversation(WHO)) == 1


def zipped(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "<xml/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", "trống"),
        (b"chi la chu thoi, khong phai anh", "ảnh (JPG"),
        (saved(GOOD, "GIF"), "ảnh (JPG"),
        (saved(GOOD.convert("L"), "TIFF"), "ảnh (JPG"),
        (b"MZ\x90\x00\x03\x00\x00\x00" + b"\0" * 200, "ảnh (JPG"),
        (b"<html><script>alert(1)</script></html>", "ảnh (JPG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "ảnh (JPG"),
        (zipped("[Content_Types].xml", "word/document.xml"), "Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "Word"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 200, "phim"),
        (b"\xff\xd8\xff\xe0" + b"junk" * 50, "bị lỗi"),
        (b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + b"\0" * 200, "bị lỗi"),
        (b"%PDF-1.7 nothing", "bị lỗi"),
        (pdfs.locked(user="x"), "mật khẩu"),
        (pdfs.with_script(), "mã lệnh"),
        (pdfs.plain(21), "21 trang"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_refused_is_told_what_to_do(
    attachments: Attachments, files: Files, content: bytes, advice: str
) -> None:
    message = refused(attachments, content)
    assert advice in message
    assert "Anh/chị" in message
    assert files.of_conversation(WHO) == ()


def test_one_that_is_too_heavy_is_refused_before_it_is_opened(attachments: Attachments) -> None:
    message = refused(attachments, b"\xff\xd8\xff" + b"x" * (12 * MEBIBYTE))
    assert message.startswith("Tệp nặng 12,0 MB, tối đa 10 MB.")


def test_a_file_that_is_a_picture_and_something_else_is_kept_as_a_picture_only(
    attachments: Attachments, files: Files
) -> None:
    taken = attachments.take(WHO, "a.jpg", pictures.jpeg(GOOD) + zipped("evil.exe"))
    kept = files.fetch(taken.id)
    assert kept is not None
    assert b"evil.exe" not in kept.content


def test_an_infected_file_is_not_kept(files: Files) -> None:
    with clamd() as server:
        scanner = ClamAV(f"tcp://127.0.0.1:{server.server_address[1]}", timeout=5)
        attachments = Attachments(files, SETTINGS, scanner)
        assert "mã độc" in refused(attachments, pictures.jpeg(GOOD) + EICAR)
        assert files.of_conversation(WHO) == ()
        content = pictures.jpeg(GOOD)
        attachments.take(WHO, "a.jpg", content)
        assert server.received[-1] == content


def test_nothing_is_kept_while_the_scanner_is_away(files: Files) -> None:
    with clamd() as server:
        address = f"tcp://127.0.0.1:{server.server_address[1]}"
    with pytest.raises(ScannerAway):
        Attachments(files, SETTINGS, ClamAV(address, timeout=2)).take(WHO, "a.jpg", pictures.jpeg(GOOD))
    assert files.of_conversation(WHO) == ()


@given(st.binary(max_size=200))
def test_junk_is_refused_and_nothing_else_is_raised(content: bytes) -> None:
    try:
        assert type_of(content)
    except FileRefused as error:
        assert error.message


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1", b"hevc"])
def test_photos_of_iphones_are_told_from_videos(brand: bytes) -> None:
    assert type_of(b"\0\0\0\x1cftyp" + brand + b"\0\0\0\0" + b"mif1heic" + b"\0" * 40) == "image/heif"
