"""The report of a run, for people to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = {
    "citizens": "citizens",
    "messages": "messages",
    "replies": "replies",
    "lost": "lost",
    "doubled": "doubled",
    "disordered": "out of order",
    "brought_too_late": "brought too late",
    "told_twice_after_a_crash": "twice, unknowable",
    "median_wait": "median wait s",
    "longest_wait": "longest wait s",
}
SUMMED = (
    "citizens",
    "messages",
    "replies",
    "lost",
    "doubled",
    "disordered",
    "brought_too_late",
    "told_twice_after_a_crash",
)


def table(report: Mapping[str, Any]) -> str:
    """All of it as tables in Markdown."""
    channels: Mapping[str, Mapping[str, Any]] = report["channels"]
    rows = [[name, *(str(numbers[key]) for key in COLUMNS)] for name, numbers in channels.items()]
    rows.append(["all", *(str(sum(one[key] for one in channels.values())) if key in SUMMED else "" for key in COLUMNS)])
    parts = [_lines(["channel", *COLUMNS.values()], rows), _pairs("killed", report["kills"])]
    for title, key in (("fault", "faults"), ("webhook call refused", "refused_webhook_calls"),
                       ("against the rules", "violations"), ("call", "outgoing")):  # fmt: skip
        parts.append(_by_channel(title, report[key]))
    parts.append(_pairs("in the gateways' logs", report["gateways_logs"]))
    parts.append(_pairs("sent again by pages, for", report["sent_again_by_pages"]))
    single = ("connections_at_gateways", "nobody_at_the_balancer", "left_over",
              "seconds_of_talking", "seconds")  # fmt: skip
    parts.append(_pairs("other", {name.replace("_", " "): report[name] or 0 for name in single}))
    return "\n\n".join(parts)


def _by_channel(title: str, numbers: Mapping[str, Mapping[str, int]]) -> str:
    kinds = sorted({kind for one in numbers.values() for kind in one})
    rows = [[name, *(str(one.get(kind, 0)) for kind in kinds)] for name, one in numbers.items()]
    return _lines([title, *kinds], rows) if kinds else f"{title}: none"


def _pairs(title: str, numbers: Mapping[str, object]) -> str:
    return _lines([title, ""], [[name, str(value)] for name, value in sorted(numbers.items())])


def _lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
