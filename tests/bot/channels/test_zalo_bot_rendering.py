"""Every kind of reply as the Zalo bot sends it. Nothing is left out, nothing is too long."""

from __future__ import annotations

import re
import unicodedata

import pytest

from bot.channels.channel import Rendering
from bot.channels.words import split
from bot.channels.zalo_bot_rendering import LONGEST, NO_FILE, ONLY_PICTURES, ONLY_WORDS, in_words, length, rendered
from knowledge.reply import Attached, Button, Outcome, Reply
from tests.golden.golden import assert_golden, assert_no_strays
from tests.golden.replies import ENGLISH, LONG, PAPERS, REPLIES, STATUS, WANTS_FILE, WHERE_ARE_YOU

URL = "https://motcua.example"


def all_text(rendering: Rendering) -> str:
    return "\n".join(message.body.get("text") or message.body["caption"] for message in rendering.messages)


@pytest.mark.parametrize("name", REPLIES)
def test_each_kind_of_reply(name: str) -> None:
    assert_golden("zalo-bot", name, rendered(REPLIES[name], URL))


def test_no_golden_file_is_of_no_reply() -> None:
    assert_no_strays("zalo-bot", set(REPLIES))


@pytest.mark.parametrize("name", REPLIES)
def test_nothing_is_left_out_and_nothing_is_too_long(name: str) -> None:
    reply, rendering = REPLIES[name], rendered(REPLIES[name], URL)
    text = all_text(rendering)
    for message in rendering.messages:
        assert 1 <= length(message.body.get("text", message.body.get("caption", ""))) <= LONGEST
        assert message.call in ("sendMessage", "sendPhoto")
    assert rendering.menu == reply.buttons
    for button in reply.buttons:
        assert re.search(rf"^\d+\. {re.escape(button.title)}|“{re.escape(button.title)}”", text, re.MULTILINE)
    for one in reply.attached:
        assert f"{URL}/api/files/{one.id}" in text + "".join(m.body.get("photo", "") for m in rendering.messages)
        assert one.alt in text
    words = set(re.findall(r"\w+", text))
    assert set(re.findall(r"\w+", reply.text)) <= words
    if reply.card:
        assert set(re.findall(r"\w+", reply.card.model_dump_json(include={"ways", "page"}))) <= words | CARD_FIELDS
        for item in reply.card.checklist.items if reply.card.checklist else ():
            assert f"☐ {item.name}: {item.count}" in text
            assert not item.note or item.note[1:] in text
    assert unicodedata.is_normalized("NFC", text)


CARD_FIELDS = {"ways", "page", "channel", "time_limit", "fees"}


def test_a_long_text_is_cut_at_lines() -> None:
    texts = [message.body["text"] for message in rendered(LONG, URL).messages]
    assert len(texts) > 3
    assert all(re.match(r"\d+\. Người nộp|Nguồn", text) for text in texts[1:])
    assert texts[-1].endswith("1. Giấy tờ cần có\nGõ số để chọn.")


def test_a_picture_goes_by_its_address_with_its_words() -> None:
    message = rendered(STATUS, URL).messages[-1]
    assert message.call == "sendPhoto"
    assert message.body == {"photo": f"{URL}/api/files/{STATUS.attached[0].id}", "caption": STATUS.attached[0].alt}


def test_without_an_address_pictures_and_documents_are_told_in_words() -> None:
    status = rendered(STATUS, "")
    assert [message.call for message in status.messages] == ["sendMessage"]
    assert STATUS.attached[0].alt in all_text(status)
    papers = all_text(rendered(PAPERS, ""))
    assert "📄 Tờ khai.pdf (89 KB)" in papers
    assert NO_FILE in papers
    assert "http" not in papers


def test_what_stands_beside_comes_above_the_menu() -> None:
    text = all_text(rendered(PAPERS, URL))
    assert text.index("Tải về:") < text.index("1. Báo tôi khi hồ sơ có tin")


def test_what_cannot_be_sent_here_is_said() -> None:
    assert ONLY_PICTURES in all_text(rendered(WANTS_FILE, URL))
    assert ONLY_WORDS in all_text(rendered(WHERE_ARE_YOU, URL))
    english = all_text(rendered(ENGLISH.model_copy(update={"wants_file": True}), URL))
    assert "I can take pictures here" in english
    assert ONLY_PICTURES not in english


def test_the_words_of_a_picture_fit_beside_its_address() -> None:
    alt = "Đã nhận hồ sơ. " * 300
    picture = Attached(id="p" * 24, name="a.png", media_type="image/png", size=1, alt=alt.strip())
    messages = rendered(Reply(text="Đây ạ.", outcome=Outcome.STATUS, attached=(picture,)), URL).messages
    shown = [message for message in messages if message.call == "sendPhoto"]
    assert len(shown) == 1
    assert length(in_words(shown[0]).body["text"]) <= LONGEST
    assert f"{URL}/api/files/{picture.id}" in in_words(shown[0]).body["text"]
    told = " ".join(m.body.get("caption") or m.body["text"] for m in messages[messages.index(shown[0]) :])
    assert told.count("Đã nhận hồ sơ.") == 300


def test_letters_outside_of_the_first_plane_count_twice() -> None:
    text = "👍" * 1500
    messages = rendered(Reply(text=text, outcome=Outcome.SMALL_TALK), URL).messages
    assert [len(message.body["text"]) for message in messages] == [1000, 500]
    assert split(text, LONGEST, length) == ["👍" * 1000, "👍" * 500]


def test_a_question_of_a_form_leaves_numbers_to_the_answer() -> None:
    buttons = (Button(title="Bỏ qua", payload="form:skip"), Button(title="Để sau", payload="form:later"))
    reply = Reply(text="👉 (3/9) Số bản sao?", outcome=Outcome.SUBMISSION, buttons=buttons)
    assert all_text(rendered(reply, URL)) == "👉 (3/9) Số bản sao?\n\nGõ “Bỏ qua” hoặc “Để sau”."
