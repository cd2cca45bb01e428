"""How the action server begins."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import typer

from actions import __main__ as server
from actions import assistant
from knowledge.settings import ROOT


class Enough(Exception):
    """So far, and no further."""


def test_it_asks_for_one_thread_before_what_would_make_more_is_loaded() -> None:
    """numpy and FAISS look at the environment once, when they are loaded."""
    code = "import sys, actions.__main__; print({'numpy', 'faiss', 'scipy', 'torch'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(("given", "used"), [(None, "1"), ("3", "3")])
def test_one_thread_unless_somebody_wants_more(monkeypatch: pytest.MonkeyPatch, given: str | None, used: str) -> None:
    def enough() -> None:
        raise Enough

    monkeypatch.setattr(assistant, "library", enough)
    monkeypatch.setattr("actions.logs.set_up_logs", lambda also=None: None)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if given:
        monkeypatch.setenv("OMP_NUM_THREADS", given)
    else:
        monkeypatch.setenv("OMP_NUM_THREADS", "gone")  # so that what is set is taken back after the test
        del os.environ["OMP_NUM_THREADS"]
    with pytest.raises(Enough):
        server.serve(typer.Context(typer.main.get_command(server.app)))
    assert os.environ["OMP_NUM_THREADS"] == used
