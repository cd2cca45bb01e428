"""Everything that comes is answered: once, in order, in the right conversation, with what the channel can show."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import structlog
from sqlalchemy import select, update

from bot.channels.channel import Incoming, Kind, OfferedFile, SendFailed, Trouble
from bot.delivery import said
from bot.delivery.answering import FAULTY_TRIES, LONGEST_WAIT, MOST_FILES, SILENT_PATIENCE, SILENT_TRIES, Answering
from bot.delivery.chats import WEB, Chats, Known
from bot.delivery.inbox import Inbox, chat_name
from bot.delivery.linking import Links
from bot.delivery.outbox import Outbox
from bot.delivery.store import LEASE, Store
from bot.delivery.tables import IncomingRow, OutgoingRow, Progress, State
from bot.errors import (
    ActionsAway,
    AssistantAway,
    AssistantSilent,
    AttachmentRefused,
    AttachmentTooBig,
    MessageTooLong,
    TooManyFiles,
    TooManyMessages,
)
from bot.inner import Taken
from bot.limits import Counter
from bot.messages import IncomingMessage
from knowledge.reply import Outcome, Reply
from storage.errors import DatabaseUnavailable
from tests.bot.delivery.memory import (
    CHANNEL,
    NO,
    NOW,
    YES,
    Clock,
    MemoryAssistant,
    MemoryChannel,
    Stores,
    echo,
    raising,
    said_to,
    wrote,
)

PATIENCE = 600.0
LONGEST = 50
PHOTO = OfferedFile(reference="photo", name="anh.jpg", media_type="image/jpeg")


class World:
    """One gateway's answering, with what people see of it."""

    def __init__(self, store: Store, channel: MemoryChannel, assistant: MemoryAssistant, clock: Clock) -> None:
        self.store, self.channel, self.assistant, self.clock = store, channel, assistant, clock
        channels = {CHANNEL: channel}
        self.answering = Answering(
            store, channels, assistant, Links(store, Counter(), channels),
            patience=PATIENCE, longest=LONGEST, largest=1000,
        )  # fmt: skip

    def take(self, *arrived: Incoming) -> None:
        Inbox(self.store).take(arrived)

    async def work(self) -> int:
        """Does all that is to be done now; how much was tried."""
        tried = 0
        while claims := await self.answering.claim(9):
            tried += len(claims)
            await asyncio.gather(*[self.answering.do(claim) for claim in claims])
        return tried

    async def told(self, *arrived: Incoming) -> list[str]:
        """What is sent after these came."""
        self.take(*arrived)
        await self.work()
        return self.sent()

    def sent(self) -> list[str]:
        """What waits in the outbox, which is emptied."""
        texts: list[str] = []
        while messages := Outbox(self.store).claim([CHANNEL], 99):
            texts += said_to(messages)
            for message in messages:
                Outbox(self.store).sent(message, "n")
        return texts

    def of(self, chat: str = "chat-A") -> Known:
        found = Chats(self.store).of(chat_name(self.store, wrote("x", chat=chat)))
        assert found is not None
        return found

    def waiting(self) -> list[Progress]:
        query = select(IncomingRow.state).where(IncomingRow.state != Progress.DONE)
        return list(self.store.do(lambda session: session.scalars(query).all()))


@pytest.fixture
def world(store: Store, channel: MemoryChannel, assistant: MemoryAssistant, clock: Clock) -> World:
    channel.files = {"photo": b"jpeg"}
    return World(store, channel, assistant, clock)


async def test_a_message_is_answered_once(world: World) -> None:
    assert await world.told(wrote("khai sinh")) == ["re: khai sinh"]
    assert await world.told(wrote("khai sinh")) == []
    assert world.waiting() == []


async def test_the_assistant_gets_who_it_is_under_names_that_are_no_persons(world: World) -> None:
    incoming = wrote("một", person="4711")
    await world.told(incoming, wrote("hai", at=1))
    (first, second) = world.assistant.asked
    assert first[0] == second[0] == world.of().conversation
    assert world.assistant.origins[0] == f"{CHANNEL}:4711"
    ids = [message.id for message in world.assistant.messages]
    assert len(set(ids)) == 2
    assert "chat-A" not in str(ids)


async def test_a_message_that_is_tried_again_keeps_its_id(world: World) -> None:
    world.assistant.answer = raising(AssistantAway())
    world.take(wrote("một"))
    await world.work()
    world.clock.on(LONGEST_WAIT)
    await world.work()
    assert len({message.id for message in world.assistant.messages}) == 1
    assert len(world.assistant.messages) == 2


