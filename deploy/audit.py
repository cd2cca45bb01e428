"""`python -m deploy.audit`: whether a package of the gateway's environment has a known vulnerability.

pip-audit asks an advisory service about every pinned package of requirements/app.txt: that of PyPI, else OSV. What
people have reviewed stands in deploy/audited.yml. The exit status is 0: nothing that is not reviewed; 1: something;
3: it could not be checked, or not all of it. With --may-be-offline what could not be checked is told and ends with 0,
what was found still ends with 1.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements" / "app.txt"
REVIEWED = ROOT / "deploy" / "audited.yml"
SERVICES = ("pypi", "osv")
OSV = "https://api.osv.dev/v1/query"
LONGEST = 600  # seconds for all packages
SOCKET_SECONDS = 10
FINE, FOUND, NOT_CHECKED = 0, 1, 3


class Reviewed(BaseModel):
    """An advisory that somebody has looked at. until: the day from which it counts again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    package: str
    reviewed: date
    until: date
    reason: str = Field(min_length=20)


class ReviewedList(BaseModel):
    """The file with them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    advisories: tuple[Reviewed, ...]


@dataclass(frozen=True)
class Finding:
    """A vulnerability of a package. ids: its names, the first is the service's own."""

    package: str
    version: str
    ids: tuple[str, ...]
    fixed_in: tuple[str, ...]

    def __str__(self) -> str:
        remedy = f"fixed in {', '.join(self.fixed_in)}" if self.fixed_in else "no fixed version"
        return f"{self.package} {self.version}: {', '.join(self.ids)}; {remedy}"


@dataclass(frozen=True)
class Answer:
    """What a service said. unchecked: packages that it did not look at. trouble: why it said nothing."""

    service: str
    checked: int = 0
    unchecked: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    trouble: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it looked at every package."""
        return not self.trouble and self.checked > 0 and not self.unchecked


def ask(service: str, requirements: Path = REQUIREMENTS, osv_url: str = OSV) -> Answer:
    """What one service says of all packages. pip-audit's own "no known vulnerabilities" counts packages it skipped."""
    tool = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--no-deps", "--disable-pip"]
    how = ["--format", "json", "--progress-spinner", "off", "--timeout", str(SOCKET_SECONDS)]
    where = ["--vulnerability-service", service, "--osv-url", osv_url]
    try:
        done = subprocess.run(
            [*tool, *how, *where], capture_output=True, text=True, timeout=LONGEST, check=False, cwd=ROOT
        )
        return read(service, json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return Answer(service, trouble=f"no answer within {LONGEST} s")
    except (ValueError, KeyError, TypeError):  # it ended with a traceback, or with something else than JSON
        last = done.stderr.strip().splitlines()[-1:] or ["no output"]
        return Answer(service, trouble=last[0].partition(":")[0][:80])


def read(service: str, report: dict[str, Any]) -> Answer:
    """pip-audit's report. Raises KeyError or TypeError for what is none."""
    packages = report["dependencies"]
    looked_at = [one for one in packages if "vulns" in one]
    found = [
        Finding(one["name"], one["version"], (flaw["id"], *flaw.get("aliases", [])), tuple(flaw["fix_versions"]))
        for one in looked_at
        for flaw in one["vulns"]
    ]
    unchecked = tuple(one["name"] for one in packages if "vulns" not in one)
    return Answer(service, len(looked_at), unchecked, tuple(found))


def first_whole(services: Sequence[str], requirements: Path = REQUIREMENTS, osv_url: str = OSV) -> list[Answer]:
    """The answers of the services, up to the first that looked at everything."""
    answers = []
    for service in services:
        answers.append(ask(service, requirements, osv_url))
        if answers[-1].is_whole:
            break
    return answers


def reviewed_list(path: Path = REVIEWED) -> tuple[Reviewed, ...]:
    """What people have reviewed. Raises pydantic.ValidationError where a reason or a day is missing."""
    return ReviewedList.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).advisories


def judge(answers: Sequence[Answer], reviewed: Sequence[Reviewed], today: date) -> tuple[int, list[str]]:
    """The exit status, and what to tell."""
    valid = {(one.package, one.id) for one in reviewed if one.until > today}
    found = {finding.ids[0]: finding for answer in answers for finding in answer.findings}
    open_ones = [one for one in found.values() if not any((one.package, name) in valid for name in one.ids)]
    lines = [f"vulnerable: {finding}" for finding in open_ones]
    lines += [f"review again: {one.id} of {one.package}, since {one.until}" for one in reviewed if one.until <= today]
    whole = next((answer for answer in answers if answer.is_whole), None)
    if whole is None:
        lines += [f"not checked: {_why(answer)}" for answer in answers]
        return (FOUND if open_ones else NOT_CHECKED), lines
    known = {name for finding in found.values() for name in finding.ids}
    lines += [f"no longer found, take it out: {one.id} of {one.package}" for one in reviewed if one.id not in known]
    lines.append(f"{whole.checked} packages checked ({whole.service}), {len(found)} advisories, {len(open_ones)} open")
    return (FOUND if open_ones else FINE), lines


def _why(answer: Answer) -> str:
    if answer.trouble:
        return f"{answer.service} did not answer ({answer.trouble})"
    return f"{answer.service} looked at {answer.checked} of {answer.checked + len(answer.unchecked)} packages"


def main(arguments: Sequence[str] | None = None) -> int:
    """Asks, tells, and gives the exit status."""
    options = argparse.ArgumentParser(prog="python -m deploy.audit", description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--may-be-offline", action="store_true", help="what could not be checked ends with 0")
    options.add_argument("--service", choices=SERVICES, help="ask this one alone")
    options.add_argument("--osv-url", default=OSV, help="a mirror of OSV")
    options.add_argument("--requirements", type=Path, default=REQUIREMENTS)
    options.add_argument("--reviewed", type=Path, default=REVIEWED)
    given = options.parse_args(arguments)
    services = [given.service] if given.service else SERVICES
    answers = first_whole(services, given.requirements, given.osv_url)
    status, lines = judge(answers, reviewed_list(given.reviewed), datetime.now(UTC).date())
    print("\n".join(lines))
    return FINE if status == NOT_CHECKED and given.may_be_offline else status


if __name__ == "__main__":
    sys.exit(main())
