"""Files of other people's catalogues: recognised by what is in them, and no bytes that do more than fail clearly."""

from __future__ import annotations

import copy
import gzip
import io
import json
import sys
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import CatalogueFormat
from knowledge.imports import formats, spreadsheet
from knowledge.imports.formats import FORMATS, Read, Unusable, catalogue_files, read_file
from knowledge.record import Procedure
from tests.knowledge.imports import rows

JSON_FORMATS = tuple(form for form in rows.FORMATS if form != "spreadsheet")


def expected(form: str) -> Procedure:
    record: Procedure = FORMATS[form].read(rows.row(form), rows.DAY)
    return record


def read(path: Path, **options: Any) -> list[Read | Unusable]:
    return list(read_file(path, as_of=rows.DAY, **options))


def records(path: Path, **options: Any) -> list[Procedure]:
    return [item.record for item in read(path, **options) if isinstance(item, Read)]


def written(folder: Path, content: bytes, name: str = "rows.json") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def dumped(value: Any, **options: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, **options).encode()


def test_every_format_has_a_name_of_its_own_and_a_row_in_these_tests() -> None:
    assert set(FORMATS) == set(rows.FORMATS)
    assert {name: module.NAME for name, module in FORMATS.items()} == {name: name for name in FORMATS}


@pytest.mark.parametrize("form", rows.FORMATS)
def test_a_row_is_of_one_format_only(form: str) -> None:
    assert [name for name, module in FORMATS.items() if module.recognises(rows.row(form))] == [form]


@pytest.mark.parametrize(
    ("keys", "form"),
    [
        (("executionMethods",), "portal"),
        (("executionSteps",), "portal"),
        (("formalityType",), "portal"),
        (("MATTHC",), "exchange"),
        (("TENTTHC",), "exchange"),
        (("ma", "cach_thuc", "thanh_phan_ho_so"), "dvcqg"),
        (("tên_thủ_tục",), "bqp"),
        (("ma_goc",), "danang"),
        (("Mã thủ tục", "Thành phần hồ sơ"), "danang"),
        (("Mã thủ tục", "Tên thủ tục"), "spreadsheet"),
        (("ma", "cach_thuc"), None),
        (("ma", "thanh_phan_ho_so"), None),
        (("cach_thuc", "thanh_phan_ho_so"), None),
        (("Mã thủ tục",), None),
        (("ma", "ten", "code", "name"), None),
    ],
)
def test_by_which_keys_a_format_is_known(keys: tuple[str, ...], form: str | None) -> None:
    found = [name for name, module in FORMATS.items() if module.recognises(dict.fromkeys(keys, ""))]
    assert found == ([form] if form else [])


