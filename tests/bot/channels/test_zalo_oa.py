from __future__ import annotations

import asyncio
import io
import os
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from bot.channels.channel import Channel, Chat, Incoming, Kind, OfferedFile, Rendered, SendFailed, Sent, Trouble
from bot.channels.zalo_hours import VIETNAM
from bot.channels.zalo_oa import ZaloOaChannel
from bot.errors import AttachmentTooBig, GatewayError
from bot.inner import StoredFile
from knowledge.reply import Attached, Button, Outcome, Reply
from tests.bot.channels.zalo_world import World
from tests.doubles.double import Shown, served
from tests.doubles.zalo_oa import FORM, ZaloOaDouble, running_zalo_oa

HELLO = Reply(text="Dạ chào anh/chị! Anh/chị cần làm giấy tờ gì ạ?", outcome=Outcome.SMALL_TALK)
PNG = Attached(id="picture-of-the-way-1", name="Đường đi.png", media_type="image/png", size=100)
PDF = Attached(id="paper-form-0000000001", name="Tờ khai.pdf", media_type="application/pdf", size=100)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=VIETNAM)


@pytest.fixture
def double() -> Iterator[ZaloOaDouble]:
    with running_zalo_oa() as running:
        running.set_clock(NOON)
        yield running


@pytest.fixture
async def world(double: ZaloOaDouble, tmp_path: Path) -> AsyncIterator[World]:
    made = World(double, tmp_path)
    made.move_to(NOON)
    made.authorise()
    double.say("an", "xin chào")
    made.files[PNG.id] = StoredFile(picture((300, 200)), "image/png", PNG.name)
    made.files[PDF.id] = StoredFile(b"%PDF-1.7 made up", "application/pdf", PDF.name)
    yield made
    assert double.violations == []
    await made.close()


def picture(size: tuple[int, int], *, noise: bool = False) -> bytes:
    made = io.BytesIO()
    drawn = Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3)) if noise else Image.new("RGB", size)
    drawn.save(made, "PNG")
    return made.getvalue()


def asked(world: World, person: str = "an") -> Incoming:
    number = world.double.id_of(person)
    return Incoming(channel="zalo-oa", id="1", chat=number, person=number, sent=world.clock(), text="xin chào")


def messages(world: World, reply: Reply, person: str = "an", *, notice: bool = False) -> tuple[Rendered, ...]:
    known = world.double.person(person)
    chat = Chat(chat=known.id, last=known.last)
    return world.channel.render(reply, chat, None if notice else asked(world, person)).messages


async def send(world: World, reply: Reply, person: str = "an", *, notice: bool = False) -> list[Sent]:
    number = world.double.id_of(person)
    return [await world.channel.send(number, one) for one in messages(world, reply, person, notice=notice)]


async def failed(world: World, reply: Reply = HELLO, person: str = "an", *, notice: bool = False) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        await send(world, reply, person, notice=notice)
    assert raised.value.__cause__ is None  # the library's own errors tell addresses
    return raised.value


def seen(world: World, person: str = "an") -> list[Shown]:
    return world.double.shown(person)


# ---- sending


def test_it_is_a_channel(world: World) -> None:
    channel: Channel = world.channel
    assert (channel.name, channel.settle) == ("zalo-oa", 0.5)


async def test_a_text_arrives_and_its_number_is_told(world: World) -> None:
    [sent] = await send(world, HELLO)
    [shown] = seen(world)
    assert shown.text == HELLO.text
    assert sent.id == shown.id and int(sent.id) > 2**53


async def test_a_tapped_button_comes_back_as_what_it_means(world: World, double: ZaloOaDouble) -> None:
    buttons = (Button(title="Khai sinh", payload="procedure:1.001193"), Button(title="Khác", payload="intent:other"))
    await send(world, HELLO.model_copy(update={"buttons": buttons}))
    heard: list[Incoming] = []
    with webhook(world.channel, heard) as url:
        double.set_webhook(url)
        double.tap("an", seen(world)[0], "Khai sinh")
        assert double.deliveries.idle()
    tapped = [one for one in heard if one.payload]
    assert [(one.payload, one.text) for one in tapped] == [("procedure:1.001193", "Khai sinh")]


