"""The Zalo bot against a double of its service: messages in, replies out, faults included."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from bot.channels import zalo_bot
from bot.channels.channel import Chat, Incoming, Kind, Rendered, SendFailed, Trouble
from bot.channels.words import chosen
from bot.channels.zalo_bot import ZaloBotChannel
from bot.channels.zalo_bot_settings import WEBHOOK_PATH, ZaloBotSettings
from bot.errors import AttachmentTooBig, BadRequest, NotFromChannel
from knowledge.reply import Button, Outcome, Reply
from tests.doubles.double import Faults, served
from tests.doubles.zalo_bot import ACCOUNT, DISPLAY_NAME, TOKEN, ZaloBotDouble, running_zalo_bot
from tests.golden.replies import CLARIFY, STATUS

SECRET = "the-secret-of-the-tests"
HEADERS = {"x-bot-api-secret-token": SECRET}
AN = "6ede9afa66b88fe6d6a9"


def channel(base_url: str = "http://127.0.0.1:1", **changes: Any) -> ZaloBotChannel:
    values = {"token": TOKEN, "webhook_secret": SECRET, "name": DISPLAY_NAME, "base_url": base_url, "poll_seconds": 1}
    return ZaloBotChannel(ZaloBotSettings.model_validate(values | changes))


@asynccontextmanager
async def started(double: ZaloBotDouble, **changes: Any) -> AsyncIterator[ZaloBotChannel]:
    one = channel(double.url, file_hosts=(double.url,), **changes)
    await one.start()
    try:
        yield one
    finally:
        await one.close()


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  (what is waited for happens in another thread)
            await asyncio.sleep(0.01)


def update(event: str = "message.text.received", **message: Any) -> dict[str, Any]:
    whole = {
        "from": {"id": AN, "display_name": "A", "is_bot": False},
        "chat": {"id": AN, "chat_type": "PRIVATE"},
        "message_id": "2d758cb5e222177a4e35",
        "date": 1_750_316_131_602,
        **message,
    }
    return {"ok": True, "result": {"event_name": event, "message": whole}}


def received(content: Any, one: ZaloBotChannel | None = None) -> list[Incoming]:
    return list((one or channel()).receive(HEADERS, json.dumps(content).encode()))


# ---- receiving

HEARING = channel()


@pytest.mark.parametrize("content", [update(text="xin chào"), update(text="xin chào")["result"]])
def test_a_text_in_both_shapes(content: dict[str, Any]) -> None:
    assert received(content) == [
        Incoming(
            channel="zalo-bot",
            id="2d758cb5e222177a4e35",
            chat=AN,
            person=AN,
            sent=datetime(2025, 6, 19, 6, 55, 31, 602_000, UTC),
            text="xin chào",
        )
    ]


@pytest.mark.parametrize("headers", [{}, {"x-bot-api-secret-token": ""}, {"x-bot-api-secret-token": SECRET + "x"},
                                     {"x-bot-api-secret-token": "bí mật"}])  # fmt: skip
def test_who_does_not_know_the_secret_is_not_heard(headers: dict[str, str]) -> None:
    with pytest.raises(NotFromChannel):
        channel().receive(headers, json.dumps(update(text="a")).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        channel().receive(HEADERS, body)


@pytest.mark.parametrize(
    "content",
    [{}, [], 1, None, "a", {"ok": True}, {"ok": True, "result": []}, {"message": 1}, {"message": {}},
     {"message": {"from": {"id": AN}, "chat": 1, "text": [1]}}],
)  # fmt: skip
def test_a_probe_and_what_tells_nothing_is_taken_in_silence(content: Any) -> None:
    assert all(one.unreadable for one in received(content))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["result", "message", "from", "chat", "id", "chat_type", "text", "photo", "url", "date",
                         "message_id", "is_bot", "caption", "event_name"]), inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_no_json_breaks_it(content: Any) -> None:
    for one in received(content, HEARING):
        assert one.channel == "zalo-bot"


def test_a_picture_with_its_words() -> None:
    (one,) = received(update("message.image.received", photo="https://f1.zdn.vn/a.jpg", caption="biên nhận đây"))
    assert (one.text, one.unreadable) == ("biên nhận đây", False)
    assert [file.reference for file in one.files] == ["https://f1.zdn.vn/a.jpg"]
    assert one.files[0].media_type == "image/jpeg"


@pytest.mark.parametrize("photo", [{"photo_url": "https://a/1"}, {"photo": ["https://a/0", "https://a/1"]},
                                   {"photo": [{"url": "https://a/1"}]}, {"photo": {"url": "https://a/1"}}])  # fmt: skip
def test_pictures_as_other_sources_tell_them(photo: dict[str, Any]) -> None:
    assert received(update("message.image.received", **photo))[0].files[0].reference == "https://a/1"


@pytest.mark.parametrize(
    "event", ["message.sticker.received", "message.voice.received", "message.unsupported.received"]
)
def test_what_cannot_be_read_is_marked(event: str) -> None:
    (one,) = received(update(event, sticker="x", url="https://a", voice_url="https://a"))
    assert one.unreadable
    assert (one.text, one.files, one.kind) == ("", (), Kind.MESSAGE)


def test_bots_are_not_heard() -> None:
    assert received(update(text="a", **{"from": {"id": "b", "is_bot": True}})) == []


@pytest.mark.parametrize(
    ("date", "year"),
    [(1_750_316_131_602, 2025), ("1750316131602", 2025), (1_750_316_131, 2025), (None, 0), ("?", 0), (10**30, 0)],
)
def test_the_date_in_each_form(date: object, year: int) -> None:
    (one,) = received(update(text="a", date=date))
    assert one.sent.year == (year or datetime.now(UTC).year)


def test_a_message_without_a_name_gets_one_that_stays() -> None:
    first, again = (received(update(text="a", message_id=None))[0].id for _ in range(2))
    assert first == again
    assert first != received(update(text="b", message_id=None))[0].id


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [("/tracuu", "tracuu", ""), ("/start khai-sinh", "start", "khai-sinh"), ("/khong", "", "/khong"), ("/", "", "/"),
     ("a /tracuu", "", "a /tracuu")],
)  # fmt: skip
def test_commands(text: str, command: str, rest: str) -> None:
    (one,) = received(update(text=text))
    assert (one.command, one.text) == (command, rest)


def in_group(text: str, **changes: Any) -> dict[str, Any]:
    return update(text=text, chat={"id": "g1", "chat_type": "GROUP"}, **changes)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("@Bot Một Cửa khai sinh cần gì?", "khai sinh cần gì?"),
        ("cho hỏi @bot mot cua, khai sinh cần gì?", "cho hỏi khai sinh cần gì?"),
        ("@Bot Một Cửa /tracuu", ""),
        ("@Bot Một Cửa", ""),
    ],
)
def test_in_a_group_it_hears_what_is_said_to_it(text: str, heard: str) -> None:
    (one,) = received(in_group(text))
    assert (one.text, one.group, one.chat, one.person) == (heard, True, "g1", AN)


@pytest.mark.parametrize("text", ["khai sinh cần gì?", "Bot Một Cửa ơi", "@Bot Hai Cửa ơi", "@", "@@@", "a@bot"])
def test_in_a_group_it_does_not_hear_the_rest(text: str) -> None:
    assert received(in_group(text)) == []


def test_a_chat_that_does_not_say_that_it_is_private_is_a_group() -> None:
    assert received(update(text="a", chat={"id": "g1"})) == []
    assert received(update(text="a", chat={"id": "g1", "chat_type": "CHANNEL"})) == []
    assert received(update(text="a", chat={"id": AN}))[0].group is False
    assert received(update(text="a", chat={"id": AN, "chat_type": "private"}))[0].group is False


def test_a_group_cannot_keep_it_busy() -> None:
    assert received(in_group("@a " * 20_000)) == []


async def test_without_a_setting_it_goes_by_the_name_that_the_service_tells() -> None:
    with running_zalo_bot() as double:
        async with started(double, name="") as one:
            await until(lambda: bool(received(in_group(f"@{ACCOUNT} xin chào"), one)))


# ---- webhook and polling

TAKEN = list[Incoming]


@asynccontextmanager
async def gateway(one: ZaloBotChannel, fails: int = 0) -> AsyncIterator[tuple[str, TAKEN]]:
    """A webhook that hands to the channel what comes. fails: how many calls it answers 500 at first."""
    taken: TAKEN = []
    left, lock = [fails], threading.Lock()

    async def hear(request: Request) -> Response:
        found = one.receive(request.headers, await request.body())
        with lock:
            if left[0] and found:
                left[0] -= 1
                return Response(status_code=500)
            taken.extend(found)
        return Response()

    with served(Starlette(routes=[Route(WEBHOOK_PATH, hear, methods=["POST"])])) as url:
        yield url, taken


async def test_the_webhook_is_registered_with_its_secret_and_messages_come() -> None:
    with running_zalo_bot() as double:
        one = channel(double.url)
        async with (
            gateway(one, fails=2) as (url, taken),
            started(double, mode="webhook", public_url=url) as calling,
        ):
            await until(lambda: bool(double.webhook))
            assert (double.webhook, double.secret, double.probes) == (f"{url}{WEBHOOK_PATH}", SECRET, [200])
            ids = [double.say(AN, "một")]
            double.bare = True
            ids.append(double.say(AN, "hai"))
            assert await asyncio.to_thread(double.idle)
            assert [(each.id, each.text) for each in taken] == [(ids[0], "một"), (ids[1], "hai")]
            assert double.deliveries.refused == [500, 500]
            assert await calling.poll() is None
            assert double.violations == []
        await one.close()


async def test_the_webhook_is_registered_again_where_the_service_was_away_or_did_not_reach_us(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zalo_bot, "FIRST_WAIT", 0.01)
    one = channel()
    with running_zalo_bot(Faults(broken=1)) as double, capture_logs() as logs:
        async with gateway(one) as (url, taken):
            address, double.reached = f"{url}{WEBHOOK_PATH}", False
            async with started(double, mode="webhook", public_url=url):
                await until(lambda: len(logs) > 0)
                double.faults.end()
                await until(lambda: len(double.probes) > 1)
                double.reached = True
                await until(lambda: 200 in double.probes)
                double.say(AN, "xin chào")
                assert await asyncio.to_thread(double.idle)
        assert (double.webhook, len(taken)) == (address, 1)
    await one.close()
    assert {line["event"] for line in logs} == {"zalo_bot_not_started", "zalo_bot_webhook_not_reached"}
    assert {line["code"] for line in logs} == {"502", "webhook.err.unreachable"}
    assert TOKEN not in str(logs)


async def test_polling_takes_one_after_the_other_and_ends_the_webhook() -> None:
    with running_zalo_bot() as double:
        double.webhook = "https://old.example"
        async with started(double) as one:
            assert await one.poll() == ()
            double.say(AN, "một")
            double.say(AN, "hai")
            assert [each.text for each in await one.poll() or ()] == ["một"]
            assert [each.text for each in await one.poll() or ()] == ["hai"]
        assert double.webhook == ""
        assert double.violations == []


async def test_polling_says_what_is_wrong_and_ends_a_webhook_that_was_set_meanwhile() -> None:
    with running_zalo_bot() as double:
        async with started(double) as one:
            await one.poll()
            double.webhook = "https://other.example"
            with pytest.raises(SendFailed, match="400"):
                await one.poll()
            assert await one.poll() == ()


# ---- sending


@asynccontextmanager
async def talking(faults: Faults | None = None, **changes: Any) -> AsyncIterator[tuple[ZaloBotDouble, ZaloBotChannel]]:
    """A channel and a person who has written."""
    with running_zalo_bot(faults) as double:
        double.say(AN, "xin chào")
        async with started(double, **changes) as one:
            yield double, one


async def send_all(one: ZaloBotChannel, reply: Reply) -> tuple[Button, ...]:
    rendering = one.render(reply, Chat(chat=AN))
    for message in rendering.messages:
        await one.send(AN, message)
    return rendering.menu


async def test_a_reply_arrives_and_its_menu_is_chosen_from_by_number() -> None:
    async with talking() as (double, one):
        menu = await send_all(one, CLARIFY)
        (shown,) = double.shown(AN)
        assert "3. Cha hoặc mẹ là người nước ngoài, hoặc đang ở nước ngoài\n4. Tôi không rõ" in shown.text
        await one.poll()
        double.tap(AN, shown, "Tôi không rõ")
        (tapped,) = await one.poll() or ()
        assert chosen(tapped.text, menu) == CLARIFY.buttons[3]
        assert double.violations == []


async def test_what_is_sent_has_the_services_own_name() -> None:
    async with talking() as (double, one):
        sent = await one.send(AN, Rendered(call="sendMessage", body={"text": "Dạ"}))
        assert sent.id == double.shown(AN)[-1].id != ""


async def test_a_picture_goes_by_its_address() -> None:
    async with talking(public_url="https://motcua.example") as (double, one):
        await send_all(one, STATUS)
        assert double.shown(AN)[-1].files[0][0] == f"https://motcua.example/api/files/{STATUS.attached[0].id}"
        assert double.shown(AN)[-1].text == STATUS.attached[0].alt


async def test_a_picture_that_the_service_cannot_fetch_goes_as_words() -> None:
    async with talking(public_url="http://127.0.0.1:1") as (double, one):
        double.fetches = True
        await send_all(one, STATUS)
        shown = double.shown(AN)[-1]
        assert shown.files == ()
        assert STATUS.attached[0].alt in shown.text
        assert f"/api/files/{STATUS.attached[0].id}" in shown.text
        assert double.violations == []


async def failure(one: ZaloBotChannel, chat: str = AN, text: str = "Dạ") -> Trouble:
    with pytest.raises(SendFailed) as raised:
        await one.send(chat, Rendered(call="sendMessage", body={"text": text}))
    return raised.value.trouble


@pytest.mark.parametrize(
    ("faults", "trouble", "arrived"),
    [
        (Faults(too_many=1), Trouble.LATER, 0),
        (Faults(broken=1), Trouble.LATER, 0),
        (Faults(lost_answer=1), Trouble.UNKNOWN, 1),
        (Faults(lost_call=1), Trouble.UNKNOWN, 0),
    ],
)
async def test_what_a_fault_means(faults: Faults, trouble: Trouble, arrived: int) -> None:
    async with talking(faults) as (double, one):
        assert await failure(one) is trouble
        assert len(double.shown(AN)) == arrived


async def test_whom_nobody_knows_and_a_text_that_is_too_long_are_never_sent() -> None:
    async with talking() as (double, one):
        assert await failure(one, chat="nobody") is Trouble.NEVER
        assert await failure(one, text="x" * 2001) is Trouble.NEVER
        assert len(double.violations) == 2


async def test_a_wrong_token_is_for_an_operator() -> None:
    async with talking(token="1:wrong") as (_, one):
        assert await failure(one) is Trouble.BROKEN


async def test_whether_it_arrived_cannot_be_found_out() -> None:
    async with talking() as (_, one):
        with pytest.raises(SendFailed) as raised:
            await one.find_sent(AN, Rendered(call="sendMessage", body={"text": "Dạ"}), ())
        assert raised.value.trouble is Trouble.UNKNOWN


async def test_who_wrote_sees_us_typing_and_trouble_with_that_is_no_trouble() -> None:
    async with talking() as (double, one):
        (incoming,) = await one.poll() or ()
        await one.acknowledge(incoming)
        assert double.typing(AN) == 1
        double.faults.broken = 1
        await one.acknowledge(incoming)
        assert double.typing(AN) == 1


# ---- files


async def test_a_picture_that_somebody_sent_is_fetched() -> None:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(content, "JPEG")
    async with talking() as (double, one):
        await one.poll()
        double.send_file(AN, "bien-nhan.jpg", content.getvalue(), "biên nhận")
        (incoming,) = await one.poll() or ()
        assert incoming.text == "biên nhận"
        assert await one.fetch(incoming.files[0], 100_000) == content.getvalue()
        with pytest.raises(AttachmentTooBig):
            await one.fetch(incoming.files[0], 100)


async def test_a_picture_from_elsewhere_is_not_fetched() -> None:
    one = channel()
    for address in ("https://evil.example/a.jpg", "http://127.0.0.1:8000/readyz", "http://f1.zdn.vn/a"):
        (incoming,) = received(update("message.image.received", photo=address))
        with pytest.raises(SendFailed, match="host not allowed"):
            await one.fetch(incoming.files[0], 100)
    await one.close()


async def test_a_menu_of_thirty_is_one_list() -> None:
    buttons = tuple(Button(title=f"Xã số {number}", payload=f"place:{17000 + number}") for number in range(30))
    async with talking() as (double, one):
        menu = await send_all(one, Reply(text="Xã nào ạ?", outcome=Outcome.CLARIFY, buttons=buttons))
        assert "30. Xã số 29" in double.shown(AN)[-1].text
        assert chosen("30", menu) == buttons[29]
        assert double.violations == []
