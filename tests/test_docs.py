"""The documentation names every setting, error, command and target, and its links lead somewhere."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest
import typer
import typer.main
from pydantic_settings import BaseSettings

from actions.__main__ import app as actions_commands
from actions.desk.settings import DeskSettings
from actions.dossiers.__main__ import app as dossier_commands
from actions.dossiers.access_settings import AccessSettings
from actions.dossiers.sandbox.settings import SandboxSettings
from actions.dossiers.settings import DossierSettings
from actions.inner_token import InnerSettings
from actions.metrics import MetricsSettings
from actions.privacy.settings import PrivacySettings
from actions.submissions.file_settings import FileSettings
from actions.watching.settings import WatchSettings
from bot.__main__ import app as bot_commands
from bot.channels.telegram_settings import TelegramSettings
from bot.channels.zalo_bot_settings import ZaloBotSettings
from bot.channels.zalo_oa_settings import ZaloOaSettings
from bot.settings import BotSettings
from knowledge.__main__ import app as knowledge_commands
from knowledge.settings import ROOT, KnowledgeSettings

LAUNCHER_SETTINGS = (
    "MOTCUA_ACTIONS_HOST",
    "MOTCUA_PORT",
    "MOTCUA_RASA_PORT",
    "MOTCUA_ACTIONS_PORT",
    "MOTCUA_SANDBOX_PORT",
    "MOTCUA_CONVERSATIONS",
    "MOTCUA_REDIS_URL",
)
SETTINGS: tuple[type[BaseSettings], ...] = (
    KnowledgeSettings, BotSettings, DeskSettings, DossierSettings, AccessSettings, WatchSettings, PrivacySettings,
    FileSettings, InnerSettings, SandboxSettings, MetricsSettings, TelegramSettings, ZaloOaSettings, ZaloBotSettings,
)  # fmt: skip
WITH_ERRORS = ("knowledge", "bot", "actions.desk", "actions.dossiers", "actions.submissions", "actions.privacy",
               "storage")  # fmt: skip
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def documentation() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def missing(names: list[str]) -> list[str]:
    """Those that no page names as whole words."""
    text = documentation()
    assert names
    return [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]


def test_there_is_documentation() -> None:
    assert len(PAGES) > 3


def names_of(settings: type[BaseSettings]) -> list[str]:
    """The settings of a class, as the environment names them."""
    return [f"{settings.model_config['env_prefix']}{name}".upper() for name in settings.model_fields]


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_setting(settings: type[BaseSettings]) -> None:
    assert missing(names_of(settings)) == []


def test_every_setting_of_the_launcher() -> None:
    assert missing(list(LAUNCHER_SETTINGS)) == []


def codes(package: str) -> list[str]:
    """The codes of a package's errors."""
    module = importlib.import_module(f"{package}.errors")
    errors = (found for _, found in inspect.getmembers(module, inspect.isclass) if issubclass(found, Exception))
    return [str(vars(error)["code"]) for error in errors]


@pytest.mark.parametrize("package", WITH_ERRORS)
def test_every_error(package: str) -> None:
    assert missing(codes(package)) == []


def test_every_target_of_make() -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(targets) >= 10
    assert missing([f"make {target}" for target in targets]) == []


@pytest.mark.parametrize(
    ("package", "app"),
    [
        ("knowledge", knowledge_commands),
        ("bot", bot_commands),
        ("actions", actions_commands),
        ("actions.dossiers", dossier_commands),
    ],
    ids=["knowledge", "bot", "actions", "dossiers"],
)
def test_every_command(package: str, app: typer.Typer) -> None:
    assert missing([f"python -m {package} {name}" for name in commands_of(app)]) == []


def commands_of(app: typer.Typer) -> set[str]:
    """The commands, those of groups below with the group's name before: "desk list"."""
    names = set()
    for name, command in typer.main.get_group(app).commands.items():
        below = getattr(command, "commands", None)
        names |= {f"{name} {one}" for one in below} if below else {name}
    return names


def test_every_target_that_is_named_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z]+)", documentation()))
    assert named
    assert [name for name in sorted(named) if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def test_every_command_that_is_named_is_there() -> None:
    known = {
        "knowledge": set(typer.main.get_group(knowledge_commands).commands),
        "bot": set(typer.main.get_group(bot_commands).commands),
        "actions": set(typer.main.get_group(actions_commands).commands),
        "actions.dossiers": set(typer.main.get_group(dossier_commands).commands),
    }
    named = re.findall(r"python -m (knowledge|bot|actions\.dossiers|actions) ([a-z][a-z-]+)", documentation())
    assert named
    assert [name for package, name in named if name not in known[package]] == []


def test_every_setting_that_is_named_is_there() -> None:
    known = {*LAUNCHER_SETTINGS, *(name for settings in SETTINGS for name in names_of(settings))}
    named = set(re.findall(r"\bMOTCUA_[A-Z_]*[A-Z]\b", documentation()))
    assert sorted(named - known) == []


def test_every_error_code_that_is_named_is_there() -> None:
    known = {code for package in WITH_ERRORS for code in codes(package)}
    assert sorted(set(re.findall(r"\b[KBDRSPA]\d{3}\b", documentation())) - known) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    links = [link.partition("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8"))]
    local = [link for link in links if link and not link.startswith(("http://", "https://", "mailto:"))]
    assert [link for link in local if not (page.parent / link).exists()] == []
