"""What each kind of reply looks like in Telegram: tests/golden/telegram, and the service's limits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import Chat, Incoming, Rendered
from bot.channels.telegram_payloads import payload_of
from bot.channels.telegram_rendering import FILE_BYTES, PHOTO_BYTES, plain, rendering, utf16
from bot.channels.words import paragraphs
from bot.messages import Location
from knowledge.reply import Attached, Button, Card, Checklist, ChecklistItem, Outcome, Reply
from tests.doubles.telegram_html import read, units
from tests.golden.golden import assert_golden, assert_no_strays
from tests.golden.replies import ANSWER, ERASED, HAND_OFF, LONG, PAPERS, REPLIES, STATUS, THIRTY, WHERE_ARE_YOU

ALONE = Chat(chat="5000000")
GROUP = Chat(chat="-1001000001", group=True)
UNFITTING = "answer:q7x0z9k3vj41mwe8s5ydb6ru2phq8zwx3=z3f9gk0xq7w1tv8nj5c2ylb4ed6amp0rj9s"


def came(chat: Chat = ALONE, number: str = "101", **more: Any) -> Incoming:
    details = {"message_id": f"{chat.chat}/{number}" if chat.group else number, **more.pop("details", {})}
    return Incoming(
        channel="telegram", id="7", chat=chat.chat, person="5000000", group=chat.group,
        sent=datetime(2026, 11, 23, tzinfo=UTC), details=details, **more,
    )  # fmt: skip


def texts(reply: Reply, chat: Chat = ALONE, to: Incoming | None = None) -> list[str]:
    """What people read in each message."""
    return [words(one) for one in rendering(reply, chat, to, None).messages]


def words(message: Rendered) -> str:
    source = message.body.get("text", message.body.get("caption", ""))
    return read(source, message.body.get("parse_mode")).text


def buttons(message: Rendered) -> list[dict[str, str]]:
    rows = message.body.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


@pytest.mark.parametrize("name", REPLIES)
def test_every_kind_of_reply_looks_as_it_did(name: str) -> None:
    assert_golden("telegram", name, rendering(REPLIES[name], ALONE, came(), None))


def test_there_is_no_golden_file_too_many() -> None:
    assert_no_strays("telegram", set(REPLIES))


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_nothing_of_a_reply_gets_lost(reply: Reply) -> None:
    shown = rendering(reply, ALONE, came(), None)
    read_by_people = " ".join(" ".join(map(words, shown.messages)).split())
    for block in paragraphs(reply):
        for line in block.split("\n"):
            kept = line.partition(": http")[0] if reply.card and line.endswith(str(reply.card.page)) else line
            assert " ".join(kept.split()) in read_by_people
    tapped = [payload_of(button["callback_data"]) for one in shown.messages for button in buttons(one)]
    assert tapped == [button.payload for button in reply.buttons]
    assert [one.file for one in shown.messages if one.file] == [one.id for one in reply.attached]
    if reply.card and reply.card.page:
        assert any(f'href="{reply.card.page}"' in one.body.get("text", "") for one in shown.messages)


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_the_limits_of_the_service_are_kept(reply: Reply) -> None:
    for one in rendering(reply, ALONE, came(), None).messages:
        assert units(words(one)) <= (1024 if one.file else 4096)
        assert len(buttons(one)) <= 100
        assert all(1 <= len(button["callback_data"].encode()) <= 64 for button in buttons(one))


@given(st.text(alphabet=st.sampled_from("aă🏛<>&\"' .\n:•"), max_size=3000), st.integers(1, 6))
def test_any_text_is_cut_within_the_limit_and_says_the_same(text: str, times: int) -> None:
    reply = Reply(text=text * times, outcome=Outcome.ANSWER)
    shown = texts(reply)
    assert all(0 < units(one) <= 4096 for one in shown)
    assert "".join("".join(shown).split()) == "".join(reply.text.split())


def test_a_long_text_is_cut_at_a_line_and_only_its_end_has_buttons() -> None:
    messages = rendering(LONG, ALONE, came(), None).messages
    assert len(messages) == 3
    assert [bool(buttons(one)) for one in messages] == [False, False, True]
    assert all(words(one).endswith((".", ":")) for one in messages)


def test_titles_headings_and_sources_are_dressed_and_what_looks_like_html_is_not() -> None:
    (message,) = rendering(ANSWER, ALONE, came(), None).messages
    text = message.body["text"]
    assert "<b>Đăng ký khai sinh (mã 1.001193)</b>" in text
    assert "<b>Giấy tờ cần có:</b>" in text
    assert "<i>Nguồn: " in text
    assert "☐ Giấy chứng nhận kết hôn &lt;của cha mẹ&gt;" in text
    assert "xã &amp; phường" in text
    assert message.body["link_preview_options"] == {"is_disabled": True}


def test_a_heading_is_bold_only_as_a_whole_line() -> None:
    assert "<b>" not in rendering(REPLIES["emergency"], ALONE, None, None).messages[0].body["text"].partition("\n")[2]


def test_short_titles_share_a_row_and_long_ones_do_not() -> None:
    rows = rendering(REPLIES["clarify"], ALONE, None, None).messages[-1].body["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == [1, 1, 1, 2]
    answer = rendering(ANSWER, ALONE, None, None).messages[-1].body["reply_markup"]["inline_keyboard"]
    assert [button["text"] for button in answer[-1]] == ["👍 Có ích", "👎 Chưa đúng ý"]
    thirty = rendering(THIRTY, ALONE, None, None).messages[-1].body["reply_markup"]["inline_keyboard"]
    assert [button["text"] for row in thirty for button in row] == [button.title for button in THIRTY.buttons]
    assert max(map(len, thirty)) <= 3


def test_what_cannot_be_a_button_becomes_a_numbered_menu() -> None:
    hard = Button(title="Trường hợp rất dài", payload=UNFITTING)
    reply = Reply(text="Chọn giúp tôi.", outcome=Outcome.CLARIFY, buttons=(Button(title="Có", payload="case:co"), hard))
    made = rendering(reply, ALONE, None, None)
    assert made.menu == (hard,)
    assert "1. Trường hợp rất dài" in words(made.messages[-1])
    assert [one["text"] for one in buttons(made.messages[-1])] == ["Có"]


def test_more_buttons_than_telegram_takes_go_on_as_a_menu() -> None:
    many = tuple(Button(title=f"Xã {number}", payload=f"place:{10000 + number}") for number in range(130))
    made = rendering(Reply(text="Xã nào ạ?", outcome=Outcome.CLARIFY, buttons=many), ALONE, None, None)
    assert len(buttons(made.messages[-1])) == 100
    assert made.menu == many[100:]
    assert "30. Xã 129" in words(made.messages[-1])


def test_buttons_without_words_get_some() -> None:
    reply = Reply(text="", outcome=Outcome.CLARIFY, buttons=(Button(title="Có", payload="case:co"),))
    (message,) = rendering(reply, ALONE, None, None).messages
    assert words(message)
    assert buttons(message)


def test_nothing_at_all_is_no_message() -> None:
    assert rendering(Reply(text=" ", outcome=Outcome.SMALL_TALK), ALONE, came(), None).messages == ()


def test_a_picture_carries_the_words_and_buttons_if_they_fit_below_it() -> None:
    (message,) = rendering(STATUS, ALONE, came(), None).messages
    assert message.call == "sendPhoto"
    assert message.file == STATUS.attached[0].id
    assert words(message) == STATUS.text
    assert [one["text"] for one in buttons(message)] == [button.title for button in STATUS.buttons]


def test_a_picture_with_longer_words_comes_behind_them_and_says_what_it_shows() -> None:
    first, second = rendering(STATUS.model_copy(update={"text": "Hồ sơ. " * 200}), ALONE, came(), None).messages
    assert (first.call, second.call) == ("sendMessage", "sendPhoto")
    assert words(second) == STATUS.attached[0].alt
    assert not buttons(first)
    assert buttons(second)


def test_papers_are_documents_with_their_names() -> None:
    messages = rendering(PAPERS, ALONE, came(), None).messages
    assert [one.call for one in messages] == ["sendMessage", "sendDocument", "sendDocument"]
    assert [one.file_name for one in messages[1:]] == ["Tờ khai.pdf", "Tờ khai.docx"]
    assert [bool(buttons(one)) for one in messages] == [False, False, True]


@pytest.mark.parametrize(
    ("media_type", "size", "call"),
    [("image/png", PHOTO_BYTES, "sendPhoto"), ("image/png", PHOTO_BYTES + 1, "sendDocument"),
     ("image/svg+xml", 10, "sendDocument")],
)  # fmt: skip
def test_what_is_no_photo_to_telegram_goes_as_a_file(media_type: str, size: int, call: str) -> None:
    one = Attached(id="picture-of-the-way-0001", name="x", media_type=media_type, size=size)
    reply = Reply(text="Đây ạ.", outcome=Outcome.STATUS, attached=(one,))
    assert [message.call for message in rendering(reply, ALONE, None, None).messages] == [call]


def test_what_is_too_big_for_telegram_is_told_in_words() -> None:
    one = Attached(id="paper-to-take-away-0001", name="Hồ sơ.pdf", media_type="application/pdf", size=FILE_BYTES + 1)
    (message,) = rendering(Reply(text="Đây ạ.", outcome=Outcome.STATUS, attached=(one,)), ALONE, None, None).messages
    assert message.call == "sendMessage"
    assert "Hồ sơ.pdf" in words(message)


def test_a_long_description_of_a_picture_goes_on_below_it() -> None:
    one = Attached(id="picture-of-the-way-0001", name="x", media_type="image/png", size=9, alt="Bước này. " * 150)
    reply = Reply(text="Đây ạ. " * 200, outcome=Outcome.STATUS, attached=(one,))
    shown = texts(reply)
    assert "".join("".join(shown).split()) == "".join((reply.text + one.alt).split())


def test_one_tap_shares_the_number_or_the_place() -> None:
    keys = [
        rendering(reply, ALONE, came(), None).messages[-1].body["reply_markup"]["keyboard"][0][0]
        for reply in (HAND_OFF, WHERE_ARE_YOU)
    ]
    messages = rendering(HAND_OFF, ALONE, came(), None).messages
    assert [one.best_effort for one in messages] == [False, True]
    assert keys[0]["request_contact"] is True
    assert keys[1]["request_location"] is True


def test_a_reply_in_english_asks_in_english() -> None:
    reply = Reply(text="Please leave your telephone number here.", outcome=Outcome.HAND_OFF, wants_contact=True)
    assert words(rendering(reply, ALONE, None, None).messages[-1]).startswith("Tap the button")


def test_a_group_is_never_asked_for_anything_personal() -> None:
    messages = rendering(HAND_OFF, GROUP, came(GROUP, "8"), None).messages
    assert all("keyboard" not in one.body.get("reply_markup", {}) for one in messages)
    assert "nhắn riêng" in words(messages[-1])


def test_in_a_group_the_first_message_shows_what_it_answers() -> None:
    messages = rendering(LONG, GROUP, came(GROUP, "8", details={"thread": "3"}), 999).messages
    assert messages[0].body["reply_parameters"] == {"message_id": 8, "allow_sending_without_reply": True}
    assert all("reply_parameters" not in one.body for one in messages[1:])
    assert {one.body["message_thread_id"] for one in messages} == {3}
    assert {one.body["after"] for one in messages} == {8}


def test_old_buttons_go_when_one_was_tapped() -> None:
    first, *rest = rendering(ERASED, ALONE, came(number="55", details={"callback": "c1"}), None).messages
    assert (first.call, first.best_effort, first.body) == ("editMessageReplyMarkup", True, {"message_id": 55})
    assert [one.call for one in rest] == ["sendMessage"]


@pytest.mark.parametrize("shared", [{"contact": "+84912345678"}, {"location": Location(lat=18.7, lon=105.7)}])
def test_the_keyboard_goes_when_its_key_was_used(shared: dict[str, Any]) -> None:
    first, second = rendering(ERASED, ALONE, came(**shared), None).messages
    assert first.body["reply_markup"] == {"remove_keyboard": True}
    assert first.best_effort
    assert "reply_markup" not in second.body


def test_a_message_knows_which_one_was_there_before_it() -> None:
    assert rendering(ERASED, ALONE, came(number="101"), 250).messages[0].body["after"] == 250
    assert rendering(ERASED, ALONE, came(number="101"), None).messages[0].body["after"] == 101
    assert "after" not in rendering(ERASED, ALONE, None, None).messages[0].body


def test_html_becomes_plain_words_with_its_addresses() -> None:
    assert plain('<b>A &amp; B</b>\n<a href="https://x.example/?a=1&amp;b=2">Trang</a> &lt;c&gt;') == (
        "A & B\nTrang: https://x.example/?a=1&b=2 <c>"
    )


def test_length_counts_as_telegram_counts() -> None:
    assert [utf16(text) for text in ("a", "ế", "🏛", "")] == [1, 1, 2, 0]


def test_an_address_with_quotes_stays_within_its_link() -> None:
    page = 'https://x.example/"><b>'
    card = Card(
        title="A", code="1.000001", checked=True, page=page,
        checklist=Checklist(title="A", items=(ChecklistItem(name="B"),)),
    )  # fmt: skip
    (message,) = rendering(Reply(text="A", outcome=Outcome.ANSWER, card=card), ALONE, None, None).messages
    assert read(message.body["text"], "HTML").entities[-1][3] == page
