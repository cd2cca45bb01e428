"""Filling in an e-form, one question at a time (submission_form): what the citizen said is kept at once.

Where the form stands is in the database and not in Rasa: a restart, another hour or another day change nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation
from actions.assistant import consents, doorkeeper, files, forms, library, now, register, submissions, vault
from actions.consenting import REMEMBER, consent_asked, consent_meant, consent_said
from actions.dossiers.access import Asker, ref_of
from actions.dossiers.dossier import DraftFile
from actions.dossiers.errors import DossierError, DraftRefused, RegisterAway
from actions.submissions import asking, drafted
from actions.submissions.drafting import make_draft
from actions.submissions.errors import AnswerRefused, NoSuchForm, NotReady, SubmissionError
from actions.submissions.form import EForm
from actions.submissions.handing_out import sample
from actions.submissions.reading import Around, SeveralPlaces, read_answer, says_choice
from actions.submissions.spoken import (
    Command,
    asks_something,
    command_in,
    field_named,
    field_to_edit,
    skips_for_sure,
)
from actions.submissions.submission import (
    Content,
    Submission,
    answered,
    document_asked,
    field_asked,
    filled_in,
    gone_back,
    left_out,
    moved_to,
)
from actions.submissions.submissions import known_answers
from actions.submissions.tables import State
from knowledge.normalise import fold
from knowledge.reply import Outcome, Reply
from knowledge.working_days import VIETNAM
from storage.errors import StorageError

log = structlog.get_logger(__name__)

FORM = "submission_form"
PURPOSE = "submission"
REFUSALS = 2  # in a row, after which the explanation comes unasked
QUESTIONS = (
    "ask_procedure", "ask_follow_up", "ask_status", "compare", "ask_journey", "hand_off", "show_my_data",
    "erase_my_data", "withdraw_consent", "ask_capabilities", "out_of_scope", "emergency", "self_harm", "threat",
)  # fmt: skip
AS_ABOVE = re.compile(r"(?:nhu|giong|y|cung|o|van)(?: nhu| o)? (?:tren|vay|rua|the|cu)(?: a| luon| nhe| nha)?[ .!]*")
ALWAYS_OWN = ("ask_status", "hand_off", "show_my_data", "erase_my_data", "withdraw_consent", "emergency", "self_harm")
CHANGES = (Command.BACK, Command.SKIP, Command.EDIT, Command.KEEP)  # what could make the answers others
BY_WORDS_FIRST = ("person-name", "address", "plain")  # formats that could be any text

Domain = dict[str, Any]


@dataclass(frozen=True)
class Turn:
    """One message to the form."""

    tracker: Tracker
    dispatcher: CollectingDispatcher
    submission: Submission
    form: EForm

    @property
    def text(self) -> str:
        """What was typed; empty for a tap."""
        return conversation.text_of(self.tracker)

    @property
    def message(self) -> str:
        """The id of the message."""
        return conversation.message_of(self.tracker)

    @property
    def content(self) -> Content:
        """What is answered so far."""
        return self.submission.content

    def say(self, text: str) -> None:
        """A sentence above the next question."""
        conversation.send_plain(self.dispatcher, Reply(text=text, outcome=Outcome.SUBMISSION))

    async def change(self, content: Content) -> None:
        """Keeps the content."""
        await self._keep(lambda before: before.model_copy(update={"content": content}))

    async def state(self, state: State) -> None:
        """Keeps the state."""
        await self._keep(lambda before: before.model_copy(update={"state": state}))

    async def _keep(self, change: Any) -> None:
        sender, number = self.tracker.sender_id, self.submission.id
        await asyncio.to_thread(submissions().change, sender, number, self.message, change)


class StartSubmission(Action):
    """Begins the e-form of a procedure, goes on with one that was begun, or says where else to hand in."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_start_submission"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Looks which procedure is meant; the form itself asks for consent first."""
        try:
            return await self._begin(dispatcher, tracker)
        except StorageError as error:
            log.error("submission_not_begun", error=str(error))
            conversation.send_plain(dispatcher, asking.trouble())
            return []

    @staticmethod
    async def _begin(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        said = conversation.entity(tracker, "form")
        resume = said == Command.RESUME or command_in(conversation.text_of(tracker)) is Command.RESUME
        begun = await asyncio.to_thread(submissions().open_of, tracker.sender_id)
        again = said == Command.SEND or command_in(conversation.text_of(tracker)) is Command.REVIEW
        if again and not begun:
            return await _tell_last(dispatcher, tracker)
        if begun and (resume or conversation.intent_of(tracker) == "fill_in"):
            await asyncio.to_thread(files().prolong, begun[0].id)  # answers are kept longer than files
            return _form_for(begun[0].procedure)
        code, near = _wanted(tracker)
        if not code and not near and begun:
            return _form_for(begun[0].procedure)
        if not code or code not in library().snapshot.catalogue.procedures:
            conversation.send_plain(dispatcher, asking.which_procedure(forms(), library().snapshot.catalogue, near))
            return []
        if code not in forms().codes:
            conversation.send_plain(dispatcher, asking.no_form(library().snapshot.catalogue.procedures[code]))
            return conversation.remember(tracker, {"procedure": code})
        return [*conversation.remember(tracker, {"procedure": code}), *_form_for(code)]


class ReadField(Action):
    """Reads what somebody said to the form: an answer, a command, a file; else other rules decide."""

    def name(self) -> str:
        """As Rasa looks for it beside submission_form."""
        return "validate_submission_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Keeps an answer before anything else."""
        if not tracker.get_slot("requested_slot"):
            return []
        try:
            submission = await asyncio.to_thread(submissions().current, tracker.sender_id)
            starting = tracker.get_slot("starting")
            if submission is None or (starting and starting != submission.procedure):
                return await _begin(dispatcher, tracker, starting)
            form = forms().get(submission.procedure)
            if consent_meant(tracker, form_asks_too=False):
                return []
            if submission.message and submission.message == conversation.message_of(tracker):
                return [SlotSet("submission", None)]  # sent once more: it is kept, and only the reply got lost
            return await _take(Turn(tracker, dispatcher, submission, form))
        except StorageError as error:
            log.error("answer_not_kept", error=str(error))
            conversation.send_plain(dispatcher, asking.not_kept())
            return [SlotSet("submission", None)]


