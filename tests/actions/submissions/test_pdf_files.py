"""PDFs are looked through: locked, broken, long and active ones are refused, scans give their pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.submissions.errors import FileRefused
from actions.submissions.file_settings import FileSettings
from actions.submissions.pdf_files import FIRST_PAGES, open_pdf
from tests.actions.submissions import pdfs, pictures

SETTINGS = FileSettings(_env_file=None)  # type: ignore[call-arg]


def refused(content: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        open_pdf(content, SETTINGS)
    return caught.value.message


def test_plain_pages() -> None:
    opened = open_pdf(pdfs.plain(3), SETTINGS)
    assert opened.pages == 3
    assert opened.pictures == ()


def test_as_many_pages_as_are_allowed_and_no_more() -> None:
    assert open_pdf(pdfs.plain(20), SETTINGS).pages == 20
    assert "21 trang" in refused(pdfs.plain(21))


@pytest.mark.parametrize("user", ["secret", ""], ids=["password", "rights only"])
def test_encrypted_ones_are_refused(user: str) -> None:
    assert "mật khẩu" in refused(pdfs.locked(user=user))


@pytest.mark.parametrize(
    "content",
    [pdfs.with_script(), pdfs.with_hidden_script(), pdfs.with_file(), pdfs.that_launches(), pdfs.that_submits()],
    ids=["script", "hidden script", "file inside", "launches", "submits"],
)
def test_active_ones_are_refused(content: bytes) -> None:
    assert "mã lệnh" in refused(content)


def test_the_hidden_script_is_not_found_by_its_name_alone() -> None:
    """Or the test above would not show that the objects are looked at."""
    assert b"/JavaScript" not in pdfs.with_hidden_script()


def test_a_script_that_nothing_leads_to_is_refused_too() -> None:
    """Another reader may come to it all the same."""
    assert "mã lệnh" in refused(pdfs.with_lost_script())


def test_a_link_to_the_web_is_no_harm() -> None:
    assert open_pdf(pdfs.with_link(), SETTINGS).pages == 1


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.7\n" + b"\0" * 500, pdfs.plain()[:200]])
def test_broken_ones_are_refused(content: bytes) -> None:
    assert "bị lỗi" in refused(content)


@given(st.integers(9, 100_000), st.binary(min_size=1, max_size=40))
def test_damage_is_refused_or_taken_but_never_raises_anything_else(where: int, junk: bytes) -> None:
    content = bytearray(DAMAGED)
    place = where % len(content)
    content[place : place + len(junk)] = junk
    try:
        assert open_pdf(bytes(content), SETTINGS).pages >= 1
    except FileRefused as error:
        assert error.message


DAMAGED = pdfs.scan(pictures.sheet(200, 280, letters=10))


def test_the_pictures_of_a_scan() -> None:
    page = pictures.sheet(600, 800, letters=16)
    opened = open_pdf(pdfs.scan(*[page] * 5), SETTINGS)
    assert opened.pages == 5
    assert [number for number, _ in opened.pictures] == list(range(1, FIRST_PAGES + 1))
    assert opened.pictures[0][1].size == (600, 800)
    assert opened.scanned == {1, 2, 3}


def test_a_page_with_words_beside_a_picture_is_no_scan() -> None:
    opened = open_pdf(pdfs.of_pictures_and_text(), SETTINGS)
    assert len(opened.pictures) == 1
    assert opened.scanned == frozenset()


def test_huge_pictures_inside_are_not_decoded() -> None:
    small = SETTINGS.model_copy(update={"attachment_pixels": 1000})
    assert open_pdf(pdfs.scan(pictures.sheet(600, 800, letters=16)), small).pictures == ()
