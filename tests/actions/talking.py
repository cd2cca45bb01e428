"""A conversation with all actions, led as Rasa leads it: rules from data/rules, forms as Rasa's FormAction runs them.

What Rasa understands of words is said by the test (intent, aspects); what a tap is put to it as, by the gateway's code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions.__main__ import WITH_ACTIONS
from bot.messages import IncomingMessage, Location, beside_text, for_rasa
from knowledge.reply import Button, Reply
from knowledge.settings import ROOT
from tests.actions.trackers import DOMAIN, RASAS_OWN

RULES: list[dict[str, Any]] = yaml.safe_load((ROOT / "data/rules/rules.yml").read_text(encoding="utf-8"))["rules"]
ACTION_OF = {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in RULES if "intent" in rule["steps"][0]}
AFTER = {rule["condition"][0]["active_loop"]: rule["steps"][-1]["action"] for rule in RULES if "condition" in rule}
MOST_FOLLOWING = 5  # actions that call one another in one turn


@lru_cache
def executor() -> ActionExecutor:
    """The actions as the action server has them."""
    made = ActionExecutor()
    for module in WITH_ACTIONS:
        made.register_package(f"actions.{module}")
    return made


class Talk:
    """One person's conversation. said: replies, and names of the domain's responses, of the last turn. ran: actions."""

    def __init__(self, sender: str = "a", address: str = "address-a") -> None:
        self.sender, self.address = sender, address
        self.slots: dict[str, Any] = _empty()
        self.form: str | None = None
        self.said: list[Reply | str] = []
        self.ran: list[str] = []
        self.restarted = False
        self._message: dict[str, Any] = {"text": "", "intent": {}, "entities": [], "metadata": {}}
        self._count = 0
        self._events: list[dict[str, Any]] = []
        self._following: str | None = None

    @property
    def replies(self) -> list[Reply]:
        """The whole replies of the last turn."""
        return [one for one in self.said if isinstance(one, Reply)]

    @property
    def last(self) -> Reply:
        """The last reply of the turn."""
        return self.replies[-1]

    @property
    def text(self) -> str:
        """All that was said in the last turn."""
        return "\n".join(one.text if isinstance(one, Reply) else one for one in self.said)

    @property
    def buttons(self) -> list[str]:
        """What can be tapped below the last reply."""
        return [button.payload for button in self.last.buttons]

    async def say(
        self, text: str, intent: str = "nlu_fallback", *, aspects: str = "", message: str | None = None
    ) -> str:
        """Types something. message: its id, a new one without."""
        entities = [("aspect", aspects)] if aspects else []
        return await self._turn(text, intent, entities, message)

    async def tap(self, payload: str, *, message: str | None = None) -> str:
        """Taps a button, whether or not it is still shown."""
        return await self._put(IncomingMessage(payload=Button(title="-", payload=payload).payload), message)

    async def share_contact(self, number: str) -> str:
        """Shares their own telephone number (+84912345678), for which the channel vouches."""
        return await self._put(IncomingMessage(contact=number), None)

    async def share_position(self, lat: float, lon: float) -> str:
        """Shares where they are."""
        return await self._put(IncomingMessage(location=Location(lat=lat, lon=lon)), None)

    async def choose(self, title: str) -> str:
        """Taps a button of the last turn by what stands on it."""
        buttons = [button for reply in self.replies for button in reply.buttons]
        return await self.tap(next(button.payload for button in buttons if title in button.title))

    async def begin_session(self) -> None:
        """What Rasa does before the first message after a restart of it or an hour of silence."""
        self.slots, self.form = _empty(), None
        await self._run("action_session_start")

    async def _put(self, incoming: IncomingMessage, message: str | None) -> str:
        """What is not typed, as the gateway puts it to Rasa."""
        put = for_rasa(incoming)
        intent, brace, values = put.removeprefix("/").partition("{")
        entities = json.loads(brace + values) if brace else {}
        return await self._turn(put, intent, list(entities.items()), message, beside_text(incoming))

    async def _turn(
        self,
        text: str,
        intent: str,
        entities: Sequence[tuple[str, Any]],
        message: str | None,
        beside: Mapping[str, str] | None = None,
    ) -> str:
        self.said, self.ran = [], []
        self._events.append({"event": "user"})
        self._count += 1
        number = message or f"message-{self._count}"
        self._message = {
            "text": text,
            "intent": {"name": intent, "confidence": 0.9},
            "entities": [{"entity": name, "value": value} for name, value in entities],
            "metadata": {"message_id": number, "address": self.address, **(beside or {})},
        }
        if not (self.form and await self._continue_form(self.form)):
            await self._do(ACTION_OF[intent])
            if self.form and (not self.ran or self.ran[-1] not in _parts_of(self.form)):
                await self._return_to_form(self.form)
        return self.text

    async def _do(self, name: str) -> None:
        """An action, a form or a response, and what it calls."""
        for _ in range(MOST_FOLLOWING):
            self._following = None
            if name in DOMAIN["forms"]:
                await self._begin_form(name)
            elif name in DOMAIN["responses"]:
                self.said.append(name)
            else:
                await self._run(name)
            if self._following is None:
                return
            name = self._following
        raise AssertionError("actions call one another without an end")

    async def _continue_form(self, name: str) -> bool:
        """The form reads the message; False: it is none of its business, and other rules decide."""
        said, events = await self._call(f"validate_{name}", self.slots["requested_slot"])
        if not _sets_slots(events):
            assert said == [], "Rasa throws away what is said without a slot"
            return False
        self._apply(f"validate_{name}", said, events)
        await self._ask_on(name, events, began=False)
        return True

    async def _return_to_form(self, name: str) -> None:
        """After other rules have answered: the form reads the same message once more, then asks again."""
        said, events = await self._call(f"validate_{name}", self.slots["requested_slot"])
        self._apply(f"validate_{name}", said, events)
        await self._ask_on(name, events, began=False)

    async def _begin_form(self, name: str) -> None:
        if self.form == name:
            await self._return_to_form(name)
            return
        said, events = await self._call(f"validate_{name}", None)
        self.form, self.slots["requested_slot"] = name, None
        self._apply(f"validate_{name}", said, events)
        await self._ask_on(name, events, began=True)

    async def _ask_on(self, name: str, events: list[dict[str, Any]], *, began: bool) -> None:
        (slot,) = DOMAIN["forms"][name]["required_slots"]
        if not _ends(events) and self.slots[slot] is None:
            said, events = await self._call(f"action_ask_{name}_{slot}", None if began else slot)
            self.slots["requested_slot"] = slot
            self._apply(f"action_ask_{name}_{slot}", said, events)
            if not _ends(events):
                return
        assert not began, "no rule follows a form that ends as it begins, so Rasa says that it did not understand"
        self.form, self.slots["requested_slot"] = None, None
        await self._do(AFTER[name])

    async def _run(self, name: str) -> None:
        self._apply(name, *await self._call(name, self.slots["requested_slot"]))

    async def _call(self, name: str, requested: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        tracker = Tracker(
            sender_id=self.sender,
            slots={**self.slots, "requested_slot": requested},
            latest_message=self._message,
            events=self._events,
            paused=False,
            followup_action=None,
            active_loop={"name": self.form} if self.form else {},
            latest_action_name=None,
        )
        dispatcher = CollectingDispatcher()
        events = await executor().actions[name](dispatcher, tracker, DOMAIN)
        return dispatcher.messages, list(events)

    def _apply(self, name: str, said: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
        self.ran.append(name)
        for message in said:
            self.said.append(message["response"] or Reply.model_validate(message["custom"]))
        for event in events:
            kind = event["event"]
            self._events.append(event)
            if kind == "slot":
                assert event["name"] in {*DOMAIN["slots"], *RASAS_OWN}
                self.slots[event["name"]] = event["value"]
            elif kind == "active_loop":
                self.form = event["name"]
            elif kind == "followup":
                self._following = event["name"]
            elif kind == "reset_slots":
                self.slots = _empty()
            elif kind == "restart":
                self.slots, self.form, self.restarted = _empty(), None, True


def _empty() -> dict[str, Any]:
    return {**dict.fromkeys(DOMAIN["slots"]), "requested_slot": None}


def _parts_of(form: str) -> set[str]:
    """The last actions of a turn that has just begun or resumed the form."""
    return {f"action_ask_{form}_{slot}" for slot in DOMAIN["forms"][form]["required_slots"]}


def _sets_slots(events: Sequence[dict[str, Any]]) -> bool:
    return any(event["event"] == "slot" and event["name"] != "requested_slot" for event in events)


def _ends(events: Sequence[dict[str, Any]]) -> bool:
    requested = [event["value"] for event in events if event["event"] == "slot" and event["name"] == "requested_slot"]
    loops = [event["name"] for event in events if event["event"] == "active_loop"]
    return (bool(requested) and requested[-1] is None) or (bool(loops) and loops[-1] is None)
