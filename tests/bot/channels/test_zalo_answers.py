from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from bot.channels.channel import SendFailed, Trouble
from bot.channels.zalo_answers import TokenRefused, failure, read_answer, unanswered

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ELEVEN_AT_NIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def failed(answer: httpx.Response, now: datetime = NOON) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        read_answer(answer, now)
    return raised.value


def error(code: int, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, json={"error": code, "message": "no"}, headers=headers)


def test_a_message_that_was_taken() -> None:
    answer = httpx.Response(200, json={"data": {"message_id": "9"}, "error": 0, "message": "Success"})
    assert read_answer(answer, NOON) == {"message_id": "9"}


def test_numbers_keep_all_their_digits() -> None:
    answer = httpx.Response(200, content=b'{"data":{"message_id":9007199254740993},"error":0}')
    assert read_answer(answer, NOON)["message_id"] == "9007199254740993"


@pytest.mark.parametrize("code", [-216, -220])
def test_a_token_that_is_taken_no_more(code: int) -> None:
    with pytest.raises(TokenRefused):
        read_answer(error(code), NOON)


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        *[(code, Trouble.LATER) for code in (-32, -200, -100)],
        *[(code, Trouble.CLOSED) for code in (-211, -218, -230, -234, -133)],
        *[(code, Trouble.GONE) for code in (-213, -217, -227, -244)],
        *[(code, Trouble.BROKEN) for code in (-204, -205, -209, -212, -219, -221, -223, -224, -240, -242)],
        *[
            (code, Trouble.NEVER)
            for code in (-201, -210, -232, -233, -235, -237, -238, -241, -248, -249, -320, -321, -403, -1340, -1341)
        ],
        (-999_999, Trouble.NEVER),
    ],
)
def test_each_error_has_its_trouble(code: int, trouble: Trouble) -> None:
    found = failed(error(code))
    assert (found.trouble, found.code) == (trouble, str(code))


@pytest.mark.parametrize("code", [-234, -133])
def test_at_night_it_waits_until_six(code: int) -> None:
    assert failed(error(code), ELEVEN_AT_NIGHT).after == 7 * 3600


def test_who_did_nothing_for_a_week_is_waited_for_without_an_end() -> None:
    assert failed(error(-230)).after is None


def test_how_long_to_wait_is_believed_where_it_is_told() -> None:
    assert failed(error(-32, headers={"retry-after": "7"})).after == 7
    assert failed(error(-32, headers={"retry-after": "Mon, 23 Nov"})).after is None
    assert failed(error(-32, 429, {"retry-after": "3"})).after == 3


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (400, Trouble.NEVER),
        (401, Trouble.BROKEN),
        (403, Trouble.BROKEN),
        (429, Trouble.LATER),
        (500, Trouble.LATER),
        (502, Trouble.UNKNOWN),
        (503, Trouble.LATER),
        (504, Trouble.UNKNOWN),
        (200, Trouble.UNKNOWN),
    ],
)
def test_what_is_not_of_the_service_itself(status: int, trouble: Trouble) -> None:
    assert failed(httpx.Response(status, text="<html>")).trouble is trouble


@pytest.mark.parametrize(
    ("broken", "trouble"),
    [
        (httpx.ConnectError("x"), Trouble.LATER),
        (httpx.ConnectTimeout("x"), Trouble.LATER),
        (httpx.PoolTimeout("x"), Trouble.LATER),
        (httpx.ReadTimeout("x"), Trouble.UNKNOWN),
        (httpx.ReadError("x"), Trouble.UNKNOWN),
        (httpx.RemoteProtocolError("x"), Trouble.UNKNOWN),
    ],
)
def test_no_answer_is_unknown_unless_nothing_left(broken: httpx.HTTPError, trouble: Trouble) -> None:
    assert unanswered(broken).trouble is trouble


def test_a_token_that_was_renewed_and_is_still_refused_is_broken() -> None:
    assert failure("-216", NOON).trouble is Trouble.BROKEN
