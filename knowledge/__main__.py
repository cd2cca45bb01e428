"""`python -m knowledge`: import, build, search, show, evaluate, tune, train the encoder."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, track
from rich.table import Table

from knowledge.errors import KnowledgeError
from knowledge.settings import settings

if TYPE_CHECKING:
    from knowledge.catalogue import Catalogue
    from knowledge.encoder import Encoder
    from knowledge.finder import Finder
    from knowledge.imports.formats import Unusable
    from knowledge.normalise import Lexicon
    from knowledge.questions import Question
    from knowledge.record import Procedure
    from knowledge.scale import Measured

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The catalogue of procedures and its index.")
screen = Console()
errors = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


@app.command("train-encoder")
def train_encoder_command() -> None:
    """Trains our own encoder from the catalogue and what people say (some minutes on two cores)."""
    from knowledge.catalogue import read_catalogue
    from knowledge.lexicons import load_lexicons
    from knowledge.passages import catalogue_passages
    from knowledge.training import train_encoder

    here = settings()
    catalogue, _ = read_catalogue(here.data)
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=errors) as bar:
        task = bar.add_task("training", total=1.0)
        count = train_encoder(
            catalogue_passages(catalogue),
            load_lexicons(here.data),
            Path(here.encoder),
            progress=lambda share: bar.update(task, completed=share),
        )
    screen.print(f"Trained on {count} texts -> {here.encoder}")


@app.command()
def build(
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Leave out what is wrong instead of stopping at it.")
    ] = False,
) -> None:
    """Checks the catalogue, builds a new snapshot and switches to it."""
    from knowledge.catalogue import read_catalogue
    from knowledge.encoder import Encoder
    from knowledge.imports.merge import merge_all
    from knowledge.imports.store import ImportStore
    from knowledge.lexicons import load_lexicons
    from knowledge.snapshot import build_snapshot, drop_old, switch
    from knowledge.snapshot_store import publish

    here = settings()
    catalogue, problems = read_catalogue(here.data)
    store = ImportStore(here.imported)
    for problem in problems:
        errors.print(str(problem), style="red", highlight=False, markup=False, soft_wrap=True)
    if problems and not keep_going:
        errors.print("Nothing was built; the snapshot in use stays. (--keep-going leaves out what is wrong.)")
        raise typer.Exit(1)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=errors) as bar:
        task = bar.add_task("encoder")
        manifest = build_snapshot(
            catalogue,
            Encoder(here.encoder),
            load_lexicons(here.data),
            here.snapshots,
            merged=merge_all(catalogue.procedures, store.by_code(), here.province),
            problems=[str(problem) for problem in problems],
            progress=lambda step: bar.update(task, description=step),
        )
    switch(here.snapshots, manifest.id)
    drop_old(here.snapshots, here.snapshots_kept)
    if here.snapshot_store:
        publish(here.snapshots, manifest.id, here.snapshot_store)
        screen.print(f"published to {here.snapshot_store}", soft_wrap=True)
    screen.print(
        f"Snapshot {manifest.id}: {manifest.procedures} procedures, {manifest.topics} topics, "
        f"{manifest.passages} passages, {len(problems)} problems"
    )


@app.command("import")
def import_command(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders; - is standard input.")],
    form: Annotated[
        str | None,
        typer.Option("--format", help="portal, exchange, spreadsheet, dvcqg, bqp or danang; else recognised."),
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the data, where the file does not say it.")
    ] = None,
    no_build: Annotated[bool, typer.Option("--no-build", help="Keep the records, build no new snapshot.")] = False,
) -> None:
    """Imports procedures from files of other systems, reports on their quality and builds a new snapshot."""
    from knowledge.imports.formats import FORMATS
    from knowledge.imports.store import ImportStore
    from knowledge.imports.taking_in import take_in

    if form is not None and form not in FORMATS:
        raise typer.BadParameter(f"one of {', '.join(FORMATS)}", param_hint="--format")
    store = ImportStore(settings().imported)
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=errors) as bar:
        task = bar.add_task("reading", total=1)
        taken = take_in(
            paths,
            store,
            form=form,
            as_of=as_of.date() if as_of else None,
            progress=lambda done, whole: bar.update(task, completed=done, total=whole or 1),
        )
    for item in taken.unusable[:20]:
        errors.print(f"{item.place}: {item.reason}", style="yellow", highlight=False, markup=False, soft_wrap=True)
    found = ", ".join(f"{count} {name}" for name, count in taken.formats.items())
    screen.print(
        f"{taken.records} records ({found}), {len(taken.unusable)} rows not usable; {len(store)} procedures kept."
    )
    for kind, count in taken.doubtful.most_common():
        screen.print(f"  {kind.value}: {count} records, first {taken.examples[kind]}", highlight=False, markup=False)
    _report(taken.unusable)
    if not no_build:
        build()


@app.command()
def sync(
    level: Annotated[list[str] | None, typer.Option(help="COMMUNE, PROVINCE or MINISTRY; may be repeated.")] = None,
    no_build: Annotated[bool, typer.Option("--no-build", help="Keep the records, build no new snapshot.")] = False,
) -> None:
    """Lists and fetches the procedures of the national portal (2 requests a second), goes on where it stopped."""
    from knowledge.imports.portal_client import LEVELS, PortalSettings
    from knowledge.imports.store import ImportStore
    from knowledge.imports.sync import SyncSettings
    from knowledge.imports.sync import sync as run_sync

    levels = [name.upper() for name in level or ["COMMUNE", "PROVINCE"]]
    unknown = [name for name in levels if name not in LEVELS]
    if unknown:
        raise typer.BadParameter(f"one of {', '.join(LEVELS)}", param_hint="--level")
    here = settings()
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=errors) as bar:
        task = bar.add_task("fetching", total=None)
        done = run_sync(
            SyncSettings(PortalSettings(here.portal), here.sync_folder),
            ImportStore(here.imported),
            levels,
            progress=lambda count, whole: bar.update(task, completed=count, total=whole or None),
        )
    screen.print(f"{done.records} records in {done.requests} requests, {len(done.unusable)} not usable.")
    _report(done.unusable)
    if not no_build:
        build()


@app.command()
def report(json_output: Json = False) -> None:
    """The quality of what was imported, merged with the shipped records: tables, JSON and a page with charts."""
    _report([], json_output=json_output)


@app.command()
def template(path: Path) -> None:
    """Writes an empty table (.xlsx or .csv) that an official can fill in and import."""
    from knowledge.imports.spreadsheet import write_template

    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise typer.BadParameter("the name must end in .xlsx or .csv")
    write_template(path)
    screen.print(f"-> {path}")


@app.command()
def forget(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Deletes everything that was imported; the shipped records stay. Build afterwards."""
    from knowledge.imports.store import ImportStore

    store = ImportStore(settings().imported)
    if not yes and not typer.confirm(f"Forget {len(store)} imported procedures?"):
        raise typer.Exit(1)
    screen.print(f"{store.forget()} records forgotten. Run `python -m knowledge build`.")


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="A catalogue file, a snapshot's name, or 'current'.")],
    new: Annotated[str, typer.Argument(help="The same.")],
    json_output: Json = False,
) -> None:
    """What changed between two catalogues or snapshots, procedure by procedure."""
    from knowledge.imports.diff import differences

    changes = list(differences(_records_of(old), _records_of(new)))
    if json_output:
        _print_json([asdict(change) for change in changes])
        return
    for code in dict.fromkeys(change.code for change in changes):
        mine = [change for change in changes if change.code == code]
        screen.print(f"[bold]{code}[/bold] {mine[0].name}", highlight=False)
        for change in mine:
            screen.print(f"  {change.what}", highlight=False, markup=False)
    screen.print(f"{len(changes)} changes in {len({change.code for change in changes})} procedures.")


