"""Answers made from a record."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowledge import compose, words
from knowledge.asking_back import procedure_button
from knowledge.catalogue import Catalogue
from knowledge.check import check, facts, sourced_facts
from knowledge.compose import FEW_BUTTONS, PARTS, Around
from knowledge.imports.formats import Read, read_file
from knowledge.journeys import Journey
from knowledge.record import Abolished, Certainty, DoubtKind, Procedure
from knowledge.reply import Aspect, Citation, Outcome, Reply
from knowledge.sections import ASPECT_NAMES, no_fee, no_time, view
from knowledge.settings import ROOT
from knowledge.situation import asked_of, next_question
from knowledge.tongue import Language, say, speaking
from tests.knowledge import tiny

BIRTH, STAY, LICENCE, HOME = (tiny.procedure(code) for code in tiny.RECORDS)
NOTHING = tiny.imported(tiny.BEES, "Cấp phép nuôi ong lấy mật")
CRAWL = ROOT.parent / "shared" / "catalogue" / "dvcqg-2026.jsonl.gz"
EVERY = 20  # the crawl's records are many; so many of them are passed over for one that is looked at


def told(record: Procedure, aspects: Sequence[Aspect], *, case_id: str | None = None, **rest: Any) -> Reply:
    return compose.answer(view(record, case_id=case_id), aspects, **rest)


def payloads(reply: Reply) -> list[str]:
    return [button.payload for button in reply.buttons]


def lines(record: Procedure, aspect: Aspect, case_id: str | None = None) -> list[str]:
    """What is said about one aspect, between its heading and the sources."""
    text = told(record, [aspect], case_id=case_id).text
    head, _, rest = text.partition(f"\n\n{ASPECT_NAMES[aspect]}:\n")
    assert head == f"{record.short_name} (mã {record.code})"
    return rest.partition("\n\n")[0].splitlines()


def test_nothing_asked_is_an_overview() -> None:
    reply = told(BIRTH, [])
    assert reply.aspects == ()
    headings = [line.removesuffix(":") for line in reply.text.splitlines() if line.endswith(":")]
    assert headings == [ASPECT_NAMES[aspect] for aspect in compose.OVERVIEW]


def test_what_was_asked_is_told_once_and_in_order() -> None:
    reply = told(BIRTH, [Aspect.FEES, Aspect.DOCUMENTS, Aspect.FEES])
    assert reply.aspects == (Aspect.DOCUMENTS, Aspect.FEES)
    assert reply.text.index("Giấy tờ cần có:") < reply.text.index("Lệ phí:")


def test_an_unchecked_record_carries_a_warning() -> None:
    assert compose.UNCHECKED in told(LICENCE, []).text
    assert compose.UNCHECKED not in told(BIRTH, []).text


def test_the_source_stands_below() -> None:
    reply = told(BIRTH, [Aspect.FEES])
    assert reply.text.splitlines()[-1] == "Nguồn: Quyết định 12/QĐ-THU, Cổng thử nghiệm, dữ liệu tháng 6/2026."
    assert [(source.code, source.field, source.decision) for source in reply.sources] == [
        (BIRTH.code, "ways.fees", "12/QĐ-THU")
    ]


def test_buttons_offer_other_cases_and_aspects() -> None:
    other = procedure_button(STAY)
    assert payloads(told(BIRTH, [Aspect.DOCUMENTS], others=[other])) == [
        "case:bo-roi",
        "aspects:fees",
        "aspects:time_limit",
        "aspects:where",
        "aspects:steps",
        f"procedure:{STAY.code}",
        "feedback:helpful",
        "feedback:unhelpful",
    ]


def test_a_short_answer_offers_the_whole() -> None:
    seen = view(BIRTH)
    short = compose.answer(replace(seen, short=True), [])
    (whole,) = [button for button in short.buttons if button.title == compose.FULL]
    assert whole.payload == f"aspects:{','.join(aspect.value for aspect in compose.EVERYTHING)}"
    assert compose.FULL not in [button.title for button in compose.answer(seen, []).buttons]
    assert "Có thể không phải nộp" in compose.answer(seen, []).text
    assert "Có thể không phải nộp" not in short.text


def test_the_case_that_was_chosen_is_not_offered_again() -> None:
    assert "case:bo-roi" not in payloads(told(BIRTH, [Aspect.DOCUMENTS], case_id="bo-roi"))
    assert "case:thuong" in payloads(told(BIRTH, [Aspect.DOCUMENTS], case_id="bo-roi"))


def test_no_more_cases_are_offered_than_fit() -> None:
    case = tiny.record()["cases"][1]
    many = [*tiny.record()["cases"], *({**case, "id": f"them-{number}"} for number in range(9))]
    offered = [payload for payload in payloads(told(tiny.procedure(cases=many), ())) if payload.startswith("case:")]
    assert offered[:2] == ["case:bo-roi", "case:them-0"]
    assert len(offered) == FEW_BUTTONS


def test_the_card_holds_checklist_and_ways() -> None:
    card = told(BIRTH, [Aspect.DOCUMENTS, Aspect.FEES]).card
    assert card
    assert card.checklist
    assert [(item.name, item.count) for item in card.checklist.items] == [
        ("Tờ khai đăng ký khai sinh (mẫu TK-01)", "1 bản chính"),
        ("Giấy chứng sinh", "1 bản chính và 2 bản sao"),
    ]
    assert [(row.channel, row.fees) for row in card.ways] == [
        ("Trực tuyến", "Lệ phí: miễn phí"),
        ("Nộp trực tiếp", "Lệ phí: 8.000 đồng/bản. Giảm, miễn: hộ nghèo được miễn"),
    ]


def test_the_card_holds_only_what_was_asked() -> None:
    card = told(BIRTH, [Aspect.STEPS]).card
    assert card
    assert (card.checklist, card.ways) == (None, ())


def test_a_long_name_is_cut_on_a_button() -> None:
    row = tiny.record(cases=[*tiny.record()["cases"], {**tiny.record()["cases"][1], "id": "ba", "name": "dài " * 22}])
    titles = [button.title for button in told(Procedure.model_validate(row), [Aspect.DOCUMENTS]).buttons]
    assert any(title.endswith("…") for title in titles)
    assert max(map(len, titles)) <= 60


# --- what was imported


def doubted(*doubts: tuple[DoubtKind, str]) -> list[dict[str, str]]:
    """Doubts about a part each."""
    return [{"kind": kind.value, "field": field, "raw": "UBND huyện A"} for kind, field in doubts]


@pytest.mark.parametrize("aspect", list(Aspect))
def test_a_record_with_nothing_in_it_gives_an_honest_answer(aspect: Aspect) -> None:
    (said,) = lines(NOTHING, aspect)
    assert "guồn không nêu" in said or "guồn không ghi" in said
    reply = told(NOTHING, [aspect])
    assert reply.outcome is Outcome.ANSWER
    check(reply, sourced_facts(NOTHING))


@pytest.mark.parametrize(
    "aspect",
    [Aspect.DOCUMENTS, Aspect.FEES, Aspect.TIME_LIMIT, Aspect.WHERE, Aspect.STEPS, Aspect.RESULT],
)
def test_what_a_citizen_needs_and_the_source_does_not_say_is_to_be_asked(aspect: Aspect) -> None:
    assert lines(NOTHING, aspect) == ["Nguồn không nêu, cần hỏi lại cơ quan tiếp nhận."]


def test_a_way_without_fees_or_time_limits_says_so() -> None:
    record = tiny.imported(tiny.BEES, "Nuôi ong", ways=[{"channel": "online"}, {"channel": "direct"}])
    assert lines(record, Aspect.FEES) == [f"• Mọi cách nộp: {no_fee()}."]
    assert lines(record, Aspect.TIME_LIMIT) == [f"• Mọi cách nộp: {no_time()}."]
    assert lines(record, Aspect.ONLINE) == ["Có. Nộp trên Cổng Dịch vụ công quốc gia, đăng nhập bằng VNeID."]
    card = told(record, [Aspect.FEES]).card
    assert card
    assert [(row.time_limit, row.fees) for row in card.ways] == [(no_time(), no_fee())] * 2


def test_a_record_with_nothing_in_it_has_an_empty_card() -> None:
    card = told(NOTHING, list(Aspect)).card
    assert card
    assert (card.checklist, card.ways, card.page, card.checked) == (None, (), None, False)


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"imported": True, "checked": False}, compose.IMPORTED),
        ({"imported": False, "checked": False}, compose.UNCHECKED),
        ({"imported": True, "checked": True, "sources": [tiny.SOURCE]}, None),
    ],
)
def test_how_far_a_record_is_to_be_trusted(changes: dict[str, object], warning: str | None) -> None:
    text = told(tiny.imported(tiny.BEES, "Nuôi ong", **changes), []).text
    assert [found for found in (compose.IMPORTED, compose.UNCHECKED) if found in text] == ([warning] if warning else [])


def test_a_name_that_was_cut_stands_whole_above_the_answer() -> None:
    name = "Cấp phép nuôi ong lấy mật trong rừng phòng hộ của hợp tác xã nông nghiệp"
    reply = told(tiny.imported(tiny.BEES, name), [Aspect.FEES])
    assert reply.text.splitlines()[0] == f"{name} (mã {tiny.BEES})"
    assert reply.card
    assert reply.card.title.endswith("…")


# --- what is gone


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ({}, "⚠ Thủ tục này đã bãi bỏ. Nội dung dưới đây chỉ để tham khảo."),
        (
            {"since": "2026-03-05", "decision": "7/QĐ-THU", "replaced_by": ["9.000001", "9.000002"]},
            "⚠ Thủ tục này đã bãi bỏ từ ngày 5/3/2026 theo Quyết định 7/QĐ-THU, thay bằng thủ tục mã 9.000001, "
            "9.000002. Nội dung dưới đây chỉ để tham khảo.",
        ),
        (
            {"replaced_by": ["9.000001"]},
            "⚠ Thủ tục này đã bãi bỏ, thay bằng thủ tục mã 9.000001. Nội dung dưới đây chỉ để tham khảo.",
        ),
    ],
)
def test_an_abolished_procedure_says_so_and_what_takes_its_place(gone: dict[str, object], said: str) -> None:
    record = STAY.model_copy(update={"abolished": Abolished.model_validate(gone)})
    for aspects in ((), (Aspect.RESULT,)):
        reply = told(record, aspects)
        assert reply.text.splitlines()[1] == said
        assert "bãi bỏ" not in told(STAY, aspects).text


def test_the_day_of_the_abolition_has_its_source() -> None:
    """The check would stop a reply with a day that it does not know."""
    gone = Abolished.model_validate({"since": "2026-03-05", "decision": "7/QĐ-THU", "replaced_by": ["9.000001"]})
    record = STAY.model_copy(update={"abolished": gone})
    check(told(record, []), sourced_facts(record))


# --- what is not certain


@pytest.mark.parametrize(
    ("kind", "field", "aspect"),
    [
        (DoubtKind.COPIES_AMBIGUOUS, "cases", Aspect.DOCUMENTS),
        (DoubtKind.STALE_DISTRICT, "cases", Aspect.DOCUMENTS),
        (DoubtKind.STALE_DISTRICT, "where", Aspect.WHERE),
        (DoubtKind.STALE_DISTRICT, "agency", Aspect.WHERE),
        (DoubtKind.SENTENCE_BROKEN, "steps", Aspect.STEPS),
        (DoubtKind.STALE_DISTRICT, "steps", Aspect.STEPS),
        (DoubtKind.STALE_DISTRICT, "conditions", Aspect.CONDITIONS),
    ],
)
def test_a_doubt_is_told_where_it_belongs(kind: DoubtKind, field: str, aspect: Aspect) -> None:
    record = STAY.model_copy(update={"doubts": tiny.imported("9.000031", "A", doubts=doubted((kind, field))).doubts})
    for other in Aspect:
        said = [line for line in lines(record, other) if line.startswith("⚠")]
        expected = [f"⚠ {words.DOUBTS[kind]}, cần hỏi lại cơ quan tiếp nhận."] if other is aspect else []
        assert said == expected, other
        check(told(record, [other]), sourced_facts(record))


def test_what_another_province_wrote_for_itself_is_told_above_everything() -> None:
    record = tiny.imported(tiny.BEES, "Nuôi ong", doubts=doubted((DoubtKind.OTHER_PROVINCE, "steps")))
    warning = f"⚠ {words.DOUBTS[DoubtKind.OTHER_PROVINCE]}, cần hỏi lại cơ quan tiếp nhận."
    for aspect in Aspect:
        reply = told(record, [aspect])
        assert reply.text.splitlines()[1] == warning
        assert reply.text.count(warning) == 1


def test_a_doubtful_figure_is_told_in_the_words_of_the_source() -> None:
    ways = [
        {
            "channel": "direct",
            "fees": [{"name": "Phí", "raw": "Miễn phí (8.000.000 đồng)", "certainty": "doubtful"}],
            "time_limits": [{"amount": 1, "unit": "unknown", "raw": "1", "certainty": "doubtful"}],
        }
    ]
    doubts = doubted((DoubtKind.FREE_WITH_AMOUNT, "fees"), (DoubtKind.TIME_UNIT_MISSING, "time_limits"))
    record = tiny.imported(tiny.BEES, "Nuôi ong", ways=ways, doubts=doubts)
    assert lines(record, Aspect.FEES) == [
        "• Nộp trực tiếp: Phí: nguồn ghi “Miễn phí (8.000.000 đồng)”, cần hỏi lại cơ quan tiếp nhận."
    ]
    assert lines(record, Aspect.TIME_LIMIT) == ["• Nộp trực tiếp: nguồn ghi “1”, cần hỏi lại cơ quan tiếp nhận."]


# --- where it is from


def test_only_the_sources_of_a_field_are_named_for_it() -> None:
    """A merged record has its steps from one page and its fees from another."""
    record = STAY.model_copy(
        update={
            "sources": tiny.imported(
                "9.000031",
                "A",
                sources=[
                    {"name": "Sổ tay", "as_of": "2026-06-01", "fields": ["name", "cases", "where"]},
                    {"name": "Cổng", "as_of": "2026-07-01", "fields": ["ways"]},
                    {"name": "Bảng kê", "as_of": None, "fields": ["steps", "ways"]},
                ],
            ).sources
        }
    )

    def cited(*aspects: Aspect) -> list[tuple[str, str]]:
        return [(item.field, item.name) for item in told(record, aspects).sources]

    assert cited(Aspect.FEES) == [("ways.fees", "Cổng"), ("ways.fees", "Bảng kê")]
    assert cited(Aspect.STEPS) == [("steps", "Bảng kê")]
    assert cited(Aspect.FORM) == [("cases.documents.form", "Sổ tay")]
    assert cited(Aspect.WHERE, Aspect.ONLINE) == [("where", "Sổ tay"), ("ways", "Cổng"), ("ways", "Bảng kê")]
    assert cited(Aspect.CONDITIONS) == []  # the source says nothing, so nothing is from it
    assert {(item.name, item.as_of) for item in told(record, [Aspect.STEPS]).sources} == {("Bảng kê", None)}


@pytest.mark.parametrize("aspect", list(Aspect))
def test_that_a_source_says_nothing_is_from_that_source(aspect: Aspect) -> None:
    assert [(item.field, item.name) for item in told(NOTHING, [aspect]).sources] == [(PARTS[aspect][0], "Cổng khác")]


@pytest.mark.parametrize("aspect", list(Aspect))
def test_every_part_that_is_told_names_its_source(aspect: Aspect) -> None:
    row = tiny.record(notes=["Đi sớm."])
    assert [item.field for item in told(Procedure.model_validate(row), [aspect]).sources] == list(PARTS[aspect])


def test_what_was_filled_in_from_an_import_carries_the_warning_where_it_is_told() -> None:
    own = {**tiny.SOURCE, "fields": []}
    filled = {"name": "Cổng khác", "as_of": None, "fields": ["legal_basis"]}
    record = tiny.procedure(sources=[own, filled])
    assert compose.IMPORTED in told(record, [Aspect.LEGAL_BASIS]).text
    assert compose.IMPORTED in told(record, [Aspect.FEES, Aspect.LEGAL_BASIS]).text
    assert compose.IMPORTED not in told(record, [Aspect.FEES]).text
    checked = {**filled, "checked": "2026-11-20"}
    assert compose.IMPORTED not in told(tiny.procedure(sources=[own, checked]), [Aspect.LEGAL_BASIS]).text


# --- what stands around it

ORIGIN = Citation(code="premise:so-giay", field="correction", name="Sổ tay")
AROUND = Around(("ℹ️ Không cần sổ.",), {Aspect.WHERE: ("📍 Xã Đồi Bắc.",), Aspect.FEES: ("Hỏi trước.",)}, (ORIGIN,))


def test_corrections_stand_above_and_lines_below_their_aspect() -> None:
    reply = told(STAY, [Aspect.WHERE], around=AROUND)
    assert reply.text.splitlines()[:7] == [
        "ℹ️ Không cần sổ.",
        "",
        f"Đăng ký tạm trú (mã {tiny.STAY})",
        "",
        "Nộp ở đâu:",
        "• Công an xã",
        "Cơ quan giải quyết: Công an xã.",
    ]
    assert reply.text.splitlines()[7] == "📍 Xã Đồi Bắc."
    assert "Hỏi trước." not in reply.text  # fees were not asked about
    assert reply.sources[-1] == ORIGIN


# --- for one person


GUIDED_QUESTION: tiny.Row = {
    "id": "cha-me",
    "ask": "Bé có cha mẹ ở bên không ạ?",
    "why": "Trẻ bị bỏ rơi cần biên bản.",
    "options": [
        {"id": "co", "label": "Có cha mẹ"},
        {"id": "khong", "label": "Trẻ bị bỏ rơi", "tells": "Gọi ngay công an xã."},
    ],
}


def guided() -> Procedure:
    row = tiny.record(questions=[GUIDED_QUESTION])
    row["cases"][1]["only_if"] = {"cha-me": ["khong"]}
    row["ways"][1]["fees"][0]["free_if"] = {"cha-me": ["khong"]}
    return Procedure.model_validate(row)


def personal(answers: dict[str, str], *aspects: Aspect, around: Around = compose.NOTHING) -> Reply:
    record = guided()
    return compose.personal(view(record, answers=answers), answers, aspects, around=around)


def test_somebodys_own_answer_holds_only_what_is_theirs() -> None:
    reply = personal({"cha-me": "khong"})
    assert reply.text.splitlines()[:3] == ["Theo lời anh/chị: Trẻ bị bỏ rơi.", "❗ Gọi ngay công an xã.", ""]
    assert "Biên bản về trẻ bị bỏ rơi" in reply.text
    assert "Giấy chứng sinh" not in reply.text
    assert "8.000 đồng" not in reply.text
    assert reply.aspects == ()
    assert reply.card
    assert reply.card.checklist
    assert [item.name for item in reply.card.checklist.items] == ["Biên bản về trẻ bị bỏ rơi"]
    assert [row.fees for row in reply.card.ways] == ["Lệ phí: miễn phí", "Lệ phí: miễn phí"]


def test_the_other_answer_holds_the_other_things() -> None:
    text = personal({"cha-me": "co"}).text
    assert "Giấy chứng sinh" in text
    assert "8.000 đồng" in text
    assert "Biên bản" not in text
    assert "❗" not in text


def test_who_said_that_they_do_not_know_is_told_nothing_about_themselves() -> None:
    assert "Theo lời anh/chị" not in personal({"cha-me": "?"}).text


def test_no_other_case_is_offered_to_somebody_who_is_known() -> None:
    assert [payload for payload in payloads(personal({"cha-me": "co"})) if payload.startswith("case:")] == []


def test_corrections_stand_above_what_was_said() -> None:
    assert personal({"cha-me": "co"}, around=AROUND).text.startswith("ℹ️ Không cần sổ.\nTheo lời anh/chị: Có cha mẹ.\n")


def test_what_was_asked_beside_the_checklist_is_told_too() -> None:
    reply = personal({"cha-me": "co"}, Aspect.STEPS)
    assert "\nCác bước:\n" in reply.text
    assert set(reply.aspects) == {*compose.OVERVIEW, Aspect.STEPS}


# --- after an event


def test_what_follows_from_an_event_stands_in_order() -> None:
    journey = Journey.model_validate(tiny.JOURNEY)
    reply = compose.in_order(journey, journey.steps, [STAY, BIRTH])
    assert reply.text.splitlines() == [
        "Thuê nhà có con nhỏ: làm theo thứ tự này.",
        "1. Đăng ký tạm trú.",
        "   Làm khi đã dọn đến.",
        "2. Khai sinh cho con (con chưa khai sinh).",
        "",
        "Bấm từng việc để xem giấy tờ, lệ phí, thời hạn.",
        "Nguồn: Quyết định 12/QĐ-THU, Cổng thử nghiệm, dữ liệu tháng 6/2026.",  # once, though both are from there
    ]
    assert payloads(reply) == [f"procedure:{tiny.STAY}", f"procedure:{tiny.BIRTH}"]
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.STAY)
    assert {source.code for source in reply.sources} == {tiny.STAY, tiny.BIRTH}


# --- every record


def every_reply(record: Procedure) -> list[Reply]:
    """Each aspect and the overview, for each case."""
    return [
        told(record, aspects, case_id=case.id)
        for case in record.cases
        for aspects in ((), *((aspect,) for aspect in Aspect), tuple(Aspect))
    ]


def test_every_reply_of_every_record_has_its_sources(shipped: Catalogue) -> None:
    for record in shipped.procedures.values():
        sourced = sourced_facts(record)
        for reply in every_reply(record):
            check(reply, sourced)
            assert reply.text.splitlines()[-1] == words.sources(record.sources)
            assert {source.code for source in reply.sources} == {record.code}
            assert (compose.UNCHECKED in reply.text) is not record.checked
            assert all(len(button.title) <= 64 for button in reply.buttons)
            assert "None" not in reply.text
            assert "  •" not in reply.text


def test_every_personal_reply_of_every_record_has_its_sources(shipped: Catalogue) -> None:
    """With the first, second ... answer to each question that is asked."""
    for record in shipped.procedures.values():
        if not asked_of(record):
            continue
        sourced = sourced_facts(record)
        for position in range(6):
            answers: dict[str, str] = {}
            while question := next_question(record, answers):
                answers[question.id] = question.options[position % len(question.options)].id
            reply = compose.personal(view(record, answers=answers), answers)
            check(reply, sourced)
            assert "None" not in reply.text, record.code
            assert [name for name in ASPECT_NAMES.values() if f"\n{name}:\n\n" in reply.text] == [], record.code
            assert reply.text.startswith("Theo lời anh/chị: "), record.code


@pytest.mark.skipif(not CRAWL.is_file(), reason=f"the portal's crawl is not here: {CRAWL}")
def test_every_reply_of_a_record_from_the_portal_is_honest(tmp_path: Path) -> None:
    """One of them in EVERY, each aspect: nothing without a source, nothing empty, and the warning."""
    with gzip.open(CRAWL) as rows:
        (tmp_path / "some.jsonl").write_bytes(b"".join(itertools.islice(rows, 0, None, EVERY)))
    records = [item.record for item in read_file(tmp_path / "some.jsonl") if isinstance(item, Read)]
    assert len(records) > 100
    for record in records:
        sourced = sourced_facts(record)
        for reply in (told(record, aspects) for aspects in ((), *((aspect,) for aspect in Aspect))):
            check(reply, sourced)
            assert compose.IMPORTED in reply.text, record.code
            assert "None" not in reply.text, record.code
            assert not [name for name in ASPECT_NAMES.values() if f"\n{name}:\n\n" in reply.text], record.code
            assert reply.sources, record.code
            assert all(len(button.title) <= 64 for button in reply.buttons), record.code


def test_every_doubtful_fact_of_every_record_is_told_as_one(shipped: Catalogue) -> None:
    doubtful = 0
    for record in shipped.procedures.values():
        text = told(record, [Aspect.FEES, Aspect.TIME_LIMIT]).text
        for way in record.ways:
            raws = [fee.raw for fee in way.fees if fee.certainty is Certainty.DOUBTFUL]
            raws += [limit.raw for limit in way.time_limits if limit.certainty is Certainty.DOUBTFUL]
            for raw in raws:
                doubtful += 1
                assert f"nguồn ghi “{raw}”, cần hỏi lại" in text, record.code
    assert doubtful > 0


def test_an_answer_in_english_has_the_same_figures() -> None:
    def figures(reply: Reply) -> set[str]:
        return {fact.replace(",", "").replace(".", "") for fact in facts(reply.text)}

    vietnamese = told(STAY, list(Aspect))
    with speaking(Language.ENGLISH):
        english = told(STAY, list(Aspect))
    assert figures(english) == figures(vietnamese)
    assert "Papers:" in english.text
    assert "Giấy tờ cần có" not in english.text


def test_a_position_can_be_shared_where_it_would_help() -> None:
    wanted = Around(place_wanted=True)
    near = "intent:give_place"
    assert near in payloads(told(BIRTH, [Aspect.WHERE], around=wanted))
    assert near not in payloads(told(BIRTH, [], around=wanted))  # nobody asked where
    assert near not in payloads(told(BIRTH, [Aspect.WHERE]))
    assert told(BIRTH, [Aspect.WHERE], around=wanted).wants_location
    assert not told(BIRTH, [], around=wanted).wants_location


@pytest.mark.parametrize("aspect", Aspect)
def test_the_words_on_a_button_for_an_aspect_mean_it(aspect: Aspect) -> None:
    for language in Language:
        with speaking(language):
            title = say(ASPECT_NAMES[aspect])
            assert compose.titled(BIRTH, title) == ((aspect,), None)
            assert compose.titled(BIRTH, f"{title.upper()} ?") == ((aspect,), None)


def test_the_words_on_the_other_buttons_mean_what_they_do() -> None:
    assert compose.titled(BIRTH, "xem day du") == (compose.EVERYTHING, None)
    for case in BIRTH.cases:
        assert compose.titled(BIRTH, case.name.lower()) == ((), case.id)
    assert compose.asks_near_me("Gần tôi nhất")
    assert compose.asks_near_me("📍 gan toi nhat")


@pytest.mark.parametrize("text", ["", "?", "lệ phí bao nhiêu", "giấy tờ", "xem"])
def test_other_words_are_no_title(text: str) -> None:
    assert compose.titled(BIRTH, text) == ((), None)
    assert not compose.asks_near_me(text)
