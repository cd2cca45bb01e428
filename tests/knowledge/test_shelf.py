"""The records of a snapshot in their file."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from knowledge import shelf as shelf_module
from knowledge.imports.merge import Merged
from knowledge.shelf import Shelf, write_shelf
from tests.knowledge import tiny

CODES = [tiny.CARD_PROVINCE, tiny.CARD_COMMUNE, tiny.BEES, *tiny.RECORDS]


def shelved(folder: Path, *merged: Merged, name: str = "records.sqlite") -> Shelf:
    write_shelf(folder / name, merged)
    return Shelf(folder / name)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return shelved(tmp_path, *tiny.merged())


def test_it_is_a_mapping_of_the_records_in_their_order(shelf: Shelf) -> None:
    assert isinstance(shelf, Mapping)
    assert list(shelf) == list(shelf.keys()) == CODES
    assert len(shelf) == len(CODES)
    assert dict(shelf) == {item.record.code: item.record for item in tiny.merged()}
    assert shelf == dict(shelf)


def test_a_record_is_whole(shelf: Shelf) -> None:
    assert shelf[tiny.BIRTH] == tiny.procedure()
    assert shelf.get(tiny.LICENCE) == tiny.procedure(tiny.LICENCE)


@pytest.mark.parametrize("code", ["9.999999", "", "9.0000%", "outside", f"{tiny.BIRTH}.H41"])
def test_a_code_that_is_not_there(shelf: Shelf, code: str) -> None:
    assert code not in shelf
    assert shelf.get(code) is None
    with pytest.raises(KeyError) as caught:
        shelf[code]
    assert caught.value.args == (code,)


def test_what_is_no_code_is_not_there(shelf: Shelf) -> None:
    assert tiny.BIRTH in shelf
    for other in (None, 9, ("9.000001",)):
        assert not shelf.__contains__(other)


def test_a_record_that_was_asked_for_stays_the_same_object(shelf: Shelf) -> None:
    """What a reply was checked against is remembered by the record itself."""
    assert shelf[tiny.BIRTH] is shelf[tiny.BIRTH]


def test_not_every_record_stays_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "KEPT", 1)
    shelf = shelved(tmp_path, *tiny.merged())
    first = shelf[tiny.BIRTH]
    assert shelf[tiny.STAY].code == tiny.STAY
    assert shelf[tiny.BIRTH] is not first
    assert shelf[tiny.BIRTH] == first


def test_variants_of_other_provinces_stand_beside_it(tmp_path: Path) -> None:
    variants = tuple(tiny.imported(tiny.BIRTH, f"Khai sinh {name}", province=name) for name in ("H49", "H17"))
    shelf = shelved(tmp_path, Merged(tiny.procedure(), variants), Merged(tiny.procedure(tiny.STAY)))
    assert shelf.variants(tiny.BIRTH) == [variants[1], variants[0]]
    assert shelf.variants(tiny.STAY) == shelf.variants("9.999999") == []
    assert list(shelf) == [tiny.BIRTH, tiny.STAY]


def test_of_two_variants_of_one_province_the_later_is_kept(tmp_path: Path) -> None:
    """An import may hold a province's record in two formats."""
    one, two = (tiny.imported(tiny.BIRTH, name, province="H17") for name in ("Một", "Hai"))
    assert shelved(tmp_path, Merged(tiny.procedure(), (one, two))).variants(tiny.BIRTH) == [two]


def test_the_digest_changes_with_anything_in_a_record(tmp_path: Path) -> None:
    variant = tiny.imported(tiny.BIRTH, "Khai sinh Đà Nẵng", province="H17")
    shelves: list[list[Merged]] = [
        [Merged(tiny.procedure())],
        [Merged(tiny.procedure(notes=["Đi sớm."]))],
        [Merged(tiny.procedure(checked=False))],
        [Merged(tiny.procedure()), Merged(tiny.procedure(tiny.STAY))],
        [Merged(tiny.procedure(), (variant,))],
        [Merged(tiny.procedure(), (variant.model_copy(update={"name": "Khác"}),))],
        [Merged(tiny.procedure(doubts=[{"kind": "sentence_broken", "field": "steps", "raw": "nộp tại Trung"}]))],
        [],
    ]
    digests = [shelved(tmp_path, *rows, name=f"{place}.sqlite").digest() for place, rows in enumerate(shelves)]
    assert len(set(digests)) == len(shelves)
    assert all(len(digest) == 64 for digest in digests)


def test_the_digest_does_not_change_with_the_order(tmp_path: Path) -> None:
    rows = tiny.merged()
    one, two = (shelved(tmp_path, *order, name=name) for name, order in (("a", rows), ("b", rows[::-1])))
    assert one.digest() == two.digest()
    assert list(one) == list(two)[::-1]


def test_two_records_of_one_code_are_refused(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        write_shelf(tmp_path / "records.sqlite", [Merged(tiny.procedure()), Merged(tiny.procedure())])


def test_records_may_come_one_at_a_time(tmp_path: Path) -> None:
    write_shelf(tmp_path / "records.sqlite", (item for item in tiny.merged()))
    assert list(Shelf(tmp_path / "records.sqlite")) == CODES


def test_nothing_is_written_by_reading(shelf: Shelf, tmp_path: Path) -> None:
    before = (tmp_path / "records.sqlite").read_bytes()
    assert [shelf[code].code for code in shelf] == CODES
    assert (tmp_path / "records.sqlite").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["records.sqlite"]


def test_several_threads_read_at_once(shelf: Shelf) -> None:
    found: list[list[str]] = []

    def read() -> None:
        found.append([shelf[code].code for code in CODES * 20])
        shelf.digest()

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert found == [CODES * 20] * 4
