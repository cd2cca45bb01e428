"""A library over the tiny records whose searches find what a test says, a desk of its own, and rooms for part 4."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from actions import (
    answering,
    asking_status,
    assistant,
    consenting,
    conversation,
    feedback,
    guiding,
    handing_over,
    noting,
    placing,
    reading_receipts,
    receiving,
    submitting,
    surveying,
    telling_status,
)
from actions.desk.desk import Desk
from actions.desk.settings import DeskSettings
from knowledge import declining
from knowledge.catalogue import Catalogue
from knowledge.decide import Decision
from knowledge.library import Library
from knowledge.record import Procedure
from knowledge.reply import Aspect, Button, Outcome, Reply
from knowledge.search import Hit
from knowledge.settings import ROOT
from knowledge.surroundings import Surroundings
from knowledge.understood import Understood
from tests.actions.eforms import birth_record
from tests.actions.rooms import Rooms, furnish, open_rooms
from tests.actions.talking import Talk
from tests.knowledge import tiny
from tests.postgres import Postgres

NO_ENV_FILE: dict[str, Any] = {"_env_file": None}
CHOICES = (
    Button(title="Đăng ký khai sinh", payload=f"procedure:{tiny.BIRTH}"),
    Button(title="Đăng ký tạm trú", payload=f"procedure:{tiny.STAY}"),
    Button(title="Đổi giấy phép lái xe", payload=f"procedure:{tiny.LICENCE}"),
)
MODULES: tuple[ModuleType, ...] = (
    answering,
    asking_status,
    assistant,
    consenting,
    conversation,
    feedback,
    guiding,
    handing_over,
    noting,
    placing,
    reading_receipts,
    receiving,
    submitting,
    surveying,
    telling_status,
)

# A record whose answer hangs on the person: on two things, and the second only matters to those who are married.
CHILD = tiny.STAY
MARRIED: dict[str, Any] = {
    "id": "ket-hon",
    "ask": "Cha mẹ đã đăng ký kết hôn chưa ạ?",
    "why": "Giấy tờ khác nhau khi cha mẹ có giấy kết hôn.",
    "options": [
        {"id": "co", "label": "Đã kết hôn", "said": ["có giấy kết hôn"]},
        {"id": "khong", "label": "Chưa kết hôn", "said": ["ngoài giá thú"]},
    ],
}
AGE: dict[str, Any] = {
    "id": "tuoi-con",
    "ask": "Cháu sinh được bao lâu rồi ạ?",
    "why": "Quá 60 ngày thì thành đăng ký quá hạn.",
    "unit": "day",
    "only_if": {"ket-hon": ["co"]},
    "options": [
        {"id": "som", "label": "Chưa quá 60 ngày", "below": 60},
        {"id": "muon", "label": "Quá 60 ngày", "at_least": 60},
    ],
}
PAPERS: list[dict[str, Any]] = [
    {"name": "Tờ khai", "originals": 1},
    {"name": "Giấy kết hôn", "copies": 1, "only_if": {"ket-hon": ["co"]}},
    {"name": "Bản cam đoan", "originals": 1, "only_if": {"ket-hon": ["co"], "tuoi-con": ["muon"]}},
]


def child(*more: dict[str, Any]) -> Procedure:
    """The record of the stay, with the questions and papers above. more: further questions."""
    case = {"id": "thuong", "name": "Thuê nhà", "documents": PAPERS}
    return tiny.procedure(CHILD, questions=[MARRIED, AGE, *more], cases=[case])


@pytest.fixture(scope="session")
def surroundings() -> Surroundings:
    """The shipped calendar, communes and premises."""
    return Surroundings(ROOT / "data")


class FakeLibrary(Library):
    """Tells about a few records as the real one does; what searches would find is `reply`.

    searched: name of the method, text and what was understood, of each search. told: code and aspects.
    meant: what a message is said to name of some codes. named: the procedure that every message names for sure.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self.records = {code: tiny.procedure(code) for code in tiny.RECORDS}
        self.surroundings = surroundings
        self.reply: Reply = declining.out_of_scope(0.9)
        self.meant: str | None = None
        self.named: str | None = None
        self.searched: list[tuple[str, str, Understood]] = []
        self.told: list[tuple[str, tuple[Aspect, ...]]] = []
        self.compared: list[str] = []
        self._sourced = {}
        self._english = {}

    @property
    def snapshot(self) -> Any:
        return SimpleNamespace(catalogue=Catalogue(self.records))

    def read_out(self, text: str) -> str:
        return text

    def ask(self, text: str, understood: Understood | None = None) -> Reply:
        return self._found("ask", text, understood)

    def correct(self, text: str, understood: Understood) -> Reply:
        return self._found("correct", text, understood)

    def journey(self, text: str, understood: Understood) -> Reply:
        return self._found("journey", text, understood)

    def compare(self, text: str, understood: Understood, offered: Sequence[str]) -> Reply:
        self.compared = list(offered)
        return self._found("compare", text, understood)

    def find(self, text: str) -> tuple[list[Hit], Decision]:
        outcome = Outcome.ANSWER if self.named else Outcome.OUT_OF_SCOPE
        return [], Decision(outcome, 0.9, self.named)

    def meant_of(self, text: str, codes: Sequence[str]) -> str | None:
        return self.meant if self.meant in codes else None

    def tell(self, code: str, aspects: Sequence[Aspect] = (), understood: Understood | None = None) -> Reply:
        self.told.append((code, tuple(aspects)))
        return super().tell(code, aspects, understood)

    def _found(self, name: str, text: str, understood: Understood | None) -> Reply:
        self.searched.append((name, text, understood or Understood()))
        return self.reply

    @property
    def texts(self) -> list[str]:
        """What was searched for."""
        return [text for _, text, _ in self.searched]


