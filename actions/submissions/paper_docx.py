"""Sets a paper as DOCX, for those who want to change something: A4, Times New Roman, the margins of official papers."""

from __future__ import annotations

import io
from datetime import UTC
from typing import Any

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from actions.submissions.paper import COUNTRY, MOTTO, SIGN_HERE, Line, Paper
from actions.submissions.paper_pdf import LANGUAGE, NUMERALS, PROGRAM

FONT = "Times New Roman"
SIZE = 13  # points
SMALL = 9
WIDE, HIGH = 210, 297  # millimetres
LEFT, RIGHT, TOP, BOTTOM = 30, 20, 20, 20
RIGHT_HALF = 80  # millimetres from the left margin to where the signature's part begins
LINES_TO_SIGN = 4


def as_docx(paper: Paper) -> bytes:
    """The paper as a DOCX file."""
    document = Document()
    _set_up(document, paper)
    _head(document, paper)
    for number, section in enumerate(paper.sections):
        numeral = NUMERALS[number] if number < len(NUMERALS) else str(number + 1)
        heading = _paragraph(document, f"{numeral}. {section.title}", bold=True)
        heading.paragraph_format.keep_with_next = True
        heading.paragraph_format.space_before = Pt(6)
        for line in section.lines:
            _line(document, line)
    _enclosed(document, paper)
    _paragraph(document, paper.request, align=WD_ALIGN_PARAGRAPH.JUSTIFY).paragraph_format.space_before = Pt(8)
    _signature(document, paper)
    _footer(document, paper)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _set_up(document: Docx, paper: Paper) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(WIDE), Mm(HIGH)
    page.left_margin, page.right_margin, page.top_margin, page.bottom_margin = Mm(LEFT), Mm(RIGHT), Mm(TOP), Mm(BOTTOM)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(SIZE)
    normal.paragraph_format.space_after = Pt(3)
    properties: Any = normal.element.get_or_add_rPr()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        properties.rFonts.set(qn(script), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), LANGUAGE)
    properties.append(language)
    about = document.core_properties
    about.title, about.language = paper.title, LANGUAGE
    about.author = about.last_modified_by = PROGRAM
    about.comments = ""
    if paper.made is not None:
        about.created = about.modified = paper.made.astimezone(UTC)
        return
    parts: Any = about._element
    for tag in ("dcterms:created", "dcterms:modified"):  # those of the library's empty document
        parts.remove(parts.find(qn(tag)))


def _head(document: Docx, paper: Paper) -> None:
    centre = WD_ALIGN_PARAGRAPH.CENTER
    _paragraph(document, COUNTRY, bold=True, align=centre).paragraph_format.space_after = Pt(0)
    motto = _paragraph(document, MOTTO, bold=True, align=centre)
    motto.runs[0].font.underline = True
    motto.paragraph_format.space_after = Pt(14)
    title = _paragraph(document, paper.title.upper(), bold=True, align=centre)
    title.runs[0].font.size = Pt(SIZE + 2)
    title.paragraph_format.space_after = Pt(8)
    _paragraph(document, f"Kính gửi: {paper.to}", align=centre)


def _line(document: Docx, line: Line) -> None:
    """An entry; one without an answer has dots to the right margin."""
    entry = document.add_paragraph()
    entry.add_run(f"{line.label}: ")
    if line.value:
        entry.add_run(line.value).bold = True
        return
    stops = entry.paragraph_format.tab_stops
    stops.add_tab_stop(Mm(WIDE - LEFT - RIGHT), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    entry.add_run("\t")


def _enclosed(document: Docx, paper: Paper) -> None:
    if not paper.enclosed:
        return
    heading = _paragraph(document, "Giấy tờ kèm theo:", bold=True)
    heading.paragraph_format.keep_with_next = True
    heading.paragraph_format.space_before = Pt(6)
    for number, name in enumerate(paper.enclosed, 1):
        _paragraph(document, f"{number}. {name}")


def _signature(document: Docx, paper: Paper) -> None:
    """Centred in the right half, kept on one page; where several sign, a table without borders."""
    if paper.signers:
        _several(document, paper)
        return
    parts = [(paper.place_and_day, False), (paper.signer, True), (SIGN_HERE, False)]
    parts += [("", False)] * LINES_TO_SIGN
    parts.append((paper.name, True))
    for number, (text, bold) in enumerate(parts):
        part = _paragraph(document, text, bold=bold, align=WD_ALIGN_PARAGRAPH.CENTER)
        part.paragraph_format.left_indent = Mm(RIGHT_HALF)
        part.paragraph_format.space_after = Pt(0)
        part.paragraph_format.keep_with_next = number < len(parts) - 1
        part.runs[0].italic = text in (paper.place_and_day, SIGN_HERE)


def _several(document: Docx, paper: Paper) -> None:
    """The day at the right, then places to sign side by side."""
    day = _paragraph(document, paper.place_and_day, align=WD_ALIGN_PARAGRAPH.CENTER)
    day.paragraph_format.left_indent = Mm(RIGHT_HALF)
    day.paragraph_format.keep_with_next = True
    day.runs[0].italic = True
    for row in paper.rows_of_signers:
        table = document.add_table(rows=1, cols=len(row))
        properties: Any = table.rows[0]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        for cell, role in zip(table.rows[0].cells, row, strict=True):
            _place_to_sign(cell, role)


def _place_to_sign(cell: _Cell, role: str) -> None:
    lines = [cell.paragraphs[0], *(cell.add_paragraph() for _ in range(LINES_TO_SIGN + 1))]
    lines[0].add_run(role).bold = True
    lines[1].add_run(SIGN_HERE).italic = True
    for line in lines:
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.space_after = Pt(0)
        line.paragraph_format.keep_with_next = line is not lines[-1]


def _footer(document: Docx, paper: Paper) -> None:
    footer = document.sections[0].footer
    for number, text in enumerate(paper.footer):
        line = footer.paragraphs[0] if number == 0 else footer.add_paragraph()
        _small(line, line.add_run(text))
    line = footer.add_paragraph()
    _small(line, line.add_run("Trang "))
    _small(line, _field(line, "PAGE"))
    _small(line, line.add_run("/"))
    _small(line, _field(line, "NUMPAGES"))


def _small(line: Paragraph, run: Run) -> None:
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.space_after = Pt(0)
    run.italic, run.font.size = True, Pt(SMALL)


def _field(line: Paragraph, name: str) -> Run:
    """A number that the word processor fills in."""
    run = line.add_run()
    for kind, text in (("begin", None), (None, name), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._element.append(element)
    return run


def _paragraph(document: Docx, text: str, *, bold: bool = False, align: WD_ALIGN_PARAGRAPH | None = None) -> Paragraph:
    paragraph = document.add_paragraph()
    paragraph.add_run(text).bold = bold
    if align is not None:
        paragraph.alignment = align
    return paragraph
