"""What the embedded register keeps tells nobody anything who has no key."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography.fernet import Fernet
from sqlalchemy import inspect, text

from actions.database.work import Database
from actions.dossiers.dossier import DraftFile, DraftRequest
from actions.dossiers.embedded import EmbeddedRegister
from actions.dossiers.examples import example_dossiers
from actions.dossiers.tables import DossierRow, DraftFileRow, DraftRow, NumberRow
from storage.vault import Vault

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TABLES = (DossierRow, DraftRow, DraftFileRow, NumberRow)


def test_nothing_personal_is_kept_in_plain_text(database_url: str) -> None:
    database = Database(database_url)
    register = EmbeddedRegister(database, Vault([Fernet.generate_key().decode()]), now=lambda: NOW)
    examples = example_dossiers(NOW)
    register.put_all([(dossier, None) for dossier in examples])
    draft, _ = register.take(
        DraftRequest(
            key="khoa-rieng",
            procedure="1.001193",
            procedure_name="Đăng ký khai sinh",
            applicant="Nguyễn Thị Bưởi",
            phone="0900001234",
            identity_number="040275001234",
            answers={"con": "Nguyễn Văn Cam"},
            files=(DraftFile(document="Tờ khai", name="to-khai-buoi.pdf", media_type="x/y", content=b"ruot to khai"),),
        )
    )
    with database.engine().connect() as connection:
        kept = " ".join(
            str([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])
            for table in TABLES
            for row in connection.execute(text(f"SELECT * FROM {table.__tablename__}"))
        )
    database.close()
    assert len(kept) > 10_000
    secrets = [
        "khoa-rieng",
        "Bưởi",
        "0900001234",
        "040275001234",
        "Văn Cam",
        "to-khai",
        "ruot",
        draft.code,
        "khai sinh",
    ]
    for dossier in examples:
        known = (dossier.proofs.secret, dossier.proofs.phone, dossier.proofs.identity_number)
        secrets += [dossier.code, dossier.owner, *(proof.get_secret_value() for proof in known if proof)]
    assert [secret for secret in secrets if secret in kept] == []


def test_the_tables_carry_the_registers_name(database_url: str) -> None:
    database = Database(database_url)
    made = inspect(database.engine()).get_table_names()
    database.close()
    assert {table.__tablename__ for table in TABLES} <= set(made)
    assert all(table.__tablename__.startswith("register_") for table in TABLES)
