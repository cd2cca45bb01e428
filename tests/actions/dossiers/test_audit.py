"""The audit trail tells what happened, to whom by name only, and forgets in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from actions.database.work import Database
from actions.dossiers.access_tables import Outcome
from actions.dossiers.audit import Audit, names_of
from storage.vault import Vault
from tests.actions.dossiers.doors import KEY, NOW, Clock

CODE = "000.00.00.H41-261120-0007"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def audit(tmp_path: Path, clock: Clock) -> Iterator[Audit]:
    database = Database(f"sqlite:///{tmp_path / 'audit.sqlite'}")
    yield Audit(database, Vault([KEY]), clock)
    database.close()


def test_the_last_lines_come_first(audit: Audit, clock: Clock) -> None:
    audit.note(Outcome.REFUSED, conversation="c", address="a", code=CODE)
    clock.set_on(timedelta(minutes=1))
    audit.note(Outcome.NOTICE, conversation="c")
    last, first = audit.entries()
    assert (last.outcome, last.at, last.address, last.dossier) == (Outcome.NOTICE, clock(), "", "")
    assert (first.outcome, first.at) == (Outcome.REFUSED, NOW)
    assert first.conversation == last.conversation == names_of(Vault([KEY]), conversation="c").conversation
    assert audit.entries(1) == [last]


def test_no_line_holds_a_code_a_conversation_or_an_address(audit: Audit, tmp_path: Path) -> None:
    audit.note(Outcome.OPENED, conversation="conversation-1", address="address-1", code=CODE)
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"opened" in written
    for plain in ("conversation-1", "address-1", CODE):
        assert plain.encode() not in written


def test_lines_of_one_dossier_or_conversation_or_outcome(audit: Audit) -> None:
    audit.note(Outcome.OPENED, conversation="c", code=CODE)
    audit.note(Outcome.REFUSED, conversation="d", code=CODE)
    audit.note(Outcome.DRAFT, conversation="c")
    assert [entry.outcome for entry in audit.entries(code=CODE)] == [Outcome.REFUSED, Outcome.OPENED]
    assert [entry.outcome for entry in audit.entries(conversation="c")] == [Outcome.DRAFT, Outcome.OPENED]
    assert [entry.outcome for entry in audit.entries(outcomes=(Outcome.DRAFT, Outcome.ERASED))] == [Outcome.DRAFT]


def test_counts_of_the_last_days(audit: Audit, clock: Clock) -> None:
    audit.note(Outcome.OPENED)
    clock.set_on(timedelta(days=2))
    audit.note(Outcome.OPENED)
    audit.note(Outcome.LOCKED)
    assert audit.counts() == {Outcome.OPENED: 1, Outcome.LOCKED: 1}
    assert audit.counts(3)[Outcome.OPENED] == 2


def test_the_addresses_with_the_most_failures(audit: Audit) -> None:
    for number in range(4):
        audit.note(Outcome.REFUSED, address="bad", code=f"{CODE}{number // 2}")
    audit.note(Outcome.LOCKED, address="other", code=CODE)
    audit.note(Outcome.OPENED, address="good", code=CODE)
    audit.note(Outcome.REFUSED, code=CODE)
    worst, other = audit.suspects()
    assert worst.address == names_of(Vault([KEY]), address="bad").address
    assert (worst.failures, worst.dossiers, worst.last) == (4, 2, NOW)
    assert other.failures == 1


def test_old_lines_are_forgotten(audit: Audit, clock: Clock) -> None:
    audit.note(Outcome.OPENED)
    clock.set_on(timedelta(days=10))
    audit.note(Outcome.REFUSED)
    assert audit.forget(days=10) == 0
    assert audit.forget(days=9) == 1
    assert [entry.outcome for entry in audit.entries()] == [Outcome.REFUSED]
