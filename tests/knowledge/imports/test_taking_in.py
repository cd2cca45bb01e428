"""An import from beginning to end: every file, all or nothing."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from knowledge.errors import CatalogueFormat
from knowledge.imports import spreadsheet
from knowledge.imports.store import ImportStore, Kept
from knowledge.imports.taking_in import take_in
from knowledge.record import DoubtKind
from tests.knowledge.imports import rows


@pytest.fixture
def store(tmp_path: Path) -> ImportStore:
    """A store with one procedure."""
    made = ImportStore(tmp_path / "var" / "imported.sqlite")
    made.add([Kept(rows.imported(), "portal")], [], [])
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files in four formats and one that is none of its business."""
    made = tmp_path / "files"
    (made / "below").mkdir(parents=True)
    rows.file(made, rows.row("dvcqg"), rows.row("dvcqg", ma="DIEU"), rows.row("bqp"), name="a.jsonl")
    rows.file(made / "below", rows.row("portal"), name="b.json.gz", pack=gzip.compress)
    spreadsheet.write_template(made / "c.xlsx")
    (made / "readme.txt").write_text("nothing", encoding="utf-8")
    return made


def codes(store: ImportStore) -> list[str]:
    return [code for code, _ in store.by_code()]


def test_every_file_of_a_folder_is_taken_in(store: ImportStore, folder: Path) -> None:
    taken = take_in([folder], store, as_of=rows.DAY)
    assert taken.formats == {"dvcqg": 1, "bqp": 1, "portal": 1, "spreadsheet": 1}
    assert taken.records == 4
    assert [(item.place, item.reason) for item in taken.unusable] == [
        (f"{folder / 'a.jsonl'}, line 2", "ValueError: 'DIEU' is no procedure code.")
    ]
    assert codes(store) == ["1.004194", "9.100001", "9.200001", "9.400001", "9.700001"]
    kept = dict(store.by_code())["9.100001"]
    assert [(item.format, item.record.sources[0].as_of) for item in kept] == [("dvcqg", rows.DAY)]


def test_several_paths_and_standard_input(store: ImportStore, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(rows.lines(rows.row("exchange")))))
    taken = take_in([Path("-"), folder / "a.jsonl"], store)
    assert taken.formats == {"exchange": 1, "dvcqg": 1, "bqp": 1}
    assert "9.500001" in codes(store)


def test_one_bad_file_and_nothing_is_kept(store: ImportStore, folder: Path) -> None:
    (folder / "z.jsonl").write_bytes(b"no catalogue")
    before = dict(store.by_code())
    with pytest.raises(CatalogueFormat, match=r"z\.jsonl"):
        take_in([folder], store)
    assert dict(store.by_code()) == before


def test_a_folder_without_files_of_a_catalogue_is_refused(store: ImportStore, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a.txt").write_text("", encoding="utf-8")
    with pytest.raises(CatalogueFormat, match=r"empty: no file in this folder ends in \.json"):
        take_in([tmp_path / "empty"], store)
    assert codes(store) == ["9.700001"]


def test_a_format_can_be_forced(store: ImportStore, folder: Path) -> None:
    with pytest.raises(CatalogueFormat, match="the key 'MATTHC' is missing"):
        take_in([folder / "a.jsonl"], store, form="exchange")


def test_progress_goes_from_nothing_to_the_whole(store: ImportStore, folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    take_in([folder], store, progress=lambda done, whole: seen.append((done, whole)))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".txt")
    assert {whole for _, whole in seen} == {size}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (size, size)
    assert len(seen) > 3


def test_taking_in_the_same_again_changes_nothing(store: ImportStore, folder: Path) -> None:
    take_in([folder], store)
    before = dict(store.by_code())
    take_in([folder], store)
    assert dict(store.by_code()) == before


def test_doubts_are_counted_of_every_record_that_was_read(tmp_path: Path) -> None:
    """Those of other provinces too, which are no procedures here and stand in no report."""
    row = {
        "stt": 1,
        "Mã thủ tục": "9.000077.000.00.00.H17",
        "ten": "Cấp biển số nhà",
        "Lĩnh vực": "Nhà ở",
        "Cơ quan thực hiện": "UBND quận, huyện",
        "Thành phần hồ sơ": "• Đơn đề nghị (01 bản chính)",
    }
    path = tmp_path / "danang.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    taken = take_in([path], ImportStore(tmp_path / "imported.sqlite"))
    assert taken.doubtful[DoubtKind.STALE_DISTRICT] == 1
    assert taken.examples[DoubtKind.STALE_DISTRICT].startswith("9.000077 (agency): ")
