"""What happened to a citizen for whom something went wrong, as lines in order of time, to find out why."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery.tables import IncomingRow, OutgoingRow
from tests.chaos.citizens import ChatCitizen, Citizen
from tests.chaos.world import World

LONG = 60.0  # seconds; who waits longer has a story too


def is_worth_telling(citizen: Citizen) -> bool:
    """Whether something went wrong, or took long."""
    verdict = citizen.verdict()
    wrong = verdict.lost or verdict.doubled or verdict.disordered or verdict.told_twice
    return bool(wrong) or max(citizen.waits, default=0.0) > LONG


def story(world: World, citizen: Citizen, killed: list[float]) -> list[str]:
    """What they asked and read, when gateways were killed, and what the gateways wrote down, with UTC times."""
    told = [(_clock(at), f"asked {question.mark}") for question, at in zip(citizen.asked, citizen.times, strict=True)]
    if isinstance(citizen, ChatCitizen):
        told += [(_clock(one.at), f"read {one.id}: {one.mark or one.text[:40]!r}") for one in citizen.read]
        told += _written_down(world, world.chat_name(citizen.channel, citizen.person))
    told += [(_clock(at), "a gateway was killed") for at in killed]
    return [f"{at:%H:%M:%S.%f} {what}" for at, what in sorted(told)]


def _written_down(world: World, chat: str) -> list[tuple[datetime, str]]:
    def work(session: Session) -> list[tuple[datetime, str]]:
        came = session.scalars(select(IncomingRow).where(IncomingRow.chat == chat)).all()
        went = session.scalars(select(OutgoingRow).where(OutgoingRow.chat == chat)).all()
        told = [(one.received, f"came {one.id}, sent {one.sent:%H:%M:%S.%f}, {one.tries} tries") for one in came]
        for one in went:
            number = world.store.vault.open(one.told) if one.told else ""
            told.append((one.made, f"made {one.id}.{one.part}, {one.tries} tries, {number} {one.trouble}"))
            moments = {"started": one.started, "finished": one.finished}
            told += [(at, f"{what} {one.id}") for what, at in moments.items() if at]
        return told

    return world.store.do(work)


def _clock(moment: float) -> datetime:
    """A time of time.monotonic as one of the day."""
    return datetime.fromtimestamp(time.time() - time.monotonic() + moment, UTC)
