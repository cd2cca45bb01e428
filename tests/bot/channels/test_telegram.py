"""The channel, with python-telegram-bot, in front of a Telegram that is none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from bot.channels.channel import Channel, Chat, Incoming, Kind, OfferedFile, Rendered, SendFailed, Sent, Trouble
from bot.channels.telegram import SECRET_HEADER, TelegramChannel
from bot.channels.telegram_settings import TelegramSettings
from bot.commands import COMMANDS
from bot.errors import ActionsAway, AttachmentTooBig, BadRequest, GatewayError, NotFromChannel
from bot.inner import StoredFile
from knowledge.reply import Outcome, Reply
from tests.doubles.double import Faults, Shared, served
from tests.doubles.telegram import TOKEN, USERNAME, TelegramDouble
from tests.golden.replies import CLARIFY, HAND_OFF, LONG, PAPERS, REPLIES, STATUS

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture"
Fetch = Callable[[str], Awaitable[StoredFile | None]]


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Shared, str]]:
    """One server for all doubles of this module, and its address."""
    app = Shared()
    with served(app) as url:
        yield app, url


@pytest.fixture
def telegram(shared: tuple[Shared, str]) -> Iterator[TelegramDouble]:
    double = TelegramDouble(Faults())
    shared[0].app, double.url = double.app(), shared[1]
    yield double
    double.deliveries.close()


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.PROBE_PAUSE", 0)
    monkeypatch.setattr("bot.channels.telegram.START_SECONDS", 0.5)


async def files(name: str) -> StoredFile | None:
    """Our own files, by their ids."""
    if name.startswith("picture"):
        return StoredFile(PNG, "image/png", "x.png")
    return StoredFile(b"%PDF-1.7 a paper", "application/pdf", "x.pdf")


@asynccontextmanager
async def channel(
    telegram: TelegramDouble, *, fetch: Fetch = files, start: bool = True, **settings: Any
) -> AsyncIterator[TelegramChannel]:
    values = {"token": SecretStr(TOKEN), "base_url": telegram.url, "poll_seconds": 1, "timeout": 5, **settings}
    made = TelegramChannel(TelegramSettings(**values), fetch)
    if start:
        await made.start()
    try:
        yield made
    finally:
        await made.close()


async def polled(made: TelegramChannel) -> list[Incoming]:
    came = await made.poll()
    assert came is not None
    return list(came)


async def tell(made: TelegramChannel, reply: Reply, to: Incoming) -> list[Sent]:
    """Renders and sends a reply, as the core does."""
    chat = Chat(chat=to.chat, group=to.group)
    return [await made.send(to.chat, one) for one in made.render(reply, chat, to).messages]


def plain(text: str = "Dạ.") -> Reply:
    return Reply(text=text, outcome=Outcome.SMALL_TALK)


def message(text: str = "Dạ.", **body: Any) -> Rendered:
    return Rendered(call="sendMessage", body={"text": text, "parse_mode": "HTML", **body})


async def trouble(sending: Awaitable[object]) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        await sending
    return raised.value


def is_a_channel(made: TelegramChannel) -> Channel:
    return made


# ---- beginning


async def test_it_introduces_itself_and_needs_nothing_but_a_token(telegram: TelegramDouble) -> None:
    async with channel(telegram) as made:
        assert is_a_channel(made).name == "telegram"
        assert [one["command"] for one in telegram.commands] == [command.name for command in COMMANDS]
        assert telegram.webhook == {}
        telegram.say("Lan", "khai sinh")
        (came,) = await polled(made)
        assert came.text == "khai sinh"
    assert telegram.violations == []


async def test_with_a_webhook_telegram_learns_address_and_secret(telegram: TelegramDouble) -> None:
    async with channel(telegram, mode="webhook", public_url="https://bot.example", max_connections=7) as made:
        assert telegram.webhook["url"] == "https://bot.example/channels/telegram"
        assert telegram.webhook["max_connections"] == 7
        assert "callback_query" in telegram.webhook["allowed_updates"]
        assert await made.poll() is None
        assert made.settle > 0


async def test_polling_goes_on_where_a_webhook_was_and_loses_nothing(telegram: TelegramDouble) -> None:
    telegram.webhook = {"url": "http://127.0.0.1:9/former"}
    telegram.say("Lan", "trước")
    async with channel(telegram, start=False) as made:
        assert [one.text for one in await polled(made)] == ["trước"]


async def test_while_telegram_is_away_it_starts_all_the_same_and_goes_on_trying(telegram: TelegramDouble) -> None:
    telegram.faults.too_many = 1
    with capture_logs() as logs:
        async with channel(telegram) as made:
            assert telegram.commands == []
            telegram.faults.end()
            assert made._introducing is not None
            await asyncio.wait_for(made._introducing, 10)
            assert telegram.commands != []
    assert {one["event"] for one in logs} == {"telegram_not_ready", "telegram_ready"}
    assert TOKEN not in json.dumps(logs, default=str)


async def test_a_token_that_is_refused_is_told_without_naming_it(telegram: TelegramDouble) -> None:
    telegram.token_valid = False
    with capture_logs() as logs:
        async with channel(telegram) as made:
            failed = await trouble(made.send("5", message()))
            assert failed.trouble is Trouble.BROKEN
            assert (await trouble(made.poll())).trouble is Trouble.BROKEN
    assert TOKEN not in json.dumps(logs, default=str) + repr(failed)


# ---- the webhook


def signed(made: TelegramChannel) -> dict[str, str]:
    return {SECRET_HEADER: made._settings.secret()}


@pytest.mark.parametrize("headers", [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: "wrong"}, {SECRET_HEADER: "é\udcff"}])
async def test_who_does_not_know_the_secret_is_nobody(telegram: TelegramDouble, headers: Mapping[str, str]) -> None:
    async with channel(telegram, start=False) as made:
        with pytest.raises(NotFromChannel):
            made.receive(headers, b'{"update_id": 1}')


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b"{}", b'{"update_id": "a"}', b"[" * 5000, b"\xff"])
async def test_what_is_no_update_is_a_bad_request(telegram: TelegramDouble, body: bytes) -> None:
    async with channel(telegram, start=False) as made:
        with pytest.raises(BadRequest):
            made.receive(signed(made), body)


@pytest.mark.parametrize(
    "what", [{"message": 1}, {"message": {"message_id": 1}}, {"callback_query": {"id": "x"}}, {"new_thing": {}}]
)
async def test_an_update_of_a_form_that_nobody_knows_is_passed_over(
    telegram: TelegramDouble, what: dict[str, Any]
) -> None:
    async with channel(telegram, start=False) as made:
        assert made.receive(signed(made), json.dumps({"update_id": 1, **what}).encode()) == []


async def test_a_place_off_the_map_is_passed_over_and_not_logged(telegram: TelegramDouble) -> None:
    async with channel(telegram) as made:
        telegram.share_location("Lan", 512.0, 105.0)
        telegram.say("Lan", "sau đó")
        with capture_logs() as logs:
            assert [one.text for one in await polled(made)] == ["sau đó"]
    assert "512" not in json.dumps(logs)


async def test_telegram_calls_the_webhook_until_it_answers_and_signs_each_call(telegram: TelegramDouble) -> None:
    got: list[Incoming] = []
    answers = [503, 500]
    async with channel(telegram, start=False) as made:

        async def take(request: Request) -> Response:
            try:
                came = made.receive(dict(request.headers), await request.body())
            except GatewayError as error:
                return Response(status_code=error.status)
            if answers:
                return Response(status_code=answers.pop())
            got.extend(came)
            return Response()

        with served(Starlette(routes=[Route("/channels/telegram", take, methods=["POST"])])) as url:
            async with channel(telegram, mode="webhook", public_url=url):
                telegram.say("Lan", "một")
                telegram.say("Lan", "hai")
                await asyncio.to_thread(telegram.deliveries.idle)
    assert [one.text for one in got] == ["một", "hai"]
    assert telegram.deliveries.refused == [500, 503]


# ---- polling


async def test_what_was_given_is_given_again_until_the_next_call(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "một")
    async with channel(telegram) as first:
        (before,) = await polled(first)
    async with channel(telegram) as second:  # the first died before it had stored anything
        (again,) = await polled(second)
        assert again == before
        telegram.say("Lan", "hai")
        assert [one.text for one in await polled(second)] == ["hai"]
    async with channel(telegram) as third:
        assert [one.text for one in await polled(third)] == ["hai"]


async def test_what_could_not_be_stored_is_given_again(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "một")
    async with channel(telegram) as made:
        before = await polled(made)
        made.give_again()
        telegram.say("Lan", "hai")
        assert [one.text for one in await polled(made)] == ["một", "hai"]
        made.give_again()
        assert [one.text for one in await polled(made)] == ["một", "hai"]
        telegram.say("Lan", "ba")
        assert [one.text for one in await polled(made)] == ["ba"]
    assert [one.text for one in before] == ["một"]


async def test_polling_waits_for_news_and_may_come_back_with_none(telegram: TelegramDouble) -> None:
    async with channel(telegram, poll_seconds=0) as made:
        assert await made.poll() == []


async def test_a_webhook_that_somebody_set_meanwhile_is_taken_away(telegram: TelegramDouble) -> None:
    async with channel(telegram) as made:
        telegram.webhook = {"url": "http://127.0.0.1:9/other"}
        assert (await trouble(made.poll())).trouble is Trouble.LATER
        telegram.say("Lan", "một")
        assert [one.text for one in await polled(made)] == ["một"]


@pytest.mark.parametrize("fault", ["too_many", "broken", "lost_answer", "lost_call"])
async def test_a_failed_question_for_news_is_asked_again_and_loses_none(telegram: TelegramDouble, fault: str) -> None:
    telegram.say("Lan", "một")
    async with channel(telegram) as made:
        setattr(telegram.faults, fault, 1)
        assert (await trouble(made.poll())).trouble is Trouble.LATER
        telegram.faults.end()
        assert [one.text for one in await polled(made)] == ["một"]


# ---- what people see at once


async def test_a_message_is_acknowledged_by_typing_and_a_tap_by_its_button(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "khai sinh")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        await made.acknowledge(came)
        assert telegram.typing == [came.chat]
        await tell(made, CLARIFY, came)
        telegram.tap("Lan", telegram.shown("Lan")[-1], "Có đăng ký kết hôn")
        (tap,) = await polled(made)
        assert telegram.taps_waiting
        await made.acknowledge(tap)
        assert not telegram.taps_waiting


async def test_an_acknowledgement_that_fails_harms_nobody(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "khai sinh")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        await made.acknowledge(came.model_copy(update={"details": {"callback": "unknown"}}))
        telegram.block("Lan")
        await made.acknowledge(came)
        for fault in ("too_many", "broken", "lost_answer", "lost_call"):
            telegram.faults.end()
            setattr(telegram.faults, fault, 1)
            await made.acknowledge(came)


async def test_who_left_is_not_typed_at(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "a")
    telegram.block("Lan")
    async with channel(telegram) as made:
        _, left = await polled(made)
        assert left.kind is Kind.LEFT
        await made.acknowledge(left)
    assert telegram.typing == []


# ---- what goes


@pytest.mark.parametrize("name", REPLIES)
async def test_telegram_takes_every_kind_of_reply(telegram: TelegramDouble, name: str) -> None:
    telegram.say("Lan", "hỏi")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        sent = await tell(made, REPLIES[name], came)
    shown = telegram.shown("Lan")
    assert [one.id for one in sent] == [one.id for one in shown]
    asked = [one for one in shown if not one.text.startswith("Anh/chị bấm nút bên dưới")]
    assert asked[-1].titles == tuple(button.title for button in REPLIES[name].buttons)
    assert telegram.violations == []


async def test_words_look_as_they_were_meant(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "hỏi")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        await tell(made, REPLIES["answer"], came)
    (shown,) = telegram.shown("Lan")
    assert "☐ Giấy chứng nhận kết hôn <của cha mẹ>: 1 bản sao" in shown.text
    assert {tag for _, _, tag, _ in telegram.source(shown).entities} == {"b", "i", "a"}


async def test_pictures_and_papers_arrive_with_names_and_content(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "hỏi")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        await tell(made, STATUS, came)
        await tell(made, PAPERS, came)
    picture, _, pdf, _ = telegram.shown("Lan")
    assert telegram.uploads[f"{picture.chat}/{picture.id}"] == PNG
    assert pdf.files[0][:2] == ("Tờ khai.pdf", "application/pdf")


async def test_after_a_tap_the_old_buttons_are_gone_and_the_tap_says_what_it_said(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "hỏi")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        await tell(made, CLARIFY, came)
        (before,) = telegram.shown("Lan")
        title = CLARIFY.buttons[2].title
        telegram.tap("Lan", before, title)
        (tap,) = await polled(made)
        assert (tap.payload, tap.text) == (CLARIFY.buttons[2].payload, title)
        sent = await tell(made, plain(), tap)
        assert sent[0] == Sent()
        telegram.tap("Lan", before, title)  # a finger that was quicker
        (again,) = await polled(made)
        await tell(made, plain(), again)
    after = telegram.shown("Lan")[0]
    assert after.text == before.text
    assert after.buttons == ()
    assert telegram.violations == []


async def test_the_keyboard_comes_and_goes(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "gặp cán bộ")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        await tell(made, HAND_OFF, came)
        assert [key["request_contact"] for key in telegram.keyboard("Lan")] == [True]
        telegram.share_contact("Lan", "84912345678")
        (shared,) = await polled(made)
        assert shared.contact == "+84912345678"
        await tell(made, plain(), shared)
    assert telegram.keyboard("Lan") == []
    assert telegram.violations == []


async def test_in_a_group_it_answers_who_spoke_to_it(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "ăn gì", group="Xóm")
    telegram.say("Lan", f"@{USERNAME} khai sinh cần gì", group="Xóm")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        assert came.text == "khai sinh cần gì"
        (sent,) = await tell(made, plain(), came)
        assert sent.id.startswith(f"{came.chat}/")
    assert [one.text for one in telegram.shown("Xóm", group=True)] == ["Dạ."]


async def test_a_group_that_moved_is_followed(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "/trogiup", group="Xóm")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        telegram.move_group("Xóm")
        (sent,) = await tell(made, plain(), came)
        assert sent.id.startswith(telegram.chat_of("Xóm", group=True))
        await tell(made, plain("Hai."), came)
    assert [one.text for one in telegram.shown("Xóm", group=True)] == ["Dạ.", "Hai."]


async def test_who_blocked_us_and_whom_nobody_knows_are_gone(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "a")
    telegram.block("Lan")
    async with channel(telegram) as made:
        for chat in (telegram.chat_of("Lan"), "42"):
            assert (await trouble(made.send(chat, message()))).trouble is Trouble.GONE
        telegram.unblock("Lan")
        assert (await made.send(telegram.chat_of("Lan"), message())).id


@pytest.mark.parametrize(
    ("fault", "expected", "arrives"),
    [
        ("too_many", Trouble.LATER, False), ("broken", Trouble.LATER, False),
        ("lost_answer", Trouble.UNKNOWN, True), ("lost_call", Trouble.UNKNOWN, False),
    ],
)  # fmt: skip
async def test_each_failure_is_told_as_what_it_is(
    telegram: TelegramDouble, fault: str, expected: Trouble, arrives: bool
) -> None:
    telegram.faults.retry_after = 3
    telegram.say("Lan", "a")
    async with channel(telegram) as made:
        setattr(telegram.faults, fault, 1)
        failed = await trouble(made.send(telegram.chat_of("Lan"), message()))
        assert failed.trouble is expected
        assert failed.after == (3 if fault == "too_many" else None)
        assert len(telegram.shown("Lan")) == arrives


async def test_a_slow_answer_is_an_unknown_fate(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "a")
    async with channel(telegram, start=False, timeout=0.2) as made:
        telegram.faults.slow, telegram.faults.slow_seconds = 1, 0.6
        assert (await trouble(made.send(telegram.chat_of("Lan"), message()))).trouble is Trouble.UNKNOWN


async def test_a_service_that_is_not_there_is_tried_later(telegram: TelegramDouble) -> None:
    async with channel(telegram, start=False, base_url="http://127.0.0.1:9") as made:
        assert (await trouble(made.send("5", message()))).trouble is Trouble.LATER


async def test_broken_html_goes_as_plain_words(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "a")
    async with channel(telegram) as made:
        await made.send(
            telegram.chat_of("Lan"), message('<b>Lệ phí</b> &amp; <a href="https://x.example">Trang</a><u>')
        )
    (shown,) = telegram.shown("Lan")
    assert shown.text == "Lệ phí & Trang: https://x.example"


async def test_what_is_refused_for_good_is_said_so(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "a")
    async with channel(telegram) as made:
        failed = await trouble(made.send(telegram.chat_of("Lan"), message("a" * 5000)))
    assert (failed.trouble, failed.code) == (Trouble.NEVER, "400 too_long")


async def test_a_picture_that_telegram_cannot_show_goes_as_a_file(telegram: TelegramDouble) -> None:
    async def odd(name: str) -> StoredFile:
        return StoredFile(b"no picture", "image/png", "x.png")

    telegram.say("Lan", "a")
    async with channel(telegram, fetch=odd) as made:
        (came,) = await polled(made)
        await tell(made, STATUS, came)
    (shown,) = telegram.shown("Lan")
    assert shown.text == STATUS.text
    assert shown.files[0][2] == len(b"no picture")
    assert shown.buttons


async def test_a_file_that_is_no_more_is_told_in_words(telegram: TelegramDouble) -> None:
    async def nothing(name: str) -> None:
        return None

    telegram.say("Lan", "a")
    async with channel(telegram, fetch=nothing) as made:
        (came,) = await polled(made)
        await tell(made, STATUS, came)
        await tell(made, PAPERS, came)
    texts = [one.text for one in telegram.shown("Lan")]
    assert STATUS.text in texts[0]
    assert STATUS.attached[0].alt in texts[0]
    assert "Tờ khai.pdf" in texts[2]
    assert telegram.violations == []


async def test_while_our_files_cannot_be_had_the_message_waits(telegram: TelegramDouble) -> None:
    async def away(name: str) -> StoredFile:
        raise ActionsAway()

    telegram.say("Lan", "a")
    async with channel(telegram, fetch=away) as made:
        (came,) = await polled(made)
        assert (await trouble(tell(made, STATUS, came))).trouble is Trouble.LATER


# ---- files of people


async def test_a_photo_and_a_document_are_fetched(telegram: TelegramDouble) -> None:
    telegram.send_file("Lan", b"\xff\xd8\xff a photo", caption="biên nhận")
    telegram.send_file("Lan", b"%PDF a paper", "Đơn.pdf", "application/pdf")
    async with channel(telegram) as made:
        photo, paper = await polled(made)
        assert await made.fetch(photo.files[0], 10_000) == b"\xff\xd8\xff a photo"
        assert await made.fetch(paper.files[0], 10_000) == b"%PDF a paper"
        assert paper.files[0].name == "Đơn.pdf"


async def test_what_is_too_big_is_not_fetched(telegram: TelegramDouble) -> None:
    telegram.send_file("Lan", b"\xff\xd8\xff" + b"0" * 2000)
    async with channel(telegram) as made:
        (came,) = await polled(made)
        told = came.files[0]
        for offered in (told, told.model_copy(update={"size": None}), told.model_copy(update={"size": 5})):
            with pytest.raises(AttachmentTooBig):
                await made.fetch(offered, 1000)
        telegram.files["huge"] = ("x.pdf", "application/pdf", b"0" * (20 * 2**20 + 1))
        with pytest.raises(AttachmentTooBig):
            await made.fetch(OfferedFile(reference="huge"), 10**9)


async def test_a_file_that_cannot_be_fetched_is_said_so(telegram: TelegramDouble) -> None:
    async with channel(telegram) as made:
        assert (await trouble(made.fetch(OfferedFile(reference="none"), 1000))).trouble is Trouble.NEVER
        telegram.faults.lost_answer = 1
        assert (await trouble(made.fetch(OfferedFile(reference="none"), 1000))).trouble is Trouble.LATER


# ---- lost messages


async def lost(made: TelegramChannel, telegram: TelegramDouble, to: Incoming, reply: Reply, fault: str) -> Rendered:
    """Sends a reply whose last part has an unknown fate; that part."""
    *before, last = made.render(reply, Chat(chat=to.chat, group=to.group), to).messages
    for one in before:
        await made.send(to.chat, one)
    setattr(telegram.faults, fault, 1)
    assert (await trouble(made.send(to.chat, last))).trouble is Trouble.UNKNOWN
    telegram.faults.end()
    return last


@pytest.mark.parametrize("name", ["answer", "status-picture", "submission-papers", "long", "out-of-scope"])
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_message_that_arrived_is_found_and_one_that_did_not_is_not(
    telegram: TelegramDouble, name: str, restarted: bool
) -> None:
    telegram.say("Lan", "a")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        for fault in ("lost_answer", "lost_call"):
            shown = telegram.shown("Lan")
            message = await lost(made, telegram, came, REPLIES[name], fault)
            telegram.say("Minh", "b")  # others write and are answered meanwhile
            hints = [
                one.id for one in telegram.shown("Lan") if fault == "lost_call" or one != telegram.shown("Lan")[-1]
            ]
            async with channel(telegram, start=False) as other:
                found = await (other if restarted else made).find_sent(came.chat, message, hints)
            arrived = [one for one in telegram.shown("Lan") if one not in shown and one.id not in hints]
            assert found == (Sent(id=arrived[0].id) if arrived else None)
            assert len(arrived) == (fault == "lost_answer")
    assert telegram.violations == []


async def test_of_two_equal_messages_the_known_one_is_not_taken_for_the_lost_one(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "a")
    telegram.say("Lan", "a")
    async with channel(telegram) as made:
        first, second = await polled(made)
        (sent,) = await tell(made, plain(), first)
        message = await lost(made, telegram, second, plain(), "lost_call")
    async with channel(telegram, start=False) as other:
        assert await other.find_sent(first.chat, message, [sent.id]) is None
        await other.send(second.chat, message)
    assert [one.text for one in telegram.shown("Lan")] == ["Dạ.", "Dạ."]
    assert telegram.violations == []


async def test_a_lost_message_is_found_in_its_own_chat_only(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "a")
    telegram.say("Minh", "a")
    async with channel(telegram) as made:
        lan, minh = await polled(made)
        message = await lost(made, telegram, lan, plain(), "lost_call")
        await tell(made, plain(), minh)
        async with channel(telegram, start=False) as other:
            assert await other.find_sent(lan.chat, message, []) is None


async def test_a_lost_message_is_found_in_a_group(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "/trogiup", group="Xóm")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        message = await lost(made, telegram, came, plain(), "lost_answer")
        found = await made.find_sent(came.chat, message, ["12", "-5/6"])
    assert found == Sent(id=f"{came.chat}/{telegram.shown('Xóm', group=True)[0].id}")


async def test_what_cannot_be_found_out_is_said_so(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "a")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        *_, keyboard = made.render(HAND_OFF, Chat(chat=came.chat), came).messages
        assert (await trouble(made.find_sent(came.chat, keyboard, []))).trouble is Trouble.UNKNOWN
        assert (await trouble(made.find_sent(came.chat, message(), []))).trouble is Trouble.UNKNOWN
        telegram.faults.broken = 1
        assert (await trouble(made.find_sent(came.chat, message(after=101), []))).trouble is Trouble.UNKNOWN


async def test_while_we_look_telegram_may_ask_us_to_wait(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "a")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        message = await lost(made, telegram, came, plain(), "lost_answer")
        telegram.refusals["editMessageText"] = 1
        assert await made.find_sent(came.chat, message, []) == Sent(id=telegram.shown("Lan")[0].id)


async def test_taking_buttons_away_need_not_be_found(telegram: TelegramDouble) -> None:
    async with channel(telegram, start=False) as made:
        edit = Rendered(call="editMessageReplyMarkup", body={"message_id": 5}, best_effort=True)
        assert await made.find_sent("5", edit, []) is None


async def test_a_long_reply_stays_in_order(telegram: TelegramDouble) -> None:
    telegram.say("Lan", "a")
    async with channel(telegram) as made:
        (came,) = await polled(made)
        await tell(made, LONG, came)
    whole = "\n".join(one.text for one in telegram.shown("Lan"))
    positions = [whole.index(f"\n{number}. Người nộp") for number in range(1, 41)]
    assert positions == sorted(positions)
