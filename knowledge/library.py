"""The library of a running server: what it answers to a citizen's words and taps.

The path of a question: read (normalise) -> find -> decide -> compose -> check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import structlog

from knowledge import asking_back, compose, declining, weighing
from knowledge.asking_back import procedure_button, which_procedure
from knowledge.catalogue import Elsewhere
from knowledge.check import check, facts, sourced_facts
from knowledge.comparison import compare
from knowledge.compose import NOTHING, Around
from knowledge.decide import Decision
from knowledge.english import in_english
from knowledge.errors import UnsourcedFact
from knowledge.families import family_key
from knowledge.finder import Finder
from knowledge.in_use import SnapshotInUse
from knowledge.journey_finder import JourneyFinder
from knowledge.long_messages import pieces_of, questions_in
from knowledge.normalise import readings, tokens
from knowledge.passages import TargetKind
from knowledge.premises import Premise
from knowledge.record import Procedure, Question
from knowledge.reply import Aspect, Button, Outcome, Reply
from knowledge.search import Hit
from knowledge.sections import view
from knowledge.settings import KnowledgeSettings
from knowledge.situation import Answers, answers_in, asked_of, next_question, situation
from knowledge.snapshot import Snapshot
from knowledge.surroundings import Surroundings, beside, corrected, refusal
from knowledge.tongue import Language, speaking, spoken
from knowledge.understood import Understood
from knowledge.weighing import SAID, Looked

log = structlog.get_logger(__name__)

SHORTEST = 2  # letters and digits; a message with fewer says nothing
BELONGS = {Aspect.STEPS: Aspect.CONDITIONS, Aspect.FORM: Aspect.DOCUMENTS}
CASE_WORDS = 14  # of a message that may do no more than say something of somebody's case
NO_DECISION = Decision(Outcome.ANSWER, 1.0, None)  # of a tap
SURE = 0.85  # confidence from which a part of a message is taken for a question of its own
MOST_QUESTIONS = 4  # in one message
CLOSE_ENOUGH = 0.25  # cosine of its best passage from which a procedure is worth offering
GUESSES = 4  # procedures that are offered where the likeliest is more likely wrong than right
FEW_HITS = 5  # of the search, among which a former topic must be to count as named
HANGS_ON_THE_CASE = {
    *(Aspect.DOCUMENTS, Aspect.FEES, Aspect.TIME_LIMIT, Aspect.STEPS, Aspect.FORM, Aspect.CONDITIONS),
}


class Library:
    """Answers from the snapshot in use. Thread-safe."""

    def __init__(self, settings: KnowledgeSettings) -> None:
        self._in_use = SnapshotInUse(settings)
        self.surroundings = Surroundings(settings.data)
        self._journeys = JourneyFinder.load(settings.data / "journeys", self._in_use.encoder)
        self._sourced: dict[tuple[str, Language], tuple[Procedure, frozenset[str]]] = {}
        self._english: dict[str, tuple[Procedure, Procedure]] = {}

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in use."""
        return self._in_use.snapshot

    def ask(self, text: str, understood: Understood | None = None) -> Reply:
        """The reply to a question about a procedure, or the honest word that there is none."""
        understood = understood or Understood()
        with speaking(understood.language):
            if sum(map(len, tokens(text))) < SHORTEST:
                return asking_back.say_again()
            premises = self.surroundings.corrections(self.read_out(text))
            refused = next((premise for premise in premises if premise.refuse), None)
            if refused:
                return refusal(refused, [self._button(refused.leads_to)] if refused.leads_to else [])
            return self._ask(text, understood, premises)

    def _ask(self, text: str, understood: Understood, premises: Sequence[Premise]) -> Reply:
        several = self._several(text)
        if len(several) > 1:
            return self._tell_several(several, understood, premises)
        if pieces_of(text):  # in so long a story words of every aspect stand; the overview tells what matters
            understood = replace(understood, aspects=())
        looked = Looked(text, understood, *self._find_in_story(text), premises)
        if not understood.procedure and weighing.only_goes_on(looked):
            return self._tell_about(looked, looked.led) if looked.led else self._beside(looked, which_procedure())
        if self._says_case(looked) or self._asks_for_result(looked):
            return self._tell_about(looked, understood.procedure)
        goes_on = weighing.goes_on(looked)
        together = self._with_said_before(looked) if goes_on or not weighing.names_one(looked.decision) else None
        if together:
            return self._as_decided(together)
        return self._tell_about(looked, understood.procedure) if goes_on else self._as_decided(looked)

    def _find_in_story(self, text: str) -> tuple[list[Hit], Decision]:
        """What is found for a text; of a long one that says nothing clear as a whole, for its clearest piece."""
        whole = self.find(text)
        if whole[1].outcome is Outcome.ANSWER and whole[1].confidence > SAID:
            return whole
        found = [self.find(piece) for piece in pieces_of(text)]
        clear = [item for item in found if item[1].outcome is Outcome.ANSWER and item[1].confidence > SAID]
        return max(clear, key=lambda item: item[1].confidence, default=whole)

    def _with_said_before(self, looked: Looked) -> Looked | None:
        """The message read together with the one before it, if both together name what neither names alone.

        "My driving licence runs out, where do I change it?" – "and if it is lost?"
        """
        understood = looked.understood
        before = understood.said_before
        only_an_aspect = understood.intent == "ask_follow_up" and understood.aspects
        if not before or only_an_aspect or understood.language is Language.ENGLISH:
            return None
        if len(tokens(looked.text)) > CASE_WORDS:
            return None
        hits, decision = self.find(f"{before} {looked.text}")
        if decision.outcome is not Outcome.ANSWER or decision.confidence <= SAID:
            return None
        if decision.target in (understood.procedure, self.find(before)[1].target):
            return None
        return replace(looked, hits=hits, decision=decision)

    def _several(self, text: str) -> list[str]:
        """The procedures that the questions of one message are about, if each of them names its own."""
        questions = questions_in(text)
        if not 1 < len(questions) <= MOST_QUESTIONS:
            return []
        found = [self.find(question)[1] for question in questions]
        named = [item.target for item in found if item.outcome is Outcome.ANSWER and item.confidence > SURE]
        return list(dict.fromkeys(target for target in named if target))

    def _tell_several(self, codes: Sequence[str], understood: Understood, premises: Sequence[Premise]) -> Reply:
        """Short answers one below the other; the first one's procedure is under discussion."""
        alone = replace(understood, procedure=None, answers={}, case=None)
        nothing = Looked("", alone, (), NO_DECISION)
        replies = [
            self._tell_about(replace(nothing, premises=premises if code is codes[0] else ()), code) for code in codes
        ]
        return asking_back.one_below_the_other(replies, [self._button(code) for code in codes])

    def _as_decided(self, looked: Looked) -> Reply:
        decision = looked.decision
        if weighing.lies_outside(looked):
            return declining.out_of_scope(looked.understood.intent_chance)
        code = weighing.wanted(looked)
        if weighing.leaves_open(looked):
            return self._beside(looked, self._clarify(replace(decision, target=looked.hits[0].target)))
        if code:
            return self._tell_or_ask(looked, code)
        if decision.outcome is Outcome.CLARIFY:
            return self._beside(looked, self._clarify(decision))
        if decision.outcome is Outcome.NOT_IN_CATALOGUE:
            twin = self._held_twin(looked)
            return self._tell_about(looked, twin) if twin else self._beside(looked, self._not_held(looked))
        lost = which_procedure() if looked.premises else declining.out_of_scope(decision.confidence)
        return self._beside(looked, lost)

    def _tell_or_ask(self, looked: Looked, code: str) -> Reply:
        """The procedure that is wanted; if that is a guess, the question which of the nearest it is."""
        decision = looked.decision
        if weighing.is_a_guess(looked, code):
            near = [hit.target for hit in looked.hits if hit.kind is TargetKind.PROCEDURE][:GUESSES]
            return self._clarify(replace(decision, target=None, others=tuple(near)))
        sure = replace(looked.understood, intent_chance=decision.confidence)
        others = self._alternatives(decision) if code == decision.target else []
        return self._tell_about(replace(looked, understood=sure), code, others)

    @staticmethod
    def _beside(looked: Looked, reply: Reply) -> Reply:
        """The corrections above a reply that tells no record."""
        return beside(looked.premises, reply)

    def _held_twin(self, looked: Looked) -> str | None:
        """The procedure that is held where one was found that is not, and is the same but for its level."""
        catalogue = self.snapshot.catalogue
        title = catalogue.known.get((looked.decision.target or "").partition(":")[2])
        if not title:
            return None
        held = [hit.target for hit in looked.hits if hit.kind is TargetKind.PROCEDURE][:FEW_HITS]
        return next((code for code in held if family_key(catalogue.procedures[code].name) == family_key(title)), None)

    def _says_case(self, looked: Looked) -> bool:
        """Whether a short message only says more of this person's case ("à nhầm, giấy chứng sinh mất rồi")."""
        understood = looked.understood
        record = self.snapshot.catalogue.procedures.get(understood.procedure or "")
        if record is None or not understood.answers or len(looked.text.split()) > CASE_WORDS:
            return False
        said = answers_in(record, self.read_out(looked.text), understood.answers)
        return said != dict(understood.answers) and not looked.follows_up

    def _asks_for_result(self, looked: Looked) -> bool:
        """Whether a message that could mean several things names what the procedure under discussion gives."""
        record = self.snapshot.catalogue.procedures.get(looked.understood.procedure or "")
        if record is None or looked.decision.outcome is not Outcome.CLARIFY or not looked.follows_up:
            return False
        given = pairs(tokens(" . ".join(record.result)))
        return bool(given & pairs(tokens(looked.text)))

    def correct(self, text: str, understood: Understood) -> Reply:
        """The reply to "not that, I mean ...": the procedure that was wrong is no longer in question."""
        with speaking(understood.language):
            hits, decision = self.find(text)
            looked = Looked(text, understood, hits, decision)
            if self._says_case(looked):
                return self._tell_about(looked, understood.procedure)
            if weighing.names_one(decision) and decision.target != understood.procedure:
                anew = replace(understood, procedure=None, answers={}, intent="ask_procedure")
                return self.ask(text, anew)
            if understood.procedure and understood.aspects:  # "no, I asked how long it takes"
                return self._tell_about(looked, understood.procedure)
            near = [
                hit.target
                for hit in hits
                if hit.kind is TargetKind.PROCEDURE
                and hit.target != understood.procedure
                and hit.part("meaning") > CLOSE_ENOUGH
            ]
            return asking_back.not_that([self._button(code) for code in near[:4]], decision.confidence)

    def find(self, text: str) -> tuple[list[Hit], Decision]:
        """What the search finds for a text, and the decision on it."""
        snapshot = self.snapshot
        return Finder(snapshot.index, snapshot.scope, self._in_use.lexicons, self._in_use.tuning).find(text)

    def tell(self, code: str, aspects: Sequence[Aspect] = (), understood: Understood | None = None) -> Reply:
        """The reply about one procedure that was tapped or named, for this person as far as they are known."""
        understood = understood or Understood()
        with speaking(understood.language):
            if understood.procedure != code:
                understood = replace(understood, answers={}, case=None)
            tapped = replace(understood, aspects=tuple(aspects), intent_chance=1.0)
            return self._tell_about(Looked("", tapped, (), NO_DECISION), code)

    def heard(
        self, code: str, text: str, answers: Answers, *, among_questions: bool = False
    ) -> tuple[dict[str, str], Question | None]:
        """What is known of this person's case after a message, and the question that is worth asking next."""
        record = self.snapshot.catalogue.procedures.get(code)
        if record is None:
            return {}, None
        said = self.read_out(text)
        known = answers_in(record, said, answers, among_questions=among_questions) if text else dict(answers)
        return known, next_question(record, known)

    def asked(self, code: str, question_id: str) -> Question | None:
        """A question of a record, by its id."""
        record = self.snapshot.catalogue.procedures.get(code)
        return next((found for found in asked_of(record) if found.id == question_id), None) if record else None

    def question(self, code: str, question_id: str, *, why: bool, language: Language) -> Reply | None:
        """A question of a record, to be asked; why: with the reason for it. None if there is no such question."""
        with speaking(language):
            record = self._record(code)
            found = next((item for item in asked_of(record) if item.id == question_id), None) if record else None
            if record is None or found is None:
                return None
            return asking_back.why_asked(record, found) if why else asking_back.case_question(record, found)

    def personal(self, code: str, understood: Understood) -> Reply:
        """This person's checklist, cost, date and place."""
        with speaking(understood.language):
            record = self._record(code)
            if record is None:
                return declining.out_of_scope(1.0)
            elsewhere = situation(record, understood.answers).goes_to
            if elsewhere and elsewhere in self.snapshot.catalogue.procedures:
                return self._sent_on(Looked("", understood, (), NO_DECISION), record, elsewhere, (code,))
            seen = view(record, answers=understood.answers)
            around = self.surroundings.around(seen, "", commune=understood.commune, at=understood.at, with_date=True)
            return self._checked(record, compose.personal(seen, understood.answers, around=around), around)

    def compare(self, text: str, understood: Understood, offered: Sequence[str]) -> Reply:
        """Two procedures beside each other: those that the message names, else those just spoken of or offered."""
        with speaking(understood.language):
            named = self._two_named(text)
            spoken_of = [code for code in (understood.procedure, *understood.earlier) if code]
            known = [code for code in (*named, *offered[:2], *spoken_of) if code in self.snapshot.catalogue.procedures]
            two = list(dict.fromkeys(known))[:2]
            if len(named) < 2 and understood.procedure and understood.aspects:  # "is it dearer online?"
                return self.ask(text, replace(understood, intent="ask_follow_up"))
            if len(two) < 2:
                return asking_back.which_two()
            records = [record for code in two if (record := self._record(code))]
            reply = compare(*records)
            allowed = self._sourced_facts(records[0]) | self._sourced_facts(records[1])
            return self._passed(records[0], reply, allowed)

    def meant_of(self, text: str, codes: Sequence[str]) -> str | None:
        """The one of some procedures that a message names, if it names one."""
        hits, _ = self.find(text)
        return next((hit.target for hit in hits[:FEW_HITS] if hit.target in codes), None)

    def journey(self, text: str, understood: Understood) -> Reply:
        """What to do in which order after an event; without a known one, the question as any other."""
        catalogue = self.snapshot.catalogue
        found = self._journeys.nearest(self.read_out(text), understood.procedure)
        steps = [step for step in found.steps if step.code in catalogue.procedures] if found else []
        if found is None or len(steps) < 2 or understood.language is Language.ENGLISH:
            return self.ask(text, understood)
        records = [catalogue.procedures[step.code] for step in steps]
        reply = compose.in_order(found, steps, records)
        allowed = frozenset().union(*(self._sourced_facts(record) for record in records))
        return self._passed(records[0], reply, allowed)

    def _tell_about(
        self, looked: Looked, code: str | None, others: Sequence[Button] = (), *, sent_from: Sequence[str] = ()
    ) -> Reply:
        """The reply about a procedure. sent_from: those that sent the person here; nobody is sent back to one."""
        understood = looked.understood
        record = self._record(code or "")
        if record is None:
            return declining.out_of_scope(understood.intent_chance)
        before = understood.answers if understood.procedure == code else {}
        answers = answers_in(record, self.read_out(looked.text), before) if looked.text else dict(before)
        elsewhere = situation(record, answers).goes_to if answers else None
        passed = (*sent_from, record.code)
        if elsewhere and elsewhere not in passed and elsewhere in self.snapshot.catalogue.procedures:
            known = replace(looked, understood=replace(understood, answers=answers))
            return self._sent_on(known, record, elsewhere, passed)
        return self._tell_record(looked, record, answers, others)

    def _tell_record(self, looked: Looked, record: Procedure, answers: Answers, others: Sequence[Button]) -> Reply:
        understood, asked = looked.understood, with_what_belongs(looked.understood.aspects)
        seen = view(record, case_id=understood.case, answers=answers)
        waiting = next_question(record, answers)
        done = bool(answers) and waiting is None
        personal = done and (not asked or Aspect.DOCUMENTS in asked)
        around = self.surroundings.around(
            seen, looked.text, commune=understood.commune, at=understood.at, with_date=personal
        )
        around = corrected(looked.premises, around)
        if personal:
            reply = compose.personal(seen, answers, asked, around=around)
            reply = reply.model_copy(update={"confidence": understood.intent_chance})
        else:
            seen = replace(seen, short=not asked or waiting_question(waiting, asked) is not None)
            reply = compose.answer(seen, asked, around=around, confidence=understood.intent_chance, others=others)
        return self._checked(record, reply, around)

    def _sent_on(self, looked: Looked, record: Procedure, code: str, passed: Sequence[str]) -> Reply:
        """The procedure that is right for people with an answer that was given, and why it is another one."""
        own = situation(record, looked.understood.answers)
        because = next(option for _, option in own.chosen if option.goes_to == code)
        right = self._record(code) or record
        anew = replace(looked.understood, procedure=code, answers={}, case=None)
        told = self._tell_about(replace(looked, understood=anew), code, sent_from=passed)
        return asking_back.sent_on(told, because, right)

    def _two_named(self, text: str) -> list[str]:
        """The procedures that the two halves of "A với B" name."""
        named = []
        for half in asking_back.halves(text):
            hits = [hit for hit in self.find(half)[0][:FEW_HITS] if hit.kind is TargetKind.PROCEDURE]
            named += [hit.target for hit in hits if hit.part("meaning") > CLOSE_ENOUGH][:1]
        return named

    def read_out(self, text: str) -> str:
        """The text with abbreviations and dialect read out."""
        return readings(text, self._in_use.lexicons)[-1] if text else ""

    def _record(self, code: str) -> Procedure | None:
        """A record in the language of the reply."""
        catalogue = self.snapshot.catalogue
        record = catalogue.procedures.get(code)
        if record is None or spoken() is Language.VIETNAMESE or code not in catalogue.english:
            return record
        known = self._english.get(code)
        if known is None or known[0] is not record:
            known = self._english[code] = (record, in_english(record, catalogue.english[code]))
        return known[1]

    def _clarify(self, decision: Decision) -> Reply:
        catalogue = self.snapshot.catalogue
        topic = catalogue.topics.get((decision.target or "").partition(":")[2])
        if spoken() is Language.ENGLISH:
            return self._clarify_in_english([option.code for option in topic.options] if topic else decision.others)
        if topic:
            offered = [catalogue.procedures[option.code] for option in topic.options]
            buttons = [Button(title=option.label, payload=f"procedure:{option.code}") for option in topic.options]
            return asking_back.clarify(topic.question, buttons, decision.confidence, offered)
        offered = [record for code in decision.others if (record := self._record(code))]
        buttons = [procedure_button(record) for record in offered]
        return asking_back.clarify(None, buttons, decision.confidence, offered)

    def _clarify_in_english(self, codes: Sequence[str]) -> Reply:
        """Topics are written in Vietnamese: what of their choices there is in English is offered by its name."""
        told = [code for code in codes if code in self.snapshot.catalogue.english]
        records = [record for code in told if (record := self._record(code))]
        if not records:
            return declining.not_in_english(0.5)
        return asking_back.clarify(None, [procedure_button(record) for record in records], 0.5, records)

    def _not_held(self, looked: Looked) -> Reply:
        decision, hits = looked.decision, looked.hits
        catalogue = self.snapshot.catalogue
        if spoken() is Language.ENGLISH:
            return declining.not_in_english(decision.confidence)
        name = (decision.target or "").partition(":")[2]
        other = catalogue.elsewhere.get(name)
        if other is None and name in catalogue.known:
            like = next((item for item in catalogue.elsewhere.values() if name in item.codes), None)
            handled_by = like.handled_by if like else None
            other = Elsewhere(id="known", name=catalogue.known[name], handled_by=handled_by, phrasings=("-",))
        near = [hit.target for hit in hits if hit.kind is TargetKind.PROCEDURE][:2]
        return declining.not_in_catalogue(other, [self._button(code) for code in near], decision.confidence)

    def _button(self, code: str) -> Button:
        return procedure_button(self._record(code) or self.snapshot.catalogue.procedures[code])

    def _alternatives(self, decision: Decision) -> list[Button]:
        """Buttons for what may be meant instead; the same matter at another level says which level."""
        told = self._record(decision.target or "")
        return [procedure_button(record, beside=told) for code in decision.others if (record := self._record(code))]

    def _checked(self, record: Procedure, reply: Reply, around: Around = NOTHING) -> Reply:
        """The reply, if every figure in it has a source; else a refusal."""
        beside = facts("\n".join([*around.before, *(line for lines in around.under.values() for line in lines)]))
        return self._passed(record, reply, self._sourced_facts(record) | beside)

    @staticmethod
    def _passed(record: Procedure, reply: Reply, allowed: frozenset[str]) -> Reply:
        try:
            check(reply, allowed)
        except UnsourcedFact as error:
            log.error("unsourced_fact", code=record.code, error=str(error))
            return declining.trouble(record)
        return reply

    def _sourced_facts(self, record: Procedure) -> frozenset[str]:
        key = record.code, spoken()  # amounts are written otherwise in English
        known = self._sourced.get(key)
        if known is None or known[0] is not record:  # another snapshot has another record
            known = self._sourced[key] = (record, sourced_facts(record))
        return known[1]


def pairs(words: Sequence[str]) -> set[tuple[str, str]]:
    """Every two words that stand next to each other."""
    return set(pairwise(words))


def with_what_belongs(asked: Sequence[Aspect]) -> tuple[Aspect, ...]:
    """What was asked, with what nobody can use it without: steps need conditions, a form is one of the papers."""
    return tuple(dict.fromkeys([*asked, *(BELONGS[aspect] for aspect in asked if aspect in BELONGS)]))


def waiting_question(question: Question | None, asked: Sequence[Aspect]) -> Question | None:
    """The question, if what was asked hangs on it: nobody who asks where to hand in is asked about their marriage."""
    return question if not asked or HANGS_ON_THE_CASE & set(asked) else None
