"""The commands over the embedded register, as somebody at a terminal uses them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from actions.database.work import Database
from actions.dossiers.dossier import DraftRequest
from actions.dossiers.embedded import EmbeddedRegister
from actions.dossiers.examples import MINISTRY_CODE, example_dossiers
from knowledge.settings import ROOT
from storage.vault import Vault

LIMIT = 120  # seconds
NEW = {
    "code": "000.00.00.H41-261105-0007",
    "procedure": "1.001193",
    "procedure_name": "Đăng ký khai sinh",
    "status": 4,
    "owner": "Trần Văn Lúa",
    "proofs": {"secret": "AB23CD", "phone": "0900009876", "identity_number": None},
}
Ran = subprocess.CompletedProcess[str]
Run = Callable[..., Ran]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {
        "MOTCUA_DATABASE": f"sqlite:///{tmp_path / 'actions.sqlite'}",
        "MOTCUA_VAULT_KEY": Fernet.generate_key().decode(),
        "MOTCUA_DOSSIERS": "embedded",
        "COLUMNS": "200",
    }


@pytest.fixture
def run(settings: dict[str, str]) -> Run:
    def started(*words: str, **changes: str) -> Ran:
        return subprocess.run(
            [sys.executable, "-m", "actions.dossiers", *words],
            env={**os.environ, **settings, **changes},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    return started


def rows(ran: Ran) -> list[dict[str, Any]]:
    assert ran.returncode == 0, ran.stderr
    listed: list[dict[str, Any]] = json.loads(ran.stdout)
    return listed


def test_a_demonstration_shows_what_opens_each_dossier(run: Run) -> None:
    listed = {row["code"]: row for row in rows(run("list", "--json"))}
    examples = example_dossiers(datetime.now(UTC))
    assert len(listed) == len(examples)
    (expected,) = [dossier.proofs for dossier in examples if dossier.code == MINISTRY_CODE]
    assert expected.secret
    assert expected.phone
    assert expected.identity_number
    row = listed[MINISTRY_CODE]
    assert row["secret"] == expected.secret.get_secret_value()
    assert row["phone"] == expected.phone.get_secret_value()[-4:]
    assert row["identity"] == expected.identity_number.get_secret_value()[-4:]
    table = run("list").stdout
    assert MINISTRY_CODE in table
    assert row["secret"] in table


def test_a_real_register_is_empty_at_first_and_shows_no_proofs(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "new.json"
    file.write_text(json.dumps([NEW]), encoding="utf-8")
    real = {"MOTCUA_DOSSIERS_DEMONSTRATION": "false"}
    assert rows(run("list", "--json", **real)) == []
    assert run("put", str(file), **real).returncode == 0
    (row,) = rows(run("list", "--json", **real))
    assert row == {"code": NEW["code"], "status": "Đang xử lý", "procedure": "1.001193", "due": None}
    for shown in (
        run("list", **real),
        run("show", "h41 261105 0007", **real),
        run("show", row["code"], "--json", **real),
    ):
        assert shown.returncode == 0
        assert row["code"] in shown.stdout
        assert not {"AB23CD", "0900009876", "9876"} & set(shown.stdout.split())


def test_a_dossier_is_shown_however_its_code_is_typed(run: Run) -> None:
    shown = run("show", "g09.20 20260609 0092637")
    assert shown.returncode == 0
    assert MINISTRY_CODE in shown.stdout
    assert "Đổi giấy phép lái xe" in shown.stdout


def test_what_is_not_there_or_cannot_be_read_is_one_line(run: Run, tmp_path: Path) -> None:
    missing = run("show", "H41-240510-9999")
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
    assert "R201" in missing.stderr
    for content in ("no json", "17", '["a"]', json.dumps({**NEW, "status": 77}), json.dumps({**NEW, "owner": 1})):
        file = tmp_path / "wrong.json"
        file.write_text(content, encoding="utf-8")
        refused = run("put", str(file))
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr
        assert "Lúa" not in refused.stderr


def test_a_setting_that_is_missing_is_named(run: Run) -> None:
    refused = run("list", MOTCUA_DOSSIERS="rest")
    assert refused.returncode == 1
    assert "MOTCUA_DOSSIERS_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_listing_another_register_is_refused(run: Run) -> None:
    refused = run(
        "list", MOTCUA_DOSSIERS="rest", MOTCUA_DOSSIERS_URL="http://127.0.0.1:9/rest/v1", MOTCUA_DOSSIERS_TOKEN="t"
    )
    assert refused.returncode == 2
    assert "embedded" in refused.stderr


def test_drafts_are_listed_without_and_on_demand_with_answers(run: Run, settings: dict[str, str]) -> None:
    database = Database(settings["MOTCUA_DATABASE"])
    register = EmbeddedRegister(database, Vault([settings["MOTCUA_VAULT_KEY"]]))
    draft, _ = register.take(
        DraftRequest(
            key="k",
            procedure="1.001193",
            procedure_name="Đăng ký khai sinh",
            applicant="Nguyễn Thị Bưởi",
            answers={"child": "Nguyễn Văn Cam"},
        )
    )
    database.close()
    table = run("drafts")
    assert draft.code in table.stdout
    assert "Bưởi" not in table.stdout
    (row,) = rows(run("drafts", "--json"))
    assert row["draft"]["code"] == draft.code
    assert row["request"]["answers"] == {"child": "Nguyễn Văn Cam"}
