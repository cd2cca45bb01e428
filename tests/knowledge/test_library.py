"""The library of a running server: what it answers, and how it follows the pointer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from knowledge import compose
from knowledge import library as library_module
from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.decide import Decision
from knowledge.encoder import Encoder
from knowledge.errors import EncoderMissing, RecordError, SnapshotMissing
from knowledge.library import Library, Understood
from knowledge.normalise import Lexicon
from knowledge.passages import target_kind
from knowledge.record import Procedure
from knowledge.reply import Aspect, Outcome, Reply
from knowledge.search import FEATURES, Hit
from knowledge.settings import KnowledgeSettings
from knowledge.snapshot import build_snapshot, current_name, switch
from knowledge.snapshot_store import publish
from tests.knowledge import tiny

FEES = (Aspect.FEES,)


def following(**changes: Any) -> Understood:
    """A follow-up question within a conversation about the registration of a birth."""
    return replace(Understood("ask_follow_up", 0.95, FEES, tiny.BIRTH), **changes)


def payloads(reply: Reply) -> list[str]:
    return [button.payload for button in reply.buttons]


class Decided(Library):
    """A library whose search found and decided what a test says."""

    def __init__(self, library: Library, decision: Decision, hits: tuple[Hit, ...] = ()) -> None:
        self.__dict__.update(library.__dict__)
        self.given = (list(hits), decision)

    def find(self, text: str) -> tuple[list[Hit], Decision]:
        return self.given


def hit(target: str, score: float, **parts: float) -> Hit:
    return Hit(target, target_kind(target), score, tuple(parts.get(name, 0.0) for name in FEATURES))


@pytest.fixture(scope="module")
def wide_library(data: Path, wider_snapshots: Path, encoder_folder: Path) -> Library:
    """The library over the catalogue after an import; its snapshot stays."""
    return Library(KnowledgeSettings(data=data, snapshots=wider_snapshots, encoder=str(encoder_folder)))


def until(happened: Callable[[], bool]) -> bool:
    """Waits for what another thread does, half a minute at most."""
    for _ in range(600):
        if happened():
            return True
        time.sleep(0.05)
    return False


def end_fetching() -> None:
    """Waits for the threads that fetch, so that none works in a folder that is gone."""
    for thread in threading.enumerate():
        if thread.name == "fetch-snapshot":
            thread.join(timeout=30)


# --- what it answers


def test_a_question_is_answered(library: Library) -> None:
    reply = library.ask("làm giấy khai sinh cho con")
    assert (reply.outcome, reply.procedure, reply.aspects) == (Outcome.ANSWER, tiny.BIRTH, ())
    assert reply.confidence > 0.9


def test_what_was_asked_about_is_told(library: Library) -> None:
    reply = library.ask("đổi bằng lái xe máy hết bao nhiêu", Understood(aspects=FEES))
    assert (reply.procedure, reply.aspects) == (tiny.LICENCE, FEES)
    assert "135 VNĐ" in reply.text


def test_an_answer_that_is_not_sure_offers_others(library: Library) -> None:
    decided = Decided(library, Decision(Outcome.ANSWER, 0.4, tiny.STAY, (tiny.HOME, tiny.BIRTH)))
    reply = decided.ask("ở nhờ")
    assert reply.procedure == tiny.STAY
    assert payloads(reply)[-2:] == [f"procedure:{tiny.HOME}", f"procedure:{tiny.BIRTH}"]
    assert reply.confidence == 0.4


def test_a_topic_asks_back(library: Library) -> None:
    reply = library.ask("làm hộ khẩu")
    assert reply.outcome is Outcome.CLARIFY
    assert reply.text.startswith(tiny.TOPIC["question"])
    assert payloads(reply) == [f"procedure:{tiny.STAY}", f"procedure:{tiny.HOME}"]
    assert {(source.code, source.field) for source in reply.sources} == {(tiny.STAY, "name"), (tiny.HOME, "name")}
    assert [button.title for button in reply.buttons] == ["Ở tạm", "Ở lâu dài"]


def test_without_a_topic_the_best_procedures_are_offered(library: Library) -> None:
    decided = Decided(library, Decision(Outcome.CLARIFY, 0.6, None, (tiny.HOME, tiny.STAY)))
    assert payloads(decided.ask("ở nhờ")) == [f"procedure:{tiny.HOME}", f"procedure:{tiny.STAY}"]


def test_what_others_handle_is_named(library: Library) -> None:
    reply = library.ask("mở nhà thuốc tây")
    assert reply.outcome is Outcome.NOT_IN_CATALOGUE
    assert "Nơi giải quyết: Sở Y tế." in reply.text
    assert reply.procedure is None


def test_what_nobody_is_known_to_handle_offers_what_is_near(library: Library) -> None:
    found = (hit(tiny.STAY, 0.9), hit("topic:ho-khau", 0.8), hit(tiny.HOME, 0.7), hit(tiny.BIRTH, 0.6))
    reply = Decided(library, Decision(Outcome.NOT_IN_CATALOGUE, 0.6, None), found).ask("hỏi chút")
    assert reply.outcome is Outcome.NOT_IN_CATALOGUE
    assert payloads(reply) == [f"procedure:{tiny.STAY}", f"procedure:{tiny.HOME}"]


@pytest.mark.parametrize("text", ["thi chứng chỉ đo đạc bản đồ", "xin chứng chỉ trắc địa"])
def test_what_is_known_but_not_held_is_named(wide_library: Library, text: str) -> None:
    """Its title was given with its phrasings; who handles it is not known."""
    reply = wide_library.ask(text)
    assert reply.outcome is Outcome.NOT_IN_CATALOGUE
    title = tiny.WIDER_PHRASINGS[tiny.UNHELD]["name"]
    assert reply.text.startswith(f"Tôi chưa có thông tin về thủ tục “{title}”.\n")
    assert "Nơi giải quyết" not in reply.text
    assert (reply.procedure, reply.buttons, reply.sources) == (None, (), ())


def test_a_code_without_a_known_title_is_not_named(wide_library: Library) -> None:
    decided = Decided(wide_library, Decision(Outcome.NOT_IN_CATALOGUE, 0.9, "elsewhere:9.999999"), (hit(tiny.BEES, 1),))
    reply = decided.ask("việc gì đó")
    assert reply.text.startswith("Tôi chưa có thông tin về thủ tục này.")
    assert payloads(reply) == [f"procedure:{tiny.BEES}"]


def test_an_answer_of_a_family_offers_the_other_level(wide_library: Library) -> None:
    reply = wide_library.ask("đổi thẻ đội viên dân phòng")
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.CARD_COMMUNE)
    twin = reply.buttons[-1]
    assert twin.payload == f"procedure:{tiny.CARD_PROVINCE}"
    assert twin.title.endswith("(cấp tỉnh)")
    assert twin.title.startswith("Cấp đổi thẻ đội viên dân phòng")


def test_the_level_that_was_named_is_answered_and_the_other_offered(wide_library: Library) -> None:
    reply = wide_library.ask("đổi thẻ đội viên dân phòng trên tỉnh")
    assert reply.procedure == tiny.CARD_PROVINCE
    assert (reply.buttons[-1].payload, reply.buttons[-1].title[-8:]) == (f"procedure:{tiny.CARD_COMMUNE}", "(cấp xã)")


def test_twins_come_before_what_else_may_be_meant(wide_library: Library) -> None:
    others = (tiny.CARD_PROVINCE, tiny.BEES)
    reply = Decided(wide_library, Decision(Outcome.ANSWER, 0.4, tiny.CARD_COMMUNE, others)).ask("đổi thẻ")
    assert payloads(reply)[-2:] == [f"procedure:{code}" for code in others]
    assert [button.title.endswith(")") for button in reply.buttons[-2:]] == [True, False]


def test_an_imported_record_is_answered_with_a_warning(wide_library: Library) -> None:
    reply = wide_library.ask("cấp phép nuôi ong lấy mật")
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.BEES)
    assert compose.IMPORTED in reply.text
    assert compose.NOT_SAID in reply.text
    assert {source.name for source in reply.sources} == {"Cổng khác"}


def test_what_lies_outside_is_refused(library: Library) -> None:
    reply = library.ask("hôm nay trời có mưa không")
    assert (reply.outcome, reply.procedure, reply.sources) == (Outcome.OUT_OF_SCOPE, None, ())


@pytest.mark.parametrize(
    ("chance", "confidence", "outcome"),
    [
        (0.9, 0.5, Outcome.OUT_OF_SCOPE),
        (0.9, 0.95, Outcome.ANSWER),  # the search is sure: it is something after all
        (0.4, 0.5, Outcome.ANSWER),  # the conversation is not sure
    ],
)
def test_the_conversation_may_know_that_it_lies_outside(
    library: Library, chance: float, confidence: float, outcome: Outcome
) -> None:
    decided = Decided(library, Decision(Outcome.ANSWER, confidence, tiny.STAY))
    assert decided.ask("hỏi chút", Understood("out_of_scope", chance)).outcome is outcome


@given(st.text())
def test_any_text_is_answered(library: Library, text: str) -> None:
    assert library.ask(text).text
    assert library.correct(text, following()).text


# --- within a conversation


def test_a_follow_up_stays_on_the_procedure(library: Library) -> None:
    reply = library.ask("hết bao nhiêu tiền", following())
    assert (reply.outcome, reply.procedure, reply.aspects) == (Outcome.ANSWER, tiny.BIRTH, FEES)
    assert reply.confidence == 0.95


def test_a_follow_up_that_names_the_same_stays(library: Library) -> None:
    reply = library.ask("khai sinh cho bé mới sinh", following(intent="ask_procedure"))
    assert (reply.procedure, reply.aspects) == (tiny.BIRTH, FEES)


def test_a_new_procedure_takes_over(library: Library) -> None:
    reply = library.ask("đổi bằng lái xe máy", following(intent="ask_procedure"))
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.LICENCE)


def test_a_new_procedure_takes_over_even_where_the_conversation_took_it_for_a_follow_up(library: Library) -> None:
    reply = library.ask("đổi bằng lái xe máy", following(intent_chance=0.6))
    assert reply.procedure == tiny.LICENCE


@pytest.mark.parametrize(("naming", "procedure"), [(0.9, tiny.STAY), (0.2, tiny.BIRTH)])
def test_the_surer_of_two_looks_decides(library: Library, naming: float, procedure: str) -> None:
    decided = Decided(library, Decision(Outcome.ANSWER, 0.9, tiny.STAY, naming=naming))
    assert decided.ask("hỏi chút", following(intent_chance=0.5)).procedure == procedure


def test_a_follow_up_to_nothing_asks_what_it_is_about(library: Library) -> None:
    reply = library.ask("hết bao nhiêu tiền", following(procedure=None))
    assert reply == compose.which_procedure()


def test_a_follow_up_to_nothing_that_names_something_is_answered(library: Library) -> None:
    reply = library.ask("khai sinh cho bé mới sinh", following(procedure=None))
    assert (reply.procedure, reply.aspects) == (tiny.BIRTH, FEES)


def test_a_correction_that_names_another_is_answered(library: Library) -> None:
    reply = library.correct("không, đổi bằng lái xe máy", following())
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.LICENCE)


def test_a_correction_does_not_offer_what_was_wrong(library: Library) -> None:
    near = [
        replace(item, parts=tuple(0.5 for _ in FEATURES))
        for item in ((hit(tiny.BIRTH, 2.0), hit(tiny.STAY, 1.0), hit("topic:ho-khau", 1.0)))
    ]
    found = (*near, hit(tiny.HOME, 0.1))
    decided = Decided(library, Decision(Outcome.ANSWER, 0.9, tiny.BIRTH), found)
    reply = decided.correct("không phải", following())
    assert reply.outcome is Outcome.CLARIFY
    assert payloads(reply) == [f"procedure:{tiny.STAY}"]


def test_a_correction_that_names_nothing_asks_again(library: Library) -> None:
    decided = Decided(library, Decision(Outcome.OUT_OF_SCOPE, 0.9, None, naming=0.1), (hit(tiny.STAY, -1.0),))
    reply = decided.correct("không phải", following())
    assert (reply.outcome, reply.text, reply.buttons) == (Outcome.CLARIFY, compose.SAY_AGAIN, ())


# --- one procedure


def test_a_procedure_is_told_by_case(library: Library) -> None:
    reply = library.tell(tiny.BIRTH, [Aspect.DOCUMENTS], case_id="bo-roi")
    assert "Biên bản về trẻ bị bỏ rơi" in reply.text


def test_an_abolished_procedure_is_told_as_one(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tiny.procedure(abolished={"since": "2026-03-05", "replaced_by": [tiny.HOME]})
    catalogue = replace(library.snapshot.catalogue, procedures={tiny.BIRTH: gone})
    monkeypatch.setattr(library, "_snapshot", replace(library.snapshot, catalogue=catalogue))
    reply = library.tell(tiny.BIRTH)
    assert reply.outcome is Outcome.ANSWER
    assert f"đã bãi bỏ từ ngày 5/3/2026, thay bằng thủ tục mã {tiny.HOME}" in reply.text


def test_an_unknown_procedure_is_refused(library: Library) -> None:
    assert library.tell("9.999999").outcome is Outcome.OUT_OF_SCOPE


@pytest.mark.parametrize("said", ["135.000 đồng", "99/2031/NĐ-CP", "31/12/2031"])
def test_a_reply_with_a_figure_from_nowhere_is_not_sent(
    library: Library, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    right = compose.answer

    def wrong(record: Procedure, aspects: tuple[Aspect, ...], **rest: Any) -> Reply:
        reply = right(record, aspects, **rest)
        return reply.model_copy(update={"text": f"{reply.text}\n{said}"})

    monkeypatch.setattr(compose, "answer", wrong)
    with capture_logs() as logs:
        reply = library.ask("làm giấy khai sinh cho con")
    assert (reply.outcome, reply.procedure, reply.confidence) == (Outcome.TROUBLE, tiny.BIRTH, 0)
    assert said not in reply.text
    assert [(entry["event"], entry["log_level"], entry["code"]) for entry in logs] == [
        ("unsourced_fact", "error", tiny.BIRTH)
    ]


# --- the snapshot in use


@pytest.fixture
def own_library(own_data: Path, own_snapshots: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library that looks at the pointer for every question."""
    monkeypatch.setattr(library_module, "POINTER_EVERY", -1.0)
    return Library(KnowledgeSettings(data=own_data, snapshots=own_snapshots, encoder=str(encoder_folder)))


