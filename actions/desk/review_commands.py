"""`python -m actions review …`: sentences that were not answered well, and what becomes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from actions.desk.commands import Json, States, desk, one_line_errors, plain, screen, show_fields, states_of
from actions.desk.entries import ReviewStatus
from actions.desk.reviewed import add_case, add_phrasing
from knowledge.reply import Outcome
from knowledge.settings import settings

app = typer.Typer(no_args_is_help=True, help="Sentences that were not answered well.")

Id = Annotated[int, typer.Argument(metavar="ID", help="Number in the list.")]
Words = Annotated[str | None, typer.Option("--text", help="A better wording than the one in the list.")]


@app.command("list")
def list_command(status: States = "new", json_output: Json = False) -> None:
    """Lists sentences, the most often seen first."""
    wanted = states_of(status, ReviewStatus)
    with one_line_errors():
        found = desk().review_list(*wanted)
    if json_output:
        typer.echo(json.dumps([entry.model_dump(mode="json") for entry in found], ensure_ascii=False))
        return
    table = Table("id", "seen", "why", "outcome", "procedure", "status", "sentence")
    for one in found:
        words = (
            str(one.id),
            str(one.seen),
            one.why.value,
            one.outcome,
            one.procedure or "",
            one.status.value,
            one.text,
        )
        table.add_row(*map(plain, words))
    screen.print(table)


@app.command()
def show(number: Id, json_output: Json = False) -> None:
    """Shows one sentence with what is known about it."""
    with one_line_errors():
        found = desk().find_review(number)
    if json_output:
        typer.echo(found.model_dump_json())
        return
    show_fields({name: str(value) for name, value in found.model_dump(mode="json").items() if value is not None})


@app.command()
def drop(number: Id) -> None:
    """Takes a sentence off the list; it stays off, however often it is written again."""
    with one_line_errors():
        desk().settle_review(number, ReviewStatus.DROPPED)
    screen.print(f"{number}: dropped")


@app.command()
def phrasing(
    number: Id,
    code: Annotated[str, typer.Argument(help="Code of the procedure that it asks for.")],
    text: Words = None,
) -> None:
    """Adds a sentence to the phrasings of a procedure (data/phrasings); it counts from the next build on."""
    with one_line_errors():
        found = desk().find_review(number)
        path = add_phrasing(settings().data / "phrasings", code, found.text if text is None else text)
        desk().settle_review(number, ReviewStatus.DONE)
    screen.print(f"{number}: added to {path}", soft_wrap=True, highlight=False, markup=False)


@app.command("case")
def case_command(
    number: Id,
    question_set: Annotated[Path, typer.Option("--set", help="File of the set, like tests/questions/NAME.jsonl.")],
    code: Annotated[list[str] | None, typer.Option(help="Code of a procedure that is right (again for more).")] = None,
    behaviour: Annotated[Outcome, typer.Option(help="What must be done with it.")] = Outcome.ANSWER,
    text: Words = None,
) -> None:
    """Adds a sentence to a question set, with what the right reply to it is."""
    with one_line_errors():
        found = desk().find_review(number)
        words = found.text if text is None else text
        add_case(question_set, f"review-{number}", words, code or [], behaviour)
        desk().settle_review(number, ReviewStatus.DONE)
    screen.print(f"{number}: added to {question_set}", soft_wrap=True, highlight=False, markup=False)
