"""Taking over the portal's procedures: all or none, going on where it stopped, never without end."""

from __future__ import annotations

import fcntl
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from knowledge.errors import ImportStoreBroken, SyncFailed
from knowledge.imports import sync as module
from knowledge.imports.formats import Unusable
from knowledge.imports.portal_client import PortalSettings
from knowledge.imports.store import ImportStore, Kept
from knowledge.imports.sync import Progress, Run, Synced, SyncSettings, sync
from tests.knowledge import tiny
from tests.knowledge.imports.fake_portal import (
    FakePortal,
    FakeTime,
    Fault,
    changed,
    detail,
    failing,
    hanging_up,
    identity,
    midway,
    running,
    saying,
    with_data,
    without,
)

PAGE = 5
TRIES = 3
COMMUNE = range(1, 13)
PROVINCE = range(13, 21)
ALL = [*COMMUNE, *PROVINCE]
LEVELS = ("COMMUNE", "PROVINCE")
PAGES = 3 + 2


class Synchroniser:
    """A sync with all that it needs, in a folder of the test."""

    def __init__(self, portal: FakePortal, folder: Path, time: FakeTime) -> None:
        address = PortalSettings(portal.url, page=PAGE, tries=TRIES, first_wait=1)
        self.settings = SyncSettings(address, folder / "sync")
        self.store = ImportStore(folder / "imported.sqlite")
        self.time = time

    def __call__(
        self, *levels: str, settings: SyncSettings | None = None, progress: Progress = lambda done, whole: None
    ) -> Synced:
        return sync(
            settings or self.settings,
            self.store,
            levels or LEVELS,
            progress=progress,
            pause=self.time.pause,
            clock=self.time.clock,
        )

    @property
    def codes(self) -> list[str]:
        return [code for code, _ in self.store.by_code()]

    @property
    def runs(self) -> list[Path]:
        """The folders of runs, oldest first."""
        return sorted(path for path in self.settings.folder.glob("[!.]*") if path.is_dir())

    @property
    def kept(self) -> list[str]:
        """The ids whose answers the last run keeps."""
        return sorted(path.name.removesuffix(".json.gz") for path in (self.runs[-1] / "raw").glob("[!.]*"))


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def portal(time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePortal]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running(FakePortal(clock=time.clock)) as fake:
        fake.add("COMMUNE", *COMMUNE)
        fake.add("PROVINCE", *PROVINCE)
        yield fake


@pytest.fixture
def synchronise(portal: FakePortal, tmp_path: Path, time: FakeTime) -> Synchroniser:
    return Synchroniser(portal, tmp_path, time)


def codes(*numbers: int) -> list[str]:
    return [f"9.{number:06d}" for number in numbers]


def ids(*numbers: int) -> list[str]:
    return [identity(number) for number in numbers]


class Cut(BaseException):
    """As if the process were killed."""


def cut_after(answers: int) -> Progress:
    """A progress that ends everything once so many answers are kept."""

    def progress(done: int, whole: int) -> None:
        if done == answers:
            raise Cut

    return progress


# Everything goes well


def test_every_procedure_of_the_levels_comes_into_the_store(portal: FakePortal, synchronise: Synchroniser) -> None:
    assert synchronise() == Synced(records=20, unusable=(), requests=PAGES + 20)
    assert synchronise.codes == codes(*ALL)
    (kept,) = next(iter(synchronise.store.by_code()))[1]
    assert (kept.format, kept.record.name) == ("portal", "Đăng ký việc thứ 1")
    assert kept.record.ways[0].fees[0].amount == 8000
    assert kept.record.sources[0].as_of == datetime.now(UTC).date()
    assert portal.listed == [
        ("COMMUNE", None),
        ("COMMUNE", identity(5)),
        ("COMMUNE", identity(10)),
        ("PROVINCE", None),
        ("PROVINCE", identity(17)),
    ]


