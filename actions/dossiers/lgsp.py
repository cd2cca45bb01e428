"""A province's system that speaks the national exchange over the province's gateway (LGSP); docs/lgsp.md.

One login serves all calls; a session that ended is renewed once. What the exchange has no field for (answers of the
e-form, content of attachments) is not sent, and a draft names it as missing.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from actions.dossiers.calls import Calls, read_json
from actions.dossiers.dossier import Dossier, Draft, DraftRequest
from actions.dossiers.errors import (
    DossierError,
    DraftRefused,
    NoSuchDossier,
    RegisterAway,
    RegisterRefuses,
    RegisterStrange,
)
from actions.dossiers.lgsp_fields import draft_fields, from_exchange, read_procedure, same_person
from actions.dossiers.rest import REFUSED, for_citizens
from actions.dossiers.rest_api import CODE_PATTERN

OK, WRONG_LOGIN, NO_SESSION, NOTHING_FOUND, REFUSES_DATA, TROUBLE = 0, 1, 2, 3, 4, 9
ANSWERS = "Nội dung tờ khai: anh/chị điền trên cổng, hoặc tải lên tờ khai đã điền sẵn"
NO_DAY = "20250701"  # in a code whose key names no day; the province's codes of today are younger
SERIALS = 10**8  # eight digits, the most that the form of a dossier's code allows
CODES_TRIED = 5
LOCKED_OUT = timedelta(minutes=1)  # after a refused login, so that the account is not closed for too many of them

_TROUBLES: dict[int, tuple[type[DossierError], str]] = {
    WRONG_LOGIN: (RegisterRefuses, "The exchange refuses MOTCUA_DOSSIERS_USER or MOTCUA_DOSSIERS_PASSWORD."),
    NO_SESSION: (RegisterRefuses, "The exchange does not know the session that it has just given us."),
    NOTHING_FOUND: (NoSuchDossier, "The exchange knows no dossier of this code."),
}

_DAY_IN_KEY = re.compile(r"(?<![0-9A-Za-z])(?:20)?(\d{2})-?(\d{2})-?(\d{2})(?![0-9A-Za-z])", re.ASCII)


class LgspRegister:
    """Asks such a system. url: what comes before "/Login"; unit: madonvi.

    page: where an applicant finishes a draft, with {code} for its code; empty where nobody told us.
    Belongs to one event loop.
    """

    name = "lgsp"

    def __init__(
        self,
        url: str,
        user: str,
        password: SecretStr,
        *,
        unit: str,
        page: str = "",
        timeout: float = 3.0,
        demonstration: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.demonstration = demonstration
        self._calls = Calls(url, timeout=timeout, transport=transport)
        self._user, self._password, self._unit, self._page = user, password, unit, page
        self._now = now
        self._last_seen: datetime | None = None
        self._session: SecretStr | None = None
        self._logging_in = asyncio.Lock()
        self._refused_at: datetime | None = None

    @property
    def last_seen(self) -> datetime | None:
        """When it last gave an answer that we understood."""
        return self._last_seen

    async def find(self, code: str) -> Dossier:
        """The dossier of a code. Raises NoSuchDossier, RegisterAway, RegisterRefuses, RegisterStrange."""
        if not re.fullmatch(CODE_PATTERN, code):
            raise NoSuchDossier("The code is not of a form that a register has.")
        try:
            message = await self._service("TraCuuHoSo", mahoso=code)
        except DraftRefused:
            message = None
        if message is None:
            raise RegisterRefuses("The exchange refuses to look a dossier up.")
        dossier = from_exchange(read_json(message), self._now())
        if dossier.code != code:
            raise RegisterStrange("The exchange answers with another dossier than was asked for.")
        return dossier

    async def draft(self, request: DraftRequest) -> Draft:
        """Makes a draft, or gives the one made with this key before.

        The exchange numbers nothing: the code is ours, always the same for a key. Should it be another applicant's,
        which hardly happens, the next one is taken.
        Raises DraftRefused, RegisterAway, RegisterRefuses, RegisterStrange.
        """
        for attempt in range(CODES_TRIED):
            code = draft_code(self._unit, request.key, attempt)
            found = await self._found(code) or await self._made(code, request)
            if _is_of(found, request):
                return self._as_draft(found, request)
        raise RegisterStrange("The exchange holds other dossiers under every code that this draft could have.")

    async def close(self) -> None:
        """Closes the connections."""
        await self._calls.close()

    async def _found(self, code: str) -> Dossier | None:
        try:
            return await self.find(code)
        except NoSuchDossier:
            return None

    async def _made(self, code: str, request: DraftRequest) -> Dossier:
        fields = draft_fields(request, code, self._now())
        await self._service("DongBoHoSoMC", isUpdating="false", data=[fields])
        try:
            return await self.find(code)
        except NoSuchDossier:
            trouble = "The exchange took a draft and does not know it now."
        raise RegisterStrange(trouble)

    def _as_draft(self, found: Dossier, request: DraftRequest) -> Draft:
        return Draft(
            code=found.code,
            page=self._page.replace("{code}", found.code),
            missing=(ANSWERS, *dict.fromkeys(file.document for file in request.files)),
            fees=found.fees or None,
            due=found.due,
            made=found.submitted or found.as_of,
        )

    async def _service(self, service: str, **parts: Any) -> str:
        """The message of a service's answer; logs in before if need be, and once more if the session has ended."""
        session = await self._logged_in(None)
        code, message = await self._call(service, session, parts)
        if code == NO_SESSION:
            session = await self._logged_in(session)
            code, message = await self._call(service, session, parts)
        if code != OK:
            raise _trouble(code, message)
        return message

    async def _call(self, service: str, session: SecretStr, parts: dict[str, Any]) -> tuple[int, str]:
        head = {"session": session.get_secret_value(), "madonvi": self._unit, "service": service}
        answer = await self._posted(service, {**head, **parts})
        message = answer.get("message")
        return _error_code(answer), message if isinstance(message, str) else ""

    async def _logged_in(self, ended: SecretStr | None) -> SecretStr:
        """The session, a new one if there is none or it is the one that ended. Those who come at once share it."""
        async with self._logging_in:
            if self._session is None or self._session is ended:
                self._session = None
                self._session = await self._login()
            return self._session

    async def _login(self) -> SecretStr:
        if self._refused_at is not None and self._now() - self._refused_at < LOCKED_OUT:
            raise RegisterRefuses("The exchange refused our login; it is tried again in a minute.")
        answer = await self._posted("Login", {"username": self._user, "password": self._password.get_secret_value()})
        code, session = _error_code(answer), answer.get("session")
        if code == WRONG_LOGIN:
            self._refused_at = self._now()
        if code != OK:
            raise _trouble(code, "")
        if not isinstance(session, str) or not session:
            raise RegisterStrange("The exchange lets us in without a session.")
        self._refused_at = None
        return SecretStr(session)

    async def _posted(self, path: str, parts: dict[str, Any]) -> dict[str, Any]:
        """An answer of the exchange's form. Raises RegisterAway, RegisterRefuses, RegisterStrange."""
        try:
            answer = await self._calls.ask("POST", f"/{path}", json.dumps(parts, ensure_ascii=False).encode())
        except RegisterAway as error:
            error.last_seen = self._last_seen
            raise
        if answer.status in (401, 403):
            self._last_seen = self._now()
            raise RegisterRefuses(f"The exchange's gateway answers HTTP {answer.status}: it does not let us in.")
        if answer.status != httpx.codes.OK:
            raise RegisterStrange(f"The exchange answers HTTP {answer.status}.")
        read = answer.json()
        if not isinstance(read, dict):
            raise RegisterStrange("The exchange's answer is no object.")
        if _error_code(read) == TROUBLE:
            raise RegisterAway("The exchange has trouble on its server.", last_seen=self._last_seen)
        self._last_seen = self._now()
        return read