class Office:
    """Where the officers of the desk sit."""

    open = False


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def desk(tmp_path: Path, office: Office, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Stands in for the desk of the action server; what is noted is there at once."""
    own: dict[str, Any] = {"database": f"sqlite:///{tmp_path / 'desk.sqlite'}", "desk_key": "a key for tests"}
    settings = DeskSettings(**own, **NO_ENV_FILE)
    desk = Desk(settings, open_at=lambda at: office.open, notify=lambda handed: None)

    def at_once(work: Callable[[], object]) -> None:
        work()

    replace_in_modules(monkeypatch, "desk", lambda: desk)
    replace_in_modules(monkeypatch, "note", at_once)
    monkeypatch.setattr(handing_over, "desk_settings", lambda: settings)
    return desk


@pytest.fixture
def library(surroundings: Surroundings, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> FakeLibrary:
    """Stands in for the library of the action server."""
    fake = FakeLibrary(surroundings)
    replace_in_modules(monkeypatch, "library", lambda: fake)
    return fake


def replace_in_modules(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    """Puts something in its place in every module of the actions that has it."""
    having = [module for module in MODULES if hasattr(module, name)]
    assert having
    for module in having:
        monkeypatch.setattr(module, name, value)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new, empty database of each kind that we run on; its connections are closed after the test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'actions.sqlite'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh_database()
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database to be copied."""
    return furnish(tmp_path_factory.mktemp("furnished") / "rooms.sqlite")


@pytest.fixture
def rooms(
    library: FakeLibrary, desk: Desk, furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Rooms]:
    """What the action server has for part 4: on a new SQLite database, with the examples, at an hour that stands still.

    The e-forms are those of tests/actions/eforms.py.
    """
    library.records[tiny.BIRTH] = birth_record()
    with open_rooms(monkeypatch, tmp_path, furnished) as opened:
        replace_in_modules(monkeypatch, "register", lambda: opened.register)
        replace_in_modules(monkeypatch, "now", opened.clock)
        yield opened


@pytest.fixture
def talk(rooms: Rooms) -> Talk:
    """Somebody's conversation with the actions over these rooms."""
    return Talk()
