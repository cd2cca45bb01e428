"""Replies as plain words, menus that are chosen by typing, long texts in pieces."""

from __future__ import annotations

import re
import unicodedata

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.words import (
    ENGLISH,
    VIETNAMESE,
    attached_words,
    chosen,
    numbered,
    paragraphs,
    said_of,
    split,
    told,
    with_numbers,
)
from knowledge.reply import Attached, Button, Card, Checklist, ChecklistItem, Outcome, Reply, WayRow

TEXT = """Đăng ký khai sinh (mã 1.001193)

Giấy tờ cần có:
• Tờ khai: 1 bản chính
• Giấy chứng sinh: 1 bản chính. Chỉ xuất trình.

Lệ phí:
• Mọi cách nộp: Lệ phí khai sinh: miễn phí.

Nguồn: Quyết định 163/QĐ-BTP, Cổng Dịch vụ công quốc gia, dữ liệu tháng 6/2026."""
PAGE = "https://dichvucong.gov.vn/thu-tuc/1"
PAPERS = (
    ChecklistItem(name="Tờ khai", count="1 bản chính"),
    ChecklistItem(name="Giấy chứng sinh", count="1 bản chính", note="chỉ xuất trình; nếu có"),
)
WAYS = (
    WayRow(channel="Trực tuyến", time_limit="1 ngày làm việc", fees="Lệ phí khai sinh: miễn phí"),
    WayRow(channel="Nộp trực tiếp", time_limit="1 ngày làm việc", fees="Lệ phí khai sinh: miễn phí"),
)


def card(**changes: object) -> Card:
    values: dict[str, object] = {
        "title": "Đăng ký khai sinh",
        "code": "1.001193",
        "checked": True,
        "checklist": Checklist(title="Đăng ký khai sinh", items=PAPERS),
        "ways": WAYS,
        "page": PAGE,
    }
    return Card.model_validate(values | changes)


def reply(text: str = TEXT, **changes: object) -> Reply:
    return Reply.model_validate({"text": text, "outcome": Outcome.ANSWER, **changes})


def menu(*titles: str, kind: str = "case:") -> tuple[Button, ...]:
    return tuple(Button(title=title, payload=f"{kind}{row}") for row, title in enumerate(titles))


# ---- paragraphs


def test_a_reply_without_a_card_is_its_text() -> None:
    assert paragraphs(reply("Xin chào.\n\n\nHỏi đi ạ.\nMột dòng.")) == ["Xin chào.", "Hỏi đi ạ.\nMột dòng."]


def test_the_checklist_takes_the_place_of_the_bullets_with_all_that_is_known() -> None:
    lines = "\n".join(paragraphs(reply(card=card()))).splitlines()
    assert "☐ Tờ khai: 1 bản chính" in lines
    assert "☐ Giấy chứng sinh: 1 bản chính. Chỉ xuất trình; nếu có." in lines
    assert not any(line.startswith(("• Tờ khai", "• Giấy")) for line in lines)


def test_what_only_the_card_says_stands_above_the_source() -> None:
    told_ = paragraphs(reply(card=card()))
    assert told_[-3:-1] == ["Thời hạn:\n• Mọi cách nộp: 1 ngày làm việc.", f"Trang của thủ tục: {PAGE}"]
    assert told_[-1].startswith("Nguồn:")


def test_what_the_text_says_is_not_said_again() -> None:
    whole = "\n\n".join(paragraphs(reply(card=card())))
    assert whole.count("miễn phí") == 1
    assert whole.count("Tờ khai") == 1
    assert paragraphs(reply(f"{TEXT} {PAGE}", card=card(ways=(), checklist=None))) == TEXT_AND_PAGE


TEXT_AND_PAGE = f"{TEXT} {PAGE}".split("\n\n")


def test_ways_that_differ_are_told_apart() -> None:
    ways = (WAYS[0], WAYS[1].model_copy(update={"time_limit": "3 ngày làm việc"}))
    assert "Thời hạn:\n• Trực tuyến: 1 ngày làm việc.\n• Nộp trực tiếp: 3 ngày làm việc." in paragraphs(
        reply(card=card(ways=ways))
    )


def test_papers_that_stand_in_no_line_are_added_with_their_case() -> None:
    some = Checklist(title="Trẻ sinh tại nhà", items=(*PAPERS, ChecklistItem(name="Văn bản xác nhận")))
    block = paragraphs(reply(card=card(checklist=some)))[1]
    assert block.splitlines()[-2:] == ["Trường hợp: Trẻ sinh tại nhà.", "☐ Văn bản xác nhận"]
    assert "Giấy tờ cần có:\n☐ Tờ khai: 1 bản chính\n☐ Giấy chứng sinh" in "\n".join(
        paragraphs(reply("Đây ạ.\n\nNguồn: Cổng.", card=card()))
    )


