"""What the tests of dossiers need beside the house: a citizen who talks, the registers behind it, the birth form."""

from __future__ import annotations

import hashlib
import hmac
import io
import random
import re
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import httpx
import psycopg
import segno
import zxingcpp
from PIL import Image
from sqlalchemy.engine import make_url

from actions.database.work import Database
from actions.dossiers.dossier import DraftFile
from actions.dossiers.embedded import EmbeddedRegister, StoredDraft
from actions.submissions.form import EForm
from bot.client import Conversation, Fetched, connect, everything_read
from bot.sessions import Sessions
from knowledge.reply import Reply
from storage.vault import Vault
from tests.actions.dossiers.sandbox_server import Sandbox
from tests.actions.submissions.birth import TYPED
from tests.house import Breakable, Entry

SANDBOX = "sandbox"  # token, user and password of the sandbox as it comes
SECONDS = 40.0  # for one call of a test
PATIENCE = 60.0  # seconds for what needs a while: a circuit breaker that closes again, a notice that comes
PAUSE = 0.5
QUIET = 2.5  # seconds in which nothing may come: what is followed is looked at every second
CODE = re.compile(r"\b\d{3}\.\d{2}\.\d{2}\.H41-\d{6,8}-\d{4,8}\b")
FEE = "đăng ký khai sinh cho con mới sinh lệ phí bao nhiêu"
FEE_TOLD = "Lệ phí đăng ký khai sinh"
START = "bắt đầu điền tờ khai đăng ký khai sinh"
AGREE, SKIP, SEND = "Đồng ý", "Bỏ qua", "Gửi"
DONE = "Đã tạo bản nháp"
SUMMARY = "Anh/chị xem lại"
FAMILIES = ("Hồ", "Vi", "Lô", "Kha", "Lữ", "Moong", "Cụt", "Xồng", "Vừ", "Phan")
SYLLABLES = (
    *("Bưởi", "Mận", "Ổi", "Chuối", "Khế", "Sim", "Mít", "Hồng", "Quýt", "Lựu", "Nhãn", "Vải", "Dứa", "Chanh", "Mơ"),
    *("Đào", "Sen", "Súng", "Ngải", "Nghệ", "Gừng", "Riềng", "Tỏi", "Hành", "Rau", "Cải", "Ngô", "Khoai", "Sắn", "Lúa"),
)
# Where a button stands for what TYPED says, citizens tap it.
TAPPED = {
    "relation": "Mẹ",
    "child_sex": "Nữ",
    "child_ethnicity": "Kinh",
    "child_nationality": "Việt Nam",
    "mother_ethnicity": "Kinh",
    "mother_nationality": "Việt Nam",
    "mother_address": "Như trên",
    "father_declared": "Có khai",
    "father_ethnicity": "Kinh",
    "father_nationality": "Việt Nam",
    "father_address": "Như trên",
    "copies": "2",
}
Send = Callable[[str, Callable[[str], Reply]], None]


@dataclass
class Talk:
    """One citizen's conversation. said: all of it so far, for whoever reads why a test failed."""

    client: httpx.Client
    said: list[str] = field(default_factory=list)
    last: Reply | None = None

    def __post_init__(self) -> None:
        self.conversation = Conversation(self.client)

    def say(self, text: str, payload: str | None = None, id: str | None = None) -> Reply:
        """Types something. Raises httpx.HTTPError."""
        self.said.append(f"> {text}")
        self.last = self.conversation.say(text, payload, id)
        self.said.append(self.last.text)
        return self.last

    def tap(self, title: str, id: str | None = None) -> Reply:
        """Taps a button of the last reply; the beginning of its title is enough."""
        return self.say(*self.button(title), id)

    def button(self, title: str) -> tuple[str, str]:
        """Title and payload of a button of the last reply."""
        assert self.last, self
        found = [button for button in self.last.buttons if button.title.startswith(title)]
        assert found, f"no button {title!r} among {[button.title for button in self.last.buttons]}\n{self}"
        return found[0].title, found[0].payload

    def give(self, content: bytes, name: str) -> Reply:
        """Sends a file."""
        self.said.append(f"> [{name}]")
        self.last = self.conversation.give(content, name)
        self.said.append(self.last.text)
        return self.last

    def attached(self, media_type: str) -> Fetched:
        """The file of a type that came with the last reply."""
        assert self.last, self
        found = [one for one in self.last.attached if one.media_type == media_type]
        assert found, f"no {media_type} came\n{self}"
        fetched = self.conversation.fetch(found[0].id)
        assert fetched.media_type == media_type
        assert len(fetched.content) == found[0].size
        return fetched

    def reads(self, *words: str) -> None:
        """Fails if the last reply does not say these."""
        assert self.last, self
        read = everything_read(self.last)
        missing = [word for word in words if word.lower() not in read.lower()]
        assert not missing, f"missing: {missing}\n{self}"

    def reads_nothing_of(self, *words: str) -> None:
        """Fails if the last reply says one of these."""
        assert self.last, self
        read = everything_read(self.last)
        told = [word for word in words if word.lower() in read.lower()]
        assert not told, f"told: {told}\n{self}"

    def sender(self, entry: Entry) -> str:
        """The conversation's name in Rasa, once something was said."""
        return Sessions(entry.secret, 30).conversation(str(self.conversation._session))

    def __repr__(self) -> str:
        return "\n".join(self.said)


