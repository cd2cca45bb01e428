"""Files are kept sealed for some days: whose they are, once each, bounded, erased, forgotten."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from actions.database.work import Database
from actions.submissions.errors import FileRefused, NoSuchFile
from actions.submissions.file_tables import FileKind
from actions.submissions.files import MADE_KEPT, NAME_LENGTH, Files, StoredFile, file_name
from knowledge.reply import Attached
from storage.vault import Vault

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
WHO, OTHER = "conversation-1", "conversation-2"
JPEG = "image/jpeg"


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def files(database: Database, clock: Clock) -> Files:
    return Files(database, Vault([Fernet.generate_key().decode()]), clock, keep_days=7)


def fetched(files: Files, number: str) -> StoredFile:
    found = files.fetch(number)
    assert found is not None
    return found


def test_what_is_kept_comes_back(files: Files) -> None:
    content = bytes(range(256)) * 100
    number = files.keep(WHO, "giấy.jpg", JPEG, content, pages=2, problems=["Ảnh tối."])
    found = fetched(files, number)
    assert (found.name, found.media_type, found.content, found.size) == ("giấy.jpg", JPEG, content, len(content))
    assert (found.kind, found.pages, found.problems) == (FileKind.ATTACHMENT, 2, ("Ảnh tối.",))
    assert (found.submission, found.document) == (None, "")
    assert found.expires - found.kept == timedelta(days=7)


def test_the_id_is_one_that_a_reply_can_name(files: Files) -> None:
    number = files.keep(WHO, "a.jpg", JPEG, b"x")
    assert Attached(id=number, name="a.jpg", media_type=JPEG, size=1).id == number


def test_nothing_personal_can_be_read_in_the_table(files: Files, database: Database) -> None:
    number = files.keep(WHO, "căn cước Mẫu Thị Vẽ.jpg", JPEG, b"the face of somebody")
    files.attach(number, "submission-1", "Giấy chứng sinh")
    with database.engine().connect() as connection:
        row = connection.execute(text("SELECT * FROM file")).one()
    written = " ".join(
        bytes(value).decode("latin1") if isinstance(value, bytes | memoryview) else str(value) for value in row
    )
    for secret in ("Mẫu Thị Vẽ", "the face", "chứng sinh", WHO):
        assert secret not in written


def test_the_words_of_a_file_hold_neither_name_nor_content(files: Files) -> None:
    found = fetched(files, files.keep(WHO, "Mẫu Thị Vẽ.jpg", JPEG, b"the face of somebody"))
    assert "Vẽ" not in repr(found)
    assert "face" not in repr(found)


def test_nobody_elses(files: Files) -> None:
    number = files.keep(WHO, "a.jpg", JPEG, b"x")
    assert files.fetch(number, WHO) is not None
    assert files.fetch(number, OTHER) is None
    assert files.fetch("A" * 32) is None
    assert files.fetch("") is None
    with pytest.raises(NoSuchFile):
        files.attach(number, "s", "d", conversation=OTHER)
    with pytest.raises(NoSuchFile):
        files.rename(number, "b.jpg", conversation=OTHER)
    assert not files.drop(number, conversation=OTHER)
    assert fetched(files, number).submission is None


def test_the_same_twice_is_kept_once(files: Files, clock: Clock) -> None:
    first = files.keep(WHO, "a.jpg", JPEG, b"same")
    clock.at += timedelta(days=3)
    assert files.keep(WHO, "b.jpg", JPEG, b"same") == first
    assert len(files.of_conversation(WHO)) == 1
    assert fetched(files, first).expires == clock.at + timedelta(days=7)
    assert files.keep(OTHER, "a.jpg", JPEG, b"same") != first
    assert files.keep(WHO, "a.jpg", JPEG, b"other") != first


def test_one_file_can_be_two_documents(files: Files, clock: Clock) -> None:
    first = files.keep(WHO, "a.pdf", "application/pdf", b"both")
    files.attach(first, "s1", "Giấy chứng sinh")
    clock.at += timedelta(seconds=1)
    second = files.keep(WHO, "a.pdf", "application/pdf", b"both")
    assert second != first
    files.attach(second, "s1", "Giấy kết hôn")
    assert [file.document for file in files.of_submission("s1")] == ["Giấy chứng sinh", "Giấy kết hôn"]


def test_the_same_at_the_same_time_is_kept_once(files: Files) -> None:
    gate, numbers = threading.Barrier(4), []

    def send() -> None:
        gate.wait()
        numbers.append(files.keep(WHO, "a.jpg", JPEG, b"same"))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 4
    assert len(set(numbers)) == 1
    assert len(files.of_conversation(WHO)) == 1


def test_one_that_is_too_large_is_refused(database: Database, clock: Clock) -> None:
    files = Files(database, Vault([Fernet.generate_key().decode()]), clock, largest=100)
    files.keep(WHO, "a.jpg", JPEG, b"x" * 100)
    with pytest.raises(FileRefused, match="nặng"):
        files.keep(WHO, "a.jpg", JPEG, b"x" * 101)


def test_all_together_are_bounded_for_each(database: Database, clock: Clock) -> None:
    files = Files(database, Vault([Fernet.generate_key().decode()]), clock, together=250)
    for number in range(2):
        files.keep(WHO, "a.jpg", JPEG, bytes([number]) * 100)
    with pytest.raises(FileRefused, match="Tổng dung lượng"):
        files.keep(WHO, "a.jpg", JPEG, b"z" * 100)
    files.keep(OTHER, "a.jpg", JPEG, b"z" * 100)
    files.keep(WHO, "a.png", "image/png", b"made by us" * 30, kind="made")
    clock.at += timedelta(days=8)
    files.keep(WHO, "a.jpg", JPEG, b"z" * 100)


def test_what_we_make_does_not_pile_up(files: Files, clock: Clock) -> None:
    for number in range(MADE_KEPT + 5):
        clock.at += timedelta(seconds=1)
        last = files.keep(WHO, "a.png", "image/png", b"%d" % number, kind=FileKind.MADE)
    sent = files.keep(WHO, "a.jpg", JPEG, b"sent")
    kept = [file.id for file in files.of_conversation(WHO)]
    assert len(kept) == MADE_KEPT + 1
    assert {last, sent} <= set(kept)


def test_a_week_later_it_is_gone(files: Files, clock: Clock, database: Database) -> None:
    number = files.keep(WHO, "a.jpg", JPEG, b"x")
    clock.at += timedelta(days=7) - timedelta(seconds=1)
    assert files.fetch(number) is not None
    assert files.forget(clock.at) == 0
    clock.at += timedelta(seconds=1)
    assert files.fetch(number) is None
    assert files.of_conversation(WHO) == ()
    with pytest.raises(NoSuchFile):
        files.attach(number, "s", "d")
    assert files.forget(clock.at) == 1
    assert files.forget(clock.at) == 0
    with database.engine().connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM file")).scalar() == 0


def test_those_of_a_submission_that_goes_on_stay(files: Files, clock: Clock) -> None:
    number = files.keep(WHO, "a.jpg", JPEG, b"x")
    files.attach(number, "s1", "Giấy chứng sinh")
    clock.at += timedelta(days=5)
    assert files.prolong("s1") == 1
    clock.at += timedelta(days=5)
    assert [file.id for file in files.of_submission("s1")] == [number]
    clock.at += timedelta(days=3)
    assert files.prolong("s1") == 0
    assert files.of_submission("s1") == ()


def test_renamed(files: Files) -> None:
    number = files.keep(WHO, "IMG_1.jpg", JPEG, b"x")
    files.rename(number, "Giấy chứng sinh", conversation=WHO)
    assert fetched(files, number).name == "Giấy chứng sinh.jpg"
    with pytest.raises(NoSuchFile):
        files.rename("none", "b.jpg")


def test_dropped_and_erased(files: Files) -> None:
    one, two, three = (files.keep(WHO, "a.jpg", JPEG, bytes([number])) for number in range(3))
    theirs = files.keep(OTHER, "a.jpg", JPEG, b"x")
    files.attach(two, "s1", "d")
    assert files.drop(one, conversation=WHO)
    assert not files.drop(one)
    assert files.erase_submission("s1") == 1
    assert files.erase(WHO) == 1
    assert [files.fetch(number) for number in (one, two, three)] == [None] * 3
    assert files.fetch(theirs) is not None


def test_what_is_held_is_told_in_words(files: Files) -> None:
    assert files.held(WHO) == []
    for number in range(2):
        files.keep(WHO, "Mẫu Thị Vẽ.jpg", JPEG, bytes([number]))
    files.keep(WHO, "a.png", "image/png", b"x", kind="made")
    assert files.held(WHO) == [
        "Ảnh, tệp anh/chị đã gửi: 2 tệp, xóa muộn nhất ngày 30/11/2026.",
        "Ảnh, giấy tờ trợ lý đã làm cho anh/chị: 1 tệp, xóa muộn nhất ngày 30/11/2026.",
    ]
    assert files.held(OTHER) == []


@pytest.mark.parametrize(
    ("given", "media_type", "kept"),
    [
        ("IMG_1234.HEIC", JPEG, "IMG_1234.jpg"),
        ("giấy chứng sinh.png", JPEG, "giấy chứng sinh.jpg"),
        ("ảnh.JPEG", JPEG, "ảnh.jpeg"),
        ("../../etc/passwd", "application/pdf", "passwd.pdf"),
        ("C:\\Users\\a\\scan.pdf", "application/pdf", "scan.pdf"),
        ("", JPEG, "tep.jpg"),
        (".jpg", JPEG, "jpg.jpg"),
        ("to-khai-1.001193.pdf", "application/pdf", "to-khai-1.001193.pdf"),
        ("to-khai-1.001193", "application/pdf", "to-khai-1.001193.pdf"),
        ("hop\u202egpj.exe", JPEG, "hopgpj.jpg"),
        ("hai\ndòng\x00.pdf", "application/pdf", "haidòng.pdf"),
        ('a<b>"c?.pdf', "application/pdf", "a-b--c-.pdf"),
        ("gia\u0301y.pdf", "application/pdf", "giáy.pdf"),
    ],
)
def test_names_show_what_the_file_is(given: str, media_type: str, kept: str) -> None:
    assert file_name(given, media_type) == kept


@given(st.text(max_size=300), st.sampled_from([JPEG, "application/pdf", "image/png", "text/x-none"]))
def test_every_name_becomes_one_that_a_reply_can_have(given_name: str, media_type: str) -> None:
    name = file_name(given_name, media_type)
    assert 1 <= len(name) <= NAME_LENGTH
    assert not set(name) & set('/\\<>:"|?*\n\r\0')
    assert file_name(name, media_type) == name
