"""The images: by hadolint's rules, of files that are there, without rights or secrets, with all they need."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import checkers
from deploy.house.environments import UV
from knowledge.settings import ROOT
from tests.deploy.checking import DOCKER, copied, get_checkers, instructions, lay_out

APP, RASA = DOCKER / "app.Dockerfile", DOCKER / "rasa.Dockerfile"
BOTH = pytest.mark.parametrize("dockerfile", [APP, RASA], ids=["app", "rasa"])
SCRIPTS = [DOCKER / "motcua.sh", DOCKER / "databases.sh", ROOT / "deploy" / "make_secrets.sh"]
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
LIMIT = 300  # seconds for a command; both environments take long to load on a busy machine


@BOTH
def test_hadolint_finds_nothing(dockerfile: Path) -> None:
    get_checkers()
    command = [str(checkers.HADOLINT), "--format", "json", str(dockerfile)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert json.loads(found.stdout) == []
    assert found.returncode == 0


def test_hadolint_would_find_a_slip(tmp_path: Path) -> None:
    get_checkers()
    wrong = tmp_path / "Dockerfile"
    wrong.write_text("FROM python\nRUN cd /tmp && sudo pip install x\nCMD python\n")
    found = subprocess.run([str(checkers.HADOLINT), str(wrong)], capture_output=True, timeout=LIMIT, check=False)
    assert found.returncode != 0


@BOTH
def test_every_file_that_is_copied_is_there(dockerfile: Path) -> None:
    pairs = copied(dockerfile)
    assert len(pairs) > 5
    assert [source for source, _ in pairs if not (ROOT / source).exists()] == []


@BOTH
def test_it_runs_as_nobody_special(dockerfile: Path) -> None:
    last = dockerfile.read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.*)$", last, re.MULTILINE) == ["10001:10001"]
    assert "\nENTRYPOINT [" in last
    assert "\nCMD [" in last


@BOTH
def test_the_bases_have_a_version(dockerfile: Path) -> None:
    bases = [words[0] for words in instructions(dockerfile, "FROM")]
    own = {words[2] for words in instructions(dockerfile, "FROM") if len(words) == 3}
    for base in bases:
        assert base in own or re.fullmatch(r"python:3\.\d+-slim-\w+", base)


@BOTH
def test_no_secret_is_built_in(dockerfile: Path) -> None:
    for name in ("ENV", "ARG"):
        words = " ".join(word for line in instructions(dockerfile, name) for word in line)
        assert re.search(r"(?i)token|secret|password|_key|database", words) is None


@BOTH
def test_what_the_machine_made_or_keeps_stays_outside(dockerfile: Path) -> None:
    """`var` holds keys and databases, .env settings: neither is copied, nor even sent to the engine."""
    ignored = dockerfile.with_name(f"{dockerfile.name}.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {"var", ".env", "models", "deploy/secrets", "deploy/tls", "deploy/motcua.env", ".git"} <= set(ignored)
    for source, _ in copied(dockerfile):
        assert source.partition("/")[0] not in ("var", "models", ".", "shared", "tests")


@BOTH
def test_the_installer_is_the_one_of_make_run(dockerfile: Path) -> None:
    assert UV in dockerfile.read_text(encoding="utf-8")


def test_the_apps_image_has_all_that_its_commands_import(tmp_path: Path) -> None:
    lay_out(APP, tmp_path)
    assert (tmp_path / "deploy" / "migrate.py").is_file()
    assert not (tmp_path / "deploy" / "house").exists()
    code = (
        "import actions.__main__, actions.inner, actions.desk.routes, bot.__main__, bot.server, bot.logs, "
        "deploy.migrate, knowledge.__main__\n"
        "import actions.assistant as here\n"
        "here.forms()\n"
        "print(here.__file__)"
    )
    shown = run([sys.executable, "-W", "ignore", "-c", code], tmp_path)
    assert Path(shown).is_relative_to(tmp_path)


def test_rasas_image_has_all_that_rasa_imports_of_us(tmp_path: Path) -> None:
    lay_out(RASA, tmp_path)
    if not RASA_PYTHON.exists():
        pytest.fail("needs Rasa's environment: run `make setup`")
    code = (
        "import understanding.component, understanding.importer, understanding.memory, understanding.channel, "
        "understanding.shared_memory, understanding.shared_turns\n"
        "print(understanding.__file__)"
    )
    environ = {"PYTHONPATH": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
    shown = run([str(RASA_PYTHON), "-W", "ignore", "-c", code], tmp_path, environ)
    assert Path(shown).is_relative_to(tmp_path)


def test_rasas_image_starts_with_the_files_it_has() -> None:
    (command,) = instructions(RASA, "CMD")
    words = json.loads(" ".join(command))
    targets = {source for source, _ in copied(RASA)}
    for option in ("--endpoints", "--credentials"):
        assert words[words.index(option) + 1] in targets
    assert words[words.index("--model") + 1] == "models/motcua.tar.gz"
    assert words[words.index("--interface") + 1] == "0.0.0.0"


def test_what_training_reads_is_copied() -> None:
    """The folders that the launcher's step for Rasa's model depends on."""
    plan = (ROOT / "deploy" / "house" / "plan.py").read_text(encoding="utf-8")
    step = plan[plan.index("def model_step") : plan.index("def _knowledge")]
    folders = {name for group in re.findall(r"for name in \(([^)]*)\)", step) for name in re.findall(r'"(\w+)"', group)}
    assert folders
    assert {f"data/{folder}" for folder in folders} <= {source for source, _ in copied(RASA)}


def run(command: list[str], folder: Path, environ: dict[str, str] | None = None) -> str:
    """What a command says at the end, in a folder, with nothing set."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **(environ or {})},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_the_shell_reads_the_scripts(script: Path) -> None:
    assert os.access(script, os.X_OK)
    shell = "bash" if script.read_text(encoding="utf-8").startswith("#!/bin/bash") else "sh"
    subprocess.run([shell, "-n", str(script)], check=True, timeout=LIMIT)


