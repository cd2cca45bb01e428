"""From a submission to a draft in the province's system: one draft, however often it is tried.

The submission's own id is the key of every attempt; the register gives the draft that was made with it before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from actions.dossiers.dossier import Draft, DraftFile, DraftRequest
from actions.dossiers.errors import DraftsNotTaken
from actions.dossiers.register import Register
from actions.submissions.errors import NotReady
from actions.submissions.form import EForm
from actions.submissions.submission import Content, Submission
from actions.submissions.submissions import Submissions
from actions.submissions.tables import State


async def make_draft(
    conversation: str,
    submission: Submission,
    form: EForm,
    register: Register,
    submissions: Submissions,
    *,
    files: Callable[[Submission], Sequence[DraftFile]],
    message: str,
) -> Submission:
    """The submission with its draft, or in the state PRINTED where the register takes no drafts.

    Raises NotReady if an answer is missing, DraftRefused, RegisterAway and the like; then the submission stays in the
    state SENDING or ASKING and can be sent again with the same result.
    """
    wrong = form.wrong(submission.content.answers)
    if wrong:
        raise NotReady(form.title(wrong[0]))
    if submission.content.draft is not None:
        return submission
    submission = submissions.change(conversation, submission.id, message, _to(State.SENDING))
    try:
        draft = await register.draft(request_of(submission, form, files(submission)))
    except DraftsNotTaken:
        return submissions.change(conversation, submission.id, "", _to(State.PRINTED))
    return submissions.change(conversation, submission.id, "", _drafted(draft))


def request_of(submission: Submission, form: EForm, files: Sequence[DraftFile]) -> DraftRequest:
    """What the register gets. key: day and id of the submission, so the same for every attempt."""
    answers, who = submission.content.answers, form.file.applicant
    return DraftRequest(
        key=f"{submission.made:%y%m%d}-{submission.id}",
        procedure=form.code,
        procedure_name=form.file.title,
        commune=answers.get(form.file.commune),
        applicant=answers.get(who.name, ""),
        phone=answers.get(who.phone, ""),
        identity_number=answers.get(who.identity_number, ""),
        answers=answers,
        files=tuple(files),
    )


def documents_missing(content: Content) -> tuple[str, ...]:
    """Documents of the checklist of which no picture or PDF was sent."""
    return tuple(name for name in content.documents if not content.files.get(name))


def _to(state: State) -> Callable[[Submission], Submission]:
    return lambda submission: submission.model_copy(update={"state": state})


def _drafted(draft: Draft) -> Callable[[Submission], Submission]:
    def change(submission: Submission) -> Submission:
        content = submission.content.model_copy(update={"draft": draft})
        return submission.model_copy(update={"state": State.DRAFTED, "content": content})

    return change