@pytest.mark.parametrize("form", rows.FORMATS)
@pytest.mark.parametrize("name", ["rows.jsonl", "rows.gz", "rows"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_what_a_file_is_does_not_depend_on_its_name(
    tmp_path: Path, form: str, name: str, pack: Callable[[bytes], bytes]
) -> None:
    path = rows.file(tmp_path, rows.row(form), name=name, pack=pack)
    assert read(path) == [Read(expected(form), form, f"{path}, line 1")]


@pytest.mark.parametrize("form", JSON_FORMATS)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_array_lines_and_one_object_over_several_lines(
    tmp_path: Path, form: str, mark: bytes, pack: Callable[[bytes], bytes]
) -> None:
    row = rows.row(form)
    for content, places in (
        (dumped([row, row]), ["entry 1", "entry 2"]),
        (dumped([row], indent=2), ["entry 1"]),
        (rows.lines(row, "", row), ["line 1", "line 3"]),
        (rows.lines(row).replace(b"\n", b"\r\n") * 2, ["line 1", "line 2"]),
        (dumped(row), ["line 1"]),
        (dumped(row, indent=2), ["the whole file"]),
        (b"\n\n" + dumped(row, indent=2) + b"\n", ["the whole file"]),
    ):
        path = written(tmp_path, pack(mark + content))
        assert read(path) == [Read(expected(form), form, f"{path}, {place}") for place in places]


@pytest.mark.parametrize("indent", [None, 1])
def test_a_whole_answer_of_the_portal_is_its_record(tmp_path: Path, indent: int | None) -> None:
    answer = {"code": "OK", "data": rows.row("portal"), "message": None}
    assert records(written(tmp_path, dumped(answer, indent=indent))) == [expected("portal")]
    assert records(written(tmp_path, dumped([answer, answer]))) == [expected("portal")] * 2


def test_formats_may_be_mixed_in_one_file(tmp_path: Path) -> None:
    path = rows.file(tmp_path, *(rows.row(form) for form in rows.FORMATS))
    assert [item.format for item in read(path) if isinstance(item, Read)] == list(rows.FORMATS)


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_spreadsheets_are_recognised_by_their_content_too(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    spreadsheet.write_template(tmp_path / name)
    (found,) = read(written(tmp_path, pack((tmp_path / name).read_bytes()), "b.json"))
    assert isinstance(found, Read)
    assert (found.format, found.record.code) == ("spreadsheet", "1.004194")
    assert found.place.endswith("b.json, row 2")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    for pack in (bytes, gzip.compress):
        stream = io.TextIOWrapper(io.BytesIO(pack(rows.lines(rows.row("bqp")))))
        monkeypatch.setattr(sys, "stdin", stream)
        assert read(Path("-")) == [Read(expected("bqp"), "bqp", "-, line 1")]


def test_a_folder_gives_its_files_by_name_and_a_file_itself(tmp_path: Path) -> None:
    names = ["a.JSONL", "b.json.gz", "c/d.csv", "c/e.xlsx", "f.ndjson"]
    for name in (*names, "g.txt", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [str(path.relative_to(tmp_path)) for path in catalogue_files(tmp_path)] == names
    assert catalogue_files(tmp_path / "g.txt") == [tmp_path / "g.txt"]
    with pytest.raises(CatalogueFormat, match="no file in this folder"):
        (tmp_path / "empty").mkdir()
        catalogue_files(tmp_path / "empty")


@pytest.mark.parametrize("form", rows.FORMATS)
def test_unknown_keys_do_not_matter(tmp_path: Path, form: str) -> None:
    path = rows.file(tmp_path, rows.row(form, khoa_la={"sâu": [1, None]}, **{"": 3}))
    assert records(path) == [expected(form)]


@pytest.mark.parametrize(
    ("form", "key"),
    [
        ("portal", "name"),
        ("portal", "executionSteps"),
        ("exchange", "TENTTHC"),
        ("dvcqg", "ten"),
        ("bqp", "ma"),
        ("danang", "Mã thủ tục"),
    ],
)
def test_a_missing_key_is_named_and_the_other_rows_are_read(tmp_path: Path, form: str, key: str) -> None:
    broken = rows.without(rows.row(form, **({"ma_goc": ""} if form == "danang" else {})), key)
    path = rows.file(tmp_path, broken, rows.row(form))
    assert read(path) == [
        Unusable(f"{path}, line 1", f"the key '{key}' is missing."),
        Read(expected(form), form, f"{path}, line 2"),
    ]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "no JSON object."),
        ("nonsense", "no JSON object."),
        ("[1]", "no JSON object."),
        ("null", "no JSON object."),
        pytest.param("[" * 100_000, "no JSON object.", id="deep lists"),
        pytest.param('{"a":' * 100_000, "no JSON object.", id="deep objects"),
        pytest.param("1" * 5000, "no JSON object.", id="a long number"),
        ({}, "no known format (keys: none)."),
        ({"a": 1, "b": 2}, "no known format (keys: a, b)."),
        ({"code": "OK", "data": {"items": []}}, "no known format (keys: items)."),
        (rows.row("bqp", ma="BỒ CÂU"), "ValueError: 'BỒ CÂU' is no procedure code."),
        (rows.row("dvcqg", url="ftp://example.org"), "page: "),
        (rows.row("dvcqg", cach_thuc="x"), "TypeError: "),
        (rows.row("portal", name=["x"]), "AttributeError: "),
    ],
)
def test_a_bad_row_among_good_ones_is_reported_and_passed_over(tmp_path: Path, bad: Any, reason: str) -> None:
    good = rows.row("bqp")
    begins = isinstance(bad, dict) or bad.startswith("{")  # what begins otherwise is no such file
    for content in ((good, bad, good), (bad, good, good))[: 1 + begins]:
        items = read(rows.file(tmp_path, *content))
        assert [type(item) for item in items] == [Unusable if item is bad else Read for item in content]
        (problem,) = [item for item in items if isinstance(item, Unusable)]
        assert problem.reason.startswith(reason)
        assert problem.place.endswith(f", line {content.index(bad) + 1}")


def test_an_entry_of_an_array_that_is_no_object_is_passed_over(tmp_path: Path) -> None:
    items = read(written(tmp_path, dumped([1, rows.row("bqp"), [[]], "x", None])))
    assert [type(item) for item in items] == [Unusable, Read, Unusable, Unusable, Unusable]


@pytest.mark.parametrize("form", rows.FORMATS)
def test_letters_and_accents_that_stand_apart_are_put_together(tmp_path: Path, form: str) -> None:
    apart = unicodedata.normalize("NFD", rows.lines(rows.row(form)).decode())
    assert apart != unicodedata.normalize("NFC", apart)
    assert records(written(tmp_path, apart.encode())) == [expected(form)]


def test_values_too_deep_within_one_another_make_a_row_unusable(tmp_path: Path) -> None:
    deep = json.dumps(rows.row("bqp"))[:-1] + ', "x": ' + '{"a": ' * 900 + "1" + "}" * 901
    items = read(rows.file(tmp_path, rows.row("bqp"), deep))
    assert [type(item) for item in items] == [Read, Unusable]


def test_what_is_said_of_a_bad_row_can_be_printed(tmp_path: Path) -> None:
    torn = '{"\\ud800": 1}', '{"ma": "\\ud800", "tên_thủ_tục": ""}', '{"ma": "9.200001", "tên_thủ_tục": "\\udfff"}'
    items = read(rows.file(tmp_path, *torn, rows.row("bqp")))
    reasons = [item.reason for item in items if isinstance(item, Unusable)]
    assert len(reasons) == 3
    assert all(reason.encode() for reason in reasons)
    assert "\\ud800" in reasons[0]


def test_a_format_can_be_forced(tmp_path: Path) -> None:
    path = rows.file(tmp_path, rows.row("bqp"))
    assert records(path, form="bqp") == [expected("bqp")]
    for form in FORMATS.keys() - {"bqp"}:
        with pytest.raises(CatalogueFormat, match="line 1: "):
            read(path, form=form)
    # Forced, a row need not look like its format.
    short = rows.file(tmp_path, {"ma": "9.200002", "tên_thủ_tục": "Nuôi bồ câu"})
    assert [record.code for record in records(short, form="bqp")] == ["9.200002"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "begins with b''"),
        (b" \n\n ", "neither JSON nor a spreadsheet"),
        (b"<html>", "begins with b'<html>': neither JSON nor a spreadsheet"),
        (b"\xff\xfe{\x00", "neither JSON nor a spreadsheet"),
        (b"[]", "no record in it"),
        (b"{}", "line 1: no known format (keys: none)."),
        (b'[{"a": 1}', "IncompleteJSONError"),
        (b"[1, 2]", "entry 1: no JSON object."),
        pytest.param(b"[" * 100_000, "more than 100 values within one another", id="deep lists"),
        pytest.param(b'[{"a":' * 100_000, "more than 100 values within one another", id="deep objects"),
        (b"{\n1\n}", "line 1: no JSON object."),
        (b"PK\x03\x04", "no workbook"),
        (b"\x1f\x8b", "cannot be read"),
        pytest.param(gzip.compress(b"{}" * 1000)[:-9], "cannot be read", id="torn gzip"),
        pytest.param(gzip.compress(gzip.compress(b"{}")), "neither JSON nor a spreadsheet", id="gzip of gzip"),
    ],
)
def test_a_file_without_a_usable_row_is_refused_with_place_and_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(CatalogueFormat) as caught:
        read(path)
    assert str(caught.value).startswith(f"[K402] {path}")
    assert reason in str(caught.value)
    assert "docs/imports.md" in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.jsonl"):
        with pytest.raises(CatalogueFormat, match="cannot be read"):
            read(path)


