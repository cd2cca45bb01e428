"""The assistant in a terminal: lines in, replies out, a number chooses a button."""

from __future__ import annotations

import io
import json
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from bot import terminal
from knowledge.reply import Attached, Button, Outcome, Reply
from tests.bot.double import ANSWER, gateway_answer

REFUSAL = httpx.Response(400, json={"error": {"code": "B102", "message": "Tin nhắn trống."}})


def talk(
    monkeypatch: pytest.MonkeyPatch, lines: list[str], *answers: httpx.Response
) -> tuple[list[dict[str, str]], str]:
    """What the gateway was sent and what the person saw."""
    bodies = []
    waiting = list(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/messages":
            bodies.append(json.loads(request.content))
        return waiting.pop(0) if waiting else gateway_answer()

    transport = httpx.MockTransport(handle)
    monkeypatch.setattr(terminal, "connect", lambda url: httpx.Client(base_url=url, transport=transport))
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    screen = io.StringIO()
    terminal.talk("http://here", Console(file=screen, width=100))
    return bodies, screen.getvalue()


def test_a_line_is_a_message_and_its_reply_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies, shown = talk(monkeypatch, ["khai sinh", "", "  "])
    assert [body["text"] for body in bodies] == ["khai sinh"]
    assert "trợ lý tự động" in shown
    assert "Đăng ký khai sinh" in shown
    assert "2. Số hai" in shown


def test_a_number_taps_a_button(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies, _ = talk(monkeypatch, ["2", "khai sinh", "2", "3"])
    assert [(body["text"], body.get("payload")) for body in bodies] == [
        ("2", None),
        ("khai sinh", None),
        ("Số hai", "case:hai"),
        ("3", None),
    ]


def test_words_tap_a_button(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies, _ = talk(monkeypatch, ["khai sinh", "so hai", "a", "số 1"])
    assert [body.get("payload") for body in bodies] == [None, "case:hai", None, "aspects:time_limit"]


def test_while_a_form_is_filled_in_a_number_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    reply = Reply(text="Số bản sao?", outcome=Outcome.SUBMISSION, buttons=(SKIP,))
    bodies, shown = talk(monkeypatch, ["a", "1", "bỏ qua"], gateway_answer(reply), gateway_answer(reply))
    assert [body.get("payload") for body in bodies] == [None, None, "form:skip"]
    assert "Gõ “Bỏ qua”." in shown


SKIP = Button(title="Bỏ qua", payload="form:skip")


def test_a_long_address_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"https://dichvucong.gov.vn/{'p/' * 60}x"
    reply = Reply(text=f"Trang của thủ tục: {address}", outcome=Outcome.ANSWER)
    assert address in talk(monkeypatch, ["a"], gateway_answer(reply))[1]


def test_news_leaves_the_menu_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    news = Reply(text="Hồ sơ đã có kết quả.", outcome=Outcome.STATUS, buttons=(SKIP,))
    bodies, shown = talk(monkeypatch, ["a", "2"], gateway_answer(notices=[("n1", news)]))
    assert bodies[-1].get("payload") == "case:hai"
    assert "Bỏ qua" not in shown


def test_a_refusal_is_shown_and_the_buttons_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies, shown = talk(monkeypatch, ["khai sinh", "a", "1"], gateway_answer(), REFUSAL)
    assert "Tin nhắn trống." in shown
    assert bodies[-1].get("payload") == "aspects:time_limit"


def test_brackets_in_a_reply_are_shown_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    reply = Reply(text="mẫu [CT01] [/b]", outcome=Outcome.SMALL_TALK)
    assert "mẫu [CT01] [/b]" in talk(monkeypatch, ["a"], gateway_answer(reply))[1]
    assert ANSWER.text not in talk(monkeypatch, ["a"], gateway_answer(reply))[1]


PAPER = Attached(id="f" * 24, name="Tờ khai.pdf", media_type="application/pdf", size=9)
TAKEN = {"id": "g" * 24, "name": "cccd.jpg", "media_type": "image/jpeg", "size": 3}


def test_what_is_attached_is_shown_as_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    reply = Reply(text="Đây", outcome=Outcome.SUBMISSION, attached=(PAPER,), wants_file=True)
    shown = talk(monkeypatch, ["a"], gateway_answer(reply))[1]
    assert "📄 Tờ khai.pdf" in shown
    assert f"Tải về: http://here/api/files/{'f' * 24}\n" in shown
    assert "gõ /gửi" in shown


def test_news_is_shown_below_the_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    news = Reply(text="Hồ sơ đã có kết quả.", outcome=Outcome.STATUS)
    shown = talk(monkeypatch, ["a", "b"], gateway_answer(notices=[("n1", news)]), gateway_answer())[1]
    assert shown.count("Tin mới:") == 1
    assert shown.index("Đăng ký khai sinh") < shown.index("Hồ sơ đã có kết quả.")


@pytest.mark.parametrize("command", ["/gửi {}", "/gui  {}", '/GỬI "{}"'])
def test_a_file_is_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str) -> None:
    path = tmp_path / "cccd.jpg"
    path.write_bytes(b"jpg")
    uploaded = httpx.Response(200, json={"session": "s", "file": TAKEN, "problems": [], "codes": []})
    bodies, shown = talk(monkeypatch, [command.format(path)], uploaded, gateway_answer())
    assert "Đã gửi cccd.jpg." in shown
    assert (bodies[-1]["text"], bodies[-1]["payload"]) == ("cccd.jpg", f"file:{'g' * 24}")


def test_a_file_that_is_not_there_is_told_and_the_talk_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies, shown = talk(monkeypatch, ["/gửi /không/có.jpg", "khai sinh"])
    assert "Không mở được tệp" in shown
    assert [body["text"] for body in bodies] == ["khai sinh"]
