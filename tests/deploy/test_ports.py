"""Ports: free, in use, answering."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deploy.house import ports
from deploy.house.errors import HouseError
from deploy.house.ports import LOOPBACK, Ports


class Answers(BaseHTTPRequestHandler):
    """Ready at /readyz only."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()

    def log_message(self, *about: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[int]:
    http = HTTPServer((LOOPBACK, 0), Answers)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield http.server_port
    http.shutdown()
    http.server_close()


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_answers(server: int) -> None:
    assert ports.answers(LOOPBACK, server, "/readyz")
    assert not ports.answers(LOOPBACK, server, "/other")


def test_a_free_port_does_not_answer() -> None:
    with socket.socket() as bound:
        bound.bind((LOOPBACK, 0))
        assert not ports.answers(LOOPBACK, bound.getsockname()[1], "/")


def test_a_free_port() -> None:
    with socket.socket() as bound:
        bound.bind((LOOPBACK, 0))
        port = bound.getsockname()[1]
    assert ports.why_not(LOOPBACK, port) == ""


def test_a_port_that_is_bound_but_does_not_listen() -> None:
    with socket.socket() as bound:
        bound.bind((LOOPBACK, 0))
        assert ports.why_not(LOOPBACK, bound.getsockname()[1]).startswith("is in use")


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells who listens")
def test_who_holds_a_port(taken: int) -> None:
    assert f"(process {os.getpid()})" in ports.why_not(LOOPBACK, taken)


def test_an_address_that_is_not_ours() -> None:
    assert ports.why_not("192.0.2.1", 8000).startswith("is refused")


@pytest.mark.parametrize(
    ("field", "setting"),
    [
        ("gateway", "MOTCUA_PORT"),
        ("rasa", "MOTCUA_RASA_PORT"),
        ("actions", "MOTCUA_ACTIONS_PORT"),
        ("sandbox", "MOTCUA_SANDBOX_PORT"),
    ],
)
def test_one_line_names_the_port_and_what_to_do(taken: int, field: str, setting: str) -> None:
    free = {"gateway": 1, "rasa": 1, "actions": 1, "sandbox": 1}  # replaced below; port 1 would be refused or free
    with socket.socket() as one, socket.socket() as two, socket.socket() as three:
        for name, bound in zip([name for name in free if name != field], (one, two, three), strict=True):
            bound.bind((LOOPBACK, 0))
            free[name] = bound.getsockname()[1]
    free[field] = taken
    with pytest.raises(HouseError) as caught:
        ports.check_free(Ports(**free), LOOPBACK)
    assert str(caught.value).startswith(f"motcua: port {taken} (")
    assert f"set {setting} to another port" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_assistant_that_runs_already_is_named(server: int) -> None:
    with pytest.raises(HouseError, match="an assistant already answers there - open http"):
        ports.check_free(Ports(gateway=server), LOOPBACK)
