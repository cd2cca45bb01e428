"""The DOCX says what the paper says, on A4 in Times New Roman, and opens whatever people type."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import docx
import pytest
from docx.document import Document
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.submissions.paper import COUNTRY, MOTTO, Line, Paper, PaperSection, one_line, paper_of
from actions.submissions.paper_docx import as_docx
from tests.actions.submissions.birth import ANSWERS, form, places

MADE = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def paper() -> Paper:
    return paper_of(form(), ANSWERS, places(), documents=("Giấy chứng sinh",), made=MADE)


def opened(paper: Paper) -> Document:
    return docx.Document(io.BytesIO(as_docx(paper)))


def texts(paper: Paper) -> list[str]:
    return [paragraph.text for paragraph in opened(paper).paragraphs]


def test_everything_stands_on_it_in_order(paper: Paper) -> None:
    found = texts(paper)
    wanted = [COUNTRY, MOTTO, paper.title.upper(), f"Kính gửi: {paper.to}"]
    wanted += [f"{line.label}: {line.value}" for section in paper.sections for line in section.lines]
    wanted += ["1. Giấy chứng sinh", paper.request, paper.place_and_day, paper.signer, paper.name]
    places_found = [
        found.index(one) if found.count(one) == 1 else len(found) - 1 - found[::-1].index(one) for one in wanted
    ]
    assert places_found == sorted(places_found)


def test_the_page_and_its_letters(paper: Paper) -> None:
    document = opened(paper)
    page = document.sections[0]
    assert page.page_width is not None
    assert page.page_height is not None
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    assert page.left_margin is not None
    assert page.right_margin is not None
    assert (round(page.left_margin.mm), round(page.right_margin.mm)) == (30, 20)
    normal = document.styles["Normal"].font
    assert (normal.name, normal.size) == ("Times New Roman", Pt(13))
    assert [run.font.name for line in document.paragraphs for run in line.runs if run.font.name] == []


def test_its_properties(paper: Paper) -> None:
    about = opened(paper).core_properties
    assert (about.title, about.language, about.author) == ("Tờ khai đăng ký khai sinh", "vi-VN", "motcua")
    assert about.created == MADE
    assert opened(replace(paper, made=None)).core_properties.created is None


def test_the_footer_and_the_number_of_the_page(paper: Paper) -> None:
    footer = opened(paper).sections[0].footer
    assert [line.text for line in footer.paragraphs[:2]] == list(paper.footer)
    assert "PAGE" in footer._element.xml
    assert "NUMPAGES" in footer._element.xml


def test_what_is_not_answered_is_dotted(paper: Paper) -> None:
    made = replace(paper, sections=(PaperSection("Mục", (Line("Quê quán", ""),)),))
    entry = next(line for line in opened(made).paragraphs if line.text.startswith("Quê quán"))
    assert entry.text == "Quê quán: \t"
    assert 'w:leader="dot"' in entry._element.xml


@settings(max_examples=25)
@given(st.text(st.characters(), max_size=200))
def test_anything_that_people_type_can_be_set(text: str) -> None:
    made = one_line(text)
    paper = Paper(
        "Đơn", "Ủy ban", (PaperSection("Mục", (Line("Tên", made),)),), "Tôi.", (), "Vinh", "Người", made, ("a",)
    )
    assert texts(paper).count(made) >= 1
    assert f"Tên: {made}" in texts(paper) or not made


def test_several_sign_side_by_side(paper: Paper) -> None:
    roles = ("Chủ hộ", "Chủ sở hữu chỗ ở", "Cha, mẹ hoặc người giám hộ", "Người kê khai")
    document = opened(replace(paper, signers=roles))
    rows = [[cell.paragraphs[0].text for cell in table.rows[0].cells] for table in document.tables]
    assert rows == [list(roles[:2]), list(roles[2:])]
    assert all("Ký" in cell.paragraphs[1].text for table in document.tables for cell in table.rows[0].cells)
    told = [paragraph.text for paragraph in document.paragraphs]
    assert paper.place_and_day in told
    assert paper.signer not in told
