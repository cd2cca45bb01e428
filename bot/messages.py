"""What a client sends, checked, and how it is put to Rasa."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.errors import BadRequest, EmptyMessage, MessageTooLong
from knowledge.reply import PAYLOAD

_SLASHES = re.compile(r"\A[/\s]+")  # Rasa strips white space of any kind before it looks for a slash
MESSAGE_ID = r"[A-Za-z0-9_-]{1,64}"
E164 = r"^\+[1-9][0-9]{6,14}$"
ENTITIES = {  # else a choice of its kind
    "aspects": ("ask_follow_up", "aspect"),
    "place": ("give_place", "place"),
    "option": ("fill_in", "option"),
    "field": ("fill_in", "field"),
    "form": ("fill_in", "form"),
    "start": ("start_submission", "start"),
    "consent": ("consent", "consent"),
    "dossier": ("ask_status", "dossier"),
    "follow": ("follow_dossier", "follow"),
    "file": ("give_file", "file"),
}
RASAS_OWN = ("intent:restart", "intent:back", "intent:session_start")  # Rasa obeys these in silence


class Location(BaseModel):
    """Where somebody is, in degrees (WGS 84)."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class ClientMessage(BaseModel):
    """What a client may send. payload: of a button that was tapped, then text is its title. location: shared instead.

    id: the client's own name for it; what comes again under the same name is the same message. seen: ids of notices
    that the client has shown.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    text: str = ""
    payload: Annotated[str, StringConstraints(pattern=PAYLOAD)] | None = None
    location: Location | None = None
    session: str | None = None
    id: Annotated[str, StringConstraints(pattern=f"^{MESSAGE_ID}$")] | None = None
    seen: list[Annotated[str, StringConstraints(min_length=1, max_length=64)]] = Field(default=[], max_length=50)


class IncomingMessage(ClientMessage):
    """One message of any channel. contact: the writer's own telephone number (+84912345678), shared instead of words.

    The channel has vouched for it, so that it proves who somebody is: no client can send one (read_message).
    """

    contact: Annotated[str, StringConstraints(pattern=E164)] | None = Field(default=None, repr=False)


def read_message(content: object, longest: int) -> IncomingMessage:
    """A checked message of a client, whatever it says of a contact. Raises BadRequest, EmptyMessage, MessageTooLong."""
    try:
        message = ClientMessage.model_validate(content)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "nội dung"
        raise BadRequest(f"Yêu cầu không đúng dạng: {field}.") from error
    if message.payload in RASAS_OWN:
        raise BadRequest("Yêu cầu không đúng dạng: payload.")
    text = clean(message.text)
    if len(text) > longest:
        raise MessageTooLong()
    if not text and not message.payload and not message.location:
        raise EmptyMessage()
    return IncomingMessage.model_validate({**dict(message), "text": text})


def clean(text: str) -> str:
    """NFC, without control characters; line breaks stay."""
    kept = (char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def for_rasa(message: IncomingMessage) -> str:
    """The text that Rasa gets. A leading slash is Rasa's own language, which only our buttons may speak."""
    if message.contact:
        return "/give_contact"  # the number itself goes beside it
    if message.location:
        return f"/give_place{json.dumps({'lat': str(message.location.lat), 'lon': str(message.location.lon)})}"
    if not message.payload:
        return _SLASHES.sub("", message.text) or "?"
    kind, _, value = message.payload.partition(":")
    if kind == "intent":
        return f"/{value}"
    if kind == "feedback":
        return f"/{'helpful' if value == 'helpful' else 'unhelpful'}{json.dumps({'feedback': value})}"
    intent, entity = ENTITIES.get(kind, ("choose", kind))
    return f"/{intent}{json.dumps({entity: value})}"


def beside_text(message: IncomingMessage) -> dict[str, str]:
    """What goes to Rasa beside the text, as metadata: the actions see it, and Rasa's memory does not keep it."""
    return {"contact": message.contact} if message.contact else {}
