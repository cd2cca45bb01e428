"""The two environments: what is installed where, with which Python, and how torch comes in its CPU build."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import sys
from pathlib import Path

from deploy.house import pythons
from deploy.house.errors import HouseError, ToolError
from deploy.house.processes import Tool
from deploy.house.settings import House

UV = "uv==0.13.9"  # the installer of both environments
RASA_PYTHON = "3.10"  # what Rasa 3.6 needs
INSTALL_LIMIT = 3600.0  # seconds; the CPU build of torch and TensorFlow are several hundred MB
SHORT_LIMIT = 300.0  # seconds for what should take some
APP_PROOF = "import torch, faiss, sentence_transformers"
RASA_PROOF = "import tensorflow, rasa.core.agent, rasa.core.run"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
POSTGRES = "/usr/lib/postgresql"  # where Debian's package puts it, below the version
REDIS = "redis-server"  # Debian's package and the program in it
CUDA_WARNING = (
    "motcua: the CPU build of torch was not found here; the CUDA build (several GB) may be downloaded instead"
)


def make_app(house: House, tool: Tool) -> None:
    """Makes .venv and installs what motcua's own processes need."""
    if not house.python.exists():
        python = pythons.current(house.environ)
        _check_venv(tool, python)
        tool.run([python, "-m", "venv", "--clear", house.python.parent.parent], limit=SHORT_LIMIT)
    tool.run([house.python, "-m", "pip", "install", UV], limit=SHORT_LIMIT)
    install_app(house, tool, "requirements/app.txt")
    tool.run([house.python, "-c", APP_PROOF], limit=SHORT_LIMIT)


def install(house: House, python: Path, requirements: str) -> list[str | Path]:
    """The command that installs a list."""
    return [house.uv, "pip", "install", "--python", python, "-r", requirements]


def install_app(house: House, tool: Tool, requirements: str) -> None:
    """Installs a list into .venv, torch as its CPU build; where that build cannot be had, as it comes."""
    command = install(house, house.python, requirements)
    options = torch_options(house)
    try:
        tool.run([*command, *options], limit=INSTALL_LIMIT)
    except ToolError:
        if not options:
            raise
        tool.warn(CUDA_WARNING)
        tool.run([*command, *_find_links(house)], limit=INSTALL_LIMIT)


def torch_options(house: House) -> list[str]:
    """What makes uv take the CPU build of torch: a folder that holds it, else uv's own option for it (Linux only)."""
    links = _find_links(house)
    tag = "cp" + "".join(app_version(house).split(".")[:2])
    held = any(list(Path(link).glob(f"torch-*+cpu-{tag}-*.whl")) for link in links[1::2])
    return links if held or sys.platform != "linux" else [*links, "--torch-backend", "cpu"]