def _records_of(name: str) -> Mapping[str, Procedure]:
    """The records of a file in any format, or of a snapshot."""
    from knowledge.imports.formats import Read, catalogue_files, read_file
    from knowledge.snapshot import current_records, records_of

    here = settings()
    if name == "current":
        return current_records(here.snapshots)
    if not Path(name).exists():
        return records_of(here.snapshots, name)
    rows = (item for file in catalogue_files(Path(name)) for item in read_file(file))
    return {item.record.code: item.record for item in rows if isinstance(item, Read)}


def _report(unusable: Sequence[Unusable], *, json_output: bool = False) -> None:
    """Prints the report and leaves it as JSON and as a page."""
    from knowledge.catalogue import read_catalogue
    from knowledge.imports.merge import merge_all
    from knowledge.imports.report import quality
    from knowledge.imports.report_page import page
    from knowledge.imports.report_table import print_quality
    from knowledge.imports.store import ImportStore

    here = settings()
    catalogue, _ = read_catalogue(here.data)
    merged = merge_all(catalogue.procedures, ImportStore(here.imported).by_code(), here.province)
    found = quality(merged, catalogue.phrasings, unusable)
    here.reports.mkdir(parents=True, exist_ok=True)
    made = datetime.now().astimezone()
    place = here.reports / f"{made:%Y%m%d-%H%M%S}"
    content = json.dumps(_known_to_json(asdict(found)), ensure_ascii=False, indent=1, default=str)
    place.with_suffix(".json").write_text(content, encoding="utf-8")
    place.with_suffix(".html").write_text(page(found, made), encoding="utf-8")
    if json_output:
        print(content)
        return
    print_quality(found, screen)
    screen.print(f"-> {place.with_suffix('.html')}", soft_wrap=True)