class AskField(Action):
    """Asks what is to be asked next: consent, a question, a document, or whether all is right."""

    def name(self) -> str:
        """As Rasa looks for it beside the slot `submission` of submission_form."""
        return "action_ask_submission_form_submission"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Sends the question with its buttons."""
        try:
            return await self._ask(dispatcher, tracker)
        except StorageError as error:
            log.error("field_not_asked", error=str(error))
            conversation.send_plain(dispatcher, asking.trouble())
            return [SlotSet("starting", None)]  # what is said next is no consent to what was not asked

    @staticmethod
    async def _ask(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        submission = await asyncio.to_thread(submissions().current, tracker.sender_id)
        starting = tracker.get_slot("starting")
        if submission is None or (starting and starting != submission.procedure):
            if not await asyncio.to_thread(consents().given, tracker.sender_id, PURPOSE):
                conversation.send_plain(dispatcher, consent_asked(PURPOSE, forms().get(starting).file.form.name))
                return []
            submission = await _started(tracker, starting)
        form = forms().get(submission.procedure)
        places = library().surroundings.places
        offered = tracker.get_slot("offered") or []
        conversation.send_plain(dispatcher, asking.next_question(form, submission, places, offered))
        return [SlotSet("starting", None)] if starting else []


class TellSubmission(Action):
    """What came of it: the draft with its code, the paper form, put aside, or nothing."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_tell_submission"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Sends it, and makes ready for another submission."""
        outcome = tracker.get_slot("submission")
        ended = [SlotSet("submission", None), SlotSet("starting", None), SlotSet("offered", None)]
        if outcome in (State.DRAFTED, State.PRINTED):
            try:
                return [*await _tell_last(dispatcher, tracker), *ended]
            except StorageError as error:
                log.error("draft_not_told", error=str(error))
                conversation.send_plain(dispatcher, asking.done_but_not_told())
                return ended
        conversation.send_plain(dispatcher, asking.ended(str(outcome)))
        return ended


async def resumed(tracker: Tracker) -> list[EventType]:
    """After another form: back to the submission, or else to the questions about a case, that were interrupted."""
    try:
        submission = await asyncio.to_thread(submissions().current, tracker.sender_id)
    except StorageError:
        return []
    if submission is not None and submission.procedure in forms().codes:
        return [FollowupAction(FORM)]
    waiting = tracker.get_slot("asking") and tracker.get_slot("procedure")
    return [FollowupAction(conversation.GUIDE_FORM)] if waiting else []


def _form_for(code: str) -> list[EventType]:
    return [SlotSet("starting", code), SlotSet("submission", None), SlotSet("told", None), FollowupAction(FORM)]


def _wanted(tracker: Tracker) -> tuple[str | None, list[str]]:
    """The procedure that is to be handed in: tapped, named, or under discussion; else those that the words are near."""
    tapped, before = conversation.entity(tracker, "start"), tracker.get_slot("procedure")
    text = conversation.text_of(tracker)
    if tapped or not text:
        return tapped or before, []
    if not asking.names_a_matter(text):
        return before, []
    hits, decision = library().find(text)
    if decision.outcome is Outcome.ANSWER and decision.confidence > asking.SURE:
        return decision.target, []
    near = [hit.target for hit in hits[: asking.NEAR] if hit.target in forms().codes]
    if before in near or not near:
        return before, []
    return (near[0], []) if len(near) == 1 else (None, near)  # the consent that is asked next names the form


async def _begin(dispatcher: CollectingDispatcher, tracker: Tracker, starting: str | None) -> list[EventType]:
    """The consent that must come before the first question."""
    if starting is None:
        return [SlotSet("submission", "nothing")]
    if consent_meant(tracker, form_asks_too=True):
        return []
    said = consent_said(tracker, PURPOSE)
    if said is None:
        return []
    await asyncio.to_thread(consents().give if said else consents().refuse, tracker.sender_id, PURPOSE)
    if not said:
        return [SlotSet("submission", "refused")]
    await _started(tracker, starting)
    return [SlotSet("submission", None)]


async def _started(tracker: Tracker, code: str) -> Submission:
    """A new submission with what is known already; one that was begun goes on."""
    form = forms().get(code)
    sender = tracker.sender_id
    person, commune = await asyncio.to_thread(_remembered, sender)
    same = tracker.get_slot("procedure") == code
    case = (tracker.get_slot("answers") or {}) if same else {}
    commune = tracker.get_slot("commune") or commune
    known = known_answers(form.file.questions, person, commune, case)
    documents = asking.documents_of(library(), form, conversation.understood(tracker) if same else None)
    content = Content(
        known=known,
        documents=tuple(documents),
        notes={name: note for name, note in documents.items() if note},
        commune=commune,
    )
    message = conversation.message_of(tracker)
    return await asyncio.to_thread(submissions().begin, sender, code, filled_in(form, content), message)


def _remembered(sender: str) -> tuple[dict[str, str], str | None]:
    """What may be filled in without asking: nothing where the consent to it was taken back or its words are others."""
    return submissions().remembered(sender) if consents().given(sender, REMEMBER) else ({}, None)


async def _take(turn: Turn) -> list[EventType]:
    """What a message does to the submission; nothing if it is none of the form's business."""
    file = conversation.entity(turn.tracker, "file")
    if file:
        return await _take_file(turn, file)
    if conversation.contact_of(turn.tracker) or conversation.position_of(turn.tracker):
        return await _take_shared(turn)
    if await _take_tap(turn):
        return [SlotSet("submission", None), SlotSet("offered", None)]
    asked = field_asked(turn.form, turn.content)
    if asked and turn.text and says_choice(turn.form, asked, turn.text):  # "chính tôi", "đổi tên": no commands here
        return await _take_answer(turn, asked)
    command = _command(turn)
    return await _obey(turn, command) if command else await _take_words(turn, asked)


