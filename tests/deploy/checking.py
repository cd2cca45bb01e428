"""What the tests of compose, images, chart and nginx share: the tools, what the project calls its settings."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

import actions
import bot
import knowledge
import storage
from deploy import checkers
from knowledge.settings import ROOT

DEPLOY = ROOT / "deploy"
DOCKER = DEPLOY / "docker"
OURS = re.compile(r"\bMOTCUA_[A-Z_]*[A-Z]\b")
# Settings that no class of ours reads, because Rasa's environment has none, or a command does.
READ_ELSEWHERE = {"MOTCUA_CONVERSATIONS", "MOTCUA_REDIS_URL", "MOTCUA_VAULT_KEY", "MOTCUA_ACTIONS_HOST"}


def get_checkers() -> None:
    """Sees that the tools are there. Skips the test, or in CI fails it, if they cannot be had."""
    if checkers.ready():
        return
    if not os.environ.get("CI"):
        pytest.skip("needs tools: run `python -m deploy.checkers`")
    try:
        checkers.make()
    except (OSError, subprocess.SubprocessError) as error:
        pytest.fail(f"the tools cannot be installed: {error}")


def nginx() -> str:
    """The path of nginx. Skips the test, or in CI fails it, if it cannot be had."""
    if not checkers.nginx() and os.environ.get("CI"):
        checkers.make_nginx()
    found = checkers.nginx()
    if found:
        return found
    missing = "needs nginx: install the Debian package nginx"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@cache
def settings_names() -> frozenset[str]:
    """Every setting that some class of ours reads, as the environment names it."""
    names: set[str] = set()
    for package in (knowledge, storage, actions, bot):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rpartition(".")[2].endswith(("settings", "inner_token")):
                names |= _names_in(importlib.import_module(module.name))
    assert len(names) > 50
    return frozenset(names)


def known_settings() -> frozenset[str]:
    """All that may be set for one of the processes."""
    return settings_names() | READ_ELSEWHERE


def read_nowhere() -> set[str]:
    """Those of READ_ELSEWHERE that no code names."""
    files = [
        *(ROOT / "understanding").glob("*.py"),
        *ROOT.glob("endpoints*.yml"),
        ROOT / "actions" / "__main__.py",
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return {name for name in READ_ELSEWHERE if name not in code}


def load(path: Path) -> Any:
    """A YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def copied(dockerfile: Path) -> list[tuple[str, str]]:
    """(what, where to) of every COPY of a Dockerfile from the repository."""
    pairs = []
    for words in instructions(dockerfile, "COPY"):
        *options_and_sources, target = words
        if any(word.startswith("--from=") for word in options_and_sources):
            continue
        pairs += [(source, target) for source in options_and_sources if not source.startswith("--")]
    return pairs


def instructions(dockerfile: Path, name: str) -> list[list[str]]:
    """The words of every instruction of this name, lines that go on joined."""
    text = re.sub(r"\\\n", " ", dockerfile.read_text(encoding="utf-8"))
    return [line.split()[1:] for line in text.splitlines() if line.startswith(f"{name} ")]


def lay_out(dockerfile: Path, folder: Path) -> None:
    """Copies into a folder what the image's working folder holds of the repository: absolute targets are left out."""
    for source, target in copied(dockerfile):
        if target.startswith("/"):
            continue
        came, goes = ROOT / source, folder / target
        if came.is_dir():
            shutil.copytree(came, goes, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            continue
        goes = goes / came.name if target.endswith("/") else goes
        goes.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(came, goes)


def _names_in(module: Any) -> set[str]:
    return {
        f"{kind.model_config['env_prefix']}{name}".upper()
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, BaseSettings) and kind is not BaseSettings
        for name in kind.model_fields
    }