async def test_it_shows_at_once_that_a_message_came(world: World) -> None:
    world.assistant.gate = asyncio.Event()
    world.take(wrote("một", id="the id"))
    (claim,) = await world.answering.claim(1)
    doing = asyncio.create_task(world.answering.do(claim))
    await asyncio.wait([doing], timeout=0.05)
    assert world.channel.acknowledged == ["the id"]
    world.assistant.gate.set()
    await doing


async def test_a_reply_is_rendered_as_the_answer_that_it_is(world: World) -> None:
    incoming = wrote("một", at=5)
    await world.told(incoming)
    ((chat, to),) = world.channel.rendered
    assert (chat.chat, chat.group, chat.last, to) == ("chat-A", False, incoming.sent, incoming)


async def test_an_answer_and_the_end_of_the_message_are_one_transaction(
    world: World, stores: Stores, clock: Clock
) -> None:
    """Who lost the claim meanwhile writes nothing."""
    world.take(wrote("một"))
    (claim,) = await world.answering.claim(1)
    clock.on(LEASE.total_seconds() + 0.1)
    other = World(stores(), world.channel, world.assistant, clock)
    assert await other.work() == 1
    world.assistant.answer = lambda message: echo("too late", buttons=(YES, NO))
    await world.answering.do(claim)
    assert (world.sent(), world.of().menu) == (["re: một"], ())


async def test_a_message_of_a_channel_that_is_no_more_is_done(world: World) -> None:
    assert await world.told(wrote("một", channel="taken out")) == []
    assert (world.waiting(), world.assistant.asked) == ([], [])


async def test_commands_and_deep_links_are_understood(world: World) -> None:
    await world.told(wrote("", command="hoso", at=1), wrote("1_001193", command="start", at=2))
    assert world.assistant.texts == ["hồ sơ của tôi", "procedure:1.001193"]


async def test_a_menu_holds_until_the_next_reply(world: World) -> None:
    world.assistant.answer = lambda message: echo(message.text, buttons=() if message.payload else (YES, NO))
    await world.told(wrote("một", at=1))
    assert world.of().menu == (YES, NO)
    await world.told(wrote("2", at=2))
    await world.told(wrote("2", at=3))
    assert world.assistant.texts == ["một", "option:2", "2"]
    await world.told(wrote("không", at=4))
    assert world.assistant.texts[-1] == "option:2"


async def test_linked_chats_are_one_conversation_and_the_first_hears_of_it(world: World) -> None:
    (told,) = await world.told(wrote("liên kết"))
    code = told.split("\n")[0].removeprefix("Mã liên kết: ")
    assert sorted(await world.told(wrote(f"liên kết {code}", chat="chat-B"))) == sorted(
        [said.JOINED, said.ANOTHER_JOINED]
    )
    await world.told(wrote("một"), wrote("hai", chat="chat-B"))
    assert {conversation for conversation, _ in world.assistant.asked} == {world.of().conversation}
    assert await world.told(wrote("ngắt liên kết", at=9)) == [said.OTHERS_PARTED]
    await world.told(wrote("ba", at=10), wrote("bốn", chat="chat-B", at=10))
    conversations = {text: conversation for conversation, text in world.assistant.asked}
    assert conversations["ba"] == conversations["một"] != conversations["bốn"]


async def test_a_chat_that_joins_keeps_no_menu_of_its_former_conversation(world: World) -> None:
    world.assistant.answer = lambda message: echo(message.text, buttons=(YES, NO))
    await world.told(wrote("một", chat="chat-B"))
    code = (await world.told(wrote("liên kết")))[0].split("\n")[0].removeprefix("Mã liên kết: ")
    await world.told(wrote(f"liên kết {code}", chat="chat-B", at=2))
    assert world.of("chat-B").menu == ()


async def test_a_chat_joins_a_page_by_a_deep_link(world: World, chats: Chats) -> None:
    chats.met(chats.page_name("page"), Incoming(channel=WEB, id="1", chat="page", person="page", sent=NOW))
    code = chats.code_for("page")
    assert await world.told(wrote(f"lk_{code}", command="start")) == [said.JOINED]
    await world.told(wrote("một", at=1))
    assert world.assistant.asked == [("page", "một")]


@pytest.mark.parametrize("more", [{"unreadable": True}, {"payload": "nonsense"}, {}], ids=str)
async def test_what_cannot_be_read_is_answered_too(world: World, more: dict[str, Any]) -> None:
    assert await world.told(wrote("", **more)) == [said.UNREADABLE]


