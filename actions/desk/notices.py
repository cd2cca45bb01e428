"""Tells an officer by e-mail or in a Telegram group that somebody waits. Nothing a citizen wrote stands in a notice."""

from __future__ import annotations

import logging
import queue
import smtplib
import ssl
import threading
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import structlog
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential
from tenacity.wait import wait_base

from actions.desk.entries import HandOver, Kind, Reason
from actions.desk.settings import DeskSettings

TRIES = 3
TIME_LIMIT = 10.0  # seconds for one step of a try
ROOM = 1000  # notices that may wait to be sent

REASONS = {
    Reason.ASKED: "công dân xin gặp cán bộ",
    Reason.FAILED_TWICE: "trợ lý chưa trả lời được",
    Reason.TOPIC: "việc cần cán bộ trả lời",
}
KINDS = {Kind.NOW: "đang chờ", Kind.CALL_BACK: "hẹn liên hệ lại"}

log = structlog.get_logger(__name__)
Way = Callable[[HandOver], None]


class Notices:
    """Sends notices in a thread of its own, by the ways that the settings name; without one it does nothing.

    A notice that cannot be sent is tried again, then logged and given up. wait: between two tries.
    """

    def __init__(self, settings: DeskSettings, *, wait: wait_base | None = None) -> None:
        self._wait = wait or wait_exponential(min=1, max=10)
        self._ways: dict[str, Way] = {}
        if settings.notice_email:
            self._ways["email"] = lambda handed: send_mail(settings, handed)
        if settings.notice_telegram_chat:
            _keep_token_out_of_logs()
            self._ways["telegram"] = lambda handed: send_to_group(settings, handed)
        self._waiting: queue.Queue[HandOver] = queue.Queue(ROOM)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def send(self, handed: HandOver) -> None:
        """Sends a notice by all ways, without waiting for it."""
        if not self._ways:
            return
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="desk-notices", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait(handed)
        except queue.Full:
            log.error("notice_dropped", number=handed.number)

    def finish(self) -> None:
        """Waits until all notices are sent or given up."""
        self._waiting.join()

    def _work(self) -> None:
        while True:
            handed = self._waiting.get()
            for name, way in self._ways.items():
                self._try(name, way, handed)
            self._waiting.task_done()

    def _try(self, name: str, way: Way, handed: HandOver) -> None:
        tries = Retrying(
            stop=stop_after_attempt(TRIES), wait=self._wait, retry=retry_if_exception(_may_pass), reraise=True
        )
        try:
            tries(way, handed)
        except Exception as error:  # no notice may end the thread; the error's text may hold the bot's token
            log.error("notice_not_sent", way=name, number=handed.number, error=_named(error))


def notice_text(handed: HandOver) -> str:
    """What officers read: number, procedure and reason, no contact and nothing of the conversation."""
    about = f"thủ tục {handed.procedure}" if handed.procedure else "chưa rõ thủ tục"
    return (
        f"{handed.number}: {KINDS[handed.kind]}, {about}; {REASONS[handed.reason]}.\n"
        f"Xem và nhận việc: python -m actions desk show {handed.number}"
    )


def send_mail(settings: DeskSettings, handed: HandOver) -> None:
    """Sends the notice by e-mail, once. Raises errors of smtplib and of the network."""
    address = urlsplit(settings.smtp_url.get_secret_value())
    receivers = [one.strip() for one in settings.notice_email.split(",") if one.strip()]
    sender = parse_qs(address.query).get("from", receivers)[0]
    message = EmailMessage()
    message["Subject"] = f"Có người cần hỗ trợ: {handed.number}"
    message["From"], message["To"] = sender, ", ".join(receivers)
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="motcua.invalid")
    message.set_content(notice_text(handed), cte="quoted-printable")
    secure = ssl.create_default_context()
    host, port = address.hostname or "", address.port or 0
    server: smtplib.SMTP = (
        smtplib.SMTP_SSL(host, port, timeout=TIME_LIMIT, context=secure)
        if address.scheme == "smtps"
        else smtplib.SMTP(host, port, timeout=TIME_LIMIT)
    )
    with server:
        server.ehlo_or_helo_if_needed()
        if address.scheme == "smtp" and (address.username or server.has_extn("starttls")):
            server.starttls(context=secure)  # fails rather than send a password in the clear
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        refused = server.send_message(message)
    if refused:  # the others have it
        log.error("notice_not_sent_to_all", number=handed.number, refused=len(refused))


def send_to_group(settings: DeskSettings, handed: HandOver) -> None:
    """Sends the notice to the Telegram group, once. Raises errors of httpx."""
    token = settings.notice_telegram_token.get_secret_value()
    answer = httpx.post(
        f"{settings.notice_telegram_url.rstrip('/')}/bot{token}/sendMessage",
        json={"chat_id": settings.notice_telegram_chat, "text": notice_text(handed)},
        timeout=TIME_LIMIT,
    )
    answer.raise_for_status()


def _may_pass(error: BaseException) -> bool:
    """Whether another try may succeed: not where the server has refused what it was sent."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code == httpx.codes.TOO_MANY_REQUESTS or error.response.is_server_error
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 500  # for the time being, as SMTP has it
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLCertVerificationError):
        return False
    return isinstance(error, httpx.TransportError | OSError)


def _named(error: Exception) -> str:
    """The kind of an error and the server's code, if it gave one."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code}"
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _keep_token_out_of_logs() -> None:
    """At INFO httpx logs the address of each request, and Telegram's holds the bot's token."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
