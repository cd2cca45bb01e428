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
    said = " ".join(re.sub(r"[,.!;]", " ", fold(conversation.text_of(tracker))).split())
    if _NO.fullmatch(said):
        return False
    return True if _YES.fullmatch(said) else None


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


def remember_last(sender: str) -> None:
    """Takes the applicant's details from the submission that was filled in last."""
    last = next(iter(submissions().all_of(sender)), None)
    if last is None or last.procedure not in forms().codes:
        return
    form = forms().get(last.procedure)
    submissions().remember(sender, _person(form, last), last.content.answers.get(form.file.commune))


def _person(form: EForm, submission: Submission) -> dict[str, str]:
    who = form.file.applicant.model_dump(exclude_none=True)
    answers = submission.content.answers
    return {name: str(answers[field]) for name, field in who.items() if field in answers}