def test_only_the_levels_that_were_asked_for_are_listed(portal: FakePortal, synchronise: Synchroniser) -> None:
    assert synchronise("PROVINCE", "PROVINCE").records == 8
    assert synchronise.codes == codes(*PROVINCE)


def test_a_procedure_of_two_levels_is_fetched_once(portal: FakePortal, synchronise: Synchroniser) -> None:
    portal.lists["PROVINCE"] += portal.lists["COMMUNE"][:4]
    assert synchronise().records == 20
    assert sorted(portal.fetched) == ids(*ALL)


def test_every_answer_is_kept_as_it_came(synchronise: Synchroniser) -> None:
    synchronise()
    assert synchronise.kept == ids(*ALL)
    with gzip.open(synchronise.runs[0] / "raw" / f"{identity(7)}.json.gz") as answer:
        assert json.load(answer) == {"code": "OK", "data": detail(7)}


def test_progress_says_how_many_are_there_of_how_many(synchronise: Synchroniser) -> None:
    said: list[tuple[int, int]] = []
    synchronise(progress=lambda done, whole: said.append((done, whole)))
    listing = [(0, 5), (0, 10), (0, 12), (0, 17), (0, 20)]
    assert said == listing + [(done, 20) for done in range(21)]


def test_never_more_than_two_requests_within_a_second(
    portal: FakePortal, synchronise: Synchroniser, time: FakeTime
) -> None:
    portal.faults = {3: failing(500), 4: failing(403), 9: saying(b"<html>"), 20: hanging_up}
    said = synchronise()
    assert said.requests == len(portal.times) == PAGES + 20 + 4
    assert all(third - first >= 1 for first, third in zip(portal.times, portal.times[2:], strict=False))
    assert time.now - 1000 >= (said.requests - 1) / 2


def test_what_is_in_the_store_stays_and_is_replaced_where_it_is_new(
    portal: FakePortal, synchronise: Synchroniser
) -> None:
    synchronise.store.add([Kept(tiny.procedure(code="9.000002"), "portal")], ["a file"], [])
    synchronise.store.add([Kept(tiny.procedure(code="9.900000"), "portal")], ["a file"], [])
    synchronise()
    found = dict(synchronise.store.by_code())
    assert found["9.000002"][0].record.name == "Đăng ký việc thứ 2"
    assert found["9.900000"][0].record.name == "Đăng ký khai sinh cho trẻ em"


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_of_two_with_the_same_code_the_newer_counts(
    portal: FakePortal, synchronise: Synchroniser, order: tuple[int, int]
) -> None:
    day = 24 * 3600 * 1000
    for place, age in zip((1, 2), order, strict=True):
        changes = {"code": "9.000001", "name": f"Bản {age}", "updatedAt": (20_000 + age) * day}
        portal.details[identity(place)] = detail(place, **changes)
    assert synchronise().records == 19
    (kept,) = dict(synchronise.store.by_code())["9.000001"]
    assert (kept.record.name, kept.record.sources[0].as_of) == ("Bản 2", date(2024, 10, 6))


# It goes on where it stopped


@pytest.mark.parametrize("answers", [0, 1, 9, 19])
def test_a_run_that_was_cut_off_goes_on_and_fetches_nothing_twice(
    portal: FakePortal, synchronise: Synchroniser, answers: int
) -> None:
    with pytest.raises(Cut):
        synchronise(progress=lambda done, whole: cut_after(answers)(done, whole) if whole == 20 else None)
    assert not synchronise.store.exists
    before = list(portal.fetched)
    assert before == ids(*ALL[:answers])
    again = synchronise()
    assert sorted(portal.fetched) == ids(*ALL)
    assert (again.records, again.requests) == (20, len(ALL) - answers)
    assert synchronise.codes == codes(*ALL)


def test_a_list_that_was_cut_off_goes_on_at_its_cursor(portal: FakePortal, synchronise: Synchroniser) -> None:
    portal.allowed = 2
    with pytest.raises(SyncFailed, match="HTTP 403"):
        synchronise()
    portal.forgive()
    synchronise()
    assert portal.listed[0] == ("COMMUNE", identity(10))
    assert synchronise.codes == codes(*ALL)


