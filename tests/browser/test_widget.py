"""The widget on a site that is not ours: opening, the page's procedure, paper, places, tabs, a line that breaks."""

from __future__ import annotations

import base64
import gzip
import io
import json
import socket
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from axe_selenium_python import Axe
from pypdf import PdfReader
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from bot.demo_command import demo_site
from knowledge.reply import Button, Card, Checklist, ChecklistItem, Outcome, Reply, WayRow
from tests.bot.conftest import doubled
from tests.bot.double import FakeActions, FakeRasa, custom, running
from tests.browser.test_chat_page import WIDTHS, Chat, press, served, tab_to
from tests.house import free_ports

CARD = Card(
    title="Đăng ký khai sinh",
    code="1.001193",
    checked=False,
    checklist=Checklist(
        title="Cha mẹ đã đăng ký kết hôn",
        items=(
            ChecklistItem(name="Tờ khai đăng ký khai sinh", count="1 bản chính", note="lấy ở nơi nhận hồ sơ"),
            ChecklistItem(name="Giấy chứng sinh", count="1 bản chính"),
        ),
    ),
    ways=(WayRow(channel="Trực tiếp", time_limit="1 ngày làm việc", fees="miễn phí"),),
    page="https://dichvucong.gov.vn/p/1.001193",
)
ANSWER = Reply(
    text="Đăng ký khai sinh (mã 1.001193)\n\nGiấy tờ cần có:\n• Tờ khai đăng ký khai sinh\n\nNguồn: Cổng Dịch vụ công.",
    outcome=Outcome.ANSWER,
    procedure="1.001193",
    card=CARD,
    buttons=(
        Button(title="Lệ phí", payload="aspects:fees"),
        Button(title="👍 Có ích", payload="feedback:helpful"),
        Button(title="👎 Chưa đúng ý", payload="feedback:unhelpful"),
    ),
)
PLACE_ASKED = Reply(text="Anh/chị ở xã, phường nào?", outcome=Outcome.CLARIFY, wants_location=True)
CHOOSE = '/choose{"procedure": "1.001193"}'
LIMIT = 60 * 1024  # bytes of all that is loaded, compressed
WIDGET = "document.querySelector('motcua-chat').shadowRoot"
LOSE_ANSWER = """
const real = window.fetch;
window.fetch = async (...all) => { window.fetch = real; await real(...all); throw new TypeError("lost"); };
"""
NO_SOCKET = "window.WebSocket = class { constructor() { throw new Error('forbidden') } }"


class Site(Chat):
    """The widget on the demo's site, before the doubles."""

    def __init__(self, browser: webdriver.Chrome, url: str, gateway: str, rasa: FakeRasa, actions: FakeActions) -> None:
        super().__init__(browser)
        self.url, self.gateway, self.rasa, self.actions = url, gateway, rasa, actions

    def visit(self, path: str = "/") -> None:
        self.browser.get(f"{self.url}{path}")
        self.one(".launcher")

    def opened(self) -> bool:
        return self.one(".panel").is_displayed()

    def start(self, path: str = "/") -> None:
        """Visits a page and opens the chat."""
        self.visit(path)
        self.one(".launcher").click()

    def close(self) -> None:
        self.one("textarea").send_keys(Keys.ESCAPE)
        assert not self.opened()

    def say(self, text: str) -> None:
        """Types and sends, without waiting for anything."""
        self.one("textarea").send_keys(text, Keys.ENTER)

    def tap(self, title: str) -> None:
        next(button for button in self.all(".quick button") if button.text == title).click()

    def states(self) -> list[str]:
        return [str(node.get_property("textContent")) for node in self.all(".turn.you .state")]

    def line(self, works: bool) -> None:
        """Whether the gateway is reached; the site itself always is."""
        self._command("Network.enable", {})
        self._command("Network.setBlockedURLs", {"urls": [] if works else [f"{self.gateway}/api/*"]})

    def host(self, selector: str) -> WebElement:
        """An element of the site's own."""
        return self.browser.find_element("css selector", selector)

    def second_tab(self, path: str = "/") -> tuple[str, str]:
        """Opens the chat in another tab too, and goes there; the first and the second."""
        first = self.browser.current_window_handle
        self.browser.switch_to.new_window("tab")
        self.width(390)
        self.start(path)
        return first, self.browser.current_window_handle

    def media(self, **features: str) -> None:
        """What the reader has set (like forced_colors="active"); without any, what is usual."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self._command("Emulation.setEmulatedMedia", {"features": named})

    def to(self, tab: str) -> None:
        self.browser.switch_to.window(tab)


@contextmanager
def site_for(gateway: str, port: int) -> Iterator[str]:
    """The demo's site on a port."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(64)
        server = uvicorn.Server(uvicorn.Config(demo_site(gateway), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(20)


@dataclass
class Standing:
    """What stands for all tests of this file: starting and stopping takes longer than most of them."""

    site: str
    gateway: str
    rasa: FakeRasa
    actions: FakeActions


@pytest.fixture(scope="module")
def standing() -> Iterator[Standing]:
    rasa, actions = FakeRasa(), FakeActions()
    port = free_ports(1)[0]
    gateway = doubled(rasa, actions, notice_seconds=0.1, allowed_origins=(f"http://127.0.0.1:{port}",))
    with running(gateway) as url, site_for(url, port) as there:
        yield Standing(there, url, rasa, actions)


@pytest.fixture
def site(browser: webdriver.Chrome, standing: Standing) -> Iterator[Site]:
    """The demo's site, as somebody finds it who was never here, on a phone."""
    rasa, actions = FakeRasa(), FakeActions()
    vars(standing.rasa).update(asked=rasa.asked, metadata=rasa.metadata, answer=rasa.answer)
    vars(standing.actions).update(waiting=actions.waiting, delivered=actions.delivered, taken=actions.taken)
    site = Site(browser, standing.site, standing.gateway, standing.rasa, standing.actions)
    site.width(390)
    site.media()
    browser.get(f"{site.url}/emblem.svg")
    browser.execute_script("localStorage.clear()")
    own = browser.current_window_handle
    yield site
    for tab in set(browser.window_handles) - {own}:
        browser.switch_to.window(tab)
        browser.close()
    browser.switch_to.window(own)
    site.network(True)
    site.line(True)
    site.media()
    browser.get("about:blank")


@pytest.fixture
def no_socket(site: Site) -> Iterator[None]:
    """A network that lets no WebSocket through."""
    script = site.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NO_SOCKET})
    yield
    site.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


