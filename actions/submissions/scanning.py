"""Asks ClamAV's clamd about a file, over its INSTREAM protocol: length and bytes of each piece, then zero."""

from __future__ import annotations

import socket
import struct
from typing import Protocol
from urllib.parse import urlsplit

import structlog

from actions.submissions.errors import FileRefused, ScannerAway
from actions.submissions.file_settings import FileSettings

PIECE = 64 * 1024  # bytes
LONGEST_ANSWER = 4096  # bytes
INFECTED = "Tệp này bị phát hiện có mã độc nên tôi không nhận. Anh/chị chụp ảnh giấy tờ rồi gửi ảnh giúp."

log = structlog.get_logger(__name__)


class Scanner(Protocol):
    """Looks for malware."""

    def scan(self, content: bytes) -> None:
        """Returns if nothing was found. Raises FileRefused, or ScannerAway if it cannot tell."""


class ClamAV:
    """clamd at tcp://host:port or unix:///path. timeout: seconds to wait for each of its steps."""

    def __init__(self, url: str, timeout: float = 20) -> None:
        self._url = urlsplit(url)
        self._timeout = timeout

    def scan(self, content: bytes) -> None:
        """Returns if nothing was found. Raises FileRefused, or ScannerAway: no answer, or one that is neither."""
        try:
            with self._connected() as clamd:
                answer = _answer(clamd, content)
        except OSError as error:
            raise ScannerAway(f"clamd does not answer ({type(error).__name__}): see MOTCUA_CLAMAV.") from error
        if answer.endswith(" FOUND"):
            log.warning("malware_refused", found=answer.removeprefix("stream: "), size=len(content))
            raise FileRefused(INFECTED)
        if not answer.endswith(" OK"):
            raise ScannerAway(f"clamd did not look at the file: {answer[:200]!r}.")

    def _connected(self) -> socket.socket:
        if self._url.scheme == "unix":
            clamd = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            clamd.settimeout(self._timeout)
            try:
                clamd.connect(self._url.path)
            except OSError:
                clamd.close()
                raise
            return clamd
        return socket.create_connection((self._url.hostname or "", self._url.port or 0), timeout=self._timeout)


def open_scanner(settings: FileSettings) -> Scanner | None:
    """The scanner that is set, if any."""
    return ClamAV(settings.clamav, settings.clamav_timeout) if settings.clamav else None


def _answer(clamd: socket.socket, content: bytes) -> str:
    """What clamd says of the content. It answers early, and hangs up, where it takes no more."""
    try:
        clamd.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            clamd.sendall(struct.pack(">I", len(piece)) + piece)
        clamd.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError) as error:
        early = _received(clamd)
        if not early:
            raise ConnectionResetError("it hung up") from error
        return early
    return _received(clamd)


def _received(clamd: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        more = clamd.recv(LONGEST_ANSWER)
        if not more:
            break
        answer += more
    return answer.rstrip(b"\0\n").decode("utf-8", "replace").strip()
