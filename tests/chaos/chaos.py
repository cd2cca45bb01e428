"""One run of the chaos: citizens on all channels, processes killed, services that fail, and what came of it."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.chaos.citizens import ChatCitizen, Citizen, Double, Manner, PageCitizen, all_live
from tests.chaos.judging import Read, Verdict
from tests.chaos.killing import DECK, Killer
from tests.chaos.questions import QUESTIONS
from tests.chaos.stories import is_worth_telling, story
from tests.chaos.world import SETTLE, World, begin_faults
from tests.doubles.double import Faults

CHANNELS = ("telegram", "zalo-oa", "zalo-bot", "page-socket", "page-post")
UNTOLD = "zalo-bot"  # its service does not tell what it sent
REST_SECONDS = 240.0
LATE = 8.0  # seconds from a service's taking a message to the crash that kept us from writing it down, at most
# The other way round: a slow service takes a message after the gateway that sent it was killed.
TAKEN_AFTER = Faults.slow_seconds + 1.0


@dataclass(frozen=True)
class Plan:
    """citizens: on all channels together. messages: of all of them. every: seconds between two kills.

    pause: seconds that a citizen thinks, at most. over: seconds in which they all come. patience: seconds for a reply.
    deck: who is killed.
    """

    citizens: int
    messages: int
    every: float
    pause: float
    over: float = 10.0
    patience: float = 180.0
    seed: int = 1
    deck: tuple[tuple[str, ...], ...] = DECK

    @property
    def each(self) -> int:
        """Messages of one citizen; the questions do not suffice for more than there are."""
        return min(len(QUESTIONS), -(-self.messages // self.citizens))


def run(world: World, plan: Plan) -> dict[str, Any]:
    """Lets it happen, waits for the end, and tells it with numbers."""
    citizens = _citizens(world, plan)
    killer = Killer(world.house, plan.seed, plan.every, plan.deck)
    begun = time.monotonic()
    begin_faults(world.doubles)
    killer.start()
    for thread in all_live(citizens, plan.over):
        thread.join()
    talked = time.monotonic() - begun
    killer.stop()
    for faults in world.doubles.faults.values():
        faults.end()
    handed_over = world.doubles.idle(REST_SECONDS)
    left = world.at_rest(REST_SECONDS)
    return {
        "plan": {"citizens": plan.citizens, "messages": plan.each * plan.citizens, "seed": plan.seed},
        "channels": _by_channel(world, citizens, killer),
        "kills": dict(killer.kills),
        "killer_failed": killer.failed,
        "faults": {name: dict(faults.struck) for name, faults in world.doubles.faults.items()},
        "refused_webhook_calls": _refused(world),
        "violations": world.doubles.violations(),
        "outgoing": world.outgoing(),
        "gateways_logs": dict(killer.events),
        "sent_again_by_pages": dict(
            sum((one.again for one in citizens if isinstance(one, PageCitizen)), Counter[str]())
        ),
        "connections_at_gateways": list(world.balancer.connections.values()),
        "nobody_at_the_balancer": world.balancer.refused,
        "handed_over": handed_over,
        "left_over": left,
        "stories": {
            f"{one.channel}, {one.person}": story(world, one, killer.moments)
            for one in citizens
            if is_worth_telling(one)
        },
        "seconds_of_talking": round(talked),
        "seconds": round(time.monotonic() - begun),
    }


def failures(report: dict[str, Any]) -> list[str]:
    """What must not be; empty: each message got exactly one reply, in order."""
    wrong = [
        f"{channel}: {count} {what}"
        for channel, numbers in report["channels"].items()
        for what in ("lost", "doubled", "disordered")
        if (count := numbers[what])
    ]
    wrong += [f"{channel}: {broken}" for channel, broken in report["violations"].items() if broken]
    wrong += [f"{channel}: {one['dead']} given up" for channel, one in report["outgoing"].items() if one["dead"]]
    wrong += [f"left over: {report['left_over']}"] if report["left_over"] else []
    wrong += ["the services could not hand everything over"] if not report["handed_over"] else []
    wrong += [f"killing: {report['killer_failed']}"] if report["killer_failed"] else []
    return wrong


def _citizens(world: World, plan: Plan) -> list[Citizen]:
    doubles: dict[str, Double] = {
        "telegram": world.doubles.telegram,
        "zalo-oa": world.doubles.zalo_oa,
        "zalo-bot": world.doubles.zalo_bot,
    }
    manner = Manner(plan.each, plan.pause, plan.patience)
    citizens: list[Citizen] = []
    for row in range(plan.citizens):
        channel, person, seed = CHANNELS[row % len(CHANNELS)], f"người {row}", plan.seed * 100_000 + row
        if channel in doubles:
            citizens.append(ChatCitizen(channel, person, manner, seed, double=doubles[channel]))
        else:
            over_socket = channel == "page-socket"
            citizens.append(PageCitizen(channel, person, manner, seed, url=world.balancer.url, over_socket=over_socket))
    return citizens


def _by_channel(world: World, citizens: Sequence[Citizen], killer: Killer) -> dict[str, dict[str, Any]]:
    committed = world.committed(UNTOLD)
    found: dict[str, dict[str, Any]] = {}
    for channel in CHANNELS:
        here = [one for one in citizens if one.channel == channel]
        whole, waits = Verdict(), [wait for one in here for wait in one.waits]
        late = 0
        brought = world.brought_late(channel) if channel in SETTLE else {}
        for one in here:
            verdict = one.verdict()
            if verdict.disordered and channel in SETTLE:
                late += min(verdict.disordered, brought[world.chat_name(channel, one.person)])
            whole.add(verdict)
        excused = 0
        if channel == UNTOLD:
            excused = sum(_could_not_be_known(first, committed, killer.moments) for first in whole.told_twice)
        found[channel] = {
            "citizens": len(here),
            "messages": whole.messages,
            "replies": whole.replies,
            "lost": len(whole.lost),
            "doubled": whole.doubled - excused,
            "disordered": whole.disordered - late,
            "brought_too_late": late,
            "told_twice_after_a_crash": excused,
            "median_wait": round(statistics.median(waits), 1) if waits else 0,
            "longest_wait": round(max(waits, default=0), 1),
            "without_reply": dict(Counter(whole.lost)),
        }
    return found


def _could_not_be_known(first: Read, committed: set[str], kills: Sequence[float]) -> bool:
    """Whether a gateway was killed between its sending of this copy and its writing down that the service took it."""
    return first.id not in committed and any(-TAKEN_AFTER <= kill - first.at <= LATE for kill in kills)


def _refused(world: World) -> dict[str, dict[str, int]]:
    """Calls of the webhooks that did not get a 2xx, by status (0: no answer); each was made again."""
    return {
        name: {str(status): count for status, count in Counter(one.refused).items()}
        for name, one in world.doubles.deliveries.items()
    }
