"""The commands of `python -m knowledge`, as a person meets them."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import shutil
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook
from rich.console import Console

from knowledge import __main__ as commands
from knowledge.decide import load_tuning
from knowledge.encoder import Encoder, fingerprint
from knowledge.imports.store import ImportStore, Kept
from knowledge.settings import settings
from knowledge.snapshot import current_name, current_records, names, read_manifest, switch
from tests.knowledge import tiny

Run = Callable[..., int]


@pytest.fixture(autouse=True)
def here(
    tmp_path: Path, own_data: Path, own_snapshots: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The commands work on the tiny catalogue; nothing was imported, and nothing is shared with other machines."""
    for name, value in {
        "data": own_data,
        "snapshots": own_snapshots,
        "encoder": encoder_folder,
        "snapshots_kept": 2,
        "imported": tmp_path / "imported.sqlite",
        "reports": tmp_path / "reports",
        "sync_folder": tmp_path / "sync",
        "snapshot_store": "",
        "province": "H41",
    }.items():
        monkeypatch.setenv(f"MOTCUA_{name.upper()}", str(value))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)  # some commands write below the folder in which they are run
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command and returns its exit status."""

    def run(*arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["knowledge", *arguments])
        monkeypatch.setattr(commands, "screen", Console(width=160))  # so that no table is wrapped
        with pytest.raises(SystemExit) as ended:
            commands.main()
        return int(ended.value.code or 0)

    return run


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Enough cases of each behaviour that both halves of them can be fitted on."""
    ids = itertools.count()

    def half_of(number: int) -> str:
        """The next id that falls into the half to fit on, for an even number, or else into the other."""
        found = (f"case-{count}" for count in ids)
        return next(name for name in found if zlib.crc32(name.encode()) % 2 == number % 2)

    rows: list[dict[str, Any]] = [
        {"id": half_of(number), "turns": [texts[0]], "codes": [code], "tags": ["plain"]}
        for number, (code, texts) in enumerate(tiny.PHRASINGS.items())
    ]
    handled = [text for other in tiny.ELSEWHERE["procedures"] for text in other["phrasings"]]
    rows += [
        {"id": half_of(number), "turns": [text], "behaviour": behaviour, "tags": ["other"]}
        for behaviour, texts in (
            ("clarify", tiny.TOPIC["phrasings"]),
            ("not_in_catalogue", handled),
            ("out_of_scope", tiny.OUTSIDE["sentences"]),
        )
        for number, text in enumerate(texts)
    ]
    return write_questions(tmp_path / "set.jsonl", rows)


