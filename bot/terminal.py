"""The assistant in a terminal."""

from __future__ import annotations

import httpx
from rich.console import Console

from bot.client import Conversation, connect
from knowledge.reply import Button, Reply


def talk(url: str, screen: Console) -> None:
    """Reads lines and shows replies until the end of input."""
    with connect(url) as client:
        conversation = Conversation(client)
        screen.print("[bold]motcua[/] – trợ lý tự động. Gõ câu hỏi; gõ số để chọn nút; Ctrl-D để thoát.")
        buttons: tuple[Button, ...] = ()
        while (line := _read(screen)) is not None:
            if line.strip():
                buttons = _say(conversation, line.strip(), buttons, screen)


def _say(conversation: Conversation, line: str, buttons: tuple[Button, ...], screen: Console) -> tuple[Button, ...]:
    tapped = buttons[int(line) - 1] if line.isdigit() and 1 <= int(line) <= len(buttons) else None
    try:
        reply = conversation.say(tapped.title, tapped.payload) if tapped else conversation.say(line)
    except httpx.HTTPStatusError as error:
        screen.print(error.response.json()["error"]["message"], style="red", highlight=False)
        return buttons
    _show(reply, screen)
    return reply.buttons


def _show(reply: Reply, screen: Console) -> None:
    screen.print(reply.text, markup=False, highlight=False)
    for position, button in enumerate(reply.buttons, 1):
        screen.print(f"  [{position}] {button.title}", style="cyan", markup=False, highlight=False)


def _read(screen: Console) -> str | None:
    try:
        return screen.input("[bold]bạn>[/] ")
    except (EOFError, KeyboardInterrupt):
        return None