@contextmanager
def talking(url: str) -> Iterator[Callable[[], Talk]]:
    """Makes conversations, each a new one, with the assistant at an address."""
    with connect(url) as client:
        client.timeout = httpx.Timeout(SECONDS)
        yield lambda: Talk(client)


@contextmanager
def sandbox_at(url: str) -> Iterator[Sandbox]:
    """The house's sandbox, to make it do things."""
    with httpx.Client(base_url=url, timeout=SECONDS, trust_env=False) as control:
        yield Sandbox(url, control, SANDBOX, SANDBOX, SANDBOX)


@contextmanager
def register_at(url: str, vault_key: str) -> Iterator[EmbeddedRegister]:
    """What a database of the embedded register or of the sandbox holds, beside the process that serves it."""
    database = Database(url)
    try:
        yield EmbeddedRegister(database, Vault([vault_key]))
    finally:
        database.close()


def drafts(url: str, vault_key: str, applicant: str) -> list[StoredDraft]:
    """The drafts of an applicant."""
    with register_at(url, vault_key) as register:
        return [one for one in register.drafts() if one.request.applicant == applicant]


def files_of(url: str, vault_key: str, code: str) -> tuple[DraftFile, ...]:
    """What was attached to a draft."""
    with register_at(url, vault_key) as register:
        return register.files_of(code)


def answer(talk: Talk, asked: str, id: str | None = None, *, said: dict[str, str] | None = None) -> Reply:
    """Answers one question of the birth form. said: other words than the usual ones, typed."""
    if said and asked in said:
        return talk.say(said[asked], id=id)
    return talk.tap(TAPPED[asked], id) if asked in TAPPED else talk.say(TYPED[asked], id=id)


def begin_birth(talk: Talk, form: EForm) -> None:
    """Up to the first question."""
    talk.say(START)
    talk.reads("Để điền tờ khai", AGREE)
    talk.tap(AGREE)
    asks(talk, form, next(iter(TYPED)))


def asks(talk: Talk, form: EForm, question: str | None) -> None:
    """Fails if the last reply does not ask this question of the form; None: a document or the summary."""
    if question is None:
        talk.reads_nothing_of(*(form.question(name).ask for name in TYPED))
    else:
        talk.reads(form.question(question).ask)


def nothing_is_blamed(talk: Talk) -> None:
    """Fails if what was sent again is taken for a bad answer to the next question."""
    assert talk.last
    first = talk.last.text.partition("\n")[0]
    assert first.startswith(("👉", "⚠", "✅", "Tờ khai", "Hệ thống của tỉnh")), f"{first}\n{talk}"


def after(asked: str) -> str | None:
    """The question behind one; None behind the last."""
    names = list(TYPED)
    place = names.index(asked) + 1
    return names[place] if place < len(names) else None


def skip_documents(talk: Talk) -> None:
    """Leaves out every document that is still asked for; then there is the summary."""
    for _ in range(20):
        if SUMMARY in (talk.last.text if talk.last else ""):
            return
        talk.tap(SKIP)
    raise AssertionError(f"no summary came\n{talk}")


def sent(talk: Talk) -> str:
    """Confirms; while the province is away again and again, for a while. Gives the draft's code."""
    end = monotonic() + PATIENCE
    talk.tap(SEND)
    while DONE not in talk.last.text and monotonic() < end:  # type: ignore[union-attr]
        sleep(PAUSE)
        talk.tap(SEND)
    return draft_code(talk)


def drafted(talk: Talk) -> str:
    """The code of the draft that the last reply tells of; if it tells of none yet, that of confirming again."""
    return draft_code(talk) if talk.last and DONE in talk.last.text else sent(talk)


def draft_code(talk: Talk) -> str:
    """The code of the draft that the last reply tells of."""
    talk.reads(DONE)
    assert talk.last
    found = CODE.search(talk.last.text)
    assert found, talk
    return found.group()


def told_with_a_reply(talk: Talk, seconds: float = PATIENCE) -> list[str]:
    """What comes along with replies to somebody who says something now and then; empty if nothing does."""
    end, told = monotonic() + seconds, list[str]()
    while not told and monotonic() < end:
        sleep(PAUSE)
        talk.say("chào")
        told += [one.reply.text for one in talk.conversation.notices()]
    talk.said += [f"[with the reply] {text}" for text in told]
    return told