def write_questions(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def crawled(code: str, name: str, **cells: Any) -> dict[str, Any]:
    """A row as in the crawl of the national portal, with nothing in it but what is given."""
    row = {
        "ma": code,
        "ten": name,
        "linh_vuc": "Việc khác",
        "cap": ["Cấp xã"],
        "so_quyet_dinh": "5/QĐ-THU",
        "url": "https://example.org/crawl",
        "cach_thuc": [],
        "thanh_phan_ho_so": [],
    }
    return row | cells


def write_crawl(path: Path, *rows: Any) -> Path:
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def imported() -> ImportStore:
    return ImportStore(settings().imported)


def read_json(text: str) -> Any:
    """JSON as every reader knows it: NaN is none."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    return json.loads(text, parse_constant=refuse)


def test_build_makes_a_snapshot_and_switches(run: Run, own_snapshots: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = current_name(own_snapshots)
    assert run("build") == 0
    new = current_name(own_snapshots)
    assert names(own_snapshots) == [old, new]
    assert f"Snapshot {new}: 4 procedures, 1 topics, " in capsys.readouterr().out


def test_build_takes_in_what_was_imported(
    run: Run, own_snapshots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Our own record stays, a new one is added, another province's procedure is none here."""
    bees = tiny.imported(tiny.BEES, "Cấp phép nuôi ong lấy mật")
    imported().add(
        [
            Kept(bees, "portal"),
            Kept(tiny.imported(tiny.BIRTH, "Khai sinh khác", notes=["Đi sớm."]), "portal"),
            Kept(tiny.imported("9.000031", "Chỉ ở Đà Nẵng", province="H17"), "danang"),
        ],
        ["a.jsonl"],
        [],
    )
    assert run("build") == 0
    assert ": 5 procedures, 1 topics, " in capsys.readouterr().out
    records = current_records(own_snapshots)
    assert list(records) == [tiny.BEES, *tiny.RECORDS]
    assert records[tiny.BEES] == bees
    assert records[tiny.BIRTH].name == "Đăng ký khai sinh cho trẻ em"


def test_build_publishes_where_machines_share_snapshots(
    run: Run, own_snapshots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = tmp_path / "shared"
    monkeypatch.setenv("MOTCUA_SNAPSHOT_STORE", shared.as_uri())
    settings.cache_clear()
    assert run("build") == 0
    new = current_name(own_snapshots)
    assert (shared / "current").read_text().strip() == new
    assert read_manifest(shared / new) == read_manifest(own_snapshots / new)
    assert f"published to {shared.as_uri()}" in capsys.readouterr().out


def test_build_with_a_broken_store_changes_nothing(
    run: Run, own_snapshots: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = current_name(own_snapshots)
    settings().imported.write_bytes(b"no database at all " * 100)
    assert run("build") == 1
    assert "[K403]" in capsys.readouterr().err
    assert names(own_snapshots) == [old] == [current_name(own_snapshots)]


def test_build_keeps_as_many_as_are_set(run: Run, own_snapshots: Path) -> None:
    old = current_name(own_snapshots)
    assert run("build") == run("build") == 0
    assert len(names(own_snapshots)) == 2
    assert old not in names(own_snapshots)


def test_build_with_a_broken_record_changes_nothing(
    run: Run, own_data: Path, own_snapshots: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = current_name(own_snapshots)
    path = tiny.write(own_data / "catalogue" / f"{tiny.BIRTH}.yml", tiny.record(colour="blue"))
    other = own_data / "outside" / "khac.yml"
    other.write_text("subject: [", encoding="utf-8")
    assert run("build") == 1
    said = capsys.readouterr().err
    assert f"{path}, colour: Extra inputs are not permitted." in said
    assert str(other) in said
    assert "the snapshot in use stays" in said
    assert current_name(own_snapshots) == old
    assert names(own_snapshots) == [old]


def test_build_may_leave_out_what_is_wrong(run: Run, own_data: Path, own_snapshots: Path) -> None:
    tiny.write(own_data / "catalogue" / f"{tiny.LICENCE}.yml", tiny.record(tiny.LICENCE, colour="blue"))
    assert run("build", "--keep-going") == 0
    manifest = read_manifest(own_snapshots / current_name(own_snapshots))
    assert manifest.procedures == 3
    assert len(manifest.problems) == 1
    assert f"{tiny.LICENCE}.yml, colour" in manifest.problems[0]


def test_build_without_an_encoder_says_what_to_do(
    run: Run, own_snapshots: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    old = current_name(own_snapshots)
    monkeypatch.setenv("MOTCUA_ENCODER", str(tmp_path / "nowhere"))
    settings.cache_clear()
    assert run("build") == 1
    said = capsys.readouterr().err
    assert "[K301]" in said
    assert "python -m knowledge train-encoder" in said
    assert "Traceback" not in said
    assert names(own_snapshots) == [old]


def test_search_shows_what_is_found(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("search", "đổi bằng lái xe máy") == 0
    said = capsys.readouterr().out
    assert "Đổi giấy phép lái xe" in said
    assert f"answer {tiny.LICENCE} (confidence" in said


def test_search_as_json(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("search", "hộ khẩu", "--json", "--limit", "2") == 0
    out = capsys.readouterr().out
    found = read_json(out[out.index("{\n") :])
    assert found["decision"]["outcome"] == "clarify"
    assert found["hits"][0]["target"] == "topic:ho-khau"
    assert len(found["hits"]) == 2
    assert set(found["hits"][0]) == {"target", "kind", "score", "parts", "twins"}


def test_search_shows_the_parts_of_a_score(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("search", "đổi bằng lái xe máy", "--limit", "1") == 0
    said = capsys.readouterr().out
    for part in ("target", "words", "title", "letters", "body", "accents", "meaning"):
        assert part in said
    assert tiny.BIRTH not in said


def test_search_follows_the_tuning(run: Run, own_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tuning = load_tuning(own_data).model_dump(mode="json")
    tiny.write(own_data / "tuning.yml", {**tuning, "ranking": dict.fromkeys(tuning["ranking"], 0.0)})
    assert run("search", "đổi bằng lái xe máy", "--json") == 0
    out = capsys.readouterr().out
    assert {hit["score"] for hit in read_json(out[out.index("{\n") :])["hits"]} == {0.0}


def test_search_without_a_snapshot_says_what_to_do(
    run: Run, own_snapshots: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(own_snapshots)
    assert run("search", "khai sinh") == 1
    assert "[K201]" in capsys.readouterr().err


@pytest.mark.parametrize("code", [tiny.BIRTH, f"{tiny.BIRTH}.000.00.00.H41", f"{tiny.BIRTH}.H41"])
def test_show_takes_a_code_in_any_form(run: Run, capsys: pytest.CaptureFixture[str], code: str) -> None:
    assert run("show", code) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Đăng ký khai sinh (mã {tiny.BIRTH})")
    assert "Nguồn: Quyết định 12/QĐ-THU" in said


def test_show_as_json(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", tiny.BIRTH, "--json") == 0
    assert read_json(capsys.readouterr().out) == tiny.procedure().model_dump(mode="json")


@pytest.mark.parametrize("code", ["9.999999", "khai sinh", "../../etc"])
def test_show_says_that_there_is_no_record(run: Run, capsys: pytest.CaptureFixture[str], code: str) -> None:
    assert run("show", code) == 1
    assert f"{code}: there is no record of this code." in capsys.readouterr().err


def test_show_tells_the_snapshot_in_use(run: Run, own_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands in the files is no answer before it was built."""
    tiny.write(own_data / "catalogue" / f"{tiny.BIRTH}.yml", tiny.record(name="Khai sinh, tên mới"))
    assert run("show", tiny.BIRTH, "--json") == 0
    assert read_json(capsys.readouterr().out)["name"] == "Đăng ký khai sinh cho trẻ em"
    assert run("build") == 0
    capsys.readouterr()
    assert run("show", tiny.BIRTH, "--json") == 0
    assert read_json(capsys.readouterr().out)["name"] == "Khai sinh, tên mới"


def test_show_of_an_imported_record_carries_its_warning(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    imported().add([Kept(tiny.imported(tiny.BEES, "Cấp phép nuôi ong [mật]"), "portal")], [], [])
    assert run("build") == 0
    capsys.readouterr()
    assert run("show", tiny.BEES) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Cấp phép nuôi ong [mật] (mã {tiny.BEES})")
    assert "chưa có người đối chiếu" in said


def test_show_without_a_snapshot_says_what_to_do(
    run: Run, own_snapshots: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(own_snapshots)
    assert run("show", tiny.BIRTH) == 1
    assert "[K201]" in capsys.readouterr().err


def test_evaluate_prints_figures(run: Run, questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", str(questions)) == 0
    said = capsys.readouterr().out
    for part in ("recall@1", "all", "plain", "other", "1.000 [0.510, 1.000]"):
        assert part in said


def test_evaluate_as_json_has_null_for_what_has_no_figure(
    run: Run, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("evaluate", str(questions), "--json") == 0
    rows = {row["name"]: row for row in read_json(capsys.readouterr().out)}
    assert rows["all"]["recall_1"] == {"part": 4, "whole": 4}
    assert rows["plain"]["mrr"] == 1.0
    assert rows["other"]["mrr"] is None


def test_evaluate_writes_one_line_a_case(run: Run, questions: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert run("evaluate", str(questions), "--out", str(out), "--json") == 0
    lines = [read_json(line) for line in out.read_text(encoding="utf-8").splitlines()]
    cases = [json.loads(line)["id"] for line in questions.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == cases
    assert set(lines[0]) == {"id", "ranked", "decision", "ms"}
    assert lines[0]["ranked"][0][0] == tiny.BIRTH
    assert lines[0]["decision"] == "answer"


def test_evaluate_takes_several_sets_as_one(
    run: Run, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = [{"id": "more", "turns": ["gks"], "codes": [tiny.BIRTH], "tags": ["short"]}]
    other, out = write_questions(tmp_path / "more.jsonl", more), tmp_path / "out.jsonl"
    assert run("evaluate", str(questions), str(other), "--out", str(out), "--json") == 0
    rows = {row["name"]: row for row in read_json(capsys.readouterr().out)}
    assert rows["all"]["recall_1"] == {"part": 5, "whole": 5}
    assert rows["short"]["cases"] == 1
    lines = [read_json(line)["id"] for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == rows["all"]["cases"]
    assert (lines[0][:5], lines[-1]) == ("case-", "more")


@pytest.mark.parametrize("name", ["crawl.jsonl", "crawl.jsonl.gz"])
def test_evaluate_takes_more_catalogues(
    run: Run, tmp_path: Path, questions: Path, own_snapshots: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A crawl's records are found too; where both have a code, ours stays. The snapshot in use is left alone."""
    before = current_name(own_snapshots)
    crawl = write_crawl(
        tmp_path / name, crawled("9.000009", "Cấp phép nuôi ong lấy mật"), crawled(tiny.BIRTH, "Nuôi ong")
    )
    write_questions(questions, [{"turns": ["nuôi ong lấy mật"], "codes": ["9.000009"]}])
    out = tmp_path / "out.jsonl"
    assert run("evaluate", str(questions), "--catalogue", str(crawl), "--out", str(out), "--json") == 0
    ranked = [code for code, _ in read_json(out.read_text())["ranked"]]
    assert ranked[0] == "9.000009"
    assert sorted(ranked) == sorted([*tiny.RECORDS, "9.000009"])
    assert read_json(capsys.readouterr().out)[0]["recall_1"] == {"part": 1, "whole": 1}
    assert names(own_snapshots) == [before]
    assert not imported().exists


def test_evaluate_takes_several_catalogues_merged_by_code(
    run: Run, tmp_path: Path, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of files, and one more; what stands in two of them is one procedure."""
    folder = tmp_path / "crawls"
    folder.mkdir()
    write_crawl(folder / "a.jsonl.gz", crawled("9.000009.000.00.00.H41", "Cấp phép nuôi ong lấy mật"))
    write_crawl(folder / "b.jsonl", crawled("9.000010", "Cấp phép thả diều"))
    last = write_crawl(tmp_path / "c.jsonl", crawled("9.000009", "Cấp phép nuôi ong lấy mật"))
    write_questions(questions, [{"turns": ["thả diều"], "codes": ["9.000010"]}])
    out = tmp_path / "out.jsonl"
    catalogues = ("--catalogue", str(folder), "--catalogue", str(last))
    assert run("evaluate", str(questions), *catalogues, "--out", str(out), "--json") == 0
    ranked = [code for code, _ in read_json(out.read_text())["ranked"]]
    assert sorted(ranked) == sorted([*tiny.RECORDS, "9.000009", "9.000010"])
    assert read_json(capsys.readouterr().out)[0]["recall_1"] == {"part": 1, "whole": 1}


def test_evaluate_counts_either_of_a_family_among_the_first(
    run: Run, tmp_path: Path, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        crawled("9.000011", "Cấp đổi thẻ đội viên (thực hiện tại cấp tỉnh)", cap=["Cấp tỉnh"]),
        crawled("9.000012", "Cấp đổi thẻ đội viên (thực hiện tại cấp xã)"),
    ]
    crawl = write_crawl(tmp_path / "crawl.jsonl.gz", *rows)
    write_questions(questions, [{"turns": ["đổi thẻ đội viên trên tỉnh"], "codes": ["9.000011"]}])
    out = tmp_path / "out.jsonl"
    assert run("evaluate", str(questions), "--catalogue", str(crawl), "--out", str(out), "--json") == 0
    assert [code for code, _ in read_json(out.read_text())["ranked"]][:2] == ["9.000011", "9.000012"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("table.xlsx", None, "No such file"),
        ("text.txt", b"khai sinh", "neither JSON nor a spreadsheet"),
        ("other.jsonl", b'{"a": 1}\n', "no known format (keys: a)."),
        ("empty.jsonl.gz", gzip.compress(b"", mtime=0), "empty.jsonl.gz"),
    ],
)
def test_evaluate_names_a_catalogue_that_it_cannot_use(
    run: Run,
    tmp_path: Path,
    questions: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes | None,
    reason: str,
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert run("evaluate", str(questions), "--catalogue", str(path)) == 1
    said = capsys.readouterr().err
    assert f"[K402] {path}" in said
    assert reason in said


def test_evaluate_names_a_bad_line(run: Run, questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions.write_text('{"turns": ["a"]}\n{"turns": 7}\n')
    assert run("evaluate", str(questions)) == 1
    assert f"[K401] {questions}, line 2, turns" in capsys.readouterr().err


def test_compare_searches_prints_each_way(
    run: Run, questions: Path, encoder_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("compare-searches", str(questions), "--other", str(encoder_folder)) == 0
    said = capsys.readouterr().out
    for part in ("all parts", "without meaning", "words alone", "BM25 of a library, titles", "1.000 [0.510, 1.000]"):
        assert part in said
    assert "nearest passage" in said


def test_compare_searches_takes_more_catalogues(
    run: Run, tmp_path: Path, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crawl = write_crawl(tmp_path / "crawl.jsonl.gz", crawled("9.000009", "Cấp phép nuôi ong lấy mật"))
    write_questions(questions, [{"turns": ["nuôi ong lấy mật"], "codes": ["9.000009"]}])
    assert run("compare-searches", str(questions), "--catalogue", str(crawl)) == 0
    assert "1.000 [0.207, 1.000]" in capsys.readouterr().out


def held_out(question_set: Path) -> int:
    """How many cases of a set are reported on."""
    ids = [json.loads(line)["id"] for line in question_set.read_text(encoding="utf-8").splitlines()]
    return sum(zlib.crc32(name.encode()) % 2 for name in ids)


def follow_ups(data: Path) -> None:
    examples = "\n".join(f"    - {text}" for text in ("hết bao nhiêu tiền", "bao lâu thì xong", "nộp ở đâu"))
    (data / "nlu").mkdir()
    (data / "nlu" / "a.yml").write_text(f"nlu:\n- intent: ask_follow_up\n  examples: |\n{examples}\n")


def test_tune_writes_a_tuning_that_is_read_again(
    run: Run, own_data: Path, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    follow_ups(own_data)
    assert run("tune", str(questions)) == 0
    text = (own_data / "tuning.yml").read_text(encoding="utf-8")
    assert text.startswith("# Written by `python -m knowledge tune`")
    tuning = load_tuning(own_data)
    assert tuning.model_dump(mode="json") == yaml.safe_load(text)
    assert tuning.figures["reported_on"] == held_out(questions)
    said = capsys.readouterr().out
    assert "'calibration_error'" in said
    assert f"-> {own_data / 'tuning.yml'}" in said.replace("\n", "")
    assert run("search", "khai sinh") == 0


def test_tune_takes_several_sets_and_more_catalogues(run: Run, own_data: Path, questions: Path, tmp_path: Path) -> None:
    follow_ups(own_data)
    crawl = write_crawl(tmp_path / "crawl.jsonl.gz", crawled("9.000009", "Cấp phép nuôi ong lấy mật"))
    more = [{"id": f"bees-{number}", "turns": ["nuôi ong lấy mật"], "codes": ["9.000009"]} for number in range(4)]
    other = write_questions(tmp_path / "more.jsonl", more)
    assert run("tune", str(questions), str(other), "--catalogue", str(crawl)) == 0
    assert load_tuning(own_data).figures["reported_on"] == held_out(questions) + held_out(other)


def test_tune_fits_on_sets_about_the_snapshot_in_use_too(
    run: Run, own_data: Path, questions: Path, tmp_path: Path
) -> None:
    """Reported is what is reached with the larger catalogue."""
    follow_ups(own_data)
    crawl = write_crawl(tmp_path / "crawl.jsonl.gz", crawled("9.000009", "Cấp phép nuôi ong lấy mật"))
    more: list[dict[str, Any]] = [
        row
        for number in range(6)
        for row in (
            {"id": f"bees-{number}", "turns": ["nuôi ong lấy mật"], "codes": ["9.000009"]},
            {"id": f"rain-{number}", "turns": ["hôm nay trời có mưa không"], "behaviour": "out_of_scope"},
        )
    ]
    other = write_questions(tmp_path / "more.jsonl", more)
    assert run("tune", str(other), "--catalogue", str(crawl), "--shipped", str(questions)) == 0
    figures = load_tuning(own_data).figures
    assert figures["reported_on"] == held_out(other)
    assert figures["fitted_on"] > 12 - held_out(other)
    assert (figures["recall_1"], figures["refusal_recall"]) == (1.0, 1.0)


def test_tune_with_nothing_to_refuse_writes_a_tuning_that_is_read_again(
    run: Run, own_data: Path, questions: Path, tmp_path: Path
) -> None:
    """There is no precision of refusals then; servers must be able to read the file all the same."""
    follow_ups(own_data)
    rows = [{"id": f"birth-{number}", "turns": ["khai sinh cho bé"], "codes": [tiny.BIRTH]} for number in range(6)]
    first = write_questions(tmp_path / "first.jsonl", rows)
    assert run("tune", str(first), "--shipped", str(questions)) == 0
    assert load_tuning(own_data).figures["recall_1"] == 1.0


# --- imports


def test_import_keeps_records_and_reports_what_cannot_be_used(
    run: Run, tmp_path: Path, own_snapshots: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = names(own_snapshots)
    path = write_crawl(
        tmp_path / "crawl.jsonl.gz",
        crawled("9.000009.H41", "Cấp phép nuôi ong"),
        crawled("QLKT-3", "Không có mã"),
        {"colour": "blue"},
        crawled("9.000010", "Cấp phép thả diều"),
    )
    assert run("import", str(path), "--no-build") == 0
    said = capsys.readouterr()
    assert "2 records (2 dvcqg), 2 rows not usable; 2 procedures kept." in said.out
    assert f"{path}, line 2: " in said.err
    assert "'QLKT-3' is no procedure code" in said.err
    assert f"{path}, line 3: no known format (keys: colour)." in said.err
    assert [code for code, _ in imported().by_code()] == ["9.000009", "9.000010"]
    assert names(own_snapshots) == before
    assert {file.suffix for file in (tmp_path / "reports").iterdir()} == {".json", ".html"}


def test_import_builds_a_snapshot(run: Run, tmp_path: Path, own_snapshots: Path) -> None:
    before = current_name(own_snapshots)
    path = write_crawl(tmp_path / "crawl.jsonl", crawled("9.000009", "Cấp phép nuôi ong"))
    assert run("import", str(path)) == 0
    assert current_name(own_snapshots) != before
    assert "9.000009" in current_records(own_snapshots)


def test_import_of_several_files_is_all_or_nothing(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write_crawl(tmp_path / "a.jsonl", crawled("9.000009", "Cấp phép nuôi ong"))
    bad = tmp_path / "b.jsonl"
    bad.write_bytes(b"khai sinh")
    assert run("import", str(good), str(bad), "--no-build") == 1
    assert f"[K402] {bad}" in capsys.readouterr().err
    assert len(imported()) == 0
    assert not (tmp_path / "reports").exists()


def test_import_again_takes_the_place_of_the_first(run: Run, tmp_path: Path) -> None:
    for name in ("Nuôi ong", "Nuôi ong mật"):
        path = write_crawl(tmp_path / "a.jsonl", crawled("9.000009", name))
        assert run("import", str(path), "--no-build") == 0
    assert [[kept.record.name for kept in found] for _, found in imported().by_code()] == [["Nuôi ong mật"]]


def test_import_reads_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    row = json.dumps(crawled("9.000009", "Nuôi ong")).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(row)))
    assert run("import", "-", "--no-build") == 0
    assert len(imported()) == 1


def test_import_gives_the_data_its_day(run: Run, tmp_path: Path) -> None:
    path = write_crawl(tmp_path / "a.jsonl", crawled("9.000009", "Nuôi ong"))
    assert run("import", str(path), "--no-build", "--as-of", "2026-07-01") == 0
    ((_, (kept,)),) = imported().by_code()
    assert kept.record.sources[0].as_of is not None
    assert kept.record.sources[0].as_of.isoformat() == "2026-07-01"


@pytest.mark.parametrize("arguments", [("--format", "pdf"), ("--as-of", "yesterday")])
def test_import_refuses_what_it_does_not_know(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, str]
) -> None:
    path = write_crawl(tmp_path / "a.jsonl", crawled("9.000009", "Nuôi ong"))
    assert run("import", str(path), *arguments) == 2
    assert arguments[0] in capsys.readouterr().err
    assert len(imported()) == 0


@pytest.mark.parametrize("name", ["mau.xlsx", "mau.csv"])
def test_template_writes_a_table_that_can_be_imported(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = tmp_path / name
    assert run("template", str(path)) == 0
    assert str(path) in capsys.readouterr().out.replace("\n", "")
    if path.suffix == ".xlsx":
        assert load_workbook(path).worksheets[0]["A1"].value == "Mã thủ tục"
    assert run("import", str(path), "--no-build") == 0
    assert "1 records (1 spreadsheet), 0 rows not usable; 1 procedures kept." in capsys.readouterr().out


@pytest.mark.parametrize("name", ["mau.ods", "mau"])
def test_template_names_the_endings_that_it_writes(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run("template", str(tmp_path / name)) == 2
    assert ".xlsx or .csv" in capsys.readouterr().err
    assert not (tmp_path / name).exists()


def test_forget_deletes_what_was_imported(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    imported().add([Kept(tiny.imported(tiny.BEES, "Nuôi ong"), form) for form in ("portal", "dvcqg")], [], [])
    assert run("forget", "--yes") == 0
    assert "2 records forgotten. Run `python -m knowledge build`." in capsys.readouterr().out
    assert len(imported()) == 0


@pytest.mark.parametrize(("answer", "status", "left"), [("y\n", 0, 0), ("n\n", 1, 1), ("", 1, 1)])
def test_forget_asks_first(run: Run, monkeypatch: pytest.MonkeyPatch, answer: str, status: int, left: int) -> None:
    imported().add([Kept(tiny.imported(tiny.BEES, "Nuôi ong"), "portal")], [], [])
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert run("forget") == status
    assert len(imported()) == left


def test_forget_of_nothing(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("forget", "--yes") == 0
    assert "0 records forgotten" in capsys.readouterr().out
    assert not imported().exists


# --- what changed


def test_diff_of_two_files(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    way = {
        "hinh_thuc": "Trực tuyến",
        "thoi_gian": "5",
        "don_vi": "Ngày làm việc",
        "phi": [{"muc": "7,000 VNĐ", "ghi_chu": ""}],
        "mo_ta": "",
    }
    paid = [way | {"phi": [{"muc": "9,000 VNĐ", "ghi_chu": ""}]}]
    old = write_crawl(
        tmp_path / "a.jsonl",
        crawled("9.000009", "Cấp phép nuôi ong", cach_thuc=[way]),
        crawled("9.000010", "Cấp phép thả diều"),
    )
    new = write_crawl(
        tmp_path / "b.jsonl.gz",
        crawled("9.000009", "Cấp phép nuôi ong", cach_thuc=paid),
        crawled("9.000011", "Cấp phép bơi thuyền"),
    )
    assert run("diff", str(old), str(new)) == 0
    assert [line.strip() for line in capsys.readouterr().out.splitlines()] == [
        "9.000009 Cấp phép nuôi ong",
        "phí, trực tuyến: Phí, lệ phí: 7.000 đồng → Phí, lệ phí: 9.000 đồng",
        "9.000010 Cấp phép thả diều",
        "không còn trong danh mục",
        "9.000011 Cấp phép bơi thuyền",
        "thủ tục mới",
        "3 changes in 3 procedures.",
    ]


def test_diff_of_snapshots_as_json(
    run: Run, own_data: Path, own_snapshots: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = current_name(own_snapshots)
    row = tiny.record()
    row["ways"][1]["fees"][0]["amount"] = 9000
    tiny.write(own_data / "catalogue" / f"{tiny.BIRTH}.yml", row)
    assert run("build") == 0
    capsys.readouterr()
    assert run("diff", old, "current", "--json") == 0
    (change,) = read_json(capsys.readouterr().out)
    assert (change["code"], change["kind"]) == (tiny.BIRTH, "fee")
    assert "8.000 đồng" in change["what"]
    assert "9.000 đồng" in change["what"]
    switch(own_snapshots, old)
    assert run("diff", old, "current") == 0
    assert capsys.readouterr().out == "0 changes in 0 procedures.\n"


def test_diff_names_what_is_not_there(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("diff", "current", "20200101T000000-00000000") == 1
    said = capsys.readouterr().err
    assert "[K201]" in said
    assert "20200101T000000-00000000: there is no such snapshot or file" in said


# --- how it grows


def test_scale_measures_each_size(
    run: Run, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scale"
    sizes = ("--passages", "300", "--passages", "200")
    assert run("scale", str(questions), *sizes, "--out", str(out)) == 0
    rows = read_json((out / "scale.json").read_text(encoding="utf-8"))
    assert [(row["passages"], row["kind"]) for row in rows] == [
        (size, kind) for size in (200, 300) for kind in ("whole question", "exact", "HNSW 32")
    ]
    assert rows[0]["recall"] == rows[1]["recall"] == rows[4]["recall"] == 1.0
    assert all(row["p95_ms"] >= row["p50_ms"] > 0 and row["disk"] > 0 for row in rows)
    assert "<svg" in (out / "scale.svg").read_text(encoding="utf-8")
    said = capsys.readouterr()
    for part in ("whole question", "HNSW 32", "recall"):
        assert part in said.out
    assert "200 passages ..." in said.err


def test_train_encoder_writes_an_encoder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOTCUA_ENCODER", str(tmp_path / "new"))
    settings.cache_clear()
    assert run("train-encoder") == 0
    assert "texts -> " in capsys.readouterr().out
    assert Encoder(str(tmp_path / "new")).fingerprint == fingerprint(str(tmp_path / "new"))


def test_without_a_command_the_commands_are_listed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run()
    said = capsys.readouterr()
    for command in (
        "build",
        "import",
        "sync",
        "report",
        "template",
        "forget",
        "diff",
        "search",
        "show",
        "evaluate",
        "compare-searches",
        "scale",
        "tune",
        "train-encoder",
    ):
        assert command in said.out + said.err
