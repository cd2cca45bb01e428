"""The assistant in a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from rich.console import Console

from bot.channels.words import attached_words, chosen, said_of, told
from bot.client import Conversation, connect
from knowledge.reply import Button, Reply

ATTACH = re.compile(r"/g(?:ử|u)i\s+(?P<path>.+)", re.IGNORECASE)


class Talk:
    """One talk: what it shows, where, and the menu that is chosen from."""

    def __init__(self, client: httpx.Client, screen: Console) -> None:
        self._url = str(client.base_url).rstrip("/")
        self._conversation = Conversation(client)
        self._screen = screen
        self._menu: tuple[Button, ...] = ()

    def hear(self, line: str) -> None:
        """Sends a line, a tapped button or a file, and shows what comes back."""
        try:
            reply = self._said(line)
        except httpx.HTTPStatusError as error:
            self._screen.print(_refusal(error), style="red", highlight=False)
            return
        except OSError as error:
            self._screen.print(f"Không mở được tệp: {error.strerror}.", style="red", highlight=False, markup=False)
            return
        self._show(reply)
        for notice in self._conversation.notices():
            self._screen.print("Tin mới:", style="bold")
            self._show(notice.reply, with_menu=False)

    def _said(self, line: str) -> Reply:
        if attached := ATTACH.fullmatch(line):
            return self._give(attached["path"].strip("\"'"))
        tapped = chosen(line, self._menu)
        return self._conversation.say(tapped.title, tapped.payload) if tapped else self._conversation.say(line)

    def _give(self, path: str) -> Reply:
        uploaded = self._conversation.attach(Path(path).expanduser())
        self._screen.print(f"Đã gửi {uploaded.name}.", style="green", markup=False, highlight=False)
        return self._conversation.say(uploaded.name, uploaded.payload)

    def _show(self, reply: Reply, with_menu: bool = True) -> None:
        beside = [attached_words(one, f"{self._url}/api/files/{one.id}", said_of(reply)) for one in reply.attached]
        shown = told(reply if with_menu else reply.model_copy(update={"buttons": ()}), beside)
        for paragraph in shown.paragraphs:
            for line in paragraph.split("\n"):
                self._print(line, whole="://" in line)
            self._print("")
        if with_menu:
            self._menu = shown.menu
        if reply.wants_file:
            self._print("(gõ /gửi và đường dẫn của tệp để gửi ảnh hay PDF)", "green")

    def _print(self, text: str, style: str | None = None, whole: bool = False) -> None:
        """whole: a line that must not be broken, since an address stands in it."""
        self._screen.print(text, style=style, markup=False, highlight=False, soft_wrap=whole)


def talk(url: str, screen: Console) -> None:
    """Reads lines and shows replies until the end of input."""
    with connect(url) as client:
        talking = Talk(client, screen)
        screen.print(
            "[bold]motcua[/] – trợ lý tự động. Gõ câu hỏi; gõ số để chọn; /gửi TỆP để gửi ảnh hay PDF; Ctrl-D để thoát."
        )
        while (line := _read(screen)) is not None:
            if line.strip():
                talking.hear(line.strip())


def _refusal(error: httpx.HTTPStatusError) -> str:
    """The sentence of a refusal; one that is not of the gateway has none."""
    try:
        return str(error.response.json()["error"]["message"])
    except (ValueError, TypeError, KeyError):
        return f"Trợ lý không trả lời được ({error.response.status_code})."


def _read(screen: Console) -> str | None:
    try:
        return screen.input("[bold]bạn>[/] ")
    except (EOFError, KeyboardInterrupt):
        return None
