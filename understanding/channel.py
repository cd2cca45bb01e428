"""The door of Rasa: POST /webhooks/rest/webhook, as Rasa's own, but a message has one effect however often it comes.

Asked is {"sender", "message", "metadata"}; the answer is a list of messages. It is empty if something failed; then
nothing of the message is remembered and it may be sent again. Nothing of what was written is logged.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Awaitable, Callable, Optional, Set, Text

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from understanding import logs
from understanding.memory import SWEEP_EVERY
from understanding.turns import Messages, begun

LOOK_AGAIN = 0.05  # seconds between two looks of a message that waits for the one before it

logger = logging.getLogger(__name__)


class Door(InputChannel):
    """Takes the gateway's messages. Whoever asks may go away: what was begun is brought to its end."""

    def __init__(self) -> None:
        self._under_way: Set["asyncio.Task[Messages]"] = set()

    @classmethod
    def name(cls) -> Text:
        """As Rasa's own, so that the address stays."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes, and what begins with the server."""
        blueprint = Blueprint("door")

        @blueprint.listener("after_server_start")
        async def begin(app: Sanic, _: Any) -> None:
            logs.set_up()
            app.add_task(_sweep_on(app.ctx.agent))

        @blueprint.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            is_ready = request.app.ctx.agent.is_ready()
            return response.json({"status": "ok" if is_ready else "no model"}, status=200 if is_ready else 503)

        @blueprint.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            message = _read(request.json)
            if message is None:
                return response.json({"error": "sender and message, please"}, status=400)
            with logs.under(message.metadata):
                task = asyncio.ensure_future(_answer_or_nothing(request.app.ctx.agent, message))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            return response.json(await asyncio.shield(task))

        return blueprint


async def answer(agent: Agent, message: UserMessage) -> Messages:
    """The reply to a message; to one that was answered already, the same again. Empty: an action failed.

    All of it is done within the conversation's lock, so of two that come at once the second gets the first one's reply.
    Raises what the lock, the memory and Rasa raise.
    """
    if not agent.is_ready():
        return []
    async with agent.lock_store.lock(message.sender_id, wait_time_in_seconds=LOOK_AGAIN):
        with begun(message) as turn:
            before = await agent.tracker_store.replied(turn) if turn.message_id else None
            if before is not None:
                return before
            await agent.processor.handle_message(message)
            if turn.failed:
                logger.error("turn_failed: %s", ", ".join(turn.failed))
            return turn.reply if turn.is_whole else []


async def _answer_or_nothing(agent: Agent, message: UserMessage) -> Messages:
    """An error's own text and traceback may hold what somebody wrote, so only its kind and place are logged."""
    try:
        return await answer(agent, message)
    except Exception as error:
        logger.error("turn_failed: %s at %s", type(error).__name__, _place(error))
        return []


def _place(error: BaseException) -> Text:
    """File and line where an error was raised."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"


async def _sweep_on(agent: Agent) -> None:
    """Forgets what is old, also while nobody says anything."""
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        try:
            await agent.tracker_store.sweep()
        except Exception as error:
            logger.error("memory_not_swept: %s", type(error).__name__)


def _read(body: Any) -> Optional[UserMessage]:
    """The message of a request; None if it is none."""
    if not isinstance(body, dict):
        return None
    sender, text, metadata = body.get("sender"), body.get("message"), body.get("metadata")
    if not (isinstance(sender, str) and sender and isinstance(text, str)):
        return None
    told = metadata if isinstance(metadata, dict) else None
    return UserMessage(text, CollectingOutputChannel(), sender, input_channel=Door.name(), metadata=told)
