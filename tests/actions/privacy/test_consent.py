"""Who agreed to what is kept as evidence, for each purpose and for the words that were shown; silence is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet
from sqlalchemy import text

from actions.database.work import Database
from actions.privacy.consent import FILE, Consents
from actions.privacy.consent_tables import Said
from actions.privacy.errors import ConsentUnusable
from actions.privacy.settings import PrivacySettings
from storage.vault import Vault

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SETTINGS: dict[str, Any] = {"_env_file": None, "keep_answers_days": 30, "keep_files_days": 7, "keep_grants_days": 30}
WORDS = 90  # of a text at most


class Clock:
    """Stands still until the test sets it on."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def make(database: Database, clock: Clock) -> Callable[..., Consents]:
    """Consents over one database, as several processes have them."""
    vault = Vault([Fernet.generate_key().decode()])

    def made(path: Path = FILE, **settings: Any) -> Consents:
        return Consents(database, vault, PrivacySettings(**(SETTINGS | settings)), clock, path)

    return made


@pytest.fixture
def consents(make: Callable[..., Consents]) -> Consents:
    return make()


def changed_file(folder: Path, **change: Any) -> Path:
    """The shipped texts with a change of the first."""
    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    read["purposes"][0] |= change
    path = folder / "consent.yml"
    path.write_text(yaml.safe_dump(read, allow_unicode=True), encoding="utf-8")
    return path


def test_nothing_is_agreed_to_beforehand(consents: Consents) -> None:
    assert [consents.given("a", purpose) for purpose in consents.purposes] == [False] * 4
    assert consents.history("a") == []


def test_a_yes_counts_for_its_purpose_and_its_conversation_only(consents: Consents) -> None:
    consents.give("a", "status")
    assert consents.given("a", "status")
    assert not consents.given("a", "notices")
    assert not consents.given("b", "status")


def test_a_no_is_none_and_is_kept_too(consents: Consents) -> None:
    consents.refuse("a", "status")
    assert not consents.given("a", "status")
    assert [entry.said for entry in consents.history("a")] == [Said.NO]


def test_the_last_word_counts(consents: Consents) -> None:
    consents.refuse("a", "status")
    consents.give("a", "status")
    assert consents.given("a", "status")
    consents.refuse("a", "status")
    assert not consents.given("a", "status")


def test_one_is_withdrawn_or_all(consents: Consents) -> None:
    for purpose in ("status", "notices", "submission"):
        consents.give("a", purpose)
    assert consents.withdraw("a", "status") == 1
    assert (consents.given("a", "status"), consents.given("a", "notices")) == (False, True)
    assert consents.withdraw("a") == 2
    assert not any(consents.given("a", purpose) for purpose in consents.purposes)
    assert consents.withdraw("a") == 0
    consents.give("a", "status")
    assert consents.given("a", "status")


def test_the_evidence_says_what_when_and_over_which_channel(
    consents: Consents, clock: Clock, database: Database
) -> None:
    consents.give("a", "submission", "telegram")
    clock.now += timedelta(hours=3)
    consents.withdraw("a")
    entries = [(entry.purpose, entry.version, entry.said, entry.at) for entry in consents.history("a")]
    assert entries == [
        ("submission", 1, Said.YES, MONDAY),
        ("submission", 1, Said.WITHDRAWN, MONDAY + timedelta(hours=3)),
    ]
    rows = database.do(lambda session: session.execute(text("SELECT channel, text FROM consent ORDER BY id")).all())
    assert [row.channel for row in rows] == ["telegram", "chat"]
    assert {len(row.text) for row in rows} == {64}


def test_the_conversation_stands_nowhere_in_plain_text(consents: Consents, database: Database) -> None:
    consents.give("conversation-of-somebody", "status")
    rows = database.do(lambda session: session.execute(text("SELECT * FROM consent")).all())
    assert "somebody" not in repr(rows)


def test_other_words_are_not_agreed_to(make: Callable[..., Consents], tmp_path: Path) -> None:
    make().give("a", "status")
    assert not make(changed_file(tmp_path, text="Tôi lưu mọi thứ mãi mãi.", version=2)).given("a", "status")
    assert not make(changed_file(tmp_path, text="Tôi lưu mọi thứ mãi mãi.")).given("a", "status")
    assert make().given("a", "status")


def test_who_agreed_to_a_month_did_not_agree_to_a_year(make: Callable[..., Consents]) -> None:
    make().give("a", "status")
    assert not make(keep_grants_days=365).given("a", "status")


def test_a_consent_to_former_words_can_be_withdrawn(make: Callable[..., Consents], tmp_path: Path) -> None:
    make().give("a", "status")
    assert make(changed_file(tmp_path, text="Lời mới.", version=2)).withdraw("a") == 1
    assert not make().given("a", "status")


def test_erasing_takes_every_consent_back_and_keeps_the_evidence(consents: Consents) -> None:
    consents.give("a", "status")
    assert consents.erase("a") == 0
    assert not consents.given("a", "status")
    assert [entry.said for entry in consents.history("a")] == [Said.YES, Said.WITHDRAWN]


def test_evidence_is_deleted_when_it_has_come_of_age(make: Callable[..., Consents], clock: Clock) -> None:
    consents = make(keep_consent_days=10)
    consents.give("a", "status")
    clock.now += timedelta(days=9)
    consents.give("b", "status")
    assert consents.forget(clock.now) == 0
    clock.now += timedelta(days=2)
    assert consents.forget(clock.now) == 1
    assert (consents.history("a"), len(consents.history("b"))) == ([], 1)


def test_what_somebody_said_can_be_read(consents: Consents) -> None:
    consents.give("a", "status")
    assert consents.held("a") == ["Đồng ý tra hồ sơ, 09:00 23/11/2026"]


def test_answers_are_counted(consents: Consents) -> None:
    consents.give("a", "status")
    consents.give("b", "status")
    consents.refuse("c", "notices")
    assert consents.counts() == {("status", Said.YES): 2, ("notices", Said.NO): 1}


def test_the_days_of_the_settings_stand_in_the_texts(make: Callable[..., Consents]) -> None:
    consents = make(keep_answers_days=11, keep_files_days=12, keep_grants_days=13)
    assert "11 ngày" in consents.wanted("submission").text
    assert "12 ngày" in consents.wanted("submission").text
    assert "13 ngày" in consents.wanted("status").text
    assert not any("{" in consents.wanted(purpose).text for purpose in consents.purposes)


def test_there_are_texts_for_what_we_do_short_enough_to_be_read(consents: Consents) -> None:
    assert set(consents.purposes) == {"status", "notices", "submission", "remember"}
    for purpose in consents.purposes:
        wanted = consents.wanted(purpose)
        assert len(wanted.text.split()) <= WORDS, purpose
        assert wanted.yes != wanted.no
        assert wanted.question.endswith("?")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"text": "Lưu {weeks} tuần."}, "weeks"),
        ({"text": ""}, "text"),
        ({"version": 0}, "version"),
        ({"ticked": True}, "ticked"),
        ({"id": "notices"}, "twice"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(
    make: Callable[..., Consents], tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    with pytest.raises(ConsentUnusable, match=f"P201.*{why}"):
        make(changed_file(tmp_path, **change)).given("a", "status")


def test_a_file_that_is_missing_says_so(make: Callable[..., Consents], tmp_path: Path) -> None:
    with pytest.raises(ConsentUnusable, match="P201"):
        make(tmp_path / "none.yml").given("a", "status")
