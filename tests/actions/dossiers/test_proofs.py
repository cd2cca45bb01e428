"""What citizens type as proof is read as they mean it; only the right one matches, and near misses do not."""

from __future__ import annotations

import hmac
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from actions.dossiers import proofs
from actions.dossiers.dossier import Proofs
from actions.dossiers.proofs import Part, Partial, Proof, ProofKind, matches, national_phone, read_proof

CLEAR = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # neither 0, O, 1, I nor L
THEIRS = Proofs(secret=SecretStr("K7M2QX"), phone=SecretStr("0912345678"), identity_number=SecretStr("040199000123"))


def secret(value: str) -> Proof:
    return Proof(ProofKind.SECRET, value)


def digits(value: str) -> Proof:
    return Proof(ProofKind.DIGITS, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("K7M2QX", "K7M2QX"),
        ("k7m2qx", "K7M2QX"),
        ("k 7 m 2 q x", "K7M2QX"),
        ("K7M2-QX", "K7M2QX"),
        ("k7m2qx ạ", "K7M2QX"),
        ("dạ mã là k7m2qx nhé", "K7M2QX"),
        ("Mã tra cứu: K7M2 9PQX", "K7M29PQX"),
        ("ma bi mat cua tui la k7m2", "K7M2"),
        ("mã trên phiếu K7M2", "K7M2"),
        ("mã tra cứu 4321", "4321"),
        ("mã 43210789", "43210789"),
        ("123456", "123456"),
        ("kxmq", "KXMQ"),
        ("mã tra cứu THAI", "THAI"),
        ("H41-240510-0001 k7m2", "K7M2"),
        ("h41 24O510 0001, k7m2", "K7M2"),
        ("MAQR", "MAQR"),
        ("ho so 000.00.00.H41-240510-0001 ma k7m2", "K7M2"),
        ("K7 M2 QX", "K7M2QX"),
        ("k7 m2 qx", "K7M2QX"),
        ("k7m 2qx ạ", "K7M2QX"),
        ("k7m2 qx", "K7M2QX"),
        ("k7m-2qx", "K7M2QX"),
        ("k7 - m2 - qx", "K7M2QX"),
        ("K7.M2.QX", "K7M2QX"),
        ("nsyxer", "NSYXER"),
        ("em gửi mã nsyxer nhé", "NSYXER"),
        ("k x m q", "KXMQ"),
        ("kxm qrt", "KXMQRT"),
        ("mã tra cứu eh 8b xh", "EH8BXH"),
        ("ma tra cuu yvz q6y với ạ", "YVZQ6Y"),
        ("3479 kxmq", "3479KXMQ"),
    ],
)
def test_a_lookup_secret(text: str, value: str) -> None:
    assert read_proof(text) == secret(value)


@pytest.mark.parametrize(
    "text",
    [
        "4321 và 0789",
        "4321 0789",
        "4321-0789",
        "4321/0789",
        "4321, 0789",
        "43210789",
        "4 3 2 1 0 7 8 9",
        "so dt 4321 cccd 0789",
        "cccd 0789 dt 4321",
        "0789 cmnd con 4321 dt",
        "4321 là sđt, 0789 là căn cước",
        "4 số cuối điện thoại là 4321, căn cước 0789",
        "0912 344 321 va 040 199 000 789",
        "0912344321 040199000789",
        "+84 912 344 321, căn cước 040199000789",
        "84912344321; 040.199.000.789",
        "H41-240510-0001, 4321 0789",
        "tra giúp em hồ sơ H41.240510.0001 với ạ, 4321 0789",
        "000 00 00 H41 – 240510 – 0001 4321 0789",
        "h41 240510 0001 4321 0789",
        "cmnd 187650789 sdt 0912344321",
    ],
)
def test_the_last_digits_of_both_numbers(text: str) -> None:
    assert read_proof(text) == digits("43210789")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("4321", Part.UNKNOWN),
        ("1 2 3 4", Part.UNKNOWN),
        ("điện thoại 4321", Part.PHONE),
        ("0912 344 321", Part.PHONE),
        ("+84912344321", Part.PHONE),
        ("cccd 040199004321", Part.IDENTITY),
        ("4 số cuối căn cước là 4321", Part.IDENTITY),
        ("số cuối thì hình như là 4321 đó em nờ, chị nhớ mang máng", Part.UNKNOWN),
    ],
)
def test_one_number_alone_is_half_a_proof(text: str, part: Part) -> None:
    found = read_proof(text)
    assert isinstance(found, Partial)
    assert found.part is part
    assert found.digits in ("4321", "1234")


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ("4321", "0789", "43210789"),
        ("sdt 4321", "0789", "43210789"),
        ("4321", "cccd 0789", "43210789"),
        ("cccd 0789", "4321", "43210789"),
        ("0789", "sdt 4321", "43210789"),
        ("0912344321", "040199000789", "43210789"),
        ("4321", "5555 va 6666", "55556666"),
    ],
)
def test_one_number_after_the_other(first: str, second: str, value: str) -> None:
    earlier = read_proof(first)
    assert isinstance(earlier, Partial)
    assert read_proof(second, earlier) == digits(value)