async def test_pictures_and_files_go_up_and_arrive(world: World, double: ZaloOaDouble) -> None:
    await send(world, HELLO.model_copy(update={"attached": (PNG, PDF)}))
    text, shown, paper = seen(world)
    assert text.text == HELLO.text
    assert [file[1] for file in (*shown.files, *paper.files)] == ["image", "file"]
    assert paper.files == (("Tờ khai.pdf", "file", 16),)


async def test_a_big_picture_is_made_smaller(world: World) -> None:
    world.files[PNG.id] = StoredFile(picture((1500, 1000), noise=True), "image/png", PNG.name)
    await send(world, HELLO.model_copy(update={"attached": (PNG,)}))
    assert seen(world)[1].files[0][2] <= 1_000_000


async def test_a_file_goes_up_once_however_often_it_is_tried(world: World, double: ZaloOaDouble) -> None:
    [_, message] = messages(world, HELLO.model_copy(update={"attached": (PDF,)}))
    for _ in range(3):
        await world.channel.send(double.id_of("an"), message)
    assert double.calls["/v2.0/oa/upload/file"] == 1


async def test_one_that_has_expired_there_goes_up_again(world: World, double: ZaloOaDouble) -> None:
    [_, message] = messages(world, HELLO.model_copy(update={"attached": (PDF,)}))
    await world.channel.send(double.id_of("an"), message)
    world.pass_time(days=8)
    double.say("an", "còn đây ạ")
    with pytest.raises(SendFailed) as raised:
        await world.channel.send(double.id_of("an"), message)
    assert (raised.value.trouble, raised.value.code) == (Trouble.LATER, "-100")
    await world.channel.send(double.id_of("an"), message)
    assert double.calls["/v2.0/oa/upload/file"] == 2


async def test_the_form_for_a_number_arrives(world: World) -> None:
    await send(world, HELLO.model_copy(update={"wants_contact": True}))
    assert seen(world)[-1].buttons[0][1] == FORM


@pytest.mark.parametrize(
    ("attached", "stored"),
    [(PDF, None), (PDF, StoredFile(b"%PDF" + bytes(5_000_000), "application/pdf", "x")),
     (PNG, StoredFile(b"no picture", "image/webp", "x"))],
)  # fmt: skip
async def test_a_file_that_cannot_be_sent_is_refused_for_good(
    world: World, attached: Attached, stored: StoredFile | None
) -> None:
    world.files.pop(attached.id)
    if stored:
        world.files[attached.id] = stored
    found = await failed(world, HELLO.model_copy(update={"attached": (attached,)}))
    assert found.trouble is Trouble.NEVER


# ---- tokens


async def test_a_token_that_ends_in_the_middle_is_renewed_and_nothing_is_lost(
    world: World, double: ZaloOaDouble
) -> None:
    await send(world, HELLO)
    double.tokens.expires = world.clock()  # earlier than it was told
    await send(world, HELLO)
    assert len(seen(world)) == 2
    assert (double.tokens.renewals, double.refused[-220]) == (1, 1)


async def test_many_sends_at_once_over_the_end_of_a_token(world: World, double: ZaloOaDouble) -> None:
    double.tokens.expires = world.clock()
    double.person("an").free = 100
    await asyncio.gather(*(send(world, HELLO) for _ in range(12)))
    assert len(seen(world)) == 12
    assert (double.tokens.renewals, double.tokens.refused) == (1, 0)


async def test_a_file_survives_the_end_of_a_token_as_well(world: World, double: ZaloOaDouble) -> None:
    double.tokens.expires = world.clock()
    await send(world, HELLO.model_copy(update={"attached": (PDF,)}))
    double.tokens.expires = world.clock()
    await send(world, HELLO.model_copy(update={"attached": (PNG,)}))
    assert len(seen(world)) == 4


