"""Who agreed to what, and when: for each purpose by itself, for the words that were shown, to be proved later.

Law 91/2025/QH15: consent is explicit, for each purpose, verifiable; nothing is ticked beforehand, silence is none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy import delete, func, select

from actions.database.work import Database
from actions.privacy.consent_tables import ConsentRow, Said
from actions.privacy.errors import ConsentUnusable
from actions.privacy.settings import PrivacySettings
from knowledge.errors import RecordError
from knowledge.working_days import VIETNAM
from knowledge.yaml_file import read_yaml
from storage.settings import ROOT
from storage.vault import Vault
from storage.work import rows_changed

FILE = ROOT / "data" / "consent.yml"
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]  # as long as a button
SAID = {Said.YES: "đồng ý", Said.NO: "không đồng ý", Said.WITHDRAWN: "rút lại đồng ý"}
NAMES = {
    "status": "tra hồ sơ",
    "notices": "nhận tin về hồ sơ",
    "submission": "điền tờ khai",
    "remember": "nhớ thông tin",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Purpose(_Part):
    """What is agreed to. version: goes up when the text changes. day: of this version."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,20}$")]
    version: int = Field(ge=1)
    day: date
    text: Annotated[str, StringConstraints(min_length=1, max_length=800)]
    question: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    yes: Label
    no: Label


class _File(_Part):
    purposes: tuple[Purpose, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> _File:
        if len({purpose.id for purpose in self.purposes}) < len(self.purposes):
            raise ValueError("a purpose stands twice")
        return self


class Entry(_Part):
    """One line of the evidence."""

    purpose: str
    version: int
    said: Said
    at: datetime


def _clock() -> datetime:
    return datetime.now(UTC)


class Consents:
    """What conversations agreed to. Calls may come from any thread; DatabaseUnavailable may be raised.

    now: the clock, with a time zone. Raises ConsentUnusable when the texts are first needed and cannot be used.
    """

    name = "Sự đồng ý"

    def __init__(
        self,
        database: Database,
        vault: Vault,
        settings: PrivacySettings,
        now: Callable[[], datetime] = _clock,
        path: Path = FILE,
    ) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._now = now
        self._path = path

    @property
    def purposes(self) -> tuple[str, ...]:
        """The ids of all purposes."""
        return tuple(self._known)

    def wanted(self, purpose: str) -> Purpose:
        """The words of a purpose, with the days of the settings filled in."""
        return self._known[purpose]

    def given(self, conversation: str, purpose: str) -> bool:
        """Whether a conversation agreed to the words as they are now, days included, and has not taken it back."""
        wanted = self._known[purpose]
        last = self._last(conversation, purpose)
        return last is not None and (last.said, last.text) == (Said.YES, _fingerprint(wanted))

    def give(self, conversation: str, purpose: str, channel: str = "chat") -> None:
        """Notes a yes."""
        self._note(conversation, purpose, Said.YES, channel)

    def refuse(self, conversation: str, purpose: str, channel: str = "chat") -> None:
        """Notes a no."""
        self._note(conversation, purpose, Said.NO, channel)

    def withdraw(self, conversation: str, purpose: str | None = None, channel: str = "chat") -> int:
        """Takes back one consent, or all that were given, to former words too; how many."""
        lasts = [self._last(conversation, one) for one in ([purpose] if purpose else self.purposes)]
        given = [last.purpose for last in lasts if last is not None and last.said is Said.YES]
        for one in given:
            self._note(conversation, one, Said.WITHDRAWN, channel)
        return len(given)

    def history(self, conversation: str) -> list[Entry]:
        """Everything a conversation said, the oldest first."""
        whose = self._vault.name("conversation", conversation)
        rows = select(ConsentRow).where(ConsentRow.conversation == whose).order_by(ConsentRow.id)
        return self._database.do(
            lambda session: [
                Entry(purpose=row.purpose, version=row.version, said=row.said, at=row.at)
                for row in session.scalars(rows)
            ]
        )

    def held(self, conversation: str) -> list[str]:
        """What a conversation said, in words."""
        return [
            f"{SAID[one.said].capitalize()} {NAMES.get(one.purpose, one.purpose)}, "
            f"{one.at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
            for one in self.history(conversation)
        ]

    def erase(self, conversation: str) -> int:
        """Takes every consent back. The evidence stays for as long as the settings say: it may have to be shown."""
        self.withdraw(conversation)
        return 0

    def forget(self, now: datetime) -> int:
        """Deletes evidence that is older than it may be kept; how many lines."""
        old = now - timedelta(days=self._settings.keep_consent_days)
        return self._database.do(lambda session: rows_changed(session, delete(ConsentRow).where(ConsentRow.at < old)))

    def counts(self) -> dict[tuple[str, Said], int]:
        """How often each was said."""
        query = select(ConsentRow.purpose, ConsentRow.said, func.count()).group_by(ConsentRow.purpose, ConsentRow.said)
        return self._database.do(
            lambda session: {(purpose, said): count for purpose, said, count in session.execute(query)}
        )

    def _note(self, conversation: str, purpose: str, said: Said, channel: str) -> None:
        wanted = self._known[purpose]
        row = {
            "conversation": self._vault.name("conversation", conversation),
            "purpose": purpose,
            "version": wanted.version,
            "text": _fingerprint(wanted),
            "said": said,
            "channel": channel,
            "at": self._now(),
        }
        self._database.do(lambda session: session.add(ConsentRow(**row)))

    def _last(self, conversation: str, purpose: str) -> ConsentRow | None:
        whose = self._vault.name("conversation", conversation)
        rows = select(ConsentRow).where(ConsentRow.conversation == whose, ConsentRow.purpose == purpose)
        return self._database.do(lambda session: session.scalar(rows.order_by(ConsentRow.id.desc()).limit(1)))

    @cached_property
    def _known(self) -> dict[str, Purpose]:
        try:
            purposes = read_yaml(self._path, _File).purposes
            days = {
                "answers_days": self._settings.keep_answers_days,
                "files_days": self._settings.keep_files_days,
                "grants_days": self._settings.keep_grants_days,
            }
            filled = [one.model_copy(update={"text": one.text.format(**days)}) for one in purposes]
        except RecordError as error:
            raise ConsentUnusable(str(error)) from error
        except (KeyError, ValueError, IndexError) as error:
            raise ConsentUnusable(f"{self._path}, text: {error} cannot be filled in.") from error
        return {one.id: one for one in filled}


def _fingerprint(purpose: Purpose) -> str:
    """Of all that was shown: the evidence says to which words somebody said yes."""
    shown = (purpose.text, purpose.question, purpose.yes, purpose.no)
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()
