"""A province whose dossiers the test moves, a clock that stands still, and all of actions/watching on top of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from actions.database.work import Database
from actions.dossiers.dossier import Dossier, Status
from actions.dossiers.errors import NoSuchDossier
from actions.dossiers.telling import NoticeKind as Kind
from actions.watching.claims import Claims
from actions.watching.following import Following
from actions.watching.looking import Round, Watcher
from actions.watching.outbox import Notice, Outbox
from actions.watching.quiet import Quiet
from actions.watching.settings import WatchSettings
from knowledge.working_days import WorkCalendar
from storage.vault import Vault

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # nine in the morning in Vietnam; the next day is a holiday
CODE = "000.00.00.H41-261105-0007"
OTHER = "000.00.00.H41-261106-0008"
ME = "conversation-of-hoa"
REF = "0123456789abcdef"
OWNER = "Nguyễn Thị Minh Thử"
NO_ENV_FILE: dict[str, Any] = {"_env_file": None}


class Clock:
    """Stands still until the test sets it on."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def set_on(self, **by: float) -> None:
        self.now += timedelta(**by)


class Province:
    """A register over a dictionary. asked: the codes that were looked up. trouble: raised instead of an answer."""

    def __init__(self) -> None:
        self.dossiers: dict[str, Dossier] = {}
        self.asked: list[str] = []
        self.trouble: Exception | None = None
        self.meanwhile: Callable[[], object] = lambda: None

    def put(self, dossier: Dossier) -> Dossier:
        self.dossiers[dossier.code] = dossier
        return dossier

    def move(self, code: str, **to: Any) -> Dossier:
        if isinstance(to.get("status"), Status):
            to["status_name"] = to["status"].vietnamese
        return self.put(self.dossiers[code].model_copy(update=to))

    async def find(self, code: str) -> Dossier:
        self.asked.append(code)
        if self.trouble:
            raise self.trouble
        self.meanwhile()
        if code not in self.dossiers:
            raise NoSuchDossier("No dossier of this code.")
        return self.dossiers[code]


def a_dossier(code: str = CODE, status: Status | None = Status.IN_PROGRESS, **more: Any) -> Dossier:
    """A dossier under way, due a good week after the Monday of the tests."""
    values: dict[str, Any] = {
        "code": code,
        "procedure": "1.001193",
        "procedure_name": "Đăng ký khai sinh",
        "status": status,
        "status_name": status.vietnamese if status else "Đang chờ ký số",
        "owner": OWNER,
        "due": MONDAY + timedelta(days=9),
        "as_of": MONDAY,
    }
    return Dossier(**{**values, **more})


def say(kind: Kind, dossier: Dossier | None, at: datetime) -> str:
    """What a notice says in these tests."""
    return f"{kind.value}: {dossier.status_name if dossier else 'hệ thống'}"


class Watch:
    """All of it, over one database. A second one over the same URL is another process, or the same after a restart."""

    def __init__(self, url: str, vault: Vault, province: Province, clock: Clock, calendar: WorkCalendar) -> None:
        self.settings = WatchSettings(**NO_ENV_FILE)
        self.province = province
        self.clock = clock
        self.vault = vault
        self.calendar = calendar
        self.database = Database(url)
        self.say = say
        self._build()

    def _build(self) -> None:
        database, vault, clock, settings = self.database, self.vault, self.clock, self.settings
        self.outbox = Outbox(database, vault, clock, quiet=Quiet.of(settings), keep_days=settings.keep_notices_days)
        self.following = Following(
            database, vault, clock, outbox=self.outbox, calendar=self.calendar, settings=settings
        )
        self.claims = Claims(database, vault, clock, settings=settings)
        self.watcher = self.watching()

    def watching(self, at_once: int = 4) -> Watcher:
        """Another watcher over the same tables."""
        return Watcher(
            self.province.find,
            self.claims,
            self.outbox,
            self.say,
            vault=self.vault,
            now=self.clock,
            calendar=self.calendar,
            settings=self.settings,
            at_once=at_once,
        )

    def set(self, **settings: Any) -> None:
        """With other settings from now on."""
        self.settings = WatchSettings(**{**self.settings.model_dump(), **settings}, **NO_ENV_FILE)
        self._build()

    def use(self, database: Database) -> None:
        """Over another database from now on."""
        self.database = database
        self._build()

    def follow(self, dossier: Dossier, conversation: str = ME, ref: str = REF) -> None:
        """The conversation has just seen it, and wants to be told."""
        self.following.follow(conversation, self.province.put(dossier), ref)

    async def look(self) -> Round:
        """The next look, a quarter of an hour later."""
        self.clock.set_on(seconds=self.settings.watch_seconds)
        return await self.watcher.look()

    def waiting(self, conversation: str = ME) -> list[str]:
        """What would be sent now."""
        return [notice.reply.text for notice in self.outbox.pending([conversation])]

    def fetch(self, conversation: str = ME) -> list[str]:
        """What a channel sends now, and acknowledges."""
        notices: list[Notice] = self.outbox.pending([conversation])
        self.outbox.delivered([notice.id for notice in notices])
        return [notice.reply.text for notice in notices]
