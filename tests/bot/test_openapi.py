"""The description of the gateway's interface says what is there, and docs/ holds it."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

import bot.errors
from bot.openapi import CHANNELS, PAGES, description, written
from bot.settings import ROOT
from tests.bot.double import ANSWER

DESCRIPTION = description()


def operations() -> dict[str, dict[str, Any]]:
    """By address and method."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in DESCRIPTION["paths"].items()
        for method, operation in methods.items()
    }


def valid(content: object, name: str) -> None:
    jsonschema.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": DESCRIPTION["components"]}
    ).validate(content)


def test_docs_hold_the_description_of_this_version() -> None:
    """If this fails: `python -m bot.openapi > docs/gateway-api.json`."""
    assert (ROOT / "docs" / "gateway-api.json").read_text(encoding="utf-8") == written()


def test_every_route_is_described_and_nothing_else(client: TestClient) -> None:
    app: Any = client.app
    found = set()
    for route in app.routes:
        if route.path in PAGES:
            continue
        assert isinstance(route, Route), route
        found |= {f"{method} {route.path}" for method in (route.methods or set()) - {"HEAD"}}
    assert found == set(operations())


def test_the_gateway_describes_itself_so(client: TestClient) -> None:
    assert client.get("/openapi.json").json() == json.loads(written())


@pytest.mark.parametrize("name", operations())
def test_every_operation_says_what_it_is_and_what_it_answers(name: str) -> None:
    operation = operations()[name]
    assert operation["operationId"]
    assert operation["summary"].endswith(".")
    assert "200" in operation["responses"]
    assert all(response["description"] for response in operation["responses"].values())


def test_every_schema_that_is_named_is_there() -> None:
    named = set(re.findall(r'"#/components/schemas/(\w+)"', written()))
    assert named == set(DESCRIPTION["components"]["schemas"])


def test_every_status_of_our_errors_is_told_somewhere() -> None:
    errors = [error for error in vars(bot.errors).values() if isinstance(error, type)]
    ours = {str(error.status) for error in errors if issubclass(error, bot.errors.GatewayError)}
    told = {status for operation in operations().values() for status in operation["responses"]}
    assert ours - {"500"} <= told


def test_the_channels_are_those_that_there_are() -> None:
    """The names are those of the modules."""
    modules = {path.stem.replace("_", "-") for path in (ROOT / "bot" / "channels").glob("*.py")}
    assert set(CHANNELS) <= modules


def test_what_is_answered_is_of_the_described_form(client: TestClient) -> None:
    answer = client.post("/api/messages", json={"text": "khai sinh", "seen": []})
    valid(answer.json(), "Answer")
    assert answer.json()["reply"] == ANSWER.model_dump(mode="json")
    valid(client.post("/api/messages", json={"text": ""}).json(), "Problem")
    valid(client.post("/api/attachments", files={"file": ("a.jpg", b"abc")}).json(), "TakenOut")
    valid(client.get("/healthz").json(), "Alive")
    valid(client.get("/readyz").json(), "Ready")
