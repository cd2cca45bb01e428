"""A Rasa that is none: it remembers what it was sent and answers as it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from knowledge.reply import Aspect, Button, Outcome, Reply

ALLOWED = "https://xa.example"
FOREIGN = "https://other.example"
CLOSED_URL = "http://127.0.0.1:9"  # the port of the discard service, which nobody runs

ANSWER = Reply(
    text="Đăng ký khai sinh",
    outcome=Outcome.ANSWER,
    procedure="1.001193",
    aspects=(Aspect.FEES,),
    buttons=(Button(title="Thời hạn", payload="aspects:time_limit"), Button(title="Số hai", payload="case:hai")),
)


class FakeRasa:
    """asked: (conversation, text) of each message. answer: what comes back, given the text."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
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
        return self.answer(content["message"])


def custom(reply: Reply) -> httpx.Response:
    """As an action of ours answers."""
    return messages([{"recipient_id": "x", "custom": reply.model_dump(mode="json")}])


def messages(content: Any) -> httpx.Response:
    return httpx.Response(200, json=content)


def gateway_answer(reply: Reply = ANSWER, session: str = "a session") -> httpx.Response:
    """As our gateway answers a client."""
    return httpx.Response(200, json={"session": session, "reply": reply.model_dump(mode="json")})