@pytest.mark.parametrize("allowed", range(0, PAGES + 20, 4))
def test_a_portal_that_locks_us_out_again_and_again_is_read_in_the_end(
    portal: FakePortal, synchronise: Synchroniser, allowed: int
) -> None:
    """Only that many requests at a time, then 403 until the next day."""
    fetched: list[str] = []
    for _ in range(100):
        portal.forgive()
        portal.allowed = allowed or 1
        try:
            synchronise()
            break
        except SyncFailed:
            assert not synchronise.store.exists
        finally:
            refused = identity(0) if len(portal.asked) <= portal.allowed else portal.asked[-1][-1]
            fetched += [name for name in portal.fetched if name != refused]
    assert synchronise.codes == codes(*ALL)
    assert sorted(fetched) == ids(*ALL)


def test_a_half_written_answer_counts_for_nothing(
    portal: FakePortal, synchronise: Synchroniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(path: Path, target: Path) -> Path:
        if path.name.startswith(f".{identity(3)}"):
            raise Cut
        return Path(path.rename(target))

    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr(Path, "replace", killed)
        synchronise()
    assert synchronise.kept == ids(1, 2)
    portal.forgive()
    assert synchronise().records == 20
    assert portal.fetched == ids(*ALL[2:])


def test_after_a_complete_run_the_next_one_begins_anew(portal: FakePortal, synchronise: Synchroniser) -> None:
    synchronise()
    portal.details[identity(4)]["name"] = "Tên mới"
    portal.forgive()
    assert synchronise().requests == PAGES + 20
    assert dict(synchronise.store.by_code())["9.000004"][0].record.name == "Tên mới"


def test_the_answers_of_the_last_complete_run_stay_until_the_new_one_is_complete(
    portal: FakePortal, synchronise: Synchroniser
) -> None:
    synchronise()
    (first,) = synchronise.runs
    with pytest.raises(Cut):
        synchronise(progress=cut_after(7))
    assert [len(list((run / "raw").iterdir())) for run in synchronise.runs] == [20, 7]
    synchronise()
    (second,) = synchronise.runs
    assert second != first
    assert synchronise.kept == ids(*ALL)


def test_only_folders_of_runs_are_ever_deleted(synchronise: Synchroniser) -> None:
    other = synchronise.settings.folder / "notes" / "a.txt"
    other.parent.mkdir(parents=True)
    other.write_text("x")
    synchronise()
    synchronise()
    assert other.read_text() == "x"


@pytest.mark.parametrize("change", ["age", "levels", "address", "page"])
def test_only_a_fresh_run_that_asked_the_same_goes_on(
    portal: FakePortal, synchronise: Synchroniser, change: str
) -> None:
    with pytest.raises(Cut):
        synchronise(progress=cut_after(7))
    portal.forgive()
    settings, levels = synchronise.settings, LEVELS
    if change == "age":
        settings = replace(settings, resume_within=timedelta(0))
    elif change == "levels":
        levels = ("COMMUNE",)
    elif change == "address":
        settings = replace(settings, portal=replace(settings.portal, base=f"{portal.url}/"))
    else:
        settings = replace(settings, portal=replace(settings.portal, page=3))
    synchronise(*levels, settings=settings)
    anew = identity(1) in portal.fetched
    assert anew == (change != "page")


def test_the_order_of_the_levels_does_not_matter_to_a_run(portal: FakePortal, synchronise: Synchroniser) -> None:
    with pytest.raises(Cut):
        synchronise(progress=cut_after(7))
    assert synchronise(*reversed(LEVELS)).requests == 13


@pytest.mark.parametrize("state", [b"", b"{", b"[]", b'{"version": 2}', b"\xff", None])
def test_a_state_that_is_damaged_or_missing_begins_anew(
    portal: FakePortal, synchronise: Synchroniser, state: bytes | None
) -> None:
    with pytest.raises(Cut):
        synchronise(progress=cut_after(7))
    path = synchronise.runs[0] / "state.json"
    if state is None:
        path.unlink()
    else:
        path.write_bytes(state)
    assert synchronise().requests == PAGES + 20
    assert len(synchronise.runs) == 1


def test_a_state_whose_ids_are_no_ids_is_not_believed(portal: FakePortal, synchronise: Synchroniser) -> None:
    with pytest.raises(Cut):
        synchronise(progress=cut_after(7))
    path = synchronise.runs[0] / "state.json"
    path.write_text(path.read_text().replace(identity(1), "../../evil"))
    assert synchronise().requests == PAGES + 20


@pytest.mark.parametrize(
    "damage",
    [b"", b"\x1f\x8b", b"no gzip", gzip.compress(b"", mtime=0), gzip.compress(b"x" * 99, mtime=0)[:20]],
)
def test_an_answer_that_was_damaged_on_the_disk_is_fetched_again(
    portal: FakePortal, synchronise: Synchroniser, damage: bytes
) -> None:
    with pytest.raises(Cut):
        synchronise(progress=cut_after(7))
    (synchronise.runs[0] / "raw" / f"{identity(3)}.json.gz").write_bytes(damage)
    with pytest.raises(SyncFailed, match=identity(3)):
        synchronise()
    assert not synchronise.store.exists
    portal.forgive()
    assert synchronise().requests == 1
    assert portal.fetched == ids(3)
    assert synchronise.codes == codes(*ALL)


def test_the_folder_of_the_answers_may_be_deleted(portal: FakePortal, synchronise: Synchroniser) -> None:
    with pytest.raises(Cut):
        synchronise(progress=cut_after(1))
    (synchronise.runs[0] / "raw" / f"{identity(1)}.json.gz").unlink()
    (synchronise.runs[0] / "raw").rmdir()
    assert synchronise().records == 20


# A failure changes nothing


@pytest.mark.parametrize(
    "fault",
    [failing(403), failing(429, Retry_After="1"), failing(500), saying(b"<html>"), changed(code="E"), hanging_up],
)
@pytest.mark.parametrize("request_number", [1, 4, PAGES + 1, PAGES + 20])
def test_nothing_changes_when_it_fails_half_way(
    portal: FakePortal, synchronise: Synchroniser, fault: Fault, request_number: int
) -> None:
    synchronise.store.add([Kept(tiny.procedure(code="9.000002"), "portal")], ["a file"], [])
    before = list(synchronise.store.by_code())
    portal.faults = {request_number + again: fault for again in range(TRIES)}
    with pytest.raises(SyncFailed):
        synchronise()
    assert len(portal.asked) == request_number - 1 + TRIES
    assert list(synchronise.store.by_code()) == before
    portal.forgive()
    assert synchronise().requests == PAGES + 20 - (request_number - 1)
    assert synchronise.codes == codes(*ALL)


@pytest.mark.parametrize("request_number", [1, 4, PAGES + 1, PAGES + 20])
def test_a_silent_portal_holds_nothing_up(portal: FakePortal, synchronise: Synchroniser, request_number: int) -> None:
    portal.faults[request_number] = midway(portal.never)
    impatient = replace(synchronise.settings.portal, read_timeout=0.5)
    settings = replace(synchronise.settings, portal=impatient)
    assert synchronise(settings=settings).records == 20


def test_a_store_that_cannot_be_written_costs_no_request(
    portal: FakePortal, synchronise: Synchroniser, tmp_path: Path
) -> None:
    (tmp_path / "imported.sqlite").mkdir()
    with pytest.raises(ImportStoreBroken):
        synchronise()
    (tmp_path / "imported.sqlite").rmdir()
    assert synchronise() == Synced(20, (), 0)
    assert synchronise.codes == codes(*ALL)


def test_a_run_that_was_cut_off_after_the_import_costs_no_request(
    portal: FakePortal, synchronise: Synchroniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(run: Run) -> None:
        raise Cut

    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr(Run, "finish", killed)
        synchronise()
    assert synchronise() == Synced(20, (), 0)
    assert synchronise.codes == codes(*ALL)


def test_a_folder_that_cannot_be_made_is_said(synchronise: Synchroniser) -> None:
    synchronise.settings.folder.write_text("a file")
    with pytest.raises(SyncFailed, match="sync"):
        synchronise()


def test_two_at_a_time_are_one_too_many(portal: FakePortal, synchronise: Synchroniser) -> None:
    synchronise.settings.folder.mkdir()
    with (synchronise.settings.folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SyncFailed, match="another sync"):
            synchronise()
    assert portal.asked == []
    assert synchronise().records == 20


@pytest.mark.parametrize("levels", [("commune",), ("COMMUNE", "DISTRICT"), ("",)])
def test_a_level_that_the_portal_does_not_have_is_refused(
    portal: FakePortal, synchronise: Synchroniser, levels: tuple[str, ...]
) -> None:
    with pytest.raises(SyncFailed, match="COMMUNE, PROVINCE, MINISTRY"):
        synchronise(*levels)
    assert portal.asked == []


def test_no_level_at_all_is_refused(synchronise: Synchroniser) -> None:
    with pytest.raises(SyncFailed, match="nothing"):
        sync(synchronise.settings, synchronise.store, ())


# Lists that are not what they should be


def test_a_cursor_that_does_not_move_ends_the_list(portal: FakePortal, synchronise: Synchroniser) -> None:
    portal.cursor = lambda entry: "always the same"
    portal.total = lambda count: PAGE
    synchronise("COMMUNE")
    assert portal.listed == [("COMMUNE", None), ("COMMUNE", "always the same")]


def test_a_cursor_that_does_not_move_is_good_as_long_as_it_brings_something(
    portal: FakePortal, synchronise: Synchroniser
) -> None:
    begins = iter((None, *ids(5, 10)))
    portal.cursor = lambda entry: "always the same"
    portal.pages_from = lambda last_id: next(begins)
    assert synchronise("COMMUNE").records == 12


def test_a_portal_that_always_gives_the_first_page_is_not_taken_for_a_short_list(
    portal: FakePortal, synchronise: Synchroniser
) -> None:
    portal.pages_from = lambda last_id: None
    with pytest.raises(SyncFailed, match="COMMUNE: the list ends after 5 of 12"):
        synchronise()
    assert len(portal.listed) == 2
    assert not synchronise.store.exists
    portal.pages_from = lambda last_id: last_id
    portal.forgive()
    assert synchronise().records == 20
    assert portal.listed[0] == ("COMMUNE", None)


def test_pages_that_go_round_in_a_circle_end(portal: FakePortal, synchronise: Synchroniser) -> None:
    circle = {identity(12): None}
    portal.pages_from = lambda last_id: circle.get(str(last_id), last_id)
    portal.total = lambda count: 13
    portal.lists["COMMUNE"] = portal.lists["COMMUNE"][:10]
    portal.cursor = lambda entry: identity(12) if entry["id"] == identity(10) else entry["id"]
    with pytest.raises(SyncFailed, match="10 of 13"):
        synchronise("COMMUNE")
    assert len(portal.listed) == 3


def test_pages_that_overlap_are_listed_once(portal: FakePortal, synchronise: Synchroniser) -> None:
    portal.pages_from = lambda last_id: identity(int(str(last_id)[-12:]) - 2) if last_id else None
    assert synchronise("COMMUNE").records == 12
    assert portal.fetched == ids(*COMMUNE)


def test_ids_that_stand_twice_on_a_page_are_fetched_once(portal: FakePortal, synchronise: Synchroniser) -> None:
    portal.faults[1] = with_data(items=[{"id": identity(number)} for number in (1, 1, 2, 1, 2)], lastId=identity(2))
    assert synchronise("COMMUNE").records == 12
    assert portal.fetched == ids(*COMMUNE)


@pytest.mark.parametrize("claimed", [-1, 0, 1, PAGE, 11])
def test_a_total_that_is_too_low_cuts_nothing_off(portal: FakePortal, synchronise: Synchroniser, claimed: int) -> None:
    portal.total = lambda count: min(claimed, count)
    assert synchronise().records == 20


def test_a_total_that_counts_what_is_left_cuts_nothing_off(portal: FakePortal, synchronise: Synchroniser) -> None:
    left = iter((12, 7, 2, 8, 3))
    portal.total = lambda count: next(left)
    assert synchronise().records == 20


def test_a_list_that_breaks_off_is_held_against_its_highest_total(
    portal: FakePortal, synchronise: Synchroniser
) -> None:
    portal.faults[2] = with_data(lastId=None, total=7)
    with pytest.raises(SyncFailed, match="10 of 12"):
        synchronise()


def test_a_total_that_is_a_little_too_high_does_no_harm(portal: FakePortal, synchronise: Synchroniser) -> None:
    portal.total = lambda count: 13
    assert synchronise("COMMUNE").records == 12
    assert portal.listed[-1] == ("COMMUNE", identity(12))


@pytest.mark.parametrize("claimed", [14, 500, 10**30])
def test_a_list_that_ends_long_before_its_total_is_not_believed(
    portal: FakePortal, synchronise: Synchroniser, claimed: int
) -> None:
    portal.total = lambda count: claimed
    with pytest.raises(SyncFailed, match=f"COMMUNE: the list ends after 12 of {claimed}"):
        synchronise()
    assert portal.fetched == []


def test_a_level_without_a_single_procedure_is_not_believed(portal: FakePortal, synchronise: Synchroniser) -> None:
    with pytest.raises(SyncFailed, match="MINISTRY: the portal lists no procedure"):
        synchronise("COMMUNE", "MINISTRY")


def test_a_list_without_end_is_left(
    portal: FakePortal, synchronise: Synchroniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_PROCEDURES", 7)
    with pytest.raises(SyncFailed, match="no end"):
        synchronise()
    assert len(portal.listed) == 2


def test_a_cursor_that_the_portal_no_longer_knows_leads_back_to_the_beginning(
    portal: FakePortal, synchronise: Synchroniser
) -> None:
    portal.allowed = 2
    with pytest.raises(SyncFailed, match="403"):
        synchronise()
    portal.forgive()
    portal.faults[1] = failing(400)
    with pytest.raises(SyncFailed, match="400"):
        synchronise()
    portal.forgive()
    assert synchronise().records == 20
    assert portal.listed[0] == ("COMMUNE", None)


# Procedures that cannot be used


def test_a_few_that_cannot_be_used_are_reported_and_passed_over(portal: FakePortal, synchronise: Synchroniser) -> None:
    del portal.details[identity(3)]["executionSteps"]
    portal.details[identity(14)]["code"] = "no code"
    assert synchronise() == Synced(
        records=18,
        unusable=(
            Unusable(identity(3), "the key 'executionSteps' is missing."),
            Unusable(identity(14), "ValueError: 'no code' is no procedure code."),
        ),
        requests=PAGES + 20,
    )
    assert synchronise.codes == codes(*(number for number in ALL if number not in (3, 14)))


def test_many_that_cannot_be_used_are_a_change_of_the_format(portal: FakePortal, synchronise: Synchroniser) -> None:
    for number in (3, 4, 14):
        portal.details[identity(number)].pop("executionSteps")
    with pytest.raises(SyncFailed, match=r"3 of 20 .* first: .*0003: the key 'executionSteps' is missing") as failed:
        synchronise()
    aside = synchronise.runs[0] / "unusable"
    assert str(aside) in str(failed.value)
    assert sorted(path.name for path in aside.iterdir()) == [f"{name}.json.gz" for name in ids(3, 4, 14)]
    assert not synchronise.store.exists


def test_only_what_could_not_be_used_is_fetched_again(portal: FakePortal, synchronise: Synchroniser) -> None:
    for number in (3, 4, 14):
        portal.details[identity(number)] = {"id": identity(number)}
    with pytest.raises(SyncFailed):
        synchronise()
    for number in (3, 4, 14):
        portal.details[identity(number)] = detail(number)
    portal.forgive()
    assert synchronise().records == 20
    assert portal.fetched == ids(3, 4, 14)


def test_how_many_may_be_unusable_can_be_set(portal: FakePortal, synchronise: Synchroniser) -> None:
    for number in (3, 4, 14):
        portal.details[identity(number)] = {"id": identity(number)}
    assert synchronise(settings=replace(synchronise.settings, tolerance=0.15)).records == 17


def test_a_procedure_that_went_since_it_was_listed_is_reported(portal: FakePortal, synchronise: Synchroniser) -> None:
    del portal.details[identity(20)]
    said = synchronise()
    assert said.records == 19
    assert said.unusable == (Unusable(identity(20), "the portal lists it but does not have it."),)


def test_a_portal_that_has_nothing_of_what_it_lists_is_soon_left(portal: FakePortal, synchronise: Synchroniser) -> None:
    portal.details.clear()
    with pytest.raises(SyncFailed, match="3 of 20"):
        synchronise()
    assert len(portal.fetched) == 3


@pytest.mark.parametrize("name", [None, "../../../evil", "a/b", "..", "x" * 65, 5, ["a"]])
def test_an_id_that_may_be_no_file_name_is_reported_and_never_asked_for(
    portal: FakePortal, synchronise: Synchroniser, name: object
) -> None:
    portal.lists["COMMUNE"].insert(1, {"id": name, "code": "9.000099"})
    said = synchronise("COMMUNE")
    assert (said.records, [item.place for item in said.unusable]) == (12, ["list COMMUNE"])
    assert "9.000099" in said.unusable[0].reason
    assert portal.fetched == ids(*COMMUNE)
    assert synchronise.kept == ids(*COMMUNE)


def test_a_list_whose_entries_have_no_id_any_more_is_a_change_of_the_format(
    portal: FakePortal, synchronise: Synchroniser
) -> None:
    right = portal.lists["PROVINCE"]
    portal.lists["PROVINCE"] = [{"formalityId": entry["id"], "code": entry["code"]} for entry in right[:PAGE]]
    portal.cursor = lambda entry: entry.get("id")
    with pytest.raises(SyncFailed, match=r"5 of 17 .* list PROVINCE: code '9.000013', id None: no id"):
        synchronise()
    portal.lists["PROVINCE"] = right
    portal.forgive()
    assert synchronise().records == 20
    assert [level for level, _ in portal.listed] == ["PROVINCE", "PROVINCE"]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "\ud800"},
        {"name": None},
        {"code": {"a": 1}},
        {"executionSteps": "text"},
        {"executionMethods": [None]},
        {"executionCases": [{"profileComponents": [{}]}]},
        {"updatedAt": "yesterday"},
        {"procedureProposal": []},
        {"id": "x y"},
    ],
)
def test_no_detail_however_odd_ends_the_sync(
    portal: FakePortal, synchronise: Synchroniser, changes: dict[str, object]
) -> None:
    portal.details[identity(6)].update(changes)
    said = synchronise()
    assert said.records + len(said.unusable) == 20
    assert said.records >= 19


def test_a_run_gives_no_path_for_what_is_no_id(synchronise: Synchroniser) -> None:
    run = Run.begun(synchronise.settings, ("COMMUNE",))
    with pytest.raises(SyncFailed, match="is no id"):
        run.raw("../evil")


@pytest.mark.parametrize("key", ["items", "total", "data", "code"])
def test_a_list_that_lacks_a_key_fails_once_it_was_asked_for_often_enough(
    portal: FakePortal, synchronise: Synchroniser, key: str
) -> None:
    portal.always = without(key)
    with pytest.raises(SyncFailed, match="after 3 of 3 tries"):
        synchronise()
    portal.forgive()
    portal.faults[1] = without(key)
    assert synchronise().records == 20
