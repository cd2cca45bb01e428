"""A Telegram that is none: its Bot API on this machine, and the people who write to the bot.

It behaves as core.telegram.org describes and as bots are known to find it: one sequence of numbers for the messages of
all private chats, "message is not modified", a webhook that is called again until it answers 2xx. What we do against
its rules is noted in `violations`.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.double import Deliveries, Faults, Pace, Shown, Update, faulty, served
from tests.doubles.telegram_html import BadHtml, Read, read, units

TOKEN = "123456789:AAdoubleDoubleDOUBLE_double-double00"
USERNAME = "motcua_thu_bot"
BOT_ID = int(TOKEN.partition(":")[0])
BOT = {"id": BOT_ID, "is_bot": True, "first_name": "Một cửa", "username": USERNAME}
SECRET = "x-telegram-bot-api-secret-token"
FIRST_MESSAGE, FIRST_UPDATE, FIRST_PERSON, FIRST_GROUP = 100, 700_000_000, 5_000_000, -1_001_000_000
SENDS = ("sendMessage", "sendPhoto", "sendDocument")
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
TEXT, CAPTION, PHOTO_BYTES, FILE_BYTES, GIVEN_BYTES = 4096, 1024, 10 * 2**20, 50 * 2**20, 20 * 2**20
BUTTONS, DATA = 100, 64


@dataclass
class Chat:
    """A chat. who: the person's or the group's name. alive: can be written to."""

    id: int
    who: str
    group: bool
    alive: bool = True
    moved_to: int | None = None
    next_number: int = 1  # of a group, which counts for itself

    def as_json(self) -> dict[str, Any]:
        if self.group:
            return {"id": self.id, "type": "supergroup", "title": self.who}
        return {"id": self.id, "type": "private", "first_name": self.who}


@dataclass
class Said:
    """A message in a chat. author: None for ours. part: what of it is no words, as the API gives it."""

    number: int
    chat: Chat
    author: str | None
    words: Read
    date: int
    markup: dict[str, Any] | None = None
    part: dict[str, Any] = field(default_factory=dict)
    files: tuple[tuple[str, str, int], ...] = ()
    reply_to: int | None = None
    call: str = ""

    @property
    def inline(self) -> list[list[dict[str, Any]]]:
        rows: list[list[dict[str, Any]]] = (self.markup or {}).get("inline_keyboard", [])
        return rows

    @property
    def is_editable(self) -> bool:
        """Ours, and without a reply keyboard."""
        return self.author is None and (self.markup is None or "inline_keyboard" in self.markup)


class Refusal(Exception):
    """An answer that says no."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


