"""Attachments, pictures, papers and notices in a real browser, in front of the doubles of Rasa and the actions."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from knowledge.reply import Attached, Button, Outcome, Reply
from tests.bot.conftest import doubled
from tests.bot.double import FakeActions, FakeRasa, custom, running
from tests.browser.test_chat_page import WIDTHS, Chat, press, serious, served, tab_to
from tests.house import free_ports

WIDTH = 900  # of the picture, wider than a phone


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (WIDTH, 300), "white").save(content, "PNG")
    return content.getvalue()


PNG = picture()
PICTURE_ID, PAPER_ID = "p" * 24, "q" * 24
PICTURE = Attached(id=PICTURE_ID, name="tien-do.png", media_type="image/png", size=len(PNG), alt="Hồ sơ đang thẩm định")
PAPER = Attached(id=PAPER_ID, name="Tờ khai.pdf", media_type="application/pdf", size=250_000)
STATUS = Reply(text="Hồ sơ đang được thẩm định.", outcome=Outcome.STATUS, attached=(PICTURE, PAPER))
WANTED = Reply(
    text="Anh/chị gửi ảnh giấy chứng sinh giúp nhé.",
    outcome=Outcome.SUBMISSION,
    wants_file=True,
    buttons=(Button(title="Để sau", payload="form:later"),),
)
NEWS = Reply(
    text="Hồ sơ đã có kết quả.",
    outcome=Outcome.STATUS,
    buttons=(Button(title="Xem hồ sơ", payload="dossier:0123abcd"),),
)
DROP = """
const [panel, name, type, kind] = arguments;
const data = new DataTransfer();
data.items.add(new File(["a picture"], name, {type}));
const how = {dataTransfer: data, clipboardData: data, bubbles: true, cancelable: true};
if (kind === "paste") panel.dispatchEvent(new ClipboardEvent("paste", how));
else for (const type of ["dragover", "drop"]) panel.dispatchEvent(new DragEvent(type, how));
"""
PASTE_BOTH = """
const data = new DataTransfer();
data.items.add(new File(["a picture"], "image.png", {type: "image/png"}));
data.setData("text/plain", "những chữ");
const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
return arguments[0].dispatchEvent(event);
"""
HIDE = "Object.defineProperty(document, 'hidden', {value: arguments[0], configurable: true});" + (
    "document.dispatchEvent(new Event('visibilitychange'))"
)
NATURAL_WIDTH = "return arguments[0].complete ? arguments[0].naturalWidth : 0"


class Page(Chat):
    """The chat in front of the doubles."""

    def __init__(self, browser: webdriver.Chrome, url: str, rasa: FakeRasa, actions: FakeActions, foreign: int) -> None:
        super().__init__(browser)
        self.url, self.rasa, self.actions, self.foreign = url, rasa, actions, foreign

    def choose(self, *paths: Path) -> None:
        """Chooses files, as somebody does who taps the clip."""
        self.one("input[type=file]").send_keys("\n".join(map(str, paths)))

    def send(self) -> None:
        self.one(".send").click()

    def notify(self, name: str, reply: Reply = NEWS) -> None:
        """Something happens that this conversation is told."""
        self.actions.waiting.setdefault(self.conversation(), {})[name] = reply

    def conversation(self) -> str:
        return self.rasa.asked[-1][0]

    def kept(self, key: str) -> str:
        return str(self.browser.execute_script("return localStorage.getItem(arguments[0])", f"motcua:{key}"))

    def notices(self) -> list[str]:
        return [str(node.get_property("textContent")) for node in self.all(".notice")]


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa()


@pytest.fixture
def actions() -> FakeActions:
    actions = FakeActions()
    actions.files = {
        PICTURE_ID: (PNG, {"content-type": "image/png", "content-disposition": "inline; filename=tien-do.png"}),
        PAPER_ID: (b"%PDF-1.7", {"content-type": "application/pdf"}),
    }
    return actions


@pytest.fixture
def page(browser: webdriver.Chrome, rasa: FakeRasa, actions: FakeActions) -> Iterator[Page]:
    """The chat page, fresh, on a phone, after a first message."""
    foreign = free_ports(1)[0]
    origin = f"http://127.0.0.1:{foreign}"
    gateway = doubled(rasa, actions, notice_seconds=0.1, allowed_origins=(origin,), attachment_bytes=200_000)
    with running(gateway) as url:
        page = Page(browser, url, rasa, actions, foreign)
        page.width(390)
        page.dark(False)
        page.open(url)
        page.ask("chào")
        yield page
        page.network(True)
        browser.get("about:blank")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "Giấy chứng sinh.png"
    path.write_bytes(PNG)
    return path


class Gate:
    """Holds up what the double of the actions makes of an attachment."""

    def __init__(self, actions: FakeActions) -> None:
        self.asked, self.open = threading.Event(), threading.Event()
        self._take = actions._take
        actions._take = self._wait  # type: ignore[method-assign, assignment]

    async def _wait(self, request: httpx.Request) -> httpx.Response:
        self.asked.set()
        await asyncio.to_thread(self.open.wait, 20)
        return self._take(request)


def slow_network(page: Page, bytes_a_second: int) -> None:
    page._command("Network.enable", {})
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second}
    page._command("Network.emulateNetworkConditions", conditions)


# --- files in


def test_a_file_is_chosen_shown_and_sent(page: Page, photo: Path) -> None:
    page.choose(photo)
    tray = page.one(".tray")
    assert "Giấy chứng sinh.png" in tray.text
    assert "KB" in tray.text
    assert page.active() == page.one(".send"), "Enter sends it"
    assert page.actions.taken == [], "nothing leaves before somebody says so"
    before = page.replies()
    press(page, Keys.ENTER)
    page.until(lambda: page.replies() > before)
    conversation, name, content = page.actions.taken[0]
    assert (name, content) == ("Giấy chứng sinh.png", PNG)
    assert conversation == page.conversation()
    assert page.rasa.texts[-1] == '/give_file{"file": "file-0000000000000001"}'
    assert "Giấy chứng sinh.png" in page.all(".turn.you .file")[-1].text
    assert not tray.is_displayed()
    assert not page.all(".state:not(.upload) button")


def test_several_files_and_words_go_one_after_the_other(page: Page, photo: Path, tmp_path: Path) -> None:
    second = tmp_path / "mặt sau.pdf"
    second.write_bytes(b"%PDF-1.7")
    page.choose(photo, second)
    page.one("textarea").send_keys("đây ạ")
    before = page.replies()
    page.send()
    page.until(lambda: page.replies() == before + 3)
    assert [name for _, name, _ in page.actions.taken] == ["Giấy chứng sinh.png", "mặt sau.pdf"]
    assert page.rasa.texts[-1] == "đây ạ"
    assert len(page.rasa.texts) == 4


def test_a_chosen_file_can_be_put_away(page: Page, photo: Path) -> None:
    page.choose(photo)
    page.one("[aria-label='Bỏ tệp Giấy chứng sinh.png']").click()
    assert not page.one(".tray").is_displayed()
    assert page.active() == page.one(".clip")
    page.send()
    assert page.actions.taken == []


def test_what_the_server_would_refuse_is_told_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    for name, content, words in (
        ("lớn.png", b"x" * 200_001, "lớn quá"),
        ("trống.png", b"", "trống"),
        ("bài hát.mp3", b"x", "chọn ảnh hoặc tệp PDF"),
    ):
        (tmp_path / name).write_bytes(content)
        page.choose(tmp_path / name)
        page.until(lambda words=words: words in page.one(".trouble").text)
        assert name in page.one(".trouble").text
        assert not page.one(".tray").is_displayed()


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted(page: Page, kind: str) -> None:
    target = page.one("textarea") if kind == "paste" else page.one(".panel")
    page.browser.execute_script(DROP, target, "ảnh.png", "image/png", kind)
    assert "ảnh" in page.one(".tray").text
    assert not page.all(".dropping")
    before = page.replies()
    page.send()
    page.until(lambda: page.replies() > before)
    assert page.actions.taken[0][2] == b"a picture"


def test_words_pasted_from_a_text_program_stay_words(page: Page) -> None:
    assert page.browser.execute_script(PASTE_BOTH, page.one("textarea")), "the browser pastes them as ever"
    assert not page.one(".tray").is_displayed()


def test_progress_is_shown_and_the_upload_can_be_called_off(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "lâu.png"
    path.write_bytes(b"x" * 150_000)
    slow_network(page, 40_000)
    page.choose(path)
    page.send()
    bar = page.one("progress")
    assert bar.get_attribute("aria-label") == "Đang gửi tệp lâu.png"
    assert page.one("textarea").is_enabled(), "one can type meanwhile"
    page.until(lambda: 0 < float(str(bar.get_property("value"))) < 1)
    assert "%" in page.one(".upload").text
    page.one("[aria-label='Hủy gửi lâu.png']").click()
    assert not page.all(".turn.you .file")
    page.network(True)
    page.ask("tiếp")
    assert page.actions.taken == []
    assert page.rasa.texts == ["chào", "tiếp"]


def test_a_file_that_did_not_arrive_can_be_sent_again(page: Page, photo: Path) -> None:
    page.actions.broken = 503
    before = page.replies()
    page.choose(photo)
    page.send()
    assert page.one(".state:not(.upload) button").text == "Gửi lại ngay"
    assert "Chưa nhận hoặc mở được tệp lúc này" in page.one(".turn.you:last-child .state").text
    page.actions.broken = None
    page.until(lambda: page.replies() > before)
    assert len(page.actions.taken) == 1
    assert page.rasa.texts[-1].startswith("/give_file")


def test_when_only_the_message_failed_the_file_is_not_sent_twice(page: Page, photo: Path) -> None:
    answer = page.rasa.answer
    page.rasa.answer = lambda text: httpx.Response(500)
    before = page.replies()
    page.choose(photo)
    page.send()
    page.until(lambda: "Chưa gửi được, sẽ gửi lại." in page.one(".turn.you:last-child .state").text)
    page.rasa.answer = answer
    page.until(lambda: page.replies() > before)
    assert len(page.actions.taken) == 1
    first, second = page.rasa.metadata[-2:]
    assert first["message_id"] == second["message_id"]


def test_why_a_file_is_refused_is_told_and_another_can_be_chosen(page: Page, photo: Path) -> None:
    refusal = {"error": {"code": "S301", "message": "Tệp này có mật khẩu."}}
    page.actions.refusal = httpx.Response(422, json=refusal)
    page.choose(photo)
    page.send()
    page.one(".state:not(.upload) button")
    state = page.one(".turn.you:last-child .state")
    assert "Tệp này có mật khẩu." in state.text
    assert [button.text for button in page.all(".state:not(.upload) button")] == ["Thử lại", "Chọn lại tệp"]


def test_a_file_that_a_reload_cut_off_is_offered_for_choosing_again(page: Page, photo: Path) -> None:
    with ExitStack() as opened:
        gate = Gate(page.actions)
        opened.callback(gate.open.set)
        page.choose(photo)
        page.send()
        page.until(gate.asked.is_set)
        kept = page.kept("chat")
        page.reload()
    page.until(lambda: "chọn lại tệp" in page.one(".turn.you:last-child .state").text)
    assert page.one(".state:not(.upload) button").text == "Chọn lại tệp"
    assert base64.b64encode(PNG).decode()[:30] not in kept
    assert "Giấy chứng sinh.png" in kept
    kept_of_file = set(json.loads(kept)["entries"][-1])
    assert kept_of_file == {"id", "at", "v", "from", "text", "size", "tab", "state", "problem"}


def test_a_reply_that_wants_a_file_draws_the_eye_to_the_clip(page: Page) -> None:
    assert page.one(".clip").get_attribute("aria-label") == "Gửi ảnh hoặc tệp PDF"
    page.rasa.answer = lambda text: custom(WANTED)
    page.ask("nộp hồ sơ")
    assert "trợ lý đang chờ tệp" in str(page.one(".clip.wanted").get_attribute("aria-label"))
    page.reload()
    assert page.one(".clip.wanted")
    page.rasa.answer = lambda text: custom(NEWS)
    page.ask("thôi")
    assert not page.all(".clip.wanted")


def test_the_camera_is_offered_and_not_forced(page: Page) -> None:
    picker = page.one("input[type=file]")
    assert picker.get_attribute("accept") == "image/*,application/pdf"
    assert picker.get_attribute("capture") is None


# --- files out


def test_a_picture_is_shown_and_a_document_can_be_taken_away(page: Page) -> None:
    page.rasa.answer = lambda text: custom(STATUS)
    page.ask("hồ sơ của tôi")
    for _ in range(2):
        image = page.one(".picture img")
        page.until(lambda image=image: page.browser.execute_script(NATURAL_WIDTH, image) == WIDTH)
        assert image.get_attribute("alt") == "Hồ sơ đang thẩm định"
        assert page.one(".picture").get_attribute("href") == f"{page.url}/api/files/{PICTURE_ID}"
        assert page.one(".picture").get_attribute("target") == "_blank"
        document = page.one(".document")
        assert document.get_attribute("href") == f"{page.url}/api/files/{PAPER_ID}"
        assert document.get_attribute("download") == "Tờ khai.pdf"
        assert "244 KB" in document.text
        page.reload()


def test_words_stand_where_a_picture_is_kept_no_longer(page: Page) -> None:
    page.actions.files = {}
    page.rasa.answer = lambda text: custom(STATUS)
    page.ask("hồ sơ của tôi")
    page.until(lambda: "Ảnh: Hồ sơ đang thẩm định" in page.one(".picture").text)
    assert not page.all(".picture img")


def test_a_wide_picture_does_not_widen_the_page(page: Page) -> None:
    page.width(320, 640)
    page.rasa.answer = lambda text: custom(STATUS)
    page.ask("hồ sơ của tôi")
    image = page.one(".picture img")
    page.until(lambda: page.browser.execute_script(NATURAL_WIDTH, image) == WIDTH)
    inside, visible, right = page.browser.execute_script(WIDTHS, page.one(".bubble:has(img)"))
    assert inside <= visible + 1
    assert right <= 320
    for node in page.all(".form, .row, .tray, .scroll"):
        assert page.browser.execute_script(WIDTHS, node)[2] <= 321


# --- notices


def test_a_notice_is_shown_once_and_confirmed(page: Page) -> None:
    page.notify("n1")
    page.until(lambda: len(page.notices()) == 1)
    assert "Hồ sơ đã có kết quả." in page.notices()[0]
    page.until(lambda: page.actions.delivered == ["n1"])
    assert page.one(".log").get_attribute("aria-live") == "polite", "it is read out"
    for times in (2, 3):
        page.notify("n1")  # as after a crash between showing and confirming
        page.reload()
        page.until(lambda times=times: page.actions.delivered == ["n1"] * times)
        assert len(page.notices()) == 1


def test_a_notice_stands_beside_the_talk_and_takes_no_question_away(page: Page) -> None:
    page.rasa.answer = lambda text: custom(WANTED)
    page.ask("nộp hồ sơ")
    page.notify("n1")
    page.until(page.notices)
    assert page.quick() == ["Để sau"]
    assert page.all(".clip.wanted")
    page.rasa.answer = lambda text: custom(STATUS)
    before = page.replies()
    page.one(".notice .choices button").click()
    page.until(lambda: page.replies() > before)
    assert page.rasa.texts[-1] == '/ask_status{"dossier": "0123abcd"}'


def test_two_taps_on_a_button_are_one_message(page: Page) -> None:
    page.notify("n1")
    page.until(page.notices)
    before = page.replies()
    page.browser.execute_script("arguments[0].click(); arguments[0].click()", page.one(".notice .choices button"))
    page.until(lambda: page.replies() > before)
    page.ask("tiếp")
    assert page.rasa.texts == ["chào", '/ask_status{"dossier": "0123abcd"}', "tiếp"]


def test_a_hidden_page_gets_a_mark_in_its_title(page: Page) -> None:
    title = page.browser.title
    page.browser.execute_script(HIDE, True)
    page.notify("n1")
    page.until(lambda: page.browser.title == f"(1 tin mới) {title}")
    page.notify("n2")
    page.until(lambda: page.browser.title == f"(2 tin mới) {title}")
    page.browser.execute_script(HIDE, False)
    assert page.browser.title == title


def test_without_a_socket_notices_come_along_with_replies_once(page: Page) -> None:
    no_socket = "window.WebSocket = class { constructor() { throw new Error('forbidden') } }"
    script = page.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": no_socket})
    try:
        page.reload()
        page.notify("n1")
        page.ask("một")
        page.until(lambda: len(page.notices()) == 1)
        assert page.actions.delivered == []
        page.ask("hai")
        page.until(lambda: page.actions.delivered == ["n1"])
        page.ask("ba")
        assert len(page.notices()) == 1
    finally:
        page.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def test_clearing_forgets_what_was_seen_and_what_was_chosen(page: Page, photo: Path) -> None:
    page.notify("n1")
    page.until(lambda: page.actions.delivered == ["n1"])
    assert "n1" in page.kept("seen")
    page.choose(photo)
    page.one("[aria-label='Xóa cuộc trò chuyện']").click()
    page.one(".confirm .danger").click()
    assert page.notices() == []
    assert page.kept("seen") == "[]"
    assert not page.one(".tray").is_displayed()
    old = page.conversation()
    page.ask("mới")
    assert page.conversation() != old
    page.notify("n1")
    page.until(lambda: len(page.notices()) == 1)


# --- everywhere


def test_the_closed_widget_shows_that_there_is_news(page: Page, tmp_path: Path) -> None:
    with foreign_site(page, tmp_path):
        page.one(".launcher").click()
        page.ask("chào")
        page.one("textarea").send_keys(Keys.ESCAPE)
        page.notify("n1")
        page.until(lambda: page.one(".badge").text == "1")
        launcher = page.one(".launcher")
        assert launcher.get_attribute("aria-label") == "Mở trợ lý một cửa, 1 tin mới"
        page.notify("n2")
        page.until(lambda: page.one(".badge").text == "2")
        launcher.click()
        assert page.one(".notice").is_displayed()
        page.one("textarea").send_keys(Keys.ESCAPE)
        assert not page.one(".badge").is_displayed()
        assert launcher.get_attribute("aria-label") == "Mở trợ lý một cửa"


def test_a_strict_site_gets_the_words_of_a_picture_and_sends_files(page: Page, photo: Path, tmp_path: Path) -> None:
    with foreign_site(page, tmp_path):
        page.one(".launcher").click()
        page.rasa.answer = lambda text: custom(STATUS)
        page.ask("hồ sơ của tôi")
        page.until(lambda: "Ảnh: Hồ sơ đang thẩm định" in page.one(".picture").text)
        page.choose(photo)
        before = page.replies()
        page.send()
        page.until(lambda: page.replies() > before)
        assert page.actions.taken[0][2] == PNG
        assert serious(page) == []


def test_a_site_that_allows_pictures_shows_them(page: Page, tmp_path: Path) -> None:
    with foreign_site(page, tmp_path, f"; img-src {page.url}"):
        page.one(".launcher").click()
        page.rasa.answer = lambda text: custom(STATUS)
        page.ask("hồ sơ của tôi")
        image = page.one(".picture img")
        page.until(lambda: page.browser.execute_script(NATURAL_WIDTH, image) == WIDTH)


def foreign_site(page: Page, folder: Path, more: str = "") -> ExitStack:
    """A site with a strict policy that embeds the widget; it is open until the stack is left."""
    policy = (
        f"default-src 'none'; script-src {page.url}; connect-src {page.url} {page.url.replace('http', 'ws', 1)}{more}"
    )
    (folder / "index.html").write_text(
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Xã</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><script src="{page.url}/widget.js"></script>'
        f"</head><body><main><h1>Trang của xã</h1></main></body></html>",
        encoding="utf-8",
    )
    stack = ExitStack()
    url, _ = stack.enter_context(served(folder, page.foreign))
    page.open(url)
    return stack


def test_keyboard_alone(page: Page, photo: Path) -> None:
    tab_to(page, ".clip")
    page.choose(photo)
    tab_to(page, ".tray button", back=True)
    press(page, Keys.ENTER)
    assert not page.one(".tray").is_displayed()
    page.notify("n1")
    page.until(page.notices)
    tab_to(page, ".notice .choices button", back=True)
    page.rasa.answer = lambda text: custom(STATUS)
    before = page.replies()
    press(page, Keys.ENTER)
    page.until(lambda: page.replies() > before)
    tab_to(page, ".picture")
    tab_to(page, ".document")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(page: Page, photo: Path, tmp_path: Path, dark: bool) -> None:
    page.dark(dark)
    page.rasa.answer = lambda text: custom(STATUS)
    page.ask("hồ sơ của tôi")
    page.notify("n1")
    page.until(page.notices)
    page.rasa.answer = lambda text: custom(WANTED)
    page.ask("nộp hồ sơ")
    page.choose(photo)
    assert serious(page) == []
    (tmp_path / "a.mp3").write_bytes(b"x")
    page.choose(tmp_path / "a.mp3")
    page.until(lambda: page.one(".trouble").text)
    assert serious(page) == []
    with ExitStack() as opened:
        gate = Gate(page.actions)
        opened.callback(gate.open.set)
        page.send()
        page.one("progress")
        assert serious(page) == []
        page.actions.refusal = httpx.Response(422, json={"error": {"message": "Tệp này có mật khẩu."}})
    page.one(".state:not(.upload) button")
    assert serious(page) == []


def test_a_mark_that_a_widget_leaves_in_a_title_is_its_own(page: Page) -> None:
    page.browser.execute_script(HIDE, True)
    page.notify("n1")
    page.until(lambda: page.browser.title.startswith("(1 tin mới)"))
    page.browser.execute_script("document.title = 'Trang khác'")
    page.browser.execute_script(HIDE, False)
    assert page.browser.title == "Trang khác"
