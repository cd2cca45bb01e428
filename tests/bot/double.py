"""A Rasa and an action server that are none: they remember what they were sent and answer as they are told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from bot.gateway import Gateway
from bot.server import create_app
from knowledge.reply import Aspect, Button, Outcome, Reply

ALLOWED = "https://xa.example"
FOREIGN = "https://other.example"
INNER_TOKEN = "between the doubles"
CLOSED_URL = "http://127.0.0.1:9"  # the port of the discard service, which nobody runs

ANSWER = Reply(
    text="Đăng ký khai sinh",
    outcome=Outcome.ANSWER,
    procedure="1.001193",
    aspects=(Aspect.FEES,),
    buttons=(Button(title="Thời hạn", payload="aspects:time_limit"), Button(title="Số hai", payload="case:hai")),
)


class FakeRasa:
    """asked: (conversation, text) of each message. metadata: of each. answer: what comes back, given the text."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.metadata: list[dict[str, str]] = []
        self.answer: Callable[[str], httpx.Response] = lambda text: custom(ANSWER)
        self.transport = httpx.MockTransport(self._handle)

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.asked]

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, text="Hello from Rasa: 3.6")
        content = json.loads(request.content)
        self.asked.append((content["sender"], content["message"]))
        self.metadata.append(content.get("metadata", {}))
        return self.answer(content["message"])


class FakeActions:
    """The inner routes. waiting: notices by conversation, until they are delivered. files: by id, with their headers.

    taken: (conversation, name, content) of each attachment. broken: answers nothing but this status, if set.
    refusal: answers an attachment so, if set. problems, codes: what is said of an attachment.
    """

    def __init__(self) -> None:
        self.waiting: dict[str, dict[str, Reply]] = {}
        self.asked: list[list[str]] = []
        self.delivered: list[str] = []
        self.files: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.taken: list[tuple[str, str, bytes]] = []
        self.problems: list[str] = []
        self.codes: list[str] = []
        self.broken: int | None = None
        self.refusal: httpx.Response | None = None
        self.transport = httpx.MockTransport(self._handle)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") != f"Bearer {INNER_TOKEN}":
            return httpx.Response(401, json={"error": {"code": "X", "message": "no token"}})
        if self.broken:
            return httpx.Response(self.broken, text="Traceback")
        if request.url.path == "/inner/attachments":
            return self._take(request)
        if request.method == "GET":
            return self._give(request.url.path.removeprefix("/inner/files/"))
        content = json.loads(request.content)
        return self._forget(content["ids"]) if request.url.path.endswith("/delivered") else self._tell(content)

    def _tell(self, content: dict[str, list[str]]) -> httpx.Response:
        self.asked.append(content["conversations"])
        notices = [
            {"id": name, "conversation": conversation, "reply": reply.model_dump(mode="json")}
            for conversation in content["conversations"]
            for name, reply in self.waiting.get(conversation, {}).items()
        ]
        return httpx.Response(200, json={"notices": notices})

    def _forget(self, ids: list[str]) -> httpx.Response:
        self.delivered += ids
        for waiting in self.waiting.values():
            for name in ids:
                waiting.pop(name, None)
        return httpx.Response(200, json={})

    def _give(self, name: str) -> httpx.Response:
        if name not in self.files:
            return httpx.Response(404, json={"error": {"code": "X", "message": "không có"}})
        content, headers = self.files[name]
        return httpx.Response(200, content=content, headers=headers)

    def _take(self, request: httpx.Request) -> httpx.Response:
        if self.refusal:
            return self.refusal
        conversation, name = request.url.params["conversation"], request.url.params["name"]
        self.taken.append((conversation, name, request.content))
        file = {"id": f"file-{len(self.taken):016d}", "name": name, "media_type": "image/jpeg"}
        told = {"size": len(request.content), "problems": self.problems, "codes": self.codes}
        return httpx.Response(200, json=file | told)


@contextmanager
def running(gateway: Gateway, port: int = 0) -> Iterator[str]:
    """A gateway at a port of this machine, or at a free one, in a thread; its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", port))
        listening.listen(64)
        server = uvicorn.Server(uvicorn.Config(create_app(gateway=gateway), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


def custom(reply: Reply) -> httpx.Response:
    """As an action of ours answers."""
    return messages([{"recipient_id": "x", "custom": reply.model_dump(mode="json")}])


def messages(content: Any) -> httpx.Response:
    return httpx.Response(200, json=content)


def gateway_answer(
    reply: Reply = ANSWER, session: str = "a session", notices: Sequence[tuple[str, Reply]] = ()
) -> httpx.Response:
    """As our gateway answers a client."""
    told = [{"id": name, "reply": notice.model_dump(mode="json")} for name, notice in notices]
    return httpx.Response(200, json={"session": session, "reply": reply.model_dump(mode="json"), "notices": told})
