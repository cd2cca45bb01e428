from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels.zalo_oauth import ACCESS_LIVES, Pair, Refused, Unclear, ZaloOauth, read_tokens
from tests.bot.channels.zalo_world import own_settings
from tests.doubles.zalo_oa import APP_ID, REDIRECT_URI


def test_an_authorisation_begins_with_a_challenge_and_a_state(tmp_path: Path) -> None:
    oauth = ZaloOauth(own_settings("https://oauth.example", tmp_path))
    request, other = oauth.begin(), oauth.begin()
    query = httpx.URL(request.url).params
    assert request.url.startswith("https://oauth.example/v4/oa/permission?")
    assert (query["app_id"], query["redirect_uri"], query["state"]) == (APP_ID, REDIRECT_URI, request.state)
    assert len(request.verifier) == 43
    digest = hashlib.sha256(request.verifier.encode()).digest()
    assert query["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert {request.state, request.verifier}.isdisjoint({other.state, other.verifier})
    assert request.verifier not in repr(request)


def test_it_asks_as_the_service_wants_to_be_asked(tmp_path: Path) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={})

    oauth = ZaloOauth(own_settings("https://oauth.example", tmp_path), httpx.MockTransport(answer))
    oauth.refresh("old")
    oauth.exchange("code", "verifier")
    forms = [dict(httpx.QueryParams(request.content.decode())) for request in asked]
    assert forms[0] == {"app_id": APP_ID, "grant_type": "refresh_token", "refresh_token": "old"}
    assert forms[1] == {
        "app_id": APP_ID,
        "grant_type": "authorization_code",
        "code": "code",
        "code_verifier": "verifier",
    }
    assert {request.headers["secret_key"] for request in asked} == {"made-up-app-secret"}
    assert {request.headers["content-type"] for request in asked} == {"application/x-www-form-urlencoded"}


PAIR = {"access_token": "a", "refresh_token": "r", "expires_in": "90000"}


@pytest.mark.parametrize(
    ("status", "content", "found"),
    [
        (200, PAIR, Pair("a", "r", timedelta(hours=25))),
        (200, PAIR | {"expires_in": 3600}, Pair("a", "r", timedelta(hours=1))),
        (200, PAIR | {"expires_in": "soon"}, Pair("a", "r", ACCESS_LIVES)),
        (200, PAIR | {"error": 0}, Pair("a", "r", timedelta(hours=25))),
        (200, {"error": -1, "error_name": "no"}, Refused("-1")),
        (400, {"error": "-2"}, Refused("-2")),
        (200, {"error": -32}, Unclear(200)),
        (200, {"error": 0}, Unclear(200)),
        (200, {"error": "what"}, Unclear(200)),
        (500, {"error": -1}, Unclear(500)),
        (429, {"error": -1}, Unclear(429)),
        (200, {"access_token": "a"}, Unclear(200)),
        (200, {"access_token": "", "refresh_token": "", "error": -3}, Refused("-3")),
        (200, [], Unclear(200)),
    ],
)
def test_what_an_answer_means(status: int, content: Any, found: Any) -> None:
    assert read_tokens(status, json.dumps(content)) == found


def test_what_is_no_json_is_unclear() -> None:
    assert read_tokens(502, "<html>") == Unclear(502)


def test_tokens_are_not_printed() -> None:
    assert "secret" not in repr(Pair("secret", "secret"))