async def test_what_is_too_long_is_told_so(world: World) -> None:
    assert await world.told(wrote("x" * (LONGEST + 1))) == [MessageTooLong.message]
    assert await world.told(wrote("x" * LONGEST)) == [f"re: {'x' * LONGEST}"]


async def test_too_many_messages_are_told_so(world: World) -> None:
    world.assistant.answer = raising(TooManyMessages())
    assert await world.told(wrote("một")) == [TooManyMessages.message]


GROUP: dict[str, Any] = {"chat": "group", "person": "An", "group": True}


@pytest.mark.parametrize(
    "personal",
    [
        echo("x", outcome=Outcome.STATUS),
        echo("x", outcome=Outcome.SUBMISSION),
        echo("x", wants_contact=True),
        echo("x", wants_file=True),
        echo("x", buttons=(YES.model_copy(update={"payload": "consent:dossiers=yes"}),)),
    ],
)
async def test_in_a_group_nothing_personal_is_told_or_asked(world: World, personal: Reply) -> None:
    world.assistant.answer = lambda message: personal
    assert await world.told(wrote("hồ sơ", **GROUP)) == [said.PRIVATE]
    assert await world.told(wrote("hồ sơ")) == ["re: x"]


@pytest.mark.parametrize(
    "more", [{"text": "liên kết"}, {"text": "", "contact": "+84912345678"}, {"text": "đây ạ", "files": (PHOTO, PHOTO)}]
)
async def test_in_a_group_nothing_personal_is_taken(world: World, more: dict[str, Any]) -> None:
    assert await world.told(wrote(**{**GROUP, **more})) == [said.PRIVATE]
    assert (world.assistant.asked, world.assistant.taken) == ([], [])


async def test_in_a_group_questions_are_answered_each_person_in_their_conversation(world: World) -> None:
    await world.told(wrote("một", **GROUP), wrote("hai", **{**GROUP, "person": "Bình"}))
    assert len({conversation for conversation, _ in world.assistant.asked}) == 2
    assert [chat.chat for chat, _ in world.channel.rendered] == ["group", "group"]


async def test_a_file_is_handed_over_and_then_spoken_of(world: World) -> None:
    assert await world.told(wrote("", files=(PHOTO,))) == [f"re: file:{'f' * 16}"]
    ((conversation, name, key),) = world.assistant.taken
    assert (conversation, name) == (world.of().conversation, "anh.jpg")
    (message,) = world.assistant.messages
    assert (message.id, message.text) == (key, "anh.jpg")


async def test_words_beside_a_file_are_answered_as_well(world: World) -> None:
    assert await world.told(wrote("đây ạ", files=(PHOTO,))) == [f"re: file:{'f' * 16}", "re: đây ạ"]


async def test_what_is_wrong_with_a_file_is_told(world: World) -> None:
    world.assistant.taking = lambda content: Taken(
        id="f" * 16, name="a", media_type="x", size=1, problems=("Ảnh mờ.", "Ảnh tối.")
    )
    assert await world.told(wrote("", files=(PHOTO,))) == [f"Ảnh mờ.\n\nẢnh tối.\n\nre: file:{'f' * 16}"]


@pytest.mark.parametrize("error", [AttachmentRefused("Tệp có mã độc."), TooManyFiles()])
async def test_why_a_file_is_refused_is_told_and_the_rest_is_answered(world: World, error: Exception) -> None:
    world.assistant.taking = raising(error)
    assert await world.told(wrote("đây ạ", files=(PHOTO,))) == [str(error), "re: đây ạ"]


async def test_a_file_that_is_too_big_is_told_so_and_the_others_are_taken(world: World) -> None:
    world.channel.files["big"] = AttachmentTooBig(1000)
    told = await world.told(wrote("", files=(OfferedFile(reference="big"), PHOTO)))
    assert told == [str(AttachmentTooBig(1000)), f"re: file:{'f' * 16}"]


@pytest.mark.parametrize("trouble", [Trouble.NEVER, Trouble.GONE])
async def test_a_file_that_is_not_there_any_more_is_told_at_once(world: World, trouble: Trouble) -> None:
    world.channel.files["photo"] = SendFailed(trouble, "404")
    assert await world.told(wrote("đây ạ", files=(PHOTO,))) == [said.NO_FILE, "re: đây ạ"]


@pytest.mark.parametrize("trouble", [Trouble.LATER, Trouble.UNKNOWN, Trouble.BROKEN])
async def test_a_file_that_cannot_be_fetched_now_is_fetched_later(world: World, trouble: Trouble) -> None:
    world.channel.files["photo"] = SendFailed(trouble, "503")
    assert await world.told(wrote("đây ạ", files=(PHOTO,))) == []
    world.channel.files["photo"] = b"jpeg"
    world.clock.on(2)
    await world.work()
    assert world.sent() == [f"re: file:{'f' * 16}", "re: đây ạ"]


