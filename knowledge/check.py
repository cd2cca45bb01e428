"""The last look before a reply is sent: every number, date and decree in it must stand in a source.

What a record says is the source; a figure may be written another way there (135000 and "135.000 đồng"), so both forms
are allowed. A reply that fails is not sent.
"""

from __future__ import annotations

import re

from knowledge import words
from knowledge.errors import UnsourcedFact
from knowledge.record import Procedure
from knowledge.reply import Reply

_FACT = re.compile(r"\d[\d.,/-]*(?:[A-ZĐƯa-zđ][\w/&-]*)?(?:-[A-ZĐ][\w-]*)?")
_LIST_NUMBER = re.compile(r"^\d{1,2}\. ", re.MULTILINE)


def facts(text: str) -> set[str]:
    """Every number-like thing in a text: amounts, dates, decree numbers, codes; list numbers are not facts."""
    return {found.rstrip(".,-/") for found in _FACT.findall(_LIST_NUMBER.sub("", text))}


def check(reply: Reply, sourced: frozenset[str]) -> None:
    """Raises UnsourcedFact if the reply (text, card) says a figure that is not among the sourced ones."""
    unknown = sorted(facts(_everything(reply)) - sourced)
    if unknown:
        raise UnsourcedFact(f"{reply.procedure}: {', '.join(unknown)} in the reply, in no source.")


def sourced_facts(record: Procedure) -> frozenset[str]:
    """Every figure that the record holds, in each form in which it may be told."""
    allowed = facts(record.model_dump_json())
    for text in _texts(record.model_dump(mode="json")):
        allowed |= facts(text)
    allowed |= _told(record)
    for case in record.cases:
        for document in case.documents:
            allowed |= {str(count) for count in (document.originals, document.copies) if count}
    for source in record.sources:
        if source.as_of:
            allowed |= facts(f"{source.as_of.month}/{source.as_of.year}")
    if record.abolished and record.abolished.since:
        since = record.abolished.since
        allowed |= facts(f"{since.day}/{since.month}/{since.year}")
    for line in words.DOUBTS.values():
        allowed |= facts(line)
    return frozenset(allowed)


def _told(record: Procedure) -> set[str]:
    """The figures of ways of submission as they are told: money with dots, numbers with a comma."""
    allowed: set[str] = set()
    for way in record.ways:
        for fee in way.fees:
            if fee.amount is not None:
                allowed |= facts(words.money(fee.amount))
            if fee.rate is not None:
                allowed |= facts(words.number(fee.rate))
        for limit in way.time_limits:
            if limit.amount is not None:
                allowed |= facts(words.number(limit.amount))
    return allowed


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return []


def _everything(reply: Reply) -> str:
    parts = [reply.text]
    if reply.card:
        parts += [row.fees + " " + row.time_limit for row in reply.card.ways]
        if reply.card.checklist:
            parts += [f"{item.name} {item.count} {item.note}" for item in reply.card.checklist.items]
    return "\n".join(parts)
