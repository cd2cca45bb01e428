"""The environments: what is installed, with which Python, and what is said when there is none."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.house import environments, pythons
from deploy.house.errors import HouseError, ToolError
from deploy.house.processes import Tool
from deploy.house.settings import House
from tests.deploy.fake_house import FakeHouse

linux = pytest.mark.skipif(sys.platform != "linux", reason="the CPU build has a name of its own only on Linux")


def test_the_app_environment_is_kept_and_filled(fake: FakeHouse) -> None:
    environments.make_app(fake.house, fake.tool())
    calls = fake.calls()
    assert calls[0] == f"python -m pip install {environments.UV}"
    assert calls[1].startswith(f"uv pip install --python {fake.house.python} -r requirements/app.txt")
    assert len(calls) == 2


def test_a_broken_app_environment_is_made_anew(fake: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    base = fake.write(
        "base", '#!/bin/sh\necho "base $*" >> calls\n[ "$2" != venv ] || mv kept .venv/bin/python\n', 0o755
    )
    fake.house.python.rename(fake.root / "kept")
    fake.house.python.symlink_to("/gone/python3.11")
    monkeypatch.setattr(pythons, "current", lambda environ: base)
    environments.make_app(fake.house, fake.tool())
    assert fake.calls()[0] == f"base -m venv --clear {fake.root / '.venv'}"


def test_a_python_without_venv(fake: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.house.python.unlink()
    base = fake.write("base", "#!/bin/sh\nexit 1\n", 0o755)
    monkeypatch.setattr(pythons, "current", lambda environ: base)
    with pytest.raises(HouseError, match=r"its module venv is missing.*apt-get install python3-venv"):
        environments.make_app(fake.house, fake.tool())


@linux
def test_torch_from_a_folder_that_holds_its_cpu_build(tmp_path: Path) -> None:
    own = "".join(str(part) for part in sys.version_info[:2])
    (tmp_path / f"torch-2.13.0+cpu-cp{own}-cp{own}-linux_x86_64.whl").touch()
    for name in ("PIP_FIND_LINKS", "UV_FIND_LINKS"):
        assert environments.torch_options(House(tmp_path, {name: str(tmp_path)})) == ["--find-links", str(tmp_path)]


@linux
def test_a_folder_with_torch_for_another_python_is_not_enough(tmp_path: Path) -> None:
    (tmp_path / "torch-2.13.0+cpu-cp38-cp38-linux_x86_64.whl").touch()
    options = environments.torch_options(House(tmp_path, {"PIP_FIND_LINKS": str(tmp_path)}))
    assert options == ["--find-links", str(tmp_path), "--torch-backend", "cpu"]


@linux
def test_torch_by_uvs_own_option(tmp_path: Path) -> None:
    assert environments.torch_options(House(tmp_path, {})) == ["--torch-backend", "cpu"]


@linux
def test_a_warning_before_the_cuda_build(fake: FakeHouse) -> None:
    fake.environ["FAKE_UV_FAILS"] = "torch-backend"
    warned: list[str] = []
    tool = fake.tool()
    tool.warn = warned.append
    environments.install_app(fake.house, tool, "requirements/app.txt")
    assert warned == [environments.CUDA_WARNING]
    assert not fake.calls()[-1].endswith("cpu")


def test_an_install_that_fails_fails(fake: FakeHouse) -> None:
    fake.environ["FAKE_UV_FAILS"] = "requirements"
    with pytest.raises(ToolError) as caught:
        environments.install_app(fake.house, fake.tool(), "requirements/app.txt")
    assert caught.value.lines[-1] == "no such thing"


def test_no_python_for_rasa(fake: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pythons, "find", lambda version, environ: None)
    fake.house.rasa_python.unlink()
    with pytest.raises(HouseError) as caught:
        environments.make_rasa(fake.house, fake.tool())
    assert str(caught.value).startswith("motcua: Python 3.10, which Rasa needs, was not found")
    assert "pyenv install 3.10" in str(caught.value)
    assert "uv python install 3.10" in fake.calls()


def test_rasas_environment_is_made_with_the_python_found(fake: FakeHouse) -> None:
    folder = fake.root / "bin"
    python = fake.write("bin/python3.10", "#!/bin/sh\necho 3.10.7\n", 0o755)
    fake.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
    fake.write(".venv-rasa/bin/python", "#!/bin/sh\n", 0o755)
    environments.make_rasa(fake.house, fake.tool())
    calls = fake.calls()
    assert calls[0] == f"uv venv --clear --python {python} {fake.root / '.venv-rasa'}"
    assert calls[1] == f"uv pip install --python {fake.house.rasa_python} -r requirements/rasa.txt"


def test_a_python_that_uv_knows(fake: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pythons, "find", lambda version, environ: None)
    python = fake.write("managed/python3.10", "#!/bin/sh\necho 3.10.7\n", 0o755)
    fake.write(".venv/bin/uv", f"#!/bin/sh\necho {python}\n", 0o755)
    assert environments.rasa_base(fake.house, fake.tool()) == python


def test_rasas_environment_is_kept(fake: FakeHouse) -> None:
    environments.make_rasa(fake.house, fake.tool())
    assert fake.calls() == [f"uv pip install --python {fake.house.rasa_python} -r requirements/rasa.txt"]


def test_a_browser_that_is_there(fake: FakeHouse) -> None:
    for name in ("chromium", "chromedriver"):
        fake.write(f"bin/{name}", "", 0o755)
    fake.environ["PATH"] = str(fake.root / "bin")
    assert environments.browser(fake.house)
    (fake.root / "bin" / "chromedriver").unlink()
    assert not environments.browser(fake.house)


def test_a_browser_is_installed_where_that_can_be_done(fake: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.write("bin/apt-get", '#!/bin/sh\necho "apt-get $*" >> calls\n', 0o755)
    fake.environ["PATH"] = str(fake.root / "bin")
    monkeypatch.setenv("PATH", f"{fake.root / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert environments.make_browser(fake.house, fake.tool()) is None
    assert fake.calls() == ["apt-get update", "apt-get install -y chromium chromium-driver"]


def test_else_it_is_said_how(fake: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.environ["PATH"] = str(fake.root / "nowhere")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "chromium-driver" in (environments.make_browser(fake.house, fake.tool()) or "")
    assert fake.calls() == []


SERVERS = [
    pytest.param(environments.make_postgres, "postgresql", id="PostgreSQL"),
    pytest.param(environments.make_redis, "redis-server", id="Redis"),
]
Make = Callable[[House, Tool], str | None]


@pytest.mark.parametrize(("make", "package"), SERVERS)
def test_a_server_is_installed_where_that_can_be_done_but_not_started(
    fake: FakeHouse, monkeypatch: pytest.MonkeyPatch, make: Make, package: str
) -> None:
    monkeypatch.setattr(environments, "POSTGRES", "/nowhere/at-all")
    fake.write("bin/apt-get", '#!/bin/sh\necho "apt-get $* at runlevel $RUNLEVEL" >> calls\n', 0o755)
    fake.environ["PATH"] = str(fake.root / "bin")
    monkeypatch.setenv("PATH", f"{fake.root / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert make(fake.house, fake.tool()) is None
    install = f"apt-get install -y --no-install-recommends {package} at runlevel 1"
    assert fake.calls() == ["apt-get update at runlevel 1", install]


@pytest.mark.parametrize(("make", "package"), SERVERS)
def test_without_the_right_to_install_a_server_its_package_is_named(
    fake: FakeHouse, monkeypatch: pytest.MonkeyPatch, make: Make, package: str
) -> None:
    monkeypatch.setattr(environments, "POSTGRES", "/nowhere/at-all")
    fake.environ["PATH"] = str(fake.root / "nowhere")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert (make(fake.house, fake.tool()) or "").endswith(f"install the package {package}")
    assert fake.calls() == []


@pytest.mark.parametrize(
    ("make", "program"), [(environments.make_postgres, "postgres"), (environments.make_redis, "redis-server")]
)
def test_a_server_that_is_there_stays(fake: FakeHouse, make: Make, program: str) -> None:
    fake.write(f"bin/{program}", "", 0o755)
    fake.environ["PATH"] = str(fake.root / "bin")
    assert make(fake.house, fake.tool()) == "up to date"
    assert fake.calls() == []