class TelegramDouble:
    """The service and its people. Persons and groups are known by the names that a test gives them.

    violations: what we did against the rules. commands: as they were set. typing: chats in which "typing" was shown.
    answered: ids of taps that were answered. calls: methods that were called, but for getUpdates. uploads: our files.
    refusals: how many of the next calls of a method are too many.
    """

    def __init__(self, faults: Faults, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = ""
        self.faults = faults
        self.violations: list[str] = []
        self.commands: list[dict[str, str]] = []
        self.typing: list[str] = []
        self.answered: list[str] = []
        self.calls: list[str] = []
        self.files: dict[str, tuple[str, str, bytes]] = {}
        self.uploads: dict[str, bytes] = {}
        self.refusals: dict[str, int] = {}
        self.token_valid = True
        self.webhook: dict[str, Any] = {}
        self._deliver_to: str | None = None
        self._lock = threading.RLock()
        self._chats: dict[int, Chat] = {}
        self._people: dict[str, int] = {}
        self._messages: dict[tuple[int, int], Said] = {}
        self._order: list[Said] = []
        self._said: dict[str, Said] = {}
        self._taps: set[str] = set()
        self._given: dict[str, tuple[str, dict[str, Any]]] = {}
        self._number, self._update = FIRST_MESSAGE, FIRST_UPDATE
        self._pending: list[tuple[str, dict[str, Any]]] = []
        self._poller = 0
        # A little more than the rules say, as the service lets short bursts pass.
        self._paces: list[tuple[str, Pace, Callable[[Chat], str]]] = [
            ("30 messages a second", Pace(36, 1, clock), lambda chat: "all"),
            ("1 message a second to a chat", Pace(5, 1, clock), lambda chat: str(chat.id)),
            ("1 message a second to a chat", Pace(15, 10, clock), lambda chat: str(chat.id)),
            ("20 messages a minute to a group", Pace(24, 60, clock), lambda chat: str(chat.id) if chat.group else ""),
        ]
        self.deliveries = Deliveries(faults)

    # ---- what people do; each gives the number of the update, which is Incoming.id

    def say(self, person: str, text: str, *, group: str = "", reply_to: Shown | None = None) -> str:
        """Somebody writes, to us alone or in a group."""
        number = int(reply_to.id) if reply_to else None
        return self._comes(person, group, Read(text), {"text": text, **_entities(text)}, reply_to=number)

    def edit(self, person: str, said: str, text: str) -> str:
        """Somebody changes what they said. said: what say() gave."""
        with self._lock:
            message = self._said[said]
            message.words = Read(text)
            message.part |= {"text": text, **_entities(text)}
            return self._give(message.chat, {"edited_message": self._json(message, edit_date=int(time.time()))})

    def tap(self, person: str, shown: Shown, title: str) -> str:
        """Somebody taps an inline button of a message that they saw, even if it is gone by now."""
        data = next(data for one, data in shown.buttons if one == title)
        return self.tap_data(person, shown, data)

    def tap_data(self, person: str, shown: Shown, data: str) -> str:
        """A client, which may be anybody's own, sends callback data."""
        with self._lock:
            chat = self._chats[int(shown.chat)]
            said = self._messages.get((chat.id, int(shown.id)))
            message = self._json(said) if said else {"message_id": int(shown.id), "date": 0, "chat": chat.as_json()}
            callback = f"callback-{self._update + 1}"
            self._taps.add(callback)
            query = {"id": callback, "from": self._person(person), "message": message, "chat_instance": "1"}
            return self._give(chat, {"callback_query": {**query, "data": data}})

    def send_file(
        self, person: str, content: bytes, name: str = "anh.jpg", media_type: str = "image/jpeg", *, caption: str = "",
        as_photo: bool | None = None,
    ) -> str:  # fmt: skip
        """Somebody sends a file; a picture goes as a photo unless told otherwise."""
        reference = f"file-{len(self.files) + 1}"
        self.files[reference] = (name, media_type, content)
        one = {"file_id": reference, "file_unique_id": reference, "file_size": len(content)}
        photo = media_type == "image/jpeg" if as_photo is None else as_photo
        if photo:
            small = {**one, "file_id": f"{reference}-small", "width": 90, "height": 60, "file_size": 900}
            part: dict[str, Any] = {"photo": [small, {**one, "width": 1280, "height": 960}]}
        else:
            part = {"document": {**one, "file_name": name, "mime_type": media_type}}
        part |= {"caption": caption, **_entities(caption, "caption_entities")} if caption else {}
        return self._comes(person, "", Read(caption), part)

    def share_location(self, person: str, lat: float, lon: float) -> str:
        """Somebody shares where they are."""
        return self._comes(person, "", Read(""), {"location": {"latitude": lat, "longitude": lon}})

    def share_contact(self, person: str, number: str, *, own: bool = True) -> str:
        """Somebody shares a number: their own, by the button, or one from their address book."""
        part: dict[str, Any] = {"phone_number": number, "first_name": "A"}
        part |= {"user_id": self._person(person)["id"]} if own else {}
        return self._comes(person, "", Read(""), {"contact": part})

    def send_sticker(self, person: str) -> str:
        """Somebody sends a sticker."""
        sticker = {"file_id": "s", "file_unique_id": "s", "width": 1, "height": 1, "type": "regular"}
        return self._comes(person, "", Read(""), {"sticker": {**sticker, "is_animated": False, "is_video": False}})

    def block(self, person: str) -> str:
        """Somebody blocks the bot."""
        return self._change(person, alive=False)

    def unblock(self, person: str) -> str:
        """Somebody unblocks the bot."""
        return self._change(person, alive=True)

    def move_group(self, group: str) -> None:
        """A group becomes a supergroup, under another id."""
        with self._lock:
            old = self._chat(group, group=True)
            new = Chat(old.id - 500_000, group, group=True)
            old.moved_to, self._chats[new.id], self._people[f"group {group}"] = new.id, new, new.id

    # ---- what people see

    def shown(self, person: str, *, group: bool = False) -> list[Shown]:
        """Our messages in a person's chat, or in a group, as they are now."""
        with self._lock:
            chat = self._chat(person, group=group)
            return [_shown(said) for said in self._order if said.chat is chat and said.author is None]

    def history(self, person: str) -> list[tuple[str, str]]:
        """Everything that was said in a person's chat, in order: (who, text); we are "bot"."""
        with self._lock:
            chat = self._chat(person)
            return [(said.author or "bot", said.words.text) for said in self._order if said.chat is chat]

    def keyboard(self, person: str) -> list[dict[str, Any]]:
        """The keys below a person's chat, if a message of ours put some there."""
        with self._lock:
            chat = self._chat(person)
            keys: list[dict[str, Any]] = []
            for said in self._order:
                if said.chat is chat and said.markup and "keyboard" in said.markup:
                    keys = [key for row in said.markup["keyboard"] for key in row]
                elif said.chat is chat and said.markup and said.markup.get("remove_keyboard"):
                    keys = []
            return keys

    def source(self, shown: Shown) -> Read:
        """The words of a message with what is said of them."""
        return self._messages[int(shown.chat), int(shown.id)].words

    def chat_of(self, person: str, *, group: bool = False) -> str:
        """The id of a person's chat, or of a group."""
        with self._lock:
            return str(self._chat(person, group=group).id)

    @property
    def taps_waiting(self) -> set[str]:
        """Taps whose button still turns."""
        return self._taps - set(self.answered)

    # ---- updates

    def deliver_to(self, url: str) -> None:
        """Calls this address, whatever setWebhook says (but only once it was set)."""
        with self._lock:
            self._deliver_to = url
            self._pass_on()

    def again(self, update: str) -> None:
        """Delivers an update once more, as the service does when it is not sure."""
        with self._lock:
            self._pending.append(self._given[update])
            self._pass_on()

    def _comes(self, person: str, group: str, words: Read, part: dict[str, Any], *, reply_to: int | None = None) -> str:
        with self._lock:
            self._chat(person)
            chat = self._chat(group, group=True) if group else self._chat(person)
            said = Said(self._next_number(chat), chat, person, words, int(time.time()), part=part, reply_to=reply_to)
            self._keep(said)
            update = self._give(chat, {"message": self._json(said)})
            self._said[update] = said
            return update

    def _change(self, person: str, *, alive: bool) -> str:
        with self._lock:
            chat = self._chat(person)
            was, chat.alive = chat.alive, alive
            bot = {"user": BOT}
            member, banned = {**bot, "status": "member"}, {**bot, "status": "kicked", "until_date": 0}
            change = {
                "chat": chat.as_json(), "from": self._person(person), "date": int(time.time()),
                "old_chat_member": member if was else banned, "new_chat_member": member if alive else banned,
            }  # fmt: skip
            return self._give(chat, {"my_chat_member": change})

    def _give(self, chat: Chat, what: dict[str, Any]) -> str:
        self._update += 1
        update = (str(chat.id), {"update_id": self._update, **what})
        self._given[str(self._update)] = update
        self._pending.append(update)
        self._pass_on()
        return str(self._update)

    def _pass_on(self) -> None:
        """Hands what waits to the webhook, if there is one."""
        if not self.webhook:
            return
        self.deliveries.to(self._deliver_to or self.webhook["url"])
        headers = {"content-type": "application/json"}
        if secret := self.webhook.get("secret_token"):
            headers[SECRET] = secret
        allowed = self.webhook.get("allowed_updates")
        wanted = [(chat, one) for chat, one in self._pending if not allowed or set(one) & set(allowed)]
        self._pending.clear()
        self.deliveries.add(*(Update(chat, json.dumps(one).encode(), headers) for chat, one in wanted))

    def _person(self, name: str) -> dict[str, Any]:
        return {"id": self._chat(name).id, "is_bot": False, "first_name": name}

    def _chat(self, who: str, *, group: bool = False) -> Chat:
        key = f"group {who}" if group else who
        if key not in self._people:
            number = FIRST_GROUP - len(self._people) if group else FIRST_PERSON + len(self._people)
            self._people[key] = number
            self._chats[number] = Chat(number, who, group)
        return self._chats[self._people[key]]

    def _next_number(self, chat: Chat) -> int:
        if chat.group:
            chat.next_number += 1
            return chat.next_number
        self._number += 1
        return self._number

    def _keep(self, said: Said) -> None:
        self._messages[said.chat.id, said.number] = said
        self._order.append(said)

    def _json(self, said: Said, **more: Any) -> dict[str, Any]:
        author = BOT if said.author is None else self._person(said.author)
        message = {"message_id": said.number, "date": said.date, "chat": said.chat.as_json(), "from": author}
        message |= said.part or {"text": said.words.text}
        if said.inline:
            message["reply_markup"] = said.markup
        if said.reply_to and (replied := self._messages.get((said.chat.id, said.reply_to))):
            quoted = self._json(replied)
            quoted.pop("reply_to_message", None)  # the service shows one level
            message["reply_to_message"] = quoted
        return message | more

    # ---- the Bot API

    def app(self) -> Starlette:
        """The service as an app."""
        call = Route("/bot{token}/{method}", self._answer, methods=["GET", "POST"])
        return Starlette(routes=[call, Route("/file/bot{token}/{path:path}", self._file)])

    async def _answer(self, request: Request) -> Response:
        method = request.path_params["method"]
        if request.path_params["token"] != TOKEN or not self.token_valid:
            if self.token_valid:
                self._breach("a call with a wrong token")
            return _refuse(Refusal(401, "Unauthorized"))
        return await faulty(self.faults, request, self._done(method), lambda: _refuse(self._wait()))

    def _wait(self) -> Refusal:
        after = self.faults.retry_after
        return Refusal(429, f"Too Many Requests: retry after {after}", retry_after=after)

    def _done(self, method: str) -> Callable[[Request], Any]:
        async def done(request: Request) -> Response:
            given = await _given_by(request)
            try:
                if method == "getUpdates":
                    return _fine(await self._get_updates(given))
                with self._lock:
                    self.calls.append(method)
                    return _fine(self._do(method, given))
            except Refusal as refusal:
                return _refuse(refusal)

        return done

    def _do(self, method: str, given: dict[str, Any]) -> Any:
        if self.refusals.get(method):
            self.refusals[method] -= 1
            raise self._wait()
        if method in SENDS:
            return self._send(method, given)
        if method in ("editMessageText", "editMessageCaption", "editMessageReplyMarkup"):
            return self._edit(method, given)
        others: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": lambda _: BOT,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: {
                "url": self.webhook.get("url", ""),
                "has_custom_certificate": False,
                "pending_update_count": len(self._pending),
            },
            "setMyCommands": self._set_commands,
            "answerCallbackQuery": self._answer_tap,
            "sendChatAction": self._act,
            "getFile": self._get_file,
            "deleteMessage": self._delete,
        }
        if method not in others:
            self._breach(f"no such method: {method}")
            raise Refusal(404, "Not Found: method not found")
        return others[method](given)

    def _send(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._addressed(given)
        for rule, pace, key in self._paces:
            name = key(chat)
            if name and pace.exceeded(name):
                self._breach(f"more than {rule}")
                raise self._wait()
        field_name, longest = ("text", TEXT) if method == "sendMessage" else ("caption", CAPTION)
        words = self._words(given.get(field_name, ""), given.get("parse_mode"), longest)
        if method == "sendMessage" and not words.text:
            self._breach("a message without words")
            raise Refusal(400, "Bad Request: message text is empty")
        markup = self._markup(given.get("reply_markup"), chat)
        said = Said(self._next_number(chat), chat, None, words, int(time.time()), markup, call=method)
        if method != "sendMessage":
            self._attach(said, method, given)
        if (reply := given.get("reply_parameters")) and (chat.id, reply["message_id"]) in self._messages:
            said.reply_to = reply["message_id"]
        elif reply and not reply.get("allow_sending_without_reply"):
            raise Refusal(400, "Bad Request: message to be replied not found")
        self._keep(said)
        return self._json(said)

    def _attach(self, said: Said, method: str, given: dict[str, Any]) -> None:
        name, content = given.get("photo" if method == "sendPhoto" else "document") or ("", b"")
        if len(content) > (PHOTO_BYTES if method == "sendPhoto" else FILE_BYTES):
            self._breach("a file that is too big")
            raise Refusal(413, "Request Entity Too Large")
        kind = next((kind for magic, kind in PICTURES.items() if content.startswith(magic)), "")
        one = {"file_id": f"ours-{said.number}", "file_unique_id": f"ours-{said.number}", "file_size": len(content)}
        if method == "sendPhoto":
            if not kind:
                raise Refusal(400, "Bad Request: IMAGE_PROCESS_FAILED")
            said.part = {"photo": [{**one, "width": 800, "height": 600}]}
        else:
            said.part = {"document": {**one, "file_name": name}}
        if said.words.text:
            said.part["caption"] = said.words.text
        guessed = "application/pdf" if content.startswith(b"%PDF") else kind or "application/octet-stream"
        said.files = ((name, guessed, len(content)),)
        self.uploads[f"{said.chat.id}/{said.number}"] = content

    def _edit(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._addressed(given)
        said = self._messages.get((chat.id, int(given["message_id"])))
        if said is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        if not said.is_editable:
            raise Refusal(400, "Bad Request: message can't be edited")
        if method == "editMessageText" and said.files:
            raise Refusal(400, "Bad Request: there is no text in the message to edit")
        if method == "editMessageCaption" and not said.files:
            raise Refusal(400, "Bad Request: there is no caption in the message to edit")
        words = said.words
        if method != "editMessageReplyMarkup":
            name, longest = ("text", TEXT) if method == "editMessageText" else ("caption", CAPTION)
            words = self._words(given.get(name, ""), given.get("parse_mode"), longest)
        markup = self._markup(given.get("reply_markup"), chat)
        rows = (markup or {}).get("inline_keyboard", [])
        if words == said.words and rows == said.inline:
            raise Refusal(400, "Bad Request: message is not modified: specified new message content and reply markup "
                               "are exactly the same as a current content and reply markup of the message")  # fmt: skip
        if words != said.words or method != "editMessageReplyMarkup":
            self._breach("a message that people have read was changed")
        said.words, said.markup = words, markup
        return self._json(said, edit_date=int(time.time()))

    def _addressed(self, given: dict[str, Any]) -> Chat:
        chat = self._chats.get(int(given.get("chat_id") or 0))
        if chat is None:
            raise Refusal(400, "Bad Request: chat not found")
        if chat.moved_to is not None:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, description, migrate_to_chat_id=chat.moved_to)
        if not chat.alive:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return chat

    def _words(self, text: str, parse_mode: str | None, longest: int) -> Read:
        try:
            words = read(text, parse_mode)
        except BadHtml as error:
            self._breach(f"bad HTML: {error}")
            raise Refusal(400, f"Bad Request: can't parse entities: {error} at byte offset 0") from None
        if words.length > longest:
            self._breach(f"{words.length} characters where {longest} are allowed")
            raise Refusal(400, "Bad Request: message is too long")
        return words

    def _markup(self, markup: dict[str, Any] | None, chat: Chat) -> dict[str, Any] | None:
        if not markup:
            return None
        rows = markup.get("inline_keyboard", [])
        buttons = [button for row in rows for button in row]
        wrong = [button for button in buttons if not button.get("text")]
        wrong += [one for one in buttons if "url" not in one and not 1 <= len(one["callback_data"].encode()) <= DATA]
        keys = [key for row in markup.get("keyboard", []) for key in row]
        if chat.group and any("request_contact" in key or "request_location" in key for key in keys):
            self._breach("a group is asked for a number or a place")
            raise Refusal(400, "Bad Request: phone number can be requested in private chats only")
        if wrong or len(buttons) > BUTTONS:
            self._breach("BUTTON_DATA_INVALID" if wrong else "too many buttons")
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID" if wrong else "Bad Request: REPLY_MARKUP_TOO_LONG")
        return None if rows == [] and "inline_keyboard" in markup else markup

    async def _get_updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        with self._lock:
            self._poller += 1
            me = self._poller
        ends = time.monotonic() + float(given.get("timeout", 0))
        while True:
            with self._lock:
                if self.webhook:
                    raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
                if me != self._poller:
                    raise Refusal(409, "Conflict: terminated by other getUpdates request")
                if offset := given.get("offset"):
                    self._pending = [one for one in self._pending if one[1]["update_id"] >= int(offset)]
                if self._pending or time.monotonic() >= ends:
                    return [one for _, one in self._pending[: int(given.get("limit", 100))]]
            await asyncio.sleep(0.01)

    def _set_webhook(self, given: dict[str, Any]) -> bool:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", given.get("secret_token", "")):
            self._breach("a secret of other letters")
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = given
        self._pass_on()
        return True

    def _delete_webhook(self, given: dict[str, Any]) -> bool:
        self.webhook = {}
        waiting = self.deliveries.withdraw()
        self._pending[:0] = [(one.chat, json.loads(one.body)) for one in waiting]
        if given.get("drop_pending_updates"):
            self._pending.clear()
        return True

    def _set_commands(self, given: dict[str, Any]) -> bool:
        self.commands = given["commands"]
        for one in self.commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", one["command"]) or not 1 <= len(one["description"]) <= 256:
                self._breach("a command of another form")
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        return True

    def _answer_tap(self, given: dict[str, Any]) -> bool:
        if given["callback_query_id"] not in self._taps:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.answered.append(given["callback_query_id"])
        return True

    def _act(self, given: dict[str, Any]) -> bool:
        self.typing.append(str(self._addressed(given).id))
        return True

    def _get_file(self, given: dict[str, Any]) -> dict[str, Any]:
        reference = given["file_id"]
        if reference not in self.files:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(self.files[reference][2]) > GIVEN_BYTES:
            raise Refusal(400, "Bad Request: file is too big")
        size = len(self.files[reference][2])
        return {"file_id": reference, "file_unique_id": reference, "file_size": size, "file_path": f"a/{reference}"}

    def _delete(self, given: dict[str, Any]) -> bool:
        said = self._messages.pop((self._addressed(given).id, int(given["message_id"])), None)
        if said is None:
            raise Refusal(400, "Bad Request: message to delete not found")
        self._order.remove(said)
        return True

    async def _file(self, request: Request) -> Response:
        reference = request.path_params["path"].removeprefix("a/")
        if request.path_params["token"] != TOKEN or reference not in self.files:
            return _refuse(Refusal(404, "Not Found"))
        return Response(self.files[reference][2])

    def _breach(self, what: str) -> None:
        self.violations.append(what)


@contextmanager
def running_telegram(
    faults: Faults | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[TelegramDouble]:
    """A double at a free port of this machine. clock: by which it counts what is too much."""
    double = TelegramDouble(faults or Faults(), clock)
    with served(double.app()) as double.url:
        try:
            yield double
        finally:
            double.deliveries.close()


def _shown(said: Said) -> Shown:
    buttons = tuple((one["text"], one.get("callback_data") or one.get("url", "")) for row in said.inline for one in row)
    return Shown(str(said.chat.id), said.words.text, buttons, said.files, str(said.number))


def _entities(text: str, name: str = "entities") -> dict[str, Any]:
    """Commands and mentions, as the service finds them."""
    found = re.finditer(r"(?<!\S)/[A-Za-z0-9_]+(?:@\w+)?|(?<!\w)@\w{5,}", text)
    entities = [
        {
            "type": "bot_command" if one[0].startswith("/") else "mention",
            "offset": units(text[: one.start()]),
            "length": units(one[0]),
        }
        for one in found
    ]
    return {name: entities} if entities else {}


async def _given_by(request: Request) -> dict[str, Any]:
    """The parameters of a call; files as (name, content)."""
    given: dict[str, Any] = dict(request.query_params)
    async with request.form() as form:
        for name, value in form.items():
            if isinstance(value, UploadFile):
                given[name] = (value.filename or "", await value.read())
            else:
                given[name] = _value(name, value)
    return given


def _value(name: str, value: str) -> Any:
    """Words are words, even if they look like JSON; the rest is JSON where it can be."""
    if name in ("text", "caption", "parse_mode", "secret_token", "url", "file_id", "callback_query_id", "action"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _fine(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})


def _refuse(refusal: Refusal) -> Response:
    content = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        content["parameters"] = refusal.parameters
    return JSONResponse(content, refusal.status)
