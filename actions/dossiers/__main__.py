"""`python -m actions.dossiers …`: the register of dossiers in a terminal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actions.dossiers.audit_commands import app as audit_commands
from actions.dossiers.errors import DossierError
from actions.dossiers.sandbox.commands import openapi, sandbox

if TYPE_CHECKING:
    from actions.dossiers.dossier import Dossier, Proofs
    from actions.dossiers.embedded import EmbeddedRegister, StoredDraft
    from actions.dossiers.guarded import GuardedRegister

PROOF_DIGITS = 4  # the last ones, which a citizen is asked for

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The register of dossiers.")
app.add_typer(audit_commands, name="audit")
screen = Console()
errors = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
Limit = Annotated[int, typer.Option(min=1, help="How many at most.")]


@app.command("list")
def list_command(limit: Limit = 100, json_output: Json = False) -> None:
    """Lists the dossiers of the embedded register; if they are made up, with what opens them in the chat."""
    with one_line_errors():
        register = embedded()
        found = register.all(limit)
    rows = [_listed(dossier, with_proofs=register.demonstration) for dossier in found]
    if json_output:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    proofs = ("secret", "phone ends in", "identity number ends in") if register.demonstration else ()
    table = Table("code", "status", "procedure", "due", *proofs)
    for row in rows:
        table.add_row(*map(plain, (value or "" for value in row.values())))
    screen.print(table)


@app.command()
def show(code: Annotated[str, typer.Argument(help="As on the receipt.")], json_output: Json = False) -> None:
    """Shows one dossier of whichever register is set, without what proves whose it is."""
    from actions.dossiers.codes import read_code

    async def find(register: GuardedRegister) -> Dossier:
        try:
            return await register.find(read_code(code).code or code.strip().upper())
        finally:
            await register.close()

    with one_line_errors():
        found = asyncio.run(find(opened()))
    if json_output:
        typer.echo(found.model_dump_json())
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in found.model_dump(mode="json", exclude_none=True).items():
        for line in value if isinstance(value, list) else [value]:
            if line not in ("", {}):
                table.add_row(
                    name, plain(json.dumps(line, ensure_ascii=False) if isinstance(line, dict) else str(line))
                )
    screen.print(table)


@app.command()
def put(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="One dossier or a list, JSON.")],
) -> None:
    """Puts dossiers into the embedded register, or replaces those of the same code.

    Fields: as docs/rest-api.json describes a dossier, with "proofs"; status_name and as_of may be left out.
    """
    with one_line_errors():
        dossiers = _read(file)
        embedded().put_all(dossiers)
    screen.print(plain(f"{len(dossiers)} put in."))


@app.command()
def drafts(limit: Limit = 100, json_output: Json = False) -> None:
    """Lists the drafts that were made in the embedded register; --json shows the answers, which are personal."""
    with one_line_errors():
        found = embedded().drafts(limit)
    if json_output:
        typer.echo(json.dumps([draft.model_dump(mode="json") for draft in found], ensure_ascii=False))
        return
    table = Table("code", "made", "procedure", "files")
    for one in found:
        table.add_row(*map(plain, _drafted(one)))
    screen.print(table)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """An error of the register is one line and exit status 1, not a traceback."""
    try:
        yield
    except DossierError as error:
        errors.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


def opened() -> GuardedRegister:
    """The register that the settings name. Raises SettingMissing; BadParameter for a setting that cannot be used."""
    from pydantic import ValidationError

    from actions.database.work import Database
    from actions.desk.settings import desk_settings
    from actions.dossiers.opening import open_register
    from actions.dossiers.settings import dossier_settings
    from actions.privacy.settings import privacy_settings

    _quiet_logs()
    try:
        settings, database = dossier_settings(), Database(desk_settings().database)
        return open_register(settings, database, privacy_settings().vault())
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise typer.BadParameter(wrong, param_hint="settings") from None


def _quiet_logs() -> None:
    """Standard output is for what was asked for."""
    import logging
    import sys

    import structlog

    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )


def embedded() -> EmbeddedRegister:
    """The embedded register. Raises BadParameter if the settings name another."""
    from actions.dossiers.embedded import EmbeddedRegister

    register = opened().register
    if not isinstance(register, EmbeddedRegister):
        raise typer.BadParameter(f"this works with the embedded register only, not with {register.name}")
    return register


def plain(text: str) -> Text:
    """A text as it stands, without markup and without control characters for the terminal."""
    return Text("".join(letter if letter.isprintable() else " " for letter in text))


def _listed(dossier: Dossier, *, with_proofs: bool) -> dict[str, str | None]:
    row = {
        "code": dossier.code,
        "status": dossier.status_name,
        "procedure": dossier.procedure,
        "due": _moment(dossier.due),
    }
    if not with_proofs:
        return row
    return {**row, **_tails(dossier.proofs)}


def _tails(proofs: Proofs) -> dict[str, str | None]:
    """What somebody who tries it out types."""
    secret, phone, number = (
        value.get_secret_value() if value else None for value in (proofs.secret, proofs.phone, proofs.identity_number)
    )
    return {"secret": secret, "phone": phone and phone[-PROOF_DIGITS:], "identity": number and number[-PROOF_DIGITS:]}


def _drafted(one: StoredDraft) -> tuple[str, ...]:
    about = f"{one.request.procedure} {one.request.procedure_name}"
    return one.draft.code, _moment(one.draft.made) or "", about, str(len(one.files))


def _moment(at: datetime | None) -> str | None:
    """A moment in Vietnam's time."""
    from knowledge.working_days import VIETNAM

    return at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M") if at else None


def _read(file: Path) -> list[tuple[Dossier, Proofs | None]]:
    """The dossiers of a file. Raises BadParameter, which names fields but not what stands in them."""
    from pydantic import ValidationError

    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return [_one(fields) for fields in (content if isinstance(content, list) else [content])]
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise typer.BadParameter(wrong, param_hint=file.name) from None
    except (ValueError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"not JSON of dossiers ({type(error).__name__})", param_hint=file.name) from None


def _one(fields: dict[str, Any]) -> tuple[Dossier, Proofs | None]:
    from actions.dossiers.dossier import STATUS_NAMES, Dossier, Proofs, Status

    fields = dict(fields)
    proofs = fields.pop("proofs", None)
    if "status_name" not in fields and fields.get("status") in list(Status):
        fields["status_name"] = STATUS_NAMES[Status(fields["status"])]
    dossier = Dossier.model_validate({"as_of": datetime.now(UTC), **fields})
    return dossier, Proofs.model_validate(proofs) if proofs else None


app.command()(sandbox)
app.command()(openapi)

if __name__ == "__main__":
    app()
