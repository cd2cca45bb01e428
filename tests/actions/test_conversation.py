"""Between Rasa's conversation and the library."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation
from actions.conversation import EARLIER, FOR_PEOPLE, GUIDE_FORM, LONGEST, TURNS_KEPT
from actions.desk.desk import Desk
from knowledge import asking_back, compose, declining
from knowledge.reply import Aspect, Button, Outcome, Reply
from knowledge.sections import view
from knowledge.settings import ROOT
from knowledge.tongue import Language
from tests.actions.conftest import AGE, CHILD, CHOICES, MARRIED, FakeLibrary, child
from tests.actions.trackers import Events, ends_form, next_action, slots_after, tracker
from tests.knowledge import tiny

HUMAN = "intent:hand_off"
OUTSIDE = declining.out_of_scope(0.9)
WHICH = asking_back.which_procedure()


def told(code: str = tiny.BIRTH, *aspects: Aspect, others: tuple[Button, ...] = ()) -> Reply:
    """An answer about a tiny record."""
    record = child() if code == CHILD else tiny.procedure(code)
    return compose.answer(view(record), aspects, others=others)


@pytest.fixture(autouse=True)
def records(library: FakeLibrary) -> None:
    library.records[CHILD] = child()


# --- what was said


@pytest.mark.parametrize(
    ("text", "said"), [("khai sinh", "khai sinh"), ('/choose{"case": "a"}', ""), ("/hand_off", ""), ("", "")]
)
def test_a_button_says_no_text(text: str, said: str) -> None:
    assert conversation.text_of(tracker(text)) == said


def test_a_message_without_text_or_intent_says_nothing() -> None:
    before = tracker()
    before.latest_message.update(text=None, intent=None)
    assert conversation.text_of(before) == ""
    assert conversation.intent_of(before) == ""


def test_entity_is_the_first_with_a_value() -> None:
    before = tracker(entities=[("case", ""), ("case", "bo-roi"), ("case", "thuong")])
    assert conversation.entity(before, "case") == "bo-roi"
    assert conversation.entity(before, "procedure") is None


@pytest.mark.parametrize(
    ("values", "aspects"),
    [
        ([], ()),
        (["fees"], (Aspect.FEES,)),
        (["where", "fees"], (Aspect.WHERE, Aspect.FEES)),
        (["fees,time_limit", "fees"], (Aspect.FEES, Aspect.TIME_LIMIT)),
        (["never_heard_of", "fees,,nor_of_this"], (Aspect.FEES,)),
    ],
)
def test_aspects_are_known_ones_each_once(values: list[str], aspects: tuple[Aspect, ...]) -> None:
    assert conversation.aspects_of(tracker(entities=[("aspect", value) for value in values])) == aspects


@pytest.mark.parametrize(
    ("slot", "language"), [(None, Language.VIETNAMESE), ("vi", Language.VIETNAMESE), ("en", Language.ENGLISH)]
)
def test_the_language_is_that_of_the_last_words(slot: str | None, language: Language) -> None:
    assert conversation.language_of(tracker(language=slot)) is language


def test_understood_is_the_message_and_what_is_remembered() -> None:
    remembered: dict[str, Any] = {
        "procedure": tiny.BIRTH,
        "case": "bo-roi",
        "answers": {"ket-hon": "co"},
        "commune": "16681",
    }
    before = tracker(
        "a",
        intent="ask_follow_up",
        chance=0.7,
        entities=[("aspect", "fees")],
        earlier=[tiny.HOME],
        language="en",
        **remembered,
    )
    what = conversation.understood(before)
    assert (what.intent, what.intent_chance, what.aspects) == ("ask_follow_up", 0.7, (Aspect.FEES,))
    assert {name: getattr(what, name) for name in remembered} == remembered
    assert (what.earlier, what.language) == ((tiny.HOME,), Language.ENGLISH)


def test_understood_where_rasa_says_nothing() -> None:
    before = tracker("a")
    before.latest_message["intent"] = None
    what = conversation.understood(before)
    assert (what.intent, what.intent_chance, what.aspects, what.procedure) == ("", 0.0, (), None)
    assert (what.answers, what.earlier, what.commune, what.language) == ({}, (), None, Language.VIETNAMESE)


def test_choices_come_back_as_they_were_offered() -> None:
    assert conversation.choices(tracker(offered=CHOICES)) == list(CHOICES)
    assert conversation.choices(tracker()) == []


# --- what is sent and remembered


def send(reply: Reply, before: Tracker, *asked: Aspect, **how: bool) -> tuple[Reply, Events]:
    """What was sent, and the events."""
    dispatcher = CollectingDispatcher()
    events = conversation.send(dispatcher, before, reply, asked=asked, **how)
    (message,) = dispatcher.messages
    return Reply.model_validate(message["custom"]), events


def sent(reply: Reply, before: Tracker, *asked: Aspect) -> dict[str, Any]:
    """The slots after a reply was sent; what was sent is the reply itself."""
    said, events = send(reply, before, *asked)
    assert said == reply
    return slots_after(before, events)


def test_an_answer_is_what_the_talk_is_about() -> None:
    slots = sent(told(), tracker(offered=CHOICES, asked=["fees"]), Aspect.FEES)
    assert (slots["procedure"], slots["choices"], slots["asked"]) == (tiny.BIRTH, None, None)
    assert slots["last_outcome"] == "answer"


def test_a_question_back_keeps_the_topic_what_was_offered_and_what_was_asked() -> None:
    slots = sent(asking_back.clarify(None, CHOICES, 0.5), tracker(procedure=tiny.HOME), Aspect.FEES, Aspect.WHERE)
    assert slots["procedure"] == tiny.HOME
    assert slots["asked"] == ["fees", "where"]
    assert conversation.choices(tracker(choices=slots["choices"])) == list(CHOICES)


def test_other_procedures_beside_an_answer_can_be_chosen() -> None:
    slots = sent(told(others=CHOICES[1:]), tracker())
    assert conversation.choices(tracker(choices=slots["choices"])) == list(CHOICES[1:])


def test_communes_can_be_chosen_too() -> None:
    places = (Button(title="Phường Thành Vinh", payload="place:16681"),)
    slots = sent(asking_back.clarify("Nơi nào ạ?", places, 0.5), tracker())
    assert conversation.choices(tracker(choices=slots["choices"])) == list(places)


def test_something_outside_takes_nothing_away() -> None:
    known: dict[str, Any] = {"procedure": tiny.HOME, "asked": ["fees"], "case": "thuong", "answers": {"a": "b"}}
    before = tracker("giá vàng", offered=CHOICES, **known)
    slots = sent(OUTSIDE, before)
    kept = (*known, "choices")
    assert {name: slots[name] for name in kept} == {name: before.slots[name] for name in kept}


def test_what_stays_the_same_is_no_event() -> None:
    remembered: dict[str, Any] = {"procedure": tiny.BIRTH, "failures": 0, "last_outcome": "answer"}
    _, events = send(told(), tracker("", story=[], **remembered))
    assert events == []


def test_the_case_and_the_answers_belong_to_their_procedure() -> None:
    before: dict[str, Any] = {"case": "bo-roi", "answers": {"ket-hon": "co"}}
    same = sent(told(), tracker(procedure=tiny.BIRTH, **before))
    assert (same["case"], same["answers"]) == ("bo-roi", {"ket-hon": "co"})
    other = sent(told(), tracker(procedure=tiny.HOME, **before))
    assert (other["case"], other["answers"]) == (None, None)


def test_procedures_of_which_was_spoken_before_are_remembered_the_last_one_first() -> None:
    slots = sent(told(tiny.HOME), tracker(procedure=tiny.BIRTH, earlier=[tiny.LICENCE]))
    assert slots["earlier"] == [tiny.BIRTH, tiny.LICENCE]
    back = sent(told(tiny.BIRTH), tracker(**{name: slots[name] for name in ("procedure", "earlier")}))
    assert back["earlier"] == [tiny.HOME, tiny.LICENCE], "what is spoken of now is not earlier"


def test_only_some_earlier_ones_are_remembered() -> None:
    many = [f"9.{number:06d}" for number in range(100, 110)]
    slots = sent(told(), tracker(procedure=tiny.HOME, earlier=many))
    assert slots["earlier"] == [tiny.HOME, *many][:EARLIER]


# --- the questions about the person's case


def test_an_answer_that_hangs_on_the_case_is_followed_by_the_form() -> None:
    before = tracker("khai cho con")
    _, events = send(told(CHILD), before)
    assert next_action(events) == GUIDE_FORM
    assert slots_after(before, events)["asking"] == MARRIED["id"]


def test_what_the_message_says_of_the_case_is_not_asked() -> None:
    before = tracker("khai cho con, vợ chồng có giấy kết hôn")
    _, events = send(told(CHILD), before)
    slots = slots_after(before, events)
    assert (slots["answers"], slots["asking"]) == ({"ket-hon": "co"}, AGE["id"])


def test_nothing_is_asked_where_no_answer_would_change_anything() -> None:
    before = tracker("con ngoài giá thú")
    _, events = send(told(CHILD), before)
    assert next_action(events) is None
    assert slots_after(before, events)["asking"] is None


@pytest.mark.parametrize(
    ("aspect", "asks"), [(Aspect.WHERE, None), (Aspect.FEES, GUIDE_FORM), (Aspect.DOCUMENTS, GUIDE_FORM)]
)
def test_who_asks_where_to_hand_in_is_not_asked_about_their_marriage(aspect: Aspect, asks: str | None) -> None:
    _, events = send(told(CHILD, aspect), tracker("a"))
    assert next_action(events) == asks


def test_after_a_comparison_nothing_is_asked() -> None:
    _, events = send(told(CHILD), tracker("a"), ask_on=False)
    assert next_action(events) is None


def test_a_refusal_that_names_a_procedure_asks_nothing() -> None:
    """It has no card, so nothing of the record was told."""
    reply = Reply(text="Không được ạ.", outcome=Outcome.ANSWER, procedure=CHILD)
    _, events = send(reply, tracker("a"))
    assert next_action(events) is None


def test_a_question_in_between_does_not_end_the_questions() -> None:
    before = tracker("nộp ở đâu", form=GUIDE_FORM, procedure=CHILD, asking="ket-hon")
    _, events = send(told(CHILD, Aspect.WHERE), before)
    assert next_action(events) == GUIDE_FORM
    assert not ends_form(events)
    assert slots_after(before, events)["asking"] == "ket-hon"


def test_another_procedure_ends_the_questions() -> None:
    before = tracker("khai sinh", form=GUIDE_FORM, procedure=CHILD, asking="ket-hon")
    _, events = send(told(tiny.BIRTH), before)
    assert ends_form(events)
    assert next_action(events) is None
    assert slots_after(before, events)["asking"] is None


def test_another_procedure_with_questions_of_its_own_asks_those() -> None:
    before = tracker("khai cho con", form=GUIDE_FORM, procedure=tiny.BIRTH, asking="gi-do", answers={"gi-do": "co"})
    _, events = send(told(CHILD), before)
    assert next_action(events) == GUIDE_FORM
    slots = slots_after(before, events)
    assert (slots["asking"], slots["answers"]) == ("ket-hon", None)


def test_another_form_goes_on() -> None:
    _, events = send(told(tiny.BIRTH), tracker("khai sinh", form="survey_form"))
    assert not ends_form(events)


@pytest.mark.parametrize("form", ["guide_form", "survey_form"])
def test_end_form(form: str) -> None:
    assert ends_form(conversation.end_form(tracker(form=form)))


def test_without_a_form_nothing_is_ended() -> None:
    assert conversation.end_form(tracker()) == []


# --- when nothing helps


@pytest.mark.parametrize("reply", [OUTSIDE, WHICH, declining.not_in_catalogue(None, (), 0.5)])
def test_the_second_reply_in_a_row_that_does_not_help_offers_a_human(reply: Reply) -> None:
    before = tracker("a")
    said, events = send(reply, before)
    slots = slots_after(before, events)
    assert (said, slots["failures"]) == (reply, 1)
    said, events = send(reply, tracker("b", failures=1))
    assert said.buttons[-1].payload == HUMAN
    assert said.text.startswith(reply.text)
    assert "gặp cán bộ" in said.text
    assert (said.outcome, slots_after(tracker(failures=1), events)["failures"]) == (reply.outcome, 2)


@pytest.mark.parametrize("reply", [told(), asking_back.clarify(None, CHOICES, 0.5)], ids=["answer", "choices"])
def test_what_helps_begins_to_count_anew(reply: Reply) -> None:
    assert sent(reply, tracker("a", failures=1))["failures"] == 0


def test_a_human_is_offered_in_the_language_of_the_talk() -> None:
    said, _ = send(OUTSIDE, tracker("gold price", failures=1, language="en"))
    assert said.buttons[-1].title.isascii()


@pytest.mark.parametrize("code", FOR_PEOPLE)
def test_what_a_person_should_decide_offers_a_human_at_once(code: str) -> None:
    """A quarrel or a complaint; both are procedures that are there."""
    assert (ROOT / "data" / "catalogue" / f"{code}.yml").is_file()
    reply = Reply(text="a", outcome=Outcome.ANSWER, procedure=code)
    said, _ = send(reply, tracker("a"))
    assert [button.payload for button in said.buttons] == [HUMAN]
    said, _ = send(reply.model_copy(update={"outcome": Outcome.TROUBLE}), tracker("a"))
    assert said.buttons == ()


def test_a_question_that_got_no_answer_goes_to_the_review_list(desk: Desk) -> None:
    send(WHICH, tracker("mần răng chừ"))
    send(told(), tracker("khai sinh"))
    assert [entry.text for entry in desk.review_list()] == ["mần răng chừ"]


# --- what an officer would read


def test_the_last_messages_are_kept_masked_and_short() -> None:
    story: list[str] = []
    for number in range(TURNS_KEPT + 2):
        story = sent(told(), tracker(f"câu {number}", story=story))["story"]
    assert story == [f"câu {number}" for number in range(2, TURNS_KEPT + 2)]
    masked = sent(told(), tracker(f"gọi 0912345678 {'a' * LONGEST}", story=story))["story"][-1]
    assert "0912345678" not in masked
    assert len(masked) == LONGEST


def test_a_tap_is_no_message_of_the_story() -> None:
    assert sent(told(), tracker('/choose{"case": "a"}', story=["câu"]))["story"] == ["câu"]


# --- the e-form


START = f"start:{tiny.BIRTH}"


@pytest.fixture
def with_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "forms", lambda: SimpleNamespace(codes=(tiny.BIRTH,)))


@pytest.mark.usefixtures("with_form")
def test_an_answer_about_a_procedure_with_an_e_form_offers_it() -> None:
    reply, _ = send(told(), tracker("khai sinh"))
    assert [button.title for button in reply.buttons if button.payload == START] == ["Điền tờ khai"]
    assert [button.payload for button in reply.buttons[-2:]] == ["feedback:helpful", "feedback:unhelpful"]


@pytest.mark.usefixtures("with_form")
def test_in_english_it_is_said_that_the_form_is_vietnamese() -> None:
    reply, _ = send(told(), tracker("birth", language=Language.ENGLISH))
    assert [button.title for button in reply.buttons if button.payload == START] == ["Fill in the form (in Vietnamese)"]


@pytest.mark.usefixtures("with_form")
@pytest.mark.parametrize(
    ("reply", "form"),
    [
        (told(tiny.STAY), None),
        (told(), "submission_form"),
        (told().model_copy(update={"card": None}), None),
        (asking_back.clarify(None, CHOICES, 0.5), None),
        (OUTSIDE, None),
    ],
    ids=["no form", "it is being filled in", "several procedures", "choices", "outside"],
)
def test_it_is_not_offered(reply: Reply, form: str | None) -> None:
    sent_on, _ = send(reply, tracker("khai sinh", form=form))
    assert not [button for button in sent_on.buttons if button.payload.startswith("start:")]
