"""The library of a running server: what it answers to whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from knowledge import asking_back, compose, in_use
from knowledge.catalogue import load_catalogue
from knowledge.decide import Decision
from knowledge.encoder import Encoder
from knowledge.library import Library, waiting_question, with_what_belongs
from knowledge.normalise import Lexicon
from knowledge.passages import target_kind
from knowledge.record import Procedure, Question
from knowledge.reply import Aspect, Outcome, Reply
from knowledge.search import FEATURES, Hit
from knowledge.sections import View
from knowledge.settings import KnowledgeSettings
from knowledge.situation import UNKNOWN
from knowledge.snapshot import build_snapshot, switch
from knowledge.tongue import Language
from knowledge.understood import HERE, Understood
from tests.knowledge import tiny

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=HERE)  # the day before a holiday
FEES = (Aspect.FEES,)


def following(**changes: Any) -> Understood:
    """A follow-up question within a conversation about the registration of a birth."""
    said = Understood("ask_follow_up", 0.95, FEES, procedure=tiny.BIRTH, at=MONDAY)
    return replace(said, **changes)


def payloads(reply: Reply) -> list[str]:
    """What the buttons of a reply send, but for those that ask whether it helped."""
    return [button.payload for button in reply.buttons if not button.payload.startswith("feedback:")]


def titles(reply: Reply) -> list[str]:
    return [button.title for button in reply.buttons if not button.payload.startswith("feedback:")]


class Decided(Library):
    """A library whose search found and decided what a test says."""

    def __init__(self, library: Library, decision: Decision, hits: tuple[Hit, ...] = ()) -> None:
        self.__dict__.update(library.__dict__)
        self.given = (list(hits), decision)

    def find(self, text: str) -> tuple[list[Hit], Decision]:
        return self.given


class ByText(Library):
    """A library whose search decides what a test says for each text."""

    def __init__(self, library: Library, decisions: dict[str, Decision]) -> None:
        self.__dict__.update(library.__dict__)
        self.decisions = decisions

    def find(self, text: str) -> tuple[list[Hit], Decision]:
        return [], self.decisions[text]


def hit(target: str, score: float, **parts: float) -> Hit:
    return Hit(target, target_kind(target), score, tuple(parts.get(name, 0.0) for name in FEATURES))


@pytest.fixture(scope="module")
def wide_library(data: Path, wider_snapshots: Path, encoder_folder: Path) -> Library:
    """The library over the catalogue after an import; its snapshot stays."""
    return Library(KnowledgeSettings(data=data, snapshots=wider_snapshots, encoder=str(encoder_folder)))


@pytest.fixture
def holding(library: Library, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Library]:
    """Gives the library with other records in the place of its own."""

    def hold(*records: Procedure) -> Library:
        held = library.snapshot.catalogue
        procedures = dict(held.procedures.items()) | {record.code: record for record in records}
        snapshot = replace(library.snapshot, catalogue=replace(held, procedures=procedures))
        monkeypatch.setattr(library._in_use, "_snapshot", snapshot)
        return library

    return hold


# --- what it answers


def test_a_question_is_answered(library: Library) -> None:
    reply = library.ask("làm giấy khai sinh cho con")
    assert (reply.outcome, reply.procedure, reply.aspects) == (Outcome.ANSWER, tiny.BIRTH, ())
    assert reply.confidence > 0.9


def test_what_was_asked_about_is_told(library: Library) -> None:
    reply = library.ask("đổi bằng lái xe máy hết bao nhiêu", Understood(aspects=FEES))
    assert (reply.procedure, reply.aspects) == (tiny.LICENCE, FEES)
    assert "135 VNĐ" in reply.text


def test_an_answer_that_is_not_sure_offers_others(library: Library) -> None:
    decided = Decided(library, Decision(Outcome.ANSWER, 0.55, tiny.STAY, (tiny.HOME, tiny.BIRTH)))
    reply = decided.ask("ở nhờ")
    assert reply.procedure == tiny.STAY
    assert payloads(reply)[-2:] == [f"procedure:{tiny.HOME}", f"procedure:{tiny.BIRTH}"]
    assert reply.confidence == 0.55


def test_what_is_a_guess_is_asked_with_the_nearest_as_choices(library: Library) -> None:
    hits = tuple(hit(code, 1.0) for code in (tiny.STAY, tiny.HOME, tiny.BIRTH))
    reply = Decided(library, Decision(Outcome.ANSWER, 0.4, tiny.STAY), hits).ask("ở nhờ nhà người quen")
    assert reply.outcome is Outcome.CLARIFY
    assert payloads(reply) == [f"procedure:{code}" for code in (tiny.STAY, tiny.HOME, tiny.BIRTH)]


def test_a_message_is_read_with_the_one_before_if_only_both_name_something(library: Library) -> None:
    found = {
        "bằng lái sắp hết hạn còn nếu ở trọ": Decision(Outcome.ANSWER, 0.9, tiny.STAY),
        "bằng lái sắp hết hạn": Decision(Outcome.ANSWER, 0.9, tiny.LICENCE),
        "còn nếu ở trọ": Decision(Outcome.ANSWER, 0.4, tiny.LICENCE),
    }
    by_text = ByText(library, found)
    about = following(procedure=tiny.LICENCE, aspects=())
    assert by_text.ask("còn nếu ở trọ", replace(about, said_before="bằng lái sắp hết hạn")).procedure == tiny.STAY
    assert by_text.ask("còn nếu ở trọ", about).procedure == tiny.LICENCE
    found["bằng lái sắp hết hạn"] = Decision(Outcome.ANSWER, 0.9, tiny.STAY)  # then the first one alone meant it
    assert by_text.ask("còn nếu ở trọ", replace(about, said_before="bằng lái sắp hết hạn")).procedure == tiny.LICENCE


def test_what_the_procedure_gives_may_be_spoken_of(library: Library) -> None:
    """ "When do I get the birth certificate" is about the registration that gives it, not about any certificate."""
    unclear = Decided(library, Decision(Outcome.CLARIFY, 0.9, "topic:ho-khau"))
    about = following(procedure=tiny.BIRTH, intent="ask_procedure", aspects=(Aspect.TIME_LIMIT,))
    assert unclear.ask("bao lâu thì có giấy khai sinh", about).procedure == tiny.BIRTH
    assert unclear.ask("bao lâu thì có sổ hộ khẩu", about).outcome is Outcome.CLARIFY


def test_a_topic_asks_back(library: Library) -> None:
    reply = library.ask("làm hộ khẩu")
    assert reply.outcome is Outcome.CLARIFY
    assert reply.text.startswith(tiny.TOPIC["question"])
    assert payloads(reply) == [f"procedure:{tiny.STAY}", f"procedure:{tiny.HOME}"]
    assert {(source.code, source.field) for source in reply.sources} == {(tiny.STAY, "name"), (tiny.HOME, "name")}
    assert [button.title for button in reply.buttons] == ["Ở tạm", "Ở lâu dài"]


def test_without_a_topic_the_best_procedures_are_offered(library: Library) -> None:
    decided = Decided(library, Decision(Outcome.CLARIFY, 0.6, None, (tiny.HOME, tiny.STAY)))
    assert payloads(decided.ask("ở nhờ")) == [f"procedure:{tiny.HOME}", f"procedure:{tiny.STAY}"]


def test_what_others_handle_is_named(library: Library) -> None:
    reply = library.ask("mở nhà thuốc tây")
    assert reply.outcome is Outcome.NOT_IN_CATALOGUE
    assert "Nơi giải quyết: Sở Y tế." in reply.text
    assert reply.procedure is None


def test_what_nobody_is_known_to_handle_offers_what_is_near(library: Library) -> None:
    found = (hit(tiny.STAY, 0.9), hit("topic:ho-khau", 0.8), hit(tiny.HOME, 0.7), hit(tiny.BIRTH, 0.6))
    reply = Decided(library, Decision(Outcome.NOT_IN_CATALOGUE, 0.6, None), found).ask("hỏi chút")
    assert reply.outcome is Outcome.NOT_IN_CATALOGUE
    assert payloads(reply) == [f"procedure:{tiny.STAY}", f"procedure:{tiny.HOME}"]


@pytest.mark.parametrize("text", ["thi chứng chỉ đo đạc bản đồ", "xin chứng chỉ trắc địa"])
def test_what_is_known_but_not_held_is_named(wide_library: Library, text: str) -> None:
    """Its title was given with its phrasings; who handles it is not known."""
    reply = wide_library.ask(text)
    assert reply.outcome is Outcome.NOT_IN_CATALOGUE
    title = tiny.WIDER_PHRASINGS[tiny.UNHELD]["name"]
    assert reply.text.startswith(f"Tôi chưa có thông tin về thủ tục “{title}”.\n")
    assert "Nơi giải quyết" not in reply.text
    assert (reply.procedure, reply.buttons, reply.sources) == (None, (), ())


def test_a_code_without_a_known_title_is_not_named(wide_library: Library) -> None:
    decided = Decided(wide_library, Decision(Outcome.NOT_IN_CATALOGUE, 0.9, "elsewhere:9.999999"), (hit(tiny.BEES, 1),))
    reply = decided.ask("việc gì đó")
    assert reply.text.startswith("Tôi chưa có thông tin về thủ tục này.")
    assert payloads(reply) == [f"procedure:{tiny.BEES}"]


def test_an_answer_of_a_family_offers_the_other_level(wide_library: Library) -> None:
    reply = wide_library.ask("đổi thẻ đội viên dân phòng")
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.CARD_COMMUNE)
    assert payloads(reply)[-1] == f"procedure:{tiny.CARD_PROVINCE}"
    assert titles(reply)[-1].endswith("(cấp tỉnh)")
    assert titles(reply)[-1].startswith("Cấp đổi thẻ đội viên dân phòng")


def test_the_level_that_was_named_is_answered_and_the_other_offered(wide_library: Library) -> None:
    reply = wide_library.ask("đổi thẻ đội viên dân phòng trên tỉnh")
    assert reply.procedure == tiny.CARD_PROVINCE
    assert (payloads(reply)[-1], titles(reply)[-1][-8:]) == (f"procedure:{tiny.CARD_COMMUNE}", "(cấp xã)")


def test_twins_come_before_what_else_may_be_meant(wide_library: Library) -> None:
    others = (tiny.CARD_PROVINCE, tiny.BEES)
    reply = Decided(wide_library, Decision(Outcome.ANSWER, 0.55, tiny.CARD_COMMUNE, others)).ask("đổi thẻ")
    assert payloads(reply)[-2:] == [f"procedure:{code}" for code in others]
    assert [title.endswith(")") for title in titles(reply)[-2:]] == [True, False]


def test_an_imported_record_is_answered_with_a_warning(wide_library: Library) -> None:
    reply = wide_library.ask("cấp phép nuôi ong lấy mật")
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.BEES)
    assert compose.IMPORTED in reply.text
    assert "Nguồn không nêu, cần hỏi lại cơ quan tiếp nhận." in reply.text
    assert {source.name for source in reply.sources} == {"Cổng khác"}


def test_what_lies_outside_is_refused(library: Library) -> None:
    reply = library.ask("hôm nay trời có mưa không")
    assert (reply.outcome, reply.procedure, reply.sources) == (Outcome.OUT_OF_SCOPE, None, ())


@pytest.mark.parametrize(
    ("chance", "confidence", "outcome"),
    [
        (0.9, 0.5, Outcome.OUT_OF_SCOPE),
        (0.9, 0.95, Outcome.ANSWER),  # the search is sure: it is something after all
        (0.4, 0.5, Outcome.ANSWER),  # the conversation is not sure
    ],
)
def test_the_conversation_may_know_that_it_lies_outside(
    library: Library, chance: float, confidence: float, outcome: Outcome
) -> None:
    decided = Decided(library, Decision(Outcome.ANSWER, confidence, tiny.STAY))
    assert decided.ask("hỏi chút", Understood("out_of_scope", chance)).outcome is outcome


@given(st.text())
def test_any_text_is_answered(library: Library, text: str) -> None:
    assert library.ask(text).text
    assert library.correct(text, following()).text


# --- within a conversation


def test_a_follow_up_stays_on_the_procedure(library: Library) -> None:
    reply = library.ask("hết bao nhiêu tiền", following())
    assert (reply.outcome, reply.procedure, reply.aspects) == (Outcome.ANSWER, tiny.BIRTH, FEES)
    assert reply.confidence == 0.95


def test_a_follow_up_that_names_the_same_stays(library: Library) -> None:
    reply = library.ask("khai sinh cho bé mới sinh", following(intent="ask_procedure"))
    assert (reply.procedure, reply.aspects) == (tiny.BIRTH, FEES)


def test_a_new_procedure_takes_over(library: Library) -> None:
    reply = library.ask("đổi bằng lái xe máy", following(intent="ask_procedure"))
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.LICENCE)


def test_a_new_procedure_takes_over_even_where_the_conversation_took_it_for_a_follow_up(library: Library) -> None:
    reply = library.ask("đổi bằng lái xe máy", following(intent_chance=0.6))
    assert reply.procedure == tiny.LICENCE


@pytest.mark.parametrize(("naming", "procedure"), [(0.9, tiny.STAY), (0.2, tiny.BIRTH)])
def test_the_surer_of_two_looks_decides(library: Library, naming: float, procedure: str) -> None:
    decided = Decided(library, Decision(Outcome.ANSWER, 0.9, tiny.STAY, naming=naming))
    assert decided.ask("hỏi chút", following(intent_chance=0.5)).procedure == procedure


def test_a_follow_up_to_nothing_asks_what_it_is_about(library: Library) -> None:
    reply = library.ask("hết bao nhiêu tiền", following(procedure=None))
    assert reply == asking_back.which_procedure()


def test_a_follow_up_to_nothing_that_names_something_is_answered(library: Library) -> None:
    reply = library.ask("khai sinh cho bé mới sinh", following(procedure=None))
    assert (reply.procedure, reply.aspects) == (tiny.BIRTH, FEES)


def test_a_correction_that_names_another_is_answered(library: Library) -> None:
    reply = library.correct("không, đổi bằng lái xe máy", following())
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.LICENCE)


def test_a_correction_does_not_offer_what_was_wrong(library: Library) -> None:
    near = [
        replace(item, parts=tuple(0.5 for _ in FEATURES))
        for item in ((hit(tiny.BIRTH, 2.0), hit(tiny.STAY, 1.0), hit("topic:ho-khau", 1.0)))
    ]
    found = (*near, hit(tiny.HOME, 0.1))
    decided = Decided(library, Decision(Outcome.ANSWER, 0.9, tiny.BIRTH), found)
    reply = decided.correct("không phải", following(aspects=()))
    assert reply.outcome is Outcome.CLARIFY
    assert payloads(reply) == [f"procedure:{tiny.STAY}"]


def test_a_correction_that_names_nothing_asks_again(library: Library) -> None:
    decided = Decided(library, Decision(Outcome.OUT_OF_SCOPE, 0.9, None, naming=0.1), (hit(tiny.STAY, -1.0),))
    reply = decided.correct("không phải", following(aspects=()))
    assert (reply.outcome, reply.text, reply.buttons) == (Outcome.CLARIFY, asking_back.SAY_AGAIN, ())


def test_a_correction_of_what_was_asked_stays_on_the_procedure(library: Library) -> None:
    decided = Decided(library, Decision(Outcome.OUT_OF_SCOPE, 0.9, None, naming=0.1))
    reply = decided.correct("không, tôi hỏi lệ phí cơ mà", following())
    assert (reply.outcome, reply.procedure, reply.aspects) == (Outcome.ANSWER, tiny.BIRTH, FEES)


# --- one procedure


def test_a_procedure_is_told_by_case(library: Library) -> None:
    reply = library.tell(tiny.BIRTH, [Aspect.DOCUMENTS], following(case="bo-roi"))
    assert "Biên bản về trẻ bị bỏ rơi" in reply.text


def test_the_case_of_another_procedure_does_not_count(library: Library) -> None:
    reply = library.tell(tiny.BIRTH, [Aspect.DOCUMENTS], following(procedure=tiny.STAY, case="bo-roi"))
    assert "Trẻ sinh tại cơ sở y tế" in reply.text


def test_a_first_answer_is_short_and_offers_the_whole(library: Library) -> None:
    assert compose.FULL in titles(library.tell(tiny.BIRTH))
    assert compose.FULL not in titles(library.tell(tiny.BIRTH, [Aspect.DOCUMENTS]))


def test_an_abolished_procedure_is_told_as_one(holding: Callable[..., Library]) -> None:
    gone = tiny.procedure(abolished={"since": "2026-03-05", "replaced_by": [tiny.HOME]})
    reply = holding(gone).tell(tiny.BIRTH)
    assert reply.outcome is Outcome.ANSWER
    assert f"đã bãi bỏ từ ngày 5/3/2026, thay bằng thủ tục mã {tiny.HOME}" in reply.text


def test_an_unknown_procedure_is_refused(library: Library) -> None:
    assert library.tell("9.999999").outcome is Outcome.OUT_OF_SCOPE
    assert library.personal("9.999999", following()).outcome is Outcome.OUT_OF_SCOPE


@pytest.mark.parametrize("said", ["135.000 đồng", "99/2031/NĐ-CP", "31/12/2031"])
def test_a_reply_with_a_figure_from_nowhere_is_not_sent(
    library: Library, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    right = compose.answer

    def wrong(seen: View, aspects: Sequence[Aspect], **rest: Any) -> Reply:
        reply = right(seen, aspects, **rest)
        return reply.model_copy(update={"text": f"{reply.text}\n{said}"})

    monkeypatch.setattr(compose, "answer", wrong)
    with capture_logs() as logs:
        reply = library.ask("làm giấy khai sinh cho con")
    assert (reply.outcome, reply.procedure, reply.confidence) == (Outcome.TROUBLE, tiny.BIRTH, 0)
    assert said not in reply.text
    assert [(entry["event"], entry["log_level"], entry["code"]) for entry in logs] == [
        ("unsourced_fact", "error", tiny.BIRTH)
    ]


def test_the_figures_of_a_new_snapshot_are_checked_against_its_own_records(
    own_data: Path,
    own_snapshots: Path,
    encoder_folder: Path,
    encoder: Encoder,
    lexicons: list[Lexicon],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(in_use, "POINTER_EVERY", -1.0)
    own = Library(KnowledgeSettings(data=own_data, snapshots=own_snapshots, encoder=str(encoder_folder)))
    assert "8.000 đồng" in own.tell(tiny.BIRTH, FEES).text
    row = tiny.record()
    row["ways"][1]["fees"][0]["amount"] = 9000
    tiny.write(own_data / "catalogue" / f"{tiny.BIRTH}.yml", row)
    switch(own_snapshots, build_snapshot(load_catalogue(own_data), encoder, lexicons, own_snapshots).id)
    assert "9.000 đồng" in own.tell(tiny.BIRTH, FEES).text


# --- whose case it is

QUESTION: tiny.Row = {
    "id": "cha-me",
    "ask": "Bé có cha mẹ ở bên không ạ?",
    "why": "Trẻ bị bỏ rơi cần biên bản.",
    "options": [
        {"id": "co", "label": "Có cha mẹ", "said": ["có cha mẹ"]},
        {"id": "khong", "label": "Trẻ bị bỏ rơi", "said": ["bị bỏ rơi", "ai bỏ"]},
        {"id": "lon", "label": "Con đã lớn, chỉ ở trọ", "said": ["con lớn ở trọ"], "goes_to": tiny.STAY},
    ],
}


@pytest.fixture
def guiding(holding: Callable[..., Library]) -> Library:
    """The library where the registration of a birth differs by the parents."""
    row = tiny.record(questions=[QUESTION])
    row["cases"][1]["only_if"] = {"cha-me": ["khong"]}
    row["ways"][1]["fees"][0]["free_if"] = {"cha-me": ["khong"]}
    return holding(Procedure.model_validate(row))


def test_what_somebody_says_of_themselves_is_taken_into_account(guiding: Library) -> None:
    reply = guiding.ask("làm giấy khai sinh cho bé bị bỏ rơi", Understood(at=MONDAY))
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.BIRTH)
    assert reply.text.startswith("Theo lời anh/chị: Trẻ bị bỏ rơi.")
    assert "Biên bản" in reply.text
    assert "Giấy chứng sinh" not in reply.text
    assert "📅" in reply.text
    assert [payload for payload in payloads(reply) if payload.startswith("case:")] == []


@pytest.mark.parametrize("correcting", [True, False])
def test_who_takes_back_what_they_said_is_answered_anew(guiding: Library, correcting: bool) -> None:
    said = following(intent="ask_procedure", aspects=(), answers={"cha-me": "khong"})
    text = "à nhầm, bé có cha mẹ"
    reply = guiding.correct(text, said) if correcting else guiding.ask(text, said)
    assert reply.procedure == tiny.BIRTH
    assert reply.text.startswith("Theo lời anh/chị: Có cha mẹ.")


def test_without_a_word_about_them_nothing_is_taken_for_granted(guiding: Library) -> None:
    reply = guiding.ask("làm giấy khai sinh", Understood(at=MONDAY))
    assert reply.procedure == tiny.BIRTH
    assert "Theo lời anh/chị" not in reply.text
    assert "📅" not in reply.text


def test_what_was_said_before_still_counts(guiding: Library) -> None:
    reply = guiding.ask("hết bao nhiêu tiền", following(answers={"cha-me": "khong"}))
    assert (reply.procedure, reply.aspects) == (tiny.BIRTH, FEES)
    assert "8.000 đồng" not in reply.text
    assert "miễn phí" in reply.text


def test_answers_about_one_procedure_do_not_count_for_another(guiding: Library) -> None:
    said = following(procedure=tiny.STAY, answers={"cha-me": "khong"}, aspects=(), intent="ask_procedure")
    assert "Theo lời anh/chị" not in guiding.ask("làm giấy khai sinh", said).text
    assert "Theo lời anh/chị" not in guiding.tell(tiny.BIRTH, (), said).text
    assert "Theo lời anh/chị" in guiding.tell(tiny.BIRTH, (), replace(said, procedure=tiny.BIRTH)).text


def test_who_needs_another_procedure_is_sent_on_with_the_reason(guiding: Library) -> None:
    for reply in (
        guiding.ask("làm giấy khai sinh, con lớn ở trọ", Understood(at=MONDAY)),
        guiding.personal(tiny.BIRTH, following(answers={"cha-me": "lon"})),
    ):
        assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.STAY)
        assert reply.text.startswith("➡️ Vì “Con đã lớn, chỉ ở trọ”, việc của anh/chị là thủ tục khác: Đăng ký tạm trú.")
        assert "15.000 đồng" in reply.text


def test_two_that_send_people_to_each_other_come_to_an_end(holding: Callable[..., Library]) -> None:
    """Somebody may say of two people at once what leads there and back."""
    there = {"id": "tro", "label": "Ở trọ", "said": ["con lớn ở trọ"], "goes_to": tiny.STAY}
    back = {"id": "be", "label": "Có em bé", "said": ["có em bé"], "goes_to": tiny.BIRTH}
    library = holding(
        tiny.procedure(questions=[{**QUESTION, "options": [QUESTION["options"][0], there]}]),
        tiny.procedure(tiny.STAY, questions=[{**QUESTION, "options": [QUESTION["options"][0], back]}]),
    )
    reply = library.ask("làm giấy khai sinh, con lớn ở trọ, có em bé", Understood(at=MONDAY))
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.STAY)
    assert reply.text.count("➡️") == 1


def test_a_procedure_that_is_not_held_is_led_to_by_nobody(holding: Callable[..., Library]) -> None:
    options = [{**QUESTION["options"][0]}, {**QUESTION["options"][2], "goes_to": "9.999999"}]
    library = holding(tiny.procedure(questions=[{**QUESTION, "options": options}]))
    assert library.personal(tiny.BIRTH, following(answers={"cha-me": "lon"})).procedure == tiny.BIRTH


def test_the_whole_for_one_person_holds_cost_day_and_place(guiding: Library) -> None:
    reply = guiding.personal(tiny.BIRTH, following(answers={"cha-me": "co"}, commune=tiny.NORTH))
    assert "8.000 đồng" in reply.text
    assert "📅 Trực tuyến: Nếu nộp đủ giấy tờ thứ Hai 23/11/2026 thì chậm nhất thứ Năm 26/11/2026" in reply.text
    assert "24/11 Ngày Văn hóa Việt Nam" in reply.text
    assert "📍 Xã Đồi Bắc" in reply.text
    assert compose.FULL not in titles(reply)


def test_a_message_is_heard_and_the_next_question_named(guiding: Library) -> None:
    known, question = guiding.heard(tiny.BIRTH, "làm giấy khai sinh", {})
    assert (known, question.id if question else None) == ({}, "cha-me")
    assert guiding.heard(tiny.BIRTH, "bé bị bỏ rơi", {}) == ({"cha-me": "khong"}, None)
    assert guiding.heard(tiny.BIRTH, "", {"cha-me": UNKNOWN}) == ({"cha-me": UNKNOWN}, None)
    assert guiding.heard("9.999999", "bé bị bỏ rơi", {"cha-me": "co"}) == ({}, None)


def test_dialect_is_heard_too(holding: Callable[..., Library]) -> None:
    lost = {"id": "dau", "label": "Không rõ ở đâu", "said": ["cha mẹ ở đâu"]}
    library = holding(tiny.procedure(questions=[{**QUESTION, "options": [QUESTION["options"][0], lost]}]))
    assert library.heard(tiny.BIRTH, "cha mẹ ở mô nỏ biết", {})[0] == {"cha-me": "dau"}


def test_a_question_is_asked_with_its_reason_on_demand(guiding: Library) -> None:
    asked = guiding.question(tiny.BIRTH, "cha-me", why=False, language=Language.VIETNAMESE)
    assert asked
    assert asked.text.startswith("👉 Bé có cha mẹ ở bên không ạ?")
    why = guiding.question(tiny.BIRTH, "cha-me", why=True, language=Language.VIETNAMESE)
    assert why
    assert why.text == "Trẻ bị bỏ rơi cần biên bản."
    assert guiding.question(tiny.BIRTH, "khac", why=False, language=Language.VIETNAMESE) is None
    assert guiding.question("9.999999", "cha-me", why=False, language=Language.VIETNAMESE) is None


def test_a_question_is_found_by_its_id(guiding: Library) -> None:
    found = guiding.asked(tiny.BIRTH, "cha-me")
    assert found == Question.model_validate(QUESTION)
    assert guiding.asked(tiny.BIRTH, "khac") is None
    assert guiding.asked("9.999999", "cha-me") is None


@pytest.mark.parametrize(
    ("aspects", "waits"),
    [((), True), (FEES, True), ((Aspect.WHERE,), False), ((Aspect.WHERE, Aspect.STEPS), True), ((Aspect.FORM,), True)],
)
def test_nobody_is_asked_what_their_answer_does_not_hang_on(aspects: tuple[Aspect, ...], waits: bool) -> None:
    question = Question.model_validate(QUESTION)
    assert (waiting_question(question, aspects) is question) is waits
    assert waiting_question(None, aspects) is None


def test_steps_come_with_their_conditions_and_a_form_with_the_papers() -> None:
    assert with_what_belongs((Aspect.STEPS,)) == (Aspect.STEPS, Aspect.CONDITIONS)
    assert with_what_belongs((Aspect.FORM, Aspect.DOCUMENTS)) == (Aspect.FORM, Aspect.DOCUMENTS)
    assert with_what_belongs(FEES) == FEES
    assert with_what_belongs(()) == ()


# --- where and when


def test_the_day_of_the_result_is_told_to_who_names_a_day(library: Library) -> None:
    said = Understood(aspects=(Aspect.TIME_LIMIT,), at=MONDAY)
    reply = library.ask("sáng mai nộp đăng ký tạm trú thì khi nào có", said)
    assert reply.procedure == tiny.STAY
    assert "📅 Nếu nộp đủ giấy tờ sáng thứ Ba 24/11/2026 thì chậm nhất thứ Hai 30/11/2026 có kết quả" in reply.text
    assert "📅" not in library.ask("đăng ký tạm trú bao lâu", said).text


def test_somebodys_own_centre_is_named(library: Library) -> None:
    where = (Aspect.WHERE,)
    known = library.ask("làm giấy khai sinh ở đâu", Understood(aspects=where, commune=tiny.SOUTH))
    assert "📍 Phường Bãi Nam: Trung tâm Phục vụ hành chính công Phường Bãi Nam." in known.text
    unknown = library.ask("làm giấy khai sinh ở đâu", Understood(aspects=where))
    assert "📍" not in unknown.text
    assert "xã, phường đang ở" in unknown.text


# --- what is taken for granted wrongly


def test_a_wrong_belief_is_put_right_above_the_answer(library: Library) -> None:
    reply = library.ask("làm giấy khai sinh mất tiền triệu phải không")
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.BIRTH)
    assert reply.text.startswith(
        "ℹ️ Khai sinh không tốn tới tiền triệu. (Nguồn: Cổng thử nghiệm, 12/QĐ-THU.)\n\nĐăng ký khai sinh"
    )
    assert "premise:phi-khai-sinh" in [source.code for source in reply.sources]


def test_a_wrong_belief_leads_to_the_procedure_where_none_is_named(library: Library) -> None:
    """Its figures have a source of their own, though the record does not hold them."""
    unclear = Decision(Outcome.OUT_OF_SCOPE, 0.9, None)
    reply = Decided(library, unclear).ask("sổ tạm trú giấy răng rồi")
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.STAY)
    assert "thay từ ngày 3/4/2026" in reply.text
    assert "77/QĐ-SAI" in reply.text


def test_a_wrong_belief_leads_even_where_the_message_only_goes_on(library: Library) -> None:
    decided = Decided(library, Decision(Outcome.OUT_OF_SCOPE, 0.9, None, naming=0.0))
    reply = decided.ask("sổ tạm trú giấy bao tiền", Understood("ask_follow_up", 0.9, FEES))
    assert (reply.procedure, reply.aspects) == (tiny.STAY, FEES)


def test_a_wrong_belief_does_not_take_the_place_of_what_was_asked(library: Library) -> None:
    decided = Decided(library, Decision(Outcome.ANSWER, 0.9, tiny.HOME))
    reply = decided.ask("có sổ tạm trú giấy thì đăng ký thường trú")
    assert reply.procedure == tiny.HOME
    assert reply.text.startswith("ℹ️ Nay không cấp sổ tạm trú giấy nữa")


def test_a_wrong_belief_stands_above_a_question_back_too(library: Library) -> None:
    decided = Decided(library, Decision(Outcome.NOT_IN_CATALOGUE, 0.9, None))
    reply = decided.ask("khai sinh cho thú cưng mất tiền triệu à")
    assert reply.outcome is Outcome.NOT_IN_CATALOGUE
    assert reply.text.startswith("ℹ️ Khai sinh không tốn tới tiền triệu.")
    assert [source.code for source in reply.sources] == ["premise:phi-khai-sinh"]


@pytest.mark.parametrize(
    ("text", "outcome", "procedure", "buttons"),
    [
        ("mua bằng lái ở đâu", Outcome.ANSWER, tiny.LICENCE, [f"procedure:{tiny.LICENCE}"]),
        ("đút lót cán bộ để làm giấy khai sinh nhanh", Outcome.OUT_OF_SCOPE, None, []),
    ],
)
def test_what_is_not_lawful_is_refused(
    library: Library, text: str, outcome: Outcome, procedure: str | None, buttons: list[str]
) -> None:
    reply = library.ask(text)
    assert (reply.outcome, reply.procedure, payloads(reply)) == (outcome, procedure, buttons)
    assert reply.text.startswith("ℹ️ ")
    assert "Giấy tờ cần có" not in reply.text
    assert reply.sources


# --- two procedures beside each other


@pytest.mark.parametrize(
    ("text", "offered", "understood", "two"),
    [
        ("đăng ký tạm trú với đăng ký thường trú khác gì nhau", (), following(), [tiny.STAY, tiny.HOME]),
        ("hai cái khác gì nhau", (tiny.HOME, tiny.BIRTH), following(procedure=None), [tiny.HOME, tiny.BIRTH]),
        ("khác gì nhau", (), following(aspects=(), earlier=(tiny.LICENCE,)), [tiny.BIRTH, tiny.LICENCE]),
        ("khác gì nhau", (), following(aspects=(), earlier=(tiny.BIRTH, tiny.STAY)), [tiny.BIRTH, tiny.STAY]),
    ],
)
def test_two_are_compared(
    library: Library, text: str, offered: Sequence[str], understood: Understood, two: list[str]
) -> None:
    reply = library.compare(text, understood, offered)
    assert reply.outcome is Outcome.ANSWER
    assert payloads(reply) == [f"procedure:{code}" for code in two]
    assert {source.code for source in reply.sources} == set(two)


@pytest.mark.parametrize("earlier", [(), (tiny.BIRTH,), ("9.999999",)])
def test_what_is_to_be_compared_must_be_known(library: Library, earlier: tuple[str, ...]) -> None:
    assert library.compare("khác gì nhau", following(aspects=(), earlier=earlier), ()) == asking_back.which_two()


def test_a_comparison_of_ways_is_a_question_about_the_procedure_under_discussion(library: Library) -> None:
    reply = library.compare("nộp trên mạng với nộp tận nơi cái nào rẻ hơn", following(), ())
    assert (reply.procedure, reply.aspects) == (tiny.BIRTH, FEES)


def test_the_one_that_is_named_among_several_is_known(library: Library) -> None:
    assert library.meant_of("đăng ký thường trú", [tiny.STAY, tiny.HOME]) == tiny.HOME
    found = (hit(tiny.BIRTH, 0.9), *(hit(f"elsewhere:{number}", 0.5) for number in range(4)), hit(tiny.STAY, 0.1))
    decided = Decided(library, Decision(Outcome.ANSWER, 0.9, tiny.BIRTH), found)
    assert decided.meant_of("gì đó", [tiny.STAY, tiny.HOME]) is None  # too far down the list
    assert decided.meant_of("gì đó", [tiny.STAY, tiny.BIRTH]) == tiny.BIRTH


# --- after an event


def test_an_event_is_answered_with_what_to_do_in_order(library: Library) -> None:
    reply = library.journey(tiny.JOURNEY["said"][0], Understood())
    assert reply.text.startswith("Thuê nhà có con nhỏ: làm theo thứ tự này.\n1. Đăng ký tạm trú.")
    assert payloads(reply) == [f"procedure:{tiny.STAY}", f"procedure:{tiny.BIRTH}"]


def test_without_a_known_event_it_is_a_question_as_any_other(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library._journeys, "nearest", lambda text, procedure: None)
    reply = library.journey("làm giấy khai sinh cho con", Understood())
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.BIRTH)
    assert "thứ tự này" not in reply.text


# --- several questions, long stories


def test_several_questions_are_answered_below_each_other(library: Library) -> None:
    reply = library.ask("làm giấy khai sinh cho con thế nào? đổi bằng lái xe máy ở đâu?", Understood(at=MONDAY))
    first, second = reply.text.split("\n\n———\n\n")
    assert f"(mã {tiny.BIRTH})" in first
    assert f"(mã {tiny.LICENCE})" in second
    assert reply.procedure == tiny.BIRTH
    assert payloads(reply) == [f"procedure:{tiny.BIRTH}", f"procedure:{tiny.LICENCE}"]


def test_two_questions_about_the_same_are_one(library: Library) -> None:
    reply = library.ask("làm giấy khai sinh cho con? khai sinh cho bé mới sinh?", Understood(at=MONDAY))
    assert reply.procedure == tiny.BIRTH
    assert "———" not in reply.text


# --- in English

IN_ENGLISH = Understood(language=Language.ENGLISH, at=MONDAY)


def test_a_question_in_english_is_answered_in_english(library: Library) -> None:
    reply = library.ask("register temporary residence", IN_ENGLISH)
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.STAY)
    assert reply.text.startswith(f"Temporary residence (code {tiny.STAY})")
    assert "• In person: Fee: 15,000 VND/time." in reply.text
    assert "Nộp" not in reply.text
    assert reply.card
    assert reply.card.title == "Temporary residence"


def test_what_has_no_english_is_told_in_vietnamese_with_english_around_it(library: Library) -> None:
    reply = library.tell(tiny.HOME, [Aspect.DOCUMENTS], IN_ENGLISH)
    assert "Papers:\n• Giấy tờ về chỗ ở" in reply.text


def test_the_next_reply_is_vietnamese_again(library: Library) -> None:
    library.tell(tiny.STAY, FEES, IN_ENGLISH)
    assert "15.000 đồng" in library.tell(tiny.STAY, FEES).text
    assert "15,000 VND" in library.tell(tiny.STAY, FEES, IN_ENGLISH).text


def test_nothing_else_is_vietnamese_either(library: Library) -> None:
    compared = library.compare("which one", replace(IN_ENGLISH, procedure=tiny.STAY, earlier=(tiny.HOME,)), ())
    assert "Temporary residence (code" in compared.text
    decided = Decided(library, Decision(Outcome.CLARIFY, 0.6, None, (tiny.STAY, tiny.HOME)))
    assert titles(decided.ask("housing paper", IN_ENGLISH))[0] == "Temporary residence"


def test_of_a_topic_what_there_is_in_english_is_offered(library: Library) -> None:
    decided = Decided(library, Decision(Outcome.CLARIFY, 0.6, "topic:ho-khau"))
    reply = decided.ask("household book", IN_ENGLISH)
    assert (titles(reply), reply.outcome) == (["Temporary residence"], Outcome.CLARIFY)
    nothing = Decided(library, Decision(Outcome.CLARIFY, 0.6, None, (tiny.HOME, tiny.LICENCE)))
    assert nothing.ask("something", IN_ENGLISH).outcome is Outcome.NOT_IN_CATALOGUE


def test_an_event_told_in_english_is_a_question(library: Library) -> None:
    assert "làm theo thứ tự" not in library.journey(tiny.JOURNEY["said"][0], IN_ENGLISH).text


@pytest.mark.parametrize("text", ["", "??? !!!", "😀", "a"])
def test_a_message_that_says_nothing_is_asked_back(library: Library, text: str) -> None:
    reply = library.ask(text)
    assert (reply.outcome, reply.buttons) == (Outcome.CLARIFY, ())
