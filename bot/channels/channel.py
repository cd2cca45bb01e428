"""What a channel is: it receives, renders and sends. What it knows of its service stays in its module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from bot.messages import Location
from knowledge.reply import Button, Reply


class Frozen(BaseModel):
    """Base: parts are not changed, and nothing unknown stands in them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(StrEnum):
    """What came from a channel."""

    MESSAGE = "message"
    JOINED = "joined"  # somebody begins to follow, or unblocks us: they can be written to
    LEFT = "left"  # somebody blocked us or follows no more: nothing is sent to them
    SENT = "sent"  # the channel tells us of a message of our own


class OfferedFile(Frozen):
    """A file that lies at the channel. reference: with which the channel's fetch() gets it. size: bytes, if told."""

    reference: str
    name: str = ""
    media_type: str = ""
    size: int | None = None


class Incoming(Frozen):
    """One thing that came from a channel.

    id: the channel's own name for it, the same when it is sent again. chat: where to answer, in the channel's words;
    person: who wrote, another than chat in groups. sent: by the channel's clock. payload: of a button of ours that was
    tapped, then text is its title. contact: the writer's own telephone number, vouched for by the channel, like
    +84912345678. command: a command without its slash, with what stands behind it in text. details: what the channel
    needs again to answer this, short and nothing personal. wanted: whether it needs an answer (in a group: whether we
    were spoken to).
    """

    channel: str
    id: str = Field(min_length=1, max_length=200)
    chat: str = Field(min_length=1, max_length=100)
    person: str = Field(min_length=1, max_length=100)
    group: bool = False
    sent: datetime
    kind: Kind = Kind.MESSAGE
    text: str = ""
    command: str = ""
    payload: str | None = None
    location: Location | None = None
    contact: str | None = None
    files: tuple[OfferedFile, ...] = ()
    edited: bool = False
    unreadable: bool = False  # a sticker, a voice: we say what we can read
    details: dict[str, str] = Field(default_factory=dict)


class Rendered(Frozen):
    """One call to the channel's service, kept in the database until it was made.

    call: which, in the channel's own words. body: what is sent, as JSON. file: id of a file of ours that goes with it
    (knowledge.reply.Attached.id), and its name. best_effort: nobody misses it if it fails (taking away old buttons).
    """

    call: str
    body: dict[str, Any]
    file: str | None = None
    file_name: str = ""
    best_effort: bool = False


class Rendering(Frozen):
    """A reply as this channel shows it. menu: buttons that were told as a numbered list: the number chooses."""

    messages: tuple[Rendered, ...]
    menu: tuple[Button, ...] = ()


class Sent(Frozen):
    """What the channel said of a message that it took. id: its own name for the message, if it told one."""

    id: str = ""


class Trouble(StrEnum):
    """Why something could not be sent, as far as it decides what to do next."""

    LATER = "later"  # the service is away or asks to wait: again, after a while
    UNKNOWN = "unknown"  # nobody knows whether it arrived: the connection broke while we waited
    NEVER = "never"  # refused for good: this message
    GONE = "gone"  # the person blocked us, left, or cannot be written to any more: nor can any other
    CLOSED = "closed"  # not now, by the channel's rules (night, no interaction for days): see after
    BROKEN = "broken"  # our access to the channel is broken: nothing can be sent until an operator mends it


class SendFailed(Exception):
    """A message was not sent, or nobody knows. after: seconds to wait, if the service says so. code: the service's."""

    def __init__(self, trouble: Trouble, code: str, *, after: float | None = None) -> None:
        super().__init__(f"{trouble}: {code}")
        self.trouble = trouble
        self.code = code
        self.after = after


class Rates(Frozen):
    """How much may be sent, in the words of the library `limits`. group: to one group."""

    overall: str
    chat: str
    group: str = ""


class Chat(Frozen):
    """What rendering may depend on. at: now. last: when the person last wrote, by the channel's clock."""

    chat: str
    group: bool = False
    last: datetime | None = None


class Channel(Protocol):
    """One channel. name: in the address of its webhook, /channels/<name>, and in the tables.

    rates: kept by the outbox. settle: seconds that a message waits for one which was written earlier and comes later.
    number_menus: a bare number is an answer to the last menu.
    """

    name: str
    rates: Rates
    settle: float

    async def start(self) -> None:
        """Connects. Raises nothing where the service is away: sending will say so."""

    async def close(self) -> None:
        """Disconnects."""

    def receive(self, headers: Mapping[str, str], body: bytes) -> Sequence[Incoming]:
        """What stands in a call of the webhook. headers: names in lower case.

        Raises bot.errors.NotFromChannel (401) or BadRequest (400).
        """

    async def poll(self) -> Sequence[Incoming] | None:
        """The next things, waited for some seconds; None: this channel is set to its webhook. Raises SendFailed.

        What was given is given again until confirm() or the next poll() says that it is stored.
        """

    async def acknowledge(self, incoming: Incoming) -> None:
        """Shows the person at once that it came (typing; the tapped button stops turning). Never raises."""

    def render(self, reply: Reply, chat: Chat, to: Incoming | None = None) -> Rendering:
        """A reply as this channel shows it. Nothing is left out: what cannot be shown becomes words.

        to: what it answers; None: nobody asked (a notice).
        """

    async def send(self, chat: str, message: Rendered) -> Sent:
        """Makes one call. Raises SendFailed."""

    async def find_sent(self, chat: str, message: Rendered, hints: Sequence[str]) -> Sent | None:
        """Looks whether a message arrived of which nobody knows; None: it did not.

        hints: the channel's ids that were told to us last, in any chat. Raises SendFailed(UNKNOWN) if it cannot be
        found out.
        """

    async def fetch(self, file: OfferedFile, largest: int) -> bytes:
        """The content of a file that somebody sent. Raises bot.errors.AttachmentTooBig or SendFailed."""
