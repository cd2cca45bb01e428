"""The memory of conversations for several processes: as memory.py, in PostgreSQL, one sealed row a conversation.

A row holds what is remembered of the conversation and, in a column of its own, the last replies; both are written by
one statement, so after a crash either the whole turn is known or nothing of it. Rasa's own SQL store writes a row for
each event and reads all of them back for each message.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Text, Tuple, TypeVar

import sqlalchemy
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.conversation import Dialogue
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from understanding.memory import FORGOTTEN_AFTER, as_masked, is_erased, remembered
from understanding.sealing import Seal, seal_here
from understanding.turns import KEPT_SECONDS, Messages, Turn, current

SETTING = "MOTCUA_CONVERSATIONS"
REPLIES_KEPT = 8  # of a conversation; the gateway asks again for one of the last only
LONGEST = 5000  # milliseconds that a statement may take
# Of libpq, in seconds (the last in milliseconds): a server that is gone is noticed, and nobody waits for ever.
NETWORK = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,
    "options": f"-c statement_timeout={LONGEST} -c lock_timeout={LONGEST}",
}
LOCK = 1_301_820_554  # any number, but always the same: who makes the table or sweeps it holds this lock
POOL = 5  # connections of a process

# The 1 is the version of the format: with another one, nothing of the old is read. What the old one holds is forgotten
# after two hours anyway.
TABLE = (
    """CREATE TABLE IF NOT EXISTS rasa_conversation_1 (
        name text PRIMARY KEY,
        conversation bytea,
        replies bytea,
        touched timestamptz NOT NULL DEFAULT clock_timestamp()
    )""",
    "CREATE INDEX IF NOT EXISTS rasa_conversation_1_touched ON rasa_conversation_1 (touched)",
)
HOLD = sqlalchemy.text("SELECT pg_advisory_xact_lock(:number)")
TRY = sqlalchemy.text("SELECT pg_try_advisory_xact_lock(:number)")
READ = sqlalchemy.text(
    """SELECT conversation,
        CASE WHEN touched > clock_timestamp() - make_interval(secs => :replies) THEN replies END
    FROM rasa_conversation_1
    WHERE name = :name AND touched > clock_timestamp() - make_interval(secs => :conversations)"""
)
WRITE = sqlalchemy.text(
    """INSERT INTO rasa_conversation_1 (name, conversation, replies) VALUES (:name, :conversation, :replies)
    ON CONFLICT (name) DO UPDATE
    SET conversation = excluded.conversation, replies = excluded.replies, touched = clock_timestamp()"""
)
WRITE_WITHOUT_REPLY = sqlalchemy.text(
    """INSERT INTO rasa_conversation_1 (name, conversation) VALUES (:name, :conversation)
    ON CONFLICT (name) DO UPDATE SET conversation = excluded.conversation, touched = clock_timestamp()"""
)
DELETE = sqlalchemy.text("DELETE FROM rasa_conversation_1 WHERE name = :name")
SWEEP = (
    sqlalchemy.text(
        """DELETE FROM rasa_conversation_1
        WHERE touched < clock_timestamp() - make_interval(secs => :conversations)
        OR (conversation IS NULL AND touched < clock_timestamp() - make_interval(secs => :replies))"""
    ),
    sqlalchemy.text(
        """UPDATE rasa_conversation_1 SET replies = NULL
        WHERE replies IS NOT NULL AND touched < clock_timestamp() - make_interval(secs => :replies)"""
    ),
)
AGES = {"conversations": FORGOTTEN_AFTER, "replies": KEPT_SECONDS}

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


class NoDatabase(RasaException):
    """The setting names no PostgreSQL."""


class Row(NamedTuple):
    """What is stored of a conversation: the events as JSON, and of each reply its message's id, when, and what."""

    events: Optional[Text]
    replies: List[Tuple[Text, float, Messages]]