async def test_before_the_first_authorisation_the_channel_is_broken(double: ZaloOaDouble, tmp_path: Path) -> None:
    world = World(double, tmp_path / "new")
    double.say("an", "a")
    found = await failed(world)
    assert (found.trouble, found.code) == (Trouble.BROKEN, "Z101")
    await world.close()


async def test_a_cut_chain_breaks_the_channel_until_somebody_authorises(world: World, double: ZaloOaDouble) -> None:
    double.authorised()  # somebody else's: ours is worth nothing
    found = await failed(world)
    assert (found.trouble, found.code) == (Trouble.BROKEN, "Z102")
    world.authorise()
    await send(world, HELLO)
    assert len(seen(world)) == 1


async def test_while_the_token_service_is_away_it_is_tried_later(world: World, double: ZaloOaDouble) -> None:
    double.tokens.expires = world.clock()
    double.oauth_faults.broken = 1.0
    found = await failed(world)
    assert (found.trouble, found.code) == (Trouble.LATER, "Z103")


async def test_a_token_is_kept_fresh_while_nobody_writes(world: World, double: ZaloOaDouble) -> None:
    world.pass_time(hours=21)
    channel, renewed = world.more_channel(), threading.Event()
    double.after_renewal = renewed.set
    await channel.start()
    assert await asyncio.to_thread(renewed.wait, 10)
    await channel.close()
    assert double.calls["/v3.0/oa/message/cs"] == 0


# ---- what the service refuses


@pytest.mark.parametrize(
    ("change", "trouble", "code"),
    [
        ({"follows": False}, Trouble.GONE, "-213"),
        ({"banned": True}, Trouble.GONE, "-227"),
        ({"last": NOON - timedelta(days=8)}, Trouble.CLOSED, "-230"),
    ],
)
async def test_who_cannot_be_written_to(world: World, change: dict[str, Any], trouble: Trouble, code: str) -> None:
    for name, value in change.items():
        setattr(world.double.person("an"), name, value)
    found = await failed(world)
    assert (found.trouble, found.code) == (trouble, code)


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [("too_many", Trouble.LATER), ("broken", Trouble.UNKNOWN), ("lost_call", Trouble.UNKNOWN),
     ("lost_answer", Trouble.UNKNOWN)],
)  # fmt: skip
async def test_each_fault_of_the_service_has_its_trouble(world: World, fault: str, trouble: Trouble) -> None:
    setattr(world.double.faults, fault, 1.0)
    assert (await failed(world)).trouble is trouble
    assert len(seen(world)) == (fault == "lost_answer")


async def test_a_service_that_is_too_slow_is_unknown(double: ZaloOaDouble, tmp_path: Path) -> None:
    world = World(double, tmp_path, timeout=0.2)
    world.move_to(NOON)
    world.authorise()
    double.say("an", "a")
    double.faults.slow, double.faults.slow_seconds = 1.0, 1.0
    assert (await failed(world)).trouble is Trouble.UNKNOWN
    await world.close()


async def test_a_service_that_is_not_there_is_tried_later(double: ZaloOaDouble, tmp_path: Path) -> None:
    world = World(double, tmp_path, base_url="http://127.0.0.1:9")
    world.move_to(NOON)
    world.authorise()
    assert (await failed(world)).trouble is Trouble.LATER
    await world.close()


async def test_an_upload_of_unknown_fate_is_simply_done_again(world: World) -> None:
    [_, message] = messages(world, HELLO.model_copy(update={"attached": (PDF,)}))
    world.double.faults.lost_answer = 1.0
    with pytest.raises(SendFailed) as raised:
        await world.channel.send(world.double.id_of("an"), message)
    assert raised.value.trouble is Trouble.LATER


