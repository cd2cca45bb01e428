"""Consent: asked before the first personal question of each purpose, by a tap or in words; silence is none."""

from __future__ import annotations

import re

from rasa_sdk import Tracker

from actions import conversation
from actions.assistant import consents, forms, submissions
from actions.submissions.form import EForm
from actions.submissions.submission import Submission
from knowledge.normalise import fold
from knowledge.reply import Button, Outcome, Reply

_MANNERS = (  # beside a yes; anything else may make a question of it ("có mất tiền không")
    r"(?: (?:a|ah|nhe|nha|nghe|em|anh|eng|chi|ban|toi|tui|minh|luon|roi|di|voi|het|ca|ngay|dong y|duoc|ok|oke|nho|giup|"
    r"nhan|tin|cho|tra|lam|dien|tiep|tuc|do|day|thoi|cam on))*"
)
_YES = re.compile(
    r"(?:da |vang |u |a )*(?:dong y|co|ok|oke|okie|duoc|dc|u|uh|uk|uhm|o|vang|da|yes|nhat tri|chap nhan|tat nhien|"
    r"chac chan|man di|lam di|lam luon)" + _MANNERS
)
_NO = re.compile(
    r"(?:da |thoi )*(?:khong|ko|k|no|thoi|chua)\b(?! (?:hieu|biet|ro)\b)(?: dong y| can| muon| luu)?[^?]{0,20}"
)
OF_A_PERSON = ("person.", "commune")  # `known` of questions that may come from what is remembered
REMEMBER, ERASE = "remember", "erase"
OUTCOMES = {"status": Outcome.STATUS, "notices": Outcome.STATUS, "submission": Outcome.SUBMISSION}


def consent_asked(purpose: str, about: str = "") -> Reply:
    """The text of a consent with its two buttons; none of them is chosen beforehand. about: what stands above it."""
    wanted = consents().wanted(purpose)
    buttons = (
        Button(title=wanted.yes, payload=f"consent:{purpose}=yes"),
        Button(title=wanted.no, payload=f"consent:{purpose}=no"),
    )
    text = "\n\n".join(filter(None, (about, wanted.text, f"👉 {wanted.question}")))
    return Reply(text=text, outcome=OUTCOMES.get(purpose, Outcome.SMALL_TALK), buttons=buttons)


def consent_said(tracker: Tracker, purpose: str) -> bool | None:
    """Yes or no to the consent that was asked; None: the message says neither."""
    tapped = conversation.entity(tracker, "consent")
    if tapped:
        name, _, answer = tapped.partition("=")
        return answer == "yes" if name == purpose else None
    said = _plain(conversation.text_of(tracker))
    if _NO.fullmatch(said):
        return False
    return True if _YES.fullmatch(said) else None


def consent_meant(tracker: Tracker, *, form_asks_too: bool) -> bool:
    """Whether a message in a form answers the consent that was asked above the form's question, and not that question.

    form_asks_too: the form itself waits for a yes or no, so that only the words on the buttons tell which is meant.
    """
    purpose = _asked_before(tracker)
    if not purpose or purpose not in consents().purposes:
        return False
    said, wanted = _plain(conversation.text_of(tracker)), consents().wanted(purpose)
    if said in (_plain(wanted.yes), _plain(wanted.no)):
        return True
    agrees = said.startswith(("dong y", "khong dong y"))
    return agrees and not form_asks_too and bool(_YES.fullmatch(said) or _NO.fullmatch(said))


def consent_waiting(tracker: Tracker) -> str:
    """The purpose of the consent that was asked with the last reply; a later yes means something else. Empty: none."""
    messages = 0
    for event in reversed(tracker.events):
        messages += event["event"] == "user"
        if messages > 1:
            return ""
        if event["event"] == "slot" and event["name"] == "consenting":
            return str(tracker.get_slot("consenting") or "")
    return ""


def _asked_before(tracker: Tracker) -> str:
    """The purpose of the consent that was asked with the last reply, though it may have been answered since."""
    messages = 0
    for event in reversed(tracker.events):
        messages += event["event"] == "user"
        if messages > 1:
            return ""
        if messages == 1 and event["event"] == "slot" and event["name"] == "consenting":
            return str(event["value"] or "")
    return ""


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[,.!;]", " ", fold(text)).split())


def remember_last(sender: str) -> None:
    """Takes the applicant's details from the submission that was filled in last."""
    last = next(iter(submissions().all_of(sender)), None)
    if last is None or last.procedure not in forms().codes:
        return
    form = forms().get(last.procedure)
    submissions().remember(sender, _person(form, last), last.content.answers.get(form.file.commune))


def forget_person(sender: str) -> None:
    """Deletes what was remembered of somebody, and what of it waits in forms to be filled in; answers stay."""
    submissions().forget_remembered(sender)
    submissions().forget_known(sender, _remembered_fields)


def _remembered_fields(procedure: str) -> frozenset[str]:
    """The fields of a form that may be filled in from what is remembered."""
    if procedure not in forms().codes:
        return frozenset()
    questions = forms().get(procedure).file.questions
    return frozenset(name for name, asked in questions.items() if (asked.known or "").startswith(OF_A_PERSON))


def _person(form: EForm, submission: Submission) -> dict[str, str]:
    who = form.file.applicant.model_dump(exclude_none=True)
    answers = submission.content.answers
    return {name: str(answers[field]) for name, field in who.items() if field in answers}