def test_the_same_number_told_again_takes_the_place_of_the_first() -> None:
    earlier = read_proof("sdt 4321")
    assert isinstance(earlier, Partial)
    assert read_proof("à nhầm, sđt 5432", earlier) == Partial("5432", Part.PHONE)


def test_half_a_proof_may_turn_out_to_be_a_secret() -> None:
    assert Partial("4321").as_secret() == secret("4321")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "không nhớ",
        "khong nho ma",
        "k biet",
        "quên mã rồi",
        "ma tra cuu o dau",
        "mã tra cứu không có",
        "mã là gì",
        "thôi",
        "stop",
        "huhu",
        "bao giờ xong",
        "phí khai sinh bao nhiêu",
        "hồ sơ đang ở mô rồi",
        "sinh ngày 12/3/1990",
        "hẹn 24/11",
        "8 giờ",
        "qua 60 ngay",
        "đăng ký 2 con",
        "H41-240510-0001",
        "000.00.00.H41-240510-0001",
        "1.001193",
        "2.000365",
        "1.001193.000.00.00.H41",
        "h412405100001",
        "h41 24O510 0001 den mo roi",
        "000 00 00 H41 – 240510 – 0001",
        "H41_240510_0001",
        "ho so G09.20-20260609-0092637",
        "hồ sơ nộp năm 2026 của tôi tới đâu rồi",
        "vay được 2000 đồng một bản phải không",
        "tháng 10 2026 nộp rồi mà chưa thấy gì",
        "vneid",
        "quenn",
        "check",
        "hs dc",
        "ko bt",
        "yes ad",
        "g9 ad",
        "cccd 07",
        "h41 240",
        "mã tra cứu của em mất rồi",
        "đợi xíu",
        "off day ad",
        "👍",
    ],
)
def test_what_is_no_proof(text: str) -> None:
    assert read_proof(text) is None


@given(st.text(max_size=400))
def test_any_text_is_read_or_left(text: str) -> None:
    found = read_proof(text)
    if isinstance(found, Proof) and found.kind is ProofKind.DIGITS:
        assert len(found.value) == 8
        assert found.value.isdigit()
    if isinstance(found, Proof) and found.kind is ProofKind.SECRET:
        assert 4 <= len(found.value) <= 8
        assert found.value.isascii()
    assert not (isinstance(found, Proof) and found.kind is ProofKind.PHONE), "only channels make these"


@pytest.mark.parametrize("length", [4, 6, 8])
@pytest.mark.parametrize("group", [2, 3, 4, 8])
@pytest.mark.parametrize("between", [" ", "-", " - ", "."])
def test_nearly_every_secret_is_read_in_small_letters_and_groups(length: int, group: int, between: str) -> None:
    """Behind its cue, which is how it is asked for. Those that look like words of a sentence are asked for again."""
    chance = random.Random(length * group)
    missed = []
    for _ in range(300):
        value = "".join(chance.choices(CLEAR, k=length))
        typed = between.join(value[place : place + group] for place in range(0, length, group)).lower()
        if read_proof(f"mã tra cứu: {typed}") != secret(value):
            missed.append(typed)
    assert len(missed) < 30, missed


@given(st.text("0123456789ABCDEFGHJKMNPQRSTUVWXYZ", min_size=4, max_size=8), st.sampled_from([" ", "-", ""]))
def test_a_secret_behind_its_cue_is_read_however_it_is_spaced(value: str, between: str) -> None:
    if not any(letter.isdigit() for letter in value):
        value = f"{value[:-1]}7"
    assert read_proof(f"mã tra cứu: {between.join(value).lower()}") == secret(value)


@pytest.mark.parametrize(
    "proof",
    [
        secret("K7M2QX"),
        secret("k7m2-qx"),
        digits("56780123"),
        digits("01235678"),
        Proof(ProofKind.PHONE, "0912345678"),
        Proof(ProofKind.PHONE, "+84 912 345 678"),
        Proof(ProofKind.PHONE, "84912345678"),
    ],
)
def test_the_right_proofs_match(proof: Proof) -> None:
    assert matches(proof, THEIRS)


