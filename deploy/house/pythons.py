"""Finds Python interpreters that really run. Read by old Pythons too (3.6), so: plain syntax, quoted types."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

OLDEST = (3, 11)  # what motcua's own processes need
KNOWN = ("3.13", "3.12", "3.11")
RUNNING = ".".join(str(part) for part in sys.version_info[:2])
PROBE = "import sys, ssl, sqlite3; print('%d.%d.%d' % sys.version_info[:3])"
PATIENCE = 20.0  # seconds for an interpreter to say its version


def version_of(program: "str | Path") -> "str | None":
    """The version (like 3.11.7) of an interpreter that really runs; a shim of pyenv may exist and yet not run."""
    try:
        answer = subprocess.check_output(
            [str(program), "-c", PROBE], stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=PATIENCE
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.decode("ascii", "replace").strip()


def candidates(version: str, environ: "Mapping[str, str]") -> "Iterator[Path]":
    """Where a version (like 3.10) may be: every folder of PATH, then pyenv's versions, newest first."""
    name = "python" + version
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        program = Path(folder) / name
        if folder and os.access(str(program), os.X_OK):
            yield program
    for root in _pyenv_roots(environ):
        yield from sorted(root.glob("versions/*/bin/" + name), key=_numbers, reverse=True)


def find(version: str, environ: "Mapping[str, str]") -> "Path | None":
    """An interpreter of exactly this version (like 3.10) that runs, or none."""
    for program in candidates(version, environ):
        if (version_of(program) or "").startswith(version + "."):
            return program
    return None


def current(environ: "Mapping[str, str]") -> Path:
    """The interpreter to make an environment with: the running one, but not one that lies in an environment itself."""
    if sys.prefix == sys.base_prefix:
        return Path(sys.executable)
    base = Path(sys.base_prefix) / "bin" / ("python" + RUNNING)
    if base.exists():
        return base
    return find(RUNNING, environ) or Path(sys.executable)


def restart(arguments: "list[str]") -> int:
    """Runs the launcher again with a current Python; returns only if there is none."""
    root = Path(__file__).absolute().parent.parent.parent
    for version in KNOWN:
        program = find(version, os.environ)
        if program:
            os.chdir(str(root))
            os.execv(str(program), [str(program), "-m", "deploy.house", *arguments])  # noqa: S606
    what = f"Python 3.11 or later is needed, and {sys.executable} is {RUNNING}"
    sys.stderr.write(f"motcua: {what} - install python3.11 or later (with its venv module), then run this again\n")
    return 1


def _pyenv_roots(environ: "Mapping[str, str]") -> "list[Path]":
    roots = [Path(environ.get("PYENV_ROOT", "")), Path(environ.get("HOME", "")) / ".pyenv"]
    return [root for root in dict.fromkeys(roots) if root.is_absolute()]


def _numbers(program: Path) -> "list[int]":
    name = program.parent.parent.name
    return [int(part) if part.isdigit() else 0 for part in name.split(".")]
