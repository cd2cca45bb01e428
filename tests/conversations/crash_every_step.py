"""Kills each process (SIGKILL) at each step of the birth form, with the whole assistant running.

    python -m tests.conversations.crash_every_step [DATABASE ...] [--process NAME ...] [--into SECONDS]

DATABASE: where the assistant keeps things, as SQLAlchemy reads it; without one, SQLite in a temporary folder. For each
a house is started, and for each process a citizen fills in the form: while each of their messages is under way the
process is killed, then started again, and what got no reply is sent once more with the same id, as the page does.
In the end there must be one draft with every answer. Prints a JSON line for each; ends with 1 if anything was lost or
doubled. All four processes take about half an hour.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actions.submissions.form import load_forms
from tests.actions.submissions.birth import ANSWERS, CODE, TYPED
from tests.conversations.dossier_house import SEND, drafts, fill_in_despite_crashes, made_up_name, talking
from tests.house import Breakable, standing, unlimited_house

PROCESSES = ("actions", "rasa", "gateway", "sandbox")
STEPS = (*TYPED, SEND)


def crash(house: Breakable, process: str, into: float) -> dict[str, Any]:
    """One citizen's form with a crash of a process at every step, and what came of it."""
    began, entry = time.monotonic(), house.house.entry
    said = {"applicant_name": made_up_name()}
    result: dict[str, Any] = {"process": process, "crashes": len(STEPS), "lost": [], "drafts": 0}
    with talking(entry.url) as begin:
        talk = begin()
        try:
            fill_in_despite_crashes(talk, load_forms().get(CODE), house, dict.fromkeys(STEPS, process), said, into=into)
        except AssertionError as error:
            result["failed"] = str(error)
    made = drafts(entry.province, entry.vault_key, said["applicant_name"])
    wanted = {**ANSWERS, **said}
    kept = made[0].request.answers if made else {}
    result["drafts"] = len(made)
    result["lost"] = sorted(name for name in wanted if kept.get(name) != wanted[name])
    result["seconds"] = round(time.monotonic() - began)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """0: nothing was lost and nothing doubled."""
    parser = argparse.ArgumentParser(prog="crash_every_step", description="Kills each process at each step.")
    parser.add_argument("databases", nargs="*", help="as SQLAlchemy reads them; none: SQLite in a temporary folder")
    parser.add_argument("--process", action="append", choices=PROCESSES, help="only this one; may be repeated")
    parser.add_argument("--into", type=float, default=0.02, help="seconds from a message to the crash (default: 0.02)")
    wanted = parser.parse_args(arguments)
    failures = 0
    for database in wanted.databases or [""]:
        with tempfile.TemporaryDirectory(prefix="motcua-crash-") as folder:
            settings = {"MOTCUA_DATABASE": database} if database else {}
            with standing(unlimited_house(Path(folder), **settings)) as house:
                for process in wanted.process or PROCESSES:
                    result = crash(house, process, wanted.into)
                    failures += bool(result["lost"]) or result["drafts"] != 1 or "failed" in result
                    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
                    sys.stdout.flush()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