async def test_more_files_than_are_taken_are_told_so(world: World) -> None:
    told = await world.told(wrote("", files=(PHOTO,) * (MOST_FILES + 1)))
    assert told == [f"re: file:{'f' * 16}"] * MOST_FILES + [said.MORE_FILES.format(most=MOST_FILES)]
    assert len({key for _, _, key in world.assistant.taken}) == MOST_FILES


async def test_who_left_gets_nothing_more_and_who_joined_can_be_written_to(world: World) -> None:
    world.take(wrote("một", at=1))
    await world.work()
    assert await world.told(wrote("", kind=Kind.LEFT, at=2)) == []
    assert world.of().gone
    assert await world.told(wrote("", kind=Kind.JOINED, at=3)) == []
    assert not world.of().gone
    assert world.assistant.texts == ["một"]
    await world.told(wrote("", kind=Kind.LEFT, at=4), wrote("hai", at=5))
    assert not world.of().gone


async def test_who_joins_is_known_and_who_leaves_unknown_does_no_harm(world: World) -> None:
    assert await world.told(wrote("", kind=Kind.JOINED, chat="new"), wrote("", kind=Kind.LEFT, chat="stranger")) == []
    assert not world.of("new").gone
    assert world.waiting() == []


async def test_a_message_of_our_own_is_not_answered(world: World) -> None:
    assert await world.told(wrote("chúng tôi", kind=Kind.SENT)) == []
    assert (world.waiting(), world.assistant.asked) == ([], [])


@pytest.mark.parametrize("error", [AssistantAway(), ActionsAway()])
async def test_while_the_assistant_is_away_a_message_waits_longer_and_longer(world: World, error: Exception) -> None:
    world.assistant.answer = raising(error)
    world.take(wrote("một", at=1), wrote("hai", at=2), wrote("khác", chat="chat-B"))
    for number in range(8):
        assert await world.work() == 2  # of each chat the first
        longest = min(LONGEST_WAIT, 2.0**number)
        world.clock.on(longest / 2 - 0.01)
        assert await world.work() == 0
        world.clock.on(longest / 2 + 0.01)
    world.assistant.answer = lambda message: echo(message.text)
    await world.work()
    assert sorted(world.sent()) == ["re: hai", "re: khác", "re: một"]
    assert world.assistant.texts.index("hai") > 16


async def test_after_patience_ran_out_somebody_hears_that_it_did_not_work(world: World) -> None:
    world.assistant.answer = raising(AssistantAway())
    assert await world.told(wrote("một", at=1), wrote("hai", at=2)) == []
    world.clock.on(PATIENCE)
    await world.work()
    assert world.sent() == [said.AWAY, said.AWAY]
    assert world.waiting() == []


async def test_an_assistant_that_says_nothing_is_asked_for_two_minutes(world: World) -> None:
    world.assistant.answer = raising(AssistantSilent())
    world.take(wrote("một"))
    tries = int(SILENT_PATIENCE.total_seconds() / LONGEST_WAIT)
    for _ in range(tries + 1):
        assert world.sent() == []
        await world.work()
        world.clock.on(LONGEST_WAIT)
    assert world.sent() == [said.AWAY]
    assert len(world.assistant.asked) == tries + 1


async def test_one_that_says_nothing_after_a_long_time_away_is_asked_three_times(world: World) -> None:
    world.assistant.answer = raising(AssistantSilent())
    world.take(wrote("một"))
    for _ in range(SILENT_TRIES):
        assert world.sent() == []
        world.clock.on(SILENT_PATIENCE.total_seconds())
        await world.work()
    assert world.sent() == [said.AWAY]


async def test_while_it_is_switched_off_everybody_hears_that_and_nothing_is_asked(world: World) -> None:
    world.assistant.pause = Reply(text="Tạm nghỉ.", outcome=Outcome.TROUBLE)
    assert await world.told(wrote("một"), wrote("", chat="chat-B", files=(PHOTO,))) == ["Tạm nghỉ."] * 2
    assert await world.told(wrote("", kind=Kind.JOINED, at=3)) == []
    assert (world.assistant.asked, world.assistant.taken) == ([], [])
    world.assistant.pause = None
    assert await world.told(wrote("hai", at=4)) == ["re: hai"]


