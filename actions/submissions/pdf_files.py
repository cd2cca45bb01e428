"""Opens PDFs that strangers sent: refuses what is locked, broken, too long, or does something when it is opened."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image
from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NullObject, PdfObject

from actions.submissions.errors import FileRefused
from actions.submissions.file_settings import FileSettings
from actions.submissions.picture_files import BROKEN

FIRST_PAGES = 3  # whose pictures are looked at
PICTURES = 4  # of one page
MOST_OBJECTS = 200_000
LOCKED = "Tệp PDF này có mật khẩu. Anh/chị gỡ mật khẩu, hoặc chụp ảnh giấy tờ rồi gửi ảnh giúp."
ACTIVE = (
    "Tệp PDF này có mã lệnh hoặc tệp khác gắn bên trong nên tôi không nhận. "
    "Anh/chị in nó ra PDF mới, hoặc chụp ảnh giấy tờ rồi gửi ảnh giúp."
)
# Keys of dictionaries, and kinds of actions and annotations, that run something or hold another file.
ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"})
ACTIVE_KINDS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/EmbeddedFile", "/FileAttachment", "/RichMedia"}
)
KIND_KEYS = ("/S", "/Type", "/Subtype")
# Searched for in the bytes too: a reader may see other objects in a damaged file than we do.
ACTIVE_WORDS = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/FileAttachment", b"/RichMedia")


@dataclass(frozen=True)
class OpenedPdf:
    """A PDF that can be taken. pictures: number of the page (from 1) and picture, of the first pages.

    scanned: pages that are nothing but one picture.
    """

    pages: int
    pictures: tuple[tuple[int, Image.Image], ...] = field(repr=False)
    scanned: frozenset[int]


def open_pdf(content: bytes, settings: FileSettings) -> OpenedPdf:
    """Opens a PDF and looks through it. Raises FileRefused."""
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise FileRefused(LOCKED)
        if any(word in content for word in ACTIVE_WORDS) or _is_active(reader):
            raise FileRefused(ACTIVE)
        pages = len(reader.pages)
    except FileRefused:
        raise
    except Exception as error:  # the parser raises all kinds of errors on what is damaged
        raise FileRefused(BROKEN) from error
    if not pages:
        raise FileRefused(BROKEN)
    if pages > settings.attachment_pages:
        raise FileRefused(
            f"Tệp PDF có {pages} trang, nhiều hơn {settings.attachment_pages} trang. "
            "Anh/chị tách thành nhiều tệp, mỗi giấy tờ một tệp giúp."
        )
    first = range(min(pages, FIRST_PAGES))
    found = {number + 1: list(_pictures(reader, number, settings)) for number in first}
    return OpenedPdf(
        pages=pages,
        pictures=tuple((number, picture) for number, pictures in found.items() for picture in pictures),
        scanned=frozenset(
            number for number, pictures in found.items() if len(pictures) == 1 and not _has_text(reader, number - 1)
        ),
    )


def _is_active(reader: PdfReader) -> bool:
    """Whether any object that the file leads to runs something or holds another file. Raises on endless ones."""
    seen: set[tuple[int, int]] = set()
    waiting: list[PdfObject | None] = [reader.trailer]
    looked_at = 0
    while waiting:
        looked_at += 1
        if looked_at > MOST_OBJECTS:
            raise ValueError("too many objects")
        now = waiting.pop()
        if isinstance(now, IndirectObject):
            if (now.idnum, now.generation) not in seen:
                seen.add((now.idnum, now.generation))
                waiting.append(now.get_object())
        elif isinstance(now, DictionaryObject):
            if _runs(now):
                return True
            waiting.extend(dict.values(now))
        elif isinstance(now, ArrayObject):
            waiting.extend(list.__iter__(now))
    return False


def _runs(of: DictionaryObject) -> bool:
    kinds = (of.get(key) for key in KIND_KEYS)
    return not ACTIVE_KEYS.isdisjoint(of) or any(str(kind) in ACTIVE_KINDS for kind in kinds)


def _pictures(reader: PdfReader, number: int, settings: FileSettings) -> Iterator[Image.Image]:
    """The pictures of a page that can be opened; the others are passed over, as only their codes would be missing."""
    try:
        page = reader.pages[number]
        resources = page.get("/Resources", NullObject()).get_object()
        held = resources.get("/XObject", NullObject()).get_object() if isinstance(resources, DictionaryObject) else None
        names = (
            [name for name in held if _is_picture(held[name], settings)] if isinstance(held, DictionaryObject) else []
        )
    except Exception:
        return
    decoded = (_decoded(page, name) for name in names[:PICTURES])
    yield from (picture for picture in decoded if picture is not None)


def _decoded(page: PageObject, name: str) -> Image.Image | None:
    """A picture; None: it is of a kind that the parser does not decode, or damaged."""
    try:
        picture = page.images[name].image
        return None if picture is None else picture.convert("RGB")
    except Exception:
        return None


def _is_picture(held: PdfObject, settings: FileSettings) -> bool:
    described = held.get_object()
    if not isinstance(described, DictionaryObject) or described.get("/Subtype") != "/Image":
        return False
    return 0 < int(described.get("/Width", 0)) * int(described.get("/Height", 0)) <= settings.attachment_pixels


def _has_text(reader: PdfReader, number: int) -> bool:
    try:
        return bool(reader.pages[number].extract_text().strip())
    except Exception:  # fonts that the parser does not know
        return True
