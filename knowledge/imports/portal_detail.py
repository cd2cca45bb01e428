"""The national portal's own detail record (2026): one JSON object a procedure, camel-case keys.

Undocumented and liable to change: unknown keys are passed over, a missing one is reported by name.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from knowledge.imports import figures
from knowledge.imports.draft import Draft, channel_of
from knowledge.record import Document, Doubt, Level, Procedure

NAME = "portal"
PAGE = "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/"
REQUIRED = ("code", "name", "executionSteps", "executionMethods", "executionCases")
LEVELS = (
    ("isWard", Level.COMMUNE),
    ("isProvince", Level.PROVINCE),
    ("isMinistry", Level.MINISTRY),
    ("isOtherAgency", Level.OTHER),
)


def recognises(row: dict[str, Any]) -> bool:
    """Whether a row is of this format. One whole answer of the portal ({code: "OK", data: {...}}) is one too."""
    return "executionMethods" in row or "executionSteps" in row or "formalityType" in row


def read(row: dict[str, Any], as_of: date | None) -> Procedure:
    """The record of a row. Raises KeyError naming the missing key, TypeError or ValueError where it is none."""
    for key in REQUIRED:
        if key not in row:
            raise KeyError(key)
    proposal = row.get("procedureProposal") or {}
    draft = Draft(
        code=row["code"] or row.get("codeNotation") or "",
        name=row["name"],
        field=", ".join(_names(row.get("categoriesDetails"))),
        levels=[level for key, level in LEVELS if row.get(key)],
        agency=row.get("executingAgencies") or ", ".join(_names(row.get("departmentsExecuting"))),
        where=row.get("dossierReceivingAddresses") or "",
        who=_names(row.get("subjectTypesDetails")),
        steps="\n".join(_step(step) for step in row["executionSteps"] or ()),
        conditions=row.get("requirementsAndConditions") or "",
        result=_names(row.get("resultsDetails")),
        law=" ; ".join(str(law.get("code") or "") for law in row.get("legalBasisesDetails") or ()),
        source="Cổng Dịch vụ công quốc gia",
        national=True,
        page=f"{PAGE}{row['id']}" if row.get("id") else None,
        decision=proposal.get("proposalNumber"),
        as_of=_day(row.get("updatedAt")) or as_of,
    )
    for method in row["executionMethods"] or ():
        _way(draft, method)
    for case in (*(row["executionCases"] or ()), *(row.get("cases") or ())):
        draft.add_case(case.get("name") or "", (_paper(paper) for paper in case.get("profileComponents") or ()))
    if not draft.cases:
        draft.add_case("", (_paper(paper) for paper in row.get("profileComponents") or ()))
    return draft.record()


def _names(items: list[dict[str, Any]] | None) -> list[str]:
    return [str(item["name"]) for item in items or () if item.get("name")]


def _step(step: dict[str, Any]) -> str:
    return ": ".join(part for part in (step.get("name") or "", step.get("description") or "") if part.strip())


def _way(draft: Draft, method: dict[str, Any]) -> None:
    channel = channel_of(method.get("submissionMethod"))
    if channel is None:
        return
    target, note = draft.way(channel), method.get("description") or ""
    draft.remarks.append(note)
    if method.get("processingTime") is not None:
        unit = str(method.get("processingTimeUnit") or "").lower()
        target.times.append(figures.read_time(_plain(method["processingTime"]), unit, note))
    target.fees += [_fee(fee, note, draft.steps) for fee in method.get("fees") or ()]


def _fee(fee: dict[str, Any], note: str, steps: str) -> figures.ReadFee:
    value = fee.get("amount") if fee.get("value") is None else fee["value"]
    said = " ".join(part for part in (fee.get("note"), fee.get("description")) if part)
    name = str(fee.get("name") or "").strip() or ("Lệ phí" if fee.get("type") == "CHARGE" else "Phí")
    return figures.read_fee(_plain(value), said, name=figures.shorten(name, 200), elsewhere=f"{note}\n{steps}")


def _paper(paper: dict[str, Any]) -> tuple[Document | None, Doubt | None]:
    forms = [str(item["fileName"]) for item in paper.get("attachments") or () if item.get("fileName")]
    return figures.read_document(
        str(paper["name"] or ""),
        _count(paper.get("originalQty")),
        _count(paper.get("copyQty")),
        form=figures.shorten(", ".join(forms), 120) or None,
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _plain(value: object) -> str:
    """A number as it would stand in a cell: 8000.0 is 8000."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _day(milliseconds: object) -> date | None:
    if not isinstance(milliseconds, int | float) or not 0 < milliseconds < 4e12:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date()
