"""Fills in the birth form and asks for the draft, in processes that are killed (SIGKILL) at every step.

`python -m tests.actions.submissions.crashing URL KEY [MESSAGE ...]`: for each message of the conversation and each n a
citizen fills in the whole form; the process that serves them is killed before the n-th statement, commit or call of the
register that this message causes, and a new process goes on. The citizen does as the page does: the message that got no
answer is sent once more, with the same id. Prints one JSON line a citizen.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import event

from actions.database.work import Database
from actions.dossiers.dossier import Draft, DraftRequest
from actions.dossiers.embedded import EmbeddedRegister
from actions.submissions.drafting import make_draft
from actions.submissions.reading import read_answer
from actions.submissions.submission import Content, Submission, answered, field_asked
from actions.submissions.submissions import Submissions
from actions.submissions.tables import State
from storage.vault import Vault
from tests.actions.submissions.birth import CODE, TYPED, around, form

FIRST, SEND = "begin", "send"
SCRIPT = [FIRST, *TYPED, SEND]


class Steps:
    """Counts what touches the outside, and kills this process before a chosen one. left: 0 for never."""

    left = 0

    def count(self, *_: Any) -> None:
        if self.left == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left = max(0, self.left - 1)


class CountedRegister(EmbeddedRegister):
    """The embedded register, with a step before and one after each draft."""

    steps: Steps

    async def draft(self, request: DraftRequest) -> Draft:
        self.steps.count()
        made = await super().draft(request)
        self.steps.count()
        return made


class Server:
    """What the action server does with the messages of the script, in one process."""

    def __init__(self, url: str, key: str) -> None:
        self.steps = Steps()
        self._database, vault = Database(url), Vault([key])
        self.submissions = Submissions(self._database, vault, keep_days=30)
        self._register = CountedRegister(self._database, vault)
        self._register.steps = self.steps
        event.listen(self._database.engine(), "before_cursor_execute", self.steps.count)
        event.listen(self._database.engine(), "commit", self.steps.count)

    def serve(self, citizen: str, message: str) -> None:
        if message == FIRST:
            self.submissions.begin(citizen, CODE, Content(), message)
            return
        current = self.submissions.current(citizen)
        if message == SEND:
            if current is not None:  # else it was sent, and only the reply got lost
                sending = make_draft(
                    citizen, current, form(), self._register, self.submissions, files=lambda _: (), message=message
                )
                asyncio.run(sending)
            return
        assert current is not None
        if field_asked(form(), current.content) != message:  # kept already: the id of the message says so
            kept = self.submissions.change(citizen, current.id, message, _must_not_count_again)
            assert message in kept.content.answers
            return
        self.submissions.change(citizen, current.id, message, _answer(message))


def _answer(field: str) -> Callable[[Submission], Submission]:
    def change(one: Submission) -> Submission:
        value = read_answer(form(), field, TYPED[field], one.content.answers, around())
        return one.model_copy(update={"content": answered(form(), one.content, field, value)})

    return change


def _must_not_count_again(_: Submission) -> Submission:
    raise AssertionError("the same message must not count again")


def in_child(work: Callable[[], None]) -> bool:
    """Whether a forked process came to its end; False: it was killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            sys.stderr.flush()
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise SystemExit("a process failed without being killed")
    return os.WIFEXITED(status)


def conversation(url: str, key: str, citizen: str, message: str, kill_at: int) -> bool:
    """A citizen's whole conversation, with one crash while `message` is served; whether the crash happened."""
    place = SCRIPT.index(message)

    def until_the_crash() -> None:
        server = Server(url, key)
        for each in SCRIPT[:place]:
            server.serve(citizen, each)
        server.steps.left = kill_at
        server.serve(citizen, message)

    def from_there_on() -> None:
        server = Server(url, key)
        for each in SCRIPT[place:]:
            server.serve(citizen, each)

    killed = not in_child(until_the_crash)
    assert in_child(from_there_on)
    return killed


def main(url: str, key: str, messages: Sequence[str]) -> None:
    for message in messages or SCRIPT:
        kill_at, killed = 0, True
        while killed:
            kill_at += 1
            citizen = f"{message}-{kill_at}"
            killed = conversation(url, key, citizen, message, kill_at)
            found = outcome(url, key, citizen) | {"message": message, "step": kill_at, "killed": killed}
            sys.stdout.write(json.dumps(found) + "\n")


def outcome(url: str, key: str, citizen: str) -> dict[str, Any]:
    """What is kept of a citizen in the end."""
    database = Database(url)
    kept = Submissions(database, Vault([key]), keep_days=30).all_of(citizen)
    drafted = [one.content for one in kept if one.state is State.DRAFTED]
    database.close()
    return {
        "submissions": len(kept),
        "drafts": sorted({content.draft.code for content in drafted if content.draft}),
        "answers": drafted[0].answers if drafted else {},
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
