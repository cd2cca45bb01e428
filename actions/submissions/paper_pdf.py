"""Sets a paper as PDF: A4 with the margins of official papers, letters that can be selected and searched."""

from __future__ import annotations

from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos

from actions.submissions.file_settings import file_settings
from actions.submissions.paper import COUNTRY, MOTTO, SIGN_HERE, Line, Paper, PaperSection, readable
from actions.submissions.paper_fonts import Family, family

LANGUAGE = "vi-VN"
PROGRAM = "motcua"
LEFT, RIGHT, TOP, BOTTOM = 30.0, 20.0, 20.0, 24.0  # millimetres
POINT = 25.4 / 72  # millimetres
LEADING = 1.42  # height of a line as a multiple of the letters'
SMALL = 8.5  # points, of the footer
TO_SIGN = 22.0  # millimetres
LONGEST_END = 20  # lines of the list of documents and of what is signed that are kept on one page
SIGNATURE = 92.0  # millimetres that it is wide
SHORTEST_DOTS = 25.0  # millimetres; where less is left on a line, the dots go on the next one
NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
GREY = 90


def as_pdf(paper: Paper, fonts: Path | None = None) -> bytes:
    """The paper as a PDF file. fonts: a folder with fonts; None: the one that is set. Raises FontMissing."""
    page = _Page(paper, family(fonts or file_settings().font_folder))
    page.set()
    return bytes(page.output())


