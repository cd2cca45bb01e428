"""Answers made from a record."""

from __future__ import annotations

import pytest

from knowledge import compose, words
from knowledge.catalogue import Catalogue
from knowledge.check import check, sourced_facts
from knowledge.record import Certainty, Procedure
from knowledge.reply import Aspect, Button, Outcome, Reply
from tests.knowledge import tiny

BIRTH, STAY, LICENCE, HOME = (tiny.procedure(code) for code in tiny.RECORDS)


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
