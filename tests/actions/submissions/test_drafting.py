"""From a submission to one draft: tried twice, in parallel, refused, away, and killed at every step."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from actions.database.work import Database
from actions.dossiers.dossier import Dossier, Draft, DraftFile, DraftRequest
from actions.dossiers.embedded import EmbeddedRegister
from actions.dossiers.errors import DraftRefused, DraftsNotTaken, NoSuchDossier, RegisterAway
from actions.submissions.drafting import documents_missing, make_draft, request_of
from actions.submissions.errors import NotReady
from actions.submissions.submission import Content, Submission
from actions.submissions.submissions import Submissions
from actions.submissions.tables import State
from knowledge.settings import ROOT
from storage.vault import Vault
from tests.actions.submissions import crashing
from tests.actions.submissions.birth import ANSWERS, CODE, form

KEY = Fernet.generate_key().decode()
ME = "a citizen"


class Trouble:
    """A register that does what a test says, once; then it takes drafts."""

    name, demonstration, last_seen = "trouble", False, None

    def __init__(self, *troubles: Exception, after: bool = False) -> None:
        self.troubles = list(troubles)
        self.after = after  # the answer is lost, but the draft was made
        self.made: dict[str, Draft] = {}
        self.asked: list[DraftRequest] = []

    async def find(self, code: str) -> Dossier:
        raise NoSuchDossier(code)

    async def draft(self, request: DraftRequest) -> Draft:
        self.asked.append(request)
        await asyncio.sleep(0)
        if self.troubles and not self.after:
            raise self.troubles.pop(0)
        code = f"000.00.00.H41-261123-{len(self.made) + 1:04}"
        made = self.made.setdefault(request.key, Draft(code=code, page="", made=datetime.now(UTC)))
        if self.troubles:
            raise self.troubles.pop(0)
        return made

    async def close(self) -> None: ...


@pytest.fixture
def kept(database_url: str) -> Submissions:
    return Submissions(Database(database_url), Vault([KEY]), keep_days=30)


def begun(kept: Submissions, answers: dict[str, Any] = ANSWERS) -> Submission:
    return kept.begin(ME, CODE, Content(answers=answers, documents=("Giấy chứng sinh",)), "m1")


async def send(kept: Submissions, register: Any, message: str = "send") -> Submission:
    current = kept.all_of(ME)[0]
    return await make_draft(ME, current, form(), register, kept, files=lambda _: (), message=message)


async def test_a_draft_with_its_code(kept: Submissions) -> None:
    begun(kept)
    register = Trouble()
    made = await send(kept, register)
    assert made.state is State.DRAFTED
    assert made.content.draft == next(iter(register.made.values()))
    assert register.asked[0].applicant == "Trần Thị Mận"
    assert register.asked[0].commune == "16681"


async def test_sent_again_it_is_the_same(kept: Submissions) -> None:
    begun(kept)
    register = Trouble()
    first = await send(kept, register, "tap")
    again = await send(kept, register, "another tap")
    assert again.content.draft == first.content.draft
    assert len(register.asked) == 1


async def test_a_lost_answer_makes_no_second_draft(kept: Submissions) -> None:
    begun(kept)
    register = Trouble(RegisterAway("the line broke"), after=True)
    with pytest.raises(RegisterAway):
        await send(kept, register)
    assert kept.all_of(ME)[0].state is State.SENDING
    await send(kept, register, "again")
    assert len(register.made) == 1
    assert kept.all_of(ME)[0].state is State.DRAFTED


async def test_two_taps_at_once_are_one_draft(kept: Submissions, database_url: str) -> None:
    begun(kept)
    register = EmbeddedRegister(Database(database_url), Vault([KEY]))
    made = await asyncio.gather(*(send(kept, register, f"tap {number}") for number in range(6)))
    assert len({one.content.draft.code for one in made if one.content.draft}) == 1
    assert len(register.drafts()) == 1


async def test_where_no_drafts_are_taken_there_is_the_paper(kept: Submissions) -> None:
    begun(kept)
    assert (await send(kept, Trouble(DraftsNotTaken("no")))).state is State.PRINTED


async def test_a_refusal_keeps_the_answers(kept: Submissions) -> None:
    begun(kept)
    with pytest.raises(DraftRefused):
        await send(kept, Trouble(DraftRefused("Trẻ đã có khai sinh.")))
    assert kept.all_of(ME)[0].content.answers == ANSWERS


async def test_what_is_not_ready_is_not_sent(kept: Submissions) -> None:
    begun(kept, {**ANSWERS, "applicant_phone": "12"})
    register = Trouble()
    with pytest.raises(NotReady, match="Số điện thoại"):
        await send(kept, register)
    assert register.asked == []
    assert kept.all_of(ME)[0].state is State.ASKING


def test_the_request_has_the_files_and_always_the_same_key(kept: Submissions) -> None:
    submission = begun(kept)
    file = DraftFile(document="Giấy chứng sinh", name="a.jpg", media_type="image/jpeg", content=b"x")
    first, second = request_of(submission, form(), [file]), request_of(submission, form(), [])
    assert first.key == second.key
    assert first.files == (file,)
    assert documents_missing(submission.content) == ("Giấy chứng sinh",)


def survivors(url: str, *messages: str) -> list[dict[str, Any]]:
    """The outcome of each citizen whose process was killed (tests/actions/submissions/crashing.py)."""
    words = [sys.executable, "-m", "tests.actions.submissions.crashing", url, KEY, *messages]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(outcomes: list[dict[str, Any]], messages: list[str]) -> None:
    lost = [one for one in outcomes if one["answers"] != ANSWERS]
    doubled = [one for one in outcomes if one["submissions"] != 1 or len(one["drafts"]) != 1]
    assert (lost, doubled) == ([], [])
    killed = {one["message"] for one in outcomes if one["killed"]}
    assert killed == set(messages), "every message must have been interrupted"
    codes = [code for one in outcomes for code in one["drafts"]]
    assert len(set(codes)) == len(outcomes)


def test_killed_at_every_step_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    """Every answer goes the same way, so the first, a middle one and the last stand for all; all take minutes."""
    some = [crashing.FIRST, "commune", "child_name", "copies", crashing.SEND]
    check(survivors(f"sqlite:///{tmp_path / 'actions.sqlite'}", *some), some)


def test_the_same_on_postgresql(postgres: Any) -> None:
    url = postgres.fresh_database()
    some = [crashing.FIRST, crashing.SEND]
    check(survivors(url, *some), some)
    postgres.drop(url)