@app.command()
def search(text: str, json_output: Json = False, limit: int = 8) -> None:
    """What the index finds for a text, and what would be decided."""
    from knowledge.library import Library
    from knowledge.search import FEATURES

    library = Library(settings())
    hits, decision = library.find(text)
    if json_output:
        _print_json({"decision": asdict(decision), "hits": [asdict(hit) for hit in hits[:limit]]})
        return
    table = Table("target", "name", "score", *FEATURES[:8])
    catalogue = library.snapshot.catalogue
    for hit in hits[:limit]:
        record = catalogue.procedures.get(hit.target)
        parts = [f"{value:.2f}" for value in hit.parts[:8]]
        table.add_row(hit.target, record.short_name if record else "", f"{hit.score:.2f}", *parts)
    screen.print(table)
    screen.print(f"{decision.outcome.value} {decision.target or ''} (confidence {decision.confidence:.2f})")


@app.command()
def show(code: str, json_output: Json = False) -> None:
    """The record of a procedure as it is told, by its code in any form."""
    from knowledge.compose import answer
    from knowledge.record import national_code
    from knowledge.reply import Aspect
    from knowledge.sections import view
    from knowledge.snapshot import current_records

    national = national_code(code)
    records = current_records(settings().snapshots)
    if national is None or national not in records:
        errors.print(f"{code}: there is no record of this code.", highlight=False)
        raise typer.Exit(1)
    record = records[national]
    if json_output:
        _print_json(record.model_dump(mode="json"))
    else:
        screen.print(answer(view(record), list(Aspect)).text, highlight=False, markup=False)


