"""What the province knows of procedures."""

from __future__ import annotations

import pytest

from actions.dossiers.dossier import DraftRequest
from actions.dossiers.errors import DraftRefused
from actions.dossiers.sandbox.catalogue import FOLDER, missing_documents, online_fees, procedure


def request_for(code: str) -> DraftRequest:
    return DraftRequest(key="k", procedure=code, procedure_name="Thử", applicant="Ai Đó", answers={})


def test_every_procedure_of_the_catalogue_can_be_handed_in() -> None:
    codes = sorted(path.stem for path in FOLDER.glob("*.yml"))
    assert len(codes) > 100
    known = [code for code in codes if online_fees(code)]
    assert known
    assert len(known) < len(codes)
    for code in codes:
        wanted = missing_documents(request_for(code), [])
        assert missing_documents(request_for(code), wanted) == ()
        assert all(fee.amount >= 0 for fee in online_fees(code) or ())


@pytest.mark.parametrize("code", ["9.999999", "", "../record", "1.001193\n", "1.001193.H41", "１.001193"])
def test_no_other_file_is_read(code: str) -> None:
    with pytest.raises(DraftRefused):
        procedure(code)


def test_papers_that_only_some_need_are_not_missing() -> None:
    assert missing_documents(request_for("1.001193"), []) == ("Giấy chứng sinh",)
