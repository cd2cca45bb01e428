"""The scanner is asked over a real socket: clean, infected, too long, silent, hanging up, away."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from actions.submissions.errors import FileRefused, ScannerAway
from actions.submissions.file_settings import FileSettings
from actions.submissions.scanning import PIECE, ClamAV, open_scanner

# The EICAR test string, in two halves so that no scanner takes this file for one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LONGEST = 10 * PIECE
PATIENCE = 0.3  # seconds


class Clamd(socketserver.StreamRequestHandler):
    """Speaks INSTREAM as clamd does."""

    def handle(self) -> None:
        server: Any = self.server
        word = self.rfile.read(len(b"zINSTREAM\0"))
        if server.mood == "silent":
            server.stop.wait(10)
            return
        if server.mood == "hangs up":
            return
        if word != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
            if len(content) > LONGEST:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        server.received.append(content)
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")


@contextmanager
def serving(server: Any, mood: str = "well") -> Iterator[Any]:
    server.daemon_threads = True
    server.mood, server.received, server.stop = mood, [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def clamd(mood: str = "well") -> Iterator[Any]:
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd), mood) as server:
        yield server


def asked(server: Any) -> ClamAV:
    return ClamAV(f"tcp://127.0.0.1:{server.server_address[1]}", timeout=PATIENCE if server.mood == "silent" else 5)


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_all_of_a_clean_file_is_looked_at(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    with clamd() as server:
        asked(server).scan(content)
        assert server.received == [content]


def test_over_a_unix_socket(tmp_path: Path) -> None:
    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        pass

    place = tmp_path / "clamd.ctl"
    with serving(Server(str(place), Clamd)) as server:
        ClamAV(f"unix://{place}", timeout=5).scan(b"clean")
        with pytest.raises(FileRefused):
            ClamAV(f"unix://{place}", timeout=5).scan(EICAR)
        assert server.received == [b"clean", EICAR]


def test_an_infected_file_is_refused_and_logged_without_its_content() -> None:
    with clamd() as server, capture_logs() as logs, pytest.raises(FileRefused, match="mã độc"):
        asked(server).scan(b"before " + EICAR)
    assert [entry["found"] for entry in logs] == ["Eicar-Test-Signature FOUND"]


def test_more_than_clamd_takes_is_not_called_clean() -> None:
    with clamd() as server, pytest.raises(ScannerAway):
        asked(server).scan(b"x" * (LONGEST + 40 * PIECE))


@pytest.mark.parametrize("mood", ["silent", "hangs up"])
def test_one_that_does_not_answer_is_away(mood: str) -> None:
    with clamd(mood) as server, pytest.raises(ScannerAway):
        asked(server).scan(b"content")


def test_one_that_is_not_there_is_away(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ScannerAway, match="MOTCUA_CLAMAV"):
        ClamAV(f"tcp://127.0.0.1:{port}", timeout=2).scan(b"content")
    with pytest.raises(ScannerAway):
        ClamAV(f"unix://{tmp_path / 'none'}", timeout=2).scan(b"content")


def test_none_unless_it_is_set() -> None:
    no_file: Any = {"_env_file": None}
    assert open_scanner(FileSettings(clamav="", **no_file)) is None
    assert isinstance(open_scanner(FileSettings(clamav="tcp://127.0.0.1:3310", **no_file)), ClamAV)
