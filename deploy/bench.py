"""`python -m deploy.bench`: our assistant next to a plain Rasa 3.6 one (../shared/bench/stock-rasa), in the same run.

The plain one runs twice: as pip installs it, and with our pin of jsonschema (docs/decisions/0003). All on loopback, on
ports of their own, with the limits against floods lifted for ours.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import stat
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from bot.bench import Ours, Speed, compare, say_to_rasa
from deploy.house.errors import HouseError
from deploy.house.ports import LOOPBACK
from deploy.house.processes import Stop, Tool, stop_all
from deploy.house.screen import Screen
from deploy.house.services import Running, Service, services
from deploy.house.settings import House, here

OURS = "motcua"
PLAIN = "plain Rasa"
PINNED = "plain Rasa, pinned"
NEWEST_JSONSCHEMA = "jsonschema==4.17.3"  # what a plain `pip install rasa==3.6.21` brings
PORTS = {"MOTCUA_PORT": "18400", "MOTCUA_RASA_PORT": "18405", "MOTCUA_ACTIONS_PORT": "18455"}
NO_LIMITS = {"MOTCUA_LIMIT_SESSION": "1000000/minute", "MOTCUA_LIMIT_ADDRESS": "1000000/minute"}
PLAIN_PORTS = {PLAIN: (18415, 18465), PINNED: (18425, 18475)}

screen = Console()
errors = Console(stderr=True)


def main(
    seconds: float = typer.Option(4.0, help="Seconds of load for each assistant, number of citizens and round."),
) -> None:
    """Prints messages per second, p50 and p95 with 1, 4 and 16 citizens; writes var/bench/latest.json."""
    house = here()
    house = replace(house, environ={**house.environ, **PORTS, **NO_LIMITS})
    started: list[Running] = []
    try:
        found = _measure(house, started, seconds)
    except HouseError as error:
        errors.print(str(error), style="red", highlight=False)
        sys.exit(1)
    finally:
        stop_all([process for running in started for _, process in running.processes])
    _show(found)
    _keep(house, found)


def _measure(house: House, started: list[Running], seconds: float) -> list[Speed]:
    stop = Stop()
    groups: list[tuple[House, tuple[Service, ...]]] = [(house, services(house))]
    assistants = [(OURS, f"http://{LOOPBACK}:{PORTS['MOTCUA_PORT']}", Ours().say)]
    source = house.root.parent / "shared" / "bench" / "stock-rasa"
    if source.is_dir():
        folder = _plain_assistant(house, stop, source)
        for name, (rasa, actions) in PLAIN_PORTS.items():
            groups.append((replace(house, root=folder), _plain_services(house, folder, name, rasa, actions)))
            assistants.append((name, f"http://{LOOPBACK}:{rasa}", say_to_rasa))
    else:
        errors.print(f"{source} is not there: measured without the plain assistant.")
    for place, wanted in groups:
        started.append(Running(place, stop))
        started[-1].start(wanted)
    for running, (_, wanted) in zip(started, groups, strict=True):
        running.wait(wanted, Screen(sys.stderr))
    return asyncio.run(compare(assistants, seconds, lambda what: errors.print(what, style="dim")))


def _plain_assistant(house: House, stop: Stop, source: Path) -> Path:
    """A trained copy of the plain assistant, and the newer jsonschema beside it."""
    folder = house.var / "bench" / "stock-rasa"
    tool = Tool(house.root, house.rasa_environ(), house.log("bench"), stop)
    if not (folder / "models" / "plain.tar.gz").is_file():
        shutil.copytree(source, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
        for place in (folder, *folder.rglob("*")):
            place.chmod(place.stat().st_mode | stat.S_IWUSR)
        words: list[str | Path] = ["train", "--config", folder / "config.yml", "--domain", folder / "domain.yml"]
        words += ["--data", folder / "data", "--out", folder / "models", "--fixed-model-name", "plain"]
        tool.run([house.rasa_python.parent / "rasa", *words], limit=600)
    newest = folder / "newest"
    if not newest.is_dir():
        install: list[str | Path] = [
            "pip",
            "install",
            "--no-deps",
            "--python",
            house.rasa_python,
            "--target",
            newest,
            NEWEST_JSONSCHEMA,
        ]
        tool.run([house.uv, *install], limit=300)
    return folder


def _plain_services(house: House, folder: Path, name: str, rasa: int, actions: int) -> tuple[Service, ...]:
    endpoints = folder / f"endpoints-{rasa}.yml"
    endpoints.write_text(f'action_endpoint: {{url: "http://{LOOPBACK}:{actions}/webhook"}}\n')
    paths = [str(folder / "newest")] if name == PLAIN else []
    environ = {**house.rasa_environ(), "PYTHONPATH": ":".join([*paths, str(folder)])}
    python = str(house.rasa_python)
    model, credentials = str(folder / "models" / "plain.tar.gz"), str(folder / "credentials.yml")
    where = ("--interface", LOOPBACK, "--port", str(rasa))
    files = ("--model", model, "--endpoints", str(endpoints), "--credentials", credentials, *where)
    slug = name.replace(", ", "-").replace(" ", "-").lower()
    return (
        Service(
            f"{slug}-actions",
            (python, "-m", "rasa_sdk", "--actions", "actions", "--port", str(actions)),
            environ,
            LOOPBACK,
            actions,
            "/health",
        ),
        Service(slug, (python, "-m", "rasa", "run", *files), environ, LOOPBACK, rasa, "/"),
    )


def _show(found: list[Speed]) -> None:
    table = Table("", "citizens", "messages/s", "p50 ms", "p95 ms", "times plain Rasa")
    plain = {speed.citizens: speed.rate for speed in found if speed.name == PLAIN}
    for speed in found:
        ratio = f"{speed.rate / plain[speed.citizens]:.2f}" if speed.citizens in plain else "-"
        figures = (f"{speed.rate:.1f}", f"{speed.ms(0.5):.0f}", f"{speed.ms(0.95):.0f}")
        table.add_row(speed.name, str(speed.citizens), *figures, ratio)
    screen.print(table)


def _keep(house: House, found: list[Speed]) -> None:
    path = house.var / "bench" / "latest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "name": speed.name,
            "citizens": speed.citizens,
            "messages_per_second": round(speed.rate, 1),
            "p50_ms": round(speed.ms(0.5), 1),
            "p95_ms": round(speed.ms(0.95), 1),
        }
        for speed in found
    ]
    path.write_text(json.dumps({"date": date.today().isoformat(), "speeds": rows}, indent=1) + "\n")


if __name__ == "__main__":
    typer.run(main)
