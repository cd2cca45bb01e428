"""`check`: a table of what is there, what is stale, and whether it runs."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.house import environments, ports, pythons
from deploy.house.plan import plan
from deploy.house.ports import LOOPBACK
from deploy.house.settings import House
from deploy.house.steps import State, state

Row = tuple[str, str, str]

_SERVERS = {"postgres": environments.postgres, "redis": environments.redis}


def table(house: House) -> str:
    """The table as text: part, state, what follows from it."""
    rows: list[Row] = [("part", "state", ""), *_pythons(house), *_steps(house), *_ports(house)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}".rstrip() for row in rows)


def _pythons(house: House) -> Iterator[Row]:
    app = pythons.version_of(house.python) if house.python.exists() else None
    yield "Python for the app", app or environments.app_version(house), str(house.python if app else "")
    rasa = house.rasa_python if house.rasa_python.exists() else pythons.find(environments.RASA_PYTHON, house.environ)
    version = pythons.version_of(rasa) if rasa else None
    yield "Python for Rasa", version or "missing", str(rasa) if version else "uv will try to fetch it"


def _steps(house: House) -> Iterator[Row]:
    for step in plan(house, with_tests=True):
        if step.name == "browser":
            there = environments.browser(house)
            yield step.title, "found" if there else "missing", "" if there else "only some tests need it"
        elif step.name in _SERVERS:
            yield step.title, "found" if _SERVERS[step.name](house) else "missing", "only some tests need it"
        elif step.instead:
            yield step.title, "not needed", step.instead
        else:
            found = state(house, step)
            yield step.title, found.value, _what_next(house, found, step.name)


def _what_next(house: House, found: State, name: str) -> str:
    made_by = "`make test` makes it" if name == "tests-tools" else "`make run` makes it"
    if found is State.MISSING:
        return made_by
    if found is State.STALE:
        return f"{made_by} again" if (house.var / "stamps" / name).exists() else f"not known how it was made; {made_by}"
    return ""


def _ports(house: House) -> Iterator[Row]:
    at = house.ports()
    if house.answers():
        yield "Assistant", "running", house.address
        return
    yield "Assistant", "not running", ""
    inner = ((name, LOOPBACK, port) for name, _, port in at.inner)
    for name, host, port in (("gateway", house.host, at.gateway), *inner):
        yield f"Port {port} ({name})", ports.why_not(host, port) or "free", ""
