"""Which messages may be the one of which nobody knows whether it arrived.

The API has no way to look at a chat. But the messages of all private chats of a bot, those that came and those that
went, share one sequence of numbers [pages about clients of Telegram say so; the Bot API promises nothing], a
supergroup's messages one of its own. So a lost message has a number near others that we know; and to change a message
into what it is already does nothing, but Telegram tells that it is there.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

MOST = 100  # numbers that are tried at most
AHEAD = 20  # beyond the newest number that we know: others wrote meanwhile
REMEMBERED = 5000


@dataclass(frozen=True)
class Candidates:
    """Numbers to try, the likeliest first. complete: it stands nowhere else."""

    numbers: tuple[int, ...]
    complete: bool


class Known:
    """Numbers of messages in private chats of which this process knows what they are, the newest kept."""

    def __init__(self) -> None:
        self._numbers: OrderedDict[int, None] = OrderedDict()
        self.newest: int | None = None

    def add(self, number: int) -> None:
        """Notes a message that came or that Telegram took from us."""
        self._numbers[number] = None
        self.newest = max(number, self.newest or 0)
        if len(self._numbers) > REMEMBERED:
            self._numbers.popitem(last=False)

    def __contains__(self, number: int) -> bool:
        return number in self._numbers


def told_id(chat: str, number: int) -> str:
    """How a message of ours is called: in groups, which count for themselves, with the group."""
    return f"{chat}/{number}" if is_group(chat) else str(number)


def number_of(told: str) -> int:
    """The number within what told_id() gave."""
    return int(told.rpartition("/")[2])


def is_group(chat: str) -> bool:
    """Whether a chat is no private one."""
    return chat.startswith(("-", "@"))


def numbers_of(chat: str, hints: Sequence[str]) -> set[int]:
    """The numbers of known messages that count in the same sequence as this chat's."""
    if is_group(chat):
        told = (hint.removeprefix(f"{chat}/") for hint in hints if hint.startswith(f"{chat}/"))
    else:
        told = (hint for hint in hints if "/" not in hint)
    return {int(number) for number in told if number.isdecimal()}


def candidates(after: int | None, told: Collection[int], known: Known | None = None) -> Candidates:
    """Where to look. after: a number which was there before the message. told: others' numbers. known: and these."""
    if after is None and not told:
        return Candidates((), complete=False)
    newest = known.newest if known else None
    top = max(number for number in (after, newest, *told) if number is not None) + AHEAD
    floor = after if after is not None else min(told)
    others = known or ()
    unknown = [number for number in range(floor + 1, top + 1) if number not in told and number not in others]
    if len(unknown) <= MOST:
        return Candidates(tuple(unknown), complete=after is not None)
    near_its_cause = unknown[: MOST // 2] if after is not None else []
    near_the_end = unknown[len(near_its_cause) - MOST :]
    return Candidates((*near_its_cause, *reversed(near_the_end)), complete=False)