# --- opening


@pytest.mark.parametrize("opener", ["button[data-motcua-open]", "nav a[href='#motcua']"])
def test_opens_from_the_sites_own_buttons_and_links(site: Site, opener: str) -> None:
    site.visit()
    there = site.host(opener)
    there.click()
    assert site.opened()
    assert site.active() == site.one("textarea")
    assert site.browser.current_url == f"{site.url}/", "the site's address stays as it was"
    site.close()
    assert site.browser.switch_to.active_element == there, "the focus goes back to where it came from"
    there.click()
    assert site.opened()


@pytest.mark.parametrize("address", ["/#motcua", "/?motcua", "/?a=b&motcua=1"])
def test_opens_on_an_address(site: Site, address: str) -> None:
    site.visit(address)
    assert site.opened()
    assert "Trang này nói về" not in site.one(".turn.assistant").text


def test_stays_closed_on_any_other_address(site: Site) -> None:
    site.visit("/?x=motcua#motcua-khac")
    assert not site.opened()


def test_a_link_can_name_a_procedure(site: Site) -> None:
    site.visit("/?motcua=1.001193")
    assert "thủ tục có mã 1.001193" in site.one(".turn.assistant").text
    site.visit()
    site.host("section a[href='#motcua=1.004194']").click()
    assert "“Đăng ký tạm trú” (mã 1.004194)" in site.one(".turn.assistant").text
    site.tap("Hướng dẫn thủ tục này")
    site.until(lambda: site.replies() == 1)
    assert site.rasa.texts == ['/choose{"procedure": "1.004194"}']


def test_says_nothing_of_a_code_that_is_none(site: Site, tmp_path: Path) -> None:
    site.visit("/?motcua=<b>1</b>")
    assert site.opened()
    assert "Trang này nói về" not in site.one(".turn.assistant").text


# --- the page's procedure


def test_a_page_about_a_procedure_offers_its_questions(site: Site) -> None:
    site.start("/khai-sinh.html")
    assert "Trang này nói về thủ tục “Đăng ký khai sinh” (mã 1.001193)." in site.one(".turn.assistant").text
    assert site.quick() == [
        "Hướng dẫn thủ tục này", "Cần giấy tờ gì?", "Hết bao nhiêu tiền?", "Bao lâu thì xong?", "Nộp ở đâu?"
    ]  # fmt: skip
    assert site.rasa.texts == [], "nothing is asked before somebody taps"
    site.tap("Hết bao nhiêu tiền?")
    site.until(lambda: site.replies() == 2)
    assert site.questions() == ["Đăng ký khai sinh", "Hết bao nhiêu tiền?"]
    assert site.rasa.texts == [CHOOSE, '/ask_follow_up{"aspect": "fees"}']


