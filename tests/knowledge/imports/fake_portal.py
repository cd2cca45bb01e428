"""A portal that is none: its two endpoints on 127.0.0.1, with faults that a test lays out request by request."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from knowledge.imports.portal_client import DETAIL, LEVELS, LIST

Row = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What goes back. midway: called before the second half of the body. hang_up: the connection ends without it."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    midway: Callable[[], object] | None = None
    hang_up: bool = False


Fault = Callable[[Row], Reply]  # from the answer that would be right to what goes back


def as_json(content: object) -> Reply:
    return Reply(json.dumps(content).encode())


def failing(status: int, **headers: str) -> Fault:
    """An error page; headers with "_" for "-"."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda right: Reply(b"<html>no</html>", status, named)


def saying(body: bytes, **headers: str) -> Fault:
    """Some other body with status 200."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda right: Reply(body, headers=named)


def changed(**keys: object) -> Fault:
    """The right answer with other values."""
    return lambda right: as_json({**right, **keys})


def without(key: str) -> Fault:
    """The right answer without a key of it or of its data."""

    def remove(right: Row) -> Reply:
        data = {name: value for name, value in right["data"].items() if name != key}
        return as_json({name: value for name, value in {**right, "data": data}.items() if name != key})

    return remove


def with_data(**keys: object) -> Fault:
    """The right answer with other values in its data."""
    return lambda right: as_json({**right, "data": {**right["data"], **keys}})


def hanging_up(right: Row) -> Reply:
    """Half an answer."""
    return Reply(json.dumps(right).encode(), hang_up=True)


def midway(call: Callable[[], object]) -> Fault:
    """The right answer, in the middle of which something happens."""
    return lambda right: Reply(json.dumps(right).encode(), midway=call)


class FakeTime:
    """A clock that only moves when someone pauses. pauses: seconds, in their order."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def identity(number: int) -> str:
    """The portal's id of a procedure."""
    return f"00000000-0000-4000-8000-{number:012d}"


def detail(number: int, **changes: Any) -> Row:
    """A procedure as the portal tells it."""
    return {
        "id": identity(number),
        "code": f"9.{number:06d}",
        "name": f"Đăng ký việc thứ {number}",
        "isWard": True,
        "executionSteps": [{"name": "Bước 1", "description": "Nộp tờ khai."}],
        "executionMethods": [
            {
                "submissionMethod": "DIRECT",
                "processingTime": 3,
                "processingTimeUnit": "WORKING_DAY",
                "fees": [{"type": "FEE", "value": 8000}],
            }
        ],
        "executionCases": [{"name": "", "profileComponents": [{"name": "Tờ khai", "originalQty": 1}]}],
        **changes,
    }


@dataclass
class FakePortal:
    """What the portal holds, and how it behaves.

    lists: by level the entries. details: by id what it says of a procedure; one that is not there is a 404.
    faults: what goes wrong with the request of that number (1 is the first); always: with every other one.
    allowed: how many requests it takes before it answers 403. total: what it claims, given the true number.
    cursor: the lastId of a page, given its last entry; pages begin after the entry whose id is the lastId asked for.
    asked: every request as ("list", level, lastId) or ("detail", id), at its time on `clock`.
    """

    lists: dict[str, list[Any]] = field(default_factory=lambda: {level: [] for level in LEVELS})
    details: dict[str, Row] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)
    always: Fault | None = None
    allowed: int | None = None
    total: Callable[[int], object] = lambda count: count
    cursor: Callable[[Any], object] = lambda entry: entry["id"]
    pages_from: Callable[[object], object] = lambda last_id: last_id
    clock: Callable[[], float] = lambda: 0.0
    url: str = ""
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    bodies: list[Row] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def add(self, level: str, *numbers: int, **changes: Any) -> None:
        """Procedures of a level."""
        for number in numbers:
            self.lists[level].append({"id": identity(number), "code": f"9.{number:06d}", "name": "x"})
            self.details[identity(number)] = detail(number, **changes)

    def forgive(self) -> None:
        """From now on everything goes well."""
        self.faults, self.always, self.allowed = {}, None, None
        self.asked.clear()

    @property
    def fetched(self) -> list[str]:
        """The ids whose details were asked for."""
        return [request[1] for request in self.asked if request[0] == "detail"]

    @property
    def listed(self) -> list[tuple[Any, ...]]:
        """The level and lastId of each page that was asked for."""
        return [request[1:] for request in self.asked if request[0] == "list"]

    def reply(self, path: str, body: Row) -> Reply:
        """The reply to a request, right or as the test has laid out."""
        self.bodies.append(body)
        self.times.append(self.clock())
        if path == f"/api/v1{LIST}":
            self.asked.append(("list", body["level"], body["lastId"]))
            right = self._page(body)
        elif path == f"/api/v1{DETAIL}":
            self.asked.append(("detail", body["id"]))
            if body["id"] not in self.details:
                return Reply(b"{}", 404)
            right = {"code": "OK", "data": self.details[body["id"]]}
        else:
            return Reply(b"{}", 404)
        if self.allowed is not None and len(self.asked) > self.allowed:
            return failing(403)(right)
        fault = self.faults.get(len(self.asked), self.always)
        return fault(right) if fault else as_json(right)

    def never(self) -> None:
        """Waits as long as the portal runs."""
        self.closing.wait(60)

    def _page(self, body: Row) -> Row:
        entries, last = self.lists[body["level"]], self.pages_from(body["lastId"])
        begin = next((place for place, entry in enumerate(entries, 1) if last and entry["id"] == last), 0)
        items = entries[begin : begin + body["limit"]]
        last_id = self.cursor(items[-1]) if items else None
        return {"code": "OK", "data": {"items": items, "lastId": last_id, "total": self.total(len(entries))}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


@contextmanager
def running(portal: FakePortal) -> Iterator[FakePortal]:
    """The portal at its address, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = portal.reply(self.path, body)
            half = len(reply.body) // 2
            self.send_response(reply.status)
            for name, value in (*reply.headers, ("Content-Length", str(len(reply.body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body[:half])
            if reply.hang_up:
                self.close_connection = True
                return
            if reply.midway:
                reply.midway()
            self.wfile.write(reply.body[half:])

        def log_message(self, *args: Any) -> None:
            """Says nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    portal.url = f"http://127.0.0.1:{server.server_address[1]}/api/v1"
    try:
        yield portal
    finally:
        portal.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