def test_the_rows_before_the_end_of_a_torn_file_are_read(tmp_path: Path) -> None:
    found = read_file(written(tmp_path, dumped([rows.row("bqp")])[:-1] + b', {"a'))
    assert isinstance(next(found), Read)
    with pytest.raises(CatalogueFormat, match="IncompleteJSONError"):
        next(found)


def test_progress_is_the_place_in_the_file_as_it_lies_on_disk(tmp_path: Path) -> None:
    path = rows.file(tmp_path, *[rows.row("bqp")] * 300, pack=gzip.compress)
    seen: list[int] = []
    assert len(list(read_file(path, at=seen.append))) == len(seen) == 300
    assert seen == sorted(seen)
    assert 0 < seen[-1] <= path.stat().st_size


# Too much of everything.

MEGABYTES = 50 * 2**20


def endless(begin: bytes, part: bytes) -> bytes:
    """Fifty megabytes that gzip makes small."""
    return gzip.compress(begin + part * (MEGABYTES // len(part)), compresslevel=1)


@pytest.mark.parametrize(
    ("begin", "part"),
    [
        (b'{"a": "', b"0"),
        (b"{\n", b"0"),
        (b"{\n", b"\n"),
        (b'["', b"0"),
        (b"[", b" "),
        (b"[{", b'"a": 1,'),
        (b"PK\x03\x04", b"\0"),
        ("Mã thủ tục,".encode(), b"0"),
        ("Mã thủ tục\n".encode(), b"0"),
        ("Mã thủ tục\n".encode(), b'"a\n",'),
        ("Mã thủ tục\n".encode(), b"\n"),
    ],
)
def test_a_bomb_is_refused_without_unpacking_it_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begin: bytes, part: bytes
) -> None:
    path = written(tmp_path, endless(begin, part))
    assert path.stat().st_size < 2**20
    monkeypatch.setattr(formats, "LONGEST_LINE", 2**18)
    tracemalloc.start()
    try:
        with pytest.raises(CatalogueFormat, match=r"no end of a record within 0\.25 MB|no workbook|field larger than"):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


def test_a_long_file_of_short_records_is_no_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = rows.row("bqp", nhãn="x" * 10_000)
    monkeypatch.setattr(formats, "LONGEST_LINE", 200_000)
    for content in (rows.lines(*[row] * 100), dumped([row] * 100), b"{nonsense\n" + rows.lines(*[row] * 100)):
        path = written(tmp_path, content)
        assert path.stat().st_size > 5 * formats.LONGEST_LINE
        assert len(records(path)) == 100


def test_a_file_of_nothing_but_bad_rows_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MOST_UNUSABLE", 10)
    path = rows.file(tmp_path, rows.row("bqp"), *[{}] * 11)
    with pytest.raises(CatalogueFormat, match="more than 10 rows that cannot be used"):
        read(path)


# Any bytes at all.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for files that come and go."""
    return tmp_path_factory.mktemp("any")


def assert_read_or_refused(path: Path, *, tell: bool = False) -> None:
    """Reading gives records and reasons, or one clear error; nothing else comes out."""
    try:
        items = read(path)
    except CatalogueFormat as error:
        assert str(error).startswith("[K402]")
        return
    assert any(isinstance(item, Read) for item in items)
    for item in items:
        if isinstance(item, Unusable):
            assert item.reason.encode()
        elif tell:
            assert rows.told(item.record)


def seeds() -> Iterator[bytes]:
    """A small valid file of each kind."""
    every = [rows.row(form) for form in rows.FORMATS]
    yield rows.lines(*every)
    yield dumped(every)
    yield dumped({"code": "OK", "data": rows.row("portal")}, indent=1)
    yield gzip.compress(rows.lines(*every), mtime=0)


BEGINNINGS = (
    b"",
    b"{",
    b"[",
    b"[{",
    b"\xef\xbb\xbf[",
    b"PK\x03\x04",
    b"\x1f\x8b\x08\x00",
    "Mã thủ tục,Tên thủ tục\n".encode(),
)
SEEDS = tuple(seeds())


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=300))
@settings(max_examples=300)
def test_any_bytes_are_read_or_refused(folder: Path, begin: bytes, content: bytes) -> None:
    assert_read_or_refused(written(folder, begin + content))


