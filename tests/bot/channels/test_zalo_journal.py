from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.channels.zalo_errors import ZaloJournalUnwritable
from bot.channels.zalo_journal import ROOM, SUFFIX, Answer, Journal
from storage.vault import Vault

ANSWER = Answer(generation=3, status=200, body='{"access_token":"made-up"}')


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()])


@pytest.fixture
def journal(tmp_path: Path, vault: Vault) -> Journal:
    return Journal(tmp_path / "answers", vault)


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "answers").iterdir())


def test_room_is_taken_before_anything_happens_and_only_we_may_read(journal: Journal, tmp_path: Path) -> None:
    with journal.place() as slot:
        [path] = files(tmp_path)
        assert path.name == f"{slot.name}{SUFFIX}"
        assert path.stat().st_size == ROOM
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_answer_is_kept_sealed(journal: Journal, tmp_path: Path) -> None:
    with journal.place() as slot:
        slot.keep(ANSWER)
        assert b"made-up" not in files(tmp_path)[0].read_bytes()
        assert slot.kept() == ANSWER


def test_a_place_whose_process_lives_is_nobody_elses(journal: Journal) -> None:
    with journal.place():
        assert list(journal.left()) == []


def test_what_was_left_is_found_once_it_is_let_go_of(journal: Journal, tmp_path: Path) -> None:
    with journal.place() as slot:
        slot.keep(ANSWER)
    [(name, kept)] = [(found.name, found.kept()) for found in journal.left()]
    assert (name, kept) == (slot.name, ANSWER)
    for found in journal.left():
        assert list(journal.left()) == []  # two processes do not look at the same one
        found.drop()
    assert files(tmp_path) == []


def test_an_empty_place_holds_no_answer(journal: Journal) -> None:
    with journal.place():
        pass
    assert [found.kept() for found in journal.left()] == [None]


@pytest.mark.parametrize("content", [b"half of it", b"\0\0gAAAA"])
def test_a_torn_answer_is_none(journal: Journal, tmp_path: Path, content: bytes) -> None:
    with journal.place():
        pass
    files(tmp_path)[0].write_bytes(content)
    assert [found.kept() for found in journal.left()] == [None]


def test_an_answer_sealed_with_another_key_is_none(journal: Journal, tmp_path: Path) -> None:
    with journal.place() as slot:
        slot.keep(ANSWER)
    other = Journal(tmp_path / "answers", Vault([Fernet.generate_key().decode()]))
    assert [found.kept() for found in other.left()] == [None]


def test_an_answer_longer_than_the_room_is_kept_whole(journal: Journal) -> None:
    long = ANSWER.model_copy(update={"body": "x" * 3 * ROOM})
    with journal.place() as slot:
        slot.keep(long)
        assert slot.kept() == long


def test_without_a_folder_no_place_is_given(tmp_path: Path, vault: Vault) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ZaloJournalUnwritable, match="Z106"), Journal(tmp_path / "file" / "answers", vault).place():
        pass


def test_a_place_that_was_never_finished_is_swept_after_an_hour(journal: Journal, tmp_path: Path) -> None:
    with journal.place():
        fresh, old = tmp_path / "answers" / "a.new", tmp_path / "answers" / "b.new"
        fresh.touch()
        old.touch()
        os.utime(old, (0, 0))
        assert list(journal.left()) == []
        assert fresh.exists() and not old.exists()


def test_it_knows_its_own_places(journal: Journal) -> None:
    with journal.place() as slot:
        assert journal.has(slot.name)
        slot.drop()
        assert not journal.has(slot.name)
    assert not journal.has("0" * 32)