async def _take_shared(turn: Turn) -> list[EventType]:
    """A contact is the answer where a telephone number is asked for; a position offers the nearest communes."""
    asked = None if turn.submission.state is State.SENDING else field_asked(turn.form, turn.content)
    wanted = turn.form.property(asked).get("format") if asked else None
    contact, position = conversation.contact_of(turn.tracker), conversation.position_of(turn.tracker)
    if asked and contact and wanted == "phone":
        return await _keep_answer(turn, asked, contact, typed=True)
    if position and wanted == "commune":
        near = library().surroundings.places.nearest(*position)
        turn.say(asking.NEAREST.format(names=", ".join(place.name for place, _ in near)))
        return [SlotSet("submission", None), SlotSet("offered", [place.code for place, _ in near])]
    return []


async def _take_words(turn: Turn, asked: str | None) -> list[EventType]:
    """Words that are no command: what is to be changed, or an answer."""
    if turn.submission.state is State.SENDING:
        return _not_while_sending(turn)
    edits, named = field_to_edit(turn.form, turn.content.answers, turn.text)
    if edits or (turn.tracker.get_slot("editing") and turn.text):
        named = named or field_named(turn.form, turn.content.answers, turn.text)
        return await _edit(turn, named)
    return await _take_answer(turn, asked) if asked else []


