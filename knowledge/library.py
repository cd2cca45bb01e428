"""The library of a running server: the snapshot in use, followed as the pointer moves, and what it answers.

The path of a question: read (normalise) -> find -> decide -> compose -> check.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from knowledge import compose
from knowledge.catalogue import Elsewhere
from knowledge.check import check, sourced_facts
from knowledge.decide import Decision, Tuning, load_tuning
from knowledge.encoder import Encoder
from knowledge.errors import KnowledgeError, UnsourcedFact
from knowledge.finder import Finder
from knowledge.lexicons import load_lexicons
from knowledge.normalise import tokens
from knowledge.passages import TargetKind
from knowledge.record import Procedure
from knowledge.reply import Aspect, Button, Outcome, Reply
from knowledge.search import Hit
from knowledge.settings import KnowledgeSettings
from knowledge.snapshot import Snapshot, current_name, load_snapshot
from knowledge.snapshot_store import fetch

log = structlog.get_logger(__name__)

SHORTEST = 2  # letters and digits; a message with fewer says nothing
MEANS_SOMETHING = 0.7  # cosine of the best passage from which a short message does name a thing
NAMES_NOTHING = 0.2  # chance of a topic of its own under which a message is taken to have none
CLEARLY_OUTSIDE = 0.6  # chance of the intent out_of_scope from which it is believed ...
FOUND_ALL_THE_SAME = 0.75  # ... unless the search is at least this sure of something
SAID = 0.7  # confidence from which a message is taken to name something
CLOSE_ENOUGH = 0.25  # cosine of its best passage from which a procedure is worth offering
STORE_EVERY = 30.0  # seconds between two looks at the shared place of snapshots
POINTER_EVERY = 1.0  # seconds between two looks at the pointer


@dataclass(frozen=True)
class Understood:
    """What the conversation knows of a message beside its text.

    intent: Rasa's name for it, with its chance. aspects: what is asked about. procedure: the one under discussion.
    """

    intent: str = "ask_procedure"
    intent_chance: float = 1.0
    aspects: tuple[Aspect, ...] = ()
    procedure: str | None = None


class Library:
    """Answers questions from the snapshot in use. Thread-safe."""

    def __init__(self, settings: KnowledgeSettings) -> None:
        self._settings = settings
        self._lexicons = load_lexicons(settings.data)
        self._encoder = Encoder(settings.encoder, settings.threads)
        self._lock = threading.Lock()
        self._fetching = threading.Lock()
        self._looked = time.monotonic()
        self._fetched = time.monotonic()
        self._refused: str | None = None
        self._sourced: dict[str, tuple[Procedure, frozenset[str]]] = {}
        if settings.snapshot_store:
            self._fetch()
        self._snapshot = self._load(current_name(settings.snapshots))

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in use; a new one is taken up when the pointer has moved, a bad one is refused and logged."""
        if time.monotonic() - self._looked > POINTER_EVERY and self._lock.acquire(blocking=False):
            try:
                self._looked = time.monotonic()
                self._follow()
            finally:
                self._lock.release()
        return self._snapshot

    def ask(self, text: str, understood: Understood | None = None) -> Reply:
        """The reply to a question about a procedure, or the honest word that there is none."""
        understood = understood or Understood()
        if sum(map(len, tokens(text))) < SHORTEST:
            return compose.say_again()
        hits, decision = self.find(text)
        if not understood.procedure and self._only_goes_on(understood, hits, decision):
            return compose.which_procedure()
        if self._goes_on(understood, decision):
            return self.tell(understood.procedure or "", understood.aspects, confidence=understood.intent_chance)
        return self._as_decided(understood, hits, decision)

    def _as_decided(self, understood: Understood, hits: Sequence[Hit], decision: Decision) -> Reply:
        outside = understood.intent == "out_of_scope" and understood.intent_chance > CLEARLY_OUTSIDE
        if outside and decision.confidence < FOUND_ALL_THE_SAME:
            return self._out_of_scope(understood.intent_chance)
        if decision.outcome is Outcome.ANSWER and decision.target:
            others = self._alternatives(decision)
            return self.tell(decision.target, understood.aspects, confidence=decision.confidence, others=others)
        if decision.outcome is Outcome.CLARIFY:
            return self._clarify(decision)
        if decision.outcome is Outcome.NOT_IN_CATALOGUE:
            return self._not_held(decision, hits)
        return self._out_of_scope(decision.confidence)

    def correct(self, text: str, understood: Understood) -> Reply:
        """The reply to "not that, I mean ...": the procedure that was wrong is no longer in question."""
        hits, decision = self.find(text)
        if self._names_one(decision) and decision.target != understood.procedure:
            return self.ask(text, replace(understood, procedure=None, intent="ask_procedure"))
        near = [
            hit.target
            for hit in hits
            if hit.kind is TargetKind.PROCEDURE
            and hit.target != understood.procedure
            and hit.part("meaning") > CLOSE_ENOUGH
        ]
        return compose.clarify(
            "Xin lỗi, tôi hiểu chưa đúng. Anh/chị muốn làm việc gì ạ?" if near else compose.SAY_AGAIN,
            [self._button(code) for code in near[:4]],
            decision.confidence,
        )

    def find(self, text: str) -> tuple[list[Hit], Decision]:
        """What the search finds for a text, and the decision on it."""
        snapshot = self.snapshot
        return Finder(snapshot.index, snapshot.scope, self._lexicons, self._tuning).find(text)

    def tell(
        self,
        code: str,
        aspects: Sequence[Aspect] = (),
        *,
        case_id: str | None = None,
        confidence: float = 1.0,
        others: Sequence[Button] = (),
    ) -> Reply:
        """The reply about one procedure, checked. A reply with a figure that has no source becomes a refusal."""
        record = self.snapshot.catalogue.procedures.get(code)
        if record is None:
            return self._out_of_scope(confidence)
        reply = compose.answer(record, aspects, case_id=case_id, confidence=confidence, others=others)
        try:
            check(reply, self._sourced_facts(record))
        except UnsourcedFact as error:
            log.error("unsourced_fact", code=code, error=str(error))
            return compose.trouble(record)
        return reply

    @staticmethod
    def _names_one(decision: Decision) -> bool:
        return decision.outcome in (Outcome.ANSWER, Outcome.CLARIFY) and decision.confidence > SAID

    @staticmethod
    def _only_goes_on(understood: Understood, hits: Sequence[Hit], decision: Decision) -> bool:
        """Whether a message asks about an aspect and says nothing of what."""
        asks = understood.intent == "ask_follow_up" or (understood.aspects and understood.intent != "out_of_scope")
        found = decision.target is not None and bool(hits) and hits[0].part("meaning") > MEANS_SOMETHING
        return bool(asks) and not found and decision.own_topic < NAMES_NOTHING

    def _goes_on(self, understood: Understood, decision: Decision) -> bool:
        """Whether a message goes on about the procedure under discussion instead of naming a new one."""
        if not understood.procedure:
            return False
        if decision.target == understood.procedure:
            return True
        # Two looks at the same message: what kind of sentence it is, and whether the search knows what it names.
        going_on = understood.intent_chance if understood.intent == "ask_follow_up" else 1 - understood.intent_chance
        return going_on > decision.own_topic

    def _clarify(self, decision: Decision) -> Reply:
        catalogue = self.snapshot.catalogue
        topic = catalogue.topics.get((decision.target or "").partition(":")[2])
        if topic:
            offered = [catalogue.procedures[option.code] for option in topic.options]
            buttons = [Button(title=option.label, payload=f"procedure:{option.code}") for option in topic.options]
            return compose.clarify(topic.question, buttons, decision.confidence, offered)
        offered = [catalogue.procedures[code] for code in decision.others]
        buttons = [compose.procedure_button(record) for record in offered]
        return compose.clarify(None, buttons, decision.confidence, offered)

    def _not_held(self, decision: Decision, hits: Sequence[Hit]) -> Reply:
        catalogue = self.snapshot.catalogue
        name = (decision.target or "").partition(":")[2]
        other = catalogue.elsewhere.get(name)
        if other is None and name in catalogue.known:
            like = next((item for item in catalogue.elsewhere.values() if name in item.codes), None)
            handled_by = like.handled_by if like else None
            other = Elsewhere(id="known", name=catalogue.known[name], handled_by=handled_by, phrasings=("-",))
        near = [hit.target for hit in hits if hit.kind is TargetKind.PROCEDURE][:2]
        return compose.not_in_catalogue(other, [self._button(code) for code in near], decision.confidence)

    def _out_of_scope(self, confidence: float) -> Reply:
        return compose.out_of_scope(confidence)

    def _button(self, code: str) -> Button:
        return compose.procedure_button(self.snapshot.catalogue.procedures[code])

    def _alternatives(self, decision: Decision) -> list[Button]:
        """Buttons for what may be meant instead; the same matter at another level says which level."""
        procedures = self.snapshot.catalogue.procedures
        told = procedures[decision.target or ""]
        records = [procedures[code] for code in decision.others]
        return [compose.procedure_button(record, beside=told) for record in records]

    def _sourced_facts(self, record: Procedure) -> frozenset[str]:
        known = self._sourced.get(record.code)
        if known is None or known[0] is not record:  # another snapshot has another record
            known = self._sourced[record.code] = (record, sourced_facts(record))
        return known[1]

    def _fetch(self) -> None:
        """Brings a newly published snapshot here, beside the answers that go on."""
        if not self._fetching.acquire(blocking=False):
            return  # a large one may take longer than the time between two looks
        try:
            fetch(self._settings.snapshots, self._settings.snapshot_store)
        except KnowledgeError as error:
            log.error("snapshot_not_fetched", error=str(error))
        finally:
            self._fetching.release()

    def _follow(self) -> None:
        if self._settings.snapshot_store and time.monotonic() - self._fetched > STORE_EVERY:
            self._fetched = time.monotonic()
            threading.Thread(target=self._fetch, name="fetch-snapshot", daemon=True).start()
        name = ""
        try:
            name = current_name(self._settings.snapshots)
            if name not in (self._snapshot.manifest.id, self._refused):
                self._snapshot = self._load(name)
                self._refused = None
        except KnowledgeError as error:
            self._refused = name
            log.error("snapshot_refused", error=str(error), kept=self._snapshot.manifest.id)

    def _load(self, name: str) -> Snapshot:
        snapshot = load_snapshot(self._settings.snapshots, name, self._encoder, self._lexicons)
        self._tuning: Tuning = load_tuning(self._settings.data)
        log.info("snapshot_in_use", id=name, procedures=snapshot.manifest.procedures)
        return snapshot
