"""The health check of the containers: success is success, everything else is not."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.deploy.checking import DOCKER


class Answers(BaseHTTPRequestHandler):
    """/200 is answered with 200, and so on."""

    def do_GET(self) -> None:
        self.send_response(int(self.path[1:]))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def healthy(*arguments: str) -> int:
    command = [sys.executable, str(DOCKER / "healthy.py"), *arguments]
    environ = {"http_proxy": "http://127.0.0.1:9"}
    return subprocess.run(command, capture_output=True, timeout=30, check=False, env=environ).returncode


@pytest.mark.parametrize(("status", "code"), [(200, 0), (204, 0), (404, 1), (500, 1), (503, 1)])
def test_only_success_is_well(url: str, status: int, code: int) -> None:
    assert healthy(f"{url}/{status}") == code


def test_nobody_there_is_not_well() -> None:
    assert healthy("http://127.0.0.1:9/") == 1


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("http://127.0.0.1:9/", "more")])
def test_a_wrong_call_is_not_well(arguments: tuple[str, ...]) -> None:
    assert healthy(*arguments) != 0
