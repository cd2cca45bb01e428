"""The files of data/forms hang together, or are refused with file, field and reason."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest
import yaml

from actions.submissions import asking
from actions.submissions.errors import AnswerRefused, FormUnusable, NoSuchForm
from actions.submissions.form import FORMATS, SHARED, EForm, load_forms
from actions.submissions.paper import paper_of
from actions.submissions.paper_docx import as_docx
from actions.submissions.paper_pdf import as_pdf
from actions.submissions.reading import READERS, read_answer
from actions.submissions.submission import Content, answered, field_asked, left_out
from knowledge.settings import ROOT
from tests.actions.submissions.birth import ANSWERS, CODE, TYPED, around, form, places

DATA = ROOT / "data" / "forms"
FORMS = load_forms()


def written(folder: Path, change: dict[str, Any]) -> Path:
    """The birth registration's file with one thing changed: {"questions.copies.help": ""}; None deletes."""
    content = yaml.safe_load((DATA / f"{CODE}.yml").read_text(encoding="utf-8"))
    for path, value in change.items():
        *way, last = path.split("/")
        place = content
        for name in way:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value
    (folder / SHARED).write_text((DATA / SHARED).read_text(encoding="utf-8"), encoding="utf-8")
    (folder / f"{CODE}.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def test_every_format_has_a_reader() -> None:
    assert set(READERS) == set(FORMATS)


def test_what_is_typed_becomes_what_the_schema_wants() -> None:
    answers: dict[str, Any] = {}
    for field in form().fields:
        assert form().asked(field, answers)
        answers[field] = read_answer(form(), field, TYPED[field], answers, around())
    assert answers == ANSWERS
    assert form().wrong(answers) == []
    jsonschema.Draft202012Validator(form().schema).validate(answers)


def test_what_is_missing_and_what_is_wrong_is_named_in_order() -> None:
    answers = {**ANSWERS, "applicant_phone": "12", "child_sex": "x"}
    del answers["child_name"]
    assert form().wrong(answers) == ["applicant_phone", "child_name", "child_sex"]


def test_a_father_who_is_not_declared_is_not_asked_about() -> None:
    answers = {**ANSWERS, "father_declared": "khong"}
    assert not form().asked("father_name", answers)
    assert form().wrong({name: value for name, value in answers.items() if not name.startswith("father_n")}) == []


def test_a_procedure_without_a_form() -> None:
    with pytest.raises(NoSuchForm):
        load_forms().get("9.999999")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"code": "1.001194"}, "named after another procedure"),
        ({"questions/copies": None}, "questions: copies"),
        ({"questions/copies/help": ""}, "questions.copies.help"),
        ({"questions/child_sex/choices": {"nam": "Nam"}}, "child_sex: its choices"),
        ({"questions/child_sex/said": {"x": ["y"]}}, "child_sex: its choices"),
        ({"questions/father_name/only_if": {"copies_wanted": ["co"]}}, "copies_wanted"),
        ({"questions/father_name/only_if": {"father_declared": ["maybe"]}}, "father_name, only_if names a value"),
        ({"questions/applicant_name/only_if": {"child_sex": ["nam"]}}, "not asked before it"),
        ({"questions/copies/known": "person"}, "questions.copies.known"),
        ({"schema/properties/copies/format": "number"}, "copies: its format"),
        ({"schema/properties/copies/title": ""}, "copies: has no title"),
        ({"schema/properties/copies/type": "array"}, "copies: its type"),
        ({"schema/properties/copies/minimum": "zero"}, "schema"),
        ({"schema/properties/child_name": {"$ref": "shared.yml#/$defs/nothing", "title": "x"}}, "schema"),
        ({"schema/required": ["nothing"]}, "nothing is no field"),
        ({"applicant/phone": "telephone"}, "telephone is no field"),
        ({"sections": [{"title": "Một", "fields": ["copies"]}]}, "sections"),
        ({"form/certainty": "perhaps"}, "form.certainty"),
        ({"form/signers": [""]}, "form.signers"),
        ({"questions/mother_address/same_as": ["child_birth_date"]}, "mother_address: same_as"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    with pytest.raises(FormUnusable, match=r"S101.*1\.001193\.yml") as caught:
        load_forms(written(tmp_path, change))
    assert told.replace(", ", ": ") in str(caught.value).replace(", ", ": ")


def test_the_schema_stands_alone(tmp_path: Path) -> None:
    schema = load_forms(written(tmp_path, {})).get(CODE).schema
    assert "shared.yml" not in str(schema)
    assert schema["properties"]["commune"]["$ref"] == "#/$defs/commune"


def test_no_folder_is_no_form(tmp_path: Path) -> None:
    assert len(load_forms(tmp_path)) == 0


@pytest.mark.parametrize("code", FORMS.codes)
def test_every_shipped_form_can_be_filled_in(code: str) -> None:
    """Each question is asked by some path, has words for every choice, and shown examples are good answers."""
    one: EForm = FORMS.get(code)
    assert one.file.form.certainty == "doubtful" or one.file.form.source
    for field in one.fields:
        question = one.question(field)
        assert question.ask.endswith(("?", ")", ".", "ạ")), f"{field}: {question.ask}"
        for typed in [*(filter(None, [question.example])), *question.suggest]:
            read_answer(one, field, typed, {}, around())
        for value, label in question.choices.items():
            assert read_answer(one, field, label, {}, around()) == value, f"{field}: {label}"
        for value, words in question.said.items():
            for said in words:
                assert read_answer(one, field, said, {}, around()) == value, f"{field}: {said}"


WALKS = 60  # of each form; enough to reach every question, by the fixed seed
TYPED_BY_FORMAT = {
    "identity-number": "040 198 012345",
    "identity-number-or-old": "186 012 345",
    "phone": "0912 345 678",
    "person-name": "Trần Thị Mận",
    "date": "1/12/2025",
    "date-or-year": "1975",
    "address": "xóm 5, xã Quỳnh Lưu, tỉnh Nghệ An",
    "plain": "2",
    "commune": "phường Thành Vinh",
}


@lru_cache
def shipped(code: str) -> EForm:
    return load_forms().get(code)


def could_say(one: EForm, field: str) -> list[str]:
    """Words that somebody could answer a question with."""
    question = one.question(field)
    said = [*question.choices.values(), *question.suggest, *filter(None, [question.example])]
    return said or [TYPED_BY_FORMAT[str(one.property(field)["format"])]]


def walk(one: EForm, random: Random) -> tuple[Content, set[str]]:
    """A form filled in by somebody who taps and types at random, and the questions that came."""
    content, came = Content(), set()
    while (field := field_asked(one, content)) is not None:
        assert field not in came, f"{field} is asked twice"
        came.add(field)
        options = asking.options(one, field, content, places(), ())
        ready = [option for option in options if not option.typed]
        if not one.required(field) and random.random() < 0.5:
            content = left_out(content, field)
        elif ready and random.random() < 0.7:
            content = answered(one, content, field, random.choice(ready).value)
        else:
            typed = random.choice(could_say(one, field))
            content = answered(one, content, field, read_answer(one, field, typed, {}, around()))
    return content, came


@pytest.mark.parametrize("code", load_forms().codes)
def test_every_way_through_a_form_ends_with_one_that_can_be_sent(code: str) -> None:
    one, random = shipped(code), Random(code)
    reached: set[str] = set()
    for _ in range(WALKS):
        content, came = walk(one, random)
        reached |= came
        assert one.wrong(content.answers) == []
        without = {key: value for key, value in one.schema.items() if key != "required"}
        jsonschema.Draft202012Validator(without).validate(content.answers)
        made = paper_of(one, content.answers, places())
        assert made.to
        assert all(line.label for section in made.sections for line in section.lines)
    assert reached == set(one.fields)
    assert as_pdf(made).startswith(b"%PDF")
    assert as_docx(made).startswith(b"PK")


@pytest.mark.parametrize("code", load_forms().codes)
def test_titles_are_short_and_tell_fields_apart(code: str) -> None:
    titles = [shipped(code).title(field) for field in shipped(code).fields]
    assert len(set(titles)) == len(titles)
    assert [title for title in titles if len(title) > 60] == []


@pytest.mark.parametrize("code", load_forms().codes)
def test_no_words_mean_two_choices(code: str) -> None:
    for field in shipped(code).fields:
        question = shipped(code).question(field)
        words = [(word, value) for value, said in question.said.items() for word in said]
        words += [(label, value) for value, label in question.choices.items()]
        meant: dict[str, set[str]] = {}
        for word, value in words:
            meant.setdefault(word.lower(), set()).add(value)
        assert {word: values for word, values in meant.items() if len(values) > 1} == {}, field


@pytest.mark.parametrize("code", load_forms().codes)
def test_the_record_names_what_the_form_does(code: str) -> None:
    """Sources name no decree that the record does not name, and what is not proven says so."""
    record = (ROOT / "data" / "catalogue" / f"{code}.yml").read_text(encoding="utf-8")
    described = shipped(code).file.form
    named = re.findall(r"\d+/\d{4}/(?:TT|NĐ|QH|QĐ)[-\w]*", described.source)
    assert [one for one in named if one not in record] == []
    assert described.certainty == "doubtful"
    assert "chưa đối chiếu" in described.source


@pytest.mark.parametrize(
    ("code", "document", "is_form"),
    [
        ("1.001193", "Tờ khai đăng ký khai sinh", True),
        ("1.001193", "Giấy chứng sinh", False),
        ("1.001193", "Văn bản ủy quyền có chứng thực", False),
        ("1.000894", "Đơn ly hôn", False),
        ("1.000894", "Giấy ủy quyền", False),
        ("1.000894", "Tờ khai đăng ký kết hôn (hai bên có thể khai chung một tờ)", True),
        ("1.003677", "Đề nghị khai báo tạm vắng", True),
        ("1.003677", "Nội dung khai báo tạm vắng", True),
        ("1.001266", "Thông báo chấm dứt hoạt động hộ kinh doanh", True),
        ("1.001612", "Giấy đề nghị đăng ký hộ kinh doanh", True),
        ("1.004194", "Văn bản đề nghị đăng ký tạm trú, kèm danh sách người tạm trú", False),
        ("1.001776", "Tờ khai nhận chăm sóc, nuôi dưỡng đối tượng bảo trợ xã hội", True),
        ("1.001776", "Tờ khai của đối tượng được nhận chăm sóc, nuôi dưỡng", False),
        ("1.014027", "Văn bản đề nghị hưởng trợ cấp hưu trí xã hội", True),
        ("1.012784", "Bản vẽ tách thửa đất, hợp thửa đất", False),
    ],
)
def test_which_document_of_a_checklist_is_the_form(code: str, document: str, is_form: bool) -> None:
    assert shipped(code).is_itself(document) is is_form


def test_an_abandoned_child_is_registered_without_parents() -> None:
    answers = {name: value for name, value in ANSWERS.items() if not name.startswith(("mother_", "father_"))}
    assert form().wrong({**answers, "relation": "bo-roi"}) == []
    assert "mother_name" in form().wrong(answers)


def test_a_suggested_answer_is_read_like_a_typed_one(tmp_path: Path) -> None:
    change = {"questions/child_birth_date/suggest": ["hôm qua"], "questions/copies/suggest": ["2"]}
    one = load_forms(written(tmp_path, change)).get(CODE)
    option = asking.options(one, "child_birth_date", Content(), places(), ())[0]
    assert (option.typed, option.label) == (True, "hôm qua")
    assert read_answer(one, "child_birth_date", option.value, {}, around()) == "2026-11-22"


def test_same_as_above_shows_the_answer_as_people_read_it(tmp_path: Path) -> None:
    change = {"questions/mother_birth/same_as": [], "questions/father_birth/same_as": ["mother_birth"]}
    one = load_forms(written(tmp_path, change)).get(CODE)
    content = Content(answers={"mother_birth": "1998-03-12"})
    option = asking.options(one, "father_birth", content, places(), ())[-1]
    assert (option.label, option.value) == ("Như trên: 12/03/1998", "1998-03-12")


def test_the_same_answer_is_offered_once() -> None:
    same = {"applicant_address": "Xóm 5", "mother_address": "Xóm 5"}
    options = asking.options(form(), "father_address", Content(answers=same), places(), ())
    assert [option.label for option in options] == ["Như trên: Xóm 5"]


@pytest.mark.parametrize(
    ("code", "field", "said", "meant"),
    [
        ("1.004873", "for_whom", "mẹ tôi", "nguoi-khac"),
        ("1.004873", "for_whom", "tui", "ban-than"),
        ("1.004873", "for_whom", "con tui", "nguoi-khac"),
        ("1.004194", "owner_consent", "ko đồng ý", "chua"),
        ("1.004194", "role", "bố chồng là chủ hộ", "thanh-vien"),
        ("1.004194", "role", "chủ hộ", "chu-ho"),
        ("1.010038", "new_head", "bố tôi", "nguoi-khac"),
        ("1.001022", "other_parent_opinion", "không còn nữa", "khong-con"),
        ("1.001776", "self_care", "không được", "khong-the"),
    ],
)
def test_what_people_say_means_what_they_mean(code: str, field: str, said: str, meant: str) -> None:
    assert read_answer(shipped(code), field, said, {}, around()) == meant


@pytest.mark.parametrize(
    ("code", "field", "said"),
    [("1.004873", "for_whom", "em"), ("1.004873", "relation", "vợ ông ấy"), ("1.004222", "house", "có")],
)
def test_what_could_mean_two_things_is_asked_again(code: str, field: str, said: str) -> None:
    with pytest.raises(AnswerRefused):
        read_answer(shipped(code), field, said, {}, around())
