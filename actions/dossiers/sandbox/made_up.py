"""People who do not exist, as applicants of the sandbox's dossiers."""

from __future__ import annotations

import random
from datetime import datetime

from pydantic import SecretStr

from actions.dossiers.dossier import Dossier, Proofs, Status, Step
from actions.dossiers.sandbox.scripts import Script
from knowledge.record import Procedure

FAMILY_NAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Võ", "Đặng", "Hồ", "Cao")
MIDDLE_NAMES = ("Thử", "Giả", "Ví Dụ", "Tưởng")
GIVEN_NAMES = ("An", "Bình", "Cúc", "Dũng", "Hà", "Khánh", "Lan", "Minh", "Oanh", "Sơn", "Thảo", "Vinh")
LETTERS = "ABCDEFGHKLMNPQRSTUVXY3456789"  # none that is taken for another
SECRET_LENGTH = 4


def new_dossier(code: str, script: Script, procedure: Procedure, at: datetime) -> Dossier:
    """A dossier of somebody made up, handed in just now. The same for the same code."""
    chance = random.Random(code)  # noqa: S311 - no secret: the sandbox shows it on its page
    names = (FAMILY_NAMES, MIDDLE_NAMES, GIVEN_NAMES)
    proofs = Proofs(
        secret=SecretStr("".join(chance.choices(LETTERS, k=SECRET_LENGTH))),
        phone=SecretStr(f"0900{chance.randrange(10**6):06}"),
        identity_number=SecretStr(f"040{chance.choice((0, 1))}{chance.randrange(60, 100)}{chance.randrange(10**6):06}"),
    )
    return Dossier(
        code=code,
        procedure=procedure.code,
        procedure_name=procedure.name,
        status=Status.REGISTERED,
        status_name=Status.REGISTERED.vietnamese,
        channel=script.channel,
        owner=" ".join(chance.choice(words) for words in names),
        proofs=proofs,
        submitted=at,
        steps=(Step(name="Đăng ký hồ sơ", officer="Người nộp hồ sơ", began=at, status=Status.REGISTERED),),
        as_of=at,
    )
