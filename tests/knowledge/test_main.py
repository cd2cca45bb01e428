"""The commands of `python -m knowledge`, as a person meets them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from knowledge import __main__ as commands
from knowledge.decide import load_tuning
from knowledge.encoder import Encoder, fingerprint
from knowledge.settings import settings
from knowledge.snapshot import current_name, names, read_manifest
from tests.knowledge import tiny

Run = Callable[..., int]


@pytest.fixture(autouse=True)
def here(own_data: Path, own_snapshots: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The commands work on the tiny catalogue."""
    monkeypatch.setenv("MOTCUA_DATA", str(own_data))
    monkeypatch.setenv("MOTCUA_SNAPSHOTS", str(own_snapshots))
    monkeypatch.setenv("MOTCUA_ENCODER", str(encoder_folder))
    monkeypatch.setenv("MOTCUA_SNAPSHOTS_KEPT", "2")
    monkeypatch.setenv("COLUMNS", "200")
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
    rows: list[dict[str, Any]] = [
        {"id": code, "turns": [texts[0]], "codes": [code], "tags": ["plain"]} for code, texts in tiny.PHRASINGS.items()
    ]
    rows += [
        {"id": f"{behaviour}-{text}", "turns": [text], "behaviour": behaviour, "tags": ["other"]}
        for behaviour, texts in (
            ("clarify", tiny.TOPIC["phrasings"]),
            ("not_in_catalogue", ["mở nhà thuốc tây", "học lái tàu", "mở quầy thuốc", "thi lái tàu cá"]),
            ("out_of_scope", tiny.OUTSIDE["sentences"]),
        )
        for text in texts
    ]
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


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


def test_show_names_what_is_wrong(run: Run, own_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tiny.write(own_data / "catalogue" / f"{tiny.BIRTH}.yml", tiny.record(colour="blue"))
    assert run("show", tiny.BIRTH) == 1
    assert f"[K101] {path}, colour" in capsys.readouterr().err


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


def test_evaluate_takes_more_catalogues(
    run: Run, tmp_path: Path, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A crawl's records are found too; where both have a code, ours stays."""
    rows = [
        {
            "ma": code,
            "ten": name,
            "linh_vuc": "",
            "cap": [],
            "so_quyet_dinh": "",
            "url": "",
            "cach_thuc": [],
            "thanh_phan_ho_so": [],
        }
        for code, name in (("9.000009", "Cấp phép nuôi ong lấy mật"), (tiny.BIRTH, "Nuôi ong"))
    ]
    crawl = tmp_path / "crawl.jsonl"
    crawl.write_text("".join(json.dumps(row) + "\n" for row in rows))
    questions.write_text('{"turns": ["nuôi ong lấy mật"], "codes": ["9.000009"]}\n', encoding="utf-8")
    out = tmp_path / "out.jsonl"
    assert run("evaluate", str(questions), "--catalogue", str(crawl), "--out", str(out), "--json") == 0
    ranked = [code for code, _ in read_json(out.read_text())["ranked"]]
    assert ranked[0] == "9.000009"
    assert sorted(ranked) == sorted([*tiny.RECORDS, "9.000009"])
    assert read_json(capsys.readouterr().out)[0]["recall_1"] == {"part": 1, "whole": 1}


def test_evaluate_names_a_catalogue_that_it_does_not_know(
    run: Run, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("evaluate", str(questions), "--catalogue", "table.xlsx") == 1
    assert "[K402] table.xlsx: no known format." in capsys.readouterr().err


def test_evaluate_names_a_bad_line(run: Run, questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions.write_text('{"turns": ["a"]}\n{"turns": 7}\n')
    assert run("evaluate", str(questions)) == 1
    assert f"[K401] {questions}, line 2, turns" in capsys.readouterr().err


def test_compare_searches_prints_each_way(run: Run, questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("compare-searches", str(questions)) == 0
    said = capsys.readouterr().out
    for part in ("words alone", "reciprocal rank fusion", "1.000 [0.510, 1.000]"):
        assert part in said


def test_tune_writes_a_tuning_that_is_read_again(run: Run, own_data: Path, questions: Path) -> None:
    examples = "\n".join(f"    - {text}" for text in ("hết bao nhiêu tiền", "bao lâu thì xong", "nộp ở đâu"))
    (own_data / "nlu").mkdir()
    (own_data / "nlu" / "a.yml").write_text(f"nlu:\n- intent: ask_follow_up\n  examples: |\n{examples}\n")
    assert run("tune", str(questions)) == 0
    text = (own_data / "tuning.yml").read_text(encoding="utf-8")
    assert text.startswith("# Written by `python -m knowledge tune`")
    assert load_tuning(own_data).model_dump(mode="json") == yaml.safe_load(text)
    assert run("search", "khai sinh") == 0


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
    for command in ("build", "search", "show", "evaluate", "tune", "train-encoder", "compare-searches"):
        assert command in said.out + said.err
