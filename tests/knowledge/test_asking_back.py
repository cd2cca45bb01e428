"""Replies that ask back."""

from __future__ import annotations

import pytest

from knowledge import asking_back
from knowledge.asking_back import (
    case_question,
    clarify,
    halves,
    not_that,
    one_below_the_other,
    procedure_button,
    sent_on,
    short,
    which_procedure,
    which_two,
    why_asked,
)
from knowledge.catalogue import Catalogue
from knowledge.record import Level, Option, Procedure, Question
from knowledge.reply import Button, Outcome, Reply
from knowledge.situation import UNKNOWN, asked_of
from knowledge.tongue import Language, speaking
from tests.knowledge import tiny

BIRTH, STAY, LICENCE, HOME = (tiny.procedure(code) for code in tiny.RECORDS)
QUESTION = Question.model_validate(
    {
        "id": "o-dau",
        "ask": "Anh/chị ở nhà thuê hay nhà mình ạ?",
        "why": "Nhà thuê cần thêm giấy cho thuê.",
        "options": [{"id": "thue", "label": "Nhà thuê"}, {"id": "nha-minh", "label": "Nhà mình"}],
    }
)


def payloads(reply: Reply) -> list[str]:
    return [button.payload for button in reply.buttons]


# --- which procedure


def test_what_may_be_meant_is_numbered() -> None:
    reply = clarify("Loại nào?", [procedure_button(STAY), procedure_button(HOME)], 0.7)
    assert (reply.outcome, reply.confidence) == (Outcome.CLARIFY, 0.7)
    assert reply.text == "Loại nào?\n1. Đăng ký tạm trú\n2. Đăng ký thường trú\nBấm chọn, hoặc gõ số thứ tự."


def test_without_a_question_or_buttons_it_still_asks() -> None:
    reply = clarify(None, [], 0.4)
    assert reply.text.endswith("ạ?")
    assert "Bấm chọn" not in reply.text


def test_what_is_offered_has_its_sources() -> None:
    sources = clarify("Loại nào?", [], 0.7, [STAY, LICENCE]).sources
    assert [(source.code, source.field, source.name) for source in sources] == [
        (tiny.STAY, "name", "Cổng thử nghiệm"),
        (tiny.LICENCE, "name", "Ghi chép cũ"),
    ]


def test_every_topic_fits_its_buttons(shipped: Catalogue) -> None:
    for topic in shipped.topics.values():
        buttons = [Button(title=option.label, payload=f"procedure:{option.code}") for option in topic.options]
        reply = clarify(topic.question, buttons, 0.9)
        assert len(reply.buttons) == len(topic.options) == len({button.payload for button in buttons}), topic.id


def test_a_message_that_says_nothing_is_asked_back() -> None:
    for reply in (which_procedure(), which_two(), asking_back.say_again()):
        assert (reply.outcome, reply.buttons, reply.procedure) == (Outcome.CLARIFY, (), None)
        assert "ví dụ" in reply.text.lower()


def test_not_that_apologises_and_offers_what_else_there_is() -> None:
    offered = not_that([procedure_button(STAY)], 0.6)
    assert offered.text.startswith("Xin lỗi, tôi hiểu chưa đúng.")
    assert payloads(offered) == [f"procedure:{tiny.STAY}"]
    nothing = not_that([], 0.6)
    assert (nothing.text, nothing.buttons, nothing.outcome) == (asking_back.SAY_AGAIN, (), Outcome.CLARIFY)


# --- what applies to somebody


def test_a_question_stands_with_its_answers_as_buttons() -> None:
    reply = case_question(STAY, QUESTION)
    assert (reply.outcome, reply.procedure) == (Outcome.CLARIFY, tiny.STAY)
    assert reply.text == (
        "👉 Anh/chị ở nhà thuê hay nhà mình ạ?\n1. Nhà thuê\n2. Nhà mình\nBấm chọn, hoặc gõ số thứ tự."
    )
    assert payloads(reply) == [
        "answer:o-dau=thue",
        "answer:o-dau=nha-minh",
        f"answer:o-dau={UNKNOWN}",
        "intent:ask_why",
    ]


def test_the_reason_is_told_without_buttons() -> None:
    reply = why_asked(STAY, QUESTION)
    assert (reply.text, reply.buttons, reply.procedure) == (QUESTION.why, (), tiny.STAY)


def test_every_question_of_every_record_can_be_asked(shipped: Catalogue) -> None:
    for record in shipped.procedures.values():
        for question in asked_of(record):
            reply = case_question(record, question)
            assert len(set(payloads(reply))) == len(question.options) + 2, (record.code, question.id)
            assert {source.code for source in reply.sources} == {record.code}


def test_who_is_sent_on_is_told_why() -> None:
    because = Option(id="thue", label="Nhà thuê", tells="Nhà thuê thì làm tạm trú.", goes_to=tiny.STAY)
    reply = sent_on(Reply(text="Câu trả lời.", outcome=Outcome.ANSWER, procedure=tiny.STAY), because, STAY)
    assert reply.text == (
        "➡️ Vì “Nhà thuê”, việc của anh/chị là thủ tục khác: Đăng ký tạm trú. Nhà thuê thì làm tạm trú.\n\nCâu trả lời."
    )
    assert reply.procedure == tiny.STAY


