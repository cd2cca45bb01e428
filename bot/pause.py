"""Switching the assistant off and on again, for all gateways at once: a row in their database says so.

Off means that every message is taken and answered with one sentence: why, and where to go instead. Nothing is asked of
Rasa or the actions meanwhile, and what was said is not looked at later.
"""

from __future__ import annotations

import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.delivery.database import GatewayDatabase
from bot.pause_tables import ONLY, REASON, PauseRow
from knowledge.reply import Outcome, Reply
from storage.errors import DatabaseUnavailable

CACHED = 2.0  # seconds for which the database is not asked again
DEFAULT_REASON = "bảo trì"
SENTENCE = (
    "Dạ, trợ lý đang tạm dừng: {reason}. Việc cần gấp, anh/chị hỏi Trung tâm Phục vụ hành chính công gần nhất. "
    "Tra cứu và nộp hồ sơ thì vào https://dichvucong.gov.vn. Khi trợ lý làm việc lại, anh/chị nhắn lại giúp tôi nhé."
)

log = structlog.get_logger(__name__)


class BadReason(ValueError):
    """The reason for a pause cannot be shown: it is empty or too long."""


@dataclass(frozen=True)
class Paused:
    """The assistant is off. reason: a few words without a full stop, as citizens read them."""

    since: datetime
    reason: str

    @property
    def sentence(self) -> str:
        """What every message is answered with."""
        return SENTENCE.format(reason=self.reason)

    def reply(self) -> Reply:
        """The same as a reply."""
        return Reply(text=self.sentence, outcome=Outcome.TROUBLE)


class Pause:
    """Whether the assistant is off. Calls may come from any thread; they wait for the database.

    clock: seconds that only grow, for the cache.
    """

    def __init__(self, database: GatewayDatabase, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._asking = threading.Lock()
        self._known: Paused | None = None
        self._until = float("-inf")

    def now(self) -> Paused | None:
        """The pause that is on; None: the assistant works. Up to CACHED seconds old.

        While the database is away, the last that was known of it; nothing was: the assistant works.
        """
        with self._asking:
            if self._clock() < self._until:
                return self._known
            try:
                self._learn(self._database.look(_read))
            except DatabaseUnavailable:
                log.warning("pause_unknown", paused=self._known is not None)
            self._until = self._clock() + CACHED
            return self._known

    def current(self) -> Paused | None:
        """The same, asked of the database now. Raises DatabaseUnavailable."""
        found = self._database.do(_read)
        self._remember(found)
        return found

    def begin(self, reason: str = DEFAULT_REASON) -> Paused:
        """Switches the assistant off; where it is off, only the reason changes.

        Raises BadReason, or DatabaseUnavailable.
        """
        words = shown(reason)
        paused = self._database.do(lambda session: _write(session, words))
        self._remember(paused)
        return paused

    def end(self) -> bool:
        """Switches it on again. False: it was on. Raises DatabaseUnavailable."""
        was_off = self._database.do(_clear)
        self._remember(None)
        return was_off

    def _learn(self, found: Paused | None) -> None:
        if (found is None) is not (self._known is None):
            log.warning("paused" if found else "resumed")
        self._known = found

    def _remember(self, paused: Paused | None) -> None:
        with self._asking:
            self._known, self._until = paused, self._clock() + CACHED


def shown(reason: str) -> str:
    """A reason as it stands in the sentence: one line, NFC, without a full stop. Raises BadReason."""
    words = " ".join(unicodedata.normalize("NFC", reason).split()).rstrip(" .!,;:")
    if not words:
        raise BadReason("the reason is empty: say in a few words what citizens may know")
    if len(words) > REASON:
        raise BadReason(f"the reason has {len(words)} characters, at most {REASON} fit in a message")
    return words


def _read(session: Session) -> Paused | None:
    row = session.get(PauseRow, ONLY)
    return Paused(row.since, row.reason) if row else None


def _write(session: Session, reason: str) -> Paused:
    row = session.get(PauseRow, ONLY)
    if row is None:
        row = PauseRow(id=ONLY, since=datetime.now(UTC), reason=reason)
        session.add(row)
    row.reason = reason
    return Paused(row.since, row.reason)


def _clear(session: Session) -> bool:
    row = session.get(PauseRow, ONLY)
    session.execute(delete(PauseRow))
    return row is not None
