"""The picture of the stations: small, right in every letter, readable in grey, the same words in its alt text."""

from __future__ import annotations

import io
from datetime import datetime
from itertools import product

import pytest
from PIL import Image, ImageFont

from actions.dossiers import timeline_picture
from actions.dossiers.dossier import Dossier, Status
from actions.dossiers.examples import example_dossiers
from actions.dossiers.timeline import State, Station, Timeline
from actions.dossiers.timeline_picture import (
    INK,
    LINE,
    MARKS,
    PAPER,
    RED,
    SHADES,
    SOFT,
    WIDTH,
    draw,
)
from tests.actions.dossiers.told import NOW, at, dossier, obligation, supplement, teller

EXAMPLES = example_dossiers(NOW)
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ“”…!0123456789/:"
MOST = 40_000  # bytes


def image(found: Dossier) -> Image.Image:
    return Image.open(io.BytesIO(draw(teller(demonstration=True).timeline(found, NOW)).content))


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""

    def light(colour: str) -> float:
        parts = [part / 255 for part in bytes.fromhex(colour[1:])]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    first, second = sorted((light(one), light(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.code)
def test_every_example_is_a_small_png(example: Dossier) -> None:
    picture = draw(teller(demonstration=True).timeline(example, NOW))
    drawn = Image.open(io.BytesIO(picture.content))
    assert (drawn.format, drawn.width) == ("PNG", WIDTH)
    assert 200 < drawn.height < 1400
    assert len(picture.content) <= MOST
    assert picture.media_type == "image/png"
    assert picture.alt.startswith(f"Các bước của hồ sơ …{example.code[-4:]}.")


def test_the_fullest_picture_is_small_too() -> None:
    full = dossier(
        procedure=None,
        procedure_name="Đăng ký biến động quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất " * 3,
        due=at(18),
        office="Chi nhánh Văn phòng đăng ký đất đai " * 4,
        supplements=(supplement(answered=at(17)),),
        obligations=(obligation(notified=at(17), paid=at(17)),),
    )
    picture = draw(teller(demonstration=True).timeline(full, NOW))
    assert len(picture.content) <= MOST


def test_no_letter_is_missing() -> None:
    for bold, letter in product((False, True), LETTERS + LETTERS.upper()):
        font = timeline_picture._font(27, bold=bold)
        missing = font.getmask("\U0010fffe")
        drawn = font.getmask(letter)
        assert (drawn.size, bytes(drawn)) != (missing.size, bytes(missing)), letter
    assert isinstance(timeline_picture._font(20), ImageFont.FreeTypeFont)


def test_words_stand_out_from_what_is_behind_them() -> None:
    pairs = [(INK, PAPER), (SOFT, PAPER), (RED, PAPER)]
    pairs += [(colour, shade) for state, shade in SHADES.items() for colour in (INK, SOFT, MARKS[state])]
    pairs += [(MARKS[state], PAPER) for state in MARKS if state is not State.AHEAD]
    assert min(contrast(*pair) for pair in pairs) >= 4.5
    assert contrast(LINE, PAPER) >= 3  # a shape, no words


def test_background_and_words_keep_their_colours() -> None:
    drawn = image(dossier(Status.SUPPLEMENT_ASKED, supplements=(supplement(),))).convert("RGB")
    counted = {colour: count for count, colour in drawn.getcolors(10_000) or []}
    for wanted in (PAPER, INK, SHADES[State.YOURS], MARKS[State.YOURS]):
        assert counted.get(tuple(bytes.fromhex(wanted[1:])), 0) > 300, wanted
    assert drawn.getpixel((2, 2)) == (255, 255, 255)


def test_each_state_can_be_told_apart_in_grey() -> None:
    """The same station in each state: no two pictures are alike once the colours are gone."""
    seen = set()
    for state in State:
        one = Timeline("Thủ tục", "…0042", datetime.fromisoformat("2026-11-23T09:00+07:00"), (Station("Bước", state),))
        grey = Image.open(io.BytesIO(draw(one).content)).convert("L").point(lambda level: 255 if level > 160 else 0)
        seen.add((grey.size, grey.tobytes()))
    assert len(seen) == len(State)


def test_the_same_dossier_gives_the_same_picture() -> None:
    assert draw(teller().timeline(dossier(), NOW)) == draw(teller().timeline(dossier(), NOW))


def test_any_text_can_be_drawn() -> None:
    wild = Timeline(
        "𝕏" * 400,
        "…0042",
        NOW,
        (Station("x" * 3000, State.NOW, "🙂 \u202e اب", "trễ " * 200), Station("", State.AHEAD)),
        note="⚠ ",
    )
    assert Image.open(io.BytesIO(draw(wild).content)).width == WIDTH


def test_nothing_to_draw_is_drawn() -> None:
    assert Image.open(io.BytesIO(draw(Timeline("", "…", NOW, ())).content)).width == WIDTH
