"""The lists of requirements: compiled without addresses, torch by its plain version."""

from __future__ import annotations

from deploy.house.locks import BARE, lock
from tests.deploy.fake_house import FakeHouse


def test_each_list_for_its_python(fake: FakeHouse) -> None:
    fake.write("requirements/app.txt", "tokenizers==0.23.3\ntorch==2.13.0+cpu\ntqdm==4\n")
    lock(fake.house, fake.tool(), upgrade=False)
    calls = fake.calls()
    assert [call.split()[3] for call in calls] == [f"requirements/{name}.in" for name in ("app", "dev", "rasa")]
    assert [call.split()[7] for call in calls] == ["3.11", "3.11", "3.10"]
    assert all(option in call for call in calls for option in BARE)
    assert [call.endswith("--upgrade-package torch") for call in calls] == [True, True, False]
    assert (fake.root / "requirements/app.txt").read_text() == "tokenizers==0.23.3\ntorch==2.13.0\ntqdm==4\n"


def test_upgrade(fake: FakeHouse) -> None:
    lock(fake.house, fake.tool(), upgrade=True)
    assert all(call.endswith("--upgrade") for call in fake.calls())
