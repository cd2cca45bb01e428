"""The Telegram that is none behaves as Telegram does, and sees what we do wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from tests.doubles.double import Faults, served
from tests.doubles.telegram import SECRET, TOKEN, TelegramDouble, running_telegram
from tests.doubles.telegram_html import BadHtml, read
from tests.doubles.test_double import Hook


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with running_telegram() as double:
        yield double


def call(telegram: TelegramDouble, method: str, **given: Any) -> httpx.Response:
    return httpx.post(f"{telegram.url}/bot{TOKEN}/{method}", data={
        name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()
    })  # fmt: skip


def started(telegram: TelegramDouble, person: str = "Lan") -> str:
    """Somebody wrote to us; their chat."""
    telegram.say(person, "xin chào")
    return telegram.chat_of(person)


def refused(answer: httpx.Response) -> str:
    assert answer.is_error
    return str(answer.json()["description"])


def buttons(*data: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "nút", "callback_data": one}] for one in data]}


@pytest.mark.parametrize(
    ("method", "given", "breach"),
    [
        ("sendMessage", {"text": "a" * 4097}, "4097 characters"),
        ("sendMessage", {"text": "🏛" * 2049}, "4098 characters"),
        ("sendMessage", {"text": " "}, "without words"),
        ("sendMessage", {"text": "<b>a", "parse_mode": "HTML"}, "bad HTML"),
        ("sendMessage", {"text": "a", "reply_markup": buttons("a" * 65)}, "BUTTON_DATA_INVALID"),
        ("sendMessage", {"text": "a", "reply_markup": buttons("ấ" * 22)}, "BUTTON_DATA_INVALID"),
        ("sendMessage", {"text": "a", "reply_markup": buttons("")}, "BUTTON_DATA_INVALID"),
        ("sendMessage", {"text": "a", "reply_markup": buttons(*map(str, range(101)))}, "too many buttons"),
        ("sendTelegram", {}, "no such method"),
        ("setWebhook", {"url": "https://a.example", "secret_token": "a b"}, "secret"),
        ("setMyCommands", {"commands": [{"command": "Hồ", "description": "a"}]}, "command"),
    ],
)
def test_what_we_do_wrong_is_refused_and_noted(
    telegram: TelegramDouble, method: str, given: dict[str, Any], breach: str
) -> None:
    chat = started(telegram)
    assert call(telegram, method, chat_id=chat, **given).is_client_error
    assert len(telegram.violations) == 1
    assert breach in telegram.violations[0]
    assert telegram.shown("Lan") == []


def test_what_is_just_allowed_is_taken(telegram: TelegramDouble) -> None:
    chat = started(telegram)
    text = f"<b>{'a' * 4096}</b>"
    answer = call(telegram, "sendMessage", chat_id=chat, text=text, parse_mode="HTML", reply_markup=buttons("a" * 64))
    assert answer.is_success
    assert telegram.violations == []


def test_who_sends_too_quickly_is_told_to_wait() -> None:
    now = [0.0]
    with running_telegram(clock=lambda: now[0]) as telegram:
        chat = started(telegram)
        answers = [call(telegram, "sendMessage", chat_id=chat, text="a") for _ in range(7)]
        assert [answer.status_code for answer in answers[-2:]] == [429, 429]
        assert answers[-1].json()["parameters"] == {"retry_after": 1}
        assert "to a chat" in telegram.violations[0]
        assert len(telegram.shown("Lan")) == 5
        now[0] += 2
        assert call(telegram, "sendMessage", chat_id=chat, text="a").is_success


def test_a_message_changed_into_itself_is_not_modified_and_others_are_what_they_are(telegram: TelegramDouble) -> None:
    chat = started(telegram)
    plain = call(telegram, "sendMessage", chat_id=chat, text="a", reply_markup=buttons("x")).json()["result"]
    keyboard = {"keyboard": [[{"text": "k"}]]}
    keyed = call(telegram, "sendMessage", chat_id=chat, text="a", reply_markup=keyboard).json()["result"]

    def edit(number: int, text: str, **more: Any) -> httpx.Response:
        return call(telegram, "editMessageText", chat_id=chat, message_id=number, text=text, **more)

    assert "not modified" in refused(edit(plain["message_id"], "a", reply_markup=buttons("x")))
    assert "can't be edited" in refused(edit(keyed["message_id"], "a"))
    assert "can't be edited" in refused(edit(plain["message_id"] - 1, "xin chào"))
    assert "not found" in refused(edit(plain["message_id"] + 9, "a"))
    assert telegram.violations == []
    assert edit(plain["message_id"], "b").is_success
    assert telegram.violations == ["a message that people have read was changed"]


def test_one_sequence_of_numbers_for_all_private_chats_and_one_for_each_group(telegram: TelegramDouble) -> None:
    numbers = []
    for person in ("Lan", "Minh"):
        sent = call(telegram, "sendMessage", chat_id=started(telegram, person), text="a").json()["result"]
        numbers.append(sent["message_id"])
    assert numbers[1] == numbers[0] + 2
    telegram.say("Lan", "a", group="Xóm")
    group = telegram.chat_of("Xóm", group=True)
    assert call(telegram, "sendMessage", chat_id=group, text="a").json()["result"]["message_id"] < 10


def test_who_blocked_the_bot_and_who_never_wrote_get_nothing(telegram: TelegramDouble) -> None:
    chat = started(telegram)
    telegram.block("Lan")
    assert call(telegram, "sendMessage", chat_id=chat, text="a").status_code == 403
    assert "chat not found" in refused(call(telegram, "sendMessage", chat_id="42", text="a"))


def test_a_wrong_token_opens_nothing(telegram: TelegramDouble) -> None:
    assert httpx.post(f"{telegram.url}/bot1:x/getMe").status_code == 401
    assert telegram.violations == ["a call with a wrong token"]


def test_only_the_next_question_confirms_what_was_given(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "một")
    first = call(telegram, "getUpdates").json()["result"]
    assert call(telegram, "getUpdates").json()["result"] == first
    telegram.say("Lan", "hai")
    later = call(telegram, "getUpdates", offset=first[0]["update_id"] + 1).json()["result"]
    assert [one["message"]["text"] for one in later] == ["hai"]


def test_of_two_who_ask_for_news_the_first_is_sent_away(telegram: TelegramDouble) -> None:
    with ThreadPoolExecutor() as pool:
        first = pool.submit(call, telegram, "getUpdates", timeout=30)
        while telegram._poller == 0:
            threading.Event().wait(0.005)
        telegram_second = pool.submit(call, telegram, "getUpdates", timeout=30)
        assert first.result(10).status_code == 409
        telegram.say("Lan", "một")
        assert telegram_second.result(10).is_success


def test_the_webhook_is_called_with_the_secret_and_what_was_allowed(telegram: TelegramDouble) -> None:
    hook = Hook()
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(value.decode() for name, value in scope["headers"] if name.decode() == SECRET)
        await hook_app(scope, receive, send)

    hook_app = Starlette(routes=[Route("/", hook.take, methods=["POST"])])
    with served(app) as url:
        call(telegram, "setWebhook", url=url, secret_token="s3", allowed_updates=["message"])
        assert call(telegram, "getUpdates").status_code == 409
        telegram.say("Lan", "một")
        telegram.block("Lan")
        telegram.say("Lan", "hai")
        assert telegram.deliveries.idle()
    assert [json.loads(body)["message"]["text"] for body in hook.bodies] == ["một", "hai"]
    assert seen == ["s3", "s3"]


def test_many_people_at_once_lose_nothing(telegram: TelegramDouble) -> None:
    def talk(person: str) -> None:
        for number in range(10):
            telegram.say(person, f"{person} {number}")

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(talk, [f"p{number}" for number in range(20)]))
    given: list[dict[str, Any]] = []
    while batch := call(telegram, "getUpdates", offset=given[-1]["update_id"] + 1 if given else 0).json()["result"]:
        given += batch
    assert len({one["update_id"] for one in given}) == 200
    for number in range(20):
        mine = [one["message"]["text"] for one in given if one["message"]["from"]["first_name"] == f"p{number}"]
        assert mine == [f"p{number} {count}" for count in range(10)]


def test_an_update_can_come_again() -> None:
    with running_telegram(Faults()) as telegram:
        said = telegram.say("Lan", "một")
        telegram.again(said)
        ids = [one["update_id"] for one in call(telegram, "getUpdates").json()["result"]]
        assert ids == [int(said), int(said)]


@pytest.mark.parametrize(
    "source", ["<b>a", "a</b>", "<b><i>a</b></i>", "<h1>a</h1>", "a < b", "a &nbsp; b", "<a href='x'>"]
)
def test_html_that_the_service_would_refuse(source: str) -> None:
    with pytest.raises(BadHtml):
        read(source, "HTML")


def test_html_is_read_as_people_see_it() -> None:
    seen = read('<b>🏛 A &amp; B</b> <a href="https://x.example/?a&amp;b">&lt;c&gt;</a>', "HTML")
    assert seen.text == "🏛 A & B <c>"
    assert seen.entities == ((0, 8, "b", ""), (9, 3, "a", "https://x.example/?a&b"))
    assert read("<b>", None).text == "<b>"