async def test_no_error_tells_a_token_or_a_person(world: World, double: ZaloOaDouble) -> None:
    double.faults.lost_answer = 1.0
    with capture_logs() as logs:
        told = f"{await failed(world)!r} {logs}"
    for secret in (double.tokens.access, double.id_of("an"), "127.0.0.1", "chào"):
        assert secret not in told


# ---- night, windows, costs


@pytest.mark.parametrize(("hour", "hours_left"), [(22, 8.0), (23, 7.0), (3, 3.0)])
async def test_at_night_nobody_is_written_to_unasked(
    world: World, double: ZaloOaDouble, hour: int, hours_left: float
) -> None:
    world.move_to(NOON.replace(hour=hour) + timedelta(days=1))
    found = await failed(world, notice=True)
    assert (found.trouble, found.code) == (Trouble.CLOSED, "night")
    assert found.after == pytest.approx(hours_left * 3600, abs=60)
    assert double.calls["/v3.0/oa/message/cs"] == 0


async def test_who_asks_at_night_is_answered(world: World, double: ZaloOaDouble) -> None:
    world.move_to(NOON.replace(hour=23))
    double.say("an", "còn thức không")
    await send(world, HELLO)
    assert len(seen(world)) == 1


async def test_an_answer_that_was_long_under_way_waits_if_the_service_says_so(world: World) -> None:
    world.move_to(NOON.replace(hour=23))
    found = await failed(world)
    assert (found.trouble, found.code) == (Trouble.CLOSED, "-234")
    assert found.after == pytest.approx(7 * 3600, abs=60)


async def test_by_day_a_notice_arrives(world: World) -> None:
    world.pass_time(hours=20)
    await send(world, HELLO, notice=True)
    assert len(seen(world)) == 1


async def test_after_seven_days_a_notice_is_not_even_tried(world: World, double: ZaloOaDouble) -> None:
    world.pass_time(days=7, hours=1)
    found = await failed(world, notice=True)
    assert (found.trouble, found.code, found.after) == (Trouble.CLOSED, "window", None)
    assert double.calls["/v3.0/oa/message/cs"] == 0


async def test_the_service_knows_best_when_somebody_was_there_last(world: World, double: ZaloOaDouble) -> None:
    rendered = messages(world, HELLO, notice=True)
    world.pass_time(days=8)
    double.say("an", "tôi đây")
    await world.channel.send(double.id_of("an"), rendered[0])
    assert len(seen(world)) == 1


async def test_after_two_days_it_costs_and_is_logged_without_a_name(world: World, double: ZaloOaDouble) -> None:
    world.pass_time(hours=49)
    with capture_logs() as logs:
        await send(world, HELLO, notice=True)
    assert "zalo_message_costs" in [line["event"] for line in logs]
    assert double.id_of("an") not in str(logs)
    assert double.person("an").paid == 1


async def test_a_province_may_refuse_to_pay(double: ZaloOaDouble, tmp_path: Path) -> None:
    world = World(double, tmp_path, pay=False)
    world.move_to(NOON)
    world.authorise()
    double.say("an", "a")
    await send(world, HELLO, notice=True)
    double.person("an").free = 0
    world.channel = world.more_channel()
    assert (await failed(world, notice=True)).code == "costs"
    assert double.person("an").paid == 0
    await world.close()


async def test_without_word_of_the_quota_the_notice_is_sent_all_the_same(world: World, double: ZaloOaDouble) -> None:
    [message] = messages(world, HELLO, notice=True)
    double.faults.too_many = 1.0
    assert await world.channel._known_quota(double.id_of("an")) == {}
    double.faults.end()
    await world.channel.send(double.id_of("an"), message)


# ---- receiving


class Hearing:
    """A webhook as the gateway has it: stores, answers, and tells the channel of our own messages."""

    def __init__(self, channel: ZaloOaChannel, heard: list[Incoming]) -> None:
        self.channel, self.heard = channel, heard
        self.seen: set[str] = set()

    async def hear(self, request: Request) -> Response:
        try:
            found = self.channel.receive(dict(request.headers), await request.body())
        except GatewayError as error:
            return Response(status_code=error.status)
        for incoming in found:
            if incoming.id not in self.seen:
                self.seen.add(incoming.id)
                self.heard.append(incoming)
            await self.channel.note_sent(incoming)
        return Response()


