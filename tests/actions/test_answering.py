"""Questions, choices, corrections, comparisons, chains of events: from slots to the library and back."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Action, Tracker

from actions.answering import AnswerQuestion, Compare, CorrectTopic, GoBack, TakeChoice, TellOrder
from actions.conversation import GUIDE_FORM
from knowledge import asking_back, compose, declining
from knowledge.reply import Aspect, Button, Outcome, Reply
from knowledge.sections import view
from tests.actions.conftest import CHILD, CHOICES, FakeLibrary, child
from tests.actions.running import replied, turn
from tests.actions.trackers import next_action, slots_after, tapped, tracker
from tests.knowledge import tiny

FEES, WHERE = Aspect.FEES, Aspect.WHERE
OUTSIDE = declining.out_of_scope(0.9)
ANH_SON = "17329"


def told(code: str = tiny.BIRTH, *aspects: Aspect) -> Reply:
    return compose.answer(view(tiny.procedure(code)), aspects)


def cases_told(reply: Reply) -> list[str]:
    """Which of the two cases of the birth an answer tells, by a paper of each."""
    papers = {"Giấy chứng sinh": "thuong", "Biên bản về trẻ bị bỏ rơi": "bo-roi"}
    return [case for paper, case in papers.items() if f"• {paper}" in reply.text]


# --- questions


async def test_a_question_goes_to_the_library_with_what_was_understood(library: FakeLibrary) -> None:
    library.reply = told(tiny.BIRTH, FEES)
    before = tracker("khai sinh hết mấy tiền", entities=[("aspect", "fees")], procedure=tiny.HOME)
    reply, slots = await turn(AnswerQuestion(), before)
    ((method, text, what),) = library.searched
    assert (method, text) == ("ask", "khai sinh hết mấy tiền")
    assert (what.intent, what.intent_chance, what.aspects, what.procedure) == ("ask_procedure", 0.9, (FEES,), tiny.HOME)
    assert reply == library.reply
    assert slots["procedure"] == tiny.BIRTH


async def test_a_commune_beside_the_matter_is_remembered(library: FakeLibrary) -> None:
    _, slots = await turn(AnswerQuestion(), tracker("tôi ở xã Anh Sơn, làm khai sinh cho con"))
    assert slots["commune"] == ANH_SON
    assert library.searched[0][2].commune == ANH_SON


async def test_without_a_commune_the_known_one_stays(library: FakeLibrary) -> None:
    _, slots = await turn(AnswerQuestion(), tracker("làm khai sinh cho con", commune=ANH_SON))
    assert slots["commune"] == ANH_SON
    assert library.searched[0][2].commune == ANH_SON


async def test_a_name_of_several_communes_is_not_taken_for_one_of_them(library: FakeLibrary) -> None:
    _, slots = await turn(AnswerQuestion(), tracker("tôi ở huyện Đô Lương, làm khai sinh cho con"))
    assert slots["commune"] is None


async def test_an_answer_that_hangs_on_the_case_goes_on_with_the_form(library: FakeLibrary) -> None:
    library.records[CHILD] = child()
    library.reply = compose.answer(view(child()), ())
    _, events = await replied(AnswerQuestion(), tracker("khai cho con"))
    assert next_action(events) == GUIDE_FORM


async def test_something_outside_before_the_choice_does_not_take_it_away(library: FakeLibrary) -> None:
    reply, slots = await turn(AnswerQuestion(), tracker("giá vàng", offered=CHOICES, asked=["fees"]))
    assert reply == OUTSIDE
    kept = {name: slots[name] for name in ("choices", "asked")}
    reply, _ = await turn(TakeChoice(), tracker("số 1", intent="choose", **kept))
    assert (reply.procedure, reply.aspects) == (tiny.BIRTH, (FEES,))


async def test_a_follow_up_before_the_choice_offers_the_same_again(library: FakeLibrary) -> None:
    library.reply = asking_back.which_procedure()
    before = tracker("hết mấy tiền", intent="ask_follow_up", entities=[("aspect", "fees")], offered=CHOICES)
    reply, slots = await turn(AnswerQuestion(), before)
    assert (reply.outcome, reply.buttons) == (Outcome.CLARIFY, CHOICES)
    assert slots["asked"] == ["fees"]


async def test_a_new_question_with_other_choices_offers_those(library: FakeLibrary) -> None:
    library.reply = asking_back.clarify(None, CHOICES[:2], 0.5)
    reply, _ = await turn(AnswerQuestion(), tracker("hộ khẩu", offered=CHOICES[2:]))
    assert reply.buttons == CHOICES[:2]


# --- choices


async def test_what_was_asked_waits_for_the_choice(library: FakeLibrary) -> None:
    library.reply = asking_back.clarify(None, CHOICES, 0.5)
    _, slots = await turn(AnswerQuestion(), tracker("giấy tờ hết mấy tiền", entities=[("aspect", "fees")]))
    assert slots["asked"] == ["fees"]
    before = tracker("số 2", intent="choose", entities=[("ordinal", "2")], asked=slots["asked"], offered=CHOICES)
    reply, slots = await turn(TakeChoice(), before)
    assert (reply.procedure, reply.aspects) == (tiny.STAY, (FEES,))
    assert (slots["procedure"], slots["asked"], slots["choices"]) == (tiny.STAY, None, None)


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("số 2", [("ordinal", "2")]),
        ("2", []),
        ("số 2", [("ordinal", "1")]),
        ("tạm trú", []),
        ('/choose{"procedure": "9.000002"}', [("procedure", tiny.STAY)]),
    ],
    ids=["number", "not marked", "marked wrongly", "words", "button"],
)
async def test_a_choice(library: FakeLibrary, text: str, entities: list[tuple[str, str]]) -> None:
    before = tracker(text, intent="choose", entities=entities, offered=CHOICES, asked=["where"])
    reply, slots = await turn(TakeChoice(), before)
    assert (reply.procedure, reply.aspects) == (tiny.STAY, (WHERE,))
    assert slots["procedure"] == tiny.STAY
    assert library.searched == []


@pytest.mark.parametrize("text", ["tạm trú", "dang ky tam tru", "2", "số 2"])
async def test_a_choice_that_rasa_takes_for_a_question(library: FakeLibrary, text: str) -> None:
    reply, _ = await turn(AnswerQuestion(), tracker(text, intent="nlu_fallback", offered=CHOICES))
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.STAY)
    assert library.searched == []


async def test_a_choice_by_words_may_ask_for_something_else(library: FakeLibrary) -> None:
    before = tracker("tạm trú", entities=[("aspect", "fees")], offered=CHOICES, asked=["where"])
    reply, _ = await turn(AnswerQuestion(), before)
    assert (reply.procedure, reply.aspects) == (tiny.STAY, (FEES,))


async def test_a_long_message_is_a_question_even_with_the_words_of_a_choice(library: FakeLibrary) -> None:
    text = "cho tôi hỏi người thuê trọ thì có phải đăng ký tạm trú không ạ"
    await turn(AnswerQuestion(), tracker(text, offered=CHOICES))
    assert library.texts == [text]


@pytest.mark.parametrize("action", [AnswerQuestion(), TakeChoice()], ids=["answer", "choose"])
@pytest.mark.parametrize("text", ["số 9", "0"])
async def test_a_number_that_is_not_there_offers_the_same_again(
    library: FakeLibrary, action: Action, text: str
) -> None:
    reply, slots = await turn(action, tracker(text, offered=CHOICES, asked=["fees"]))
    assert (reply.outcome, reply.buttons) == (Outcome.CLARIFY, CHOICES)
    assert slots["asked"] == ["fees"], "what was asked still waits"
    assert library.searched == []


@pytest.mark.parametrize("action", [AnswerQuestion(), TakeChoice()], ids=["answer", "choose"])
@pytest.mark.parametrize("text", ["2", "anh sơn"])
async def test_a_commune_that_was_offered(library: FakeLibrary, action: Action, text: str) -> None:
    names = {"Phường Thành Vinh": "16681", "Xã Anh Sơn": ANH_SON}
    places = [Button(title=name, payload=f"place:{code}") for name, code in names.items()]
    reply, slots = await turn(action, tracker(text, intent="choose", offered=places))
    assert "Xã Anh Sơn" in reply.text
    assert (slots["commune"], slots["choices"]) == (ANH_SON, None)
    assert library.searched == []


async def test_a_choice_without_choices_is_a_question(library: FakeLibrary) -> None:
    reply, _ = await turn(TakeChoice(), tracker("số 2", intent="choose", entities=[("ordinal", "2")]))
    assert library.texts == ["số 2"]
    assert reply == OUTSIDE


# --- cases and aspects


async def test_a_case_is_told_and_remembered(library: FakeLibrary) -> None:
    reply, slots = await turn(TakeChoice(), tapped("case:bo-roi", procedure=tiny.BIRTH))
    assert reply.aspects == (Aspect.DOCUMENTS,)
    assert cases_told(reply) == ["bo-roi"]
    assert (slots["procedure"], slots["case"]) == (tiny.BIRTH, "bo-roi")


async def test_a_case_without_a_procedure_is_nothing(library: FakeLibrary) -> None:
    reply, _ = await turn(TakeChoice(), tapped("case:bo-roi"))
    assert reply.outcome is Outcome.OUT_OF_SCOPE


def aspect_button(**slots: Any) -> Tracker:
    return tapped("aspect:documents,fees", intent="ask_follow_up", chance=1.0, **slots)


async def test_a_tapped_aspect_is_told_in_the_chosen_case(library: FakeLibrary) -> None:
    reply, slots = await turn(AnswerQuestion(), aspect_button(procedure=tiny.BIRTH, case="bo-roi"))
    assert reply.aspects == (Aspect.DOCUMENTS, FEES)
    assert cases_told(reply) == ["bo-roi"]
    assert slots["case"] == "bo-roi"
    assert library.searched == [], "no text, nothing to search for"


async def test_a_tapped_aspect_without_a_case_is_told_in_the_common_one(library: FakeLibrary) -> None:
    reply, _ = await turn(AnswerQuestion(), aspect_button(procedure=tiny.BIRTH))
    assert cases_told(reply) == ["thuong"]


async def test_a_tapped_aspect_is_told_for_this_person(library: FakeLibrary) -> None:
    library.records[CHILD] = child()
    reply, _ = await turn(AnswerQuestion(), aspect_button(procedure=CHILD, answers={"ket-hon": "khong"}))
    assert "Tờ khai" in reply.text
    assert "Giấy kết hôn" not in reply.text


async def test_a_tapped_aspect_without_a_procedure_asks_for_it(library: FakeLibrary) -> None:
    reply, _ = await turn(AnswerQuestion(), aspect_button())
    assert reply == asking_back.which_procedure()


# --- corrections


async def test_a_correction_goes_to_the_library_with_what_was_wrong(library: FakeLibrary) -> None:
    library.reply = asking_back.clarify(None, CHOICES, 0.5)
    before = tracker("không phải", intent="correct", entities=[("aspect", "fees")], procedure=tiny.BIRTH)
    reply, slots = await turn(CorrectTopic(), before)
    ((method, text, what),) = library.searched
    assert (method, text) == ("correct", "không phải")
    assert (what.intent, what.aspects, what.procedure) == ("correct", (FEES,), tiny.BIRTH)
    assert reply == library.reply
    assert slots["asked"] == ["fees"]


# --- comparisons, events, back to what was before


async def test_a_comparison_may_be_of_what_was_offered(library: FakeLibrary) -> None:
    places = (Button(title="Xã Anh Sơn", payload="place:17329"),)
    before = tracker("hai cái khác chi nhau", intent="compare", offered=(*CHOICES[:2], *places), procedure=tiny.HOME)
    reply, _ = await turn(Compare(), before)
    ((method, text, what),) = library.searched
    assert (method, text, what.procedure) == ("compare", "hai cái khác chi nhau", tiny.HOME)
    assert library.compared == [tiny.BIRTH, tiny.STAY]
    assert reply == library.reply


@pytest.mark.parametrize(("action", "method"), [(Compare(), "compare"), (TellOrder(), "journey")])
async def test_what_is_about_several_procedures_asks_nothing_about_the_case(
    library: FakeLibrary, action: Action, method: str
) -> None:
    library.records[CHILD] = child()
    library.reply = compose.answer(view(child()), ())
    before = tracker("mới sinh con thì mần chi trước", intent="a")
    _, events = await replied(action, before)
    assert [name for name, _, _ in library.searched] == [method]
    assert next_action(events) is None
    assert slots_after(before, events)["procedure"] == CHILD


async def test_back_to_the_one_that_is_named(library: FakeLibrary) -> None:
    library.meant = tiny.LICENCE
    before = tracker("quay lại cái bằng lái", procedure=tiny.BIRTH, earlier=[tiny.HOME, tiny.LICENCE])
    reply, slots = await turn(GoBack(), before)
    assert (reply.procedure, slots["procedure"]) == (tiny.LICENCE, tiny.LICENCE)
    assert slots["earlier"] == [tiny.BIRTH, tiny.HOME]


async def test_back_without_a_name_is_to_the_last_one_before(library: FakeLibrary) -> None:
    before = tracker("quay lại cái trước", entities=[("aspect", "fees")], procedure=tiny.BIRTH, earlier=[tiny.HOME])
    reply, _ = await turn(GoBack(), before)
    assert (reply.procedure, reply.aspects) == (tiny.HOME, (FEES,))
    assert library.searched == []


async def test_back_where_nothing_was_is_a_question(library: FakeLibrary) -> None:
    reply, _ = await turn(GoBack(), tracker("quay lại cái trước"))
    assert library.texts == ["quay lại cái trước"]
    assert reply == OUTSIDE


async def test_back_to_the_only_one_tells_it_again(library: FakeLibrary) -> None:
    reply, _ = await turn(GoBack(), tracker("quay lại cái trước", procedure=tiny.BIRTH))
    assert reply.procedure == tiny.BIRTH


async def test_which_steps_there_are_goes_on_about_the_procedure(library: FakeLibrary) -> None:
    before = tracker("làm chi trước", intent="ask_journey", entities=[("aspect", "steps")], procedure=tiny.BIRTH)
    await turn(TellOrder(), before)
    ((method, _, what),) = library.searched
    assert (method, what.intent, what.aspects) == ("ask", "ask_follow_up", (Aspect.STEPS,))


@pytest.mark.parametrize("known", [{"procedure": tiny.BIRTH}, {"entities": [("aspect", "steps")]}])
async def test_what_to_do_first_is_about_an_event(library: FakeLibrary, known: dict[str, Any]) -> None:
    await turn(TellOrder(), tracker("mới sinh con mần chi trước", intent="ask_journey", **known))
    assert [method for method, _, _ in library.searched] == ["journey"]


async def test_the_answers_of_another_procedure_do_not_come_along(library: FakeLibrary) -> None:
    library.records[CHILD] = child()
    before = tracker("quay lại", procedure=tiny.BIRTH, earlier=[CHILD], answers={"ket-hon": "khong"})
    reply, slots = await turn(GoBack(), before)
    assert "Giấy kết hôn" in reply.text
    assert slots["answers"] is None


# --- the words on buttons, typed where there are none


async def test_the_title_of_an_aspect_tells_it_of_what_is_under_discussion(library: FakeLibrary) -> None:
    before = tracker("Nộp ở đâu", intent="ask_procedure", procedure=tiny.BIRTH)
    reply, slots = await turn(AnswerQuestion(), before)
    assert (reply.procedure, reply.aspects) == (tiny.BIRTH, (WHERE,))
    assert library.searched == []
    assert slots["procedure"] == tiny.BIRTH


async def test_the_title_of_the_whole_tells_everything(library: FakeLibrary) -> None:
    await turn(AnswerQuestion(), tracker("Xem đầy đủ", intent="nlu_fallback", procedure=tiny.BIRTH))
    assert library.told == [(tiny.BIRTH, compose.EVERYTHING)]


async def test_the_title_of_a_case_chooses_it(library: FakeLibrary) -> None:
    case = next(one for one in library.records[tiny.BIRTH].cases if one.id == "bo-roi")
    reply, slots = await turn(AnswerQuestion(), tracker(case.name, intent="nlu_fallback", procedure=tiny.BIRTH))
    assert cases_told(reply) == ["bo-roi"]
    assert slots["case"] == "bo-roi"


async def test_the_title_of_the_nearest_centre_asks_where_they_are(library: FakeLibrary) -> None:
    reply, _ = await turn(AnswerQuestion(), tracker("Gần tôi nhất", intent="out_of_scope", procedure=tiny.BIRTH))
    assert reply.wants_location
    assert library.searched == []


async def test_with_nothing_under_discussion_these_words_are_searched_for(library: FakeLibrary) -> None:
    await turn(AnswerQuestion(), tracker("Nộp ở đâu", intent="ask_follow_up"))
    assert library.texts == ["Nộp ở đâu"]
