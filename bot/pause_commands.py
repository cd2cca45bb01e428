"""`python -m bot pause`, `resume`, `paused`: the assistant off, on, and which of both it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.delivery.database import GatewayDatabase
from bot.pause import DEFAULT_REASON, BadReason, Pause, Paused
from storage.errors import DatabaseUnavailable

HERE = ZoneInfo("Asia/Ho_Chi_Minh")

Reason = Annotated[str, typer.Option(help="Why, in a few words that citizens read: “bảo trì đến 14 giờ”.")]


def pause(reason: Reason = DEFAULT_REASON) -> None:
    """Switches the assistant off: every message gets one sentence with the reason and where to go instead."""
    with _pause() as switch:
        try:
            paused = switch.begin(reason)
        except BadReason as error:
            raise typer.BadParameter(str(error), param_hint="--reason") from None
    typer.echo("off within 2 seconds, on all gateways; `python -m bot resume` switches it on. Citizens read:")
    typer.echo(paused.sentence)


def resume() -> None:
    """Switches the assistant on again."""
    with _pause() as switch:
        was_off = switch.end()
    typer.echo("on within 2 seconds, on all gateways" if was_off else "it was on")


def paused() -> None:
    """Says whether the assistant is switched off, since when and why."""
    with _pause() as switch:
        found = switch.current()
    typer.echo(_told(found) if found else "on")


def add_pause_commands(app: typer.Typer) -> None:
    """Adds the three commands to those of `python -m bot`."""
    app.command()(pause)
    app.command()(resume)
    app.command()(paused)


def _told(found: Paused) -> str:
    return f"off since {found.since.astimezone(HERE):%d/%m/%Y %H:%M}: {found.reason}"


@contextmanager
def _pause() -> Iterator[Pause]:
    """The switch over the database that the settings name; what fails is one line, not a traceback."""
    from bot.settings import BotSettings

    database = GatewayDatabase(BotSettings().gateway_database.get_secret_value())
    try:
        yield Pause(database)
    except DatabaseUnavailable as error:
        typer.secho(str(error), fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from None
    finally:
        database.close()
