"""Where a form stands: what is asked next, back, leave out, change."""

from __future__ import annotations

from actions.submissions.submission import (
    Content,
    answered,
    asked_fields,
    document_asked,
    field_asked,
    filled_in,
    gone_back,
    left_out,
    moved_to,
    progress,
)
from tests.actions.submissions.birth import ANSWERS, form

FULL = Content(answers=ANSWERS)


def test_the_fields_come_in_the_order_of_the_form() -> None:
    content, asked = Content(), []
    while (field := field_asked(form(), content)) is not None:
        asked.append(field)
        content = answered(form(), content, field, ANSWERS[field])
    assert asked == list(form().fields)
    assert content.answers == ANSWERS


def test_who_leaves_the_father_out_is_asked_less() -> None:
    content = answered(form(), FULL, "father_declared", "khong")
    assert "father_name" not in content.answers
    assert "father_name" not in asked_fields(form(), content.answers)
    assert progress(form(), content) == (20, 20)


def test_back_goes_to_the_question_before_and_stays_at_the_first() -> None:
    content = answered(form(), Content(), "commune", "16681")
    content = answered(form(), content, "applicant_name", "Trần Thị Mận")
    content = gone_back(form(), content)
    assert field_asked(form(), content) == "applicant_name"
    content = gone_back(form(), gone_back(form(), gone_back(form(), content)))
    assert field_asked(form(), content) == "commune"
    assert content.answers["applicant_name"] == "Trần Thị Mận"


def test_after_a_change_it_goes_on_where_it_was() -> None:
    content = Content(answers={name: ANSWERS[name] for name in form().fields[:10]})
    content = moved_to(content, "child_name")
    assert field_asked(form(), content) == "child_name"
    content = answered(form(), content, "child_name", "Lê Minh Khôi")
    assert field_asked(form(), content) == form().fields[10]


def test_back_from_the_summary_is_the_last_question() -> None:
    assert field_asked(form(), FULL) is None
    assert field_asked(form(), gone_back(form(), FULL)) == "copies"


def test_documents_are_asked_one_by_one_and_can_be_left_out() -> None:
    content = FULL.model_copy(update={"documents": ("Giấy chứng sinh", "Giấy tờ tùy thân")})
    assert document_asked(content) == "Giấy chứng sinh"
    content = left_out(content, "Giấy chứng sinh")
    assert document_asked(content) == "Giấy tờ tùy thân"
    content = content.model_copy(update={"files": {"Giấy tờ tùy thân": ("a" * 20,)}})
    assert document_asked(content) is None
    assert document_asked(gone_back(form(), content)) == "Giấy chứng sinh"


def test_a_field_that_is_left_out_is_settled_until_it_is_answered() -> None:
    content = left_out(Content(), "commune")
    assert field_asked(form(), content) == "applicant_name"
    content = answered(form(), moved_to(content, "commune"), "commune", "16681")
    assert content.skipped == ()
    assert progress(form(), content) == (1, 14)  # who the mother is is asked only when it is known who hands in


def test_answers_stand_in_no_repr() -> None:
    assert "Mận" not in repr(FULL)


KNOWN = {"commune": "16681", "father_declared": "khong", "father_name": "Lê Văn Sim", "copies": "many"}


def test_what_is_known_fills_in_what_is_asked_for_and_nothing_else() -> None:
    content = filled_in(form(), Content(known=KNOWN))
    assert content.answers == {"commune": "16681"}
    content = filled_in(form(), answered(form(), content, "relation", "me"))
    assert content.answers == {"commune": "16681", "relation": "me", "father_declared": "khong"}


def test_what_comes_to_be_asked_for_by_a_change_is_filled_in_then() -> None:
    content = filled_in(form(), answered(form(), Content(known=KNOWN), "relation", "me"))
    content = filled_in(form(), answered(form(), content, "father_declared", "co"))
    assert content.answers["father_name"] == "Lê Văn Sim"


def test_what_is_known_replaces_no_answer_and_nothing_left_out() -> None:
    content = answered(form(), Content(known=KNOWN), "commune", "16690")
    content = filled_in(form(), answered(form(), left_out(content, "father_declared"), "relation", "me"))
    assert content.answers["commune"] == "16690"
    assert "father_declared" not in content.answers


def test_what_is_known_stands_in_no_repr() -> None:
    assert "Sim" not in repr(Content(known=KNOWN))
