"""A dossier's way and the birth form on the chat page: a real browser, every process, the sandbox's province.

MOTCUA_PICTURES names a folder to keep the pictures of the README in.
"""

from __future__ import annotations

import io
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
from pypdf import PdfReader
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from actions.dossiers.dossier import Status
from actions.dossiers.timeline import short_code
from actions.submissions.form import EForm, load_forms
from tests.actions.dossiers.sandbox_server import Sandbox
from tests.actions.submissions.birth import ANSWERS, CODE, TYPED
from tests.browser.test_chat_page import Chat
from tests.browser.test_files_and_notices import NATURAL_WIDTH
from tests.conversations.dossier_house import (
    AGREE,
    DONE,
    FEE,
    FEE_TOLD,
    SEND,
    SKIP,
    START,
    SUMMARY,
    TAPPED,
    drafts,
    made_up_name,
    sandbox_at,
)
from tests.house import Breakable, standing, unlimited_house

PROCESSES = ("sandbox", "actions", "rasa", "gateway")  # in the order in which each finds what it needs
FEE_BEFORE, RESTART_BEFORE = "child_sex", "father_name"
TALL = 1100  # pixels, so that a picture shows enough

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("journey")]


class Page(Chat):
    """The chat page of a citizen who reads what came last."""

    def last(self) -> str:
        return str(self.all(".turn.assistant")[-1].get_property("textContent"))

    def say(self, text: str, *reads: str) -> None:
        """Types something, and waits for a reply with these words."""
        before = self.newest()
        self.one("textarea").send_keys(text, Keys.ENTER)
        self._answered(before, reads)

    def tap(self, title: str, *reads: str) -> None:
        """Taps a quick reply; the beginning of what stands on it is enough."""
        before = self.newest()
        said = re.compile(rf"(\d+\. )?{re.escape(title)}")  # long choices are counted
        found = [one for one in self.all(".quick button") if said.match(str(one.get_property("textContent")))]
        assert found, f"no {title!r} among {self.quick()}\n{self.last()}"
        found[0].click()
        self._answered(before, reads)

    def newest(self) -> WebElement | None:
        """The last reply. The page keeps the newest ones only, so that their number tells nothing."""
        return next(reversed(self.all(".turn.assistant")), None)

    def _answered(self, before: WebElement | None, reads: Sequence[str]) -> None:
        self.until(lambda: self.newest() != before)
        missing = [word for word in reads if word.lower() not in self.last().lower()]
        assert not missing, f"missing: {missing}\n{self.last()}"

    def keep(self, name: str, folder: Path) -> None:
        """A picture of what somebody sees."""
        sleep(0.5)  # until nothing moves
        path = folder / name
        assert self.browser.save_screenshot(str(path))
        if target := os.environ.get("MOTCUA_PICTURES"):
            Path(target).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, Path(target) / name)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    with standing(unlimited_house(tmp_path_factory.mktemp("journey"))) as running:
        yield running


@pytest.fixture
def sandbox(house: Breakable) -> Iterator[Sandbox]:
    with sandbox_at(house.house.entry.sandbox) as control:
        yield control


@pytest.fixture
def page(browser: webdriver.Chrome, house: Breakable) -> Iterator[Page]:
    page = Page(browser)
    page.width(430, TALL)
    page.dark(False)
    page.open(f"{house.house.entry.url}/")
    yield page
    browser.get("about:blank")


@pytest.fixture(scope="module")
def birth() -> EForm:
    return load_forms().get(CODE)


def test_where_a_dossier_is_with_its_picture_and_news_of_it_by_itself(
    page: Page, sandbox: Sandbox, tmp_path: Path
) -> None:
    dossier = sandbox.put_into(sandbox.begin().code, Status.IN_PROGRESS)
    _, day, serial = dossier.code.split("-")
    page.say(f"ho so h41 {day} {serial} toi mo roi", "Để tra hồ sơ")
    page.tap(AGREE, short_code(dossier.code), "mã tra cứu")
    page.say(f"ma tra cuu {str(dossier.secret).lower()}", short_code(dossier.code), "Đang xử lý", "Nguồn")
    image = page.one(".picture img")
    page.until(lambda: page.browser.execute_script(NATURAL_WIDTH, image) > 300)
    assert short_code(dossier.code) in str(image.get_attribute("alt"))
    page.keep("status.png", tmp_path)

    page.tap("Báo tôi khi có thay đổi", "Đồng ý")
    page.tap("Đồng ý nhận tin", "Đã bật")
    assert not page.all(".notice")
    sandbox.put_into(dossier.code, Status.FINISHED)
    page.until(lambda: page.all(".notice"))
    told = str(page.one(".notice").get_property("textContent"))
    assert short_code(dossier.code) in told
    assert dossier.owner not in told
    page.keep("notice.png", tmp_path)


def test_the_birth_form_up_to_the_draft_through_a_question_and_a_restart_of_everything(
    page: Page, house: Breakable, birth: EForm, tmp_path: Path
) -> None:
    said = {**TYPED, "applicant_name": made_up_name()}
    page.say(START, AGREE)
    page.tap(AGREE)
    for name in TYPED:
        assert birth.question(name).ask in page.last()
        if name == FEE_BEFORE:
            page.say(FEE, FEE_TOLD, "Nguồn", birth.question(name).ask)
            page.keep("form.png", tmp_path)
        if name == RESTART_BEFORE:
            restart_everything(house)
        if name in TAPPED:
            page.tap(TAPPED[name])
        else:
            page.say(said[name])
    while SUMMARY not in page.last():
        page.tap(SKIP)
    page.tap(SEND, DONE)
    page.keep("draft.png", tmp_path)

    entry = house.house.entry
    (draft,) = drafts(entry.province, entry.vault_key, said["applicant_name"])
    wanted = {**ANSWERS, "applicant_name": said["applicant_name"]}
    assert draft.draft.code in page.last()
    assert {name: draft.request.answers.get(name) for name in wanted} == wanted
    papers = {str(one.get_attribute("download")): str(one.get_attribute("href")) for one in page.all(".document")}
    (pdf,) = [address for name, address in papers.items() if name.endswith(".pdf")]
    printed = " ".join(read.extract_text() for read in PdfReader(io.BytesIO(httpx.get(pdf).content)).pages)
    assert said["applicant_name"].upper() in printed.upper()


def test_a_restart_in_the_middle_of_a_reply_costs_nothing(page: Page, house: Breakable) -> None:
    """What was written while nobody is there is answered, once, when they are back."""
    page.say("chào")
    before = page.replies()
    house.kill("rasa")
    page.one("textarea").send_keys("đăng ký tạm trú hết mấy tiền", Keys.ENTER)
    house.start("rasa")
    end = monotonic() + 40
    while page.replies() == before and monotonic() < end:
        sleep(0.2)
    assert page.replies() == before + 1
    assert "tạm trú" in page.last().lower()


def restart_everything(house: Breakable) -> None:
    """All processes at once are killed and started again."""
    for name in PROCESSES:
        house.kill(name)
    for name in PROCESSES:
        house.start(name)
