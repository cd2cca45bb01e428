"""What is told of each aspect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge import words
from knowledge.catalogue import Catalogue
from knowledge.record import Procedure
from knowledge.reply import Aspect
from knowledge.sections import ASPECT_NAMES, MOST_LETTERS, MOST_PAPERS, no_fee, no_time, section, view
from knowledge.situation import NO_CASE, asked_of
from knowledge.tongue import Language, speaking
from tests.knowledge import tiny

BIRTH, STAY, LICENCE, HOME = (tiny.procedure(code) for code in tiny.RECORDS)
NOTHING = tiny.imported(tiny.BEES, "Cấp phép nuôi ong lấy mật")


def lines(record: Procedure, aspect: Aspect, case_id: str | None = None) -> list[str]:
    return section(aspect, view(record, case_id=case_id))


def guided() -> Procedure:
    """The registration of a birth, where fee and papers hang on who asks."""
    row = tiny.record(questions=[QUESTION])
    row["cases"][1]["only_if"] = {"cha-me": ["khong"]}
    row["cases"][0]["documents"][1]["only_if"] = {"channel": ["direct"]}
    row["ways"][1]["fees"][0]["free_if"] = {"cha-me": ["khong"]}
    return Procedure.model_validate(row)


QUESTION: tiny.Row = {
    "id": "cha-me",
    "ask": "Bé có cha mẹ ở bên không ạ?",
    "why": "Trẻ bị bỏ rơi cần biên bản.",
    "options": [{"id": "co", "label": "Có cha mẹ"}, {"id": "khong", "label": "Trẻ bị bỏ rơi"}],
}


# --- the view


def test_the_common_case_is_seen_first() -> None:
    seen = view(BIRTH)
    assert (seen.case.id, seen.documents, seen.ways) == ("thuong", BIRTH.cases[0].documents, BIRTH.ways)
    assert (seen.personal, seen.short) == (False, False)


@pytest.mark.parametrize(("case_id", "found"), [("bo-roi", "bo-roi"), ("khac", "thuong"), (None, "thuong")])
def test_the_case_that_was_chosen_is_seen(case_id: str | None, found: str) -> None:
    assert view(BIRTH, case_id=case_id).case.id == found


def test_answers_decide_over_a_case_that_was_chosen() -> None:
    record = guided()
    seen = view(record, case_id="bo-roi", answers={"cha-me": "co", "channel": "online"})
    assert (seen.case.id, seen.personal) == ("thuong", True)
    assert [document.name for document in seen.documents] == ["Tờ khai đăng ký khai sinh"]
    assert [way.channel.value for way in seen.ways] == ["online"]
    abandoned = view(record, answers={"cha-me": "khong"})
    assert abandoned.case.id == "bo-roi"
    assert abandoned.ways[1].fees[0].amount == 0


def test_without_answers_nothing_is_personal() -> None:
    assert not view(guided(), answers={}).personal


def test_a_record_without_cases_has_no_papers() -> None:
    seen = view(NOTHING, answers={"channel": "online"})
    assert (seen.case, seen.documents, seen.ways) == (NO_CASE, (), ())


# --- documents


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


def test_who_is_known_is_not_told_their_case() -> None:
    told = section(Aspect.DOCUMENTS, view(guided(), answers={"cha-me": "khong"}))
    assert told == ["• Biên bản về trẻ bị bỏ rơi: 1 bản sao. Chỉ xuất trình."]


def test_a_record_with_one_case_does_not_name_it() -> None:
    assert lines(STAY, Aspect.DOCUMENTS) == ["• Tờ khai cư trú: 1 bản chính"]


def test_a_short_list_leaves_out_what_can_be_read_later_but_not_when_a_paper_is_needed() -> None:
    row = tiny.record()
    row["cases"][0]["documents"][0] |= {"needed_when": "khi nộp giấy", "to_show": True}
    short = replace(view(Procedure.model_validate(row)), short=True)
    assert section(Aspect.DOCUMENTS, short)[1:] == [
        "• Tờ khai đăng ký khai sinh (mẫu TK-01): 1 bản chính. Khi nộp giấy.",
        "• Giấy chứng sinh: 1 bản chính và 2 bản sao",
    ]


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


def test_as_many_papers_as_may_stand_are_told_without_a_pointer() -> None:
    papers = [{"name": f"Giấy {number}"} for number in range(MOST_PAPERS)]
    record = tiny.imported(tiny.BEES, "Nuôi ong", cases=[{"id": "a", "name": "A", "documents": papers}])
    assert lines(record, Aspect.DOCUMENTS)[-1] == f"• Giấy {MOST_PAPERS - 1}"


def test_one_step_or_condition_is_told_however_long_it_is() -> None:
    record = tiny.imported(tiny.BEES, "Nuôi ong", steps=["x" * 5000, "b"], conditions=["y" * 5000, "b"], who=[])
    assert lines(record, Aspect.STEPS)[0] == f"• {'x' * 5000}"
    assert lines(record, Aspect.CONDITIONS)[0] == f"• {'y' * 5000}"


def test_what_was_written_by_hand_is_told_whole() -> None:
    long = [f"{'x' * 400} {number}" for number in range(9)]
    record = tiny.procedure(steps=long, conditions=long)
    assert lines(record, Aspect.STEPS) == [f"{number}. {text}" for number, text in enumerate(long, 1)]
    assert lines(record, Aspect.CONDITIONS)[1:] == [f"• {text}" for text in long]


# --- money and time


def test_fees_that_differ_are_told_by_way() -> None:
    assert lines(STAY, Aspect.FEES) == [
        "• Trực tuyến: Lệ phí: 7.000 đồng/lần.",
        "• Nộp trực tiếp: Lệ phí: 15.000 đồng/lần.",
    ]


def test_time_limits_that_are_the_same_are_told_once() -> None:
    assert lines(STAY, Aspect.TIME_LIMIT) == ["• Mọi cách nộp: 3 ngày làm việc."]


def test_a_single_way_is_named() -> None:
    assert lines(HOME, Aspect.TIME_LIMIT) == ["• Nộp trực tiếp: 7 ngày làm việc."]


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


def test_a_way_without_fees_or_time_limits_says_so() -> None:
    record = tiny.imported(tiny.BEES, "Nuôi ong", ways=[{"channel": "online"}, {"channel": "direct"}])
    assert lines(record, Aspect.FEES) == [f"• Mọi cách nộp: {no_fee()}."]
    assert lines(record, Aspect.TIME_LIMIT) == [f"• Mọi cách nộp: {no_time()}."]
    assert lines(record, Aspect.ONLINE) == ["Có. Nộp trên Cổng Dịch vụ công quốc gia, đăng nhập bằng VNeID."]


def test_ways_that_differ_are_told_apart_in_every_record(shipped: Catalogue) -> None:
    for record in shipped.procedures.values():
        text = "\n".join(lines(record, Aspect.FEES))
        if len({tuple(words.fee(fee) for fee in way.fees) for way in record.ways}) > 1:
            assert "Mọi cách nộp" not in text, record.code
            assert all(words.CHANNELS[way.channel] in text for way in record.ways), record.code


# --- the rest


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


def test_what_a_good_clerk_adds_stands_below_the_conditions() -> None:
    assert lines(tiny.procedure(notes=["Đi sớm."]), Aspect.CONDITIONS)[-2:] == [
        "• Trẻ chưa được đăng ký khai sinh.",
        "Lưu ý: Đi sớm.",
    ]
    assert lines(tiny.procedure(STAY.code, notes=["Đi sớm."]), Aspect.CONDITIONS)[-1] == "Lưu ý: Đi sớm."


@pytest.mark.parametrize(
    "aspect",
    [Aspect.DOCUMENTS, Aspect.FEES, Aspect.TIME_LIMIT, Aspect.WHERE, Aspect.STEPS, Aspect.RESULT],
)
def test_where_a_record_says_nothing_there_is_no_line(aspect: Aspect) -> None:
    assert lines(NOTHING, aspect) == []


def test_nothing_of_a_record_is_lost_on_the_way(shipped: Catalogue) -> None:
    """Every paper, step, condition, result and law of every record stands in what is told of its aspect."""
    for record in shipped.procedures.values():
        for case in record.cases[:1] if asked_of(record) else record.cases:
            told = "\n".join(lines(record, Aspect.DOCUMENTS, case.id))
            assert all(document.name in told for document in case.documents[:MOST_PAPERS]), record.code
        for aspect, texts in (
            (Aspect.STEPS, record.steps),
            (Aspect.CONDITIONS, (*record.conditions, *record.notes)),
            (Aspect.RESULT, record.result),
            (Aspect.WHERE, record.where),
            (Aspect.LEGAL_BASIS, [law.number for law in record.legal_basis]),
        ):
            told = "\n".join(lines(record, aspect))
            assert [text for text in texts if text not in told] == [], record.code


def test_every_aspect_has_a_name_and_lines() -> None:
    assert set(ASPECT_NAMES) == set(Aspect)
    assert all(lines(BIRTH, aspect) for aspect in Aspect)


def test_english_is_told_in_english() -> None:
    with speaking(Language.ENGLISH):
        assert lines(STAY, Aspect.FEES) == ["• Online: Lệ phí: 7,000 VND/lần.", "• In person: Lệ phí: 15,000 VND/lần."]
        assert lines(STAY, Aspect.TIME_LIMIT) == ["• Every way of handing in: 3 working day(s)."]
        assert lines(LICENCE, Aspect.ONLINE) == ["The source names no online way; the ways are: in person."]
