"""Answers as people read them: in the summary, on the paper form, in "my data"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from actions.submissions.form import EForm
from actions.submissions.submission import asked_fields
from knowledge.places import Places

NOT_ANSWERED = "(để trống)"


def shown(form: EForm, field: str, value: Any, places: Places) -> str:
    """One answer in words: dates as dd/mm/yyyy, choices by their label, communes by name, money with dots."""
    described = form.property(field)
    if described.get("enum"):
        return form.question(field).choices.get(str(value), str(value))
    kind = described.get("format")
    text = str(value)
    if kind == "commune":
        place = places.by_code.get(text)
        return place.name if place else text
    if kind in ("date", "date-or-year") and len(text) > 4:
        return date.fromisoformat(text).strftime("%d/%m/%Y")
    if kind == "money":
        return f"{int(value):,}".replace(",", ".") + " đồng"
    if kind == "area":
        return f"{value:g}".replace(".", ",") + " m²"
    return text


def summary(form: EForm, answers: Mapping[str, Any], places: Places) -> list[str]:
    """The lines of the summary, numbered as `sửa 7` counts them, with the headings of the sections."""
    asked = asked_fields(form, answers)
    lines = []
    for section in form.file.sections:
        fields = [name for name in section.fields if name in asked]
        if fields:
            lines += ["", f"{section.title}:"]
        for name in fields:
            words = shown(form, name, answers[name], places) if name in answers else NOT_ANSWERED
            lines.append(f"{asked.index(name) + 1}. {form.title(name)}: {words}")
    return lines[1:]
