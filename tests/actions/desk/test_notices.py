"""Officers are told by e-mail and in a group; what cannot be sent is tried again, logged and given up."""

from __future__ import annotations

import json
import logging
import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from structlog.testing import capture_logs
from tenacity import wait_none

from actions.desk.desk import Desk
from actions.desk.entries import HandOver, Kind, Reason
from actions.desk.notices import TRIES, Notices, notice_text
from actions.desk.settings import DeskSettings

TOKEN = "12345:a-secret-token"


class Mails(socketserver.StreamRequestHandler):
    """Speaks as much SMTP as is needed; refuses receivers as often as the server is told to."""

    def handle(self) -> None:
        server: Any = self.server
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().decode().strip():
            word = line.split(" ")[0].split(":")[0].upper()
            if word == "DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text)
                server.mails.append(b"".join(lines))
            if word == "RCPT" and server.refusals:
                self.wfile.write(server.refusals.pop() + b"\r\n")
                continue
            self.wfile.write(b"221 bye\r\n" if word == "QUIT" else b"250 well\r\n")
            if word == "QUIT":
                return


class Group(BaseHTTPRequestHandler):
    """Telegram, as far as a notice needs it."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.requests.append((self.path, json.loads(body)))
        self.send_response(server.answers.pop() if server.answers else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def mails() -> Iterator[Any]:
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        mails: list[bytes]
        refusals: list[bytes]

    with Server(("127.0.0.1", 0), Mails) as server:
        server.mails, server.refusals = [], []
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def group() -> Iterator[Any]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Group) as server:
        here: Any = server
        here.requests, here.answers = [], []
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield here
        server.shutdown()


def by_mail(server: Any, **more: object) -> DeskSettings:
    url = f"smtp://127.0.0.1:{server.server_address[1]}?from=motcua@example.vn"
    return DeskSettings.model_validate({"notice_email": "a@example.vn, b@example.vn", "smtp_url": url} | more)


def in_group(server: Any) -> DeskSettings:
    return DeskSettings.model_validate(
        {
            "notice_telegram_token": TOKEN,
            "notice_telegram_chat": "-1007",
            "notice_telegram_url": f"http://127.0.0.1:{server.server_address[1]}/",
        }
    )


def sent(settings: DeskSettings, handed: HandOver) -> list[Any]:
    """Sends and waits; what was logged."""
    notices = Notices(settings, wait=wait_none())
    with capture_logs() as logs:
        notices.send(handed)
        notices.finish()
    return logs


@pytest.fixture
def handed(desk: Desk) -> HandOver:
    return desk.hand_over("a", Reason.ASKED, procedure="1.001193", turns=["chuyện riêng"], contact="0912345678")


def test_a_notice_says_what_and_why_and_nothing_of_the_citizen(handed: HandOver) -> None:
    text = notice_text(handed)
    assert handed.number in text
    assert "thủ tục 1.001193" in text
    assert "công dân xin gặp cán bộ" in text
    assert "riêng" not in text
    assert "0912345678" not in text


def test_every_reason_and_kind_has_words(handed: HandOver) -> None:
    every = [
        notice_text(handed.model_copy(update={"reason": reason, "kind": kind, "procedure": None}))
        for reason in Reason
        for kind in Kind
    ]
    assert len(set(every)) == len(Reason) * len(Kind)
    assert all("chưa rõ thủ tục" in text for text in every)


def test_by_mail(mails: Any, handed: HandOver) -> None:
    assert sent(by_mail(mails), handed) == []
    mail = message_from_bytes(mails.mails[0], policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert (mail["From"], mail["To"]) == ("motcua@example.vn", "a@example.vn, b@example.vn")
    assert mail["Subject"] == f"Có người cần hỗ trợ: {handed.number}"
    assert mail.get_content().splitlines() == notice_text(handed).splitlines()
    assert mails.mails[0].isascii()


def test_a_server_that_asks_to_wait_is_asked_again(mails: Any, handed: HandOver) -> None:
    mails.refusals = [b"451 later"] * 2
    assert sent(by_mail(mails, notice_email="a@example.vn"), handed) == []
    assert len(mails.mails) == 1


def test_a_receiver_that_does_not_exist_is_logged(mails: Any, handed: HandOver) -> None:
    mails.refusals = [b"550 nobody"]
    logs = sent(by_mail(mails, notice_email="a@example.vn"), handed)
    assert [(log["event"], log["way"], log["number"]) for log in logs] == [("notice_not_sent", "email", handed.number)]
    assert mails.mails == []


def test_who_is_refused_does_not_keep_it_from_the_others(mails: Any, handed: HandOver) -> None:
    mails.refusals = [b"550 nobody"]
    logs = sent(by_mail(mails), handed)
    assert [(log["event"], log["refused"]) for log in logs] == [("notice_not_sent_to_all", 1)]
    assert len(mails.mails) == 1


def test_no_password_goes_over_an_open_line(mails: Any, handed: HandOver) -> None:
    url = f"smtp://user:hidden@127.0.0.1:{mails.server_address[1]}"
    logs = sent(by_mail(mails, smtp_url=url), handed)
    assert [log["error"] for log in logs] == ["SMTPNotSupportedError"]
    assert mails.mails == []


def test_in_a_group(group: Any, handed: HandOver) -> None:
    assert sent(in_group(group), handed) == []
    assert group.requests == [(f"/bot{TOKEN}/sendMessage", {"chat_id": "-1007", "text": notice_text(handed)})]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(group: Any, handed: HandOver, status: int) -> None:
    group.answers = [status] * (TRIES - 1)
    assert sent(in_group(group), handed) == []
    assert len(group.requests) == TRIES


def test_what_stays_wrong_is_given_up_and_the_token_is_in_no_log(
    group: Any, handed: HandOver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    group.answers = [403]
    refused = sent(in_group(group), handed)
    group.answers = [500] * TRIES
    failed = sent(in_group(group), handed)
    assert [log["error"] for log in (*refused, *failed)] == ["HTTP 403", "HTTP 500"]
    assert len(group.requests) == 1 + TRIES
    assert TOKEN not in caplog.text + str(refused) + str(failed)


def test_one_way_that_fails_does_not_stop_the_other(mails: Any, group: Any, handed: HandOver) -> None:
    both = in_group(group).model_copy(
        update={name: getattr(by_mail(mails), name) for name in ("notice_email", "smtp_url")}
    )
    mails.refusals = [b"550 nobody"] * 2
    assert [log["way"] for log in sent(both, handed)] == ["email"]
    assert len(group.requests) == 1


def test_nobody_is_told_where_nobody_is_named(handed: HandOver) -> None:
    before = threading.active_count()
    assert sent(DeskSettings(), handed) == []
    assert threading.active_count() == before


def test_the_desk_tells_whom_the_settings_name(group: Any) -> None:
    settings = in_group(group)
    notices = Notices(settings, wait=wait_none())
    handed = Desk(settings, notify=notices.send).hand_over("b", Reason.TOPIC)
    notices.finish()
    assert handed.number in group.requests[0][1]["text"]
