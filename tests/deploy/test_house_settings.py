"""Settings: ports, .env, and what children get to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.house.errors import HouseError
from deploy.house.ports import Ports
from deploy.house.settings import House, read_dotenv


def test_default_ports(tmp_path: Path) -> None:
    assert House(tmp_path, {}).ports() == Ports(8000, 5005, 5055)


def test_ports_from_the_environment_win_over_dotenv(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MOTCUA_PORT=8100\nexport MOTCUA_RASA_PORT='5100'  # ours\n#MOTCUA_ACTIONS_PORT=1\n")
    assert House(tmp_path, {"MOTCUA_PORT": "8200"}).ports() == Ports(8200, 5100, 5055)


@pytest.mark.parametrize("text", ["no", "0", "65536", "-1", "٣"])
def test_what_is_no_port(tmp_path: Path, text: str) -> None:
    with pytest.raises(HouseError, match=r"MOTCUA_PORT is .* which is no port - set a number"):
        House(tmp_path, {"MOTCUA_PORT": text}).ports()


def test_two_processes_cannot_share_a_port(tmp_path: Path) -> None:
    with pytest.raises(HouseError, match="the same port"):
        House(tmp_path, {"MOTCUA_PORT": "5005"}).ports()


def test_dotenv_values(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text('A = 1 # one\nB="two # 2" # more\n\nnothing\nC=\n')
    assert read_dotenv(path) == {"A": "1", "B": "two # 2", "C": ""}
    assert read_dotenv(tmp_path / "none") == {}


def test_the_gateway_is_asked_where_it_listens(tmp_path: Path) -> None:
    assert House(tmp_path, {"MOTCUA_HOST": "0.0.0.0"}).address == "http://127.0.0.1:8000"
    assert House(tmp_path, {"MOTCUA_HOST": "127.0.0.2"}).address == "http://127.0.0.2:8000"


def test_children_do_not_see_what_bends_python(tmp_path: Path) -> None:
    house = House(
        tmp_path,
        {"PYTHONHOME": "/x", "PYTHONPATH": "/y", "VIRTUAL_ENV": "/z", "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/h"},
    )
    environ = house.child_environ(MORE="1")
    assert environ == {"HOME": "/h", "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "MORE": "1"}


def test_rasa_reports_nothing_home(tmp_path: Path) -> None:
    environ = House(tmp_path, {}).rasa_environ()
    assert environ["RASA_TELEMETRY_ENABLED"] == "false"
    assert environ["PYTHONPATH"] == str(tmp_path)