@app.command("evaluate")
def evaluate_command(
    question_set: list[Path],
    catalogue: Annotated[list[Path] | None, typer.Option(help="More catalogues, merged by code.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write one JSON line a case here.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Write the reliability plot (SVG) here.")] = None,
    json_output: Json = False,
) -> None:
    """Asks the index the questions of a set and prints figures, for the whole and for every tag."""
    from knowledge.evaluate import evaluate
    from knowledge.measure import by_tag, calibration_error
    from knowledge.questions import read_questions

    questions = [case for path in question_set for case in read_questions(path)]
    with _finder(catalogue or []) as (finder, _):
        results = evaluate(finder, track(questions, "asking", console=errors, disable=json_output))
    if out:
        out.write_text(
            "".join(
                json.dumps(
                    {
                        "id": item.question.id,
                        "ranked": [list(pair) for pair in item.ranked],
                        "decision": item.decision.value,
                        "ms": round(item.ms, 2),
                    },
                    ensure_ascii=False,
                )
                + "\n"
                for item in results
            ),
            encoding="utf-8",
        )
    if plot:
        from knowledge.reliability_plot import plot_reliability

        plot_reliability(results, plot)
    rows = by_tag(results)
    if json_output:
        _print_json([asdict(row) for row in rows])
        return
    table = Table("", "cases", "recall@1", "recall@5", "MRR", "behaviour", "refusal P", "refusal R", "ms median", "p95")
    for row in rows:
        table.add_row(
            row.name,
            str(row.cases),
            str(row.recall_1),
            str(row.recall_5),
            f"{row.mrr:.3f}",
            str(row.behaviour),
            str(row.refusal_precision),
            str(row.refusal_recall),
            f"{row.ms_median:.1f}",
            f"{row.ms_p95:.1f}",
        )
    Console(width=170).print(table)
    screen.print(f"expected calibration error {calibration_error(results):.3f}")


@app.command("compare-searches")
def compare_searches_command(
    question_set: list[Path],
    catalogue: Annotated[list[Path] | None, typer.Option(help="More catalogues, merged by code.")] = None,
    other: Annotated[
        list[str] | None, typer.Option(help="A general sentence model to compare with; may be given more than once.")
    ] = None,
) -> None:
    """Recall@1 and @5 with and without each part of the search, and of other ways to search."""
    from knowledge.compare_searches import compare_searches
    from knowledge.questions import read_questions

    questions = [case for path in question_set for case in read_questions(path)]
    table = Table("search", "recall@1", "recall@5")
    with _finder(catalogue or []) as (finder, whole):
        for name, first, five in compare_searches(finder, whole, questions, other or []):
            table.add_row(name, str(first), str(five))
    screen.print(table)


@app.command("scale")
def scale_command(
    question_set: list[Path],
    catalogue: Annotated[list[Path] | None, typer.Option(help="More catalogues, merged by code.")] = None,
    passages: Annotated[list[int] | None, typer.Option(help="Sizes to measure; may be repeated.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for scale.json and scale.svg.")] = Path("var/scale"),
) -> None:
    """Measures the search at 6,000, 60,000 and 600,000 passages: table, JSON and plot."""
    from knowledge.corpus import corpus
    from knowledge.questions import read_questions
    from knowledge.scale import grown, measure, measure_question
    from knowledge.scale_plot import plot

    questions = [case.turns[-1] for path in question_set for case in read_questions(path)][:200]
    rows: list[Measured] = []
    with _finder(catalogue or []) as (finder, whole):
        groups, first = corpus(whole), None
        encoder, lexicons, weights = finder.index.encoder, finder.lexicons, finder.tuning.weights
        for size in sorted(passages or [6_000, 60_000, 600_000]):
            errors.print(f"{size} passages ...")
            one, hits, vectors = measure_question(grown(groups, size), encoder, lexicons, weights, questions, first)
            first = first or hits
            rows += [one, *measure(vectors, encoder.queries(questions))]
    table = Table("passages", "kind", "build s", "disk MB", "memory MB", "p50 ms", "p95 ms", "recall")
    for row in rows:
        figures = (row.build_s, row.disk / 2**20, row.memory / 2**20, row.p50_ms, row.p95_ms)
        table.add_row(f"{row.passages:,}", row.kind, *(f"{figure:.1f}" for figure in figures), f"{row.recall:.3f}")
    screen.print(table)
    out.mkdir(parents=True, exist_ok=True)
    (out / "scale.json").write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8")
    plot(rows, out / "scale.svg")
    screen.print(f"-> {out}")