def test_a_talk_that_goes_on_is_offered_the_procedure_beside_its_own_buttons(site: Site) -> None:
    site.rasa.answer = lambda text: custom(ANSWER)
    site.start()
    site.ask("chào")
    site.start("/khai-sinh.html")
    assert site.quick() == ["Lệ phí", "Hỏi về Đăng ký khai sinh"]
    site.tap("Hỏi về Đăng ký khai sinh")
    site.until(lambda: site.replies() == 2)
    assert site.rasa.texts[-1] == CHOOSE
    assert site.quick() == ["Lệ phí"]


# --- unread


def test_what_comes_while_it_is_closed_is_counted_also_on_the_next_page(site: Site) -> None:
    closed = threading.Event()

    def answer(text: str) -> httpx.Response:
        closed.wait(20)
        return custom(ANSWER)

    site.rasa.answer = answer
    site.start()
    assert not site.one(".badge").is_displayed()
    site.say("chào")
    site.close()
    closed.set()
    site.until(lambda: site.one(".badge").text == "1")
    for path in ("/khai-sinh.html", "/"):
        site.visit(path)
        assert site.one(".badge").text == "1"
        assert site.one(".launcher").get_attribute("aria-label") == "Mở trợ lý một cửa, 1 tin mới"
    site.one(".launcher").click()
    site.close()
    assert not site.one(".badge").is_displayed()
    site.visit()
    assert not site.one(".badge").is_displayed()


# --- where somebody is


def test_a_reply_that_asks_for_the_place_takes_it_with_one_tap(site: Site) -> None:
    site.rasa.answer = lambda text: custom(PLACE_ASKED)
    site.start()
    site.ask("nộp ở đâu")
    site.stands_at(18.67094, 105.65568)
    assert site.quick() == ["Gửi vị trí của tôi"]
    site.tap("Gửi vị trí của tôi")
    site.until(lambda: site.replies() == 2)
    assert site.rasa.texts[-1] == '/give_place{"lat": "18.671", "lon": "105.656"}'
    assert "18.67" not in str(site.browser.execute_script("return JSON.stringify({...localStorage})"))


def test_where_the_device_does_not_tell_it_the_name_is_asked_for_and_nothing_sent(site: Site) -> None:
    site.rasa.answer = lambda text: custom(PLACE_ASKED)
    site.start()
    site.ask("nộp ở đâu")
    deny = "navigator.geolocation.getCurrentPosition = (yes, no) => no({code: 1})"
    site.browser.execute_script(deny)
    site.tap("Gửi vị trí của tôi")
    assert "gõ tên xã hoặc phường" in site.until(lambda: site.one(".trouble").text)
    assert site.active() == site.one("textarea")
    assert [button.is_enabled() for button in site.all(".quick button")] == [True]
    assert site.rasa.texts == ["nộp ở đâu"]


# --- paper


def with_checklist(site: Site) -> None:
    site.rasa.answer = lambda text: custom(ANSWER)
    site.start()
    site.ask("khai sinh")
    site.all(".checklist input")[1].click()


def test_the_checklist_is_printed_as_a_clean_page(site: Site) -> None:
    with_checklist(site)
    site.dark(True)
    title = site.browser.title
    site.browser.execute_script("window.print = () => { window.asked = document.title }")
    button_named(site, "In hoặc lưu PDF").click()
    assert site.browser.execute_script("return window.asked") == "Giấy tờ cần có – Đăng ký khai sinh"
    [text] = printed(site)
    for wanted in (
        "Hỏi đáp thủ tục xã Minh Họa – Ngày ", "Đăng ký khai sinh", "Mã thủ tục 1.001193", "chưa đối chiếu được",
        "Cha mẹ đã đăng ký kết hôn", "Tờ khai đăng ký khai sinh", "1 bản chính", "Giấy chứng sinh", "miễn phí",
        "Nguồn: Cổng Dịch vụ công.", "https://dichvucong.gov.vn/p/1.001193", "có thể nhầm",
    ):  # fmt: skip
        assert squeezed(wanted) in text, wanted
    for unwanted in ("Làm thủ tục ở xã", "Tin của xã", "In hoặc lưu PDF", "Lưu về máy", "Gõ câu hỏi"):
        assert squeezed(unwanted) not in text, unwanted
    assert text.count("✓") == 1, "what is ticked is ticked on paper"
    site.browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert site.browser.title == title
    assert not site.browser.find_elements("css selector", "motcua-paper")
    text = "".join(printed(site))
    assert squeezed("Làm thủ tục ở xã") in text, "the site's own page prints as before"
    assert squeezed("Giấy chứng sinh") not in text, "the chat does not stand over it"


