"""What may be said: every fact of the records, corrections and dates; and what may never be."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.check import facts, sourced_facts
from knowledge.english import in_english
from knowledge.journeys import load_journeys
from knowledge.premises import load_premises
from knowledge.reply import Reply
from knowledge.tongue import Language, speaking

# Counted (dates), looked up (places) or asked, each marked as such; their own tests say whether they are right.
NOT_OF_THE_RECORD = ("📅", "📍", "•  📍", "Bản đồ:", "Map:", "Trang của xã", "Page of the commune", "👉", "ℹ️")
FORBIDDEN = Path(__file__).parent / "forbidden.yml"


@dataclass(frozen=True)
class Known:
    """The records with all that is allowed beside them."""

    catalogue: Catalogue
    corrections: dict[str, frozenset[str]]
    journeys: frozenset[str]
    never: tuple[re.Pattern[str], ...]

    @classmethod
    def load(cls, data: Path) -> Known:
        premises = {
            f"premise:{item.id}": frozenset(facts(item.model_dump_json())) for item in load_premises(data / "premises")
        }
        told = "\n".join(journey.model_dump_json() for journey in load_journeys(data / "journeys"))
        never = [re.compile(text, re.IGNORECASE) for text in yaml.safe_load(FORBIDDEN.read_text(encoding="utf-8"))]
        return cls(load_catalogue(data), premises, frozenset(facts(told)), tuple(never))

    @property
    def codes(self) -> Collection[str]:
        return self.catalogue.procedures.keys()

    def forbidden_in(self, text: str) -> list[str]:
        """What of a reply nobody may ever say."""
        return [found.group() for pattern in self.never for found in [pattern.search(text)] if found]

    def unsourced(self, reply: Reply, codes: Collection[str]) -> set[str]:
        """The figures of a reply that stand in none of the sources it names."""
        allowed = set(self.journeys)
        for code in codes:
            record = self.catalogue.procedures.get(code)
            if record:
                allowed |= sourced_facts(record)
                english = self.catalogue.english.get(code)
                if english:
                    with speaking(Language.ENGLISH):  # amounts are written otherwise there
                        allowed |= sourced_facts(in_english(record, english))
            allowed |= self.corrections.get(code, frozenset())
        told = [line for line in reply.text.split("\n") if not line.startswith(NOT_OF_THE_RECORD)]
        told += [f"{row.fees} {row.time_limit}" for row in reply.card.ways] if reply.card else []
        return facts("\n".join(told)) - allowed