def test_a_paper_is_not_taken_for_one_whose_name_begins_alike() -> None:
    items = (ChecklistItem(name="Tờ khai", count="2 bản sao"),)
    text = "Giấy tờ cần có:\n• Tờ khai đăng ký: 1 bản chính"
    assert paragraphs(reply(text, card=card(ways=(), page=None, checklist=Checklist(title="x", items=items)))) == [
        "Giấy tờ cần có:\n• Tờ khai đăng ký: 1 bản chính\nTrường hợp: x.\n☐ Tờ khai: 2 bản sao"
    ]


def test_that_nobody_checked_it_is_said_once() -> None:
    bare = card(checked=False, ways=(), page=None, checklist=None)
    assert paragraphs(reply(card=bare))[-2] == VIETNAMESE.unchecked
    warned = reply(f"⚠ Chưa đối chiếu.\n\n{TEXT}", card=bare)
    assert "\n\n".join(paragraphs(warned)).count("⚠") == 1


def test_without_a_source_it_stands_above_the_question() -> None:
    asked = reply("Đây ạ.\n\n👉 Anh/chị ở đâu?", card=card(ways=(), checklist=None))
    assert paragraphs(asked) == ["Đây ạ.", f"Trang của thủ tục: {PAGE}", "👉 Anh/chị ở đâu?"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Xin chào anh/chị!", VIETNAMESE),
        ("Vâng", VIETNAMESE),
        ("Hello, what do you need?", ENGLISH),
        ("Lệ phí\n\nSource: Cổng Dịch vụ công quốc gia, dữ liệu.", ENGLISH),
        ("OK OK OK OK\nNguồn: Internet.", VIETNAMESE),
    ],
)
def test_the_language_is_that_of_the_reply(text: str, said: object) -> None:
    assert said_of(reply(text)) is said


def test_what_is_added_to_english_is_english() -> None:
    english = reply("Birth (code 1.001193)\n\nSource: the portal.", card=card(), buttons=menu("Fees", "Steps"))
    text = "\n\n".join(told(english).paragraphs)
    assert "Time:\n• Every way of handing in: 1 ngày làm việc." in text
    assert f"Page of the procedure: {PAGE}" in text
    assert text.endswith("1. Fees\n2. Steps\nType a number to choose.")


def test_what_is_attached_is_told_with_its_address() -> None:
    picture = Attached(id="p" * 24, name="a.png", media_type="image/png", size=9, alt="Hồ sơ đang thẩm định")
    paper = Attached(id="p" * 24, name="Tờ khai.pdf", media_type="application/pdf", size=2_500_000)
    assert attached_words(picture, "https://x/1") == "🖼 Hồ sơ đang thẩm định\nẢnh: https://x/1"
    assert attached_words(picture, None) == "🖼 Hồ sơ đang thẩm định"
    assert attached_words(paper, "https://x/2") == "📄 Tờ khai.pdf (2,4 MB)\nTải về: https://x/2"
    assert attached_words(paper.model_copy(update={"size": 1}), None) == "📄 Tờ khai.pdf (1 KB)"


# ---- menus


def test_buttons_become_a_numbered_list() -> None:
    assert numbered(menu("Lệ phí", "Các bước")) == "1. Lệ phí\n2. Các bước\nGõ số để chọn."


FORM = (
    *menu("Kinh", "Thái", kind="option:"),
    Button(title="Bỏ qua", payload="form:skip"),
    Button(title="Là sao?", payload="form:explain"),
    Button(title="Để sau", payload="form:later"),
)


def test_in_a_form_only_its_answers_have_numbers() -> None:
    assert numbered(FORM) == "1. Kinh\n2. Thái\nGõ số để chọn.\nGõ “Bỏ qua”, “Là sao?” hoặc “Để sau”."
    assert numbered(FORM[2:3]) == "Gõ “Bỏ qua”."
    assert chosen("2", FORM) == FORM[1]
    assert chosen("3", FORM) is None
    assert chosen("bo qua", FORM) == FORM[2]
    assert chosen("là sao", FORM) == FORM[3]