def printed(site: Site) -> list[str]:
    """The words of each page that would come out now, without spaces: a PDF knows letters and their places only."""
    content = base64.b64decode(site.browser.execute_cdp_cmd("Page.printToPDF", {})["data"])
    return [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def test_the_checklist_is_saved_as_a_file(site: Site, tmp_path: Path) -> None:
    with_checklist(site)
    folder = {"behavior": "allow", "downloadPath": str(tmp_path)}
    site.browser.execute_cdp_cmd("Browser.setDownloadBehavior", folder)
    button_named(site, "Lưu về máy").click()
    path = tmp_path / "Giấy tờ cần có – Đăng ký khai sinh.txt"
    site.until(path.exists)
    site.until(lambda: path.stat().st_size)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "ĐĂNG KÝ KHAI SINH"
    assert lines[lines.index("Giấy tờ cần có:") + 1 :][:5] == [
        "[ ] Tờ khai đăng ký khai sinh", "    1 bản chính", "    lấy ở nơi nhận hồ sơ",
        "[x] Giấy chứng sinh", "    1 bản chính",
    ]  # fmt: skip
    assert "    Lệ phí: miễn phí" in lines
    assert "Nguồn: Cổng Dịch vụ công." in lines
    assert any(line.startswith("⚠") for line in lines)


def button_named(site: Site, words: str) -> WebElement:
    return next(button for button in site.all(".bubble button") if button.text == words)


# --- a line that breaks


def test_what_is_written_without_a_network_is_sent_in_order_when_it_is_back(site: Site) -> None:
    site.start()
    site.ask("một")
    site.network(False)
    for text in ("hai", "ba", "bốn"):
        site.say(text)
    site.until(lambda: all("Chưa gửi được, sẽ gửi lại." in state for state in site.states()[1:]))
    assert "không có mạng" in site.one(".network").text
    assert [button.text for button in site.all(".state button")] == ["Gửi lại ngay"]
    site.network(True)
    site.until(lambda: site.replies() == 4)
    assert site.rasa.texts == ["một", "hai", "ba", "bốn"]
    assert not any(site.states())
    turns = [str(node.get_attribute("class")).split()[1] for node in site.all(".turn")][1:]
    assert turns == ["you", "assistant"] * 4, "each reply stands below its question"


@pytest.mark.usefixtures("no_socket")
def test_what_waits_survives_a_reload(site: Site) -> None:
    site.start()
    site.ask("một")
    site.line(False)
    site.say("hai")
    site.say("ba")
    site.until(lambda: site.all(".state button"))
    site.start("/khai-sinh.html")
    assert site.questions() == ["một", "hai", "ba"]
    assert all("Chưa gửi được, sẽ gửi lại." in state for state in site.states()[1:])
    assert site.rasa.texts == ["một"]
    site.line(True)
    site.until(lambda: site.replies() == 3)
    assert site.rasa.texts == ["một", "hai", "ba"]
    assert len({conversation for conversation, _ in site.rasa.asked}) == 1


@pytest.mark.usefixtures("no_socket")
def test_an_answer_that_gets_lost_doubles_nothing(site: Site) -> None:
    site.start()
    site.ask("một")
    site.browser.execute_script(LOSE_ANSWER)
    site.say("hai")
    site.until(lambda: site.replies() == 2)
    assert site.rasa.texts == ["một", "hai"]
    assert site.questions() == ["một", "hai"]
    site.visit()
    assert site.replies() == 2


def test_a_message_that_is_on_its_way_when_the_page_is_left_is_answered_on_the_next(site: Site) -> None:
    going, left = threading.Event(), threading.Event()

    def answer(text: str) -> httpx.Response:
        going.set()
        left.wait(20)
        return custom(ANSWER)

    site.rasa.answer = answer
    try:
        site.start()
        site.say("khai sinh")
        # FakeRasa answers in the gateway's own loop, so the page is left only after the gateway has let go of it.
        site.until(going.is_set)
        site.browser.get("about:blank")
    finally:
        left.set()
    site.start("/khai-sinh.html")
    site.until(lambda: site.replies() == 1)
    assert site.rasa.texts == ["khai sinh"]


def test_trouble_of_the_server_is_told_and_tried_again_by_itself(site: Site) -> None:
    answer = site.rasa.answer
    site.rasa.answer = lambda text: httpx.Response(500)
    site.start()
    site.say("chào")
    site.until(lambda: site.all(".state button"))
    assert site.states()[0].endswith("Chưa gửi được, sẽ gửi lại. Gửi lại ngay")
    assert len(site.states()[0]) > len("Chưa gửi được, sẽ gửi lại. Gửi lại ngay"), "why is told"
    site.rasa.answer = answer
    site.until(lambda: site.replies() == 1)


SEND_NOW = "Gửi lại ngay"


def press_to_send_now(site: Site) -> str:
    """Presses the button of a message that waits, if there is one; its words. The page may put another in its place."""
    button = site.one(".state button")
    words = button.text
    if words == SEND_NOW:
        button.click()
    return words


def test_a_message_that_never_comes_through_does_not_hold_up_the_next_for_ever(site: Site) -> None:
    answer = site.rasa.answer
    site.rasa.answer = lambda text: httpx.Response(500) if text == "xấu" else answer(text)
    site.start()
    site.say("xấu")
    site.say("tốt")
    for _ in range(6):
        before = len(site.rasa.texts)
        if site.until(lambda: press_to_send_now(site)) == SEND_NOW:
            site.until(lambda before=before: len(site.rasa.texts) > before)
    site.until(lambda: site.replies() == 1)
    assert site.rasa.texts[-1] == "tốt"
    assert site.until(lambda: site.one(".state button").text) == "Gửi lại"
    site.rasa.answer = answer
    site.one(".state button").click()
    site.until(lambda: site.replies() == 2)
    assert site.questions() == ["tốt", "xấu"]


def test_what_the_server_will_never_take_is_told_at_once(site: Site) -> None:
    site.start()
    site.browser.execute_script(f"{WIDGET}.querySelector('textarea').value = '\\u0007'.repeat(3)")
    site.one("textarea").send_keys(Keys.ENTER)
    assert site.one(".state button").text == "Gửi lại"
    assert site.rasa.texts == []


@pytest.mark.usefixtures("no_socket")
def test_a_session_that_is_too_old_is_renewed_and_the_message_sent(site: Site) -> None:
    site.start()
    site.ask("một")
    spoil = "const kept = JSON.parse(localStorage['motcua:chat']); kept.session = 'old'; kept.since += 9"
    site.browser.execute_script(f"{spoil}; localStorage['motcua:chat'] = JSON.stringify(kept)")
    site.start()
    site.ask("hai")
    assert site.rasa.texts == ["một", "hai"]


def test_what_waited_for_a_day_is_sent_only_if_it_is_still_wanted(site: Site) -> None:
    site.visit()
    entry = {"id": "a", "at": 1, "v": 1, "from": "you", "text": "hôm qua", "state": "waiting", "problem": ""}
    kept = json.dumps({"session": None, "since": 0, "cleared": 0, "entries": [entry]})
    site.browser.execute_script("localStorage.setItem('motcua:chat', arguments[0])", kept)
    site.start()
    assert site.one(".state button").text == "Gửi lại"
    assert site.rasa.texts == []
    site.one(".state button").click()
    site.until(lambda: site.replies() == 1)


def test_what_was_erased_at_the_assistant_is_erased_here(site: Site) -> None:
    site.start()
    site.ask("tôi tên là Nguyễn Văn Mẫu")
    first, second = site.second_tab()
    site.rasa.answer = lambda text: custom(Reply(text="Đã xóa.", outcome=Outcome.SMALL_TALK, erased=True))
    site.say("xóa dữ liệu của tôi")
    for tab in (second, first):
        site.to(tab)
        site.until(lambda: site.questions() == ["xóa dữ liệu của tôi"] and site.replies() == 1)
    assert "Nguyễn Văn Mẫu" not in str(site.browser.execute_script("return JSON.stringify({...localStorage})"))
    site.rasa.answer = lambda text: custom(ANSWER)
    site.ask("tiếp")
    assert len({conversation for conversation, _ in site.rasa.asked}) == 1


# --- several tabs


def test_all_tabs_show_one_conversation(site: Site) -> None:
    site.rasa.answer = lambda text: custom(ANSWER)
    site.start()
    first, second = site.second_tab("/khai-sinh.html")
    site.ask("từ thẻ hai")
    site.all(".checklist input")[0].click()
    site.to(first)
    site.until(lambda: site.replies() == 1)
    assert site.questions() == ["từ thẻ hai"]
    assert site.states() == [""]
    site.until(lambda: [box.is_selected() for box in site.all(".checklist input")] == [True, False])
    site.ask("từ thẻ một")
    site.to(second)
    site.until(lambda: site.replies() == 2)
    assert site.questions() == ["từ thẻ hai", "từ thẻ một"]
    assert len({conversation for conversation, _ in site.rasa.asked}) == 1
    site.one("[aria-label='Xóa cuộc trò chuyện']").click()
    site.one(".confirm .danger").click()
    site.to(first)
    site.until(lambda: site.questions() == [])
    site.ask("mới")
    site.to(second)
    site.until(lambda: site.questions() == ["mới"])
    assert len({conversation for conversation, _ in site.rasa.asked}) == 2


def test_two_tabs_send_what_waits_once_and_both_show_it(site: Site) -> None:
    site.start()
    site.ask("đầu")
    site.network(False)
    first, second = site.browser.current_window_handle, ""
    site.say("một")
    site.until(lambda: site.all(".state button"))
    second = site.second_tab()[1]
    site.network(False)
    site.say("hai")
    site.until(lambda: site.questions() == ["đầu", "một", "hai"])
    for tab in (first, second):
        site.to(tab)
        site.network(True)
    for tab in (first, second):
        site.to(tab)
        site.until(lambda: site.replies() == 3)
        assert site.questions() == ["đầu", "một", "hai"]
        assert site.states() == ["", "", ""]
    assert sorted(site.rasa.texts) == sorted(["đầu", "một", "hai"])


def test_a_tab_that_is_closed_leaves_its_messages_to_the_other(site: Site) -> None:
    site.start()
    site.ask("một")
    site.network(False)
    first, _ = site.second_tab()
    site.network(False)
    site.say("hai")
    site.until(lambda: site.all(".state button"))
    site.browser.close()
    site.to(first)
    site.until(lambda: site.questions() == ["một", "hai"])
    site.network(True)
    site.until(lambda: site.replies() == 2)
    assert site.rasa.texts == ["một", "hai"]


def test_a_notice_is_shown_once_in_each_tab(site: Site) -> None:
    site.start()
    site.ask("chào")
    first, second = site.second_tab()
    news = Reply(text="Hồ sơ đã có kết quả.", outcome=Outcome.STATUS)
    site.actions.waiting.setdefault(site.rasa.asked[-1][0], {})["n1"] = news
    for tab in (first, second):
        site.to(tab)
        site.until(lambda: len(site.all(".notice")) == 1)
    site.until(lambda: site.actions.delivered)
    site.start()
    assert len(site.all(".notice")) == 1


def test_a_file_whose_tab_is_closed_is_offered_for_choosing_again(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "giấy.pdf"
    path.write_bytes(b"%PDF-1.7")
    site.start()
    site.ask("chào")
    first, second = site.second_tab()
    site.network(False)
    site.one("input[type=file]").send_keys(str(path))
    site.one(".send").click()
    site.until(lambda: "Chưa gửi được, sẽ gửi lại." in site.states()[-1])
    site.to(first)
    site.until(lambda: len(site.questions()) == 2 and "Chưa gửi được, sẽ gửi lại." in site.states()[-1])
    site.to(second)
    site.browser.close()
    site.to(first)
    site.until(lambda: "chọn lại tệp" in site.states()[-1])
    site.ask("tiếp")


# --- everybody can use it


def test_nothing_is_asked_of_anybody_else_and_little_is_loaded(site: Site) -> None:
    site.browser.get_log("performance")
    with_checklist(site)
    urls = list(requested(site.browser))
    hosts = {urlsplit(url).netloc for url in urls}
    assert hosts == {urlsplit(site.url).netloc, urlsplit(site.gateway).netloc}
    loaded = {url for url in urls if url.startswith(site.gateway)}
    assert f"{site.gateway}/widget.js" in loaded
    weight = sum(len(gzip.compress(httpx.get(url).content)) for url in loaded)
    assert weight < LIMIT, f"{weight} bytes"


def requested(browser: webdriver.Chrome) -> Iterator[str]:
    """The address of all that the pages asked for since the log was last read."""
    for line in browser.get_log("performance"):
        message = json.loads(line["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
        elif message["method"] == "Network.webSocketCreated":
            url = message["params"]["url"]
        else:
            continue
        if not url.startswith(("data:", "blob:", "about:", "chrome")):
            yield url


@pytest.mark.parametrize("look", ["light", "dark", "forced"])
def test_axe_finds_nothing(site: Site, look: str) -> None:
    with_checklist(site)
    site.media(**LOOKS[look])
    assert breaches(site) == []
    site.network(False)
    site.say("lệ phí")
    site.until(lambda: site.all(".state button"))
    assert breaches(site) == []
    site.close()
    assert breaches(site) == []


LOOKS = {
    "light": {},
    "dark": {"prefers_color_scheme": "dark"},
    "forced": {"forced_colors": "active", "prefers_color_scheme": "dark"},
}


def breaches(site: Site) -> list[str]:
    """What axe finds in the widget, of any impact."""
    axe = Axe(site.browser)
    axe.inject()
    return [
        f"{finding['id']}: {node['target']}"
        for finding in axe.run()["violations"]
        for node in finding["nodes"]
        if "motcua-chat" in str(node["target"])
    ]


def test_no_target_is_smaller_than_24_pixels(site: Site) -> None:
    with_checklist(site)
    for node in site.all("button, input[type=checkbox], textarea, summary"):
        if node.is_displayed():
            box = node.rect
            assert min(box["width"], box["height"]) >= 24, node.get_attribute("outerHTML")


def test_tab_stays_in_the_chat_where_it_covers_the_page(site: Site) -> None:
    with_checklist(site)
    assert site.one(".panel").get_attribute("aria-modal") == "true"
    seen = set()
    for _ in range(30):
        press(site, Keys.TAB)
        active = site.active()
        assert active is not None, "behind the chat nobody sees the focus"
        seen.add(active.get_attribute("aria-label") or active.text or active.tag_name)
    assert {"Đóng", "Xóa cuộc trò chuyện", "In hoặc lưu PDF", "Lưu về máy", "textarea", "Gửi"} <= seen
    press(site, Keys.SHIFT, Keys.TAB, Keys.NULL)
    assert site.active() is not None


def test_the_focus_on_the_site_is_never_hidden_by_the_chat(site: Site) -> None:
    site.width(1000, 700)
    site.start()
    assert site.one(".panel").get_attribute("aria-modal") == "false"
    site.browser.execute_script(
        "const link = document.body.appendChild(document.createElement('a'));"
        "link.href = '#x'; link.id = 'below'; link.textContent = 'dưới';"
        "link.style.cssText = 'position: fixed; right: 60px; bottom: 200px'"
    )
    site.browser.execute_script("document.querySelector('nav a').focus()")
    assert site.opened(), "what is seen may have the focus"
    site.browser.execute_script("document.querySelector('#below').focus()")
    assert not site.opened()
    assert site.browser.switch_to.active_element == site.host("#below")


def test_keyboard_alone(site: Site) -> None:
    site.rasa.answer = lambda text: custom(ANSWER)
    site.visit()
    site.host("footer").click()
    for _ in range(20):
        press(site, Keys.TAB)
        if site.active() == site.one(".launcher"):
            break
    assert site.active().value_of_css_property("outline-style") == "solid"
    press(site, Keys.ENTER)
    assert site.active() == site.one("textarea")
    press(site, "khai sinh", Keys.ENTER)
    site.until(lambda: site.replies() == 1)
    tab_to(site, ".checklist input", back=True)
    press(site, Keys.SPACE)
    assert "1/2" in site.one(".progress").text
    tab_to(site, ".bubble .choices button", back=True)
    assert site.active().text == "In hoặc lưu PDF" or site.active().text == "Lưu về máy"
    press(site, Keys.ESCAPE)
    assert not site.opened()
    assert site.active() == site.one(".launcher")


def test_what_a_screen_reader_is_told(site: Site) -> None:
    site.visit()
    closed = spoken(site)
    assert ("button", "Mở trợ lý một cửa") in closed
    assert not [name for role, name in closed if role in ("dialog", "log")]
    with_checklist(site)
    told = spoken(site)
    for wanted in (
        ("dialog", "Hỏi đáp thủ tục xã Minh Họa"), ("heading", "Hỏi đáp thủ tục xã Minh Họa"),
        ("button", "Xóa cuộc trò chuyện"), ("button", "Đóng"), ("log", "Tin nhắn"),
        ("heading", "Đăng ký khai sinh"), ("heading", "Giấy tờ cần có"), ("table", "Cách nộp, thời hạn, lệ phí"),
        ("columnheader", "Thời hạn"), ("rowheader", "Trực tiếp"), ("button", "In hoặc lưu PDF"),
        ("group", "Câu trả lời này có ích không?"), ("group", "Chọn nhanh"), ("button", "Gửi ảnh hoặc tệp PDF"),
        ("textbox", "Câu hỏi của anh/chị"), ("button", "Gửi"),
    ):  # fmt: skip
        assert wanted in told, wanted
    boxes = [name for role, name in told if role == "checkbox"]
    assert [name.split(" 1 bản")[0] for name in boxes] == ["Tờ khai đăng ký khai sinh", "Giấy chứng sinh"]
    order = [told.index(one) for one in (("button", "Đóng"), ("log", "Tin nhắn"), ("textbox", "Câu hỏi của anh/chị"))]
    assert order == sorted(order), "it is read in the order in which it is seen"
    assert not [one for one in told if one[0] in ("button", "checkbox", "textbox", "link") and not one[1]]
    assert site.one(".log").get_attribute("aria-live") == "polite"


def spoken(site: Site) -> list[tuple[str, str]]:
    """Role and name of all that a screen reader meets in the widget, in its order."""
    site.browser.execute_cdp_cmd("Accessibility.enable", {})
    nodes = site.browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    known = [node for node in nodes if not node["ignored"] and "name" in node]
    return [(str(node["role"]["value"]), str(node["name"].get("value", ""))) for node in known]


@pytest.mark.parametrize(("width", "height"), [(320, 256), (320, 568), (640, 400)])
def test_nothing_is_cut_off_when_it_is_zoomed(site: Site, width: int, height: int) -> None:
    """1280 by 1024 at 400 % is 320 by 256, at 200 % of a small screen 640 by 400."""
    site.width(width, height)
    with_checklist(site)
    for node in site.all(".header, .scroll, .bubble, .card, .checklist, .choices, table, .quick, .form, .row"):
        inside, visible, right = site.browser.execute_script(WIDTHS, node)
        assert inside <= visible + 1, node.get_attribute("class")
        assert right <= width + 1, node.get_attribute("class")
    assert site.one(".scroll").rect["height"] >= 100, "something can be read"
    field = site.one("textarea").rect
    assert field["y"] + field["height"] <= height


def test_letters_twice_as_large_cut_nothing_off(site: Site) -> None:
    site.width(390, 800)
    with_checklist(site)
    site.browser.execute_script(f"{WIDGET}.querySelector('.root').style.fontSize = '32px'")
    for node in site.all(".header, .scroll, .bubble, .quick, .form"):
        inside, visible, right = site.browser.execute_script(WIDTHS, node)
        assert inside <= visible + 1, node.get_attribute("class")
        assert right <= 391


def test_nothing_moves_for_those_who_want_no_motion(site: Site) -> None:
    site.start()
    rules = site.browser.execute_script(
        f"return {WIDGET}.adoptedStyleSheets[0].cssRules.length ? [...{WIDGET}.querySelectorAll('*')]"
        ".filter((node) => getComputedStyle(node).transitionDuration !== '0s').length : -1"
    )
    assert rules == 0
    show = f"{WIDGET}.querySelector('.typing').innerHTML = '<span class=\"dots\"><i></i></span>'"
    moves = f"return getComputedStyle({WIDGET}.querySelector('.dots i')).animationName"
    site.browser.execute_script(show)
    assert site.browser.execute_script(moves) == "wait"
    site.media(prefers_reduced_motion="reduce")
    assert site.browser.execute_script(moves) == "none"


def test_the_sites_style_does_not_reach_the_chat(site: Site) -> None:
    with_checklist(site)
    button = site.one(".quick button")
    assert button.value_of_css_property("text-transform") == "none"
    assert "Times" not in button.value_of_css_property("font-family")
    assert site.host("button[data-motcua-open]").value_of_css_property("text-transform") == "uppercase"


ATTRIBUTES = 'data-colour="#7a1fa2" data-scheme="light" data-side="left" data-procedure="1.001193.000.00.00.H41"'


def test_attributes_of_the_script(site: Site, tmp_path: Path) -> None:
    tag = f'<script src="{site.gateway}/widget.js" {ATTRIBUTES}></script>'
    page = f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>Xã</title>{tag}<body></body></html>'
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    site.media(prefers_color_scheme="dark")
    with served(tmp_path) as (url, _):
        site.browser.get(url)
        launcher = site.one(".launcher")
        assert launcher.rect["x"] < 100
        launcher.click()
        assert "thủ tục có mã 1.001193" in site.one(".turn.assistant").text
        assert site.one(".panel").value_of_css_property("background-color") == "rgba(238, 242, 246, 1)"
        purple = "rgba(122, 31, 162, 1)"
        assert site.one(".header").value_of_css_property("background-color") == purple
        assert site.one(".quick button").value_of_css_property("color") == purple, "links too, as it can be read"
        paint = f"{WIDGET}.querySelector('.root').style"
        assert site.browser.execute_script(f"return {paint}.getPropertyValue('--on-brand')") == "#fff"


def test_a_colour_that_cannot_be_read_is_none_for_links(site: Site, tmp_path: Path) -> None:
    tag = f'<script src="{site.gateway}/widget.js" data-colour="#ffe066"></script>'
    (tmp_path / "index.html").write_text(f'<!doctype html><html lang="vi"><title>Xã</title>{tag}<body></body></html>')
    with served(tmp_path) as (url, _):
        site.browser.get(url)
        site.one(".launcher").click()
        assert site.one(".header").value_of_css_property("color") == "rgba(0, 0, 0, 1)"
        assert site.one(".quick button").value_of_css_property("color") == "rgba(11, 87, 164, 1)"
