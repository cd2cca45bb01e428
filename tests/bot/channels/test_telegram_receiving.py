"""What an update of Telegram's says to us."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from bot.channels.channel import Incoming, Kind
from bot.channels.telegram_payloads import callback_data
from bot.channels.telegram_receiving import Myself, incoming, telephone
from bot.messages import Location

NOW = datetime(2026, 11, 23, 8, 0, 30, 500_000, tzinfo=UTC)
WRITTEN = 1_795_420_800
ME = Myself(77, "motcua_thu_bot")
PERSON = {"id": 5, "is_bot": False, "first_name": "A"}
BOT = {"id": 77, "is_bot": True, "first_name": "M", "username": "motcua_thu_bot"}
ALONE = {"id": 5, "type": "private", "first_name": "A"}
GROUP = {"id": -1001, "type": "supergroup", "title": "G"}
ALL_ASPECTS = "aspects:documents,fees,time_limit,where,steps,conditions,form,legal_basis,result"


def read(number: int = 9, myself: Myself = ME, **what: Any) -> Incoming | None:
    update = Update.de_json({"update_id": number, **what}, None)
    return incoming(update, myself, NOW)


def message(chat: dict[str, Any] = ALONE, **parts: Any) -> dict[str, Any]:
    return {"message_id": 31, "date": WRITTEN, "chat": chat, "from": PERSON, **parts}


def heard(chat: dict[str, Any] = ALONE, myself: Myself = ME, **parts: Any) -> Incoming | None:
    return read(message=message(chat, **parts), myself=myself)


def certain(one: Incoming | None) -> Incoming:
    assert one is not None
    return one


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


def test_words() -> None:
    one = certain(heard(text=" làm khai sinh "))
    assert one.model_dump(exclude_defaults=True) == {
        "channel": "telegram", "id": "9", "chat": "5", "person": "5", "text": "làm khai sinh",
        "sent": datetime.fromtimestamp(WRITTEN, UTC).replace(microsecond=9), "details": {"message_id": "31"},
    }  # fmt: skip


def test_of_two_within_a_second_the_number_tells_which_came_first() -> None:
    first, second = (certain(read(number=number, message=message(text="a"))) for number in (700_000_999, 700_001_000))
    assert first.sent < second.sent


def test_an_edited_message() -> None:
    one = certain(read(edited_message=message(text="khai tử", edit_date=WRITTEN + 60)))
    assert one.edited
    assert one.text == "khai tử"
    assert one.sent.timestamp() // 1 == WRITTEN + 60


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("/start", "start", ""),
        ("/start 1-001193", "start", "1-001193"),
        ("/TroGiup", "trogiup", ""),
        ("/tracuu@Motcua_Thu_Bot H41-1 2", "tracuu", "H41-1 2"),
        ("/unknown x", "unknown", "x"),
    ],
)
def test_commands(text: str, command: str, rest: str) -> None:
    one = certain(heard(text=text, entities=[entity("bot_command", 0, len(text.partition(" ")[0]))]))
    assert (one.command, one.text) == (command, rest)


def test_a_slash_that_is_no_command_is_text() -> None:
    assert certain(heard(text="/ 3")).model_dump(include={"command", "text"}) == {"command": "", "text": "/ 3"}


def test_a_place_that_is_shared() -> None:
    one = certain(heard(location={"latitude": 18.67, "longitude": 105.69}))
    assert one.location == Location(lat=18.67, lon=105.69)


def test_a_live_place_counts_once() -> None:
    live = {"latitude": 18.67, "longitude": 105.69, "live_period": 60}
    assert certain(heard(location=live)).location
    assert read(edited_message=message(location=live, edit_date=WRITTEN)) is None


def test_only_ones_own_number_is_vouched_for() -> None:
    contact = {"phone_number": "84912345678", "first_name": "A"}
    assert certain(heard(contact={**contact, "user_id": 5})).contact == "+84912345678"
    for other in (contact, {**contact, "user_id": 6}):
        one = certain(heard(contact=other))
        assert one.contact is None
        assert one.unreadable
        assert "912345678" not in one.model_dump_json()


@pytest.mark.parametrize(
    ("given_", "number"),
    [("84912345678", "+84912345678"), ("+84 912-345-678", "+84912345678"), ("0912345678", "+84912345678"),
     ("14155550100", "+14155550100"), ("113", None), ("", None), ("9" * 16, None)],
)  # fmt: skip
def test_telephone_numbers_have_one_form(given_: str, number: str | None) -> None:
    assert telephone(given_) == number


def photo(name: str, side: int, size: int) -> dict[str, Any]:
    return {"file_id": name, "file_unique_id": name, "width": side, "height": side, "file_size": size}


def test_the_largest_photo_that_can_be_fetched() -> None:
    sizes = [photo("small", 90, 900), photo("huge", 5000, 21 * 2**20), photo("large", 1280, 90_000)]
    one = certain(heard(photo=sizes, caption="biên nhận", media_group_id="m1"))
    (file,) = one.files
    assert (file.reference, file.media_type, file.size) == ("large", "image/jpeg", 90_000)
    assert file.name.endswith(".jpg")
    assert one.text == "biên nhận"
    assert one.details["album"] == "m1"


def test_a_document() -> None:
    document = {"file_id": "d", "file_unique_id": "d", "file_name": "Tờ khai.pdf", "mime_type": "application/pdf"}
    (file,) = certain(heard(document={**document, "file_size": 12})).files
    assert (file.reference, file.name, file.media_type, file.size) == ("d", "Tờ khai.pdf", "application/pdf", 12)


@pytest.mark.parametrize(
    "part",
    [
        {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}},
        {"sticker": {"file_id": "s", "file_unique_id": "s", "width": 1, "height": 1, "is_animated": False,
                     "is_video": False, "type": "regular"}},
        {"dice": {"value": 3, "emoji": "🎲"}},
        {"animation": {"file_id": "g", "file_unique_id": "g", "width": 1, "height": 1, "duration": 1},
         "document": {"file_id": "g", "file_unique_id": "g"}},
    ],
    ids=["voice", "sticker", "dice", "moving picture"],
)  # fmt: skip
def test_what_cannot_be_read(part: dict[str, Any]) -> None:
    one = certain(heard(**part))
    assert one.unreadable
    assert not one.files


def tapped(data: str, *, message: dict[str, Any] | None = None, **more: Any) -> Incoming | None:
    query = {"id": "c7", "from": PERSON, "chat_instance": "1", "data": data, **more}
    return read(callback_query={**query, "message": message} if message else query)


def with_button(data: str, chat: dict[str, Any] = ALONE) -> dict[str, Any]:
    markup = {"inline_keyboard": [[{"text": "Khác", "callback_data": "x"}], [{"text": "Có", "callback_data": data}]]}
    return message(chat, text="Hỏi?", reply_markup=markup) | {"from": BOT}


@pytest.mark.parametrize("payload", ["answer:cha-me=co", ALL_ASPECTS])
def test_a_tap_knows_its_title_and_its_payload(payload: str) -> None:
    data = str(callback_data(payload))
    one = certain(tapped(data, message=with_button(data)))
    assert (one.payload, one.text) == (payload, "Có")
    assert one.details == {"message_id": "31", "callback": "c7"}
    assert one.sent == NOW.replace(microsecond=9)


def test_a_tap_below_a_message_that_is_too_old_to_be_seen() -> None:
    old = {"message_id": 31, "date": 0, "chat": ALONE}
    one = certain(tapped("follow:yes", message=old))
    assert (one.payload, one.text) == ("follow:yes", "")


def test_data_that_is_not_ours_counts_as_its_title_or_not_at_all() -> None:
    assert tapped("intent:<script>", message=message(text="a") | {"from": BOT}) is None
    one = certain(tapped("old-form", message=with_button("old-form")))
    assert (one.payload, one.text) == (None, "Có")


def test_a_tap_without_a_message_or_by_a_bot_is_none() -> None:
    assert tapped("follow:yes") is None
    assert tapped("follow:yes", message=with_button("follow:yes"), **{"from": BOT}) is None


def met(old: str, new: str, chat: dict[str, Any] = ALONE) -> Incoming | None:
    def member(status: str) -> dict[str, Any]:
        return {"status": status, "user": BOT} | ({"until_date": 0} if status == "kicked" else {})

    change = {"chat": chat, "from": PERSON, "date": WRITTEN}
    return read(my_chat_member={**change, "old_chat_member": member(old), "new_chat_member": member(new)})


def test_who_blocks_and_unblocks() -> None:
    assert certain(met("member", "kicked")).kind is Kind.LEFT
    assert certain(met("kicked", "member")).kind is Kind.JOINED
    assert certain(met("member", "left", GROUP)).kind is Kind.LEFT
    assert certain(met("left", "member", GROUP)).group


def test_other_rights_are_no_news() -> None:
    assert met("member", "member", GROUP) is None


MENTION = "@motcua_thu_bot"


@pytest.mark.parametrize(
    ("text", "offset", "left"),
    [
        (f"{MENTION} làm khai sinh?", 0, "làm khai sinh?"),
        (f"{MENTION}, làm khai sinh?", 0, "làm khai sinh?"),
        (f"Cho hỏi {MENTION} khai sinh", 8, "Cho hỏi khai sinh"),
        (f"🏛 khai sinh {MENTION}?", 13, "🏛 khai sinh?"),
    ],
)
def test_in_a_group_a_mention_is_meant_for_us_and_cut_out(text: str, offset: int, left: str) -> None:
    one = certain(heard(GROUP, text=text, entities=[entity("mention", offset, len(MENTION))]))
    assert one.text == left
    assert one.group
    assert (one.chat, one.person) == ("-1001", "5")
    assert one.details["message_id"] == "-1001/31"


def test_a_mention_by_account_and_one_below_a_picture() -> None:
    by_id = entity("text_mention", 0, 2, user=BOT)
    assert certain(heard(GROUP, text="Ơi khai sinh", entities=[by_id])).text == "khai sinh"
    below = certain(heard(GROUP, photo=[photo("p", 9, 9)], caption=f"{MENTION} đây",
                          caption_entities=[entity("mention", 0, len(MENTION))]))  # fmt: skip
    assert below.text == "đây"
    assert below.files


def test_only_our_name_is_a_greeting() -> None:
    one = certain(heard(GROUP, text=MENTION, entities=[entity("mention", 0, len(MENTION))]))
    assert (one.command, one.text) == ("start", "")


def test_in_a_group_what_is_not_meant_for_us_does_not_exist() -> None:
    assert heard(GROUP, text="ai đi ăn không") is None
    assert heard(GROUP, text="@another_bot hỏi", entities=[entity("mention", 0, 12)]) is None
    assert heard(GROUP, photo=[photo("p", 9, 9)]) is None
    assert heard(GROUP, text="/tracuu@another_bot", entities=[entity("bot_command", 0, 19)]) is None
    assert heard(GROUP, text="/weather", entities=[entity("bot_command", 0, 8)]) is None
    someone = message(GROUP, text="x")
    assert heard(GROUP, text="đúng rồi", reply_to_message=someone) is None


def test_in_a_group_a_reply_to_us_or_a_command_is_meant_for_us() -> None:
    ours = message(GROUP, text="x") | {"from": BOT}
    assert certain(heard(GROUP, text="có", reply_to_message=ours)).text == "có"
    assert certain(heard(GROUP, text="/trogiup", entities=[entity("bot_command", 0, 8)])).command == "trogiup"
    assert certain(tapped("follow:yes", message=with_button("follow:yes", GROUP))).group


def test_before_our_name_is_known_a_reply_counts_all_the_same() -> None:
    ours = message(GROUP, text="x") | {"from": BOT}
    assert heard(GROUP, text=MENTION, entities=[entity("mention", 0, 15)], myself=Myself(77)) is None
    assert heard(GROUP, text="có", reply_to_message=ours, myself=Myself(77)) is not None


def test_the_topic_of_a_group_is_kept() -> None:
    mention = [entity("mention", 0, len(MENTION))]
    one = certain(heard(GROUP, text=f"{MENTION} a", entities=mention, is_topic_message=True, message_thread_id=4))
    assert one.details["thread"] == "4"


@pytest.mark.parametrize(
    "what",
    [
        {"message": message(text="a") | {"from": {**PERSON, "is_bot": True}}},
        {"channel_post": message({"id": -1, "type": "channel", "title": "C"}, text="a")},
        {"message": message(new_chat_members=[PERSON])},
        {"message": message(pinned_message=message(text="a"))},
        {"message": message(text="   ")},
        {"poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
                  "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
                  "allows_revoting": False, "members_only": False}},
        {},
    ],
    ids=["a bot", "a channel", "who came", "what was pinned", "blank", "a poll", "nothing"],
)  # fmt: skip
def test_what_is_nobodys_question(what: dict[str, Any]) -> None:
    assert read(**what) is None


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_no_text_and_no_mark_in_it_makes_trouble(text: str, offset: int, length: int) -> None:
    for kind in ("mention", "bot_command", "bold"):
        one = heard(GROUP, text=text, entities=[entity(kind, offset, length)])
        assert one is None or one.group
