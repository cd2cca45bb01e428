"""Takes the photos and PDFs that citizens send: looks at what they are, says what is wrong, keeps them sealed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import puremagic

from actions.submissions.errors import FileRefused
from actions.submissions.file_settings import MEBIBYTE, FileSettings
from actions.submissions.file_tables import FileKind
from actions.submissions.files import Files, file_name
from actions.submissions.pdf_files import OpenedPdf, open_pdf
from actions.submissions.picture_checks import measure, problems
from actions.submissions.picture_files import as_jpeg, open_picture
from actions.submissions.reading_codes import read_codes
from actions.submissions.scanning import Scanner

PDF = "application/pdf"
JPEG = "image/jpeg"
# What the magic numbers say -> as what it is opened. Some HEIC photos are told from videos by opening them only.
TAKEN = {
    "image/jpeg": JPEG,
    "image/png": "image/png",
    "image/webp": "image/webp",
    "image/heic": "image/heif",
    "image/heif": "image/heif",
    "video/mp4": "image/heif",
    "application/pdf": PDF,
}
AT_ONCE = 2  # files that are looked at: each may need some hundred megabytes
EMPTY = "Tệp này trống, không có gì bên trong. Anh/chị chọn lại tệp giúp."
OTHER_TYPE = (
    "Tôi nhận ảnh (JPG, PNG, WEBP, HEIC) và tệp PDF. Anh/chị chụp ảnh giấy tờ, hoặc lưu thành PDF rồi gửi lại giúp."
)
OFFICE = "Tôi chưa nhận tệp Word, Excel. Anh/chị lưu thành PDF (Lưu thành, chọn PDF) rồi gửi lại giúp."
VIDEO = "Tôi không nhận phim. Anh/chị chụp ảnh giấy tờ rồi gửi giúp."
OFFICE_WORDS = ("msword", "officedocument", "ms-excel", "ms-powerpoint", "opendocument")
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


@dataclass(frozen=True)
class Taken:
    """A file that was taken. size: bytes as it is kept.

    problems: sentences for the citizen; the file is kept all the same. codes: texts of the QR and bar codes in it; that
    of an identity card is personal. Where there are problems, handing_out.sample() shows what a good photo looks like.
    """

    id: str
    name: str = field(repr=False)
    media_type: str
    size: int
    pages: int
    problems: tuple[str, ...]
    codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class _Looked:
    """A file as it will be kept."""

    media_type: str
    content: bytes = field(repr=False)
    pages: int
    problems: tuple[str, ...]
    codes: tuple[str, ...] = field(repr=False)


class Attachments:
    """Takes files. Calls cost up to a few seconds of a processor: from async code through asyncio.to_thread.

    scanner: looks for malware; None: nobody does.
    """

    def __init__(self, files: Files, settings: FileSettings, scanner: Scanner | None = None) -> None:
        self._files = files
        self._settings = settings
        self._scanner = scanner
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def take(self, conversation: str, name: str, content: bytes) -> Taken:
        """Looks at a file and keeps it. The same file again has the same id while it belongs to no submission.

        name: as the citizen's device calls it; nothing is believed of it. Raises FileRefused with a sentence for the
        citizen, ScannerAway if a scanner is set and does not answer, DatabaseUnavailable.
        """
        self._check_size(content)
        media_type = type_of(content)
        if self._scanner is not None:
            self._scanner.scan(content)
        with self._turns:
            looked = self._pdf(content) if media_type == PDF else self._picture(content, media_type)
        number = self._files.keep(
            conversation,
            name,
            looked.media_type,
            looked.content,
            kind=FileKind.ATTACHMENT,
            pages=looked.pages,
            problems=looked.problems,
        )
        return Taken(
            id=number,
            name=file_name(name, looked.media_type),
            media_type=looked.media_type,
            size=len(looked.content),
            pages=looked.pages,
            problems=looked.problems,
            codes=looked.codes,
        )

    def codes_in(self, media_type: str, content: bytes) -> tuple[str, ...]:
        """The texts of the QR and bar codes in a file that was taken."""
        return (self._pdf(content) if media_type == PDF else self._picture(content, media_type)).codes

    def _check_size(self, content: bytes) -> None:
        if not content:
            raise FileRefused(EMPTY)
        if len(content) > self._settings.attachment_bytes:
            heavy, most = len(content) / MEBIBYTE, self._settings.attachment_bytes / MEBIBYTE
            sizes = f"Tệp nặng {heavy:.1f} MB, tối đa {most:.0f} MB.".replace(".", ",", 1)
            raise FileRefused(f"{sizes} Anh/chị chụp ở chế độ thường, hoặc tách thành nhiều tệp giúp.")

    def _picture(self, content: bytes, media_type: str) -> _Looked:
        picture = open_picture(content, media_type, self._settings)
        found = problems(measure(picture), self._settings)
        plain = as_jpeg(picture, self._settings.attachment_bytes)
        return _Looked(JPEG, plain, 1, tuple(map(str, found)), read_codes(picture))

    def _pdf(self, content: bytes) -> _Looked:
        opened = open_pdf(content, self._settings)
        codes = [code for _, picture in opened.pictures for code in read_codes(picture)]
        return _Looked(PDF, content, opened.pages, self._of_pages(opened), tuple(dict.fromkeys(codes)))

    def _of_pages(self, opened: OpenedPdf) -> tuple[str, ...]:
        """What is wrong with pages that are photos."""
        return tuple(
            f"Trang {number}: {problem}"
            for number, picture in opened.pictures
            if number in opened.scanned
            for problem in problems(measure(picture), self._settings)
        )


def type_of(content: bytes) -> str:
    """What a file is by its first bytes, one of the values of TAKEN. Raises FileRefused if it is anything else."""
    try:
        likely = [match.mime_type for match in puremagic.magic_string(content)]
    except (puremagic.PureError, ValueError):
        likely = []
    for media_type, opened_as in TAKEN.items():
        if media_type in likely and (opened_as != "image/heif" or content[8:12] in HEIC_BRANDS):
            return opened_as
    if any(word in media_type for media_type in likely for word in OFFICE_WORDS):
        raise FileRefused(OFFICE)
    raise FileRefused(VIDEO if any(media_type.startswith("video/") for media_type in likely) else OTHER_TYPE)
