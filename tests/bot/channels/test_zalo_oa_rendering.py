from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.channel import Chat, Incoming, Rendered, Rendering
from bot.channels.zalo_oa_rendering import CONTACT, FILE, LONGEST, PICTURE, TEXT, Renderer, characters
from bot.channels.zalo_taps import Taps
from knowledge.reply import Attached, Button, Card, Outcome, Reply
from tests.golden.golden import assert_golden, assert_no_strays
from tests.golden.replies import ANSWER, ENGLISH, LONG, PAGE, REPLIES, SMALL_TALK, STATUS, THIRTY

PERSON = "9007199254740993"
TAPS = Taps("made-up")
LAST = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CHAT = Chat(chat=PERSON, last=LAST)
ASKED = Incoming(channel="zalo-oa", id="1", chat=PERSON, person=PERSON, sent=LAST, text="xin chào")
PDF = Attached(id="a" * 20, name="to-khai.pdf", media_type="application/pdf", size=1000)


def rendered(reply: Reply, to: Incoming | None = ASKED, **changes: Any) -> Rendering:
    return Renderer(TAPS, **changes).render(reply, CHAT, to)


def without_names(rendering: Rendering) -> dict[str, Any]:
    """The name of each call is drawn anew each time."""
    content = rendering.model_dump(mode="json")
    for message in content["messages"]:
        assert len(message["body"].pop("ours")) == 32
    return content


def texts(rendering: Rendering) -> list[str]:
    return [message.body["message"]["text"] for message in rendering.messages if message.call == TEXT]


def buttons(message: Rendered) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = message.body["message"].get("attachment", {}).get("payload", {}).get("buttons", [])
    return found


def with_buttons(count: int, **fields: Any) -> Reply:
    made = tuple(Button(title=f"Nút {number}", payload=f"case:so-{number}") for number in range(1, count + 1))
    return Reply(text="Anh/chị chọn giúp nhé.", outcome=Outcome.CLARIFY, buttons=made, **fields)


@pytest.mark.parametrize("name", REPLIES)
def test_each_reply_looks_as_it_did(name: str) -> None:
    assert_golden("zalo-oa", name, without_names(rendered(REPLIES[name], public_url="https://motcua.example")))


def test_there_is_no_golden_file_without_a_reply() -> None:
    assert_no_strays("zalo-oa", set(REPLIES))


@pytest.mark.parametrize("name", REPLIES)
def test_each_reply_keeps_the_rules_of_the_service(name: str) -> None:
    for message in rendered(REPLIES[name]).messages:
        if message.call == TEXT:
            assert 1 <= characters(message.body["message"]["text"]) <= LONGEST
        assert len(buttons(message) if message.call == TEXT else []) <= 5
        assert len(json.dumps(message.body)) < 20_000


def test_five_buttons_are_tapped_and_say_whose_they_are() -> None:
    rendering = rendered(with_buttons(5))
    [message] = rendering.messages
    assert rendering.menu == ()
    assert [button["title"] for button in buttons(message)] == [f"Nút {number}" for number in range(1, 6)]
    assert {button["type"] for button in buttons(message)} == {"oa.query.hide"}
    assert TAPS.unwrapped(buttons(message)[2]["payload"], PERSON) == ("case:so-3", "Nút 3")


def test_six_buttons_are_a_numbered_menu() -> None:
    reply = with_buttons(6)
    rendering = rendered(reply)
    assert rendering.menu == reply.buttons
    assert "6. Nút 6" in texts(rendering)[-1]
    assert buttons(rendering.messages[-1]) == []


def test_a_long_menu_is_told_whole() -> None:
    rendering = rendered(THIRTY)
    told = "\n".join(texts(rendering))
    assert all(button.title in told for button in THIRTY.buttons)


CARD = Card(title="Đăng ký khai sinh", code="1.001193", checked=True, page=PAGE)


def test_the_page_is_a_button_while_there_is_room() -> None:
    rendering = rendered(with_buttons(4, card=CARD))
    assert buttons(rendering.messages[-1])[-1]["payload"] == {"url": PAGE}
    assert PAGE not in texts(rendering)[0]


@pytest.mark.parametrize("count", [5, 6])
def test_the_page_is_a_link_or_a_button_of_its_own(count: int) -> None:
    rendering = rendered(with_buttons(count, card=CARD))
    shown = [button["payload"] for button in buttons(rendering.messages[-1])]
    assert (PAGE in "\n".join(texts(rendering))) is (count == 5)
    assert ({"url": PAGE} in shown) is (count == 6)


def test_a_long_text_is_split_and_the_buttons_stand_below_its_end() -> None:
    rendering = rendered(LONG.model_copy(update={"buttons": with_buttons(2).buttons}))
    *first, last = rendering.messages
    assert len(first) >= 1
    assert all(buttons(message) == [] for message in first)
    assert len(buttons(last)) >= 2


def test_pictures_stand_above_what_can_be_tapped() -> None:
    calls = [message.call for message in rendered(STATUS).messages]
    assert calls[-1] == TEXT and PICTURE in calls


def test_a_file_follows_its_words() -> None:
    rendering = rendered(SMALL_TALK.model_copy(update={"attached": (PDF,)}))
    assert [message.call for message in rendering.messages] == [TEXT, FILE]
    assert (rendering.messages[1].file, rendering.messages[1].file_name) == (PDF.id, PDF.name)


@pytest.mark.parametrize("change", [{"size": 5_000_001}, {"media_type": "application/zip"}])
def test_a_file_that_is_not_taken_becomes_words_with_a_link(change: dict[str, Any]) -> None:
    reply = SMALL_TALK.model_copy(update={"attached": (PDF.model_copy(update=change),)})
    [message] = rendered(reply, public_url="https://motcua.example").messages
    told = message.body["message"]["text"]
    assert "to-khai.pdf" in told and f"https://motcua.example/api/files/{PDF.id}" in told
    assert "to-khai.pdf" in texts(rendered(reply))[0]


def test_buttons_without_words_get_some() -> None:
    [message] = rendered(with_buttons(2).model_copy(update={"text": ""})).messages
    assert message.body["message"]["text"]


def test_the_form_for_a_number_may_fail_and_has_a_picture_only_where_one_is_set() -> None:
    reply = SMALL_TALK.model_copy(update={"wants_contact": True})
    last = rendered(reply).messages[-1]
    assert last.call == CONTACT and last.best_effort
    [element] = last.body["message"]["attachment"]["payload"]["elements"]
    assert "image_url" not in element
    shown = rendered(reply, contact_picture="https://motcua.example/form.png").messages[-1]
    [element] = shown.body["message"]["attachment"]["payload"]["elements"]
    assert element["image_url"] == "https://motcua.example/form.png"


def test_a_wish_for_a_place_becomes_words_in_the_language_of_the_reply() -> None:
    assert "vị trí" in texts(rendered(SMALL_TALK.model_copy(update={"wants_location": True})))[-1]
    assert "location" in texts(rendered(ENGLISH.model_copy(update={"wants_location": True})))[-1]


def test_a_notice_knows_when_the_person_last_wrote() -> None:
    notice = rendered(ANSWER, to=None)
    assert {message.body["notice"]["last"] for message in notice.messages} == {LAST.isoformat()}
    assert all("notice" not in message.body for message in rendered(ANSWER).messages)


def test_no_two_calls_have_the_same_name() -> None:
    names = [message.body["ours"] for _ in range(2) for message in rendered(LONG).messages]
    assert len(set(names)) == len(names) > 2