async def test_a_fault_of_ours_ends_in_an_apology_and_the_next_is_answered(world: World) -> None:
    world.channel.broken = lambda reply: reply.text == "re: bad"
    world.take(wrote("bad", at=1), wrote("hai", at=2), wrote("khác", chat="chat-B"))
    with structlog.testing.capture_logs() as logs:
        for _ in range(FAULTY_TRIES):
            await world.work()
            world.clock.on(LONGEST_WAIT)
    assert sorted(world.sent()) == sorted([said.AWAY, "re: hai", "re: khác"])
    assert world.assistant.texts.count("bad") == FAULTY_TRIES
    assert world.waiting() == []
    assert [line["event"] for line in logs] == ["answer_broken"] * FAULTY_TRIES
    assert "secret" not in str(logs)
    assert "memory.py" in str(logs[0]["where"])


async def test_a_fault_that_even_an_apology_meets_ends_too(world: World) -> None:
    world.channel.broken = lambda reply: True
    world.take(wrote("một", at=1))
    with structlog.testing.capture_logs() as logs:
        for _ in range(FAULTY_TRIES):
            await world.work()
            world.clock.on(LONGEST_WAIT)
    assert (world.waiting(), world.sent()) == ([], [])
    assert logs[-1]["event"] == "apology_broken"
    assert "secret" not in str(logs)


@pytest.mark.parametrize("error", [RuntimeError("secret"), ValueError("secret"), KeyError("secret")])
async def test_any_fault_is_tried_again(world: World, error: Exception) -> None:
    world.assistant.answer = raising(error)
    assert await world.told(wrote("một")) == []
    world.assistant.answer = lambda message: echo(message.text)
    world.clock.on(1)
    await world.work()
    assert world.sent() == ["re: một"]


async def test_while_the_database_is_away_nothing_is_given_up(world: World) -> None:
    world.assistant.answer = raising(DatabaseUnavailable("gone"))
    world.take(wrote("một"))
    for _ in range(FAULTY_TRIES + 2):
        (claim,) = await world.answering.claim(1)
        with pytest.raises(DatabaseUnavailable):
            await world.answering.do(claim)
        world.clock.on(LEASE.total_seconds() + 0.1)
    world.assistant.answer = lambda message: echo(message.text)
    await world.work()
    assert world.sent() == ["re: một"]


async def test_patience_of_days_is_no_fault(world: World) -> None:
    """2 to the power of more than a thousand tries is more than a float holds."""
    world.assistant.answer = raising(AssistantAway())
    world.take(wrote("một"))
    many = update(IncomingRow).values(tries=2000)
    world.store.do(lambda session: session.execute(many))
    with structlog.testing.capture_logs() as logs:
        await world.work()
    assert [line["event"] for line in logs] == ["answer_later"]
    assert world.waiting() == [Progress.WAITING]


async def test_when_a_conversation_is_erased_nothing_of_it_stays_on_the_way(world: World) -> None:
    world.assistant.answer = lambda message: echo(message.text, erased=message.text == "xóa", buttons=(YES,))
    world.take(wrote("riêng", at=1))
    await world.work()
    assert await world.told(wrote("xóa", at=2)) == ["re: xóa"]
    assert world.of().menu == (YES,)  # of the reply that says so
    held = world.store.do(lambda session: session.scalars(select(OutgoingRow.state)).all())
    assert held == [State.SENT]


async def test_what_comes_after_is_not_erased(world: World) -> None:
    world.assistant.answer = lambda message: echo(message.text, erased=message.text == "xóa")
    world.take(wrote("xóa", at=1), wrote("hai", at=2))
    await world.work()
    assert world.sent() == ["re: xóa", "re: hai"]


async def test_messages_of_a_chat_are_answered_in_their_order(world: World) -> None:
    world.take(*[wrote(f"{row}", chat=f"chat-{chat}", at=row) for chat in range(5) for row in (3, 1, 2)])
    await world.work()
    for chat in range(5):
        conversation = world.of(f"chat-{chat}").conversation
        assert [text for name, text in world.assistant.asked if name == conversation] == ["1", "2", "3"]


async def test_a_telephone_number_reaches_the_assistant_and_no_table(world: World) -> None:
    world.take(wrote("", contact="+84912345678"))
    await world.work()
    assert world.assistant.messages == [
        IncomingMessage(text="", contact="+84912345678", id=world.assistant.messages[0].id)
    ]
    tables = (IncomingRow, OutgoingRow)
    held = world.store.do(lambda session: str([session.execute(select(one.__table__)).all() for one in tables]))
    assert "912345678" not in held