def webhook(channel: ZaloOaChannel, heard: list[Incoming]) -> Any:
    return served(Starlette(routes=[Route("/", Hearing(channel, heard).hear, methods=["POST"])]))


async def test_everything_that_people_do_is_heard(world: World, double: ZaloOaDouble) -> None:
    heard: list[Incoming] = []
    with webhook(world.channel, heard) as url:
        double.set_webhook(url)
        double.follow("bình")
        double.say("bình", "làm khai sinh")
        double.send_file("bình", "giấy.jpg", picture((20, 20)), "giấy của tôi")
        double.send_file("bình", "đơn.pdf", b"%PDF-1.7")
        double.share_location("bình", 18.6796, 105.6813)
        double.send_sticker("bình")
        double.submit_info("bình", "84912345678")
        double.submit_info("bình", "84912345678", old_shape=True)
        double.see("bình", "1", "2")
        double.unfollow("bình")
        assert double.deliveries.idle()
    assert double.probes == [200]
    assert double.deliveries.refused == []
    mine = [one for one in heard if one.chat == double.id_of("bình")]
    assert [one.kind for one in mine] == [Kind.JOINED, *[Kind.MESSAGE] * 7, Kind.LEFT]
    assert [one.text for one in mine][1:3] == ["làm khai sinh", "giấy của tôi"]
    assert [len(one.files) for one in mine] == [0, 0, 1, 1, 0, 0, 0, 0, 0]
    assert [one.location is not None for one in mine].index(True) == 4
    assert [one.unreadable for one in mine].index(True) == 5
    assert [one.contact for one in mine if one.contact] == ["+84912345678"] * 2


async def test_what_comes_twice_has_the_same_id_and_other_orders_keep_their_times(
    world: World, double: ZaloOaDouble
) -> None:
    double.faults.duplicated = 1.0
    double.faults.shuffled = 0.5
    heard: list[Incoming] = []
    with webhook(world.channel, heard) as url:
        double.set_webhook(url)
        for number in range(10):
            double.say("chi", f"{number}")
        assert double.deliveries.idle()
    double.faults.end()
    mine = [one for one in heard if one.chat == double.id_of("chi")]
    assert sorted(one.text for one in mine) == [f"{number}" for number in range(10)]
    assert double.deliveries.delivered == 1 + 2 * 10  # an's message of the beginning came once


async def test_a_file_that_somebody_sent_is_fetched(world: World, double: ZaloOaDouble) -> None:
    heard: list[Incoming] = []
    content = picture((20, 20))
    with webhook(world.channel, heard) as url:
        double.set_webhook(url)
        double.send_file("bình", "giấy.png", content)
        assert double.deliveries.idle()
    [file] = [one for incoming in heard for one in incoming.files]
    assert await world.channel.fetch(file, 100_000) == content
    with pytest.raises(AttachmentTooBig):
        await world.channel.fetch(file, 10)


@pytest.mark.parametrize("url", ["https://evil.example/a.jpg", "http://169.254.169.254/", "file:///etc/passwd", "x"])
async def test_files_of_other_places_are_not_fetched(world: World, url: str) -> None:
    with pytest.raises(SendFailed) as raised:
        await world.channel.fetch(OfferedFile(reference=url), 1000)
    assert raised.value.trouble is Trouble.NEVER


async def test_there_is_nothing_to_poll(world: World) -> None:
    assert await world.channel.poll() is None
    await world.channel.acknowledge(asked(world))


# ---- messages of unknown fate


def listening(world: World, **changes: Any) -> ZaloOaChannel:
    """A channel that waits for word of a message for so long."""
    world.settings = world.settings.model_copy(update={"echo_seconds": 10.0} | changes)
    world.channel = world.more_channel()
    return world.channel


