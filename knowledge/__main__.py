"""`python -m knowledge`: build, search, show, evaluate, tune, train the encoder."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, track
from rich.table import Table

from knowledge.errors import CatalogueFormat, KnowledgeError
from knowledge.settings import settings

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The catalogue of procedures and its index.")
screen = Console()
errors = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


@app.command("train-encoder")
def train_encoder_command() -> None:
    """Trains our own encoder from the catalogue (about half a minute)."""
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
    from knowledge.lexicons import load_lexicons
    from knowledge.snapshot import build_snapshot, drop_old, switch

    here = settings()
    catalogue, problems = read_catalogue(here.data)
    for problem in problems:
        errors.print(str(problem), style="red", highlight=False, soft_wrap=True)
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
            problems=[str(problem) for problem in problems],
            progress=lambda step: bar.update(task, description=step),
        )
    switch(here.snapshots, manifest.id)
    drop_old(here.snapshots, here.snapshots_kept)
    screen.print(
        f"Snapshot {manifest.id}: {manifest.procedures} procedures, {manifest.topics} topics, "
        f"{manifest.passages} passages, {len(problems)} problems"
    )


@app.command()
def search(text: str, json_output: Json = False, limit: int = 8) -> None:
    """What the index finds for a text, and what would be decided."""
    from knowledge.library import Library

    library = Library(settings())
    hits, decision = library.find(text)
    if json_output:
        _print_json({"decision": asdict(decision), "hits": [asdict(hit) for hit in hits[:limit]]})
        return
    table = Table("target", "name", "score", "words", "letters", "meaning", "accents")
    catalogue = library.snapshot.catalogue
    for hit in hits[:limit]:
        record = catalogue.procedures.get(hit.target)
        parts = [f"{value:.2f}" for value in hit.parts]
        table.add_row(hit.target, record.short_name if record else "", f"{hit.score:.2f}", *parts)
    screen.print(table)
    screen.print(f"{decision.outcome.value} {decision.target or ''} (confidence {decision.confidence:.2f})")


@app.command()
def show(code: str, json_output: Json = False) -> None:
    """The record of a procedure, by its code in any form."""
    from knowledge.catalogue import read_record
    from knowledge.compose import answer
    from knowledge.record import national_code
    from knowledge.reply import Aspect

    national = national_code(code)
    path = settings().data / "catalogue" / f"{national}.yml"
    if national is None or not path.is_file():
        errors.print(f"{code}: there is no record of this code.", highlight=False)
        raise typer.Exit(1)
    record = read_record(path)
    if json_output:
        _print_json(record.model_dump(mode="json"))
    else:
        screen.print(answer(record, list(Aspect)).text, highlight=False, markup=False)


@app.command("evaluate")
def evaluate_command(
    question_set: Path,
    catalogue: Annotated[list[Path] | None, typer.Option(help="More catalogues, merged by code.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write one JSON line a case here.")] = None,
    json_output: Json = False,
) -> None:
    """Asks the index the questions of a set and prints figures, for the whole and for every tag."""
    from knowledge.evaluate import evaluate
    from knowledge.measure import by_tag
    from knowledge.questions import read_questions

    finder = _finder(catalogue or [])
    questions = read_questions(question_set)
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


@app.command("compare-searches")
def compare_searches_command(
    question_set: list[Path],
    english: Annotated[str | None, typer.Option(help="A general sentence model to compare with.")] = None,
) -> None:
    """Recall@1 and @5 with and without each part of the search, weighted and by rank fusion."""
    from knowledge.compare_searches import compare_searches
    from knowledge.questions import read_questions

    questions = [case for path in question_set for case in read_questions(path)]
    table = Table("search", "recall@1", "recall@5")
    for name, first, five in compare_searches(_finder([]), questions, english):
        table.add_row(name, str(first), str(five))
    screen.print(table)


@app.command("tune")
def tune_command(question_set: list[Path]) -> None:
    """Fits fusion, decision and confidence on one half of the sets; writes data/tuning.yml."""
    from knowledge.nlu_examples import read_examples
    from knowledge.questions import read_questions
    from knowledge.tune import tune

    questions = [case for path in question_set for case in read_questions(path)]
    follow_ups = read_examples(settings().data / "nlu", "ask_follow_up")
    tuning = tune(_finder([]), questions, follow_ups)
    path = settings().data / "tuning.yml"
    path.write_text(
        "# Written by `python -m knowledge tune`; figures: what was reached on the half that was not fitted on.\n"
        + yaml.safe_dump(json.loads(tuning.model_dump_json()), sort_keys=False),
        encoding="utf-8",
    )
    screen.print(tuning.figures)
    screen.print(f"-> {path}; build again to use it.")


def _finder(more: list[Path]) -> Any:
    from knowledge.crawl import read_crawl
    from knowledge.decide import load_tuning
    from knowledge.encoder import Encoder
    from knowledge.finder import Finder
    from knowledge.lexicons import load_lexicons
    from knowledge.passages import crawl_passages
    from knowledge.scope import ScopeModel
    from knowledge.snapshot import current_name, load_snapshot, make_search_index

    here = settings()
    encoder, lexicons, tuning = Encoder(here.encoder, here.threads), load_lexicons(here.data), load_tuning(here.data)
    snapshot = load_snapshot(here.snapshots, current_name(here.snapshots), encoder, lexicons)
    if not more:
        return Finder(snapshot.index, snapshot.scope, lexicons, tuning)
    passages = list(snapshot.index.passages)
    held = set(snapshot.catalogue.procedures)
    for path in more:
        if not path.name.endswith((".jsonl", ".jsonl.gz")):
            raise CatalogueFormat(f"{path}: no known format.")
        records = [record for record in read_crawl(path) if record.code not in held]
        held |= {record.code for record in records}
        passages += crawl_passages(records, snapshot.catalogue.phrasings)
    return Finder(
        make_search_index(passages, encoder, lexicons), ScopeModel.train(passages, lexicons), lexicons, tuning
    )


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
        errors.print(str(error), style="red", highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