def test_it_asks_in_english() -> None:
    with speaking(Language.ENGLISH):
        reply = case_question(STAY, QUESTION)
        assert reply.text.endswith("\nTap one, or type its number.")
        assert [button.title for button in reply.buttons][2:] == ["I do not know", "Why do you ask?"]
        assert which_procedure().text.startswith("Which procedure do you mean?")


# --- two things beside each other


@pytest.mark.parametrize(
    ("text", "two"),
    [
        ("tạm trú với thường trú", ["tạm trú", "thường trú"]),
        ("tam tru voi thuong tru khac gi", ["tam tru", "thuong tru"]),
        ("tạm trú với thường trú giống nhau không", ["tạm trú", "thường trú"]),
        ("tạm trú so với thường trú", ["tạm trú", "thường trú"]),
        ("tạm trú hay là thường trú", ["tạm trú", "thường trú"]),
        ("tạm trú với thường trú và lưu trú", ["tạm trú", "thường trú và lưu trú"]),
        ("difference between passport AND id card", ["passport", "id card"]),
        ("tạm trú", []),
        ("và thường trú", []),
        ("với ", []),
    ],
)
def test_a_message_falls_into_halves(text: str, two: list[str]) -> None:
    assert [half.strip() for half in halves(text)] == two


def test_answers_to_several_questions_stand_below_each_other() -> None:
    helpful = Button(title="Có ích", payload="feedback:helpful")
    more = Button(title="Lệ phí", payload="aspects:fees")
    first, second = (
        Reply(text=text, outcome=Outcome.ANSWER, procedure=record.code, buttons=(more, helpful)).model_copy(
            update={"sources": clarify(None, [], 1, [record]).sources}
        )
        for text, record in (("Một.", STAY), ("Hai.", HOME))
    )
    whole = one_below_the_other([first, second], [procedure_button(STAY), procedure_button(HOME)])
    assert whole.text.split("\n") == ["Một.", "", "———", "", "Hai."]
    assert payloads(whole) == [f"procedure:{tiny.STAY}", f"procedure:{tiny.HOME}", "feedback:helpful"]
    assert (whole.procedure, whole.card) == (tiny.STAY, None)
    assert [source.code for source in whole.sources] == [tiny.STAY, tiny.HOME]


# --- buttons


@pytest.mark.parametrize(("length", "found"), [(60, "x" * 60), (61, f"{'x' * 59}…")])
def test_a_long_name_is_cut_on_a_button(length: int, found: str) -> None:
    assert short("x" * length) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Đăng ký khai sinh", "Đăng ký khai sinh"),
        ("Đăng ký khai sinh cho trẻ em", "Đăng ký khai…"),
        ("Đăng ký khai tử, ghi vào sổ", "Đăng ký khai tử…"),
        ("Cấp sổ (thẻ bảo hiểm)", "Cấp sổ (thẻ bảo…"),
        ("Cấp sổ đỏ lần (đầu tiên)", "Cấp sổ đỏ lần…"),
    ],
)
def test_it_is_cut_between_two_words(text: str, found: str) -> None:
    assert short(text, 17) == found


def card_at(*levels: Level, code: str, name: str = "Cấp đổi thẻ đội viên") -> Procedure:
    return tiny.imported(code, name, levels=[level.value for level in levels])


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (Level.PROVINCE, "cấp tỉnh"),
        (Level.MINISTRY, "trung ương"),
        (Level.OTHER, "cơ quan khác"),
        (Level.COMMUNE, f"mã {tiny.CARD_PROVINCE}"),  # the same level twice: only the code tells them apart
    ],
)
def test_the_button_of_a_twin_says_its_level(level: Level, said: str) -> None:
    told, twin = card_at(Level.COMMUNE, code=tiny.CARD_COMMUNE), card_at(level, code=tiny.CARD_PROVINCE)
    button = procedure_button(twin, beside=told)
    assert (button.title, button.payload) == (f"Cấp đổi thẻ đội viên ({said})", f"procedure:{tiny.CARD_PROVINCE}")


def test_the_button_of_another_matter_does_not() -> None:
    told = card_at(Level.COMMUNE, code=tiny.CARD_COMMUNE)
    assert procedure_button(LICENCE, beside=told).title == LICENCE.short_name
    assert procedure_button(LICENCE) == procedure_button(LICENCE, beside=told)


@pytest.mark.parametrize("level", [Level.PROVINCE, Level.COMMUNE])
def test_a_long_name_leaves_room_for_the_level(level: Level) -> None:
    name = "Cấp đổi thẻ đội viên đội dân phòng tự nguyện của thôn, bản, tổ dân phố ở miền núi"
    told, twin = (card_at(at, code=code, name=name) for at, code in ((Level.COMMUNE, "9.000012"), (level, "9.000011")))
    title = procedure_button(twin, beside=told).title
    assert title.endswith("… (cấp tỉnh)" if level is Level.PROVINCE else "… (mã 9.000011)")
    assert "……" not in title
    assert 40 < len(title) <= 60
