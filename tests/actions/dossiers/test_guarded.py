"""What stands between citizens and a register that is slow, away or broken. Time is set by hand."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import purgatory.domain.model
import pytest

from actions.dossiers import guarded as module
from actions.dossiers.dossier import Dossier, Draft, DraftRequest, Status
from actions.dossiers.errors import (
    DossierError,
    DraftRefused,
    DraftsNotTaken,
    NoSuchDossier,
    RegisterAway,
    RegisterRefuses,
    RegisterStrange,
)
from actions.dossiers.guarded import GuardedRegister

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CODE = "000.00.00.H41-261105-0007"
KNOWN = Dossier(code=CODE, procedure_name="Khai sinh", status=Status.RECEIVED, status_name="Được tiếp nhận", as_of=NOW)
REQUEST = DraftRequest(key="20261123-1", procedure="1.001193", procedure_name="x", applicant="A", answers={})


class Clock:
    """A clock that is set by hand, for us and for the breaker."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = NOW
        monkeypatch.setattr(purgatory.domain.model, "time", SimpleNamespace(time=self._seconds))

    def __call__(self) -> datetime:
        return self.now

    def _seconds(self) -> float:
        return self.now.timestamp()

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Province:
    """A register that fails as often as it is told to."""

    name = "rest"
    demonstration = False
    last_seen: datetime | None = None
    closed = False

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.always: Exception | None = None
        self.asked = 0
        self.hanging = False

    async def find(self, code: str) -> Dossier:
        await self._answer()
        return KNOWN.model_copy(update={"code": code, "reason": str(self.asked)})

    async def draft(self, request: DraftRequest) -> Draft:
        await self._answer()
        return Draft(code=CODE, page="", made=NOW)

    async def close(self) -> None:
        self.closed = True

    async def _answer(self) -> None:
        self.asked += 1
        if self.hanging:
            await asyncio.Event().wait()
        if self.always or self.failures:
            raise self.always or self.failures.pop(0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(module, "_jitter", lambda _: 0.0)
    return Clock(monkeypatch)


@pytest.fixture
def province() -> Province:
    return Province()


@pytest.fixture
def register(province: Province, clock: Clock) -> GuardedRegister:
    return GuardedRegister(province, now=clock)


async def failing(register: GuardedRegister, times: int) -> None:
    for _ in range(times):
        with pytest.raises(DossierError):
            await register.find_fresh(CODE)


async def test_a_look_up_is_kept_for_seconds(register: GuardedRegister, province: Province, clock: Clock) -> None:
    first = await register.find(CODE)
    clock.pass_by(4.9)
    assert await register.find(CODE) == first
    clock.pass_by(0.2)
    assert (await register.find(CODE)).reason == "2"
    assert province.asked == 2


async def test_every_code_is_kept_by_itself(register: GuardedRegister) -> None:
    assert (await register.find(CODE)).code == CODE
    assert (await register.find("H41.1-261105-0001")).code == "H41.1-261105-0001"


async def test_who_needs_it_fresh_gets_it_fresh_and_so_do_the_others(
    register: GuardedRegister, province: Province
) -> None:
    await register.find(CODE)
    fresh = await register.find_fresh(CODE)
    assert fresh.reason == "2"
    assert await register.find(CODE) == fresh
    province.always = RegisterAway("x")
    await failing(register, 1)
    with pytest.raises(RegisterAway):
        await register.find(CODE)


async def test_that_there_is_none_is_kept_for_a_shorter_time(
    register: GuardedRegister, province: Province, clock: Clock
) -> None:
    province.failures = [NoSuchDossier("x")]
    for _ in range(3):
        with pytest.raises(NoSuchDossier):
            await register.find(CODE)
    assert province.asked == 1
    clock.pass_by(2.1)
    assert (await register.find(CODE)).code == CODE


async def test_a_draft_ends_what_was_known_of_its_code(register: GuardedRegister, province: Province) -> None:
    province.failures = [NoSuchDossier("x")]
    with pytest.raises(NoSuchDossier):
        await register.find(CODE)
    await register.draft(REQUEST)
    assert (await register.find(CODE)).code == CODE


async def test_nothing_is_kept_where_the_setting_says_so(province: Province, clock: Clock) -> None:
    register = GuardedRegister(province, cache_seconds=0, now=clock)
    await register.find(CODE)
    await register.find(CODE)
    assert province.asked == 2


@pytest.mark.parametrize("call", [lambda one: one.find(CODE), lambda one: one.draft(REQUEST)])
async def test_what_failed_twice_is_tried_a_third_time(
    register: GuardedRegister, province: Province, call: Callable[[GuardedRegister], object]
) -> None:
    province.failures = [RegisterAway("x"), RegisterAway("x")]
    await call(register)  # type: ignore[misc]
    assert province.asked == 3


async def test_after_three_attempts_it_is_away(register: GuardedRegister, province: Province) -> None:
    province.always = RegisterAway("x")
    await failing(register, 1)
    assert province.asked == 3


@pytest.mark.parametrize(
    "error", [NoSuchDossier, RegisterRefuses, RegisterStrange, DraftRefused, DraftsNotTaken, ZeroDivisionError]
)
async def test_what_would_not_be_other_the_next_time_is_not_tried_again(
    register: GuardedRegister, province: Province, error: type[Exception]
) -> None:
    province.always = error("x")
    with pytest.raises(error):
        await register.find(CODE)
    assert province.asked == 1


async def test_a_system_that_asks_to_be_left_alone_is(register: GuardedRegister, province: Province) -> None:
    province.always = RegisterAway("later", retry_after=60)
    with pytest.raises(RegisterAway, match="later"):
        await register.find(CODE)
    assert province.asked == 1


async def test_a_wait_that_is_short_is_kept(province: Province, clock: Clock) -> None:
    province.failures = [RegisterAway("x", retry_after=0.01)]
    assert (await GuardedRegister(province, now=clock).find(CODE)).reason == "2"


async def test_nobody_waits_longer_than_the_bound(province: Province, clock: Clock) -> None:
    province.hanging = True
    register = GuardedRegister(province, longest=0.02, now=clock)
    with pytest.raises(RegisterAway, match=r"0\.02 s"):
        await register.find(CODE)
    assert province.asked == 1


async def test_after_five_failures_in_a_row_it_is_left_alone_for_half_a_minute(
    register: GuardedRegister, province: Province, clock: Clock
) -> None:
    await register.find(CODE)
    province.always = RegisterAway("x")
    await failing(register, 5)
    asked = province.asked
    for _ in range(50):
        with pytest.raises(RegisterAway, match="left alone") as away:
            await register.find_fresh(CODE)
        assert away.value.last_seen == NOW
        assert away.value.__cause__ is None
    assert province.asked == asked
    province.always = None
    clock.pass_by(29)
    await failing(register, 1)
    clock.pass_by(2)
    assert (await register.find(CODE)).code == CODE
    province.always = RegisterAway("x")
    await failing(register, 4)
    assert province.asked == asked + 1 + 4 * 3


async def test_if_it_is_still_away_then_it_is_left_alone_again_at_once(
    register: GuardedRegister, province: Province, clock: Clock
) -> None:
    province.always = RegisterAway("x")
    await failing(register, 5)
    clock.pass_by(31)
    await failing(register, 1)
    asked = province.asked
    await failing(register, 1)
    assert province.asked == asked


@pytest.mark.parametrize("error", [NoSuchDossier, RegisterStrange, RegisterRefuses])
async def test_one_dossier_that_cannot_be_had_does_not_close_the_register_for_all(
    register: GuardedRegister, province: Province, error: type[DossierError]
) -> None:
    province.always = error("x")
    await failing(register, 10)
    assert province.asked == 10


async def test_an_answer_between_two_failures_counts_from_the_beginning(
    register: GuardedRegister, province: Province
) -> None:
    for _ in range(3):
        province.always = RegisterAway("x")
        await failing(register, 4)
        province.always = None
        await register.find_fresh(CODE)


async def test_slow_ones_count_as_failures_too(province: Province, clock: Clock) -> None:
    province.hanging = True
    register = GuardedRegister(province, longest=0.01, now=clock)
    await failing(register, 5)
    with pytest.raises(RegisterAway, match="left alone"):
        await register.find(CODE)


async def test_a_register_that_is_left_alone_does_not_collect_what_was_asked(
    register: GuardedRegister, province: Province
) -> None:
    province.always = RegisterAway("x")
    await failing(register, 5)
    await failing(register, 100)
    opened = [one for one in gc.get_objects() if type(one) is purgatory.domain.model.OpenedState]
    assert opened
    assert all(one.__traceback__ is None for one in opened)


@pytest.mark.parametrize("error", [None, NoSuchDossier("x"), RegisterRefuses("x"), DraftRefused("x")])
async def test_every_answer_means_that_it_was_seen(
    register: GuardedRegister, province: Province, clock: Clock, error: Exception | None
) -> None:
    assert register.last_seen is None
    if error:
        province.failures = [error]
    try:
        await register.find(CODE)
    except DossierError:
        assert error is not None
    assert register.last_seen == NOW
    clock.pass_by(3)
    province.always = RegisterAway("x")
    with pytest.raises(RegisterAway) as away:
        await register.find_fresh(CODE)
    assert away.value.last_seen == register.last_seen == NOW


@pytest.mark.parametrize("error", [RegisterAway("x"), RegisterStrange("x")])
async def test_no_answer_and_nonsense_do_not_mean_that_it_was_seen(
    register: GuardedRegister, province: Province, error: Exception
) -> None:
    province.always = error
    await failing(register, 1)
    assert register.last_seen is None


async def test_it_is_named_as_what_it_guards_and_closes_it(register: GuardedRegister, province: Province) -> None:
    assert (register.name, register.demonstration, register.register) == ("rest", False, province)
    await register.close()
    assert province.closed