@app.command("tune")
def tune_command(
    question_set: list[Path],
    catalogue: Annotated[list[Path] | None, typer.Option(help="More catalogues, merged by code.")] = None,
    shipped: Annotated[
        list[Path] | None, typer.Option(help="Sets that are about the snapshot in use alone; fitted on as well.")
    ] = None,
) -> None:
    """Fits ranking, decision and confidence on one half of the sets; writes data/tuning.yml."""
    from knowledge.nlu_examples import read_examples
    from knowledge.questions import read_questions
    from knowledge.tune import PLAIN_COUNTS, Asked, as_written, tune

    def read(paths: list[Path]) -> list[Question]:
        return [case for path in paths for case in read_questions(path)]

    follow_ups = read_examples(settings().data / "nlu", "ask_follow_up")
    with _finder(catalogue or []) as (finder, whole), _finder([]) as (small, _):
        sets = [Asked(finder, read(question_set)), Asked(finder, as_written(whole), PLAIN_COUNTS)]
        sets += [Asked(small, read(shipped))] if shipped else []
        tuning = tune(sets, follow_ups)
    path = settings().data / "tuning.yml"
    path.write_text(
        "# Written by `python -m knowledge tune`; figures: what was reached on the half that was not fitted on.\n"
        + yaml.safe_dump(json.loads(tuning.model_dump_json()), sort_keys=False),
        encoding="utf-8",
    )
    screen.print(tuning.figures)
    screen.print(f"-> {path}; servers take it up with the next snapshot.")


@contextmanager
def _finder(more: list[Path]) -> Iterator[tuple[Finder, Catalogue]]:
    """The index in use; or one over more catalogues, merged with the shipped one, in a folder of its own."""
    from knowledge.decide import load_tuning
    from knowledge.encoder import Encoder
    from knowledge.finder import Finder
    from knowledge.lexicons import load_lexicons
    from knowledge.snapshot import current_name, load_snapshot

    here = settings()
    encoder, lexicons, tuning = Encoder(here.encoder, here.threads), load_lexicons(here.data), load_tuning(here.data)
    if not more:
        snapshot = load_snapshot(here.snapshots, current_name(here.snapshots), encoder, lexicons)
        yield Finder(snapshot.index, snapshot.scope, lexicons, tuning), snapshot.catalogue
        return
    with TemporaryDirectory(prefix="motcua-") as folder:
        name = _build_beside(more, Path(folder), encoder, lexicons)
        snapshot = load_snapshot(Path(folder), name, encoder, lexicons)
        yield Finder(snapshot.index, snapshot.scope, lexicons, tuning), snapshot.catalogue


def _build_beside(more: list[Path], folder: Path, encoder: Encoder, lexicons: list[Lexicon]) -> str:
    from knowledge.catalogue import read_catalogue
    from knowledge.imports.formats import Read, catalogue_files, read_file
    from knowledge.imports.merge import merge_all
    from knowledge.imports.store import ImportStore, Kept
    from knowledge.snapshot import build_snapshot

    here = settings()
    store = ImportStore(folder / "imported.sqlite")
    files = [file for path in more for file in catalogue_files(path)]
    rows = (item for file in files for item in read_file(file))
    store.add((Kept(item.record, item.format) for item in rows if isinstance(item, Read)), map(str, files), [])
    catalogue, _ = read_catalogue(here.data)
    merged = merge_all(catalogue.procedures, store.by_code(), here.province)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=errors) as bar:
        task = bar.add_task("records")
        return build_snapshot(
            catalogue,
            encoder,
            lexicons,
            folder,
            merged=merged,
            progress=lambda step: bar.update(task, description=step),
        ).id


def _print_json(content: object) -> None:
    print(json.dumps(_known_to_json(content), ensure_ascii=False, indent=1, default=str))


def _known_to_json(content: Any) -> Any:
    """The same with null for "not a number", which JSON does not know."""
    if isinstance(content, dict):
        return {key: _known_to_json(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_known_to_json(value) for value in content]
    return None if isinstance(content, float) and math.isnan(content) else content


def main() -> None:
    """Runs a command; an error of the library is one line, not a traceback."""
    try:
        app()
    except KnowledgeError as error:
        errors.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
