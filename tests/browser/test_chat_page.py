"""The chat page and the widget in a real browser, against a running assistant."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin

import pytest
from axe_selenium_python import Axe
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

STATIC = Path(__file__).parents[2] / "bot" / "static"
QUESTION = "làm giấy khai sinh cho con cần giấy tờ gì, hết bao nhiêu tiền"
THUMBS = ("👍 Có ích", "👎 Chưa đúng ý")
FOREIGN_PORT = 18599  # fixed, so that the assistant's settings can allow this origin
PATIENCE = 30.0  # seconds for a reply
POLL = 0.05  # seconds between two looks

IN_WIDGET = "return [...document.querySelector('motcua-chat').shadowRoot.querySelectorAll(arguments[0])]"
ACTIVE = "return document.querySelector('motcua-chat').shadowRoot.activeElement"
WIDTHS = "const n = arguments[0]; return [n.scrollWidth, n.clientWidth, n.getBoundingClientRect().right]"
COMPOSING_ENTER = """
arguments[0].dispatchEvent(new KeyboardEvent("keydown", {
  key: "Enter", keyCode: 13, isComposing: true, bubbles: true, composed: true, cancelable: true
}))"""


class Chat:
    """What a person does with the chat, wherever it stands."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser

    def open(self, url: str) -> None:
        """Opens a page as somebody who was never here."""
        self.browser.get(urljoin(url, "/favicon.svg"))  # of the same origin, and no chat there keeps anything
        self.browser.execute_script("localStorage.clear()")
        self.browser.get(url)
        self.until(lambda: self.all("textarea"))

    def reload(self) -> None:
        self.browser.refresh()
        self.until(lambda: self.all("textarea"))

    def all(self, selector: str) -> list[WebElement]:
        """Elements inside the shadow root."""
        return cast(list[WebElement], self.browser.execute_script(IN_WIDGET, selector))

    def one(self, selector: str) -> WebElement:
        """The first such element, as soon as there is one."""
        return cast(WebElement, self.until(lambda: self.all(selector))[0])

    def active(self) -> WebElement:
        return cast(WebElement, self.browser.execute_script(ACTIVE))

    def until(self, condition: Any) -> Any:
        waiting = WebDriverWait(self.browser, PATIENCE, POLL, ignored_exceptions=(StaleElementReferenceException,))
        return waiting.until(lambda _: condition())

    def questions(self) -> list[str]:
        return [str(node.get_property("textContent")) for node in self.all(".turn.you .bubble p")]

    def quick(self) -> list[str]:
        """What stands on the quick replies."""
        return [str(button.get_property("textContent")) for button in self.all(".quick button")]

    def show(self, text: str, buttons: dict[str, str], outcome: str = "clarify") -> None:
        """A kept conversation whose last reply is this one. buttons: payloads by their titles."""
        offered = [{"title": title, "payload": payload} for title, payload in buttons.items()]
        reply = {"text": text, "outcome": outcome, "buttons": offered, "card": None}
        entries = [
            {"id": "1", "from": "you", "text": "khai sinh", "state": "sent"},
            {"id": "2", "from": "assistant", "reply": reply},
        ]
        kept = json.dumps({"session": None, "entries": entries})
        url = self.browser.current_url
        self.browser.get(urljoin(url, "/favicon.svg"))
        self.browser.execute_script("localStorage.setItem('motcua:chat', arguments[0])", kept)
        self.browser.get(url)
        self.until(lambda: self.all("textarea"))

    def replies(self) -> int:
        """How many replies there are, without the greeting."""
        return len(self.all(".turn.assistant")) - 1

    def ask(self, text: str) -> None:
        """Types a question, sends it with Enter and waits for its reply."""
        before = self.replies()
        self.one("textarea").send_keys(text, Keys.ENTER)
        self.until(lambda: self.replies() > before)

    def width(self, pixels: int, height: int = 800) -> None:
        self._command(
            "Emulation.setDeviceMetricsOverride",
            {"width": pixels, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def dark(self, yes: bool) -> None:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if yes else "light"}
        self._command("Emulation.setEmulatedMedia", {"features": [scheme]})

    def network(self, works: bool) -> None:
        self._command("Network.enable", {})
        self._command(
            "Network.emulateNetworkConditions",
            {"offline": not works, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )

    def stands_at(self, lat: float, lon: float) -> None:
        """Puts the device somewhere and lets the page know it."""
        origin = str(self.browser.execute_script("return location.origin"))
        self._command("Browser.grantPermissions", {"origin": origin, "permissions": ["geolocation"]})
        place = {"latitude": lat, "longitude": lon, "accuracy": 10}
        self._command("Emulation.setGeolocationOverride", place)

    def _command(self, name: str, arguments: dict[str, Any]) -> None:
        self.browser.execute_cdp_cmd(name, arguments)


@pytest.fixture
def chat(browser: webdriver.Chrome, assistant_url: str) -> Iterator[Chat]:
    """The chat page, fresh, on a phone."""
    chat = Chat(browser)
    chat.width(390)
    chat.dark(False)
    chat.open(f"{assistant_url.rstrip('/')}/")
    yield chat
    chat.network(True)


@contextmanager
def served(folder: Path, port: int = 0) -> Iterator[tuple[str, ThreadingHTTPServer]]:
    """A folder on a web server of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server
    finally:
        server.shutdown()
        server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def test_greets_as_an_automatic_assistant_with_examples(chat: Chat) -> None:
    greeting = chat.one(".turn.assistant").text
    assert "trợ lý tự động, không phải cán bộ" in greeting
    assert len(chat.all(".quick button")) == 4
    assert "motcua – Trợ lý một cửa Nghệ An" in chat.one("h1").text


def test_card_with_checklist_and_ways(chat: Chat) -> None:
    chat.ask(QUESTION)
    card = chat.one(".card")
    assert "1.001193" in card.text
    assert len(chat.all(".checklist input[type=checkbox]")) >= 2
    assert [head.get_attribute("scope") for head in chat.all("thead th")] == ["col", "col", "col"]
    assert {head.get_attribute("scope") for head in chat.all("tbody th")} == {"row"}
    assert "miễn phí" in chat.one("table").text
    assert chat.one(".turn:last-child .source").text.startswith("Nguồn:")
    link = chat.one(".card a[target=_blank]")
    assert link.get_attribute("rel") == "noopener"
    assert str(link.get_attribute("href")).startswith("https://")


def test_nothing_of_the_text_is_said_twice(chat: Chat) -> None:
    chat.ask(QUESTION)
    shown = str(chat.one(".turn:last-child .bubble").get_property("textContent"))
    names = [str(name.get_property("textContent")) for name in chat.all(".checklist b")]
    assert names
    assert all(shown.count(f"{name}: ") == 0 for name in names), "the bullets of the text stand beside the checklist"
    assert shown.count("Nguồn:") == 1


def test_ticks_and_history_stay_over_a_reload(chat: Chat) -> None:
    chat.ask(QUESTION)
    boxes = chat.all(".checklist input")
    boxes[1].click()
    assert "1/" in chat.one(".progress").text
    chat.reload()
    ticked = [box.is_selected() for box in chat.all(".checklist input")]
    assert ticked == [position == 1 for position in range(len(boxes))]
    assert chat.questions() == [QUESTION]
    assert chat.replies() == 1
    assert chat.all(".quick button"), "the quick replies of the last reply are back"


def test_tick_shows_on_another_card_of_the_procedure(chat: Chat) -> None:
    chat.ask(QUESTION)
    chat.ask(QUESTION)
    first, second = (card.find_elements("css selector", "input")[0] for card in chat.all(".checklist"))
    second.click()
    assert first.is_selected()


def test_quick_reply_sends_and_goes_away(chat: Chat) -> None:
    chat.ask(QUESTION)
    button = chat.all(".quick button")[-1]
    title = button.text
    before = chat.replies()
    button.click()
    chat.until(lambda: chat.replies() > before)
    assert chat.questions()[-1] == title
    assert title not in [button.text for button in chat.all(".quick button")]


NEAR_ME = "Gần tôi nhất"


def test_where_the_device_stands_is_told_when_somebody_taps_it_and_kept_nowhere(chat: Chat) -> None:
    chat.stands_at(18.67094, 105.65568)  # the middle of Phường Thành Vinh
    chat.ask("đăng ký kết hôn nộp ở đâu")
    button = next(button for button in chat.all(".quick button") if NEAR_ME in button.text)
    before = chat.replies()
    button.click()
    chat.until(lambda: chat.replies() > before)
    assert "Phường Thành Vinh" in chat.one(".turn:last-child").text
    kept = str(chat.browser.execute_script("return localStorage.getItem('motcua:chat')"))
    assert "18.67" not in kept


def test_thumbs_stand_below_the_last_answer_and_not_among_the_quick_replies(chat: Chat) -> None:
    chat.ask(QUESTION)
    assert [thumb.get_attribute("aria-label") for thumb in chat.all(".last > .thumbs button")] == list(THUMBS)
    assert not set(chat.quick()) & set(THUMBS)
    chat.ask("đăng ký tạm trú nộp ở đâu")
    shown = [row.is_displayed() for row in chat.all(".thumbs")]
    assert shown == [False] * (len(shown) - 1) + [True]


@pytest.mark.parametrize("thumb", [0, 1], ids=["helpful", "unhelpful"])
def test_a_thumb_can_be_tapped_once_and_stays_marked(chat: Chat, thumb: int) -> None:
    chat.ask(QUESTION)
    chat.all(".thumbs button")[thumb].click()
    chat.until(lambda: chat.replies() == 2)
    assert chat.questions()[-1] == THUMBS[thumb]
    for _ in range(2):
        buttons = chat.all(".thumbs button")
        assert [button.is_enabled() for button in buttons] == [False, False]
        assert [button.get_attribute("aria-pressed") for button in buttons].index("true") == thumb
        assert buttons[thumb].is_displayed()
        chat.reload()


def test_thanks_for_a_thumb_take_no_quick_reply_away(chat: Chat) -> None:
    chat.show("Đăng ký khai sinh", {"Lệ phí": "aspects:fees", THUMBS[0]: "feedback:helpful"}, "answer")
    chat.one(".thumbs button").click()
    chat.until(lambda: chat.replies() == 2)
    assert chat.quick() == ["Lệ phí"]


def test_only_what_is_listed_with_a_number_has_one(chat: Chat) -> None:
    options = {"Rồi": "answer:ket-hon=co", "Chưa": "answer:ket-hon=khong"}
    chat.show("👉 Kết hôn chưa ạ?\n1. Rồi\n2. Chưa", {**options, "Tôi không rõ": "answer:ket-hon=?"})
    assert chat.quick() == ["1. Rồi", "2. Chưa", "Tôi không rõ"]


def test_a_question_after_an_answer_stands_below_its_source(chat: Chat) -> None:
    chat.show("Đăng ký khai sinh\n\nNguồn: Cổng.\n\n👉 Kết hôn chưa ạ?", {}, "answer")
    text = str(chat.one(".last .bubble").get_property("textContent"))
    assert text.index("Nguồn:") < text.index("👉")


def test_many_quick_replies_wrap_on_a_phone(chat: Chat) -> None:
    chat.width(360)
    titles = [f"Lựa chọn số {number} với một cái tên dài cho vừa hết một nút bấm" for number in range(12)]
    chat.show("Việc nào ạ?", {title: f"place:{number:05d}" for number, title in enumerate(titles)})
    assert chat.quick() == titles
    for button in chat.all(".quick button"):
        inside, visible, right = chat.browser.execute_script(WIDTHS, button)
        assert inside <= visible + 1
        assert right <= 360
    inside, visible, _ = chat.browser.execute_script(WIDTHS, chat.one(".scroll"))
    assert inside <= visible
    last = chat.all(".quick button")[-1]
    last.click()
    chat.until(lambda: chat.questions()[-1] == titles[-1])


def test_enter_while_composing_does_not_send(chat: Chat) -> None:
    field = chat.one("textarea")
    field.send_keys("giấy khai sinh")
    chat.browser.execute_script(COMPOSING_ENTER, field)
    assert chat.questions() == []
    assert field.get_property("value") == "giấy khai sinh"
    field.send_keys(Keys.SHIFT, Keys.ENTER)
    assert chat.questions() == []
    assert field.get_property("value") == "giấy khai sinh\n"
    field.send_keys(Keys.ENTER)
    chat.until(lambda: chat.questions() == ["giấy khai sinh"])


def test_textarea_grows_to_five_lines_and_counts_near_the_end(chat: Chat) -> None:
    field = chat.one("textarea")
    low = field.size["height"]
    field.send_keys("một", *[key for _ in range(3) for key in (Keys.SHIFT, Keys.ENTER, Keys.NULL, "hai")])
    middle = field.size["height"]
    field.send_keys(*[key for _ in range(12) for key in (Keys.SHIFT, Keys.ENTER, Keys.NULL, "ba")])
    high = field.size["height"]
    assert low < middle < high < 5.5 * low
    assert chat.one(".counter").text == ""
    field.clear()
    chat.browser.execute_script("arguments[0].value = 'a'.repeat(1949)", field)
    field.send_keys("a")
    assert "50" in chat.one(".counter").text
    field.send_keys("b" * 60)
    assert len(str(field.get_property("value"))) == 2000


def test_keyboard_alone(chat: Chat) -> None:
    tab_to(chat, "textarea")
    press(chat, "khai sinh cho con cần giấy tờ gì", Keys.ENTER)
    chat.until(lambda: chat.replies() == 1 and chat.all(".quick button"))
    tab_to(chat, ".quick button", back=True)
    title = chat.active().text
    press(chat, Keys.ENTER)
    chat.until(lambda: chat.replies() == 2)
    assert title.endswith(chat.questions()[-1])  # the button may have a number in front
    tab_to(chat, ".quick button")  # the focus is on the message sent, so what follows is the reply and its buttons
    assert chat.active().is_displayed()


def tab_to(chat: Chat, selector: str, *, back: bool = False) -> None:
    """Presses Tab (or Shift+Tab) until the focus is on such an element; the focus must be visible there."""
    for _ in range(40):
        press(chat, *((Keys.SHIFT, Keys.TAB, Keys.NULL) if back else (Keys.TAB,)))
        active = chat.active()
        if active and active in chat.all(selector):
            assert active.value_of_css_property("outline-style") == "solid"
            return
    raise AssertionError(f"{selector} cannot be reached with the keyboard")


def press(chat: Chat, *keys: str) -> None:
    webdriver.ActionChains(chat.browser).send_keys(*keys).perform()


@pytest.mark.parametrize("width", [320, 390, 640])
def test_no_horizontal_scroll(chat: Chat, width: int) -> None:
    chat.width(width, 640)
    chat.ask(QUESTION)
    for script in ("return document.documentElement.scrollWidth", "return document.body.scrollWidth"):
        assert int(chat.browser.execute_script(script)) <= width
    for node in chat.all(".scroll, .bubble, .card, table, .quick, .form, .header"):
        inside, visible, right = chat.browser.execute_script(WIDTHS, node)
        assert inside <= visible + 1, node.get_attribute("class")
        assert right <= width + 1, node.get_attribute("class")


def test_letters_of_the_input_keep_phones_from_zooming(chat: Chat) -> None:
    assert float(chat.one("textarea").value_of_css_property("font-size").removesuffix("px")) >= 16


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(chat: Chat, dark: bool) -> None:
    chat.dark(dark)
    assert serious(chat) == []
    chat.ask(QUESTION)
    chat.one(".checklist input").click()
    assert serious(chat) == []
    chat.one("[aria-label='Xóa cuộc trò chuyện']").click()
    assert serious(chat) == []
    chat.network(False)
    chat.one("textarea").send_keys("lệ phí", Keys.ENTER)
    chat.one(".state button")
    assert serious(chat) == []


def serious(chat: Chat) -> list[str]:
    """The serious and critical findings of axe."""
    axe = Axe(chat.browser)
    axe.inject()
    found = axe.run()["violations"]
    return [
        f"{finding['id']}: {[node['target'] for node in finding['nodes']]}"
        for finding in found
        if finding["impact"] in ("serious", "critical")
    ]


def test_widget_in_a_foreign_page(chat: Chat, assistant_url: str, tmp_path: Path) -> None:
    host = assistant_url.rstrip("/")
    policy = f"default-src 'none'; script-src {host}; connect-src {host} {host.replace('http', 'ws', 1)}"
    (tmp_path / "index.html").write_text(
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Xã</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<script src="{host}/widget.js" data-title="Hỏi đáp của xã" data-greeting="Chào bà con!"></script>'
        f"</head><body><main><h1>Trang của xã</h1></main></body></html>",
        encoding="utf-8",
    )
    with served(tmp_path, FOREIGN_PORT) as (url, _):
        chat.open(url)
        launcher = chat.one(".launcher")
        assert launcher.value_of_css_property("position") == "fixed", "the style is not blocked by the site's policy"
        assert serious(chat) == []
        launcher.click()
        assert chat.active() == chat.one("textarea")
        assert chat.one("h2").text == "Hỏi đáp của xã"
        assert "Chào bà con!" in chat.one(".turn.assistant").text
        assert "trợ lý tự động" in chat.one(".turn.assistant").text
        chat.ask(QUESTION)
        assert "1.001193" in chat.one(".card").text
        assert serious(chat) == []
        chat.one("textarea").send_keys(Keys.ESCAPE)
        assert not chat.one(".panel").is_displayed()
        assert chat.active() == chat.one(".launcher")


def test_message_stays_without_network_and_is_sent_when_it_is_back(chat: Chat) -> None:
    chat.ask("khai sinh")
    chat.network(False)
    chat.one("textarea").send_keys(QUESTION, Keys.ENTER)
    assert chat.one(".state button").text == "Gửi lại ngay"
    assert "Chưa gửi được, sẽ gửi lại." in chat.one(".turn.you:last-child .state").text
    assert chat.questions()[-1] == QUESTION
    assert chat.one(".network").text
    chat.network(True)
    chat.until(lambda: chat.replies() == 2)
    assert not chat.all(".state button")
    assert chat.questions().count(QUESTION) == 1


def test_message_stays_when_the_gateway_is_gone(chat: Chat) -> None:
    with served(STATIC) as (url, _):
        chat.open(url)
    chat.one("textarea").send_keys(QUESTION, Keys.ENTER)
    assert chat.one(".state button").text == "Gửi lại ngay"
    assert chat.questions() == [QUESTION]
    chat.one("textarea").send_keys("vẫn gõ được")
    assert chat.one("textarea").get_property("value") == "vẫn gõ được"


def test_clearing_asks_first(chat: Chat) -> None:
    chat.ask(QUESTION)
    chat.one(".checklist input").click()
    chat.one("[aria-label='Xóa cuộc trò chuyện']").click()
    assert chat.active().text == "Giữ lại"
    chat.active().send_keys(Keys.ESCAPE)
    assert chat.replies() == 1
    chat.one("[aria-label='Xóa cuộc trò chuyện']").click()
    chat.one(".confirm .danger").click()
    assert chat.questions() == []
    assert len(chat.all(".quick button")) == 4
    chat.reload()
    assert chat.questions() == []
    chat.ask(QUESTION)
    assert not any(box.is_selected() for box in chat.all(".checklist input"))


def test_works_where_storage_is_forbidden(chat: Chat) -> None:
    forbid = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
    script = chat.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": forbid})
    try:
        chat.reload()
        chat.ask(QUESTION)
        chat.one(".checklist input").click()
        assert chat.one(".checklist input").is_selected()
    finally:
        chat.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script["identifier"]})


def test_markup_in_a_message_stays_text(chat: Chat) -> None:
    chat.ask("<img src=x onerror=\"document.title='hacked'\"> <b>đậm</b>")
    assert not chat.all(".log img, .turn.you b")
    assert chat.browser.title != "hacked"


def test_picture_of_an_answer(chat: Chat, tmp_path: Path) -> None:
    """The picture in the README: MOTCUA_PICTURE names the file to keep it in."""
    chat.width(430, 900)
    chat.ask(QUESTION)
    picture = tmp_path / "chat.png"
    assert chat.browser.save_screenshot(str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")
    if target := os.environ.get("MOTCUA_PICTURE"):
        shutil.copyfile(picture, target)
