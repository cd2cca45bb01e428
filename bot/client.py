"""A client of the HTTP API, as the website's widget is one: for the terminal, for measuring."""

from __future__ import annotations

import time

import httpx

from knowledge.reply import Reply

SECONDS = 30.0
WAITS = 5  # how often a "too many messages" is waited out


class Conversation:
    """One conversation with a running assistant."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._session: str | None = None

    def say(self, text: str, payload: str | None = None) -> Reply:
        """The reply to a message. Raises httpx.HTTPError if the assistant cannot be reached or refuses."""
        return self._send({"text": text, **({"payload": payload} if payload else {})})

    def share(self, lat: float, lon: float) -> Reply:
        """The reply to a shared position, in degrees."""
        return self._send({"text": "", "location": {"lat": lat, "lon": lon}})

    def _send(self, message: dict[str, object]) -> Reply:
        body = {"session": self._session, **message}
        for _ in range(WAITS):
            answer = self._client.post("/api/messages", json=body)
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            time.sleep(float(answer.headers.get("retry-after", "1")))
        answer.raise_for_status()
        content = answer.json()
        self._session = content["session"]
        return Reply.model_validate(content["reply"])


def connect(url: str) -> httpx.Client:
    """A client of the assistant at an address."""
    return httpx.Client(base_url=url, timeout=SECONDS)


def everything_read(reply: Reply) -> str:
    """All that a citizen would read of a reply: text, buttons, card."""
    parts = [reply.text, *(button.title for button in reply.buttons)]
    if reply.card:
        parts += [f"{row.channel} {row.time_limit} {row.fees}" for row in reply.card.ways]
        if reply.card.checklist:
            parts += [f"{item.name} {item.count or ''} {item.note or ''}" for item in reply.card.checklist.items]
    return "\n".join(parts)