async def _take_tap(turn: Turn) -> bool:
    """A field that was tapped to be changed."""
    field = conversation.entity(turn.tracker, "field")
    if field in turn.form.fields and turn.submission.state is State.ASKING:
        await turn.change(moved_to(turn.content, str(field)))
        return True
    return False


def _command(turn: Turn) -> Command | None:
    """The command of a tapped button or of words; words that could be an answer are one."""
    tapped = conversation.entity(turn.tracker, "form")
    if tapped in set(Command):
        return Command(tapped)
    command = command_in(turn.text)
    asked = field_asked(turn.form, turn.content)
    if command is Command.SEND and (asked or document_asked(turn.content)):
        return None
    if command is Command.SKIP and asked and not skips_for_sure(turn.text):
        described = turn.form.property(asked)
        return None if described.get("enum") or described["type"] == "integer" else command
    if command is Command.KEEP and not turn.tracker.get_slot("photo"):
        return None
    return command


async def _obey(turn: Turn, command: Command) -> list[EventType]:
    done: list[EventType] = [SlotSet("submission", None), SlotSet("offered", None), SlotSet("editing", None)]
    asked = field_asked(turn.form, turn.content)
    if command is Command.SEND:
        return await _send(turn)
    if command in (Command.LATER, Command.CANCEL):
        return await _end(turn, State.LATER if command is Command.LATER else State.CANCELLED)
    if command in CHANGES and turn.submission.state is State.SENDING:
        turn.say(asking.NOT_WHILE_SENDING)
        return done
    if command is Command.BACK:
        await turn.change(gone_back(turn.form, turn.content))
    elif command is Command.SKIP:
        await _skip(turn, asked)
    elif command is Command.EXPLAIN:
        turn.say(asking.explained(turn.form, asked) if asked else asking.EXPLAINED_DOCUMENT)
    elif command is Command.KEEP:
        await _keep_photo(turn)
        return [*done, SlotSet("photo", None)]
    elif command is Command.EDIT:
        turn.say(asking.WHICH_FIELD)
        return [SlotSet("submission", None), SlotSet("editing", True)]
    elif command is Command.REVIEW:
        turn.say(asking.so_far(turn.form, turn.content, library().surroundings.places))
    return done


async def _end(turn: Turn, state: State) -> list[EventType]:
    """Ends the form. What is put aside while it is being sent stays so: until then it must not be changed."""
    if state is not State.LATER or turn.submission.state is not State.SENDING:
        await turn.state(state)
    if state is State.CANCELLED:
        await asyncio.to_thread(files().erase_submission, turn.submission.id)
    return [SlotSet("submission", state.value)]


async def _skip(turn: Turn, asked: str | None) -> None:
    document = document_asked(turn.content)
    if asked and turn.form.required(asked):
        turn.say(asking.needed(turn.form, asked))
    elif asked or document:
        await turn.change(left_out(turn.content, asked or document or ""))


async def _edit(turn: Turn, named: str | None) -> list[EventType]:
    if named is None:
        turn.say(asking.WHICH_FIELD)
        return [SlotSet("submission", None), SlotSet("editing", True)]
    await turn.change(moved_to(turn.content, named))
    return [SlotSet("submission", None), SlotSet("editing", None), SlotSet("offered", None)]


