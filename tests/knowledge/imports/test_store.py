"""The imported records on disk: all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from knowledge.errors import ImportStoreBroken
from knowledge.imports.formats import FORMATS
from knowledge.imports.store import ImportStore, Kept
from tests.knowledge.imports import rows

FIRST, SECOND = rows.imported("9.700001"), rows.imported("9.700002", province="H41")


@pytest.fixture
def store(tmp_path: Path) -> ImportStore:
    """A store with two procedures."""
    made = ImportStore(tmp_path / "deep" / "down" / "imported.sqlite")
    made.add([Kept(SECOND, "exchange"), Kept(FIRST, "portal")], ["a.jsonl"], [])
    return made


def content(store: ImportStore) -> dict[str, list[Kept]]:
    return dict(store.by_code())


def test_a_new_store_is_empty(tmp_path: Path) -> None:
    store = ImportStore(tmp_path / "imported.sqlite")
    assert (store.exists, len(store), list(store.by_code()), store.forget()) == (False, 0, [], 0)
    assert not store.exists, "to look into it makes no file"


def test_records_come_back_as_they_were_in_the_order_of_their_codes(store: ImportStore) -> None:
    assert store.exists
    assert len(store) == 2
    assert list(store.by_code()) == [("9.700001", [Kept(FIRST, "portal")]), ("9.700002", [Kept(SECOND, "exchange")])]


@pytest.mark.parametrize("form", rows.FORMATS)
def test_a_record_of_every_format_comes_back_whole(tmp_path: Path, form: str) -> None:
    record = FORMATS[form].read(rows.row(form), rows.DAY)
    store = ImportStore(tmp_path / "imported.sqlite")
    assert store.add([Kept(record, form)], [], []) == 1
    assert content(store) == {record.code: [Kept(record, form)]}


def test_the_same_procedure_of_the_same_format_is_replaced(store: ImportStore) -> None:
    newer = rows.imported("9.700001", agency="Ban Thuyền")
    assert store.add([Kept(newer, "portal")], [], []) == 1
    assert content(store)["9.700001"] == [Kept(newer, "portal")]
    assert len(store) == 2


def test_another_format_and_another_province_stand_beside_it(store: ImportStore) -> None:
    variant = rows.imported("9.700001", province="H17")
    assert store.add([Kept(FIRST, "dvcqg"), Kept(variant, "portal")], [], []) == 2
    assert content(store)["9.700001"] == [Kept(FIRST, "dvcqg"), Kept(FIRST, "portal"), Kept(variant, "portal")]
    assert len(store) == 2, "procedures are counted, not records"


def test_after_an_error_in_the_middle_everything_is_as_it_was(store: ImportStore) -> None:
    def breaking_off() -> Iterator[Kept]:
        yield Kept(rows.imported("9.700001", agency="Ban Thuyền"), "portal")
        yield Kept(rows.imported("9.700003"), "portal")
        raise RuntimeError("the file is torn")

    before = content(store)
    with pytest.raises(RuntimeError, match="torn"):
        store.add(breaking_off(), ["b.jsonl"], [])
    assert content(store) == before
    assert store.add([Kept(rows.imported("9.700003"), "portal")], [], []) == 1


def test_an_import_can_be_read_while_another_is_under_way(store: ImportStore) -> None:
    before = content(store)

    def looking() -> Iterator[Kept]:
        yield Kept(rows.imported("9.700003"), "portal")
        assert content(store) == before

    store.add(looking(), [], [])
    assert len(store) == 3


def test_forgetting_counts_the_records_and_leaves_none(store: ImportStore) -> None:
    store.add([Kept(FIRST, "dvcqg")], [], [])
    assert store.forget() == 3
    assert (len(store), content(store), store.forget()) == (0, {}, 0)


def test_every_import_is_noted_with_its_files_and_what_was_not_usable(store: ImportStore, tmp_path: Path) -> None:
    unusable: list[int] = []

    def reading() -> Iterator[Kept]:
        yield Kept(FIRST, "portal")
        unusable.extend((7, 8))

    store.add(reading(), ["b.jsonl", "ç.csv"], unusable)
    with closing(sqlite3.connect(tmp_path / "deep" / "down" / "imported.sqlite")) as connection:
        runs = connection.execute("SELECT files, records, unusable FROM run ORDER BY rowid").fetchall()
    assert runs == [('["a.jsonl"]', 2, 0), ('["b.jsonl", "\\u00e7.csv"]', 1, 2)]


def test_a_file_that_is_no_store_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "imported.sqlite"
    path.write_bytes(b"this is no store at all" * 100)
    store = ImportStore(path)
    for action in (
        lambda: store.add([Kept(FIRST, "portal")], [], []),
        lambda: content(store),
        lambda: len(store),
        store.forget,
    ):
        with pytest.raises(ImportStoreBroken, match=r"\[K403\] .*imported\.sqlite: file is not a database"):
            action()
    assert path.read_bytes().startswith(b"this is no store"), "and it is left as it was"


def test_a_store_that_another_version_wrote_is_a_clear_error(store: ImportStore, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "deep" / "down" / "imported.sqlite")) as connection, connection:
        connection.execute("UPDATE record SET json = '{\"unknown\": 1}' WHERE code = '9.700002'")
    with pytest.raises(ImportStoreBroken, match="K403"):
        content(store)


def test_a_place_where_no_file_can_be_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.sqlite").mkdir()
    for path in (tmp_path / "file" / "imported.sqlite", tmp_path / "folder.sqlite"):
        with pytest.raises(ImportStoreBroken, match="K403"):
            ImportStore(path).add([Kept(FIRST, "portal")], [], [])
