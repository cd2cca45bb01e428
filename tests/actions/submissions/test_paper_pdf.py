"""The PDF says what the paper says, in letters that can be selected; anything that people type can be set."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from actions.submissions.file_settings import FileSettings
from actions.submissions.paper import COUNTRY, MOTTO, Line, Paper, PaperSection, one_line, paper_of
from actions.submissions.paper_fonts import VIETNAMESE, family
from actions.submissions.paper_pdf import as_pdf
from actions.submissions.pdf_files import open_pdf
from tests.actions.submissions.birth import ANSWERS, form, places

MADE = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LETTERS = "".join(sorted(VIETNAMESE - {" "}))
LONG_NAME = "Nguyễn Thị " + "Phương Thuỳ Ngọc Khánh " * 12 + "Uyên"


@pytest.fixture(scope="module")
def paper() -> Paper:
    return paper_of(form(), ANSWERS, places(), documents=("Giấy chứng sinh",), made=MADE)


def with_lines(paper: Paper, *lines: Line) -> Paper:
    return replace(paper, sections=(PaperSection("Mục thử", lines),))


def text_of(content: bytes) -> str:
    """What a reader selects on all pages, line ends as spaces."""
    document = pypdfium2.PdfDocument(content)
    try:
        pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    finally:
        document.close()
    return " ".join(" ".join(pages).split())


def test_everything_can_be_selected_as_it_is_written(paper: Paper) -> None:
    text = text_of(as_pdf(paper))
    wanted = [COUNTRY, MOTTO, paper.title.upper(), paper.to, paper.request, paper.signer, paper.name, *paper.enclosed]
    wanted += [f"{line.label}: {line.value}" for section in paper.sections for line in section.lines]
    wanted += [section.title for section in paper.sections] + list(paper.footer)
    assert [one for one in wanted if one not in text] == []


def test_another_reader_reads_the_same(paper: Paper) -> None:
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(as_pdf(paper))).pages).split())
    for wanted in (COUNTRY, paper.title.upper(), paper.name, "Khối 5, phường Thành Vinh, tỉnh Nghệ An"):
        assert wanted in text


def test_no_vietnamese_letter_is_missing_in_any_style(paper: Paper) -> None:
    made = replace(with_lines(paper, Line(LETTERS, LETTERS)), footer=(LETTERS, "x"))
    text = text_of(as_pdf(made)).replace(" ", "")
    assert text.count(LETTERS.replace(" ", "")) == 3
    assert "□" not in text


def test_unknown_signs_are_seen_to_be_missing(paper: Paper) -> None:
    text = text_of(as_pdf(with_lines(paper, Line("Tên", one_line("Hà 😀 שלום Vi")))))
    assert "Tên: Hà □ □□□□ Vi" in text


def test_its_properties(paper: Paper) -> None:
    reader = PdfReader(io.BytesIO(as_pdf(paper)))
    assert reader.metadata is not None
    assert reader.metadata.title == "Tờ khai đăng ký khai sinh"
    assert reader.metadata.creation_date == MADE
    assert reader.trailer["/Root"]["/Lang"] == "vi-VN"
    assert "Mận" not in str(reader.metadata)
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)


def test_the_same_day_makes_the_same_pages(paper: Paper) -> None:
    assert text_of(as_pdf(paper)) == text_of(as_pdf(paper))


def test_a_citizen_could_send_it_back(paper: Paper) -> None:
    """Nothing in it is what we would refuse."""
    no_file = FileSettings(_env_file=None)  # type: ignore[call-arg]
    assert open_pdf(as_pdf(paper), no_file).pages == 2


def test_long_names_wrap_within_the_margins(paper: Paper) -> None:
    made = replace(with_lines(paper, Line("Họ tên", LONG_NAME), Line("Một từ", "W" * 400)), name=LONG_NAME)
    content = as_pdf(made)
    assert text_of(content).count(LONG_NAME) == 2
    assert inked(content, left=25, right=15) == []


def test_three_pages_are_numbered_and_each_has_the_footer(paper: Paper) -> None:
    lines = [Line(f"Mục số {number}", "nội dung" if number % 3 else "") for number in range(90)]
    content = as_pdf(with_lines(paper, *lines))
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 3
    for number, page in enumerate(reader.pages, 1):
        assert f"Trang {number}/3" in page.extract_text()
        assert "kiểm tra trước khi ký" in page.extract_text()
    assert inked(content, left=25, right=15) == []
    assert all(f"Mục số {number}:" in text_of(content) for number in range(90))


@pytest.mark.parametrize("lines", range(14, 32))
def test_what_is_signed_stands_on_one_page(paper: Paper, lines: int) -> None:
    content = as_pdf(with_lines(paper, *[Line(f"Mục {number}", "x") for number in range(lines)]))
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]
    last = pages[-1]
    assert "Tôi cam đoan" in last
    assert "Người khai" in last
    assert last.count("Trần Thị Mận") == 1
    assert "Giấy tờ kèm theo" in last


@pytest.mark.parametrize("lines", range(24, 34, 2))
def test_what_is_signed_stands_on_one_page_without_a_list_too(paper: Paper, lines: int) -> None:
    made = replace(with_lines(paper, *[Line(f"Mục {number}", "x") for number in range(lines)]), enclosed=())
    last = " ".join(PdfReader(io.BytesIO(as_pdf(made))).pages[-1].extract_text().split())
    assert "Tôi cam đoan" in last
    assert "Người khai" in last
    assert "Trần Thị Mận" in last


def test_what_is_not_answered_is_dotted_to_the_margin(paper: Paper) -> None:
    content = as_pdf(with_lines(paper, Line("Quê quán", ""), Line("Nhãn rất dài " * 9, "")))
    dots = [line for line in PdfReader(io.BytesIO(content)).pages[0].extract_text().splitlines() if "....." * 4 in line]
    assert len(dots) == 2
    assert inked(content, left=25, right=15) == []


def test_fonts_of_ones_own(paper: Paper, tmp_path: Path) -> None:
    for path in family().files.values():
        shutil.copy(path, tmp_path)
    assert text_of(as_pdf(paper, tmp_path)) == text_of(as_pdf(paper))


WILD = st.text(
    st.one_of(st.characters(), st.sampled_from(LETTERS + " \u0301\u202e\ufe0f😀👩‍👩‍👧مרข漢\x00\ud800")), max_size=300
)


@settings(max_examples=25)
@given(WILD, WILD, WILD)
def test_anything_that_people_type_can_be_set(label: str, value: str, name: str) -> None:
    line = Line(one_line(label), one_line(value))
    made = Paper(
        "Đơn",
        "Ủy ban",
        (PaperSection("Mục", (line,)),),
        "Tôi cam đoan.",
        (one_line(value),),
        "Vinh",
        "Người",
        one_line(name),
        ("a", "b"),
    )
    text = text_of(as_pdf(made))
    known = family().known["B"]
    for sign in one_line(name):
        assert sign in text or ord(sign) not in known or sign == "□"


def inked(content: bytes, *, left: float, right: float) -> list[int]:
    """Pages on which something stands in the margins (millimetres)."""
    document = pypdfium2.PdfDocument(content)
    try:
        found = []
        for number in range(len(document)):
            page = np.asarray(document[number].render(scale=1).to_pil().convert("L"))
            millimetre = page.shape[1] / 210
            margins = (page[:, : int(left * millimetre)], page[:, -int(right * millimetre) :])
            if min(margin.min() for margin in margins) < 128:
                found.append(number + 1)
        return found
    finally:
        document.close()


ROLES = (
    "Chủ hộ",
    "Chủ sở hữu chỗ ở hợp pháp nơi đăng ký",
    "Cha, mẹ hoặc người giám hộ",
    "Người kê khai",
    "Người thứ năm",
)


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_several_sign_side_by_side(paper: Paper, count: int) -> None:
    content = as_pdf(replace(paper, signers=ROLES[:count]))
    text = text_of(content)
    for role in ROLES[:count]:
        assert all(word in text for word in role.split()), role
    assert text.count("(Ký, ghi rõ họ tên)") == count
    assert "Người khai" not in text.replace("Người khai sinh", "")


def test_places_to_sign_stand_with_what_is_signed(paper: Paper) -> None:
    """However long the form is, nobody signs on a page without the words that are signed."""
    for count in range(0, 60, 4):
        long = with_lines(paper, *(Line("Một mục", "điền vào") for _ in range(count)))
        document = pypdfium2.PdfDocument(as_pdf(replace(long, signers=ROLES[:3])))
        pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
        document.close()
        signed = [page for page in pages if "ghi rõ họ tên" in page]
        assert len(signed) == 1
        assert "Tôi cam đoan" in signed[0]