async def _take_answer(turn: Turn, field: str) -> list[EventType]:
    """An answer to the question that was asked, unless the message is a question of its own."""
    intent, aspects = conversation.intent_of(turn.tracker), conversation.aspects_of(turn.tracker)
    own = asks_something(turn.text, intent, aspects, questions=QUESTIONS) or intent in ALWAYS_OWN
    described = turn.form.property(field)
    any_words = described.get("format") in BY_WORDS_FIRST or bool(described.get("enum"))
    own = own and not says_choice(turn.form, field, turn.text)
    chosen = _chosen(turn, field)
    if chosen is None and (not turn.text or (own and any_words)):
        return []
    if chosen:
        return await _keep_answer(turn, field, chosen.value, typed=chosen.typed, own=own)
    return await _keep_answer(turn, field, turn.text, typed=True, own=own)


async def _keep_answer(turn: Turn, field: str, said: Any, *, typed: bool, own: bool = False) -> list[EventType]:
    """Keeps an answer. typed: it is read as words. own: the words may be a question; then nothing is blamed."""
    around = Around(now().astimezone(VIETNAM).date(), library().surroundings.places)
    try:
        value = read_answer(turn.form, field, said, turn.content.answers, around) if typed else said
    except SeveralPlaces as several:
        turn.say(several.message)
        return [SlotSet("submission", None), SlotSet("offered", list(several.codes))]
    except AnswerRefused as refused:
        return [] if own else _refuse(turn, field, refused)
    await turn.change(filled_in(turn.form, answered(turn.form, turn.content, field, value)))
    return [SlotSet("submission", None), SlotSet("offered", None), SlotSet("refused", None)]


def _chosen(turn: Turn, field: str) -> asking.Option | None:
    """The answer of a tapped button."""
    places, communes = library().surroundings.places, turn.tracker.get_slot("offered") or []
    offered = asking.options(turn.form, field, turn.content, places, communes)
    tapped = conversation.entity(turn.tracker, "option")
    place = int(tapped) if tapped and tapped.isdecimal() else -1
    if turn.tracker.get_slot("offered") and re.fullmatch(r"[1-9]", turn.text):
        place = int(turn.text) - 1
    said = fold(turn.text).strip(" .!")
    if AS_ABOVE.fullmatch(said):
        return next((one for one in offered if one.label.startswith(asking.SAME)), None)
    titles = [fold(one.title).strip(" .!") for one in offered]  # typed where there are no buttons
    if said in titles:
        return offered[titles.index(said)]
    return offered[place] if 0 <= place < len(offered) else None


def _refuse(turn: Turn, field: str, refused: AnswerRefused) -> list[EventType]:
    count = int(turn.tracker.get_slot("refused") or 0) + 1
    more = f"\n{asking.explained(turn.form, field)}" if count >= REFUSALS else ""
    turn.say(refused.message + more)
    return [SlotSet("submission", None), SlotSet("refused", count)]


async def _take_file(turn: Turn, number: str) -> list[EventType]:
    """A picture or PDF that was uploaded. One that cannot be read well is shown what a good one looks like."""
    if turn.submission.state is State.SENDING:
        turn.say(asking.NOT_WHILE_SENDING)
        return [SlotSet("submission", None)]
    found = await asyncio.to_thread(files().fetch, number, turn.tracker.sender_id)
    if found is None or document_asked(turn.content) is None:
        turn.say(asking.FILE_GONE if found is None else asking.NO_DOCUMENT_ASKED)
        return [SlotSet("submission", None)]
    if found.problems:
        good = await asyncio.to_thread(sample, files(), turn.tracker.sender_id)
        conversation.send_plain(turn.dispatcher, asking.bad_photo(found.problems, good))
        return [SlotSet("submission", None), SlotSet("photo", number)]
    await _attach(turn, number, found.name)
    return [SlotSet("submission", None), SlotSet("photo", None)]


async def _keep_photo(turn: Turn) -> None:
    """The citizen uses the photo all the same."""
    number = turn.tracker.get_slot("photo")
    found = await asyncio.to_thread(files().fetch, number, turn.tracker.sender_id) if number else None
    if found is None:
        turn.say(asking.FILE_GONE)
    else:
        await _attach(turn, str(number), found.name)


