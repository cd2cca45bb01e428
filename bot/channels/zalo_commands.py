"""`python -m bot zalo …`: lets the application speak for the Official Account, and shows for how long."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.channels.channel import SendFailed
from bot.channels.zalo_errors import ZaloError
from bot.channels.zalo_hours import VIETNAM
from bot.channels.zalo_oa_settings import ZaloOaSettings
from storage.errors import StorageError

app = typer.Typer(no_args_is_help=True, help="The Zalo Official Account: who may speak for it, and for how long.")
screen = Console()
errors = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


@contextmanager
def one_line_errors() -> Iterator[None]:
    """An error is one line and exit status 1, not a traceback."""
    try:
        yield
    except (ZaloError, StorageError, SendFailed, OSError, ValueError) as error:
        errors.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


def tokens_of(settings: ZaloOaSettings) -> Any:
    """The tokens in the gateway's database."""
    from bot.channels.zalo_tokens import ZaloTokens
    from bot.delivery.database import GatewayDatabase
    from bot.settings import BotSettings
    from storage.settings import VaultSettings

    database = GatewayDatabase(BotSettings().gateway_database.get_secret_value())
    return ZaloTokens(settings, database, VaultSettings().vault())


@app.command()
def authorise(
    code: Annotated[str, typer.Option(help="Asked for if not given: the code, or the whole address.")] = "",
) -> None:
    """Prints the address where an administrator of the account agrees, takes the answer, keeps the tokens."""
    settings = ZaloOaSettings()
    with one_line_errors():
        _check(settings)
        tokens = tokens_of(settings)
        request = tokens.begin()
        typer.echo("Open this address as an administrator of the Official Account, choose it and agree:\n")
        typer.echo(f"{request.url}\n")
        typer.echo("The browser is then sent to your redirect address. It need not answer: copy the whole address.")
        pasted = code or typer.prompt("Address or code (within 10 minutes)")
        kept = tokens.authorise(request, pasted)
    typer.echo(f"Done: pair {kept.generation}, valid until {_told(kept.expires)}. It is renewed by itself.")


@app.command()
def status(
    person: Annotated[str, typer.Option(help="Also what may be sent to this person (their user_id).")] = "",
    json_output: Json = False,
) -> None:
    """Shows the tokens' state: which pair, until when, what is wrong. Exit status 1: nothing can be sent."""
    settings = ZaloOaSettings()
    with one_line_errors():
        _check(settings)
        tokens = tokens_of(settings)
        state = _state(tokens.status())
        if person and state["authorised"]:
            state["quota"] = asyncio.run(_quota(settings, tokens, person))
    if json_output:
        typer.echo(json.dumps(state, ensure_ascii=False))
    else:
        table = Table("", "")
        for name, value in state.items():
            table.add_row(name.replace("_", " "), json.dumps(value) if isinstance(value, dict) else str(value))
        screen.print(table)
    if state["problem"]:
        raise typer.Exit(1)


def _check(settings: ZaloOaSettings) -> None:
    missing = [
        f"MOTCUA_ZALO_OA_{name}"
        for name, value in (
            ("APP_ID", settings.app_id),
            ("APP_SECRET", settings.secret_of_app()),
            ("REDIRECT_URI", settings.redirect_uri),
        )
        if not value
    ]
    if missing:
        raise ValueError(f"Set {', '.join(missing)} first (docs/zalo.md).")


def _state(kept: Any) -> dict[str, Any]:
    """What is told of a pair; never a token."""
    if kept is None:
        return {"authorised": False, "problem": "Z101: nobody has authorised yet: python -m bot zalo authorise"}
    return {
        "authorised": True,
        "pair": kept.generation,
        "renewed": _told(kept.issued),
        "access_until": _told(kept.expires),
        "refresh_until": f"{_told(kept.refresh_expires)} (about; renewing makes it new)",
        "being_renewed": bool(kept.lease),
        "failed_attempts": kept.tries,
        "problem": _problem(kept),
    }


def _problem(kept: Any) -> str:
    if kept.refused:
        return f"Z102: the service refuses the refresh token ({kept.refused}): python -m bot zalo authorise"
    if kept.expires <= datetime.now(UTC) and kept.tries:
        return "Z103: the token has ended and the token service does not answer"
    return ""


async def _quota(settings: ZaloOaSettings, tokens: Any, person: str) -> dict[str, Any]:
    from bot.channels.zalo_oa import ZaloOaChannel

    channel = ZaloOaChannel(settings, tokens, _no_file)
    try:
        return dict(await channel.quota(person))
    finally:
        await channel.close()


async def _no_file(_: str) -> None:
    """No file is sent here."""


def _told(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")
