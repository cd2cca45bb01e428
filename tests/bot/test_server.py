"""The routes over HTTP: what passes, what is refused and how, and that nothing internal gets out."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

import bot.errors
from bot.addresses import hashed
from bot.bodies import MESSAGE_BYTES
from bot.errors import GatewayError
from bot.server import create_app
from bot.sessions import Sessions
from knowledge.reply import Reply
from tests.bot.conftest import Serve, doubled, own_settings
from tests.bot.double import ALLOWED, ANSWER, CLOSED_URL, FOREIGN, FakeActions, FakeRasa, custom, messages

INTERNAL = ("Traceback", "rasa", "httpx", "127.0.0.1", "Error", "/work", ".py", "bot.")


def post(client: TestClient, body: Any, **headers: str) -> Any:
    return client.post("/api/messages", content=json.dumps(body), headers=headers)


def refused(answer: Any, status: int, code: str) -> str:
    """Checks that an answer is the documented refusal, without anything internal; its message."""
    assert answer.status_code == status
    error = answer.json()["error"]
    assert list(answer.json()) == ["error"]
    assert set(error) == {"code", "message"}
    assert error["code"] == code
    assert [word for word in INTERNAL if word in answer.text] == []
    return str(error["message"])


def test_a_message_gets_its_reply_and_a_session(client: TestClient, rasa: FakeRasa) -> None:
    answer = post(client, {"text": "  khai sinh "})
    assert answer.status_code == 200
    assert Reply.model_validate(answer.json()["reply"]) == ANSWER
    assert rasa.texts == ["khai sinh"]


def test_the_session_is_kept(client: TestClient, rasa: FakeRasa) -> None:
    first = post(client, {"text": "một"}).json()["session"]
    second = post(client, {"text": "hai", "session": first}).json()["session"]
    post(client, {"text": "ba"})
    assert first == second
    (one, _), (two, _), (other, _) = rasa.asked
    assert one == two != other
    assert one not in ("", first), "Rasa gets the conversation, not the token"


def test_a_button_is_put_to_rasa(client: TestClient, rasa: FakeRasa) -> None:
    post(client, {"text": "Lệ phí", "payload": "aspects:fees"})
    assert rasa.texts == ['/ask_follow_up{"aspect": "fees"}']


def test_a_position_is_put_to_rasa(client: TestClient, rasa: FakeRasa) -> None:
    assert post(client, {"location": {"lat": 18.67, "lon": 105.69}}).status_code == 200
    assert rasa.texts == ['/give_place{"lat": "18.67", "lon": "105.69"}']


def test_another_secrets_session_is_refused(client: TestClient, rasa: FakeRasa) -> None:
    refused(post(client, {"text": "a", "session": Sessions("other", 30).new()}), 401, "B104")
    refused(post(client, {"text": "a", "session": "\ud800"}), 401, "B104")
    assert rasa.asked == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "a" * 2001}, 413, "B103"),
        ({"text": " "}, 400, "B102"),
        ({}, 400, "B102"),
        ({"text": 5}, 400, "B101"),
        ({"text": "a", "payload": "/restart"}, 400, "B101"),
        ({"text": "a", "location": {"lat": 91, "lon": 105}}, 400, "B101"),
        ({"text": "a", "location": {"lat": float("nan"), "lon": 105}}, 400, "B101"),
        ({"location": None}, 400, "B102"),
        ({"text": "a", "session": 5}, 400, "B101"),
        ([], 400, "B101"),
        ("khai sinh", 400, "B101"),
        (None, 400, "B101"),
    ],
)
def test_what_is_wrong_is_refused(client: TestClient, rasa: FakeRasa, body: Any, status: int, code: str) -> None:
    assert refused(post(client, body), status, code)
    assert rasa.asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"khai sinh",
        b'{"text": "a"',
        b"\xff\xfe\x00",
        b"[" * 10_000,
        b'{"a":' * 3_000,
        b"1" * 5_000,
        b'{"text": NaN}',
    ],
    ids=["empty", "words", "cut off", "no UTF-8", "deep list", "deep object", "huge number", "NaN"],
)
def test_what_is_no_json_is_refused(client: TestClient, body: bytes) -> None:
    refused(client.post("/api/messages", content=body), 400, "B101")


def test_a_body_that_is_too_big_is_refused(client: TestClient, rasa: FakeRasa) -> None:
    refused(post(client, {"text": "a", "more": "b" * 17 * 1024}), 413, "B103")
    assert rasa.asked == []


def test_the_longest_message_fits_however_it_is_written(client: TestClient) -> None:
    """Written as \\u escapes a letter takes six bytes."""
    body = json.dumps({"text": "ệ" * 2000})
    assert len(body) < MESSAGE_BYTES
    assert client.post("/api/messages", content=body).status_code == 200


def test_a_flood_is_told_to_wait(serve: Serve, rasa: FakeRasa) -> None:
    client = serve(limit_session="2/minute")
    session = post(client, {"text": "một"}).json()["session"]
    assert post(client, {"text": "hai", "session": session}).status_code == 200
    answer = post(client, {"text": "ba", "session": session})
    refused(answer, 429, "B105")
    assert 1 <= int(answer.headers["retry-after"]) <= 61
    assert post(client, {"text": "ba"}).status_code == 200, "others go on"
    assert rasa.texts == ["một", "hai", "ba"]


def test_new_sessions_do_not_get_around_the_limit_of_an_address(serve: Serve) -> None:
    client = serve(limit_address="2/minute")
    assert [post(client, {"text": "a"}).status_code for _ in range(3)] == [200, 200, 429]


def test_rasa_away(client: TestClient, rasa: FakeRasa) -> None:
    rasa.answer = lambda text: httpx.Response(500, text="Traceback: bot.py")
    assert "gửi lại" in refused(post(client, {"text": "a"}), 503, "B201")


def test_rasa_silent(client: TestClient, rasa: FakeRasa) -> None:
    rasa.answer = lambda text: messages([])
    refused(post(client, {"text": "a"}), 502, "B202")


def test_rasa_not_there() -> None:
    with TestClient(create_app(own_settings())) as client:
        refused(post(client, {"text": "a"}), 503, "B201")


def test_every_error_is_for_a_citizen() -> None:
    """In Vietnamese, without anything internal; the status is an error's."""
    found = [error for error in vars(bot.errors).values() if isinstance(error, type)]
    errors = [error for error in found if issubclass(error, GatewayError)]
    assert len(errors) == len(found) == 15
    for error in errors:
        assert 400 <= error.status < 600
        assert error.message.endswith(".")
        assert [word for word in INTERNAL if word in error.message] == []
    assert len({error.code for error in errors}) == len(errors)


