"""Asks Rasa, over HTTP on loopback, and makes one reply of what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import structlog

from bot.errors import AssistantAway, AssistantSilent
from bot.request_id import pass_on
from knowledge.reply import Outcome, Reply

TELLING = (Outcome.ANSWER, Outcome.CLARIFY)

log = structlog.get_logger(__name__)


class Rasa:
    """A client of one Rasa server. timeout: seconds to wait for a reply. transport: another way than the network."""

    def __init__(self, url: str, timeout: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            timeout=timeout,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=32),
            transport=transport,
            event_hooks={"request": [pass_on]},
        )

    async def ask(self, conversation: str, text: str, metadata: Mapping[str, str] | None = None) -> Reply:
        """The reply to one message. metadata: what the actions are told beside it.

        Raises AssistantAway or AssistantSilent.
        """
        body = {"sender": conversation, "message": text, **({"metadata": dict(metadata)} if metadata else {})}
        try:
            answer = await self._client.post("/webhooks/rest/webhook", json=body)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            log.error("rasa_away", error=type(error).__name__)
            raise AssistantAway() from error
        try:
            return merge(answer.json())
        except ValueError as error:
            log.error("rasa_unreadable", error=type(error).__name__)
            raise AssistantSilent() from error

    async def ready(self) -> bool:
        """Whether Rasa answers."""
        try:
            return (await self._client.get("/", timeout=2.0)).is_success
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()


def merge(messages: Any) -> Reply:
    """One reply of Rasa's messages: an action sends it whole, a response sends text and outcome apart.

    A question that a form asks after an answer stands below it: the outcome and the facts are the answer's, the buttons
    the question's first. Rasa swallows exceptions and answers with an empty list, so that is an error here.
    """
    try:
        replies = _replies(messages)
        if replies:
            return _joined(replies)
    except (ValueError, TypeError, AttributeError, KeyError) as error:  # ValidationError is a ValueError
        log.error("rasa_unreadable", error=type(error).__name__)
        raise AssistantSilent() from error
    log.error("rasa_silent")
    raise AssistantSilent()


def _replies(messages: Any) -> list[Reply]:
    """Each whole reply; a text goes with the custom part that comes behind it."""
    replies, texts = [], []
    for message in messages:
        custom = message.get("custom") or {}
        if "text" in message:
            texts.append(message["text"])
        if custom:
            texts.append(custom.get("text", ""))
            text = "\n\n".join(part for part in texts if part)
            replies.append(Reply.model_validate({"outcome": Outcome.SMALL_TALK, **custom, "text": text}))
            texts = []
    if texts:
        replies.append(Reply(text="\n\n".join(texts), outcome=Outcome.SMALL_TALK))
    return replies


def _joined(replies: list[Reply]) -> Reply:
    """The first one, which answers the message, with the words of all and the buttons of the last before its own."""
    first, others = replies[0], replies[1:]
    sources = [source for reply in replies for source in reply.sources] if first.outcome in TELLING else first.sources
    return first.model_copy(
        update={
            "text": "\n\n".join(reply.text for reply in replies),
            "buttons": tuple(dict.fromkeys(button for reply in (*reversed(others), first) for button in reply.buttons)),
            "sources": tuple(dict.fromkeys(sources)),
            "attached": tuple(dict.fromkeys(one for reply in replies for one in reply.attached)),
            "wants_file": any(reply.wants_file for reply in replies),
        }
    )
