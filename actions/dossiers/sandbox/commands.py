"""`python -m actions.dossiers sandbox` and `openapi`."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from pydantic import ValidationError


def sandbox(
    port: Annotated[int | None, typer.Option(help="Port on 127.0.0.1; else MOTCUA_SANDBOX_PORT or 8090.")] = None,
    speed: Annotated[float | None, typer.Option(help="How many times as fast as ours its time runs.")] = None,
    database: Annotated[str | None, typer.Option(help="URL of its own database; else var/sandbox.sqlite.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of all that is left to chance.")] = None,
    token: Annotated[str | None, typer.Option(help="Bearer token of the REST API; else “sandbox”.")] = None,
) -> None:
    """Serves a made-up province that speaks LGSP and REST, until it is stopped. See docs/sandbox.md."""
    from actions.dossiers.errors import DossierError
    from actions.dossiers.sandbox.serving import serve
    from actions.dossiers.sandbox.settings import SandboxSettings
    from actions.privacy.settings import privacy_settings
    from storage.errors import DatabaseUnavailable, VaultLocked

    given = {"port": port, "speed": speed, "database": database, "seed": seed, "token": token}
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        settings = SandboxSettings(**options)
        serve(settings, privacy_settings().vault())
    except ValidationError as error:
        wrong = error.errors()[0]
        _end(f"MOTCUA_SANDBOX_{'_'.join(map(str, wrong['loc'])).upper()}: {wrong['msg']}")
    except OSError as error:
        _end(f"The port cannot be used ({error.strerror}); choose another one with --port.")
    except (DossierError, VaultLocked) as error:
        _end(f"{error} The sandbox's database may be thrown away (var/sandbox.sqlite).")
    except DatabaseUnavailable as error:
        _end(str(error))


def openapi() -> None:
    """Prints the OpenAPI of the REST interface that a province's vendor implements."""
    typer.echo(description(), nl=False)


def description() -> str:
    """The OpenAPI as it stands in docs/rest-api.json."""
    from actions.dossiers.sandbox.rest_routes import rest_app

    return json.dumps(rest_app(None, "").openapi(), ensure_ascii=False, indent=2) + "\n"


def _end(message: str) -> None:
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(1)
