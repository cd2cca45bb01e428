"""A province's system that speaks our own REST interface (docs/dossier-api.md)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from actions.dossiers.calls import Answer, Calls
from actions.dossiers.dossier import Dossier, Draft, DraftRequest
from actions.dossiers.errors import (
    DossierError,
    DraftRefused,
    DraftsNotTaken,
    NoSuchDossier,
    RegisterAway,
    RegisterRefuses,
    RegisterStrange,
)
from actions.dossiers.rest_api import CODE_PATTERN, KEY_PATTERN, DossierOut, DraftIn, DraftOut, Problem, ProblemCode

LONGEST_REASON = 500  # characters of what a citizen is told
TOO_LARGE = "Các tệp đính kèm quá lớn nên hệ thống của tỉnh không nhận. Anh/chị gửi ảnh nhỏ hơn giúp nhé."
REFUSED = "Hệ thống của tỉnh không nhận hồ sơ này và không nói rõ lý do."

UNFIT = "Hồ sơ có mục dài quá hoặc tệp lớn quá mức mà hệ thống của tỉnh nhận."

M = TypeVar("M", bound=BaseModel)

_TROUBLES: dict[tuple[int, ProblemCode], tuple[type[DossierError], str]] = {
    (404, ProblemCode.NO_SUCH_DOSSIER): (NoSuchDossier, "The province's system knows no dossier of this code"),
    (501, ProblemCode.DRAFTS_NOT_TAKEN): (DraftsNotTaken, "The province's system takes no drafts"),
    (422, ProblemCode.INVALID): (RegisterRefuses, "The province's system says that our request is not as agreed"),
}


class RestRegister:
    """Asks such a system. url: as in https://host/rest/v1; token: sent as Bearer. Belongs to one event loop."""

    name = "rest"

    def __init__(
        self,
        url: str,
        token: SecretStr,
        *,
        timeout: float = 3.0,
        demonstration: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.demonstration = demonstration
        self._calls = Calls(
            url,
            timeout=timeout,
            headers={"Authorization": f"Bearer {token.get_secret_value()}"},
            transport=transport,
        )
        self._now = now
        self._last_seen: datetime | None = None

    @property
    def last_seen(self) -> datetime | None:
        """When it last gave an answer that we understood."""
        return self._last_seen

    async def find(self, code: str) -> Dossier:
        """The dossier of a code. Raises NoSuchDossier, RegisterAway, RegisterRefuses, RegisterStrange."""
        if not re.fullmatch(CODE_PATTERN, code):
            raise NoSuchDossier("The code is not of a form that a register has.")
        answer = await self._ask("GET", f"/dossiers/{quote(code, safe='')}")
        if answer.status != httpx.codes.OK:
            raise self._trouble(answer)
        dossier = self._read(DossierOut, answer).dossier()
        if dossier.code != code:
            raise RegisterStrange("The province's system answers with another dossier than was asked for.")
        return dossier

    async def draft(self, request: DraftRequest) -> Draft:
        """Makes a draft, or gives the one made with this key before.

        Raises DraftRefused, DraftsNotTaken, RegisterAway, RegisterRefuses, RegisterStrange.
        """
        if not re.fullmatch(KEY_PATTERN, request.key):
            raise ValueError("the key of a draft is made of 8 to 100 letters, digits, full stops, hyphens")
        body = await asyncio.to_thread(_body, request)
        if body is None:
            raise DraftRefused(UNFIT)
        answer = await self._ask("PUT", f"/drafts/{quote(request.key, safe='')}", body)
        if answer.status not in (httpx.codes.OK, httpx.codes.CREATED):
            raise self._trouble(answer)
        return self._read(DraftOut, answer).draft()

    async def close(self) -> None:
        """Closes the connections."""
        await self._calls.close()

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        try:
            return await self._calls.ask(method, path, body)
        except RegisterAway as error:
            error.last_seen = self._last_seen
            raise

    def _read(self, model: type[M], answer: Answer) -> M:
        """What an answer holds. Raises RegisterStrange."""
        trouble: str
        try:
            read = model.model_validate_json(answer.content)
        except ValidationError as error:
            trouble = ", ".join(sorted({".".join(map(str, one["loc"])) or one["type"] for one in error.errors()}))
        else:
            self._last_seen = self._now()
            return read
        raise RegisterStrange(f"The province's system answers with something else than agreed: {trouble[:300]}.")

    def _trouble(self, answer: Answer) -> DossierError:
        """What an answer with an error means. A page of a proxy, say, means that the address is wrong."""
        if answer.status in (401, 403):
            self._last_seen = self._now()
            return RegisterRefuses("The province's system refuses MOTCUA_DOSSIERS_TOKEN.")
        if answer.status == 413:
            return DraftRefused(TOO_LARGE)
        problem = self._read(Problem, answer)
        if (answer.status, problem.code) == (httpx.codes.CONFLICT, ProblemCode.DRAFT_REFUSED):
            return DraftRefused(for_citizens(problem.message) or REFUSED)
        kind, message = _TROUBLES.get((answer.status, problem.code), (RegisterStrange, "An error that is not agreed"))
        return kind(f"{message} (HTTP {answer.status}, {problem.code.value}).")


def for_citizens(message: str) -> str:
    """What a system says, fit to be shown: one line, no control characters, at most LONGEST_REASON of them."""
    shown = "".join(letter if letter.isprintable() else " " for letter in message)
    return " ".join(shown.split())[:LONGEST_REASON]


def _body(request: DraftRequest) -> bytes | None:
    """What is sent; None where it is larger than the interface allows."""
    try:
        return DraftIn.of(request).model_dump_json().encode()
    except ValidationError:
        return None
