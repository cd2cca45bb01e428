"""Who is where, and which conversation that is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from bot.channels.channel import Incoming
from bot.delivery.chats import CODE_VALID, WEB, Chats, Join, Known, Part
from bot.delivery.inbox import Inbox, chat_name
from bot.delivery.outbox import Outbox
from bot.delivery.store import Store
from bot.delivery.tables import ChatRow, IncomingRow, LinkRow, OutgoingRow, Progress, State
from tests.bot.delivery.memory import CHANNEL, NO, NOW, YES, Clock, Stores, at_once, say, wrote

PAGE = "a-page"


def meet(store: Store, chat: str = "chat-A", at: float = 0.0, **more: Any) -> Known:
    incoming = wrote("x", chat=chat, at=at, **more)
    return Chats(store).met(chat_name(store, incoming), incoming)


def page(store: Store, session: str = PAGE) -> Known:
    incoming = Incoming(channel=WEB, id="1", chat=session, person=session, sent=NOW)
    return Chats(store).met(Chats(store).page_name(session), incoming)


def again(store: Store, one: Known) -> Known:
    found = Chats(store).of(one.name)
    assert found is not None
    return found


def linked(store: Store, to: Known, *joining: Known) -> None:
    for one in joining:
        assert Chats(store).join(Chats(store).code_for(to.conversation), one.name) == (Join.DONE, to.conversation)


def test_whom_nobody_has_met_is_nobody(chats: Chats) -> None:
    assert chats.of("n" * 32) is None


def test_everybody_has_a_conversation_of_their_own_and_keeps_it(store: Store, chats: Chats) -> None:
    one, other = meet(store), meet(store, "chat-B")
    assert one.conversation != other.conversation
    assert meet(store, at=5).conversation == one.conversation
    assert again(store, one).address == "chat-A"
    assert len({one.name, other.name, meet(store, channel="other").name}) == 3


def test_a_conversation_has_a_name_that_rasa_and_the_tables_take(store: Store) -> None:
    assert meet(store).conversation.startswith(f"{CHANNEL}-")
    assert len(meet(store).conversation) <= 64


def test_several_gateways_that_meet_somebody_at_once_meet_the_same(stores: Stores) -> None:
    three = [stores() for _ in range(3)]
    for number in range(4):
        met = at_once([lambda one=one, chat=f"chat-{number}": meet(one, chat) for one in three])  # type: ignore[misc]
        assert len({one.conversation for one in met}) == 1


def test_each_person_of_a_group_has_a_conversation_of_their_own(store: Store) -> None:
    persons = [meet(store, "group", person=who, group=True) for who in ("An", "Bình")]
    assert len({one.conversation for one in persons}) == 2
    assert [(one.address, one.group) for one in persons] == [("group", True)] * 2


def test_it_is_remembered_when_somebody_wrote_last(store: Store) -> None:
    meet(store, at=9)
    assert meet(store, at=3).last == NOW + timedelta(seconds=9)  # it came late


def test_who_left_is_gone_until_they_write_again(store: Store, chats: Chats) -> None:
    one = meet(store)
    store.do(lambda session: chats.leave(session, one.name))
    assert again(store, one).gone
    assert not meet(store).gone


def test_a_menu_is_kept_until_the_next_reply(store: Store, chats: Chats) -> None:
    one = meet(store)
    store.do(lambda session: chats.show_menu(session, one.name, (YES, NO)))
    assert again(store, one).menu == (YES, NO)
    store.do(lambda session: chats.show_menu(session, one.name, ()))
    assert again(store, one).menu == ()


def test_a_menu_of_another_version_is_none(store: Store) -> None:
    one = meet(store)
    sealed = store.vault.seal('[{"title": "Có", "payload": "no payload of ours"}]')
    store.do(lambda session: session.execute(update(ChatRow).values(menu=sealed)))
    assert again(store, one).menu == ()


def test_the_chats_of_a_conversation_are_found_the_last_used_first(store: Store, chats: Chats) -> None:
    one, other, gone = meet(store, at=1), meet(store, "chat-B", at=5), meet(store, "chat-C", at=9)
    linked(store, one, other, gone, page(store))
    store.do(lambda session: chats.leave(session, gone.name))
    assert [found.address for found in chats.of_conversations([one.conversation])] == ["chat-B", "chat-A"]
    meet(store, at=7)
    assert [found.address for found in chats.of_conversations([one.conversation])] == ["chat-A", "chat-B"]
    assert chats.of_conversations(["another"]) == []


def test_reachable_are_conversations_of_chats_that_can_be_written_to(store: Store, chats: Chats) -> None:
    one, other, gone = meet(store), meet(store, "chat-B"), meet(store, "chat-C")
    meet(store, "group", person="An", group=True)
    meet(store, channel="taken out")
    page(store)
    linked(store, one, other)
    store.do(lambda session: chats.leave(session, gone.name))
    assert chats.reachable([CHANNEL]) == [one.conversation]
    assert chats.reachable([]) == []


def test_a_page_is_in_its_own_conversation_until_it_joins_another(store: Store, chats: Chats) -> None:
    assert chats.of_page(PAGE) == PAGE
    assert page(store).conversation == PAGE
    assert chats.of_page(PAGE) == PAGE
    one = meet(store)
    linked(store, one, page(store))
    assert chats.of_page(PAGE) == one.conversation
    assert chats.of_page("another page") == "another page"


def test_a_code_is_eight_digits_and_only_its_hash_is_kept(store: Store, chats: Chats) -> None:
    code = chats.code_for("c")
    assert (len(code), code.isdecimal()) == (8, True)
    assert store.do(lambda session: session.scalar(select(LinkRow.code))) != code


def test_with_a_code_another_chat_joins_once(store: Store, chats: Chats) -> None:
    one, other, third = meet(store), meet(store, "chat-B"), meet(store, "chat-C")
    store.do(lambda session: chats.show_menu(session, other.name, (YES,)))
    code = chats.code_for(one.conversation)
    assert chats.join(code, other.name) == (Join.DONE, one.conversation)
    assert (again(store, other).conversation, again(store, other).menu) == (one.conversation, ())
    assert chats.join(code, third.name) == (Join.WRONG, third.conversation)
    assert again(store, third).conversation == third.conversation


def test_who_joined_and_asks_again_after_a_crash_has_joined(store: Store, chats: Chats) -> None:
    one, other = meet(store), meet(store, "chat-B")
    code = chats.code_for(one.conversation)
    assert chats.join(code, other.name) == chats.join(code, other.name) == (Join.DONE, one.conversation)


def test_two_that_use_a_code_at_once_do_not_both_join(stores: Stores) -> None:
    a, b = stores(), stores()
    one, two, three = meet(a), meet(a, "chat-B"), meet(a, "chat-C")
    for _ in range(4):
        code = Chats(a).code_for(one.conversation)
        came = at_once([lambda: Chats(a).join(code, two.name), lambda: Chats(b).join(code, three.name)])  # noqa: B023
        assert sorted(join.value for join, _ in came) == ["done", "wrong"]
        Chats(a).part(two.name)
        Chats(a).part(three.name)


def test_a_code_does_not_join_its_own_conversation_and_stays_good(store: Store, chats: Chats) -> None:
    one, other = meet(store), meet(store, "chat-B")
    code = chats.code_for(one.conversation)
    assert chats.join(code, one.name)[0] is Join.OWN
    assert chats.join(code, other.name)[0] is Join.DONE


def test_a_code_that_is_wrong_or_too_old_joins_nothing(store: Store, chats: Chats, clock: Clock) -> None:
    one, other = meet(store), meet(store, "chat-B")
    code = chats.code_for(one.conversation)
    assert chats.join(f"{(int(code) + 1) % 10**8:08d}", other.name)[0] is Join.WRONG
    clock.on(CODE_VALID.total_seconds())
    assert chats.join(code, other.name)[0] is Join.WRONG
    assert again(store, other).conversation == other.conversation


def test_a_new_code_makes_the_former_one_void(store: Store, chats: Chats) -> None:
    one, other = meet(store), meet(store, "chat-B")
    former, new = chats.code_for(one.conversation), chats.code_for(one.conversation)
    assert chats.join(former, other.name)[0] is Join.WRONG
    assert chats.join(new, other.name)[0] is Join.DONE


def test_a_page_that_tried_a_wrong_code_keeps_its_conversation(store: Store, chats: Chats) -> None:
    assert chats.join("00000000", page(store).name) == (Join.WRONG, PAGE)
    assert chats.of_page(PAGE) == PAGE


def test_who_came_with_a_code_parts_alone_and_what_was_told_stays(store: Store, chats: Chats) -> None:
    one, other, third = meet(store), meet(store, "chat-B"), meet(store, "chat-C")
    linked(store, one, other, third)
    assert chats.part(other.name) is Part.LEFT
    assert again(store, other).conversation not in (one.conversation, other.conversation)
    assert again(store, one).conversation == again(store, third).conversation == one.conversation
    assert chats.part(other.name) is Part.NOTHING


def test_who_was_there_first_keeps_what_was_told_when_they_part(store: Store, chats: Chats) -> None:
    """Somebody else may have got hold of the code."""
    one, other, third = meet(store), meet(store, "chat-B"), meet(store, "chat-C")
    linked(store, one, other, third)
    code = chats.code_for(one.conversation)
    assert chats.part(one.name) is Part.ALONE
    assert again(store, one).conversation == one.conversation
    assert len({again(store, chat).conversation for chat in (one, other, third)}) == 3
    assert chats.join(code, other.name)[0] is Join.WRONG  # taken in the meantime, by them
    assert chats.part(one.name) is Part.NOTHING


def test_a_page_goes_back_to_its_own_conversation(store: Store, chats: Chats) -> None:
    one = meet(store)
    linked(store, one, page(store))
    assert chats.part(page(store).name) is Part.LEFT
    assert chats.of_page(PAGE) == PAGE


def test_a_chat_and_the_page_that_it_joined_part_again(store: Store, chats: Chats) -> None:
    one = meet(store)
    linked(store, page(store), one)
    assert again(store, one).conversation == PAGE
    assert chats.part(one.name) is Part.LEFT
    linked(store, page(store), one)
    assert chats.part(page(store).name) is Part.ALONE
    assert chats.of_page(PAGE) == PAGE
    assert again(store, one).conversation.startswith(f"{CHANNEL}-")


def test_nobody_parts_who_is_alone_or_unknown(store: Store, chats: Chats) -> None:
    assert chats.part("n" * 32) is Part.NOTHING
    assert chats.part(meet(store).name) is Part.NOTHING


def put(store: Store, to: Known, *texts: str) -> None:
    cause = store.vault.name("event", texts[0])
    store.do(lambda session: Outbox(store).put(session, cause, to, say(*texts), asked=True))


def menu(store: Store, to: Known) -> None:
    store.do(lambda session: Chats(store).show_menu(session, to.name, (YES,)))


def kept_reply(store: Store, chat: str, event: str) -> None:
    row = {"channel": WEB, "event": event, "chat": chat, "sent": NOW, "received": NOW, "ready": NOW, "told": ""}
    store.do(lambda session: session.add(IncomingRow(**row, state=Progress.DONE, tries=1, body="", reply="sealed")))


def test_of_a_conversation_that_is_erased_nothing_stays(store: Store, chats: Chats) -> None:
    one, other, stranger = meet(store), meet(store, "chat-B"), meet(store, "chat-C")
    linked(store, page(store), one, other)
    one, other = again(store, one), again(store, other)
    chats.code_for(PAGE)
    kept_reply(store, page(store).name, "event")
    kept_reply(store, page(store).name, "being answered")
    kept_reply(store, page(store, "another page").name, "another")
    for to in (one, other, stranger):
        put(store, to, f"{to.address} một", "hai")
        menu(store, to)
    sending = Outbox(store).claim([CHANNEL], 1)
    Outbox(store).give_up(Outbox(store).claim([CHANNEL], 1)[0], State.DEAD, "x")
    store.do(lambda session: chats.erase(session, PAGE, but="being answered"))
    assert [again(store, to).menu for to in (one, other, stranger)] == [(), (), (YES,)]
    left = store.do(
        lambda session: session.execute(select(OutgoingRow.chat, OutgoingRow.state).order_by(OutgoingRow.id)).all()
    )
    assert [tuple(row) for row in left] == [
        (sending[0].chat, State.SENDING), (stranger.name, State.WAITING), (stranger.name, State.WAITING),
    ]  # fmt: skip
    replies = store.do(lambda session: session.execute(select(IncomingRow.event, IncomingRow.reply)).all())
    assert {event: reply for event, reply in replies} == {  # noqa: C416
        "event": "", "being answered": "sealed", "another": "sealed",
    }  # fmt: skip
    assert store.do(lambda session: session.scalar(select(func.count()).select_from(LinkRow))) == 0


def test_codes_and_silent_chats_are_forgotten_in_time(store: Store, chats: Chats, clock: Clock) -> None:
    one, other = meet(store), meet(store, "chat-B", at=3600)
    chats.code_for(one.conversation)
    clock.on(CODE_VALID.total_seconds() + 1)
    chats.sweep(timedelta(days=1))
    assert store.do(lambda session: session.scalar(select(func.count()).select_from(LinkRow))) == 0
    clock.on(timedelta(days=1).total_seconds())
    chats.sweep(timedelta(days=1))
    assert (chats.of(one.name), chats.of(other.name)) == (None, other)


def test_nothing_that_a_person_said_or_is_stands_readable_in_a_table(
    store: Store, chats: Chats, inbox: Inbox, outbox: Outbox
) -> None:
    secrets = ("Trần Văn Bí Mật", "+84912345678", "chat-secret", "person-secret", "event-secret", "menu-secret", "n-77")
    incoming = wrote(
        secrets[0], chat=secrets[2], person=secrets[3], id=secrets[4], contact=secrets[1], group=True,
        details={"message_id": f"{secrets[2]}/n-77"},
    )  # fmt: skip
    inbox.take([incoming])
    (claim,) = inbox.claim(1)
    one = chats.met(claim.chat, incoming)
    store.do(lambda session: chats.show_menu(session, one.name, (YES.model_copy(update={"title": secrets[5]}),)))
    put(store, one, *secrets)
    outbox.sent(outbox.claim([CHANNEL], 1)[0], f"{secrets[2]}/n-77")
    chats.code_for(one.conversation)
    tables = (IncomingRow, OutgoingRow, ChatRow, LinkRow)
    held = store.do(lambda session: str([session.execute(select(table.__table__)).all() for table in tables]))
    assert one.conversation in held
    assert [secret for secret in secrets if secret in held] == []
