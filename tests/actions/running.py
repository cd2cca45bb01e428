"""Runs an action as the action server does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from knowledge.reply import Reply
from tests.actions.trackers import Events, slots_after


async def run(action: Action, before: Tracker) -> tuple[list[Mapping[str, Any]], Events]:
    """What the action says, message by message, and its events."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, before, {})
    return dispatcher.messages, events


async def replied(action: Action, before: Tracker) -> tuple[Reply, Events]:
    """The one whole reply of an action, and its events."""
    messages, events = await run(action, before)
    (message,) = messages
    return Reply.model_validate(message["custom"]), events


async def turn(action: Action, before: Tracker) -> tuple[Reply, dict[str, Any]]:
    """The one whole reply, and the slots after it."""
    reply, events = await replied(action, before)
    return reply, slots_after(before, events)


async def responses(action: Action, before: Tracker) -> tuple[list[str | None], Events]:
    """The names of the domain's responses that an action sends, and its events."""
    messages, events = await run(action, before)
    return [message["response"] for message in messages], events
