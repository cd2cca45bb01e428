"""What Zalo tells us of our own messages (oa_send_*), kept for an hour to find out about one of unknown fate."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.channels.zalo_tables import MESSAGE, ZaloSentRow
from storage.columns import HASH
from storage.work import Database

KEPT = timedelta(hours=1)
SWEEP = timedelta(minutes=1)


class EchoKeys:
    """Names a message by person and content, so that neither stands in a table. secret: the same in all processes."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"echoes:" + secret.encode()).digest()

    def text(self, person: str, text: str) -> str:
        """Of a text; white space and the form of accents do not count."""
        return self._named(person, "text", " ".join(unicodedata.normalize("NFC", text).split()))

    def media(self, person: str, kind: str) -> str:
        """Of a picture ("image") or a file ("file"), whose content is not told."""
        return self._named(person, kind)

    def _named(self, *of: str) -> str:
        return hmac.new(self._key, "\0".join(of).encode(), hashlib.sha256).hexdigest()[:HASH]


class Echoes:
    """The table of these messages. Methods block and raise DatabaseUnavailable. now: the clock, with a time zone.

    A message belongs to the call of ours that was answered with its id, or that found it here. What belongs to none is
    the message of a call whose answer got lost: an equal text in the same chat is never taken for it.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now
        self._swept: datetime | None = None

    def note(self, message: str, key: str) -> None:
        """Keeps that the service has this message of ours. Told again, it changes nothing."""
        self._keep(message, key, None)

    def answered(self, message: str, key: str, ours: str) -> None:
        """Keeps that the service answered a call of ours with this message."""
        self._keep(message, key, ours)

    def find(self, key: str, ours: str, known: Collection[str] = ()) -> str | None:
        """The message of this call, or the oldest one of this key that belongs to no call; None: there is none.

        known: ids of other messages.
        """
        of_call = select(ZaloSentRow).where(ZaloSentRow.ours == ours)
        of_none = (
            select(ZaloSentRow)
            .where(ZaloSentRow.key == key, ZaloSentRow.ours.is_(None), ZaloSentRow.noted >= self._now() - KEPT)
            .order_by(ZaloSentRow.noted, ZaloSentRow.message)
        )

        def work(session: Session) -> str | None:
            if row := session.scalars(of_call).first():
                return row.message
            for row in session.scalars(of_none):
                if row.message not in known:
                    row.ours = ours
                    return row.message
            return None

        return self._database.do(work)

    def _keep(self, message: str, key: str, ours: str | None) -> None:
        now = self._now()
        sweeping = self._swept is None or now - self._swept >= SWEEP

        def work(session: Session) -> None:
            if sweeping:
                session.execute(delete(ZaloSentRow).where(ZaloSentRow.noted < now - KEPT))
            row = session.get(ZaloSentRow, message[:MESSAGE])
            if row is None:
                session.add(ZaloSentRow(message=message[:MESSAGE], key=key, ours=ours, noted=now))
            elif ours:
                row.ours = ours

        self._database.do(work)
        self._swept = now if sweeping else self._swept