async def _attach(turn: Turn, number: str, name: str) -> None:
    document = document_asked(turn.content)
    if document is None:
        return
    await asyncio.to_thread(files().attach, number, turn.submission.id, document, conversation=turn.tracker.sender_id)
    kept = {**turn.content.files, document: (*turn.content.files.get(document, ()), number)}
    await turn.change(turn.content.model_copy(update={"files": kept}))
    turn.say(asking.file_taken(document, name))


def _not_while_sending(turn: Turn) -> list[EventType]:
    """Whether the province has the draft is not known: what it has must not differ from what is kept here."""
    intent, aspects = conversation.intent_of(turn.tracker), conversation.aspects_of(turn.tracker)
    if not turn.text or asks_something(turn.text, intent, aspects, questions=QUESTIONS) or intent in ALWAYS_OWN:
        return []
    turn.say(asking.NOT_WHILE_SENDING)
    return [SlotSet("submission", None)]


async def _send(turn: Turn) -> list[EventType]:
    """The draft in the province's system; if that is away, everything stays and can be sent later."""
    sender = turn.tracker.sender_id
    try:
        made = await make_draft(
            sender, turn.submission, turn.form, register(), submissions(), files=_attached, message=turn.message
        )
        await _make_known(turn.tracker, made)
        return [SlotSet("submission", made.state.value)]
    except NotReady as missing:
        turn.say(asking.still_open(str(missing.message)))
    except DraftRefused as refused:
        await asyncio.to_thread(submissions().change, sender, turn.submission.id, "", _asking_again)
        turn.say(asking.refused(str(refused.args[0])))
    except RegisterAway as away:
        turn.say(asking.away(away.last_seen))
    except DossierError as error:
        log.error("draft_not_made", error=str(error))
        turn.say(asking.away(None))
    return [SlotSet("submission", None)]


async def _make_known(tracker: Tracker, made: Submission) -> None:
    """So that "hồ sơ của tôi" is the draft, too. If the province is slow just now, it is done when it is asked for."""
    if made.content.draft is not None:
        with contextlib.suppress(DossierError, StorageError):
            asker = Asker(tracker.sender_id, conversation.address_of(tracker))
            await doorkeeper().own(made.content.draft.code, asker)


def _asking_again(submission: Submission) -> Submission:
    """There is no draft, so everything can be changed."""
    return submission.model_copy(update={"state": State.ASKING})


def _attached(submission: Submission) -> Sequence[DraftFile]:
    """The attachments of a submission, opened."""
    result = []
    for document, numbers in submission.content.files.items():
        for number in numbers:
            stored = files().fetch(number)
            if stored is not None:
                result.append(
                    DraftFile(document=document, name=stored.name, media_type=stored.media_type, content=stored.content)
                )
    return result


async def _tell_last(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """What came of the last submission, with the filled-in form to take away."""
    everything = await asyncio.to_thread(submissions().all_of, tracker.sender_id)
    last = next((one for one in everything if one.state in (State.DRAFTED, State.PRINTED)), None)
    if last is None:
        conversation.send_plain(dispatcher, asking.nothing_begun())
        return []
    try:
        form = forms().get(last.procedure)
    except NoSuchForm:
        conversation.send_plain(dispatcher, asking.nothing_begun())
        return []
    record = library().snapshot.catalogue.procedures.get(last.procedure)
    places = library().surroundings.places
    try:
        papers = await asyncio.to_thread(drafted.papers, tracker.sender_id, last, form, places, files())
    except (StorageError, SubmissionError) as error:
        log.error("papers_not_made", error=str(error))
        papers = drafted.Papers(())
    fees, days = asking.fees_of(library(), last.procedure), library().surroundings.calendar
    facts = drafted.Facts(record, fees, days, register().demonstration)
    reply = drafted.told(last, form, papers, facts)
    conversation.send_plain(dispatcher, reply)
    draft = last.content.draft
    shown = [SlotSet("dossier", ref_of(vault(), tracker.sender_id, draft.code))] if draft else []
    if not await asyncio.to_thread(consents().given, tracker.sender_id, REMEMBER):
        conversation.send_plain(dispatcher, consent_asked(REMEMBER))
        return [*shown, SlotSet("consenting", REMEMBER)]
    return shown