async def test_a_message_whose_answer_got_lost_is_found_by_the_word_of_the_service(
    world: World, double: ZaloOaDouble
) -> None:
    heard: list[Incoming] = []
    channel = listening(world)
    [message] = messages(world, HELLO)
    with webhook(world.more_channel(), heard) as url:
        double.set_webhook(url)
        double.faults.lost_answer = 1.0
        with pytest.raises(SendFailed):
            await channel.send(double.id_of("an"), message)
        double.faults.end()
        assert await channel.find_sent(double.id_of("an"), message, ()) == Sent(id=seen(world)[0].id)


@pytest.mark.parametrize("attached", [PNG, PDF])
async def test_so_is_a_picture_or_a_file(world: World, double: ZaloOaDouble, attached: Attached) -> None:
    channel = listening(world)
    [_, message] = messages(world, HELLO.model_copy(update={"attached": (attached,)}))
    with webhook(world.more_channel(), []) as url:
        double.set_webhook(url)
        await channel.send(double.id_of("an"), message)  # it is up
        with pytest.raises(SendFailed):
            double.faults.lost_answer = 1.0
            await channel.send(double.id_of("an"), again := message.model_copy(update={"body": {"ours": "another"}}))
        double.faults.end()
        assert await channel.find_sent(double.id_of("an"), again, ()) == Sent(id=seen(world)[1].id)


async def test_one_that_never_arrived_is_not_found_though_an_equal_one_was_sent(
    world: World, double: ZaloOaDouble
) -> None:
    channel = listening(world, echo_seconds=0.3)
    [first], [second] = messages(world, HELLO), messages(world, HELLO)
    with webhook(world.more_channel(), []) as url:
        double.set_webhook(url)
        await channel.send(double.id_of("an"), first)
        double.faults.lost_call = 1.0
        with pytest.raises(SendFailed):
            await channel.send(double.id_of("an"), second)
        double.faults.end()
        assert double.deliveries.idle()
        assert await channel.find_sent(double.id_of("an"), second, ()) is None
        await channel.send(double.id_of("an"), second)
    assert len(seen(world)) == 2


async def test_one_that_was_answered_is_known_after_a_crash_before_the_core_knew(world: World) -> None:
    [message] = messages(world, HELLO)
    sent = await world.channel.send(world.double.id_of("an"), message)
    other = world.more_channel()
    assert await other.find_sent(world.double.id_of("an"), message, ()) == sent


async def test_word_that_comes_while_we_look_is_waited_for(world: World, double: ZaloOaDouble) -> None:
    """It is told again half a minute after the webhook was away, here a moment."""
    channel = listening(world)
    [message] = messages(world, HELLO)
    double.faults.lost_answer = 1.0
    with pytest.raises(SendFailed):
        await channel.send(double.id_of("an"), message)
    double.faults.end()
    looking = asyncio.create_task(channel.find_sent(double.id_of("an"), message, ()))
    with webhook(world.more_channel(), []) as url:
        double.set_webhook(url)
        assert await looking == Sent(id=seen(world)[0].id)


async def test_after_a_start_it_waits_longer(world: World, double: ZaloOaDouble) -> None:
    channel = listening(world, echo_seconds=0.0, echo_after_start=30.0)
    [message] = messages(world, HELLO)
    looking = asyncio.create_task(channel.find_sent(double.id_of("an"), message, ()))
    done, _ = await asyncio.wait([looking], timeout=0.6)
    assert not done
    await asyncio.to_thread(channel._echoes.note, "m1", channel._key(double.id_of("an"), message))
    assert await looking == Sent(id="m1")


async def test_of_a_form_nobody_tells(world: World) -> None:
    *_, form = messages(world, HELLO.model_copy(update={"wants_contact": True}))
    with pytest.raises(SendFailed) as raised:
        await world.channel.find_sent(world.double.id_of("an"), form, ())
    assert raised.value.trouble is Trouble.UNKNOWN
