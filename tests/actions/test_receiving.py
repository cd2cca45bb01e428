"""A picture or PDF that no form waits for."""

from __future__ import annotations

import pytest

from actions import assistant
from actions.asking_status import FORM
from actions.dossiers.dossier import Dossier, Status
from actions.receiving import HOW
from tests.actions.rooms import Rooms
from tests.actions.submissions.pdfs import scan
from tests.actions.submissions.pictures import jpeg, photo, sheet, with_code
from tests.actions.talking import Talk


@pytest.fixture
def dossier(rooms: Rooms) -> Dossier:
    return rooms.example(status=Status.IN_PROGRESS)


def upload(content: bytes, name: str = "anh.jpg", sender: str = "a") -> str:
    return f"file:{assistant.attachments().take(sender, name, content).id}"


@pytest.mark.parametrize("kind", ["photo", "pdf"])
async def test_a_receipt_is_looked_up(talk: Talk, rooms: Rooms, dossier: Dossier, kind: str) -> None:
    picture = with_code(sheet(), dossier.code, modules=10, at=(900, 1500))
    content = jpeg(photo(picture)) if kind == "photo" else scan(picture)
    assistant.consents().give("a", "status")
    said = await talk.tap(upload(content))
    assert f"…{dossier.code[-4:]}" in said
    assert "mã tra cứu" in said
    assert talk.form == FORM
    assert dossier.code not in repr(talk.slots)


async def test_consent_comes_first(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    said = await talk.tap(upload(jpeg(photo(with_code(sheet(), dossier.code, modules=10, at=(900, 1500))))))
    assert "Anh/chị đồng ý" in said
    assert rooms.province.asked == []
    assert f"…{dossier.code[-4:]}" in await talk.tap("consent:status=yes")


async def test_a_receipt_of_another_province(talk: Talk, rooms: Rooms) -> None:
    receipt = with_code(sheet(), "000.00.00.H35-261105-0007", modules=10, at=(900, 1500))
    assert "của tỉnh khác" in await talk.tap(upload(jpeg(photo(receipt))))
    assert (talk.form, rooms.province.asked) == (None, [])


async def test_anything_else_is_asked_about(talk: Talk, rooms: Rooms) -> None:
    said = await talk.tap(upload(jpeg(photo(sheet(900, 1200)))))
    assert "không thấy mã hồ sơ" in said
    assert talk.buttons == ["intent:ask_status", "intent:start_submission"]
    assert talk.last.wants_file
    assert talk.form is None


async def test_a_word_that_one_is_coming(talk: Talk, rooms: Rooms) -> None:
    assert await talk.say("em gửi ảnh nhé", "give_file") == HOW
    assert talk.last.wants_file


async def test_nobody_reads_the_file_of_another(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    file = upload(jpeg(photo(with_code(sheet(), dossier.code, modules=10, at=(900, 1500)))), sender="b")
    assert "không thấy mã hồ sơ" in await talk.tap(file)
    assert talk.slots["looking"] is None


async def test_without_a_database_there_is_a_sentence(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    file = upload(jpeg(photo(with_code(sheet(), dossier.code, modules=10, at=(900, 1500)))))
    for after in range(4):
        with rooms.outage(after):
            assert await talk.tap(file)
        talk.form = None
