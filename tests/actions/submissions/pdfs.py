"""Makes PDFs as citizens send them, and such as nobody should take."""

from __future__ import annotations

import io

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from tests.actions.submissions import pictures


def plain(pages: int = 1) -> bytes:
    """Empty pages."""
    return written(_pages(pages))


def scan(*pages: Image.Image) -> bytes:
    """Each page one picture, as scanners and phones make it."""
    content = io.BytesIO()
    pages[0].save(content, "PDF", save_all=True, append_images=pages[1:], quality=90)
    return content.getvalue()


def locked(*, user: str) -> bytes:
    writer = _pages(1)
    writer.encrypt(user, "owner", algorithm="AES-256")
    return written(writer)


def with_script() -> bytes:
    """The script runs when the file is opened."""
    writer = _pages(1)
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('hi');")}
    )
    named = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("a"), writer._add_object(action)])})
    writer._root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): named})
    return written(writer)


def with_hidden_script() -> bytes:
    """The script is called by an action of the first page, in a compressed stream of objects, its name escaped."""
    writer = _pages(1)
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): writer._add_object(action)})
    return written(writer).replace(b"/JavaScript", b"/J#61vaScript")


def with_lost_script() -> bytes:
    """A script that is written, but that nothing in the file leads to."""
    writer = _pages(1)
    writer._add_object(DictionaryObject({NameObject("/S"): NameObject("/JavaScript")}))
    return written(writer)


def with_file(name: str = "inside.exe") -> bytes:
    writer = _pages(1)
    writer.add_attachment(name, b"MZ")
    return written(writer)


def that_launches() -> bytes:
    writer = _pages(1)
    action = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")})
    writer._root_object[NameObject("/OpenAction")] = action
    return written(writer)


def that_submits() -> bytes:
    """A link that sends what is filled in to somewhere else."""
    writer = _pages(1)
    action = DictionaryObject({NameObject("/S"): NameObject("/SubmitForm")})
    link = DictionaryObject({NameObject("/Type"): NameObject("/Annot"), NameObject("/A"): action})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(link)])
    return written(writer)


def with_link() -> bytes:
    """A link to a page of the web, which does no harm."""
    writer = _pages(1)
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("https://dichvucong.gov.vn")}
    )
    link = DictionaryObject({NameObject("/Type"): NameObject("/Annot"), NameObject("/A"): action})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(link)])
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def _pages(count: int) -> PdfWriter:
    writer = PdfWriter()
    for _ in range(count):
        writer.add_blank_page(595, 842)
    return writer


def of_pictures_and_text() -> bytes:
    """A page with a photo on it and words beside it."""
    from fpdf import FPDF

    page = FPDF()
    page.add_page()
    page.set_font("helvetica", size=12)
    page.cell(text="words beside a picture")
    page.image(pictures.photo(pictures.sheet(500, 700, letters=14), blur=8), x=20, y=40, w=100)
    return bytes(page.output())


def pages_of(content: bytes) -> int:
    return len(PdfReader(io.BytesIO(content)).pages)
