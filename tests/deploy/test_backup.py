"""The commands of docs/backup.md, tried: what was kept is there again, sealed as it was, and opens with the keys."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.engine import make_url

from actions.database.work import Database
from actions.desk.desk import Desk
from actions.desk.entries import Reason
from actions.desk.settings import DeskSettings
from actions.submissions.files import Files
from bot.delivery.database import GatewayDatabase
from bot.pause import Pause
from knowledge.settings import ROOT
from storage.errors import VaultLocked
from storage.vault import Vault
from tests.postgres import Postgres

PAGE = ROOT / "docs" / "backup.md"
WHO = "conversation-1"
PHOTO = bytes(range(256)) * 50
LIMIT = 60  # seconds for a command


@dataclass(frozen=True)
class House:
    """What an installation keeps: two databases and the keys."""

    actions: str
    gateway: str
    vault_key: str
    desk_key: str

    def fill(self) -> tuple[str, str]:
        """Keeps a sealed file, a hand-over and a pause; the file's id and the hand-over's number."""
        with self._files() as files:
            photo = files.keep(WHO, "giấy.jpg", "image/jpeg", PHOTO)
        with closing(GatewayDatabase(self.gateway)) as gateway:
            Pause(gateway).begin("sao lưu")
        return photo, Desk(self._desk()).hand_over(WHO, Reason.ASKED).number

    def photo(self, number: str) -> bytes | None:
        with self._files() as files:
            found = files.fetch(number, WHO)
        return found.content if found else None

    def waiting(self) -> list[str]:
        return [one.number for one in Desk(self._desk()).waiting()]

    def reason(self) -> str | None:
        with closing(GatewayDatabase(self.gateway)) as gateway:
            found = Pause(gateway).current()
        return found.reason if found else None

    @contextmanager
    def _files(self) -> Iterator[Files]:
        with closing(Database(self.actions)) as database:
            yield Files(database, Vault([self.vault_key]))

    def _desk(self) -> DeskSettings:
        return DeskSettings(_env_file=None, database=self.actions, desk_key=self.desk_key)  # type: ignore[call-arg]


def house(actions: str, gateway: str) -> House:
    return House(actions, gateway, Fernet.generate_key().decode(), "a desk's key")


def commands(word: str) -> list[str]:
    """The lines of the page that hold a word, without what leads into a container and where the output goes."""
    lines = re.findall(r"^ {4,}(.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    found = [line for line in lines if word in line]
    assert found, f"{word} stands nowhere on the page"
    return found


def test_a_copy_of_sqlite_is_whole_while_it_is_written_to(tmp_path: Path) -> None:
    """Made with a connection open and its last changes in the log beside the file only."""
    before = house(f"sqlite:///{tmp_path / 'motcua.sqlite'}", f"sqlite:///{tmp_path / 'gateway.sqlite'}")
    photo, number = before.fill()
    saved = tmp_path / "saved"
    saved.mkdir()
    command = commands("VACUUM INTO")[0]
    with closing(Database(before.actions)) as at_work:
        at_work.do(lambda session: None)
        for name in ("motcua", "gateway"):
            words = shlex.split(
                command.replace("var/$name", str(tmp_path / name)).replace("$to/$name", f"{saved}/{name}")
            )
            assert words.pop(0) == ".venv/bin/python"
            subprocess.run([sys.executable, *words], check=True, timeout=LIMIT)
    after = replace(
        before, actions=f"sqlite:///{saved / 'motcua.sqlite'}", gateway=f"sqlite:///{saved / 'gateway.sqlite'}"
    )
    assert after.photo(photo) == PHOTO
    assert number in after.waiting()
    assert after.reason() == "sao lưu"


@pytest.fixture
def fresh(postgres: Postgres) -> Iterator[list[str]]:
    """Two databases that are used, and two that are new."""
    urls = [postgres.fresh_database() for _ in range(4)]
    yield urls
    for url in urls:
        postgres.drop(url)


def test_a_dump_of_postgresql_brings_everything_back(postgres: Postgres, fresh: list[str], tmp_path: Path) -> None:
    before = house(*fresh[:2])
    photo, number = before.fill()
    after = replace(before, actions=fresh[2], gateway=fresh[3])
    for name, here, there in (("actions", before.actions, after.actions), ("gateway", before.gateway, after.gateway)):
        dump = tmp_path / f"{name}.dump"
        with dump.open("wb") as file:
            run(postgres, commands("pg_dump ")[0], here, stdout=file)
        with dump.open("rb") as file:
            run(postgres, commands("pg_restore ")[0], there, stdin=file)
    assert after.photo(photo) == PHOTO
    assert number in after.waiting()
    assert after.reason() == "sao lưu"
    assert PHOTO[:64] not in (tmp_path / "actions.dump").read_bytes()


def test_restoring_over_what_is_there_leaves_nothing_of_it(
    postgres: Postgres, fresh: list[str], tmp_path: Path
) -> None:
    """The database of today is replaced by the one of the dump, not mixed with it."""
    of_dump = house(*fresh[:2])
    photo, number = of_dump.fill()
    dump = tmp_path / "actions.dump"
    with dump.open("wb") as file:
        run(postgres, commands("pg_dump ")[0], of_dump.actions, stdout=file)
    today = replace(of_dump, actions=fresh[2], gateway=fresh[3])
    _, other = today.fill()
    with dump.open("rb") as file:
        run(postgres, commands("pg_restore ")[0], today.actions, stdin=file)
    assert today.waiting() == [number]
    assert other != number
    assert today.photo(photo) == PHOTO


def test_what_was_on_its_way_can_be_deleted(postgres: Postgres, fresh: list[str]) -> None:
    here = house(*fresh[:2])
    here.fill()
    run(postgres, commands("DELETE FROM outgoing")[0], here.gateway)
    assert here.reason() == "sao lưu"


def run(postgres: Postgres, line: str, url: str, **streams: object) -> None:
    """A line of the page at the tests' server: what follows `exec -T postgres`, with a database of the test's."""
    program = re.split(r" [<>] ", line.partition(" postgres ")[2])[0]
    words = [re.sub(r"motcua_(\$name|gateway)", str(make_url(url).database), word) for word in shlex.split(program)]
    assert str(make_url(url).database) in " ".join(words)
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    path = os.pathsep.join([str(tools[-1]), os.environ["PATH"]]) if tools else os.environ["PATH"]
    environ = {**os.environ, "PATH": path, "PGHOST": str(postgres.folder)}
    done = subprocess.run(words, env=environ, stderr=subprocess.PIPE, timeout=LIMIT, check=False, **streams)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr.decode()


def test_without_the_vaults_key_a_backup_opens_to_nobody(tmp_path: Path) -> None:
    before = house(f"sqlite:///{tmp_path / 'motcua.sqlite'}", f"sqlite:///{tmp_path / 'gateway.sqlite'}")
    photo, _ = before.fill()
    stolen = replace(before, vault_key=Fernet.generate_key().decode())
    with pytest.raises(VaultLocked), stolen._files() as files:
        files.fetch(photo)