@pytest.fixture
def dearer(own_data: Path) -> Catalogue:
    """The same catalogue after a decision that a birth certificate costs 9.000 đồng."""
    row = tiny.record()
    row["ways"][1]["fees"][0]["amount"] = 9000
    tiny.write(own_data / "catalogue" / f"{tiny.BIRTH}.yml", row)
    return load_catalogue(own_data)


def fee_told(library: Library) -> str:
    reply = library.ask("làm giấy khai sinh cho con", Understood(aspects=FEES))
    assert reply.outcome is Outcome.ANSWER
    return "9.000" if "9.000 đồng" in reply.text else "8.000" if "8.000 đồng" in reply.text else reply.text


def test_it_follows_the_pointer_without_a_restart(
    own_library: Library, own_snapshots: Path, dearer: Catalogue, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    first = current_name(own_snapshots)
    assert fee_told(own_library) == "8.000"
    second = build_snapshot(dearer, encoder, lexicons, own_snapshots).id
    assert fee_told(own_library) == "8.000"  # built, but not in use yet
    switch(own_snapshots, second)
    assert fee_told(own_library) == "9.000"
    assert own_library.snapshot.manifest.id == second
    switch(own_snapshots, first)
    assert fee_told(own_library) == "8.000"


def test_it_does_not_look_at_the_pointer_all_the_time(
    own_library: Library,
    own_snapshots: Path,
    dearer: Catalogue,
    encoder: Encoder,
    lexicons: list[Lexicon],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(library_module, "POINTER_EVERY", 3600.0)
    switch(own_snapshots, build_snapshot(dearer, encoder, lexicons, own_snapshots).id)
    assert fee_told(own_library) == "8.000"


def test_a_corrupted_new_snapshot_is_refused_and_the_old_one_answers(
    own_library: Library, own_snapshots: Path, dearer: Catalogue, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    old = current_name(own_snapshots)
    bad = build_snapshot(dearer, encoder, lexicons, own_snapshots).id
    path = own_snapshots / bad / "records.sqlite"
    path.write_bytes(path.read_bytes().replace(b"9000", b"9001"))
    switch(own_snapshots, bad)
    with capture_logs() as logs:
        assert fee_told(own_library) == "8.000"
        assert fee_told(own_library) == "8.000"
    assert own_library.snapshot.manifest.id == old
    (entry,) = logs  # said once, not for every question
    assert (entry["event"], entry["log_level"], entry["kept"]) == ("snapshot_refused", "error", old)
    assert str(path) in entry["error"]


def test_after_a_refusal_the_next_one_is_taken_up(
    own_library: Library, own_snapshots: Path, dearer: Catalogue, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    bad = build_snapshot(dearer, encoder, lexicons, own_snapshots).id
    (own_snapshots / bad / "scope.npy").unlink()
    switch(own_snapshots, bad)
    assert fee_told(own_library) == "8.000"
    switch(own_snapshots, build_snapshot(dearer, encoder, lexicons, own_snapshots).id)
    assert fee_told(own_library) == "9.000"


@pytest.mark.parametrize("pointer", [None, "", "nothing\n"])
def test_a_lost_pointer_does_not_stop_it(own_library: Library, own_snapshots: Path, pointer: str | None) -> None:
    (own_snapshots / "current").unlink()
    if pointer is not None:
        (own_snapshots / "current").write_text(pointer)
    assert fee_told(own_library) == "8.000"


def test_a_broken_tuning_keeps_the_old_snapshot(
    own_library: Library,
    own_data: Path,
    own_snapshots: Path,
    dearer: Catalogue,
    encoder: Encoder,
    lexicons: list[Lexicon],
) -> None:
    (own_data / "tuning.yml").write_text("ranking: [", encoding="utf-8")
    switch(own_snapshots, build_snapshot(dearer, encoder, lexicons, own_snapshots).id)
    assert fee_told(own_library) == "8.000"


def test_it_brings_what_was_published_here_when_it_starts(
    tmp_path: Path, data: Path, wider_snapshots: Path, encoder_folder: Path
) -> None:
    store = (tmp_path / "shared").as_uri()
    publish(wider_snapshots, current_name(wider_snapshots), store)
    library = Library(
        KnowledgeSettings(data=data, snapshots=tmp_path / "here", encoder=str(encoder_folder), snapshot_store=store)
    )
    assert library.snapshot.manifest.id == current_name(wider_snapshots)
    assert library.ask("cấp phép nuôi ong lấy mật").procedure == tiny.BEES


def test_it_follows_what_is_published_without_a_restart(
    tmp_path: Path,
    data: Path,
    snapshots: Path,
    wider_snapshots: Path,
    encoder_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = (tmp_path / "shared").as_uri()
    publish(snapshots, current_name(snapshots), store)
    monkeypatch.setattr(library_module, "POINTER_EVERY", -1.0)
    monkeypatch.setattr(library_module, "STORE_EVERY", 0.5)
    library = Library(
        KnowledgeSettings(data=data, snapshots=tmp_path / "here", encoder=str(encoder_folder), snapshot_store=store)
    )
    assert library.snapshot.manifest.id == current_name(snapshots)
    publish(wider_snapshots, current_name(wider_snapshots), store)
    assert until(lambda: library.snapshot.manifest.id == current_name(wider_snapshots))
    end_fetching()


def test_what_is_still_being_fetched_is_not_fetched_a_second_time(
    own_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large snapshot may take longer than the time between two looks; two downloads would destroy each other."""
    begun, go_on = [], threading.Event()

    def slow(folder: Path, url: str) -> None:
        begun.append(url)
        go_on.wait(timeout=30)

    monkeypatch.setattr(library_module, "fetch", slow)
    monkeypatch.setattr(library_module, "STORE_EVERY", -1.0)
    shared = own_library._settings.model_copy(update={"snapshot_store": "memory://nowhere"})
    monkeypatch.setattr(own_library, "_settings", shared)
    for _ in range(3):
        assert own_library.snapshot.manifest
    assert until(lambda: bool(begun))
    go_on.set()
    end_fetching()
    assert begun == ["memory://nowhere"]


def test_a_store_that_is_gone_does_not_stop_it(
    tmp_path: Path, data: Path, snapshots: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "shared"
    publish(snapshots, current_name(snapshots), store.as_uri())
    monkeypatch.setattr(library_module, "POINTER_EVERY", -1.0)
    monkeypatch.setattr(library_module, "STORE_EVERY", -1.0)
    library = Library(
        KnowledgeSettings(
            data=data, snapshots=tmp_path / "here", encoder=str(encoder_folder), snapshot_store=store.as_uri()
        )
    )
    (store / "current").write_text("../evil")
    with capture_logs() as logs:
        library.ask("khai sinh")
        assert until(lambda: any(entry["event"] == "snapshot_not_fetched" for entry in logs))
    assert library.snapshot.manifest.id == current_name(snapshots)
    assert library.ask("làm giấy khai sinh cho con").procedure == tiny.BIRTH
    end_fetching()


def test_it_does_not_start_without_a_snapshot(tmp_path: Path, data: Path, encoder_folder: Path) -> None:
    with pytest.raises(SnapshotMissing):
        Library(KnowledgeSettings(data=data, snapshots=tmp_path, encoder=str(encoder_folder)))


def test_it_does_not_start_without_its_encoder(tmp_path: Path, data: Path, snapshots: Path) -> None:
    with pytest.raises(EncoderMissing):
        Library(KnowledgeSettings(data=data, snapshots=snapshots, encoder=str(tmp_path / "nowhere")))


def test_it_does_not_start_with_a_broken_tuning(own_data: Path, snapshots: Path, encoder_folder: Path) -> None:
    (own_data / "tuning.yml").write_text("colour: blue", encoding="utf-8")
    with pytest.raises(RecordError, match="tuning"):
        Library(KnowledgeSettings(data=own_data, snapshots=snapshots, encoder=str(encoder_folder)))


@pytest.mark.parametrize("text", ["", "??? !!!", "😀", "a"])
def test_a_message_that_says_nothing_is_asked_back(library: Library, text: str) -> None:
    reply = library.ask(text)
    assert (reply.outcome, reply.buttons) == (Outcome.CLARIFY, ())
