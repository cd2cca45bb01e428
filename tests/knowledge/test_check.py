"""No figure without a source leaves the house."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import compose, words
from knowledge.catalogue import Catalogue
from knowledge.check import check, facts, sourced_facts
from knowledge.errors import UnsourcedFact
from knowledge.record import Procedure
from knowledge.reply import Aspect, ChecklistItem, Reply, WayRow
from knowledge.sections import view
from knowledge.tongue import Language, speaking
from tests.knowledge import tiny

RECORD = tiny.procedure()
SOURCED = sourced_facts(RECORD)
REPLY = compose.answer(view(RECORD), list(Aspect))
MADE_UP = [
    "135.000 đồng",
    "135000",
    "0,7 %",
    "45 ngày làm việc",
    "31/12/2031",
    "tháng 7/2031",
    "99/2031/NĐ-CP",
    "1234/QĐ-UBND",
    "Thông tư 07/2031/TT-BCA",
    "mẫu TK-77",
    "1.001193",
    "https://example.org/9999",
]


def in_text(reply: Reply, said: str) -> Reply:
    head, _, tail = reply.text.partition("\n")
    return reply.model_copy(update={"text": f"{head} {said}\n{tail}"})


def at_the_end(reply: Reply, said: str) -> Reply:
    return reply.model_copy(update={"text": f"{reply.text}\n{said}."})


def in_the_fees_of_the_card(reply: Reply, said: str) -> Reply:
    assert reply.card
    row = WayRow(channel="Trực tuyến", time_limit="ngay", fees=said)
    return reply.model_copy(update={"card": reply.card.model_copy(update={"ways": (*reply.card.ways, row)})})


def in_the_times_of_the_card(reply: Reply, said: str) -> Reply:
    assert reply.card
    row = WayRow(channel="Trực tuyến", time_limit=said, fees="miễn phí")
    return reply.model_copy(update={"card": reply.card.model_copy(update={"ways": (row,)})})


def in_the_checklist(reply: Reply, said: str) -> Reply:
    assert reply.card
    assert reply.card.checklist
    items = (*reply.card.checklist.items, ChecklistItem(name="Giấy", note=said))
    checklist = reply.card.checklist.model_copy(update={"items": items})
    return reply.model_copy(update={"card": reply.card.model_copy(update={"checklist": checklist})})


PLACES = [in_text, at_the_end, in_the_fees_of_the_card, in_the_times_of_the_card, in_the_checklist]


def test_what_the_record_says_passes() -> None:
    check(REPLY, SOURCED)


@pytest.mark.parametrize("put", PLACES)
@pytest.mark.parametrize("said", MADE_UP)
def test_a_made_up_figure_is_caught(put: Callable[[Reply, str], Reply], said: str) -> None:
    with pytest.raises(UnsourcedFact, match=rf"^\[K501\] {tiny.BIRTH}: .* in the reply, in no source"):
        check(put(REPLY, said), SOURCED)


@pytest.mark.parametrize("said", ["137.913 đồng", "31/12/2031", "99/2031/NĐ-CP"])
@pytest.mark.parametrize("aspects", [(), tuple(Aspect), (Aspect.FEES,), (Aspect.LEGAL_BASIS,)])
def test_in_a_real_reply_too(shipped: Catalogue, aspects: tuple[Aspect, ...], said: str) -> None:
    for record in shipped.procedures.values():
        sourced = sourced_facts(record)
        assert facts(said).isdisjoint(sourced), record.code
        with pytest.raises(UnsourcedFact):
            check(at_the_end(compose.answer(view(record), aspects), said), sourced)


@given(st.integers(1000, 10**9))
def test_any_money_that_is_not_in_the_record_is_caught(amount: int) -> None:
    said = words.money(amount)
    ours = {fee.amount for way in RECORD.ways for fee in way.fees}
    for put in PLACES:
        if amount in ours:
            check(put(REPLY, said), SOURCED)
        else:
            with pytest.raises(UnsourcedFact):
                check(put(REPLY, said), SOURCED)


@given(st.sampled_from([tiny.BIRTH, tiny.STAY, tiny.HOME]), st.integers(1000, 10**9))
def test_a_fee_changed_on_the_way_is_caught(code: str, amount: int) -> None:
    """The reply is composed from another record than the one it is checked against."""
    record = tiny.procedure(code)
    row = tiny.record(code)
    row["ways"][0]["fees"] = [{"name": "Lệ phí", "amount": amount, "raw": "?"}]
    reply = compose.answer(view(Procedure.model_validate(row)), [Aspect.FEES])
    if amount in {fee.amount for way in record.ways for fee in way.fees}:
        check(reply, sourced_facts(record))
    else:
        with pytest.raises(UnsourcedFact):
            check(reply, sourced_facts(record))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lệ phí: 135.000 đồng.", {"135.000"}),
        ("ngày 1/7/2025, theo 123/2015/NĐ-CP", {"1/7/2025", "123/2015/NĐ-CP"}),
        ("1. Nộp hồ sơ\n2. Chờ 3 ngày", {"3"}),
        ("0,5 %; mẫu 01-TT", {"0,5", "01-TT"}),
        ("không có số", set()),
    ],
)
def test_facts_of_a_text(text: str, found: set[str]) -> None:
    assert facts(text) == found


def test_a_figure_may_be_told_in_another_form() -> None:
    """8000 in the record, "8.000 đồng" in the reply; 0.5 and "0,5 %"; as of a month."""
    assert {"8.000", "8000", "6/2026"} <= SOURCED
    assert "0,5" in sourced_facts(tiny.procedure(tiny.HOME))


def test_a_number_within_a_longer_one_is_none() -> None:
    """The record says 8.000: that is no source for 18.000, 8.0001 or 8."""
    assert SOURCED.isdisjoint({"18.000", "80.000", "8.00", "000"})


def test_money_has_a_source_in_english_too() -> None:
    with speaking(Language.ENGLISH):
        reply = compose.answer(view(RECORD), [Aspect.FEES])
        assert "8,000 VND" in reply.text
        check(reply, sourced_facts(RECORD))
        with pytest.raises(UnsourcedFact):
            check(at_the_end(reply, "137,913 VND"), sourced_facts(RECORD))
