"""Compiles the lists of requirements: requirements/*.in -> *.txt, without any address of an index."""

from __future__ import annotations

import re
from pathlib import Path

from deploy.house.environments import INSTALL_LIMIT, RASA_PYTHON, torch_options
from deploy.house.processes import Tool
from deploy.house.settings import House

APP_PYTHON = "3.11"  # the oldest that motcua's own processes run on
LISTS = (("app", APP_PYTHON), ("dev", APP_PYTHON), ("rasa", RASA_PYTHON))
BARE = ("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links")
# Else the plain version in the list, which is what stands there without "+cpu", would be kept, with its CUDA packages.
CHOOSE_TORCH_AGAIN = ("--upgrade-package", "torch")
_CPU = re.compile(r"^(torch==[0-9.]+)\+cpu$", re.MULTILINE)


def lock(house: House, tool: Tool, *, upgrade: bool) -> None:
    """Compiles all lists. upgrade: take the newest versions instead of keeping those that still fit."""
    for name, version in LISTS:
        source, target = f"requirements/{name}.in", f"requirements/{name}.txt"
        command: list[str | Path] = [house.uv, "pip", "compile", source, "-o", target, "--python-version", version]
        torch = [*torch_options(house), *CHOOSE_TORCH_AGAIN] if version == APP_PYTHON else []
        options = [*BARE, *torch, *(["--upgrade"] if upgrade else [])]
        tool.run([*command, *options], limit=INSTALL_LIMIT)
        without_cpu(house.root / target)


def without_cpu(target: Path) -> None:
    """Takes "+cpu" from torch: that name of the build exists on some machines only."""
    text = target.read_text(encoding="utf-8")
    target.write_text(_CPU.sub(r"\1", text), encoding="utf-8")
