"""What somebody at a channel means."""

from __future__ import annotations

import pytest

from bot.channels.channel import OfferedFile
from bot.commands import COMMANDS
from bot.delivery.reading import Linking, Wish, linking, read
from bot.messages import IncomingMessage, Location
from tests.bot.delivery.memory import NO, YES, wrote


@pytest.mark.parametrize(
    "text", ["liên kết", "Liên kết", "lien ket", "/lienket", "LIÊN  KẾT!", "nối với Zalo", "nối kênh"]
)
def test_who_asks_for_a_code_gets_one(text: str) -> None:
    assert linking(text) == Linking(Wish.CODE)


@pytest.mark.parametrize(
    "text",
    ["liên kết 1234 5678", "lien ket 12345678", "liên kết mã 1234-5678", "/lienket 12345678", "Liên kết 12345678."],
)
def test_who_gives_a_code_joins(text: str) -> None:
    assert linking(text) == Linking(Wish.JOIN, "12345678")


@pytest.mark.parametrize(
    "text", ["ngắt liên kết", "Hủy liên kết", "bo lien ket.", "ngắt liên kết ạ", "huỷ liên kết nhé"]
)
def test_who_wants_to_part_parts(text: str) -> None:
    assert linking(text) == Linking(Wish.PART)


@pytest.mark.parametrize(
    "text",
    ["", "liên kết tài khoản VNeID thế nào", "12345678", "tôi muốn ngắt liên kết VNeID", "kết hôn", "liên kết a1"],
)
def test_what_is_about_something_else_is_left_to_the_assistant(text: str) -> None:
    assert linking(text) is None


def test_words_are_put_to_the_assistant() -> None:
    assert read(wrote("  Đăng ký khai sinh\x07 ")) == IncomingMessage(text="Đăng ký khai sinh")
    assert read(wrote("liên kết")) == Linking(Wish.CODE)


def test_a_tap_carries_its_payload() -> None:
    tapped = wrote("Có", payload="option:1")
    assert read(tapped) == IncomingMessage(text="Có", payload="option:1")


@pytest.mark.parametrize("payload", ["intent:restart", "intent:session_start", "nonsense", "option:1; drop", ""])
def test_a_payload_that_is_none_of_ours_says_what_its_title_says(payload: str) -> None:
    assert read(wrote("Có", payload=payload)) == IncomingMessage(text="Có")
    assert read(wrote("", payload=payload)) is None


@pytest.mark.parametrize("text", ["2", "số 2", "Không", "khong"])
def test_a_number_or_a_title_chooses_from_the_menu(text: str) -> None:
    assert read(wrote(text), (YES, NO)) == IncomingMessage(text="Không", payload="option:2")


def test_without_a_menu_a_number_is_a_number() -> None:
    assert read(wrote("2")) == IncomingMessage(text="2")
    assert read(wrote("7"), (YES, NO)) == IncomingMessage(text="7")


def test_a_position_and_a_number_of_ones_own_go_before_words() -> None:
    place = Location(lat=18.67, lon=105.69)
    assert read(wrote("đây", location=place)) == IncomingMessage(text="", location=place)
    assert read(wrote("", contact="+84912345678")) == IncomingMessage(text="", contact="+84912345678")


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.says], ids=lambda one: one.name)
def test_a_command_says_its_words(command: object) -> None:
    name, says = command.name, command.says  # type: ignore[attr-defined]
    assert read(wrote("", command=name)) == IncomingMessage(text=says)


def test_what_stands_behind_a_command_counts() -> None:
    assert read(wrote("H40.12-251120-0001", command="tracuu")) == IncomingMessage(
        text="tra cứu hồ sơ H40.12-251120-0001"
    )
    assert read(wrote("12345678", command="lienket")) == Linking(Wish.JOIN, "12345678")
    assert read(wrote("", command="lienket")) == Linking(Wish.CODE)


def test_a_command_that_we_do_not_know_is_words() -> None:
    assert read(wrote("khai sinh", command="hoi")) == IncomingMessage(text="hoi khai sinh")


@pytest.mark.parametrize("behind", ["1_001193", "1.001193", "1-001193"])
def test_a_deep_link_opens_its_procedure(behind: str) -> None:
    assert read(wrote(behind, command="start")) == IncomingMessage(text="", payload="procedure:1.001193")


@pytest.mark.parametrize("behind", ["lk_12345678", "lk12345678"])
def test_a_deep_link_with_a_code_joins(behind: str) -> None:
    assert read(wrote(behind, command="start")) == Linking(Wish.JOIN, "12345678")


@pytest.mark.parametrize("behind", ["", "quangcao", "1_00119", "11_001193", "lk_1234567", "1_001193x"])
def test_any_other_deep_link_says_hello(behind: str) -> None:
    assert read(wrote(behind, command="start")) == IncomingMessage(text="xin chào")


def test_where_there_is_nothing_to_read_nothing_is_read() -> None:
    assert read(wrote(" \x00 ")) is None
    assert read(wrote("", unreadable=True)) is None
    assert read(wrote("", files=(OfferedFile(reference="f"),))) is None
    assert read(wrote("đây ạ", files=(OfferedFile(reference="f"),))) == IncomingMessage(text="đây ạ")
