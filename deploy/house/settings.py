"""Where the house stands and what its environment sets (MOTCUA_..., also from .env as the other parts read it)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.house import ports
from deploy.house.errors import HouseError
from deploy.house.ports import LOOPBACK, Ports

ROOT = Path(__file__).absolute().parent.parent.parent
LAST_PORT = 65535
SANDBOX_PORT = 8090
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what MOTCUA_HOST may say; the launcher binds nothing
NOT_FOR_CHILDREN = (
    *("PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONSTARTUP", "PYTHONWARNINGS", "VIRTUAL_ENV", "UV_PYTHON"),
    "PYTHONDONTWRITEBYTECODE",  # with it Rasa compiles TensorFlow anew at every start, which takes as long as the rest
)


@dataclass(frozen=True)
class House:
    """The repository's folder and the environment the launcher was started with."""

    root: Path
    environ: Mapping[str, str]

    @property
    def python(self) -> Path:
        """Python of the app environment."""
        return self.root / ".venv" / "bin" / "python"

    @property
    def uv(self) -> Path:
        """The installer, itself installed in the app environment."""
        return self.root / ".venv" / "bin" / "uv"

    @property
    def rasa_python(self) -> Path:
        """Python of Rasa's environment."""
        return self.root / ".venv-rasa" / "bin" / "python"

    @property
    def var(self) -> Path:
        """Where everything goes that the machine makes."""
        return self.root / "var"

    def log(self, name: str) -> Path:
        """The log file of a step or process."""
        return self.var / "logs" / f"{name}.log"

    def setting(self, name: str) -> str:
        """A setting from the environment or .env; empty if it is not set."""
        return self.environ.get(name) or read_dotenv(self.root / ".env").get(name, "")

    def folder(self, name: str, default: Path) -> Path:
        """A folder that a setting names (from the repository's folder on), or the default one."""
        return self.root / self.setting(name) if self.setting(name) else default

    def ports(self) -> Ports:
        """The ports in use, as set or by default."""
        default = Ports()
        ports = Ports(
            gateway=self._port("MOTCUA_PORT", default.gateway),
            rasa=self._port("MOTCUA_RASA_PORT", default.rasa),
            actions=self._port("MOTCUA_ACTIONS_PORT", default.actions),
            sandbox=self._port("MOTCUA_SANDBOX_PORT", SANDBOX_PORT) if self.with_sandbox else None,
        )
        numbers = [ports.gateway, *(port for _, _, port in ports.inner)]
        if len(set(numbers)) != len(numbers):
            raise HouseError("two processes have the same port", "give each of the MOTCUA_..._PORT settings its own")
        return ports

    @property
    def with_sandbox(self) -> bool:
        """Whether the sandbox province runs beside the assistant: only while no register of dossiers is chosen."""
        return not self.setting("MOTCUA_DOSSIERS")

    @property
    def several(self) -> dict[str, str]:
        """What several processes of Rasa share, by setting; empty for the one with its own memory (the default).

        Raises HouseError if a part of it is missing.
        """
        names = ("MOTCUA_CONVERSATIONS", "MOTCUA_REDIS_URL")
        given = {name: self.setting(name) for name in names if self.setting(name)}
        if "MOTCUA_CONVERSATIONS" in given:
            if "MOTCUA_REDIS_URL" not in given:
                raise HouseError("MOTCUA_CONVERSATIONS needs MOTCUA_REDIS_URL", "see docs/several-machines.md")
            return given
        if self.setting("SANIC_WORKERS") not in ("", "1"):
            remedy = "set them (docs/several-machines.md), or take SANIC_WORKERS away"
            raise HouseError("SANIC_WORKERS needs MOTCUA_CONVERSATIONS and MOTCUA_REDIS_URL", remedy)
        return {}

    @property
    def host(self) -> str:
        """Where the gateway is reached from this machine."""
        host = self.setting("MOTCUA_HOST")
        return LOOPBACK if host in ("", "localhost", *EVERYWHERE) else host

    @property
    def address(self) -> str:
        """The assistant's address for a person on this machine."""
        return f"http://{self.host}:{self.ports().gateway}"

    def answers(self) -> bool:
        """Whether an assistant answers at that address, ready to be talked to."""
        return ports.answers(self.host, self.ports().gateway, "/readyz")

    def child_environ(self, **more: str) -> dict[str, str]:
        """The environment of a child process: ours, less what bends Python, plus what it is given."""
        kept = {name: value for name, value in self.environ.items() if name not in NOT_FOR_CHILDREN}
        return kept | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"} | more

    def rasa_environ(self, **more: str) -> dict[str, str]:
        """The environment of Rasa: it finds our components, reports nothing home and keeps its libraries' noise low."""
        return self.child_environ(
            PYTHONPATH=str(self.root),
            RASA_TELEMETRY_ENABLED="false",
            SQLALCHEMY_SILENCE_UBER_WARNING="1",
            TF_CPP_MIN_LOG_LEVEL="3",
            **more,
        )

    def _port(self, name: str, default: int) -> int:
        text = self.setting(name) or str(default)
        if not text.isascii() or not text.isdigit() or not 0 < int(text) <= LAST_PORT:
            raise HouseError(f"{name} is {text!r}, which is no port", f"set a number from 1 to {LAST_PORT}")
        return int(text)


def here() -> House:
    """This repository, with the environment of this process."""
    return House(ROOT, dict(os.environ))


def read_dotenv(path: Path) -> dict[str, str]:
    """The settings of a .env file (NAME=value, # begins a comment line); none if there is no file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.strip().removeprefix("export ").partition("=") for line in lines if not line.lstrip().startswith("#"))
    return {name.strip(): _value(value) for name, equals, value in pairs if equals}


def _value(text: str) -> str:
    """A value without its quotes, or without the comment behind it."""
    text = text.strip()
    if text[:1] in ("'", '"'):
        return text[1:].partition(text[0])[0]
    return text.partition(" #")[0].strip()