class _Page(FPDF):
    """A paper being set, from top to bottom."""

    def __init__(self, paper: Paper, fonts: Family) -> None:
        super().__init__(format="A4")
        self.paper = paper
        self.letters = fonts
        for style, path in fonts.files.items():
            self.add_font("paper", style, path)
        self.line_height = fonts.size * POINT * LEADING
        self.set_margins(LEFT, TOP, RIGHT)
        self.set_auto_page_break(auto=True, margin=BOTTOM)
        self.set_title(paper.title)
        self.set_lang(LANGUAGE)
        self.set_creator(PROGRAM)
        self.set_producer(PROGRAM)
        if paper.made is not None:
            self.set_creation_date(paper.made)

    def set(self) -> None:
        """Sets all of it."""
        self.add_page()
        self._head()
        for number, section in enumerate(self.paper.sections):
            self._section(NUMERALS[number] if number < len(NUMERALS) else str(number + 1), section)
        self._enclosed()
        self._signed()

    def footer(self) -> None:
        """At the bottom of each page; called by the library."""
        self.set_y(-BOTTOM + 6)
        self.set_text_color(GREY)
        lines = [*self.paper.footer, f"Trang {self.page_no()}/{{nb}}"]
        for line in lines:
            self._style("I", SMALL)
            self._centred(line, height=SMALL * POINT * 1.25)
        self.set_text_color(0)

    def _head(self) -> None:
        self._style("B")
        self._centred(COUNTRY)
        self._style("B", self.letters.size + 0.5)
        self._centred(MOTTO)
        half = self.get_string_width(MOTTO) / 2
        middle = (LEFT + self.w - RIGHT) / 2
        self.set_line_width(0.25)
        self.line(middle - half, self.get_y() + 0.3, middle + half, self.get_y() + 0.3)
        self.ln(self.line_height)
        self._style("B", self.letters.size + 2)
        self._centred(self.paper.title.upper(), height=self.line_height * 1.1)
        self.ln(self.line_height / 3)
        self._style("")
        self._centred(f"Kính gửi: {self.paper.to}")
        self.ln(self.line_height / 3)

    def _section(self, numeral: str, section: PaperSection) -> None:
        self._room(3)
        self.ln(1.5)
        self._style("B")
        self._left(f"{numeral}. {section.title}")
        for line in section.lines:
            self._line(line)

    def _line(self, line: Line) -> None:
        self._style("")
        self.write(self.line_height, self._known(f"{line.label}: ", ""))
        if line.value:
            self._style("B")
            self.write(self.line_height, self._known(line.value, "B"))
        else:
            self._dots()
        self.ln(self.line_height)

    def _dots(self) -> None:
        """Dots to the right margin."""
        if self.w - RIGHT - self.get_x() < SHORTEST_DOTS:
            self.ln(self.line_height)
        room = self.w - RIGHT - self.get_x() - 2 * self.c_margin
        self.cell(text="." * int(room / self.get_string_width(".")), h=self.line_height)

    def _enclosed(self) -> None:
        """The list, on the page of the signature if both are short, so that nobody signs an empty page."""
        if not self.paper.enclosed:
            return
        self._style("")
        wide = self.w - LEFT - RIGHT
        rows = sum(self._rows(wide, name) for name in self.paper.enclosed) + self._rows_signed() + 1
        self._room(rows if rows <= LONGEST_END else 3, more=TO_SIGN + 8 if rows <= LONGEST_END else 0)
        self.ln(1.5)
        self._style("B")
        self._left("Giấy tờ kèm theo:")
        self._style("")
        for number, name in enumerate(self.paper.enclosed, 1):
            self._left(f"{number}. {name}")

    def _signed(self) -> None:
        """What is signed, and the signature at the right: all on one page."""
        self._room(self._rows_signed(), more=TO_SIGN + 6)
        self.ln(2)
        self._style("")
        self._cell(self.paper.request, Align.J)
        self.ln(2)
        self._style("I")
        self._at_right(self.paper.place_and_day)
        if self.paper.signers:
            self._several()
            return
        for style, text in (("B", self.paper.signer), ("I", SIGN_HERE)):
            self._style(style)
            self._at_right(text)
        self.ln(TO_SIGN)
        self._style("B")
        self._at_right(self.paper.name)

    def _several(self) -> None:
        """Places to sign side by side; each row stays on one page."""
        for row in self.paper.rows_of_signers:
            wide = (self.w - LEFT - RIGHT) / len(row)
            lines = self._rows_of(row)
            self._room(lines, more=TO_SIGN)
            top = self.get_y()
            for number, role in enumerate(row):
                self.set_xy(LEFT + number * wide, top)
                for style, text in (("B", role), ("I", SIGN_HERE)):
                    self._style(style)
                    known = self._known(text, style)
                    self.multi_cell(wide, self.line_height, known, align=Align.C, new_x=XPos.LEFT, new_y=YPos.NEXT)
            self.set_xy(LEFT, top + lines * self.line_height + TO_SIGN)

    def _rows_of(self, row: tuple[str, ...]) -> int:
        """How many lines a row of places to sign takes."""
        self._style("B")
        return max(self._rows((self.w - LEFT - RIGHT) / len(row), role) for role in row) + 1

    def _rows_signed(self) -> int:
        """How many lines the part that is signed takes; where several sign, its first row."""
        self._style("")
        rows = self._rows(self.w - LEFT - RIGHT, self.paper.request)
        if self.paper.signers:
            return rows + self._rows_of(self.paper.rows_of_signers[0]) + 1
        self._style("B")
        return rows + self._rows(SIGNATURE, self.paper.name) + 3

    def _rows(self, wide: float, text: str) -> int:
        """How many lines a text takes, in the style that is set."""
        known = self._known(text, self.font_style) or " "
        lines = self.multi_cell(wide, self.line_height, known, dry_run=True, output=MethodReturnValue.LINES)
        return len(lines) if isinstance(lines, list) else 1

    def _room(self, lines: int, *, more: float = 0) -> None:
        """Goes on on a new page where so many lines and millimetres more do not fit."""
        if self.will_page_break(lines * self.line_height + more):
            self.add_page()

    def _style(self, style: str, size: float | None = None) -> None:
        self.set_font("paper", style, size or self.letters.size)

    def _known(self, text: str, style: str) -> str:
        return readable(text, self.letters.known[style])

    def _left(self, text: str) -> None:
        self._cell(text, Align.L)

    def _centred(self, text: str, height: float | None = None) -> None:
        self._cell(text, Align.C, height)

    def _cell(self, text: str, align: Align, height: float | None = None) -> None:
        """Lines across the page, in the style that is set."""
        style = self.font_style
        known = self._known(text, style)
        self.multi_cell(0, height or self.line_height, known, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _at_right(self, text: str) -> None:
        self.set_x(self.w - RIGHT - SIGNATURE)
        known = self._known(text, self.font_style)
        self.multi_cell(SIGNATURE, self.line_height, known, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
