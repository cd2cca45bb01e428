"""A procedure in the fields of the exchange, read back by the importer of part 2."""

from __future__ import annotations

from datetime import date

import pytest

from actions.dossiers.sandbox.catalogue import FOLDER, procedure
from actions.dossiers.sandbox.lgsp_procedures import procedure_fields
from knowledge.imports.exchange import read, recognises
from knowledge.record import Certainty, Procedure, TimeUnit

CODES = sorted(path.stem for path in FOLDER.glob("*.yml"))[::10]


def sure_limits(record: Procedure) -> set[tuple[object, object]]:
    """Those that both sides can tell: a limit without a unit is doubtful to the importer."""
    limits = [limit for way in record.ways for limit in way.time_limits]
    return {
        (limit.amount or None, limit.unit)
        for limit in limits
        if limit.certainty is Certainty.SURE and limit.unit is not TimeUnit.UNKNOWN
    }


@pytest.mark.parametrize("code", CODES)
def test_the_importer_reads_the_same_procedure(code: str) -> None:
    record = procedure(code)
    fields = procedure_fields(record)
    assert recognises(fields)
    imported = read(fields, date(2026, 11, 23))
    assert (imported.code, imported.name, imported.field) == (record.code, record.name, record.field)
    assert {way.channel for way in imported.ways} == {way.channel for way in record.ways}
    assert sure_limits(imported) == sure_limits(record)
    if record.cases:
        wanted = {paper.name for paper in record.cases[0].documents}
        assert {paper.name for paper in imported.cases[0].documents} == wanted


def test_what_is_doubtful_is_sent_as_the_source_words_it_only() -> None:
    records = [procedure(path.stem) for path in FOLDER.glob("*.yml")]
    doubtful = [
        (limit.raw, sent)
        for record in records
        for way, fields in zip(record.ways, procedure_fields(record)["CACHTHUCTHUCHIEN"], strict=True)
        for limit, sent in zip(way.time_limits, fields["THOIGIAN"], strict=True)
        if limit.certainty is Certainty.DOUBTFUL
    ]
    assert doubtful
    assert all(sent["THOIGIANGIAIQUYET"] == "" and sent["MOTA"] == raw for raw, sent in doubtful)