def notice_within(talk: Talk, seconds: float = PATIENCE) -> list[str]:
    """What comes by itself over the socket; empty if nothing does within the seconds."""
    told = [one.reply.text for one in talk.conversation.notices(seconds)]
    talk.said += [f"[notice] {text}" for text in told]
    return told


def despite_a_crash(house: Breakable, name: str, send: Callable[[str], Reply], into: float = 0.0) -> bool:
    """Sends a message and kills a process while it is under way; once the process is back, goes on as the page does.

    What got no reply is sent again with the same id. send: is given that id. into: seconds until the process is killed.
    Gives whether the first attempt got its reply all the same.
    """
    id = message_id()
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send, id)
        sleep(into)
        house.kill(name)
        failed = isinstance(sending.exception(SECONDS), httpx.HTTPError)
    house.start(name)
    if failed:
        send(id)
    else:
        sending.result()
    return not failed


def fill_in(talk: Talk, form: EForm, said: dict[str, str], *, fee_before: str = "", send: Send | None = None) -> None:
    """The birth form up to the summary, without documents."""
    answer_all(talk, form, said, fee_before=fee_before, send=send)
    skip_documents(talk)


def answer_all(
    talk: Talk, form: EForm, said: dict[str, str], *, fee_before: str = "", send: Send | None = None
) -> None:
    """Every question of the birth form. Fails if another question comes than the next one.

    said: other words than the usual ones. fee_before: the question before which a fee is asked for. send: sends the
    answer to a question; it is given the question and what sends it under an id.
    """
    begin_birth(talk, form)
    for asked in TYPED:
        if asked == fee_before:
            talk.say(FEE)
            talk.reads(FEE_TOLD, form.question(asked).ask)
        work = partial(answer, talk, asked, said=said)
        if send:
            send(asked, work)
        else:
            work(message_id())
        asks(talk, form, after(asked))


def fill_in_despite_crashes(
    talk: Talk,
    form: EForm,
    house: Breakable,
    crashes: Mapping[str, str],
    said: dict[str, str],
    *,
    into: float = 0.0,
    fee_before: str = "",
) -> str:
    """The whole birth form with crashes; gives the draft's code.

    crashes: which process is killed at which question, SEND among them. into: see despite_a_crash.
    """

    def send(step: str, work: Callable[[str], Reply]) -> None:
        if step in crashes:
            talk.said.append(f"[{crashes[step]} is killed]")
            despite_a_crash(house, crashes[step], work, into)
            nothing_is_blamed(talk)
        else:
            work(message_id())

    fill_in(talk, form, said, fee_before=fee_before, send=send)
    send(SEND, partial(talk.tap, SEND))
    return drafted(talk)


def made_up_name() -> str:
    """Somebody made up, of whom there is no other in this run."""
    first, second = (random.choice(SYLLABLES) for _ in range(2))
    return f"{random.choice(FAMILIES)} Thị {first} {second}"


def message_id() -> str:
    """A message's own id, as pages make them."""
    return secrets.token_hex(16)


def qr(text: str) -> bytes:
    """A picture of a QR code, as on a receipt."""
    content = io.BytesIO()
    segno.make(text, error="m", micro=False).save(content, kind="png", scale=8, border=4)
    return content.getvalue()


def read_qr(content: bytes) -> str:
    """What a QR code says."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(content)).convert("RGB"))
    assert len(found) == 1
    return str(found[0].text)


@contextmanager
def locked_sqlite(url: str) -> Iterator[None]:
    """Another process writes into an SQLite database and does not come to an end."""
    with ExitStack() as held:
        connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
        held.callback(connection.close)
        connection.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def closed_postgres(url: str) -> Iterator[None]:
    """A database of PostgreSQL lets nobody in, and who was in is out."""
    parts = make_url(url)
    with psycopg.connect(
        host=str(parts.query["host"]), user=parts.username, dbname="postgres", autocommit=True
    ) as connection:
        name = str(parts.database)
        allowed = f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS '
        connection.execute((allowed + "false").encode())
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            connection.execute((allowed + "true").encode())


def names_of(entry: Entry, sender: str) -> tuple[str, str]:
    """As what a conversation stands in the database: in the rooms of dossiers and forms, and at the desk."""
    at_desk = hmac.new(entry.desk_key.encode(), sender.encode(), hashlib.sha256).hexdigest()[:32]
    return Vault([entry.vault_key]).name("conversation", sender), at_desk


def tables_with(path: Path, values: Collection[str]) -> set[str]:
    """The tables of an SQLite database in which one of some values stands, in any row and column."""
    return {name for name, rows in tables(path).items() if any(value in row for row in rows for value in values)}


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything in an SQLite database."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    finally:
        connection.close()
