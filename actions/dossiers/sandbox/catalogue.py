"""What the sandbox province knows of procedures: the records of data/catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from actions.dossiers.dossier import DraftRequest, FeeDue
from actions.dossiers.errors import DraftRefused
from knowledge.catalogue import read_record
from knowledge.record import Certainty, Channel, Document, Fee, Procedure

FOLDER = Path(__file__).resolve().parents[3] / "data" / "catalogue"
_CODE = re.compile(r"\d\.\d{6}", re.ASCII)


def procedure(code: str) -> Procedure:
    """The record of a procedure. Raises DraftRefused if the province has no such procedure."""
    path = FOLDER / f"{code}.yml"
    if not _CODE.fullmatch(code) or not path.is_file():
        raise DraftRefused("Hệ thống của tỉnh (thử nghiệm) chưa nhận hồ sơ của thủ tục này.")
    return _read(path)


@lru_cache(maxsize=256)
def _read(path: Path) -> Procedure:
    return read_record(path)


def missing_documents(request: DraftRequest, sent: Iterable[str]) -> tuple[str, ...]:
    """What every applicant hands in and this one has not sent. sent: documents by name."""
    cases, have = procedure(request.procedure).cases, set(sent)
    return tuple(
        paper.name for paper in (cases[0].documents if cases else ()) if _always(paper) and paper.name not in have
    )


def _always(paper: Document) -> bool:
    return not (paper.to_show or paper.needed_when or paper.only_if)


def online_fees(code: str) -> tuple[FeeDue, ...] | None:
    """What everybody pays who hands in online; None where the record names nothing sure."""
    ways = [way for way in procedure(code).ways if way.channel is Channel.ONLINE]
    fees = [fee for way in ways for fee in way.fees if _for_everybody(fee)]
    return tuple(FeeDue(name=fee.name, amount=fee.amount) for fee in fees if fee.amount is not None) or None


def _for_everybody(fee: Fee) -> bool:
    return fee.certainty is Certainty.SURE and not (fee.when or fee.only_if or fee.per)
