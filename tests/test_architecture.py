"""The arrows between the packages point one way, every module has its tests, every error its code."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest

from knowledge.settings import ROOT

OURS = ("knowledge", "storage", "actions", "bot", "understanding", "deploy")
WITH_ERRORS = ("knowledge", "bot", "actions.desk", "actions.dossiers", "actions.submissions", "actions.privacy",
               "storage")  # fmt: skip
# The only modules of knowledge that ask anything of another machine: the national portal, to sync its procedures.
ASK_THE_PORTAL = {"knowledge/imports/portal_client.py", "knowledge/imports/sync.py"}
# The modules of knowledge that Rasa's environment uses too.
IN_RASAS_ENVIRONMENT = ("masking", "names", "normalise")
# Modules of knowledge without a test file of their own name, and where they are tested.
TESTED_ELSEWHERE = {"__init__": "holds nothing", "__main__": "test_main.py"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Full names of all that a module imports, inside of functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def arrows(package: str, *targets: str) -> list[str]:
    """What a package imports of the targets, as "file -> name"."""
    return [
        f"{path.relative_to(ROOT)} -> {name}"
        for path in modules(package)
        for name in sorted(imports(path))
        if any(name == target or name.startswith(f"{target}.") for target in targets)
    ]


@pytest.mark.parametrize("package", OURS)
def test_there_is_something_to_look_at(package: str) -> None:
    assert len(modules(package)) > 2


def test_knowledge_knows_no_channel_no_server_and_no_rasa() -> None:
    assert arrows("knowledge", "bot", "actions", "understanding", "deploy", "tests") == []
    assert arrows("knowledge", "starlette", "uvicorn", "rasa", "rasa_sdk", "sanic") == []


def test_only_the_sync_with_the_portal_speaks_http() -> None:
    asking = arrows("knowledge", "httpx", "requests", "urllib.request", "http", "aiohttp", "socket")
    assert asking != []
    assert [arrow for arrow in asking if arrow.split(" -> ")[0] not in ASK_THE_PORTAL] == []


def test_what_answers_citizens_needs_nothing_of_the_formats_of_imports() -> None:
    """A snapshot holds records; where they came from is the business of commands."""
    commands = {"knowledge/__main__.py", *(f"knowledge/imports/{path.name}" for path in modules("knowledge/imports"))}
    used = {arrow for arrow in arrows("knowledge", "knowledge.imports") if arrow.split(" -> ")[0] not in commands}
    assert {arrow.split(" -> ")[1] for arrow in used} == {"knowledge.imports.merge.Merged"}


def test_storage_knows_nobody() -> None:
    assert arrows("storage", "knowledge", "bot", "actions", "understanding", "deploy", "tests") == []
    assert arrows("knowledge", "storage") == []


def test_bot_and_actions_share_only_knowledge_and_storage() -> None:
    assert arrows("bot", "actions", "understanding", "deploy", "tests") == []
    assert arrows("actions", "bot", "understanding", "deploy", "tests") == []
    assert arrows("bot", "knowledge") != []
    assert arrows("actions", "knowledge") != []


def test_bot_speaks_to_rasa_over_http_only() -> None:
    assert arrows("bot", "rasa", "rasa_sdk") == []


def test_understanding_takes_only_the_reading_and_masking_of_texts_from_the_project() -> None:
    """Rasa's environment has Python 3.10 and none of the library's packages."""
    of_project = arrows("understanding", *(package for package in OURS if package != "understanding"))
    taken = {".".join(arrow.split(" -> ")[1].split(".")[:2]) for arrow in of_project}
    assert taken <= {f"knowledge.{name}" for name in IN_RASAS_ENVIRONMENT}
    assert "knowledge.normalise" in taken


@pytest.mark.parametrize("name", IN_RASAS_ENVIRONMENT)
def test_what_understanding_takes_needs_the_standard_library_only(name: str) -> None:
    found = imports(ROOT / "knowledge" / f"{name}.py")
    ours = tuple(f"knowledge.{other}." for other in IN_RASAS_ENVIRONMENT)
    left = [one for one in found if one.partition(".")[0] not in sys.stdlib_module_names and not one.startswith(ours)]
    assert left == []


def test_every_module_of_knowledge_has_its_tests() -> None:
    """In the same folder below tests/ and of the same name."""
    tests = ROOT / "tests"
    missing = [
        str(path.relative_to(ROOT))
        for path in modules("knowledge")
        if path.stem not in TESTED_ELSEWHERE
        and not (tests / path.relative_to(ROOT).with_name(f"test_{path.name}")).is_file()
    ]
    assert missing == []
    assert (tests / "knowledge" / TESTED_ELSEWHERE["__main__"]).is_file()


def test_every_test_of_a_module_has_its_module() -> None:
    """A test that outlived its module tests something else by now; those without one say here what they test."""
    of_data = {"shipped_data", "facts_against_portal", "main"}
    left = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests" / "knowledge").rglob("test_*.py")
        if path.stem.removeprefix("test_") not in of_data
        and not (ROOT / path.relative_to(ROOT / "tests").with_name(path.name.removeprefix("test_"))).is_file()
    ]
    assert left == []


def coded_errors(package: str) -> dict[str, str]:
    """By name the code of each error of a package's errors.py, but for the base."""
    module = importlib.import_module(f"{package}.errors")
    return {
        name: error.code
        for name, error in inspect.getmembers(module, inspect.isclass)
        if issubclass(error, Exception) and error.__base__ is not Exception and hasattr(error, "code")
    }


@pytest.mark.parametrize("package", WITH_ERRORS)
def test_every_error_stands_with_its_code_in_the_tree(package: str) -> None:
    module = importlib.import_module(f"{package}.errors")
    tree = dict(re.findall(r"^[│ ]*[├└]── (\w+)\s+([A-Z]\d{3})\b", module.__doc__ or "", re.MULTILINE))
    assert tree
    assert coded_errors(package) == tree


def test_no_two_errors_share_a_code() -> None:
    codes = [code for package in WITH_ERRORS for code in coded_errors(package).values()]
    assert len(set(codes)) == len(codes)


def test_every_raised_error_of_knowledge_is_of_the_library() -> None:
    """No module raises a bare Exception or RuntimeError."""
    raised = [
        f"{path.name}: {node.exc.func.id}"
        for path in modules("knowledge")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
        if node.exc.func.id in ("Exception", "RuntimeError", "AssertionError")
    ]
    assert raised == []
