"""No more goes to a service, or to one of its chats, than it allows."""

from __future__ import annotations

import pytest
from limits import RateLimitItem

from bot.channels.channel import Rates
from bot.delivery.pace import MARGIN, Pace
from bot.limits import Counter

RATES = Rates(overall="3/hour", chat="1/hour", group="2/hour")


async def test_a_chat_gets_no_more_than_is_allowed() -> None:
    pace = Pace(Counter())
    assert await pace.wait("a", RATES, "one", group=False) == 0.0
    assert 3590 < await pace.wait("a", RATES, "one", group=False) <= 3600 + MARGIN
    assert await pace.wait("a", RATES, "two", group=False) == 0.0


async def test_a_group_has_a_rate_of_its_own() -> None:
    pace = Pace(Counter())
    waits = [await pace.wait("a", RATES, "group", group=True) for _ in range(3)]
    assert waits[:2] == [0.0, 0.0]
    assert waits[2] > 3590
    plain = RATES.model_copy(update={"group": ""})
    assert await pace.wait("b", plain, "group", group=True) == 0.0
    assert await pace.wait("b", plain, "group", group=True) > 3590


async def test_all_chats_together_get_no_more_than_is_allowed() -> None:
    pace = Pace(Counter())
    waits = [await pace.wait("a", RATES, f"{number}", group=False) for number in range(4)]
    assert waits[:3] == [0.0] * 3
    assert waits[3] > 3590
    assert await pace.wait("b", RATES, "0", group=False) == 0.0  # another service


async def test_gateways_that_share_a_counter_keep_the_rate_together() -> None:
    counter = Counter()
    assert await Pace(counter).wait("a", RATES, "one", group=False) == 0.0
    assert await Pace(counter).wait("a", RATES, "one", group=False) > 3590


async def test_what_shows_no_message_counts_for_the_service_only() -> None:
    pace = Pace(Counter())
    waits = [await pace.wait("a", RATES, "one", group=False, message=False) for _ in range(4)]
    assert waits[:3] == [0.0] * 3
    assert waits[3] > 3590


class Late(Counter):
    """One that refuses in the moment in which the window ends."""

    def __init__(self, left: float) -> None:
        super().__init__()
        self.left = left

    async def hit(self, limit: RateLimitItem, kind: str, who: str) -> float | None:
        return self.left


@pytest.mark.parametrize("left", [0.0, -0.3])
async def test_a_refusal_at_the_end_of_the_window_is_still_one(left: float) -> None:
    assert await Pace(Late(left)).wait("a", RATES, "one", group=False) == MARGIN