@pytest.mark.parametrize(
    "proof",
    [
        secret("K7M2Q"),
        secret("K7M2QXX"),
        secret(""),
        secret("56780123"),
        secret("0912345678"),
        digits("56785678"),
        digits("01230123"),
        digits("56780124"),
        digits("56790123"),
        digits("5678"),
        digits(""),
        Proof(ProofKind.PHONE, "0912345679"),
        Proof(ProofKind.PHONE, "5678"),
        Proof(ProofKind.PHONE, ""),
        Proof(ProofKind.PHONE, "K7M2QX"),
    ],
)
def test_everything_else_does_not(proof: Proof) -> None:
    assert not matches(proof, THEIRS)


@pytest.mark.parametrize(
    "proof", [secret(""), secret(proofs.DUMMY), digits(""), digits(proofs.DUMMY), Proof(ProofKind.PHONE, "")]
)
@pytest.mark.parametrize(
    "known",
    [
        None,
        Proofs(),
        Proofs(secret=SecretStr(""), phone=SecretStr(""), identity_number=SecretStr("")),
        Proofs(phone=SecretStr("0912345678")),
        Proofs(identity_number=SecretStr("040199000123")),
        Proofs(secret=SecretStr("A1")),
        Proofs(phone=SecretStr("09******78"), identity_number=SecretStr("********0123")),
    ],
)
def test_where_a_proof_is_missing_nothing_matches(proof: Proof, known: Proofs | None) -> None:
    assert not matches(proof, known)
    for guess in (digits("56780123"), digits("56785678"), digits("01230123"), secret("A1"), secret("0000")):
        assert not matches(guess, known)


def test_numbers_that_the_register_has_masked_are_no_proof() -> None:
    masked = Proofs(phone=SecretStr("09****5678"), identity_number=SecretStr("0401****0123"))
    assert not matches(digits("56780123"), masked)


def test_a_passport_number_has_last_digits_too() -> None:
    known = Proofs(phone=SecretStr("+84 912 345 678"), identity_number=SecretStr("B1230123"))
    assert matches(digits("56780123"), known)


def test_a_secret_of_eight_digits_is_known_without_its_cue() -> None:
    typed = read_proof("43210789")
    assert isinstance(typed, Proof)
    assert matches(typed, Proofs(secret=SecretStr("43210789")))


@pytest.mark.parametrize(
    ("alphabet", "kept", "typed", "same"),
    [
        (CLEAR, "K7M2", "K7M2", True),
        ("0123456789ABCDEF", "A0B1", "AOBI", True),
        ("0123456789ABCDEF", "A0B1", "aobl", True),
        ("ABCDEFGHIJKMNOPQ", "OIAB", "01AB", True),
        (proofs.ALL_LETTERS, "A0B1", "AOB1", False),
        (proofs.ALL_LETTERS, "A0B1", "A0BI", False),
        ("0123456789O", "A0B2", "AOB2", False),
        (CLEAR, "K7M2", "K7MZ", False),
    ],
)
def test_letters_that_look_alike_are_the_same_only_where_one_of_them_is_used(
    alphabet: str, kept: str, typed: str, same: bool
) -> None:
    assert matches(secret(typed), Proofs(secret=SecretStr(kept)), alphabet) is same


def test_as_much_is_compared_whether_there_is_a_dossier_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    def noted(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return hmac.compare_digest(one, other)

    class Noting:
        compare_digest = staticmethod(noted)

    monkeypatch.setattr(proofs, "hmac", Noting)
    counted = []
    for known in (None, Proofs(), THEIRS):
        for proof in (secret("K7M2QX"), secret("NO"), digits("56780123"), Proof(ProofKind.PHONE, "0912345678")):
            compared.clear()
            matches(proof, known)
            counted.append(tuple(compared))
    assert set(counted) == {((32, 32),) * 6}


def test_a_proof_does_not_show_itself() -> None:
    assert "K7M2QX" not in repr(secret("K7M2QX"))
    assert "4321" not in repr(Partial("4321"))


@pytest.mark.parametrize(
    ("text", "national"),
    [("0912345678", "0912345678"), ("+84 912.345.678", "0912345678"), ("0084912345678", "0912345678"), ("113", None)],
)
def test_a_phone_number_as_it_is_dialled_here(text: str, national: str | None) -> None:
    assert national_phone(text) == national