def draft_code(unit: str, key: str, attempt: int = 0) -> str:
    """The code of a draft: <unit>-<yyyyMMdd>-<8 digits>, the same for the same key and attempt.

    The day is the one that the key names, as in 261123-… or 20261123-…, because the day of an attempt differs from one
    to the next; NO_DAY if it names none. The digits are a hash of the key.
    """
    named = _DAY_IN_KEY.search(key)
    day = "".join(("20", *named.groups())) if named else NO_DAY
    day = day if _is_day(day) else NO_DAY
    digest = hashlib.sha256(f"{attempt}:{key}".encode()).digest()
    return f"{unit}-{day}-{int.from_bytes(digest[:8], 'big') % SERIALS:08d}"


def _is_day(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y%m%d")
    except ValueError:
        return False
    return True


def _is_of(found: Dossier, request: DraftRequest) -> bool:
    """Whether a dossier is the one of this request, and not another's under the same code."""
    asked = read_procedure(request.procedure) or request.procedure
    return (found.procedure or asked) == asked and same_person(found.owner, request.applicant)


def _error_code(answer: dict[str, Any]) -> int:
    """Raises RegisterStrange where there is none."""
    code = answer.get("error_code")
    text = "" if isinstance(code, bool) else str(code)
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII):
        raise RegisterStrange("The exchange's answer has no error_code.")
    return int(text)


def _trouble(code: int, message: str) -> DossierError:
    """What an error of the exchange means."""
    if code == REFUSES_DATA:
        return DraftRefused(for_citizens(message) or REFUSED)
    kind, text = _TROUBLES.get(code, (RegisterStrange, f"The exchange answers with the unknown error {code}."))
    return kind(text)