@pytest.fixture
def secrets(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "MOTCUA_VAULT_KEY").write_text("a key\n")
    (folder / "MOTCUA_SECRET").write_text('with "quotes" $HOME `id` and spaces')
    (folder / "notes.txt").write_text("not a setting")
    yield folder


def enter(secrets: Path, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(DOCKER / "motcua.sh"), *command],
        env={"PATH": os.environ["PATH"], "MOTCUA_SECRETS": str(secrets), **environ},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def test_a_command_gets_the_secrets_of_the_files(secrets: Path) -> None:
    shown = enter(secrets, "sh", "-c", 'printf "%s|%s" "$MOTCUA_VAULT_KEY" "$MOTCUA_SECRET"')
    assert shown.stdout == 'a key|with "quotes" $HOME `id` and spaces'
    assert shown.stderr == ""


def test_nothing_but_settings_is_taken(secrets: Path) -> None:
    names = {line.partition("=")[0] for line in enter(secrets, "env").stdout.splitlines()}
    assert {name for name in names if name.startswith("MOTCUA_")} == {
        "MOTCUA_SECRETS", "MOTCUA_SECRET", "MOTCUA_VAULT_KEY",
    }  # fmt: skip
    assert "notes.txt" not in names


def test_what_the_environment_sets_wins(secrets: Path) -> None:
    shown = enter(secrets, "sh", "-c", 'printf "%s" "$MOTCUA_SECRET"', MOTCUA_SECRET="set")
    assert shown.stdout == "set"


def test_without_files_the_command_runs_all_the_same(tmp_path: Path) -> None:
    assert enter(tmp_path / "none", "echo", "runs").stdout == "runs\n"


def test_the_command_takes_the_shells_place_and_its_status_counts(secrets: Path) -> None:
    assert enter(secrets, "sh", "-c", "exit 7").returncode == 7
    shown = enter(secrets, sys.executable, "-c", "import os; print(os.getppid())")
    assert int(shown.stdout) == os.getpid()
