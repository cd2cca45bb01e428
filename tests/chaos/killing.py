"""Kills the processes of a house at random times and starts them again."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.house import Breakable

GATEWAYS = ("gateway", "gateway-2")
DECK = (("gateway",), ("rasa",), ("gateway-2",), ("actions",), ("gateway",), GATEWAYS, ("gateway-2",))
SHORT_DECK = (("gateway",), ("rasa",), ("gateway-2",), ("actions",), GATEWAYS)
LONGEST_DEATH = 3.0  # seconds until a killed process is started again
EVENTS = (
    "was_sent_already",
    "sent_perhaps_twice",
    "answer_later",
    "answer_given_up",
    "answer_broken",
    "send_broken",
    "apology_broken",
    "work_failed",
    "not_sent",
)
_EVENT = re.compile(r"\b(" + "|".join(EVENTS) + r")\b")


class Killer:
    """kills: how often, by process. moments: when a gateway was killed, of time.monotonic. events: in gateways' logs.

    failed: why it could not go on. every: seconds between two kills, on the average. deck: who is killed, again and
    again in another order, and at least once.
    """

    def __init__(self, house: Breakable, seed: int, every: float, deck: Sequence[Sequence[str]]) -> None:
        self.kills: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.moments: list[float] = []
        self.failed = ""
        self._house, self._every, self._deck = house, every, deck
        self._luck = random.Random(seed)
        self._stop = threading.Event()
        self._once = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends, as soon as each process was killed once and all of them run."""
        self._once.wait()
        self._stop.set()
        self._thread.join()
        for name in GATEWAYS:
            self._read_log(self._house.house.log(name))

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                for names in self._luck.sample(self._deck, len(self._deck)):
                    if not self._stop.wait(self._luck.uniform(0.5, 1.5) * self._every):
                        self._kill(names)
                self._once.set()
        except Exception as error:
            self.failed = f"{type(error).__name__}: {error}"
        finally:
            self._once.set()

    def _kill(self, names: Sequence[str]) -> None:
        for name in names:
            self._house.kill(name)
            self.kills[name] += 1
            if name in GATEWAYS:
                self.moments.append(time.monotonic())
            self._put_away(name, self._house.house.log(name))
        time.sleep(self._luck.uniform(0, LONGEST_DEATH))
        for name in names:
            self._house.start(name)

    def _put_away(self, name: str, log: Path) -> None:
        """Starting it anew takes the log away."""
        if name in GATEWAYS:
            self._read_log(log)
        if log.exists():
            log.rename(log.with_suffix(f".until-kill-{self.kills[name]}"))

    def _read_log(self, log: Path) -> None:
        if log.exists():
            self.events.update(found[1] for found in _EVENT.finditer(log.read_text("utf-8", "replace")))