@st.composite
def damage(draw: st.DrawFn, content: bytes) -> bytes:
    """The bytes with a few of them flipped, cut out, doubled or put in between."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(0, len(content) - 1)))
        end = start + draw(st.integers(0, 400))
        match draw(st.sampled_from(["flip", "cut", "double", "insert", "end"])):
            case "flip":
                byte = draw(st.integers(0, 255))
                content = content[:start] + bytes([byte]) + content[start + 1 :]
            case "cut":
                content = content[:start] + content[end:]
            case "double":
                content = content[:end] + content[start:]
            case "insert":
                content = content[:start] + draw(st.binary(max_size=20)) + content[start:]
            case _:
                content = content[:end]
    return content


@given(st.sampled_from(SEEDS).flatmap(damage))
@settings(max_examples=300)
def test_a_damaged_file_is_read_or_refused(folder: Path, content: bytes) -> None:
    assert_read_or_refused(written(folder, content))


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
@given(data=st.data())
@settings(max_examples=120)
def test_a_damaged_spreadsheet_is_read_or_refused(folder: Path, name: str, data: st.DataObject) -> None:
    if not (folder / name).exists():
        spreadsheet.write_template(folder / name)
    content = data.draw(damage((folder / name).read_bytes()))
    assert_read_or_refused(written(folder, content, "damaged"))


@given(data=st.data())
@settings(max_examples=60)
def test_a_workbook_with_a_damaged_part_is_read_or_refused(folder: Path, data: st.DataObject) -> None:
    if not (folder / "whole.xlsx").exists():
        spreadsheet.write_template(folder / "whole.xlsx")
    with zipfile.ZipFile(folder / "whole.xlsx") as old:
        parts = {name: old.read(name) for name in old.namelist()}
    damaged = data.draw(st.sampled_from([name for name in sorted(parts) if "/" in name and "theme" not in name]))
    parts[damaged] = data.draw(damage(parts[damaged]))
    with zipfile.ZipFile(folder / "damaged.xlsx", "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    assert_read_or_refused(folder / "damaged.xlsx")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["", "Miễn phí", "135 VNĐ", "9.100001", "\ud800", "0", "1100,000", "UBND huyện", "1/2025/NĐ-CP", "٣"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a tree with each of its keys or positions."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


@given(st.sampled_from(rows.FORMATS), st.data())
@settings(max_examples=300)
def test_wrong_types_anywhere_in_a_row_make_it_unusable_at_most(folder: Path, form: str, data: st.DataObject) -> None:
    row = rows.row(form)
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(list(places(row))))
        action = data.draw(st.sampled_from(["replace", "drop", "double"]))
        if action == "drop":
            del container[key]
        elif action == "double" and isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
        else:
            container[key] = data.draw(JSON)
    content = json.dumps(row).encode()
    assert_read_or_refused(written(folder, content + b"\n"), tell=True)
    assert_read_or_refused(written(folder, b"[" + content + b"]"))
