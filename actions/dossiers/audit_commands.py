"""`python -m actions.dossiers audit …`: the audit trail in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from actions.database.work import Database
from actions.dossiers.access_tables import Outcome
from actions.dossiers.audit import Audit
from actions.privacy.settings import privacy_settings
from knowledge.working_days import VIETNAM
from storage.errors import StorageError

SHOWN = 8  # characters of a name: enough to see which lines belong together

app = typer.Typer(no_args_is_help=True, help="Who tried to see which dossier, and what came of it.")
screen = Console()
errors = Console(stderr=True)

Days = Annotated[int, typer.Option(min=1, help="Of the last days.")]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


def audit() -> Audit:
    """The trail that the commands read."""
    from actions.desk.settings import desk_settings

    return Audit(Database(desk_settings().database), privacy_settings().vault())


@contextmanager
def one_line_errors() -> Iterator[None]:
    """An error of the database is one line and exit status 1, not a traceback."""
    try:
        yield
    except StorageError as error:
        errors.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


@app.command("list")
def list_command(
    last: Annotated[int, typer.Option(min=1, max=100_000, help="How many lines.")] = 50,
    outcome: Annotated[list[Outcome] | None, typer.Option(help="Only these; may be given several times.")] = None,
    code: Annotated[str, typer.Option(help="Only of this dossier.")] = "",
    json_output: Json = False,
) -> None:
    """Shows the last lines, the newest first. Names are keyed hashes: the same name is the same one."""
    with one_line_errors():
        found = audit().entries(last, outcomes=tuple(outcome or ()), code=code.strip().upper())
    if json_output:
        typer.echo(json.dumps([entry.model_dump(mode="json") for entry in found]))
        return
    table = Table("when", "outcome", "conversation", "address", "dossier")
    for entry in found:
        names = (name[:SHOWN] for name in (entry.conversation, entry.address, entry.dossier))
        table.add_row(_moment(entry.at), entry.outcome.value, *names)
    screen.print(table)


@app.command()
def counts(days: Days = 1, json_output: Json = False) -> None:
    """Counts the lines of each outcome."""
    with one_line_errors():
        found = audit().counts(days)
    if json_output:
        typer.echo(json.dumps({outcome.value: found[outcome] for outcome in Outcome}))
        return
    table = Table("outcome", "count")
    for outcome in Outcome:
        table.add_row(outcome.value, str(found[outcome]))
    screen.print(table)


@app.command()
def suspects(days: Days = 1, json_output: Json = False) -> None:
    """Shows the network addresses with the most failures, as keyed hashes."""
    with one_line_errors():
        found = audit().suspects(days)
    if json_output:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found]))
        return
    table = Table("address", "failures", "different codes", "last")
    for one in found:
        table.add_row(one.address[:SHOWN], str(one.failures), str(one.dossiers), _moment(one.last))
    screen.print(table)


@app.command()
def forget(
    days: Annotated[int | None, typer.Option(min=1, help="Older than this; else MOTCUA_KEEP_AUDIT_DAYS.")] = None,
) -> None:
    """Deletes lines that are older than they may be kept; the running action server does so once a day."""
    with one_line_errors():
        gone = audit().forget(days or privacy_settings().keep_audit_days)
    screen.print(f"Deleted: {gone} lines.")


def _moment(at: datetime) -> str:
    """A moment in Vietnam's time."""
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
