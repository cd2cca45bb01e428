"""From loose parts to a record: codes, names, cases, and every doubt found on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from knowledge.imports import figures
from knowledge.imports.draft import Draft, channel_of, short_name
from knowledge.record import Channel, DoubtKind, Level, Procedure, national_code
from tests.knowledge.imports import rows

CODES = rows.SHARED / "cat-ngan-local-codes.jsonl"


def draft(**parts: Any) -> Draft:
    content = {"code": "9.800001", "name": "Cấp thẻ chim sẻ", "field": "Chim", "levels": [Level.COMMUNE]}
    return Draft(**{**content, "source": "Cổng chim", **parts})


def record(**parts: Any) -> Procedure:
    return draft(**parts).record()


@pytest.mark.parametrize(
    ("code", "province"),
    [
        ("9.800001", None),
        ("9.800001.000.00.00.H41", "H41"),
        (" 9.800001.H41\n", "H41"),
        ("9.800001.000.00.00", None),
    ],
)
def test_every_form_of_a_code_is_one_procedure(code: str, province: str | None) -> None:
    found = record(code=code)
    assert (found.code, found.province) == ("9.800001", province)


@pytest.mark.parametrize("code", ["", "9.80001", "9.8000011", "x9.800001", "9.800001.41", "DIEU-1", "９.800001"])
def test_what_is_no_code_makes_no_record(code: str) -> None:
    with pytest.raises(ValueError, match="is no procedure code"):
        record(code=code)


@pytest.mark.skipif(not CODES.is_file(), reason=f"the list of local codes is not here: {CODES}")
def test_the_local_codes_of_a_real_commune_are_the_national_ones() -> None:
    rows_ = [json.loads(line) for line in Path(CODES).read_text(encoding="utf-8").splitlines()]
    assert len(rows_) == 60
    assert [national_code(row["ma_dia_phuong"]) for row in rows_] == [row["ma_quoc_gia"] for row in rows_]


def test_a_format_may_know_the_province_itself() -> None:
    assert record(province="H17").province == "H17"


def test_a_record_says_that_a_program_read_it_and_nobody_checked_it() -> None:
    found = record(page="https://example.org/x", decision="Quyết định số: 9/QĐ-CHIM", as_of=rows.DAY)
    (source,) = found.sources
    assert (found.imported, found.checked) == (True, False)
    assert (source.name, source.page, source.decision) == ("Cổng chim", "https://example.org/x", "9/QĐ-CHIM")
    assert (source.as_of, source.checked, source.fields) == (rows.DAY, None, ())


def test_a_record_needs_a_name() -> None:
    with pytest.raises(ValueError, match="the name is empty"):
        record(name=" \n ")


def test_what_the_source_does_not_say_stays_empty() -> None:
    found = record(field="", levels=[], agency="Không có thông tin", conditions="Không", result=["", "không"])
    assert (found.field, found.levels) == ("Chưa rõ lĩnh vực", (Level.OTHER,))
    assert (found.agency, found.conditions, found.result, found.who) == (None, (), (), ())
    assert (found.cases, found.ways, found.steps, found.doubts) == ((), (), (), ())
    assert rows.told(found)


def test_long_texts_are_cut_where_the_record_has_an_end() -> None:
    found = record(name="chim sẻ " * 400, agency="ban " * 400, who=["người " * 200, " "], where="Tổ.\n" * 20)
    assert len(found.name) <= 1400
    assert found.name.endswith("…")
    assert len(found.agency or "") <= 500
    assert len(found.where) == 8
    assert len(found.who) == 1


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Thủ tục cấp thẻ chim sẻ.", "Cấp thẻ chim sẻ"),
        ("Trình tự, thủ tục nuôi chim", "Nuôi chim"),
        ("Thủ tục", "Thủ tục"),
        ("đăng ký tổ chim", "Đăng ký tổ chim"),
        ("chim sẻ " * 20, "Chim sẻ chim sẻ chim sẻ chim sẻ chim sẻ chim sẻ chim sẻ…"),
    ],
)
def test_the_heading_is_short(name: str, short: str) -> None:
    assert short_name(name) == short
    assert len(short) <= 60


def test_cases_are_numbered_and_one_without_papers_says_nothing() -> None:
    part = draft()
    part.add_case("Chim non:", [figures.read_document("Đơn", 1, 0)])
    part.add_case("Không giấy", [(None, None)])
    part.add_case("", [figures.read_document("Ảnh", None, 1)])
    part.add_case("Chim già " * 30, [figures.read_document("Ảnh", None, 1)])
    first, second, third = part.record().cases
    assert (first.id, first.name, first.when) == ("truong-hop-1", "Chim non", None)
    assert (second.id, second.name) == ("truong-hop-2", "Hồ sơ gồm")
    assert third.name.endswith("…")
    assert third.when == ("Chim già " * 30).strip()


def test_the_doubts_of_fees_times_and_copies_are_in_the_record() -> None:
    part = draft()
    part.way(Channel.DIRECT).note = "Mang theo tổ."
    part.way(Channel.DIRECT).fees += [figures.read_fee("90 VNĐ"), figures.read_fee("90 VNĐ")]
    part.way(Channel.DIRECT).times.append(figures.read_time("3", None))
    part.way(Channel.ONLINE).fees.append(figures.read_fee("90 VNĐ"))
    part.add_case("", [figures.read_document("Đơn", 99, 0)])
    found = part.record()
    assert [(way.channel, len(way.fees)) for way in found.ways] == [(Channel.DIRECT, 1), (Channel.ONLINE, 1)]
    assert rows.doubts(found) == [
        (DoubtKind.COPIES_AMBIGUOUS, "cases"),
        (DoubtKind.THOUSANDS_LOST, "fees"),
        (DoubtKind.TIME_UNIT_MISSING, "time_limits"),
    ]
    assert found.ways[0].note == "Mang theo tổ."
    assert "90 VNĐ" in rows.told(found)


def test_broken_steps_are_a_doubt_that_the_citizen_hears() -> None:
    found = record(steps="Chim bay đến Trung\nnộp đơn.\nHết.")
    assert rows.doubts(found) == [(DoubtKind.SENTENCE_BROKEN, "steps")]
    assert "⚠ Nguồn ghi các bước không liền mạch" in rows.told(found)


@pytest.mark.parametrize("part", ["name", "steps", "where", "agency", "conditions", "who", "result"])
def test_a_stale_office_is_a_doubt_wherever_it_stands(part: str) -> None:
    text = "Do UBND huyện xem xét chim sẻ."
    found = record(**{part: [text] if part in ("who", "result") else text})
    assert rows.doubts(found) == [(DoubtKind.STALE_DISTRICT, part)]
    assert "UBND huyện" in found.doubts[0].raw


def test_a_stale_office_in_the_name_of_a_paper_is_a_doubt() -> None:
    part = draft()
    part.add_case("", [figures.read_document("Giấy xác nhận của UBND quận", 1, 0)])
    found = part.record()
    assert rows.doubts(found) == [(DoubtKind.STALE_DISTRICT, "cases")]
    assert "⚠ Nguồn còn nêu cơ quan cấp huyện, đã bỏ từ ngày 1/7/2025" in rows.told(found)


def test_a_place_and_the_new_centre_are_no_doubt() -> None:
    where = "Trung tâm Phục vụ hành chính công xã\nXóm 3, xã Sẻ, huyện Chim"
    assert record(where=where, agency="Công an xã", steps="Nộp tại xã Sẻ, huyện Chim.").doubts == ()


def test_what_another_province_wrote_for_itself_is_a_doubt_in_a_source_of_the_whole_country() -> None:
    decree, steps = "15/2024/QĐ-UBND", "Nộp ở tỉnh Hà Tĩnh.\nSở của tỉnh Hà Tĩnh trả kết quả."
    doubted = [(DoubtKind.OTHER_PROVINCE, "steps")]
    assert rows.doubts(record(law=decree, national=True)) == doubted
    assert rows.doubts(record(decision=decree, national=True)) == doubted
    assert rows.doubts(record(steps=steps)) == doubted
    assert "⚠ Nguồn viết riêng cho một tỉnh khác" in rows.told(record(steps=steps))


def test_what_the_own_office_says_of_its_decrees_is_no_doubt() -> None:
    decree = "15/2024/QĐ-UBND"
    assert record(law=decree, decision=decree).doubts == ()
    assert record(law=decree, national=True, code="9.800001.H41").doubts == ()
    assert record(law="12/2024/NĐ-CP", national=True).doubts == ()


def test_what_does_not_count_is_found_in_steps_and_beside_time_limits() -> None:
    first, second = "Thời gian chim ngủ không tính vào thời gian giải quyết.", "Không kể thời gian bay về tổ cũ."
    assert record(steps=first, remarks=["", second, second]).not_counted == (first, second)
    assert f"Không tính vào thời hạn: {first}" in rows.told(record(steps=first))


@pytest.mark.parametrize(
    ("cell", "channel"),
    [
        ("Trực tuyến", Channel.ONLINE),
        ("TRỰC TIẾP:", Channel.DIRECT),
        ("DIRECT", Channel.DIRECT),
        ("Dịch vụ bưu chính", Channel.POSTAL),
        ("POSTAL", Channel.POSTAL),
        ("Bồ câu", None),
        ("", None),
        (None, None),
        (3, None),
    ],
)
def test_the_ways_of_handing_in(cell: object, channel: Channel | None) -> None:
    assert channel_of(cell) is channel