def test_a_number_is_never_a_choice_where_it_may_be_the_answer() -> None:
    copies = (*menu("0", "1", "2", "5", kind="option:"), FORM[2])
    assert with_numbers(copies) == []
    assert numbered(copies) == "Gõ “0”, “1”, “2”, “5” hoặc “Bỏ qua”."
    assert chosen("5", copies) == copies[3]
    assert chosen("3", copies) is None
    assert chosen("1", FORM[2:]) is None


CLARIFY = "👉 Anh/chị có giấy báo tử không ạ?\n1. Có giấy\n2. Không có\nBấm chọn, hoặc gõ số thứ tự."


def test_a_list_that_the_text_has_already_is_gone_on_with() -> None:
    result = told(reply(CLARIFY, buttons=menu("Có giấy", "Không có", "Tôi không rõ")))
    assert result.paragraphs == [
        "👉 Anh/chị có giấy báo tử không ạ?\n1. Có giấy\n2. Không có\n3. Tôi không rõ\nGõ số để chọn."
    ]
    assert [button.title for button in result.menu] == ["Có giấy", "Không có", "Tôi không rõ"]


def test_steps_are_not_taken_for_a_menu() -> None:
    steps = "Các bước:\n1. Có giấy\n2. Nộp"
    assert told(reply(steps, buttons=menu("Có giấy"))).paragraphs == [steps, "1. Có giấy\nGõ số để chọn."]


def test_a_shortened_title_stands_whole_where_the_text_has_it_whole() -> None:
    label = "Người được ủy quyền hợp pháp bằng văn bản có công chứng hoặc chứng thực của Ủy ban"
    result = told(reply(f"👉 Ai?\n1. {label}", buttons=menu(label[:64], kind="option:")))
    assert result.paragraphs == [f"👉 Ai?\n1. {label}\nGõ số để chọn."]


def test_no_entry_stands_with_two_numbers() -> None:
    """An answer that offers choices, and a question below it: the buttons of the question come first."""
    text = "Việc nào ạ?\n1. Tạm trú\n2. Thường trú\n\n👉 Có nhà không ạ?\n1. Có\n2. Không"
    result = told(reply(text, buttons=menu("Có", "Không", "Tạm trú", "Thường trú")))
    assert result.paragraphs == [
        "Việc nào ạ?\n• Tạm trú\n• Thường trú",
        "👉 Có nhà không ạ?\n1. Có\n2. Không\n3. Tạm trú\n4. Thường trú\nGõ số để chọn.",
    ]


def test_a_reply_without_buttons_has_no_menu() -> None:
    assert told(reply("Xin chào.")).menu == ()


PLACES = menu("Đăng ký tạm trú", "Đăng ký thường trú", "Tôi không rõ", "👍 Có ích")


@pytest.mark.parametrize(
    "text",
    ["2", "2.", " 2 ", "(2)", "2)", "số 2", "so 2", "SỐ 2", "chọn 2", "chon so 2", "câu 2", "cau 2", "cái số 2 ạ",
     "em chọn 2", "dạ 2 ạ", "mục 2 nhé", "2️⃣", "２", "2. Đăng ký thường trú", "Đăng ký thường trú",
     "dang ky thuong tru", "ĐĂNG KÝ THƯỜNG TRÚ!", "dang ky thuogn tru", "dang ky  thuong tru",
     "option 2", "Đăng ký thường trú ."],
)  # fmt: skip
def test_ways_to_choose_the_second(text: str) -> None:
    assert chosen(text, PLACES) == PLACES[1]


@pytest.mark.parametrize(
    "text",
    ["", "0", "5", "99", "22", "-2", "2,5", "2.5", "02", "2a", "2 cái", "cả 2", "1 2", "1 và 2", "2/9", "thứ 2",
     "chị 2", "2 ngày", "ba", "đăng ký", "đăng ký hộ khẩu", "tôi rõ", "tạm trú", "1. Đăng ký thường trú",
     "2. gì đó khác", "đăng ký thương trú", "nhà 2", "con 2 tuổi", "?", "👍"],
)  # fmt: skip
def test_what_chooses_nothing(text: str) -> None:
    assert chosen(text, PLACES) is None


def test_pictures_in_a_title_need_not_be_typed() -> None:
    assert chosen("có ích", PLACES) == PLACES[3]
    assert chosen("4", PLACES) == PLACES[3]


def test_without_accents_two_titles_may_be_one_and_then_neither_is_chosen() -> None:
    alike = menu("Hùng Châu", "Hưng Châu")
    assert chosen("hung chau", alike) is None
    assert chosen("Hưng Châu", alike) == alike[1]
    assert chosen("Hung Châu", alike[:1]) == alike[0]
    assert chosen("Hưng Châu", alike[:1]) is None


