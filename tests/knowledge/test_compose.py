"""Answers made from a record."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import pytest

from knowledge import compose, words
from knowledge.catalogue import Catalogue
from knowledge.check import check, sourced_facts
from knowledge.compose import FIELDS, MOST_LETTERS, MOST_PAPERS
from knowledge.imports.formats import Read, read_file
from knowledge.record import Abolished, Certainty, DoubtKind, Level, Procedure
from knowledge.reply import Aspect, Button, Outcome, Reply
from knowledge.settings import ROOT
from tests.knowledge import tiny

BIRTH, STAY, LICENCE, HOME = (tiny.procedure(code) for code in tiny.RECORDS)
NOTHING = tiny.imported(tiny.BEES, "Cấp phép nuôi ong lấy mật")
CRAWL = ROOT.parent / "shared" / "catalogue" / "dvcqg-2026.jsonl.gz"
EVERY = 20  # the crawl's records are many; so many of them are passed over for one that is looked at


def lines(record: Procedure, aspect: Aspect, case_id: str | None = None) -> list[str]:
    """What is said about one aspect, between its heading and the sources."""
    text = compose.answer(record, [aspect], case_id=case_id).text
    head, _, rest = text.partition(f"\n\n{compose.ASPECT_NAMES[aspect]}:\n")
    assert head == f"{record.short_name} (mã {record.code})"
    return rest.partition("\n\n")[0].splitlines()


def test_documents_of_the_common_case_come_first() -> None:
    assert lines(BIRTH, Aspect.DOCUMENTS) == [
        "Trường hợp: Trẻ sinh tại cơ sở y tế (trẻ có giấy chứng sinh).",
        "• Tờ khai đăng ký khai sinh (mẫu TK-01): 1 bản chính",
        "• Giấy chứng sinh: 1 bản chính và 2 bản sao. Có thể không phải nộp nếu tra được ở dữ liệu y tế.",
    ]


def test_documents_of_another_case() -> None:
    assert lines(BIRTH, Aspect.DOCUMENTS, "bo-roi") == [
        "Trường hợp: Trẻ bị bỏ rơi.",
        "• Biên bản về trẻ bị bỏ rơi: 1 bản sao. Chỉ xuất trình.",
    ]


def test_an_unknown_case_is_the_common_one() -> None:
    assert lines(BIRTH, Aspect.DOCUMENTS, "khác") == lines(BIRTH, Aspect.DOCUMENTS)


def test_a_record_with_one_case_does_not_name_it() -> None:
    assert lines(STAY, Aspect.DOCUMENTS) == ["• Tờ khai cư trú: 1 bản chính"]


def test_fees_that_differ_are_told_by_way() -> None:
    assert lines(STAY, Aspect.FEES) == [
        "• Trực tuyến: Lệ phí: 7.000 đồng/lần.",
        "• Nộp trực tiếp: Lệ phí: 15.000 đồng/lần.",
    ]


def test_time_limits_that_are_the_same_are_told_once() -> None:
    assert lines(STAY, Aspect.TIME_LIMIT) == ["• Mọi cách nộp: 3 ngày làm việc."]


def test_several_limits_stand_below_their_way() -> None:
    row = tiny.record(STAY.code)
    row["ways"][1]["time_limits"].append({"amount": 9, "unit": "day", "raw": "9", "when": "việc khó"})
    assert lines(Procedure.model_validate(row), Aspect.TIME_LIMIT) == [
        "• Trực tuyến: 3 ngày làm việc.",
        "• Nộp trực tiếp:",
        "  – 3 ngày làm việc.",
        "  – 9 ngày (việc khó).",
    ]


def test_what_does_not_count_towards_the_limit_is_told() -> None:
    assert lines(BIRTH, Aspect.TIME_LIMIT)[-1] == "Không tính vào thời hạn: thời gian xác minh"


def test_a_doubtful_fee_is_told_as_its_source_has_it() -> None:
    assert lines(LICENCE, Aspect.FEES) == [
        "• Nộp trực tiếp: Lệ phí: nguồn ghi “135 VNĐ”, cần hỏi lại cơ quan tiếp nhận."
    ]


@pytest.mark.parametrize(
    ("aspect", "said"),
    [
        (Aspect.WHERE, ["• Trung tâm Phục vụ hành chính công xã", "Cơ quan giải quyết: Ủy ban nhân dân xã."]),
        (Aspect.STEPS, ["1. Chuẩn bị giấy tờ.", "2. Nộp hồ sơ.", "3. Nhận Giấy khai sinh."]),
        (Aspect.CONDITIONS, ["Ai được làm: Cha, mẹ của trẻ.", "• Trẻ chưa được đăng ký khai sinh."]),
        (
            Aspect.FORM,
            [
                "• Tờ khai đăng ký khai sinh: mẫu TK-01",
                "Tải mẫu tại trang của thủ tục: https://example.org/thu-tuc",
            ],
        ),
        (Aspect.LEGAL_BASIS, ["• Luật Hộ tịch (số 60/2014/QH13)"]),
        (Aspect.RESULT, ["• Giấy khai sinh"]),
        (
            Aspect.ONLINE,
            [
                "Có. Nộp trên Cổng Dịch vụ công quốc gia, đăng nhập bằng VNeID.",
                "Trang của thủ tục: https://example.org/thu-tuc",
                "• Thời hạn: 2 ngày làm việc",
                "• Lệ phí: miễn phí",
                "Mang bản chính khi nhận kết quả.",
            ],
        ),
    ],
)
def test_the_other_aspects(aspect: Aspect, said: list[str]) -> None:
    assert lines(BIRTH, aspect) == said


@pytest.mark.parametrize(
    ("aspect", "said"),
    [
        (Aspect.CONDITIONS, "Nguồn không nêu điều kiện nào khác."),
        (Aspect.FORM, "Nguồn không nêu mẫu đơn riêng cho trường hợp này."),
        (Aspect.LEGAL_BASIS, "Nguồn không nêu căn cứ, cần hỏi lại cơ quan tiếp nhận."),
        (Aspect.ONLINE, "Nguồn không ghi hình thức trực tuyến; các cách nộp: nộp trực tiếp."),
    ],
)
def test_what_the_source_does_not_say(aspect: Aspect, said: str) -> None:
    assert lines(LICENCE, aspect)[-1] == said


def test_nothing_asked_is_an_overview() -> None:
    reply = compose.answer(BIRTH, [])
    assert reply.aspects == ()
    headings = [line.removesuffix(":") for line in reply.text.splitlines() if line.endswith(":")]
    assert headings == [compose.ASPECT_NAMES[aspect] for aspect in compose.OVERVIEW]


def test_what_was_asked_is_told_once_and_in_order() -> None:
    reply = compose.answer(BIRTH, [Aspect.FEES, Aspect.DOCUMENTS, Aspect.FEES])
    assert reply.aspects == (Aspect.DOCUMENTS, Aspect.FEES)
    assert reply.text.index("Giấy tờ cần có:") < reply.text.index("Lệ phí:")


def test_an_unchecked_record_carries_a_warning() -> None:
    assert compose.UNCHECKED in compose.answer(LICENCE, []).text
    assert compose.UNCHECKED not in compose.answer(BIRTH, []).text


def test_the_source_stands_below() -> None:
    reply = compose.answer(BIRTH, [Aspect.FEES])
    assert reply.text.splitlines()[-1] == "Nguồn: Quyết định 12/QĐ-THU, Cổng thử nghiệm, dữ liệu tháng 6/2026."
    assert [(source.code, source.field, source.decision) for source in reply.sources] == [
        (BIRTH.code, "ways.fees", "12/QĐ-THU")
    ]


def test_buttons_offer_other_cases_and_aspects() -> None:
    other = compose.procedure_button(STAY)
    payloads = [button.payload for button in compose.answer(BIRTH, [Aspect.DOCUMENTS], others=[other]).buttons]
    assert payloads == [
        "case:bo-roi",
        "aspects:fees",
        "aspects:time_limit",
        "aspects:where",
        "aspects:steps",
        f"procedure:{STAY.code}",
    ]


def test_the_card_holds_checklist_and_ways() -> None:
    card = compose.answer(BIRTH, [Aspect.DOCUMENTS, Aspect.FEES]).card
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
    card = compose.answer(BIRTH, [Aspect.STEPS]).card
    assert card
    assert (card.checklist, card.ways) == (None, ())


def test_a_long_name_is_cut_on_a_button() -> None:
    row = tiny.record(cases=[*tiny.record()["cases"], {**tiny.record()["cases"][1], "id": "ba", "name": "dài " * 22}])
    titles = [button.title for button in compose.answer(Procedure.model_validate(row), [Aspect.DOCUMENTS]).buttons]
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
    reply = compose.answer(NOTHING, [aspect])
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
    assert lines(record, Aspect.FEES) == [f"• Mọi cách nộp: {compose.NO_FEE}."]
    assert lines(record, Aspect.TIME_LIMIT) == [f"• Mọi cách nộp: {compose.NO_TIME}."]
    assert lines(record, Aspect.ONLINE) == ["Có. Nộp trên Cổng Dịch vụ công quốc gia, đăng nhập bằng VNeID."]
    card = compose.answer(record, [Aspect.FEES]).card
    assert card
    assert [(row.time_limit, row.fees) for row in card.ways] == [(compose.NO_TIME, compose.NO_FEE)] * 2


def test_a_record_with_nothing_in_it_has_an_empty_card() -> None:
    card = compose.answer(NOTHING, list(Aspect)).card
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
    text = compose.answer(tiny.imported(tiny.BEES, "Nuôi ong", **changes), []).text
    assert [found for found in (compose.IMPORTED, compose.UNCHECKED) if found in text] == ([warning] if warning else [])


def test_a_name_that_was_cut_stands_whole_above_the_answer() -> None:
    name = "Cấp phép nuôi ong lấy mật trong rừng phòng hộ của hợp tác xã nông nghiệp"
    reply = compose.answer(tiny.imported(tiny.BEES, name), [Aspect.FEES])
    assert reply.text.splitlines()[0] == f"{name} (mã {tiny.BEES})"
    assert reply.card
    assert reply.card.title.endswith("…")


@pytest.mark.parametrize(
    ("page", "pointer"),
    [("https://example.org/ong", "tại https://example.org/ong"), (None, "tại nơi tiếp nhận hồ sơ")],
)
def test_long_lists_are_cut_with_a_pointer_to_the_page(page: str | None, pointer: str) -> None:
    long = [f"{'x' * 400} {number}" for number in range(9)]
    papers = [{"name": f"Giấy {number}"} for number in range(MOST_PAPERS + 1)]
    record = tiny.imported(
        tiny.BEES,
        "Nuôi ong",
        cases=[{"id": "a", "name": "A", "documents": papers}],
        steps=long,
        conditions=long,
        who=["Ai cũng được"],
        sources=[{"name": "Cổng khác", "as_of": None, "page": page}],
    )
    documents = lines(record, Aspect.DOCUMENTS)
    assert documents[-2:] == [f"• Giấy {MOST_PAPERS - 1}", f"… còn giấy tờ khác, xem đủ {pointer}."]
    assert len(documents) == MOST_PAPERS + 1
    fitting = MOST_LETTERS // len(long[0])
    assert lines(record, Aspect.STEPS) == [
        *(f"• {text}" for text in long[:fitting]),
        f"… xem đủ các bước {pointer}.",
    ]
    assert lines(record, Aspect.CONDITIONS) == [
        "Ai được làm: Ai cũng được.",
        *(f"• {text}" for text in long[:fitting]),
        f"… xem đủ các điều kiện {pointer}.",
    ]
    card = compose.answer(record, [Aspect.DOCUMENTS]).card
    assert card
    assert card.checklist
    assert len(card.checklist.items) == MOST_PAPERS


def test_one_step_or_condition_is_told_however_long_it_is() -> None:
    record = tiny.imported(tiny.BEES, "Nuôi ong", steps=["x" * 5000, "b"], conditions=["y" * 5000, "b"], who=[])
    assert lines(record, Aspect.STEPS)[0] == f"• {'x' * 5000}"
    assert lines(record, Aspect.CONDITIONS)[0] == f"• {'y' * 5000}"


def test_what_was_written_by_hand_is_told_whole() -> None:
    long = [f"{'x' * 400} {number}" for number in range(9)]
    record = tiny.procedure(steps=long, conditions=long)
    assert lines(record, Aspect.STEPS) == [f"{number}. {text}" for number, text in enumerate(long, 1)]
    assert lines(record, Aspect.CONDITIONS)[1:] == [f"• {text}" for text in long]


def test_as_many_papers_as_may_stand_are_told_without_a_pointer() -> None:
    papers = [{"name": f"Giấy {number}"} for number in range(MOST_PAPERS)]
    record = tiny.imported(tiny.BEES, "Nuôi ong", cases=[{"id": "a", "name": "A", "documents": papers}])
    assert lines(record, Aspect.DOCUMENTS)[-1] == f"• Giấy {MOST_PAPERS - 1}"


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
        reply = compose.answer(record, aspects)
        assert reply.text.splitlines()[1] == said
        assert "bãi bỏ" not in compose.answer(STAY, aspects).text


def test_the_day_of_the_abolition_has_its_source() -> None:
    """The check would stop a reply with a day that it does not know."""
    gone = Abolished.model_validate({"since": "2026-03-05", "decision": "7/QĐ-THU", "replaced_by": ["9.000001"]})
    record = STAY.model_copy(update={"abolished": gone})
    check(compose.answer(record, []), sourced_facts(record))


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
        check(compose.answer(record, [other]), sourced_facts(record))


def test_what_another_province_wrote_for_itself_is_told_above_everything() -> None:
    record = tiny.imported(tiny.BEES, "Nuôi ong", doubts=doubted((DoubtKind.OTHER_PROVINCE, "steps")))
    warning = f"⚠ {words.DOUBTS[DoubtKind.OTHER_PROVINCE]}, cần hỏi lại cơ quan tiếp nhận."
    for aspect in Aspect:
        reply = compose.answer(record, [aspect])
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
        return [(item.field, item.name) for item in compose.answer(record, aspects).sources]

    assert cited(Aspect.FEES) == [("ways.fees", "Cổng"), ("ways.fees", "Bảng kê")]
    assert cited(Aspect.STEPS) == [("steps", "Bảng kê")]
    assert cited(Aspect.FORM) == [("cases.documents.form", "Sổ tay")]
    assert cited(Aspect.WHERE, Aspect.ONLINE) == [("where", "Sổ tay"), ("ways", "Cổng"), ("ways", "Bảng kê")]
    assert cited(Aspect.CONDITIONS) == []  # the source says nothing, so nothing is from it
    assert {(item.name, item.as_of) for item in compose.answer(record, [Aspect.STEPS]).sources} == {("Bảng kê", None)}


@pytest.mark.parametrize("aspect", list(Aspect))
def test_a_source_of_everything_is_named_for_every_field(aspect: Aspect) -> None:
    assert [(item.field, item.name) for item in compose.answer(NOTHING, [aspect]).sources] == [
        (FIELDS[aspect], "Cổng khác")
    ]


# --- buttons of a family


def card_at(*levels: Level, code: str, name: str = "Cấp đổi thẻ đội viên", short: str | None = None) -> Procedure:
    names = {"short_name": short} if short else {}
    return tiny.imported(code, name, levels=[level.value for level in levels], **names)


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
    button = compose.procedure_button(twin, beside=told)
    assert (button.title, button.payload) == (f"Cấp đổi thẻ đội viên ({said})", f"procedure:{tiny.CARD_PROVINCE}")


def test_the_button_of_another_matter_does_not() -> None:
    told = card_at(Level.COMMUNE, code=tiny.CARD_COMMUNE)
    assert compose.procedure_button(LICENCE, beside=told).title == LICENCE.short_name
    assert compose.procedure_button(LICENCE) == compose.procedure_button(LICENCE, beside=told)


@pytest.mark.parametrize("level", [Level.PROVINCE, Level.COMMUNE])
def test_a_long_name_leaves_room_for_the_level(level: Level) -> None:
    name = "Cấp đổi thẻ đội viên đội dân phòng tự nguyện của thôn, bản, tổ dân phố ở miền núi"
    told, twin = (card_at(at, code=code, name=name) for at, code in ((Level.COMMUNE, "9.000012"), (level, "9.000011")))
    title = compose.procedure_button(twin, beside=told).title
    assert title.endswith("… (cấp tỉnh)" if level is Level.PROVINCE else "… (mã 9.000011)")
    assert "……" not in title
    assert 40 < len(title) <= 60


def every_reply(record: Procedure) -> list[Reply]:
    """Each aspect and the overview, for each case."""
    return [
        compose.answer(record, aspects, case_id=case.id)
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


@pytest.mark.skipif(not CRAWL.is_file(), reason=f"the portal's crawl is not here: {CRAWL}")
def test_every_reply_of_a_record_from_the_portal_is_honest(tmp_path: Path) -> None:
    """One of them in EVERY, each aspect: nothing without a source, nothing empty, and the warning."""
    with gzip.open(CRAWL) as rows:
        (tmp_path / "some.jsonl").write_bytes(b"".join(itertools.islice(rows, 0, None, EVERY)))
    records = [item.record for item in read_file(tmp_path / "some.jsonl") if isinstance(item, Read)]
    assert len(records) > 100
    for record in records:
        sourced = sourced_facts(record)
        for reply in (compose.answer(record, aspects) for aspects in ((), *((aspect,) for aspect in Aspect))):
            check(reply, sourced)
            assert compose.IMPORTED in reply.text, record.code
            assert "None" not in reply.text, record.code
            assert not [name for name in compose.ASPECT_NAMES.values() if f"\n{name}:\n\n" in reply.text], record.code
            assert reply.sources, record.code
            assert all(len(button.title) <= 64 for button in reply.buttons), record.code


def test_every_doubtful_fact_of_every_record_is_told_as_one(shipped: Catalogue) -> None:
    doubtful = 0
    for record in shipped.procedures.values():
        text = compose.answer(record, [Aspect.FEES, Aspect.TIME_LIMIT]).text
        for way in record.ways:
            raws = [fee.raw for fee in way.fees if fee.certainty is Certainty.DOUBTFUL]
            raws += [limit.raw for limit in way.time_limits if limit.certainty is Certainty.DOUBTFUL]
            for raw in raws:
                doubtful += 1
                assert f"nguồn ghi “{raw}”, cần hỏi lại" in text, record.code
    assert doubtful > 0


def test_ways_that_differ_are_told_apart_in_every_record(shipped: Catalogue) -> None:
    for record in shipped.procedures.values():
        text = compose.answer(record, [Aspect.FEES]).text
        if len({tuple(words.fee(fee) for fee in way.fees) for way in record.ways}) > 1:
            assert "Mọi cách nộp" not in text, record.code
            assert all(words.CHANNELS[way.channel] in text for way in record.ways), record.code


def test_every_topic_fits_its_buttons(shipped: Catalogue) -> None:
    for topic in shipped.topics.values():
        buttons = [Button(title=option.label, payload=f"procedure:{option.code}") for option in topic.options]
        reply = compose.clarify(topic.question, buttons, 0.9)
        assert len(reply.buttons) == len(topic.options) == len({button.payload for button in buttons}), topic.id


def test_clarify_numbers_what_may_be_meant() -> None:
    reply = compose.clarify("Loại nào?", [compose.procedure_button(STAY), compose.procedure_button(HOME)], 0.7)
    assert reply.outcome is Outcome.CLARIFY
    assert reply.text == ("Loại nào?\n1. Đăng ký tạm trú\n2. Đăng ký thường trú\nBấm chọn, hoặc gõ số thứ tự.")


def test_clarify_without_a_question_or_buttons() -> None:
    reply = compose.clarify(None, [], 0.4)
    assert reply.text.endswith("?")
    assert "Bấm chọn" not in reply.text


def test_not_in_catalogue_names_who_handles_it(catalogue: Catalogue) -> None:
    near = [compose.procedure_button(STAY)]
    known = compose.not_in_catalogue(catalogue.elsewhere["mo-nha-thuoc"], near, 0.9)
    assert known.outcome is Outcome.NOT_IN_CATALOGUE
    assert "“Mở nhà thuốc”. Nơi giải quyết: Sở Y tế." in known.text
    assert known.buttons == ()
    unknown = compose.not_in_catalogue(catalogue.elsewhere["lai-tau"], near, 0.9)
    assert "“Chứng chỉ lái tàu”." in unknown.text
    assert "Nơi giải quyết" not in unknown.text


def test_not_in_catalogue_offers_what_is_near() -> None:
    near = [compose.procedure_button(STAY)]
    reply = compose.not_in_catalogue(None, near, 0.5)
    assert list(reply.buttons) == near
    assert "Có thể anh/chị muốn hỏi" in reply.text
    assert "Có thể anh/chị muốn hỏi" not in compose.not_in_catalogue(None, [], 0.5).text


def test_the_other_replies() -> None:
    assert compose.out_of_scope(0.8).outcome is Outcome.OUT_OF_SCOPE
    assert compose.which_procedure().outcome is Outcome.CLARIFY
    trouble = compose.trouble(BIRTH)
    assert (trouble.outcome, trouble.procedure, trouble.confidence) == (Outcome.TROUBLE, BIRTH.code, 0.0)
    assert "https://example.org/thu-tuc" in trouble.text
    assert "None" not in compose.trouble(LICENCE).text
