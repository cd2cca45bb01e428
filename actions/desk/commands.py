"""`python -m actions desk …`: what officers do with hand-overs in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from actions.desk.desk import HERE, Desk
from actions.desk.entries import HandOver, Status
from actions.desk.errors import DeskError
from actions.desk.settings import desk_settings

app = typer.Typer(no_args_is_help=True, help="Conversations that were handed over to officers.")
screen = Console()
errors = Console(stderr=True)

Number = Annotated[str, typer.Argument(help="The number that the citizen was told, like HG-7K3M9P.")]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
States = Annotated[str, typer.Option("--status", help="One or more, separated by commas, or all.")]
S = TypeVar("S", bound=StrEnum)


@lru_cache
def desk() -> Desk:
    """The desk that the commands work at."""
    return Desk(desk_settings())


@contextmanager
def one_line_errors() -> Iterator[None]:
    """An error of the desk is one line and exit status 1, not a traceback."""
    try:
        yield
    except DeskError as error:
        errors.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


def states_of(words: str, of: type[S]) -> list[S]:
    """The states that --status names. Raises BadParameter, which the command shows."""
    if words == "all":
        return list(of)
    try:
        return [of(word.strip()) for word in words.split(",")]
    except ValueError as error:
        raise typer.BadParameter(f"one of {', '.join([*of, 'all'])}", param_hint="--status") from error


def show_fields(fields: dict[str, str]) -> None:
    """Shows names and values below each other; what citizens wrote is never read as markup."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in fields.items():
        if value:
            table.add_row(name, plain(value))
    screen.print(table)


def plain(text: str) -> Any:
    """A text as it stands, without markup and without control characters for the terminal."""
    from rich.text import Text

    return Text("".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text))


@app.command("list")
def list_command(status: States = "waiting,taken", json_output: Json = False) -> None:
    """Lists hand-overs, the oldest first, without contacts."""
    wanted = states_of(status, Status)
    with one_line_errors():
        found = desk().hand_overs(*wanted)
    if json_output:
        typer.echo(json.dumps([one.model_dump(mode="json", exclude={"contact"}) for one in found], ensure_ascii=False))
        return
    table = Table("number", "opened", "status", "kind", "reason", "procedure", "taken by")
    for one in found:
        words = (one.status.value, one.kind.value, one.reason.value, one.procedure or "", one.taken_by)
        table.add_row(one.number, _moment(one.opened), *map(plain, words))
    screen.print(table)


@app.command()
def show(
    number: Number,
    contact: Annotated[bool, typer.Option("--contact", help="Show how the citizen can be reached, too.")] = False,
    json_output: Json = False,
) -> None:
    """Shows one hand-over with its last turns."""
    with one_line_errors():
        found = desk().find(number)
    if json_output:
        typer.echo(found.model_dump_json(exclude=set() if contact else {"contact"}))
        return
    _show(found, contact=contact)


@app.command()
def take(number: Number, who: Annotated[str, typer.Option(help="Name of the officer.")]) -> None:
    """Notes that somebody deals with a hand-over."""
    if not who.strip():
        raise typer.BadParameter("a name", param_hint="--who")
    with one_line_errors():
        found = desk().take(number, who)
    screen.print(plain(f"{found.number}: {found.status.value}, {found.taken_by}"))


@app.command()
def close(number: Number, note: Annotated[str, typer.Option(help="What came of it, without personal data.")]) -> None:
    """Notes that a hand-over is done; its contact is deleted."""
    with one_line_errors():
        found = desk().close(number, note)
    screen.print(plain(f"{found.number}: {found.status.value}; the contact was deleted"))


@app.command()
def counts(json_output: Json = False) -> None:
    """Counts hand-overs, sentences to review, feedback and answers of the survey."""
    with one_line_errors():
        found = desk().counts()
    if json_output:
        typer.echo(found.model_dump_json())
        return
    table = Table("", "", "count")
    rows: list[tuple[str, str, int]] = [
        ("hand-overs", status.value, count) for status, count in found.hand_overs.items()
    ]
    rows += [("review", status.value, count) for status, count in found.reviews.items()]
    rows += [("answers", "helpful", found.helpful), ("answers", "unhelpful", found.unhelpful)]
    rows += [("unhelpful because", reason, count) for reason, count in found.reasons.items()]
    rows += [("survey", f"{name} = {value}", count) for name, of in found.survey.items() for value, count in of.items()]
    for group, name, count in rows:
        table.add_row(group, plain(name), str(count))
    screen.print(table)


@app.command()
def forget(
    days: Annotated[int | None, typer.Option(min=0, help="Older than this; else MOTCUA_KEEP_DAYS.")] = None,
) -> None:
    """Deletes what is older than it may be kept; the running action server does so once a day."""
    with one_line_errors():
        gone = desk().forget(days)
    screen.print(
        f"Deleted: {gone.hand_overs} hand-overs, {gone.reviews} sentences; {gone.parted} answers made anonymous."
    )


def _show(found: HandOver, *, contact: bool) -> None:
    fields = {
        "number": found.number,
        "status": " ".join(filter(None, (found.status.value, found.taken_by and f"({found.taken_by})"))),
        "kind": found.kind.value,
        "reason": found.reason.value,
        "procedure": found.procedure or "",
        "opened": _moment(found.opened),
        "taken": _moment(found.taken),
        "closed": _moment(found.closed),
        "missing": found.missing,
        "note": found.note,
    }
    if contact:
        fields["contact"] = found.contact or "-"
    show_fields(fields)
    for turn in found.summary:
        screen.print(plain(f"- {turn}"))


def _moment(at: datetime | None) -> str:
    """A moment in Vietnam's time."""
    return at.astimezone(HERE).strftime("%d/%m/%Y %H:%M") if at else ""