@pytest.mark.parametrize(
    ("text", "title"),
    [("con của chú", "Con của cha"), ("con cua chu", "Con của cha"), ("có con", "Không có con"), ("lần 2", "Lần 1"),
     ("loại 12", "Loại 1")],
)  # fmt: skip
def test_a_short_or_another_word_is_no_slip(text: str, title: str) -> None:
    assert chosen(text, menu("Khác", title)) is None


def test_nothing_is_chosen_from_no_menu() -> None:
    assert chosen("1", ()) is None


# ---- pieces

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # read as one character
FLAGS = "\U0001f1fb\U0001f1f3" * 2
THUMB = "\U0001f44d\U0001f3fd"
PARTS = ["Anh/chị", " ", "  ", "\n", "\n\n", "nộp.", "1.000.000 đồng", "5 ngày làm việc", "https://a.vn/b?c=1.2", "• ",
         "2. ", "Hỏi?", "(mã 1.001193)", "x" * 30, "e\u0323\u0302", FAMILY, FLAGS, THUMB, "❗\ufe0f", "\u00a0", "\r\n",
         "\u0301"]  # fmt: skip
PIECES = st.lists(st.sampled_from(PARTS), max_size=80).map("".join)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def without_space(text: str) -> str:
    return re.sub(r"\s", "", text)


@given(PIECES, st.integers(16, 60), st.sampled_from([len, utf16]))
@example("a" * 15 + FAMILY, 16, len)
def test_pieces_fit_and_nothing_is_lost(text: str, longest: int, measure: type[len]) -> None:
    pieces = split(text, longest, measure)
    assert all(piece and measure(piece) <= longest for piece in pieces)
    assert all(piece == piece.strip() for piece in pieces)
    assert without_space("".join(pieces)) == without_space(text)


@given(PIECES, st.integers(24, 60))
def test_what_is_read_as_one_character_stays_whole(text: str, longest: int) -> None:
    """By Unicode's own rules, as another library has them."""
    text = text.strip()
    ends = {found.end() for found in regex.finditer(r"\X", text)}
    longest_one = max((len(found) for found in regex.findall(r"\X", text)), default=0)
    position = 0
    for piece in split(text, longest) if longest_one < 10 else ():
        position = text.index(piece, position) + len(piece)
        assert position in ends


@given(st.lists(st.sampled_from(["1.000.000 đồng", "https://a.vn/b", "12 %", "3 bản", "và", "tới"]), max_size=60))
def test_numbers_keep_their_units_and_addresses_stay_whole(words: list[str]) -> None:
    for piece in split(" ".join(words), 40):
        assert not re.search(r"\d$", re.sub(r"\S*//\S*", "", piece))
        assert not re.match(r"đồng|%|bản|//|a\.vn", piece)


def test_paragraphs_go_before_lines_before_sentences_before_words() -> None:
    assert split("một hai ba\n\nbốn năm\nsáu", 20) == ["một hai ba", "bốn năm\nsáu"]
    assert split("một hai ba. bốn\nnăm. sáu bảy", 20) == ["một hai ba. bốn", "năm. sáu bảy"]
    assert split("một hai ba. bốn năm sáu bảy", 20) == ["một hai ba.", "bốn năm sáu bảy"]
    assert split("một hai ba bốn năm sáu bảy", 20) == ["một hai ba bốn năm", "sáu bảy"]
    assert split("x" * 40, 20) == ["x" * 20, "x" * 20]


def test_a_heading_stays_with_what_stands_below_it() -> None:
    assert split("• một hai ba bốn\nLệ phí:\n• năm sáu bảy", 28) == ["• một hai ba bốn", "Lệ phí:\n• năm sáu bảy"]


def test_a_step_keeps_its_number() -> None:
    assert split("Làm đơn rồi ký. 2. Nộp đơn", 19) == ["Làm đơn rồi ký.", "2. Nộp đơn"]


def test_a_short_text_is_one_piece_and_an_empty_one_none() -> None:
    assert split(" Xin chào. \n", 16) == ["Xin chào."]
    assert split(" \n ", 16) == []


def test_pieces_of_a_few_letters_are_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        split("Xin chào", 15)


def test_what_is_said_is_composed_unicode() -> None:
    for said in (VIETNAMESE, ENGLISH):
        assert all(unicodedata.is_normalized("NFC", text) for text in vars(said).values())