class SharedMemory(TrackerStore, SerializedTrackerAsText):
    """host: the database, as SQLAlchemy reads it (endpoints.several.yml: url). Errors of the database are raised."""

    def __init__(
        self,
        domain: Domain,
        event_broker: Optional[EventBroker] = None,
        host: Text = "",
        seal: Optional[Seal] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._seal = seal or seal_here()
        address = _address(host)
        self._engine = sqlalchemy.create_engine(
            address,
            hide_parameters=True,  # what is stored must not stand in an error's text
            isolation_level="AUTOCOMMIT",  # one statement, one message there and back
            pool_size=POOL,
            connect_args={name: value for name, value in _told(NETWORK).items() if name not in address.query},
        )
        self._again(self._make_table)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores the last events of a conversation, without what is personal, and the reply of the turn with it.

        Half a turn is not stored: the message will be sent again. What was erased is deleted.
        """
        turn = current(tracker.sender_id)
        if (turn and not turn.is_whole) or not tracker.events:
            return
        erased = is_erased(tracker)
        kept = None if erased else remembered(tracker)
        if self.event_broker and kept:
            await self.stream_events(DialogueStateTracker.from_events(tracker.sender_id, kept, self.domain.slots))
        events = json.dumps(Dialogue(tracker.sender_id, kept).as_dict()) if kept is not None else None
        if turn and turn.message_id:
            before = [] if erased or turn.row is None else turn.row.replies
            await asyncio.to_thread(self._write, tracker.sender_id, Row(events, _with(before, turn)))
        else:
            await asyncio.to_thread(self._write_without_reply, tracker.sender_id, events)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The conversation; None if nothing is remembered of it."""
        turn = current(sender_id)
        row = turn.row if turn and turn.row is not None else await asyncio.to_thread(self._read, sender_id)
        return None if row.events is None else as_masked(self.deserialise_tracker(sender_id, row.events))

    async def replied(self, turn: Turn) -> Optional[Messages]:
        """What was replied to this message before; None if nothing was. What else was read the turn keeps."""
        turn.row = await asyncio.to_thread(self._read, turn.sender)
        return next((reply for name, _, reply in turn.row.replies if name == turn.message_id), None)

    async def keys(self) -> Iterable[Text]:
        """Nobody can tell: only hashes of the conversations' names are stored."""
        return []

    async def sweep(self) -> None:
        """Deletes what is old. Of several processes that want to, one does."""
        await asyncio.to_thread(self._again, self._sweep)

    def close(self) -> None:
        """Closes the connections."""
        self._engine.dispose()

    def _read(self, sender: Text) -> Row:
        told = {"name": self._seal.name(sender), **AGES}
        found = self._again(lambda connection: connection.execute(READ, told).first())
        if found is None:
            return Row(None, [])
        events, replies = (self._opened(sealed) for sealed in found)
        fresh = [tuple(one) for one in json.loads(replies)] if replies else []
        return Row(events, [one for one in fresh if time.time() - one[1] <= KEPT_SECONDS])

    def _write(self, sender: Text, row: Row) -> None:
        told = {
            "name": self._seal.name(sender),
            "conversation": self._sealed(row.events),
            "replies": self._sealed(json.dumps(row.replies)),
        }
        self._again(lambda connection: connection.execute(WRITE, told))

    def _write_without_reply(self, sender: Text, events: Optional[Text]) -> None:
        told: Dict[Text, Any] = {"name": self._seal.name(sender)}
        if events is None:
            self._again(lambda connection: connection.execute(DELETE, told))
        else:
            told["conversation"] = self._sealed(events)
            self._again(lambda connection: connection.execute(WRITE_WITHOUT_REPLY, told))

    def _sealed(self, text: Optional[Text]) -> Optional[bytes]:
        return None if text is None else self._seal.seal(text.encode())

    def _opened(self, sealed: Optional[Any]) -> Optional[Text]:
        if sealed is None:
            return None
        content = self._seal.open(bytes(sealed))
        if content is None:
            logger.error("conversation_unreadable: none of the keys opens it")
            return None
        return content.decode()

    def _again(self, work: Callable[[Connection], Result]) -> Result:
        """Does it on a connection, and once more if that had been lost: every statement here may be said twice."""
        try:
            with self._engine.connect() as connection:
                return work(connection)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        with self._engine.connect() as connection:
            return work(connection)

    def _make_table(self, connection: Connection) -> None:
        """Processes that start at once wait for one another."""
        connection = connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            connection.execute(HOLD, {"number": LOCK})
            for statement in TABLE:
                connection.exec_driver_sql(statement)

    def _sweep(self, connection: Connection) -> None:
        connection = connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            if connection.execute(TRY, {"number": LOCK}).scalar():
                for statement in SWEEP:
                    connection.execute(statement, AGES)


def _told(network: Mapping[Text, Any]) -> Dict[Text, Any]:
    """And which process it is, for whoever looks at the database."""
    return {**network, "application_name": f"motcua-rasa-{os.getpid()}"}


def _with(before: List[Tuple[Text, float, Messages]], turn: Turn) -> List[Tuple[Text, float, Messages]]:
    return [*before, (turn.message_id, time.time(), turn.reply)][-REPLIES_KEPT:]


def _address(url: Text) -> URL:
    """The database with the driver that Rasa's environment has, whichever driver the setting names."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise NoDatabase(f"{SETTING} is no address of a database.") from error
    if address.get_backend_name() not in ("postgresql", "postgres"):
        raise NoDatabase(f"{SETTING} must name a PostgreSQL database: postgresql://…")
    return address.set(drivername="postgresql+psycopg2")