def test_alive_is_the_gateways_own(serve: Serve) -> None:
    answer = serve(rasa_url=CLOSED_URL).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.fixture
def actions_url() -> Iterator[str]:
    """A Rasa and an action server in one, which say that they are well."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in ("/", "/webhooks/rest/", "/ready") else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def ready(client: TestClient) -> tuple[int, dict[str, bool]]:
    answer = client.get("/readyz")
    assert answer.json()["ready"] is (answer.status_code == 200)
    return answer.status_code, answer.json()["checks"]


def test_ready_needs_rasa_with_a_model_the_actions_and_the_database(serve: Serve, actions_url: str) -> None:
    held = {"rasa": True, "model": True, "actions": True, "database": True}
    assert ready(serve(rasa_url=actions_url, actions_url=actions_url)) == (200, held)
    assert ready(serve(rasa_url=actions_url)) == (503, held | {"actions": False})
    assert ready(serve(actions_url=actions_url)) == (503, held | {"rasa": False, "model": False})


def test_not_ready_without_a_database(serve: Serve, actions_url: str) -> None:
    nowhere = "sqlite:////proc/nowhere/gateway.sqlite"
    client = serve(rasa_url=actions_url, actions_url=actions_url, gateway_database=nowhere)
    assert ready(client) == (503, {"rasa": True, "model": True, "actions": True, "database": False})


def preflight(client: TestClient, origin: str) -> Any:
    headers = {"origin": origin, "access-control-request-method": "POST"}
    return client.options("/api/messages", headers=headers | {"access-control-request-headers": "content-type"})


def test_only_allowed_sites_may_ask(client: TestClient) -> None:
    for answer in (preflight(client, ALLOWED), post(client, {"text": "a"}, origin=ALLOWED)):
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == ALLOWED
    assert preflight(client, FOREIGN).status_code == 400
    assert "access-control-allow-origin" not in post(client, {"text": "a"}, origin=FOREIGN).headers


def test_without_allowed_sites_none_may_ask(serve: Serve) -> None:
    client = serve(allowed_origins=())
    assert "access-control-allow-origin" not in preflight(client, ALLOWED).headers


def test_refusals_can_be_read_by_allowed_sites(client: TestClient) -> None:
    answer = post(client, {"text": ""}, origin=ALLOWED)
    assert answer.headers["access-control-allow-origin"] == ALLOWED


def test_the_widget_is_a_script_for_every_site(client: TestClient) -> None:
    answer = client.get("/widget.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "attachShadow" in answer.text


def test_the_page_loads_the_widget(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "/widget.js" in page.text


@pytest.mark.parametrize("path", ["/static/../settings.py", "/static/%2e%2e/settings.py", "/static/", "/.env", "/var"])
def test_no_other_file_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_messages_are_posted(client: TestClient) -> None:
    assert client.get("/api/messages").status_code == 405


TEXT = st.text(st.characters())
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=10,
)
PAYLOADS = st.sampled_from(["aspects:fees", "procedure:1.001193", "intent:restart", "case:a", "case:", ""])
NEARLY_RIGHT = st.fixed_dictionaries(
    {},
    optional={
        "text": TEXT | ANY_JSON,
        "payload": PAYLOADS | ANY_JSON,
        "session": TEXT | ANY_JSON,
        "id": st.sampled_from(["m1", "m2"]) | ANY_JSON,
        "seen": st.lists(TEXT, max_size=3) | ANY_JSON,
        "location": st.fixed_dictionaries({"lat": st.floats(), "lon": st.floats()}) | ANY_JSON,
    },
)
DOCUMENTED = {400: {"B101", "B102"}, 401: {"B104"}, 413: {"B103"}}


@pytest.fixture(scope="module")
def running() -> Iterator[TestClient]:
    with TestClient(create_app(gateway=doubled(FakeRasa(), FakeActions()))) as client:
        yield client


@given(body=ANY_JSON | NEARLY_RIGHT)
def test_any_json_is_answered_or_refused_as_documented(running: TestClient, body: Any) -> None:
    answer = post(running, body)
    if answer.status_code == 200:
        assert Reply.model_validate(answer.json()["reply"]) == ANSWER
    else:
        assert answer.json()["error"]["code"] in DOCUMENTED[answer.status_code]


@given(body=st.binary(max_size=200))
def test_any_bytes_are_answered_or_refused_as_documented(running: TestClient, body: bytes) -> None:
    answer = running.post("/api/messages", content=body)
    assert answer.json()["error"]["code"] in DOCUMENTED[answer.status_code]


def test_the_reply_goes_out_as_it_came(client: TestClient, rasa: FakeRasa) -> None:
    odd = ANSWER.model_copy(update={"text": "<b>ệ</b> \u2028 “ngoặc” 😀"})
    rasa.answer = lambda text: custom(odd)
    assert post(client, {"text": "a"}).json()["reply"]["text"] == odd.text


def test_a_message_sent_again_gets_the_reply_again_and_is_one_turn(client: TestClient, rasa: FakeRasa) -> None:
    session = post(client, {"text": "chào"}).json()["session"]
    first, again = (post(client, {"text": "khai sinh", "session": session, "id": "m-1_x"}).json() for _ in range(2))
    assert first == again
    assert rasa.texts == ["chào", "khai sinh"]
    assert rasa.metadata[1]["message_id"] == "m-1_x"


@pytest.mark.parametrize("name", ["", "a b", "a" * 65, "a\n", "ệ", 5])
def test_an_id_that_is_none_is_refused(client: TestClient, rasa: FakeRasa, name: Any) -> None:
    assert refused(post(client, {"text": "a", "id": name}), 400, "B101").endswith("id.")
    assert rasa.asked == []


def test_notices_come_along_with_a_reply_until_they_were_shown(client: TestClient, actions: FakeActions) -> None:
    session = post(client, {"text": "chào"}).json()["session"]
    conversation = client.app.state.gateway.sessions.conversation(session)  # type: ignore[attr-defined]
    actions.waiting = {conversation: {"n1": ANSWER}, "another": {"n2": ANSWER}}
    told = [{"id": "n1", "reply": ANSWER.model_dump(mode="json")}]
    for _ in range(2):
        assert post(client, {"text": "a", "session": session}).json()["notices"] == told
    assert actions.delivered == []
    shown = {"text": "a", "session": session, "seen": ["n1", "n2"]}
    assert post(client, shown).json()["notices"] == []
    assert post(client, {"text": "a"}).json()["notices"] == []


@pytest.mark.parametrize("seen", ["n1", [5], [""], ["a" * 65], ["n"] * 51])
def test_what_is_no_list_of_notices_is_refused(client: TestClient, seen: Any) -> None:
    refused(post(client, {"text": "a", "seen": seen}), 400, "B101")


def test_a_reply_comes_without_notices_when_the_actions_are_away(client: TestClient, actions: FakeActions) -> None:
    actions.broken = 503
    answer = post(client, {"text": "a"})
    assert (answer.status_code, answer.json()["notices"]) == (200, [])


def addresses(client: TestClient, rasa: FakeRasa, *forwarded: str) -> list[str]:
    """What Rasa hears of the address for each of these X-Forwarded-For."""
    for header in forwarded:
        post(client, {"text": "a"}, **{"x-forwarded-for": header})
    return [told["address"] for told in rasa.metadata]


def test_where_a_request_says_it_comes_from_is_not_believed(serve: Serve, rasa: FakeRasa) -> None:
    client = serve(limit_address="2/minute")
    assert set(addresses(client, rasa, "203.0.113.7", "203.0.113.8")) == {hashed("testclient", "for the tests")}
    assert post(client, {"text": "a"}, **{"x-forwarded-for": "203.0.113.9"}).status_code == 429


def test_a_proxy_that_is_named_is_believed(rasa: FakeRasa, actions: FakeActions) -> None:
    app = create_app(gateway=doubled(rasa, actions, trusted_proxies=("10.0.0.0/8", "192.0.2.1")))
    with TestClient(app, client=("10.1.2.3", 5000)) as client:
        found = addresses(client, rasa, "203.0.113.7", "198.51.100.1, 203.0.113.7, 192.0.2.1", "2001:db8:1:2::3")
    wanted = ["203.0.113.7", "203.0.113.7", "2001:db8:1:2::/64"]
    assert found == [hashed(address, "for the tests") for address in wanted]


def test_another_proxy_is_not_believed(rasa: FakeRasa, actions: FakeActions) -> None:
    app = create_app(gateway=doubled(rasa, actions, trusted_proxies=("10.0.0.0/8",)))
    with TestClient(app, client=("192.0.2.9", 5000)) as client:
        assert addresses(client, rasa, "203.0.113.7") == [hashed("192.0.2.9", "for the tests")]
