"""Files: a citizen's photos and PDFs on their way in, pictures and papers on their way out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

from bot.errors import AttachmentRefused, AttachmentTooBig, BadRequest
from bot.file_names import disposition, file_name
from bot.inner import StoredFile
from bot.messages import MESSAGE_ID

OVERHEAD = 16 * 1024  # bytes of the other fields and of what stands between them
PICTURES = ("image/png", "image/jpeg")
DOCUMENTS = ("application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
ANYTHING = "application/octet-stream"
# Whatever stands in a file, a browser runs nothing of it. Browsers show a picture alone with a style of their own.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True)
class Upload:
    """What came. session and id: as the client sent them, checked by nobody yet but for their form."""

    session: str | None
    id: str | None
    name: str
    content: bytes


def file_headers(file: StoredFile) -> dict[str, str]:
    """How a file goes out: nothing but pictures is shown by the browser, and nobody on the way keeps a copy."""
    kind = file.media_type.partition(";")[0].strip().lower()
    place = "inline" if kind in PICTURES else "attachment"
    return {
        "content-type": kind if kind in (*PICTURES, *DOCUMENTS) else ANYTHING,
        "content-disposition": disposition(place, file.name),
        "cache-control": "private, no-store",
        "content-security-policy": FILE_POLICY,
        "x-content-type-options": "nosniff",
    }


async def read_upload(request: Request, largest: int) -> Upload:
    """The fields of an upload; its file has `largest` bytes at most.

    Raises AttachmentTooBig as soon as that is certain, BadRequest or AttachmentRefused.
    """
    most = largest + OVERHEAD
    announced = request.headers.get("content-length", "")
    too_big = AttachmentTooBig(largest)
    if announced.isdigit() and int(announced) > most:
        raise too_big
    counted = Request(request.scope, _up_to(most, request.receive, too_big))
    try:
        async with counted.form(max_files=1, max_fields=4, max_part_size=4096) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise BadRequest("Yêu cầu không đúng dạng: file.")
            content = await file.read(largest + 1)
            upload = Upload(_field(form.get("session")), _id(form.get("id")), file_name(file.filename or ""), content)
    except HTTPException as error:
        raise BadRequest() from error
    if len(content) > largest:
        raise too_big
    if not content:
        raise AttachmentRefused("Tệp này trống. Anh/chị chọn lại tệp khác giúp nhé.")
    return upload


def _up_to(most: int, receive: Receive, too_big: AttachmentTooBig) -> Receive:
    came = 0

    async def counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > most:
            raise too_big
        return message

    return counted


def _field(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _id(value: object) -> str | None:
    given = _field(value)
    if given is not None and not re.fullmatch(MESSAGE_ID, given):
        raise BadRequest("Yêu cầu không đúng dạng: id.")
    return given
