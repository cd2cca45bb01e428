"""Made-up people: the same for the same code, with proofs of the right form."""

from __future__ import annotations

import re

from actions.dossiers.dossier import Dossier
from actions.dossiers.sandbox.catalogue import procedure
from actions.dossiers.sandbox.made_up import new_dossier
from actions.dossiers.sandbox.scripts import SCRIPTS
from tests.actions.dossiers.sandbox.conftest import MONDAY


def made(code: str) -> Dossier:
    return new_dossier(code, SCRIPTS["ordinary"], procedure("1.001193"), MONDAY)


def test_the_same_code_is_the_same_person() -> None:
    assert made("000.00.00.H41-261123-5001") == made("000.00.00.H41-261123-5001")
    assert made("000.00.00.H41-261123-5001").proofs != made("000.00.00.H41-261123-5002").proofs


def test_proofs_have_the_form_of_real_ones() -> None:
    for serial in range(5001, 5101):
        proofs = made(f"000.00.00.H41-261123-{serial}").proofs
        assert proofs.secret is not None
        assert proofs.phone is not None
        assert proofs.identity_number is not None
        assert re.fullmatch("[A-Z3-9]{4}", proofs.secret.get_secret_value())
        assert re.fullmatch(r"0900\d{6}", proofs.phone.get_secret_value())
        assert re.fullmatch(r"040[01][6-9]\d{7}", proofs.identity_number.get_secret_value())