def app_version(house: House) -> str:
    """The version of .venv's Python; of the one it would be made with, if there is none."""
    if house.python.exists():
        for line in (house.root / ".venv" / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            if name.strip() in ("version", "version_info"):
                return value.strip()
    return platform.python_version()


def _find_links(house: House) -> list[str]:
    """Folders of wheels, as pip (separated by spaces) or uv (by commas) are told of them."""
    given = [*house.environ.get("UV_FIND_LINKS", "").split(","), *house.environ.get("PIP_FIND_LINKS", "").split()]
    return [word for link in dict.fromkeys(given) if link for word in ("--find-links", link)]


def _check_venv(tool: Tool, python: Path) -> None:
    try:
        tool.run([python, "-c", "import ensurepip, venv"], limit=SHORT_LIMIT)
    except ToolError as error:
        remedy = "install it (on Debian and Ubuntu: apt-get install python3-venv), then run this again"
        raise HouseError(f"{python} cannot make environments (its module venv is missing)", remedy) from error


def make_rasa(house: House, tool: Tool) -> None:
    """Makes .venv-rasa with Python 3.10 and installs Rasa."""
    folder = house.rasa_python.parent.parent
    if not (pythons.version_of(house.rasa_python) or "").startswith(RASA_PYTHON + "."):
        tool.run([house.uv, "venv", "--clear", "--python", rasa_base(house, tool), folder], limit=SHORT_LIMIT)
    tool.run(install(house, house.rasa_python, "requirements/rasa.txt"), limit=INSTALL_LIMIT)
    tool.run([house.rasa_python, "-c", RASA_PROOF], limit=SHORT_LIMIT, environ=house.rasa_environ())


def rasa_base(house: House, tool: Tool) -> Path:
    """A Python 3.10: from PATH or pyenv, else one that uv knows, else one that uv installs."""
    found = pythons.find(RASA_PYTHON, house.environ) or _uv_python(house, tool)
    if found:
        return found
    with contextlib.suppress(ToolError):  # said below, with what else can be done
        tool.run([house.uv, "python", "install", RASA_PYTHON], limit=INSTALL_LIMIT)
    found = _uv_python(house, tool)
    if found is None:
        remedy = "install it (`pyenv install 3.10`, or the system's package python3.10), then run this again"
        raise HouseError("Python 3.10, which Rasa needs, was not found and could not be fetched", remedy)
    return found


def _uv_python(house: House, tool: Tool) -> Path | None:
    """The Python 3.10 that uv knows, if it really runs."""
    answer = tool.ask([house.uv, "python", "find", "--no-project", RASA_PYTHON], limit=SHORT_LIMIT)
    path = Path(answer.strip()) if answer else None
    return path if path and (pythons.version_of(path) or "").startswith(RASA_PYTHON + ".") else None


def browser(house: House) -> bool:
    """Whether a Chromium and its driver are there (Selenium fetches a driver for Chrome by itself)."""
    path = house.environ.get("PATH")
    with_driver = any(shutil.which(name, path=path) for name in BROWSERS[:2]) and shutil.which(
        "chromedriver", path=path
    )
    return bool(with_driver) or any(shutil.which(name, path=path) for name in BROWSERS[2:])


def make_browser(house: House, tool: Tool) -> str | None:
    """Installs Chromium where that can be done without asking; else says how."""
    if browser(house):
        return "up to date"
    if os.geteuid() != 0 or not shutil.which("apt-get", path=house.environ.get("PATH")):
        return "not found; browser tests need it: install the packages chromium and chromium-driver"
    environ = house.child_environ(DEBIAN_FRONTEND="noninteractive")
    tool.run(["apt-get", "update"], limit=SHORT_LIMIT, environ=environ)
    tool.run(["apt-get", "install", "-y", "chromium", "chromium-driver"], limit=INSTALL_LIMIT, environ=environ)
    return None


def postgres(house: House) -> bool:
    """Whether PostgreSQL is there, of which the tests start one of their own."""
    on_path = shutil.which("postgres", path=house.environ.get("PATH"))
    return bool(on_path) or any(Path(POSTGRES).glob("*/bin/postgres"))


def make_postgres(house: House, tool: Tool) -> str | None:
    """Installs PostgreSQL where that can be done without asking; else says how. The system's own one is not started."""
    return "up to date" if postgres(house) else _install_server(house, tool, "postgresql")


def redis(house: House) -> bool:
    """Whether Redis is there, of which the tests start one of their own."""
    return bool(shutil.which(REDIS, path=house.environ.get("PATH")))


def make_redis(house: House, tool: Tool) -> str | None:
    """Installs Redis where that can be done without asking; else says how. The system's own one is not started."""
    return "up to date" if redis(house) else _install_server(house, tool, REDIS)


def _install_server(house: House, tool: Tool, package: str) -> str | None:
    """Installs a package whose server must not start by itself."""
    if os.geteuid() != 0 or not shutil.which("apt-get", path=house.environ.get("PATH")):
        return f"not found; some tests need it: install the package {package}"
    environ = house.child_environ(DEBIAN_FRONTEND="noninteractive", RUNLEVEL="1")
    tool.run(["apt-get", "update"], limit=SHORT_LIMIT, environ=environ)
    install = ["apt-get", "install", "-y", "--no-install-recommends", package]
    tool.run(install, limit=INSTALL_LIMIT, environ=environ)
    return None
